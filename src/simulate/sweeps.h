/* SPDX-License-Identifier: GPL-3.0-or-later
 * The sweeps of one recording of a case, noise-free, with what is true of them.
 */
#ifndef RV_SIMULATE_SWEEPS_H
#define RV_SIMULATE_SWEEPS_H

#include "simulate/case.h"

enum { RV_SITES_MAX = 4 };

struct rv_made_sweep {
    size_t site; /* row of the recording */
    double intensity_ma;
    const char *text;        /* of its annotation */
    struct rv_wave response; /* as amplified */
    const struct rv_wave *artefact;
    struct rv_truth late;   /* F, H: of the late response alone */
    struct rv_truth direct; /* H: of the M-wave alone */
};

/* A row of responses.tsv. */
struct rv_made_site {
    const struct rv_stretch *stretch;
    double distance_mm;    /* from the recording electrode, over all stretches */
    double segment_mm;     /* to the next more distal site; NaN for the first */
    struct rv_truth truth; /* as recorded */
    struct rv_truth skin;  /* before the amplifier */
    double velocity_m_s;   /* that the true onsets give; NaN where it is not defined */
    struct rv_wave artefact;
};

struct rv_made_file {
    const struct rv_case_nerve *nerve;
    double rate_hz, before_ms, after_ms; /* of the recording, around each stimulus */
    double high_pass_hz, low_pass_hz;
    double pulse_ms;
    double noise_uv, mains_uv, drift_uv;
    double range_uv; /* of the converter, both ways */
    uint64_t seed;
    struct rv_made_site sites[RV_SITES_MAX];
    size_t site_count;
    struct rv_made_sweep *sweeps;
    size_t sweep_count;
};

/* Simulates one recording. RV_INTERNAL when the table of cases asks for an unknown site. */
enum rv_status rv_sweeps_make(const struct rv_case_nerve *nerve, uint64_t seed,
                              struct rv_arena *arena, struct rv_made_file *file,
                              struct rv_error *err);

/* Samples of the recording at time_s, time_s + 1 / rate ...: responses and artefacts of stimuli at
 * stimulus_s (one for each sweep), noise, mains and drift, before the converter. `stream` tells the
 * noise of pieces apart that do not follow one another. */
void rv_signal_render(const struct rv_made_file *file, const double *stimulus_s, double noise_scale,
                      uint64_t stream, double time_s, size_t count, double *uv);

#endif
