/* SPDX-License-Identifier: GPL-3.0-or-later
 * A recording measured while it comes: stimuli wait until their window is complete, are told one
 * after another, and at the end the whole is measured as a file is.
 */
#include "base/error.h"
#include "epoch/annotation.h"
#include "knowledge/knowledge.h"
#include "session/session.h"
#include "session/stream_state.h"
#include "session/study_json.h"
#include "session/study_recording.h"
#include "session/windows.h"

#include <ranvier/stream.h>

#include <math.h>
#include <string.h>

static const size_t default_memory = (size_t)256 << 20;
/* A window may miss this part of its length before it is withheld, as in a file. */
static const double small_cut = 0.1;
static const double margin_s = 0.001;      /* around a window, for moving parts of a sample */
static const double before_next_s = 0.001; /* a window ends so long before the next stimulus */
static const double mains_back_s = 20.0;

/* The first trigger channel is watched for stimuli, else the first channel. */
static struct rv_watch *choose_watch(const struct rv_channel *channels, size_t count,
                                     size_t *watched)
{
    *watched = 0;
    for (size_t c = count; c-- > 0;)
        *watched = channels[c].is_trigger ? c : *watched;
    return rv_watch_new(&channels[*watched]);
}

/* Patient, limits and numbers that running values are told with. */
static enum rv_status read_knowledge(struct rv_stream *stream, struct rv_error *err)
{
    struct rv_study *naming = stream->naming;
    struct rv_temperature_policy *policy = NULL;
    enum rv_status status =
        rv_study_facts(rv_source_facts(stream->source), &stream->settings, naming, err);
    if (status == RV_OK)
        status = rv_temperature_read(naming->arena, &policy, err);
    if (status == RV_OK)
        status = rv_stream_numbers_read(naming->arena, &stream->numbers, err);
    if (status == RV_OK)
        status = rv_reference_open(stream->settings.reference_path, stream->settings.reference_set,
                                   &stream->reference, err);
    stream->context.study = naming;
    stream->context.policy = policy;
    stream->context.reference = stream->reference;
    return status;
}

enum rv_status rv_stream_new(const struct rv_source *source, const struct rv_settings *settings,
                             const char *name, size_t memory_bytes, rv_stream_function *function,
                             void *to, struct rv_stream **stream, struct rv_error *err)
{
    enum rv_status status = rv_words_prepare(err);
    if (status != RV_OK)
        return status;
    struct rv_stream *made = rv_allocate(1, sizeof *made);
    if (made == NULL)
        return rv_fail_memory(err);
    made->source = source;
    made->settings = *settings;
    made->most = (memory_bytes > 0 ? memory_bytes : default_memory) / sizeof(double);
    const struct rv_channel *channels = rv_source_channels(source, &made->channel_count);
    made->context = (struct rv_live_context){.settings = &made->settings,
                                             .channels = channels,
                                             .numbers = &made->numbers,
                                             .function = function,
                                             .to = to,
                                             .arena = rv_arena_new(),
                                             .scratch = rv_arena_new()};
    made->watch = choose_watch(channels, made->channel_count, &made->watched);
    made->naming = rv_study_blank();
    bool room = made->watch != NULL && made->naming != NULL && made->context.arena != NULL &&
                made->context.scratch != NULL;
    status = !room ? rv_fail_memory(err) : rv_collector_init(&made->collector, source, err);
    if (status == RV_OK) {
        made->channels_only =
            (struct rv_recording){.channels = channels, .channel_count = made->channel_count};
        made->naming->recording = &made->channels_only;
        made->notices.arena = made->naming->arena;
        made->name = rv_arena_text(made->naming->arena, name);
        status = made->name == NULL ? rv_fail_memory(err) : read_knowledge(made, err);
    }
    if (status != RV_OK) {
        rv_stream_free(made);
        return status;
    }
    *stream = made;
    return RV_OK;
}

void rv_stream_free(struct rv_stream *stream)
{
    if (stream == NULL)
        return;
    rv_live_free(stream->lives);
    rv_watch_free(stream->watch);
    rv_arena_free(stream->context.arena);
    rv_arena_free(stream->context.scratch);
    rv_reference_close(stream->reference);
    rv_release(stream->waiting);
    rv_times_finish(&stream->stimuli);
    rv_notices_finish(&stream->notices);
    if (stream->naming != NULL)
        stream->naming->recording = NULL; /* never its own */
    rv_study_free(stream->naming);
    rv_collector_finish(&stream->collector);
    rv_release(stream);
}

/* --- windows ------------------------------------------------------------------------------- */

struct stretch {
    size_t first, count; /* samples of the channel */
    double start_s;
};

static struct stretch stretch_of(const struct rv_stream *stream, size_t segment, size_t channel)
{
    const struct rv_collector *c = &stream->collector;
    bool last = segment + 1 == c->segment_count;
    size_t first = c->segments[segment].first[channel];
    size_t end = last ? c->channels[channel].count : c->segments[segment + 1].first[channel];
    return (struct stretch){first, end - first, c->segments[segment].start_s};
}

/* The segment that a time falls into; the last that begins before it. */
static bool segment_of(const struct rv_stream *stream, double time_s, size_t *segment)
{
    for (size_t s = stream->collector.segment_count; s > 0; s--)
        if (stream->collector.segments[s - 1].start_s <= time_s + margin_s) {
            *segment = s - 1;
            return true;
        }
    return false;
}

static double end_s(const struct rv_stream *stream, size_t segment, size_t channel)
{
    struct stretch part = stretch_of(stream, segment, channel);
    return part.start_s + (double)part.count / stream->context.channels[channel].rate_hz;
}

/* The samples around a stimulus that are there. */
static struct rv_live_window window_of(const struct rv_stream *stream, const struct rv_live *live,
                                       size_t segment, const struct rv_waiting *stimulus,
                                       double next_s)
{
    struct rv_window asked = rv_window_of(live->response.kind, &stream->settings);
    struct stretch part = stretch_of(stream, segment, live->channel);
    double rate_hz = stream->context.channels[live->channel].rate_hz;
    double at = (stimulus->time_s - part.start_s) * rate_hz, count = (double)part.count;
    double from = floor(at + (asked.from_ms / 1000 - margin_s) * rate_hz);
    double to = ceil(at + (asked.to_ms / 1000 + margin_s) * rate_hz);
    to = fmin(to, floor((next_s - before_next_s - part.start_s) * rate_hz));
    from = fmin(fmax(from, 0), count);
    to = fmin(fmax(to, from), count);
    return (struct rv_live_window){.samples = stream->collector.channels[live->channel].samples +
                                              part.first + (size_t)from,
                                   .count = (size_t)(to - from),
                                   .start_s = part.start_s + from / rate_hz,
                                   .stimulus_s = stimulus->time_s,
                                   .intensity = stimulus->intensity};
}

/* Is too much of it missing, and not because the next stimulus ended it? */
static bool is_broken(const struct rv_stream *stream, const struct rv_live *live,
                      const struct rv_live_window *window, double next_s)
{
    struct rv_window asked = rv_window_of(live->response.kind, &stream->settings);
    double rate_hz = stream->context.channels[live->channel].rate_hz;
    double allowed_s = small_cut * (asked.to_ms - asked.from_ms) / 1000;
    double begin_s = window->start_s - window->stimulus_s;
    double finish_s = begin_s + (double)window->count / rate_hz;
    double due_s = fmin(asked.to_ms / 1000, next_s - window->stimulus_s - 2 * before_next_s);
    if (window->count < 16)
        return true;
    if (rv_source_facts(stream->source)->discontinuous)
        return false; /* its segments are as long as its windows */
    return begin_s > asked.from_ms / 1000 + allowed_s || finish_s < due_s - allowed_s;
}

static void tell_withheld(const struct rv_stream *stream, struct rv_live *live,
                          const struct rv_waiting *stimulus)
{
    struct rv_stream_event event = {.kind = RV_STREAM_SWEEP,
                                    .time_s = stimulus->time_s,
                                    .response = live->response.id,
                                    .label = live->label,
                                    .sweep = ++live->sweep_count,
                                    .intensity = stimulus->intensity,
                                    .amplitude_uv = NAN,
                                    .amplitude_se_uv = NAN,
                                    .withheld = "window_over_gap",
                                    .gap_s = NAN};
    stream->context.function(stream->context.to, &event);
}

/* Hum is estimated anew after 1, 2, 4, 8 ... sweeps, from what had come when the window ended. */
static enum rv_status update_mains(struct rv_stream *stream, struct rv_live *live, size_t segment,
                                   const struct rv_live_window *window, struct rv_error *err)
{
    size_t n = live->sweep_count;
    if (!stream->settings.subtract_mains || !live->named || (n & (n - 1)) != 0)
        return RV_OK;
    struct stretch part = stretch_of(stream, segment, live->channel);
    const struct rv_channel *channel = &stream->context.channels[live->channel];
    const double *samples = stream->collector.channels[live->channel].samples;
    size_t end = (size_t)(window->samples - samples) + window->count;
    size_t back = (size_t)(mains_back_s * channel->rate_hz);
    size_t first = end > part.first + back ? end - back : part.first, count = end - first;
    const size_t zero = 0;
    const double *begin = samples + first;
    struct rv_segment one = {part.start_s + (double)(first - part.first) / channel->rate_hz, &zero,
                             &count};
    struct rv_recording view = {.channels = channel,
                                .channel_count = 1,
                                .samples = &begin,
                                .segments = &one,
                                .segment_count = 1};
    enum rv_status status =
        rv_mains_estimate(&view, 0, stream->stimuli.time_s, stream->stimuli.count, -1,
                          rv_window_of(live->response.kind, &stream->settings).to_ms,
                          stream->settings.mains_hz, &live->mains, err);
    return status == RV_OK ? rv_live_renew(live, &stream->context, err) : status;
}

/* A window of one channel that is to be measured; live NULL: none is. */
struct sweep {
    struct rv_live *live;
    struct rv_live_window window;
};

static enum rv_status tell_sweep(struct rv_stream *stream, size_t channel,
                                 const struct rv_waiting *stimulus, double next_s,
                                 struct sweep *sweep, struct rv_error *err)
{
    size_t segment = 0;
    struct rv_live *live = NULL;
    *sweep = (struct sweep){.live = NULL};
    enum rv_status status = rv_stream_live(stream, channel, stimulus, &live, err);
    if (status != RV_OK)
        return status;
    bool placed = segment_of(stream, stimulus->time_s, &segment);
    if (placed)
        sweep->window = window_of(stream, live, segment, stimulus, next_s);
    if (!placed || is_broken(stream, live, &sweep->window, next_s)) {
        tell_withheld(stream, live, stimulus);
        return RV_OK;
    }
    sweep->live = live;
    rv_live_sweep(live, &stream->context, &sweep->window);
    return RV_OK;
}

static enum rv_status tell_response(struct rv_stream *stream, const struct rv_waiting *stimulus,
                                    const struct sweep *sweep, struct rv_error *err)
{
    struct rv_measurement measurement;
    enum rv_status status =
        rv_live_response(sweep->live, &stream->context, &sweep->window, &measurement, err);
    if (status == RV_OK && measurement.response != NULL)
        rv_stream_limb(stream, sweep->live, &measurement, stimulus->time_s);
    return status;
}

static enum rv_status renew_mains(struct rv_stream *stream, const struct rv_waiting *stimulus,
                                  const struct sweep *sweeps, struct rv_error *err)
{
    size_t segment = 0;
    enum rv_status status = RV_OK;
    if (!segment_of(stream, stimulus->time_s, &segment))
        return RV_OK;
    for (size_t c = 0; c < stream->channel_count && status == RV_OK; c++)
        if (sweeps[c].live != NULL)
            status = update_mains(stream, sweeps[c].live, segment, &sweeps[c].window, err);
    return status;
}

/* The sweeps of all channels first, then what takes longer; hum last, nobody waits for it. */
static enum rv_status tell_stimulus(struct rv_stream *stream, const struct rv_waiting *stimulus,
                                    double next_s, struct rv_error *err)
{
    struct sweep *sweeps = rv_allocate(stream->channel_count, sizeof *sweeps);
    const struct rv_live **now = rv_allocate(stream->channel_count, sizeof *now);
    enum rv_status status = sweeps == NULL || now == NULL ? rv_fail_memory(err) : RV_OK;
    for (size_t c = 0; c < stream->channel_count && status == RV_OK; c++)
        if (!stream->context.channels[c].is_trigger)
            status = tell_sweep(stream, c, stimulus, next_s, &sweeps[c], err);
    for (size_t c = 0; c < stream->channel_count && status == RV_OK; c++) {
        now[c] = sweeps[c].live;
        if (now[c] != NULL)
            status = tell_response(stream, stimulus, &sweeps[c], err);
    }
    if (status == RV_OK)
        status = rv_stream_next(stream, now, stream->channel_count, stimulus->time_s, err);
    if (status == RV_OK)
        status = renew_mains(stream, stimulus, sweeps, err);
    rv_release(now);
    rv_release(sweeps);
    return status;
}

/* How long after the stimulus its window is complete. */
static enum rv_status due_s(struct rv_stream *stream, const struct rv_waiting *stimulus,
                            double *due, struct rv_error *err)
{
    *due = 0;
    for (size_t c = 0; c < stream->channel_count; c++) {
        struct rv_live *live = NULL;
        if (stream->context.channels[c].is_trigger)
            continue;
        enum rv_status status = rv_stream_live(stream, c, stimulus, &live, err);
        if (status != RV_OK)
            return status;
        double to_ms = rv_window_of(live->response.kind, &stream->settings).to_ms;
        *due = fmax(*due, to_ms / 1000 + margin_s);
    }
    return RV_OK;
}

static bool is_complete(const struct rv_stream *stream, const struct rv_waiting *stimulus,
                        double due)
{
    size_t segment = 0;
    if (!segment_of(stream, stimulus->time_s, &segment))
        return stream->collector.segment_count > 0;
    if (segment + 1 < stream->collector.segment_count)
        return true; /* no more comes there */
    for (size_t c = 0; c < stream->channel_count; c++)
        if (end_s(stream, segment, c) < stimulus->time_s + due)
            return false;
    return true;
}

/* Tells the stimuli whose windows are complete, or all. */
static enum rv_status tell_waiting(struct rv_stream *stream, bool all, struct rv_error *err)
{
    size_t done = 0;
    enum rv_status status = RV_OK;
    while (done < stream->waiting_count && status == RV_OK) {
        const struct rv_waiting *stimulus = &stream->waiting[done];
        double due = 0;
        status = due_s(stream, stimulus, &due, err);
        if (status != RV_OK || !(all || is_complete(stream, stimulus, due)))
            break;
        double next_s = done + 1 < stream->waiting_count ? stimulus[1].time_s : (double)INFINITY;
        status = tell_stimulus(stream, stimulus, next_s, err);
        done++;
    }
    stream->waiting_count -= done;
    if (done > 0)
        memmove(stream->waiting, stream->waiting + done,
                stream->waiting_count * sizeof *stream->waiting);
    return status;
}

/* --- stimuli ------------------------------------------------------------------------------- */

static enum rv_status await(struct rv_stream *stream, double time_s, double intensity,
                            const char *text, struct rv_error *err)
{
    char *kept = rv_arena_text(stream->collector.arena, text);
    if (kept == NULL ||
        !rv_grow(&stream->waiting, &stream->waiting_capacity, stream->waiting_count + 1,
                 sizeof *stream->waiting) ||
        !rv_times_add(&stream->stimuli, time_s))
        return rv_fail_memory(err);
    size_t place = stream->waiting_count++;
    while (place > 0 && stream->waiting[place - 1].time_s > time_s) {
        stream->waiting[place] = stream->waiting[place - 1];
        place--;
    }
    stream->waiting[place] = (struct rv_waiting){time_s, intensity, kept};
    return RV_OK;
}

static enum rv_status take_event(struct rv_stream *stream, const struct rv_event *event,
                                 struct rv_error *err)
{
    bool stimulus = event->kind == RV_EVENT_STIMULUS;
    stream->events_seen = stream->events_seen || stimulus;
    if (!stimulus && (stream->events_seen || !rv_reads_as_stimulus(event)))
        return RV_OK;
    double ma =
        isnan(event->intensity_ma) ? rv_number_before(event->text, "mA") : event->intensity_ma;
    return await(stream, event->time_s, ma, event->text, err);
}

/* Stimuli of a recording that names none: edges of its trigger channel, or the artefacts of its
 * first. */
static enum rv_status watch_for_stimuli(struct rv_stream *stream, const struct rv_block *block,
                                        struct rv_error *err)
{
    size_t channel = stream->watched;
    if (stream->events_seen)
        return RV_OK;
    if (block->new_segment || !stream->watching) {
        rv_watch_restart(stream->watch);
        stream->watch_start_s = block->start_s;
        stream->watching = true;
    }
    struct rv_times places = {0};
    enum rv_status status = rv_watch_push(stream->watch, block->samples[channel],
                                          block->sample_count[channel], &places, err);
    for (size_t i = 0; i < places.count && status == RV_OK; i++) {
        double time_s =
            stream->watch_start_s + places.time_s[i] / stream->context.channels[channel].rate_hz;
        status = await(stream, time_s, NAN, stream->label == NULL ? "" : stream->label, err);
    }
    rv_times_finish(&places);
    return status;
}

/* --- the way of a block -------------------------------------------------------------------- */

static void tell_gap(const struct rv_stream *stream, double start_s)
{
    double before_s = end_s(stream, stream->collector.segment_count - 1, 0);
    struct rv_stream_event event = {.kind = RV_STREAM_GAP,
                                    .time_s = start_s,
                                    .intensity = NAN,
                                    .amplitude_uv = NAN,
                                    .amplitude_se_uv = NAN,
                                    .gap_s = start_s - before_s};
    stream->context.function(stream->context.to, &event);
}

/* The events of a block with the label in front of their texts. */
static enum rv_status labelled(const struct rv_stream *stream, struct rv_arena *arena,
                               struct rv_block *block, struct rv_error *err)
{
    if (stream->label == NULL || block->event_count == 0)
        return RV_OK;
    struct rv_event *events =
        rv_arena_copy(arena, block->events, block->event_count, sizeof *events);
    if (events == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < block->event_count; i++) {
        if (events[i].kind != RV_EVENT_STIMULUS && !rv_reads_as_stimulus(&events[i]))
            continue;
        events[i].text = rv_arena_format(arena, "%s%s%s", stream->label,
                                         events[i].text[0] != '\0' ? " " : "", events[i].text);
        events[i].kind = RV_EVENT_STIMULUS;
        if (events[i].text == NULL)
            return rv_fail_memory(err);
    }
    block->events = events;
    return RV_OK;
}

/* Texts of waiting stimuli live in the collector's arena, which thinning replaces. */
static enum rv_status bound(struct rv_stream *stream, struct rv_error *err)
{
    if (rv_store_total(&stream->collector) <= stream->most)
        return RV_OK;
    struct rv_arena *old = stream->collector.arena;
    stream->collector.arena = rv_arena_new();
    if (stream->collector.arena == NULL) {
        stream->collector.arena = old;
        return rv_fail_memory(err);
    }
    stream->thinned = true;
    enum rv_status status = rv_store_thin(&stream->collector, stream->context.channels,
                                          &stream->stimuli, stream->most / 2, err);
    for (size_t i = 0; i < stream->waiting_count && status == RV_OK; i++) {
        stream->waiting[i].text = rv_arena_text(stream->collector.arena, stream->waiting[i].text);
        if (stream->waiting[i].text == NULL)
            status = rv_fail_memory(err);
    }
    rv_arena_free(old);
    return status;
}

static enum rv_status take_samples(struct rv_stream *stream, const struct rv_block *block,
                                   struct rv_error *err)
{
    enum rv_status status = rv_collector_add(&stream->collector, block, err);
    if (status != RV_OK || block->channel_count == 0)
        return status;
    stream->taken += block->sample_count[0];
    return watch_for_stimuli(stream, block, err);
}

enum rv_status rv_stream_push(struct rv_stream *stream, const struct rv_block *block,
                              struct rv_error *err)
{
    struct rv_block mine = *block;
    struct rv_arena *scratch = rv_arena_new();
    if (scratch == NULL)
        return rv_fail_memory(err);
    enum rv_status status = labelled(stream, scratch, &mine, err);
    bool gap = mine.new_segment && stream->collector.segment_count > 0;
    if (status == RV_OK && gap && !rv_source_facts(stream->source)->discontinuous)
        tell_gap(stream, mine.start_s);
    for (size_t i = 0; i < mine.event_count && status == RV_OK; i++)
        status = take_event(stream, &mine.events[i], err);
    if (status == RV_OK)
        status = take_samples(stream, &mine, err);
    if (status == RV_OK)
        status = tell_waiting(stream, false, err);
    if (status == RV_OK)
        status = bound(stream, err);
    rv_arena_free(scratch);
    return status;
}

uint64_t rv_stream_taken(const struct rv_stream *stream)
{
    return stream->taken;
}

enum rv_status rv_stream_label(struct rv_stream *stream, const char *label, struct rv_error *err)
{
    stream->label = rv_arena_text(stream->naming->arena, label);
    return stream->label != NULL ? RV_OK : rv_fail_memory(err);
}

/* --- the end ------------------------------------------------------------------------------- */

static enum rv_status make_study(struct rv_stream *stream, struct rv_study **study,
                                 struct rv_error *err)
{
    struct rv_recording *recording;
    enum rv_status status =
        rv_collector_settle(&stream->collector, stream->source, &recording, err);
    if (status != RV_OK)
        return status;
    struct rv_study *made = rv_study_blank();
    if (made == NULL) {
        rv_recording_free(recording);
        return rv_fail_memory(err);
    }
    struct rv_notices notices = {.arena = made->arena};
    made->folder = rv_arena_text(made->arena, ".");
    status = rv_study_of_recording(recording, stream->name, &stream->settings, made, &notices, err);
    if (stream->thinned)
        rv_notice_add(&notices, RV_WARNING, "stream_thinned", NULL,
                      "the stream was longer than the memory allowed: the last windows around the "
                      "stimuli were kept, and nothing between them");
    if (status == RV_OK && !rv_notices_settle(&notices, &made->notices, &made->notice_count))
        status = rv_fail_memory(err);
    if (status != RV_OK) {
        rv_notices_finish(&notices);
        rv_study_free(made);
        return rv_fail_in(err, status, "%s", stream->name);
    }
    *study = made;
    return RV_OK;
}

enum rv_status rv_stream_finish(struct rv_stream *stream, bool incomplete, struct rv_study **study,
                                struct rv_report **report, struct rv_error *err)
{
    struct rv_study *made = NULL;
    enum rv_status status = tell_waiting(stream, true, err);
    if (status == RV_OK && stream->collector.segment_count == 0)
        status = rv_fail(err, RV_DATA, "%s: holds no samples", stream->name);
    if (status == RV_OK)
        status = make_study(stream, &made, err);
    if (status != RV_OK)
        return status;
    status = rv_session_run(made, &stream->settings, report, err);
    if (status != RV_OK) {
        rv_study_free(made);
        return status;
    }
    (*report)->incomplete = incomplete;
    *study = made;
    return RV_OK;
}
