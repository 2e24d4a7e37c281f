/* SPDX-License-Identifier: GPL-3.0-or-later
 * A wave of nearly constant frequency on equally spaced times, without a cosine for each.
 */
#ifndef RV_CONDITION_TURNS_H
#define RV_CONDITION_TURNS_H

#include <stddef.h>

/* Phase 2 pi (frequency t + drift (t - reference)^2 / 2), t = start + i step. */
struct rv_turns {
    double frequency_hz, drift_hz_s, reference_s;
    double start_s, step_s;
};
void rv_turns_fill(const struct rv_turns *turns, size_t count, double *cosine, double *sine);

#endif
