/* SPDX-License-Identifier: GPL-3.0-or-later
 * Both methods on one sample, the bootstrap of their limits, and the rules for relying on them.
 * docs/methods/learn.md "When a limit is withheld".
 */
#include "learn/estimate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Below this healthy share the uppermost part is as likely a freak of the ill ones. */
static const double smallest_share = 0.4;
/* How far the two limits may lie apart, and how far the ends of the interval of the limit from it,
 * in SDs of the healthy part. Half an SD beyond the 3rd percentile is the 1st, half within it
 * the 8th. */
static const double apart_most = 0.5, half_width_most = 0.5;
/* Kolmogorov-Smirnov: the 5 % bound 1.36/sqrt(n) for a known distribution, generous for a fitted
 * one; large archives never pass it, so that a distance too small to matter is let pass. */
static const double distance_5_percent = 1.36, distance_small = 0.03;

enum { DRAWS_MOST = 400 };
static const uint64_t first_state = 20150823;

const char *rv_learn_reason_words(enum rv_learn_reason reason)
{
    static const char *const words[RV_LEARN_REASON_COUNT] = {
        [RV_LEARN_GIVEN] = "given",
        [RV_LEARN_FEW] = "too few healthy values",
        [RV_LEARN_NO_SPREAD] = "the values are nearly all equal",
        [RV_LEARN_ERRORS] = "most standard errors are above half the spread of the values",
        [RV_LEARN_NO_MIXTURE] = "the mixture found no healthy part",
        [RV_LEARN_NO_PLATEAU] = "the sorted values have no plateau",
        [RV_LEARN_MOSTLY_ILL] = "the healthy part is below 40 %",
        [RV_LEARN_BAD_FIT] = "the mixture does not describe the values",
        [RV_LEARN_UNSURE] = "the interval of the limit is too wide",
        [RV_LEARN_DISAGREE] = "the two methods disagree",
    };
    return words[reason];
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* 2.5th and 97.5th of the drawn limits, and their SD from the middle 95 %. A draw without a limit
 * counts as infinitely lenient: it must widen the interval. */
static void interval(double *limits, size_t count, double lenient, struct rv_bound *bound)
{
    bound->low = bound->high = bound->se = NAN;
    if (count < 20)
        return;
    for (size_t i = 0; i < count; i++)
        if (!isfinite(limits[i]))
            limits[i] = lenient;
    qsort(limits, count, sizeof *limits, ascending);
    size_t tail = (size_t)(0.025 * (double)count);
    bound->low = limits[tail];
    bound->high = limits[count - 1 - tail];
    bound->se = (bound->high - bound->low) / (2 * 1.96);
}

/* A mixture this much worse than the best is not chosen in any draw. */
static const double bic_hopeless = 30;

static void keep_hopeful(struct rv_mixtures *mixtures)
{
    double best = rv_mixtures_best(mixtures)->bic;
    size_t kept = 0;
    for (size_t i = 0; i < mixtures->count; i++)
        if (mixtures->all[i].bic <= best + bic_hopeless)
            mixtures->all[kept++] = mixtures->all[i];
    mixtures->count = kept;
}

/* Every scale and number of parts is fitted again to each draw and chosen again: the choice is a
 * part of the uncertainty. */
static void bootstrap(const struct rv_points *points, const struct rv_mixtures *mixtures,
                      const struct rv_estimate_options *options, struct rv_estimate *estimate)
{
    double mixture_limits[DRAWS_MOST], plateau_limits[DRAWS_MOST];
    size_t draws = options->draws < DRAWS_MOST ? options->draws : DRAWS_MOST;
    uint64_t state = first_state;
    bool high_is_ill = estimate->model.scale.high_is_ill;
    double lenient = high_is_ill ? INFINITY : -INFINITY;
    for (size_t i = 0; i < draws; i++) {
        struct rv_points drawn;
        struct rv_mixtures again = *mixtures;
        struct rv_plateau flat;
        rv_points_draw(points, &state, &drawn);
        for (size_t j = 0; j < again.count; j++)
            if (!rv_mixture_refit(&drawn, &again.all[j]))
                again.all[j].bic = INFINITY;
        const struct rv_mixture *best = rv_mixtures_best(&again);
        mixture_limits[i] =
            isfinite(best->bic) ? rv_mixture_limit(best, options->fraction) : lenient;
        plateau_limits[i] = rv_plateau_find(&drawn, estimate->flat.scale, &flat)
                                ? rv_plateau_limit(&flat, options->fraction)
                                : lenient;
    }
    interval(mixture_limits, draws, lenient, &estimate->mixture);
    interval(plateau_limits, draws, lenient, &estimate->plateau);
}

static bool too_wide(const struct rv_estimate *estimate)
{
    const struct rv_bound *bound = &estimate->mixture;
    double middle = rv_mixture_z(&estimate->model, bound->limit);
    double low = rv_mixture_z(&estimate->model, bound->low) - middle;
    double high = rv_mixture_z(&estimate->model, bound->high) - middle;
    return !(fabs(low) <= half_width_most && fabs(high) <= half_width_most);
}

static enum rv_learn_reason weigh(const struct rv_estimate *estimate,
                                  const struct rv_estimate_options *options)
{
    double healthy = estimate->healthy_share * (double)(estimate->count + options->absent);
    if (!isfinite(estimate->mixture.limit))
        return RV_LEARN_NO_MIXTURE;
    if (!estimate->flat.found || !isfinite(estimate->plateau.limit))
        return RV_LEARN_NO_PLATEAU;
    if (estimate->healthy_share < smallest_share)
        return RV_LEARN_MOSTLY_ILL;
    if (healthy < (double)options->healthy_fewest)
        return RV_LEARN_FEW;
    if (estimate->distance > estimate->distance_allowed)
        return RV_LEARN_BAD_FIT;
    if (!(fabs(estimate->apart) <= apart_most))
        return RV_LEARN_DISAGREE;
    return too_wide(estimate) ? RV_LEARN_UNSURE : RV_LEARN_GIVEN;
}

static void describe(const double *values, const struct rv_estimate_options *options,
                     struct rv_estimate *estimate)
{
    double n = (double)estimate->count;
    const struct rv_mixture *model = &estimate->model;
    estimate->mixture.limit = rv_mixture_limit(model, options->fraction);
    estimate->healthy_share =
        model->parts[model->healthy].share * n / (n + (double)options->absent);
    rv_mixture_moments(model, &estimate->mean, &estimate->sd);
    estimate->distance = rv_mixture_distance(model, values, estimate->count);
    estimate->distance_allowed = fmax(distance_5_percent / sqrt(n), distance_small);
    if (!estimate->flat.found)
        return;
    estimate->plateau.limit = rv_plateau_limit(&estimate->flat, options->fraction);
    estimate->apart =
        rv_mixture_z(model, estimate->plateau.limit) - rv_mixture_z(model, estimate->mixture.limit);
}

void rv_estimate_make(const double *values, size_t count, const struct rv_scale *scales,
                      size_t scale_count, const struct rv_estimate_options *options,
                      struct rv_estimate *estimate)
{
    static const struct rv_bound unknown = {NAN, NAN, NAN, NAN};
    struct rv_points points;
    struct rv_mixtures mixtures;
    *estimate = (struct rv_estimate){.count = count,
                                     .mixture = unknown,
                                     .plateau = unknown,
                                     .healthy_share = NAN,
                                     .mean = NAN,
                                     .sd = NAN,
                                     .distance = NAN,
                                     .distance_allowed = NAN,
                                     .apart = NAN,
                                     .reason = RV_LEARN_FEW};
    if (count < options->healthy_fewest || count < 20)
        return;
    estimate->reason = RV_LEARN_NO_SPREAD;
    if (!(values[count - 1 - count / 10] > values[count / 10]))
        return;
    estimate->reason = RV_LEARN_NO_MIXTURE;
    rv_points_make(values, count, &points);
    rv_mixtures_fit(&points, scales, scale_count, &mixtures);
    const struct rv_mixture *best = rv_mixtures_best(&mixtures);
    if (best == NULL)
        return;
    estimate->model = *best;
    rv_plateau_find(&points, best->scale, &estimate->flat);
    describe(values, options, estimate);
    keep_hopeful(&mixtures);
    if (isfinite(estimate->mixture.limit) && estimate->flat.found)
        bootstrap(&points, &mixtures, options, estimate);
    estimate->reason = weigh(estimate, options);
}
