/* SPDX-License-Identifier: GPL-3.0-or-later
 * A recruitment series: stimuli of growing strength. Its strongest ones make the average.
 */
#include "base/error.h"
#include "epoch/epoch.h"

#include <math.h>

/* Stimuli within this share of the strongest count as equal: it is what a stimulator's own
 * current varies by, and far less than the 20 to 30 % that "supramaximal" adds. */
#define EQUAL_SHARE 0.05

static bool is_strong(const struct rv_stimuli *all, size_t i, double most)
{
    return all->intensity[i] >= (1.0 - EQUAL_SHARE) * most;
}

/* "stimulus events, the strongest 13 of 84 (0.952 to 1 V)" */
static char *describe(const struct rv_stimuli *all, size_t count, double least, double most,
                      struct rv_arena *arena)
{
    return rv_arena_format(arena, "%s, the strongest %zu of %zu (%.3g to %.3g %s)", all->how, count,
                           all->count, least, most, all->volts ? "V" : "mA");
}

enum rv_status rv_stimuli_strongest(const struct rv_stimuli *all, struct rv_arena *arena,
                                    struct rv_stimuli *strongest, struct rv_error *err)
{
    double most = 0.0, least = (double)INFINITY;
    bool known = all->intensity != NULL;
    for (size_t i = 0; i < all->count && known; i++) {
        known = all->intensity[i] > 0.0;
        most = fmax(most, all->intensity[i]);
        least = fmin(least, all->intensity[i]);
    }
    *strongest = *all;
    if (!known || least >= (1.0 - EQUAL_SHARE) * most)
        return RV_OK;
    double *time_s = rv_arena_alloc(arena, all->count, sizeof *time_s);
    double *intensity = rv_arena_alloc(arena, all->count, sizeof *intensity);
    if (time_s == NULL || intensity == NULL)
        return rv_fail_memory(err);
    size_t n = 0;
    least = most;
    for (size_t i = 0; i < all->count; i++) {
        if (!is_strong(all, i, most))
            continue;
        time_s[n] = all->time_s[i];
        intensity[n++] = all->intensity[i];
        least = fmin(least, all->intensity[i]);
    }
    strongest->time_s = time_s;
    strongest->intensity = intensity;
    strongest->count = n;
    strongest->how = describe(all, n, least, most, arena);
    return strongest->how != NULL ? RV_OK : rv_fail_memory(err);
}
