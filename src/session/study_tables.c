/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading responses.tsv and needle.tsv into a study.
 */
#include "session/study_tables.h"

#include "base/error.h"
#include "base/text.h"
#include "knowledge/knowledge.h"
#include "session/cells.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static const struct cell_word kind_words[] = {
    {"motor", RV_MOTOR},           {"sensory", RV_SENSORY},
    {"mixed", RV_MIXED},           {"f_wave", RV_F_WAVE},
    {"h_reflex", RV_H_REFLEX},     {"blink", RV_BLINK},
    {"repetitive", RV_REPETITIVE}, {0}};
static const struct cell_word side_words[] = {{"right", RV_RIGHT}, {"left", RV_LEFT},
                                              {"both", RV_BOTH},   {"R", RV_RIGHT},
                                              {"L", RV_LEFT},      {0}};
static const struct cell_word polarity_words[] = {
    {"g1_positive", RV_G1_POSITIVE}, {"negative_up", RV_NEGATIVE_UP}, {0}};
static const struct cell_word present_words[] = {
    {"yes", RV_PRESENT_YES}, {"no", RV_PRESENT_NO}, {0}};
static const struct cell_word grade_words[] = {
    {"0", RV_GRADE_0},  {"+/-", RV_GRADE_EQUIVOCAL}, {"\xC2\xB1", RV_GRADE_EQUIVOCAL},
    {"1+", RV_GRADE_1}, {"2+", RV_GRADE_2},          {"3+", RV_GRADE_3},
    {"4+", RV_GRADE_4}, {"none", RV_GRADE_0},        {0}};
static const struct cell_word duration_words[] = {
    {"normal", RV_DURATION_NORMAL}, {"long", RV_DURATION_LONG}, {"short", RV_DURATION_SHORT}, {0}};
static const struct cell_word size_words[] = {
    {"normal", RV_SIZE_NORMAL}, {"large", RV_SIZE_LARGE}, {"small", RV_SIZE_SMALL}, {0}};
static const struct cell_word polyphasia_words[] = {
    {"normal", RV_POLYPHASIA_NORMAL}, {"increased", RV_POLYPHASIA_INCREASED}, {0}};
static const struct cell_word recruitment_words[] = {
    {"normal", RV_RECRUITMENT_NORMAL},     {"mildly reduced", RV_RECRUITMENT_MILDLY_REDUCED},
    {"reduced", RV_RECRUITMENT_REDUCED},   {"severely reduced", RV_RECRUITMENT_SEVERELY_REDUCED},
    {"discrete", RV_RECRUITMENT_DISCRETE}, {"early", RV_RECRUITMENT_EARLY},
    {"none", RV_RECRUITMENT_NONE},         {0}};

#define AT(member) offsetof(struct rv_response, member)
#define WORDS(column, member, list)                                            \
    {                                                                          \
        .name = column, .type = CELL_WORD, .offset = AT(member), .words = list \
    }
#define TEXT(column, member)                                    \
    {                                                           \
        .name = column, .type = CELL_TEXT, .offset = AT(member) \
    }
#define NUMBER(column, member, meant)                                                  \
    {                                                                                  \
        .name = column, .type = CELL_NUMBER, .offset = AT(member), .quantity = column, \
        .hint = meant                                                                  \
    }
#define NAME(column, member, word, near)                                            \
    {                                                                               \
        .name = column, .type = CELL_NAME, .offset = AT(member), .canonical = word, \
        .nearest = near                                                             \
    }
#define ENTERED(column, what, its_unit, band, zero)                                     \
    {                                                                                   \
        .name = column, .type = CELL_ENTERED, .offset = AT(entered), .parameter = what, \
        .unit = its_unit, .quantity = band, .from_zero = zero                           \
    }

/* The ranges are those of what somebody may mean to type, not of what is normal. */
static const struct cell_column response_columns[] = {
    WORDS("kind", kind, kind_words),
    NAME("nerve", nerve, rv_word_nerve, rv_word_nearest_nerve),
    WORDS("side", side, side_words),
    NAME("record", record, rv_word_record, rv_word_nearest_site),
    NAME("stimulate", stimulate, rv_word_stimulate, rv_word_nearest_site),
    NUMBER("distance_mm", distance_mm, "millimetres are expected; is this cm?"),
    NUMBER("segment_mm", segment_mm, "millimetres are expected; is this cm?"),
    NUMBER("spine_mm", spine_mm, "millimetres are expected; is this cm?"),
    NUMBER("distance_se_mm", distance_se_mm, NULL),
    NUMBER("temperature_c", temperature_c, "degrees Celsius of the skin are expected"),
    TEXT("file", file),
    TEXT("channel", channel),
    TEXT("stimuli", stimuli),
    TEXT("unit", unit),
    WORDS("polarity", polarity, polarity_words),
    NUMBER("intensity_ma", intensity_ma, NULL),
    NUMBER("intensity_v", intensity_v, NULL),
    NUMBER("pulse_ms", pulse_ms, NULL),
    WORDS("present", present, present_words),
    ENTERED("onset_ms", RV_ONSET_LATENCY, "ms", "onset_ms", false),
    ENTERED("peak_ms", RV_NEGATIVE_PEAK_LATENCY, "ms", "peak_ms", false),
    ENTERED("amplitude_mv", RV_AMPLITUDE, "mV", NULL, true),
    ENTERED("amplitude_uv", RV_AMPLITUDE, "uV", NULL, true),
    ENTERED("amplitude_pp_uv", RV_AMPLITUDE_PEAK_TO_PEAK, "uV", NULL, true),
    ENTERED("duration_ms", RV_NEGATIVE_DURATION, "ms", "duration_ms", false),
    ENTERED("area_mvms", RV_NEGATIVE_AREA, "mV.ms", "area_mvms", true),
    ENTERED("velocity_m_s", RV_CONDUCTION_VELOCITY, "m/s", "velocity_m_s", false),
    ENTERED("f_min_ms", RV_F_MINIMUM, "ms", "f_ms", false),
    ENTERED("f_mean_ms", RV_F_MEAN, "ms", "f_ms", false),
    ENTERED("f_max_ms", RV_F_MAXIMUM, "ms", "f_ms", false),
    ENTERED("f_count", RV_F_COUNT, "1", NULL, true),
    ENTERED("f_stimuli", RV_F_STIMULI, "1", NULL, false),
    ENTERED("h_latency_ms", RV_H_LATENCY, "ms", "h_latency_ms", false),
    ENTERED("h_amplitude_mv", RV_H_AMPLITUDE, "mV", "amplitude_mv", true),
    ENTERED("m_amplitude_mv", RV_M_AMPLITUDE, "mV", "amplitude_mv", true),
    TEXT("note", note),
    {0},
};

#undef AT
#define AT(member) offsetof(struct rv_needle, member)

static const struct cell_column needle_columns[] = {
    NAME("muscle", muscle, rv_word_muscle, rv_word_nearest_muscle),
    WORDS("side", side, side_words),
    TEXT("insertional", insertional),
    WORDS("fibrillations", fibrillations, grade_words),
    WORDS("sharp_waves", sharp_waves, grade_words),
    WORDS("fasciculations", fasciculations, grade_words),
    TEXT("crd", crd),
    TEXT("myotonia", myotonia),
    WORDS("mup_duration", mup_duration, duration_words),
    WORDS("mup_amplitude", mup_amplitude, size_words),
    WORDS("polyphasia", polyphasia, polyphasia_words),
    NUMBER("mup_duration_ms", mup_duration_ms, NULL),
    NUMBER("mup_amplitude_uv", mup_amplitude_uv, "microvolt are expected"),
    NUMBER("polyphasia_percent", polyphasia_percent, NULL),
    WORDS("recruitment", recruitment, recruitment_words),
    TEXT("activation", activation),
    TEXT("file", file),
    TEXT("channel", channel),
    TEXT("note", note),
    {0},
};

bool rv_side_read(const char *text, enum rv_side *side)
{
    for (const struct cell_word *word = side_words; word->word != NULL; word++)
        if (rv_text_equal_case(text, word->word)) {
            *side = (enum rv_side)word->number;
            return true;
        }
    return false;
}

struct rv_response rv_response_blank(void)
{
    struct rv_response response = {.distance_mm = NAN,
                                   .segment_mm = NAN,
                                   .spine_mm = NAN,
                                   .distance_se_mm = NAN,
                                   .temperature_c = NAN,
                                   .intensity_ma = NAN,
                                   .intensity_v = NAN,
                                   .pulse_ms = NAN};
    for (int i = 0; i < RV_PARAMETER_COUNT; i++)
        response.entered[i] = (struct rv_entered){NAN, NAN};
    return response;
}

static struct rv_needle needle_blank(void)
{
    return (struct rv_needle){.fibrillations = RV_GRADE_UNKNOWN,
                              .sharp_waves = RV_GRADE_UNKNOWN,
                              .fasciculations = RV_GRADE_UNKNOWN,
                              .mup_duration_ms = NAN,
                              .mup_amplitude_uv = NAN,
                              .polyphasia_percent = NAN};
}

static enum rv_status read_cells(const struct rv_table *table, size_t row,
                                 const struct cell_column *columns, struct rv_arena *arena,
                                 void *base, struct rv_error *err)
{
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < table->column_count && status == RV_OK; i++) {
        const struct cell_column *column = rv_cell_column(columns, table->columns[i]);
        if (column != NULL)
            status = rv_cell_read(column, rv_table_cell(table, row, i), table->lines[row], arena,
                                  base, err);
    }
    return status;
}

static void list_unknown(const struct rv_table *table, const struct cell_column *columns,
                         const char *file, struct rv_notices *notices)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (rv_cell_column(columns, table->columns[i]) == NULL)
            rv_notice_add(notices, RV_INFO, "unknown_column", file,
                          "column \"%s\" has no meaning here; it is kept and not used",
                          table->columns[i]);
}

/* An amplitude typed in one unit, kept in the unit of its kind. */
static void settle_units(const struct rv_table *table, size_t row, struct rv_response *response)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const struct cell_column *column = rv_cell_column(response_columns, table->columns[i]);
        if (column == NULL || column->type != CELL_ENTERED || rv_table_cell(table, row, i) == NULL)
            continue;
        const char *wanted = rv_parameter_unit(column->parameter, response->kind);
        if (strcmp(wanted, column->unit) == 0)
            continue;
        double factor = column->unit[0] == 'm' ? 1000 : 0.001; /* mV to uV, or back */
        response->entered[column->parameter].value *= factor;
        response->entered[column->parameter].resolution *= factor;
    }
}

/* An amplitude, now in the unit of its kind, against what that kind may have. */
static enum rv_status check_amplitude(const struct rv_response *response,
                                      enum rv_parameter parameter, struct rv_error *err)
{
    const char *unit = rv_parameter_unit(parameter, response->kind);
    const char *band = parameter == RV_AMPLITUDE ? "amplitude_uv" : "amplitude_pp_uv";
    double lower = NAN, upper = NAN, value = response->entered[parameter].value;
    rv_plausible(strcmp(unit, "mV") == 0 ? "amplitude_mv" : band, &lower, &upper);
    if (!(value > upper))
        return RV_OK;
    return rv_fail(
        err, RV_STUDY,
        "line %zu: %s of a %s response is %g %s; expected at most %g: is the unit right?",
        response->line, rv_parameter_facts(parameter)->name, rv_kind_name(response->kind), value,
        unit, upper);
}

static enum rv_status check_response(const struct rv_response *response, const char *kind,
                                     size_t line, struct rv_error *err)
{
    if (kind == NULL)
        return rv_fail(err, RV_STUDY, "line %zu: kind is missing", line);
    if (response->nerve == NULL)
        return rv_fail(err, RV_STUDY, "line %zu: nerve is missing", line);
    if (response->side == RV_SIDE_UNKNOWN)
        return rv_fail(err, RV_STUDY, "line %zu: side is missing; it is never guessed", line);
    return RV_OK;
}

static enum rv_status require_columns(const struct rv_table *table, const char *const *names,
                                      struct rv_error *err)
{
    for (; *names != NULL; names++)
        if (rv_table_column(table, *names) == SIZE_MAX)
            return rv_fail(err, RV_STUDY, "column %s is missing", *names);
    return RV_OK;
}

/* From F-waves counted: persistence, where it was not typed in itself. */
static void settle_counts(struct rv_response *response)
{
    struct rv_entered *entered = response->entered;
    double count = entered[RV_F_COUNT].value, stimuli = entered[RV_F_STIMULI].value;
    if (!isnan(count) && stimuli > 0 && isnan(entered[RV_F_PERSISTENCE].value))
        entered[RV_F_PERSISTENCE] = (struct rv_entered){100 * count / stimuli, 0};
    double least = entered[RV_F_MINIMUM].value, most = entered[RV_F_MAXIMUM].value;
    if (!isnan(least) && !isnan(most))
        entered[RV_F_CHRONODISPERSION] =
            (struct rv_entered){most - least, hypot(entered[RV_F_MINIMUM].resolution,
                                                    entered[RV_F_MAXIMUM].resolution)};
    double h = entered[RV_H_AMPLITUDE].value, m = entered[RV_M_AMPLITUDE].value;
    if (!isnan(h) && m > 0)
        entered[RV_H_M_RATIO] = (struct rv_entered){
            100 * h / m, 100 * h / m *
                             hypot(h > 0 ? entered[RV_H_AMPLITUDE].resolution / h : 0,
                                   entered[RV_M_AMPLITUDE].resolution / m)};
}

enum rv_status rv_response_cells(const struct rv_table *table, size_t row, struct rv_arena *arena,
                                 struct rv_response *response, struct rv_error *err)
{
    *response = rv_response_blank();
    response->line = table->lines[row];
    enum rv_status status = read_cells(table, row, response_columns, arena, response, err);
    return status == RV_OK ? rv_cells_extra(table, row, response_columns, arena, &response->extra,
                                            &response->extra_count, err)
                           : status;
}

enum rv_status rv_response_settle(const struct rv_table *table, size_t row,
                                  struct rv_response *response, struct rv_error *err)
{
    settle_units(table, row, response);
    settle_counts(response);
    enum rv_status status = check_amplitude(response, RV_AMPLITUDE, err);
    return status == RV_OK ? check_amplitude(response, RV_AMPLITUDE_PEAK_TO_PEAK, err) : status;
}

bool rv_response_has_column(const char *name)
{
    return rv_cell_column(response_columns, name) != NULL;
}

enum rv_status rv_study_responses(const char *bytes, size_t length, struct rv_study *study,
                                  struct rv_notices *notices, struct rv_error *err)
{
    static const char *const required[] = {"kind", "nerve", "side", NULL};
    struct rv_table table;
    enum rv_status status = rv_table_parse(study->arena, bytes, length, &table, err);
    if (status == RV_OK)
        status = require_columns(&table, required, err);
    if (status != RV_OK)
        return status;
    list_unknown(&table, response_columns, "responses.tsv", notices);
    struct rv_response *rows = rv_arena_alloc(study->arena, table.row_count, sizeof *rows);
    if (rows == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < table.row_count && status == RV_OK; i++) {
        const char *kind = rv_table_cell(&table, i, rv_table_column(&table, "kind"));
        status = rv_response_cells(&table, i, study->arena, &rows[i], err);
        rows[i].id = rv_arena_format(study->arena, "R%02zu", i + 1);
        if (status == RV_OK)
            status = check_response(&rows[i], kind, table.lines[i], err);
        if (status == RV_OK)
            status = rv_response_settle(&table, i, &rows[i], err);
    }
    if (status != RV_OK)
        return status;
    study->responses = rows;
    study->response_count = table.row_count;
    return RV_OK;
}

enum rv_status rv_study_needle(const char *bytes, size_t length, struct rv_study *study,
                               struct rv_notices *notices, struct rv_error *err)
{
    static const char *const required[] = {"muscle", "side", NULL};
    struct rv_table table;
    enum rv_status status = rv_table_parse(study->arena, bytes, length, &table, err);
    if (status == RV_OK)
        status = require_columns(&table, required, err);
    if (status != RV_OK)
        return status;
    list_unknown(&table, needle_columns, "needle.tsv", notices);
    struct rv_needle *rows = rv_arena_alloc(study->arena, table.row_count, sizeof *rows);
    if (rows == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < table.row_count; i++) {
        rows[i] = needle_blank();
        rows[i].line = table.lines[i];
        status = read_cells(&table, i, needle_columns, study->arena, &rows[i], err);
        if (status == RV_OK && rows[i].muscle == NULL)
            status = rv_fail(err, RV_STUDY, "line %zu: muscle is missing", table.lines[i]);
        if (status == RV_OK && rows[i].side == RV_SIDE_UNKNOWN)
            status = rv_fail(err, RV_STUDY, "line %zu: side is missing; it is never guessed",
                             table.lines[i]);
        if (status == RV_OK)
            status = rv_cells_extra(&table, i, needle_columns, study->arena, &rows[i].extra,
                                    &rows[i].extra_count, err);
        if (status != RV_OK)
            return status;
    }
    study->needle = rows;
    study->needle_count = table.row_count;
    return RV_OK;
}
