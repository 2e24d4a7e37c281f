/* SPDX-License-Identifier: GPL-3.0-or-later
 * From single sweeps to the values of late responses and trains, with standard errors.
 */
#ifndef RV_MEASURE_MEASURE_LATE_H
#define RV_MEASURE_MEASURE_LATE_H

#include "base/late.h"
#include "base/notice.h"

/* Minimum, mean, maximum latency, chronodispersion, persistence, F/M, repeaters, counts. */
void rv_measure_f(const struct rv_late *late, struct rv_measurement *measurement,
                  struct rv_notices *notices);
/* H latency, H max, M max, H/M. */
void rv_measure_h(const struct rv_late *late, struct rv_measurement *measurement,
                  struct rv_notices *notices);
/* Decrement and increment of amplitude and area; amplitude and area of the first response. */
void rv_measure_train(const struct rv_late *late, struct rv_measurement *measurement,
                      struct rv_notices *notices);
/* R1 and R2 of a channel on the stimulated side, or R2 of the other side. */
void rv_measure_blink(const struct rv_blink *blink, bool other_side,
                      struct rv_measurement *measurement);

/* After all responses and segments: F estimate and F-M velocity of the F-waves whose distance to
 * the spine is known, from the motor rows of the same nerve. */
void rv_measure_f_paths(struct rv_measurement *measurements, size_t count);

#endif
