/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random numbers of our own: the same on every machine, made with additions and shifts only.
 */
#include "simulate/random.h"

/* SplitMix64: Steele, Lea and Flood, OOPSLA 2014, 453. */
static uint64_t next(struct rv_random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

struct rv_random rv_random_begin(uint64_t seed, const char *name, uint64_t index)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (const char *c = name; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
    struct rv_random random = {seed};
    random.state = next(&random) ^ hash;
    random.state = next(&random) + index;
    random.state = next(&random);
    return random;
}

double rv_random_uniform(struct rv_random *random)
{
    return (double)(next(random) >> 11) * 0x1p-53;
}

double rv_random_normal(struct rv_random *random)
{
    double sum = -6.0;
    for (int i = 0; i < 12; i++)
        sum += rv_random_uniform(random);
    return sum;
}
