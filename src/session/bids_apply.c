/* SPDX-License-Identifier: GPL-3.0-or-later
 * The sidecars of a BIDS dataset put into a recording that was read.
 */
#include "base/error.h"
#include "base/text.h"
#include "session/bids_recording.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Mains frequencies that are subtracted where they are said. */
static const double mains_hz[] = {50, 60};

/* BIDS counts from the first sample. */
static double start_of(const struct rv_recording *recording)
{
    return recording->segment_count > 0 ? recording->segments[0].start_s : 0;
}

static enum rv_status apply_channels(const struct rv_bids_recording *from,
                                     struct rv_recording *recording, struct rv_error *err)
{
    size_t count = recording->channel_count;
    struct rv_channel *channels =
        rv_arena_copy(recording->arena, recording->channels, count, sizeof *channels);
    if (channels == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < count && i < from->channel_count; i++) {
        const struct rv_bids_channel *said = &from->channels[i];
        channels[i].is_trigger = said->trigger;
        if (said->prefilter != NULL && channels[i].prefilter[0] == '\0')
            channels[i].prefilter = rv_arena_text(recording->arena, said->prefilter);
        if (channels[i].prefilter == NULL)
            return rv_fail_memory(err);
    }
    recording->channels = channels;
    return RV_OK;
}

static enum rv_status apply_facts(const struct rv_bids_emg *emg, struct rv_recording *recording,
                                  struct rv_error *err)
{
    struct rv_recording_facts *facts = &recording->facts;
    for (size_t i = 0; i < sizeof mains_hz / sizeof *mains_hz; i++)
        if (fabs(emg->power_line_hz - mains_hz[i]) < 1)
            facts->mains_hz = mains_hz[i];
    if (facts->equipment != NULL || emg->manufacturer == NULL)
        return RV_OK;
    facts->equipment =
        rv_arena_format(recording->arena, "%s%s%s", emg->manufacturer,
                        emg->model != NULL ? " " : "", emg->model != NULL ? emg->model : "");
    return facts->equipment != NULL ? RV_OK : rv_fail_memory(err);
}

static void check_facts(const struct rv_bids_emg *emg, const struct rv_recording *recording,
                        struct rv_notices *notices)
{
    bool whole = emg->recording_type != NULL && strcmp(emg->recording_type, "continuous") == 0;
    if (!isnan(emg->power_line_hz) && !(recording->facts.mains_hz > 0))
        rv_notice_add(notices, RV_WARNING, "bids_mains", emg->file,
                      "PowerLineFrequency %g Hz is not used: 50 and 60 Hz are known",
                      emg->power_line_hz);
    if (whole && recording->segment_count > 1)
        rv_notice_add(notices, RV_WARNING, "bids_recording_type", emg->file,
                      "RecordingType is continuous, the recording has %zu segments with gaps "
                      "between them",
                      recording->segment_count);
}

/* By more than a second and a hundredth. */
static void check_duration(const struct rv_bids_emg *emg, const struct rv_recording *recording,
                           struct rv_notices *notices)
{
    double length_s = 0;
    for (size_t i = 0; i < recording->segment_count; i++)
        for (size_t j = 0; j < 1 && j < recording->channel_count; j++)
            length_s +=
                (double)recording->segments[i].sample_count[j] / recording->channels[j].rate_hz;
    double span_s = rv_recording_end_s(recording) - start_of(recording);
    double apart_s = fmin(fabs(emg->duration_s - length_s), fabs(emg->duration_s - span_s));
    if (apart_s > 1 && apart_s > 0.01 * span_s)
        rv_notice_add(notices, RV_WARNING, "bids_duration", emg->file,
                      "RecordingDuration is %g s, the recording has %.6g s", emg->duration_s,
                      span_s);
}

/* --- events -------------------------------------------------------------------------------- */

static enum rv_status check_onset(const struct rv_bids_recording *from,
                                  const struct rv_bids_row_event *row, double length_s,
                                  struct rv_error *err)
{
    char onset[32], length[32];
    if (row->onset_s >= 0 && row->onset_s < length_s)
        return RV_OK;
    rv_number_write(row->onset_s, onset);
    rv_number_write(length_s, length);
    return rv_fail(err, RV_STUDY,
                   "%s: line %zu: onset %s s lies outside of %s, which has %s s (onsets count "
                   "from its first sample)",
                   from->events.file, row->line, onset, from->name->file, length);
}

static int by_time(const void *a, const void *b)
{
    const struct rv_event *left = a, *right = b;
    return (left->time_s > right->time_s) - (left->time_s < right->time_s);
}

/* Stimuli of the table replace those of the recording, which become remarks. */
static size_t demote(const struct rv_recording *recording, struct rv_event *events)
{
    size_t count = 0;
    for (size_t i = 0; i < recording->event_count; i++) {
        events[i] = recording->events[i];
        count += events[i].kind == RV_EVENT_STIMULUS ? 1 : 0;
        events[i].kind = RV_EVENT_NOTE;
    }
    return count;
}

static enum rv_status add_stimuli(const struct rv_bids_recording *from, double start_s,
                                  double length_s, struct rv_recording *recording,
                                  struct rv_event *events, size_t *count, struct rv_error *err)
{
    enum rv_status status = RV_OK;
    for (size_t number = 1; number <= from->events.stimulus_count; number++)
        events[(*count)++].kind = RV_EVENT_STIMULUS;
    struct rv_event *stimuli = events + *count - from->events.stimulus_count;
    for (size_t i = from->events.count; i > 0 && status == RV_OK; i--) { /* the first row stays */
        const struct rv_bids_row_event *row = &from->events.rows[i - 1];
        if (!row->stimulus)
            continue;
        struct rv_event *event = &stimuli[row->number - 1];
        *event = (struct rv_event){
            .kind = RV_EVENT_STIMULUS,
            .time_s = start_s + row->onset_s,
            .duration_s = row->duration_s,
            .intensity_ma = row->intensity_ma,
            .intensity_v = row->intensity_v,
            .text = rv_arena_text(recording->arena, row->described ? "" : row->text)};
        status = event->text == NULL ? rv_fail_memory(err) : check_onset(from, row, length_s, err);
    }
    return status;
}

static enum rv_status add_remarks(const struct rv_bids_recording *from, double start_s,
                                  struct rv_recording *recording, struct rv_event *events,
                                  size_t *count, struct rv_error *err)
{
    for (size_t i = 0; i < from->events.count; i++) {
        const struct rv_bids_row_event *row = &from->events.rows[i];
        if (row->stimulus || isnan(row->onset_s) || row->text[0] == '\0')
            continue;
        events[*count] = (struct rv_event){.kind = RV_EVENT_NOTE,
                                           .time_s = start_s + row->onset_s,
                                           .duration_s = row->duration_s,
                                           .intensity_ma = NAN,
                                           .intensity_v = NAN,
                                           .text = rv_arena_text(recording->arena, row->text)};
        if (events[(*count)++].text == NULL)
            return rv_fail_memory(err);
    }
    return RV_OK;
}

static enum rv_status apply_events(const struct rv_bids_recording *from,
                                   struct rv_recording *recording, struct rv_notices *notices,
                                   struct rv_error *err)
{
    double start_s = start_of(recording), length_s = rv_recording_end_s(recording) - start_s;
    size_t count = recording->event_count, own;
    struct rv_event *events =
        rv_arena_alloc(recording->arena, count + from->events.count, sizeof *events);
    if (events == NULL)
        return rv_fail_memory(err);
    own = demote(recording, events);
    if (own > 0 && own != from->events.stimulus_count)
        rv_notice_add(notices, RV_INFO, "bids_events_differ", from->events.file,
                      "%zu stimuli, the recording's own annotations name %zu: those of the table "
                      "are used",
                      from->events.stimulus_count, own);
    enum rv_status status = add_stimuli(from, start_s, length_s, recording, events, &count, err);
    if (status == RV_OK)
        status = add_remarks(from, start_s, recording, events, &count, err);
    if (status != RV_OK)
        return status;
    if (count > 1)
        qsort(events, count, sizeof *events, by_time);
    recording->events = events;
    recording->event_count = count;
    return RV_OK;
}

/* --- all ----------------------------------------------------------------------------------- */

static enum rv_status keep_notices(struct rv_notices *more, struct rv_recording *recording,
                                   struct rv_error *err)
{
    struct rv_notices all = {.arena = recording->arena};
    for (size_t i = 0; i < recording->notice_count; i++) {
        const struct rv_notice *notice = &recording->notices[i];
        rv_notice_add(&all, notice->level, notice->code, notice->where, "%s", notice->text);
    }
    for (size_t i = 0; i < more->count; i++)
        rv_notice_add(&all, more->items[i].level, more->items[i].code, more->items[i].where, "%s",
                      more->items[i].text);
    all.failed = all.failed || more->failed;
    enum rv_status status = rv_notices_settle(&all, &recording->notices, &recording->notice_count)
                                ? RV_OK
                                : rv_fail_memory(err);
    rv_notices_finish(&all);
    return status;
}

enum rv_status rv_bids_apply(const struct rv_bids_recording *from, struct rv_recording *recording,
                             struct rv_error *err)
{
    struct rv_notices notices = {.arena = recording->arena};
    if (from->channel_count != recording->channel_count)
        return rv_fail(err, RV_DATA, "%s had %zu channels a moment ago, it has %zu now",
                       from->name->file, from->channel_count, recording->channel_count);
    enum rv_status status = apply_channels(from, recording, err);
    if (status == RV_OK)
        status = apply_facts(&from->emg, recording, err);
    if (status == RV_OK)
        check_facts(&from->emg, recording, &notices);
    if (status == RV_OK && !isnan(from->emg.duration_s))
        check_duration(&from->emg, recording, &notices);
    if (status == RV_OK && from->events.stimulus_count > 0)
        status = apply_events(from, recording, &notices, err);
    if (status == RV_OK)
        status = keep_notices(&notices, recording, err);
    rv_notices_finish(&notices);
    return status;
}
