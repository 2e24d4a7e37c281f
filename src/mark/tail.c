/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stimulus artefact's tail: a level, a step that the amplifier's high-pass leaves behind, and
 * up to two exponentials, fitted to the quiet samples before the response, chosen by BIC with
 * correlated noise counted. Every time constant's uncertainty is in the weights that error bars
 * are made of.
 */
#include "mark/compound.h"

#include <math.h>
#include <string.h>

/* Time constants tried, ms. */
static const double taus[] = {0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 6.0, 9.0};
enum {
    TAU_COUNT = sizeof taus / sizeof *taus,
    N = RV_TAIL_COLUMNS,
    FIRST = RV_TAIL_STEPS + 1, /* exponential: after level and steps */
    ALL = TAU_COUNT + FIRST
};
#define TAU_LEAST 0.12
#define TAU_MOST 20.0
#define CORRELATION 3.0 /* residual variance counts this much more: noise is correlated */
/* A response's own end (afterpotential, droop behind the high-pass) is about this share of it. */
#define LATE_SHARE 0.02
#define LATE_RISES 7.0 /* the response has ended so many rise times after its peak */
#define QUIET 3.0      /* SDs: the trace after blanking still is at the level before */
#define CANCEL 4.0     /* largest amplitude of a term to what is seen */
#define DRIFT_SPANS 2.0
#define RIVAL_COST 10.0 /* a rival's cost lies within this of the best */
#define RIVAL_SHARE 0.5 /* of the difference, as an SD */
#define DEPARTED 4.5    /* SDs: the trace has left the tail */

/* Columns: level, step or drift, exponentials; then, for the covariance only, slopes by ln tau. */
static size_t basis_at(const struct rv_tail *tail, double ms, bool slopes, double basis[N])
{
    size_t n = 0;
    const bool after = ms > 0.0;
    basis[n++] = 1.0;
    if (tail->step) {
        basis[n++] = after ? exp(-ms / tail->step_ms) : 0.0;
    }
    if (tail->drift) {
        basis[n++] = 0.1 * ms;
    }
    const size_t first = n;
    for (size_t k = 0; k < tail->exponentials; k++) {
        basis[n++] = after ? exp(-(ms - tail->origin_ms) / tail->tau_ms[k]) : 0.0;
    }
    for (size_t k = 0; k < tail->exponentials && slopes; k++) {
        basis[n++] = basis[first + k] * (ms - tail->origin_ms) / tail->tau_ms[k];
    }
    return n;
}

double rv_tail_level(const struct rv_tail *tail, double ms)
{
    double basis[N], level = 0.0;
    const size_t n = basis_at(tail, ms, false, basis);
    for (size_t k = 0; k < n; k++) {
        level += basis[k] * tail->coefficient[k];
    }
    return level;
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

/* Weight of sample i in the fit. */
static double share_of(const struct rv_wave *wave, size_t i)
{
    if (i < wave->pre_count || (i >= wave->blank && i < wave->tail_until)) {
        return 1.0;
    }
    return wave->late > 0 && i >= wave->late && i < wave->late_end ? wave->late_share : 0.0;
}

/* The fit's last sample lies before this one. */
static size_t fit_end(const struct rv_wave *wave)
{
    return wave->late > 0 ? wave->late_end : wave->tail_until;
}

void rv_tail_use_late(struct rv_wave *wave)
{
    const double height = wave->smooth[wave->peak] - fmin(wave->smooth[wave->foot], 0.0);
    const double rises = LATE_RISES * (double)(wave->peak - wave->foot);
    const size_t from = wave->peak + (size_t)rises;
    const size_t length = (size_t)ceil(2.0 * wave->rules->back_ms * wave->rate_hz / 1000.0);
    wave->late_end = from + length < wave->count ? from + length : wave->count;
    wave->late = from + length / 2 <= wave->count ? from : 0;
    wave->late_sd = hypot(LATE_SHARE * height, wave->hum_sd);
    /* all late samples together know no more than late_sd */
    const double ratio = wave->late_sd / wave->noise.sd;
    wave->late_share = 1.0 / (CORRELATION + (double)length * ratio * ratio);
}

/* Normal equations of the level, the step and every exponential of the grid. */
struct sums {
    size_t rows;
    double xx[ALL][ALL], xy[ALL], yy;
};

static void collect(const struct rv_wave *wave, double origin_ms, struct sums *sums)
{
    memset(sums, 0, sizeof *sums);
    for (size_t i = 0; i < fit_end(wave); i++) {
        const double share = share_of(wave, i);
        if (!(share > 0.0)) {
            continue;
        }
        const double ms = rv_wave_ms(wave, (double)i), y = wave->raw[i] - wave->tail_offset;
        const size_t n = ms > 0.0 ? ALL : 1;
        double basis[ALL] = {1.0};
        for (size_t k = 0; k < RV_TAIL_STEPS && ms > 0.0; k++) {
            const double step_ms = wave->rules->step_ms[k];
            basis[k + 1] = step_ms > 0.0 ? exp(-ms / step_ms) : 0.0;
        }
        for (size_t k = 0; k < TAU_COUNT && ms > 0.0; k++) {
            basis[k + FIRST] = exp(-(ms - origin_ms) / taus[k]);
        }
        for (size_t r = 0; r < n; r++) {
            for (size_t c = 0; c <= r; c++) {
                sums->xx[r][c] += share * basis[r] * basis[c];
            }
            sums->xy[r] += share * basis[r] * y;
        }
        sums->yy += share * y * y;
        sums->rows += share < 1.0 ? 0 : 1;
    }
}

/* Residual sum of squares of some columns of the grid. */
static double grid_rss(const struct sums *sums, const size_t *columns, size_t n)
{
    double xx[N * N] = {0}, rss = sums->yy;
    for (size_t r = 0; r < n; r++) {
        for (size_t c = 0; c < n; c++) {
            const size_t a = columns[r], b = columns[c];
            xx[r * N + c] = a > b ? sums->xx[a][b] : sums->xx[b][a];
        }
    }
    invert(xx, n);
    for (size_t r = 0; r < n; r++) {
        for (size_t c = 0; c < n; c++) {
            rss -= sums->xy[columns[r]] * xx[r * N + c] * sums->xy[columns[c]];
        }
    }
    return fmax(rss, 0.0);
}

/* The best time constants of the grid: each, or every pair with a ratio of at least 2. */
static void search_grid(const struct sums *sums, struct rv_tail *tail)
{
    size_t columns[4] = {0, 1 + tail->step_index};
    const size_t n = tail->step ? 2 : 1;
    if (tail->exponentials == 0) {
        return; /* nothing to search */
    }
    double least = (double)INFINITY;
    for (size_t i = 0; i < TAU_COUNT; i++) {
        const size_t from = tail->exponentials == 2 ? i + 2 : TAU_COUNT - 1;
        for (size_t j = from; j < TAU_COUNT; j++) {
            columns[n] = i + FIRST;
            columns[n + 1] = j + FIRST;
            const double rss = grid_rss(sums, columns, n + tail->exponentials);
            if (rss < least) {
                least = rss;
                tail->tau_ms[0] = taus[i];
                tail->tau_ms[1] = taus[j];
            }
        }
    }
}

/* Least squares on the samples; with slopes, the inverse of the normal equations is kept and
 * `change` gets the slopes' coefficients. */
static double solve(const struct rv_wave *wave, bool slopes, struct rv_tail *tail, double change[N])
{
    double xx[N * N] = {0}, xy[N] = {0}, yy = 0.0;
    size_t n = 0;
    for (size_t i = 0; i < fit_end(wave); i++) {
        const double share = share_of(wave, i);
        if (!(share > 0.0)) {
            continue;
        }
        double basis[N];
        n = basis_at(tail, rv_wave_ms(wave, (double)i), slopes, basis);
        const double y = wave->raw[i] - wave->tail_offset;
        for (size_t r = 0; r < n; r++) {
            for (size_t c = 0; c <= r; c++) {
                xx[r * N + c] += share * basis[r] * basis[c];
            }
            xy[r] += share * basis[r] * y;
        }
        yy += share * y * y;
    }
    for (size_t r = 0; r < n; r++) {
        for (size_t c = r + 1; c < n; c++) {
            xx[r * N + c] = xx[c * N + r];
        }
    }
    invert(xx, n);
    double rss = yy, coefficient[N] = {0};
    for (size_t r = 0; r < n; r++) {
        for (size_t c = 0; c < n; c++) {
            coefficient[r] += xx[r * N + c] * xy[c];
        }
        rss -= coefficient[r] * xy[r];
    }
    if (slopes) {
        memcpy(tail->inverse, xx, sizeof xx);
        memcpy(change, coefficient, sizeof coefficient);
    } else {
        memcpy(tail->coefficient, coefficient, sizeof coefficient);
        tail->coefficient[0] += wave->tail_offset;
    }
    return fmax(rss, 0.0);
}

/* One step along the Gauss-Newton direction, halved until it helps. false: nothing helps. */
static bool improve(const struct rv_wave *wave, const double *direction, double *rss,
                    struct rv_tail *tail)
{
    for (double length = 1.0; length > 0.02; length *= 0.4) {
        struct rv_tail next = *tail;
        for (size_t k = 0; k < tail->exponentials; k++) {
            const double tau = tail->tau_ms[k] * exp(length * direction[k]);
            next.tau_ms[k] = fmin(fmax(tau, TAU_LEAST), TAU_MOST);
        }
        const double next_rss = solve(wave, false, &next, NULL);
        if (next_rss < *rss) {
            *rss = next_rss;
            *tail = next;
            return true;
        }
    }
    return false;
}

/* Sharpens the time constants from the grid by Gauss-Newton steps that never make it worse. */
static double sharpen(const struct rv_wave *wave, struct rv_tail *tail)
{
    enum { STEPS = 12 };
    double rss = solve(wave, false, tail, NULL);
    const size_t first = tail->step || tail->drift ? 2 : 1, count = tail->exponentials;
    for (int i = 0; i < STEPS && count > 0; i++) {
        double change[N] = {0}, direction[2] = {0}, before = rss;
        (void)solve(wave, true, tail, change);
        for (size_t k = 0; k < count; k++) {
            const double amplitude = tail->coefficient[first + k];
            if (fabs(amplitude) > 0.0) {
                direction[k] = change[first + count + k] / amplitude;
            }
            direction[k] = fmin(fmax(direction[k], -0.7), 0.7);
        }
        if (!improve(wave, direction, &rss, tail) || rss > before * (1.0 - 1e-5)) {
            break;
        }
    }
    return rss;
}

/* Is the trace just after blanking where it was before the stimulus? Then there is no tail. */
static bool starts_quiet(const struct rv_wave *wave)
{
    const size_t length = (size_t)ceil(2.0 * wave->rules->foot_gap_ms * wave->rate_hz / 1000.0);
    const size_t end = wave->blank + length;
    if (wave->pre_count < 6 || end >= wave->count) {
        return false;
    }
    double *weight = rv_arena_alloc(wave->scratch, end, sizeof *weight);
    if (weight == NULL) {
        return false;
    }
    double difference = 0.0;
    for (size_t i = 0; i < end; i++) {
        weight[i] = i < wave->pre_count ? -1.0 / (double)wave->pre_count
                    : i >= wave->blank  ? 1.0 / (double)length
                                        : 0.0;
        difference += weight[i] * wave->raw[i];
    }
    const double sd = rv_noise_sum_sd(&wave->noise, weight, end, wave->scratch);
    return fabs(difference) < QUIET * hypot(sd, wave->hum_sd);
}

/* Fits that explain the samples nearly as well say what the choice itself may be wrong by. */
static void keep_rivals(struct rv_wave *wave, const struct rv_tail *fits, const double *costs,
                        size_t count, double cheapest)
{
    wave->rival_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (costs[i] > cheapest && costs[i] < cheapest + RIVAL_COST) {
            wave->rivals[wave->rival_count++] = fits[i];
        }
    }
}

double rv_tail_choice_sd(const struct rv_wave *wave, const double *weight)
{
    double largest = 0.0;
    for (size_t k = 0; k < wave->rival_count; k++) {
        double sum = 0.0;
        for (size_t i = 0; i < wave->count; i++) {
            if (fabs(weight[i]) > 0.0) {
                const double ms = rv_wave_ms(wave, (double)i);
                sum += weight[i] *
                       (rv_tail_level(&wave->rivals[k], ms) - rv_tail_level(&wave->tail, ms));
            }
        }
        largest = fmax(largest, fabs(sum));
    }
    return RIVAL_SHARE * largest;
}

/* Exponentials that cancel each other describe a curve, not a tail. */
static bool cancels(const struct rv_wave *wave, const struct rv_tail *fit)
{
    double largest = 0.0;
    for (size_t i = wave->blank; i < wave->tail_until; i++) {
        largest = fmax(largest, fabs(wave->raw[i] - fit->coefficient[0]));
    }
    const size_t n = (fit->step || fit->drift ? 2u : 1u) + fit->exponentials;
    for (size_t k = 1; k < n; k++) {
        if (fabs(fit->coefficient[k]) > CANCEL * largest) {
            return true;
        }
    }
    return false;
}

/* BIC's price: two numbers and a choice of shape 2 ln n + 4 and 4 ln n + 12; a step or a drift is
 * one number. */
static double penalty(const struct rv_tail *fit, double n)
{
    static const double shape[3] = {0.0, 4.0, 12.0};
    const size_t k = fit->exponentials;
    const double base = fit->step || fit->drift ? log(n) + 2.0 : 0.0;
    return base + 2.0 * (double)k * log(n) + shape[k];
}

/* The shapes of tail to try: up to `most` exponentials, with or without a step of each of the
 * amplifier's time constants, and a drift. */
static size_t list_shapes(const struct rv_wave *wave, size_t most,
                          struct rv_tail shapes[RV_TAIL_SHAPES])
{
    size_t n = 0;
    for (size_t k = 0; k <= most; k++) {
        shapes[n++] = (struct rv_tail){.exponentials = k};
        for (size_t i = 0; i < RV_TAIL_STEPS && wave->pre_count >= 6 && most > 0; i++) {
            /* two exponentials and a quick step would be three exponentials */
            if (wave->rules->step_ms[i] > 0.0 && (k < 2 || i == 0)) {
                shapes[n] = (struct rv_tail){.exponentials = k, .step = true, .step_index = i};
                shapes[n++].step_ms = wave->rules->step_ms[i];
            }
        }
    }
    /* A slope is known from a stretch about as long as the wave it is carried under. */
    const double from_ms = rv_wave_ms(wave, (double)(wave->pre_count > 0 ? 0 : wave->blank));
    const double span_ms = rv_wave_ms(wave, (double)wave->tail_until) - from_ms;
    if (span_ms > DRIFT_SPANS * wave->rules->back_ms) {
        shapes[n++] = (struct rv_tail){.drift = true};
    }
    return n;
}

static void choose(struct rv_wave *wave, size_t exponentials_most)
{
    struct rv_tail shapes[RV_TAIL_SHAPES], fits[RV_TAIL_SHAPES];
    const size_t shape_count = list_shapes(wave, exponentials_most, shapes);
    struct sums sums;
    const double origin_ms = rv_wave_ms(wave, (double)wave->blank);
    double rss[RV_TAIL_SHAPES], costs[RV_TAIL_SHAPES], least = (double)INFINITY, slopes[N];
    size_t count = 0, chosen = 0;
    collect(wave, origin_ms, &sums);
    const double n = (double)sums.rows;
    for (size_t i = 0; i < shape_count; i++) {
        fits[count] = shapes[i];
        fits[count].origin_ms = origin_ms;
        search_grid(&sums, &fits[count]);
        rss[count] = sharpen(wave, &fits[count]);
        if (fits[count].exponentials + (fits[count].step ? 1u : 0u) < 2 ||
            !cancels(wave, &fits[count])) {
            least = fmin(least, rss[count++]);
        }
    }
    const double variance =
        fmax(least / fmax(4.0, n - 6.0), 0.25 * wave->noise.sd * wave->noise.sd);
    for (size_t i = 0; i < count; i++) {
        costs[i] = rss[i] / (CORRELATION * variance) + penalty(&fits[i], n);
        chosen = costs[i] < costs[chosen] ? i : chosen;
    }
    wave->tail = fits[chosen];
    keep_rivals(wave, fits, costs, count, costs[chosen]);
    (void)solve(wave, true, &wave->tail, slopes);
}

static void fit(struct rv_wave *wave, size_t until)
{
    const size_t least = wave->pre_count >= 4 ? wave->blank : wave->blank + 4;
    wave->tail_until = until > least ? until : least;
    wave->tail_offset = wave->raw[wave->blank];
    size_t most = 0;
    if (wave->request->subtract_tail && wave->artefact_seen &&
        wave->tail_until >= wave->blank + 8 && !starts_quiet(wave)) {
        most = wave->tail_until >= wave->blank + 14 ? 2 : 1;
    }
    choose(wave, most);
}

/* Does the fit hold to its end? Means over short boxes against their SD. */
static bool holds(struct rv_wave *wave, size_t until)
{
    enum { MOST = 64 };
    fit(wave, until);
    double equal[MOST];
    size_t box = (size_t)ceil(wave->rules->foot_gap_ms * wave->rate_hz / 1000.0);
    box = box < MOST ? box : MOST;
    for (size_t i = 0; i < box; i++) {
        equal[i] = 1.0 / (double)box;
    }
    const double noise = rv_noise_sum_sd(&wave->noise, equal, box, wave->scratch);
    const double sd = hypot(noise, wave->hum_sd);
    for (size_t i = wave->blank; i + box <= until; i += (box + 1) / 2) {
        double mean = 0.0;
        for (size_t j = i; j < i + box; j++) {
            const double ms = rv_wave_ms(wave, (double)j);
            mean += equal[j - i] * (wave->raw[j] - rv_tail_level(&wave->tail, ms));
        }
        if (fabs(mean) > DEPARTED * sd) {
            return false;
        }
    }
    return true;
}

double rv_tail_extent(struct rv_wave *wave, double cap_ms)
{
    const double gap = wave->rules->foot_gap_ms;
    size_t high = rv_wave_at(wave, cap_ms);
    size_t low = rv_wave_at(wave, rv_wave_ms(wave, (double)wave->blank) + 2.0 * gap);
    if (high <= low || holds(wave, high)) {
        return cap_ms;
    }
    const size_t fine = (size_t)ceil(gap * wave->rate_hz / 1000.0);
    while (high > low + fine) {
        const size_t middle = low + (high - low) / 2;
        if (holds(wave, middle)) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return rv_wave_ms(wave, (double)low) - gap;
}

void rv_tail_fit(struct rv_wave *wave, double until_ms)
{
    fit(wave, rv_wave_at(wave, until_ms));
    for (size_t i = 0; i < wave->count; i++) {
        const bool muted = i < wave->blank && i >= wave->pre_count;
        const double ms = rv_wave_ms(wave, (double)i);
        wave->y[i] = muted ? 0.0 : wave->raw[i] - rv_tail_level(&wave->tail, ms);
    }
}

void rv_tail_account(const struct rv_wave *wave, double *weight)
{
    double at[N], sum[N] = {0}, row[N] = {0};
    size_t n = 0;
    for (size_t i = 0; i < wave->count; i++) {
        if (fabs(weight[i]) > 0.0) {
            n = basis_at(&wave->tail, rv_wave_ms(wave, (double)i), true, at);
            for (size_t c = 0; c < n; c++) {
                sum[c] += weight[i] * at[c];
            }
        }
    }
    for (size_t r = 0; r < n; r++) {
        for (size_t c = 0; c < n; c++) {
            row[r] += wave->tail.inverse[r * N + c] * sum[c];
        }
    }
    for (size_t i = 0; i < fit_end(wave); i++) {
        const double share = share_of(wave, i);
        if (share > 0.0) {
            (void)basis_at(&wave->tail, rv_wave_ms(wave, (double)i), true, at);
            for (size_t r = 0; r < n; r++) {
                weight[i] -= share * row[r] * at[r];
            }
        }
    }
}
