/* SPDX-License-Identifier: GPL-3.0-or-later
 * Expectation maximisation of a Gaussian mixture with a background, and the choice of scale and
 * number of parts. Dempster, Laird, Rubin 1977 J R Stat Soc B 39:1; Schwarz 1978 Ann Stat 6:461.
 */
#include "learn/mixture.h"

#include <gsl/gsl_cdf.h>

#include <float.h>
#include <math.h>

/* A share of gross mistakes, anywhere between the smallest and the largest value: one slip of a
 * unit must not pull a component along. */
static const double background = 0.002;
/* A component narrower than this part of all values is a heap of equal numbers. */
static const double narrowest = 0.05;
/* A component above the healthy one, or a healthy one, of less than this share is an accident. */
static const double smallest_healthy = 0.1;

/* Of each start, before the best goes on; in all; and until the likelihood is looked at. */
enum { ROUNDS_FIRST = 40, ROUNDS_MOST = 600, ROUNDS_BETWEEN = 10 };
static const double converged = 1e-6; /* log likelihood, for each person */

static void moments(const struct rv_points *points, size_t from, size_t to, struct rv_part *part)
{
    double weight = 0, mean = 0, square = 0;
    for (size_t i = from; i < to; i++) {
        weight += points->weights[i];
        mean += points->weights[i] * points->values[i];
    }
    mean /= weight;
    for (size_t i = from; i < to; i++)
        square += points->weights[i] * pow(points->values[i] - mean, 2);
    *part = (struct rv_part){weight / points->total, mean, sqrt(square / weight)};
}

struct sums {
    double weight, value, square;
};

/* One round; returns the log likelihood of the parts it began with where it is asked for. */
static double round_of(const struct rv_points *points, double span, double floor, bool weigh,
                       struct rv_mixture *mixture)
{
    struct rv_part *parts = mixture->parts;
    struct sums sums[RV_PARTS_MOST] = {{0, 0, 0}};
    double log_likelihood = 0, all = 0, heights[RV_PARTS_MOST];
    size_t count = mixture->count;
    for (size_t k = 0; k < count; k++)
        heights[k] = (1 - background) * parts[k].share / (parts[k].sd * sqrt(2 * M_PI));
    for (size_t i = 0; i < points->count; i++) {
        double weight = points->weights[i], each[RV_PARTS_MOST], off[RV_PARTS_MOST];
        double sum = background / span;
        for (size_t k = 0; k < count; k++) {
            off[k] = points->values[i] - parts[k].mean;
            double z = off[k] / parts[k].sd;
            sum += each[k] = heights[k] * exp(-0.5 * z * z);
        }
        if (weigh)
            log_likelihood += weight * log(sum);
        for (size_t k = 0; k < count; k++) {
            double mine = weight * each[k] / sum;
            sums[k].weight += mine;
            sums[k].value += mine * off[k];
            sums[k].square += mine * off[k] * off[k];
        }
    }
    for (size_t k = 0; k < count; k++)
        all += sums[k].weight;
    for (size_t k = 0; k < count; k++) {
        double weight = fmax(sums[k].weight, DBL_MIN), shift = sums[k].value / weight;
        parts[k].share = sums[k].weight / all;
        parts[k].mean += shift;
        parts[k].sd = fmax(floor, sqrt(fmax(0, sums[k].square / weight - shift * shift)));
    }
    return log_likelihood;
}

/* The healthy part is the uppermost that is no accident. */
static bool find_healthy(struct rv_mixture *mixture)
{
    size_t found = mixture->count;
    for (size_t k = 0; k < mixture->count; k++)
        if (mixture->parts[k].share >= smallest_healthy &&
            (found == mixture->count || mixture->parts[k].mean > mixture->parts[found].mean))
            found = k;
    mixture->healthy = found;
    return found < mixture->count;
}

/* Runs to the end from the parts that stand there. The points are on the scale. */
static bool maximise(const struct rv_points *scaled, int rounds, struct rv_mixture *mixture)
{
    struct rv_part whole;
    moments(scaled, 0, scaled->count, &whole);
    double span = scaled->values[scaled->count - 1] - scaled->values[0];
    if (!(whole.sd > 0))
        return false;
    double before = -INFINITY;
    for (int i = 0; i <= rounds; i++) {
        bool weigh = i % ROUNDS_BETWEEN == 0;
        double now = round_of(scaled, span, narrowest * whole.sd, weigh, mixture);
        if (!weigh)
            continue;
        bool settled = now - before < ROUNDS_BETWEEN * converged * scaled->total;
        before = now;
        if (settled)
            break;
    }
    mixture->log_likelihood = before;
    return isfinite(before) && find_healthy(mixture);
}

static double log_slopes(const struct rv_points *points, struct rv_scale scale)
{
    double sum = 0;
    for (size_t i = 0; i < points->count; i++)
        sum += points->weights[i] * rv_scale_log_slope(scale, points->values[i]);
    return sum;
}

/* Means, SDs and shares of the parts, and the exponent. */
static void finish(const struct rv_points *points, struct rv_mixture *mixture)
{
    mixture->log_likelihood += log_slopes(points, mixture->scale);
    mixture->bic = -2 * mixture->log_likelihood + 3.0 * (double)mixture->count * log(points->total);
}

/* The first point above which about a fraction of all persons lies; at least two on each side. */
static size_t cut_at(const struct rv_points *points, double fraction)
{
    double below = 0;
    size_t i = 0;
    while (i < points->count && below < (1 - fraction) * points->total)
        below += points->weights[i++];
    return i < 2 ? 2 : i > points->count - 2 ? points->count - 2 : i;
}

/* Starts as if `fraction` of the persons were healthy and all others beyond a cut. */
static void begin(const struct rv_points *scaled, double fraction, struct rv_mixture *mixture)
{
    size_t cut = cut_at(scaled, fraction), middle = cut / 2;
    struct rv_part whole;
    moments(scaled, 0, scaled->count, &whole);
    if (mixture->count == 1) {
        mixture->parts[0] = whole;
        return;
    }
    moments(scaled, cut, scaled->count, &mixture->parts[0]);
    if (mixture->count == 2) {
        moments(scaled, 0, cut, &mixture->parts[1]);
    } else {
        moments(scaled, middle, cut, &mixture->parts[1]);
        moments(scaled, 0, middle, &mixture->parts[2]);
    }
    for (size_t k = 0; k < mixture->count; k++)
        mixture->parts[k].sd = fmax(mixture->parts[k].sd, 0.2 * whole.sd);
}

bool rv_mixture_fit(const struct rv_points *points, struct rv_scale scale, size_t parts,
                    struct rv_mixture *mixture)
{
    static const double fractions[] = {0.85, 0.7, 0.5, 0.35, 0.2};
    struct rv_points scaled;
    mixture->count = 0;
    if (points->count < 4 * RV_PARTS_MOST)
        return false;
    rv_points_scale(points, scale, &scaled);
    size_t starts = parts == 1 ? 1 : sizeof fractions / sizeof *fractions;
    for (size_t i = 0; i < starts; i++) {
        struct rv_mixture one = {.scale = scale, .count = parts};
        begin(&scaled, fractions[i], &one);
        if (maximise(&scaled, ROUNDS_FIRST, &one) &&
            (mixture->count == 0 || one.log_likelihood > mixture->log_likelihood))
            *mixture = one;
    }
    if (mixture->count > 0 && !maximise(&scaled, ROUNDS_MOST, mixture))
        mixture->count = 0;
    if (mixture->count > 0)
        finish(points, mixture);
    return mixture->count > 0;
}

bool rv_mixture_refit(const struct rv_points *points, struct rv_mixture *mixture)
{
    struct rv_points scaled;
    if (mixture->count == 0 || points->count < 4 * RV_PARTS_MOST)
        return false;
    rv_points_scale(points, mixture->scale, &scaled);
    if (!maximise(&scaled, ROUNDS_MOST, mixture))
        return false;
    finish(points, mixture);
    return true;
}

void rv_mixtures_fit(const struct rv_points *points, const struct rv_scale *scales, size_t count,
                     struct rv_mixtures *mixtures)
{
    mixtures->count = 0;
    for (size_t i = 0; i < count && i < RV_SCALES_MOST; i++) {
        double before = INFINITY;
        for (size_t parts = 1; parts <= RV_PARTS_MOST; parts++) {
            struct rv_mixture *one = &mixtures->all[mixtures->count];
            if (!rv_mixture_fit(points, scales[i], parts, one))
                continue;
            mixtures->count++;
            if (one->bic > before)
                break; /* a part more would be worse again */
            before = one->bic;
        }
    }
}

const struct rv_mixture *rv_mixtures_best(const struct rv_mixtures *mixtures)
{
    const struct rv_mixture *best = NULL;
    for (size_t i = 0; i < mixtures->count; i++)
        if (best == NULL || mixtures->all[i].bic < best->bic)
            best = &mixtures->all[i];
    return best;
}

/* --- what it says --------------------------------------------------------------------------- */

static double quantile(const struct rv_mixture *mixture, double fraction)
{
    const struct rv_part *healthy = &mixture->parts[mixture->healthy];
    return rv_scale_back(mixture->scale,
                         healthy->mean + gsl_cdf_ugaussian_Pinv(fraction) * healthy->sd);
}

double rv_mixture_limit(const struct rv_mixture *mixture, double fraction)
{
    return quantile(mixture, fraction);
}

double rv_mixture_z(const struct rv_mixture *mixture, double value)
{
    const struct rv_part *healthy = &mixture->parts[mixture->healthy];
    return (rv_scale_forward(mixture->scale, value) - healthy->mean) / healthy->sd;
}

void rv_mixture_moments(const struct rv_mixture *mixture, double *mean, double *sd)
{
    enum { STEPS = 400 }; /* of equal probability */
    double sum = 0, squares = 0, count = 0;
    for (int i = 0; i < STEPS; i++) {
        double value = quantile(mixture, (i + 0.5) / STEPS);
        if (!isfinite(value))
            continue;
        sum += value;
        squares += value * value;
        count += 1;
    }
    *mean = sum / count;
    *sd = sqrt(fmax(0, squares / count - *mean * *mean));
}

static double cumulative(const struct rv_mixture *mixture, double scaled)
{
    double sum = 0;
    for (size_t k = 0; k < mixture->count; k++)
        sum += mixture->parts[k].share *
               gsl_cdf_ugaussian_P((scaled - mixture->parts[k].mean) / mixture->parts[k].sd);
    return sum;
}

double rv_mixture_distance(const struct rv_mixture *mixture, const double *values, size_t count)
{
    double largest = 0, n = (double)count;
    for (size_t i = 0; i < count; i++) {
        double model = cumulative(mixture, rv_scale_forward(mixture->scale, values[i]));
        if (mixture->scale.high_is_ill)
            model = 1 - model;
        double above = (double)(i + 1) / n - model, below = model - (double)i / n;
        largest = fmax(largest, fmax(above, below));
    }
    return largest;
}
