/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bounding what a stream keeps of its samples.
 */
#ifndef RV_SESSION_STREAM_STORE_H
#define RV_SESSION_STREAM_STORE_H

#include "acquire/collect.h"
#include "epoch/trigger.h"

/* Samples of all channels. */
size_t rv_store_total(const struct rv_collector *collector);

/* Leaves of the collected samples what lies around the stimuli, and the last second, all with their
 * times; then drops the oldest until at most `most` samples are left. Stimuli and events before
 * what is left are forgotten too. */
enum rv_status rv_store_thin(struct rv_collector *collector, const struct rv_channel *channels,
                             struct rv_times *stimuli, size_t most, struct rv_error *err);

#endif
