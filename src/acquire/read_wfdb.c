/* SPDX-License-Identifier: GPL-3.0-or-later
 * WFDB records: a header, the signal files beside it, and its annotations. Multi-segment records of
 * fixed layout are read one segment after another.
 */
#include "acquire/reader.h"
#include "acquire/wfdb_part.h"
#include "base/error.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    HEADER_BYTES = 1 << 20,
    ANNOTATION_BYTES = 1 << 26,
};

struct state {
    struct rv_wfdb_header record;
    struct rv_wfdb_part part;
    size_t segment;         /* index of the current or next one */
    uint64_t frames_before; /* of the segments before */
    uint64_t sent;          /* frames of the current segment that have left */
    bool began;
    bool broken; /* the next segment does not continue the one before */
    struct rv_event *events;
    size_t event_count, event_next;
};

/* --- files beside the header ----------------------------------------------------------------- */

static enum rv_status read_beside(struct rv_source *source, const char *name, const char *ending,
                                  size_t limit, unsigned char **bytes, size_t *count,
                                  struct rv_error *err)
{
    const struct state *state = source->state;
    struct rv_input *input;
    enum rv_status status =
        rv_wfdb_open_beside(source, state->part.folder, name, ending, &input, err);
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

/* --- segments ------------------------------------------------------------------------------ */

static bool is_null_record(const struct rv_wfdb_header *header)
{
    for (size_t i = 0; i < header->signal_count; i++)
        if (header->segment_count > 0 || header->signals[i].format != NULL)
            return false;
    return true;
}

/* Reads the header of the next segment and opens its files; *opened is false where it is a gap. */
static enum rv_status open_segment(struct rv_source *source, const struct rv_wfdb_segment *segment,
                                   bool *opened, struct rv_error *err)
{
    struct state *state = source->state;
    struct rv_wfdb_header *header = &state->part.header;
    *opened = false;
    if (strcmp(segment->record, "~") == 0)
        return RV_OK;
    enum rv_status status = read_header(source, segment->record, header, err);
    if (status != RV_OK || is_null_record(header))
        return status;
    if (header->frames != segment->frames && header->frames != 0)
        status = rv_fail(err, RV_DATA, "has %" PRIu64 " samples, the record announces %" PRIu64,
                         header->frames, segment->frames);
    header->frames = segment->frames;
    if (status == RV_OK)
        status = rv_wfdb_part_open(source, &state->part, state->record.rate_hz, err);
    *opened = status == RV_OK;
    return *opened ? RV_OK : rv_fail_in(err, status, "segment %s", segment->record);
}

/* Opens the next segment that has samples, passing over gaps. */
static enum rv_status open_next(struct rv_source *source, bool *more, struct rv_error *err)
{
    struct state *state = source->state;
    state->sent = 0;
    *more = false;
    while (state->segment < state->record.segment_count && !*more) {
        const struct rv_wfdb_segment *segment = &state->record.segments[state->segment];
        enum rv_status status = open_segment(source, segment, more, err);
        if (status != RV_OK)
            return status;
        if (!*more) {
            state->frames_before += segment->frames;
            state->broken = true;
            state->segment++;
        }
    }
    return RV_OK;
}

/* --- blocks -------------------------------------------------------------------------------- */

static void attach_events(struct state *state, bool last, struct rv_block *block)
{
    double end_s = (double)(state->frames_before + state->sent) / state->record.rate_hz;
    size_t first = state->event_next;
    while (state->event_next < state->event_count &&
           (last || state->events[state->event_next].time_s < end_s))
        state->event_next++;
    if (state->event_next == first)
        return;
    block->events = state->events + first;
    block->event_count = state->event_next - first;
}

static void show(struct state *state, bool ended, struct rv_block *block)
{
    size_t frames = rv_wfdb_part_show(&state->part, ended);
    rv_planes_show(&state->part.planes, block);
    block->new_segment = !state->began || (state->broken && state->sent == 0);
    block->start_s = (double)(state->frames_before + state->sent) / state->record.rate_hz;
    state->began = true;
    state->sent += frames;
    attach_events(state, ended && state->segment + 1 >= state->record.segment_count, block);
}

static void leave_segment(struct state *state)
{
    const struct rv_wfdb_part *part = &state->part;
    state->broken = part->frames_read < part->header.frames || rv_wfdb_part_skewed(part);
    state->frames_before += part->header.frames > 0 ? part->header.frames : part->frames_read;
    state->segment++;
}

static enum rv_status next_wfdb(struct rv_source *source, struct rv_block *block, bool *more,
                                struct rv_error *err)
{
    struct state *state = source->state;
    enum rv_status status = RV_OK;
    rv_wfdb_part_drop(&state->part);
    *more = state->part.open;
    if (!*more)
        status = open_next(source, more, err);
    if (status != RV_OK || !*more)
        return status;
    bool ended = false;
    status = rv_wfdb_part_read(&state->part, &ended, err);
    if (status == RV_OK && ended)
        status = rv_wfdb_part_end(source, &state->part, err);
    if (status != RV_OK)
        return status;
    show(state, ended, block);
    if (ended)
        leave_segment(state);
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
    state->part.folder = rv_arena_text_n(source->arena, path, (size_t)(name - path));
    *record = rv_arena_text_n(source->arena, name, length);
    return state->part.folder == NULL || *record == NULL ? rv_fail_memory(err) : RV_OK;
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

static enum rv_status check_segments(const struct rv_wfdb_header *record, struct rv_error *err)
{
    uint64_t total = 0;
    for (size_t i = 0; i < record->segment_count; i++)
        total += record->segments[i].frames;
    if (record->segments[0].frames == 0)
        return rv_fail(err, RV_DATA,
                       "multi-segment record of variable layout, which is not read: read its "
                       "segments one by one");
    if (record->frames > 0 && total != record->frames)
        return rv_fail(err, RV_DATA,
                       "segments have %" PRIu64 " samples together, the record announces %" PRIu64,
                       total, record->frames);
    return RV_OK;
}

/* A record that is one segment becomes a list of one, which is open. */
static enum rv_status open_single(struct rv_source *source, struct rv_error *err)
{
    struct state *state = source->state;
    struct rv_wfdb_header *record = &state->record;
    if (is_null_record(record))
        return rv_fail(err, RV_DATA, "a record without samples (format 0)");
    state->part.header = *record;
    record->segments = rv_arena_alloc(source->arena, 1, sizeof *record->segments);
    if (record->segments == NULL)
        return rv_fail_memory(err);
    record->segments[0] =
        (struct rv_wfdb_segment){.record = record->record, .frames = record->frames};
    record->segment_count = 1;
    return rv_wfdb_part_open(source, &state->part, record->rate_hz, err);
}

/* Up to the first samples. */
static enum rv_status open_record(struct rv_source *source, struct rv_error *err)
{
    struct state *state = source->state;
    if (state->record.segment_count == 0)
        return open_single(source, err);
    bool more = false;
    enum rv_status status = check_segments(&state->record, err);
    if (status == RV_OK)
        status = open_next(source, &more, err);
    if (status == RV_OK && !more)
        return rv_fail(err, RV_DATA, "no segment of the record has samples");
    return status;
}

static enum rv_status take_facts(struct rv_source *source, struct rv_error *err)
{
    struct state *state = source->state;
    const struct rv_wfdb_header *record = &state->record;
    source->channel_count = record->signal_count;
    source->channels =
        rv_arena_alloc(source->arena, record->signal_count, sizeof *source->channels);
    state->part.slots =
        rv_arena_alloc(source->arena, record->signal_count, sizeof *state->part.slots);
    if (source->channels == NULL || state->part.slots == NULL)
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
    enum rv_status status = find_record(source, &record, err);
    if (status == RV_OK)
        status = read_record_header(source, record, err);
    if (status == RV_OK)
        status = take_facts(source, err);
    if (status == RV_OK)
        status = open_record(source, err);
    return status == RV_OK ? read_annotations(source, record, err) : status;
}

static void close_wfdb(struct rv_source *source)
{
    struct state *state = source->state;
    rv_wfdb_part_finish(&state->part);
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
