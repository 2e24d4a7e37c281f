/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cases of the arm. Invented patients; every number of a study that a laboratory would measure
 * comes out of the simulation.
 */
#include "simulate/case.h"

/* Stretches of healthy arms (mm): distal distances of the NDTF set. */
#define MEDIAN_MOTOR                                               \
    {.length_mm = 80, .stimulate = "wrist", .intensity_ma = 18},   \
    {                                                              \
        .length_mm = 220, .stimulate = "elbow", .intensity_ma = 24 \
    }
#define ULNAR_MOTOR                                                         \
    {.length_mm = 80, .stimulate = "wrist", .intensity_ma = 20},            \
        {.length_mm = 200, .stimulate = "below elbow", .intensity_ma = 26}, \
    {                                                                       \
        .length_mm = 100, .stimulate = "above elbow", .intensity_ma = 28    \
    }
#define FINGER_WRIST                                               \
    {                                                              \
        .length_mm = 140, .stimulate = "wrist", .intensity_ma = 12 \
    }
#define RADIAL_THUMB                                                 \
    {                                                                \
        .length_mm = 100, .stimulate = "forearm", .intensity_ma = 12 \
    }
#define WRIST_TO_CORD(speed)                                     \
    {.length_mm = 80, .stimulate = "wrist", .intensity_ma = 22}, \
    {                                                            \
        .length_mm = 660, .slowing = (speed)                     \
    }

/* --- normal_arm ---------------------------------------------------------------------------- */

static const struct rv_case_nerve normal_arm[] = {
    {.kind = RV_MOTOR,
     .nerve = "median",
     .side = RV_RIGHT,
     .record = "APB",
     .amplitude = 10.2,
     .axon_m_s = 58,
     .stretches = {MEDIAN_MOTOR}},
    {.kind = RV_F_WAVE,
     .nerve = "median",
     .side = RV_RIGHT,
     .record = "APB",
     .amplitude = 10.2,
     .axon_m_s = 58,
     .persistence = 0.9,
     .stretches = {WRIST_TO_CORD(1)}},
    {.kind = RV_MOTOR,
     .nerve = "ulnar",
     .side = RV_RIGHT,
     .record = "ADM",
     .amplitude = 11.6,
     .axon_m_s = 61,
     .stretches = {ULNAR_MOTOR}},
    {.kind = RV_F_WAVE,
     .nerve = "ulnar",
     .side = RV_RIGHT,
     .record = "ADM",
     .amplitude = 11.6,
     .axon_m_s = 61,
     .persistence = 0.9,
     .stretches = {WRIST_TO_CORD(1)}},
    {.kind = RV_SENSORY,
     .nerve = "median",
     .side = RV_RIGHT,
     .record = "D2",
     .amplitude = 42,
     .axon_m_s = 61,
     .stretches = {FINGER_WRIST}},
    {.kind = RV_SENSORY,
     .nerve = "ulnar",
     .side = RV_RIGHT,
     .record = "D5",
     .amplitude = 36,
     .axon_m_s = 60,
     .stretches = {FINGER_WRIST}},
    {.kind = RV_SENSORY,
     .nerve = "radial",
     .side = RV_RIGHT,
     .record = "thumb base",
     .amplitude = 32,
     .axon_m_s = 62,
     .stretches = {RADIAL_THUMB}},
    {0},
};

const struct rv_case rv_case_normal_arm = {
    .facts = {"normal_arm", "right arm of a healthy person: median, ulnar, radial, F-waves"},
    .patient = "SIM0001 F X X",
    .study_json = "{\n"
                  "  \"format\": \"ranvier-study\", \"version\": 1,\n"
                  "  \"patient\": { \"id\": \"SIM0001\", \"age_years\": 42, \"sex\": \"female\", "
                  "\"height_cm\": 168, \"weight_kg\": 62 },\n"
                  "  \"visit\": { \"date\": \"2026-03-02\", \"laboratory\": \"Ranvier simulator\", "
                  "\"question\": \"healthy volunteer\" },\n"
                  "  \"temperature_c\": { \"hand_right\": 32.8 }\n"
                  "}\n",
    .nerves = normal_arm,
};

/* --- carpal_tunnel ------------------------------------------------------------------------- */

/* The tunnel lies between the wrist and the palm: the motor stretch of 80 mm runs through it, of
 * the sensory one the half next to the wrist. */
static const struct rv_case_nerve carpal_tunnel[] = {
    {.kind = RV_MOTOR,
     .nerve = "median",
     .side = RV_RIGHT,
     .record = "APB",
     .amplitude = 9.5,
     .axon_m_s = 57,
     .lost = 0.3,
     .reinnervation = 0.2,
     .stretches = {{.length_mm = 80,
                    .slowing = 0.40,
                    .dispersion = 0.12,
                    .stimulate = "wrist",
                    .intensity_ma = 24},
                   {.length_mm = 225, .stimulate = "elbow", .intensity_ma = 28}}},
    {.kind = RV_MOTOR,
     .nerve = "median",
     .side = RV_LEFT,
     .record = "APB",
     .amplitude = 9.8,
     .axon_m_s = 57,
     .stretches = {{.length_mm = 80, .slowing = 0.85, .stimulate = "wrist", .intensity_ma = 20},
                   {.length_mm = 220, .stimulate = "elbow", .intensity_ma = 25}}},
    {.kind = RV_MOTOR,
     .nerve = "ulnar",
     .side = RV_RIGHT,
     .record = "ADM",
     .amplitude = 10.8,
     .axon_m_s = 60,
     .stretches = {ULNAR_MOTOR}},
    {.kind = RV_SENSORY,
     .nerve = "median",
     .side = RV_RIGHT,
     .record = "D2",
     .amplitude = 34,
     .axon_m_s = 60,
     .lost = 0.45,
     .stretches = {{.length_mm = 70},
                   {.length_mm = 70,
                    .slowing = 0.48,
                    .dispersion = 0.12,
                    .stimulate = "wrist",
                    .intensity_ma = 16}}},
    {.kind = RV_SENSORY,
     .nerve = "median",
     .side = RV_LEFT,
     .record = "D2",
     .amplitude = 34,
     .axon_m_s = 60,
     .stretches = {{.length_mm = 70},
                   {.length_mm = 70, .slowing = 0.9, .stimulate = "wrist", .intensity_ma = 13}}},
    {.kind = RV_SENSORY,
     .nerve = "ulnar",
     .side = RV_RIGHT,
     .record = "D5",
     .amplitude = 30,
     .axon_m_s = 59,
     .stretches = {FINGER_WRIST}},
    {.kind = RV_SENSORY,
     .nerve = "radial",
     .side = RV_RIGHT,
     .record = "thumb base",
     .amplitude = 28,
     .axon_m_s = 61,
     .stretches = {RADIAL_THUMB}},
    {0},
};

const struct rv_case rv_case_carpal_tunnel = {
    .facts = {"carpal_tunnel",
              "right median nerve slowed in the carpal tunnel with some axon loss; left spared"},
    .patient = "SIM0002 F X X",
    .study_json = "{\n"
                  "  \"format\": \"ranvier-study\", \"version\": 1,\n"
                  "  \"patient\": { \"id\": \"SIM0002\", \"age_years\": 53, \"sex\": \"female\", "
                  "\"height_cm\": 164, \"weight_kg\": 71 },\n"
                  "  \"visit\": { \"date\": \"2026-03-02\", \"symptom_onset\": \"2025-06-01\", "
                  "\"symptom_side\": \"right\", \"suspected_roots\": [\"C6\", \"C7\"],\n"
                  "             \"laboratory\": \"Ranvier simulator\", "
                  "\"question\": \"numb thumb and index finger at night; C6 radiculopathy?\" },\n"
                  "  \"temperature_c\": { \"hand_right\": 32.5, \"hand_left\": 32.6 }\n"
                  "}\n",
    .needle_tsv =
        "muscle\tside\tfibrillations\tsharp_waves\tfasciculations\tmup_duration\tmup_amplitude\t"
        "polyphasia\trecruitment\n"
        "APB\tright\t0\t0\t0\tlong\tlarge\tnormal\tmildly reduced\n"
        "pronator teres\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
        "FDI\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
        "EDC\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
        "triceps\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
        "biceps\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
        "deltoid\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
        "cervical paraspinals\tright\t0\t0\t0\tn/a\tn/a\tn/a\tn/a\n",
    .nerves = carpal_tunnel,
};

/* --- ulnar_elbow --------------------------------------------------------------------------- */

static const struct rv_case_nerve ulnar_elbow[] = {
    {.kind = RV_MOTOR,
     .nerve = "ulnar",
     .side = RV_RIGHT,
     .record = "ADM",
     .amplitude = 10.5,
     .axon_m_s = 60,
     .lost = 0.2,
     .reinnervation = 0.1,
     .stretches = {{.length_mm = 80, .stimulate = "wrist", .intensity_ma = 20},
                   {.length_mm = 210, .stimulate = "below elbow", .intensity_ma = 26},
                   {.length_mm = 100,
                    .slowing = 0.55,
                    .dispersion = 0.05,
                    .blocked = 0.35,
                    .stimulate = "above elbow",
                    .intensity_ma = 30}}},
    {.kind = RV_MOTOR,
     .nerve = "ulnar",
     .side = RV_LEFT,
     .record = "ADM",
     .amplitude = 11.2,
     .axon_m_s = 60,
     .stretches = {ULNAR_MOTOR}},
    {.kind = RV_MOTOR,
     .nerve = "median",
     .side = RV_RIGHT,
     .record = "APB",
     .amplitude = 9.4,
     .axon_m_s = 56,
     .stretches = {MEDIAN_MOTOR}},
    {.kind = RV_SENSORY,
     .nerve = "ulnar",
     .side = RV_RIGHT,
     .record = "D5",
     .amplitude = 30,
     .axon_m_s = 58,
     .lost = 0.7,
     .stretches = {FINGER_WRIST}},
    {.kind = RV_SENSORY,
     .nerve = "ulnar",
     .side = RV_LEFT,
     .record = "D5",
     .amplitude = 30,
     .axon_m_s = 58,
     .stretches = {FINGER_WRIST}},
    {.kind = RV_SENSORY,
     .nerve = "median",
     .side = RV_RIGHT,
     .record = "D2",
     .amplitude = 34,
     .axon_m_s = 59,
     .stretches = {FINGER_WRIST}},
    {0},
};

const struct rv_case rv_case_ulnar_elbow = {
    .facts = {"ulnar_elbow",
              "right ulnar nerve at the elbow: slowing, partial block, axon loss; left spared"},
    .patient = "SIM0003 M X X",
    .study_json = "{\n"
                  "  \"format\": \"ranvier-study\", \"version\": 1,\n"
                  "  \"patient\": { \"id\": \"SIM0003\", \"age_years\": 57, \"sex\": \"male\", "
                  "\"height_cm\": 178, \"weight_kg\": 80 },\n"
                  "  \"visit\": { \"date\": \"2026-03-02\", \"symptom_onset\": \"2025-10-15\", "
                  "\"symptom_side\": \"right\", \"suspected_roots\": [\"C8\"],\n"
                  "             \"laboratory\": \"Ranvier simulator\", "
                  "\"question\": \"numb little finger, weak grip; C8 radiculopathy?\" },\n"
                  "  \"temperature_c\": { \"hand_right\": 32.4, \"hand_left\": 32.2 }\n"
                  "}\n",
    .needle_tsv =
        "muscle\tside\tfibrillations\tsharp_waves\tfasciculations\tmup_duration\tmup_amplitude\t"
        "polyphasia\trecruitment\n"
        "FDI\tright\t1+\t1+\t0\tnormal\tnormal\tincreased\treduced\n"
        "ADM\tright\t1+\t1+\t0\tnormal\tnormal\tincreased\treduced\n"
        "FCU\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
        "APB\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
        "EIP\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
        "triceps\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
        "cervical paraspinals\tright\t0\t0\t0\tn/a\tn/a\tn/a\tn/a\n",
    .nerves = ulnar_elbow,
};

/* --- motor_edf_d --------------------------------------------------------------------------- */

static const struct rv_case_nerve motor_edf_d[] = {
    {.kind = RV_MOTOR,
     .nerve = "median",
     .side = RV_RIGHT,
     .record = "APB",
     .amplitude = 7.3,
     .axon_m_s = 56,
     .terminal_ms = 2.15,
     .stretches = {{.length_mm = 65, .stimulate = "wrist", .intensity_ma = 8.2},
                   {.length_mm = 220, .stimulate = "elbow", .intensity_ma = 15.3}}},
    {0},
};

const struct rv_case rv_case_motor_edf_d = {
    .facts = {"motor_edf_d",
              "one EDF+D recording as in section 3.7 of the standard: median nerve, wrist, elbow"},
    .patient = "SIM0006 F X X",
    .nerves = motor_edf_d,
    .single_record = true,
};

/* --- cidp_like ----------------------------------------------------------------------------- */

#define SLOW(mm, speed, wide, block, where, current)                                     \
    {                                                                                    \
        .length_mm = (mm), .slowing = (speed), .dispersion = (wide), .blocked = (block), \
        .stimulate = (where), .intensity_ma = (current)                                  \
    }

static const struct rv_case_nerve cidp_like[] = {
    {.kind = RV_MOTOR,
     .nerve = "median",
     .side = RV_RIGHT,
     .record = "APB",
     .amplitude = 8.5,
     .axon_m_s = 57,
     .lost = 0.2,
     .stretches = {SLOW(80, 0.30, 0.25, 0.1, "wrist", 40),
                   SLOW(220, 0.52, 0.25, 0.4, "elbow", 55)}},
    {.kind = RV_F_WAVE,
     .nerve = "median",
     .side = RV_RIGHT,
     .record = "APB",
     .amplitude = 8.5,
     .axon_m_s = 57,
     .lost = 0.2,
     .persistence = 0.6,
     .stretches = {SLOW(80, 0.30, 0.25, 0.1, "wrist", 40), {.length_mm = 670, .slowing = 0.65}}},
    {.kind = RV_MOTOR,
     .nerve = "ulnar",
     .side = RV_RIGHT,
     .record = "ADM",
     .amplitude = 9.5,
     .axon_m_s = 60,
     .lost = 0.2,
     .stretches = {SLOW(80, 0.32, 0.25, 0.1, "wrist", 40),
                   SLOW(205, 0.50, 0.30, 0.2, "below elbow", 55),
                   SLOW(100, 0.50, 0.20, 0.35, "above elbow", 60)}},
    {.kind = RV_MOTOR,
     .nerve = "tibial",
     .side = RV_RIGHT,
     .record = "AH",
     .amplitude = 9,
     .axon_m_s = 48,
     .lost = 0.4,
     .stretches = {SLOW(80, 0.40, 0.25, 0.1, "ankle", 45),
                   SLOW(400, 0.60, 0.25, 0.4, "popliteal fossa", 70)}},
    {.kind = RV_SENSORY,
     .nerve = "median",
     .side = RV_RIGHT,
     .record = "D2",
     .amplitude = 30,
     .axon_m_s = 58,
     .lost = 0.7,
     .stretches = {SLOW(140, 0.7, 0.2, 0, "wrist", 20)}},
    {.kind = RV_SENSORY,
     .nerve = "radial",
     .side = RV_RIGHT,
     .record = "thumb base",
     .amplitude = 26,
     .axon_m_s = 60,
     .lost = 0.4,
     .stretches = {SLOW(100, 0.8, 0.1, 0, "forearm", 18)}},
    {.kind = RV_SENSORY,
     .nerve = "sural",
     .side = RV_RIGHT,
     .record = "ankle",
     .amplitude = 15,
     .axon_m_s = 52,
     .stretches = {SLOW(140, 0.95, 0, 0, "calf", 14)}},
    {0},
};

const struct rv_case rv_case_cidp_like = {
    .facts = {"cidp_like", "acquired demyelination: slowing, dispersion, blocks, spared sural"},
    .patient = "SIM0009 M X X",
    .study_json = "{\n"
                  "  \"format\": \"ranvier-study\", \"version\": 1,\n"
                  "  \"patient\": { \"id\": \"SIM0009\", \"age_years\": 49, \"sex\": \"male\", "
                  "\"height_cm\": 177, \"weight_kg\": 84 },\n"
                  "  \"visit\": { \"date\": \"2026-03-02\", \"symptom_onset\": \"2025-09-01\", "
                  "\"symptom_side\": \"both\", \"laboratory\": \"Ranvier simulator\",\n"
                  "             \"question\": \"weakness of arms and legs for six months\" },\n"
                  "  \"temperature_c\": { \"hand_right\": 32.7, \"foot_right\": 31.4 }\n"
                  "}\n",
    .nerves = cidp_like,
};
