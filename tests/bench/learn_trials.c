/* SPDX-License-Identifier: GPL-3.0-or-later
 * How well limits are learned from made archives whose healthy distribution is known: error of both
 * methods in SDs of the healthy, coverage of the interval, how often a limit is given, and the
 * worst that was given. The table of docs/methods/learn.md.
 *
 *     learn_trials [REPEATS [NAME]]
 */
#include "learn/estimate.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPEATS_MOST = 1000, PERSONS_MOST = 10000 };

struct world {
    const char *name;
    double shift; /* of the ill, in SDs of the healthy */
    double (*healthy)(gsl_rng *random);
    double (*ill)(gsl_rng *random, double shift);
    double (*truth)(void);
    double sd;
    bool high_is_ill;
    double lambdas[RV_SCALES_MOST];
    size_t scale_count;
};

/* Velocity: Gaussian, ill ones slower and half as wide again. */
static double velocity(gsl_rng *random)
{
    return 57 + gsl_ran_gaussian(random, 5);
}

static double slow(gsl_rng *random, double shift)
{
    return 57 - shift * 5 + gsl_ran_gaussian(random, 7.5);
}

static double velocity_truth(void)
{
    return 57 + 5 * gsl_cdf_ugaussian_Pinv(0.03);
}

/* Amplitude: gamma, which is Gaussian on none of the scales; the ill have lost a part of theirs. */
static double amplitude(gsl_rng *random)
{
    return gsl_ran_gamma(random, 8, 10.2 / 8);
}

static double small_amplitude(gsl_rng *random, double shift)
{
    return amplitude(random) * exp(-fabs(0.35 * shift + gsl_ran_gaussian(random, 0.5)));
}

static double amplitude_truth(void)
{
    return gsl_cdf_gamma_Pinv(0.03, 8, 10.2 / 8);
}

/* Latency: lognormal; the ill later. */
static double latency(gsl_rng *random)
{
    return 3.7 * exp(gsl_ran_gaussian(random, 0.12));
}

static double late(gsl_rng *random, double shift)
{
    return 3.7 + fabs(shift * 0.45 + gsl_ran_gaussian(random, 0.7));
}

static double latency_truth(void)
{
    return 3.7 * exp(0.12 * gsl_cdf_ugaussian_Pinv(0.97));
}

static const struct world worlds[] = {
    {"velocity", 2.5, velocity, slow, velocity_truth, 5, false, {1}, 1},
    {"velocity", 1.2, velocity, slow, velocity_truth, 5, false, {1}, 1},
    {"amplitude",
     2.5,
     amplitude,
     small_amplitude,
     amplitude_truth,
     3.6,
     false,
     {1, 0.5, 0.25, 0},
     4},
    {"latency", 2.5, latency, late, latency_truth, 0.45, true, {1, 0}, 2},
};

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct tally {
    double errors[2][REPEATS_MOST]; /* mixture, plateau; towards ill is negative */
    size_t count[2], given, covered, fitted;
    double worst;
};

static double middle(double *numbers, size_t count)
{
    qsort(numbers, count, sizeof *numbers, ascending);
    return count > 0 ? numbers[count / 2] : (double)NAN;
}

static void one(const struct world *world, size_t n, double ill, gsl_rng *random,
                struct tally *tally)
{
    static double values[PERSONS_MOST];
    struct rv_scale scales[RV_SCALES_MOST];
    struct rv_estimate estimate;
    struct rv_estimate_options options = {.fraction = 0.03, .healthy_fewest = 20, .draws = 200};
    for (size_t i = 0; i < n; i++)
        values[i] = gsl_rng_uniform(random) < ill ? world->ill(random, world->shift)
                                                  : world->healthy(random);
    for (size_t i = 0; i < world->scale_count; i++)
        scales[i] = (struct rv_scale){world->lambdas[i], world->high_is_ill};
    qsort(values, n, sizeof *values, ascending);
    rv_estimate_make(values, n, scales, world->scale_count, &options, &estimate);
    double truth = world->truth(), unit = world->high_is_ill ? -world->sd : world->sd;
    double errors[2] = {(estimate.mixture.limit - truth) / unit,
                        (estimate.plateau.limit - truth) / unit};
    for (size_t i = 0; i < 2; i++)
        if (isfinite(errors[i]))
            tally->errors[i][tally->count[i]++] = errors[i];
    tally->fitted += isfinite(estimate.mixture.low) != 0;
    tally->covered += estimate.mixture.low <= truth && truth <= estimate.mixture.high;
    if (estimate.reason != RV_LEARN_GIVEN || estimate.healthy_share * (double)n < 200)
        return; /* 200: the default of the program */
    tally->given++;
    if (fabs(errors[0]) > fabs(tally->worst))
        tally->worst = errors[0];
}

static void row(const struct world *world, size_t n, double ill, size_t repeats, gsl_rng *random)
{
    static struct tally tally;
    memset(&tally, 0, sizeof tally);
    for (size_t i = 0; i < repeats; i++)
        one(world, n, ill, random, &tally);
    double mixture = middle(tally.errors[0], tally.count[0]);
    double plateau = middle(tally.errors[1], tally.count[1]);
    double spread[2];
    for (size_t i = 0; i < 2; i++)
        spread[i] =
            (tally.errors[i][tally.count[i] * 9 / 10] - tally.errors[i][tally.count[i] / 10]) / 2;
    char worst[32] = "-";
    if (tally.given > 0)
        snprintf(worst, sizeof worst, "%+.2f", tally.worst);
    printf(
        "| %s, %.1f SD | %zu | %.0f %% | %+.2f ± %.2f | %+.2f ± %.2f | %.0f %% | %.0f %% | %s |\n",
        world->name, world->shift, n, 100 * ill, mixture, spread[0], plateau, spread[1],
        100 * (double)tally.covered / (double)tally.fitted,
        100 * (double)tally.given / (double)repeats, worst);
    fflush(stdout);
}

int main(int count, char **words)
{
    static const size_t sizes[] = {100, 300, 1000, 10000};
    static const double ills[] = {0, 0.2, 0.4, 0.6};
    size_t repeats = count > 1 ? strtoul(words[1], NULL, 10) : 50;
    if (repeats < 5 || repeats > REPEATS_MOST)
        return 2;
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    puts("| ill shifted by | persons | ill | mixture | plateau | covered | given | worst given |\n"
         "|---|---|---|---|---|---|---|---|");
    for (size_t w = 0; w < sizeof worlds / sizeof *worlds; w++) {
        if (count > 2 && strcmp(words[2], worlds[w].name) != 0)
            continue;
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            for (size_t j = 0; j < sizeof ills / sizeof *ills; j++)
                row(&worlds[w], sizes[i], ills[j], sizes[i] > 5000 ? repeats / 2 : repeats, random);
    }
    gsl_rng_free(random);
    return 0;
}
