/* SPDX-License-Identifier: GPL-3.0-or-later
 * What needs several rows: side against side, and a site's rows of rising current.
 */
#include "measure/sites.h"

#include <math.h>

/* Sides are compared when the electrodes lie equally far apart, within this. */
#define SAME_DISTANCE_MM 5.0
#define RISING_SHARE 0.05

struct side_value {
    enum rv_parameter of, into;
    bool needs_distance; /* a latency is a matter of millimetres */
};
static const struct side_value differences[] = {
    {RV_ONSET_LATENCY, RV_ONSET_SIDE_DIFFERENCE, true},
    {RV_NEGATIVE_PEAK_LATENCY, RV_PEAK_SIDE_DIFFERENCE, true},
    {RV_F_MINIMUM, RV_F_MINIMUM_SIDE_DIFFERENCE, false},
    {RV_H_LATENCY, RV_H_LATENCY_SIDE_DIFFERENCE, false},
};

static void set(struct rv_measurement *measurement, enum rv_parameter parameter, double value,
                double se)
{
    struct rv_value *into = &measurement->results[parameter].value;
    if (into->validity != RV_MEASURED) {
        *into = (struct rv_value){RV_MEASURED, value, se, RV_BY_AUTO, NULL};
    }
}

/* Of two rows, whether both have a value of this parameter. */
static bool both_have(const struct rv_measurement *self, const struct rv_measurement *other,
                      enum rv_parameter parameter)
{
    return rv_is_measured(self, parameter) && rv_is_measured(other, parameter);
}

static void set_differences(struct rv_measurement *self, const struct rv_measurement *other,
                            bool equal_distance)
{
    for (size_t i = 0; i < sizeof differences / sizeof *differences; i++) {
        const struct side_value *d = &differences[i];
        if (!both_have(self, other, d->of) || (d->needs_distance && !equal_distance)) {
            continue;
        }
        const struct rv_value *a = &self->results[d->of].value, *b = &other->results[d->of].value;
        set(self, d->into, a->value - b->value, hypot(a->se, b->se));
    }
}

/* The drop belongs to the smaller side: the larger one has none. */
static void set_amplitude_drop(struct rv_measurement *self, const struct rv_measurement *other)
{
    if (!both_have(self, other, RV_AMPLITUDE)) {
        return;
    }
    const struct rv_value *a = &self->results[RV_AMPLITUDE].value;
    const struct rv_value *b = &other->results[RV_AMPLITUDE].value;
    const double ratio = a->value / b->value;
    if (ratio < 1.0) {
        set(self, RV_AMPLITUDE_SIDE_DROP, 100.0 * (1.0 - ratio),
            100.0 * ratio * hypot(a->se / a->value, b->se / b->value));
    }
}

static void set_h_ratio(struct rv_measurement *self, const struct rv_measurement *other)
{
    if (!both_have(self, other, RV_H_AMPLITUDE)) {
        return;
    }
    const struct rv_value *a = &self->results[RV_H_AMPLITUDE].value;
    const struct rv_value *b = &other->results[RV_H_AMPLITUDE].value;
    const double small = fmin(a->value, b->value), large = fmax(a->value, b->value);
    if (small > 0.0) {
        set(self, RV_H_AMPLITUDE_SIDE_RATIO, small / large,
            small / large * hypot(a->se / a->value, b->se / b->value));
    }
}

static void compare_sides(struct rv_measurement *self, const struct rv_measurement *other)
{
    const double here = self->response->distance_mm, there = other->response->distance_mm;
    const bool equal = fabs(here - there) <= SAME_DISTANCE_MM;
    set_differences(self, other, equal);
    if (equal || (isnan(here) && isnan(there))) {
        set_amplitude_drop(self, other);
    }
    set_h_ratio(self, other);
}

void rv_measure_sides(struct rv_measurement *measurements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct rv_measurement *other = rv_sites_other_side(measurements, count, i);
        if (other != NULL) {
            compare_sides(&measurements[i], other);
        }
    }
}

static double current_of(const struct rv_response *response)
{
    return isnan(response->intensity_ma) ? response->intensity_v : response->intensity_ma;
}

/* The row of the next weaker current at the same site; NULL: none. */
static const struct rv_measurement *weaker(const struct rv_measurement *measurements, size_t count,
                                           size_t index)
{
    const double current = current_of(measurements[index].response);
    const struct rv_measurement *best = NULL;
    for (size_t i = 0; i < count; i++) {
        const double other = current_of(measurements[i].response);
        if (i != index &&
            rv_sites_same_site(measurements[i].response, measurements[index].response) &&
            other < current && (best == NULL || other > current_of(best->response))) {
            best = &measurements[i];
        }
    }
    return best;
}

void rv_measure_currents(struct rv_measurement *measurements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct rv_measurement *before = weaker(measurements, count, i);
        if (before == NULL || !rv_is_measured(&measurements[i], RV_AMPLITUDE) ||
            !rv_is_measured(before, RV_AMPLITUDE)) {
            continue;
        }
        const struct rv_value *a = &before->results[RV_AMPLITUDE].value;
        const struct rv_value *b = &measurements[i].results[RV_AMPLITUDE].value;
        if (b->value - a->value > RISING_SHARE * b->value) {
            /* the step still pays: the weaker row was submaximal, the stronger may be */
            measurements[before - measurements].flags |= rv_flag_bit(RV_FLAG_SUBMAXIMAL);
            measurements[i].flags |= rv_flag_bit(RV_FLAG_SUBMAXIMAL);
        }
    }
    /* A stronger row that no longer grew clears the one it follows: that was supramaximal. */
    for (size_t i = 0; i < count; i++) {
        const struct rv_measurement *before = weaker(measurements, count, i);
        if (before == NULL || !rv_is_measured(&measurements[i], RV_AMPLITUDE) ||
            !rv_is_measured(before, RV_AMPLITUDE)) {
            continue;
        }
        const double a = before->results[RV_AMPLITUDE].value.value;
        const double b = measurements[i].results[RV_AMPLITUDE].value.value;
        if (b - a <= RISING_SHARE * b) {
            measurements[before - measurements].flags &= ~rv_flag_bit(RV_FLAG_SUBMAXIMAL);
        }
    }
}
