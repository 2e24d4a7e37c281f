/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random numbers for the bootstrap (Efron 1979): splitmix64 from a fixed start.
 */
#include "measure/resample.h"

#include <math.h>

static double next_uniform(struct rv_resample *resample) /* splitmix64 (Steele, Lea, Flood 2014) */
{
    resample->state += 0x9E3779B97F4A7C15u;
    uint64_t z = resample->state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return ((double)(z >> 11) + 0.5) / 9007199254740992.0;
}

size_t rv_resample_index(struct rv_resample *resample, size_t count)
{
    const size_t index = (size_t)(next_uniform(resample) * (double)count);
    return index < count ? index : count - 1;
}

double rv_resample_normal(struct rv_resample *resample)
{
    const double radius = sqrt(-2.0 * log(next_uniform(resample)));
    return radius * cos(6.283185307179586 * next_uniform(resample));
}

void rv_spread_add(struct rv_spread *spread, double value)
{
    if (!isfinite(value)) {
        return;
    }
    spread->count += 1.0;
    const double before = spread->mean;
    spread->mean += (value - spread->mean) / spread->count;
    spread->square += (value - before) * (value - spread->mean);
}

double rv_spread_sd(const struct rv_spread *spread)
{
    return spread->count > 1.0 ? sqrt(spread->square / (spread->count - 1.0)) : (double)NAN;
}
