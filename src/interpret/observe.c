/* SPDX-License-Identifier: GPL-3.0-or-later
 * Asking the measurements: selectors, values, verdicts.
 */
#include "interpret/observe.h"

#include "base/text.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool part_matches(const char *part, size_t length, const char *word)
{
    if (length == 0 || (length == 1 && *part == '*'))
        return true;
    return word != NULL && strlen(word) == length && memcmp(part, word, length) == 0;
}

static bool matches(const struct rv_response *response, const char *selector, size_t length)
{
    const char *words[] = {rv_kind_name(response->kind), response->nerve, response->record,
                           response->stimulate};
    const char *end = selector + length;
    for (size_t i = 0; i < 4 && selector <= end; i++) {
        const char *colon = memchr(selector, ':', (size_t)(end - selector));
        const char *stop = colon != NULL ? colon : end;
        if (!part_matches(selector, (size_t)(stop - selector), words[i]))
            return false;
        selector = stop + 1;
    }
    return true;
}

size_t rv_observe_next(const struct rv_reading *reading, const char *selector, size_t length,
                       enum rv_side side, size_t from)
{
    for (size_t i = from; i < reading->measurement_count; i++) {
        const struct rv_response *response = reading->measurements[i].response;
        if ((side == RV_SIDE_UNKNOWN || response->side == side) &&
            matches(response, selector, length))
            return i;
    }
    return SIZE_MAX;
}

enum rv_parameter rv_parameter_find(const char *name)
{
    int parameter = 0;
    while (parameter < RV_PARAMETER_COUNT &&
           !rv_text_equal(rv_parameter_facts((enum rv_parameter)parameter)->name, name))
        parameter++;
    return (enum rv_parameter)parameter;
}

bool rv_observe_absent(const struct rv_reading *reading, size_t measurement)
{
    const struct rv_measurement *found = &reading->measurements[measurement];
    return found->present == RV_PRESENT_NO ||
           (found->present == RV_PRESENT_UNSAID && found->response->present == RV_PRESENT_NO);
}

bool rv_observe_value(const struct rv_reading *reading, size_t measurement,
                      enum rv_parameter parameter, double *number, double *se)
{
    const struct rv_measurement *found = &reading->measurements[measurement];
    if (rv_observe_absent(reading, measurement)) {
        *number = 0;
        *se = 0;
        return parameter == RV_AMPLITUDE || parameter == RV_AMPLITUDE_PEAK_TO_PEAK;
    }
    const struct rv_value *candidates[] = {&found->results[parameter].value,
                                           &found->results[parameter].entered};
    for (size_t i = 0; i < 2; i++)
        if (candidates[i]->validity == RV_MEASURED && !isnan(candidates[i]->value)) {
            *number = candidates[i]->value;
            *se = isnan(candidates[i]->se) ? 0 : candidates[i]->se;
            return true;
        }
    return false;
}

bool rv_observe_is_leg(const struct rv_reading *reading, size_t measurement)
{
    static const char leg[] = "fibular|tibial|sural|superficial fibular|saphenous|femoral|"
                              "medial plantar|lateral plantar|dorsal sural|sciatic|obturator|"
                              "lateral femoral cutaneous|superior gluteal|inferior gluteal";
    return rv_list_has(leg, reading->measurements[measurement].response->nerve);
}

int rv_observe_cold(struct rv_reading *reading, size_t measurement)
{
    double celsius = reading->measurements[measurement].temperature_c;
    if (isnan(celsius))
        return 0;
    if (celsius < rv_reading_number(reading, "temperature_refuse_c"))
        return 2;
    bool leg = rv_observe_is_leg(reading, measurement);
    double target =
        rv_reading_number(reading, leg ? "temperature_target_leg_c" : "temperature_target_arm_c");
    return celsius < target ? 1 : 0;
}

static bool depends_on_temperature(enum rv_parameter parameter)
{
    switch (parameter) {
    case RV_AMPLITUDE:
    case RV_AMPLITUDE_PEAK_TO_PEAK:
    case RV_AMPLITUDE_DROP:
    case RV_AREA_DROP:
    case RV_VELOCITY_DROP:
    case RV_F_PERSISTENCE:
    case RV_DECREMENT:
    case RV_INCREMENT:
        return false;
    default:
        return true;
    }
}

/* A slow value of a limb below the target counts only when its corrected value is slow too. */
static enum rv_truth weigh_cold(struct rv_reading *reading, size_t measurement,
                                const struct rv_result *result)
{
    int cold = rv_observe_cold(reading, measurement);
    if (cold == 0)
        return RV_TRUE;
    const struct rv_verdict *verdict = &result->verdict;
    if (cold == 1 && !isnan(result->corrected) &&
        (result->corrected > verdict->upper || result->corrected < verdict->lower))
        return RV_TRUE;
    return RV_NOT_ASSESSED;
}

enum rv_truth rv_observe_beyond(struct rv_reading *reading, size_t measurement,
                                enum rv_parameter parameter, bool high, bool low)
{
    const struct rv_result *result = &reading->measurements[measurement].results[parameter];
    const struct rv_verdict *verdict = &result->verdict;
    double number, se;
    if (!rv_observe_value(reading, measurement, parameter, &number, &se))
        return RV_NOT_ASSESSED;
    if (rv_observe_absent(reading, measurement))
        return low ? RV_TRUE : RV_NOT_ASSESSED;
    if (verdict->judgement == RV_NORMAL)
        return RV_FALSE;
    if (verdict->judgement != RV_ABNORMAL)
        return RV_NOT_ASSESSED;
    bool wanted = (high && number > verdict->upper) || (low && number < verdict->lower);
    if (!wanted)
        return RV_FALSE;
    return depends_on_temperature(parameter) ? weigh_cold(reading, measurement, result) : RV_TRUE;
}

size_t rv_observe_other_side(const struct rv_reading *reading, size_t measurement)
{
    const struct rv_response *here = reading->measurements[measurement].response;
    for (size_t i = 0; i < reading->measurement_count; i++) {
        const struct rv_response *there = reading->measurements[i].response;
        if (there->kind == here->kind && there->side == rv_other_side(here->side) &&
            here->side != RV_SIDE_UNKNOWN && rv_text_equal(there->nerve, here->nerve) &&
            rv_text_equal(there->record, here->record) &&
            rv_text_equal(there->stimulate, here->stimulate))
            return i;
    }
    return SIZE_MAX;
}

double rv_observe_side_drop(const struct rv_reading *reading, size_t measurement)
{
    size_t other = rv_observe_other_side(reading, measurement);
    double here, there, se;
    if (other == SIZE_MAX || !rv_observe_value(reading, measurement, RV_AMPLITUDE, &here, &se) ||
        !rv_observe_value(reading, other, RV_AMPLITUDE, &there, &se) || there <= 0)
        return NAN;
    return 100 * (there - here) / there;
}

double rv_observe_side_drop_limit(struct rv_reading *reading, size_t measurement)
{
    const struct rv_response *response = reading->measurements[measurement].response;
    if (rv_text_equal(response->record, "EDB"))
        return rv_reading_number(reading, "side_drop_edb_percent");
    if (rv_list_has("lateral antebrachial cutaneous|medial antebrachial cutaneous",
                    response->nerve))
        return rv_reading_number(reading, "side_drop_forearm_percent");
    return rv_reading_number(reading, "side_drop_percent");
}
