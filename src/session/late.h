/* SPDX-License-Identifier: GPL-3.0-or-later
 * Late responses and trains: from sweeps to values, by kind.
 */
#ifndef RV_SESSION_LATE_H
#define RV_SESSION_LATE_H

#include "base/notice.h"
#include "base/text.h"
#include "base/waveform.h"

#include <ranvier/settings.h>

/* Marks and measures an F-wave, H-reflex, blink or repetitive response. `compound` gets the marks
 * of the average's direct response (F, repetitive). */
enum rv_status rv_late_measure(const struct rv_study *study, const struct rv_settings *settings,
                               const struct rv_sweeps *sweeps, struct rv_compound *compound,
                               struct rv_arena *arena, struct rv_measurement *measurement,
                               struct rv_notices *notices, struct rv_error *err);

/* Adds "; at 3.0 Hz" where the stimuli follow one another. */
void rv_late_rate(const double *time_s, size_t count, struct rv_text *text);

#endif
