/* SPDX-License-Identifier: GPL-3.0-or-later
 * M and H of each sweep of a recruitment series. Method: docs/methods/late.md "H-reflex".
 */
#include "base/error.h"
#include "mark/compound.h"
#include "mark/mark_late.h"
#include "mark/train.h"

#include <math.h>

#define SMOOTH_MS 0.20
#define M_SMOOTH_MS 0.06 /* M is large: its peak must not be flattened */
/* An H must exceed these: 8 SDs of the smoothed noise peak to peak is 1 in 1,000 of quiet sweeps.
 */
#define NOISE_TIMES 9.0
#define QUIET_TIMES 1.35
#define LEAST_UV 20.0
/* An M is measured at the peak of the largest ones, within this. */
#define M_REACH_MS 1.0
/* The tail is fitted up to this before the first H, and from this after it began. */
#define BEFORE_H_MS 3.0
#define EDGE_MS 0.5
#define END_MS 5.0         /* the M-wave has come to rest */
#define NEGATIVE_SHARE 0.2 /* of its size that a reflex goes below the start level */
#define NEAR_MS 4.0        /* reflexes of one series begin within this */
#define AFTER_H_MS 30.0
#define TAIL_AFTER_M_MS 8.0
/* The M-wave no longer grew: by less than this over the last third of the series (clinical
 * convention for supramaximal: 5 %). */
#define PLATEAU_SHARE 0.05

static const struct rv_compound_rules h_rules = {.blank_ms = 1.0,
                                                 .from_ms = 10.0,
                                                 .to_ms = 60.0,
                                                 .smooth_ms = SMOOTH_MS,
                                                 .foot_gap_ms = 0.35,
                                                 .back_ms = 4.0,
                                                 .width_ms = {0.8, 1.5, 2.8},
                                                 .rho = 0.30,
                                                 .late_rho = 0.42,
                                                 .late_sd = 0.15,
                                                 .rho_sd = 0.08,
                                                 .phi = 0.01,
                                                 .fraction_db = 16.0,
                                                 .fraction_rate = 0.0563,
                                                 .peak_k = 1.3,
                                                 .amplitude_k = 1.0,
                                                 .peak_share = 0.004,
                                                 .onset_k = 1.2,
                                                 .slope = true};

struct series {
    struct rv_train train;
    struct rv_late_sweep *sweeps;
    double m_from_ms, m_to_ms;
    double m_peak_ms, m_foot_ms; /* of the largest M-waves; NaN */
    double floor_uv;
    double h_ms; /* where the largest reflex begins; NaN: not known yet */
};

/* --- M ------------------------------------------------------------------------------------- */

/* Largest negative excursion of a sweep in the window of the direct response, against what went
 * before it there. */
static double rough_m(const struct series *series, size_t s, size_t *peak, size_t *foot)
{
    const struct rv_train *train = &series->train;
    const double *x = rv_train_smooth_sweep(train, s);
    const size_t from = rv_train_at(train, series->m_from_ms);
    const size_t to = rv_train_at(train, series->m_to_ms);
    *peak = from;
    for (size_t i = from; i < to; i++) {
        *peak = x[i] > x[*peak] ? i : *peak;
    }
    /* back to where a tenth of the height is left, or the trace stops falling */
    size_t i = *peak;
    const double top = x[*peak];
    while (i > from && (x[i] > 0.1 * top || x[i - 1] < x[i])) {
        i--;
    }
    *foot = i;
    return top - x[*foot];
}

/* The peak of the direct response is where the largest of all stands. */
static void find_m(struct series *series)
{
    const struct rv_train *train = &series->train;
    double largest = 0.0;
    size_t peak = 0, foot = 0;
    series->m_peak_ms = (double)NAN;
    for (size_t s = 0; s < train->sweep_count; s++) {
        const double size = train->used[s] ? rough_m(series, s, &peak, &foot) : 0.0;
        if (size > largest) {
            largest = size;
            series->m_peak_ms = rv_train_ms(train, (double)peak);
            series->m_foot_ms = rv_train_ms(train, (double)foot);
        }
    }
    if (largest < series->floor_uv) {
        series->m_peak_ms = (double)NAN;
    }
}

/* The M of each sweep: its highest point near the common peak against the common foot. */
static void measure_m(struct series *series, size_t s)
{
    const struct rv_train *train = &series->train;
    struct rv_late_sweep *sweep = &series->sweeps[s];
    if (isnan(series->m_peak_ms)) {
        return;
    }
    const double *x = rv_train_smooth_sweep(train, s);
    const size_t from = rv_train_at(train, series->m_peak_ms - M_REACH_MS);
    const size_t to = rv_train_at(train, series->m_peak_ms + M_REACH_MS);
    double top = x[from];
    for (size_t i = from; i <= to; i++) {
        top = fmax(top, x[i]);
    }
    sweep->m_amplitude_uv = top - x[rv_train_at(train, series->m_foot_ms)];
    sweep->m_amplitude_se_uv = train->smooth_sd * sqrt(2.0);
}

static double largest_m(const struct series *series)
{
    double most = 0.0;
    for (size_t s = 0; s < series->train.sweep_count; s++) {
        most = fmax(most, series->sweeps[s].m_amplitude_uv);
    }
    return most;
}

/* --- H ------------------------------------------------------------------------------------- */

static bool find_h(const struct series *series, size_t s, struct rv_complex *best)
{
    const struct rv_train *train = &series->train;
    struct rv_complexes found;
    bool any = false;
    const double *x = rv_train_smooth_sweep(train, s);
    const double reach_ms = isnan(series->h_ms) ? END_MS : 0.5 * BEFORE_H_MS;
    const size_t begin =
        rv_complexes_begin(train, x, train->from, train->from + rv_train_span(train, reach_ms));
    rv_complexes_find(train, x, begin, train->to, series->floor_uv, &found);
    for (size_t c = 0; c < found.count; c++) {
        const double ms = rv_train_ms(train, (double)found.items[c].from);
        const bool near = isnan(series->h_ms) || fabs(ms - series->h_ms) < NEAR_MS;
        if (found.items[c].from <= train->from + rv_train_span(train, EDGE_MS)) {
            continue; /* the end of the M-wave */
        }
        if (near && (!any || found.items[c].peak_to_peak > best->peak_to_peak)) {
            *best = found.items[c];
            any = true;
        }
    }
    return any;
}

static void measure_h(struct series *series, size_t s)
{
    const struct rv_train *train = &series->train;
    struct rv_late_sweep *sweep = &series->sweeps[s];
    struct rv_complex best;
    struct rv_lobe lobe;
    const double *smooth = rv_train_smooth_sweep(train, s);
    if (!find_h(series, s, &best) ||
        !rv_lobe_mark(train, rv_train_sweep(train, s), smooth, train->tail_from, best.lobe,
                      best.sign, &h_rules, &lobe)) {
        return;
    }
    size_t peak = best.from;
    for (size_t i = best.from; i < best.to; i++) {
        peak = smooth[i] > smooth[peak] ? i : peak;
    }
    if (smooth[peak] < NEGATIVE_SHARE * best.peak_to_peak) {
        return; /* no negative phase: what is left of a tail */
    }
    sweep->found = RV_MEASURED;
    sweep->onset_ms = lobe.onset_ms;
    sweep->onset_se_ms = lobe.onset_se_ms;
    sweep->amplitude_uv = best.sign > 0.0 && peak == best.lobe ? lobe.level_uv : smooth[peak];
    sweep->amplitude_se_uv = hypot(lobe.level_se_uv, train->smooth_sd);
}

/* Where the largest reflex among the sweeps with little M begins: there the tail must end. */
static double first_h_ms(const struct series *series)
{
    const struct rv_train *train = &series->train;
    const double much = 0.3 * largest_m(series);
    struct rv_complex best = {0};
    double size = 0.0, ms = (double)NAN;
    for (size_t s = 0; s < train->sweep_count; s++) {
        struct rv_complex item;
        if (train->used[s] && !(series->sweeps[s].m_amplitude_uv > much) &&
            find_h(series, s, &item) && item.peak_to_peak > size) {
            size = item.peak_to_peak;
            best = item;
            ms = rv_train_ms(train, (double)best.from);
        }
    }
    return ms;
}

static bool has_plateau(const struct series *series)
{
    double last = (double)-INFINITY, first = (double)INFINITY;
    const struct rv_train *train = &series->train;
    for (size_t s = 0; s < train->sweep_count; s++) {
        if (train->used[s] && !isnan(series->sweeps[s].intensity)) {
            last = fmax(last, series->sweeps[s].intensity);
            first = fmin(first, series->sweeps[s].intensity);
        }
    }
    double top = 0.0, before = 0.0;
    for (size_t s = 0; s < train->sweep_count; s++) {
        const struct rv_late_sweep *sweep = &series->sweeps[s];
        const double above = sweep->intensity - first; /* where all are the same it is 0 of 0 */
        if (!train->used[s] || isnan(sweep->m_amplitude_uv)) {
            continue;
        }
        if (above > 0.9 * (last - first)) {
            top = fmax(top, sweep->m_amplitude_uv);
        } else if (above > 0.6 * (last - first)) {
            before = fmax(before, sweep->m_amplitude_uv);
        }
    }
    return before > 0.0 && top > 0.0 && top - before <= PLATEAU_SHARE * top;
}

static bool prepare(struct series *series, const struct rv_sweeps *sweeps,
                    const struct rv_late_request *request, struct rv_arena *arena)
{
    struct rv_train *train = &series->train;
    if (!rv_train_prepare(train, sweeps, request->from_ms, request->to_ms)) {
        return false;
    }
    series->sweeps = rv_arena_alloc(arena, train->sweep_count, sizeof *series->sweeps);
    if (series->sweeps == NULL) {
        return false;
    }
    for (size_t s = 0; s < train->sweep_count; s++) {
        series->sweeps[s] = rv_train_blank(train, sweeps, s);
    }
    rv_train_smoothen(train, SMOOTH_MS);
    if (!rv_train_listen(train)) {
        return false;
    }
    series->h_ms = (double)NAN;
    series->floor_uv =
        fmax(fmax(sweeps->calibrated ? LEAST_UV : 0.0, NOISE_TIMES * train->smooth_sd),
             QUIET_TIMES * train->quiet_most_uv);
    series->m_from_ms = request->m_from_ms;
    series->m_to_ms = request->m_to_ms;
    rv_train_smoothen(train, M_SMOOTH_MS);
    find_m(series);
    for (size_t s = 0; s < train->sweep_count; s++) {
        if (train->used[s]) {
            measure_m(series, s);
        }
    }
    rv_train_smoothen(train, SMOOTH_MS);
    return true;
}

static bool run(struct series *series, const struct rv_sweeps *sweeps,
                const struct rv_late_request *request, struct rv_arena *arena, struct rv_late *late)
{
    struct rv_train *train = &series->train;
    if (!prepare(series, sweeps, request, arena)) {
        return false;
    }
    const double h_ms = first_h_ms(series);
    series->h_ms = h_ms;
    const size_t from = train->from, to = train->to;
    if (!isnan(h_ms)) {
        const size_t early = rv_train_at(train, h_ms - BEFORE_H_MS);
        train->from = early > from ? early : from;
        const size_t end = rv_train_at(train, h_ms + AFTER_H_MS);
        train->to = end < to ? end : to;
        train->rest = train->to < train->rest ? train->to : train->rest;
    }
    const double m_ms = isnan(series->m_peak_ms) ? series->m_from_ms : series->m_peak_ms;
    const double tail_ms =
        fmin(m_ms + TAIL_AFTER_M_MS, rv_train_ms(train, (double)train->from) - 2.0);
    train->tail_from = rv_train_at(train, fmax(tail_ms, m_ms));
    if (!rv_train_clear(train, false)) {
        return false;
    }
    rv_train_smoothen(train, SMOOTH_MS);
    for (size_t s = 0; s < train->sweep_count; s++) {
        if (train->used[s]) {
            measure_h(series, s);
        }
    }
    *late = (struct rv_late){.from_ms = request->from_ms,
                             .to_ms = request->to_ms,
                             .sweep_count = train->sweep_count,
                             .sweeps = series->sweeps,
                             .used_count = train->used_count,
                             .floor_uv = series->floor_uv,
                             .background_uv = train->calm_uv,
                             .voluntary = rv_train_is_voluntary(train, SMOOTH_MS),
                             .m_onset_ms = series->m_foot_ms,
                             .m_onset_se_ms = (double)NAN,
                             .plateau = has_plateau(series)};
    if (isnan(series->m_peak_ms)) {
        late->m_onset_ms = (double)NAN;
    }
    return true;
}

enum rv_status rv_mark_h(const struct rv_sweeps *sweeps, const struct rv_late_request *request,
                         struct rv_arena *arena, struct rv_late *late, struct rv_error *err)
{
    struct series series = {0};
    series.train.scratch = rv_arena_new();
    if (series.train.scratch == NULL) {
        return rv_fail_memory(err);
    }
    const bool done = run(&series, sweeps, request, arena, late);
    rv_arena_free(series.train.scratch);
    return done ? RV_OK : rv_fail_memory(err);
}
