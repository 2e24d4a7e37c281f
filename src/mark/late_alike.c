/* SPDX-License-Identifier: GPL-3.0-or-later
 * Waves of the same shape and latency in several sweeps, compared sweep with sweep: repeaters, and
 * the A-wave.
 */
#include "mark/train.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* Clinical convention (docs/methods/late.md): the latency of an A-wave moves by less than 0.5 ms,
 * and it stands in 8 of 20 sweeps or more. */
#define LATENCY_MS 0.5
#define A_WAVE_SHARE 0.4
#define A_WAVE_LEAST 3
/* Alike: correlation, after what noise takes from it, and sizes within a quarter. */
#define LIKENESS 0.97
#define SIZE_RATIO 1.33
#define SHIFT_MS 0.3
#define AHEAD_MS 1.0 /* a complex is noticed so long before it begins */
/* An A-wave is taken off a sweep that holds between these parts of it. */
#define PART_LEAST 0.6
#define PART_MOST 1.4

struct match {
    double correlation, ratio;
};

/* Best correlation of x[from, from + n) with y shifted by up to SHIFT_MS. */
static struct match compare(const struct rv_train *train, const double *x, const double *y,
                            size_t from, size_t n)
{
    const int most = (int)rv_train_span(train, SHIFT_MS);
    struct match best = {-1.0, 1.0};
    double xx = 0.0;
    for (size_t i = 0; i < n; i++) {
        xx += x[from + i] * x[from + i];
    }
    for (int shift = -most; shift <= most; shift++) {
        double xy = 0.0, yy = 0.0;
        for (size_t i = 0; i < n; i++) {
            const double other = y[(size_t)((int)(from + i) + shift)];
            xy += x[from + i] * other;
            yy += other * other;
        }
        const double r = xx > 0.0 && yy > 0.0 ? xy / sqrt(xx * yy) : -1.0;
        if (r > best.correlation) {
            best = (struct match){r, sqrt(yy / xx)};
        }
    }
    /* noise of both takes its part of the correlation: give it back */
    const double noise = train->smooth_sd * train->smooth_sd * (double)n;
    const double kept = fmax(1.0 - noise / fmax(xx, 1e-300), 0.5);
    best.correlation = fmin(best.correlation / kept, 1.0);
    return best;
}

static size_t clip(const struct rv_train *train, size_t from, size_t n)
{
    const size_t margin = rv_train_span(train, SHIFT_MS) + 1;
    return from + n + margin < train->count ? n : train->count - margin - from;
}

bool rv_waves_alike(const struct rv_train *train, const double *x, const struct rv_complex *a,
                    const double *y, const struct rv_complex *b)
{
    const double apart = fabs((double)a->lobe - (double)b->lobe) * 1000.0 / train->rate_hz;
    const double ratio = a->peak_to_peak / b->peak_to_peak;
    if (apart > LATENCY_MS || ratio > SIZE_RATIO || ratio < 1.0 / SIZE_RATIO ||
        a->sign * b->sign < 0.0) {
        return false;
    }
    const size_t before = rv_train_span(train, 1.5);
    const size_t start = (a->from < b->from ? a->from : b->from);
    const size_t from = start > before ? start - before : 0;
    const size_t to = a->to > b->to ? a->to : b->to;
    const struct match match = compare(train, x, y, from, clip(train, from, to - from + before));
    return match.correlation >= LIKENESS && match.ratio < SIZE_RATIO &&
           match.ratio > 1.0 / SIZE_RATIO;
}

/* Sweeps that hold a wave like this one, each counted once; which complex it is goes to `member`.
 */
static size_t count_alike(const struct rv_train *train, const struct rv_complexes *found,
                          size_t sweep, const struct rv_complex *seed, size_t *member)
{
    size_t n = 0;
    for (size_t s = 0; s < train->sweep_count; s++) {
        member[s] = SIZE_MAX;
        for (size_t c = 0; train->used[s] && c < found[s].count; c++) {
            const struct rv_complex *other = &found[s].items[c];
            if (rv_waves_alike(train, rv_train_smooth_sweep(train, sweep), seed,
                               rv_train_smooth_sweep(train, s), other)) {
                member[s] = c;
                n++;
                break;
            }
        }
    }
    return n;
}

static void subtract(struct rv_train *train, const double *shape, size_t from, size_t to,
                     const double *smooth_shape, double *a_wave_ms, double onset_ms)
{
    for (size_t s = 0; s < train->sweep_count; s++) {
        double *y = rv_train_sweep(train, s), *smooth = rv_train_smooth_sweep(train, s);
        double own = 0.0, with = 0.0;
        for (size_t i = from; i < to; i++) {
            own += smooth_shape[i] * smooth_shape[i];
            with += smooth_shape[i] * smooth[i];
        }
        const double part = own > 0.0 ? with / own : 0.0;
        if (!train->used[s] || part < PART_LEAST || part > PART_MOST) {
            continue;
        }
        a_wave_ms[s] = onset_ms;
        for (size_t i = from; i < to; i++) {
            y[i] -= shape[i];
            smooth[i] -= smooth_shape[i];
        }
    }
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The middle of the members at each sample: what they repeat, without the F-waves that some of
 * them hold beside it. */
static void middle_of(const struct rv_train *train, const double *source, const size_t *member,
                      double *column, double *shape)
{
    for (size_t i = 0; i < train->count; i++) {
        size_t n = 0;
        for (size_t s = 0; s < train->sweep_count; s++) {
            if (member[s] != SIZE_MAX) {
                column[n++] = source[s * train->count + i];
            }
        }
        qsort(column, n, sizeof *column, by_size);
        shape[i] = 0.5 * (column[n / 2] + column[(n - 1) / 2]);
    }
}

static bool take_off(struct rv_train *train, const struct rv_complexes *found, const size_t *member,
                     size_t members, double *a_wave_ms)
{
    double *shape = rv_arena_alloc(train->scratch, 2 * train->count, sizeof *shape);
    double *column = rv_arena_alloc(train->scratch, train->sweep_count, sizeof *column);
    if (shape == NULL || column == NULL) {
        return false;
    }
    size_t from = train->count, to = 0;
    double onset_ms = 0.0;
    for (size_t s = 0; s < train->sweep_count; s++) {
        if (member[s] != SIZE_MAX) {
            const struct rv_complex *item = &found[s].items[member[s]];
            from = item->from < from ? item->from : from;
            to = item->to > to ? item->to : to;
            onset_ms += (rv_train_ms(train, (double)item->from) + AHEAD_MS) / (double)members;
        }
    }
    middle_of(train, train->y, member, column, shape);
    middle_of(train, train->smooth, member, column, shape + train->count);
    const size_t margin = rv_train_span(train, 2.0);
    from = from > margin ? from - margin : 0;
    to = to + margin < train->count ? to + margin : train->count;
    subtract(train, shape, from, to, shape + train->count, a_wave_ms, onset_ms);
    return true;
}

size_t rv_a_wave_remove(struct rv_train *train, const struct rv_complexes *found, size_t earliest,
                        double *a_wave_ms)
{
    const double least = fmax(A_WAVE_LEAST, ceil(A_WAVE_SHARE * (double)train->used_count));
    size_t *member = rv_arena_alloc(train->scratch, 2 * train->sweep_count, sizeof *member);
    size_t best = 0;
    if (member == NULL) {
        return 0;
    }
    size_t *trial = member + train->sweep_count;
    for (size_t s = 0; s < train->sweep_count; s++) {
        for (size_t c = 0; train->used[s] && c < found[s].count; c++) {
            const struct rv_complex *seed = &found[s].items[c];
            const size_t n = seed->from >= earliest ? count_alike(train, found, s, seed, trial) : 0;
            if (n > best) {
                best = n;
                for (size_t k = 0; k < train->sweep_count; k++) {
                    member[k] = trial[k];
                }
            }
        }
    }
    if ((double)best < least || !take_off(train, found, member, best, a_wave_ms)) {
        return 0;
    }
    return best;
}
