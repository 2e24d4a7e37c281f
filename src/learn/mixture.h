/* SPDX-License-Identifier: GPL-3.0-or-later
 * Healthy and abnormal values in one archive, told apart as a mixture of Gaussian components on a
 * scale chosen with them. docs/methods/learn.md "Mixture".
 */
#ifndef RV_LEARN_MIXTURE_H
#define RV_LEARN_MIXTURE_H

#include "learn/points.h"

enum { RV_PARTS_MOST = 3, RV_SCALES_MOST = 4 };

struct rv_part {
    double share, mean, sd; /* on the scale */
};

struct rv_mixture {
    struct rv_scale scale;
    size_t count; /* parts; 0: not fitted */
    struct rv_part parts[RV_PARTS_MOST];
    size_t healthy;        /* which part */
    double log_likelihood; /* of the values as they are, whatever the scale */
    double bic;
};

/* One scale and number of parts: from several starts, all derived from the data. false: no
 * mixture of so many parts with a healthy one was found. */
bool rv_mixture_fit(const struct rv_points *points, struct rv_scale scale, size_t parts,
                    struct rv_mixture *mixture);
/* The same from the parts that `mixture` holds already. */
bool rv_mixture_refit(const struct rv_points *points, struct rv_mixture *mixture);

/* All scales with one to three parts. */
struct rv_mixtures {
    size_t count;
    struct rv_mixture all[RV_SCALES_MOST * RV_PARTS_MOST];
};
void rv_mixtures_fit(const struct rv_points *points, const struct rv_scale *scales, size_t count,
                     struct rv_mixtures *mixtures);
/* The one with the smallest Bayesian information criterion; NULL: none. */
const struct rv_mixture *rv_mixtures_best(const struct rv_mixtures *mixtures);

/* The value below which (beyond which, where high is ill) a fraction of the healthy part lies. */
double rv_mixture_limit(const struct rv_mixture *mixture, double fraction);
/* How many SDs of the healthy part a value lies above its mean; towards ill is negative. */
double rv_mixture_z(const struct rv_mixture *mixture, double value);
/* Mean and SD of the healthy part off the scale. */
void rv_mixture_moments(const struct rv_mixture *mixture, double *mean, double *sd);
/* Kolmogorov-Smirnov distance of `count` ascending values from the mixture. */
double rv_mixture_distance(const struct rv_mixture *mixture, const double *values, size_t count);

#endif
