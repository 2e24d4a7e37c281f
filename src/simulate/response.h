/* SPDX-License-Identifier: GPL-3.0-or-later
 * Responses of travelling action potentials: a muscle as a pool of motor units (CMAP, F-wave,
 * H-reflex) and a cutaneous nerve as a bundle of fibres (SNAP). Model: docs/methods/simulator.md.
 */
#ifndef RV_SIMULATE_RESPONSE_H
#define RV_SIMULATE_RESPONSE_H

#include "base/arena.h"
#include "simulate/random.h"

enum { RV_PATH_MAX = 6 };

/* A noise-free signal after the stimulus (t = 0), microvolt, G1 positive. */
struct rv_wave {
    double rate_hz;
    size_t count;
    double *uv;
};

/* A stretch of nerve. */
struct rv_path_segment {
    double length_mm;
    double slowing;    /* of every axon's velocity here; 1: none, 0.5: half */
    double dispersion; /* further slowing by a factor 1 + dispersion x |normal number| */
    double blocked;    /* part of the axons that do not conduct through it */
};

/* From the recording electrode to the cathode, distal stretch first. */
struct rv_path {
    struct rv_path_segment segments[RV_PATH_MAX];
    size_t count;
};

/* --- muscle -------------------------------------------------------------------------------- */

struct rv_motor_model {
    size_t unit_count;
    size_t fibre_count;                 /* muscle fibres that stand for those of a unit */
    double amplitude_mv;                /* of the whole healthy pool over an undiseased path */
    double proximal_mm, distal_mm;      /* length of a fibre on either side of its end-plate */
    double endplate_mm, endplate_sd_mm; /* place against G1 (positive: towards G2) */
    double depth_mm, depth_sd_mm;       /* of a fibre under the skin electrode */
    double reference_mm;                /* G2 after G1 */
    double fibre_m_s;                   /* conduction velocity of muscle fibres */
    double axon_m_s;                    /* of the fastest motor axon */
    double axon_spread;                 /* the slowest conducts at axon_m_s x (1 - spread) */
    double terminal_ms;                 /* end branches and synapse, fastest unit */
    double terminal_sd_ms;
    double size_ratio;    /* largest to smallest unit */
    double surviving;     /* part of the axons that are alive */
    double reinnervation; /* 0: lost fibres stay lost; 1: survivors take all they can (x 4) */
};

struct rv_unit {
    double axon_m_s, terminal_ms, size;
    double lag[RV_PATH_MAX];    /* |normal| numbers of the dispersion in each segment */
    double chance[RV_PATH_MAX]; /* uniform: blocked where below the segment's part */
    double threshold;           /* uniform: electrical threshold, large axons low */
    bool alive;
    const double *potential; /* of template_count samples, from the arrival at the end-plates */
};

struct rv_pool {
    struct rv_motor_model model;
    double rate_hz;
    size_t template_count;
    struct rv_unit *units;
    size_t unit_count;
    double scale;
};

/* Units of one muscle; everything lies in the arena. */
enum rv_status rv_pool_make(const struct rv_motor_model *model, double rate_hz, uint64_t seed,
                            struct rv_arena *arena, struct rv_pool *pool, struct rv_error *err);
/* How many times a living unit has grown by reinnervation. */
double rv_pool_growth(const struct rv_pool *pool);
/* When unit i arrives at its end-plates, ms; NaN when it is dead or blocked on the way. */
double rv_pool_arrival_ms(const struct rv_pool *pool, size_t unit, const struct rv_path *path);
/* Adds the potential of unit i that arrives at `arrival_ms`, `part` times. */
void rv_pool_add_unit(const struct rv_pool *pool, size_t unit, double arrival_ms, double part,
                      struct rv_wave *wave);
/* The CMAP of all living units over a path, added to the wave. */
void rv_pool_add_response(const struct rv_pool *pool, const struct rv_path *path,
                          struct rv_wave *wave);

/* --- nerve --------------------------------------------------------------------------------- */

struct rv_sensory_model {
    size_t class_count;  /* classes of fibres by velocity */
    double amplitude_uv; /* baseline to negative peak of the healthy nerve */
    double axon_m_s;     /* fastest fibre */
    double axon_spread;  /* the slowest class: axon_m_s x (1 - spread) */
    double depth_mm;     /* under G1 and beyond */
    double approach_mm;  /* depth where the nerve comes from (antidromic: palm, calf) */
    double reference_mm; /* G2 after G1, in the direction of the volley */
    double limb_mm;      /* radius of the finger or limb under the electrodes */
    double end_mm;       /* the fibres end so far behind G1 */
    double spike_ms;     /* time scale of the action potential */
    double surviving;
};

struct rv_bundle {
    struct rv_sensory_model model;
    double rate_hz;
    size_t class_count;
    double *axon_m_s, *weight;     /* of each class */
    double (*lag)[RV_PATH_MAX];    /* as of units */
    double (*chance)[RV_PATH_MAX]; /* blocked part is spread over the classes */
    double step_mm;                /* potentials are tabulated over the travel from G1 */
    double travel_from_mm;
    size_t travel_count;
    double *potential; /* class-major */
    double scale;
};

enum rv_status rv_bundle_make(const struct rv_sensory_model *model, double rate_hz, uint64_t seed,
                              struct rv_arena *arena, struct rv_bundle *bundle,
                              struct rv_error *err);
void rv_bundle_add_response(const struct rv_bundle *bundle, const struct rv_path *path,
                            struct rv_wave *wave);

/* --- what a response looks like exactly ------------------------------------------------------ */

/* Times are ms after the stimulus, voltages microvolt. NaN where the response has no such point. */
struct rv_truth {
    bool present;
    double onset_ms, negative_peak_ms, recovery_ms, positive_peak_ms, end_ms;
    double amplitude_uv, peak_to_peak_uv, negative_duration_ms, negative_area_uvms;
    bool initial_positivity; /* deeper than 5 % of the negative peak */
};

/* Of a noise-free wave from `from_ms` on. Onset = 1 % take-off. */
struct rv_truth rv_truth_find(const struct rv_wave *wave, double from_ms);

/* A wave of `duration_ms`, zero, in the arena. */
enum rv_status rv_wave_make(double rate_hz, double duration_ms, struct rv_arena *arena,
                            struct rv_wave *wave, struct rv_error *err);
/* Its value at any time (four-point Lagrange interpolation); 0 before the stimulus, and the last
 * value after its end. */
double rv_wave_value(const struct rv_wave *wave, double ms);
/* First-order high-pass and low-pass of an amplifier, in place, causal; 0: none. */
void rv_wave_amplify(struct rv_wave *wave, double high_pass_hz, double low_pass_hz);

#endif
