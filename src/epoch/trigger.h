/* SPDX-License-Identifier: GPL-3.0-or-later
 * Times of stimuli in a recording, from a trigger channel and from the stimulus artefact.
 */
#ifndef RV_EPOCH_TRIGGER_H
#define RV_EPOCH_TRIGGER_H

#include "base/arena.h"

#include <ranvier/source.h>

/* A growing list of times; zero-initialise, free with rv_times_finish. */
struct rv_times {
    double *time_s;
    size_t count, capacity;
};
bool rv_times_add(struct rv_times *times, double time_s); /* false: no memory */
void rv_times_finish(struct rv_times *times);

/* Edges of a channel over (falling: under) a level, one for each refractory period of 5 ms. A level
 * that already holds where a segment begins is no edge. A step from one plateau to the other is
 * dated at its first sample, a slow edge where it crosses the level. */
enum rv_status rv_trigger_edges(const struct rv_recording *recording, size_t channel, double level,
                                bool falling, struct rv_times *times, struct rv_error *err);

/* The same of a trigger channel whose level and rest are not given: a status channel leaves the
 * code it has most of the time, any other line crosses the middle of its range away from rest. */
enum rv_status rv_trigger_auto(const struct rv_recording *recording, size_t channel,
                               struct rv_times *times, struct rv_error *err);

/* Stimulus artefacts of a whole channel: abrupt beginnings at least 15 ms apart. */
enum rv_status rv_shock_find(const struct rv_recording *recording, size_t channel,
                             struct rv_times *times, struct rv_error *err);

/* The leading edge of the artefact in samples[0..count): its place in samples, half a sample
 * before the first that has left the level. `quiet` is how many samples from the beginning hold no
 * artefact (for the noise; at least 8). false: none stands out. */
bool rv_shock_locate(const double *samples, size_t count, size_t quiet, double *place);

/* Where between sample i - 1 and i an edge through the level lies, in samples. */
double rv_edge_place(const double *samples, size_t count, size_t i, double level);
/* Second difference that ends at sample i; i is at least 2. */
double rv_shock_bend(const double *samples, size_t i);
/* Robust SD of second differences, not below their smallest step. Reorders them. */
double rv_shock_sd(double *bends, size_t count);
/* The bend from which on something is an artefact; infinite where none stands out. */
double rv_shock_enough(double largest, double sd);
/* From the first such bend back to the first sample that has left the level. */
double rv_shock_edge(const double *samples, size_t bend, double sd);

#endif
