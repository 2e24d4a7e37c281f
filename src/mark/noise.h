/* SPDX-License-Identifier: GPL-3.0-or-later
 * Noise of an average as an autoregressive process: whitening, and the exact standard deviation of
 * any weighted sum of samples. Method: docs/methods/marks.md "Noise".
 */
#ifndef RV_MARK_NOISE_H
#define RV_MARK_NOISE_H

#include "base/waveform.h"

enum { RV_NOISE_ORDER = 8 };

/* e[i] = (x[i] + sum coefficient[k] x[i-1-k]) is white with SD innovation_sd. */
struct rv_noise {
    size_t order;
    double coefficient[RV_NOISE_ORDER];
    double innovation_sd;
    double sd;      /* of a sample */
    double freedom; /* degrees of freedom behind the variance */
    bool from_sweeps;
    bool from_stretch; /* sweeps, or a stretch long enough to know slow noise */
};

/* A stretch of samples; several together make one estimate. */
struct rv_stretch {
    double *samples; /* detrended in place by the caller */
    size_t count;
};

/* Order for a sampling rate: 3, 4, 5, 8 at 10, 20, 24, 48 kHz. */
size_t rv_noise_order(double rate_hz);

/* Burg's recursion over all stretches together. sd below `floor_sd` is raised to it. */
void rv_noise_fit(struct rv_noise *noise, const struct rv_stretch *stretches, size_t count,
                  double floor_sd, struct rv_arena *scratch);

/* out[i] for i >= order: whitened, unit variance; the first `order` are set to 0. */
void rv_noise_whiten(const struct rv_noise *noise, const double *x, size_t count, double *out);

/* SD of sum weight[i] n[i] over `count` neighbouring samples of this noise. */
double rv_noise_sum_sd(const struct rv_noise *noise, const double *weight, size_t count);

/* Removes the least-squares polynomial of a degree up to 3. */
void rv_detrend(double *x, size_t count, int degree);

#endif
