/* SPDX-License-Identifier: GPL-3.0-or-later
 * Repetitive stimulation: amplitude and area of each response between the marks of the average.
 * Method: docs/methods/late.md "Train".
 */
#include "base/error.h"
#include "mark/mark_late.h"
#include "mark/train.h"

#include <math.h>

#define SMOOTH_MS 0.10
/* The peak of a single response lies within this of the average's. */
#define PEAK_REACH_MS 1.0
/* The start level is the mean of this long before the onset. */
#define LEVEL_MS 0.4

struct places {
    size_t level_from, onset, peak_from, peak_to, recovery;
};

static bool find_places(const struct rv_train *train, const struct rv_compound *average,
                        struct places *at)
{
    const struct rv_mark *onset = &average->marks[RV_MARK_ONSET];
    const struct rv_mark *peak = &average->marks[RV_MARK_NEGATIVE_PEAK];
    const struct rv_mark *recovery = &average->marks[RV_MARK_RECOVERY];
    if (average->presence != RV_MEASURED || onset->validity != RV_MEASURED ||
        peak->validity != RV_MEASURED) {
        return false;
    }
    at->onset = rv_train_at(train, onset->ms);
    at->level_from = rv_train_at(train, onset->ms - LEVEL_MS);
    at->peak_from = rv_train_at(train, fmax(peak->ms - PEAK_REACH_MS, onset->ms));
    at->peak_to = rv_train_at(train, peak->ms + PEAK_REACH_MS);
    at->recovery = recovery->validity == RV_MEASURED ? rv_train_at(train, recovery->ms) : at->onset;
    return at->level_from < at->onset && at->onset < at->peak_to;
}

/* The sum of weights on the samples gives the value; the same weights give its error. */
static double area_of(const struct rv_train *train, const struct places *at, const double *x,
                      double level, double *se)
{
    const double step_ms = 1000.0 / train->rate_hz;
    const double n_level = (double)(at->onset - at->level_from);
    const double n = (double)(at->recovery - at->onset);
    double *weight = rv_arena_alloc(train->scratch, train->count, sizeof *weight);
    double area = 0.0;
    for (size_t i = at->onset; i < at->recovery; i++) {
        area += (x[i] - level) * step_ms;
    }
    *se = (double)NAN;
    if (weight != NULL) {
        for (size_t i = at->level_from; i < at->recovery; i++) {
            weight[i] = i < at->onset ? -n * step_ms / n_level : step_ms;
        }
        *se =
            rv_noise_sum_sd(&train->noise, weight + at->level_from, at->recovery - at->level_from);
    }
    return area;
}

static double level_of(const struct places *at, const double *x)
{
    double level = 0.0;
    for (size_t i = at->level_from; i < at->onset; i++) {
        level += x[i] / (double)(at->onset - at->level_from);
    }
    return level;
}

/* SD of a smoothed sample against the mean before the onset. */
static double amplitude_se(const struct rv_train *train, const struct places *at)
{
    const size_t n = at->onset - at->level_from;
    double *weight = rv_arena_alloc(train->scratch, n, sizeof *weight);
    if (weight == NULL) {
        return (double)NAN;
    }
    for (size_t i = 0; i < n; i++) {
        weight[i] = 1.0 / (double)n;
    }
    return hypot(train->smooth_sd, rv_noise_sum_sd(&train->noise, weight, n));
}

static void measure(const struct rv_train *train, const struct places *at, size_t s,
                    struct rv_late_sweep *sweep)
{
    const double *x = rv_train_sweep(train, s), *smooth = rv_train_smooth_sweep(train, s);
    const double level = level_of(at, x);
    double top = smooth[at->peak_from];
    for (size_t i = at->peak_from; i <= at->peak_to; i++) {
        top = fmax(top, smooth[i]);
    }
    sweep->found = RV_MEASURED;
    sweep->amplitude_uv = top - level;
    sweep->amplitude_se_uv = amplitude_se(train, at);
    if (at->recovery > at->onset) {
        sweep->area_uvms = area_of(train, at, x, level, &sweep->area_se_uvms);
    }
}

static bool run(struct rv_train *train, const struct rv_sweeps *sweeps,
                const struct rv_compound *average, struct rv_arena *arena, struct rv_late *late)
{
    struct places at = {0};
    const double end_ms =
        rv_sample_ms(sweeps->start_ms, sweeps->rate_hz, (double)sweeps->sample_count);
    if (!rv_train_prepare(train, sweeps, 0.0, end_ms)) {
        return false;
    }
    struct rv_late_sweep *items = rv_arena_alloc(arena, train->sweep_count, sizeof *items);
    if (items == NULL) {
        return false;
    }
    rv_train_smoothen(train, SMOOTH_MS);
    if (!rv_train_listen(train)) {
        return false;
    }
    const bool marked = find_places(train, average, &at);
    const double none = (double)NAN;
    for (size_t s = 0; s < train->sweep_count; s++) {
        items[s] = rv_train_blank(train, sweeps, s);
        if (marked && train->used[s]) {
            measure(train, &at, s, &items[s]);
        }
    }
    *late = (struct rv_late){.sweep_count = train->sweep_count,
                             .sweeps = items,
                             .used_count = train->used_count,
                             .floor_uv = none,
                             .background_uv = train->calm_uv,
                             .m_onset_ms = marked ? average->marks[RV_MARK_ONSET].ms : none,
                             .m_onset_se_ms = marked ? average->marks[RV_MARK_ONSET].se_ms : none};
    return true;
}

enum rv_status rv_mark_train(const struct rv_sweeps *sweeps, const struct rv_compound *average,
                             struct rv_arena *arena, struct rv_late *late, struct rv_error *err)
{
    struct rv_train train = {.scratch = rv_arena_new()};
    if (train.scratch == NULL) {
        return rv_fail_memory(err);
    }
    const bool done = run(&train, sweeps, average, arena, late);
    rv_arena_free(train.scratch);
    return done ? RV_OK : rv_fail_memory(err);
}
