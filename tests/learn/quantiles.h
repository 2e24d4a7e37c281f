/* SPDX-License-Identifier: GPL-3.0-or-later
 * Samples without chance: the quantiles of known distributions.
 */
#ifndef TEST_LEARN_QUANTILES_H
#define TEST_LEARN_QUANTILES_H

#include <gsl/gsl_cdf.h>

#include <stddef.h>
#include <stdlib.h>

/* mean + sd * Phi^-1((i + 1/2) / count) */
static inline void quantiles_of(double mean, double sd, size_t count, double *values)
{
    for (size_t i = 0; i < count; i++)
        values[i] = mean + sd * gsl_cdf_ugaussian_Pinv(((double)i + 0.5) / (double)count);
}

static inline int ascending_values(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Healthy 57 +- 5, ill 38 +- 4, sorted. */
static inline void healthy_and_ill(size_t healthy, size_t ill, double *values)
{
    quantiles_of(57, 5, healthy, values);
    quantiles_of(38, 4, ill, values + healthy);
    qsort(values, healthy + ill, sizeof *values, ascending_values);
}

#endif
