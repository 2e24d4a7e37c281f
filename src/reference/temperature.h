/* SPDX-License-Identifier: GPL-3.0-or-later
 * Skin temperature of the limb a response was recorded from, and what it means for the values.
 */
#ifndef RV_REFERENCE_TEMPERATURE_H
#define RV_REFERENCE_TEMPERATURE_H

#include "base/arena.h"

#include <ranvier/result.h>

enum rv_limb {
    RV_LIMB_NONE, /* face, trunk: temperature is not asked for */
    RV_HAND_RIGHT,
    RV_HAND_LEFT,
    RV_FOOT_RIGHT,
    RV_FOOT_LEFT,
    RV_HAND, /* side not said */
    RV_FOOT,
    RV_LIMB_COUNT
};

enum rv_warmth {
    RV_WARMTH_NOT_NEEDED,
    RV_WARM,
    RV_COOL,            /* below the target: warned, corrected */
    RV_TOO_COLD,        /* below the floor: times and velocities are not judged */
    RV_WARMTH_NOT_KNOWN /* nobody wrote a temperature down */
};

/* The policy of temperature.tsv. */
struct rv_temperature_policy;

enum rv_status rv_temperature_read(struct rv_arena *arena, struct rv_temperature_policy **policy,
                                   struct rv_error *err);

struct rv_limb_state {
    enum rv_limb limb;
    enum rv_warmth warmth;
    double temperature_c; /* NaN unknown */
    double target_c, floor_c;
};
struct rv_limb_state rv_limb_state(const struct rv_temperature_policy *policy,
                                   const struct rv_study *study,
                                   const struct rv_response *response);
const char *rv_limb_name(enum rv_limb limb); /* "right hand" */

/* Change for each degree below the target that a value of this study is corrected by (m/s or ms);
 * NaN where there is no factor. */
double rv_temperature_factor(const struct rv_temperature_policy *policy,
                             const struct rv_response *response, enum rv_parameter parameter);

#endif
