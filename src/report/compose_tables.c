/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tables of values: motor, sensory, late responses, segments, and whatever is left over.
 */
#include "base/text.h"
#include "report/compose.h"
#include "report/words.h"

#include <math.h>
#include <string.h>

enum cell_source {
    SOURCE_END,
    SOURCE_ID,
    SOURCE_SITE,    /* where it was stimulated, with the note of the row */
    SOURCE_SEGMENT, /* from this site to the next more distal one */
    SOURCE_VALUE,
    SOURCE_DISTANCE, /* distal distance, or the length of the segment */
    SOURCE_TEMPERATURE
};

struct column_spec {
    enum cell_source source;
    enum rv_parameter parameter;
    const char *title; /* NULL: the parameter's short name */
};

/* One table: the kinds of responses in its rows, and its columns. */
struct table_spec {
    const char *title;
    unsigned kinds; /* bits of enum rv_kind */
    const struct column_spec *columns;
    bool needs_value; /* rows without any of its values are left out */
};

#define KIND(kind) (1u << (kind))
enum { COLUMNS_MOST = 16 };

static const struct column_spec motor_columns[] = {
    {SOURCE_ID, 0, "row"},
    {SOURCE_SITE, 0, "nerve / site"},
    {SOURCE_VALUE, RV_ONSET_LATENCY, "latency"},
    {SOURCE_VALUE, RV_AMPLITUDE, "amplitude"},
    {SOURCE_VALUE, RV_NEGATIVE_DURATION, "duration"},
    {SOURCE_VALUE, RV_NEGATIVE_AREA, "area"},
    {SOURCE_DISTANCE, 0, "distance"},
    {SOURCE_VALUE, RV_CONDUCTION_VELOCITY, "velocity"},
    {SOURCE_TEMPERATURE, 0, "skin"},
    {0}};

static const struct column_spec sensory_columns[] = {
    {SOURCE_ID, 0, "row"},
    {SOURCE_SITE, 0, "nerve / site"},
    {SOURCE_VALUE, RV_ONSET_LATENCY, "onset"},
    {SOURCE_VALUE, RV_NEGATIVE_PEAK_LATENCY, "peak"},
    {SOURCE_VALUE, RV_AMPLITUDE, "amplitude"},
    {SOURCE_VALUE, RV_AMPLITUDE_PEAK_TO_PEAK, "peak-peak"},
    {SOURCE_DISTANCE, 0, "distance"},
    {SOURCE_VALUE, RV_CONDUCTION_VELOCITY, "velocity"},
    {SOURCE_TEMPERATURE, 0, "skin"},
    {0}};

static const struct column_spec f_columns[] = {{SOURCE_ID, 0, "row"},
                                               {SOURCE_SITE, 0, "nerve / site"},
                                               {SOURCE_VALUE, RV_F_MINIMUM, NULL},
                                               {SOURCE_VALUE, RV_F_MEAN, NULL},
                                               {SOURCE_VALUE, RV_F_MAXIMUM, NULL},
                                               {SOURCE_VALUE, RV_F_CHRONODISPERSION, NULL},
                                               {SOURCE_VALUE, RV_F_PERSISTENCE, NULL},
                                               {SOURCE_VALUE, RV_F_COUNT, "F-waves"},
                                               {SOURCE_VALUE, RV_F_STIMULI, NULL},
                                               {SOURCE_VALUE, RV_F_M_RATIO, NULL},
                                               {0}};

static const struct column_spec h_columns[] = {
    {SOURCE_ID, 0, "row"},
    {SOURCE_SITE, 0, "nerve / site"},
    {SOURCE_VALUE, RV_H_LATENCY, "H latency"},
    {SOURCE_VALUE, RV_H_AMPLITUDE, NULL},
    {SOURCE_VALUE, RV_M_AMPLITUDE, NULL},
    {SOURCE_VALUE, RV_H_M_RATIO, NULL},
    {SOURCE_VALUE, RV_H_LATENCY_SIDE_DIFFERENCE, "side difference"},
    {0}};

static const struct column_spec blink_columns[] = {
    {SOURCE_ID, 0, "row"},
    {SOURCE_SITE, 0, "nerve / site"},
    {SOURCE_VALUE, RV_R1_LATENCY, NULL},
    {SOURCE_VALUE, RV_R2_LATENCY, NULL},
    {SOURCE_VALUE, RV_R2_CONTRALATERAL_LATENCY, NULL},
    {0}};

static const struct column_spec repetitive_columns[] = {{SOURCE_ID, 0, "row"},
                                                        {SOURCE_SITE, 0, "nerve / site"},
                                                        {SOURCE_VALUE, RV_AMPLITUDE, "amplitude"},
                                                        {SOURCE_VALUE, RV_DECREMENT, NULL},
                                                        {SOURCE_VALUE, RV_INCREMENT, NULL},
                                                        {0}};

static const struct column_spec segment_columns[] = {
    {SOURCE_ID, 0, "row"},
    {SOURCE_SEGMENT, 0, "nerve / segment"},
    {SOURCE_DISTANCE, 0, "length"},
    {SOURCE_VALUE, RV_CONDUCTION_VELOCITY, "velocity"},
    {SOURCE_VALUE, RV_VELOCITY_DROP, NULL},
    {SOURCE_VALUE, RV_AMPLITUDE_DROP, NULL},
    {SOURCE_VALUE, RV_AREA_DROP, NULL},
    {SOURCE_VALUE, RV_DURATION_CHANGE, NULL},
    {0}};

static const struct table_spec motor_table = {NULL, KIND(RV_MOTOR), motor_columns, false};
static const struct table_spec sensory_table = {NULL, KIND(RV_SENSORY) | KIND(RV_MIXED),
                                                sensory_columns, false};
static const struct table_spec late_tables[] = {
    {"F-waves", KIND(RV_F_WAVE), f_columns, false},
    {"H-reflex", KIND(RV_H_REFLEX), h_columns, false},
    {"Blink reflex", KIND(RV_BLINK), blink_columns, false},
    {"Repetitive stimulation", KIND(RV_REPETITIVE), repetitive_columns, false}};
static const struct table_spec segment_table = {NULL, KIND(RV_MOTOR), segment_columns, true};

/* Shown among the further values only when judged or typed in: every waveform has them. */
static bool is_secondary(enum rv_parameter parameter)
{
    return parameter <= RV_NEGATIVE_AREA || parameter == RV_F_COUNT || parameter == RV_F_STIMULI;
}

static bool has_kind(const struct table_spec *spec, enum rv_kind kind)
{
    return (spec->kinds & KIND(kind)) != 0;
}

static const struct rv_value *onset_of(const struct rv_measurement *measurement)
{
    return &measurement->results[RV_ONSET_LATENCY].value;
}

/* Shorter latency, or further up in the table where one of them was not measured. */
static bool is_more_distal(const struct rv_measurement *a, const struct rv_measurement *b)
{
    if (onset_of(a)->validity == RV_MEASURED && onset_of(b)->validity == RV_MEASURED)
        return onset_of(a)->value < onset_of(b)->value;
    return a < b;
}

/* The site before this one on the same nerve; NULL: this is the most distal. */
static const struct rv_measurement *distal_site(const struct rv_report *report, size_t index)
{
    const struct rv_measurement *here = &report->measurements[index], *found = NULL;
    for (size_t i = 0; i < report->measurement_count; i++) {
        const struct rv_measurement *there = &report->measurements[i];
        if (i != index && there->response->kind == here->response->kind &&
            rv_compose_same_nerve(there->response, here->response) && is_more_distal(there, here) &&
            (found == NULL || is_more_distal(found, there)))
            found = there;
    }
    return found;
}

static struct rv_cell site_cell(struct rv_document *document,
                                const struct rv_measurement *measurement)
{
    const struct rv_response *response = measurement->response;
    const char *site = rv_document_clean(document, response->stimulate);
    struct rv_cell cell = rv_cell_text(site != NULL ? site : "site not said");
    if (response->kind == RV_MIXED)
        rv_cell_note(&cell, "mixed nerve");
    if (measurement->present == RV_PRESENT_UNSAID)
        rv_cell_note(&cell, "presence could not be told");
    rv_cell_note(&cell, rv_document_clean(document, response->note));
    return cell;
}

static struct rv_cell segment_cell(struct rv_document *document, const struct rv_report *report,
                                   size_t index)
{
    const struct rv_measurement *distal = distal_site(report, index);
    const char *here = rv_document_clean(document, report->measurements[index].response->stimulate);
    const char *there =
        distal != NULL ? rv_document_clean(document, distal->response->stimulate) : NULL;
    return rv_cell_text(rv_document_join(document, here, there != NULL ? " to " : "", there));
}

static struct rv_cell distance_cell(struct rv_document *document,
                                    const struct rv_response *response)
{
    double distance = isnan(response->segment_mm) ? response->distance_mm : response->segment_mm;
    struct rv_cell cell = {0};
    if (isnan(distance))
        return cell;
    cell.state = RV_CELL_VALUE;
    cell.text = rv_compose_number(document, distance, 0, NULL);
    if (isfinite(response->distance_se_mm))
        cell.error = rv_compose_number(document, response->distance_se_mm, 0, NULL);
    return cell;
}

static struct rv_cell cell_of(struct rv_document *document, const struct rv_report *report,
                              size_t index, const struct column_spec *column)
{
    const struct rv_measurement *measurement = &report->measurements[index];
    switch (column->source) {
    case SOURCE_ID:
        return rv_cell_text(rv_document_clean(document, measurement->response->id));
    case SOURCE_SITE:
        return site_cell(document, measurement);
    case SOURCE_SEGMENT:
        return segment_cell(document, report, index);
    case SOURCE_DISTANCE:
        return distance_cell(document, measurement->response);
    case SOURCE_TEMPERATURE:
        return rv_cell_text(rv_compose_number(document, measurement->temperature_c, 1, NULL));
    default:
        break;
    }
    struct rv_cell cell = rv_compose_value(document, measurement, column->parameter);
    bool segment = column->parameter == RV_CONDUCTION_VELOCITY &&
                   measurement->response->kind == RV_MOTOR && cell.state == RV_CELL_UNTESTED;
    if (segment && isnan(measurement->response->segment_mm))
        return (struct rv_cell){0}; /* the most distal site has no segment */
    return cell;
}

static size_t column_heads(const struct table_spec *spec, enum rv_kind kind,
                           struct rv_column *columns)
{
    size_t count = 0;
    for (const struct column_spec *c = spec->columns; c->source != SOURCE_END; c++) {
        struct rv_column *head = &columns[count++];
        *head = (struct rv_column){.kind = RV_COLUMN_NUMBER, .title = c->title};
        if (c->source == SOURCE_ID)
            head->kind = RV_COLUMN_ID;
        else if (c->source == SOURCE_SITE || c->source == SOURCE_SEGMENT)
            head->kind = RV_COLUMN_TEXT;
        else if (c->source == SOURCE_DISTANCE)
            head->unit = "mm";
        else if (c->source == SOURCE_TEMPERATURE)
            head->unit = "\xC2\xB0"
                         "C";
        else
            head->unit = rv_unit_title(rv_parameter_unit(c->parameter, kind));
        if (head->title == NULL)
            head->title = rv_parameter_facts(c->parameter)->short_name;
    }
    return count;
}

static bool has_value(const struct table_spec *spec, const struct rv_measurement *measurement)
{
    for (const struct column_spec *c = spec->columns; c->source != SOURCE_END; c++)
        if (c->source == SOURCE_VALUE &&
            measurement->results[c->parameter].value.validity != RV_UNTESTED)
            return true;
    return false;
}

/* Doubts about limits and the ways of correction, each told once under its table. */
static void footnotes(struct rv_document *document, struct rv_part *list,
                      const struct rv_measurement *measurement, enum rv_parameter parameter)
{
    const struct rv_result *result = &measurement->results[parameter];
    const char *id = rv_document_clean(document, measurement->response->id);
    const char *label =
        rv_document_join(document, id, " ", rv_parameter_facts(parameter)->short_name);
    rv_part_gather(document, list, label, rv_document_clean(document, result->verdict.note));
    rv_part_gather(document, list, label, rv_document_clean(document, result->correction));
}

static void add_rows(struct rv_document *document, const struct rv_report *report,
                     const struct table_spec *spec, struct rv_part *table, struct rv_part *notes)
{
    const struct rv_response *before = NULL;
    for (size_t i = 0; i < report->measurement_count; i++) {
        const struct rv_measurement *measurement = &report->measurements[i];
        const struct rv_response *response = measurement->response;
        if (!has_kind(spec, response->kind) || (spec->needs_value && !has_value(spec, measurement)))
            continue;
        if (before == NULL || !rv_compose_same_nerve(before, response))
            rv_table_group(document, table, response->side, rv_compose_nerve(document, response));
        before = response;
        struct rv_row *row = rv_table_row(document, table, response->side);
        for (size_t c = 0; row != NULL && spec->columns[c].source != SOURCE_END; c++) {
            row->cells[c] = cell_of(document, report, i, &spec->columns[c]);
            if (spec->columns[c].source == SOURCE_VALUE)
                footnotes(document, notes, measurement, spec->columns[c].parameter);
        }
    }
    rv_table_settle(table);
}

/* Where nothing in a table was measured here one sentence says so, instead of a mark on each. */
static void tell_entered(struct rv_document *document, struct rv_section *section,
                         struct rv_part *table)
{
    size_t entered = 0, others = 0;
    for (const struct rv_row *row = table->rows; row != NULL; row = row->next)
        for (size_t i = 0; row->cells != NULL && i < table->column_count; i++) {
            entered += row->cells[i].by == RV_BY_ENTERED ? 1 : 0;
            others += row->cells[i].by != RV_BY_ENTERED && row->cells[i].by != RV_BY_NOBODY;
        }
    if (entered == 0 || others > 0)
        return;
    for (const struct rv_row *row = table->rows; row != NULL; row = row->next)
        for (size_t i = 0; row->cells != NULL && i < table->column_count; i++)
            row->cells[i].by = RV_BY_NOBODY;
    rv_section_text(document, section, NULL,
                    "All values of this table were entered by the laboratory; none was measured "
                    "here.",
                    RV_TONE_SMALL);
}

static bool any_row(const struct rv_report *report, const struct table_spec *spec)
{
    for (size_t i = 0; i < report->measurement_count; i++)
        if (has_kind(spec, report->measurements[i].response->kind) &&
            (!spec->needs_value || has_value(spec, &report->measurements[i])))
            return true;
    return false;
}

static void add_table(struct rv_document *document, const struct rv_report *report,
                      const struct table_spec *spec, struct rv_section *section)
{
    struct rv_column columns[COLUMNS_MOST];
    enum rv_kind kind = RV_MOTOR;
    while (kind < RV_REPETITIVE && !has_kind(spec, kind))
        kind++;
    size_t count = column_heads(spec, kind, columns);
    struct rv_part *table = rv_section_table(document, section, spec->title, columns, count);
    struct rv_part *notes = rv_section_part(document, section, RV_BLOCK_LIST, NULL);
    if (notes != NULL)
        notes->tone = RV_TONE_SMALL;
    add_rows(document, report, spec, table, notes);
    if (table != NULL)
        tell_entered(document, section, table);
}

void rv_compose_motor(struct rv_document *document, const struct rv_report *report)
{
    if (any_row(report, &motor_table))
        add_table(document, report, &motor_table,
                  rv_document_section(document, "motor", "Motor nerve conduction"));
}

void rv_compose_sensory(struct rv_document *document, const struct rv_report *report)
{
    if (any_row(report, &sensory_table))
        add_table(document, report, &sensory_table,
                  rv_document_section(document, "sensory", "Sensory nerve conduction"));
}

void rv_compose_late(struct rv_document *document, const struct rv_report *report)
{
    struct rv_section *section = NULL;
    for (size_t i = 0; i < sizeof late_tables / sizeof *late_tables; i++) {
        if (!any_row(report, &late_tables[i]))
            continue;
        if (section == NULL)
            section = rv_document_section(document, "late", "Late responses");
        add_table(document, report, &late_tables[i], section);
    }
}

/* --- segments and further values ------------------------------------------------------------ */

static bool in_table(const struct table_spec *spec, const struct rv_measurement *measurement,
                     enum rv_parameter parameter)
{
    if (!has_kind(spec, measurement->response->kind))
        return false;
    for (const struct column_spec *c = spec->columns; c->source != SOURCE_END; c++)
        if (c->source == SOURCE_VALUE && c->parameter == parameter)
            return true;
    return false;
}

static bool is_left_over(const struct rv_measurement *measurement, enum rv_parameter parameter)
{
    const struct rv_result *result = &measurement->results[parameter];
    bool untested = result->value.validity == RV_UNTESTED;
    bool telling =
        result->verdict.judgement != RV_NOT_JUDGED || result->entered.validity != RV_UNTESTED;
    if (untested || (is_secondary(parameter) && !telling))
        return false;
    bool shown = in_table(&motor_table, measurement, parameter) ||
                 in_table(&sensory_table, measurement, parameter) ||
                 in_table(&segment_table, measurement, parameter);
    for (size_t i = 0; i < sizeof late_tables / sizeof *late_tables; i++)
        shown = shown || in_table(&late_tables[i], measurement, parameter);
    return !shown;
}

static void further_row(struct rv_document *document, const struct rv_measurement *measurement,
                        enum rv_parameter parameter, struct rv_part *table, struct rv_part *notes)
{
    const struct rv_response *response = measurement->response;
    struct rv_row *row = rv_table_row(document, table, response->side);
    if (row == NULL)
        return;
    const char *site = rv_document_clean(document, response->stimulate);
    row->cells[0] = rv_cell_text(rv_document_clean(document, response->id));
    row->cells[1] =
        rv_cell_text(rv_document_join(document, rv_kind_title(response->kind), ", ", site));
    row->cells[2] = rv_cell_text(rv_parameter_facts(parameter)->label);
    row->cells[3] = rv_compose_value(document, measurement, parameter);
    row->cells[4] = rv_cell_text(rv_unit_title(rv_parameter_unit(parameter, response->kind)));
    footnotes(document, notes, measurement, parameter);
}

static void further_rows(struct rv_document *document, const struct rv_report *report,
                         struct rv_part *table, struct rv_part *notes)
{
    const struct rv_response *before = NULL;
    for (size_t i = 0; i < report->measurement_count; i++)
        for (enum rv_parameter p = 0; p < RV_PARAMETER_COUNT; p++) {
            const struct rv_measurement *measurement = &report->measurements[i];
            if (!is_left_over(measurement, p))
                continue;
            if (before == NULL || !rv_compose_same_nerve(before, measurement->response))
                rv_table_group(document, table, measurement->response->side,
                               rv_compose_nerve(document, measurement->response));
            before = measurement->response;
            further_row(document, measurement, p, table, notes);
        }
}

static bool any_left_over(const struct rv_report *report)
{
    for (size_t i = 0; i < report->measurement_count; i++)
        for (enum rv_parameter p = 0; p < RV_PARAMETER_COUNT; p++)
            if (is_left_over(&report->measurements[i], p))
                return true;
    return false;
}

static void further_values(struct rv_document *document, const struct rv_report *report)
{
    static const struct rv_column columns[] = {{RV_COLUMN_ID, "row", NULL, false},
                                               {RV_COLUMN_TEXT, "nerve / response", NULL, false},
                                               {RV_COLUMN_TEXT, "value of", NULL, false},
                                               {RV_COLUMN_NUMBER, "value", NULL, false},
                                               {RV_COLUMN_TEXT, "unit", NULL, false}};
    if (!any_left_over(report))
        return;
    struct rv_section *section = rv_document_section(document, "further", "Further values");
    struct rv_part *table = rv_section_table(document, section, NULL, columns, 5);
    struct rv_part *notes = rv_section_part(document, section, RV_BLOCK_LIST, NULL);
    if (notes != NULL)
        notes->tone = RV_TONE_SMALL;
    further_rows(document, report, table, notes);
    rv_table_settle(table);
}

void rv_compose_segments(struct rv_document *document, const struct rv_report *report)
{
    struct table_spec drops = segment_table;
    if (any_row(report, &drops))
        add_table(document, report, &drops,
                  rv_document_section(document, "segments", "Velocity segments"));
    further_values(document, report);
}
