/* SPDX-License-Identifier: GPL-3.0-or-later
 * Small pieces of JSON with jansson: unknown numbers and texts become null, never NaN.
 */
#ifndef RV_REPORT_JSON_VALUE_H
#define RV_REPORT_JSON_VALUE_H

#include <ranvier/result.h>

#include <jansson.h>

/* All of these return NULL only when there is no memory; rv_json_set then sets *failed. */
json_t *rv_json_number(double number); /* null for NaN and infinities */
json_t *rv_json_number_if(bool known, double number);
json_t *rv_json_text(const char *text);        /* null for NULL; wrong bytes become U+FFFD */
json_t *rv_json_truth(enum rv_tristate truth); /* null when unsaid */
json_t *rv_json_texts(const char *const *texts, size_t count);

/* Objects under construction: one flag for all of them. */
struct rv_json {
    bool failed;
};
void rv_json_set(struct rv_json *json, json_t *object, const char *key, json_t *value);
void rv_json_append(struct rv_json *json, json_t *array, json_t *value);

/* One response with its marks, values and quality. */
json_t *rv_json_response(struct rv_json *json, const struct rv_measurement *measurement);
/* What the interpretation found, into the object of the report. */
void rv_json_interpretation(struct rv_json *json, json_t *root,
                            const struct rv_interpretation *found);

#endif
