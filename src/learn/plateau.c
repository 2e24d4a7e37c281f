/* SPDX-License-Identifier: GPL-3.0-or-later
 * The plateau of the sorted values. Its slope is one over the density: flat is where the density
 * is high, and the curve bends away where it falls to a stated part of its height. The bend
 * towards ill is taken close, the one towards health far out, where nobody ill is.
 * After Jabre, Pitt, Deeb, Chui 2015 J Clin Neurophysiol, who find the ends by eye.
 */
#include "learn/plateau.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include <math.h>

enum { GRID = 400, ROUNDS_MOST = 200 };

/* The ends, in SDs of the healthy distribution below and above its mean. Chosen by trials on made
 * archives (docs/methods/learn.md "How well it does"). */
static const double low_end = -1.25, high_end = 2.5;
/* A second heap of values further up is the healthy one where it is this high against the highest
 * and the valley before it this deep against itself. */
static const double second_height = 0.4, valley_depth = 0.75;

void rv_truncated_gaussian(double from, double to, double *mean, double *sd)
{
    double a = gsl_ran_ugaussian_pdf(from), b = gsl_ran_ugaussian_pdf(to);
    double within = gsl_cdf_ugaussian_P(to) - gsl_cdf_ugaussian_P(from);
    *mean = (a - b) / within;
    *sd = sqrt(1 + (from * a - to * b) / within - *mean * *mean);
}

struct density {
    double from, step, at[GRID];
};

/* Width of the narrowest interval that holds a third of the persons: 0.8614 SD of a Gaussian. */
static double narrow_sd(const struct rv_points *points)
{
    double best = INFINITY, within = 0;
    size_t from = 0;
    for (size_t to = 0; to < points->count; to++) {
        within += points->weights[to];
        while (within - points->weights[from] >= points->total / 3)
            within -= points->weights[from++];
        if (within >= points->total / 3)
            best = fmin(best, points->values[to] - points->values[from]);
    }
    return best / 0.8614;
}

/* Silverman 1986, Density estimation, 3.31: 0.9 SD n^-1/5. */
static bool estimate_density(const struct rv_points *points, double sd, struct density *density)
{
    double width = 0.9 * sd * pow(points->total, -0.2);
    double from = points->values[0] - 3 * width;
    double to = points->values[points->count - 1] + 3 * width;
    if (!(width > 0) || !isfinite(width))
        return false;
    density->from = from;
    density->step = (to - from) / (GRID - 1);
    for (size_t i = 0; i < GRID; i++) {
        double at = from + density->step * (double)i;
        density->at[i] = 0;
        for (size_t j = 0; j < points->count; j++) {
            double z = (points->values[j] - at) / width;
            density->at[i] += z * z < 50 ? points->weights[j] * exp(-0.5 * z * z) : 0;
        }
    }
    return true;
}

/* The highest peak, or one further up that is a heap of its own. */
static size_t find_mode(const struct density *density)
{
    size_t top = 0, mode;
    for (size_t i = 1; i < GRID; i++)
        if (density->at[i] > density->at[top])
            top = i;
    mode = top;
    double valley = density->at[top];
    for (size_t i = top + 1; i + 1 < GRID; i++) {
        double here = density->at[i];
        valley = fmin(valley, here);
        if (here > density->at[i - 1] && here >= density->at[i + 1] &&
            here >= second_height * density->at[top] && valley < valley_depth * here) {
            mode = i;
            valley = here;
        }
    }
    return mode;
}

/* How far from the mode upwards the density falls to what a Gaussian has at `high_end`, in its
 * SDs. */
static double upper_sd(const struct density *density, size_t mode)
{
    static const double far = 1.5;
    size_t i = mode;
    while (i < GRID - 1 && density->at[i] > density->at[mode] * exp(-0.5 * far * far))
        i++;
    return density->step * (double)(i - mode) / far;
}

/* Weighted mean and SD of what lies between the ends. */
static bool inside_moments(const struct rv_points *points, double from, double to, double *share,
                           double *mean, double *sd)
{
    double weight = 0, sum = 0, square = 0;
    size_t count = 0;
    for (size_t i = 0; i < points->count; i++) {
        if (points->values[i] < from || points->values[i] > to)
            continue;
        weight += points->weights[i];
        sum += points->weights[i] * points->values[i];
        count++;
    }
    if (count < 5)
        return false;
    *mean = sum / weight;
    for (size_t i = 0; i < points->count; i++)
        if (points->values[i] >= from && points->values[i] <= to)
            square += points->weights[i] * pow(points->values[i] - *mean, 2);
    *sd = sqrt(square / weight);
    *share = weight / points->total;
    return *sd > 0;
}

/* Moves the ends until they stand where the mean and SD between them, corrected for the ends, put
 * them. Half steps: groups of equal values would make it swing. */
static bool settle(const struct rv_points *scaled, double mode, double sd,
                   struct rv_plateau *plateau)
{
    double shift, shrink, mean, raw, all_share, all_mean, all_sd;
    rv_truncated_gaussian(low_end, high_end, &shift, &shrink);
    inside_moments(scaled, -INFINITY, INFINITY, &all_share, &all_mean, &all_sd);
    plateau->mean = mode;
    plateau->sd = sd;
    for (int i = 0; i < ROUNDS_MOST; i++) {
        plateau->from = plateau->mean + low_end * plateau->sd;
        plateau->to = plateau->mean + high_end * plateau->sd;
        if (!inside_moments(scaled, plateau->from, plateau->to, &plateau->share, &mean, &raw))
            return false;
        double next_sd = raw / shrink, next_mean = mean - shift * next_sd;
        if (next_sd > 3 * all_sd)
            return false;
        double moved = fmax(fabs(next_mean - plateau->mean), fabs(next_sd - plateau->sd));
        plateau->mean += 0.5 * (next_mean - plateau->mean);
        plateau->sd += 0.5 * (next_sd - plateau->sd);
        plateau->raw_sd = raw;
        if (moved < 1e-4 * plateau->sd)
            return true;
    }
    /* Between two groups of values it may swing by less than what matters. */
    return true;
}

bool rv_plateau_find(const struct rv_points *points, struct rv_scale scale,
                     struct rv_plateau *plateau)
{
    struct rv_points scaled;
    struct density density;
    *plateau = (struct rv_plateau){.scale = scale};
    if (points->count < 20)
        return false;
    rv_points_scale(points, scale, &scaled);
    if (!estimate_density(&scaled, narrow_sd(&scaled), &density))
        return false;
    size_t mode = find_mode(&density);
    double at = density.from + density.step * (double)mode, sd = upper_sd(&density, mode);
    if (!(sd > 0) || !settle(&scaled, at, sd, plateau))
        return false;
    plateau->found = true;
    return true;
}

double rv_plateau_limit(const struct rv_plateau *plateau, double fraction)
{
    return rv_scale_back(plateau->scale,
                         plateau->mean + gsl_cdf_ugaussian_Pinv(fraction) * plateau->sd);
}
