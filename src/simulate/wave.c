/* SPDX-License-Identifier: GPL-3.0-or-later
 * A noise-free signal, what an amplifier makes of it, and where its marks are.
 */
#include "base/error.h"
#include "simulate/fibre.h"
#include "simulate/response.h"

#include <math.h>

static const double pi = 3.14159265358979323846;
static const double take_off = 0.01;  /* of the negative peak: docs/methods.md "Onset" */
static const double dip_depth = 0.05; /* an initial positive phase deeper than that counts */

enum rv_status rv_wave_make(double rate_hz, double duration_ms, struct rv_arena *arena,
                            struct rv_wave *wave, struct rv_error *err)
{
    size_t count = (size_t)ceil(duration_ms * rate_hz / 1000.0) + 1;
    *wave = (struct rv_wave){rate_hz, count, rv_arena_alloc(arena, count, sizeof(double))};
    return wave->uv == NULL ? rv_fail_memory(err) : RV_OK;
}

double rv_wave_value(const struct rv_wave *wave, double ms)
{
    double x = ms * wave->rate_hz / 1000.0;
    if (!(x >= 0.0))
        return 0.0;
    if (x >= (double)wave->count - 2.0)
        return wave->uv[wave->count - 1];
    if (x < 1.0) /* between the first two samples: a straight line */
        return wave->uv[0] + x * (wave->uv[1] - wave->uv[0]);
    return rv_table_at(wave->uv, wave->count, x);
}

void rv_wave_amplify(struct rv_wave *wave, double high_pass_hz, double low_pass_hz)
{
    double keep = exp(-2.0 * pi * high_pass_hz / wave->rate_hz);
    double follow = 1.0 - exp(-2.0 * pi * low_pass_hz / wave->rate_hz);
    double low = 0.0, high = 0.0, before = 0.0;
    for (size_t i = 0; i < wave->count; i++) {
        double x = wave->uv[i];
        if (low_pass_hz > 0.0) {
            low += follow * (x - low);
            x = low;
        }
        if (high_pass_hz > 0.0) {
            high = keep * high + x - before;
            before = x;
            x = high;
        }
        wave->uv[i] = x;
    }
}

/* --- marks --------------------------------------------------------------------------------- */

/* The wave as it is drawn. */
static double negative_up(const struct rv_wave *wave, size_t i)
{
    return -wave->uv[i];
}

static double ms_of(const struct rv_wave *wave, double index)
{
    return 1000.0 * index / wave->rate_hz;
}

/* Where the line between i - 1 and i meets a level. */
static double crossing(const struct rv_wave *wave, size_t i, double level)
{
    double a = negative_up(wave, i - 1), b = negative_up(wave, i);
    return (double)(i - 1) + (level - a) / (b - a);
}

/* A parabola through three samples: its top in samples, and its height. */
static double vertex(const struct rv_wave *wave, size_t i, double *height)
{
    *height = negative_up(wave, i);
    if (i == 0 || i + 1 >= wave->count)
        return (double)i;
    double a = negative_up(wave, i - 1), b = negative_up(wave, i), c = negative_up(wave, i + 1);
    double bend = a - 2.0 * b + c;
    if (!(fabs(bend) > 0.0))
        return (double)i;
    double offset = 0.5 * (a - c) / bend;
    *height = b - 0.25 * (a - c) * offset;
    return (double)i + offset;
}

static size_t extreme(const struct rv_wave *wave, size_t from, size_t to, double sign)
{
    size_t found = from;
    for (size_t i = from; i < to; i++)
        if (sign * negative_up(wave, i) > sign * negative_up(wave, found))
            found = i;
    return found;
}

/* First sample from `from` on that is above (rising) or not above (falling) the level; count when
 * there is none. */
static size_t first_beyond(const struct rv_wave *wave, size_t from, double level, bool rising)
{
    size_t i = from;
    while (i < wave->count && (negative_up(wave, i) > level) != rising)
        i++;
    return i;
}

static double negative_area(const struct rv_wave *wave, double from, double to, double start)
{
    double sum = 0.0;
    for (size_t i = (size_t)ceil(from); (double)i + 1.0 <= to; i++)
        sum += 0.5 * (negative_up(wave, i) + negative_up(wave, i + 1)) - start;
    return 1000.0 * sum / wave->rate_hz;
}

static void find_end(const struct rv_wave *wave, double recovery, double start, double peak_uv,
                     struct rv_truth *truth)
{
    size_t after = (size_t)ceil(recovery);
    size_t trough = extreme(wave, after, wave->count, -1.0);
    double height;
    truth->positive_peak_ms = ms_of(wave, vertex(wave, trough, &height));
    truth->peak_to_peak_uv = peak_uv - height;
    size_t end = first_beyond(wave, trough, start - take_off * (peak_uv - start), true);
    if (end < wave->count && end > trough)
        truth->end_ms = ms_of(wave, crossing(wave, end, start - take_off * (peak_uv - start)));
}

struct rv_truth rv_truth_find(const struct rv_wave *wave, double from_ms)
{
    const double none = (double)NAN;
    struct rv_truth truth = {false, none, none, none, none, none, none, none, none, none, false};
    size_t from = (size_t)ceil(from_ms * wave->rate_hz / 1000.0);
    if (from + 3 >= wave->count)
        return truth;
    double start = negative_up(wave, from), peak_uv;
    size_t peak = extreme(wave, from, wave->count, 1.0);
    double top = vertex(wave, peak, &peak_uv);
    double rise = peak_uv - start;
    if (!(rise > 1e-9) || peak == from)
        return truth;
    size_t dip = extreme(wave, from, peak, -1.0);
    truth.initial_positivity = start - negative_up(wave, dip) > dip_depth * rise;
    double bottom = truth.initial_positivity ? negative_up(wave, dip) : start;
    size_t begin = truth.initial_positivity ? dip : from;
    size_t onset = first_beyond(wave, begin, bottom + take_off * rise, true);
    double onset_at = crossing(wave, onset, bottom + take_off * rise);
    truth.present = true;
    truth.onset_ms = ms_of(wave, onset_at);
    truth.negative_peak_ms = ms_of(wave, top);
    truth.amplitude_uv = rise;
    size_t back = first_beyond(wave, peak, start, false);
    if (back >= wave->count)
        return truth;
    double recovery = crossing(wave, back, start);
    truth.recovery_ms = ms_of(wave, recovery);
    truth.negative_duration_ms = truth.recovery_ms - truth.onset_ms;
    truth.negative_area_uvms = negative_area(wave, onset_at, recovery, start);
    find_end(wave, recovery, start, peak_uv, &truth);
    return truth;
}
