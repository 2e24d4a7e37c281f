/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text tables: CSV, tab-separated, semicolons, blanks; one column a channel, one column a sweep, or
 * rows that carry the number of their sweep.
 */
#include "acquire/planes.h"
#include "acquire/reader.h"
#include "acquire/text_sweeps.h"
#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

enum { BLOCK_ROWS = 4096, CHANNEL_MAX = 1024, AHEAD = 256 };

struct state {
    struct rv_text_table table;
    struct rv_text_time time;
    bool timed;
    bool has_sweeps;
    struct rv_text_sweeps sweeps;
    struct rv_planes planes;
    double *factors;     /* of each channel */
    size_t *columns;     /* of each channel */
    size_t index_column; /* SIZE_MAX: none */
    double next_index;
    uint64_t delivered; /* rows, or sweeps */
    double period_s;    /* from one sweep's place to the next */
    double start_s;     /* of the first row */
    struct rv_event event;
    bool event_pending;
    bool done;
};

/* --- channels ------------------------------------------------------------------------------ */

static bool names_trigger(const char *label)
{
    static const char *const words[] = {"trigger", "trig",   "stim", "stimulus", "marker",
                                        "sync",    "status", "ttl",  NULL};
    for (size_t i = 0; words[i] != NULL; i++)
        if (rv_text_equal_case(label, words[i]))
            return true;
    return false;
}

/* The unit of a column, else of the remark "# unit: mV" (one for all, or one for each). */
static enum rv_status find_unit(struct rv_source *source, const struct rv_text_column *column,
                                size_t index, const char **unit, struct rv_error *err)
{
    const struct state *state = source->state;
    const char *units = state->table.remarks.units;
    *unit = column->unit;
    if (column->unit[0] != '\0' || units == NULL)
        return RV_OK;
    const char *item = rv_text_list_item(source->arena, units, index);
    if (item == NULL && index > 0 && rv_text_list_item(source->arena, units, 1) == NULL)
        item = rv_text_list_item(source->arena, units, 0);
    if (item == NULL)
        return RV_OK;
    struct rv_text_column checked;
    enum rv_status status = rv_text_column_read(source->arena, "", item, &checked, err);
    if (status == RV_OK)
        *unit = checked.unit;
    return status;
}

static enum rv_status describe_channel(struct rv_source *source, size_t index, const char *label,
                                       const struct rv_text_column *column, struct rv_error *err)
{
    struct state *state = source->state;
    struct rv_channel *channel = &source->channels[index];
    channel->label = label != NULL && label[0] != '\0'
                         ? label
                         : rv_arena_format(source->arena, "%zu", index + 1);
    if (channel->label == NULL)
        return rv_fail_memory(err);
    channel->prefilter = channel->transducer = "";
    channel->rate_hz = state->time.rate_hz;
    channel->minimum = channel->maximum = channel->resolution = NAN;
    double factor = 1, stored = 1;
    bool given = false;
    enum rv_status status = find_unit(source, column, index, &channel->unit, err);
    if (status == RV_OK)
        status =
            rv_calibration_find(source->options.calibration, channel->label, &given, &stored, err);
    if (status != RV_OK)
        return status;
    bool has_unit = rv_unit_factor(channel->unit, &factor);
    channel->calibrated = has_unit || given;
    state->factors[index] = has_unit ? factor : stored;
    channel->is_trigger = names_trigger(channel->label);
    if (has_unit && given)
        rv_notice_add(&source->notices, RV_INFO, "calibration_unused", channel->label,
                      "the column names its unit (%s), which is used", channel->unit);
    if (!channel->calibrated && !channel->is_trigger)
        rv_notice_add(&source->notices, RV_WARNING, "no_unit", channel->label,
                      "the column names no unit of voltage (V, mV, uV, nV): amplitudes need a "
                      "calibration");
    return RV_OK;
}

static enum rv_status make_channels(struct rv_source *source, size_t count, size_t rows,
                                    struct rv_error *err)
{
    struct state *state = source->state;
    source->channels = rv_arena_alloc(source->arena, count, sizeof *source->channels);
    state->factors = rv_arena_alloc(source->arena, count, sizeof *state->factors);
    if (source->channels == NULL || state->factors == NULL)
        return rv_fail_memory(err);
    source->channel_count = count;
    return rv_planes_init(&state->planes, count, rows, err);
}

/* --- one column a channel ------------------------------------------------------------------ */

/* Lets the first rows themselves say what is wrong with them. Takes them: only before a refusal. */
static enum rv_status judge_rows(struct rv_text_table *table, size_t count, struct rv_error *err)
{
    bool more = true;
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < count && more && status == RV_OK; i++)
        status = rv_text_table_row(table, &more, err);
    return status;
}

static enum rv_status need_rate(struct rv_text_table *table, double stated_hz, struct rv_error *err)
{
    if (isnan(stated_hz) && judge_rows(table, 1, err) != RV_OK)
        return RV_DATA;
    if (isnan(stated_hz))
        return rv_fail(err, RV_DATA,
                       "no sampling rate: name a column time_s or time_ms, write a line "
                       "\"# Sampling Rate (Hz): 10000\", or give the rate (--rate)");
    if (stated_hz < RV_TEXT_RATE_MIN || stated_hz > RV_TEXT_RATE_MAX)
        return rv_fail(err, RV_DATA, "sampling rate %g Hz, expected %d to %d", stated_hz,
                       RV_TEXT_RATE_MIN, RV_TEXT_RATE_MAX);
    return RV_OK;
}

static enum rv_status fit_time(struct state *state, size_t column, double stated_hz,
                               struct rv_error *err)
{
    double times[AHEAD], weights[AHEAD];
    const uint64_t first_row = state->table.lead[state->table.lead_next].number;
    size_t count = rv_text_table_ahead(&state->table, column, times, weights, AHEAD);
    enum rv_status status = count < 2 ? judge_rows(&state->table, 2, err) : RV_OK;
    if (status != RV_OK)
        return status;
    status = rv_text_time_fit(&state->time, times, weights, count, stated_hz, err);
    return status == RV_OK ? RV_OK
                           : rv_fail_in(err, status, "line %llu", (unsigned long long)first_row);
}

/* Columns that are neither time nor sample number. */
static enum rv_status choose_columns(struct rv_source *source, size_t time_column, size_t *count,
                                     struct rv_error *err)
{
    struct state *state = source->state;
    const struct rv_text_table *table = &state->table;
    state->index_column = rv_text_table_column(table, RV_TEXT_INDEX, 0);
    state->columns = rv_arena_alloc(source->arena, table->column_count, sizeof *state->columns);
    if (state->columns == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < table->column_count; i++)
        if (i != time_column && i != state->index_column)
            state->columns[(*count)++] = i;
    if (*count == 0 || *count > CHANNEL_MAX)
        return rv_fail(err, RV_DATA, "%zu columns of samples, expected 1 to %d", *count,
                       CHANNEL_MAX);
    return RV_OK;
}

static enum rv_status open_channels(struct rv_source *source, double stated_hz,
                                    struct rv_error *err)
{
    struct state *state = source->state;
    struct rv_text_table *table = &state->table;
    const size_t time_column = rv_text_table_column(table, RV_TEXT_TIME, 0);
    size_t count = 0;
    state->timed = time_column != SIZE_MAX;
    state->time.rate_hz = stated_hz;
    enum rv_status status = state->timed ? fit_time(state, time_column, stated_hz, err)
                                         : need_rate(table, stated_hz, err);
    if (status == RV_OK)
        status = choose_columns(source, time_column, &count, err);
    if (status == RV_OK)
        status = make_channels(source, count, BLOCK_ROWS, err);
    for (size_t i = 0; i < count && status == RV_OK; i++) {
        const struct rv_text_column *column = &table->columns[state->columns[i]];
        const char *label = column->label;
        if (label[0] == '\0' && table->remarks.labels != NULL)
            label = rv_text_list_item(source->arena, table->remarks.labels, i);
        status = describe_channel(source, i, label, column, err);
    }
    return status;
}

static enum rv_status take_row(struct state *state, size_t row, struct rv_error *err)
{
    const struct rv_text_table *table = &state->table;
    enum rv_status status = RV_OK;
    if (state->timed) {
        size_t column = rv_text_table_column(table, RV_TEXT_TIME, 0);
        status = rv_text_time_check(&state->time, table->row[column], table->weights[column], err);
    }
    if (status == RV_OK && state->index_column != SIZE_MAX) {
        double index = table->row[state->index_column];
        if (state->delivered + row > 0 && fabs(index - state->next_index) > 0)
            status = rv_fail(err, RV_DATA, "sample number %g where %g was expected", index,
                             state->next_index);
        state->next_index = index + 1;
    }
    if (status != RV_OK)
        return rv_fail_in(err, status, "line %llu", (unsigned long long)table->line);
    for (size_t i = 0; i < state->planes.channel_count; i++)
        rv_planes_channel(&state->planes, i)[row] =
            table->row[state->columns[i]] * state->factors[i];
    return RV_OK;
}

static enum rv_status check_drift(struct rv_source *source, struct rv_error *err)
{
    /* Above 100 parts in a million a clock is worth a word, above 1000 it is not the stated one. */
    const struct state *state = source->state;
    double drift = state->timed ? rv_text_time_drift(&state->time) : 0;
    if (drift > 1e-3)
        return rv_fail(err, RV_DATA,
                       "line %llu: the time column as a whole runs %.2g %% away from %g Hz",
                       (unsigned long long)state->table.line, 100 * drift, state->time.rate_hz);
    if (drift > 1e-4)
        rv_notice_add(&source->notices, RV_WARNING, "rate_drift", NULL,
                      "the time column as a whole runs %.0f parts in a million away from %g Hz",
                      1e6 * drift, state->time.rate_hz);
    return RV_OK;
}

/* A table whose times begin below 0 is one sweep around its stimulus. */
static void place_stimulus(struct rv_source *source)
{
    struct state *state = source->state;
    state->start_s = state->timed ? rv_text_time_first_s(&state->time) : 0;
    if (!(state->start_s < 0))
        return;
    source->facts.one_sweep_a_segment = true;
    state->event = (struct rv_event){.kind = RV_EVENT_STIMULUS,
                                     .time_s = 0,
                                     .duration_s = NAN,
                                     .text = "",
                                     .intensity_ma = NAN,
                                     .intensity_v = NAN};
    state->event_pending = true;
    rv_notice_add(&source->notices, RV_INFO, "stimulus_at_zero", NULL,
                  "times begin before 0, so 0 is taken as the stimulus");
}

/* Fills the planes; *rows is smaller than a block at the end. */
static enum rv_status fill_rows(struct rv_source *source, size_t *rows, struct rv_error *err)
{
    struct state *state = source->state;
    for (*rows = 0; *rows < BLOCK_ROWS; ++*rows) {
        bool more;
        enum rv_status status = rv_text_table_row(&state->table, &more, err);
        if (status == RV_OK && !more) {
            state->done = true;
            return check_drift(source, err);
        }
        if (status == RV_OK)
            status = take_row(state, *rows, err);
        if (status != RV_OK)
            return status;
    }
    return RV_OK;
}

static enum rv_status next_rows(struct rv_source *source, struct rv_block *block, bool *more,
                                struct rv_error *err)
{
    struct state *state = source->state;
    size_t rows;
    enum rv_status status = fill_rows(source, &rows, err);
    *more = status == RV_OK && rows > 0;
    if (!*more)
        return status;
    if (state->delivered == 0)
        place_stimulus(source);
    rv_planes_fill(&state->planes, rows);
    rv_planes_show(&state->planes, block);
    block->new_segment = state->delivered == 0;
    block->start_s = state->start_s + (double)state->delivered / state->time.rate_hz;
    state->delivered += rows;
    double end_s = state->start_s + (double)state->delivered / state->time.rate_hz;
    if (state->event_pending && (end_s > 0 || state->done)) {
        block->events = &state->event;
        block->event_count = 1;
        state->event_pending = false;
    }
    return RV_OK;
}

/* --- sweeps -------------------------------------------------------------------------------- */

static const struct rv_text_column *value_column(const struct rv_text_table *table)
{
    return &table->columns[rv_text_table_column(table, RV_TEXT_CHANNEL, 0)];
}

/* One unit for all sweeps of a channel. */
static enum rv_status check_sweep_units(const struct rv_text_table *table, struct rv_error *err)
{
    if (rv_text_table_column(table, RV_TEXT_CHANNEL, 0) == SIZE_MAX)
        return rv_fail(err, RV_DATA, "line %llu: sweeps without a column of samples",
                       (unsigned long long)table->lead[0].number);
    const struct rv_text_column *first = value_column(table);
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].role == RV_TEXT_CHANNEL &&
            strcmp(table->columns[i].unit, first->unit) != 0)
            return rv_fail(err, RV_DATA, "line %llu: sweeps of one channel in '%s' and in '%s'",
                           (unsigned long long)table->lead[0].number, first->unit,
                           table->columns[i].unit);
    return RV_OK;
}

static enum rv_status open_sweeps(struct rv_source *source, double stated_hz, struct rv_error *err)
{
    struct state *state = source->state;
    struct rv_text_table *table = &state->table;
    struct rv_text_sweeps *sweeps = &state->sweeps;
    enum rv_status status = check_sweep_units(table, err);
    if (status == RV_OK)
        status = rv_text_sweeps_read(table, &state->time, stated_hz, source->options.max_samples,
                                     sweeps, err);
    if (status == RV_OK)
        status = make_channels(source, sweeps->channel_count, sweeps->longest, err);
    for (size_t i = 0; i < sweeps->channel_count && status == RV_OK; i++) {
        const char *label = sweeps->labels != NULL ? sweeps->labels[i] : NULL;
        if (table->remarks.labels != NULL)
            label = rv_text_list_item(source->arena, table->remarks.labels, i);
        else if (label == NULL && sweeps->in_rows)
            label = value_column(table)->label;
        status = describe_channel(source, i, label, value_column(table), err);
    }
    if (status != RV_OK)
        return status;
    double longest_s = (double)sweeps->longest / state->time.rate_hz, latest_s = 0;
    for (size_t i = 0; i < sweeps->sweep_count; i++)
        latest_s = fmax(latest_s, sweeps->sweeps[i].first_s);
    state->period_s = floor(longest_s + latest_s) + 1; /* whole seconds: exact in every sum */
    source->facts.one_sweep_a_segment = source->facts.discontinuous = true;
    state->has_sweeps = true;
    return RV_OK;
}

static void next_sweep(struct state *state, struct rv_block *block, bool *more)
{
    *more = state->delivered < state->sweeps.sweep_count;
    if (!*more)
        return;
    size_t index = (size_t)state->delivered++;
    const struct rv_text_sweep *sweep = &state->sweeps.sweeps[index];
    rv_text_sweeps_copy(&state->sweeps, index, state->factors, &state->planes);
    rv_planes_show(&state->planes, block);
    block->new_segment = true;
    block->start_s = (double)index * state->period_s + fmax(sweep->first_s, 0);
    state->event = (struct rv_event){.kind = RV_EVENT_STIMULUS,
                                     .time_s = block->start_s - sweep->first_s,
                                     .duration_s = NAN,
                                     .text = sweep->text,
                                     .intensity_ma = sweep->milliampere,
                                     .intensity_v = sweep->volt};
    block->events = &state->event;
    block->event_count = 1;
}

/* --- the reader ---------------------------------------------------------------------------- */

static enum rv_status open_text(struct rv_source *source, struct rv_error *err)
{
    struct state *state = rv_allocate(1, sizeof *state);
    if (state == NULL)
        return rv_fail_memory(err);
    source->state = state;
    state->table.lines.input = source->input;
    source->facts.format = "text table";
    enum rv_status status = rv_text_table_open(&state->table, source->arena, err);
    if (status != RV_OK)
        return status;
    double stated_hz =
        source->options.rate_hz > 0 ? source->options.rate_hz : state->table.remarks.rate_hz;
    size_t time_column = rv_text_table_column(&state->table, RV_TEXT_TIME, 0);
    state->time.unit_s =
        time_column == SIZE_MAX ? (double)NAN : state->table.columns[time_column].factor;
    status = rv_text_holds_sweeps(&state->table) ? open_sweeps(source, stated_hz, err)
                                                 : open_channels(source, stated_hz, err);
    if (status == RV_OK && state->time.unit_deduced)
        rv_notice_add(&source->notices, RV_WARNING, "time_unit", NULL,
                      "the time column names no unit; its steps fit %s only",
                      state->time.unit_s > 0.5    ? "seconds"
                      : state->time.unit_s > 1e-4 ? "milliseconds"
                                                  : "microseconds");
    if (status == RV_OK && state->table.cells.decimal == ',')
        rv_notice_add(&source->notices, RV_INFO, "decimal_comma", NULL,
                      "numbers are read with a decimal comma");
    return status;
}

static enum rv_status next_text(struct rv_source *source, struct rv_block *block, bool *more,
                                struct rv_error *err)
{
    struct state *state = source->state;
    *more = false;
    if (state->done)
        return RV_OK;
    if (!state->has_sweeps)
        return next_rows(source, block, more, err);
    next_sweep(state, block, more);
    return RV_OK;
}

static void close_text(struct rv_source *source)
{
    struct state *state = source->state;
    rv_text_table_finish(&state->table);
    rv_text_sweeps_finish(&state->sweeps);
    rv_planes_finish(&state->planes);
    rv_release(state);
    source->state = NULL;
}

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name), wanted = strlen(ending);
    return length > wanted && rv_text_equal_case(name + length - wanted, ending);
}

/* A NUL is let through only where the name promises text: the sentence can then name its line. */
static bool belongs_in_text(unsigned char c, bool named)
{
    static const char controls[] = "\t\n\r\f";
    if (c == 0 || c == 0x1A)
        return named;
    return c != 0x7F && (c >= 0x20 || strchr(controls, c) != NULL);
}

/* Anything printable; whether it is a table shows when it is read. */
static bool matches_text(const unsigned char *bytes, size_t size, const char *name)
{
    bool named = ends_with(name, ".csv") || ends_with(name, ".tsv") || ends_with(name, ".txt");
    bool digit = false;
    if (size >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0))
        return named;
    for (size_t i = 0; i < size; i++) {
        if (!belongs_in_text(bytes[i], named))
            return false;
        digit = digit || (bytes[i] >= '0' && bytes[i] <= '9');
    }
    return digit || named;
}

const struct rv_reader rv_reader_text = {
    .name = "text",
    .description = "text tables: CSV, tab, semicolon or blank separated",
    .matches = matches_text,
    .open = open_text,
    .next = next_text,
    .close = close_text,
};
