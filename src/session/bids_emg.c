/* SPDX-License-Identifier: GPL-3.0-or-later
 * *_emg.json: how the recording was made.
 */
#include "base/error.h"
#include "base/text.h"
#include "session/bids_json.h"
#include "session/bids_recording.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum value_type { VALUE_TEXT, VALUE_ANY, VALUE_NUMBER };

struct key {
    const char *name;
    enum value_type type;
    size_t offset;
    bool required;   /* by the specification, 1.11 */
    const char *use; /* what becomes of it, in words; "" */
};

#define AT(member) offsetof(struct rv_bids_emg, member)
static const struct key keys[] = {
    {"SamplingFrequency", VALUE_NUMBER, AT(sampling_hz), true, " Hz"},
    {"PowerLineFrequency", VALUE_NUMBER, AT(power_line_hz), true, " Hz"},
    {"EMGReference", VALUE_TEXT, AT(reference), true, ""},
    {"EMGPlacementScheme", VALUE_TEXT, AT(placement), true, ""},
    {"SoftwareFilters", VALUE_ANY, AT(software_filters), true, ""},
    {"TaskName", VALUE_TEXT, AT(task), true, ""},
    {"HardwareFilters", VALUE_ANY, AT(hardware_filters), false, ""},
    {"RecordingType", VALUE_TEXT, AT(recording_type), false, ""},
    {"RecordingDuration", VALUE_NUMBER, AT(duration_s), false, " s"},
    {"InstitutionName", VALUE_TEXT, AT(institution), false, ""},
    {"InstitutionalDepartmentName", VALUE_TEXT, AT(department), false, ""},
    {"Manufacturer", VALUE_TEXT, AT(manufacturer), false, ""},
    {"ManufacturersModelName", VALUE_TEXT, AT(model), false, ""},
    {0},
};

static enum rv_status read_key(const struct rv_bids_json *json, const struct key *key,
                               struct rv_bids_emg *emg, struct rv_text *told, struct rv_error *err)
{
    void *place = (char *)emg + key->offset;
    enum rv_status status;
    char number[32], visible[520];
    if (key->type == VALUE_NUMBER) {
        status = rv_bids_json_number(json, key->name, place, err);
        if (status != RV_OK || isnan(*(double *)place))
            return status;
        rv_number_write(*(double *)place, number);
        rv_text_format(told, "%s%s %s%s", told->length > 0 ? "; " : "", key->name, number,
                       key->use);
        if (*(double *)place > 0)
            return RV_OK;
        return rv_fail(err, RV_STUDY, "%s: %s is %s; expected more than 0", emg->file, key->name,
                       number);
    }
    status = key->type == VALUE_ANY ? rv_bids_json_any(json, key->name, place, err)
                                    : rv_bids_json_text(json, key->name, place, err);
    const char *text = *(const char **)place;
    if (status != RV_OK || text == NULL)
        return status;
    rv_text_visible(text, strlen(text), visible, sizeof visible);
    rv_text_format(told, "%s%s %s", told->length > 0 ? "; " : "", key->name, visible);
    return RV_OK;
}

static enum rv_status check_type(const struct rv_bids_emg *emg, struct rv_error *err)
{
    static const char *const types[] = {"continuous", "epoched", "discontinuous"};
    char visible[520];
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (emg->recording_type == NULL || strcmp(emg->recording_type, types[i]) == 0)
            return RV_OK;
    rv_text_visible(emg->recording_type, strlen(emg->recording_type), visible, sizeof visible);
    return rv_fail(err, RV_STUDY,
                   "%s: RecordingType is \"%s\"; expected continuous, epoched or discontinuous",
                   emg->file, visible);
}

static void list_missing(const struct rv_bids_json *json, const char *file,
                         struct rv_notices *notices)
{
    struct rv_text missing = {0};
    for (const struct key *key = keys; key->name != NULL; key++)
        if (key->required && !rv_bids_json_has(json, key->name))
            rv_text_format(&missing, "%s%s", missing.length > 0 ? ", " : "", key->name);
    if (missing.length > 0)
        rv_notice_add(notices, RV_INFO, "bids_keys_missing", file,
                      "BIDS requires keys that no sidecar has: %s", missing.bytes);
    rv_text_finish(&missing);
}

/* One file may speak of all recordings: it is told once. */
static void tell(const struct rv_bids_emg *emg, const char *text, struct rv_notices *notices)
{
    static const char code[] = "bids_sidecar";
    for (size_t i = 0; i < notices->count; i++)
        if (strcmp(notices->items[i].code, code) == 0 &&
            strcmp(notices->items[i].where, emg->file) == 0 &&
            strncmp(notices->items[i].text, text, strlen(notices->items[i].text)) == 0)
            return;
    rv_notice_add(notices, RV_INFO, code, emg->file, "%s", text);
}

static enum rv_status read_keys(const struct rv_bids_json *json, struct rv_bids_emg *emg,
                                struct rv_notices *notices, struct rv_error *err)
{
    struct rv_text told = {0};
    enum rv_status status = RV_OK;
    for (const struct key *key = keys; key->name != NULL && status == RV_OK; key++)
        status = read_key(json, key, emg, &told, err);
    if (status == RV_OK)
        status = check_type(emg, err);
    if (status == RV_OK && told.failed)
        status = rv_fail_memory(err);
    if (status == RV_OK)
        tell(emg, told.bytes != NULL ? told.bytes : "nothing that is used", notices);
    rv_text_finish(&told);
    return status;
}

enum rv_status rv_bids_emg_read(const struct rv_bids_place *place,
                                struct rv_bids_recording *recording, struct rv_notices *notices,
                                struct rv_error *err)
{
    const char *files[RV_BIDS_LEVELS];
    size_t count;
    struct rv_bids_json json = {0};
    struct rv_bids_emg *emg = &recording->emg;
    *emg = (struct rv_bids_emg){.sampling_hz = NAN, .power_line_hz = NAN, .duration_s = NAN};
    enum rv_status status =
        rv_bids_sidecars(place, recording->name, "emg", ".json", files, &count, err);
    if (status != RV_OK)
        return status;
    emg->file = count > 0 ? files[count - 1] : NULL;
    status = rv_bids_json_read(place, files, count, &json, err);
    if (status == RV_OK)
        list_missing(&json, recording->name->file, notices);
    if (status == RV_OK && emg->file != NULL)
        status = read_keys(&json, emg, notices, err);
    rv_bids_json_finish(&json);
    return status;
}
