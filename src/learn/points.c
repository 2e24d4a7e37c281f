/* SPDX-License-Identifier: GPL-3.0-or-later
 * Grouping, drawing and scaling of values.
 */
#include "learn/points.h"

#include <math.h>

void rv_points_make(const double *values, size_t count, struct rv_points *points)
{
    size_t groups = count < RV_POINTS_MOST ? count : RV_POINTS_MOST;
    points->count = groups;
    points->total = (double)count;
    for (size_t i = 0; i < groups; i++) {
        size_t from = i * count / groups, to = (i + 1) * count / groups;
        double sum = 0;
        for (size_t j = from; j < to; j++)
            sum += values[j];
        points->values[i] = sum / (double)(to - from);
        points->weights[i] = (double)(to - from);
    }
}

/* SplitMix64: Steele, Lea, Flood 2014, Fast splittable pseudorandom number generators. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* Index of the group that holds person `person`, of groups with `sums` persons up to their end. */
static size_t group_of(const double *sums, size_t count, double person)
{
    size_t low = 0, high = count - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (person < sums[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

void rv_points_draw(const struct rv_points *from, uint64_t *state, struct rv_points *drawn)
{
    double sums[RV_POINTS_MOST], sum = 0;
    double weights[RV_POINTS_MOST] = {0};
    for (size_t i = 0; i < from->count; i++)
        sums[i] = sum += from->weights[i];
    size_t persons = (size_t)from->total;
    for (size_t i = 0; i < persons; i++) {
        double uniform = (double)(next(state) >> 11) * 0x1p-53;
        weights[group_of(sums, from->count, uniform * sum)] += 1;
    }
    drawn->count = 0;
    drawn->total = from->total;
    for (size_t i = 0; i < from->count; i++) {
        if (weights[i] < 0.5)
            continue;
        drawn->values[drawn->count] = from->values[i];
        drawn->weights[drawn->count++] = weights[i];
    }
}

/* --- scale ------------------------------------------------------------------------------------ */

static bool is_logarithm(struct rv_scale scale)
{
    return fabs(scale.lambda) < 1e-9;
}

double rv_scale_forward(struct rv_scale scale, double value)
{
    double scaled =
        is_logarithm(scale) ? log(value) : (pow(value, scale.lambda) - 1) / scale.lambda;
    if (fabs(scale.lambda - 1) < 1e-9)
        scaled = value; /* also of values that are not positive */
    return scale.high_is_ill ? -scaled : scaled;
}

double rv_scale_back(struct rv_scale scale, double scaled)
{
    double upright = scale.high_is_ill ? -scaled : scaled;
    if (fabs(scale.lambda - 1) < 1e-9)
        return upright;
    if (is_logarithm(scale))
        return exp(upright);
    double base = 1 + scale.lambda * upright;
    if (base <= 0)
        return NAN;
    return pow(base, 1 / scale.lambda);
}

double rv_scale_log_slope(struct rv_scale scale, double value)
{
    return fabs(scale.lambda - 1) < 1e-9 ? 0 : (scale.lambda - 1) * log(value);
}

void rv_points_scale(const struct rv_points *points, struct rv_scale scale,
                     struct rv_points *scaled)
{
    scaled->count = points->count;
    scaled->total = points->total;
    for (size_t i = 0; i < points->count; i++) {
        size_t j = scale.high_is_ill ? points->count - 1 - i : i;
        scaled->values[j] = rv_scale_forward(scale, points->values[i]);
        scaled->weights[j] = points->weights[i];
    }
}
