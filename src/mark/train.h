/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the detectors of late responses share: single sweeps, negative-up, freed of the M-wave's
 * tail, with the noise of one sweep.
 */
#ifndef RV_MARK_TRAIN_H
#define RV_MARK_TRAIN_H

#include "mark/mark_late.h"
#include "mark/noise.h"

struct rv_train {
    const struct rv_sweeps *sweeps;
    double rate_hz, start_ms; /* of the working traces, at most 25 kHz */
    size_t count, sweep_count;
    size_t pre;       /* samples safely before the stimulus */
    size_t from, to;  /* window of the late response, [from, to) */
    size_t rest;      /* after it; the last part of a sweep that ends inside the window */
    size_t tail_from; /* the M-wave's tail begins */
    double *y;        /* sweep-major */
    double *smooth;   /* y, smoothed */
    bool *used;       /* of sweep_count */
    size_t used_count;
    struct rv_noise noise; /* of one sweep */
    double smooth_sd;      /* SD of `smooth` in quiet stretches, robust */
    double quiet_uv;       /* peak to peak in 8 ms that quiet stretches reach once in twenty */
    double quiet_most_uv;  /* the same, nearly the largest */
    double calm_uv;        /* quiet_uv of stretches that hold no end of a wave either */
    struct rv_arena *scratch;
};

static inline double rv_train_ms(const struct rv_train *train, double index)
{
    return rv_sample_ms(train->start_ms, train->rate_hz, index);
}
/* Index clipped to the sweep. */
size_t rv_train_at(const struct rv_train *train, double ms);
static inline size_t rv_train_span(const struct rv_train *train, double ms)
{
    return (size_t)(ms * train->rate_hz / 1000.0 + 0.5);
}
static inline double *rv_train_sweep(const struct rv_train *train, size_t sweep)
{
    return train->y + sweep * train->count;
}
static inline double *rv_train_smooth_sweep(const struct rv_train *train, size_t sweep)
{
    return train->smooth + sweep * train->count;
}

/* A sweep of which nothing was found yet: absent, or untested where it was left out. */
struct rv_late_sweep rv_train_blank(const struct rv_train *train, const struct rv_sweeps *sweeps,
                                    size_t sweep);

/* Copies, turns over, takes the level before the stimulus off, leaves out rejected sweeps and those
 * with a restless baseline. false: no memory. */
bool rv_train_prepare(struct rv_train *train, const struct rv_sweeps *sweeps, double from_ms,
                      double to_ms);
/* Gaussian smoothing of y into smooth. */
void rv_train_smoothen(struct rv_train *train, double sd_ms);
/* Noise from before the stimulus and after the window. false: no memory. */
bool rv_train_listen(struct rv_train *train);
/* Is the quiet part more than an amplifier's noise? `smooth_ms` of the smoothing. */
bool rv_train_is_voluntary(const struct rv_train *train, double smooth_ms);
/* Largest peak to peak of x[from, to) within a span; `at`: where that span begins. */
double rv_train_peak_to_peak(const double *x, size_t from, size_t to, size_t span, size_t *at);

/* late_tail.c: fits the tail of the M-wave outside the window, the same shape for all sweeps
 * (common) or each its own, and subtracts it. false: no memory. */
bool rv_train_clear(struct rv_train *train, bool common);

/* late_onset.c: onset of the lobe whose largest sample is `peak`, sign 1: negative phase. */
struct rv_lobe {
    double onset_ms, onset_se_ms;
    double peak_ms, level_uv, level_se_uv;
};
struct rv_compound_rules;
bool rv_lobe_mark(const struct rv_train *train, const double *y, const double *smooth, size_t first,
                  size_t peak, double sign, const struct rv_compound_rules *rules,
                  struct rv_lobe *lobe);

/* late_wave.c: waves of a sweep that stand out. */
enum { RV_COMPLEX_MOST = 6 };
struct rv_complex {
    size_t from, to; /* samples, [from, to) */
    size_t lobe;     /* largest sample of its first lobe */
    double sign;     /* of that lobe */
    double peak_to_peak;
    bool drift; /* slow: no wave */
};
struct rv_complexes {
    size_t count;
    struct rv_complex items[RV_COMPLEX_MOST];
};
/* Complexes of a smoothed sweep in [from, to) of at least `floor_uv`, in order of time. */
void rv_complexes_find(const struct rv_train *train, const double *smooth, size_t from, size_t to,
                       double floor_uv, struct rv_complexes *found);

/* The first sample of [from, most) at which the trace rests: what moves before it is the end of the
 * M-wave. `from` when it never does. */
size_t rv_complexes_begin(const struct rv_train *train, const double *smooth, size_t from,
                          size_t most);

/* late_alike.c: do two waves have the same shape at the same latency? Segments of the smoothed
 * sweeps from `a` and `b` on. */
bool rv_waves_alike(const struct rv_train *train, const double *x, const struct rv_complex *a,
                    const double *y, const struct rv_complex *b);
/* Finds an A-wave among the complexes of all sweeps that begin after sample `earliest`, takes it
 * off y and smooth, notes its onset. Returns the number of sweeps that showed it. */
size_t rv_a_wave_remove(struct rv_train *train, const struct rv_complexes *found, size_t earliest,
                        double *a_wave_ms);

#endif
