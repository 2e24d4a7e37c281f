/* SPDX-License-Identifier: GPL-3.0-or-later
 * Comparison with earlier studies: value by value against the reference change value.
 */
#include "interpret/serial.h"

#include "base/text.h"
#include "interpret/observe.h"
#include "interpret/progress.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const struct {
    enum rv_parameter parameter;
    const char *coefficient; /* of thresholds.tsv; by kind where NULL */
} compared[] = {
    {RV_ONSET_LATENCY, "coefficient_latency_percent"},
    {RV_NEGATIVE_PEAK_LATENCY, "coefficient_latency_percent"},
    {RV_CONDUCTION_VELOCITY, "coefficient_latency_percent"},
    {RV_AMPLITUDE, NULL},
    {RV_F_MINIMUM, "coefficient_f_percent"},
    {RV_H_LATENCY, "coefficient_latency_percent"},
};

size_t rv_serial_same(const struct rv_report *earlier, const struct rv_response *now)
{
    for (size_t i = 0; i < earlier->measurement_count; i++) {
        const struct rv_response *then = earlier->measurements[i].response;
        if (then->kind == now->kind && then->side == now->side &&
            rv_text_equal(then->nerve, now->nerve) && rv_text_equal(then->record, now->record) &&
            rv_text_equal(then->stimulate, now->stimulate))
            return i;
    }
    return SIZE_MAX;
}

static bool value_of(const struct rv_measurement *measurement, enum rv_parameter parameter,
                     struct rv_value *value)
{
    const struct rv_result *result = &measurement->results[parameter];
    *value = result->value.validity == RV_MEASURED ? result->value : result->entered;
    if (measurement->present == RV_PRESENT_NO && parameter == RV_AMPLITUDE)
        *value = (struct rv_value){.validity = RV_ABSENT, .value = 0, .se = 0};
    return value->validity == RV_MEASURED || value->validity == RV_ABSENT;
}

/* Why two values may not be compared; NULL when they may. */
static const char *obstacle(struct rv_reading *reading, const struct rv_measurement *then,
                            const struct rv_measurement *now)
{
    double distance = then->response->distance_mm - now->response->distance_mm;
    if (fabs(distance) > rv_reading_number(reading, "same_distance_mm"))
        return "the distances differ";
    if (fabs(then->temperature_c - now->temperature_c) >
        rv_reading_number(reading, "change_temperature_c"))
        return "the temperatures differ by more than 2 degrees C";
    return NULL;
}

/* 1.96 times the root of 2 times the coefficient of variation (clinical specification 10.4), with
 * the standard errors of the two values; wider with another laboratory or examiner. */
static double reference_change(struct rv_reading *reading, const struct rv_change *change,
                               const char *coefficient, bool same_hands)
{
    double percent = rv_reading_number(reading, coefficient);
    double factor = rv_reading_number(reading, "reference_change_factor");
    double retest = factor * percent / 100 * fabs(change->before.value);
    if (!same_hands)
        retest *= rv_reading_number(reading, "change_examiner_factor");
    double own = 1.96 * (isnan(change->change_se) ? 0 : change->change_se);
    return sqrt(retest * retest + own * own);
}

static bool same_hands(const struct rv_study *then, const struct rv_study *now)
{
    bool laboratory = then->visit.laboratory == NULL || now->visit.laboratory == NULL ||
                      rv_text_equal(then->visit.laboratory, now->visit.laboratory);
    bool examiner = then->visit.examiner == NULL || now->visit.examiner == NULL ||
                    rv_text_equal(then->visit.examiner, now->visit.examiner);
    return laboratory && examiner;
}

/* F-wave latencies count by milliseconds as well, amplitudes by half. */
static bool counts(struct rv_reading *reading, size_t measurement, const struct rv_change *change)
{
    double size = fabs(change->change);
    if (change->parameter == RV_F_MINIMUM) {
        bool leg = rv_observe_is_leg(reading, measurement);
        return size > rv_reading_number(reading, leg ? "change_f_leg_ms" : "change_f_arm_ms") ||
               size > change->reference_change;
    }
    if (change->parameter == RV_AMPLITUDE)
        return size > change->reference_change &&
               size >= rv_reading_number(reading, "change_amplitude_percent") / 100 *
                           fmax(change->before.value, 0);
    return size > change->reference_change;
}

static const char *coefficient_of(size_t row, enum rv_kind kind)
{
    if (compared[row].coefficient != NULL)
        return compared[row].coefficient;
    return kind == RV_SENSORY || kind == RV_MIXED ? "coefficient_snap_percent"
                                                  : "coefficient_cmap_percent";
}

/* The date is copied: the earlier report does not live as long as this one. */
static bool compare(struct rv_reading *reading, const struct rv_report *earlier, size_t now,
                    size_t then, size_t row, struct rv_change *change)
{
    const char *date = rv_arena_text(reading->arena, earlier->study->visit.date);
    const struct rv_measurement *here = &reading->measurements[now];
    const struct rv_measurement *there = &earlier->measurements[then];
    enum rv_parameter parameter = compared[row].parameter;
    *change =
        (struct rv_change){.response = here->response->id, .earlier = date, .parameter = parameter};
    if (!value_of(there, parameter, &change->before) || !value_of(here, parameter, &change->now))
        return false;
    change->change = change->now.value - change->before.value;
    change->change_se =
        sqrt(change->now.se * change->now.se + change->before.se * change->before.se);
    change->reference_change =
        reference_change(reading, change, coefficient_of(row, here->response->kind),
                         same_hands(earlier->study, reading->study));
    const char *why_not = obstacle(reading, there, here);
    double percent =
        change->before.value > 0 ? 100 * change->change / change->before.value : (double)NAN;
    if (fabs(percent) < 0.5)
        percent = 0; /* not "-0" */
    const char *unit = rv_parameter_unit(parameter, here->response->kind);
    if (rv_text_equal(unit, "uV"))
        unit = "\xC2\xB5V";
    char before[64], after[64];
    int decimals = rv_parameter_facts(parameter)->decimals;
    rv_number_fixed(change->before.value, decimals, before);
    rv_number_fixed(change->now.value, decimals, after);
    change->obstacle = why_not;
    change->judgement = why_not != NULL                ? RV_NOT_JUDGED
                        : counts(reading, now, change) ? RV_ABNORMAL
                                                       : RV_NORMAL;
    change->text = rv_reading_format(
        reading, "%s %s %s %s: %s %s to %s %s (%s%.0f %%), %s", rv_side_name(here->response->side),
        here->response->nerve, here->response->record != NULL ? here->response->record : "",
        rv_parameter_facts(parameter)->label, before, unit, after, unit,
        percent < 0 ? "\xE2\x88\x92" : "+", fabs(percent),
        why_not != NULL                    ? why_not
        : change->judgement == RV_ABNORMAL ? "beyond the reference change value"
                                           : "within the reference change value");
    return true;
}

static void compare_with(struct rv_reading *reading, const struct rv_report *earlier,
                         struct rv_change **changes, size_t *count, size_t *capacity)
{
    for (size_t i = 0; i < reading->measurement_count; i++) {
        size_t then = rv_serial_same(earlier, reading->measurements[i].response);
        for (size_t row = 0; then != SIZE_MAX && row < sizeof compared / sizeof compared[0];
             row++) {
            struct rv_change change;
            if (!compare(reading, earlier, i, then, row, &change))
                continue;
            struct rv_change *grown =
                rv_reading_grow(reading, *changes, *count, capacity, sizeof **changes);
            if (grown == NULL)
                return;
            *changes = grown;
            (*changes)[(*count)++] = change;
        }
    }
}

/* Whether a report holds the response, or the same one of the other side. */
static bool holds(const struct rv_report *report, const struct rv_response *response, bool other)
{
    struct rv_response wanted = *response;
    if (other)
        wanted.side = rv_other_side(response->side);
    return rv_serial_same(report, &wanted) != SIZE_MAX;
}

/* Responses of one side now and of the other side only then. */
static void list_sides(struct rv_reading *reading, const struct rv_report *earlier,
                       struct rv_strings *found)
{
    for (size_t i = 0; i < reading->measurement_count; i++) {
        const struct rv_response *now = reading->measurements[i].response;
        bool sided = now->side == RV_RIGHT || now->side == RV_LEFT;
        if (sided && !holds(earlier, now, false) && holds(earlier, now, true) &&
            !holds(reading->report, now, true))
            rv_strings_add_once(
                reading, found,
                rv_reading_format(reading, "%s %s %s (%s then, %s now)", rv_kind_name(now->kind),
                                  now->nerve, now->record != NULL ? now->record : "",
                                  rv_side_name(rv_other_side(now->side)), rv_side_name(now->side)));
    }
}

static bool other_patient(const struct rv_study *then, const struct rv_study *now)
{
    return then->patient.id != NULL && now->patient.id != NULL &&
           !rv_text_equal(then->patient.id, now->patient.id);
}

static void add_answer(struct rv_reading *reading, struct rv_interpretation *interpretation,
                       const struct rv_answer *more)
{
    size_t count = interpretation->progression_count;
    struct rv_answer *answers = rv_arena_alloc(reading->arena, count + 1, sizeof *answers);
    if (answers == NULL) {
        reading->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        answers[i] = interpretation->progression[i];
    answers[count] = *more;
    interpretation->progression = answers;
    interpretation->progression_count = count + 1;
}

/* What stands against comparing a whole study: the other side, another patient. */
static void tell_obstacles(struct rv_reading *reading, const struct rv_report *earlier,
                           struct rv_interpretation *interpretation)
{
    struct rv_strings sides = {0};
    const char *date = earlier->study->visit.date;
    const char *when =
        rv_reading_format(reading, "the study of %s", date != NULL ? date : "an unknown date");
    list_sides(reading, earlier, &sides);
    for (size_t i = 0; i < sides.count; i++)
        add_answer(reading, interpretation,
                   &(struct rv_answer){.id = "side_differs",
                                       .question = "Was the same side examined?",
                                       .answer = rv_reading_format(
                                           reading, "no: %s holds the other side only", when),
                                       .evidence = sides.items[i],
                                       .limits = "the two sides are not compared over time"});
    if (other_patient(earlier->study, reading->study))
        add_answer(reading, interpretation,
                   &(struct rv_answer){
                       .id = "patient_differs",
                       .question = "Is it the same patient?",
                       .answer = rv_reading_format(reading, "%s bears another patient id", when),
                       .evidence = "",
                       .limits = "every change stands only if it is the same "
                                 "patient"});
}

void rv_serial_compare(struct rv_reading *reading, const struct rv_report *const *earlier,
                       size_t earlier_count, struct rv_interpretation *interpretation)
{
    struct rv_change *changes = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; i < earlier_count; i++)
        compare_with(reading, earlier[i], &changes, &count, &capacity);
    interpretation->changes = changes;
    interpretation->change_count = count;
    if (earlier_count > 0)
        rv_progress_judge(reading, earlier[earlier_count - 1], interpretation);
    for (size_t i = 0; i < earlier_count; i++)
        tell_obstacles(reading, earlier[i], interpretation);
}
