/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stimuli of a BIDS recording in groups that say the same.
 */
#include "session/bids_groups.h"

#include "base/error.h"
#include "epoch/annotation.h"
#include "session/study_tables.h"

#include <math.h>
#include <string.h>

/* One stimulus as the table or the recording tells it. */
struct told {
    const char *source, *text;
    const struct rv_bids_row_event *row; /* NULL: of the recording itself */
    double intensity_ma, intensity_v;
    size_t number;
};

/* What may differ from one stimulus of a response to the next. */
static bool is_of_stimulus(const char *column)
{
    static const char *const columns[] = {"intensity_ma", "intensity_v", "pulse_ms", "note"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (strcmp(column, columns[i]) == 0)
            return true;
    return false;
}

static bool same_cells(const struct rv_table *table, size_t a, size_t b)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (rv_response_has_column(table->columns[i]) && !is_of_stimulus(table->columns[i]) &&
            !rv_text_equal(rv_table_cell(table, a, i), rv_table_cell(table, b, i)))
            return false;
    return true;
}

static bool belongs(const struct rv_bids_groups *groups, const struct rv_bids_group *group,
                    const struct told *told, const struct rv_said *said)
{
    if (group->described != (told->row != NULL && told->row->described))
        return false;
    if (!rv_said_same(&group->said.label, &said->label))
        return false;
    return group->described ? same_cells(groups->table, group->row, told->row->row)
                            : rv_same_but_numbers(group->said.text, said->text);
}

static void flush_range(struct rv_bids_group *group)
{
    if (group->first == 0)
        return;
    const char *comma = group->stimuli.length > 0 ? "," : "";
    if (group->first == group->last)
        rv_text_format(&group->stimuli, "%s%zu", comma, group->first);
    else
        rv_text_format(&group->stimuli, "%s%zu-%zu", comma, group->first, group->last);
    group->first = 0;
}

static bool differs(double a, double b)
{
    return isnan(a) != isnan(b) || fabs(a - b) > 1e-9;
}

static void take_stimulus(struct rv_bids_group *group, const struct told *told, double pulse_ms)
{
    group->ma_differs = group->ma_differs || differs(group->cells.intensity_ma, told->intensity_ma);
    group->v_differs = group->v_differs || differs(group->cells.intensity_v, told->intensity_v);
    group->pulse_differs = group->pulse_differs || differs(group->cells.pulse_ms, pulse_ms);
    if (group->first > 0 && told->number == group->last + 1) {
        group->last++;
        return;
    }
    flush_range(group);
    group->first = group->last = told->number;
}

static enum rv_status read_cells(const struct rv_bids_groups *groups, const struct told *told,
                                 struct rv_response *cells, bool *kind_known, struct rv_error *err)
{
    const struct rv_table *table = groups->table;
    *cells = rv_response_blank();
    *kind_known = false;
    if (told->row == NULL || !told->row->described)
        return RV_OK;
    enum rv_status status = rv_response_cells(table, told->row->row, groups->arena, cells, err);
    *kind_known = rv_table_cell(table, told->row->row, rv_table_column(table, "kind")) != NULL;
    return status == RV_OK ? RV_OK : rv_fail_in(err, status, "%s", groups->file);
}

static enum rv_status add_group(struct rv_bids_groups *groups, const struct told *told,
                                const struct rv_said *said, const struct rv_response *cells,
                                bool kind_known, struct rv_error *err)
{
    if (groups->count == RV_BIDS_GROUPS_MAX)
        return rv_fail(err, RV_STUDY, "%s: more than %d different responses in one recording",
                       groups->file, RV_BIDS_GROUPS_MAX);
    if (!rv_grow(&groups->items, &groups->capacity, groups->count + 1, sizeof *groups->items))
        return rv_fail_memory(err);
    struct rv_bids_group *group = &groups->items[groups->count++];
    *group = (struct rv_bids_group){.said = *said,
                                    .cells = *cells,
                                    .described = told->row != NULL && told->row->described,
                                    .kind_known = kind_known,
                                    .row = told->row != NULL ? told->row->row : 0,
                                    .line = told->row != NULL ? told->row->line : 0};
    group->cells.intensity_ma = told->intensity_ma;
    group->cells.intensity_v = told->intensity_v;
    return RV_OK;
}

static enum rv_status read_words(const struct rv_bids_groups *groups, const struct told *told,
                                 struct rv_said *said, struct rv_error *err)
{
    struct rv_notices quiet = {.arena = groups->arena}; /* columns say it: words are for people */
    bool described = told->row != NULL && told->row->described;
    enum rv_status status = rv_said_read(told->source, told->text, groups->arena,
                                         described ? &quiet : groups->notices, said, err);
    rv_notices_finish(&quiet);
    if (status != RV_OK && told->row != NULL)
        return rv_fail_in(err, status, "%s: line %zu", groups->file, told->row->line);
    return status;
}

static enum rv_status add_told(struct rv_bids_groups *groups, const struct told *told,
                               struct rv_error *err)
{
    struct rv_said said;
    struct rv_response cells;
    bool kind_known;
    enum rv_status status = read_words(groups, told, &said, err);
    if (status == RV_OK)
        status = read_cells(groups, told, &cells, &kind_known, err);
    if (status != RV_OK)
        return status;
    double pulse_ms = isnan(cells.pulse_ms) ? said.label.pulse_ms : cells.pulse_ms;
    size_t i = groups->count; /* the last that fits: an earlier one may be of the limb when cold */
    while (i > 0 && !belongs(groups, &groups->items[i - 1], told, &said))
        i--;
    i = i > 0 ? i - 1 : groups->count;
    if (i == groups->count) {
        status = add_group(groups, told, &said, &cells, kind_known, err);
        if (status != RV_OK)
            return status;
        groups->items[i].cells.pulse_ms = pulse_ms;
    }
    if (isnan(groups->items[i].said.label.temperature_c))
        groups->items[i].said.label.temperature_c = said.label.temperature_c;
    take_stimulus(&groups->items[i], told, pulse_ms);
    return RV_OK;
}

static enum rv_status take_rows(struct rv_bids_groups *groups,
                                const struct rv_bids_recording *recording, struct rv_error *err)
{
    const struct rv_bids_events *events = &recording->events;
    enum rv_status status = RV_OK;
    groups->file = events->file;
    for (size_t i = 0; i < events->count && status == RV_OK; i++) {
        const struct rv_bids_row_event *row = &events->rows[i];
        struct told told = {.source = "trial_type",
                            .text = row->text,
                            .row = row,
                            .intensity_ma = row->intensity_ma,
                            .intensity_v = row->intensity_v,
                            .number = row->number};
        if (row->stimulus)
            status = add_told(groups, &told, err);
    }
    return status;
}

static enum rv_status take_own(struct rv_bids_groups *groups, const struct rv_event *own,
                               size_t own_count, struct rv_error *err)
{
    enum rv_status status = RV_OK;
    size_t number = 0;
    for (size_t i = 0; i < own_count && status == RV_OK; i++) {
        struct told told = {.source = "annotation",
                            .text = own[i].text,
                            .intensity_ma = own[i].intensity_ma,
                            .intensity_v = own[i].intensity_v,
                            .number = number + 1};
        if (own[i].kind != RV_EVENT_STIMULUS)
            continue;
        number++;
        status = add_told(groups, &told, err);
    }
    return status;
}

enum rv_status rv_bids_groups_make(const struct rv_bids_recording *recording,
                                   const struct rv_event *own, size_t own_count,
                                   struct rv_bids_groups *groups, struct rv_error *err)
{
    enum rv_status status;
    groups->file = recording->name->file;
    groups->table = &recording->events.table;
    if (recording->events.stimulus_count > 0)
        status = take_rows(groups, recording, err);
    else
        status = take_own(groups, own, own_count, err);
    if (status == RV_OK && groups->count == 0) {
        struct told nothing = {
            .source = "annotation", .text = "", .intensity_ma = NAN, .intensity_v = NAN};
        status = add_told(groups, &nothing, err);
    }
    for (size_t i = 0; i < groups->count; i++) {
        flush_range(&groups->items[i]);
        if (groups->items[i].stimuli.failed && status == RV_OK)
            status = rv_fail_memory(err);
    }
    return status;
}

void rv_bids_groups_finish(struct rv_bids_groups *groups)
{
    for (size_t i = 0; i < groups->count; i++)
        rv_text_finish(&groups->items[i].stimuli);
    rv_release(groups->items);
    *groups = (struct rv_bids_groups){0};
}
