/* SPDX-License-Identifier: GPL-3.0-or-later
 * Least squares of a tail without going through the samples for each time constant: sums of
 * exponentials over equal steps are closed, and sums of data with an exponential are one Horner
 * pass. Method: docs/methods/marks.md "Tail".
 */
#ifndef RV_MARK_TAIL_SUMS_H
#define RV_MARK_TAIL_SUMS_H

#include "mark/compound.h"

enum { RV_TAIL_TAUS = 11 }; /* time constants of the grid */

/* An exponential q^i, i in samples from `blank` on; p is 1 - q without cancellation, so are the
 * others of its powers. */
struct rv_decay {
    double p, q;           /* of one sample */
    double post_p, post_q; /* of all samples of [blank, until) */
    double shift_q;        /* from `blank` to the late stretch */
    double late_p, late_q; /* of all samples of the late stretch */
};

struct rv_decay_column {
    struct rv_decay decay;
    double level[3]; /* sums of i^m q^i, m = 0 to 2 */
    double data[2];  /* sums of i^m q^i y, m = 0 and 1 */
};

/* All that no time constant changes. Samples before the stimulus and in [blank, until) count
 * fully, those of the late stretch by their share. */
struct rv_tail_sums {
    const double *values;  /* the trace less its offset, from `blank` on */
    const double *indexed; /* i times that */
    double interval_ms;
    size_t post_count, late_from, late_count; /* late_from: after `blank` */
    double late_share;
    double rows;            /* that count fully */
    double weight, y, yy;   /* sums of the shares; of y; of y^2 */
    double ms, ms_ms, ms_y; /* of time; its square; with y: for a drift */
    struct rv_decay_column steps[RV_TAIL_STEPS];
    double step_start[RV_TAIL_STEPS]; /* what a step of 1 has left at `blank` */
    struct rv_decay_column grid[RV_TAIL_TAUS];
    double grid_grid[RV_TAIL_TAUS][RV_TAIL_TAUS], step_grid[RV_TAIL_STEPS][RV_TAIL_TAUS];
    bool grid_ready;
};

struct rv_tail_solution {
    double rss;
    double coefficient[RV_TAIL_COLUMNS];
    double change[2]; /* coefficients of the slopes by ln tau, where they join the fit */
};

/* The trace less its offset, and times its index, on the scratch arena. false: no memory. */
bool rv_tail_values_prepare(struct rv_wave *wave);
/* `grid`: exponentials will be searched for. */
void rv_tail_sums_collect(const struct rv_wave *wave, const struct rv_tail_range *range, bool grid,
                          struct rv_tail_sums *sums);
/* The best time constants of the grid: each, or every pair with a ratio of at least 2. */
void rv_tail_search_grid(const struct rv_tail_sums *sums, struct rv_tail *tail);
void rv_tail_solve(const struct rv_tail_sums *sums, const struct rv_tail *tail,
                   struct rv_tail_solution *solution);

#endif
