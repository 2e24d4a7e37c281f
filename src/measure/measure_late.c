/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values of F-waves, and of the way between stimulus and spine. Method: docs/methods/late.md.
 */
#include "measure/measure_late.h"

#include "base/text.h"
#include "measure/resample.h"
#include "measure/sites.h"

#include <math.h>

enum { RESAMPLES = 400, STIMULI_FEW = 10 };

/* F-waves of this size would have been seen: above it their absence cannot be told (clinical
 * convention: 20 to 40 uV). */
#define FLOOR_MOST_UV 40.0
/* Turnaround at the motor neuron (Kimura 1974). */
#define TURNAROUND_MS 1.0
/* Grade: part of the stimuli whose F-wave's onset is worth using. */
#define GOOD_SE_MS 0.5

struct f_values {
    double minimum, mean, maximum, m_ratio, persistence, repeaters;
    size_t count, used;
};

static void put(struct rv_measurement *measurement, enum rv_parameter parameter, double value,
                double se)
{
    if (isfinite(value)) {
        measurement->results[parameter].value =
            (struct rv_value){RV_MEASURED, value, se, RV_BY_AUTO, NULL};
    }
}

static void put_none(struct rv_measurement *measurement, enum rv_parameter parameter,
                     enum rv_validity validity, const char *reason)
{
    measurement->results[parameter].value =
        (struct rv_value){validity, (double)NAN, (double)NAN, RV_BY_AUTO, reason};
}

/* Statistics of the sweeps picked; `resample` NULL: all, as they are. */
static struct f_values summarise(const struct rv_late *late, struct rv_resample *resample)
{
    struct f_values values = {(double)NAN, 0.0, (double)NAN, 0.0, 0.0, 0.0, 0, 0};
    double size = 0.0, m = 0.0, m_count = 0.0, repeats = 0.0;
    for (size_t i = 0; i < late->sweep_count; i++) {
        const size_t pick = resample != NULL ? rv_resample_index(resample, late->sweep_count) : i;
        const struct rv_late_sweep *sweep = &late->sweeps[pick];
        if (sweep->found == RV_UNTESTED) {
            continue;
        }
        values.used++;
        if (!isnan(sweep->m_amplitude_uv)) {
            m += sweep->m_amplitude_uv;
            m_count += 1.0;
        }
        if (sweep->found != RV_MEASURED) {
            continue;
        }
        const double noise =
            resample != NULL ? sweep->onset_se_ms * rv_resample_normal(resample) : 0.0;
        const double ms = sweep->onset_ms + noise;
        values.minimum = fmin(values.minimum, ms); /* fmin passes over NaN */
        values.maximum = fmax(values.maximum, ms);
        values.mean += ms;
        size += sweep->amplitude_uv;
        repeats += sweep->repeats ? 1.0 : 0.0;
        values.count++;
    }
    const double n = (double)values.count;
    values.persistence = values.used > 0 ? 100.0 * n / (double)values.used : (double)NAN;
    if (values.count == 0) {
        values.mean = values.m_ratio = values.repeaters = (double)NAN;
        return values;
    }
    values.mean /= n;
    values.m_ratio = m_count > 0.0 && m > 0.0 ? 100.0 * (size / n) / (m / m_count) : (double)NAN;
    values.repeaters = 100.0 * repeats / n;
    return values;
}

/* SD of a percentage that stays honest at 0 and 100 (Agresti and Coull 1998: two more of each). */
static double percent_se(double percent, size_t n)
{
    const double p = (percent / 100.0 * (double)n + 2.0) / ((double)n + 4.0);
    return 100.0 * sqrt(p * (1.0 - p) / ((double)n + 4.0));
}

static void put_latencies(const struct rv_late *late, const struct f_values *values,
                          struct rv_measurement *measurement)
{
    struct rv_spread minimum = {0}, mean = {0}, maximum = {0}, range = {0}, ratio = {0};
    struct rv_resample resample = {1};
    for (int i = 0; i < RESAMPLES; i++) {
        const struct f_values drawn = summarise(late, &resample);
        if (drawn.count > 0) {
            rv_spread_add(&minimum, drawn.minimum);
            rv_spread_add(&mean, drawn.mean);
            rv_spread_add(&maximum, drawn.maximum);
            rv_spread_add(&range, drawn.maximum - drawn.minimum);
            rv_spread_add(&ratio, drawn.m_ratio);
        }
    }
    put(measurement, RV_F_MINIMUM, values->minimum, rv_spread_sd(&minimum));
    put(measurement, RV_F_MEAN, values->mean, rv_spread_sd(&mean));
    put(measurement, RV_F_MAXIMUM, values->maximum, rv_spread_sd(&maximum));
    if (values->count > 1) {
        put(measurement, RV_F_CHRONODISPERSION, values->maximum - values->minimum,
            rv_spread_sd(&range));
        put(measurement, RV_F_REPEATERS, values->repeaters,
            percent_se(values->repeaters, values->count));
    }
    put(measurement, RV_F_M_RATIO, values->m_ratio, rv_spread_sd(&ratio));
}

static void put_absent(const struct rv_late *late, struct rv_measurement *measurement)
{
    static const enum rv_parameter values[] = {RV_F_MINIMUM, RV_F_MEAN, RV_F_MAXIMUM,
                                               RV_F_CHRONODISPERSION, RV_F_M_RATIO};
    const bool seen = late->floor_uv <= FLOOR_MOST_UV && !isnan(late->m_onset_ms);
    const char *reason = isnan(late->m_onset_ms) ? "stimulus_not_seen" : "noise_above_limit";
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        put_none(measurement, values[i], seen ? RV_ABSENT : RV_NOT_MEASURABLE,
                 seen ? NULL : reason);
    }
    measurement->present = seen ? RV_PRESENT_NO : RV_PRESENT_UNSAID;
}

static void tell(const struct rv_late *late, const struct f_values *values, const char *where,
                 struct rv_measurement *measurement, struct rv_notices *notices)
{
    if (late->used_count < STIMULI_FEW) {
        measurement->flags |= rv_flag_bit(RV_FLAG_FEW_SWEEPS);
        rv_notice_add(notices, RV_WARNING, "few_stimuli", where,
                      "%zu stimuli: at least %d are needed for F-wave latencies and persistence",
                      late->used_count, STIMULI_FEW);
    }
    if (late->voluntary) {
        measurement->flags |= rv_flag_bit(RV_FLAG_VOLUNTARY_BACKGROUND);
        rv_notice_add(notices, RV_WARNING, "voluntary_background", where,
                      "muscle is active between the stimuli (%.0f \xC2\xB5V peak to peak): F-waves "
                      "below %.0f \xC2\xB5V cannot be told from it, latencies are less certain",
                      late->background_uv, late->floor_uv);
    }
    if (late->a_wave_count > 0) {
        rv_notice_add(notices, RV_INFO, "a_wave", where,
                      "a wave of constant shape and latency stands in %zu of %zu sweeps (A-wave); "
                      "it is not counted as an F-wave",
                      late->a_wave_count, late->used_count);
    }
    if (values->count > 0 && values->count < 3) {
        rv_notice_add(notices, RV_INFO, "few_f_waves", where,
                      "only %zu F-waves: minimum and maximum latency rest on them alone",
                      values->count);
    }
}

static enum rv_quality_grade grade_f(const struct rv_late *late, const struct f_values *values,
                                     const struct rv_measurement *measurement)
{
    if (measurement->present == RV_PRESENT_UNSAID) {
        return RV_POOR;
    }
    const double se = measurement->results[RV_F_MINIMUM].value.se;
    if (late->voluntary || late->used_count < STIMULI_FEW ||
        (values->count > 0 && !(se <= GOOD_SE_MS))) {
        return RV_FAIR;
    }
    return RV_GOOD;
}

void rv_measure_f(const struct rv_late *late, struct rv_measurement *measurement,
                  struct rv_notices *notices)
{
    const struct f_values values = summarise(late, NULL);
    measurement->late = late;
    measurement->sweeps_used = late->used_count;
    measurement->sweeps_rejected = late->sweep_count - late->used_count;
    if (values.used > 0) {
        put(measurement, RV_F_STIMULI, (double)values.used, 0.0);
        put(measurement, RV_F_COUNT, (double)values.count, 0.0);
        put(measurement, RV_F_PERSISTENCE, values.persistence,
            percent_se(values.persistence, values.used));
    }
    if (values.count > 0) {
        measurement->present = RV_PRESENT_YES;
        put_latencies(late, &values, measurement);
    } else {
        put_absent(late, measurement);
    }
    if (measurement->present == RV_PRESENT_UNSAID) { /* what could not be seen is no zero */
        put_none(measurement, RV_F_PERSISTENCE, RV_NOT_MEASURABLE, "noise_above_limit");
        put_none(measurement, RV_F_COUNT, RV_NOT_MEASURABLE, "noise_above_limit");
    }
    tell(late, &values, measurement->response->id, measurement, notices);
    measurement->grade = grade_f(late, &values, measurement);
}

/* --- the way to the spine -------------------------------------------------------------------- */

static bool same_nerve(const struct rv_response *f, const struct rv_response *motor)
{
    return motor->kind == RV_MOTOR && motor->side == f->side &&
           rv_text_equal(motor->nerve, f->nerve) && rv_text_equal(motor->record, f->record);
}

/* The motor row at the stimulation site of the F-wave. */
static const struct rv_measurement *distal_row(const struct rv_measurement *measurements,
                                               size_t count, const struct rv_response *f)
{
    for (size_t i = 0; i < count; i++) {
        if (same_nerve(f, measurements[i].response) && f->stimulate != NULL &&
            rv_text_equal(measurements[i].response->stimulate, f->stimulate) &&
            rv_is_measured(&measurements[i], RV_ONSET_LATENCY)) {
            return &measurements[i];
        }
    }
    return NULL;
}

/* Velocity of the segment that begins at that site. */
static const struct rv_value *velocity_above(const struct rv_measurement *measurements,
                                             size_t count, const struct rv_measurement *distal)
{
    for (size_t i = 0; distal != NULL && i < count; i++) {
        if (same_nerve(distal->response, measurements[i].response) &&
            rv_is_measured(&measurements[i], RV_CONDUCTION_VELOCITY) &&
            rv_measure_distal_neighbour(measurements, count, i) == distal) {
            return &measurements[i].results[RV_CONDUCTION_VELOCITY].value;
        }
    }
    return NULL;
}

/* F estimate = 2 D / v + 1 ms + distal latency (Preston and Shapiro, chapter 4). */
static void put_estimate(struct rv_measurement *f, double distance_mm, double distance_se_mm,
                         const struct rv_value *velocity, const struct rv_value *latency)
{
    const double v = velocity->value;
    const double way = 2.0 * distance_mm / v;
    const double se = hypot(hypot(2.0 * distance_se_mm / v, way * velocity->se / v), latency->se);
    put(f, RV_F_ESTIMATE, way + TURNAROUND_MS + latency->value, se);
}

/* F-M velocity = 2 D / (F - M - 1) (Kimura 1974). */
static void put_f_velocity(struct rv_measurement *f, double distance_mm, double distance_se_mm,
                           const struct rv_value *m)
{
    const struct rv_value *minimum = &f->results[RV_F_MINIMUM].value;
    const double ms = minimum->value - m->value - TURNAROUND_MS;
    if (minimum->validity != RV_MEASURED || !(ms > 1.0)) {
        return;
    }
    const double v = 2.0 * distance_mm / ms;
    put(f, RV_F_VELOCITY, v,
        v * hypot(distance_se_mm / distance_mm, hypot(minimum->se, m->se) / ms));
}

void rv_measure_f_paths(struct rv_measurement *measurements, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct rv_measurement *f = &measurements[i];
        const double d = f->response->spine_mm;
        if (f->response->kind != RV_F_WAVE || !(d > 0.0)) {
            continue;
        }
        const double se = rv_sites_distance_se(f->response, d);
        const struct rv_measurement *distal = distal_row(measurements, count, f->response);
        const struct rv_value *velocity = velocity_above(measurements, count, distal);
        if (velocity != NULL) {
            put_estimate(f, d, se, velocity, &distal->results[RV_ONSET_LATENCY].value);
        }
        struct rv_value m = {RV_UNTESTED, (double)NAN, (double)NAN, RV_BY_NOBODY, NULL};
        if (f->late != NULL && !isnan(f->late->m_onset_ms)) {
            m = (struct rv_value){RV_MEASURED, f->late->m_onset_ms, f->late->m_onset_se_ms,
                                  RV_BY_AUTO, NULL};
        } else if (distal != NULL) {
            m = distal->results[RV_ONSET_LATENCY].value;
        }
        if (m.validity == RV_MEASURED) {
            put_f_velocity(f, d, se, &m);
        }
    }
}
