/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values of the H-reflex and of the blink reflex. Method: docs/methods/late.md.
 */
#include "measure/measure_late.h"
#include "measure/resample.h"
#include "measure/sites.h"

#include <math.h>

enum { RESAMPLES = 400 };

/* The latency is that of the large reflexes, the shortest of them: those of at least this part of
 * the largest, within this of the shortest. */
#define LARGE_SHARE 0.7
#define SHORTEST_MS 0.2
/* A reflex is one where two sweeps agree. */
#define AGREE_MS 2.0
/* It shrinks as M grows: at the strongest stimuli it has lost at least this part. */
#define LEFT_SHARE 0.7
/* A reflex comes before M does: at weak stimuli M is smaller than this part of the largest. */
#define BEFORE_M_SHARE 0.3
/* A reflex of this size would have been seen. */
#define FLOOR_MOST_UV 100.0

static void put(struct rv_measurement *measurement, enum rv_parameter parameter, double value,
                double se)
{
    if (isfinite(value)) {
        measurement->results[parameter].value =
            (struct rv_value){RV_MEASURED, value, se, RV_BY_AUTO, NULL};
    }
}

static bool is_found(const struct rv_late_sweep *sweep)
{
    return sweep->found == RV_MEASURED;
}

/* Weighted mean of the shortest among the large; `resample` NULL: as they are. */
static double shortest(const struct rv_late *late, double least_uv, struct rv_resample *resample)
{
    double first = (double)INFINITY, sum = 0.0, weights = 0.0;
    struct rv_resample again = resample != NULL ? *resample : (struct rv_resample){0};
    for (int pass = 0; pass < 2; pass++) {
        if (resample != NULL) {
            *resample = again; /* the same draw twice */
        }
        for (size_t i = 0; i < late->sweep_count; i++) {
            const size_t pick =
                resample != NULL ? rv_resample_index(resample, late->sweep_count) : i;
            const struct rv_late_sweep *sweep = &late->sweeps[pick];
            const double noise = resample != NULL ? rv_resample_normal(resample) : 0.0;
            if (!is_found(sweep) || sweep->amplitude_uv < least_uv) {
                continue;
            }
            const double ms = sweep->onset_ms + noise * sweep->onset_se_ms;
            const double w = 1.0 / (sweep->onset_se_ms * sweep->onset_se_ms + 1e-6);
            if (pass == 0) {
                first = fmin(first, ms);
            } else if (ms <= first + fmax(SHORTEST_MS, 2.0 * sweep->onset_se_ms)) {
                sum += w * ms;
                weights += w;
            }
        }
    }
    return weights > 0.0 ? sum / weights : (double)NAN;
}

struct largest {
    double h_uv, h_se_uv, second_uv, m_uv, m_se_uv;
    size_t count, agreeing;
};

static struct largest find_largest(const struct rv_late *late)
{
    struct largest most = {0.0, (double)NAN, 0.0, (double)NAN, (double)NAN, 0, 0};
    double onset_ms = (double)NAN;
    for (size_t i = 0; i < late->sweep_count; i++) {
        const struct rv_late_sweep *sweep = &late->sweeps[i];
        if (sweep->found != RV_UNTESTED && !isnan(sweep->m_amplitude_uv) &&
            !(sweep->m_amplitude_uv <= most.m_uv)) {
            most.m_uv = sweep->m_amplitude_uv;
            most.m_se_uv = sweep->m_amplitude_se_uv;
        }
        if (!is_found(sweep)) {
            continue;
        }
        most.count++;
        if (sweep->amplitude_uv > most.h_uv) {
            most.second_uv = most.h_uv;
            most.h_uv = sweep->amplitude_uv;
            most.h_se_uv = sweep->amplitude_se_uv;
            onset_ms = sweep->onset_ms;
        } else {
            most.second_uv = fmax(most.second_uv, sweep->amplitude_uv);
        }
    }
    for (size_t i = 0; i < late->sweep_count; i++) {
        most.agreeing +=
            is_found(&late->sweeps[i]) && fabs(late->sweeps[i].onset_ms - onset_ms) <= AGREE_MS;
    }
    return most;
}

static void put_h(const struct rv_late *late, const struct largest *most,
                  struct rv_measurement *measurement)
{
    const double least_uv = LARGE_SHARE * most->h_uv;
    struct rv_spread spread = {0};
    struct rv_resample resample = {1};
    for (int i = 0; i < RESAMPLES; i++) {
        rv_spread_add(&spread, shortest(late, least_uv, &resample));
    }
    put(measurement, RV_H_LATENCY, shortest(late, least_uv, NULL), rv_spread_sd(&spread));
    /* how far the series may have stepped over its top: half of the step to the next */
    const double step = most->second_uv > 0.0 ? 0.5 * (most->h_uv - most->second_uv) : 0.0;
    const double h_se = hypot(most->h_se_uv, step);
    put(measurement, RV_H_AMPLITUDE, most->h_uv / 1000.0, h_se / 1000.0);
    const double ratio = most->h_uv / most->m_uv;
    put(measurement, RV_H_M_RATIO, 100.0 * ratio,
        100.0 * ratio * hypot(h_se / most->h_uv, most->m_se_uv / most->m_uv));
}

static void put_no_h(const struct rv_late *late, const struct largest *most,
                     struct rv_measurement *measurement)
{
    static const enum rv_parameter values[] = {RV_H_LATENCY, RV_H_AMPLITUDE, RV_H_M_RATIO};
    const char *reason = most->count > 0                  ? "not_reproducible"
                         : isnan(most->m_uv)              ? "stimulus_not_seen"
                         : late->floor_uv > FLOOR_MOST_UV ? "noise_above_limit"
                                                          : NULL;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        measurement->results[values[i]].value =
            (struct rv_value){reason == NULL ? RV_ABSENT : RV_NOT_MEASURABLE, (double)NAN,
                              (double)NAN, RV_BY_AUTO, reason};
    }
    measurement->present = reason == NULL ? RV_PRESENT_NO : RV_PRESENT_UNSAID;
}

/* H at the largest M against the largest H. */
static bool is_suppressed(const struct rv_late *late, const struct largest *most)
{
    double left = 0.0;
    for (size_t i = 0; i < late->sweep_count; i++) {
        const struct rv_late_sweep *sweep = &late->sweeps[i];
        if (is_found(sweep) && sweep->m_amplitude_uv > 0.97 * most->m_uv) {
            left = fmax(left, sweep->amplitude_uv);
        }
    }
    return left <= LEFT_SHARE * most->h_uv;
}

/* Was the late wave never seen without a sizeable M? */
static bool needs_m(const struct rv_late *late, const struct largest *most)
{
    for (size_t i = 0; i < late->sweep_count; i++) {
        const struct rv_late_sweep *sweep = &late->sweeps[i];
        if (is_found(sweep) && !(sweep->m_amplitude_uv >= BEFORE_M_SHARE * most->m_uv)) {
            return false;
        }
    }
    return true;
}

/* A late wave that follows M is an F-wave or the end of M: its figures are not those of a reflex.
 */
static void withhold_h(struct rv_measurement *measurement)
{
    static const enum rv_parameter values[] = {RV_H_LATENCY, RV_H_AMPLITUDE, RV_H_M_RATIO};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct rv_value *value = &measurement->results[values[i]].value;
        if (value->validity == RV_MEASURED) {
            value->validity = RV_WITHHELD;
            value->reason = "h_not_suppressed";
        }
    }
    measurement->present = RV_PRESENT_UNSAID;
}

static void judge_series(const struct rv_late *late, const struct largest *most,
                         struct rv_measurement *measurement, struct rv_notices *notices)
{
    const char *where = measurement->response->id;
    struct rv_value *ratio = &measurement->results[RV_H_M_RATIO].value;
    const bool follows = measurement->present == RV_PRESENT_YES && !isnan(most->m_uv) &&
                         !is_suppressed(late, most) && (late->plateau || needs_m(late, most));
    if (follows) {
        withhold_h(measurement);
        rv_notice_add(notices, RV_WARNING, "h_not_suppressed", where,
                      "the late wave does not shrink as the M-wave grows: it may be an F-wave or a "
                      "part of the M-wave; whether there is an H-reflex cannot be told");
    }
    if (!isnan(most->m_uv) && !late->plateau) {
        measurement->flags |= rv_flag_bit(RV_FLAG_SUBMAXIMAL);
        if (ratio->validity == RV_MEASURED) {
            ratio->validity = RV_WITHHELD;
            ratio->reason = "m_not_supramaximal";
        }
        rv_notice_add(notices, RV_WARNING, "m_not_supramaximal", where,
                      "the M-wave still grew at the end of the series: M max is too small, H/M "
                      "would be too large");
    }
    if (late->voluntary) {
        measurement->flags |= rv_flag_bit(RV_FLAG_VOLUNTARY_BACKGROUND);
        rv_notice_add(notices, RV_WARNING, "voluntary_background", where,
                      "muscle is active between the stimuli (%.0f \xC2\xB5V peak to peak)",
                      late->background_uv);
    }
}

void rv_measure_h(const struct rv_late *late, struct rv_measurement *measurement,
                  struct rv_notices *notices)
{
    const struct largest most = find_largest(late);
    measurement->late = late;
    measurement->sweeps_used = late->used_count;
    measurement->sweeps_rejected = late->sweep_count - late->used_count;
    put(measurement, RV_M_AMPLITUDE, most.m_uv / 1000.0, most.m_se_uv / 1000.0);
    if (most.agreeing >= 2 || (most.count == 1 && late->used_count == 1)) {
        measurement->present = RV_PRESENT_YES;
        put_h(late, &most, measurement);
    } else {
        put_no_h(late, &most, measurement);
    }
    judge_series(late, &most, measurement, notices);
    measurement->grade = measurement->present == RV_PRESENT_UNSAID ? RV_POOR
                         : measurement->flags != 0                 ? RV_FAIR
                                                                   : RV_GOOD;
}

void rv_measure_blink(const struct rv_blink *blink, bool other_side,
                      struct rv_measurement *measurement)
{
    if (other_side) {
        measurement->results[RV_R2_CONTRALATERAL_LATENCY].value = blink->r2_ms;
    } else {
        measurement->results[RV_R1_LATENCY].value = blink->r1_ms;
        measurement->results[RV_R2_LATENCY].value = blink->r2_ms;
    }
    const bool found = blink->r2_ms.validity == RV_MEASURED ||
                       (!other_side && blink->r1_ms.validity == RV_MEASURED);
    measurement->present = found ? RV_PRESENT_YES : RV_PRESENT_NO;
    measurement->grade = RV_FAIR; /* burst onsets are read off an envelope */
}
