/* SPDX-License-Identifier: GPL-3.0-or-later
 * Trains of sweeps with known truth, of motor units that are nobody else's: potentials
 * x^3 exp(-x) (1 - x/4), whose area is zero, sizes over a range of 20, fast axons large.
 */
#ifndef TEST_LATE_SIMULATOR_H
#define TEST_LATE_SIMULATOR_H

#include "base/late.h"

enum { LATE_SWEEPS_MOST = 64 };

struct late_setup {
    double rate_hz, end_ms;
    size_t sweep_count;
    double m_uv;        /* of the direct response */
    double proximal_ms; /* from the cathode to the cord, fastest axon */
    double chance;      /* mean number of units that fire again in a sweep */
    double noise_uv;    /* amplifier, white */
    double emg_per_s;   /* background discharges */
    double emg_uv;      /* size of one */
    double a_wave_ms;   /* NaN: none; else in `a_wave_sweeps` of the sweeps */
    double a_wave_uv;
    size_t a_wave_sweeps;
    bool repeat; /* every third F repeats one subset of units */
    bool reflex; /* H series: intensity rises, reflex grows and shrinks */
    double h_ms; /* of the fastest unit after the cathode, whole loop */
    uint64_t seed;
};

struct late_truth {
    bool present;
    double onset_ms;     /* first time beyond 1 % of the negative peak */
    double peak_to_peak; /* uV, noise-free */
    double negative_uv;  /* negative peak */
    double m_negative_uv;
};

struct late_made {
    struct rv_sweeps sweeps;
    struct late_truth truth[LATE_SWEEPS_MOST];
};

/* Everything in the arena. */
void late_make(const struct late_setup *setup, struct rv_arena *arena, struct late_made *made);
struct late_setup late_arm(uint64_t seed);
struct late_setup late_leg(uint64_t seed);
struct late_setup late_reflex(uint64_t seed);

#endif
