/* SPDX-License-Identifier: GPL-3.0-or-later
 * The time column of a text table.
 */
#include "acquire/text_time.h"

#include "base/arena.h"
#include "base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A sample may stand this far from its place, in parts of a sample interval. */
static const double JITTER = 0.01;
/* Digits coarser than this part of a sample say nothing about jitter: then the times must fit as
 * they are written. */
static const double COARSE = 0.25;
/* Two statements of one rate may differ by this part. */
static const double RATE_AGREES = 1e-3;

static int ascending(const void *a, const void *b)
{
    double left, right;
    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    return (left > right) - (left < right);
}

/* The usual step of the times, and how well it is known (as a part of it). */
static bool find_step(const double *times, const double *weights, size_t count, double *step,
                      double *uncertain)
{
    double *steps = rv_allocate(count, sizeof *steps);
    if (steps == NULL)
        return false;
    double weight = 0, fine = INFINITY, largest = 0;
    for (size_t i = 0; i + 1 < count; i++)
        steps[i] = times[i + 1] - times[i];
    qsort(steps, count - 1, sizeof *steps, ascending);
    *step = steps[(count - 1) / 2];
    for (size_t i = 0; i + 1 < count; i++)
        largest = fmax(largest, fabs(steps[i] - *step));
    rv_release(steps);
    for (size_t i = 0; i < count; i++) {
        fine = fmin(fine, weights[i]);
        if (weights[i] <= COARSE * *step)
            weight = fmax(weight, weights[i]);
    }
    weight = weight > 0 ? weight : fine;
    bool even = largest <= fmax(COARSE * *step, 2 * fmin(weight, *step / 2));
    double span = times[count - 1] - times[0];
    if (even && span > 0)
        *step = span / (double)(count - 1);
    *uncertain = fmax(1e-7, even ? 2 * weight / span : 2 * weight / *step);
    return *step > 0;
}

/* The roundest number within the uncertainty: 3000 rather than 2999.99994. */
static double round_rate(double rate_hz, double uncertain)
{
    for (double scale = 1e5; scale > 1e-4; scale /= 10) {
        double near = nearbyint(rate_hz / scale) * scale;
        if (near > 0 && fabs(near - rate_hz) <= uncertain * rate_hz)
            return near;
    }
    return rate_hz;
}

static bool rate_possible(double rate_hz)
{
    return rate_hz >= RV_TEXT_RATE_MIN * (1 - RATE_AGREES) &&
           rate_hz <= RV_TEXT_RATE_MAX * (1 + RATE_AGREES);
}

/* Without a written unit: the only one of s, ms and us that gives a rate of electromyography, or
 * the stated rate. */
static enum rv_status deduce_unit(struct rv_text_time *time, double step, double stated_hz,
                                  struct rv_error *err)
{
    static const double units[] = {1, 1e-3, 1e-6};
    size_t found = 0;
    for (size_t i = 0; i < 3; i++) {
        double rate_hz = 1 / (step * units[i]);
        bool fits = isnan(stated_hz) ? rate_possible(rate_hz)
                                     : fabs(rate_hz / stated_hz - 1) <= RATE_AGREES;
        if (!fits)
            continue;
        time->unit_s = units[i];
        found++;
    }
    if (found != 1)
        return rv_fail(err, RV_DATA,
                       "the time column has no unit and steps by %g: name it time_s, time_ms or "
                       "time_us, or give the rate (--rate)",
                       step);
    time->unit_deduced = true;
    return RV_OK;
}

enum rv_status rv_text_time_fit(struct rv_text_time *time, const double *times,
                                const double *weights, size_t count, double stated_hz,
                                struct rv_error *err)
{
    double step = 0, uncertain = 0;
    if (count < 2)
        return rv_fail(err, RV_DATA, "%zu row(s) of times: at least two are needed for a rate",
                       count);
    if (!find_step(times, weights, count, &step, &uncertain))
        return step > 0
                   ? rv_fail_memory(err)
                   : rv_fail(err, RV_DATA, "the time column does not go forward (step %g)", step);
    if (isnan(time->unit_s)) {
        enum rv_status status = deduce_unit(time, step, stated_hz, err);
        if (status != RV_OK)
            return status;
    }
    time->fine = INFINITY;
    for (size_t i = 0; i < count; i++)
        time->fine = fmin(time->fine, weights[i]);
    time->rate_hz = round_rate(1 / (step * time->unit_s), uncertain);
    if (!isnan(stated_hz)) {
        if (fabs(time->rate_hz / stated_hz - 1) > RATE_AGREES + fmin(uncertain, COARSE))
            return rv_fail(err, RV_DATA,
                           "the time column runs at %g samples a second, but %g Hz is stated",
                           time->rate_hz, stated_hz);
        time->rate_hz = stated_hz;
    }
    if (!rate_possible(time->rate_hz))
        return rv_fail(err, RV_DATA,
                       "the time column runs at %g samples a second, expected %d to %d",
                       time->rate_hz, RV_TEXT_RATE_MIN, RV_TEXT_RATE_MAX);
    return RV_OK;
}

void rv_text_time_restart(struct rv_text_time *time)
{
    time->count = 0;
}

/* What rounding to the written digit may move a time, in samples. Trailing zeros are often left
 * out, so a coarse digit among fine ones is taken for a fine one. */
static double rounding(const struct rv_text_time *time, double weight)
{
    double per_sample = time->unit_s * time->rate_hz;
    if (weight * per_sample > COARSE)
        weight = time->fine;
    return weight * per_sample > COARSE ? 0 : weight * per_sample;
}

enum rv_status rv_text_time_check(struct rv_text_time *time, double now, double weight,
                                  struct rv_error *err)
{
    if (time->count == 0) {
        time->first = now;
    } else {
        double step = now - time->last;
        double samples = step * time->unit_s * time->rate_hz;
        double allowed = JITTER + rounding(time, weight) + rounding(time, time->last_weight);
        if (step < 0)
            return rv_fail(err, RV_DATA, "time goes back from %g to %g", time->last, now);
        if (!(step > 0))
            return rv_fail(err, RV_DATA, "time %g stands twice", now);
        if (fabs(samples - 1) > allowed)
            return rv_fail(err, RV_DATA,
                           "time %g comes %.3g samples after the one before, expected 1 at %g Hz",
                           now, samples, time->rate_hz);
    }
    time->last = now;
    time->last_weight = weight;
    time->count++;
    return RV_OK;
}

double rv_text_time_drift(const struct rv_text_time *time)
{
    if (time->count < 2)
        return 0;
    double intervals = (double)(time->count - 1);
    double samples = (time->last - time->first) * time->unit_s * time->rate_hz;
    double beyond = fabs(samples - intervals) - 2 * fmax(rounding(time, time->last_weight), JITTER);
    return beyond > 0 ? beyond / intervals : 0;
}
