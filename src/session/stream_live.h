/* SPDX-License-Identifier: GPL-3.0-or-later
 * One response of a stream while it is being examined: its last windows, their running average,
 * and what can be advised from it.
 */
#ifndef RV_SESSION_STREAM_LIVE_H
#define RV_SESSION_STREAM_LIVE_H

#include "base/arena.h"
#include "condition/mains.h"
#include "epoch/kept.h"

#include <ranvier/settings.h>
#include <ranvier/stream.h>

enum { RV_LIVE_SWEEPS = 64 }; /* windows kept for the running average */

struct rv_live {
    struct rv_live *next;
    size_t channel;
    const char *text; /* of the stimuli, as they came */
    struct rv_response response;
    bool named;         /* false: no label says what it is */
    const char *label;  /* words for people */
    size_t sweep_count; /* all that were told */
    size_t kept;        /* in the ring */
    size_t slot;        /* of the next window */
    size_t capacity;    /* samples of a slot */
    double *samples;    /* heap, RV_LIVE_SWEEPS slots */
    double start_s[RV_LIVE_SWEEPS], stimulus_s[RV_LIVE_SWEEPS], intensity[RV_LIVE_SWEEPS];
    size_t counts[RV_LIVE_SWEEPS]; /* samples of each window */
    struct rv_mains mains;         /* as estimated last */
    size_t mains_count;            /* estimates so far */
    struct rv_kept *rows;          /* the windows as they were cut last; NULL: not now */
    bool measured;                 /* the average has been measured; its marks: */
    double onset_ms, peak_ms;      /* NaN where it has none */
    uint64_t told;                 /* bits of advice given */
    size_t told_more;              /* sweeps that were said to be still needed */
    double told_current;
};

/* One window of the channel: samples from start_s on. */
struct rv_live_window {
    const double *samples;
    size_t count;
    double start_s, stimulus_s, intensity;
};

struct rv_live_context {
    const struct rv_settings *settings;
    const struct rv_channel *channels;
    rv_stream_function *function;
    void *to;
    struct rv_arena *arena, *scratch; /* of one response, cleared for the next */
};

/* Tells a sweep at once, measured at the marks that are known. */
void rv_live_sweep(struct rv_live *live, const struct rv_live_context *context,
                   const struct rv_live_window *window);
/* Adds its window, and tells running response and advice. */
enum rv_status rv_live_response(struct rv_live *live, const struct rv_live_context *context,
                                const struct rv_live_window *window, struct rv_error *err);
/* Advice from the running values; `amplitudes_uv` are of the kept sweeps in the ring's order. */
void rv_live_advise(struct rv_live *live, const struct rv_live_context *context,
                    const struct rv_measurement *measurement, const double *amplitudes_uv,
                    double noise_uv, double time_s);
/* After its hum was estimated anew: cleans what is kept, so that the next sweep need not wait. */
enum rv_status rv_live_renew(struct rv_live *live, const struct rv_live_context *context,
                             struct rv_error *err);
/* Another response of the channel is examined now: what can be made again is given up. */
void rv_live_rest(struct rv_live *live);
void rv_live_free(struct rv_live *live);

#endif
