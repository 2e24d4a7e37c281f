/* SPDX-License-Identifier: GPL-3.0-or-later
 * A whole recording in memory: the blocks of a source put together, events in time order.
 */
#include "acquire/collect.h"
#include "base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What rv_recording_free finds behind the public struct. */
struct owned_recording {
    struct rv_recording recording;
    double **samples; /* in the arena; what they point to is heap */
};

static enum rv_status begin_segment(struct rv_collector *collector, double start_s,
                                    struct rv_error *err)
{
    size_t *first = rv_arena_alloc(collector->arena, collector->channel_count, sizeof *first);
    if (first == NULL || !rv_grow(&collector->segments, &collector->segment_capacity,
                                  collector->segment_count + 1, sizeof *collector->segments))
        return rv_fail_memory(err);
    for (size_t i = 0; i < collector->channel_count; i++)
        first[i] = collector->channels[i].count;
    collector->segments[collector->segment_count++] = (struct rv_collected_segment){start_s, first};
    return RV_OK;
}

static enum rv_status add_samples(struct rv_collector *collector, const struct rv_block *block,
                                  struct rv_error *err)
{
    for (size_t i = 0; i < block->channel_count; i++) {
        struct rv_collected_channel *channel = &collector->channels[i];
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

static enum rv_status add_events(struct rv_collector *collector, const struct rv_block *block,
                                 struct rv_error *err)
{
    for (size_t i = 0; i < block->event_count; i++) {
        const struct rv_event *event = &block->events[i];
        char *text = rv_arena_text(collector->arena, event->text == NULL ? "" : event->text);
        if (text == NULL || !rv_grow(&collector->events, &collector->event_capacity,
                                     collector->event_count + 1, sizeof *collector->events))
            return rv_fail_memory(err);
        struct rv_collected_event *added = &collector->events[collector->event_count];
        *added = (struct rv_collected_event){*event, collector->event_count};
        added->event.text = text;
        collector->event_count++;
    }
    return RV_OK;
}

enum rv_status rv_collector_add(struct rv_collector *collector, const struct rv_block *block,
                                struct rv_error *err)
{
    enum rv_status status = RV_OK;
    if (block->new_segment || collector->segment_count == 0)
        status = begin_segment(collector, block->start_s, err);
    if (status == RV_OK)
        status = add_samples(collector, block, err);
    if (status == RV_OK)
        status = add_events(collector, block, err);
    return status;
}

static enum rv_status collect_blocks(struct rv_source *source, struct rv_collector *collector,
                                     struct rv_error *err)
{
    struct rv_block block;
    bool more = true;
    enum rv_status status = RV_OK;
    while (status == RV_OK) {
        status = rv_source_next(source, &block, &more, err);
        if (status != RV_OK || !more)
            return status;
        status = rv_collector_add(collector, &block, err);
    }
    return status;
}

static int by_time(const void *a, const void *b)
{
    const struct rv_collected_event *left = a, *right = b;
    if (left->event.time_s < right->event.time_s)
        return -1;
    if (left->event.time_s > right->event.time_s)
        return 1;
    return (left->order > right->order) - (left->order < right->order);
}

static bool copy_events(struct rv_collector *collector, struct rv_recording *recording)
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

static bool copy_segments(const struct rv_collector *collector, struct rv_recording *recording)
{
    size_t count = collector->segment_count;
    struct rv_segment *segments = rv_arena_alloc(collector->arena, count, sizeof *segments);
    if (segments == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct rv_collected_segment *start = &collector->segments[i];
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
static struct owned_recording *assemble(const struct rv_source *source,
                                        struct rv_collector *collector)
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

enum rv_status rv_collector_init(struct rv_collector *collector, const struct rv_source *source,
                                 struct rv_error *err)
{
    *collector = (struct rv_collector){.arena = rv_arena_new()};
    rv_source_channels(source, &collector->channel_count);
    collector->channels = rv_allocate(collector->channel_count, sizeof *collector->channels);
    if (collector->arena != NULL && collector->channels != NULL)
        return RV_OK;
    rv_collector_finish(collector);
    return rv_fail_memory(err);
}

void rv_collector_finish(struct rv_collector *collector)
{
    for (size_t i = 0; collector->channels != NULL && i < collector->channel_count; i++)
        rv_release(collector->channels[i].samples);
    rv_release(collector->channels);
    rv_release(collector->segments);
    rv_release(collector->events);
    rv_arena_free(collector->arena);
    *collector = (struct rv_collector){0};
}

enum rv_status rv_collector_settle(struct rv_collector *collector, const struct rv_source *source,
                                   struct rv_recording **recording, struct rv_error *err)
{
    struct owned_recording *owned = assemble(source, collector);
    if (owned == NULL)
        return rv_fail_memory(err);
    collector->arena = NULL; /* the recording's own now */
    *recording = &owned->recording;
    return RV_OK;
}

enum rv_status rv_recording_collect(struct rv_source *source, struct rv_recording **recording,
                                    struct rv_error *err)
{
    struct rv_collector collector;
    enum rv_status status = rv_collector_init(&collector, source, err);
    if (status != RV_OK)
        return status;
    status = collect_blocks(source, &collector, err);
    if (status == RV_OK)
        status = rv_collector_settle(&collector, source, recording, err);
    rv_collector_finish(&collector);
    return status;
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

double rv_recording_end_s(const struct rv_recording *recording)
{
    double end_s = 0;
    for (size_t i = 0; i < recording->segment_count; i++)
        for (size_t j = 0; j < recording->channel_count; j++) {
            const struct rv_segment *segment = &recording->segments[i];
            double until_s = segment->start_s +
                             (double)segment->sample_count[j] / recording->channels[j].rate_hz;
            end_s = segment->sample_count[j] > 0 ? fmax(end_s, until_s) : end_s;
        }
    return end_s;
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
