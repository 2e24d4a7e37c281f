/* SPDX-License-Identifier: GPL-3.0-or-later
 * Extrapolated norms: the flat part of the sorted values, found by rule and not by eye, and what
 * it says of the healthy distribution. docs/methods/learn.md "Plateau".
 */
#ifndef RV_LEARN_PLATEAU_H
#define RV_LEARN_PLATEAU_H

#include "learn/points.h"

struct rv_plateau {
    struct rv_scale scale;
    bool found;
    double from, to; /* its ends, on the scale: the inflection points */
    double share;    /* of all persons, between them */
    double mean, sd; /* of the healthy distribution, on the scale */
    double raw_sd;   /* of the values of the plateau, not corrected for its ends */
    double misfit;   /* Kolmogorov-Smirnov distance between its ends */
};

/* false: no plateau that stands still was found. */
bool rv_plateau_find(const struct rv_points *points, struct rv_scale scale,
                     struct rv_plateau *plateau);
double rv_plateau_limit(const struct rv_plateau *plateau, double fraction);

/* Mean (in SDs from the true mean) and SD of a standard Gaussian cut at `from` and `to`. */
void rv_truncated_gaussian(double from, double to, double *mean, double *sd);

#endif
