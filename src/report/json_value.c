/* SPDX-License-Identifier: GPL-3.0-or-later
 * Small pieces of JSON, and the object of one response.
 */
#include "report/json_value.h"

#include "base/text.h"
#include "report/words.h"

#include <math.h>
#include <string.h>

json_t *rv_json_number(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

json_t *rv_json_number_if(bool known, double number)
{
    return known ? rv_json_number(number) : json_null();
}

json_t *rv_json_text(const char *text)
{
    if (text == NULL)
        return json_null();
    json_t *made = json_string(text);
    if (made != NULL || rv_text_is_utf8(text, strlen(text)))
        return made;
    struct rv_arena *arena = rv_arena_new();
    char *valid = rv_text_utf8(arena, text, strlen(text));
    made = valid != NULL ? json_string(valid) : NULL;
    rv_arena_free(arena);
    return made;
}

json_t *rv_json_truth(enum rv_tristate truth)
{
    return truth == RV_UNSAID ? json_null() : json_boolean(truth == RV_YES);
}

json_t *rv_json_texts(const char *const *texts, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count && array != NULL; i++)
        if (json_array_append_new(array, rv_json_text(texts[i])) != 0) {
            json_decref(array);
            array = NULL;
        }
    return array;
}

void rv_json_set(struct rv_json *json, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        json->failed = true;
}

void rv_json_append(struct rv_json *json, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        json->failed = true;
}

/* --- a response ----------------------------------------------------------------------------- */

static json_t *mark_object(struct rv_json *json, const struct rv_mark *mark)
{
    json_t *object = json_object();
    bool measured = mark->validity == RV_MEASURED;
    rv_json_set(json, object, "ms", rv_json_number_if(measured, mark->ms));
    rv_json_set(json, object, "se_ms", rv_json_number_if(measured, mark->se_ms));
    rv_json_set(json, object, "level_uv", rv_json_number_if(measured, mark->level_uv));
    rv_json_set(json, object, "by", rv_json_text(rv_by_word(mark->by)));
    if (!measured)
        rv_json_set(json, object, "validity", rv_json_text(rv_validity_word(mark->validity)));
    return object;
}

static json_t *marks_object(struct rv_json *json, const struct rv_measurement *measurement)
{
    json_t *object = json_object();
    for (enum rv_mark_kind kind = 0; kind < RV_MARK_COUNT; kind++)
        if (measurement->marks[kind].validity != RV_UNTESTED)
            rv_json_set(json, object, rv_mark_name(kind),
                        mark_object(json, &measurement->marks[kind]));
    return object;
}

static json_t *entered_object(struct rv_json *json, const struct rv_result *result)
{
    json_t *object = json_object();
    bool typed = result->entered.validity == RV_MEASURED;
    bool both = typed && result->value.validity == RV_MEASURED && result->value.by != RV_BY_ENTERED;
    rv_json_set(json, object, "value", rv_json_number_if(typed, result->entered.value));
    rv_json_set(json, object, "se", rv_json_number_if(typed, result->entered.se));
    rv_json_set(json, object, "validity", rv_json_text(rv_validity_word(result->entered.validity)));
    rv_json_set(json, object, "difference",
                rv_json_number_if(both, result->value.value - result->entered.value));
    return object;
}

static void set_verdict(struct rv_json *json, json_t *object, const struct rv_verdict *verdict)
{
    bool judged = verdict->judgement != RV_NOT_JUDGED;
    rv_json_set(json, object, "lower", rv_json_number(verdict->lower));
    rv_json_set(json, object, "upper", rv_json_number(verdict->upper));
    rv_json_set(json, object, "z", rv_json_number(verdict->z));
    rv_json_set(json, object, "p_abnormal", rv_json_number_if(judged, verdict->p_abnormal));
    rv_json_set(json, object, "verdict", rv_json_text(rv_judgement_word(verdict->judgement)));
    rv_json_set(json, object, "source", rv_json_text(verdict->source));
    rv_json_set(json, object, "verified", judged ? json_boolean(verdict->verified) : json_null());
    if (verdict->note != NULL)
        rv_json_set(json, object, "note", rv_json_text(verdict->note));
}

static json_t *value_object(struct rv_json *json, const struct rv_result *result, const char *unit)
{
    json_t *object = json_object();
    const struct rv_value *value = &result->value;
    bool measured = value->validity == RV_MEASURED;
    rv_json_set(json, object, "value", rv_json_number_if(measured, value->value));
    rv_json_set(json, object, "se", rv_json_number_if(measured, value->se));
    rv_json_set(json, object, "unit", rv_json_text(unit));
    rv_json_set(json, object, "by", rv_json_text(rv_by_word(value->by)));
    rv_json_set(json, object, "validity", rv_json_text(rv_validity_word(value->validity)));
    if (!measured)
        rv_json_set(json, object, "reason", rv_json_text(value->reason));
    set_verdict(json, object, &result->verdict);
    if (result->entered.validity != RV_UNTESTED)
        rv_json_set(json, object, "entered", entered_object(json, result));
    if (isfinite(result->corrected)) {
        rv_json_set(json, object, "corrected", rv_json_number(result->corrected));
        rv_json_set(json, object, "correction", rv_json_text(result->correction));
    }
    return object;
}

static json_t *values_object(struct rv_json *json, const struct rv_measurement *measurement)
{
    json_t *object = json_object();
    for (enum rv_parameter p = 0; p < RV_PARAMETER_COUNT; p++) {
        const struct rv_result *result = &measurement->results[p];
        if (result->value.validity != RV_UNTESTED || result->entered.validity != RV_UNTESTED)
            rv_json_set(
                json, object, rv_parameter_facts(p)->name,
                value_object(json, result, rv_parameter_unit(p, measurement->response->kind)));
    }
    return object;
}

static json_t *quality_object(struct rv_json *json, const struct rv_measurement *measurement)
{
    json_t *object = json_object(), *flags = json_array();
    for (enum rv_flag flag = 0; flag < RV_FLAG_COUNT; flag++)
        if ((measurement->flags & rv_flag_bit(flag)) != 0)
            rv_json_append(json, flags, rv_json_text(rv_flag_name(flag)));
    const struct rv_trace *trace = measurement->trace;
    rv_json_set(json, object, "grade", rv_json_text(rv_quality_word(measurement->grade)));
    rv_json_set(json, object, "snr_db", rv_json_number(measurement->snr_db));
    rv_json_set(json, object, "noise_uv",
                rv_json_number(trace != NULL && trace->calibrated ? trace->noise_uv : (double)NAN));
    rv_json_set(json, object, "flags", flags);
    return object;
}

static json_t *source_object(struct rv_json *json, const struct rv_measurement *measurement)
{
    json_t *object = json_object();
    const struct rv_response *response = measurement->response;
    const char *channel = measurement->channel != NULL ? measurement->channel : response->channel;
    rv_json_set(json, object, "file", rv_json_text(response->file));
    rv_json_set(json, object, "channel", rv_json_text(channel));
    rv_json_set(json, object, "sweeps_used", json_integer((json_int_t)measurement->sweeps_used));
    rv_json_set(json, object, "sweeps_rejected",
                json_integer((json_int_t)measurement->sweeps_rejected));
    rv_json_set(json, object, "processing", rv_json_text(measurement->processing));
    return object;
}

static json_t *presence(enum rv_present present)
{
    return present == RV_PRESENT_UNSAID ? json_null() : json_boolean(present == RV_PRESENT_YES);
}

json_t *rv_json_response(struct rv_json *json, const struct rv_measurement *measurement)
{
    const struct rv_response *r = measurement->response;
    const char *side = rv_side_name(r->side);
    json_t *object = json_object(), *extra = json_object();
    rv_json_set(json, object, "id", rv_json_text(r->id));
    rv_json_set(json, object, "kind", rv_json_text(rv_kind_name(r->kind)));
    rv_json_set(json, object, "nerve", rv_json_text(r->nerve));
    rv_json_set(json, object, "side", rv_json_text(*side != '\0' ? side : NULL));
    rv_json_set(json, object, "record", rv_json_text(r->record));
    rv_json_set(json, object, "stimulate", rv_json_text(r->stimulate));
    rv_json_set(json, object, "distance_mm", rv_json_number(r->distance_mm));
    rv_json_set(json, object, "segment_mm", rv_json_number(r->segment_mm));
    rv_json_set(json, object, "distance_se_mm", rv_json_number(r->distance_se_mm));
    rv_json_set(json, object, "temperature_c", rv_json_number(measurement->temperature_c));
    rv_json_set(json, object, "intensity_ma", rv_json_number(r->intensity_ma));
    rv_json_set(json, object, "intensity_v", rv_json_number(r->intensity_v));
    rv_json_set(json, object, "pulse_ms", rv_json_number(r->pulse_ms));
    rv_json_set(json, object, "note", rv_json_text(r->note));
    rv_json_set(json, object, "source", source_object(json, measurement));
    rv_json_set(json, object, "present", presence(measurement->present));
    rv_json_set(json, object, "marks", marks_object(json, measurement));
    rv_json_set(json, object, "values", values_object(json, measurement));
    rv_json_set(json, object, "quality", quality_object(json, measurement));
    for (size_t i = 0; i < r->extra_count; i++)
        if (rv_text_is_utf8(r->extra[i].name, strlen(r->extra[i].name)))
            rv_json_set(json, extra, r->extra[i].name, rv_json_text(r->extra[i].text));
    rv_json_set(json, object, "extra", extra);
    return object;
}
