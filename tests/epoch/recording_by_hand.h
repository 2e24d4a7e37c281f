/* SPDX-License-Identifier: GPL-3.0-or-later
 * A recording made by hand: up to four channels and eight segments.
 */
#ifndef TESTS_EPOCH_RECORDING_BY_HAND_H
#define TESTS_EPOCH_RECORDING_BY_HAND_H

#include "base/arena.h"
#include "epoch/epoch.h"

#include <math.h>
#include <string.h>

enum { HAND_CHANNELS = 4, HAND_SEGMENTS = 8, HAND_EVENTS = 32 };

struct hand {
    struct rv_recording recording;
    struct rv_channel channels[HAND_CHANNELS];
    double *samples[HAND_CHANNELS];
    const double *pointers[HAND_CHANNELS];
    struct rv_segment segments[HAND_SEGMENTS];
    size_t first[HAND_SEGMENTS][HAND_CHANNELS], count[HAND_SEGMENTS][HAND_CHANNELS];
    struct rv_event events[HAND_EVENTS];
    struct rv_arena *arena;
    struct rv_notices notices;
    struct rv_error err;
};

/* Channels of one rate, without segments yet; samples are zero. */
static inline void hand_begin(struct hand *hand, size_t channels, double rate_hz, size_t samples)
{
    memset(hand, 0, sizeof *hand);
    hand->arena = rv_arena_new();
    hand->notices.arena = hand->arena;
    for (size_t c = 0; c < channels; c++) {
        hand->samples[c] = rv_arena_alloc(hand->arena, samples, sizeof(double));
        hand->pointers[c] = hand->samples[c];
        hand->channels[c] = (struct rv_channel){.label = c == 0 ? "R APB" : "STIM",
                                                .unit = "uV",
                                                .calibrated = c == 0,
                                                .rate_hz = rate_hz,
                                                .minimum = (double)NAN,
                                                .maximum = (double)NAN,
                                                .resolution = (double)NAN,
                                                .prefilter = "",
                                                .transducer = "",
                                                .is_trigger = c > 0};
    }
    hand->recording = (struct rv_recording){.facts = {.record_s = (double)NAN},
                                            .channels = hand->channels,
                                            .channel_count = channels,
                                            .samples = hand->pointers,
                                            .segments = hand->segments,
                                            .events = hand->events,
                                            .arena = hand->arena};
}

static inline void hand_segment(struct hand *hand, double start_s, size_t samples)
{
    size_t s = hand->recording.segment_count++;
    for (size_t c = 0; c < hand->recording.channel_count; c++) {
        hand->first[s][c] = s == 0 ? 0 : hand->first[s - 1][c] + hand->count[s - 1][c];
        hand->count[s][c] = samples;
    }
    hand->segments[s] = (struct rv_segment){start_s, hand->first[s], hand->count[s]};
}

static inline void hand_event(struct hand *hand, double time_s, const char *text)
{
    hand->events[hand->recording.event_count++] =
        (struct rv_event){.kind = text == NULL ? RV_EVENT_STIMULUS : RV_EVENT_NOTE,
                          .time_s = time_s,
                          .duration_s = (double)NAN,
                          .text = text == NULL ? "" : text,
                          .intensity_ma = (double)NAN,
                          .intensity_v = (double)NAN};
}

static inline void hand_end(struct hand *hand)
{
    rv_notices_finish(&hand->notices);
    rv_arena_free(hand->arena);
}

static inline struct rv_epoch_request hand_request(double from_ms, double to_ms)
{
    return (struct rv_epoch_request){.polarity = RV_G1_POSITIVE,
                                     .from_ms = from_ms,
                                     .to_ms = to_ms,
                                     .scale = 1.0,
                                     .calibrated = true,
                                     .reject_ratio = 6.0};
}

/* White noise of a fixed sequence, uniform with SD 1 (a linear congruential generator). */
static inline double hand_noise(unsigned long *state)
{
    *state = (*state * 1103515245UL + 12345UL) & 0x7fffffffUL;
    return ((double)*state / 2147483648.0 - 0.5) * 3.4641016151377544;
}

#endif
