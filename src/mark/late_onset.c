/* SPDX-License-Identifier: GPL-3.0-or-later
 * The onset of a late response in one sweep: its first lobe with the foot and the anchor of the
 * compound potentials.
 */
#include "mark/compound.h"
#include "mark/train.h"

#include <math.h>

/* The rise has faded where it is below this part of the steepest, in the lower part of the lobe. */
#define FADED 0.12
#define LOW_SHARE 0.35
#define LEVEL_MS 2.5

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

/* Back from the peak over the steepest part to where the smoothed rise has faded. */
static size_t find_foot(const struct rv_wave *wave)
{
    const double top = wave->smooth[wave->peak];
    double steepest = 0.0;
    size_t i = wave->peak;
    while (i > wave->blank + 1) {
        const double slope = wave->smooth[i] - wave->smooth[i - 1];
        steepest = fmax(steepest, slope);
        if (wave->smooth[i] < LOW_SHARE * top && slope < FADED * steepest) {
            break;
        }
        i--;
    }
    return i;
}

/* What is left of the tail is a level here: its mean just before the foot. */
static void take_level(const struct rv_wave *wave, size_t foot)
{
    const size_t span = (size_t)(LEVEL_MS * wave->rate_hz / 1000.0);
    const size_t from = foot > wave->blank + span ? foot - span : wave->blank;
    double level = 0.0;
    for (size_t i = from; i < foot; i++) {
        level += wave->y[i] / (double)(foot - from);
    }
    for (size_t i = 0; i < wave->count; i++) {
        wave->y[i] -= level;
        wave->smooth[i] -= level;
    }
}

static bool mark(struct rv_wave *wave, struct rv_lobe *lobe)
{
    struct rv_extremum top;
    const size_t foot = find_foot(wave);
    const double foot_ms = rv_wave_ms(wave, (double)foot);
    const double rise_ms = rv_wave_ms(wave, (double)wave->peak) - foot_ms;
    take_level(wave, foot);
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
        lobe->onset_se_ms = fmin(onset.se_ms, 0.5 * rise_ms);
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
    double *weights = rv_arena_alloc(arena, train->count, sizeof *weights);
    bool marked = false;
    if (turned != NULL && turned_smooth != NULL && weights != NULL) {
        for (size_t i = 0; i < train->count; i++) {
            turned[i] = sign * y[i];
            turned_smooth[i] = sign * smooth[i];
        }
        struct rv_wave wave = wave_of(train, turned, turned_smooth, first, peak, rules);
        wave.scratch = arena;
        wave.weights = weights;
        marked = mark(&wave, lobe);
    }
    rv_arena_free(arena);
    return marked;
}
