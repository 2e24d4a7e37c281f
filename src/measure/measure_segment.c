/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values of a segment between two stimulation sites, and of the distance to the electrode:
 * velocities with their uncertainty (GUM), drops, residual latency, terminal latency index.
 */
#include "base/error.h"
#include "measure/sites.h"

#include <math.h>

/* Beyond these a distance or a mark is wrong (docs/methods/marks.md "Velocity"). */
#define ARM_MOST 80.0
#define LEG_MOST 75.0
#define LEAST 10.0
#define DISTANCE_LEAST_MM 10.0
#define DISTANCE_MOST_MM 1000.0
/* Maynard and Stolov 1972: below 10 cm the error of the tape dominates. */
#define SHORT_MM 100.0
/* Whole waves of two sites are later apart than their onsets, as slower fibres fall behind: by 3 to
 * 5 % of the conduction time in healthy nerves (docs/methods/marks.md "Velocity"). */
#define ALIGN_MODEL 0.05
#define ALIGN_LIKENESS 0.9
#define DISAGREEMENT 2.0
/* Distal amplitude below the proximal one by this share: variant or submaximal. */
#define SMALLER_SHARE 0.10

struct segment {
    double delay_ms, delay_se_ms;
    double onset_share; /* of the onsets' difference in the delay; the rest is alignment */
};

static struct rv_value *value_of(struct rv_measurement *measurement, enum rv_parameter parameter)
{
    return &measurement->results[parameter].value;
}

static void set(struct rv_measurement *measurement, enum rv_parameter parameter, double value,
                double se)
{
    if (isfinite(value) && value_of(measurement, parameter)->validity != RV_MEASURED) {
        *value_of(measurement, parameter) =
            (struct rv_value){RV_MEASURED, value, se, RV_BY_AUTO, NULL};
    }
}

static void refuse(struct rv_measurement *measurement, enum rv_parameter parameter,
                   enum rv_validity validity, double value, double se, const char *reason)
{
    if (value_of(measurement, parameter)->validity != RV_MEASURED) {
        *value_of(measurement, parameter) =
            (struct rv_value){validity, value, se, RV_BY_AUTO, reason};
    }
}

/* v = d / t; u(v)/v = sqrt((u_d/d)^2 + (u_t/t)^2) (JCGM 100:2008, 5.1.6). */
static void set_velocity(struct rv_measurement *measurement, double distance_mm, double time_ms,
                         double time_se_ms, const char *where, struct rv_notices *notices)
{
    const struct rv_response *response = measurement->response;
    if (isnan(distance_mm)) {
        refuse(measurement, RV_CONDUCTION_VELOCITY, RV_NOT_MEASURABLE, (double)NAN, (double)NAN,
               "distance_missing");
        return;
    }
    if (distance_mm < DISTANCE_LEAST_MM || distance_mm > DISTANCE_MOST_MM) {
        refuse(measurement, RV_CONDUCTION_VELOCITY, RV_WITHHELD, (double)NAN, (double)NAN,
               "distance_out_of_range");
        return;
    }
    const double velocity = distance_mm / time_ms;
    const double of_distance = rv_sites_distance_se(response, distance_mm) / distance_mm;
    const double of_time = time_se_ms / time_ms;
    const double se = velocity * hypot(of_distance, of_time);
    const double most = rv_sites_is_leg(response->nerve) ? LEG_MOST : ARM_MOST;
    if (of_time > 0.5) {
        refuse(measurement, RV_CONDUCTION_VELOCITY, RV_WITHHELD, velocity, se,
               "uncertain_conduction_time");
    } else if (velocity > most || velocity < LEAST) {
        refuse(measurement, RV_CONDUCTION_VELOCITY, RV_WITHHELD, velocity, se,
               "implausible_velocity");
        measurement->flags |= rv_flag_bit(RV_FLAG_IMPLAUSIBLE_VELOCITY);
        rv_notice_add(notices, RV_WARNING, "implausible_velocity", where,
                      "%.1f m/s over %.0f mm in %.2f ms: distance, unit or mark is wrong", velocity,
                      distance_mm, time_ms);
    } else {
        set(measurement, RV_CONDUCTION_VELOCITY, velocity, se);
    }
}

/* Difference of the onsets, sharpened by the alignment of the waves where both agree. */
static struct segment conduction_time(const struct rv_value *distal,
                                      const struct rv_value *proximal,
                                      const struct rv_alignment *align, const char *where,
                                      struct rv_notices *notices)
{
    struct segment segment = {proximal->value - distal->value, hypot(proximal->se, distal->se),
                              1.0};
    if (align == NULL || isnan(align->delay_ms) || align->similarity < ALIGN_LIKENESS) {
        return segment;
    }
    const double se = hypot(align->se_ms, ALIGN_MODEL * align->delay_ms);
    const double gap = align->delay_ms - segment.delay_ms;
    if (fabs(gap) > DISAGREEMENT * hypot(se, segment.delay_se_ms)) {
        rv_notice_add(
            notices, RV_INFO, "alignment_disagrees", where,
            "the onsets differ by %.2f \xC2\xB1 %.2f ms, the whole waves by %.2f \xC2\xB1 "
            "%.2f ms: dispersion, or a mark is off",
            segment.delay_ms, segment.delay_se_ms, align->delay_ms, se);
        return segment;
    }
    const double a = 1.0 / (segment.delay_se_ms * segment.delay_se_ms), b = 1.0 / (se * se);
    segment.delay_ms = (a * segment.delay_ms + b * align->delay_ms) / (a + b);
    segment.delay_se_ms = 1.0 / sqrt(a + b);
    segment.onset_share = a / (a + b);
    return segment;
}

/* 100 (distal - proximal) / distal, with independent errors. */
static void set_drop(const struct rv_measurement *distal, struct rv_measurement *proximal,
                     enum rv_parameter of, enum rv_parameter drop, double sign)
{
    const struct rv_value *d = &distal->results[of].value, *p = &proximal->results[of].value;
    if (d->validity == RV_MEASURED && p->validity == RV_ABSENT) {
        refuse(proximal, drop, RV_ABSENT, (double)NAN, (double)NAN, NULL);
        return;
    }
    if (d->validity != RV_MEASURED || p->validity != RV_MEASURED || !(d->value > 0.0)) {
        return;
    }
    const double ratio = p->value / d->value;
    const double se = 100.0 * ratio * hypot(p->se / p->value, d->se / d->value);
    set(proximal, drop, sign * 100.0 * (1.0 - ratio), se);
}

static void compare_sizes(struct rv_measurement *distal, struct rv_measurement *proximal)
{
    const struct rv_value *d = value_of(distal, RV_AMPLITUDE),
                          *p = value_of(proximal, RV_AMPLITUDE);
    if (d->validity != RV_MEASURED || p->validity != RV_MEASURED) {
        return;
    }
    const double se = hypot(isnan(d->se) ? 0.0 : d->se, isnan(p->se) ? 0.0 : p->se);
    if (p->value - (1.0 + SMALLER_SHARE) * d->value > se) {
        distal->flags |= rv_flag_bit(RV_FLAG_DISTAL_SMALLER);
        proximal->flags |= rv_flag_bit(RV_FLAG_DISTAL_SMALLER);
    }
}

/* Residual latency L - d/v and terminal latency index d/(v L). v contains the distal latency L
 * itself: dv/dL = v/t, hence the covariance. */
static void set_terminal(struct rv_measurement *distal, const struct rv_measurement *proximal,
                         const struct segment *segment)
{
    const struct rv_value *v = &proximal->results[RV_CONDUCTION_VELOCITY].value;
    const struct rv_value *latency = value_of(distal, RV_ONSET_LATENCY);
    const double d = distal->response->distance_mm;
    if (isnan(d) || v->validity != RV_MEASURED || latency->validity != RV_MEASURED) {
        return;
    }
    const double u_d = rv_sites_distance_se(distal->response, d);
    const double shared =
        segment->onset_share * v->value / segment->delay_ms * latency->se * latency->se;
    const double back = d / (v->value * v->value);
    const double residual = latency->se * latency->se + back * back * v->se * v->se +
                            2.0 * back * shared + u_d / v->value * (u_d / v->value);
    set(distal, RV_RESIDUAL_LATENCY, latency->value - d / v->value, sqrt(residual));
    const double index = d / (v->value * latency->value);
    const double a = u_d / d, b = v->se / v->value, c = latency->se / latency->value;
    const double relative = a * a + b * b + c * c + 2.0 * shared / (v->value * latency->value);
    set(distal, RV_TERMINAL_LATENCY_INDEX, index, index * sqrt(relative));
}

static void measure_pair(struct rv_measurement *distal, struct rv_measurement *proximal,
                         bool terminal, const struct rv_alignment *align,
                         struct rv_notices *notices)
{
    const struct rv_response *response = proximal->response;
    const struct rv_value *d = value_of(distal, RV_ONSET_LATENCY);
    const struct rv_value *p = value_of(proximal, RV_ONSET_LATENCY);
    set_drop(distal, proximal, RV_AMPLITUDE, RV_AMPLITUDE_DROP, 1.0);
    set_drop(distal, proximal, RV_NEGATIVE_AREA, RV_AREA_DROP, 1.0);
    set_drop(distal, proximal, RV_NEGATIVE_DURATION, RV_DURATION_CHANGE, -1.0);
    compare_sizes(distal, proximal);
    if (response->segment_mm < SHORT_MM) {
        proximal->flags |= rv_flag_bit(RV_FLAG_SHORT_SEGMENT);
    }
    if (d->validity != RV_MEASURED || p->validity != RV_MEASURED) {
        return;
    }
    if (p->value <= d->value) {
        refuse(proximal, RV_CONDUCTION_VELOCITY, RV_WITHHELD, (double)NAN, (double)NAN,
               "proximal_not_later");
        proximal->flags |= rv_flag_bit(RV_FLAG_IMPLAUSIBLE_VELOCITY);
        rv_notice_add(notices, RV_WARNING, "proximal_not_later", response->id,
                      "proximal onset %.2f ms is not later than distal onset %.2f ms (%s)",
                      p->value, d->value, distal->response->id);
        return;
    }
    const struct segment segment = conduction_time(d, p, align, response->id, notices);
    set_velocity(proximal, response->segment_mm, segment.delay_ms, segment.delay_se_ms,
                 response->id, notices);
    if (terminal) {
        set_terminal(distal, proximal, &segment);
    }
}

/* The distal segment's velocity minus this one's. Both hold the onset between them, with opposite
 * signs: dv/dL = -v/t and +v/t. */
static void set_velocity_drop(const struct rv_measurement *distal, struct rv_measurement *proximal)
{
    const struct rv_value *a = &distal->results[RV_CONDUCTION_VELOCITY].value;
    const struct rv_value *b = &proximal->results[RV_CONDUCTION_VELOCITY].value;
    if (a->validity != RV_MEASURED || b->validity != RV_MEASURED) {
        return;
    }
    const double latency_se = distal->results[RV_ONSET_LATENCY].value.se;
    double shared = a->value * a->value / distal->response->segment_mm * b->value * b->value /
                    proximal->response->segment_mm * latency_se * latency_se;
    shared = isfinite(shared) ? shared : 0.0;
    set(proximal, RV_VELOCITY_DROP, a->value - b->value,
        sqrt(a->se * a->se + b->se * b->se + 2.0 * shared));
}

static void measure_sensory(struct rv_measurement *measurement, struct rv_notices *notices)
{
    const struct rv_value *onset = value_of(measurement, RV_ONSET_LATENCY);
    if (onset->validity == RV_MEASURED && onset->value > 0.0) {
        set_velocity(measurement, measurement->response->distance_mm, onset->value, onset->se,
                     measurement->response->id, notices);
    } else if (onset->validity == RV_ABSENT) {
        refuse(measurement, RV_CONDUCTION_VELOCITY, RV_ABSENT, (double)NAN, (double)NAN, NULL);
    }
}

enum rv_status rv_measure_segments(const struct rv_study *study,
                                   struct rv_measurement *measurements, size_t count,
                                   const struct rv_alignment *align, struct rv_notices *notices,
                                   struct rv_error *err)
{
    (void)study;
    for (size_t i = 0; i < count; i++) {
        const enum rv_kind kind = measurements[i].response->kind;
        if (kind == RV_SENSORY || kind == RV_MIXED) {
            measure_sensory(&measurements[i], notices);
        } else if (kind == RV_MOTOR) {
            const struct rv_measurement *distal =
                rv_measure_distal_neighbour(measurements, count, i);
            if (distal != NULL) {
                const size_t at = (size_t)(distal - measurements);
                const bool terminal = rv_measure_distal_neighbour(measurements, count, at) == NULL;
                measure_pair(&measurements[at], &measurements[i], terminal,
                             align != NULL ? &align[i] : NULL, notices);
            }
        }
    }
    for (size_t i = 0; i < count; i++) {
        const struct rv_measurement *distal = rv_measure_distal_neighbour(measurements, count, i);
        if (measurements[i].response->kind == RV_MOTOR && distal != NULL) {
            set_velocity_drop(distal, &measurements[i]);
        }
    }
    rv_measure_currents(measurements, count);
    rv_measure_sides(measurements, count);
    return notices->failed ? rv_fail_memory(err) : RV_OK;
}
