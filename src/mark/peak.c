/* SPDX-License-Identifier: GPL-3.0-or-later
 * An extremum between samples: a quartic in the widest window that the noise allows, its vertex,
 * and standard errors from the weights on the samples.
 */
#include "mark/local.h"

#include <math.h>

/* The window shrinks while the polynomial misfits by more than this many SDs of chi-squared, or
 * the next narrower one says something else by more than this many of its standard errors. */
#define MISFIT 2.5
#define CONTRADICTION 2.0
static const double windows[] = {1.0, 0.72, 0.52, 0.37, 0.27};

/* The vertex nearest to the highest point of the polynomial inside the window. */
static double vertex(const struct rv_local *local, double sign)
{
    double best = 0.0, top = -INFINITY;
    for (int i = -40; i <= 40; i++) {
        const double u = 0.8 * i / 40.0;
        const double value = sign * rv_local_value(local, u, 0);
        if (value > top) {
            top = value;
            best = u;
        }
    }
    for (int i = 0; i < 10; i++) {
        const double bend = rv_local_value(local, best, 2);
        if (!(sign * bend < 0.0)) {
            break;
        }
        const double step = rv_local_value(local, best, 1) / bend;
        best -= fmin(fmax(step, -0.02), 0.02);
    }
    return best;
}

struct candidate {
    struct rv_local local;
    double u, level, level_se;
};

static bool fit_window(const struct rv_wave *wave, size_t around, size_t reach, double sign,
                       struct candidate *candidate)
{
    const size_t from = around > wave->blank + reach ? around - reach : wave->blank;
    const size_t to = around + reach < wave->count ? around + reach : wave->count - 1;
    if (!rv_local_fit(wave, from, to, to - from >= 4 ? 5 : 3, &candidate->local)) {
        return false;
    }
    candidate->u = vertex(&candidate->local, sign);
    candidate->level = rv_local_value(&candidate->local, candidate->u, 0);
    double row[RV_LOCAL_TERMS] = {0};
    rv_local_row(&candidate->local, candidate->u, 0, 1.0, row);
    candidate->level_se = rv_local_sd(wave, &candidate->local, row);
    return true;
}

static bool widest_fit(const struct rv_wave *wave, size_t around, double half_ms, double sign,
                       struct candidate *best)
{
    bool fitted = false;
    size_t tried = 0;
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
        const double half = half_ms * windows[i] * wave->rate_hz / 1000.0;
        const size_t reach = (size_t)fmax(floor(half + 0.5), 2.0);
        struct candidate next;
        if (reach == tried || !fit_window(wave, around, reach, sign, &next)) {
            continue;
        }
        tried = reach;
        if (!fitted || best->local.misfit > MISFIT ||
            fabs(next.level - best->level) > CONTRADICTION * next.level_se) {
            *best = next;
            fitted = true;
        } else {
            break;
        }
    }
    return fitted;
}

/* Where the polynomial has left the extremum by `rise` on its later side. */
static void leave(const struct rv_wave *wave, const struct rv_local *local, double u, double sign,
                  double rise, struct rv_extremum *extremum)
{
    const double top = rv_local_value(local, u, 0);
    double low = u, high = u;
    while (high < 1.0 && sign * (top - rv_local_value(local, high, 0)) < rise) {
        high += 0.01;
    }
    low = high - 0.01;
    for (int i = 0; i < 30; i++) {
        const double middle = 0.5 * (low + high);
        if (sign * (top - rv_local_value(local, middle, 0)) < rise) {
            low = middle;
        } else {
            high = middle;
        }
    }
    double row[RV_LOCAL_TERMS] = {0};
    rv_local_row(local, high, 0, 1.0, row);
    rv_local_row(local, u, 0, -1.0, row);
    const double slope = fabs(rv_local_value(local, high, 1));
    const double step_ms = local->half * 1000.0 / wave->rate_hz;
    extremum->leave_ms = rv_local_ms(wave, local, high);
    extremum->leave_se_ms =
        fmin(rv_local_sd(wave, local, row) / fmax(slope, 1e-300), 0.6) * step_ms;
}

bool rv_peak_fit(const struct rv_wave *wave, size_t around, double half_ms, double sign,
                 double rise, struct rv_extremum *extremum)
{
    struct candidate best;
    if (!widest_fit(wave, around, half_ms, sign, &best)) {
        return false;
    }
    const struct rv_local local = best.local;
    const double u = best.u;
    const double bend = fabs(rv_local_value(&local, u, 2));
    const double step_ms = local.half * 1000.0 / wave->rate_hz;
    double value[RV_LOCAL_TERMS] = {0}, slope[RV_LOCAL_TERMS] = {0};
    rv_local_row(&local, u, 0, 1.0, value);
    rv_local_row(&local, u, 1, 1.0, slope);
    *extremum = (struct rv_extremum){.ms = rv_local_ms(wave, &local, u),
                                     .level = rv_local_value(&local, u, 0)};
    extremum->level_se = rv_local_sd(wave, &local, value);
    /* A flat top cannot be placed worse than within the window that was looked at. */
    const double noise = fmin(rv_local_sd(wave, &local, slope) / fmax(bend, 1e-300), 0.6) * step_ms;
    extremum->se_ms = hypot(wave->rules->peak_k * noise, wave->rules->peak_share * half_ms);
    extremum->level_weight = rv_arena_alloc(wave->scratch, wave->count, sizeof(double));
    if (extremum->level_weight == NULL) {
        return false;
    }
    rv_local_weights(&local, value, 1.0, extremum->level_weight);
    if (rise > 0.0) {
        leave(wave, &local, u, sign, rise, extremum);
    }
    return true;
}
