/* SPDX-License-Identifier: GPL-3.0-or-later
 * F-waves: which sweeps hold one, where it begins, how large it is; A-waves set apart, repeaters
 * flagged. Method: docs/methods/late.md "F-wave".
 */
#include "mark/mark_late.h"

#include "base/error.h"
#include "mark/compound.h"
#include "mark/train.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* The smallest F-wave that counts: 20 uV peak to peak (clinical convention, Nobrega 2004), or what
 * stands out of the noise of a smoothed sweep. */
#define LEAST_UV 20.0
#define NOISE_TIMES 9.0
/* Noise adds to the peak to peak: the highest of a wave and the lowest are each taken too far. */
#define ADDED_SDS 3.0
#define QUIET_TIMES 1.35
#define SMOOTH_MS 0.30
/* The tail begins this part of the positive phase after the positive peak of the M-wave. */
#define TAIL_SHARE 1.0
#define TAIL_DEFAULT_MS 14.0
#define BEFORE_WINDOW_MS 5.0
/* An A-wave begins at least this long after the tail does: else it is the end of the M-wave. */
#define FREE_MS 1.5
#define EDGE_MS 0.5
/* F-waves of one nerve spread over a few ms, in disease over 10 to 15: a wave so far from the
 * middle of at least five is none, or where it is small, this far with such a gap before it: the
 * late ones of a polyneuropathy follow one another, noise stands alone. */
#define STRAY_FAR_MS 20.0
#define STRAY_MS 8.0
#define STRAY_GAP_MS 5.0
#define STRAY_TIMES 3.0
#define STRAY_LEAST 5
#define END_MS 6.0 /* the M-wave has come to rest */

/* Anchor of methods "Anchor", F; foot as of a CMAP, with a longer look back. */
static const struct rv_compound_rules f_rules = {.blank_ms = 1.0,
                                                 .from_ms = 10.0,
                                                 .to_ms = 100.0,
                                                 .smooth_ms = SMOOTH_MS,
                                                 .foot_gap_ms = 0.35,
                                                 .back_ms = 4.0,
                                                 .width_ms = {0.8, 1.5, 2.8},
                                                 .rho = 0.30,
                                                 .late_rho = 0.42,
                                                 .late_sd = 0.15,
                                                 .rho_sd = 0.10,
                                                 .phi = 0.03,
                                                 .fraction_db = 12.0,
                                                 .fraction_rate = 0.0563,
                                                 .peak_k = 1.3,
                                                 .amplitude_k = 1.0,
                                                 .peak_share = 0.004,
                                                 .onset_k = 1.2,
                                                 .slope = true};

struct search {
    struct rv_train train;
    const struct rv_compound *m;
    struct rv_complexes *found;
    struct rv_complex *f; /* of each sweep */
    struct rv_late_sweep *sweeps;
    double floor_uv;
};

static double tail_begins_ms(const struct rv_compound *m, double window_ms)
{
    const struct rv_mark *positive = &m->marks[RV_MARK_POSITIVE_PEAK];
    const struct rv_mark *recovery = &m->marks[RV_MARK_RECOVERY];
    double ms = TAIL_DEFAULT_MS;
    if (m->presence == RV_MEASURED && positive->validity == RV_MEASURED) {
        ms = positive->ms + TAIL_SHARE * (positive->ms - recovery->ms);
    }
    return fmin(ms, window_ms - BEFORE_WINDOW_MS);
}

/* Peak to peak of the direct response in one sweep, between the marks of the average. */
static void measure_m(const struct search *search, size_t sweep, double *size, double *se)
{
    const struct rv_train *train = &search->train;
    const struct rv_mark *onset = &search->m->marks[RV_MARK_ONSET];
    *size = (double)NAN;
    *se = (double)NAN;
    if (search->m->presence != RV_MEASURED || onset->validity != RV_MEASURED) {
        return;
    }
    const double *x = rv_train_sweep(train, sweep);
    const size_t from = rv_train_at(train, onset->ms);
    double low = x[from], high = x[from];
    for (size_t i = from; i < train->tail_from; i++) {
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    *size = high - low;
    *se = train->noise.sd * sqrt(2.0);
}

static bool prepare(struct search *search, const struct rv_sweeps *sweeps,
                    const struct rv_late_request *request, struct rv_arena *arena)
{
    struct rv_train *train = &search->train;
    if (!rv_train_prepare(train, sweeps, request->from_ms, request->to_ms)) {
        return false;
    }
    search->found = rv_arena_alloc(train->scratch, train->sweep_count, sizeof *search->found);
    search->f = rv_arena_alloc(train->scratch, train->sweep_count, sizeof *search->f);
    search->sweeps = rv_arena_alloc(arena, train->sweep_count, sizeof *search->sweeps);
    if (search->found == NULL || search->f == NULL || search->sweeps == NULL) {
        return false;
    }
    const double tail_ms = tail_begins_ms(search->m, request->from_ms);
    train->tail_from = rv_train_at(train, tail_ms);
    for (size_t s = 0; s < train->sweep_count; s++) {
        search->sweeps[s] = rv_train_blank(train, sweeps, s);
        if (train->used[s]) {
            measure_m(search, s, &search->sweeps[s].m_amplitude_uv,
                      &search->sweeps[s].m_amplitude_se_uv);
        }
    }
    if (!rv_train_clear(train, true)) {
        return false;
    }
    rv_train_smoothen(train, SMOOTH_MS);
    return rv_train_listen(train);
}

static void find_all(struct search *search, size_t from)
{
    const struct rv_train *train = &search->train;
    for (size_t s = 0; s < train->sweep_count; s++) {
        search->found[s].count = 0;
        if (train->used[s]) {
            const double *x = rv_train_smooth_sweep(train, s);
            const size_t begin =
                rv_complexes_begin(train, x, from, from + rv_train_span(train, END_MS));
            rv_complexes_find(train, x, begin, train->to, search->floor_uv, &search->found[s]);
        }
    }
}

/* A-waves first: they are taken off, whatever is left may be an F-wave. */
static size_t separate_a_waves(struct search *search)
{
    enum { MOST = 3 };
    struct rv_train *train = &search->train;
    size_t largest = 0;
    double *a_wave_ms = rv_arena_alloc(train->scratch, train->sweep_count, sizeof *a_wave_ms);
    for (int i = 0; i < MOST && a_wave_ms != NULL; i++) {
        for (size_t s = 0; s < train->sweep_count; s++) {
            a_wave_ms[s] = (double)NAN;
        }
        find_all(search, train->tail_from);
        const double free_ms = rv_train_ms(train, (double)train->tail_from) + FREE_MS;
        const size_t n =
            rv_a_wave_remove(train, search->found, rv_train_at(train, free_ms), a_wave_ms);
        if (n == 0) {
            break;
        }
        largest = n > largest ? n : largest;
        for (size_t s = 0; s < train->sweep_count; s++) {
            struct rv_late_sweep *sweep = &search->sweeps[s];
            sweep->a_wave_ms = isnan(sweep->a_wave_ms) ? a_wave_ms[s] : sweep->a_wave_ms;
        }
    }
    return largest;
}

static void mark_sweep(struct search *search, size_t s)
{
    const struct rv_train *train = &search->train;
    struct rv_late_sweep *sweep = &search->sweeps[s];
    const struct rv_complex *best = NULL;
    for (size_t c = 0; c < search->found[s].count; c++) {
        const struct rv_complex *item = &search->found[s].items[c];
        if (item->from <= train->from + rv_train_span(train, EDGE_MS)) {
            continue; /* it began before the window */
        }
        if (best == NULL || item->peak_to_peak > best->peak_to_peak) {
            best = item;
        }
    }
    struct rv_lobe lobe;
    if (best == NULL ||
        !rv_lobe_mark(train, rv_train_sweep(train, s), rv_train_smooth_sweep(train, s),
                      train->tail_from, best->lobe, best->sign, &f_rules, &lobe)) {
        return;
    }
    search->f[s] = *best;
    sweep->found = RV_MEASURED;
    sweep->onset_ms = lobe.onset_ms;
    sweep->onset_se_ms = lobe.onset_se_ms;
    sweep->amplitude_uv = best->peak_to_peak;
    sweep->amplitude_se_uv = train->smooth_sd * sqrt(2.0);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How far the onsets, in order, follow the middle one without a gap. */
static void follow(const double *onsets, size_t count, double *first, double *last)
{
    size_t low = count / 2, high = count / 2;
    while (low > 0 && onsets[low] - onsets[low - 1] <= STRAY_GAP_MS) {
        low--;
    }
    while (high + 1 < count && onsets[high + 1] - onsets[high] <= STRAY_GAP_MS) {
        high++;
    }
    *first = onsets[low];
    *last = onsets[high];
}

/* A small wave far from all others is no F-wave of this nerve. */
static bool drop_strays(struct search *search)
{
    const struct rv_train *train = &search->train;
    double *onsets = rv_arena_alloc(train->scratch, train->sweep_count, sizeof *onsets);
    size_t n = 0;
    if (onsets == NULL) {
        return false;
    }
    for (size_t s = 0; s < train->sweep_count; s++) {
        if (search->sweeps[s].found == RV_MEASURED) {
            onsets[n++] = search->sweeps[s].onset_ms;
        }
    }
    if (n < STRAY_LEAST) {
        return true;
    }
    qsort(onsets, n, sizeof *onsets, by_size);
    const double middle = onsets[n / 2];
    double first, last;
    follow(onsets, n, &first, &last);
    for (size_t s = 0; s < train->sweep_count; s++) {
        struct rv_late_sweep *sweep = &search->sweeps[s];
        const double apart = fabs(sweep->onset_ms - middle);
        const bool alone = sweep->onset_ms < first || sweep->onset_ms > last;
        if (sweep->found == RV_MEASURED &&
            (apart > STRAY_FAR_MS ||
             (alone && apart > STRAY_MS && sweep->amplitude_uv < STRAY_TIMES * search->floor_uv))) {
            const double none = (double)NAN;
            sweep->found = RV_ABSENT;
            sweep->onset_ms = sweep->onset_se_ms = none;
            sweep->amplitude_uv = sweep->amplitude_se_uv = none;
        }
    }
    return true;
}

static void flag_repeaters(struct search *search)
{
    const struct rv_train *train = &search->train;
    for (size_t a = 0; a < train->sweep_count; a++) {
        for (size_t b = a + 1; b < train->sweep_count; b++) {
            if (search->sweeps[a].found == RV_MEASURED && search->sweeps[b].found == RV_MEASURED &&
                rv_waves_alike(train, rv_train_smooth_sweep(train, a), &search->f[a],
                               rv_train_smooth_sweep(train, b), &search->f[b])) {
                search->sweeps[a].repeats = true;
                search->sweeps[b].repeats = true;
            }
        }
    }
}

static void report(const struct search *search, const struct rv_late_request *request,
                   size_t a_waves, struct rv_late *late)
{
    const struct rv_mark *onset = &search->m->marks[RV_MARK_ONSET];
    const bool marked = search->m->presence == RV_MEASURED && onset->validity == RV_MEASURED;
    const struct rv_train *train = &search->train;
    *late = (struct rv_late){.from_ms = request->from_ms,
                             .to_ms = fmin(request->to_ms, rv_train_ms(train, (double)train->to)),
                             .sweep_count = train->sweep_count,
                             .sweeps = search->sweeps,
                             .used_count = train->used_count,
                             .floor_uv = search->floor_uv,
                             .background_uv = train->calm_uv,
                             .voluntary = rv_train_is_voluntary(train, SMOOTH_MS),
                             .a_wave_count = a_waves,
                             .m_onset_ms = marked ? onset->ms : (double)NAN,
                             .m_onset_se_ms = marked ? onset->se_ms : (double)NAN};
}

static bool run(struct search *search, const struct rv_sweeps *sweeps,
                const struct rv_late_request *request, struct rv_arena *arena, struct rv_late *late)
{
    struct rv_train *train = &search->train;
    if (!prepare(search, sweeps, request, arena)) {
        return false;
    }
    const double least = sweeps->calibrated ? LEAST_UV + ADDED_SDS * train->smooth_sd : 0.0;
    search->floor_uv =
        fmax(fmax(least, NOISE_TIMES * train->smooth_sd), QUIET_TIMES * train->quiet_most_uv);
    const size_t a_waves = separate_a_waves(search);
    find_all(search, train->from);
    for (size_t s = 0; s < train->sweep_count; s++) {
        mark_sweep(search, s);
    }
    if (!drop_strays(search)) {
        return false;
    }
    flag_repeaters(search);
    report(search, request, a_waves, late);
    return true;
}

enum rv_status rv_mark_f(const struct rv_sweeps *sweeps, const struct rv_late_request *request,
                         const struct rv_compound *m, struct rv_arena *arena, struct rv_late *late,
                         struct rv_error *err)
{
    struct search search = {.m = m};
    search.train.scratch = rv_arena_new();
    if (search.train.scratch == NULL) {
        return rv_fail_memory(err);
    }
    const bool done = run(&search, sweeps, request, arena, late);
    rv_arena_free(search.train.scratch);
    return done ? RV_OK : rv_fail_memory(err);
}
