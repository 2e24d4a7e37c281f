/* SPDX-License-Identifier: GPL-3.0-or-later
 * A private generator of compound potentials with exactly known truth, for the tests of marking:
 * motor unit potentials of fibres that fire from an end plate to both tendons, nerve potentials of
 * a distribution of fibre velocities, amplifier, artefact, hum, drift, converter.
 */
#ifndef TESTS_MARK_SIMULATOR_H
#define TESTS_MARK_SIMULATOR_H

#include "base/waveform.h"

struct sim_random {
    uint64_t state;
};
double sim_uniform(struct sim_random *random);
double sim_gauss(struct sim_random *random);

enum sim_shape {
    SIM_HEALTHY,
    SIM_BLOCK,     /* most fibres do not conduct */
    SIM_DISPERSED, /* a wide velocity distribution */
    SIM_POSITIVE,  /* G1 off the end plates; SNAP: orthodromic */
    SIM_SMALL,     /* axon loss: few units, 0.1 mV */
    SIM_SLOW_RISE, /* few fast fibres lead a slow majority */
    SIM_NEIGHBOUR, /* a neighbouring muscle adds a later far wave */
    SIM_SLOW,      /* slow SNAP */
    SIM_SHAPE_COUNT
};

struct sim_case {
    uint64_t seed;
    enum rv_kind kind;
    enum sim_shape shape;
    double rate_hz;
    double amplitude_uv; /* of the negative peak; 0: no response */
    double noise_uv;     /* SD of the average */
    size_t sweep_count;
    double pre_ms, post_ms;
    double onset_ms;       /* of the fastest unit, about */
    double artefact_ratio; /* artefact at 0.5 ms to the amplitude (to 20 noise SD without one) */
    double hum_ratio;      /* hum amplitude in single sweeps to their noise SD */
    double drift_uv_ms;    /* slope */
    double shift_ms;       /* everything, also the truth, later by this */
    double highpass_hz, lowpass_hz;
    double resolution_uv; /* converter step; 0: none */
    double colour;        /* share of slow noise, 0-1 */
};

struct sim_truth {
    double onset_ms, peak_ms, recovery_ms, positive_peak_ms;
    double amplitude_uv, peak_to_peak_uv, duration_ms, area_uvms;
    bool positivity;
};

/* Everything lives in the arena. */
void sim_make(const struct sim_case *parameters, struct rv_arena *arena, struct rv_sweeps *sweeps,
              struct sim_truth *truth);
/* A random case of the given kind and SNR (of the average). */
struct sim_case sim_draw(struct sim_random *random, enum rv_kind kind, double rate_hz,
                         double snr_db);

#endif
