/* SPDX-License-Identifier: GPL-3.0-or-later
 * Watches one channel for stimuli while its samples come: edges of a trigger channel, or the
 * artefact. Works in steps of 5 ms counted from the first sample, so pieces make no difference, and
 * knows a stimulus at most two steps after it came.
 */
#ifndef RV_EPOCH_WATCH_H
#define RV_EPOCH_WATCH_H

#include "epoch/trigger.h"

struct rv_watch;

/* Of a trigger channel edges are looked for, of any other the artefact. NULL: no memory. */
struct rv_watch *rv_watch_new(const struct rv_channel *channel);
void rv_watch_free(struct rv_watch *watch);
/* A new segment begins: all that was seen is forgotten. */
void rv_watch_restart(struct rv_watch *watch);
/* More samples; the places of new stimuli, in samples from the segment's first, go into
 * `times->time_s`. RV_NO_MEMORY only. */
enum rv_status rv_watch_push(struct rv_watch *watch, const double *samples, size_t count,
                             struct rv_times *times, struct rv_error *err);

#endif
