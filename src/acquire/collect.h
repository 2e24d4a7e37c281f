/* SPDX-License-Identifier: GPL-3.0-or-later
 * Blocks put together to a recording in memory, as they come.
 */
#ifndef RV_ACQUIRE_COLLECT_H
#define RV_ACQUIRE_COLLECT_H

#include "acquire/reader.h"

struct rv_collected_channel {
    double *samples; /* heap; owned by the recording once it is made */
    size_t count, capacity;
};

struct rv_collected_segment {
    double start_s;
    size_t *first; /* of each channel; in the arena */
};

struct rv_collected_event {
    struct rv_event event;
    size_t order; /* of arrival: events of one time keep it */
};

struct rv_collector {
    struct rv_arena *arena;
    size_t channel_count;
    struct rv_collected_channel *channels;
    struct rv_collected_segment *segments;
    size_t segment_count, segment_capacity;
    struct rv_collected_event *events;
    size_t event_count, event_capacity;
};

enum rv_status rv_collector_init(struct rv_collector *collector, const struct rv_source *source,
                                 struct rv_error *err);
enum rv_status rv_collector_add(struct rv_collector *collector, const struct rv_block *block,
                                struct rv_error *err);
/* The recording, with facts, channels and notices of the source; samples and texts move into it.
 * The collector is then to be finished. */
enum rv_status rv_collector_settle(struct rv_collector *collector, const struct rv_source *source,
                                   struct rv_recording **recording, struct rv_error *err);
void rv_collector_finish(struct rv_collector *collector);

#endif
