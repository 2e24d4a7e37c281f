/* SPDX-License-Identifier: GPL-3.0-or-later
 * The list of cases.
 */
#include "simulate/case.h"

const struct rv_case *const rv_cases[] = {
    &rv_case_normal_arm,
    &rv_case_carpal_tunnel,
    &rv_case_ulnar_elbow,
    &rv_case_l5_radiculopathy,
    &rv_case_axonal_polyneuropathy,
    &rv_case_motor_edf_d,
    &rv_case_normal_leg,
    &rv_case_s1_radiculopathy,
    &rv_case_cidp_like,
    NULL,
};
