/* SPDX-License-Identifier: GPL-3.0-or-later
 * The anchor: a least-squares line through 25-75 % of the rise and its intercept with the start
 * level. Source of the constants: docs/methods/marks.md "Anchor".
 */
#include "mark/compound.h"

#include <math.h>

enum { FINE = 16, MOST = 4000 };

/* Walks back on the smoothed trace to where it falls below a level. */
static double last_below(const struct rv_wave *wave, double from_ms, double level)
{
    size_t i = rv_wave_at(wave, from_ms);
    while (i > wave->blank && wave->smooth[i] > level) {
        i--;
    }
    const double rise = i + 1 < wave->count ? wave->smooth[i + 1] - wave->smooth[i] : 0.0;
    const double f = rise > 0.0 ? (level - wave->smooth[i]) / rise : 0.0;
    return rv_wave_ms(wave, (double)i + fmin(fmax(f, 0.0), 1.0));
}

/* Adds to `weight` the samples' share of the interpolated value at ms. */
static void spread_weight(const struct rv_wave *wave, double ms, double amount, double *weight)
{
    const double x = rv_wave_index(wave, ms);
    const size_t k = (size_t)x;
    const double f = x - (double)k;
    const double share[4] = {0.5 * f * (-1 + f * (2 - f)), 1 + 0.5 * f * f * (-5 + 3 * f),
                             0.5 * f * (1 + f * (4 - 3 * f)), 0.5 * f * f * (f - 1)};
    for (size_t j = 0; j < 4; j++) {
        weight[k - 1 + j] += amount * share[j];
    }
}

bool rv_anchor_fit(struct rv_wave *wave)
{
    const double height = wave->amplitude;
    const double high_ms = last_below(wave, wave->peak_ms, 0.75 * height);
    const double low_ms = last_below(wave, high_ms, 0.25 * height);
    const double step = 1000.0 / wave->rate_hz / FINE;
    const double start = rv_wave_ms(wave, (double)wave->blank + 2.0);
    size_t n = (size_t)((high_ms - low_ms) / step) + 1;
    n = n < MOST ? n : MOST;
    if (low_ms <= start || n < 4) {
        return false;
    }
    const double width = (double)(n - 1) * step, middle = low_ms + 0.5 * width;
    double mean = 0.0, slope = 0.0, spread = 0.0;
    for (size_t i = 0; i < n; i++) {
        const double u = low_ms + (double)i * step - middle;
        const double value = rv_wave_interpolate(wave, middle + u);
        mean += value / (double)n;
        slope += u * value;
        spread += u * u;
    }
    slope /= spread;
    if (!(slope > 0.0)) {
        return false;
    }
    wave->tangent_ms = middle - mean / slope;
    wave->rise_ms = height / slope;
    double *weight = rv_wave_weights(wave);
    for (size_t i = 0; i < n; i++) {
        const double u = low_ms + (double)i * step - middle;
        const double amount = 1.0 / (double)n + (wave->tangent_ms - middle) * u / spread;
        spread_weight(wave, middle + u, amount, weight);
    }
    wave->tangent_se_ms = rv_wave_sum_sd(wave, weight) / slope;
    return true;
}
