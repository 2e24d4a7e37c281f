/* SPDX-License-Identifier: GPL-3.0-or-later
 * The muscles and nerves of the simulator: sizes, depths and electrode distances. They are chosen
 * so that healthy responses have the shapes and means of docs/methods/simulator.md.
 */
#include "base/text.h"
#include "simulate/case.h"

struct muscle {
    const char *record;
    struct rv_motor_model model;
};

static const struct muscle muscles[] = {
    {"APB",
     {.unit_count = 150,
      .fibre_count = 24,
      .proximal_mm = 26,
      .distal_mm = 28,
      .endplate_sd_mm = 4.0,
      .depth_mm = 9.0,
      .depth_sd_mm = 1.8,
      .reference_mm = 40,
      .fibre_m_s = 3.3,
      .axon_spread = 0.22,
      .terminal_ms = 1.8,
      .terminal_sd_ms = 0.35,
      .size_ratio = 20}},
    {"ADM",
     {.unit_count = 160,
      .fibre_count = 24,
      .proximal_mm = 27,
      .distal_mm = 30,
      .endplate_sd_mm = 4.5,
      .depth_mm = 8.5,
      .depth_sd_mm = 1.8,
      .reference_mm = 50,
      .fibre_m_s = 3.4,
      .axon_spread = 0.22,
      .terminal_ms = 1.25,
      .terminal_sd_ms = 0.35,
      .size_ratio = 20}},
    {"EDB",
     {.unit_count = 110,
      .fibre_count = 24,
      .proximal_mm = 24,
      .distal_mm = 26,
      .endplate_sd_mm = 4.5,
      .depth_mm = 8.0,
      .depth_sd_mm = 1.8,
      .reference_mm = 45,
      .fibre_m_s = 3.3,
      .axon_spread = 0.24,
      .terminal_ms = 2.7,
      .terminal_sd_ms = 0.45,
      .size_ratio = 20}},
    {"AH",
     {.unit_count = 160,
      .fibre_count = 24,
      .proximal_mm = 24,
      .distal_mm = 26,
      .endplate_sd_mm = 4.5,
      .depth_mm = 8.5,
      .depth_sd_mm = 1.8,
      .reference_mm = 70,
      .fibre_m_s = 3.4,
      .axon_spread = 0.24,
      .terminal_ms = 2.4,
      .terminal_sd_ms = 0.45,
      .size_ratio = 20}},
    {"soleus",
     {.unit_count = 180,
      .fibre_count = 24,
      .proximal_mm = 38,
      .distal_mm = 40,
      .endplate_mm = 0,
      .endplate_sd_mm = 8.0,
      .depth_mm = 15.0,
      .depth_sd_mm = 3.0,
      .reference_mm = 120,
      .fibre_m_s = 3.8,
      .axon_spread = 0.22,
      .terminal_ms = 1.8,
      .terminal_sd_ms = 0.6,
      .size_ratio = 20}},
};

struct skin {
    const char *nerve, *record;
    struct rv_sensory_model model;
};

static const struct skin skins[] = {
    {"median",
     "D2",
     {.class_count = 160,
      .axon_spread = 0.25,
      .depth_mm = 4,
      .approach_mm = 10,
      .reference_mm = 35,
      .limb_mm = 9,
      .end_mm = 75,
      .spike_ms = 0.17}},
    {"median",
     "D3",
     {.class_count = 160,
      .axon_spread = 0.25,
      .depth_mm = 4,
      .approach_mm = 10,
      .reference_mm = 35,
      .limb_mm = 9,
      .end_mm = 80,
      .spike_ms = 0.17}},
    {"ulnar",
     "D5",
     {.class_count = 160,
      .axon_spread = 0.25,
      .depth_mm = 3.5,
      .approach_mm = 9,
      .reference_mm = 32,
      .limb_mm = 8,
      .end_mm = 65,
      .spike_ms = 0.17}},
    {"radial",
     "thumb base",
     {.class_count = 160,
      .axon_spread = 0.20,
      .depth_mm = 7,
      .approach_mm = 9,
      .reference_mm = 35,
      .limb_mm = 15,
      .end_mm = 100,
      .spike_ms = 0.16}},
    {"sural",
     "ankle",
     {.class_count = 160,
      .axon_spread = 0.20,
      .depth_mm = 8,
      .approach_mm = 12,
      .reference_mm = 35,
      .limb_mm = 17,
      .end_mm = 150,
      .spike_ms = 0.19}},
    {"superficial fibular",
     "ankle",
     {.class_count = 160,
      .axon_spread = 0.20,
      .depth_mm = 7,
      .approach_mm = 10,
      .reference_mm = 35,
      .limb_mm = 16,
      .end_mm = 150,
      .spike_ms = 0.19}},
};

bool rv_anatomy_motor(const char *record, struct rv_motor_model *model)
{
    for (size_t i = 0; i < sizeof muscles / sizeof *muscles; i++)
        if (rv_text_equal(muscles[i].record, record)) {
            *model = muscles[i].model;
            return true;
        }
    return false;
}

bool rv_anatomy_sensory(const char *nerve, const char *record, struct rv_sensory_model *model)
{
    for (size_t i = 0; i < sizeof skins / sizeof *skins; i++)
        if (rv_text_equal(skins[i].nerve, nerve) && rv_text_equal(skins[i].record, record)) {
            *model = skins[i].model;
            return true;
        }
    return false;
}
