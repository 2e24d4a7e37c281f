/* SPDX-License-Identifier: GPL-3.0-or-later
 * A text table of sweeps, in memory: one column a sweep, or rows that carry the number of theirs.
 */
#include "acquire/text_sweeps.h"

#include "base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    VALUE_MAX = 1 << 25, /* numbers kept: 256 MiB */
    CHANNEL_MAX = 64,
};

/* Fixed places of a kept row; its values follow. */
enum { LINE, SWEEP, CHANNEL, STIMULUS, TIME, WEIGHT, VALUES };

void rv_text_sweeps_finish(struct rv_text_sweeps *sweeps)
{
    rv_release(sweeps->values);
    rv_release(sweeps->order);
    rv_release(sweeps->series);
    *sweeps = (struct rv_text_sweeps){0};
}

static bool all_sweep_named(const struct rv_text_table *table)
{
    size_t named = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].role != RV_TEXT_CHANNEL)
            continue;
        if (!table->columns[i].sweep_named && !table->remarks.sweeps)
            return false;
        named++;
    }
    return named > 0;
}

bool rv_text_holds_sweeps(const struct rv_text_table *table)
{
    if (rv_text_table_column(table, RV_TEXT_SWEEP, 0) != SIZE_MAX)
        return true;
    return rv_text_table_column(table, RV_TEXT_TIME, 0) != SIZE_MAX && all_sweep_named(table);
}

static enum rv_status at_line(enum rv_status status, double line, struct rv_error *err)
{
    return rv_fail_in(err, status, "line %.0f", line);
}

/* Reads all rows; `columns` says which column goes to each place of a kept row, SIZE_MAX none. */
static enum rv_status keep_rows(struct rv_text_table *table, const size_t *columns,
                                size_t time_column, size_t max_samples,
                                struct rv_text_sweeps *sweeps, struct rv_error *err)
{
    size_t capacity = 0;
    const size_t size = sweeps->row_size, samples_a_row = size - VALUES;
    for (;;) {
        bool more;
        enum rv_status status = rv_text_table_row(table, &more, err);
        if (status != RV_OK || !more)
            return status;
        size_t used = sweeps->row_count * size;
        if ((sweeps->row_count + 1) * samples_a_row > max_samples)
            return rv_fail(err, RV_DATA, "holds more than the %zu samples that may be read",
                           max_samples);
        if (used + size > VALUE_MAX)
            return rv_fail(err, RV_DATA,
                           "line %llu: more sweeps than are kept in memory (%d numbers): split "
                           "the table",
                           (unsigned long long)table->line, VALUE_MAX);
        if (!rv_grow(&sweeps->values, &capacity, used + size, sizeof *sweeps->values))
            return rv_fail_memory(err);
        double *row = sweeps->values + used;
        for (size_t i = 0; i < size; i++)
            row[i] = columns[i] == SIZE_MAX ? 0 : table->row[columns[i]];
        row[LINE] = (double)table->line;
        row[WEIGHT] = table->weights[time_column];
        sweeps->row_count++;
    }
}

/* Fits the rate to the series [begin, end) of `rows` when it is the first, checks it otherwise. */
static enum rv_status check_series(struct rv_text_time *time, double *const *rows, size_t count,
                                   double stated_hz, struct rv_error *err)
{
    enum rv_status status = RV_OK;
    if (!(time->rate_hz > 0)) {
        double *times = rv_allocate(2 * count, sizeof *times);
        if (times == NULL)
            return rv_fail_memory(err);
        for (size_t i = 0; i < count; i++) {
            times[i] = rows[i][TIME];
            times[count + i] = rows[i][WEIGHT];
        }
        status = rv_text_time_fit(time, times, times + count, count, stated_hz, err);
        rv_release(times);
        if (status != RV_OK)
            return at_line(status, rows[0][LINE], err);
    }
    rv_text_time_restart(time);
    for (size_t i = 0; i < count; i++) {
        status = rv_text_time_check(time, rows[i][TIME], rows[i][WEIGHT], err);
        if (status != RV_OK)
            return at_line(status, rows[i][LINE], err);
    }
    return RV_OK;
}

/* --- one column a sweep -------------------------------------------------------------------- */

static enum rv_status read_columns(struct rv_text_table *table, struct rv_text_time *time,
                                   double stated_hz, size_t max_samples,
                                   struct rv_text_sweeps *sweeps, struct rv_error *err)
{
    const size_t time_column = rv_text_table_column(table, RV_TEXT_TIME, 0);
    size_t *columns = rv_arena_alloc(table->arena, table->column_count + VALUES, sizeof *columns);
    sweeps->sweeps = rv_arena_alloc(table->arena, table->column_count, sizeof *sweeps->sweeps);
    if (columns == NULL || sweeps->sweeps == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < VALUES; i++)
        columns[i] = i == TIME ? time_column : SIZE_MAX;
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].role != RV_TEXT_CHANNEL)
            continue;
        struct rv_text_sweep *sweep = &sweeps->sweeps[sweeps->sweep_count];
        columns[VALUES + sweeps->sweep_count++] = i;
        sweep->text = table->columns[i].label;
        rv_text_intensity(table->columns[i].name, &sweep->volt, &sweep->milliampere);
    }
    sweeps->channel_count = 1;
    sweeps->row_size = VALUES + sweeps->sweep_count;
    enum rv_status status = keep_rows(table, columns, time_column, max_samples, sweeps, err);
    if (status != RV_OK)
        return status;
    sweeps->order = rv_allocate(sweeps->row_count, sizeof *sweeps->order);
    if (sweeps->order == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < sweeps->row_count; i++)
        sweeps->order[i] = sweeps->values + i * sweeps->row_size;
    status = check_series(time, sweeps->order, sweeps->row_count, stated_hz, err);
    sweeps->longest = sweeps->row_count;
    for (size_t i = 0; i < sweeps->sweep_count && status == RV_OK; i++)
        sweeps->sweeps[i].first_s = sweeps->order[0][TIME] * time->unit_s;
    return status;
}

/* --- rows with the number of their sweep ----------------------------------------------------- */

static int by_sweep_and_channel(const void *a, const void *b)
{
    const double *left, *right;
    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    static const int keys[] = {SWEEP, CHANNEL, LINE};
    for (size_t i = 0; i < 3; i++)
        if (left[keys[i]] < right[keys[i]] || left[keys[i]] > right[keys[i]])
            return left[keys[i]] < right[keys[i]] ? -1 : 1;
    return 0;
}

static bool differ(double a, double b)
{
    return a < b || a > b;
}

/* The numbers of the channels, ascending, become their labels. */
static enum rv_status number_channels(struct rv_text_table *table, struct rv_text_sweeps *sweeps,
                                      double numbers[static CHANNEL_MAX], struct rv_error *err)
{
    size_t count = 0;
    for (size_t i = 0; i < sweeps->row_count; i++) {
        double number = sweeps->order[i][CHANNEL];
        size_t at = 0;
        while (at < count && numbers[at] < number)
            at++;
        if (at < count && !differ(numbers[at], number))
            continue;
        if (count == CHANNEL_MAX)
            return at_line(rv_fail(err, RV_DATA, "more than %d channels", CHANNEL_MAX),
                           sweeps->order[i][LINE], err);
        memmove(numbers + at + 1, numbers + at, (count - at) * sizeof *numbers);
        numbers[at] = number;
        count++;
    }
    sweeps->channel_count = count;
    sweeps->labels = rv_arena_alloc(table->arena, count, sizeof *sweeps->labels);
    for (size_t i = 0; i < count && sweeps->labels != NULL; i++)
        sweeps->labels[i] = rv_arena_format(table->arena, "%g", numbers[i]);
    return sweeps->labels == NULL ? rv_fail_memory(err) : RV_OK;
}

static size_t count_sweeps(const struct rv_text_sweeps *sweeps)
{
    size_t count = sweeps->row_count > 0;
    for (size_t i = 1; i < sweeps->row_count; i++)
        count += differ(sweeps->order[i][SWEEP], sweeps->order[i - 1][SWEEP]);
    return count;
}

/* series[s * channels + c] is the first row of sweep s in channel c, the next entry its end. */
static enum rv_status index_series(struct rv_text_sweeps *sweeps, const double *numbers,
                                   struct rv_error *err)
{
    size_t total;
    if (!rv_multiply(sweeps->sweep_count, sweeps->channel_count, &total))
        return rv_fail_memory(err);
    sweeps->series = rv_allocate(total + 1, sizeof *sweeps->series);
    if (sweeps->series == NULL)
        return rv_fail_memory(err);
    size_t row = 0;
    for (size_t s = 0; s < sweeps->sweep_count; s++) {
        double sweep = sweeps->order[row][SWEEP];
        for (size_t c = 0; c < sweeps->channel_count; c++) {
            size_t begin = row;
            while (row < sweeps->row_count && !differ(sweeps->order[row][SWEEP], sweep) &&
                   !differ(sweeps->order[row][CHANNEL], numbers[c]))
                row++;
            sweeps->series[s * sweeps->channel_count + c] = begin;
            sweeps->longest = row - begin > sweeps->longest ? row - begin : sweeps->longest;
        }
    }
    sweeps->series[total] = row;
    return RV_OK;
}

/* All series of one sweep begin together and keep one intensity. */
static enum rv_status check_sweep(struct rv_text_sweeps *sweeps, size_t index,
                                  struct rv_text_time *time, double stated_hz, struct rv_error *err)
{
    const size_t *series = sweeps->series + index * sweeps->channel_count;
    double *const first = sweeps->order[series[0]];
    for (size_t c = 0; c < sweeps->channel_count; c++) {
        size_t begin = series[c], count = series[c + 1] - begin;
        if (count == 0)
            continue;
        enum rv_status status = check_series(time, sweeps->order + begin, count, stated_hz, err);
        if (status != RV_OK)
            return status;
        double apart = (sweeps->order[begin][TIME] - first[TIME]) * time->unit_s * time->rate_hz;
        if (fabs(apart) > 0.01)
            return at_line(rv_fail(err, RV_DATA, "channels of sweep %g begin %g samples apart",
                                   first[SWEEP], apart),
                           sweeps->order[begin][LINE], err);
    }
    for (size_t i = series[0]; i < series[sweeps->channel_count]; i++)
        if (differ(sweeps->order[i][STIMULUS], first[STIMULUS]))
            return at_line(rv_fail(err, RV_DATA, "stimulus changes from %g to %g inside sweep %g",
                                   first[STIMULUS], sweeps->order[i][STIMULUS], first[SWEEP]),
                           sweeps->order[i][LINE], err);
    return RV_OK;
}

static enum rv_status describe_sweeps(struct rv_text_table *table, struct rv_text_sweeps *sweeps,
                                      struct rv_text_time *time, double stated_hz,
                                      struct rv_error *err)
{
    const size_t stimulus = rv_text_table_column(table, RV_TEXT_STIMULUS, 0);
    sweeps->sweeps = rv_arena_alloc(table->arena, sweeps->sweep_count, sizeof *sweeps->sweeps);
    if (sweeps->sweeps == NULL)
        return rv_fail_memory(err);
    for (size_t s = 0; s < sweeps->sweep_count; s++) {
        enum rv_status status = check_sweep(sweeps, s, time, stated_hz, err);
        if (status != RV_OK)
            return status;
        const double *row = sweeps->order[sweeps->series[s * sweeps->channel_count]];
        struct rv_text_sweep *sweep = &sweeps->sweeps[s];
        bool known = stimulus != SIZE_MAX, current = known && table->columns[stimulus].current;
        sweep->first_s = row[TIME] * time->unit_s;
        sweep->volt = known && !current ? row[STIMULUS] : (double)NAN;
        sweep->milliampere = current ? row[STIMULUS] : (double)NAN;
        sweep->text = rv_arena_format(table->arena, "sweep %g", row[SWEEP]);
        if (sweep->text == NULL)
            return rv_fail_memory(err);
    }
    return RV_OK;
}

static enum rv_status sort_rows(struct rv_text_table *table, struct rv_text_sweeps *sweeps,
                                struct rv_error *err)
{
    double numbers[CHANNEL_MAX] = {0};
    sweeps->order = rv_allocate(sweeps->row_count, sizeof *sweeps->order);
    if (sweeps->order == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < sweeps->row_count; i++)
        sweeps->order[i] = sweeps->values + i * sweeps->row_size;
    qsort(sweeps->order, sweeps->row_count, sizeof *sweeps->order, by_sweep_and_channel);
    sweeps->sweep_count = count_sweeps(sweeps);
    enum rv_status status = number_channels(table, sweeps, numbers, err);
    return status == RV_OK ? index_series(sweeps, numbers, err) : status;
}

static enum rv_status read_rows(struct rv_text_table *table, struct rv_text_time *time,
                                double stated_hz, size_t max_samples, struct rv_text_sweeps *sweeps,
                                struct rv_error *err)
{
    size_t *columns = rv_arena_alloc(table->arena, table->column_count + VALUES, sizeof *columns);
    if (columns == NULL)
        return rv_fail_memory(err);
    columns[LINE] = columns[WEIGHT] = SIZE_MAX;
    columns[SWEEP] = rv_text_table_column(table, RV_TEXT_SWEEP, 0);
    columns[CHANNEL] = rv_text_table_column(table, RV_TEXT_CHANNEL_NUMBER, 0);
    columns[STIMULUS] = rv_text_table_column(table, RV_TEXT_STIMULUS, 0);
    columns[TIME] = rv_text_table_column(table, RV_TEXT_TIME, 0);
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].role == RV_TEXT_CHANNEL)
            columns[VALUES + sweeps->channel_count++] = i;
    if (columns[TIME] == SIZE_MAX)
        return rv_fail(err, RV_DATA,
                       "rows carry the number of their sweep but no time: name a "
                       "column time_s or time_ms");
    if (sweeps->channel_count != 1)
        return rv_fail(err, RV_DATA,
                       "rows carry the number of their sweep and %zu columns of "
                       "values, expected one",
                       sweeps->channel_count);
    sweeps->row_size = VALUES + 1;
    enum rv_status status = keep_rows(table, columns, columns[TIME], max_samples, sweeps, err);
    if (status == RV_OK)
        status = sort_rows(table, sweeps, err);
    if (status == RV_OK && columns[CHANNEL] == SIZE_MAX)
        sweeps->labels = NULL;
    return status == RV_OK ? describe_sweeps(table, sweeps, time, stated_hz, err) : status;
}

enum rv_status rv_text_sweeps_read(struct rv_text_table *table, struct rv_text_time *time,
                                   double stated_hz, size_t max_samples,
                                   struct rv_text_sweeps *sweeps, struct rv_error *err)
{
    sweeps->in_rows = rv_text_table_column(table, RV_TEXT_SWEEP, 0) != SIZE_MAX;
    return (sweeps->in_rows ? read_rows : read_columns)(table, time, stated_hz, max_samples, sweeps,
                                                        err);
}

void rv_text_sweeps_copy(const struct rv_text_sweeps *sweeps, size_t sweep, const double *factors,
                         struct rv_planes *planes)
{
    for (size_t c = 0; c < sweeps->channel_count; c++) {
        size_t begin = 0, count = sweeps->row_count, value = VALUES + sweep;
        if (sweeps->in_rows) {
            begin = sweeps->series[sweep * sweeps->channel_count + c];
            count = sweeps->series[sweep * sweeps->channel_count + c + 1] - begin;
            value = VALUES;
        }
        double *plane = rv_planes_channel(planes, c);
        for (size_t i = 0; i < count; i++)
            plane[i] = sweeps->order[begin + i][value] * factors[c];
        planes->counts[c] = count;
    }
}
