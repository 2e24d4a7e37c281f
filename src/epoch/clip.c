/* SPDX-License-Identifier: GPL-3.0-or-later
 * Was the converter at its limit where a response is looked for?
 */
#include "epoch/cut.h"

#include <math.h>

enum { CLIPPED_RUN = 3 };

/* Three equal samples in a row at a known limit. */
static bool run_at(const double *x, size_t count, double limit, double tolerance)
{
    size_t run = 0;
    for (size_t i = 0; i < count; i++) {
        run = fabs(x[i] - limit) <= tolerance ? run + 1 : 0;
        if (run >= CLIPPED_RUN)
            return true;
    }
    return false;
}

/* Three equal samples at the sweep's own extreme with steep sides: two samples on, the trace is
 * more than four converter steps away. A rounded top of three equal samples (a parabola that keeps
 * within half a step of 1.5 samples) is then 2.7 steps away. */
static bool flat_extreme(const double *x, size_t count, double sign, double *limit)
{
    double extreme = (double)-INFINITY, step = (double)INFINITY;
    for (size_t i = 0; i < count; i++) {
        extreme = fmax(extreme, sign * x[i]);
        double difference = i > 0 ? fabs(x[i] - x[i - 1]) : 0.0;
        if (difference > 0.0)
            step = fmin(step, difference);
    }
    size_t run = 0;
    for (size_t i = 0; i < count; i++) {
        bool at = !(sign * x[i] < extreme);
        if (!at && run >= CLIPPED_RUN && i + 1 < count && extreme - sign * x[i + 1] > 4.0 * step) {
            *limit = sign * extreme;
            return true;
        }
        run = at ? run + 1 : 0;
    }
    return false;
}

/* The samples of one sweep that count; limits that are not known are found. */
static bool is_clipped(const struct rv_cut *cut, const double *x, size_t count, double limits[2])
{
    const struct rv_channel *channel = &cut->recording->channels[cut->request->channel];
    double tolerance = isfinite(channel->resolution) ? 0.5 * fabs(channel->resolution) : 0.0;
    bool at_low = isfinite(channel->minimum) ? run_at(x, count, limits[0], tolerance)
                                             : flat_extreme(x, count, -1.0, &limits[0]);
    bool at_high = isfinite(channel->maximum) ? run_at(x, count, limits[1], tolerance)
                                              : flat_extreme(x, count, 1.0, &limits[1]);
    return at_low || at_high;
}

void rv_cut_clipping(const struct rv_cut *cut, double first, struct rv_sweeps *sweeps)
{
    const struct rv_channel *channel = &cut->recording->channels[cut->request->channel];
    double factor = rv_cut_factor(cut->request), limits[2] = {channel->minimum, channel->maximum};
    double from = rv_sample_index(sweeps->start_ms, sweeps->rate_hz, rv_response_from_ms);
    size_t skip = from > 0.0 ? (size_t)from : 0;
    for (size_t s = 0; s < cut->place_count && skip < sweeps->sample_count; s++) {
        struct rv_kept_row *row = cut->kept != NULL ? &cut->kept->rows[s] : NULL;
        bool known = row != NULL && !row->fresh;
        bool clipped = known ? row->clipped
                             : is_clipped(cut, rv_cut_raw(cut, s, first) + skip,
                                          sweeps->sample_count - skip, limits);
        if (row != NULL)
            row->clipped = clipped;
        sweeps->clipped = sweeps->clipped || clipped;
    }
    sweeps->clip_low = factor < 0.0 ? factor * limits[1] : factor * limits[0];
    sweeps->clip_high = factor < 0.0 ? factor * limits[0] : factor * limits[1];
    sweeps->resolution = fabs(factor * channel->resolution);
}
