/* SPDX-License-Identifier: GPL-3.0-or-later
 * A single recording as a study: responses from what its labels say. Each channel and each group
 * of stimuli that say the same is a response; what no label says stays unknown.
 */
#include "session/study_recording.h"

#include "base/error.h"
#include "base/text.h"
#include "session/said.h"
#include "session/study_json.h"
#include "session/study_tables.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

static enum rv_status add_stimulus(struct builder *builder, const struct rv_event *event,
                                   size_t index, struct rv_error *err)
{
    struct rv_said said;
    enum rv_status status = read_label(builder, "annotation", event->text, &said, err);
    if (status != RV_OK)
        return status;
    size_t i = 0;
    while (i < builder->group_count && !rv_said_same(&builder->groups[i].said.label, &said.label))
        i++;
    if (i == builder->group_count) {
        if (!rv_grow(&builder->groups, &builder->group_capacity, i + 1, sizeof *builder->groups))
            return rv_fail_memory(err);
        builder->groups[i] = (struct group){.said = said, .intensity_ma = event->intensity_ma};
        builder->group_count++;
    }
    rv_text_format(&builder->groups[i].indices, "%s%zu",
                   builder->groups[i].indices.length > 0 ? "," : "", index);
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

static void take_facts(struct rv_study *study)
{
    const struct rv_recording_facts *facts = &study->recording->facts;
    study->patient.id = rv_arena_text(study->arena, facts->patient_id);
    study->patient.name = rv_arena_text(study->arena, facts->patient_name);
    study->patient.sex = facts->sex;
    study->patient.age_years = years_between(facts->birth_date, facts->start);
    study->visit.examiner = rv_arena_text(study->arena, facts->technician);
    if (facts->start != NULL && strlen(facts->start) >= 10)
        study->visit.date = rv_arena_text_n(study->arena, facts->start, 10);
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
    rv_said_settle_segments(builder->responses, builder->count);
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
    take_facts(study);
    enum rv_status status = read_names(&builder, path, err);
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
