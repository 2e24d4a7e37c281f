/* SPDX-License-Identifier: GPL-3.0-or-later
 * Decrement and increment of a train. Method: docs/methods/late.md "Train".
 */
#include "measure/measure_late.h"
#include "measure/sites.h"

#include <math.h>

enum { FOURTH = 3 };

/* Changes from one response to the next that count: this part of the first, and three standard
 * errors. Two turns among them are no synapse but a muscle that moves. */
#define STEP_SHARE 0.05
#define STEP_SES 3.0
#define TURNS_MOST 1

struct size {
    double value, se;
};

static struct size amplitude_of(const struct rv_late_sweep *sweep)
{
    return (struct size){sweep->amplitude_uv, sweep->amplitude_se_uv};
}

static struct size area_of(const struct rv_late_sweep *sweep)
{
    return (struct size){sweep->area_uvms, sweep->area_se_uvms};
}

static bool is_used(const struct rv_late *late, size_t i)
{
    return i < late->sweep_count && late->sweeps[i].found == RV_MEASURED;
}

static void put(struct rv_measurement *measurement, enum rv_parameter parameter, double value,
                double se)
{
    measurement->results[parameter].value =
        isfinite(value) ? (struct rv_value){RV_MEASURED, value, se, RV_BY_AUTO, NULL}
                        : (struct rv_value){RV_NOT_MEASURABLE, (double)NAN, (double)NAN, RV_BY_AUTO,
                                            "no_response"};
}

static void refuse(struct rv_measurement *measurement, const char *reason)
{
    static const enum rv_parameter values[] = {RV_DECREMENT, RV_INCREMENT, RV_AREA_DECREMENT,
                                               RV_AREA_INCREMENT};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        measurement->results[values[i]].value =
            (struct rv_value){RV_NOT_MEASURABLE, (double)NAN, (double)NAN, RV_BY_AUTO, reason};
    }
}

/* 100 (1 - a / first) and its error by the delta method; independent errors. */
static void put_change(struct rv_measurement *measurement, enum rv_parameter parameter,
                       struct size first, struct size a, double sign)
{
    const double ratio = a.value / first.value;
    const double se = 100.0 / first.value * hypot(a.se, ratio * first.se);
    put(measurement, parameter, sign * 100.0 * (1.0 - ratio), se);
}

static double middle(double a, double b, double c)
{
    return fmax(fmin(a, b), fmin(fmax(a, b), c));
}

/* The largest of the middles of three neighbours: one stray response is no increment. */
static struct size largest(const struct rv_late *late,
                           struct size (*size_of)(const struct rv_late_sweep *))
{
    struct size most = {(double)-INFINITY, (double)NAN};
    for (size_t i = 1; i + 2 < late->sweep_count; i++) {
        if (is_used(late, i) && is_used(late, i + 1) && is_used(late, i + 2)) {
            const struct size a = size_of(&late->sweeps[i]), b = size_of(&late->sweeps[i + 1]),
                              c = size_of(&late->sweeps[i + 2]);
            const double value = middle(a.value, b.value, c.value);
            if (value > most.value) {
                most = (struct size){value, b.se};
            }
        }
    }
    return most;
}

/* Turns among the changes that count. */
static int count_turns(const struct rv_late *late)
{
    const double first = late->sweeps[0].amplitude_uv;
    double before = 0.0;
    int turns = 0;
    for (size_t i = 1; i < late->sweep_count; i++) {
        if (!is_used(late, i) || !is_used(late, i - 1)) {
            continue;
        }
        const struct size a = amplitude_of(&late->sweeps[i - 1]),
                          b = amplitude_of(&late->sweeps[i]);
        const double step = b.value - a.value;
        if (fabs(step) < fmax(STEP_SHARE * first, STEP_SES * hypot(a.se, b.se))) {
            continue;
        }
        turns += before * step < 0.0 ? 1 : 0;
        before = step;
    }
    return turns;
}

static void first_response(const struct rv_late *late, struct rv_measurement *measurement)
{
    const struct size amplitude = amplitude_of(&late->sweeps[0]), area = area_of(&late->sweeps[0]);
    put(measurement, RV_AMPLITUDE, amplitude.value / 1000.0, amplitude.se / 1000.0);
    put(measurement, RV_NEGATIVE_AREA, area.value / 1000.0, area.se / 1000.0);
}

void rv_measure_train(const struct rv_late *late, struct rv_measurement *measurement,
                      struct rv_notices *notices)
{
    measurement->late = late;
    measurement->sweeps_used = late->used_count;
    measurement->sweeps_rejected = late->sweep_count - late->used_count;
    if (!is_used(late, 0) || !(late->sweeps[0].amplitude_uv > 0.0)) {
        refuse(measurement, "first_response_missing");
        return;
    }
    first_response(late, measurement);
    const struct size amplitude = amplitude_of(&late->sweeps[0]), area = area_of(&late->sweeps[0]);
    if (!is_used(late, FOURTH)) {
        refuse(measurement, "fourth_response_missing");
        return;
    }
    put_change(measurement, RV_DECREMENT, amplitude, amplitude_of(&late->sweeps[FOURTH]), 1.0);
    put_change(measurement, RV_AREA_DECREMENT, area, area_of(&late->sweeps[FOURTH]), 1.0);
    put_change(measurement, RV_INCREMENT, amplitude, largest(late, amplitude_of), -1.0);
    put_change(measurement, RV_AREA_INCREMENT, area, largest(late, area_of), -1.0);
    const int turns = count_turns(late);
    if (turns > TURNS_MOST) {
        measurement->grade = RV_POOR;
        rv_notice_add(notices, RV_WARNING, "irregular_train", measurement->response->id,
                      "the responses rise and fall by turns (%d): movement or a changing stimulus, "
                      "not the neuromuscular junction",
                      turns);
    }
}
