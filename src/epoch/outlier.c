/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sweeps that are not like the others: distance of each from the median sweep, compared with the
 * usual distance. Method: docs/methods/epochs.md "Outliers".
 */
#include "epoch/outlier.h"

#include "base/error.h"
#include "epoch/median.h"

#include <math.h>

/* The artefact is left out of the comparison: it depends on the electrode, not on the nerve. */
static const double artefact_from_ms = -0.3;
static const double artefact_to_ms = 1.0;
/* A robust SD of the distances below this part of their median is raised to it: the distances of
 * ordinary sweeps differ by more than their sampling theory says, for background EMG comes and
 * goes. With the default ratio of 6 a sweep must deviate 2.5 times as much as usual. */
static const double usual_spread = 0.25;
/* Two intensities that differ by more are a series, not a repetition. */
static const double intensity_span = 0.2;

enum { BIN_MAX = RV_OUTLIER_BINS, LEVEL_SAMPLES_MIN = 8 };

static size_t index_at(const struct rv_sweeps *sweeps, double ms)
{
    double index = ceil(rv_sample_index(sweeps->start_ms, sweeps->rate_hz, ms));
    if (!(index > 0.0))
        return 0;
    return index < (double)sweeps->sample_count ? (size_t)index : sweeps->sample_count;
}

double rv_level_of(const struct rv_sweeps *sweeps, size_t sweep)
{
    size_t count = index_at(sweeps, artefact_from_ms);
    if (count < LEVEL_SAMPLES_MIN)
        count = sweeps->sample_count;
    const double *x = sweeps->samples + sweep * sweeps->sample_count;
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += x[i];
    return sum / (double)count;
}

size_t rv_outlier_means(const struct rv_sweeps *sweeps, size_t sweep, double level, double *means)
{
    size_t skip = index_at(sweeps, artefact_from_ms), resume = index_at(sweeps, artefact_to_ms);
    size_t width = sweeps->sample_count / BIN_MAX + 1, bins = 0;
    const double *x = sweeps->samples + sweep * sweeps->sample_count;
    for (size_t i = 0; i + width <= sweeps->sample_count;) {
        if (i + width > skip && i < resume) {
            i = resume;
            skip = resume; /* once */
            continue;
        }
        double sum = 0.0;
        for (size_t k = 0; k < width; k++)
            sum += x[i + k];
        means[bins++] = sum / (double)width - level;
        i += width;
    }
    return bins;
}

static bool is_series(const struct rv_sweeps *sweeps)
{
    double low = (double)INFINITY, high = 0.0;
    for (size_t s = 0; s < sweeps->sweep_count; s++) {
        low = fmin(low, sweeps->intensity[s]); /* fmin and fmax pass over NaN */
        high = fmax(high, sweeps->intensity[s]);
    }
    return high - low > intensity_span * high && isfinite(low);
}

/* RMS distance of each sweep from the median sweep, bin by bin; *scale is that sweep's range. */
static void distances(const double *means, size_t sweep_count, const double *medians, size_t bins,
                      double *distance, double *scale)
{
    double low = (double)INFINITY, high = (double)-INFINITY;
    for (size_t b = 0; b < bins; b++) {
        low = medians[b] < low ? medians[b] : low;
        high = medians[b] > high ? medians[b] : high;
    }
    for (size_t s = 0; s < sweep_count; s++) {
        double sum = 0.0;
        for (size_t b = 0; b < bins; b++) {
            double difference = means[s * RV_OUTLIER_BINS + b] - medians[b];
            sum += difference * difference;
        }
        distance[s] = sqrt(sum / (double)bins);
    }
    *scale = high - low;
}

static void judge(const double *distance, double *sorted, size_t count, double ratio, double scale,
                  double resolution, bool *rejected)
{
    for (size_t s = 0; s < count; s++)
        sorted[s] = distance[s];
    double usual = rv_median(sorted, count);
    double spread = fmax(rv_robust_sd(sorted, count, usual), usual_spread * usual);
    spread = fmax(spread, 1e-6 * scale); /* sweeps without noise */
    if (isfinite(resolution))
        spread = fmax(spread, 0.5 * resolution);
    for (size_t s = 0; s < count; s++)
        rejected[s] = distance[s] > usual + ratio * spread;
}

void rv_outliers_judge(const struct rv_sweeps *sweeps, const double *means, const double *medians,
                       size_t bins, double ratio, double *room, bool *rejected)
{
    size_t count = sweeps->sweep_count;
    double scale;
    distances(means, count, medians, bins, room, &scale);
    judge(room, room + count, count, ratio, scale, sweeps->resolution, rejected);
}

enum rv_status rv_outliers_find(const struct rv_sweeps *sweeps, const double *means, size_t bins,
                                double ratio, bool *rejected, struct rv_error *err)
{
    size_t count = sweeps->sweep_count, cells;
    double medians[RV_OUTLIER_BINS];
    double *room = rv_multiply(count, 2, &cells) ? rv_allocate(cells, sizeof *room) : NULL;
    if (room == NULL)
        return rv_fail_memory(err);
    for (size_t b = 0; b < bins; b++) {
        for (size_t s = 0; s < count; s++)
            room[s] = means[s * RV_OUTLIER_BINS + b];
        medians[b] = rv_median(room, count);
    }
    if (bins > 0)
        rv_outliers_judge(sweeps, means, medians, bins, ratio, room, rejected);
    rv_release(room);
    return RV_OK;
}

bool rv_outliers_wanted(const struct rv_sweeps *sweeps, double ratio)
{
    return ratio > 0.0 && sweeps->sweep_count >= 3 && !is_series(sweeps);
}
