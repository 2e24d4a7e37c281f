/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cases of the leg. Invented patients; every number of a study that a laboratory would measure
 * comes out of the simulation.
 */
#include "simulate/case.h"

/* Stretches of healthy legs (mm): distal distances of the NDTF set. */
#define FIBULAR_MOTOR                                                              \
    {.length_mm = 80, .stimulate = "ankle", .intensity_ma = 28},                   \
        {.length_mm = 325, .stimulate = "below fibular head", .intensity_ma = 35}, \
    {                                                                              \
        .length_mm = 100, .stimulate = "popliteal fossa", .intensity_ma = 40       \
    }
#define TIBIAL_MOTOR                                                         \
    {.length_mm = 80, .stimulate = "ankle", .intensity_ma = 26},             \
    {                                                                        \
        .length_mm = 400, .stimulate = "popliteal fossa", .intensity_ma = 48 \
    }
#define SURAL                                                     \
    {                                                             \
        .length_mm = 140, .stimulate = "calf", .intensity_ma = 16 \
    }
#define ANKLE_TO_CORD(speed)                                                         \
    {.length_mm = 80, .stimulate = "ankle", .intensity_ma = 34}, {.length_mm = 830}, \
    {                                                                                \
        .length_mm = 200, .slowing = (speed)                                         \
    }
#define KNEE_TO_CORD(block)                                                                    \
    {.length_mm = 150, .stimulate = "popliteal fossa", .intensity_ma = 4}, {.length_mm = 480}, \
    {                                                                                          \
        .length_mm = 180, .blocked = (block)                                                   \
    }

/* --- normal_leg ---------------------------------------------------------------------------- */

static const struct rv_case_nerve normal_leg[] = {
    {.kind = RV_MOTOR,
     .nerve = "fibular",
     .side = RV_RIGHT,
     .record = "EDB",
     .amplitude = 6.2,
     .axon_m_s = 49,
     .stretches = {FIBULAR_MOTOR}},
    {.kind = RV_F_WAVE,
     .nerve = "fibular",
     .side = RV_RIGHT,
     .record = "EDB",
     .amplitude = 6.2,
     .axon_m_s = 49,
     .persistence = 0.7,
     .stretches = {ANKLE_TO_CORD(1)}},
    {.kind = RV_MOTOR,
     .nerve = "tibial",
     .side = RV_RIGHT,
     .record = "AH",
     .amplitude = 13,
     .axon_m_s = 49,
     .stretches = {TIBIAL_MOTOR}},
    {.kind = RV_F_WAVE,
     .nerve = "tibial",
     .side = RV_RIGHT,
     .record = "AH",
     .amplitude = 13,
     .axon_m_s = 49,
     .persistence = 0.97,
     .stretches = {ANKLE_TO_CORD(1)}},
    {.kind = RV_H_REFLEX,
     .nerve = "tibial",
     .side = RV_RIGHT,
     .record = "soleus",
     .amplitude = 18,
     .axon_m_s = 52,
     .stretches = {KNEE_TO_CORD(0)}},
    {.kind = RV_H_REFLEX,
     .nerve = "tibial",
     .side = RV_LEFT,
     .record = "soleus",
     .amplitude = 17,
     .axon_m_s = 52,
     .stretches = {KNEE_TO_CORD(0)}},
    {.kind = RV_SENSORY,
     .nerve = "sural",
     .side = RV_RIGHT,
     .record = "ankle",
     .amplitude = 17,
     .axon_m_s = 53,
     .stretches = {SURAL}},
    {.kind = RV_SENSORY,
     .nerve = "superficial fibular",
     .side = RV_RIGHT,
     .record = "ankle",
     .amplitude = 13,
     .axon_m_s = 53,
     .stretches = {SURAL}},
    {0},
};

const struct rv_case rv_case_normal_leg = {
    .facts = {"normal_leg",
              "right leg of a healthy person: fibular, tibial, sural, F-waves, H-reflexes"},
    .patient = "SIM0007 M X X",
    .study_json = "{\n"
                  "  \"format\": \"ranvier-study\", \"version\": 1,\n"
                  "  \"patient\": { \"id\": \"SIM0007\", \"age_years\": 38, \"sex\": \"male\", "
                  "\"height_cm\": 172, \"weight_kg\": 70 },\n"
                  "  \"visit\": { \"date\": \"2026-03-02\", \"laboratory\": \"Ranvier simulator\", "
                  "\"question\": \"healthy volunteer\" },\n"
                  "  \"temperature_c\": { \"foot_right\": 31.6, \"foot_left\": 31.5 }\n"
                  "}\n",
    .nerves = normal_leg,
};

/* --- l5_radiculopathy ---------------------------------------------------------------------- */

/* Motor axons are lost at the root, before the ganglion: EDB (L5, S1) loses much, AH (S1, S2)
 * little, sural and superficial fibular nerves nothing. */
static const struct rv_case_nerve l5_radiculopathy[] = {
    {.kind = RV_MOTOR,
     .nerve = "fibular",
     .side = RV_RIGHT,
     .record = "EDB",
     .amplitude = 5.8,
     .axon_m_s = 48,
     .lost = 0.68,
     .reinnervation = 0.1,
     .stretches = {FIBULAR_MOTOR}},
    {.kind = RV_MOTOR,
     .nerve = "fibular",
     .side = RV_LEFT,
     .record = "EDB",
     .amplitude = 5.6,
     .axon_m_s = 48,
     .stretches = {FIBULAR_MOTOR}},
    {.kind = RV_F_WAVE,
     .nerve = "fibular",
     .side = RV_RIGHT,
     .record = "EDB",
     .amplitude = 5.8,
     .axon_m_s = 48,
     .lost = 0.68,
     .reinnervation = 0.1,
     .persistence = 0.5,
     .stretches = {ANKLE_TO_CORD(0.8)}},
    {.kind = RV_MOTOR,
     .nerve = "tibial",
     .side = RV_RIGHT,
     .record = "AH",
     .amplitude = 12,
     .axon_m_s = 48,
     .lost = 0.08,
     .stretches = {TIBIAL_MOTOR}},
    {.kind = RV_MOTOR,
     .nerve = "tibial",
     .side = RV_LEFT,
     .record = "AH",
     .amplitude = 12,
     .axon_m_s = 48,
     .stretches = {TIBIAL_MOTOR}},
    {.kind = RV_H_REFLEX,
     .nerve = "tibial",
     .side = RV_RIGHT,
     .record = "soleus",
     .amplitude = 17,
     .axon_m_s = 52,
     .stretches = {KNEE_TO_CORD(0)}},
    {.kind = RV_H_REFLEX,
     .nerve = "tibial",
     .side = RV_LEFT,
     .record = "soleus",
     .amplitude = 17,
     .axon_m_s = 52,
     .stretches = {KNEE_TO_CORD(0)}},
    {.kind = RV_SENSORY,
     .nerve = "sural",
     .side = RV_RIGHT,
     .record = "ankle",
     .amplitude = 13,
     .axon_m_s = 51,
     .stretches = {SURAL}},
    {.kind = RV_SENSORY,
     .nerve = "superficial fibular",
     .side = RV_RIGHT,
     .record = "ankle",
     .amplitude = 11,
     .axon_m_s = 51,
     .stretches = {SURAL}},
    {.kind = RV_SENSORY,
     .nerve = "superficial fibular",
     .side = RV_LEFT,
     .record = "ankle",
     .amplitude = 11.5,
     .axon_m_s = 51,
     .stretches = {SURAL}},
    {0},
};

static const struct rv_case_nerve l5_earlier[] = {
    {.kind = RV_MOTOR,
     .nerve = "fibular",
     .side = RV_RIGHT,
     .record = "EDB",
     .amplitude = 5.8,
     .axon_m_s = 48,
     .lost = 0.30,
     .stretches = {FIBULAR_MOTOR}},
    {.kind = RV_SENSORY,
     .nerve = "superficial fibular",
     .side = RV_RIGHT,
     .record = "ankle",
     .amplitude = 11,
     .axon_m_s = 51,
     .stretches = {SURAL}},
    {0},
};

#define NEEDLE_HEADER                                                                         \
    "muscle\tside\tfibrillations\tsharp_waves\tfasciculations\tmup_duration\tmup_amplitude\t" \
    "polyphasia\trecruitment\n"

static const struct rv_case l5_before = {
    .facts = {"l5_radiculopathy", "five weeks after onset, before the injection"},
    .patient = "SIM0004 F X X",
    .study_json = "{\n"
                  "  \"format\": \"ranvier-study\", \"version\": 1,\n"
                  "  \"patient\": { \"id\": \"SIM0004\", \"age_years\": 54, \"sex\": \"female\", "
                  "\"height_cm\": 168, \"weight_kg\": 66 },\n"
                  "  \"visit\": { \"date\": \"2025-12-29\", \"symptom_onset\": \"2025-11-20\", "
                  "\"symptom_side\": \"right\", \"suspected_roots\": [\"L5\"],\n"
                  "             \"laboratory\": \"Ranvier simulator\", "
                  "\"question\": \"right leg pain, weak big toe\" },\n"
                  "  \"temperature_c\": { \"foot_right\": 31.3 }\n"
                  "}\n",
    .needle_tsv =
        NEEDLE_HEADER "tibialis anterior\tright\t1+\t1+\t0\tnormal\tnormal\tnormal\treduced\n"
                      "EHL\tright\t1+\t1+\t0\tnormal\tnormal\tnormal\treduced\n"
                      "gastrocnemius medial\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
                      "vastus lateralis\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
                      "lumbar paraspinals\tright\t2+\t2+\t0\tn/a\tn/a\tn/a\tn/a\n",
    .nerves = l5_earlier,
};

const struct rv_case rv_case_l5_radiculopathy = {
    .facts = {"l5_radiculopathy",
              "right L5 root, axon loss that has progressed after a failed injection"},
    .patient = "SIM0004 F X X",
    .study_json =
        "{\n"
        "  \"format\": \"ranvier-study\", \"version\": 1,\n"
        "  \"patient\": { \"id\": \"SIM0004\", \"age_years\": 54, \"sex\": \"female\", "
        "\"height_cm\": 168, \"weight_kg\": 66, \"leg_length_cm\": 84 },\n"
        "  \"visit\": { \"date\": \"2026-03-02\", \"symptom_onset\": \"2025-11-20\", "
        "\"symptom_side\": \"right\", \"suspected_roots\": [\"L5\", \"S1\"],\n"
        "             \"laboratory\": \"Ranvier simulator\", "
        "\"question\": \"right leg pain, injection failed\" },\n"
        "  \"temperature_c\": { \"foot_right\": 31.4, \"foot_left\": 31.5 },\n"
        "  \"history\": { \"diabetes\": false, \"laminectomy\": [] },\n"
        "  \"injections\": [ { \"date\": \"2026-01-10\", \"level\": \"L5-S1\", \"side\": "
        "\"right\", \"route\": \"transforaminal\", \"relief_percent\": 10, \"relief_days\": 7 } "
        "],\n"
        "  \"imaging\": [ { \"date\": \"2025-12-01\", \"modality\": \"MRI\", \"level\": "
        "\"L4-L5\", \"side\": \"right\", \"finding\": \"disc extrusion\", \"roots\": [\"L5\"] } "
        "],\n"
        "  \"earlier\": [ \"earlier\" ]\n"
        "}\n",
    .needle_tsv = NEEDLE_HEADER
    "tibialis anterior\tright\t2+\t2+\t0\tnormal\tnormal\tincreased\treduced\n"
    "EHL\tright\t3+\t2+\t0\tnormal\tnormal\tincreased\tseverely reduced\n"
    "peroneus longus\tright\t2+\t1+\t0\tnormal\tnormal\tincreased\treduced\n"
    "tibialis posterior\tright\t2+\t2+\t0\tnormal\tnormal\tincreased\treduced\n"
    "gluteus medius\tright\t1+\t1+\t0\tnormal\tnormal\tnormal\tmildly reduced\n"
    "gastrocnemius medial\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
    "vastus lateralis\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
    "biceps femoris short head\tright\t1+\t1+\t0\tnormal\tnormal\tnormal\tmildly reduced\n"
    "lumbar paraspinals\tright\t2+\t2+\t0\tn/a\tn/a\tn/a\tn/a\n"
    "tibialis anterior\tleft\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n",
    .earlier = &l5_before,
    .nerves = l5_radiculopathy,
};

/* --- s1_radiculopathy ---------------------------------------------------------------------- */

static const struct rv_case_nerve s1_radiculopathy[] = {
    {.kind = RV_MOTOR,
     .nerve = "tibial",
     .side = RV_RIGHT,
     .record = "AH",
     .amplitude = 13,
     .axon_m_s = 48,
     .lost = 0.4,
     .reinnervation = 0.1,
     .stretches = {TIBIAL_MOTOR}},
    {.kind = RV_MOTOR,
     .nerve = "tibial",
     .side = RV_LEFT,
     .record = "AH",
     .amplitude = 13,
     .axon_m_s = 48,
     .stretches = {TIBIAL_MOTOR}},
    {.kind = RV_MOTOR,
     .nerve = "fibular",
     .side = RV_RIGHT,
     .record = "EDB",
     .amplitude = 5.8,
     .axon_m_s = 48,
     .lost = 0.1,
     .stretches = {FIBULAR_MOTOR}},
    {.kind = RV_F_WAVE,
     .nerve = "tibial",
     .side = RV_RIGHT,
     .record = "AH",
     .amplitude = 13,
     .axon_m_s = 48,
     .lost = 0.4,
     .persistence = 0.9,
     .stretches = {ANKLE_TO_CORD(0.75)}},
    {.kind = RV_H_REFLEX,
     .nerve = "tibial",
     .side = RV_RIGHT,
     .record = "soleus",
     .amplitude = 17,
     .axon_m_s = 52,
     .lost = 0.3,
     .stretches = {KNEE_TO_CORD(1)}},
    {.kind = RV_H_REFLEX,
     .nerve = "tibial",
     .side = RV_LEFT,
     .record = "soleus",
     .amplitude = 17,
     .axon_m_s = 52,
     .stretches = {KNEE_TO_CORD(0)}},
    {.kind = RV_SENSORY,
     .nerve = "sural",
     .side = RV_RIGHT,
     .record = "ankle",
     .amplitude = 14,
     .axon_m_s = 51,
     .stretches = {SURAL}},
    {.kind = RV_SENSORY,
     .nerve = "sural",
     .side = RV_LEFT,
     .record = "ankle",
     .amplitude = 14.5,
     .axon_m_s = 51,
     .stretches = {SURAL}},
    {0},
};

const struct rv_case rv_case_s1_radiculopathy = {
    .facts = {"s1_radiculopathy", "right S1 root: H-reflex absent, axon loss, sural spared"},
    .patient = "SIM0008 M X X",
    .study_json = "{\n"
                  "  \"format\": \"ranvier-study\", \"version\": 1,\n"
                  "  \"patient\": { \"id\": \"SIM0008\", \"age_years\": 46, \"sex\": \"male\", "
                  "\"height_cm\": 172, \"weight_kg\": 78, \"leg_length_cm\": 86 },\n"
                  "  \"visit\": { \"date\": \"2026-03-02\", \"symptom_onset\": \"2026-01-05\", "
                  "\"symptom_side\": \"right\", \"suspected_roots\": [\"S1\"],\n"
                  "             \"laboratory\": \"Ranvier simulator\", "
                  "\"question\": \"right calf pain, absent ankle jerk\" },\n"
                  "  \"temperature_c\": { \"foot_right\": 31.5, \"foot_left\": 31.6 }\n"
                  "}\n",
    .needle_tsv = NEEDLE_HEADER
    "gastrocnemius medial\tright\t2+\t2+\t0\tnormal\tnormal\tnormal\treduced\n"
    "soleus\tright\t2+\t1+\t0\tnormal\tnormal\tnormal\treduced\n"
    "biceps femoris short head\tright\t1+\t1+\t0\tnormal\tnormal\tnormal\tmildly reduced\n"
    "gluteus maximus\tright\t1+\t1+\t0\tnormal\tnormal\tnormal\tmildly reduced\n"
    "tibialis anterior\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
    "vastus lateralis\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
    "lumbar paraspinals\tright\t2+\t1+\t0\tn/a\tn/a\tn/a\tn/a\n",
    .nerves = s1_radiculopathy,
};

/* --- axonal_polyneuropathy ----------------------------------------------------------------- */

/* The longest axons go first: legs before arms, sensory before motor. What is left conducts a
 * little slower for want of the fastest fibres. */
static const struct rv_case_nerve axonal_polyneuropathy[] = {
    {.kind = RV_MOTOR,
     .nerve = "fibular",
     .side = RV_RIGHT,
     .record = "EDB",
     .amplitude = 5,
     .axon_m_s = 43,
     .lost = 0.85,
     .reinnervation = 0.15,
     .stretches = {FIBULAR_MOTOR}},
    {.kind = RV_MOTOR,
     .nerve = "fibular",
     .side = RV_LEFT,
     .record = "EDB",
     .amplitude = 5,
     .axon_m_s = 43,
     .lost = 0.82,
     .reinnervation = 0.15,
     .stretches = {FIBULAR_MOTOR}},
    {.kind = RV_MOTOR,
     .nerve = "tibial",
     .side = RV_RIGHT,
     .record = "AH",
     .amplitude = 10,
     .axon_m_s = 43,
     .lost = 0.78,
     .reinnervation = 0.2,
     .stretches = {TIBIAL_MOTOR}},
    {.kind = RV_F_WAVE,
     .nerve = "tibial",
     .side = RV_RIGHT,
     .record = "AH",
     .amplitude = 10,
     .axon_m_s = 43,
     .lost = 0.78,
     .reinnervation = 0.2,
     .persistence = 0.97,
     .stretches = {ANKLE_TO_CORD(1)}},
    {.kind = RV_MOTOR,
     .nerve = "ulnar",
     .side = RV_RIGHT,
     .record = "ADM",
     .amplitude = 9.5,
     .axon_m_s = 57,
     .lost = 0.1,
     .stretches = {{.length_mm = 80, .stimulate = "wrist", .intensity_ma = 22},
                   {.length_mm = 215, .stimulate = "below elbow", .intensity_ma = 28},
                   {.length_mm = 100, .stimulate = "above elbow", .intensity_ma = 30}}},
    {.kind = RV_SENSORY,
     .nerve = "sural",
     .side = RV_RIGHT,
     .record = "ankle",
     .amplitude = 10,
     .axon_m_s = 46,
     .lost = 1.0,
     .sweeps = 20,
     .stretches = {SURAL}},
    {.kind = RV_SENSORY,
     .nerve = "sural",
     .side = RV_LEFT,
     .record = "ankle",
     .amplitude = 10,
     .axon_m_s = 46,
     .lost = 1.0,
     .sweeps = 20,
     .stretches = {SURAL}},
    {.kind = RV_SENSORY,
     .nerve = "superficial fibular",
     .side = RV_RIGHT,
     .record = "ankle",
     .amplitude = 9,
     .axon_m_s = 46,
     .lost = 0.75,
     .sweeps = 20,
     .stretches = {SURAL}},
    {.kind = RV_SENSORY,
     .nerve = "ulnar",
     .side = RV_RIGHT,
     .record = "D5",
     .amplitude = 20,
     .axon_m_s = 55,
     .lost = 0.65,
     .stretches = {{.length_mm = 140, .stimulate = "wrist", .intensity_ma = 14}}},
    {.kind = RV_SENSORY,
     .nerve = "radial",
     .side = RV_RIGHT,
     .record = "thumb base",
     .amplitude = 22,
     .axon_m_s = 57,
     .lost = 0.25,
     .stretches = {{.length_mm = 100, .stimulate = "forearm", .intensity_ma = 14}}},
    {0},
};

const struct rv_case rv_case_axonal_polyneuropathy = {
    .facts = {"axonal_polyneuropathy",
              "length-dependent loss of sensory and motor axons in diabetes"},
    .patient = "SIM0005 M X X",
    .study_json =
        "{\n"
        "  \"format\": \"ranvier-study\", \"version\": 1,\n"
        "  \"patient\": { \"id\": \"SIM0005\", \"age_years\": 64, \"sex\": \"male\", "
        "\"height_cm\": 176, \"weight_kg\": 92 },\n"
        "  \"visit\": { \"date\": \"2026-03-02\", \"symptom_onset\": \"2023-03-01\", "
        "\"symptom_side\": \"both\", \"suspected_roots\": [\"L5\", \"S1\"],\n"
        "             \"laboratory\": \"Ranvier simulator\", "
        "\"question\": \"numb feet; lumbar stenosis or polyneuropathy?\" },\n"
        "  \"temperature_c\": { \"foot_right\": 31.2, \"foot_left\": 31.1, \"hand_right\": 32.4 "
        "},\n"
        "  \"history\": { \"diabetes\": true, \"laminectomy\": [] }\n"
        "}\n",
    .needle_tsv = NEEDLE_HEADER
    "AH\tright\t2+\t1+\t0\tlong\tlarge\tincreased\treduced\n"
    "EDB\tright\t2+\t1+\t0\tlong\tlarge\tincreased\treduced\n"
    "tibialis anterior\tright\t1+\t0\t0\tlong\tlarge\tincreased\tmildly reduced\n"
    "tibialis anterior\tleft\t1+\t0\t0\tlong\tlarge\tincreased\tmildly reduced\n"
    "gastrocnemius medial\tright\t1+\t0\t0\tlong\tlarge\tincreased\tmildly reduced\n"
    "vastus lateralis\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
    "gluteus medius\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n"
    "lumbar paraspinals\tright\t0\t0\t0\tn/a\tn/a\tn/a\tn/a\n"
    "FDI\tright\t0\t0\t0\tnormal\tnormal\tnormal\tnormal\n",
    .nerves = axonal_polyneuropathy,
};
