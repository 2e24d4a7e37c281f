/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the steps of marking one compound potential share. Inside this folder the trace is
 * negative-up (y = -average); times are ms, indices are of the average.
 */
#ifndef RV_MARK_COMPOUND_H
#define RV_MARK_COMPOUND_H

#include "mark/mark_compound.h"
#include "mark/noise.h"

enum {
    RV_TAIL_COLUMNS = 6,
    RV_TAIL_STEPS = 4,
    RV_TAIL_SHAPES = 16,
    RV_PRESENCE_WIDTHS = 3,
    RV_DRAW_COUNT = 300
};

/* Constants of one kind of response; docs/methods/marks.md names each. */
struct rv_compound_rules {
    double blank_ms, from_ms, to_ms;      /* blanked artefact, search window */
    double smooth_ms;                     /* SD of the Gaussian for searching */
    double foot_gap_ms;                   /* the tail fit ends this long before the foot */
    double seed_ms;                       /* the peak lies at least this near to the shape found */
    double back_ms;                       /* hinge window before the 10 % point */
    double width_ms[RV_PRESENCE_WIDTHS];  /* SD of the Gaussians looked for */
    double rho, rho_sd;                   /* anchor: offset of the tangent in units of rise time */
    double late_rho, late_sd, late_share; /* the same of rises with a long foot, and their share */
    double phi;                           /* model error of the onset in units of rise time */
    double fraction_db, fraction_rate;    /* part of the rise that the hinge sees */
    /* Standard errors from the noise are multiplied: shapes and levels are models too. */
    double peak_k, amplitude_k, peak_to_peak_k, recovery_k, area_k;
    double amplitude_share, area_share; /* of the value, added in quadrature */
    double peak_share;                  /* of the peak's window, for its latency */
    double onset_k;
    double least_snr; /* amplitude over noise SD below which nothing is called a wave */
    double step_ms[RV_TAIL_STEPS]; /* time constants of a step's decay: 0 none */
    bool slope;                    /* the hinge's baseline may slope */
};
const struct rv_compound_rules *rv_compound_rules(enum rv_kind kind);

/* Level, a step that dies away slowly, and exponentials amplitude * exp(-(t - origin) / tau).
 * `inverse` is of the normal equations with a column for each time constant too. */
struct rv_tail {
    bool step, drift;
    size_t exponentials;
    size_t step_index;         /* of the rules' step_ms */
    double origin_ms, step_ms; /* where exponentials are 1; the step's time constant */
    double tau_ms[2];
    double coefficient[RV_TAIL_COLUMNS];
    double inverse[RV_TAIL_COLUMNS * RV_TAIL_COLUMNS];
};
/* Its values on `count` samples, from start_ms on. */
void rv_tail_levels(const struct rv_tail *tail, double start_ms, double rate_hz, size_t count,
                    double *levels);

/* Where a tail is fitted, besides [0, pre_count): [blank, until), and what lies behind the response
 * (late to late_end; empty: not yet known), which counts by a share. */
struct rv_tail_range {
    size_t until, late, late_end;
    double late_share;
};

struct rv_wave {
    const struct rv_sweeps *sweeps;
    const struct rv_mark_request *request;
    const struct rv_compound_rules *rules;
    double rate_hz, start_ms; /* of the working trace, at most 50 kHz */
    size_t count;
    size_t pre_count;   /* samples safely before the stimulus */
    size_t blank;       /* first sample after the blanked artefact */
    size_t first, last; /* search window, inclusive */
    double *raw;        /* negative-up average */
    double *y;          /* raw - tail */
    double *smooth;     /* y, smoothed, from `blank` on */
    struct rv_tail tail;
    struct rv_tail_range range;            /* that it was fitted in */
    struct rv_tail rivals[RV_TAIL_SHAPES]; /* fits nearly as good */
    size_t rival_count;
    double *tail_basis[RV_TAIL_COLUMNS]; /* its columns on the samples */
    size_t tail_columns;
    size_t late, late_end; /* behind the response the trace says where the tail went; 0: not yet */
    double late_share;     /* weight of such a sample: responses have an end of their own, */
    double late_sd;        /* of about this size */
    double tail_offset;    /* taken off before the sums, against cancellation */
    double *weights;       /* rv_wave_weights */
    double *tail_values, *tail_indexed; /* tail_sums.h */
    double *tail_levels[2];             /* room for curves */
    bool quiet_start; /* the trace just after blanking is where it was before the stimulus */
    double box_sd;    /* noise SD of the mean over a foot gap */
    size_t box;       /* samples of it */
    double *hum[2];   /* cosine and sine of mains on the samples */
    double hum_sd;    /* SD of mains left in the average, where the noise does not hold it */
    struct rv_noise noise;
    double smooth_sd;              /* noise SD of `smooth` */
    bool artefact_seen;            /* something happened at the stimulus */
    bool at_bound;                 /* no peak inside the search window */
    size_t peak, foot;             /* coarse: of the chosen negative phase */
    double seed_ms, seed_reach_ms; /* where presence found the wave */
    /* refined: */
    double peak_ms, peak_se_ms, amplitude, rise_ms; /* rise_ms: amplitude / steepest slope */
    double *peak_weight;                            /* of the amplitude on the samples of y */
    double tangent_ms, tangent_se_ms;
    uint64_t flags;
    struct rv_arena *scratch;
};

static inline double rv_wave_ms(const struct rv_wave *wave, double index)
{
    return rv_sample_ms(wave->start_ms, wave->rate_hz, index);
}
static inline double rv_wave_index(const struct rv_wave *wave, double ms)
{
    return rv_sample_index(wave->start_ms, wave->rate_hz, ms);
}
/* Index clipped to the trace. */
size_t rv_wave_at(const struct rv_wave *wave, double ms);

/* wave.c: copies, levels, blanks, models the noise. false: no memory. */
bool rv_wave_prepare(struct rv_wave *wave);
/* Smooths y from `blank` on. */
void rv_wave_smooth(struct rv_wave *wave);
/* SD of sum weight[i] y[i] over the whole trace: noise, mains, and the fit of level and tail. The
 * weights are consumed. */
double rv_wave_sum_sd(const struct rv_wave *wave, double *weight);
/* Zeroed room for weights, until it is asked for again. */
double *rv_wave_weights(const struct rv_wave *wave);
double rv_wave_interpolate(const struct rv_wave *wave, double ms); /* cubic, on y */

/* tail.c: what all fits of one trace share. false: no memory. */
bool rv_tail_prepare(struct rv_wave *wave);
/* Fits level and exponentials between blanking and the foot, subtracts. */
void rv_tail_fit(struct rv_wave *wave, double until_ms);
/* Nothing has changed since the last fit: another one would say the same. */
bool rv_tail_settled(const struct rv_wave *wave, double until_ms);
/* The trace behind the response found joins the fit. */
void rv_tail_use_late(struct rv_wave *wave);
/* Until when level and tail alone explain the trace, at most `cap_ms`. */
double rv_tail_extent(const struct rv_wave *wave, double cap_ms);
/* tail_weights.c: the columns of the wave's tail, and the inverse of their normal equations. */
void rv_tail_tabulate(struct rv_wave *wave);
/* SD of sum weight[i] y[i] from the choice among tails. */
double rv_tail_choice_sd(const struct rv_wave *wave, const double *weight);
/* y is raw minus the fitted tail: turns weights on y into weights on raw. */
void rv_tail_account(const struct rv_wave *wave, double *weight);

/* coarse.c: the main negative phase and its foot; false: none in the window. */
bool rv_coarse_find(struct rv_wave *wave);

/* presence.c: the best projection on wave-like shapes, against the noise. */
struct rv_presence {
    double score;           /* chi-squared-like, 2 degrees of freedom */
    double at_ms, width_ms; /* centre and SD of the best shape */
    double detectable;      /* amplitude that reaches the threshold nearly always */
    bool present, spike;
};
bool rv_presence_test(struct rv_wave *wave, struct rv_presence *presence);

/* peak.c: an extremum by a local polynomial. `sign` 1: of y, -1: of -y. */
struct rv_extremum {
    double ms, se_ms, level, level_se;
    double *level_weight;         /* of the level on the samples of y */
    double leave_ms, leave_se_ms; /* where it has been left by `rise`; 0 without one */
};
bool rv_peak_fit(const struct rv_wave *wave, size_t around, double half_ms, double sign,
                 double rise, struct rv_extremum *extremum);

/* anchor.c: the tangent through 25-75 % of the rise. false: the rise is too short. */
bool rv_anchor_fit(struct rv_wave *wave);

/* hinge.c: draws of the 1 % take-off. */
struct rv_draws {
    size_t count;
    double ms[RV_DRAW_COUNT];
};
bool rv_hinge_draw(const struct rv_wave *wave, double snr_db, struct rv_draws *draws);

/* fuse.c: onset from draws and anchor. */
struct rv_onset {
    double ms, se_ms;
    uint64_t flags;
};
void rv_onset_fuse(const struct rv_wave *wave, const struct rv_draws *draws, double snr_db,
                   struct rv_onset *onset);
/* dip.c: an initial positive phase that leads into the rise. */
bool rv_dip_find(const struct rv_wave *wave, size_t *dip);
size_t rv_dip_foot(const struct rv_wave *wave, size_t dip); /* where the positive phase begins */
bool rv_dip_onset(const struct rv_wave *wave, size_t dip, struct rv_onset *onset,
                  struct rv_extremum *bottom);

/* ends.c: recovery, positive peak, end, duration, area. */
void rv_ends_mark(struct rv_wave *wave, const struct rv_onset *onset, struct rv_compound *compound);

/* technique.c: flags, and withholds what they forbid. */
void rv_technique_judge(const struct rv_wave *wave, struct rv_compound *compound);

#endif
