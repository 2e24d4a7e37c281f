/* SPDX-License-Identifier: GPL-3.0-or-later
 * A single recording as a study: responses from what its labels say. Each channel and each group
 * of stimuli that say the same is a response; what no label says stays unknown.
 */
#include "session/study_recording.h"

#include "base/error.h"
#include "base/table.h"
#include "base/text.h"
#include "knowledge/knowledge.h"
#include "session/said.h"
#include "session/study_json.h"
#include "session/study_tables.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STUDY_BYTES_MAX = 4 << 20 };

/* Stimuli whose labels say the same. */
struct group {
    struct rv_said said;
    struct rv_text indices; /* "1,2,5" among the stimuli; empty: all */
    double intensity_ma;    /* of the first one */
};

struct builder {
    const struct rv_settings *settings;
    struct rv_study *study;
    struct rv_notices *notices;
    struct rv_said option, file; /* --label, and the file's name */
    struct group *groups;
    size_t group_count, group_capacity;
    struct rv_response *responses;
    size_t count, capacity;
};

static enum rv_status read_label(struct builder *builder, const char *source, const char *text,
                                 struct rv_said *said, struct rv_error *err)
{
    return rv_said_read(source, text, builder->study->arena, builder->notices, said, err);
}

/* A limb that was warmed is measured anew: a degree changes a latency by 0.2 ms (C65). */
static const double other_temperature_c = 1.0;

bool rv_same_temperature(double a, double b)
{
    return !(fabs(a - b) > other_temperature_c); /* so, too, where one is not known */
}

/* The last group that a label fits, for an earlier one may be of the limb when it was cold. */
static struct group *find_group(const struct builder *builder, const struct rv_label *label)
{
    for (size_t i = builder->group_count; i > 0; i--)
        if (rv_said_same(&builder->groups[i - 1].said.label, label))
            return &builder->groups[i - 1];
    return NULL;
}

static enum rv_status add_stimulus(struct builder *builder, const struct rv_event *event,
                                   size_t index, struct rv_error *err)
{
    struct rv_said said;
    enum rv_status status = read_label(builder, "annotation", event->text, &said, err);
    if (status != RV_OK)
        return status;
    struct group *group = find_group(builder, &said.label);
    if (group == NULL) {
        if (!rv_grow(&builder->groups, &builder->group_capacity, builder->group_count + 1,
                     sizeof *builder->groups))
            return rv_fail_memory(err);
        group = &builder->groups[builder->group_count++];
        *group = (struct group){.said = said, .intensity_ma = event->intensity_ma};
    }
    if (isnan(group->said.label.temperature_c))
        group->said.label.temperature_c = said.label.temperature_c;
    rv_text_format(&group->indices, "%s%zu", group->indices.length > 0 ? "," : "", index);
    return RV_OK;
}

static enum rv_status group_stimuli(struct builder *builder, struct rv_error *err)
{
    const struct rv_recording *recording = builder->study->recording;
    size_t index = 0;
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < recording->event_count && status == RV_OK; i++)
        if (recording->events[i].kind == RV_EVENT_STIMULUS)
            status = add_stimulus(builder, &recording->events[i], ++index, err);
    if (status == RV_OK && builder->group_count == 0) { /* found later, in the signal */
        struct group blank = {.said = {.source = "annotation", .text = ""}, .intensity_ma = NAN};
        char nothing[1];
        rv_label_read("", nothing, &blank.said.label);
        if (!rv_grow(&builder->groups, &builder->group_capacity, 1, sizeof *builder->groups))
            return rv_fail_memory(err);
        builder->groups[builder->group_count++] = blank;
    }
    return status;
}

static enum rv_status keep_response(struct builder *builder, size_t channel,
                                    const struct group *group, struct rv_response *response,
                                    struct rv_error *err)
{
    struct rv_arena *arena = builder->study->arena;
    response->id = rv_arena_format(arena, "R%02zu", builder->count + 1);
    response->file = builder->file.text;
    response->channel = rv_arena_format(arena, "%zu", channel + 1);
    if (group->indices.length > 0)
        response->stimuli = rv_arena_text(arena, group->indices.bytes);
    if (isnan(response->intensity_ma))
        response->intensity_ma = group->intensity_ma;
    if (response->id == NULL || response->channel == NULL || group->indices.failed ||
        (group->indices.length > 0 && response->stimuli == NULL) ||
        !rv_grow(&builder->responses, &builder->capacity, builder->count + 1,
                 sizeof *builder->responses))
        return rv_fail_memory(err);
    builder->responses[builder->count++] = *response;
    return RV_OK;
}

static enum rv_status add_response(struct builder *builder, size_t channel,
                                   const struct rv_said *channel_said, const struct group *group,
                                   struct rv_error *err)
{
    enum { SOURCES = 4 };
    const struct rv_said *const sources[SOURCES] = {&builder->option, &group->said, channel_said,
                                                    &builder->file};
    struct rv_response response = rv_response_blank();
    bool kind_known = false;
    enum rv_status status = rv_said_merge(sources, SOURCES, &response, &kind_known, err);
    if (status != RV_OK)
        return status;
    status = rv_said_settle_kind(builder->study->recording->channels[channel].label, kind_known,
                                 &response, err);
    if (status != RV_OK)
        return status;
    return keep_response(builder, channel, group, &response, err);
}

static enum rv_status add_channel(struct builder *builder, size_t channel, struct rv_error *err)
{
    struct rv_said said;
    enum rv_status status = read_label(
        builder, "channel", builder->study->recording->channels[channel].label, &said, err);
    for (size_t i = 0; i < builder->group_count && status == RV_OK; i++)
        status = add_response(builder, channel, &said, &builder->groups[i], err);
    return status;
}

/* The response of the same electrode stimulated next nearer to it; NULL: there is none. */
static const struct rv_response *nearer_site(const struct rv_response *responses, size_t count,
                                             const struct rv_response *far)
{
    const struct rv_response *near = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct rv_response *other = &responses[i];
        bool same = other->kind == far->kind && other->side == far->side &&
                    rv_text_equal(other->channel, far->channel) &&
                    rv_text_equal(other->nerve, far->nerve) &&
                    rv_text_equal(other->record, far->record);
        if (same && other->distance_mm < far->distance_mm &&
            (near == NULL || other->distance_mm > near->distance_mm))
            near = other;
    }
    return near;
}

void rv_study_segments(struct rv_response *responses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct rv_response *far = &responses[i];
        if (far->kind != RV_MOTOR || isnan(far->distance_mm))
            continue;
        const struct rv_response *near = nearer_site(responses, count, far);
        if (near != NULL)
            far->segment_mm = far->distance_mm - near->distance_mm;
    }
    for (size_t i = 0; i < count; i++)
        if (!isnan(responses[i].segment_mm))
            responses[i].distance_mm = NAN;
}

bool rv_same_limb(const struct rv_response *a, const struct rv_response *b)
{
    return a->side != RV_SIDE_UNKNOWN && a->side == b->side && a->nerve != NULL &&
           b->nerve != NULL && rv_nerve_region(a->nerve) == rv_nerve_region(b->nerve);
}

/* A temperature that a label says holds for the limb until another one is said. Responses stand in
 * the order of the channels, of each in the order of the groups. */
static void carry_temperatures(struct builder *builder)
{
    size_t groups = builder->group_count;
    for (size_t group = 0; group < groups; group++)
        for (size_t i = group; i < builder->count; i += groups)
            for (size_t g = group + 1; g > 0 && isnan(builder->responses[i].temperature_c); g--)
                for (size_t j = g - 1; j < builder->count; j += groups)
                    if (rv_same_limb(&builder->responses[i], &builder->responses[j]) &&
                        !isnan(builder->responses[j].temperature_c))
                        builder->responses[i].temperature_c = builder->responses[j].temperature_c;
}

static double years_between(const char *birth, const char *day)
{
    int from[3], to[3];
    if (birth == NULL || day == NULL ||
        sscanf(birth, "%4d-%2d-%2d", &from[0], &from[1], &from[2]) != 3 ||
        sscanf(day, "%4d-%2d-%2d", &to[0], &to[1], &to[2]) != 3)
        return NAN;
    bool before = to[1] < from[1] || (to[1] == from[1] && to[2] < from[2]);
    double years = to[0] - from[0] - (before ? 1 : 0);
    return years >= 0 && years <= 120 ? years : (double)NAN;
}

static void take_facts(const struct rv_recording_facts *facts, struct rv_study *study)
{
    study->patient.id = rv_arena_text(study->arena, facts->patient_id);
    study->patient.name = rv_arena_text(study->arena, facts->patient_name);
    study->patient.sex = facts->sex;
    study->patient.age_years = years_between(facts->birth_date, facts->start);
    if (isnan(study->patient.age_years))
        study->patient.age_years = facts->age_years;
    study->patient.height_cm = facts->height_cm;
    study->temperature_c = facts->temperature_c;
    study->visit.examiner = rv_arena_text(study->arena, facts->technician);
    if (facts->start != NULL && strlen(facts->start) >= 10)
        study->visit.date = rv_arena_text_n(study->arena, facts->start, 10);
}

enum rv_status rv_study_file(const char *path, struct rv_study *study, struct rv_error *err)
{
    char *bytes = NULL;
    size_t length = 0;
    enum rv_status status = rv_file_read(study->arena, path, STUDY_BYTES_MAX, &bytes, &length, err);
    if (status == RV_OK)
        status = rv_study_json(bytes, length, study, err);
    return status == RV_OK ? RV_OK
                           : rv_fail_in(err, status == RV_DATA ? RV_STUDY : status, "%s", path);
}

/* The keys of study.json go before what the header says; paths in it are relative to its folder. */
static enum rv_status take_file(const char *path, struct rv_study *study, struct rv_error *err)
{
    const char *slash = strrchr(path, '/');
    enum rv_status status = rv_study_file(path, study, err);
    if (status != RV_OK)
        return status;
    if (study->earlier_count > 0)
        study->folder =
            slash == NULL ? "." : rv_arena_text_n(study->arena, path, (size_t)(slash - path) + 1);
    return study->earlier_count == 0 || study->folder != NULL ? RV_OK : rv_fail_memory(err);
}

enum rv_status rv_study_facts(const struct rv_recording_facts *facts,
                              const struct rv_settings *settings, struct rv_study *study,
                              struct rv_error *err)
{
    take_facts(facts, study);
    return settings->study_path == NULL ? RV_OK : take_file(settings->study_path, study, err);
}

/* What the option and the name of the recording say. */
static enum rv_status read_names(struct builder *builder, const char *path, struct rv_error *err)
{
    const char *slash = strrchr(path, '/');
    const char *name = rv_arena_text(builder->study->arena, slash != NULL ? slash + 1 : path);
    enum rv_status status =
        read_label(builder, "--label", builder->settings->label, &builder->option, err);
    return status == RV_OK ? read_label(builder, "file name", name, &builder->file, err) : status;
}

static enum rv_status build(struct builder *builder, struct rv_error *err)
{
    const struct rv_recording *recording = builder->study->recording;
    enum rv_status status = group_stimuli(builder, err);
    for (size_t i = 0; i < recording->channel_count && status == RV_OK; i++)
        if (!recording->channels[i].is_trigger)
            status = add_channel(builder, i, err);
    if (status != RV_OK)
        return status;
    rv_study_segments(builder->responses, builder->count);
    carry_temperatures(builder);
    builder->study->responses = rv_arena_copy(builder->study->arena, builder->responses,
                                              builder->count, sizeof *builder->responses);
    builder->study->response_count = builder->count;
    return builder->study->responses != NULL ? RV_OK : rv_fail_memory(err);
}

enum rv_status rv_study_of_recording(struct rv_recording *recording, const char *path,
                                     const struct rv_settings *settings, struct rv_study *study,
                                     struct rv_notices *notices, struct rv_error *err)
{
    struct builder builder = {.settings = settings, .study = study, .notices = notices};
    study->recording = recording;
    enum rv_status status = rv_study_facts(&recording->facts, settings, study, err);
    if (status == RV_OK)
        status = read_names(&builder, path, err);
    if (status == RV_OK)
        status = build(&builder, err);
    for (size_t i = 0; i < builder.group_count; i++)
        rv_text_finish(&builder.groups[i].indices);
    rv_release(builder.groups);
    rv_release(builder.responses);
    return status;
}

enum rv_status rv_study_recording(const char *path, const struct rv_settings *settings,
                                  struct rv_study *study, struct rv_notices *notices,
                                  struct rv_error *err)
{
    struct rv_recording *recording;
    enum rv_status status = rv_recording_read(path, &settings->source, &recording, err);
    return status != RV_OK ? status
                           : rv_study_of_recording(recording, path, settings, study, notices, err);
}

enum rv_status rv_response_named(struct rv_study *study, const char *path, size_t channel,
                                 const char *stimulus, const struct rv_settings *settings,
                                 struct rv_notices *notices, struct rv_response *response,
                                 struct rv_error *err)
{
    struct builder builder = {.settings = settings, .study = study, .notices = notices};
    struct group group = {.intensity_ma = NAN};
    struct rv_said said;
    enum rv_status status = read_names(&builder, path, err);
    if (status == RV_OK)
        status = read_label(&builder, "annotation", stimulus, &group.said, err);
    if (status == RV_OK)
        status =
            read_label(&builder, "channel", study->recording->channels[channel].label, &said, err);
    if (status == RV_OK)
        status = add_response(&builder, channel, &said, &group, err);
    if (status == RV_OK)
        *response = builder.responses[0];
    rv_release(builder.responses);
    return status;
}
