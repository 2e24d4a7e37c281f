/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where `ranvier filter` writes to: EDF+, BDF+ or WAV.
 */
#include "filter_sink.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ANNOTATION_BYTES = 480, /* of a record */
    RECORD_BYTES = 61440    /* most of a record: Kemp et al. 1992 */
};

struct queue {
    float *samples;
    size_t begin, end, capacity;
    float last;
    size_t record_samples;
};

struct pending {
    double time_s, duration_s;
    char *text;
};

struct sink {
    enum sink_kind kind;
    size_t signal_count;
    struct queue *queues;
    struct rv_edf_writer *edf;
    struct rv_wav_writer *wav;
    double record_s;
    bool discontinuous;
    double **record; /* samples of one record of each signal */
    struct pending *pending;
    size_t pending_count, pending_capacity;
    double segment_s, origin_s; /* start of this segment, and of the first */
    size_t segment_records, segment_count;
    struct sink_summary summary;
};

enum rv_status filter_fail(struct rv_error *err, enum rv_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    return err->status = status;
}

static enum rv_status no_memory(struct rv_error *err)
{
    return filter_fail(err, RV_NO_MEMORY, "out of memory");
}

static bool grow(void *items_pointer, size_t *capacity, size_t count, size_t size)
{
    if (count <= *capacity)
        return true;
    size_t wanted = *capacity < 64 ? 64 : *capacity;
    while (wanted < count)
        wanted *= 2;
    void *items;
    memcpy(&items, items_pointer, sizeof items);
    items = wanted > SIZE_MAX / size ? NULL : realloc(items, wanted * size);
    if (items == NULL)
        return false;
    memcpy(items_pointer, &items, sizeof items);
    *capacity = wanted;
    return true;
}

/* --- opening ------------------------------------------------------------------------------- */

/* Is this a whole number of samples of each signal, and how many bytes are they? */
static bool record_fits(const struct sink_request *request, double record_s, double *bytes)
{
    *bytes = 0.0;
    for (size_t i = 0; i < request->signal_count; i++) {
        const double count = record_s * request->signals[i].rate_hz;
        if (!(count >= 0.5) || fabs(count - round(count)) > 1e-6 * count)
            return false;
        *bytes += count * (request->kind == SINK_BDF ? 3.0 : 2.0);
    }
    return true;
}

/* The records of the input where it has some; else short ones, because the last is filled up, and
 * the shortest where each segment has a last one. */
static double choose_record_s(const struct sink_request *request)
{
    static const double tried_s[] = {0.1,   0.05, 0.02, 0.01, 0.005, 0.002,
                                     0.001, 0.2,  0.5,  1.0,  10.0};
    double bytes, chosen_s = NAN;
    if (record_fits(request, request->facts->record_s, &bytes))
        return request->facts->record_s;
    const size_t first = request->facts->discontinuous ? 3 : 0;
    for (size_t i = first; i < sizeof tried_s / sizeof tried_s[0]; i++) {
        if (!record_fits(request, tried_s[i], &bytes))
            continue;
        if (bytes <= RECORD_BYTES)
            return tried_s[i];
        chosen_s = tried_s[i];
    }
    return chosen_s;
}

/* A word of the EDF+ patient field: blanks become underscores, nothing becomes X. */
static void add_word(char *line, size_t capacity, const char *word)
{
    size_t length = strlen(line);
    const char *text = word != NULL && word[0] != '\0' ? word : "X";
    if (length > 0 && length + 1 < capacity)
        line[length++] = ' ';
    for (; *text != '\0' && length + 1 < capacity; text++)
        line[length++] = *text == ' ' ? '_' : *text;
    line[length] = '\0';
}

/* yyyy-mm-dd as EDF+ writes it, dd-MMM-yyyy. */
static void edf_date(const char *date, char out[16])
{
    static const char months[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
    unsigned year, month, day;
    strcpy(out, "X");
    if (date != NULL && sscanf(date, "%4u-%2u-%2u", &year, &month, &day) == 3 && month >= 1 &&
        month <= 12 && day <= 31 && year <= 9999)
        snprintf(out, 16, "%02u-%.3s-%04u", day, months + 3 * (month - 1), year);
}

static const char *start_of(const struct rv_recording_facts *facts, char out[32])
{
    unsigned year = 0;
    if (facts->start == NULL || strlen(facts->start) < 19 ||
        sscanf(facts->start, "%4u-", &year) != 1 || year < 1985 || year > 2084)
        return NULL;
    snprintf(out, 32, "%.19s", facts->start);
    return out;
}

static enum rv_status open_edf(const struct sink_request *request, struct sink *sink,
                               struct rv_error *err)
{
    const struct rv_recording_facts *facts = request->facts;
    char patient[81] = "", recording[81] = "Startdate", start[32], date[16];
    static const char *const sexes[] = {"X", "F", "M"};
    edf_date(facts->birth_date, date);
    add_word(patient, sizeof patient, facts->patient_id);
    add_word(patient, sizeof patient, sexes[facts->sex]);
    add_word(patient, sizeof patient, date);
    add_word(patient, sizeof patient, facts->patient_name);
    const char *start_text = start_of(facts, start);
    edf_date(start_text, date);
    add_word(recording, sizeof recording, date);
    add_word(recording, sizeof recording, facts->administration);
    add_word(recording, sizeof recording, facts->technician);
    add_word(recording, sizeof recording, facts->equipment);
    struct rv_edf_signal *signals = calloc(request->signal_count, sizeof *signals);
    if (signals == NULL)
        return no_memory(err);
    for (size_t i = 0; i < request->signal_count; i++) {
        const struct sink_signal *from = &request->signals[i];
        sink->queues[i].record_samples = (size_t)lround(sink->record_s * from->rate_hz);
        signals[i] = (struct rv_edf_signal){.label = from->label,
                                            .unit = from->unit,
                                            .prefilter = from->prefilter,
                                            .transducer = from->transducer,
                                            .physical_min = from->minimum,
                                            .physical_max = from->maximum,
                                            .samples_per_record = sink->queues[i].record_samples};
    }
    const struct rv_edf_header header = {.bdf = request->kind == SINK_BDF,
                                         .discontinuous = facts->discontinuous,
                                         .record_s = sink->record_s,
                                         .patient = patient,
                                         .recording = recording,
                                         .start = start_text,
                                         .signals = signals,
                                         .signal_count = request->signal_count,
                                         .annotation_bytes = ANNOTATION_BYTES};
    enum rv_status status = rv_edf_create(request->path, &header, &sink->edf, err);
    free(signals);
    return status;
}

static enum rv_status allocate_records(struct sink *sink, struct rv_error *err)
{
    sink->record = calloc(sink->signal_count, sizeof *sink->record);
    if (sink->record == NULL)
        return no_memory(err);
    for (size_t i = 0; i < sink->signal_count; i++) {
        sink->record[i] = calloc(sink->queues[i].record_samples, sizeof(double));
        if (sink->record[i] == NULL)
            return no_memory(err);
    }
    return RV_OK;
}

static enum rv_status open_writer(const struct sink_request *request, struct sink *sink,
                                  struct rv_error *err)
{
    if (request->kind == SINK_WAV) {
        for (size_t i = 1; i < request->signal_count; i++)
            if (fabs(request->signals[i].rate_hz - request->signals[0].rate_hz) > 0.0)
                return filter_fail(err, RV_MISUSE,
                                   "%s: WAV holds one sampling rate, the input has %g and %g Hz; "
                                   "write .edf or .bdf",
                                   request->path, request->signals[0].rate_hz,
                                   request->signals[i].rate_hz);
        return rv_wav_create(request->path, request->signals[0].rate_hz, request->signal_count,
                             &sink->wav, err);
    }
    sink->record_s = choose_record_s(request);
    if (isnan(sink->record_s))
        return filter_fail(err, RV_MISUSE,
                           "%s: no record of EDF holds a whole number of samples at %g Hz",
                           request->path, request->signals[0].rate_hz);
    enum rv_status status = open_edf(request, sink, err);
    return status == RV_OK ? allocate_records(sink, err) : status;
}

enum rv_status sink_open(const struct sink_request *request, struct sink **sink,
                         struct rv_error *err)
{
    struct sink *made = calloc(1, sizeof *made);
    if (made == NULL)
        return no_memory(err);
    made->kind = request->kind;
    made->discontinuous = request->facts->discontinuous;
    made->signal_count = request->signal_count;
    made->queues = calloc(request->signal_count, sizeof *made->queues);
    enum rv_status status = made->queues != NULL ? open_writer(request, made, err) : no_memory(err);
    if (status == RV_OK)
        *sink = made;
    else
        sink_abandon(made);
    return status;
}

/* --- samples and events --------------------------------------------------------------------- */

enum rv_status sink_begin(struct sink *sink, double start_s, struct rv_error *err)
{
    (void)err;
    if (sink->segment_count == 0)
        sink->origin_s = start_s;
    else if (sink->kind == SINK_WAV)
        sink->summary.gaps_closed++;
    sink->segment_count++;
    sink->segment_s = start_s;
    sink->segment_records = 0;
    return RV_OK;
}

enum rv_status sink_put(struct sink *sink, size_t signal, const float *samples, size_t count,
                        struct rv_error *err)
{
    struct queue *queue = &sink->queues[signal];
    if (count == 0)
        return RV_OK;
    if (queue->begin > 0 && queue->end + count > queue->capacity) {
        memmove(queue->samples, queue->samples + queue->begin,
                (queue->end - queue->begin) * sizeof(float));
        queue->end -= queue->begin;
        queue->begin = 0;
    }
    if (!grow(&queue->samples, &queue->capacity, queue->end + count, sizeof(float)))
        return no_memory(err);
    memcpy(queue->samples + queue->end, samples, count * sizeof(float));
    queue->end += count;
    queue->last = samples[count - 1];
    return RV_OK;
}

enum rv_status sink_event(struct sink *sink, const struct rv_event *event, struct rv_error *err)
{
    if (event->text == NULL || event->text[0] == '\0')
        return RV_OK; /* seen in a trigger channel, which is written as it is */
    if (sink->kind == SINK_WAV) {
        sink->summary.events_lost++;
        return RV_OK;
    }
    if (!grow(&sink->pending, &sink->pending_capacity, sink->pending_count + 1,
              sizeof *sink->pending))
        return no_memory(err);
    /* A text leaves room for its onset, its duration and the record's own time. */
    enum { TEXT_MAX = ANNOTATION_BYTES - 120 };
    size_t length = strlen(event->text);
    if (length > TEXT_MAX) {
        length = TEXT_MAX;
        while (length > 0 && ((unsigned char)event->text[length] & 0xC0) == 0x80)
            length--; /* not inside a character of UTF-8 */
        sink->summary.texts_cut++;
    }
    char *text = calloc(length + 1, 1);
    if (text == NULL)
        return no_memory(err);
    memcpy(text, event->text, length);
    sink->pending[sink->pending_count++] = (struct pending){event->time_s, event->duration_s, text};
    return RV_OK;
}

/* --- EDF and BDF ---------------------------------------------------------------------------- */

/* The events that go with the next record: those before its end, as many as it has room for. */
static size_t due_events(const struct sink *sink, double end_s, bool all,
                         struct rv_edf_annotation *due, size_t capacity)
{
    size_t count = 0, bytes = 40;
    for (; count < sink->pending_count && count < capacity; count++) {
        const struct pending *event = &sink->pending[count];
        bytes += strlen(event->text) + 70; /* onset, duration, separators */
        if ((!all && event->time_s >= end_s) || bytes > ANNOTATION_BYTES)
            break;
        const double origin_s = sink->discontinuous ? 0.0 : sink->origin_s;
        due[count] =
            (struct rv_edf_annotation){event->time_s - origin_s, event->duration_s, event->text};
    }
    return count;
}

static enum rv_status write_record(struct sink *sink, bool all_events, struct rv_error *err)
{
    struct rv_edf_annotation due[8];
    const double start_s = sink->segment_s + sink->record_s * (double)sink->segment_records;
    for (size_t i = 0; i < sink->signal_count; i++) {
        struct queue *queue = &sink->queues[i];
        for (size_t n = 0; n < queue->record_samples; n++)
            sink->record[i][n] = (double)queue->samples[queue->begin + n];
        queue->begin += queue->record_samples;
    }
    const size_t count = due_events(sink, start_s + sink->record_s, all_events, due, 8);
    enum rv_status status =
        rv_edf_write(sink->edf, start_s, (const double *const *)sink->record, due, count, err);
    for (size_t i = 0; i < count; i++)
        free(sink->pending[i].text);
    sink->pending_count -= count;
    if (count > 0)
        memmove(sink->pending, sink->pending + count, sink->pending_count * sizeof *sink->pending);
    sink->segment_records++;
    sink->summary.record_count++;
    return status;
}

static bool record_ready(const struct sink *sink)
{
    for (size_t i = 0; i < sink->signal_count; i++)
        if (sink->queues[i].end - sink->queues[i].begin < sink->queues[i].record_samples)
            return false;
    return true;
}

/* Fills all signals up to a whole record; false: there was nothing to fill up. */
static enum rv_status pad_record(struct sink *sink, bool always, bool *padded, struct rv_error *err)
{
    bool any = always;
    for (size_t i = 0; i < sink->signal_count; i++)
        any |= sink->queues[i].end > sink->queues[i].begin;
    *padded = any;
    for (size_t i = 0; i < sink->signal_count && any; i++) {
        struct queue *queue = &sink->queues[i];
        while (queue->end - queue->begin < queue->record_samples) {
            enum rv_status status = sink_put(sink, i, &queue->last, 1, err);
            if (status != RV_OK)
                return status;
            sink->summary.padded++;
        }
    }
    return RV_OK;
}

/* --- WAV ------------------------------------------------------------------------------------ */

static enum rv_status write_wav(struct sink *sink, struct rv_error *err)
{
    size_t count = SIZE_MAX;
    const float **pointers = calloc(sink->signal_count, sizeof *pointers);
    if (pointers == NULL)
        return no_memory(err);
    for (size_t i = 0; i < sink->signal_count; i++) {
        const size_t there = sink->queues[i].end - sink->queues[i].begin;
        count = there < count ? there : count;
        if (there > 0) /* an empty queue may have no memory yet */
            pointers[i] = sink->queues[i].samples + sink->queues[i].begin;
    }
    enum rv_status status = count > 0 ? rv_wav_write(sink->wav, pointers, count, err) : RV_OK;
    for (size_t i = 0; i < sink->signal_count && count > 0; i++)
        sink->queues[i].begin += count;
    free(pointers);
    return status;
}

/* --- ending --------------------------------------------------------------------------------- */

enum rv_status sink_write(struct sink *sink, struct rv_error *err)
{
    if (sink->kind == SINK_WAV)
        return write_wav(sink, err);
    enum rv_status status = RV_OK;
    while (status == RV_OK && record_ready(sink))
        status = write_record(sink, false, err);
    return status;
}

enum rv_status sink_end(struct sink *sink, struct rv_error *err)
{
    bool padded = false;
    enum rv_status status = sink_write(sink, err);
    if (status == RV_OK && sink->kind != SINK_WAV)
        status = pad_record(sink, false, &padded, err);
    return status == RV_OK && padded ? write_record(sink, false, err) : status;
}

enum rv_status sink_close(struct sink *sink, struct sink_summary *summary, struct rv_error *err)
{
    enum rv_status status = RV_OK;
    bool padded;
    while (status == RV_OK && sink->pending_count > 0) { /* events behind the last sample */
        status = pad_record(sink, true, &padded, err);
        if (status == RV_OK)
            status = write_record(sink, true, err);
    }
    if (status == RV_OK) {
        *summary = sink->summary;
        status = sink->kind == SINK_WAV ? rv_wav_close(sink->wav, err)
                                        : rv_edf_close(sink->edf, &summary->clipped, err);
        sink->edf = NULL;
        sink->wav = NULL;
    }
    sink_abandon(sink);
    return status;
}

void sink_abandon(struct sink *sink)
{
    if (sink == NULL)
        return;
    rv_edf_abandon(sink->edf);
    rv_wav_abandon(sink->wav);
    for (size_t i = 0; i < sink->signal_count; i++) {
        free(sink->queues != NULL ? sink->queues[i].samples : NULL);
        free(sink->record != NULL ? sink->record[i] : NULL);
    }
    for (size_t i = 0; i < sink->pending_count; i++)
        free(sink->pending[i].text);
    free(sink->pending);
    free(sink->record);
    free(sink->queues);
    free(sink);
}
