/* SPDX-License-Identifier: GPL-3.0-or-later
 * Least squares of a sine and its harmonics through the quiet stretches, each cell with a level
 * (and slope) of its own; the frequency by a search, then by Gauss-Newton.
 */
#ifndef RV_CONDITION_SINE_FIT_H
#define RV_CONDITION_SINE_FIT_H

#include "condition/mains.h"
#include "condition/quiet.h"

/* Parameters in this order: frequency, drift, then cosine and sine of each harmonic. */
enum { RV_SINE_PARAMETERS = 2 + 2 * RV_MAINS_HARMONICS };

struct rv_sine_fit {
    double frequency_hz; /* at the origin of the quiet stretches */
    double drift_hz_s;
    bool with_drift;
    bool harmonic[RV_MAINS_HARMONICS]; /* which are fitted; the fundamental always */
    /* What is expected of the coefficients of a harmonic before the data are seen: 0 with this SD.
     * 0: nothing is. Needs the noise of an earlier fit. */
    double expected_sd[RV_MAINS_HARMONICS];
    double cosine[RV_MAINS_HARMONICS], sine[RV_MAINS_HARMONICS];
    double covariance[RV_SINE_PARAMETERS][RV_SINE_PARAMETERS]; /* 0 where not fitted */
    double noise_variance;                                     /* of a point of weight 1 */
    double inflation; /* of the fundamental's variance, because the noise is not white */
    double freedom;   /* effective degrees of freedom */
    double leftover;  /* mean square of waves that do not keep the phase of the fit */
};

/* Weights each cell down that is louder than the others, before anything is fitted. */
void rv_sine_weigh_cells(struct rv_quiet *quiet);
/* The frequency within `range_hz` of `near_hz` that takes most of the variance away, and how much
 * that is. RV_NO_MEMORY only. */
enum rv_status rv_sine_search(const struct rv_quiet *quiet, double near_hz, double range_hz,
                              double *frequency_hz, double *taken, struct rv_error *err);
/* Variance that a wave of this frequency takes away from one cell. */
double rv_sine_cell_energy(const struct rv_quiet *quiet, const struct rv_quiet_cell *cell,
                           double frequency_hz);
/* Fits the parameters that `fit` asks for, starting at its frequency; where `weigh` is set outliers
 * are weighed down on the way, else the weights stay. *fitted is false where the data cannot tell
 * them. */
enum rv_status rv_sine_refine(struct rv_quiet *quiet, struct rv_sine_fit *fit, bool weigh,
                              bool *fitted, struct rv_error *err);
/* Wald statistic of one harmonic (from 1), chi-squared with 2 degrees of freedom without it. */
double rv_sine_wald(const struct rv_sine_fit *fit, size_t harmonic);
/* Mean variance of the two coefficients of one harmonic (from 1). */
double rv_sine_wave_variance(const struct rv_sine_fit *fit, size_t harmonic);
/* The fitted wave at a time after the origin. */
double rv_sine_value(const struct rv_sine_fit *fit, double time_s);
/* Variance of the fitted wave at a time after the origin. */
double rv_sine_variance(const struct rv_sine_fit *fit, double time_s);

#endif
