/* SPDX-License-Identifier: GPL-3.0-or-later
 * WFDB records: a header, the signal files beside it, and its annotations. Multi-segment records of
 * fixed layout are read one segment after another.
 */
#include "acquire/planes.h"
#include "acquire/reader.h"
#include "acquire/text_columns.h"
#include "acquire/wfdb.h"
#include "base/error.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    HEADER_BYTES = 1 << 20,
    ANNOTATION_BYTES = 1 << 26,
    BLOCK_SAMPLES = 16384, /* of one signal file */
    CARRIED_MAX = 1 << 25, /* samples held back for skew */
};

/* The signals of one file, which stand in it frame by frame. */
struct group {
    struct rv_wfdb_stream stream;
    size_t first, count; /* signals */
    size_t frame_samples;
    int32_t *samples; /* heap, of one block */
};

/* Where a signal of the current segment stands. */
struct slot {
    double step, offset; /* stored value to sample unit */
    size_t skipped;      /* samples still to be left out: skew */
    size_t held;         /* samples in the planes */
    int32_t value;       /* of format 8 */
    uint16_t sum;
    uint64_t missing;
};

struct state {
    struct rv_wfdb_header record;
    struct rv_wfdb_header part; /* header of the current segment */
    const char *folder;         /* with its '/', "" for the current one */
    size_t segment;             /* index of the current or next one */
    struct group *groups;       /* heap */
    size_t group_count;
    struct slot *slots; /* of each channel */
    struct rv_planes planes;
    size_t block_frames;
    uint64_t frames_due;    /* of the current segment; UINT64_MAX: as many as come */
    uint64_t frames_read;   /* of the current segment */
    uint64_t frames_before; /* of the segments before */
    uint64_t sent;          /* frames of the current segment that have left */
    bool open, began, broken;
    struct rv_event *events;
    size_t event_count, event_next;
};

/* --- files beside the header ----------------------------------------------------------------- */

static enum rv_status open_beside(struct rv_source *source, const char *name, const char *ending,
                                  struct rv_input **input, struct rv_error *err)
{
    const struct state *state = source->state;
    const char *path = rv_arena_format(source->arena, "%s%s%s", state->folder, name, ending);
    if (path == NULL)
        return rv_fail_memory(err);
    enum rv_status status = rv_input_open(path, input, err);
    if (status == RV_OK)
        return RV_OK;
    char shown[520];
    rv_text_visible(name, strlen(name), shown, sizeof shown);
    return rv_fail_in(err, status, "%s%s beside the header", shown, ending);
}

static enum rv_status read_beside(struct rv_source *source, const char *name, const char *ending,
                                  size_t limit, unsigned char **bytes, size_t *count,
                                  struct rv_error *err)
{
    struct rv_input *input;
    enum rv_status status = open_beside(source, name, ending, &input, err);
    if (status != RV_OK)
        return status;
    status = rv_input_rest(input, limit, bytes, count, err);
    rv_input_close(input);
    return status;
}

static enum rv_status read_header(struct rv_source *source, const char *record,
                                  struct rv_wfdb_header *header, struct rv_error *err)
{
    unsigned char *bytes;
    size_t count;
    enum rv_status status = read_beside(source, record, ".hea", HEADER_BYTES, &bytes, &count, err);
    if (status != RV_OK)
        return status;
    status = rv_wfdb_header_read(source->arena, bytes, count, header, err);
    rv_release(bytes);
    return status == RV_OK ? RV_OK : rv_fail_in(err, status, "%s.hea", record);
}

/* --- calibration --------------------------------------------------------------------------- */

static double format_bits(const struct rv_wfdb_signal *signal)
{
    if (signal->resolution > 0)
        return signal->resolution;
    return signal->format != NULL && signal->format->code != 8 ? signal->format->bits : (double)NAN;
}

/* Units as header(5) has them: millivolt where none is written. "mv" is taken for millivolt here
 * and nowhere else: a WFDB header cannot mean megavolt, and PhysioNet's own records write it. */
static enum rv_status find_factor(struct rv_source *source, const struct rv_wfdb_signal *signal,
                                  double *factor, bool *voltage, struct rv_error *err)
{
    const char *unit = signal->unit == NULL ? "mV" : signal->unit;
    bool lower = strcmp(unit, "mv") == 0;
    *voltage = !isnan(signal->gain) && (lower || rv_unit_factor(unit, factor));
    if (*voltage && lower)
        *factor = 1e3;
    if (!*voltage && !isnan(signal->gain) && rv_text_unit_is_misspelt(unit)) {
        char shown[520];
        rv_text_visible(unit, strlen(unit), shown, sizeof shown);
        return rv_fail(err, RV_DATA, "signal '%s': unit '%s' is not one of V, mV, uV, nV",
                       signal->description, shown);
    }
    if (*voltage && lower && !rv_notice_has(&source->notices, "unit_spelling", NULL))
        rv_notice_add(&source->notices, RV_WARNING, "unit_spelling", NULL,
                      "unit \"mv\" is read as mV");
    if (*voltage && signal->unit == NULL && !rv_notice_has(&source->notices, "unit_default", NULL))
        rv_notice_add(&source->notices, RV_INFO, "unit_default", NULL,
                      "no unit is written, which in WFDB means mV");
    return RV_OK;
}

/* `first`: the segment that describes the channels. */
static enum rv_status calibrate(struct rv_source *source, size_t index, bool first,
                                struct rv_error *err)
{
    struct state *state = source->state;
    const struct rv_wfdb_signal *signal = &state->part.signals[index];
    struct rv_channel *channel = &source->channels[index];
    struct slot *slot = &state->slots[index];
    double factor = 1, stored = 1;
    bool voltage = false, given = false;
    enum rv_status status = find_factor(source, signal, &factor, &voltage, err);
    if (status == RV_OK)
        status =
            rv_calibration_find(source->options.calibration, channel->label, &given, &stored, err);
    if (status != RV_OK)
        return status;
    slot->step = voltage ? factor / signal->gain : stored;
    slot->offset = voltage ? -signal->baseline * slot->step : 0;
    if (!first)
        return (voltage || given) == channel->calibrated
                   ? RV_OK
                   : rv_fail(err, RV_DATA, "signal %zu has a unit in one segment only", index + 1);
    channel->calibrated = voltage || given;
    channel->unit = signal->unit == NULL ? "" : signal->unit;
    double half = ldexp(1, (int)(isnan(format_bits(signal)) ? 1 : format_bits(signal)) - 1);
    double low = ((double)signal->zero - half) * slot->step + slot->offset;
    double high = ((double)signal->zero + half - 1) * slot->step + slot->offset;
    channel->resolution = fabs(slot->step);
    channel->minimum = isnan(format_bits(signal)) ? (double)NAN : fmin(low, high);
    channel->maximum = isnan(format_bits(signal)) ? (double)NAN : fmax(low, high);
    if (!channel->calibrated)
        rv_notice_add(&source->notices, RV_WARNING, "no_unit", channel->label,
                      "no gain to a unit of voltage: numbers are kept as stored");
    return RV_OK;
}

static enum rv_status describe(struct rv_source *source, struct rv_error *err)
{
    struct state *state = source->state;
    for (size_t i = 0; i < source->channel_count; i++) {
        const struct rv_wfdb_signal *signal = &state->part.signals[i];
        struct rv_channel *channel = &source->channels[i];
        channel->label = signal->description[0] != '\0'
                             ? signal->description
                             : rv_arena_format(source->arena, "%zu", i + 1);
        channel->prefilter = channel->transducer = "";
        channel->rate_hz = state->record.rate_hz * signal->frame_samples;
        if (channel->label == NULL)
            return rv_fail_memory(err);
    }
    return RV_OK;
}

/* --- segments ------------------------------------------------------------------------------ */

static void close_groups(struct state *state)
{
    for (size_t i = 0; i < state->group_count; i++) {
        rv_input_close(state->groups[i].stream.input);
        rv_release(state->groups[i].samples);
    }
    rv_release(state->groups);
    state->groups = NULL;
    state->group_count = 0;
    state->open = false;
}

/* Neighbouring signals of one file name are one file. */
static enum rv_status find_groups(struct state *state, struct rv_error *err)
{
    const struct rv_wfdb_signal *signals = state->part.signals;
    state->groups = rv_allocate(state->part.signal_count, sizeof *state->groups);
    if (state->groups == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < state->part.signal_count; i++) {
        bool same = i > 0 && strcmp(signals[i].file, signals[i - 1].file) == 0;
        if (signals[i].format == NULL)
            return rv_fail(err, RV_DATA,
                           "signal %zu has no samples (format 0) beside others that "
                           "have",
                           i + 1);
        if (same && signals[i].format != signals[i - 1].format)
            return rv_fail(err, RV_DATA, "signals %zu and %zu of one file have formats %d and %d",
                           i, i + 1, signals[i - 1].format->code, signals[i].format->code);
        if (!same)
            state->groups[state->group_count++] =
                (struct group){.first = i, .stream.format = signals[i].format};
        struct group *group = &state->groups[state->group_count - 1];
        group->count++;
        group->frame_samples += signals[i].frame_samples;
    }
    return RV_OK;
}

static enum rv_status check_group_size(struct rv_source *source, const struct group *group,
                                       struct rv_error *err)
{
    struct state *state = source->state;
    const struct rv_wfdb_signal *signal = &state->part.signals[group->first];
    const uint64_t size = rv_input_size(group->stream.input);
    if (size == UINT64_MAX)
        return RV_OK;
    uint64_t there = size > signal->offset ? size - signal->offset : 0;
    uint64_t frames = rv_wfdb_format_samples(group->stream.format, there) / group->frame_samples;
    if (state->part.frames == 0) {
        state->frames_due = frames < state->frames_due ? frames : state->frames_due;
        return RV_OK;
    }
    uint64_t due =
        rv_wfdb_format_bytes(group->stream.format, state->part.frames * group->frame_samples);
    if (there < due && !source->options.allow_truncated)
        return rv_fail(err, RV_DATA,
                       "%s is cut short: header claims %" PRIu64 " bytes, file holds %" PRIu64,
                       signal->file, due + signal->offset, size);
    if (there < due) {
        state->frames_due = frames < state->frames_due ? frames : state->frames_due;
        rv_notice_add(&source->notices, RV_PROBLEM, "truncated", signal->file,
                      "cut short: %" PRIu64 " of %" PRIu64 " samples are there (%.1f %%)", frames,
                      state->part.frames, 100 * (double)frames / (double)state->part.frames);
    }
    if (there > due)
        rv_notice_add(&source->notices, RV_WARNING, "surplus_bytes", signal->file,
                      "%" PRIu64 " bytes more than the header claims", there - due);
    return RV_OK;
}

static enum rv_status open_group(struct rv_source *source, struct group *group,
                                 struct rv_error *err)
{
    struct state *state = source->state;
    const struct rv_wfdb_signal *signal = &state->part.signals[group->first];
    size_t samples;
    enum rv_status status = open_beside(source, signal->file, "", &group->stream.input, err);
    if (status == RV_OK)
        status = check_group_size(source, group, err);
    uint64_t skipped = 0;
    if (status == RV_OK)
        status = rv_input_skip(group->stream.input, signal->offset, &skipped, err);
    if (status != RV_OK)
        return status;
    if (skipped < signal->offset)
        return rv_fail(err, RV_DATA, "%s ends before its samples begin", signal->file);
    if (!rv_multiply(state->block_frames, group->frame_samples, &samples))
        return rv_fail_memory(err);
    group->samples = rv_allocate(samples, sizeof *group->samples);
    return group->samples == NULL ? rv_fail_memory(err) : RV_OK;
}

/* Every segment has the signals of the first, at the same rates. */
static enum rv_status check_alike(const struct rv_source *source, struct rv_error *err)
{
    const struct state *state = source->state;
    const struct rv_wfdb_header *part = &state->part;
    if (part->segment_count > 0)
        return rv_fail(err, RV_DATA, "a segment that is made of segments");
    if (part->signal_count != source->channel_count ||
        fabs(part->rate_hz - state->record.rate_hz) > 1e-9 * part->rate_hz)
        return rv_fail(err, RV_DATA, "%zu signals at %g Hz, where the record has %zu at %g Hz",
                       part->signal_count, part->rate_hz, source->channel_count,
                       state->record.rate_hz);
    for (size_t i = 0; i < part->signal_count; i++)
        if (source->channels[i].label != NULL &&
            fabs(part->rate_hz * part->signals[i].frame_samples - source->channels[i].rate_hz) >
                1e-9 * source->channels[i].rate_hz)
            return rv_fail(err, RV_DATA, "signal %zu changes its rate from one segment to another",
                           i + 1);
    return RV_OK;
}

static enum rv_status make_planes(struct rv_source *source, struct rv_error *err)
{
    struct state *state = source->state;
    size_t most = 1, skew = 0, total, frame = 0;
    for (size_t i = 0; i < state->part.signal_count; i++) {
        const struct rv_wfdb_signal *signal = &state->part.signals[i];
        most = signal->frame_samples > most ? signal->frame_samples : most;
        skew = signal->skew > skew ? signal->skew : skew;
        frame += signal->frame_samples;
    }
    rv_planes_finish(&state->planes);
    state->block_frames = BLOCK_SAMPLES / frame > 0 ? BLOCK_SAMPLES / frame : 1;
    size_t frames = state->block_frames + skew;
    if (!rv_multiply(frames * most, source->channel_count, &total) || total > CARRIED_MAX)
        return rv_fail(err, RV_DATA, "skew of %zu samples over %zu signals is more than is held",
                       skew, source->channel_count);
    return rv_planes_init(&state->planes, source->channel_count, frames * most, err);
}

static enum rv_status open_part(struct rv_source *source, struct rv_error *err)
{
    struct state *state = source->state;
    bool first = source->channels[0].label == NULL;
    enum rv_status status = check_alike(source, err);
    if (status == RV_OK && first)
        status = describe(source, err);
    if (status == RV_OK)
        status = make_planes(source, err);
    memset(state->slots, 0, source->channel_count * sizeof *state->slots);
    for (size_t i = 0; i < source->channel_count && status == RV_OK; i++) {
        const struct rv_wfdb_signal *signal = &state->part.signals[i];
        state->slots[i].skipped = signal->skew * signal->frame_samples;
        state->slots[i].value = (int32_t)signal->initial;
        status = calibrate(source, i, first, err);
    }
    if (status == RV_OK)
        status = find_groups(state, err);
    state->frames_due = state->part.frames > 0 ? state->part.frames : UINT64_MAX;
    for (size_t i = 0; i < state->group_count && status == RV_OK; i++)
        status = open_group(source, &state->groups[i], err);
    if (status == RV_OK && state->frames_due == 0)
        status = rv_fail(err, RV_DATA, "holds no samples");
    state->frames_read = state->sent = 0;
    state->open = status == RV_OK;
    return status;
}

static bool is_null_record(const struct rv_wfdb_header *header)
{
    for (size_t i = 0; i < header->signal_count; i++)
        if (header->segment_count > 0 || header->signals[i].format != NULL)
            return false;
    return true;
}

/* Opens the next segment that has samples, passing over gaps. */
static enum rv_status open_next(struct rv_source *source, bool *more, struct rv_error *err)
{
    struct state *state = source->state;
    *more = false;
    for (; state->segment < state->record.segment_count; state->segment++) {
        const struct rv_wfdb_segment *segment = &state->record.segments[state->segment];
        bool gap = strcmp(segment->record, "~") == 0;
        enum rv_status status =
            gap ? RV_OK : read_header(source, segment->record, &state->part, err);
        if (status == RV_OK && !gap && !is_null_record(&state->part)) {
            if (state->part.frames != segment->frames && state->part.frames != 0)
                status =
                    rv_fail(err, RV_DATA, "has %" PRIu64 " samples, the record announces %" PRIu64,
                            state->part.frames, segment->frames);
            state->part.frames = segment->frames;
            if (status == RV_OK)
                status = open_part(source, err);
            *more = status == RV_OK;
            return status == RV_OK ? RV_OK : rv_fail_in(err, status, "segment %s", segment->record);
        }
        if (status != RV_OK)
            return status;
        state->frames_before += segment->frames;
        state->broken = true;
    }
    return RV_OK;
}

/* --- samples ------------------------------------------------------------------------------- */

static void take_sample(struct state *state, size_t index, int32_t stored, bool difference)
{
    struct slot *slot = &state->slots[index];
    if (difference)
        stored = slot->value = (int32_t)((uint32_t)slot->value + (uint32_t)stored);
    else if (stored == state->part.signals[index].format->missing)
        slot->missing++;
    slot->sum = (uint16_t)(slot->sum + (uint32_t)stored);
    if (slot->skipped > 0) {
        slot->skipped--;
        return;
    }
    rv_planes_channel(&state->planes, index)[slot->held++] = stored * slot->step + slot->offset;
}

static void separate(struct state *state, const struct group *group, size_t frames)
{
    const int32_t *at = group->samples;
    bool difference = group->stream.format->code == 8;
    for (size_t frame = 0; frame < frames; frame++)
        for (size_t i = group->first; i < group->first + group->count; i++)
            for (unsigned k = 0; k < state->part.signals[i].frame_samples; k++)
                take_sample(state, i, *at++, difference);
}

/* Reads one block of frames from every file; *frames is smaller at the end. */
static enum rv_status read_frames(struct state *state, size_t *frames, struct rv_error *err)
{
    uint64_t left = state->frames_due - state->frames_read;
    size_t wanted = left < state->block_frames ? (size_t)left : state->block_frames;
    *frames = wanted;
    for (size_t i = 0; i < state->group_count; i++) {
        struct group *group = &state->groups[i];
        size_t got = 0;
        enum rv_status status = rv_wfdb_stream_read(&group->stream, group->samples,
                                                    wanted * group->frame_samples, &got, err);
        if (status != RV_OK)
            return rv_fail_in(err, status, "%s", state->part.signals[group->first].file);
        got /= group->frame_samples;
        *frames = got < *frames ? got : *frames;
    }
    for (size_t i = 0; i < state->group_count; i++)
        separate(state, &state->groups[i], *frames);
    state->frames_read += *frames;
    return RV_OK;
}

/* A signal of which something is missing, or whose sum is not the header's. */
static enum rv_status finish_part(struct rv_source *source, struct rv_error *err)
{
    struct state *state = source->state;
    const bool cut = state->part.frames > 0 && state->frames_read < state->part.frames;
    if (cut && !source->options.allow_truncated)
        return rv_fail(err, RV_DATA,
                       "cut short: header claims %" PRIu64 " samples, %" PRIu64 " came",
                       state->part.frames, state->frames_read);
    if (cut && state->frames_due == state->part.frames)
        rv_notice_add(&source->notices, RV_PROBLEM, "truncated", NULL,
                      "cut short: %" PRIu64 " of %" PRIu64 " samples are there", state->frames_read,
                      state->part.frames);
    for (size_t i = 0; i < source->channel_count; i++) {
        const struct rv_wfdb_signal *signal = &state->part.signals[i];
        const struct slot *slot = &state->slots[i];
        uint16_t claimed = (uint16_t)signal->checksum;
        if (!cut && signal->has_checksum && claimed != slot->sum)
            rv_notice_add(&source->notices, RV_WARNING, "checksum", source->channels[i].label,
                          "samples add up to %d, the header says %d", (int)(int16_t)slot->sum,
                          (int)(int16_t)claimed);
        if (slot->missing > 0)
            rv_notice_add(&source->notices, RV_WARNING, "missing_samples",
                          source->channels[i].label,
                          "%" PRIu64 " samples are marked as missing; they stand at the "
                          "lowest stored value",
                          slot->missing);
    }
    return RV_OK;
}

/* Frames that every channel has; at the end of a segment, whatever each has. */
static void send(struct rv_source *source, bool last, struct rv_block *block)
{
    struct state *state = source->state;
    size_t ready = SIZE_MAX;
    for (size_t i = 0; i < source->channel_count; i++) {
        size_t frames = state->slots[i].held / state->part.signals[i].frame_samples;
        ready = frames < ready ? frames : ready;
    }
    for (size_t i = 0; i < source->channel_count; i++)
        state->planes.counts[i] =
            last ? state->slots[i].held : ready * state->part.signals[i].frame_samples;
    rv_planes_show(&state->planes, block);
    block->new_segment = !state->began || (state->broken && state->sent == 0);
    block->start_s = (double)(state->frames_before + state->sent) / state->record.rate_hz;
    state->began = true;
    state->sent += ready;
    if (state->sent > 0)
        state->broken = false;
}

/* What the last block showed is gone; what was held back moves to the front. */
static void drop_sent(struct rv_source *source)
{
    struct state *state = source->state;
    for (size_t i = 0; i < source->channel_count; i++) {
        double *plane = rv_planes_channel(&state->planes, i);
        size_t gone = state->planes.counts[i];
        memmove(plane, plane + gone, (state->slots[i].held - gone) * sizeof *plane);
        state->slots[i].held -= gone;
        state->planes.counts[i] = 0;
    }
}

static void attach_events(struct state *state, bool last, struct rv_block *block)
{
    double end_s = (double)(state->frames_before + state->sent) / state->record.rate_hz;
    size_t first = state->event_next;
    while (state->event_next < state->event_count &&
           (last || state->events[state->event_next].time_s < end_s))
        state->event_next++;
    block->events = state->events + first;
    block->event_count = state->event_next - first;
}

static enum rv_status end_part(struct rv_source *source, bool *last, struct rv_error *err)
{
    struct state *state = source->state;
    enum rv_status status = finish_part(source, err);
    if (status != RV_OK)
        return status;
    close_groups(state);
    *last = state->segment + 1 >= state->record.segment_count;
    state->broken = state->broken || state->frames_read < state->part.frames;
    return RV_OK;
}

static void leave_part(struct state *state)
{
    state->frames_before += state->part.frames > 0 ? state->part.frames : state->frames_read;
    state->segment++;
}

static enum rv_status next_wfdb(struct rv_source *source, struct rv_block *block, bool *more,
                                struct rv_error *err)
{
    struct state *state = source->state;
    enum rv_status status = RV_OK;
    drop_sent(source);
    *more = state->open;
    if (!state->open)
        status = open_next(source, more, err);
    if (status != RV_OK || !*more)
        return status;
    size_t frames = 0;
    status = read_frames(state, &frames, err);
    if (status != RV_OK)
        return status;
    bool ended = frames < state->block_frames || state->frames_read == state->frames_due;
    bool last = false;
    if (ended)
        status = end_part(source, &last, err);
    if (status != RV_OK)
        return status;
    send(source, ended, block);
    attach_events(state, last, block);
    if (ended)
        leave_part(state);
    return RV_OK;
}

/* --- opening ------------------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name), wanted = strlen(ending);
    return length > wanted && strcmp(name + length - wanted, ending) == 0;
}

/* The path up to the last '/', and the record's name without folder and ending. */
static enum rv_status find_record(struct rv_source *source, const char **record,
                                  struct rv_error *err)
{
    struct state *state = source->state;
    const char *path = rv_input_name(source->input);
    if (strcmp(path, "-") == 0)
        return rv_fail(err, RV_DATA,
                       "a WFDB header on standard input: its signal files cannot be "
                       "found; name the header's file");
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    const char *dot = strrchr(name, '.');
    size_t length = dot == NULL ? strlen(name) : (size_t)(dot - name);
    state->folder = rv_arena_text_n(source->arena, path, (size_t)(name - path));
    *record = rv_arena_text_n(source->arena, name, length);
    return state->folder == NULL || *record == NULL ? rv_fail_memory(err) : RV_OK;
}

static enum rv_status read_record_header(struct rv_source *source, const char *record,
                                         struct rv_error *err)
{
    struct state *state = source->state;
    if (!ends_with(rv_input_name(source->input), ".hea"))
        return read_header(source, record, &state->record, err);
    unsigned char *bytes;
    size_t count;
    enum rv_status status = rv_input_rest(source->input, HEADER_BYTES, &bytes, &count, err);
    if (status != RV_OK)
        return status;
    status = rv_wfdb_header_read(source->arena, bytes, count, &state->record, err);
    rv_release(bytes);
    return status;
}

/* Annotations of the record, if there are any; damaged ones cost a notice, not the signals. */
static enum rv_status read_annotations(struct rv_source *source, const char *record,
                                       struct rv_error *err)
{
    struct state *state = source->state;
    struct rv_error why = {0};
    unsigned char *bytes;
    size_t count;
    enum rv_status status =
        read_beside(source, record, ".atr", ANNOTATION_BYTES, &bytes, &count, &why);
    if (status == RV_NO_INPUT)
        return RV_OK;
    if (status == RV_OK) {
        status = rv_wfdb_annotations_read(source->arena, bytes, count, state->record.rate_hz,
                                          &state->events, &state->event_count, &why);
        rv_release(bytes);
    }
    if (status == RV_NO_MEMORY)
        return rv_fail_memory(err);
    if (status != RV_OK)
        rv_notice_add(&source->notices, RV_WARNING, "annotations_unread", NULL,
                      "annotations are left out: %s", why.text);
    return RV_OK;
}

/* A record that is one segment becomes a list of one. */
static enum rv_status list_segments(struct rv_source *source, struct rv_error *err)
{
    struct state *state = source->state;
    struct rv_wfdb_header *record = &state->record;
    uint64_t total = 0;
    for (size_t i = 0; i < record->segment_count; i++)
        total += record->segments[i].frames;
    if (record->segment_count > 0 && record->segments[0].frames == 0)
        return rv_fail(err, RV_DATA,
                       "multi-segment record of variable layout, which is not read: read its "
                       "segments one by one");
    if (record->segment_count > 0 && record->frames > 0 && total != record->frames)
        return rv_fail(err, RV_DATA,
                       "segments have %" PRIu64 " samples together, the record announces %" PRIu64,
                       total, record->frames);
    if (record->segment_count > 0)
        return RV_OK;
    if (is_null_record(record))
        return rv_fail(err, RV_DATA, "a record without samples (format 0)");
    state->part = *record;
    record->segments = rv_arena_alloc(source->arena, 1, sizeof *record->segments);
    if (record->segments == NULL)
        return rv_fail_memory(err);
    record->segments[0] =
        (struct rv_wfdb_segment){.record = record->record, .frames = record->frames};
    record->segment_count = 1;
    return open_part(source, err);
}

static enum rv_status take_facts(struct rv_source *source, struct rv_error *err)
{
    struct state *state = source->state;
    const struct rv_wfdb_header *record = &state->record;
    source->channel_count = record->signal_count;
    source->channels =
        rv_arena_alloc(source->arena, record->signal_count, sizeof *source->channels);
    state->slots = rv_arena_alloc(source->arena, record->signal_count, sizeof *state->slots);
    if (source->channels == NULL || state->slots == NULL)
        return rv_fail_memory(err);
    source->facts.format = "WFDB";
    source->facts.start = record->start;
    source->facts.sex = record->sex;
    source->facts.duration_s =
        record->frames > 0 ? (double)record->frames / record->rate_hz : (double)NAN;
    source->facts.discontinuous = record->segment_count > 0;
    return RV_OK;
}

static enum rv_status open_wfdb(struct rv_source *source, struct rv_error *err)
{
    struct state *state = rv_allocate(1, sizeof *state);
    if (state == NULL)
        return rv_fail_memory(err);
    source->state = state;
    const char *record = "";
    bool more = true;
    enum rv_status status = find_record(source, &record, err);
    if (status == RV_OK)
        status = read_record_header(source, record, err);
    if (status == RV_OK)
        status = take_facts(source, err);
    if (status == RV_OK)
        status = list_segments(source, err);
    if (status == RV_OK && !state->open)
        status = open_next(source, &more, err);
    if (status == RV_OK && !more)
        return rv_fail(err, RV_DATA, "no segment of the record has samples");
    return status == RV_OK ? read_annotations(source, record, err) : status;
}

static void close_wfdb(struct rv_source *source)
{
    struct state *state = source->state;
    close_groups(state);
    rv_planes_finish(&state->planes);
    rv_release(state);
    source->state = NULL;
}

/* The .dat of a record: there is a header of its name beside it. */
static bool has_header(const char *name)
{
    char path[4096];
    size_t length = strlen(name);
    if (length >= sizeof path)
        return false;
    memcpy(path, name, length - 3);
    memcpy(path + length - 3, "hea", 4);
    struct rv_input *input;
    if (rv_input_open(path, &input, NULL) != RV_OK)
        return false;
    const unsigned char *bytes;
    size_t count;
    bool found = rv_input_peek(input, 1024, &bytes, &count, NULL) == RV_OK &&
                 rv_wfdb_header_begins(bytes, count);
    rv_input_close(input);
    return found;
}

static bool matches_wfdb(const unsigned char *bytes, size_t size, const char *name)
{
    if (ends_with(name, ".hea"))
        return rv_wfdb_header_begins(bytes, size);
    return ends_with(name, ".dat") && has_header(name);
}

const struct rv_reader rv_reader_wfdb = {
    .name = "wfdb",
    .description = "WFDB records (.hea with its signal files)",
    .matches = matches_wfdb,
    .open = open_wfdb,
    .next = next_wfdb,
    .close = close_wfdb,
};
