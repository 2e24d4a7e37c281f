/* SPDX-License-Identifier: GPL-3.0-or-later
 * What several sources of words say of one response, put together.
 */
#include "session/said.h"

#include "base/error.h"
#include "base/text.h"
#include "knowledge/knowledge.h"
#include "session/study_recording.h"

#include <math.h>
#include <string.h>

enum rv_status rv_said_read(const char *source, const char *text, struct rv_arena *arena,
                            struct rv_notices *notices, struct rv_said *said, struct rv_error *err)
{
    *said = (struct rv_said){.source = source, .text = text != NULL ? text : ""};
    char *storage = rv_arena_alloc(arena, strlen(said->text) + 1, 1);
    if (storage == NULL)
        return rv_fail_memory(err);
    rv_label_read(said->text, storage, &said->label);
    if (said->label.conflict)
        return rv_fail(err, RV_STUDY, "%s \"%s\" names two sides or two nerves", source,
                       said->text);
    bool told = rv_notice_has(notices, "label_not_understood", source);
    if (said->label.not_understood != NULL && !told)
        rv_notice_add(notices, RV_INFO, "label_not_understood", source,
                      "\"%s\" is not understood: %s", said->text, said->label.not_understood);
    return RV_OK;
}

static bool same_number(double a, double b)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) < 1e-9;
}

bool rv_said_same(const struct rv_label *a, const struct rv_label *b)
{
    return a->side == b->side && rv_text_equal(a->nerve, b->nerve) &&
           rv_text_equal(a->stimulate, b->stimulate) && rv_text_equal(a->record, b->record) &&
           a->kind_known == b->kind_known && a->kind == b->kind &&
           same_number(a->distance_mm, b->distance_mm) &&
           rv_same_temperature(a->temperature_c, b->temperature_c);
}

static enum rv_status merge_side(const struct rv_said *const *sources, size_t count,
                                 enum rv_side *side, struct rv_error *err)
{
    const struct rv_said *first = NULL;
    for (size_t i = 0; i < count; i++) {
        if (sources[i]->label.side == RV_SIDE_UNKNOWN)
            continue;
        if (first != NULL && first->label.side != sources[i]->label.side)
            return rv_fail(err, RV_STUDY, "%s \"%s\" says %s, %s \"%s\" says %s: which side is it?",
                           first->source, first->text, rv_side_name(first->label.side),
                           sources[i]->source, sources[i]->text,
                           rv_side_name(sources[i]->label.side));
        if (first == NULL)
            first = sources[i];
    }
    if (first != NULL)
        *side = first->label.side;
    return RV_OK;
}

static void merge_words(const struct rv_label *label, struct rv_response *response,
                        bool *kind_known)
{
    if (response->nerve == NULL)
        response->nerve = label->nerve;
    if (response->record == NULL)
        response->record = label->record;
    if (response->stimulate == NULL)
        response->stimulate = label->stimulate;
    if (isnan(response->distance_mm))
        response->distance_mm = label->distance_mm;
    if (isnan(response->intensity_ma))
        response->intensity_ma = label->intensity_ma;
    if (isnan(response->intensity_v))
        response->intensity_v = label->intensity_v;
    if (isnan(response->pulse_ms))
        response->pulse_ms = label->pulse_ms;
    if (isnan(response->temperature_c))
        response->temperature_c = label->temperature_c;
    if (!*kind_known && label->kind_known) {
        response->kind = label->kind;
        *kind_known = true;
    }
}

enum rv_status rv_said_merge(const struct rv_said *const *sources, size_t count,
                             struct rv_response *response, bool *kind_known, struct rv_error *err)
{
    enum rv_status status = merge_side(sources, count, &response->side, err);
    for (size_t i = 0; i < count && status == RV_OK; i++)
        merge_words(&sources[i]->label, response, kind_known);
    return status;
}

enum rv_status rv_said_settle_kind(const char *channel, bool kind_known,
                                   struct rv_response *response, struct rv_error *err)
{
    const char *muscle = response->record != NULL ? rv_word_muscle(response->record) : NULL;
    if (!kind_known && response->record == NULL)
        return rv_fail(err, RV_STUDY,
                       "channel \"%s\": no label says whether this is a motor or a sensory study; "
                       "say it with --label, for example --label \"median motor R wrist APB 80mm\"",
                       channel);
    if (!kind_known)
        response->kind = muscle != NULL ? RV_MOTOR : RV_SENSORY;
    if (response->nerve == NULL && muscle != NULL && response->kind != RV_SENSORY)
        response->nerve = rv_muscle_nerve(muscle);
    return RV_OK;
}
