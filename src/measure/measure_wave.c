/* SPDX-License-Identifier: GPL-3.0-or-later
 * From the marks of one wave to its values: units, withheld values, entered values, grade.
 */
#include "measure/measure.h"

#include <math.h>

/* Outside these a unit or gain is wrong: 0.05-60 mV and 0.1-300 uV (docs/methods/marks.md
 * "Plausible amplitude"). */
#define CMAP_LEAST_UV 50.0
#define CMAP_MOST_UV 60000.0
#define SNAP_LEAST_UV 0.1
#define SNAP_MOST_UV 300.0
/* Grade: SNR in dB from which a wave is good or fair. */
#define CMAP_GOOD_DB 35.0
#define CMAP_FAIR_DB 22.0
#define SNAP_GOOD_DB 20.0
#define SNAP_FAIR_DB 12.0
/* A rise of the last step by this share is not supramaximal (clinical convention: 5 %). */
#define RISING_SHARE 0.05

static bool is_sensory(enum rv_kind kind)
{
    return kind == RV_SENSORY || kind == RV_MIXED;
}

/* The values that a wave of each kind is looked for. */
static const enum rv_parameter wave_values[] = {
    RV_ONSET_LATENCY,     RV_NEGATIVE_PEAK_LATENCY, RV_AMPLITUDE,    RV_AMPLITUDE_PEAK_TO_PEAK,
    RV_NEGATIVE_DURATION, RV_TOTAL_DURATION,        RV_NEGATIVE_AREA};
static const enum rv_parameter f_values[] = {RV_F_MINIMUM, RV_F_MEAN, RV_F_MAXIMUM,
                                             RV_F_CHRONODISPERSION, RV_F_M_RATIO};
static const enum rv_parameter h_values[] = {RV_H_LATENCY, RV_H_AMPLITUDE, RV_H_M_RATIO};
static const enum rv_parameter blink_values[] = {RV_R1_LATENCY, RV_R2_LATENCY,
                                                 RV_R2_CONTRALATERAL_LATENCY};
struct value_list {
    const enum rv_parameter *items;
    size_t count;
};
#define LIST(array)                         \
    {                                       \
        array, sizeof array / sizeof *array \
    }
static const struct value_list values_of[RV_KIND_COUNT] = {
    [RV_MOTOR] = LIST(wave_values),      [RV_SENSORY] = LIST(wave_values),
    [RV_MIXED] = LIST(wave_values),      [RV_F_WAVE] = LIST(f_values),
    [RV_H_REFLEX] = LIST(h_values),      [RV_BLINK] = LIST(blink_values),
    [RV_REPETITIVE] = LIST(wave_values),
};

static struct rv_value latency(const struct rv_sweeps *sweeps, const struct rv_mark *mark)
{
    const double zero = isnan(sweeps->stimulus_se_ms) ? 0.0 : sweeps->stimulus_se_ms;
    return (struct rv_value){mark->validity, mark->ms, hypot(mark->se_ms, zero), mark->by, NULL};
}

static struct rv_value scaled(struct rv_value value, double factor)
{
    value.value *= factor;
    value.se *= factor;
    return value;
}

static void withhold(struct rv_value *value, const char *reason)
{
    if (value->validity == RV_MEASURED) {
        value->validity = RV_WITHHELD;
        value->reason = reason;
    }
}

static bool has(const struct rv_measurement *measurement, enum rv_flag flag)
{
    return (measurement->flags & rv_flag_bit(flag)) != 0;
}

/* Grade: docs/methods/marks.md "Quality grade". */
static enum rv_quality_grade grade(const struct rv_measurement *measurement)
{
    static const enum rv_flag poor[] = {RV_FLAG_CLIPPED,
                                        RV_FLAG_ARTEFACT_OVERLAPS_ONSET,
                                        RV_FLAG_AT_WINDOW_BOUND,
                                        RV_FLAG_CUT_BY_END,
                                        RV_FLAG_CONFLICT,
                                        RV_FLAG_INVERTED,
                                        RV_FLAG_STIMULUS_NOT_SEEN,
                                        RV_FLAG_FLAT,
                                        RV_FLAG_IMPLAUSIBLE_AMPLITUDE,
                                        RV_FLAG_GAP,
                                        RV_FLAG_TRUNCATED};
    static const enum rv_flag fair[] = {RV_FLAG_EARLY,          RV_FLAG_LATE,
                                        RV_FLAG_ANCHOR_ONLY,    RV_FLAG_INITIAL_POSITIVITY,
                                        RV_FLAG_SUBMAXIMAL,     RV_FLAG_VOLUNTARY_BACKGROUND,
                                        RV_FLAG_TRIGGER_JITTER, RV_FLAG_NO_UNIT};
    const bool sensory = is_sensory(measurement->response->kind);
    const double good_db = sensory ? SNAP_GOOD_DB : CMAP_GOOD_DB;
    const double fair_db = sensory ? SNAP_FAIR_DB : CMAP_FAIR_DB;
    if (measurement->present == RV_PRESENT_UNSAID) {
        return RV_POOR;
    }
    for (size_t i = 0; i < sizeof poor / sizeof *poor; i++) {
        if (has(measurement, poor[i])) {
            return RV_POOR;
        }
    }
    if (measurement->present == RV_PRESENT_YES && !(measurement->snr_db >= fair_db)) {
        return RV_POOR;
    }
    for (size_t i = 0; i < sizeof fair / sizeof *fair; i++) {
        if (has(measurement, fair[i])) {
            return RV_FAIR;
        }
    }
    return measurement->present == RV_PRESENT_YES && measurement->snr_db < good_db ? RV_FAIR
                                                                                   : RV_GOOD;
}

/* Amplitude of the sweeps of one current: lowest sample between onset and recovery against the
 * sample at the onset. */
static double amplitude_at(const struct rv_sweeps *sweeps, const struct rv_compound *compound,
                           double current, double *se)
{
    const double step = sweeps->rate_hz / 1000.0;
    const double at = (compound->marks[RV_MARK_NEGATIVE_PEAK].ms - sweeps->start_ms) * step;
    const double start = (compound->marks[RV_MARK_ONSET].ms - sweeps->start_ms) * step;
    const size_t peak = (size_t)fmax(at + 0.5, 0.0), onset = (size_t)fmax(start + 0.5, 0.0);
    double sum = 0.0;
    size_t n = 0;
    for (size_t s = 0; s < sweeps->sweep_count && peak < sweeps->sample_count; s++) {
        if (!sweeps->rejected[s] && fabs(sweeps->intensity[s] - current) < 1e-9) {
            const double *sweep = sweeps->samples + s * sweeps->sample_count;
            sum += sweep[onset] - sweep[peak];
            n++;
        }
    }
    const double each = compound->noise_uv * sqrt(2.0 * (double)sweeps->used_count);
    *se = n > 0 ? each / sqrt((double)n) : (double)INFINITY;
    return n > 0 ? sum / (double)n : (double)NAN;
}

static double strongest_below(const struct rv_sweeps *sweeps, double limit)
{
    double best = (double)-INFINITY;
    for (size_t s = 0; s < sweeps->sweep_count; s++) {
        const double current = sweeps->intensity[s];
        best = !sweeps->rejected[s] && current < limit && current > best ? current : best;
    }
    return best;
}

/* Still growing from the last but one current to the last? */
static bool is_rising(const struct rv_sweeps *sweeps, const struct rv_compound *compound)
{
    if (sweeps->intensity == NULL || sweeps->samples == NULL) {
        return false;
    }
    const double last = strongest_below(sweeps, (double)INFINITY);
    const double before = strongest_below(sweeps, last - 1e-9);
    if (!isfinite(last) || !isfinite(before)) {
        return false;
    }
    double se_last, se_before;
    const double high = amplitude_at(sweeps, compound, last, &se_last);
    const double low = amplitude_at(sweeps, compound, before, &se_before);
    return high - low > RISING_SHARE * high && high - low > 2.0 * hypot(se_last, se_before);
}

static void copy_values(const struct rv_sweeps *sweeps, const struct rv_compound *compound,
                        struct rv_measurement *measurement)
{
    struct rv_result *results = measurement->results;
    const double factor = is_sensory(measurement->response->kind) ? 1.0 : 1e-3;
    results[RV_ONSET_LATENCY].value = latency(sweeps, &compound->marks[RV_MARK_ONSET]);
    results[RV_NEGATIVE_PEAK_LATENCY].value =
        latency(sweeps, &compound->marks[RV_MARK_NEGATIVE_PEAK]);
    results[RV_AMPLITUDE].value = scaled(compound->amplitude_uv, factor);
    results[RV_AMPLITUDE_PEAK_TO_PEAK].value = scaled(compound->peak_to_peak_uv, factor);
    results[RV_NEGATIVE_DURATION].value = compound->negative_duration_ms;
    results[RV_TOTAL_DURATION].value = compound->total_duration_ms;
    results[RV_NEGATIVE_AREA].value = scaled(compound->negative_area_uvms, factor);
}

static void judge_amplitudes(const struct rv_sweeps *sweeps, const struct rv_compound *compound,
                             struct rv_measurement *measurement)
{
    static const enum rv_parameter sizes[] = {RV_AMPLITUDE, RV_AMPLITUDE_PEAK_TO_PEAK,
                                              RV_NEGATIVE_AREA};
    const bool sensory = is_sensory(measurement->response->kind);
    const double least = sensory ? SNAP_LEAST_UV : CMAP_LEAST_UV;
    const double most = sensory ? SNAP_MOST_UV : CMAP_MOST_UV;
    const double amplitude_uv = compound->amplitude_uv.value;
    const char *reason = NULL;
    if (!sweeps->calibrated) {
        reason = "no_unit";
        measurement->flags |= rv_flag_bit(RV_FLAG_NO_UNIT);
    } else if (amplitude_uv < least || amplitude_uv > most) {
        reason = "implausible_amplitude";
        measurement->flags |= rv_flag_bit(RV_FLAG_IMPLAUSIBLE_AMPLITUDE);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes && reason != NULL; i++) {
        withhold(&measurement->results[sizes[i]].value, reason);
    }
}

void rv_measure_wave(const struct rv_sweeps *sweeps, const struct rv_compound *compound,
                     struct rv_measurement *measurement)
{
    measurement->sweeps_used = sweeps->used_count;
    measurement->sweeps_rejected = sweeps->sweep_count - sweeps->used_count;
    measurement->snr_db = compound->snr_db;
    measurement->flags |= compound->flags;
    const struct value_list *list = &values_of[measurement->response->kind];
    if (compound->presence != RV_MEASURED) {
        measurement->present = compound->presence == RV_ABSENT ? RV_PRESENT_NO : RV_PRESENT_UNSAID;
        for (size_t i = 0; i < list->count; i++) {
            measurement->results[list->items[i]].value = (struct rv_value){
                compound->presence, (double)NAN, (double)NAN, RV_BY_AUTO,
                compound->presence == RV_ABSENT ? NULL : compound->presence_reason};
        }
        measurement->grade = grade(measurement);
        return;
    }
    measurement->present = RV_PRESENT_YES;
    for (size_t i = 0; i < RV_MARK_COUNT; i++) {
        measurement->marks[i] = compound->marks[i];
    }
    copy_values(sweeps, compound, measurement);
    judge_amplitudes(sweeps, compound, measurement);
    if (is_rising(sweeps, compound)) {
        measurement->flags |= rv_flag_bit(RV_FLAG_SUBMAXIMAL);
    }
    measurement->grade = grade(measurement);
}

void rv_measure_series(const struct rv_sweeps *series, const struct rv_compound *compound,
                       struct rv_measurement *measurement)
{
    if (compound->presence == RV_MEASURED && is_rising(series, compound)) {
        measurement->flags |= rv_flag_bit(RV_FLAG_SUBMAXIMAL);
        measurement->grade = grade(measurement);
    }
}

void rv_measure_entered(const struct rv_response *response, struct rv_measurement *measurement)
{
    bool any = false;
    for (size_t p = 0; p < RV_PARAMETER_COUNT; p++) {
        const struct rv_entered *entered = &response->entered[p];
        if (isnan(entered->value)) {
            continue;
        }
        any = true;
        struct rv_result *result = &measurement->results[p];
        /* half a digit is the half-width of a rectangle: its SD is that over sqrt(3) (GUM 4.3.7) */
        result->entered = (struct rv_value){RV_MEASURED, entered->value,
                                            entered->resolution / sqrt(3.0), RV_BY_ENTERED, NULL};
        const enum rv_validity validity = result->value.validity;
        if (validity != RV_MEASURED && validity != RV_ABSENT) {
            result->value = result->entered;
        }
    }
    if (measurement->present != RV_PRESENT_UNSAID) {
        return; /* the waveform has spoken */
    }
    if (response->present == RV_PRESENT_NO) {
        measurement->present = RV_PRESENT_NO;
        const struct value_list *list = &values_of[response->kind];
        for (size_t i = 0; i < list->count; i++) {
            struct rv_value *value = &measurement->results[list->items[i]].value;
            if (value->validity != RV_MEASURED) {
                *value =
                    (struct rv_value){RV_ABSENT, (double)NAN, (double)NAN, RV_BY_ENTERED, NULL};
            }
        }
    } else if (response->present == RV_PRESENT_YES || any) {
        measurement->present = RV_PRESENT_YES;
    }
}
