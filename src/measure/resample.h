/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bootstrap over sweeps, the same on every machine.
 */
#ifndef RV_MEASURE_RESAMPLE_H
#define RV_MEASURE_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

struct rv_resample {
    uint64_t state;
};

/* 0 <= index < count */
size_t rv_resample_index(struct rv_resample *resample, size_t count);
double rv_resample_normal(struct rv_resample *resample);

/* Running mean and SD (Welford 1962). */
struct rv_spread {
    double count, mean, square;
};
void rv_spread_add(struct rv_spread *spread, double value);
double rv_spread_sd(const struct rv_spread *spread);

#endif
