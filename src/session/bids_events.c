/* SPDX-License-Identifier: GPL-3.0-or-later
 * *_events.tsv: stimuli with what they are of, and remarks. A row is a stimulus where columns of
 * responses.tsv say what was stimulated, or where its words do.
 */
#include "acquire/edf.h"
#include "base/error.h"
#include "base/text.h"
#include "session/bids_json.h"
#include "session/bids_recording.h"
#include "session/study_tables.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 4096 }; /* bytes of what one row says in words */

struct reading {
    struct rv_arena *arena;
    struct rv_bids_events *events;
    struct rv_bids_json dictionary;
};

static const char *cell(const struct reading *reading, size_t row, const char *column)
{
    const struct rv_table *table = &reading->events->table;
    return rv_table_cell(table, row, rv_table_column(table, column));
}

static enum rv_status wrong(const struct reading *reading, size_t row, const char *column,
                            const char *expected, struct rv_error *err)
{
    return rv_bids_wrong(reading->events->file, &reading->events->table, row, column, expected,
                         err);
}

/* --- words --------------------------------------------------------------------------------- */

/* What a column says: its words, and what the dictionary says of them. Numbers are codes. */
static enum rv_status add_words(const struct reading *reading, size_t row, const char *column,
                                struct rv_text *words, struct rv_error *err)
{
    const char *meaning, *text = cell(reading, row, column);
    double number;
    if (text == NULL)
        return RV_OK;
    enum rv_status status = rv_bids_json_level(&reading->dictionary, column, text, &meaning, err);
    if (status != RV_OK)
        return status;
    if (!rv_number_text(text, &number, NULL))
        rv_text_format(words, "%s%s", words->length > 0 ? "; " : "", text);
    if (meaning != NULL)
        rv_text_format(words, "%s%s", words->length > 0 ? "; " : "", meaning);
    return RV_OK;
}

static enum rv_status read_words(const struct reading *reading, size_t row, const char **text,
                                 struct rv_error *err)
{
    static const char *const columns[] = {"trial_type", "event_type", "value", "description"};
    struct rv_text words = {0};
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < sizeof columns / sizeof *columns && status == RV_OK; i++)
        status = add_words(reading, row, columns[i], &words, err);
    if (status == RV_OK && words.failed)
        status = rv_fail_memory(err);
    if (status == RV_OK && words.length > WORDS_MAX)
        status = rv_fail(err, RV_STUDY, "%s: line %zu: %zu bytes of words; expected at most %d",
                         reading->events->file, reading->events->table.lines[row], words.length,
                         WORDS_MAX);
    if (status == RV_OK) {
        *text = rv_arena_text(reading->arena, words.bytes != NULL ? words.bytes : "");
        if (*text == NULL)
            status = rv_fail_memory(err);
    }
    rv_text_finish(&words);
    return status;
}

/* "Stimulus …", "Stim", or words that name a stimulation site, or a nerve and a kind of study. */
static enum rv_status speaks_of_stimulus(const struct reading *reading,
                                         struct rv_bids_row_event *event, struct rv_error *err)
{
    struct rv_label label;
    char *storage = rv_arena_alloc(reading->arena, strlen(event->text) + 1, 1);
    if (storage == NULL)
        return rv_fail_memory(err);
    rv_label_read(event->text, storage, &label);
    event->stimulus = rv_edf_stimulus_read(event->text, strlen(event->text), &event->intensity_ma,
                                           &event->intensity_v) ||
                      label.stimulate != NULL || (label.nerve != NULL && label.kind_known);
    if (isnan(event->intensity_ma))
        event->intensity_ma = label.intensity_ma;
    if (isnan(event->intensity_v))
        event->intensity_v = label.intensity_v;
    return RV_OK;
}

/* --- rows ---------------------------------------------------------------------------------- */

static enum rv_status read_times(const struct reading *reading, size_t row,
                                 struct rv_bids_row_event *event, struct rv_error *err)
{
    const char *onset = cell(reading, row, "onset"), *duration = cell(reading, row, "duration");
    event->onset_s = event->duration_s = NAN;
    if (onset != NULL && !rv_number_text(onset, &event->onset_s, NULL))
        return wrong(reading, row, "onset", "a number of seconds with a point", err);
    if (duration != NULL &&
        (!rv_number_text(duration, &event->duration_s, NULL) || event->duration_s < 0))
        return wrong(reading, row, "duration", "a number of seconds from 0, or n/a", err);
    if (event->stimulus && isnan(event->onset_s))
        return wrong(reading, row, "onset", "the time of the stimulus", err);
    return RV_OK;
}

/* Columns that say what was stimulated or how: with one of them a row is a stimulus. */
static bool is_described(const struct reading *reading, size_t row)
{
    static const char *const columns[] = {"kind",         "nerve",       "stimulate",
                                          "intensity_ma", "intensity_v", "pulse_ms"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (cell(reading, row, columns[i]) != NULL)
            return true;
    return false;
}

static double number_of(const struct reading *reading, size_t row, const char *column,
                        double otherwise)
{
    double number;
    const char *text = cell(reading, row, column);
    return text != NULL && rv_number_text(text, &number, NULL) ? number : otherwise;
}

static enum rv_status read_row(const struct reading *reading, size_t row,
                               struct rv_bids_row_event *event, struct rv_error *err)
{
    /* The recording is the one that the table is of; a row is its own stimulus. */
    static const char *const refused[] = {"file", "stimuli"};
    *event = (struct rv_bids_row_event){.intensity_ma = NAN,
                                        .intensity_v = NAN,
                                        .row = row,
                                        .line = reading->events->table.lines[row]};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (cell(reading, row, refused[i]) != NULL)
            return wrong(reading, row, refused[i],
                         "n/a: a row is one stimulus of the recording beside it", err);
    enum rv_status status = read_words(reading, row, &event->text, err);
    if (status == RV_OK)
        status = speaks_of_stimulus(reading, event, err);
    event->described = is_described(reading, row);
    event->stimulus = event->stimulus || event->described;
    event->intensity_ma = number_of(reading, row, "intensity_ma", event->intensity_ma);
    event->intensity_v = number_of(reading, row, "intensity_v", event->intensity_v);
    return status == RV_OK ? read_times(reading, row, event, err) : status;
}

/* --- one time, one stimulus ---------------------------------------------------------------- */

static int by_onset(const void *a, const void *b)
{
    const struct rv_bids_row_event *left = *(struct rv_bids_row_event *const *)a;
    const struct rv_bids_row_event *right = *(struct rv_bids_row_event *const *)b;
    if (left->onset_s < right->onset_s || left->onset_s > right->onset_s)
        return left->onset_s < right->onset_s ? -1 : 1;
    return (left->row > right->row) - (left->row < right->row);
}

/* Two rows of one time are of one stimulus, in two channels or for two measurements. */
static enum rv_status join(const struct reading *reading, struct rv_bids_row_event *first,
                           struct rv_bids_row_event *second, struct rv_error *err)
{
    double *pairs[][2] = {{&first->intensity_ma, &second->intensity_ma},
                          {&first->intensity_v, &second->intensity_v}};
    for (size_t i = 0; i < 2; i++) {
        double *a = pairs[i][0], *b = pairs[i][1];
        if (!isnan(*a) && !isnan(*b) && fabs(*a - *b) > 1e-9)
            return rv_fail(err, RV_STUDY,
                           "%s: lines %zu and %zu are of one time and differ in intensity: %g "
                           "and %g",
                           reading->events->file, first->line, second->line, *a, *b);
        *a = *b = isnan(*a) ? *b : *a;
    }
    second->number = first->number;
    return RV_OK;
}

static bool same_time(const struct rv_bids_row_event *a, const struct rv_bids_row_event *b)
{
    return !(a->onset_s < b->onset_s) && !(a->onset_s > b->onset_s);
}

static enum rv_status number_stimuli(const struct reading *reading, struct rv_error *err)
{
    struct rv_bids_events *events = reading->events;
    struct rv_bids_row_event **order = rv_allocate(events->count, sizeof *order);
    size_t count = 0;
    enum rv_status status = RV_OK;
    if (order == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < events->count; i++)
        if (events->rows[i].stimulus)
            order[count++] = &events->rows[i];
    if (count > 1)
        qsort(order, count, sizeof *order, by_onset);
    for (size_t i = 0; i < count && status == RV_OK; i++) {
        if (i > 0 && same_time(order[i - 1], order[i]))
            status = join(reading, order[i - 1], order[i], err);
        else
            order[i]->number = ++events->stimulus_count;
    }
    rv_release(order);
    return status;
}

/* --- all ----------------------------------------------------------------------------------- */

static enum rv_status tell(struct rv_bids_recording *recording, struct rv_arena *arena,
                           struct rv_error *err)
{
    static const char *const known[] = {"onset",      "duration", "trial_type",
                                        "event_type", "value",    "description",
                                        "sample",     "HED",      NULL};
    const struct rv_bids_events *events = &recording->events;
    struct rv_text unused = {0};
    size_t rows = 0, listed = 0;
    for (size_t i = 0; i < events->count; i++)
        rows += events->rows[i].stimulus ? 1 : 0;
    for (size_t i = 0; i < events->table.column_count && listed < 8; i++) {
        char visible[520];
        const char *name = events->table.columns[i];
        size_t k = 0;
        while (known[k] != NULL && strcmp(known[k], name) != 0)
            k++;
        if (known[k] != NULL || rv_response_has_column(name))
            continue;
        rv_text_visible(name, strlen(name), visible, sizeof visible);
        rv_text_format(&unused, "%s%s",
                       listed++ > 0 ? ", " : "; columns without a meaning here: ", visible);
    }
    recording->events_told =
        rv_arena_format(arena, "%s: %zu rows, %zu of stimuli at %zu times%s",
                        rv_bids_short_name(recording->name, events->file), events->count, rows,
                        events->stimulus_count, unused.bytes != NULL ? unused.bytes : "");
    rv_text_finish(&unused);
    return recording->events_told != NULL ? RV_OK : rv_fail_memory(err);
}

static enum rv_status read_rows(struct reading *reading, struct rv_error *err)
{
    struct rv_bids_events *events = reading->events;
    enum rv_status status = RV_OK;
    if (rv_table_column(&events->table, "onset") == SIZE_MAX)
        return rv_fail(err, RV_STUDY, "%s: column onset is missing", events->file);
    events->count = events->table.row_count;
    events->rows = rv_arena_alloc(reading->arena, events->count, sizeof *events->rows);
    if (events->rows == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < events->count && status == RV_OK; i++)
        status = read_row(reading, i, &events->rows[i], err);
    return status == RV_OK ? number_stimuli(reading, err) : status;
}

enum rv_status rv_bids_events_read(const struct rv_bids_place *place,
                                   struct rv_bids_recording *recording, struct rv_error *err)
{
    const char *files[RV_BIDS_LEVELS];
    size_t count;
    struct reading reading = {.arena = place->arena, .events = &recording->events};
    struct rv_bids_events *events = &recording->events;
    *events = (struct rv_bids_events){0};
    enum rv_status status =
        rv_bids_table(place, recording->name, "events", &events->file, &events->table, err);
    if (status != RV_OK || events->file == NULL)
        return status;
    status = rv_bids_sidecars(place, recording->name, "events", ".json", files, &count, err);
    if (status == RV_OK)
        status = rv_bids_json_read(place, files, count, &reading.dictionary, err);
    if (status == RV_OK)
        status = read_rows(&reading, err);
    if (status == RV_OK)
        status = tell(recording, place->arena, err);
    rv_bids_json_finish(&reading.dictionary);
    return status;
}
