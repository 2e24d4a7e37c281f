/* SPDX-License-Identifier: GPL-3.0-or-later
 * From marks to values: of one wave, of a segment between two sites, and of distal latencies.
 */
#ifndef RV_MEASURE_MEASURE_H
#define RV_MEASURE_MEASURE_H

#include "base/notice.h"
#include "base/waveform.h"

/* Copies marks, values, flags and quality of one marked response into its measurement (units of
 * rv_parameter_unit). Without a calibration amplitudes are withheld, latencies stay. */
void rv_measure_wave(const struct rv_sweeps *sweeps, const struct rv_compound *compound,
                     struct rv_measurement *measurement);

/* Of a recruitment series whose strongest stimuli made the wave: is it still growing? */
void rv_measure_series(const struct rv_sweeps *series, const struct rv_compound *compound,
                       struct rv_measurement *measurement);

/* Puts entered values beside the measured ones, and in their place where nothing was measured.
 * se of an entered value = resolution / sqrt(3). `present` no makes the response absent. */
void rv_measure_entered(const struct rv_response *response, struct rv_measurement *measurement);

/* After all responses: sensory velocities, segment velocities (GUM), drops and duration change,
 * residual latency, terminal latency index, velocity drops, side differences, and the flags that
 * need several responses (distal smaller, submaximal, implausible velocity, short segment).
 * Sites of one nerve and recording are ordered distal to proximal by latency and by site.
 * `align` may be NULL; else align[i] is the delay of measurement i after its distal neighbour by
 * whole-wave alignment (NaN where there is none). */
struct rv_alignment {
    double delay_ms, se_ms, similarity;
};
enum rv_status rv_measure_segments(const struct rv_study *study,
                                   struct rv_measurement *measurements, size_t count,
                                   const struct rv_alignment *align, struct rv_notices *notices,
                                   struct rv_error *err);

/* The measurement of the next more distal stimulation site of the same nerve, side and recording;
 * NULL: this is the most distal. */
const struct rv_measurement *rv_measure_distal_neighbour(const struct rv_measurement *measurements,
                                                         size_t count, size_t index);

#endif
