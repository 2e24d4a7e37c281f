/* SPDX-License-Identifier: GPL-3.0-or-later
 * The structs that pass between the measuring stages: sweeps of one response, and its marks.
 */
#ifndef RV_BASE_WAVEFORM_H
#define RV_BASE_WAVEFORM_H

#include "base/arena.h"

#include <ranvier/result.h>

/* Sweeps cut around their stimuli, all of one rate and length. Samples are microvolt (counts where
 * not calibrated), positive when G1 is positive. Time of sample i is
 * rv_sample_ms(start_ms, rate_hz, i). Everything lives in the arena it was made in. */
struct rv_sweeps {
    double rate_hz;
    double start_ms; /* of sample 0 after the leading edge of the stimulus; negative: before */
    size_t sample_count;
    size_t sweep_count;
    const double *samples;    /* sweep-major */
    const bool *rejected;     /* of sweep_count */
    size_t used_count;        /* sweeps not rejected */
    size_t left_out_count;    /* stimuli without a sweep: over a gap or beyond the ends */
    const double *intensity;  /* of sweep_count; NaN unknown */
    const double *average;    /* of the used sweeps */
    const double *average_sd; /* standard error of each sample of the average from the spread of
                                 the sweeps; NULL with fewer than 2 */
    bool calibrated;
    bool clipped;                  /* some sample at the converter's limit inside the window */
    const unsigned char *plateaus; /* of sweep_count: rv_mark_plateaus; NULL: not looked for */
    double clip_low, clip_high;    /* limits of the converter; NaN unknown */
    double resolution;             /* one converter step; NaN unknown */
    double jitter_ms;              /* SD of marker against artefact; NaN unknown */
    double offset_ms;              /* mean of artefact minus marker; NaN unknown */
    double stimulus_se_ms;         /* uncertainty of t = 0 in the average: rounding and jitter */
    double mains_se_uv;            /* SD of what mains subtraction may have left; 0: none done */
};

/* The one place where an index becomes a time. */
static inline double rv_sample_ms(double start_ms, double rate_hz, double index)
{
    return start_ms + 1000.0 * index / rate_hz;
}

static inline double rv_sample_index(double start_ms, double rate_hz, double ms)
{
    return (ms - start_ms) * rate_hz / 1000.0;
}

/* What the detector is told of a response. */
struct rv_mark_request {
    enum rv_kind kind;     /* RV_MOTOR: CMAP; RV_SENSORY, RV_MIXED: SNAP */
    double search_from_ms; /* NaN: the default of methods.md */
    double search_to_ms;
    bool subtract_tail;
    double limit_uv;          /* amplitude of the reference limit, for "absent"; NaN unknown */
    struct rv_arena *scratch; /* cleared and used; NULL: one is made for the call */
};

/* A marked compound potential. Values carry their standard errors; amplitudes are microvolt and
 * areas microvolt x ms here whatever the kind. */
struct rv_compound {
    enum rv_validity presence; /* RV_MEASURED, RV_ABSENT or RV_NOT_MEASURABLE */
    const char *presence_reason;
    struct rv_mark marks[RV_MARK_COUNT];
    struct rv_value amplitude_uv;
    struct rv_value peak_to_peak_uv;
    struct rv_value negative_duration_ms;
    struct rv_value total_duration_ms;
    struct rv_value negative_area_uvms;
    double noise_uv; /* SD of the average */
    double snr_db;
    double detectable_uv; /* the smallest amplitude that would have been seen */
    uint64_t flags;
    const double *tail; /* fitted tail + baseline at each sample; NULL: only a level */
    double baseline_uv;
};

#endif
