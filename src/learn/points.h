/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values of many persons as weighted points, so that the work does not grow with their number, and
 * the scale on which healthy values are taken to be Gaussian.
 */
#ifndef RV_LEARN_POINTS_H
#define RV_LEARN_POINTS_H

#include <ranvier/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More values than this are put together into as many groups of neighbours. */
enum { RV_POINTS_MOST = 256 };

struct rv_points {
    size_t count;
    double values[RV_POINTS_MOST];  /* ascending; of a group its mean */
    double weights[RV_POINTS_MOST]; /* persons */
    double total;
};

/* From `count` values in ascending order. */
void rv_points_make(const double *values, size_t count, struct rv_points *points);
/* As many persons drawn with replacement; `state` is the generator (any start). */
void rv_points_draw(const struct rv_points *from, uint64_t *state, struct rv_points *drawn);

/* A scale: Box-Cox with an exponent, turned over where high values are the abnormal ones, so that
 * abnormal is always low. docs/methods/learn.md "Scale". */
struct rv_scale {
    double lambda; /* 1: as it is; 0.5: square root; 0: logarithm; or between */
    bool high_is_ill;
};
double rv_scale_forward(struct rv_scale scale, double value);
double rv_scale_back(struct rv_scale scale, double scaled); /* NaN where there is no such value */
/* ln |d forward / d value|, to compare likelihoods of different scales. */
double rv_scale_log_slope(struct rv_scale scale, double value);
/* The points on the scale, ascending. */
void rv_points_scale(const struct rv_points *points, struct rv_scale scale,
                     struct rv_points *scaled);

#endif
