/* SPDX-License-Identifier: GPL-3.0-or-later
 * Medians, for scales that an outlier does not move.
 */
#ifndef RV_EPOCH_MEDIAN_H
#define RV_EPOCH_MEDIAN_H

#include <stddef.h>

/* Median of count >= 1 numbers; their order is lost. */
double rv_median(double *numbers, size_t count);

/* 1.4826 x the median of |number - centre|: the SD where the numbers are Gaussian. The numbers are
 * replaced. */
double rv_robust_sd(double *numbers, size_t count, double centre);

#endif
