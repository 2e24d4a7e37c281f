/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reads EDF, EDF+ and BDF, continuous and discontinuous, strictly in order: a pipe will do.
 */
#include "acquire/edf.h"
#include "base/error.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum {
    BATCH_BYTES = 65536 /* records are read and delivered together up to this size */
};

struct edf_state {
    struct rv_edf_file file;
    unsigned char *raw;
    size_t batch;       /* records that `raw` holds */
    size_t held, taken; /* records in `raw`; of these already delivered */
    uint64_t total;     /* records to come; UINT64_MAX: until the end of a pipe */
    uint64_t read;      /* records read so far */
    bool ended;
    double *samples;   /* of all channels, `batch` records each */
    double **channels; /* of each channel: its part of `samples` */
    size_t *counts;    /* of each channel: samples in the block */
    struct rv_edf_events events;
    uint64_t record;          /* index of the record at hand */
    double previous_s;        /* start of the record before, as the file says */
    double segment_s;         /* start of the segment */
    uint64_t segment_records; /* records of the segment so far */
    double half_sample_s;     /* of the fastest channel */
    uint32_t status_before;
    bool status_known;
    bool one_sweep; /* so far every segment is one record with one stimulus */
};

static bool edf_matches(const unsigned char *bytes, size_t size, const char *name)
{
    (void)name;
    if (size < 8)
        return false;
    if (memcmp(bytes,
               "\xFF"
               "BIOSEMI",
               8) == 0)
        return true;
    if (memcmp(bytes, "0       ", 8) != 0)
        return false;
    /* A table of numbers may begin so too, but it has ends of lines where EDF has its numbers. */
    return size < 256 || memchr(bytes + 168, '\n', 256 - 168) == NULL;
}

static void edf_close(struct rv_source *source)
{
    struct edf_state *state = source->state;
    rv_release(state->raw);
    rv_release(state->samples);
    rv_release(state->channels);
    rv_release(state->counts);
    rv_edf_events_finish(&state->events);
    rv_release(state);
    source->state = NULL;
}

/* --- how many records ---------------------------------------------------------------------- */

static void note_not_closed(struct rv_source *source, uint64_t whole, uint64_t left_over)
{
    if (whole == UINT64_MAX)
        rv_notice_add(&source->notices, RV_WARNING, "recording_not_closed", NULL,
                      "recording not closed: its header does not say how many records there are");
    else
        rv_notice_add(&source->notices, RV_WARNING, "recording_not_closed", NULL,
                      "recording not closed: %llu whole records were counted from its size, %llu "
                      "bytes are left over",
                      (unsigned long long)whole, (unsigned long long)left_over);
}

static void note_truncated(struct rv_source *source, uint64_t whole, uint64_t claimed)
{
    char percent[64];
    rv_number_fixed(100.0 * (double)whole / (double)claimed, 1, percent);
    rv_notice_add(&source->notices, RV_WARNING, "truncated", NULL,
                  "cut off: %llu whole records of %llu were used (%s %%)",
                  (unsigned long long)whole, (unsigned long long)claimed, percent);
}

static void note_surplus(struct rv_source *source, uint64_t surplus, bool at_least)
{
    rv_notice_add(&source->notices, RV_WARNING, "surplus_bytes", NULL,
                  "%s%llu bytes follow the last record and were left out",
                  at_least ? "at least " : "", (unsigned long long)surplus);
}

/* The header's claim against the size of the file, before anything is allocated for it. Counts
 * have at most 8 digits and records at most 64 MiB, so that products stay below 2^53. */
static enum rv_status check_claim(struct rv_source *source, uint64_t left, uint64_t claimed,
                                  size_t record_bytes, struct rv_error *err)
{
    uint64_t whole = left / record_bytes, due = claimed * record_bytes;
    if (whole >= claimed) {
        if (left > due)
            note_surplus(source, left - due, false);
        return RV_OK;
    }
    if (whole == 0 || !source->options.allow_truncated)
        return rv_fail(err, RV_DATA,
                       "cut off: holds %llu bytes of data, its header claims %llu (%llu records of "
                       "%zu bytes); %llu records are whole",
                       (unsigned long long)left, (unsigned long long)due,
                       (unsigned long long)claimed, record_bytes, (unsigned long long)whole);
    note_truncated(source, whole, claimed);
    return RV_OK;
}

static enum rv_status count_records(struct rv_source *source, struct edf_state *state,
                                    struct rv_error *err)
{
    const struct rv_edf_file *file = &state->file;
    uint64_t size = rv_input_size(source->input);
    bool claims = file->record_count > 0;
    uint64_t claimed = claims ? (uint64_t)file->record_count : UINT64_MAX;
    state->total = claimed;
    if (size == UINT64_MAX) {
        if (!claims)
            note_not_closed(source, UINT64_MAX, 0);
        return RV_OK;
    }
    uint64_t left = size > file->header_bytes ? size - file->header_bytes : 0;
    uint64_t whole = left / file->record_bytes;
    state->total = whole < claimed ? whole : claimed;
    if (claims)
        return check_claim(source, left, claimed, file->record_bytes, err);
    if (whole == 0)
        return rv_fail(err, RV_DATA, "number of records is -1 and no whole record follows");
    note_not_closed(source, whole, left % file->record_bytes);
    return RV_OK;
}

static enum rv_status check_sample_total(const struct rv_source *source,
                                         const struct edf_state *state, struct rv_error *err)
{
    uint64_t samples = 0;
    for (size_t i = 0; i < state->file.slot_count; i++)
        if (!state->file.slots[i].annotations)
            samples += state->file.slots[i].sample_count;
    if (state->total == UINT64_MAX || samples * state->total <= source->options.max_samples)
        return RV_OK;
    return rv_fail(err, RV_DATA, "holds %llu samples, at most %zu may be read",
                   (unsigned long long)(samples * state->total), source->options.max_samples);
}

/* --- opening ------------------------------------------------------------------------------- */

static enum rv_status make_buffers(struct rv_source *source, struct edf_state *state,
                                   struct rv_error *err)
{
    const struct rv_edf_file *file = &state->file;
    size_t batch = BATCH_BYTES / file->record_bytes;
    if (batch < 1 || rv_input_size(source->input) == UINT64_MAX)
        batch = 1; /* what comes through a pipe is passed on at once */
    if (batch > state->total)
        batch = (size_t)state->total;
    state->batch = batch;
    state->raw = rv_allocate(file->record_bytes, batch);
    state->samples = rv_allocate(file->record_bytes / file->sample_bytes * batch, sizeof(double));
    state->channels = rv_allocate(source->channel_count, sizeof *state->channels);
    state->counts = rv_allocate(source->channel_count, sizeof *state->counts);
    if (state->raw == NULL || state->samples == NULL || state->channels == NULL ||
        state->counts == NULL)
        return rv_fail_memory(err);
    size_t channel = 0, at = 0;
    for (size_t i = 0; i < file->slot_count; i++) {
        if (file->slots[i].annotations)
            continue;
        state->channels[channel++] = state->samples + at;
        at += file->slots[i].sample_count * batch;
    }
    return RV_OK;
}

static enum rv_status edf_open(struct rv_source *source, struct rv_error *err)
{
    struct edf_state *state = rv_allocate(1, sizeof *state);
    if (state == NULL)
        return rv_fail_memory(err);
    source->state = state;
    enum rv_status status = rv_edf_header_read(source, &state->file, err);
    if (status == RV_OK)
        status = count_records(source, state, err);
    if (status == RV_OK)
        status = check_sample_total(source, state, err);
    if (status == RV_OK)
        status = make_buffers(source, state, err);
    if (status != RV_OK)
        return status;
    const struct rv_edf_file *file = &state->file;
    double fastest = 0;
    for (size_t i = 0; i < source->channel_count; i++)
        fastest = fmax(fastest, source->channels[i].rate_hz);
    state->half_sample_s = fastest > 0 ? 0.5 / fastest : 0;
    state->one_sweep = file->discontinuous;
    if (file->record_s > 0)
        source->facts.record_s = file->record_s;
    if (!file->discontinuous && state->total != UINT64_MAX && file->record_s > 0)
        source->facts.duration_s = (double)state->total * file->record_s;
    return RV_OK;
}

/* --- records ------------------------------------------------------------------------------- */

/* The input ended inside a record, or before as many as were claimed. */
static enum rv_status end_early(struct rv_source *source, struct edf_state *state, size_t got,
                                struct rv_error *err)
{
    const struct rv_edf_file *file = &state->file;
    state->ended = true;
    if (rv_input_size(source->input) != UINT64_MAX)
        return rv_fail(err, RV_IO,
                       "became shorter while it was read: %zu of %zu bytes of record %llu", got,
                       file->record_bytes, (unsigned long long)state->read + 1);
    if (file->record_count < 0) {
        if (got > 0)
            note_surplus(source, got, false);
        if (state->read == 0)
            return rv_fail(err, RV_DATA, "number of records is -1 and no whole record follows");
        return RV_OK;
    }
    if (state->read > 0 && source->options.allow_truncated) {
        note_truncated(source, state->read, state->total);
        return RV_OK;
    }
    return rv_fail(err, RV_DATA, "cut off in record %llu of %llu: %zu bytes came, %zu were due",
                   (unsigned long long)state->read + 1, (unsigned long long)state->total, got,
                   file->record_bytes);
}

/* After the last record: what else a pipe brings, and two recordings one after the other. */
static enum rv_status end_regular(struct rv_source *source, struct edf_state *state,
                                  struct rv_error *err)
{
    const unsigned char *bytes;
    size_t count;
    state->ended = true;
    if (source->facts.discontinuous)
        source->facts.one_sweep_a_segment = state->one_sweep;
    enum rv_status status = rv_input_peek(source->input, 256, &bytes, &count, err);
    if (status != RV_OK)
        return status;
    if (count == 256 && edf_matches(bytes, count, NULL))
        return rv_fail(err, RV_DATA, "another recording follows after %llu records",
                       (unsigned long long)state->read);
    if (count > 0 && rv_input_size(source->input) == UINT64_MAX)
        note_surplus(source, count, true);
    return RV_OK;
}

static enum rv_status refill(struct rv_source *source, struct edf_state *state,
                             struct rv_error *err)
{
    state->held = state->taken = 0;
    if (state->ended)
        return RV_OK;
    if (state->read == state->total)
        return end_regular(source, state, err);
    uint64_t left = state->total - state->read;
    size_t records = left < state->batch ? (size_t)left : state->batch;
    size_t record_bytes = state->file.record_bytes, got = 0;
    enum rv_status status =
        rv_input_read(source->input, state->raw, records * record_bytes, &got, err);
    if (status != RV_OK)
        return status;
    state->held = got / record_bytes;
    state->read += state->held;
    if (state->held < records)
        status = end_early(source, state, got % record_bytes, err);
    return status;
}

static enum rv_status record_time(struct rv_source *source, struct edf_state *state,
                                  const unsigned char *record, double expected, double *start_s,
                                  struct rv_error *err)
{
    const struct rv_edf_file *file = &state->file;
    *start_s = expected;
    if (file->annotation_slot == file->slot_count)
        return RV_OK;
    const struct rv_edf_slot *slot = &file->slots[file->annotation_slot];
    bool found;
    enum rv_status status = rv_edf_time_read(
        record + slot->at, slot->sample_count * file->sample_bytes, &found, start_s, err);
    if (status != RV_OK || found)
        return status;
    if (file->discontinuous)
        return rv_fail(err, RV_DATA, "has no time-keeping annotation, which %s needs",
                       source->facts.format);
    if (!rv_notice_has(&source->notices, "time_keeping_missing", NULL))
        rv_notice_add(&source->notices, RV_WARNING, "time_keeping_missing", NULL,
                      "record %llu has no time-keeping annotation; it is taken to follow the one "
                      "before",
                      (unsigned long long)state->record + 1);
    return RV_OK;
}

/* When the record starts and whether it continues the one before. Writers round onsets to the
 * millisecond; only what is beyond that is a gap or an overlap. */
static enum rv_status place_record(struct rv_source *source, struct edf_state *state,
                                   const unsigned char *record, double *start_s, bool *new_segment,
                                   struct rv_error *err)
{
    const struct rv_edf_file *file = &state->file;
    bool first = state->record == 0;
    double expected = first ? 0 : state->previous_s + file->record_s;
    enum rv_status status = record_time(source, state, record, expected, start_s, err);
    if (status != RV_OK)
        return status;
    *new_segment = first;
    if (first || !(file->record_s > 0))
        return RV_OK;
    double rounding = fmax(state->half_sample_s, fmin(1e-3, file->record_s / 4));
    double late = *start_s - expected;
    char found[32], due[32];
    rv_number_write(*start_s, found);
    rv_number_write(expected, due);
    if (file->discontinuous && late < -rounding)
        return rv_fail(err, RV_DATA, "starts at %s s, before the end of the last at %s s", found,
                       due);
    if (!file->discontinuous && fabs(late) > rounding)
        return rv_fail(err, RV_DATA,
                       "starts at %s s, expected %s s: the file is marked continuous (%s)", found,
                       due, source->facts.format);
    *new_segment = file->discontinuous && late > state->half_sample_s;
    return RV_OK;
}

static int16_t little_16(const unsigned char *bytes)
{
    return (int16_t)(bytes[0] | bytes[1] << 8);
}

/* In groups of a fixed size, which the compiler turns into vectors. */
static void decode_16(const unsigned char *bytes, size_t count, const struct rv_edf_slot *slot,
                      double *restrict out)
{
    enum { GROUP = 16 };
    const double step = slot->step, offset = slot->offset;
    size_t i = 0;
    for (; i + GROUP <= count; i += GROUP) {
        int16_t numbers[GROUP];
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
        memcpy(numbers, bytes + 2 * i, sizeof numbers);
#else
        for (size_t j = 0; j < GROUP; j++)
            numbers[j] = little_16(bytes + 2 * (i + j));
#endif
        for (size_t j = 0; j < GROUP; j++)
            out[i + j] = step * numbers[j] + offset;
    }
    for (; i < count; i++)
        out[i] = step * little_16(bytes + 2 * i) + offset;
}

static void decode_24(const unsigned char *bytes, size_t count, const struct rv_edf_slot *slot,
                      double *out)
{
    const double step = slot->step, offset = slot->offset;
    for (size_t i = 0; i < count; i++, bytes += 3) {
        uint32_t word = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16;
        int32_t number = (int32_t)(word ^ 0x800000u) - 0x800000; /* sign of bit 23 */
        out[i] = step * number + offset;
    }
}

/* The lower 16 bits are triggers; each that rises is a stimulus. */
static bool decode_status(struct edf_state *state, const unsigned char *bytes,
                          const struct rv_edf_slot *slot, double *out)
{
    for (size_t i = 0; i < slot->sample_count; i++) {
        uint32_t word = bytes[3 * i] | (uint32_t)bytes[3 * i + 1] << 8;
        out[i] = word;
        bool rises = state->status_known && (word & ~state->status_before) != 0;
        state->status_before = word;
        state->status_known = true;
        if (!rises)
            continue;
        double rate_hz = (double)slot->sample_count / state->file.record_s;
        double index = (double)(state->segment_records * slot->sample_count + i);
        struct rv_event event = {.kind = RV_EVENT_STIMULUS,
                                 .time_s = state->segment_s + index / rate_hz,
                                 .duration_s = (double)NAN,
                                 .intensity_ma = (double)NAN,
                                 .intensity_v = (double)NAN};
        struct rv_text text = {0};
        rv_text_format(&text, "trigger %lu", (unsigned long)word);
        bool done =
            !text.failed && rv_edf_event_add(&state->events, &event, text.bytes, text.length);
        rv_text_finish(&text);
        if (!done)
            return false;
    }
    return true;
}

static enum rv_status take_samples(struct edf_state *state, const unsigned char *record,
                                   struct rv_error *err)
{
    const struct rv_edf_file *file = &state->file;
    size_t channel = 0;
    for (size_t i = 0; i < file->slot_count; i++) {
        const struct rv_edf_slot *slot = &file->slots[i];
        if (slot->annotations)
            continue;
        double *out = state->channels[channel] + state->counts[channel];
        const unsigned char *bytes = record + slot->at;
        if (slot->status) {
            if (!decode_status(state, bytes, slot, out))
                return rv_fail_memory(err);
        } else if (file->bdf) {
            decode_24(bytes, slot->sample_count, slot, out);
        } else {
            decode_16(bytes, slot->sample_count, slot, out);
        }
        state->counts[channel++] += slot->sample_count;
    }
    return RV_OK;
}

static enum rv_status take_annotations(struct edf_state *state, const unsigned char *record,
                                       struct rv_error *err)
{
    const struct rv_edf_file *file = &state->file;
    size_t before = state->events.count;
    if (file->annotation_slot == file->slot_count)
        return RV_OK;
    for (size_t i = 0; i < file->slot_count; i++) {
        if (!file->slots[i].annotations)
            continue;
        enum rv_status status = rv_edf_annotations_read(
            record + file->slots[i].at, file->slots[i].sample_count * file->sample_bytes,
            &state->events, err);
        if (status != RV_OK)
            return status;
    }
    return rv_edf_notes_apply(&state->events, before) ? RV_OK : rv_fail_memory(err);
}

/* Section 3.7 of the standard: a record is the window of one stimulus. */
static void count_stimuli(struct edf_state *state, size_t before)
{
    size_t stimuli = 0;
    for (size_t i = before; i < state->events.count; i++)
        if (state->events.items[i].event.kind == RV_EVENT_STIMULUS)
            stimuli++;
    if (stimuli != 1 || state->segment_records > 0)
        state->one_sweep = false;
}

static enum rv_status take_record(struct rv_source *source, struct edf_state *state,
                                  size_t delivered, bool *taken, struct rv_block *block,
                                  struct rv_error *err)
{
    const unsigned char *record = state->raw + state->taken * state->file.record_bytes;
    double start_s;
    bool new_segment;
    *taken = false;
    enum rv_status status = place_record(source, state, record, &start_s, &new_segment, err);
    if (status != RV_OK || (new_segment && delivered > 0))
        return status;
    if (new_segment) {
        state->segment_s = start_s;
        state->segment_records = 0;
        state->status_known = false;
    }
    if (delivered == 0) {
        block->new_segment = new_segment;
        block->start_s = state->segment_s + (double)state->segment_records * state->file.record_s;
    }
    size_t before = state->events.count;
    status = take_annotations(state, record, err);
    if (status == RV_OK)
        status = take_samples(state, record, err);
    if (status != RV_OK)
        return status;
    if (state->file.discontinuous)
        count_stimuli(state, before);
    state->previous_s = start_s;
    state->segment_records++;
    state->record++;
    state->taken++;
    *taken = true;
    return RV_OK;
}

static enum rv_status edf_next(struct rv_source *source, struct rv_block *block, bool *more,
                               struct rv_error *err)
{
    struct edf_state *state = source->state;
    size_t delivered = 0;
    rv_edf_events_clear(&state->events);
    for (size_t i = 0; i < source->channel_count; i++)
        state->counts[i] = 0;
    if (state->taken == state->held) {
        enum rv_status status = refill(source, state, err);
        if (status != RV_OK)
            return status;
    }
    bool taken = true;
    while (taken && state->taken < state->held) {
        enum rv_status status = take_record(source, state, delivered, &taken, block, err);
        if (status != RV_OK) {
            state->held = state->taken = 0;
            state->ended = true;
            return rv_fail_in(err, status, "record %llu", (unsigned long long)state->record + 1);
        }
        delivered++;
    }
    *more = delivered > 0;
    if (!*more)
        return RV_OK;
    block->channel_count = source->channel_count;
    block->sample_count = state->counts;
    block->samples = (const double *const *)state->channels;
    block->events = rv_edf_events_settle(&state->events);
    block->event_count = state->events.count;
    return block->events == NULL ? rv_fail_memory(err) : RV_OK;
}

const struct rv_reader rv_reader_edf = {
    .name = "edf",
    .description = "EDF, EDF+C, EDF+D, BDF, BDF+C, BDF+D",
    .matches = edf_matches,
    .open = edf_open,
    .next = edf_next,
    .close = edf_close,
};
