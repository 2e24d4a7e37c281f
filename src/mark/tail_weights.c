/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the fitted tail does to weighted sums of the trace: every sample of the fit has a share in
 * what is subtracted, and the choice among tails may have been wrong.
 */
#include "base/dot.h"
#include "mark/compound.h"

#include <math.h>
#include <string.h>

enum { N = RV_TAIL_COLUMNS, ANCHOR = 32 };
#define RIVAL_SHARE 0.5 /* of the difference, as an SD */

/* First sample after the stimulus. */
static size_t first_after(double start_ms, double rate_hz, size_t count)
{
    const double index = ceil(rv_sample_index(start_ms, rate_hz, 0.0));
    size_t i = index > 0.0 ? (size_t)fmin(index, (double)count) : 0;
    while (i < count && !(rv_sample_ms(start_ms, rate_hz, (double)i) > 0.0)) {
        i++;
    }
    return i;
}

/* Adds amplitude * exp(-(t - origin) / tau) to samples [from, count): by steps of a factor, from a
 * true exponential every ANCHOR samples. */
static void add_decay(double amplitude, double tau_ms, double origin_ms, double start_ms,
                      double rate_hz, size_t from, size_t count, double *levels)
{
    double factor[ANCHOR];
    for (size_t k = 0; k < ANCHOR; k++) {
        factor[k] = k == 0 ? 1.0 : factor[k - 1] * exp(-1000.0 / rate_hz / tau_ms);
    }
    for (size_t i = from; i < count; i += ANCHOR) {
        const double ms = rv_sample_ms(start_ms, rate_hz, (double)i);
        const double level = amplitude * exp(-(ms - origin_ms) / tau_ms);
        const size_t most = count - i < ANCHOR ? count - i : ANCHOR;
        for (size_t k = 0; k < most; k++) {
            levels[i + k] += level * factor[k];
        }
    }
}

void rv_tail_levels(const struct rv_tail *tail, double start_ms, double rate_hz, size_t count,
                    double *levels)
{
    const size_t after = first_after(start_ms, rate_hz, count);
    size_t n = 1;
    for (size_t i = 0; i < count; i++) {
        levels[i] = tail->coefficient[0];
    }
    if (tail->step) {
        add_decay(tail->coefficient[n++], tail->step_ms, 0.0, start_ms, rate_hz, after, count,
                  levels);
    }
    if (tail->drift) {
        for (size_t i = 0; i < count; i++) {
            levels[i] += tail->coefficient[n] * 0.1 * rv_sample_ms(start_ms, rate_hz, (double)i);
        }
        n++;
    }
    for (size_t k = 0; k < tail->exponentials; k++) {
        add_decay(tail->coefficient[n++], tail->tau_ms[k], tail->origin_ms, start_ms, rate_hz,
                  after, count, levels);
    }
}

/* --- columns ------------------------------------------------------------------------------- */

/* Level, step or drift, exponentials, and the slopes of these by ln tau. */
static void fill_columns(struct rv_wave *wave)
{
    const struct rv_tail *tail = &wave->tail;
    const size_t first = tail->step || tail->drift ? 2 : 1, count = wave->count;
    wave->tail_columns = first + 2 * tail->exponentials;
    for (size_t c = 0; c < wave->tail_columns; c++) {
        memset(wave->tail_basis[c], 0, count * sizeof(double));
    }
    struct rv_tail unit = {.step = tail->step, .drift = tail->drift, .step_ms = tail->step_ms};
    unit.coefficient[0] = 1.0;
    rv_tail_levels(&(struct rv_tail){.coefficient = {1.0}}, wave->start_ms, wave->rate_hz, count,
                   wave->tail_basis[0]);
    if (first == 2) {
        unit.coefficient[0] = 0.0;
        unit.coefficient[1] = 1.0;
        rv_tail_levels(&unit, wave->start_ms, wave->rate_hz, count, wave->tail_basis[1]);
    }
    for (size_t k = 0; k < tail->exponentials; k++) {
        const struct rv_tail one = {.exponentials = 1,
                                    .origin_ms = tail->origin_ms,
                                    .tau_ms = {tail->tau_ms[k]},
                                    .coefficient = {0.0, 1.0}};
        double *own = wave->tail_basis[first + k];
        double *slope = wave->tail_basis[first + tail->exponentials + k];
        rv_tail_levels(&one, wave->start_ms, wave->rate_hz, count, own);
        for (size_t i = 0; i < count; i++) {
            slope[i] = own[i] * (rv_wave_ms(wave, (double)i) - tail->origin_ms) / tail->tau_ms[k];
        }
    }
}

/* Inverts a small symmetric positive matrix in place by Gauss-Jordan; a column that says nothing
 * new is dropped (its row and column become zero). */
static void invert(double a[N * N], size_t n)
{
    double scale[N];
    for (size_t p = 0; p < n; p++) {
        scale[p] = a[p * N + p];
    }
    for (size_t p = 0; p < n; p++) {
        const double pivot = a[p * N + p];
        if (!(pivot > 1e-9 * scale[p])) {
            for (size_t j = 0; j < n; j++) {
                a[p * N + j] = 0.0;
                a[j * N + p] = 0.0;
            }
            continue;
        }
        a[p * N + p] = 1.0;
        for (size_t j = 0; j < n; j++) {
            a[p * N + j] /= pivot;
        }
        for (size_t i = 0; i < n; i++) {
            const double factor = i == p ? 0.0 : a[i * N + p];
            a[i * N + p] = i == p ? a[i * N + p] : 0.0;
            for (size_t j = 0; j < n && i != p; j++) {
                a[i * N + j] -= factor * a[p * N + j];
            }
        }
    }
}

void rv_tail_tabulate(struct rv_wave *wave)
{
    const struct rv_tail_range *range = &wave->range;
    fill_columns(wave);
    double *inverse = wave->tail.inverse;
    memset(inverse, 0, sizeof wave->tail.inverse);
    for (size_t r = 0; r < wave->tail_columns; r++) {
        for (size_t c = 0; c <= r; c++) {
            const double *a = wave->tail_basis[r], *b = wave->tail_basis[c];
            const size_t post = range->until - wave->blank, late = range->late_end - range->late;
            inverse[r * N + c] = rv_dot(a, b, wave->pre_count) +
                                 rv_dot(a + wave->blank, b + wave->blank, post) +
                                 range->late_share * rv_dot(a + range->late, b + range->late, late);
            inverse[c * N + r] = inverse[r * N + c];
        }
    }
    invert(inverse, wave->tail_columns);
}

/* --- weights ------------------------------------------------------------------------------- */

/* The stretch outside of which all weights are 0. */
static void find_ends(const struct rv_wave *wave, const double *weight, size_t *from, size_t *to)
{
    *from = 0;
    *to = wave->count;
    while (*to > 0 && !(fabs(weight[*to - 1]) > 0.0)) {
        (*to)--;
    }
    while (*from < *to && !(fabs(weight[*from]) > 0.0)) {
        (*from)++;
    }
}

double rv_tail_choice_sd(const struct rv_wave *wave, const double *weight)
{
    double largest = 0.0;
    size_t from, to;
    find_ends(wave, weight, &from, &to);
    if (wave->rival_count == 0 || from >= to) {
        return 0.0;
    }
    const double start_ms = rv_wave_ms(wave, (double)from);
    double *own = wave->tail_levels[0], *other = wave->tail_levels[1];
    rv_tail_levels(&wave->tail, start_ms, wave->rate_hz, to - from, own);
    for (size_t k = 0; k < wave->rival_count; k++) {
        double sum = 0.0;
        rv_tail_levels(&wave->rivals[k], start_ms, wave->rate_hz, to - from, other);
        for (size_t i = 0; i < to - from; i++) {
            sum += weight[from + i] * (other[i] - own[i]);
        }
        largest = fmax(largest, fabs(sum));
    }
    return RIVAL_SHARE * largest;
}

static void take_share(const struct rv_wave *wave, const double *row, size_t columns, double share,
                       size_t from, size_t to, double *weight)
{
    for (size_t c = 0; c < columns; c++) {
        const double factor = share * row[c];
        for (size_t i = from; i < to; i++) {
            weight[i] -= factor * wave->tail_basis[c][i];
        }
    }
}

void rv_tail_account(const struct rv_wave *wave, double *weight)
{
    const struct rv_tail_range *range = &wave->range;
    const size_t n = wave->tail_columns;
    double sum[N] = {0}, row[N] = {0};
    size_t from, to;
    find_ends(wave, weight, &from, &to);
    for (size_t c = 0; c < n; c++) {
        sum[c] = rv_dot(weight + from, wave->tail_basis[c] + from, to - from);
    }
    for (size_t r = 0; r < n; r++) {
        for (size_t c = 0; c < n; c++) {
            row[r] += wave->tail.inverse[r * N + c] * sum[c];
        }
    }
    /* before the stimulus only level and drift are not 0 */
    take_share(wave, row, wave->tail.drift ? 2 : 1, 1.0, 0, wave->pre_count, weight);
    take_share(wave, row, n, 1.0, wave->blank, range->until, weight);
    take_share(wave, row, n, range->late_share, range->late, range->late_end, weight);
}
