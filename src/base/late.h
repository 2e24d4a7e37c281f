/* SPDX-License-Identifier: GPL-3.0-or-later
 * What passes between the stages for late responses and stimulus trains.
 */
#ifndef RV_BASE_LATE_H
#define RV_BASE_LATE_H

#include "base/waveform.h"

/* What the detectors of late responses are told. */
struct rv_late_request {
    double from_ms, to_ms;     /* where the late response is looked for */
    double m_from_ms, m_to_ms; /* where the direct response is looked for */
};

/* The reflexes of one channel of a blink study. */
struct rv_blink {
    struct rv_value r1_ms, r2_ms;
    double floor_uv; /* of the rectified mean */
};

#endif
