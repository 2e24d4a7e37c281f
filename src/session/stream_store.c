/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bounding what a stream keeps of its samples: the windows stay, what lies between them goes.
 */
#include "session/stream_store.h"

#include "base/error.h"

#include <math.h>
#include <string.h>

/* Around a stimulus: the longest window that is cut (120 ms) and quiet time for the hum. */
static const double before_s = 0.15, after_s = 0.3;
/* Of the end: stimuli may still be told of it. */
static const double tail_s = 1.0;

size_t rv_store_total(const struct rv_collector *collector)
{
    size_t total = 0;
    for (size_t i = 0; i < collector->channel_count; i++)
        total += collector->channels[i].count;
    return total;
}

/* A stretch of one segment that is kept. */
struct piece {
    size_t segment;
    double from_s, to_s;
};

struct pieces {
    struct piece *items; /* heap */
    size_t count, capacity;
};

static double segment_end_s(const struct rv_collector *collector, const struct rv_channel *channels,
                            size_t segment)
{
    bool last = segment + 1 == collector->segment_count;
    size_t end = last ? collector->channels[0].count : collector->segments[segment + 1].first[0];
    size_t count = end - collector->segments[segment].first[0];
    return collector->segments[segment].start_s + (double)count / channels[0].rate_hz;
}

/* Joined to the last piece where it touches it. */
static bool add_piece(struct pieces *pieces, struct piece piece)
{
    struct piece *last = pieces->count > 0 ? &pieces->items[pieces->count - 1] : NULL;
    if (!(piece.to_s > piece.from_s))
        return true;
    if (last != NULL && last->segment == piece.segment && piece.from_s <= last->to_s) {
        last->to_s = fmax(last->to_s, piece.to_s);
        return true;
    }
    if (!rv_grow(&pieces->items, &pieces->capacity, pieces->count + 1, sizeof piece))
        return false;
    pieces->items[pieces->count++] = piece;
    return true;
}

static bool choose_pieces(const struct rv_collector *collector, const struct rv_channel *channels,
                          const struct rv_times *stimuli, struct pieces *pieces)
{
    bool room = true;
    for (size_t s = 0; s < collector->segment_count && room; s++) {
        double start_s = collector->segments[s].start_s;
        double end_s = segment_end_s(collector, channels, s);
        for (size_t i = 0; i < stimuli->count && room; i++)
            room = add_piece(pieces, (struct piece){s, fmax(start_s, stimuli->time_s[i] - before_s),
                                                    fmin(end_s, stimuli->time_s[i] + after_s)});
        if (s + 1 == collector->segment_count && room)
            room = add_piece(pieces, (struct piece){s, fmax(start_s, end_s - tail_s), end_s});
    }
    return room;
}

static double piece_samples(const struct rv_collector *collector, const struct rv_channel *channels,
                            const struct piece *piece)
{
    double total = 0;
    for (size_t c = 0; c < collector->channel_count; c++)
        total += (piece->to_s - piece->from_s) * channels[c].rate_hz;
    return total;
}

/* The first piece that is still kept. */
static size_t first_kept(const struct rv_collector *collector, const struct rv_channel *channels,
                         const struct pieces *pieces, size_t most)
{
    double total = 0;
    size_t first = pieces->count;
    while (first > 0) {
        total += piece_samples(collector, channels, &pieces->items[first - 1]);
        if (total > (double)most && first < pieces->count)
            break;
        first--;
    }
    return first;
}

/* Moves one piece of one channel down to where the kept ones end. */
static void move_piece(struct rv_collected_channel *channel, double rate_hz, double start_s,
                       size_t first, size_t end, const struct piece *piece, size_t *kept)
{
    double from = floor((piece->from_s - start_s) * rate_hz + 0.5);
    double to = floor((piece->to_s - start_s) * rate_hz + 0.5);
    size_t begin = first + (size_t)fmax(from, 0), stop = first + (size_t)fmax(to, 0);
    stop = stop < end ? stop : end;
    begin = begin < stop ? begin : stop;
    memmove(channel->samples + *kept, channel->samples + begin,
            (stop - begin) * sizeof *channel->samples);
    *kept += stop - begin;
}

/* The start of a piece as the sample grid of its segment has it. */
static double piece_start_s(double start_s, double rate_hz, double from_s)
{
    return start_s + fmax(floor((from_s - start_s) * rate_hz + 0.5), 0) / rate_hz;
}

static enum rv_status rebuild(struct rv_collector *collector, const struct rv_channel *channels,
                              const struct piece *pieces, size_t count, struct rv_error *err)
{
    size_t channel_count = collector->channel_count;
    struct rv_collected_segment *made = rv_allocate(count, sizeof *made);
    size_t *kept = rv_allocate(channel_count, sizeof *kept);
    enum rv_status status = made == NULL || kept == NULL ? rv_fail_memory(err) : RV_OK;
    for (size_t i = 0; i < count && status == RV_OK; i++) {
        made[i].first = rv_arena_alloc(collector->arena, channel_count, sizeof *made[i].first);
        if (made[i].first == NULL)
            status = rv_fail_memory(err);
    }
    for (size_t i = 0; i < count && status == RV_OK; i++) {
        const struct rv_collected_segment *old = &collector->segments[pieces[i].segment];
        bool last = pieces[i].segment + 1 == collector->segment_count;
        made[i].start_s = piece_start_s(old->start_s, channels[0].rate_hz, pieces[i].from_s);
        for (size_t c = 0; c < channel_count; c++) {
            size_t end = last ? collector->channels[c].count : old[1].first[c];
            made[i].first[c] = kept[c];
            move_piece(&collector->channels[c], channels[c].rate_hz, old->start_s, old->first[c],
                       end, &pieces[i], &kept[c]);
        }
    }
    if (status == RV_OK) {
        for (size_t c = 0; c < channel_count; c++)
            collector->channels[c].count = kept[c];
        rv_release(collector->segments);
        collector->segments = made;
        collector->segment_count = collector->segment_capacity = count;
        made = NULL;
    }
    rv_release(made);
    rv_release(kept);
    return status;
}

/* Texts, events and segments move into a new arena: the old one would grow for ever. */
static enum rv_status renew_arena(struct rv_collector *collector, double from_s,
                                  struct rv_error *err)
{
    struct rv_arena *arena = rv_arena_new();
    size_t kept = 0;
    bool room = arena != NULL;
    for (size_t i = 0; i < collector->segment_count && room; i++) {
        size_t *first = rv_arena_copy(arena, collector->segments[i].first, collector->channel_count,
                                      sizeof *first);
        room = first != NULL;
        collector->segments[i].first = room ? first : collector->segments[i].first;
    }
    for (size_t i = 0; i < collector->event_count && room; i++) {
        struct rv_collected_event event = collector->events[i];
        if (event.event.time_s < from_s)
            continue;
        event.event.text = rv_arena_text(arena, event.event.text);
        room = event.event.text != NULL;
        collector->events[kept++] = event;
    }
    if (!room)
        return rv_fail_memory(err); /* the stream ends with it */
    collector->event_count = kept;
    rv_arena_free(collector->arena);
    collector->arena = arena;
    return RV_OK;
}

static void forget_stimuli(struct rv_times *stimuli, double from_s)
{
    size_t kept = 0;
    for (size_t i = 0; i < stimuli->count; i++)
        if (stimuli->time_s[i] >= from_s)
            stimuli->time_s[kept++] = stimuli->time_s[i];
    stimuli->count = kept;
}

enum rv_status rv_store_thin(struct rv_collector *collector, const struct rv_channel *channels,
                             struct rv_times *stimuli, size_t most, struct rv_error *err)
{
    struct pieces pieces = {0};
    enum rv_status status = RV_OK;
    if (!choose_pieces(collector, channels, stimuli, &pieces))
        status = rv_fail_memory(err);
    if (status == RV_OK && pieces.count > 0) {
        size_t first = first_kept(collector, channels, &pieces, most);
        double from_s = pieces.items[first].from_s;
        status = rebuild(collector, channels, pieces.items + first, pieces.count - first, err);
        if (status == RV_OK)
            status = renew_arena(collector, from_s, err);
        if (status == RV_OK)
            forget_stimuli(stimuli, from_s);
    }
    rv_release(pieces.items);
    return status;
}
