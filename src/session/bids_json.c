/* SPDX-License-Identifier: GPL-3.0-or-later
 * JSON sidecars of a BIDS dataset.
 */
#include "session/bids_json.h"

#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

static enum rv_status merge(struct rv_bids_json *json, const char *file, json_t *from,
                            struct rv_error *err)
{
    const char *key;
    json_t *value;
    if (!json_is_object(from))
        return rv_fail(err, RV_STUDY, "%s is not an object { … }", file);
    json_object_foreach(from, key, value)
    {
        if (json_object_set(json->values, key, value) != 0 ||
            json_object_set_new(json->sources, key, json_string(file)) != 0)
            return rv_fail_memory(err);
    }
    return RV_OK;
}

static enum rv_status read_one(const struct rv_bids_place *place, const char *file,
                               struct rv_bids_json *json, struct rv_error *err)
{
    char *bytes = NULL;
    size_t length = 0;
    json_error_t problem;
    enum rv_status status = rv_bids_read(place, file, RV_BIDS_JSON_BYTES, &bytes, &length, err);
    if (status != RV_OK)
        return status;
    json_t *root = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL && json_error_code(&problem) == json_error_out_of_memory)
        return rv_fail_memory(err);
    if (root == NULL)
        return rv_fail(err, RV_STUDY, "%s: line %d, column %d: %s", file, problem.line,
                       problem.column, problem.text);
    status = merge(json, file, root, err);
    json_decref(root);
    return status;
}

enum rv_status rv_bids_json_read(const struct rv_bids_place *place, const char *const *files,
                                 size_t count, struct rv_bids_json *json, struct rv_error *err)
{
    *json = (struct rv_bids_json){.arena = place->arena};
    if (count == 0)
        return RV_OK;
    json->values = json_object();
    json->sources = json_object();
    if (json->values == NULL || json->sources == NULL)
        return rv_fail_memory(err);
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < count && status == RV_OK; i++)
        status = read_one(place, files[i], json, err);
    return status;
}

void rv_bids_json_finish(struct rv_bids_json *json)
{
    json_decref(json->values);
    json_decref(json->sources);
    *json = (struct rv_bids_json){0};
}

/* --- values -------------------------------------------------------------------------------- */

bool rv_bids_json_has(const struct rv_bids_json *json, const char *key)
{
    return json_object_get(json->values, key) != NULL;
}

/* NULL where it says nothing. */
static const json_t *value_of(const struct rv_bids_json *json, const char *key)
{
    const json_t *value = json_object_get(json->values, key);
    bool unknown = json_is_null(value) ||
                   (json_is_string(value) && strcmp(json_string_value(value), "n/a") == 0);
    return unknown ? NULL : value;
}

static enum rv_status wrong(const struct rv_bids_json *json, const char *key, const json_t *value,
                            const char *expected, struct rv_error *err)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    char visible[520];
    rv_text_visible(text != NULL ? text : "?", text != NULL ? strlen(text) : 1, visible,
                    sizeof visible);
    rv_release(text);
    return rv_fail(err, RV_STUDY, "%s: %.60s is %s; expected %s",
                   json_string_value(json_object_get(json->sources, key)), key, visible, expected);
}

enum rv_status rv_bids_json_number(const struct rv_bids_json *json, const char *key, double *number,
                                   struct rv_error *err)
{
    const json_t *value = value_of(json, key);
    *number = NAN;
    if (value == NULL)
        return RV_OK;
    if (!json_is_number(value) || !isfinite(json_number_value(value)))
        return wrong(json, key, value, "a number", err);
    *number = json_number_value(value);
    return RV_OK;
}

static enum rv_status keep(const struct rv_bids_json *json, const char *from, const char **text,
                           struct rv_error *err)
{
    *text = rv_arena_text(json->arena, from);
    return *text != NULL ? RV_OK : rv_fail_memory(err);
}

enum rv_status rv_bids_json_text(const struct rv_bids_json *json, const char *key,
                                 const char **text, struct rv_error *err)
{
    const json_t *value = value_of(json, key);
    *text = NULL;
    if (value == NULL)
        return RV_OK;
    if (!json_is_string(value))
        return wrong(json, key, value, "a text", err);
    return keep(json, json_string_value(value), text, err);
}

enum rv_status rv_bids_json_any(const struct rv_bids_json *json, const char *key, const char **text,
                                struct rv_error *err)
{
    const json_t *value = value_of(json, key);
    *text = NULL;
    if (value == NULL || json_is_string(value))
        return rv_bids_json_text(json, key, text, err);
    if (!json_is_object(value))
        return wrong(json, key, value, "an object { … } or a text", err);
    char *dump = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15));
    if (dump == NULL)
        return rv_fail_memory(err);
    enum rv_status status = keep(json, dump, text, err);
    rv_release(dump);
    return status;
}

/* --- data dictionaries --------------------------------------------------------------------- */

static enum rv_status entry_of(const struct rv_bids_json *json, const char *column,
                               const json_t **entry, struct rv_error *err)
{
    *entry = json_object_get(json->values, column);
    if (*entry == NULL || json_is_object(*entry))
        return RV_OK;
    return wrong(json, column, *entry, "an object that describes the column", err);
}

enum rv_status rv_bids_json_unit(const struct rv_bids_json *json, const char *column,
                                 const char **unit, struct rv_error *err)
{
    const json_t *entry;
    *unit = NULL;
    enum rv_status status = entry_of(json, column, &entry, err);
    const json_t *value = status == RV_OK ? json_object_get(entry, "Units") : NULL;
    if (value == NULL)
        return status;
    if (!json_is_string(value))
        return wrong(json, column, entry, "its Units to be a text", err);
    return keep(json, json_string_value(value), unit, err);
}

enum rv_status rv_bids_json_level(const struct rv_bids_json *json, const char *column,
                                  const char *level, const char **meaning, struct rv_error *err)
{
    const json_t *entry;
    *meaning = NULL;
    enum rv_status status = entry_of(json, column, &entry, err);
    const json_t *levels = status == RV_OK ? json_object_get(entry, "Levels") : NULL;
    if (levels == NULL)
        return status;
    if (!json_is_object(levels))
        return wrong(json, column, entry, "its Levels to be an object", err);
    const json_t *value = json_object_get(levels, level);
    if (json_is_object(value))
        value = json_object_get(value, "Description");
    return json_is_string(value) ? keep(json, json_string_value(value), meaning, err) : RV_OK;
}
