/* SPDX-License-Identifier: GPL-3.0-or-later
 * One response of a stream while it is being examined: its last windows, their running average,
 * and what can be advised from it.
 */
#ifndef RV_SESSION_STREAM_LIVE_H
#define RV_SESSION_STREAM_LIVE_H

#include "base/arena.h"
#include "base/notice.h"
#include "base/waveform.h"
#include "condition/mains.h"
#include "epoch/kept.h"
#include "reference/temperature.h"
#include "session/stream_numbers.h"

#include <ranvier/reference.h>
#include <ranvier/settings.h>
#include <ranvier/stream.h>

enum { RV_LIVE_SWEEPS = 64 }; /* windows kept for the running average */

struct rv_live {
    struct rv_live *next;
    size_t channel;
    const char *text; /* of the stimuli, as they came */
    struct rv_response response;
    bool carried;       /* its temperature is one that was said of another response of the limb */
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
    double noise_uv;               /* of a single sweep, as measured last */
    uint64_t told;                 /* bits of advice given */
    size_t told_sweeps;            /* all that were said to be needed */
    double told_current;
    size_t told_stimuli;            /* of F-waves: how many were asked for */
    bool stable;                    /* its values will not change much any more */
    size_t settled_sweeps;          /* sweep_count when it was settled; 0: not yet */
    struct rv_measurement running;  /* of late responses and trains; response NULL: not yet */
    struct rv_measurement examined; /* as it was settled; response NULL: not yet */
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
    const struct rv_study *study; /* patient, visit and temperatures */
    const struct rv_reference *reference;
    const struct rv_temperature_policy *policy;
    const struct rv_stream_numbers *numbers;
    rv_stream_function *function;
    void *to;
    struct rv_arena *arena, *scratch; /* of one response, cleared for the next */
};

/* Tells a sweep at once, measured at the marks that are known. */
void rv_live_sweep(struct rv_live *live, const struct rv_live_context *context,
                   const struct rv_live_window *window);
/* Adds its window, and tells running response and advice. What was measured comes back, without
 * trace and sweeps; its response is NULL where nothing was. */
enum rv_status rv_live_response(struct rv_live *live, const struct rv_live_context *context,
                                const struct rv_live_window *window,
                                struct rv_measurement *measurement, struct rv_error *err);
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

/* A measurement of the response with nothing in it. */
struct rv_measurement rv_live_blank(const struct rv_live *live);
/* F, H, blink, repetitive: the kept windows measured as those of a file are, and advice. `found`
 * is false where nothing could be measured yet. */
enum rv_status rv_live_late(struct rv_live *live, const struct rv_live_context *context,
                            struct rv_arena *arena, struct rv_notices *notices,
                            struct rv_measurement *measurement, bool *found, struct rv_error *err);
/* Measures what is kept as the report will: the strongest stimuli of a recruitment series, with the
 * limit of the amplitude known; late responses are measured so already. Fills live->examined. */
enum rv_status rv_live_settle(struct rv_live *live, const struct rv_live_context *context,
                              struct rv_error *err);

#endif
