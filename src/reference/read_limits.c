/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading a reference table: every cell is checked, every mistake is told with its line.
 */
#include "base/error.h"
#include "base/table.h"
#include "base/text.h"
#include "knowledge/knowledge.h"
#include "reference/limits.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum column {
    SET,
    NERVE,
    KIND,
    RECORD,
    STIMULATE,
    DISTAL,
    PARAMETER,
    SEX,
    AGE_FROM,
    AGE_TO,
    HEIGHT_FROM,
    HEIGHT_TO,
    BMI_FROM,
    BMI_TO,
    DISTANCE,
    TOLERANCE,
    LOWER,
    UPPER,
    MEAN,
    SD,
    PER_YEAR,
    PER_LEG,
    UNIT,
    PERCENTILE,
    ABSENT,
    VERIFIED,
    TAG,
    SOURCE,
    NOTE,
    COLUMN_COUNT
};

static const char *const column_names[COLUMN_COUNT + 1] = {"set",
                                                           "nerve",
                                                           "kind",
                                                           "record",
                                                           "stimulate",
                                                           "distal",
                                                           "parameter",
                                                           "sex",
                                                           "age_from",
                                                           "age_to",
                                                           "height_from",
                                                           "height_to",
                                                           "bmi_from",
                                                           "bmi_to",
                                                           "distance_mm",
                                                           "distance_tolerance_mm",
                                                           "lower",
                                                           "upper",
                                                           "mean",
                                                           "sd",
                                                           "per_year",
                                                           "per_leg_cm",
                                                           "unit",
                                                           "percentile",
                                                           "absent_from_age",
                                                           "verified",
                                                           "tag",
                                                           "source",
                                                           "note",
                                                           NULL};

static const enum column needed[] = {SET, KIND, PARAMETER, UNIT, VERIFIED, SOURCE};

struct reading {
    struct rv_reference *reference;
    struct rv_table table;
    size_t columns[COLUMN_COUNT]; /* SIZE_MAX: the table has no such column */
    size_t row;
};

static const char *cell(const struct reading *reading, enum column column)
{
    return rv_table_cell(&reading->table, reading->row, reading->columns[column]);
}

static enum rv_status find_columns(struct reading *reading, struct rv_error *err)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        reading->columns[i] = rv_table_column(&reading->table, column_names[i]);
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (reading->columns[needed[i]] == SIZE_MAX)
            return rv_fail(err, RV_STUDY, "the table has no column %s", column_names[needed[i]]);
    for (size_t i = 0; i < reading->table.column_count; i++) {
        size_t known = 0;
        while (known < COLUMN_COUNT && reading->columns[known] != i)
            known++;
        if (known < COLUMN_COUNT)
            continue;
        char shown[520];
        const char *name = reading->table.columns[i];
        rv_text_visible(name, strlen(name), shown, sizeof shown);
        const char *near = rv_text_nearest(name, column_names);
        return rv_fail(err, RV_STUDY, "column %s is not known%s%s%s", shown,
                       near != NULL ? " (did you mean " : "", near != NULL ? near : "",
                       near != NULL ? "?)" : "");
    }
    return RV_OK;
}

/* "name \"shown\" is not ..., did you mean ..." */
static enum rv_status refuse(const struct reading *reading, enum column column, const char *what,
                             const char *near, struct rv_error *err)
{
    char shown[520] = "";
    const char *text = cell(reading, column);
    if (text != NULL)
        rv_text_visible(text, strlen(text), shown, sizeof shown);
    return rv_fail(err, RV_STUDY, "line %zu: %s \"%s\" %s%s%s%s",
                   reading->table.lines[reading->row], column_names[column], shown, what,
                   near != NULL ? " (did you mean " : "", near != NULL ? near : "",
                   near != NULL ? "?)" : "");
}

static enum rv_status read_number(const struct reading *reading, enum column column, double missing,
                                  double *number, struct rv_error *err)
{
    const char *text = cell(reading, column);
    *number = missing;
    if (text == NULL || rv_number_text(text, number, NULL))
        return RV_OK;
    return refuse(reading, column, "is no number", NULL, err);
}

/* The list of stimulation sites, each made canonical. */
static enum rv_status read_sites(const struct reading *reading, struct rv_limit_row *row,
                                 struct rv_error *err)
{
    const char *at = cell(reading, STIMULATE);
    struct rv_text list = {0};
    enum rv_status status = RV_OK;
    while (at != NULL && status == RV_OK) {
        char site[RV_WORD_LONGEST + 1] = "";
        size_t length = strcspn(at, "|");
        if (length < sizeof site)
            memcpy(site, at, length);
        const char *name = rv_word_stimulate(site);
        if (name == NULL) {
            status = refuse(reading, STIMULATE, "is no stimulation site",
                            rv_word_nearest_site(site), err);
        } else {
            rv_text_append(&list, list.length > 0 ? "|" : "");
            rv_text_append(&list, name);
        }
        at = at[length] == '|' ? at + length + 1 : NULL;
    }
    if (status == RV_OK && list.failed)
        status = rv_fail_memory(err);
    if (status == RV_OK && list.length > 0) {
        row->stimulate = rv_arena_text(reading->reference->arena, list.bytes);
        if (row->stimulate == NULL)
            status = rv_fail_memory(err);
    }
    rv_text_finish(&list);
    return status;
}

static enum rv_status read_words(const struct reading *reading, struct rv_limit_row *row,
                                 struct rv_error *err)
{
    const char *nerve = cell(reading, NERVE), *record = cell(reading, RECORD);
    const char *distal = cell(reading, DISTAL);
    row->nerve = rv_word_nerve(nerve);
    if (nerve != NULL && row->nerve == NULL)
        return refuse(reading, NERVE, "is no nerve", rv_word_nearest_nerve(nerve), err);
    row->record = record != NULL ? rv_word_record(record) : NULL;
    if (record != NULL && row->record == NULL)
        return refuse(reading, RECORD, "is no recording site", rv_word_nearest_site(record), err);
    row->distal = distal != NULL ? rv_word_stimulate(distal) : NULL;
    if (distal != NULL && row->distal == NULL)
        return refuse(reading, DISTAL, "is no stimulation site", rv_word_nearest_site(distal), err);
    return read_sites(reading, row, err);
}

static enum rv_status read_kind(const struct reading *reading, struct rv_limit_row *row,
                                struct rv_error *err)
{
    const char *kind = cell(reading, KIND), *parameter = cell(reading, PARAMETER);
    const char *sex = cell(reading, SEX), *unit = cell(reading, UNIT);
    size_t i = 0;
    while (i < RV_KIND_COUNT && !rv_text_equal(kind, rv_kind_name((enum rv_kind)i)))
        i++;
    if (i == RV_KIND_COUNT)
        return refuse(reading, KIND, "is no kind of study", NULL, err);
    row->kind = (enum rv_kind)i;
    i = 0;
    while (i < RV_PARAMETER_COUNT &&
           !rv_text_equal(parameter, rv_parameter_facts((enum rv_parameter)i)->name))
        i++;
    if (i == RV_PARAMETER_COUNT)
        return refuse(reading, PARAMETER, "is no parameter", NULL, err);
    row->parameter = (enum rv_parameter)i;
    row->sex = rv_text_equal(sex, "male")     ? RV_MALE
               : rv_text_equal(sex, "female") ? RV_FEMALE
                                              : RV_SEX_UNKNOWN;
    if (sex != NULL && row->sex == RV_SEX_UNKNOWN)
        return refuse(reading, SEX, "is neither male nor female", NULL, err);
    /* A unit slip (mV for uV) would turn every verdict over. */
    const char *expected = rv_parameter_unit(row->parameter, row->kind);
    if (!rv_text_equal(unit, expected))
        return refuse(reading, UNIT, "is not the unit of this parameter", expected, err);
    return RV_OK;
}

struct number_cell {
    enum column column;
    double missing;
    double *into;
};

static enum rv_status read_numbers(const struct reading *reading, struct rv_limit_row *row,
                                   struct rv_error *err)
{
    struct rv_limits *limits = &row->limits;
    const struct number_cell cells[] = {{AGE_FROM, NAN, &row->age.from},
                                        {AGE_TO, NAN, &row->age.to},
                                        {HEIGHT_FROM, NAN, &row->height_cm.from},
                                        {HEIGHT_TO, NAN, &row->height_cm.to},
                                        {BMI_FROM, NAN, &row->bmi_kg_m2.from},
                                        {BMI_TO, NAN, &row->bmi_kg_m2.to},
                                        {DISTANCE, NAN, &limits->distance_mm},
                                        {TOLERANCE, 0, &limits->distance_tolerance_mm},
                                        {LOWER, NAN, &limits->lower},
                                        {UPPER, NAN, &limits->upper},
                                        {MEAN, NAN, &limits->mean},
                                        {SD, NAN, &limits->sd},
                                        {PER_YEAR, 0, &row->per_year},
                                        {PER_LEG, 0, &row->per_leg_cm},
                                        {ABSENT, NAN, &limits->absent_from_age}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        enum rv_status status =
            read_number(reading, cells[i].column, cells[i].missing, cells[i].into, err);
        if (status != RV_OK)
            return status;
    }
    return RV_OK;
}

static bool out_of_order(double from, double to)
{
    return !isnan(from) && !isnan(to) && from > to;
}

static enum rv_status check_numbers(const struct reading *reading, const struct rv_limit_row *row,
                                    struct rv_error *err)
{
    const struct rv_limits *limits = &row->limits;
    if (isnan(limits->lower) && isnan(limits->upper) && isnan(limits->mean))
        return rv_fail(err, RV_STUDY, "line %zu: neither a limit nor a mean",
                       reading->table.lines[reading->row]);
    const struct {
        bool wrong;
        enum column column;
        const char *what;
    } checks[] = {
        {limits->lower >= limits->upper, LOWER, "is not below upper"},
        {limits->sd <= 0, SD, "is not above 0"},
        {limits->distance_tolerance_mm < 0, TOLERANCE, "is below 0"},
        {out_of_order(row->age.from, row->age.to), AGE_FROM, "is above age_to"},
        {out_of_order(row->height_cm.from, row->height_cm.to), HEIGHT_FROM, "is above height_to"},
        {out_of_order(row->bmi_kg_m2.from, row->bmi_kg_m2.to), BMI_FROM, "is above bmi_to"},
    };
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (checks[i].wrong)
            return refuse(reading, checks[i].column, checks[i].what, NULL, err);
    return RV_OK;
}

static void write_range(struct rv_text *out, struct rv_stratum range, const char *before,
                        const char *after)
{
    char from[32], to[32];
    if (isnan(range.from) && isnan(range.to))
        return;
    rv_number_write(isnan(range.from) ? 0 : range.from, from);
    rv_number_write(isnan(range.to) ? 0 : range.to, to);
    rv_text_append(out, out->length > 0 ? ", " : "");
    rv_text_append(out, before);
    if (isnan(range.to))
        rv_text_format(out, "from %s%s", from, after);
    else if (isnan(range.from))
        rv_text_format(out, "to %s%s", to, after);
    else
        rv_text_format(out, "%s-%s%s", from, to, after);
}

/* "women, 50-79 years, height to 160 cm" */
static bool write_stratum(const struct reading *reading, struct rv_limit_row *row)
{
    struct rv_text words = {0};
    if (row->sex != RV_SEX_UNKNOWN)
        rv_text_append(&words, row->sex == RV_MALE ? "men" : "women");
    write_range(&words, row->age, "", " years");
    write_range(&words, row->height_cm, "height ", " cm");
    write_range(&words, row->bmi_kg_m2, "BMI ", "");
    if (words.length > 0)
        row->limits.stratum = rv_arena_text(reading->reference->arena, words.bytes);
    bool whole = !words.failed && (words.length == 0 || row->limits.stratum != NULL);
    rv_text_finish(&words);
    return whole;
}

/* "NDTF 2016: Buschbacher 1999 ... (C01)"; a source that is no id of the register stands as it
 * was written. */
static bool write_source(const struct reading *reading, struct rv_limit_row *row)
{
    struct rv_text words = {0};
    rv_text_format(&words, "%s: ", row->set);
    const char *at = cell(reading, SOURCE);
    while (at != NULL) {
        char id[32] = "";
        size_t length = strcspn(at, "|");
        if (length < sizeof id)
            memcpy(id, at, length);
        const char *citation = rv_citation(id);
        if (citation != NULL)
            rv_text_format(&words, "%s (%s)", citation, id);
        else
            rv_text_append_n(&words, at, length);
        at = at[length] == '|' ? at + length + 1 : NULL;
        rv_text_append(&words, at != NULL ? "; " : "");
    }
    row->limits.source =
        words.bytes != NULL ? rv_arena_text(reading->reference->arena, words.bytes) : NULL;
    bool whole = !words.failed && row->limits.source != NULL;
    rv_text_finish(&words);
    return whole;
}

static enum rv_status read_row(const struct reading *reading, struct rv_limit_row *row,
                               struct rv_error *err)
{
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (cell(reading, needed[i]) == NULL)
            return refuse(reading, needed[i], "must be given", NULL, err);
    const char *verified = cell(reading, VERIFIED);
    row->set = cell(reading, SET);
    row->limits.set = row->set;
    row->limits.note = cell(reading, NOTE);
    row->limits.verified = rv_text_equal(verified, "yes");
    if (!row->limits.verified && !rv_text_equal(verified, "no"))
        return refuse(reading, VERIFIED, "is neither yes nor no", NULL, err);
    enum rv_status status = read_kind(reading, row, err);
    if (status == RV_OK)
        status = read_words(reading, row, err);
    if (status == RV_OK)
        status = read_numbers(reading, row, err);
    if (status == RV_OK)
        status = check_numbers(reading, row, err);
    if (status == RV_OK && !(write_stratum(reading, row) && write_source(reading, row)))
        status = rv_fail_memory(err);
    return status;
}

enum rv_status rv_limits_read(struct rv_reference *reference, const char *bytes, size_t length,
                              struct rv_error *err)
{
    struct reading reading = {.reference = reference};
    enum rv_status status = rv_table_parse(reference->arena, bytes, length, &reading.table, err);
    if (status == RV_OK)
        status = find_columns(&reading, err);
    if (status != RV_OK)
        return status;
    if (reading.table.row_count == 0)
        return rv_fail(err, RV_STUDY, "the table has no rows");
    struct rv_limit_row *rows =
        rv_arena_alloc(reference->arena, reading.table.row_count, sizeof *rows);
    if (rows == NULL)
        return rv_fail_memory(err);
    for (; reading.row < reading.table.row_count; reading.row++) {
        status = read_row(&reading, &rows[reading.row], err);
        if (status != RV_OK)
            return status;
    }
    reference->rows = rows;
    reference->row_count = reading.table.row_count;
    return RV_OK;
}
