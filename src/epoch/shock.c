/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stimulus artefact in the signal itself. A shock is abrupt: its second difference towers over
 * that of a response, which an electrode sees through millimetres of tissue.
 */
#include "base/error.h"
#include "epoch/median.h"
#include "epoch/trigger.h"

#include <math.h>

/* The second difference must exceed this many robust SDs of the quiet part ... */
static const double curvature_ratio = 10.0;
/* ... and the leading edge is the first place with this part of the largest. */
static const double leading_part = 0.25;
/* First differences beyond this many SDs belong to the artefact. */
static const double step_ratio = 6.0;
static const double apart_s = 0.015; /* of two artefacts of one channel */

enum { QUIET_MIN = 8, QUIET_MAX = 512 };

double rv_shock_bend(const double *x, size_t i)
{
    return fabs(x[i] - 2.0 * x[i - 1] + x[i - 2]);
}

double rv_shock_sd(double *bends, size_t count)
{
    double step = (double)INFINITY;
    for (size_t i = 0; i < count; i++)
        step = bends[i] > 0.0 && bends[i] < step ? bends[i] : step;
    double sd = count == 0 ? 0.0 : rv_robust_sd(bends, count, 0.0);
    return isfinite(step) && step > sd ? step : sd;
}

double rv_shock_enough(double largest, double sd)
{
    if (!(largest > curvature_ratio * sd) || !(largest > 0.0))
        return (double)INFINITY;
    return fmax(leading_part * largest, curvature_ratio * sd);
}

/* Robust SD of the second differences of a part that should be quiet; not below the rounding of
 * the samples. */
static double quiet_curvature(const double *x, size_t count)
{
    double values[QUIET_MAX];
    size_t filled = 0, stride = count / QUIET_MAX + 1;
    for (size_t i = 2; i < count && filled < QUIET_MAX; i += stride)
        values[filled++] = rv_shock_bend(x, i);
    return rv_shock_sd(values, filled);
}

static double largest_curvature(const double *x, size_t from, size_t to)
{
    double largest = 0.0;
    for (size_t i = from < 2 ? 2 : from; i < to; i++)
        if (rv_shock_bend(x, i) > largest)
            largest = rv_shock_bend(x, i);
    return largest;
}

/* From the first bend back to the first sample that has left the level. White noise of SD s has
 * first differences of SD s sqrt 2 and second ones of SD s sqrt 6. */
double rv_shock_edge(const double *x, size_t bend, double curvature_sd)
{
    double step_sd = curvature_sd / sqrt(3.0);
    size_t i = bend;
    while (i > 1 && fabs(x[i - 1] - x[i - 2]) > step_ratio * step_sd &&
           fabs(x[i - 1] - x[i - 2]) > 0.02 * rv_shock_bend(x, bend))
        i--;
    return (double)i - 0.5;
}

bool rv_shock_locate(const double *samples, size_t count, size_t quiet, double *place)
{
    if (quiet < QUIET_MIN || quiet > count)
        return false;
    double sd = quiet_curvature(samples, quiet);
    double largest = largest_curvature(samples, 2, count);
    double enough = rv_shock_enough(largest, sd);
    if (!isfinite(enough))
        return false;
    size_t i = 2;
    while (rv_shock_bend(samples, i) < enough)
        i++;
    *place = rv_shock_edge(samples, i, sd);
    return true;
}

/* Each artefact is compared with the largest of the channel: a response after a small artefact
 * must not pass for one. */
static enum rv_status segment_shocks(const double *x, size_t count, double start_s, double rate_hz,
                                     double enough, double sd, struct rv_times *times,
                                     struct rv_error *err)
{
    for (size_t i = 2; i < count; i++) {
        if (rv_shock_bend(x, i) < enough)
            continue;
        double time_s = start_s + rv_shock_edge(x, i, sd) / rate_hz;
        if (times->count > 0 && time_s - times->time_s[times->count - 1] < apart_s)
            continue;
        if (!rv_times_add(times, time_s))
            return rv_fail_memory(err);
        i += (size_t)(apart_s * rate_hz);
    }
    return RV_OK;
}

enum rv_status rv_shock_find(const struct rv_recording *recording, size_t channel,
                             struct rv_times *times, struct rv_error *err)
{
    const double *x = recording->samples[channel];
    double sd = 0.0, largest = 0.0;
    for (size_t s = 0; s < recording->segment_count; s++) {
        const double *part = x + recording->segments[s].first[channel];
        size_t count = recording->segments[s].sample_count[channel];
        sd = fmax(sd, quiet_curvature(part, count));
        largest = fmax(largest, largest_curvature(part, 2, count));
    }
    double enough = rv_shock_enough(largest, sd);
    if (!isfinite(enough))
        return RV_OK;
    for (size_t s = 0; s < recording->segment_count; s++) {
        const struct rv_segment *segment = &recording->segments[s];
        enum rv_status status = segment_shocks(
            x + segment->first[channel], segment->sample_count[channel], segment->start_s,
            recording->channels[channel].rate_hz, enough, sd, times, err);
        if (status != RV_OK)
            return status;
    }
    return RV_OK;
}
