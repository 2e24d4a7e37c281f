/* SPDX-License-Identifier: GPL-3.0-or-later
 * One limit from one sample: both methods, how sure they are, and whether they may be relied on.
 */
#ifndef RV_LEARN_ESTIMATE_H
#define RV_LEARN_ESTIMATE_H

#include "learn/mixture.h"
#include "learn/plateau.h"

/* Why a limit is not given. RV_LEARN_GIVEN: it is. */
enum rv_learn_reason {
    RV_LEARN_GIVEN,
    RV_LEARN_FEW,        /* fewer healthy values than asked for */
    RV_LEARN_NO_SPREAD,  /* all values are nearly equal */
    RV_LEARN_ERRORS,     /* most standard errors are large against the spread */
    RV_LEARN_NO_MIXTURE, /* no healthy part, or its limit is no number */
    RV_LEARN_NO_PLATEAU,
    RV_LEARN_MOSTLY_ILL, /* the healthy part is too small a share */
    RV_LEARN_BAD_FIT,    /* the mixture does not describe the values */
    RV_LEARN_UNSURE,     /* the interval is too wide */
    RV_LEARN_DISAGREE,   /* the two methods */
    RV_LEARN_REASON_COUNT
};
const char *rv_learn_reason_words(enum rv_learn_reason reason);

struct rv_bound {
    double limit;
    double low, high; /* 95 % interval by bootstrap; NaN: not known */
    double se;
};

struct rv_estimate {
    size_t count; /* persons */
    struct rv_bound mixture, plateau;
    struct rv_mixture model;
    struct rv_plateau flat;
    double healthy_share; /* of the persons with a value, and of those without a response */
    double mean, sd;      /* of the healthy part, in the unit of the values */
    double distance;      /* Kolmogorov-Smirnov */
    double distance_allowed;
    double apart; /* the two limits, in SDs of the healthy part; positive: the plateau's is
                     closer to health */
    enum rv_learn_reason reason;
};

struct rv_estimate_options {
    double fraction;       /* of the healthy beyond the limit: 0.03 */
    size_t healthy_fewest; /* healthy persons needed */
    size_t absent;         /* persons whose response was absent: ill, but without a value */
    size_t draws;          /* of the bootstrap */
};

/* `values` ascending. */
void rv_estimate_make(const double *values, size_t count, const struct rv_scale *scales,
                      size_t scale_count, const struct rv_estimate_options *options,
                      struct rv_estimate *estimate);

#endif
