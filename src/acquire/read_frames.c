/* SPDX-License-Identifier: GPL-3.0-or-later
 * Ranvier frames: a live stream of samples, stimuli and labels that survives loss. What is lost
 * becomes a gap with its true length by the sample counter; nothing is stretched over it.
 */
#include "acquire/bytes.h"
#include "acquire/frames.h"
#include "acquire/planes.h"
#include "base/error.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A counter that goes back without a word has been set anew: how long that took is not known. */
static const double JUMP_S = 1.0;
/* A stimulus may be told so long after its samples. */
static const double LATE_S = 10.0;

enum { STIMULUS_BYTES = 16 };

struct state {
    struct rv_frames frames;
    struct rv_frames_header header;
    unsigned char *header_json; /* heap: the header as it came */
    size_t header_length;
    struct rv_planes planes;
    struct rv_arena *texts; /* of the pending events, until they have been delivered */
    struct rv_event *events;
    size_t event_count, event_capacity;
    size_t delivered_events; /* of the block before */
    const char *label;
    unsigned label_number;
    int64_t position;  /* of the sample expected next, from the first of the recording */
    uint32_t expected; /* its counter */
    bool begun;        /* a segment has begun */
    size_t gap_count, jump_count, lost_label_count, bad_count;
    int64_t gap_samples;
    bool beyond; /* some sample lies beyond the declared range */
    bool any;    /* some samples were delivered */
    bool ended;
};

static bool matches_frames(const unsigned char *bytes, size_t size, const char *name)
{
    (void)name;
    return size >= RV_FRAME_HEAD && memcmp(bytes, "RVF1", 4) == 0;
}

/* --- opening ------------------------------------------------------------------------------- */

/* Frames before the header cannot be read; the first header begins the recording. */
static enum rv_status find_header(struct rv_source *source, struct rv_error *err)
{
    struct state *state = source->state;
    struct rv_frame frame = {.type = '\0'};
    bool more = true;
    size_t before = 0;
    while (more && frame.type != 'H') {
        enum rv_status status = rv_frames_next(&state->frames, &frame, &more, err);
        if (status != RV_OK)
            return status;
        before++;
    }
    if (!more)
        return rv_fail(err, RV_DATA, "holds no header frame (%zu other frames, %zu damaged)",
                       before - 1, state->frames.damaged_count);
    if (before > 1)
        rv_notice_add(&source->notices, RV_WARNING, "frames_before_header", NULL,
                      "%zu frames came before the header", before - 1);
    state->header_json = rv_allocate(frame.length + 1, 1);
    if (state->header_json == NULL)
        return rv_fail_memory(err);
    memcpy(state->header_json, frame.payload, frame.length);
    state->header_length = frame.length;
    state->expected = frame.counter;
    return rv_frames_header_read(source, frame.payload, frame.length, &state->header, err);
}

static enum rv_status open_frames(struct rv_source *source, struct rv_error *err)
{
    struct state *state = rv_allocate(1, sizeof *state);
    if (state == NULL)
        return rv_fail_memory(err);
    source->state = state;
    state->frames.input = source->input;
    state->texts = rv_arena_new();
    if (state->texts == NULL)
        return rv_fail_memory(err);
    enum rv_status status = find_header(source, err);
    if (status != RV_OK)
        return status;
    const size_t sample_bytes = state->header.encoding->bytes * state->header.channel_count;
    return rv_planes_init(&state->planes, state->header.channel_count,
                          RV_FRAME_PAYLOAD_MAX / sample_bytes + 1, err);
}

static void close_frames(struct rv_source *source)
{
    struct state *state = source->state;
    rv_planes_finish(&state->planes);
    rv_arena_free(state->texts);
    rv_release(state->events);
    rv_release(state->header_json);
    rv_release(state);
    source->state = NULL;
}

/* --- time ---------------------------------------------------------------------------------- */

/* Samples from the expected one to this counter; the counter turns over after 2^32. */
static int64_t ahead_of(const struct state *state, uint32_t counter)
{
    uint32_t ahead = counter - state->expected;
    return ahead <= INT32_MAX ? (int64_t)ahead : (int64_t)ahead - (INT64_C(1) << 32);
}

static void jump(struct state *state, uint32_t counter)
{
    state->jump_count++;
    state->position += (int64_t)(JUMP_S * state->header.rate_hz);
    state->expected = counter;
    state->begun = false;
}

static double time_of(const struct state *state, double samples)
{
    return ((double)state->position + samples) / state->header.rate_hz;
}

/* --- events -------------------------------------------------------------------------------- */

static enum rv_status add_event(struct state *state, const struct rv_event *event, const char *text,
                                struct rv_error *err)
{
    char *kept = rv_arena_text(state->texts, text);
    if (kept == NULL || !rv_grow(&state->events, &state->event_capacity, state->event_count + 1,
                                 sizeof *state->events))
        return rv_fail_memory(err);
    state->events[state->event_count] = *event;
    state->events[state->event_count++].text = kept;
    return RV_OK;
}

static double single(const unsigned char *bytes)
{
    uint32_t bits = rv_u32le(bytes);
    float number;
    memcpy(&number, &bits, sizeof number);
    return (double)number;
}

/* Time and text of an event frame; the text is valid UTF-8 of the pending texts. */
static enum rv_status event_words(struct state *state, const struct rv_frame *frame, size_t from,
                                  const char **words, struct rv_error *err)
{
    const char *bytes = (const char *)frame->payload + from;
    *words = rv_text_utf8(state->texts, bytes, frame->length - from);
    return *words != NULL ? RV_OK : rv_fail_memory(err);
}

/* What cannot be is not known. */
static double known(double number)
{
    return number >= 0 && isfinite(number) ? number : (double)NAN;
}

/* The text of a stimulus: the label in force, then its own words. */
static enum rv_status add_stimulus(struct state *state, const struct rv_frame *frame,
                                   struct rv_event *event, struct rv_error *err)
{
    const char *words, *label = state->label != NULL ? state->label : "";
    enum rv_status status = event_words(state, frame, STIMULUS_BYTES, &words, err);
    if (status != RV_OK)
        return status;
    if (frame->label != state->label_number) { /* the frame that said the label was lost */
        state->lost_label_count++;
        event->kind = RV_EVENT_NOTE;
        return add_event(state, event, "label lost", err);
    }
    const char *both = rv_arena_format(state->texts, "%s%s%s", label,
                                       *label != '\0' && *words != '\0' ? " " : "", words);
    return both != NULL ? add_event(state, event, both, err) : rv_fail_memory(err);
}

static enum rv_status take_stimulus(struct state *state, const struct rv_frame *frame,
                                    struct rv_error *err)
{
    if (frame->length < STIMULUS_BYTES) {
        state->bad_count++;
        return RV_OK;
    }
    int64_t ahead = ahead_of(state, frame->counter);
    if ((double)ahead < -LATE_S * state->header.rate_hz) {
        jump(state, frame->counter);
        ahead = 0;
    }
    double part = single(frame->payload);
    struct rv_event event = {.kind = RV_EVENT_STIMULUS,
                             .duration_s = NAN,
                             .intensity_ma = known(single(frame->payload + 4)),
                             .intensity_v = known(single(frame->payload + 8))};
    event.time_s = time_of(state, (double)ahead + (part >= 0 && part < 1 ? part : 0.0));
    return add_stimulus(state, frame, &event, err);
}

static enum rv_status take_note(struct state *state, const struct rv_frame *frame,
                                struct rv_error *err)
{
    struct rv_event event = {
        .kind = RV_EVENT_NOTE, .duration_s = NAN, .intensity_ma = NAN, .intensity_v = NAN};
    const char *words;
    event.time_s = time_of(state, (double)ahead_of(state, frame->counter));
    enum rv_status status = event_words(state, frame, 0, &words, err);
    return status == RV_OK ? add_event(state, &event, words, err) : status;
}

static enum rv_status take_label(struct rv_source *source, const struct rv_frame *frame,
                                 struct rv_error *err)
{
    struct state *state = source->state;
    struct rv_error why = {.status = RV_OK};
    const char *label = "";
    enum rv_status status =
        rv_frames_label_read(source->arena, frame->payload, frame->length, &label, &why);
    if (status == RV_NO_MEMORY)
        return rv_fail_memory(err);
    if (status != RV_OK) {
        state->bad_count++;
        return RV_OK;
    }
    state->label = label;
    state->label_number = frame->label;
    return RV_OK;
}

/* The same header again helps a reader that joins late; another one is another recording. */
static enum rv_status take_header(const struct state *state, const struct rv_frame *frame,
                                  struct rv_error *err)
{
    int64_t ahead = ahead_of(state, frame->counter);
    if (frame->length == state->header_length && ahead >= 0 &&
        memcmp(frame->payload, state->header_json, frame->length) == 0)
        return RV_OK;
    return rv_fail(err, RV_DATA,
                   "a second recording begins after %" PRId64 " samples: one stream "
                   "is one recording",
                   state->position);
}

/* --- samples ------------------------------------------------------------------------------- */

/* false: some sample is no number. */
static bool separate(struct rv_source *source, const unsigned char *at, size_t count)
{
    struct state *state = source->state;
    const struct rv_pcm *encoding = state->header.encoding;
    const size_t channels = state->header.channel_count;
    for (size_t c = 0; c < channels; c++) {
        double *x = rv_planes_channel(&state->planes, c);
        const double factor = state->header.factors[c];
        const struct rv_channel *channel = &source->channels[c];
        const unsigned char *sample = at + c * encoding->bytes;
        for (size_t i = 0; i < count; i++, sample += channels * encoding->bytes) {
            x[i] = encoding->sample(sample) * factor;
            if (!isfinite(x[i]))
                return false;
            state->beyond = state->beyond || x[i] < channel->minimum || x[i] > channel->maximum;
        }
    }
    rv_planes_fill(&state->planes, count);
    return true;
}

/* Moves to where the frame begins: over a gap, or into a new count. */
static void follow_counter(struct state *state, const struct rv_frame *frame)
{
    int64_t ahead = ahead_of(state, frame->counter);
    if (ahead < 0) {
        jump(state, frame->counter);
    } else if (ahead > 0) {
        state->gap_count += state->begun ? 1 : 0;
        state->gap_samples += state->begun ? ahead : 0;
        state->position += ahead;
        state->expected = frame->counter;
        state->begun = false;
    }
}

static void show(struct state *state, size_t count, struct rv_block *block)
{
    if (count > 0) {
        rv_planes_show(&state->planes, block);
        block->new_segment = !state->begun;
        block->start_s = time_of(state, 0.0);
        state->begun = state->any = true;
        state->position += (int64_t)count;
        state->expected += (uint32_t)count;
    }
    block->events = state->events;
    block->event_count = state->delivered_events = state->event_count;
}

static bool take_samples(struct rv_source *source, const struct rv_frame *frame,
                         struct rv_block *block)
{
    struct state *state = source->state;
    const size_t bytes = state->header.encoding->bytes * state->header.channel_count;
    const size_t count = frame->length / bytes;
    if (count == 0 || frame->length % bytes != 0 || !separate(source, frame->payload, count)) {
        state->bad_count++;
        return false;
    }
    follow_counter(state, frame);
    show(state, count, block);
    return true;
}

/* --- the end ------------------------------------------------------------------------------- */

static void tell_losses(struct rv_source *source)
{
    const struct state *state = source->state;
    const struct rv_frames *frames = &state->frames;
    if (frames->lost_bytes > 0 || frames->damaged_count + state->bad_count > 0)
        rv_notice_add(&source->notices, RV_PROBLEM, "frames_damaged", NULL,
                      "%zu damaged frames, %" PRIu64 " bytes passed over",
                      frames->damaged_count + state->bad_count, frames->lost_bytes);
    if (frames->lost_count + frames->refused_count > 0)
        rv_notice_add(&source->notices, RV_WARNING, "frames_lost", NULL,
                      "%" PRIu64 " frames lost, %zu repeated or out of order and refused",
                      frames->lost_count, frames->refused_count);
    if (state->gap_count > 0)
        rv_notice_add(&source->notices, RV_WARNING, "gaps", NULL,
                      "%zu gaps of %" PRId64 " samples together", state->gap_count,
                      state->gap_samples);
    if (state->jump_count > 0)
        rv_notice_add(&source->notices, RV_WARNING, "counter_jumped", NULL,
                      "the sample counter went back %zu times: gaps of unknown length",
                      state->jump_count);
    if (state->lost_label_count > 0)
        rv_notice_add(&source->notices, RV_WARNING, "label_lost", NULL,
                      "%zu stimuli left out: the frame that said what they test was lost",
                      state->lost_label_count);
    if (state->beyond)
        rv_notice_add(&source->notices, RV_WARNING, "beyond_range", NULL,
                      "samples lie beyond the range that the header declares");
}

static enum rv_status take_end(struct rv_source *source, const struct rv_frame *frame,
                               struct rv_error *err)
{
    struct state *state = source->state;
    struct rv_frame next;
    bool more = false;
    state->ended = true;
    if (ahead_of(state, frame->counter) > 0) {
        state->gap_count++;
        state->gap_samples += ahead_of(state, frame->counter);
    }
    enum rv_status status = rv_frames_next(&state->frames, &next, &more, err);
    tell_losses(source);
    if (status == RV_OK && !state->any)
        return rv_fail(err, RV_DATA, "holds no samples");
    if (status == RV_OK && more)
        return rv_fail(err, RV_DATA,
                       "a second recording follows the end of the first: one stream "
                       "is one recording");
    return status;
}

static enum rv_status take_cut(struct rv_source *source, struct rv_error *err)
{
    struct state *state = source->state;
    state->ended = true;
    tell_losses(source);
    if (!source->options.allow_truncated || !state->any)
        return rv_fail(err, RV_DATA,
                       "ends without an end frame after %" PRId64 " samples (%zu bytes of a cut "
                       "frame)",
                       state->position, state->frames.cut_bytes);
    rv_notice_add(&source->notices, RV_PROBLEM, "truncated", NULL, "ends without an end frame");
    return RV_OK;
}

/* *shown: the block holds something to deliver. */
static enum rv_status take_frame(struct rv_source *source, const struct rv_frame *frame,
                                 struct rv_block *block, bool *shown, struct rv_error *err)
{
    struct state *state = source->state;
    switch (frame->type) {
    case 'S':
        *shown = take_samples(source, frame, block);
        return RV_OK;
    case 'T':
        return take_stimulus(state, frame, err);
    case 'N':
        return take_note(state, frame, err);
    case 'L':
        return take_label(source, frame, err);
    case 'E':
        return take_end(source, frame, err);
    default:
        return take_header(state, frame, err);
    }
}

/* The texts of events that were delivered are of no use any more. */
static enum rv_status forget_delivered(struct state *state, struct rv_error *err)
{
    if (state->delivered_events == 0)
        return RV_OK;
    rv_arena_free(state->texts);
    state->texts = rv_arena_new();
    state->event_count = state->delivered_events = 0;
    return state->texts != NULL ? RV_OK : rv_fail_memory(err);
}

static enum rv_status next_frames(struct rv_source *source, struct rv_block *block, bool *more,
                                  struct rv_error *err)
{
    struct state *state = source->state;
    bool shown = false, frames_left = true;
    enum rv_status status = forget_delivered(state, err);
    while (status == RV_OK && !shown && !state->ended) {
        struct rv_frame frame;
        status = rv_frames_next(&state->frames, &frame, &frames_left, err);
        if (status == RV_OK && !frames_left)
            status = take_cut(source, err);
        else if (status == RV_OK)
            status = take_frame(source, &frame, block, &shown, err);
    }
    if (status == RV_OK && !shown && state->event_count > 0) {
        show(state, 0, block);
        shown = true;
    }
    *more = status == RV_OK && shown;
    return status;
}

const struct rv_reader rv_reader_frames = {
    .name = "frames",
    .description = "Ranvier frames, the live format of docs/stream.md",
    .matches = matches_frames,
    .open = open_frames,
    .next = next_frames,
    .close = close_frames,
};
