/* SPDX-License-Identifier: GPL-3.0-or-later
 * The quiet stretches of one channel, thinned out for the estimate of mains.
 */
#include "condition/quiet.h"

#include "base/error.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The fifth harmonic of 60 Hz must stay well below half of the points' rate. */
static const double POINT_RATE_HZ = 1000.0;
/* A frequency half a hertz off turns by a tenth of a period within a cell. */
static const double CELL_S = 0.2;
/* Two periods of 50 Hz: below, a slope would take part of the wave for itself. */
static const double SLOPE_S = 0.04;
/* Mains do not keep one phase for longer; the middle of the stimuli is used. */
static const double SPAN_MAX_S = 600.0;

/* More than this leaves the noise of the estimate far below any that matters. */
static const double POINTS_MAX = 20000.0;

enum { POINTS_MIN = 3 }; /* of a cell with a level and anything else to tell */

struct interval {
    double from_s, to_s;
};

static int compare_intervals(const void *a, const void *b)
{
    const struct interval *x = a, *y = b;
    return (x->from_s > y->from_s) - (x->from_s < y->from_s);
}

double rv_quiet_gain(const struct rv_quiet *quiet, double frequency_hz)
{
    const double half_turn = M_PI * frequency_hz / quiet->sample_hz;
    const double boxcar = (double)quiet->boxcar;
    return quiet->boxcar <= 1 ? 1.0 : sin(boxcar * half_turn) / (boxcar * sin(half_turn));
}

/* Which cells to keep of many: scattered, the same ones each time, because a regular choice would
 * make frequencies look alike. (The finaliser of MurmurHash3.) */
static bool is_kept(const struct rv_quiet *quiet, size_t index)
{
    uint32_t h = (uint32_t)index + 1;
    h = (h ^ (h >> 16)) * 0x85ebca6bU;
    h = (h ^ (h >> 13)) * 0xc2b2ae35U;
    h ^= h >> 16;
    return quiet->keep >= 1.0 || (double)h < quiet->keep * 4294967296.0;
}

static bool add_cell(struct rv_quiet *quiet, const double *samples, size_t points, double start_s)
{
    if (quiet->counting || !is_kept(quiet, quiet->met_count++)) {
        quiet->count += quiet->counting ? points : 0;
        return true;
    }
    if (!rv_grow(&quiet->values, &quiet->value_capacity, quiet->count + points, sizeof(double)) ||
        !rv_grow(&quiet->weights, &quiet->weight_capacity, quiet->count + points, sizeof(double)) ||
        !rv_grow(&quiet->cells, &quiet->cell_capacity, quiet->cell_count + 1, sizeof *quiet->cells))
        return false;
    for (size_t i = 0; i < points; i++) {
        double sum = 0.0;
        for (size_t j = 0; j < quiet->boxcar; j++)
            sum += samples[i * quiet->boxcar + j];
        quiet->values[quiet->count + i] = sum / (double)quiet->boxcar;
        quiet->weights[quiet->count + i] = 1.0;
    }
    quiet->cells[quiet->cell_count++] = (struct rv_quiet_cell){
        .first = quiet->count,
        .count = points,
        .start_s = start_s,
        .sloped = (double)points >= SLOPE_S * quiet->rate_hz,
    };
    quiet->count += points;
    return true;
}

/* Cuts a run of samples into cells of nearly equal length. */
static bool add_stretch(struct rv_quiet *quiet, const double *samples, size_t count, double start_s)
{
    const size_t points = count / quiet->boxcar;
    const double wanted = ceil((double)points / fmin(CELL_S * quiet->rate_hz, RV_QUIET_CELL_MAX));
    const size_t cells = (size_t)wanted;
    for (size_t i = 0; i < cells; i++) {
        const size_t first = points * i / cells, end = points * (i + 1) / cells;
        const double middle = (double)(first * quiet->boxcar) + 0.5 * (double)(quiet->boxcar - 1);
        if (end - first >= POINTS_MIN &&
            !add_cell(quiet, samples + first * quiet->boxcar, end - first,
                      start_s + middle / quiet->sample_hz))
            return false;
    }
    return true;
}

/* The samples of a segment between two times. */
static bool add_between(struct rv_quiet *quiet, const struct rv_segment *segment,
                        const double *samples, size_t count, const struct interval *part)
{
    /* A sample at the end of the stretch belongs to the window; 1e-6 is for rounding. */
    const double from = ceil((part->from_s - segment->start_s) * quiet->sample_hz - 1e-6);
    const double to = ceil((part->to_s - segment->start_s) * quiet->sample_hz - 1e-6);
    const size_t first = from > 0.0 ? (size_t)fmin(from, (double)count) : 0;
    const size_t end = to > 0.0 ? (size_t)fmin(to, (double)count) : 0;
    if (end <= first)
        return true;
    return add_stretch(quiet, samples + first, end - first,
                       segment->start_s + (double)first / quiet->sample_hz);
}

/* What one segment has outside of the windows, which are in order of time. */
static bool add_segment(struct rv_quiet *quiet, const struct rv_segment *segment,
                        const double *samples, size_t count, const struct interval *windows,
                        size_t window_count, const struct interval *limits)
{
    const double end_s = segment->start_s + (double)count / quiet->sample_hz;
    struct interval part = {fmax(segment->start_s, limits->from_s), 0.0};
    const double last_s = fmin(end_s, limits->to_s);
    for (size_t i = 0; i < window_count; i++) {
        if (windows[i].to_s <= part.from_s || windows[i].from_s >= last_s)
            continue;
        part.to_s = windows[i].from_s;
        if (part.to_s > part.from_s && !add_between(quiet, segment, samples, count, &part))
            return false;
        part.from_s = windows[i].to_s;
    }
    part.to_s = last_s;
    return part.to_s <= part.from_s || add_between(quiet, segment, samples, count, &part);
}

static bool add_segments(struct rv_quiet *quiet, const struct rv_recording *recording,
                         size_t channel, const struct interval *windows, size_t window_count,
                         const struct interval *limits)
{
    for (size_t i = 0; i < recording->segment_count; i++) {
        const struct rv_segment *segment = &recording->segments[i];
        if (!add_segment(quiet, segment, recording->samples[channel] + segment->first[channel],
                         segment->sample_count[channel], windows, window_count, limits))
            return false;
    }
    return true;
}

/* At most SPAN_MAX_S around the middle of the stimuli, or of the recording. */
static struct interval time_limits(const struct rv_recording *recording, size_t channel,
                                   const struct interval *windows, size_t window_count)
{
    struct interval all = {INFINITY, -INFINITY};
    for (size_t i = 0; i < recording->segment_count; i++) {
        const struct rv_segment *segment = &recording->segments[i];
        const double length_s =
            (double)segment->sample_count[channel] / recording->channels[channel].rate_hz;
        all.from_s = fmin(all.from_s, segment->start_s);
        all.to_s = fmax(all.to_s, segment->start_s + length_s);
    }
    double middle_s = 0.5 * (all.from_s + all.to_s);
    if (window_count > 0)
        middle_s = 0.5 * (windows[0].from_s + windows[window_count - 1].to_s);
    return (struct interval){fmax(all.from_s, middle_s - 0.5 * SPAN_MAX_S),
                             fmin(all.to_s, middle_s + 0.5 * SPAN_MAX_S)};
}

/* Times count from the middle of the data. */
static void centre(struct rv_quiet *quiet)
{
    if (quiet->cell_count == 0)
        return;
    const struct rv_quiet_cell *last = &quiet->cells[quiet->cell_count - 1];
    const double from_s = quiet->cells[0].start_s;
    const double to_s = last->start_s + (double)(last->count - 1) / quiet->rate_hz;
    quiet->origin_s = 0.5 * (from_s + to_s);
    quiet->span_s = to_s - from_s;
    for (size_t i = 0; i < quiet->cell_count; i++)
        quiet->cells[i].start_s -= quiet->origin_s;
}

enum rv_status rv_quiet_gather(const struct rv_recording *recording,
                               const struct rv_quiet_request *request, struct rv_quiet *quiet,
                               struct rv_error *err)
{
    const double rate_hz = recording->channels[request->channel].rate_hz;
    struct rv_quiet made = {.sample_hz = rate_hz, .boxcar = 1};
    if (rate_hz >= 2.0 * POINT_RATE_HZ)
        made.boxcar = (size_t)(rate_hz / POINT_RATE_HZ);
    made.rate_hz = rate_hz / (double)made.boxcar;
    const size_t window_count = request->stimulus_count;
    struct interval *windows = rv_allocate(window_count, sizeof *windows);
    if (windows == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < window_count; i++)
        windows[i] = (struct interval){request->stimulus_s[i] + 1e-3 * request->from_ms,
                                       request->stimulus_s[i] + 1e-3 * request->to_ms};
    qsort(windows, window_count, sizeof *windows, compare_intervals);
    const struct interval limits = time_limits(recording, request->channel, windows, window_count);
    made.counting = true;
    bool room = add_segments(&made, recording, request->channel, windows, window_count, &limits);
    made.keep = POINTS_MAX / fmax(1.0, (double)made.count);
    made.counting = false;
    made.count = 0;
    room = room && add_segments(&made, recording, request->channel, windows, window_count, &limits);
    rv_release(windows);
    if (!room) {
        rv_quiet_finish(&made);
        return rv_fail_memory(err);
    }
    centre(&made);
    *quiet = made;
    return RV_OK;
}

void rv_quiet_finish(struct rv_quiet *quiet)
{
    rv_release(quiet->values);
    rv_release(quiet->weights);
    rv_release(quiet->cells);
    *quiet = (struct rv_quiet){0};
}

/* Sums of w, w u, w u^2, w x and w u x. */
static void sum_moments(const double *weights, const double *column, size_t count, double middle,
                        double sums[5])
{
    enum { LANES = 4 }; /* sums that do not wait for one another */
    double lane[5][LANES] = {{0}};
    const size_t whole = count - count % LANES;
    for (size_t i = 0; i < whole; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            const double u = (double)(i + k) - middle, weight = weights[i + k];
            const double x = column[i + k], moment = weight * u;
            lane[0][k] += weight;
            lane[1][k] += moment;
            lane[2][k] += moment * u;
            lane[3][k] += weight * x;
            lane[4][k] += moment * x;
        }
    for (size_t i = whole; i < count; i++) {
        const double u = (double)i - middle, moment = weights[i] * u;
        lane[0][0] += weights[i];
        lane[1][0] += moment;
        lane[2][0] += moment * u;
        lane[3][0] += weights[i] * column[i];
        lane[4][0] += moment * column[i];
    }
    for (size_t m = 0; m < 5; m++)
        sums[m] = (lane[m][0] + lane[m][1]) + (lane[m][2] + lane[m][3]);
}

void rv_quiet_detrend(const struct rv_quiet_cell *cell, const double *weights, double *column)
{
    const double middle = 0.5 * (double)(cell->count - 1);
    double sums[5];
    sum_moments(weights, column, cell->count, middle, sums);
    const double w = sums[0], wu = sums[1], wuu = sums[2], wx = sums[3], wux = sums[4];
    if (!(w > 0.0))
        return;
    const double determinant = w * wuu - wu * wu;
    const bool sloped = cell->sloped && determinant > 1e-9 * w * wuu;
    const double slope = sloped ? (w * wux - wu * wx) / determinant : 0.0;
    const double level = (wx - slope * wu) / w;
    for (size_t i = 0; i < cell->count; i++)
        column[i] -= level + slope * ((double)i - middle);
}

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double rv_quiet_median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_numbers);
    return count == 0 ? 0.0 : values[count / 2];
}
