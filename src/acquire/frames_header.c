/* SPDX-License-Identifier: GPL-3.0-or-later
 * The JSON of header and label frames.
 */
#include "acquire/frames.h"
#include "base/error.h"
#include "base/text.h"
#include "knowledge/knowledge.h"

#include <jansson.h>

#include <math.h>
#include <string.h>

enum { CHANNELS_MAX = 64, RATE_MIN = 100, RATE_MAX = 1000000 };

static enum rv_status parse(const unsigned char *bytes, size_t length, json_t **object,
                            struct rv_error *err)
{
    json_error_t problem;
    json_t *root = json_loadb((const char *)bytes, length, JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL)
        return rv_fail(err, RV_DATA, "is no JSON (column %d): %s", problem.column, problem.text);
    if (!json_is_object(root)) {
        json_decref(root);
        return rv_fail(err, RV_DATA, "is no JSON object");
    }
    *object = root;
    return RV_OK;
}

/* A text of the object into the arena; NULL where there is none. */
static bool text_of(struct rv_arena *arena, const json_t *object, const char *key,
                    const char **text)
{
    const char *found = json_string_value(json_object_get(object, key));
    if (found != NULL)
        *text = rv_arena_text(arena, found);
    return found == NULL || *text != NULL;
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *found = json_object_get(object, key);
    return json_is_number(found) ? json_number_value(found) : (double)NAN;
}

/* A number of the object in the range that is plausible for it; NaN where there is none. */
static enum rv_status plausible_of(const json_t *object, const char *key, const char *quantity,
                                   double *number, struct rv_error *err)
{
    double lower, upper;
    *number = number_of(object, key);
    if (isnan(*number) || !rv_plausible(quantity, &lower, &upper) ||
        (*number >= lower && *number <= upper))
        return RV_OK;
    return rv_fail(err, RV_DATA, "\"%s\" is %g, expected %g to %g", key, *number, lower, upper);
}

static enum rv_status read_body(struct rv_recording_facts *facts, const json_t *patient,
                                const json_t *limbs, struct rv_error *err)
{
    const struct {
        const json_t *object;
        const char *key, *quantity;
        double *number;
    } numbers[] = {
        {patient, "age_years", "age_years", &facts->age_years},
        {patient, "height_cm", "height_cm", &facts->height_cm},
        {limbs, "hand_right", "temperature_c", &facts->temperature_c.hand_right},
        {limbs, "hand_left", "temperature_c", &facts->temperature_c.hand_left},
        {limbs, "foot_right", "temperature_c", &facts->temperature_c.foot_right},
        {limbs, "foot_left", "temperature_c", &facts->temperature_c.foot_left},
    };
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && status == RV_OK; i++)
        status = plausible_of(numbers[i].object, numbers[i].key, numbers[i].quantity,
                              numbers[i].number, err);
    return status;
}

static enum rv_status read_facts(struct rv_source *source, const json_t *root, struct rv_error *err)
{
    struct rv_recording_facts *facts = &source->facts;
    const json_t *patient = json_object_get(root, "patient");
    const char *sex = json_string_value(json_object_get(patient, "sex"));
    facts->format = "Ranvier frames";
    if (sex != NULL)
        facts->sex = strcmp(sex, "female") == 0 ? RV_FEMALE
                     : strcmp(sex, "male") == 0 ? RV_MALE
                                                : RV_SEX_UNKNOWN;
    if (!text_of(source->arena, patient, "id", &facts->patient_id) ||
        !text_of(source->arena, patient, "name", &facts->patient_name) ||
        !text_of(source->arena, patient, "birth_date", &facts->birth_date) ||
        !text_of(source->arena, root, "start", &facts->start) ||
        !text_of(source->arena, root, "technician", &facts->technician) ||
        !text_of(source->arena, root, "equipment", &facts->equipment))
        return rv_fail_memory(err);
    return read_body(facts, patient, json_object_get(root, "temperature_c"), err);
}

static enum rv_status calibrate(struct rv_source *source, const json_t *object,
                                struct rv_channel *channel, double *factor, struct rv_error *err)
{
    double uv = number_of(object, "uv");
    bool given = false;
    if (!isnan(uv) && !(uv > 0 && isfinite(uv)))
        return rv_fail(err, RV_DATA, "\"uv\" is %g, expected a number above 0", uv);
    *factor = isnan(uv) ? 1 : uv;
    enum rv_status status =
        rv_calibration_find(source->options.calibration, channel->label, &given, factor, err);
    if (status == RV_OK && given && !isnan(uv))
        return rv_fail(err, RV_MISUSE, "a calibration is given for a channel whose header says %g",
                       uv);
    channel->calibrated = given || !isnan(uv);
    channel->unit = isnan(uv) ? "" : "uV";
    return status;
}

static enum rv_status read_channel(struct rv_source *source, const json_t *object, size_t index,
                                   const struct rv_frames_header *header, struct rv_error *err)
{
    struct rv_channel *channel = &source->channels[index];
    channel->label = NULL;
    channel->prefilter = channel->transducer = "";
    channel->rate_hz = header->rate_hz;
    channel->is_trigger = json_is_true(json_object_get(object, "trigger"));
    if (!text_of(source->arena, object, "label", &channel->label) ||
        !text_of(source->arena, object, "prefilter", &channel->prefilter) ||
        !text_of(source->arena, object, "transducer", &channel->transducer))
        return rv_fail_memory(err);
    if (channel->label == NULL)
        channel->label = rv_arena_format(source->arena, "%zu", index + 1);
    if (channel->label == NULL)
        return rv_fail_memory(err);
    double *factor = &header->factors[index];
    enum rv_status status = calibrate(source, object, channel, factor, err);
    channel->minimum = number_of(object, "minimum_uv");
    channel->maximum = number_of(object, "maximum_uv");
    channel->resolution = NAN;
    if (header->encoding->bits > 0) {
        double half = ldexp(1, header->encoding->bits - 1);
        channel->minimum = isnan(channel->minimum) ? -half * *factor : channel->minimum;
        channel->maximum = isnan(channel->maximum) ? (half - 1) * *factor : channel->maximum;
        channel->resolution = *factor;
    }
    return status;
}

static enum rv_status read_channels(struct rv_source *source, const json_t *root,
                                    struct rv_frames_header *header, struct rv_error *err)
{
    const json_t *list = json_object_get(root, "channels");
    size_t count = json_array_size(list);
    if (count < 1 || count > CHANNELS_MAX)
        return rv_fail(err, RV_DATA, "header: %zu channels, expected 1 to %d", count, CHANNELS_MAX);
    source->channels = rv_arena_alloc(source->arena, count, sizeof *source->channels);
    header->factors = rv_arena_alloc(source->arena, count, sizeof *header->factors);
    if (source->channels == NULL || header->factors == NULL)
        return rv_fail_memory(err);
    header->channel_count = source->channel_count = count;
    for (size_t i = 0; i < count; i++) {
        enum rv_status status = read_channel(source, json_array_get(list, i), i, header, err);
        if (status != RV_OK)
            return rv_fail_in(err, status, "header: channel %zu", i + 1);
    }
    return RV_OK;
}

static enum rv_status read_kind(const json_t *root, struct rv_frames_header *header,
                                struct rv_error *err)
{
    const char *format = json_string_value(json_object_get(root, "format"));
    const char *encoding = json_string_value(json_object_get(root, "encoding"));
    enum rv_encoding found;
    if (format == NULL || strcmp(format, "ranvier-frames") != 0 ||
        json_integer_value(json_object_get(root, "version")) != 1)
        return rv_fail(err, RV_DATA,
                       "header: expected \"format\": \"ranvier-frames\", \"version\": 1");
    if (encoding == NULL || !rv_pcm_named(encoding, &found))
        return rv_fail(err, RV_DATA, "header: \"encoding\" is none of s16le ... f64be, u8");
    header->encoding = rv_pcm_find(found);
    header->rate_hz = number_of(root, "rate_hz");
    if (!(header->rate_hz >= RATE_MIN && header->rate_hz <= RATE_MAX))
        return rv_fail(err, RV_DATA, "header: \"rate_hz\" is %g, expected %d to %d",
                       header->rate_hz, RATE_MIN, RATE_MAX);
    return RV_OK;
}

enum rv_status rv_frames_header_read(struct rv_source *source, const unsigned char *json,
                                     size_t length, struct rv_frames_header *header,
                                     struct rv_error *err)
{
    json_t *root;
    enum rv_status status = parse(json, length, &root, err);
    if (status != RV_OK)
        return rv_fail_in(err, status, "header");
    status = read_kind(root, header, err);
    if (status == RV_OK)
        status = read_facts(source, root, err);
    if (status == RV_OK)
        status = read_channels(source, root, header, err);
    json_decref(root);
    return status;
}

enum rv_status rv_frames_label_read(struct rv_arena *arena, const unsigned char *json,
                                    size_t length, const char **label, struct rv_error *err)
{
    json_t *root;
    const char *found = "";
    enum rv_status status = parse(json, length, &root, err);
    if (status == RV_OK && !text_of(arena, root, "label", &found))
        status = rv_fail_memory(err);
    if (status != RV_OK)
        return rv_fail_in(err, status, "label frame");
    json_decref(root);
    *label = found;
    return RV_OK;
}
