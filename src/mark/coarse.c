/* SPDX-License-Identifier: GPL-3.0-or-later
 * The main negative phase and its foot on the smoothed trace.
 */
#include "mark/compound.h"

#include <math.h>

enum { CANDIDATES = 4 };

struct candidate {
    size_t peak, foot;
    double prominence, score;
};

/* Height above the higher of the two lowest points before something taller. */
static double prominence(const struct rv_wave *wave, size_t peak)
{
    const double top = wave->smooth[peak];
    double left = top, right = top;
    for (size_t i = peak; i-- > wave->blank && wave->smooth[i] <= top;) {
        left = fmin(left, wave->smooth[i]);
    }
    for (size_t i = peak + 1; i < wave->count && wave->smooth[i] <= top; i++) {
        right = fmin(right, wave->smooth[i]);
    }
    return top - fmax(left, right);
}

/* Backwards from the peak: over the steepest part, then until the slope falls below 12 % of it or
 * begins to rise again; there the tail of the artefact begins. Small dents near the top are
 * crossed while less than half of the height has been lost. */
static size_t find_foot(const struct rv_wave *wave, size_t peak)
{
    const double top = wave->smooth[peak];
    const size_t reach = (size_t)ceil(wave->rules->back_ms * 3.0 * wave->rate_hz / 1000.0);
    const size_t stop = peak > wave->blank + reach ? peak - reach : wave->blank;
    double steepest = 0.0, lowest = top;
    size_t i = peak;
    while (i > stop + 1) {
        const double slope = wave->smooth[i] - wave->smooth[i - 1];
        lowest = fmin(lowest, wave->smooth[i]);
        steepest = fmax(steepest, slope);
        const bool low_enough = wave->smooth[i] < 0.35 * top;
        if (low_enough && slope < 0.12 * steepest) {
            break;
        }
        i--;
    }
    return i;
}

static double judge(const struct rv_wave *wave, struct candidate *candidate)
{
    candidate->prominence = prominence(wave, candidate->peak);
    candidate->foot = find_foot(wave, candidate->peak);
    const double rise = wave->smooth[candidate->peak] - wave->smooth[candidate->foot];
    candidate->score = fmin(candidate->prominence, rise);
    return candidate->score;
}

static bool is_peak(const struct rv_wave *wave, size_t i)
{
    const double *s = wave->smooth + i;
    const bool near = fabs(rv_wave_ms(wave, (double)i) - wave->seed_ms) < wave->seed_reach_ms;
    return near && s[0] > s[-1] && s[0] >= s[1] && s[0] > 0.0;
}

/* Keeps the most prominent ones, largest first. */
static size_t keep(struct candidate *best, size_t count, struct candidate next)
{
    size_t place = count;
    while (place > 0 && best[place - 1].prominence < next.prominence) {
        if (place < CANDIDATES) {
            best[place] = best[place - 1];
        }
        place--;
    }
    if (place < CANDIDATES) {
        best[place] = next;
    }
    return count < CANDIDATES ? count + 1 : count;
}

bool rv_coarse_find(struct rv_wave *wave)
{
    struct candidate best[CANDIDATES] = {{0}};
    size_t count = 0, chosen = 0;
    for (size_t i = wave->first; i <= wave->last; i++) {
        if (is_peak(wave, i)) {
            const struct candidate next = {.peak = i, .prominence = prominence(wave, i)};
            count = keep(best, count, next);
        }
    }
    for (size_t i = 0; i < count; i++) {
        chosen = judge(wave, &best[i]) > best[chosen].score ? i : chosen;
    }
    if (count == 0 || !(best[chosen].score > 0.0)) {
        wave->at_bound = true; /* it rises or falls through the whole window */
        return false;
    }
    wave->peak = best[chosen].peak;
    wave->foot = best[chosen].foot;
    return true;
}
