/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mains interference: estimated on the quiet stretches of a recording, subtracted as sines.
 */
#ifndef RV_CONDITION_MAINS_H
#define RV_CONDITION_MAINS_H

#include "base/arena.h"

#include <ranvier/source.h>

enum { RV_MAINS_HARMONICS = 5 };

struct rv_mains {
    bool found;          /* above the noise: worth subtracting */
    double frequency_hz; /* of the fundamental, as estimated */
    double frequency_se_hz;
    double cosine_uv[RV_MAINS_HARMONICS]; /* amplitude of cos(2 pi k f t), t in recording time */
    double sine_uv[RV_MAINS_HARMONICS];
    double amplitude_uv;   /* of the fundamental */
    double residual_se_uv; /* SD of what a subtraction may leave, from the estimate's covariance */
};

/* Fits one channel, leaving out [stimulus + from_ms, stimulus + to_ms] around each stimulus.
 * mains_hz 0: the better of 50 and 60. `found` is false where the quiet stretches are too short or
 * the sine does not stand out of the noise. RV_NO_MEMORY only. */
enum rv_status rv_mains_estimate(const struct rv_recording *recording, size_t channel,
                                 const double *stimulus_s, size_t stimulus_count, double from_ms,
                                 double to_ms, double mains_hz, struct rv_mains *mains,
                                 struct rv_error *err);

/* Its value at a recording time. */
double rv_mains_at(const struct rv_mains *mains, double time_s);

#endif
