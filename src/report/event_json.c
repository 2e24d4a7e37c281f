/* SPDX-License-Identifier: GPL-3.0-or-later
 * The events of a stream as lines of JSON (docs/stream.md).
 */
#include "base/arena.h"
#include "report/json_value.h"

#include <ranvier/stream.h>

#include <stdlib.h>

const char *rv_stream_event_name(enum rv_stream_event_kind kind)
{
    static const char *const names[] = {[RV_STREAM_SWEEP] = "sweep",
                                        [RV_STREAM_RESPONSE] = "response",
                                        [RV_STREAM_GAP] = "gap",
                                        [RV_STREAM_ADVICE] = "advice"};
    return names[kind];
}

static void fill(struct rv_json *json, json_t *object, const struct rv_stream_event *event)
{
    rv_json_set(json, object, "event", rv_json_text(rv_stream_event_name(event->kind)));
    rv_json_set(json, object, "time_s", rv_json_number(event->time_s));
    if (event->kind == RV_STREAM_GAP) {
        rv_json_set(json, object, "length_s", rv_json_number(event->gap_s));
        return;
    }
    rv_json_set(json, object, "response", rv_json_text(event->response));
    rv_json_set(json, object, "label", rv_json_text(event->label));
    if (event->kind == RV_STREAM_SWEEP) {
        rv_json_set(json, object, "sweep", json_integer((json_int_t)event->sweep));
        rv_json_set(json, object, "intensity_ma", rv_json_number(event->intensity));
        rv_json_set(json, object, "amplitude_uv", rv_json_number(event->amplitude_uv));
        rv_json_set(json, object, "amplitude_se_uv", rv_json_number(event->amplitude_se_uv));
        rv_json_set(json, object, "withheld", rv_json_text(event->withheld));
    }
    if (event->kind == RV_STREAM_ADVICE) {
        rv_json_set(json, object, "code", rv_json_text(event->code));
        rv_json_set(json, object, "text", rv_json_text(event->text));
    }
    if (event->kind == RV_STREAM_RESPONSE) {
        rv_json_set(json, object, "running", json_true());
        rv_json_set(json, object, "sweep", json_integer((json_int_t)event->sweep));
        rv_json_set(json, object, "measured", rv_json_response(json, event->measurement));
    }
}

char *rv_stream_event_json(const struct rv_stream_event *event)
{
    struct rv_json json = {false};
    json_t *object = json_object();
    fill(&json, object, event);
    char *text = json.failed || object == NULL
                     ? NULL
                     : json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(object);
    return text;
}

void rv_stream_text_free(char *text)
{
    free(text);
}
