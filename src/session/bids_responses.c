/* SPDX-License-Identifier: GPL-3.0-or-later
 * The responses of a BIDS recording.
 */
#include "session/bids_responses.h"

#include "base/error.h"
#include "base/text.h"
#include "epoch/epoch.h"
#include "session/bids_groups.h"
#include "session/said.h"
#include "session/study_recording.h"
#include "session/study_tables.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* What the words about one channel say: target_muscle first, then its label. */
struct channel_words {
    struct rv_said muscle, label;
};

struct builder {
    struct rv_bids_responses *responses;
    const struct rv_bids_recording *recording;
    const struct rv_channel *channels;
    struct rv_said option, task;
    struct channel_words *words; /* of each channel, in the arena */
    struct rv_bids_groups groups;
    bool *from_words; /* of each new response: its distance is that of a label */
    size_t first, from_words_capacity;
};

/* --- words --------------------------------------------------------------------------------- */

/* "medianWristRight" as "median Wrist Right". */
static void split_words(const char *label, struct rv_text *text)
{
    for (const char *c = label; *c != '\0'; c++) {
        bool capital = *c >= 'A' && *c <= 'Z';
        bool after_small = c > label && !(c[-1] >= 'A' && c[-1] <= 'Z');
        rv_text_format(text, "%s%c", capital && after_small ? " " : "", *c);
    }
}

/* What the recording is called: its TaskName, or the label of its task, and that of its acq. */
static enum rv_status read_task(struct builder *builder, struct rv_notices *quiet,
                                struct rv_error *err)
{
    const struct rv_bids_recording *recording = builder->recording;
    const char *task = rv_bids_entity(recording->name, "task");
    const char *acq = rv_bids_entity(recording->name, "acq");
    struct rv_text words = {0};
    if (recording->emg.task != NULL)
        rv_text_append(&words, recording->emg.task);
    else
        split_words(task != NULL ? task : "", &words);
    rv_text_append(&words, "; ");
    split_words(acq != NULL ? acq : "", &words);
    const char *text = words.failed ? NULL : rv_arena_text(builder->responses->arena, words.bytes);
    enum rv_status status = text == NULL ? rv_fail_memory(err)
                                         : rv_said_read("task", text, builder->responses->arena,
                                                        quiet, &builder->task, err);
    rv_text_finish(&words);
    return status;
}

static enum rv_status read_channel_words(struct builder *builder, struct rv_notices *quiet,
                                         struct rv_error *err)
{
    struct rv_bids_responses *responses = builder->responses;
    size_t count = builder->recording->channel_count;
    enum rv_status status = RV_OK;
    builder->words = rv_arena_alloc(responses->arena, count, sizeof *builder->words);
    if (builder->words == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < count && status == RV_OK; i++) {
        const struct rv_bids_channel *channel = &builder->recording->channels[i];
        struct rv_notices *notices = channel->used ? responses->notices : quiet;
        status = rv_said_read("target_muscle", channel->target_muscle, responses->arena, notices,
                              &builder->words[i].muscle, err);
        if (status == RV_OK)
            status = rv_said_read("channel", builder->channels[i].label, responses->arena,
                                  channel->target_muscle != NULL ? quiet : notices,
                                  &builder->words[i].label, err);
    }
    return status;
}

static const char *record_of(const struct builder *builder, size_t channel)
{
    const struct channel_words *words = &builder->words[channel];
    return words->muscle.label.record != NULL ? words->muscle.label.record
                                              : words->label.label.record;
}

static enum rv_side side_of(const struct builder *builder, size_t channel)
{
    const struct channel_words *words = &builder->words[channel];
    return words->muscle.label.side != RV_SIDE_UNKNOWN ? words->muscle.label.side
                                                       : words->label.label.side;
}

/* --- which channels ------------------------------------------------------------------------ */

static enum rv_status group_fails(const struct builder *builder, const struct rv_bids_group *group,
                                  enum rv_status status, struct rv_error *err)
{
    if (group->line > 0)
        rv_fail_in(err, status, "%s: line %zu", builder->groups.file, group->line);
    return status;
}

/* The channel that the table names. */
static enum rv_status named_channel(const struct builder *builder,
                                    const struct rv_bids_group *group, bool *chosen,
                                    struct rv_error *err)
{
    size_t index;
    const struct rv_recording names = {.channels = builder->channels,
                                       .channel_count = builder->recording->channel_count};
    enum rv_status status = rv_channel_find(&names, group->cells.channel, &index, err);
    if (status != RV_OK)
        return group_fails(builder, group, err != NULL ? (err->status = RV_STUDY) : RV_STUDY, err);
    const struct rv_bids_channel *channel = &builder->recording->channels[index];
    if (!channel->used && !channel->bad) {
        status = rv_fail(err, RV_STUDY, "channel \"%.80s\" is of type %.40s; EMG is expected",
                         group->cells.channel, channel->type != NULL ? channel->type : "TRIG");
        return group_fails(builder, group, status, err);
    }
    chosen[index] = channel->used;
    return RV_OK;
}

static bool is_signal(const struct builder *builder, size_t i)
{
    return builder->recording->channels[i].used || builder->recording->channels[i].bad;
}

static bool sides_fit(enum rv_side a, enum rv_side b)
{
    return a == RV_SIDE_UNKNOWN || b == RV_SIDE_UNKNOWN || a == b;
}

/* Channels that say they are of this muscle or site, on this side. */
static size_t fitting_channels(const struct builder *builder, const struct rv_response *cells,
                               enum rv_side side, size_t *last)
{
    size_t count = 0;
    for (size_t i = 0; i < builder->recording->channel_count; i++)
        if (is_signal(builder, i) && rv_text_equal(record_of(builder, i), cells->record) &&
            sides_fit(side_of(builder, i), side)) {
            *last = i;
            count++;
        }
    return count;
}

/* The channel of a muscle or site: the one that says so, else the only one, if that says nothing
 * else. A bad one is meant as well, and then not used. */
static enum rv_status recording_channel(const struct builder *builder,
                                        const struct rv_bids_group *group, bool *chosen,
                                        struct rv_error *err)
{
    size_t signals = 0, only = 0, fitting = 0;
    size_t count = fitting_channels(builder, &group->cells, group->cells.side, &fitting);
    if (count == 0) /* that of the other side is refused later, with both sides */
        count = fitting_channels(builder, &group->cells, RV_SIDE_UNKNOWN, &fitting);
    for (size_t i = 0; i < builder->recording->channel_count; i++)
        if (is_signal(builder, i)) {
            only = i;
            signals++;
        }
    const char *says = signals == 1 ? record_of(builder, only) : NULL;
    if (count == 0 && signals == 1 && says == NULL)
        fitting = only;
    else if (count != 1) {
        enum rv_status status =
            says != NULL ? rv_fail(err, RV_STUDY, "record is %s, the only channel says %s",
                                   group->cells.record, says)
                         : rv_fail(err, RV_STUDY,
                                   "record is %s, which %s of the channels: say which one in a "
                                   "column \"channel\"",
                                   group->cells.record, count == 0 ? "is none" : "are several");
        return group_fails(builder, group, status, err);
    }
    chosen[fitting] = builder->recording->channels[fitting].used;
    return RV_OK;
}

/* All of them; those of the other side not, where there are some of this side. */
static void all_channels(const struct builder *builder, const struct rv_bids_group *group,
                         bool *chosen)
{
    enum rv_side side =
        group->cells.side != RV_SIDE_UNKNOWN ? group->cells.side : group->said.label.side;
    bool some = false;
    for (size_t i = 0; i < builder->recording->channel_count; i++)
        some = some || (is_signal(builder, i) && sides_fit(side_of(builder, i), side));
    for (size_t i = 0; i < builder->recording->channel_count; i++)
        chosen[i] =
            builder->recording->channels[i].used && (!some || sides_fit(side_of(builder, i), side));
}

/* --- responses ----------------------------------------------------------------------------- */

/* A label names the channel where no other channel has it. */
static const char *channel_name(const struct builder *builder, size_t index)
{
    const char *label = builder->channels[index].label;
    size_t same = 0;
    for (size_t i = 0; i < builder->recording->channel_count; i++)
        same += strcmp(builder->channels[i].label, label) == 0 ? 1 : 0;
    return same == 1 && label[0] != '\0'
               ? rv_arena_text(builder->responses->arena, label)
               : rv_arena_format(builder->responses->arena, "%zu", index + 1);
}

static enum rv_status keep(struct builder *builder, const struct rv_bids_group *group,
                           struct rv_response *response, bool from_words, struct rv_error *err)
{
    struct rv_bids_responses *responses = builder->responses;
    size_t own = responses->count - builder->first;
    response->id = rv_arena_format(responses->arena, "R%02zu", responses->count + 1);
    response->file = builder->recording->file;
    if (group->stimuli.length > 0)
        response->stimuli = rv_arena_text(responses->arena, group->stimuli.bytes);
    if (response->id == NULL || response->channel == NULL ||
        (group->stimuli.length > 0 && response->stimuli == NULL) ||
        !rv_grow(&responses->items, &responses->capacity, responses->count + 1,
                 sizeof *responses->items) ||
        !rv_grow(&builder->from_words, &builder->from_words_capacity, own + 1,
                 sizeof *builder->from_words))
        return rv_fail_memory(err);
    builder->from_words[own] = from_words;
    responses->items[responses->count++] = *response;
    return RV_OK;
}

/* The cells of the table speak first, and must not contradict the words. */
static enum rv_status merge(const struct builder *builder, const struct rv_bids_group *group,
                            size_t channel, struct rv_response *response, bool *kind_known,
                            struct rv_error *err)
{
    struct rv_said cells = {.source = "column side", .text = rv_side_name(group->cells.side)};
    char nothing[1];
    rv_label_read("", nothing, &cells.label);
    cells.label.side = group->cells.side;
    const struct rv_said *const sources[] = {&builder->option,
                                             &cells,
                                             &group->said,
                                             &builder->words[channel].muscle,
                                             &builder->words[channel].label,
                                             &builder->task};
    enum rv_status status =
        rv_said_merge(sources, sizeof sources / sizeof *sources, response, kind_known, err);
    if (status == RV_OK)
        status = rv_said_settle_kind(builder->channels[channel].label, *kind_known, response, err);
    return status;
}

static enum rv_status add_response(struct builder *builder, const struct rv_bids_group *group,
                                   size_t channel, struct rv_error *err)
{
    struct rv_response response = group->cells;
    bool kind_known = group->kind_known;
    bool measured = !isnan(response.distance_mm) || !isnan(response.segment_mm);
    enum rv_status status = merge(builder, group, channel, &response, &kind_known, err);
    if (status == RV_OK && group->described)
        status = rv_response_settle(builder->groups.table, group->row, &response, err);
    if (status != RV_OK)
        return group_fails(builder, group, status, err);
    if (measured)
        response.distance_mm = group->cells.distance_mm;
    if (group->ma_differs)
        response.intensity_ma = NAN;
    if (group->v_differs)
        response.intensity_v = NAN;
    if (group->pulse_differs)
        response.pulse_ms = NAN;
    response.channel = channel_name(builder, channel);
    return keep(builder, group, &response, !measured && !isnan(response.distance_mm), err);
}

static enum rv_status add_group(struct builder *builder, const struct rv_bids_group *group,
                                struct rv_error *err)
{
    size_t count = builder->recording->channel_count;
    bool *chosen = rv_allocate(count, sizeof *chosen);
    enum rv_status status = RV_OK;
    if (chosen == NULL)
        return rv_fail_memory(err);
    if (group->cells.channel != NULL)
        status = named_channel(builder, group, chosen, err);
    else if (group->cells.record != NULL)
        status = recording_channel(builder, group, chosen, err);
    else
        all_channels(builder, group, chosen);
    for (size_t i = 0; i < count && status == RV_OK; i++)
        if (chosen[i])
            status = add_response(builder, group, i, err);
    rv_release(chosen);
    return status;
}

/* Segments from distances that labels gave; those of a table are what its columns say. */
static enum rv_status settle_segments(struct builder *builder, struct rv_error *err)
{
    size_t count = builder->responses->count - builder->first, chosen = 0;
    if (count == 0)
        return RV_OK; /* there may be no list yet */
    struct rv_response *all = builder->responses->items + builder->first;
    struct rv_response *some = rv_allocate(count, sizeof *some);
    if (some == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < count; i++)
        if (builder->from_words[i])
            some[chosen++] = all[i];
    rv_study_segments(some, chosen);
    chosen = 0;
    for (size_t i = 0; i < count; i++)
        if (builder->from_words[i])
            all[i] = some[chosen++];
    rv_release(some);
    return RV_OK;
}

/* A channel's site is that of its electrode, which needs no stimulus. */
static bool says_something(const struct rv_said *said, bool of_channel)
{
    const struct rv_label *label = &said->label;
    return label->kind_known || label->nerve != NULL || (!of_channel && label->stimulate != NULL);
}

/* Without any stimulus, the words must say that there was one: else it is a voluntary task, or
 * rest, which is not measured here. */
static bool is_passed_over(const struct builder *builder)
{
    const struct rv_bids_group *group = &builder->groups.items[0];
    bool said = says_something(&builder->option, false) || says_something(&builder->task, false);
    for (size_t i = 0; i < builder->recording->channel_count; i++)
        said = said || (builder->recording->channels[i].used &&
                        (says_something(&builder->words[i].muscle, true) ||
                         says_something(&builder->words[i].label, true)));
    return group->stimuli.length == 0 && !said;
}

static enum rv_status build(struct builder *builder, const struct rv_event *own, size_t own_count,
                            struct rv_error *err)
{
    enum rv_status status =
        rv_bids_groups_make(builder->recording, own, own_count, &builder->groups, err);
    if (status != RV_OK)
        return status;
    if (is_passed_over(builder)) {
        rv_notice_add(builder->responses->notices, RV_WARNING, "bids_no_stimulus",
                      builder->recording->file,
                      "nothing says that a nerve was stimulated: the recording is passed over");
        return RV_OK;
    }
    for (size_t i = 0; i < builder->groups.count && status == RV_OK; i++)
        status = add_group(builder, &builder->groups.items[i], err);
    return status == RV_OK ? settle_segments(builder, err) : status;
}

enum rv_status rv_bids_responses_add(struct rv_bids_responses *responses,
                                     const struct rv_bids_recording *recording,
                                     const struct rv_channel *channels, const struct rv_event *own,
                                     size_t own_count, struct rv_error *err)
{
    struct rv_notices quiet = {.arena = responses->arena};
    struct builder builder = {.responses = responses,
                              .recording = recording,
                              .channels = channels,
                              .groups = {.arena = responses->arena, .notices = responses->notices},
                              .first = responses->count};
    enum rv_status status = rv_said_read("--label", responses->label, responses->arena,
                                         responses->notices, &builder.option, err);
    if (status == RV_OK)
        status = read_task(&builder, &quiet, err);
    if (status == RV_OK)
        status = read_channel_words(&builder, &quiet, err);
    if (status == RV_OK)
        status = build(&builder, own, own_count, err);
    rv_bids_groups_finish(&builder.groups);
    rv_release(builder.from_words);
    rv_notices_finish(&quiet);
    return status == RV_OK ? RV_OK : rv_fail_in(err, status, "%s", recording->name->file);
}
