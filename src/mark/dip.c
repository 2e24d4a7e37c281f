/* SPDX-License-Identifier: GPL-3.0-or-later
 * An initial positive phase that leads straight into the rise: the onset is 1 % of the amplitude
 * above its bottom.
 */
#include "mark/compound.h"

#include <math.h>

/* Deeper than this share of the negative peak, and than this many SDs of noise. */
#define DIP_SHARE 0.04
#define DIP_NOISE 4.0

/* The lowest point between the foot's surroundings and the rise. */
static size_t lowest_point(const struct rv_wave *wave)
{
    const size_t reach = (size_t)ceil(0.5 * wave->rules->back_ms * wave->rate_hz / 1000.0);
    size_t lowest = wave->foot;
    const size_t from = wave->foot > wave->blank + reach ? wave->foot - reach : wave->blank;
    for (size_t i = from; i < wave->peak; i++) {
        lowest = wave->smooth[i] < wave->smooth[lowest] ? i : lowest;
    }
    return lowest;
}

/* How far the trace fell into the dip shortly before: a drifting level does not fall. */
static double fall_into(const struct rv_wave *wave, size_t dip)
{
    const size_t reach = (size_t)ceil(0.8 * wave->rules->back_ms * wave->rate_hz / 1000.0);
    double before = wave->smooth[dip];
    for (size_t i = dip; i > wave->blank && i + reach > dip; i--) {
        before = fmax(before, wave->smooth[i]);
    }
    return before - wave->smooth[dip];
}

bool rv_dip_find(const struct rv_wave *wave, size_t *dip)
{
    const size_t lowest = lowest_point(wave);
    const double height = wave->smooth[wave->peak];
    const double depth = fmin(-wave->smooth[lowest], fall_into(wave, lowest));
    if (lowest <= wave->blank + 2 || depth < DIP_SHARE * height ||
        depth < DIP_NOISE * hypot(wave->smooth_sd, 0.5 * wave->hum_sd)) {
        return false;
    }
    /* straight into the rise: its first quarter takes no longer than half as much again as the rest
     */
    const double level = wave->smooth[lowest] + 0.25 * (height - wave->smooth[lowest]);
    size_t quarter = lowest;
    while (quarter < wave->peak && wave->smooth[quarter] < level) {
        quarter++;
    }
    if (2 * (quarter - lowest) > 3 * (wave->peak - quarter)) {
        return false;
    }
    double *weight = rv_wave_weights(wave);
    weight[lowest] = 1.0;
    rv_tail_account(wave, weight);
    weight[lowest] = 0.0; /* what the level and the tail may be wrong by there */
    if (depth < DIP_NOISE * rv_noise_sum_sd(&wave->noise, weight, wave->count)) {
        return false;
    }
    *dip = lowest;
    return true;
}

size_t rv_dip_foot(const struct rv_wave *wave, size_t dip)
{
    double steepest = 0.0;
    size_t i = dip;
    while (i > wave->blank + 1) {
        const double slope = wave->smooth[i - 1] - wave->smooth[i];
        steepest = fmax(steepest, slope);
        const bool high_enough = wave->smooth[i] > 0.35 * wave->smooth[dip];
        if (high_enough && slope < 0.12 * steepest) {
            break;
        }
        i--;
    }
    return i;
}

bool rv_dip_onset(const struct rv_wave *wave, size_t dip, struct rv_onset *onset,
                  struct rv_extremum *bottom)
{
    const double half_ms = 0.45 * wave->rise_ms;
    if (!rv_peak_fit(wave, dip, half_ms, -1.0, 0.01 * wave->amplitude, bottom)) {
        return false;
    }
    const double rate = 0.15 * 1000.0 / wave->rate_hz;
    onset->ms = bottom->leave_ms;
    onset->se_ms = hypot(bottom->leave_se_ms, rate);
    onset->flags = rv_flag_bit(RV_FLAG_INITIAL_POSITIVITY);
    return true;
}
