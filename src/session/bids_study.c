/* SPDX-License-Identifier: GPL-3.0-or-later
 * A study of a BIDS dataset.
 */
#include "base/error.h"
#include "base/text.h"
#include "session/bids.h"
#include "session/bids_people.h"
#include "session/bids_responses.h"
#include "session/study_recording.h"

#include <ranvier/ranvier.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What rv_study holds on to, to dress its recordings with when they are read. */
struct rv_bids {
    struct rv_bids_recording *recordings;
    size_t count;
};

struct builder {
    const struct rv_settings *settings;
    struct rv_study *study;
    struct rv_notices *notices;
    struct rv_bids_place place;
    struct rv_bids_paths paths;
    const struct rv_bids_name *names;
    size_t name_count;
    struct rv_bids_recording *recordings;
    size_t count; /* of those that could be read */
    struct rv_bids_responses responses;
};

/* --- one recording ------------------------------------------------------------------------- */

/* What the header says of patient and visit, where the dataset does not. */
static enum rv_status take_facts(struct builder *builder, const char *file,
                                 const struct rv_recording_facts *facts, struct rv_error *err)
{
    struct rv_study *study = builder->study;
    struct rv_patient *patient = &study->patient;
    if (patient->sex != RV_SEX_UNKNOWN && facts->sex != RV_SEX_UNKNOWN &&
        patient->sex != facts->sex)
        rv_notice_add(builder->notices, RV_WARNING, "bids_sex_differs", file,
                      "the header says %s, the dataset %s: that of the dataset counts",
                      rv_sex_word(facts->sex), rv_sex_word(patient->sex));
    if (patient->sex == RV_SEX_UNKNOWN && facts->sex != RV_SEX_UNKNOWN) {
        patient->sex = facts->sex;
        rv_notice_add(builder->notices, RV_INFO, "bids_from_header", file,
                      "sex %s is from the header of the recording", rv_sex_word(facts->sex));
    }
    if (study->visit.examiner == NULL && facts->technician != NULL)
        study->visit.examiner = rv_arena_text(study->arena, facts->technician);
    if (study->visit.date != NULL || facts->start == NULL || strlen(facts->start) < 10)
        return RV_OK;
    study->visit.date = rv_arena_text_n(study->arena, facts->start, 10);
    if (study->visit.date == NULL)
        return rv_fail_memory(err);
    rv_notice_add(builder->notices, RV_INFO, "bids_from_header", file,
                  "the date %s is from the header of the recording", study->visit.date);
    return RV_OK;
}

static enum rv_status take_laboratory(struct builder *builder, const struct rv_bids_emg *emg,
                                      struct rv_error *err)
{
    struct rv_study *study = builder->study;
    if (study->visit.laboratory != NULL || emg->institution == NULL)
        return RV_OK;
    study->visit.laboratory = rv_arena_format(study->arena, "%s%s%s", emg->institution,
                                              emg->department != NULL ? ", " : "",
                                              emg->department != NULL ? emg->department : "");
    return study->visit.laboratory != NULL ? RV_OK : rv_fail_memory(err);
}

static enum rv_status read_sidecars(struct builder *builder, struct rv_bids_recording *recording,
                                    const struct rv_channel *channels, size_t count,
                                    struct rv_error *err)
{
    enum rv_status status = rv_bids_emg_read(&builder->place, recording, builder->notices, err);
    if (status == RV_OK)
        status = take_laboratory(builder, &recording->emg, err);
    if (status == RV_OK)
        status = rv_bids_channels_read(&builder->place, channels, count, recording,
                                       builder->notices, err);
    if (status == RV_OK)
        status = rv_bids_events_read(&builder->place, recording, err);
    const char *channels_told = recording->channels_told, *events_told = recording->events_told;
    if (status == RV_OK && (channels_told != NULL || events_told != NULL))
        rv_notice_add(builder->notices, RV_INFO, "bids_sidecars", recording->file, "%s%s%s",
                      channels_told != NULL ? channels_told : "",
                      channels_told != NULL && events_told != NULL ? "; " : "",
                      events_told != NULL ? events_told : "");
    return status;
}

/* With a table of stimuli the header is enough; else the recording's own annotations are read. */
static enum rv_status read_source(struct builder *builder, struct rv_source *source,
                                  struct rv_bids_recording *recording, struct rv_error *err)
{
    size_t count;
    const struct rv_channel *channels = rv_source_channels(source, &count);
    struct rv_recording *whole = NULL;
    enum rv_status status = take_facts(builder, recording->file, rv_source_facts(source), err);
    if (status == RV_OK)
        status = read_sidecars(builder, recording, channels, count, err);
    if (status == RV_OK && recording->events.stimulus_count == 0)
        status = rv_recording_collect(source, &whole, err);
    if (status == RV_OK)
        status = rv_bids_responses_add(&builder->responses, recording, channels,
                                       whole != NULL ? whole->events : NULL,
                                       whole != NULL ? whole->event_count : 0, err);
    rv_recording_free(whole);
    return status;
}

static enum rv_status read_part(struct builder *builder, struct rv_bids_recording *recording,
                                struct rv_error *err)
{
    struct rv_source *source;
    const char *inside =
        rv_arena_format(builder->study->arena, "%s/%s", builder->place.inside, recording->file);
    const char *path = rv_bids_path(&builder->place, inside != NULL ? inside : "");
    if (inside == NULL || path == NULL)
        return rv_fail_memory(err);
    enum rv_status status = rv_bids_check(&builder->place, inside, err);
    if (status == RV_OK)
        status = rv_source_open(path, &builder->settings->source, &source, err);
    if (status != RV_OK)
        return status;
    status = read_source(builder, source, recording, err);
    rv_source_close(source);
    return status;
}

/* The study is this one recording: it is read once, and kept. */
static enum rv_status read_single(struct builder *builder, struct rv_bids_recording *recording,
                                  struct rv_error *err)
{
    struct rv_study *study = builder->study;
    const char *inside =
        rv_arena_format(study->arena, "%s/%s", builder->place.inside, recording->file);
    const char *path = rv_bids_path(&builder->place, inside != NULL ? inside : "");
    if (inside == NULL || path == NULL)
        return rv_fail_memory(err);
    enum rv_status status = rv_bids_check(&builder->place, inside, err);
    if (status == RV_OK)
        status = rv_recording_read(path, &builder->settings->source, &study->recording, err);
    if (status != RV_OK)
        return status;
    const struct rv_recording *whole = study->recording;
    status = take_facts(builder, recording->file, &whole->facts, err);
    if (status == RV_OK)
        status = read_sidecars(builder, recording, whole->channels, whole->channel_count, err);
    if (status == RV_OK)
        status = rv_bids_responses_add(&builder->responses, recording, whole->channels,
                                       whole->events, whole->event_count, err);
    if (status == RV_OK)
        status = rv_bids_apply(recording, study->recording, err);
    return status;
}

/* --- all of them --------------------------------------------------------------------------- */

/* A recording that is damaged or not there costs itself, as long as there is another one. */
static enum rv_status read_recordings(struct builder *builder, struct rv_error *err)
{
    struct rv_error problem = {.status = RV_OK};
    for (size_t i = 0; i < builder->name_count; i++) {
        struct rv_bids_recording *recording = &builder->recordings[builder->count];
        *recording = (struct rv_bids_recording){
            .name = &builder->names[i],
            .file = rv_arena_format(builder->study->arena, "emg/%s", builder->names[i].file)};
        if (recording->file == NULL)
            return rv_fail_memory(err);
        enum rv_status status = builder->place.recording != NULL
                                    ? read_single(builder, recording, &problem)
                                    : read_part(builder, recording, &problem);
        if (status == RV_OK)
            builder->count++;
        else if (status == RV_DATA || status == RV_NO_INPUT)
            rv_notice_add(builder->notices, RV_PROBLEM, "recording_unusable", recording->file, "%s",
                          problem.text);
        else {
            if (err != NULL)
                *err = problem;
            return status;
        }
    }
    if (builder->count > 0)
        return RV_OK;
    if (err != NULL)
        *err = problem;
    return problem.status;
}

static void tell_study(const struct builder *builder)
{
    const struct rv_bids_place *place = &builder->place;
    rv_notice_add(builder->notices, RV_INFO, "bids_study", place->inside,
                  "BIDS %.20s: subject %s%s%s, %zu recording%s", place->version, place->subject,
                  place->session != NULL ? ", session " : "",
                  place->session != NULL ? place->session : "", builder->name_count,
                  builder->name_count == 1 ? "" : "s");
}

static enum rv_status settle(struct builder *builder, struct rv_error *err)
{
    struct rv_study *study = builder->study;
    struct rv_bids *bids = rv_arena_alloc(study->arena, 1, sizeof *bids);
    const struct rv_bids_responses *responses = &builder->responses;
    if (responses->count == 0)
        return rv_fail(err, RV_STUDY,
                       "no response to measure: no stimulus is named by *_events.tsv, annotations "
                       "or labels in a channel that is used");
    study->responses =
        rv_arena_copy(study->arena, responses->items, responses->count, sizeof *responses->items);
    study->response_count = responses->count;
    study->sidecars = rv_arena_copy(study->arena, builder->paths.items, builder->paths.count,
                                    sizeof *builder->paths.items);
    study->sidecar_count = builder->paths.count;
    if (bids == NULL || study->responses == NULL || study->sidecars == NULL)
        return rv_fail_memory(err);
    *bids = (struct rv_bids){builder->recordings, builder->count};
    study->bids = bids;
    return RV_OK;
}

/* The body mass index from weight and height, where it was not given. */
static void settle_bmi(struct rv_patient *patient)
{
    double metres = patient->height_cm / 100;
    if (isnan(patient->bmi_kg_m2))
        patient->bmi_kg_m2 = patient->weight_kg / (metres * metres);
}

/* --study FILE: history, injections and imaging, which BIDS has no place for. Its keys go before
 * those of the dataset; its earlier studies are relative to its own folder. */
static enum rv_status take_file(const char *path, struct rv_study *study, struct rv_error *err)
{
    const char *slash = strrchr(path, '/');
    enum rv_status status = rv_study_file(path, study, err);
    const char **earlier = rv_arena_alloc(study->arena, study->earlier_count, sizeof *earlier);
    if (status != RV_OK || earlier == NULL)
        return status != RV_OK ? status : rv_fail_memory(err);
    const char *folder =
        slash != NULL ? rv_arena_text_n(study->arena, path, (size_t)(slash - path) + 1) : "./";
    for (size_t i = 0; i < study->earlier_count; i++) {
        char *joined = rv_arena_format(
            study->arena, "%s%s", study->earlier[i][0] == '/' ? "" : folder, study->earlier[i]);
        char *real = joined != NULL ? realpath(joined, NULL) : NULL;
        earlier[i] = real != NULL ? rv_arena_text(study->arena, real) : joined;
        rv_release(real);
        if (earlier[i] == NULL)
            return rv_fail_memory(err);
    }
    study->earlier = earlier;
    return RV_OK;
}

static enum rv_status build(struct builder *builder, struct rv_error *err)
{
    struct rv_study *study = builder->study;
    builder->recordings =
        rv_arena_alloc(study->arena, builder->name_count, sizeof *builder->recordings);
    if (builder->recordings == NULL)
        return rv_fail_memory(err);
    tell_study(builder);
    enum rv_status status = rv_bids_people(&builder->place, builder->names, builder->name_count,
                                           study, builder->notices, err);
    if (status == RV_OK && builder->settings->study_path != NULL)
        status = take_file(builder->settings->study_path, study, err);
    settle_bmi(&study->patient);
    if (status == RV_OK)
        status = read_recordings(builder, err);
    if (status == RV_OK)
        status = settle(builder, err);
    rv_release(builder->responses.items);
    rv_release(builder->paths.items);
    return status;
}

/* The dataset, or a subject with sessions: which study is meant? */
static enum rv_status ask_which(const char *path, struct rv_error *err)
{
    struct rv_bids_studies *studies = NULL;
    enum rv_status status = rv_bids_studies(path, &studies, err);
    if (status != RV_OK)
        return status;
    size_t count = studies != NULL ? studies->count : 0;
    status = count == 0
                 ? rv_fail(err, RV_NO_INPUT, "holds no *_emg.edf and no *_emg.bdf")
                 : rv_fail(err, RV_NO_INPUT,
                           "holds %zu BIDS stud%s: name one, for example %.300s (ranvier batch "
                           "measures all)",
                           count, count == 1 ? "y" : "ies", studies->items[0].path);
    rv_bids_studies_free(studies);
    return status;
}

enum rv_status rv_bids_study_read(const char *path, const struct rv_settings *settings,
                                  struct rv_study *study, struct rv_notices *notices, bool *found,
                                  struct rv_error *err)
{
    struct builder builder = {.settings = settings, .study = study, .notices = notices};
    enum rv_status status = rv_bids_place_find(path, study->arena, found, &builder.place, err);
    if (status != RV_OK || !*found)
        return status;
    if (builder.place.subject != NULL)
        status = rv_bids_recordings(&builder.place, &builder.names, &builder.name_count, err);
    if (status != RV_OK)
        return status;
    if (builder.name_count == 0)
        return ask_which(path, err);
    study->folder = builder.place.folder;
    builder.place.paths = &builder.paths;
    builder.responses = (struct rv_bids_responses){
        .arena = study->arena,
        .notices = notices,
        .label = builder.place.recording != NULL ? settings->label : NULL};
    return build(&builder, err);
}

enum rv_status rv_bids_dress(const struct rv_bids *bids, const char *file,
                             struct rv_recording *recording, struct rv_error *err)
{
    for (size_t i = 0; bids != NULL && i < bids->count; i++)
        if (strcmp(bids->recordings[i].file, file) == 0)
            return rv_bids_apply(&bids->recordings[i], recording, err);
    return RV_OK;
}
