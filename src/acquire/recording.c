/* SPDX-License-Identifier: GPL-3.0-or-later
 * A whole recording in memory: the blocks of a source put together, events in time order.
 */
#include "acquire/reader.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

struct channel_samples {
    double *samples; /* heap; owned by the recording once it is made */
    size_t count, capacity;
};

struct segment_start {
    double start_s;
    size_t *first; /* of each channel; in the arena */
};

struct collected_event {
    struct rv_event event;
    size_t order; /* of arrival: events of one time keep it */
};

struct collector {
    struct rv_arena *arena;
    size_t channel_count;
    struct channel_samples *channels;
    struct segment_start *segments;
    size_t segment_count, segment_capacity;
    struct collected_event *events;
    size_t event_count, event_capacity;
};

/* What rv_recording_free finds behind the public struct. */
struct owned_recording {
    struct rv_recording recording;
    double **samples; /* in the arena; what they point to is heap */
};

static enum rv_status begin_segment(struct collector *collector, double start_s,
                                    struct rv_error *err)
{
    size_t *first = rv_arena_alloc(collector->arena, collector->channel_count, sizeof *first);
    if (first == NULL || !rv_grow(&collector->segments, &collector->segment_capacity,
                                  collector->segment_count + 1, sizeof *collector->segments))
        return rv_fail_memory(err);
    for (size_t i = 0; i < collector->channel_count; i++)
        first[i] = collector->channels[i].count;
    collector->segments[collector->segment_count++] = (struct segment_start){start_s, first};
    return RV_OK;
}

static enum rv_status add_samples(struct collector *collector, const struct rv_block *block,
                                  struct rv_error *err)
{
    for (size_t i = 0; i < block->channel_count; i++) {
        struct channel_samples *channel = &collector->channels[i];
        size_t count = block->sample_count[i], wanted;
        if (!rv_add(channel->count, count, &wanted) ||
            !rv_grow(&channel->samples, &channel->capacity, wanted, sizeof *channel->samples))
            return rv_fail_memory(err);
        if (count > 0)
            memcpy(channel->samples + channel->count, block->samples[i],
                   count * sizeof *channel->samples);
        channel->count = wanted;
    }
    return RV_OK;
}

static enum rv_status add_events(struct collector *collector, const struct rv_block *block,
                                 struct rv_error *err)
{
    for (size_t i = 0; i < block->event_count; i++) {
        const struct rv_event *event = &block->events[i];
        char *text = rv_arena_text(collector->arena, event->text == NULL ? "" : event->text);
        if (text == NULL || !rv_grow(&collector->events, &collector->event_capacity,
                                     collector->event_count + 1, sizeof *collector->events))
            return rv_fail_memory(err);
        struct collected_event *added = &collector->events[collector->event_count];
        *added = (struct collected_event){*event, collector->event_count};
        added->event.text = text;
        collector->event_count++;
    }
    return RV_OK;
}

static enum rv_status collect_blocks(struct rv_source *source, struct collector *collector,
                                     struct rv_error *err)
{
    struct rv_block block;
    bool more = true;
    enum rv_status status = RV_OK;
    while (status == RV_OK) {
        status = rv_source_next(source, &block, &more, err);
        if (status != RV_OK || !more)
            return status;
        if (block.new_segment || collector->segment_count == 0)
            status = begin_segment(collector, block.start_s, err);
        if (status == RV_OK)
            status = add_samples(collector, &block, err);
        if (status == RV_OK)
            status = add_events(collector, &block, err);
    }
    return status;
}

static int by_time(const void *a, const void *b)
{
    const struct collected_event *left = a, *right = b;
    if (left->event.time_s < right->event.time_s)
        return -1;
    if (left->event.time_s > right->event.time_s)
        return 1;
    return (left->order > right->order) - (left->order < right->order);
}

static bool copy_events(struct collector *collector, struct rv_recording *recording)
{
    size_t count = collector->event_count;
    struct rv_event *events = rv_arena_alloc(collector->arena, count, sizeof *events);
    if (events == NULL)
        return false;
    if (count > 1)
        qsort(collector->events, count, sizeof *collector->events, by_time);
    for (size_t i = 0; i < count; i++)
        events[i] = collector->events[i].event;
    recording->events = events;
    recording->event_count = count;
    return true;
}

static bool copy_segments(const struct collector *collector, struct rv_recording *recording)
{
    size_t count = collector->segment_count;
    struct rv_segment *segments = rv_arena_alloc(collector->arena, count, sizeof *segments);
    if (segments == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct segment_start *start = &collector->segments[i];
        size_t *counts = rv_arena_alloc(collector->arena, collector->channel_count, sizeof *counts);
        if (counts == NULL)
            return false;
        for (size_t j = 0; j < collector->channel_count; j++) {
            bool last = i + 1 == count;
            size_t end = last ? collector->channels[j].count : start[1].first[j];
            counts[j] = end - start->first[j];
        }
        segments[i] = (struct rv_segment){start->start_s, start->first, counts};
    }
    recording->segments = segments;
    recording->segment_count = count;
    return true;
}

/* A text that must outlive the source; false: no memory. */
static bool keep(struct rv_arena *arena, const char **text)
{
    if (*text == NULL)
        return true;
    *text = rv_arena_text(arena, *text);
    return *text != NULL;
}

static bool copy_facts(struct rv_arena *arena, const struct rv_source *source,
                       struct rv_recording *recording)
{
    struct rv_recording_facts *facts = &recording->facts;
    *facts = *rv_source_facts(source);
    const char **const texts[] = {&facts->format,     &facts->patient_id, &facts->patient_name,
                                  &facts->birth_date, &facts->start,      &facts->administration,
                                  &facts->technician, &facts->equipment};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!keep(arena, texts[i]))
            return false;
    return true;
}

static bool copy_channels(struct rv_arena *arena, const struct rv_source *source,
                          struct rv_recording *recording)
{
    size_t count;
    const struct rv_channel *from = rv_source_channels(source, &count);
    struct rv_channel *channels = rv_arena_copy(arena, from, count, sizeof *channels);
    if (channels == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!keep(arena, &channels[i].label) || !keep(arena, &channels[i].unit) ||
            !keep(arena, &channels[i].prefilter) || !keep(arena, &channels[i].transducer))
            return false;
    recording->channels = channels;
    recording->channel_count = count;
    return true;
}

static bool copy_notices(struct rv_arena *arena, const struct rv_source *source,
                         struct rv_recording *recording)
{
    size_t count;
    const struct rv_notice *from = rv_source_notices(source, &count);
    struct rv_notice *notices = rv_arena_copy(arena, from, count, sizeof *notices);
    if (notices == NULL)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!keep(arena, &notices[i].code) || !keep(arena, &notices[i].text) ||
            !keep(arena, &notices[i].where))
            return false;
    recording->notices = notices;
    recording->notice_count = count;
    return true;
}

/* Everything but the samples; these move last, when nothing can fail any more. */
static struct owned_recording *assemble(const struct rv_source *source, struct collector *collector)
{
    struct rv_arena *arena = collector->arena;
    struct owned_recording *owned = rv_arena_alloc(arena, 1, sizeof *owned);
    if (owned == NULL)
        return NULL;
    struct rv_recording *recording = &owned->recording;
    recording->arena = arena;
    owned->samples = rv_arena_alloc(arena, collector->channel_count, sizeof *owned->samples);
    if (owned->samples == NULL || !copy_facts(arena, source, recording) ||
        !copy_channels(arena, source, recording) || !copy_notices(arena, source, recording) ||
        !copy_segments(collector, recording) || !copy_events(collector, recording))
        return NULL;
    for (size_t i = 0; i < collector->channel_count; i++) {
        owned->samples[i] = collector->channels[i].samples;
        collector->channels[i].samples = NULL;
    }
    recording->samples = (const double *const *)owned->samples;
    return owned;
}

enum rv_status rv_recording_collect(struct rv_source *source, struct rv_recording **recording,
                                    struct rv_error *err)
{
    struct collector collector = {.arena = rv_arena_new()};
    rv_source_channels(source, &collector.channel_count);
    collector.channels = rv_allocate(collector.channel_count, sizeof *collector.channels);
    enum rv_status status = collector.arena == NULL || collector.channels == NULL
                                ? rv_fail_memory(err)
                                : collect_blocks(source, &collector, err);
    struct owned_recording *owned = status == RV_OK ? assemble(source, &collector) : NULL;
    if (status == RV_OK && owned == NULL)
        status = rv_fail_memory(err);
    for (size_t i = 0; collector.channels != NULL && i < collector.channel_count; i++)
        rv_release(collector.channels[i].samples);
    rv_release(collector.channels);
    rv_release(collector.segments);
    rv_release(collector.events);
    if (status != RV_OK) {
        rv_arena_free(collector.arena);
        return status;
    }
    *recording = &owned->recording;
    return RV_OK;
}

enum rv_status rv_recording_read(const char *path, const struct rv_source_options *options,
                                 struct rv_recording **recording, struct rv_error *err)
{
    struct rv_source *source;
    enum rv_status status = rv_source_open(path, options, &source, err);
    if (status != RV_OK)
        return status;
    status = rv_recording_collect(source, recording, err);
    rv_source_close(source);
    return status;
}

void rv_recording_free(struct rv_recording *recording)
{
    if (recording == NULL)
        return;
    struct owned_recording *owned = (struct owned_recording *)(void *)recording;
    for (size_t i = 0; i < recording->channel_count; i++)
        rv_release(owned->samples[i]);
    rv_arena_free(recording->arena);
}
