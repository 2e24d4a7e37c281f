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
    double frequency_hz; /* of the fundamental, as estimated; with a drift: at reference_s */
    double frequency_se_hz;
    double drift_hz_s;  /* change of the frequency with time; 0: none is seen */
    double reference_s; /* the phase is 2 pi (f t + drift (t - reference)^2 / 2) */
    double cosine_uv[RV_MAINS_HARMONICS]; /* amplitude of cos(k phase), t in recording time */
    double sine_uv[RV_MAINS_HARMONICS];   /* 0 for a harmonic that is not seen */
    double amplitude_uv;                  /* of the fundamental */
    double residual_se_uv; /* SD of what a subtraction may leave in the windows left out: from
                              the estimate's covariance, and from what does not keep the phase */
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
/* Takes `factor` times it off samples that begin at start_s; of the type of an epoch request. */
void rv_mains_subtract(const void *mains, double start_s, double rate_hz, double factor,
                       size_t count, double *samples);

#endif
