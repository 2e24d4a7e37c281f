/* SPDX-License-Identifier: GPL-3.0-or-later
 * After the negative peak: recovery, positive peak, end; negative duration and area.
 */
#include "mark/local.h"

#include <math.h>

/* The end: the trace stays within this share of the peak-to-peak amplitude. */
#define END_SHARE 0.02
/* The positive peak lies within this many negative durations after the recovery. */
#define AFTER_CMAP 3.0
#define AFTER_SNAP 2.0

/* A crossing of `level` near sample `at` by a local cubic; falling or rising. */
static bool cross(const struct rv_wave *wave, size_t at, double half_ms, double level,
                  struct rv_mark *mark)
{
    const size_t reach = (size_t)fmax(floor(half_ms * wave->rate_hz / 1000.0 + 0.5), 2.0);
    const size_t from = at > wave->blank + reach ? at - reach : wave->blank;
    const size_t to = at + reach < wave->count ? at + reach : wave->count - 1;
    struct rv_local local;
    if (!rv_local_fit(wave, from, to, to - from >= 6 ? 4 : 3, &local)) {
        return false;
    }
    double best = INFINITY, u = 0.0;
    for (int i = -50; i < 50; i++) { /* the crossing nearest to the middle */
        const double a = rv_local_value(&local, 0.02 * i, 0) - level;
        const double b = rv_local_value(&local, 0.02 * (i + 1), 0) - level;
        if ((a > 0.0) != (b > 0.0) && fabs(i + 0.5) < best) {
            best = fabs(i + 0.5);
            u = 0.02 * (i + a / (a - b));
        }
    }
    if (!isfinite(best)) {
        return false;
    }
    double row[RV_LOCAL_TERMS] = {0};
    rv_local_row(&local, u, 0, 1.0, row);
    const double slope = fabs(rv_local_value(&local, u, 1));
    const double step_ms = local.half * 1000.0 / wave->rate_hz;
    const double ms = rv_local_ms(wave, &local, u);
    *mark = (struct rv_mark){.validity = RV_MEASURED, .ms = ms, .by = RV_BY_AUTO};
    mark->level_uv = -level;
    mark->se_ms =
        wave->rules->recovery_k * rv_local_sd(wave, &local, row) / fmax(slope, 1e-300) * step_ms;
    return true;
}

static void measure_negative(struct rv_wave *wave, const struct rv_onset *onset,
                             struct rv_compound *compound)
{
    struct rv_mark *recovery = &compound->marks[RV_MARK_RECOVERY];
    size_t i = rv_wave_at(wave, wave->peak_ms);
    while (i + 1 < wave->count && wave->smooth[i] > 0.0) {
        i++;
    }
    const double half_ms = fmax(0.15 * wave->rise_ms, 1.5 * 1000.0 / wave->rate_hz);
    if (i + 3 >= wave->count || !cross(wave, i, half_ms, 0.0, recovery)) {
        compound->flags |= rv_flag_bit(RV_FLAG_CUT_BY_END);
        recovery->validity = RV_NOT_MEASURABLE;
        return;
    }
    const double step = 1000.0 / wave->rate_hz;
    compound->negative_duration_ms =
        (struct rv_value){RV_MEASURED, recovery->ms - onset->ms,
                          hypot(recovery->se_ms, onset->se_ms), RV_BY_AUTO, NULL};
    const size_t from = rv_wave_at(wave, onset->ms), to = rv_wave_at(wave, recovery->ms);
    double *weight = rv_wave_weights(wave);
    double area = 0.0;
    for (size_t k = from; k <= to; k++) {
        /* an initial dip is no part of the negative phase; noise near the ends is */
        const bool counts = wave->y[k] > 0.0 || wave->smooth[k] > 0.0;
        weight[k] = counts ? step : 0.0;
        area += weight[k] * wave->y[k];
    }
    double se = rv_wave_sum_sd(wave, weight);
    se = hypot(wave->rules->area_k * se, wave->rules->area_share * area);
    compound->negative_area_uvms = (struct rv_value){RV_MEASURED, area, se, RV_BY_AUTO, NULL};
}

/* The total duration ends where the trace comes back to near the start level. */
static void measure_end(struct rv_wave *wave, size_t low, double level,
                        struct rv_compound *compound)
{
    size_t i = low;
    while (i + 1 < wave->count && wave->smooth[i] < level) {
        i++;
    }
    struct rv_mark *end = &compound->marks[RV_MARK_END];
    if (i + 3 < wave->count && cross(wave, i, 0.3 * wave->rise_ms, level, end)) {
        const double spread = hypot(end->se_ms, compound->marks[RV_MARK_ONSET].se_ms);
        compound->total_duration_ms = (struct rv_value){
            RV_MEASURED, end->ms - compound->marks[RV_MARK_ONSET].ms, spread, RV_BY_AUTO, NULL};
    }
}

static void measure_positive(struct rv_wave *wave, struct rv_compound *compound)
{
    const double from_ms = compound->marks[RV_MARK_RECOVERY].ms;
    const size_t from = rv_wave_at(wave, from_ms);
    /* the phase that follows, not a later wave */
    const double reach_ms = (wave->rules->slope ? AFTER_CMAP : AFTER_SNAP) *
                            (from_ms - compound->marks[RV_MARK_ONSET].ms);
    const size_t to = rv_wave_at(wave, from_ms + reach_ms);
    size_t low = from;
    for (size_t i = from; i <= to; i++) {
        low = wave->smooth[i] < wave->smooth[low] ? i : low;
    }
    struct rv_extremum bottom;
    if (low + 3 >= wave->count || low <= from ||
        !rv_peak_fit(wave, low, 0.6 * wave->rise_ms, -1.0, 0.0, &bottom)) {
        compound->flags |= low + 3 >= wave->count ? rv_flag_bit(RV_FLAG_CUT_BY_END) : 0;
        return;
    }
    compound->marks[RV_MARK_POSITIVE_PEAK] =
        (struct rv_mark){RV_MEASURED, bottom.ms, bottom.se_ms, -bottom.level, RV_BY_AUTO};
    for (size_t k = 0; k < wave->count; k++) { /* top minus bottom: what both share cancels */
        bottom.level_weight[k] = wave->peak_weight[k] - bottom.level_weight[k];
    }
    const double height = wave->amplitude - bottom.level;
    const double se = hypot(wave->rules->peak_to_peak_k * rv_wave_sum_sd(wave, bottom.level_weight),
                            wave->rules->amplitude_share * height);
    compound->peak_to_peak_uv = (struct rv_value){RV_MEASURED, height, se, RV_BY_AUTO, NULL};
    const double level = -END_SHARE * compound->peak_to_peak_uv.value;
    measure_end(wave, low, level, compound);
}

void rv_ends_mark(struct rv_wave *wave, const struct rv_onset *onset, struct rv_compound *compound)
{
    measure_negative(wave, onset, compound);
    if (compound->marks[RV_MARK_RECOVERY].validity == RV_MEASURED) {
        measure_positive(wave, compound);
    }
}
