/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a case of the simulator is: a patient in words and tables, and for each recording the nerve,
 * its stretches and what is wrong with them.
 */
#ifndef RV_SIMULATE_CASE_H
#define RV_SIMULATE_CASE_H

#include "simulate/response.h"

#include <ranvier/simulate.h>

enum { RV_STRETCH_MAX = 5 };

/* A stretch of nerve, from the recording electrode on. */
struct rv_stretch {
    double length_mm;
    double slowing;        /* factor of the velocity; 0 is written for 1 */
    double dispersion;     /* see rv_path_segment */
    double blocked;        /* part of the axons */
    const char *stimulate; /* site at its proximal end; NULL: only passed */
    double intensity_ma;   /* that was used there */
};

/* One recording: a muscle or a cutaneous nerve on one side. */
struct rv_case_nerve {
    enum rv_kind kind; /* RV_MOTOR, RV_SENSORY, RV_F_WAVE, RV_H_REFLEX */
    const char *nerve;
    enum rv_side side;
    const char *record;
    double amplitude;     /* of the healthy response, mV or uV */
    double axon_m_s;      /* fastest axon */
    double lost;          /* part of the axons that are dead */
    double reinnervation; /* see rv_motor_model */
    double terminal_ms;   /* 0: as the anatomy says */
    size_t sweeps;        /* for each site; 0: 10 (20 for F) */
    double persistence;   /* F: mean part of sweeps with a response */
    double temperature_c; /* 0: not said for this response */
    const char *note;
    struct rv_stretch stretches[RV_STRETCH_MAX]; /* length 0 ends them */
};

struct rv_case {
    struct rv_simulate_case facts;
    const char *patient;                /* field of EDF+: "SIM0001 F X X" */
    const char *study_json;             /* whole text; NULL: the recording stands alone */
    const char *needle_tsv;             /* NULL: none */
    const struct rv_case *earlier;      /* written into the folder "earlier"; NULL */
    const struct rv_case_nerve *nerves; /* the last has no name */
    bool single_record;                 /* one averaged EDF+D record a site, as EDF+ section 3.7 */
};

extern const struct rv_case *const rv_cases[]; /* NULL at the end */
extern const struct rv_case rv_case_normal_arm, rv_case_carpal_tunnel, rv_case_ulnar_elbow,
    rv_case_l5_radiculopathy, rv_case_axonal_polyneuropathy, rv_case_motor_edf_d,
    rv_case_normal_leg, rv_case_s1_radiculopathy, rv_case_cidp_like;

/* Anatomy under the electrodes at a recording site; false: the simulator has none for it. */
bool rv_anatomy_motor(const char *record, struct rv_motor_model *model);
bool rv_anatomy_sensory(const char *nerve, const char *record, struct rv_sensory_model *model);

#endif
