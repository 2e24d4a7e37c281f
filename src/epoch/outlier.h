/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sweeps that are not like the others.
 */
#ifndef RV_EPOCH_OUTLIER_H
#define RV_EPOCH_OUTLIER_H

#include "base/waveform.h"

enum { RV_OUTLIER_BINS = 256 }; /* at most, of a sweep */

/* Level of a sweep before its stimulus (of the whole window where there is no such part). */
double rv_level_of(const struct rv_sweeps *sweeps, size_t sweep);
/* Means over bins of a sweep without its artefact, from its level; returns how many there are. */
size_t rv_outlier_means(const struct rv_sweeps *sweeps, size_t sweep, double level, double *means);
/* Are there enough sweeps, and repetitions of one intensity? */
bool rv_outliers_wanted(const struct rv_sweeps *sweeps, double ratio);

/* Sets rejected[] of the sweeps that deviate from the median sweep by more than `ratio` robust SDs
 * beyond what is usual. Never more than half of them. `means` has RV_OUTLIER_BINS cells a sweep,
 * `bins` of them filled. */
enum rv_status rv_outliers_find(const struct rv_sweeps *sweeps, const double *means, size_t bins,
                                double ratio, bool *rejected, struct rv_error *err);
/* The same where the medians of the bins are known. `room`: one cell a sweep, twice. */
void rv_outliers_judge(const struct rv_sweeps *sweeps, const double *means, const double *medians,
                       size_t bins, double ratio, double *room, bool *rejected);

#endif
