/* SPDX-License-Identifier: GPL-3.0-or-later
 * The onset of a late response in one sweep: its first lobe with the foot and the anchor of the
 * compound potentials.
 */
#include "mark/compound.h"
#include "mark/train.h"

#include <math.h>

static struct rv_wave wave_of(const struct rv_train *train, double *y, double *smooth, size_t first,
                              size_t peak, const struct rv_compound_rules *rules)
{
    return (struct rv_wave){.sweeps = train->sweeps,
                            .rules = rules,
                            .rate_hz = train->rate_hz,
                            .start_ms = train->start_ms,
                            .count = train->count,
                            .blank = first,
                            .first = first,
                            .last = train->count - 2,
                            .raw = y,
                            .y = y,
                            .smooth = smooth,
                            .noise = train->noise,
                            .smooth_sd = train->smooth_sd,
                            .peak = peak,
                            .foot = first};
}

/* Where the smoothed lobe last rose through a tenth and through half of its height. */
static double rise_time(const struct rv_wave *wave, double *foot_ms)
{
    const double top = wave->smooth[wave->peak];
    size_t low, half = wave->peak;
    while (half > wave->blank && wave->smooth[half] > 0.5 * top) {
        half--;
    }
    for (low = half; low > wave->blank && wave->smooth[low] > 0.1 * top;) {
        low--;
    }
    *foot_ms = rv_wave_ms(wave, (double)low);
    return rv_wave_ms(wave, (double)wave->peak) - *foot_ms;
}

static bool mark(struct rv_wave *wave, struct rv_lobe *lobe)
{
    struct rv_extremum top;
    double foot_ms;
    const double rise_ms = rise_time(wave, &foot_ms);
    if (!rv_peak_fit(wave, wave->peak, 0.5 * fmax(rise_ms, 0.5), 1.0, 0.0, &top) ||
        !(top.level > 0.0)) {
        return false;
    }
    wave->peak_ms = top.ms;
    wave->amplitude = top.level;
    *lobe = (struct rv_lobe){foot_ms, 0.5 * rise_ms, top.ms, top.level, top.level_se};
    if (!rv_anchor_fit(wave)) {
        return true;
    }
    const double snr_db = 20.0 * log10(wave->amplitude / wave->noise.sd);
    struct rv_draws draws;
    struct rv_onset onset;
    if (!rv_hinge_draw(wave, snr_db, &draws)) {
        return false;
    }
    rv_onset_fuse(wave, &draws, snr_db, &onset);
    /* A foot outside the rise is none. */
    if (onset.ms < top.ms && onset.ms > foot_ms - 4.0) {
        lobe->onset_ms = onset.ms;
        lobe->onset_se_ms = onset.se_ms;
    }
    return true;
}

bool rv_lobe_mark(const struct rv_train *train, const double *y, const double *smooth, size_t first,
                  size_t peak, double sign, const struct rv_compound_rules *rules,
                  struct rv_lobe *lobe)
{
    struct rv_arena *arena = rv_arena_new();
    double *turned = rv_arena_alloc(arena, train->count, sizeof *turned);
    double *turned_smooth = rv_arena_alloc(arena, train->count, sizeof *turned_smooth);
    bool marked = false;
    if (turned != NULL && turned_smooth != NULL) {
        for (size_t i = 0; i < train->count; i++) {
            turned[i] = sign * y[i];
            turned_smooth[i] = sign * smooth[i];
        }
        struct rv_wave wave = wave_of(train, turned, turned_smooth, first, peak, rules);
        wave.scratch = arena;
        marked = mark(&wave, lobe);
    }
    rv_arena_free(arena);
    return marked;
}
