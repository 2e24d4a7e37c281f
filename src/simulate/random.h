/* SPDX-License-Identifier: GPL-3.0-or-later
 * Random numbers of our own: the same on every machine, made with additions and shifts only.
 */
#ifndef RV_SIMULATE_RANDOM_H
#define RV_SIMULATE_RANDOM_H

#include <stdint.h>

/* A stream of numbers; streams of different names do not resemble each other. */
struct rv_random {
    uint64_t state;
};

/* `name` and `index` tell the streams of one seed apart ("noise", 3). */
struct rv_random rv_random_begin(uint64_t seed, const char *name, uint64_t index);
double rv_random_uniform(struct rv_random *random); /* 0 <= number < 1 */
/* Mean 0, SD 1: the sum of twelve uniform numbers less 6, within +-6. */
double rv_random_normal(struct rv_random *random);

#endif
