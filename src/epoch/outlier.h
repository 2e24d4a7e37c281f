/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sweeps that are not like the others.
 */
#ifndef RV_EPOCH_OUTLIER_H
#define RV_EPOCH_OUTLIER_H

#include "base/waveform.h"

/* Levels of each sweep before its stimulus (whole window where there is no such part). */
void rv_levels_find(const struct rv_sweeps *sweeps, double *level);

/* Sets rejected[] of the sweeps that deviate from the median sweep by more than `ratio` robust SDs
 * beyond what is usual. Never more than half of them; none of fewer than three, and none of a
 * series whose intensity is changed. */
enum rv_status rv_outliers_find(const struct rv_sweeps *sweeps, const double *level, double ratio,
                                bool *rejected, struct rv_error *err);

#endif
