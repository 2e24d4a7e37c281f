/* SPDX-License-Identifier: GPL-3.0-or-later
 * WFDB header files: header(5) of the WFDB Applications Guide.
 */
#include "acquire/wfdb.h"
#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SIGNAL_MAX = 256, SEGMENT_MAX = 100000, FRAME_SAMPLES_MAX = 4096, SKEW_MAX = 100000 };

static const long long FRAME_MAX = INT64_C(1) << 40; /* times samples a frame: no overflow */
static const double default_rate_hz = 250;           /* header(5) */

/* One line of the header as it is taken apart. */
struct line {
    char *at;
    unsigned number;
};

/* The next word, blanks before it skipped; "" at the end. */
static char *take_word(char **at)
{
    char *word = *at + strspn(*at, " \t");
    char *end = word + strcspn(word, " \t");
    *at = *end == '\0' ? end : end + 1;
    *end = '\0';
    return word;
}

static bool whole(const char *text, long long lowest, long long highest, long long *number)
{
    return rv_integer_read(text, strlen(text), number) && *number >= lowest && *number <= highest;
}

static enum rv_status wrong(const struct line *line, const char *field, const char *text,
                            struct rv_error *err)
{
    char shown[520];
    rv_text_visible(text, strlen(text), shown, sizeof shown);
    return rv_fail(err, RV_DATA, "line %u: %s '%s' is not understood", line->number, field, shown);
}

/* Names stay beside the header: no folder, nothing hidden, no device. */
static bool name_is_plain(const char *name)
{
    if (name[0] == '\0' || name[0] == '.' || name[0] == '-')
        return false;
    for (const char *c = name; *c != '\0'; c++)
        if (*c == '/' || *c == '\\' || (unsigned char)*c < 0x20)
            return false;
    return true;
}

/* --- the first line ------------------------------------------------------------------------ */

/* Whole numbers with a mark between them ("8:26:04"), each within its limits; *rest gets what
 * follows. */
static bool read_triple(const char *text, char mark, const long long low[static 3],
                        const long long high[static 3], long long out[static 3], const char **rest)
{
    for (size_t i = 0; i < 3; i++) {
        size_t length = strspn(text, "0123456789");
        if (length == 0 || length > 4 || !rv_integer_read(text, length, &out[i]) ||
            out[i] < low[i] || out[i] > high[i])
            return false;
        text += length;
        if (i < 2 && *text++ != mark)
            return false;
    }
    *rest = text;
    return true;
}

/* "8:26:04" or "8:26:04.250", and "26/10/1994" */
static bool read_start(const char *time, const char *date, char out[static 48])
{
    static const long long time_low[] = {0, 0, 0}, time_high[] = {23, 59, 59};
    static const long long date_low[] = {1, 1, 1900}, date_high[] = {31, 12, 9999};
    long long clock[3], day[3];
    const char *fraction, *rest;
    if (!read_triple(time, ':', time_low, time_high, clock, &fraction) ||
        !read_triple(date, '/', date_low, date_high, day, &rest) || *rest != '\0')
        return false;
    size_t digits = *fraction == '.' ? strspn(fraction + 1, "0123456789") : 0;
    if (*fraction != '\0' && (digits == 0 || digits > 9 || fraction[1 + digits] != '\0'))
        return false;
    snprintf(out, 48, "%04lld-%02lld-%02lldT%02lld:%02lld:%02lld%s", day[2], day[1], day[0],
             clock[0], clock[1], clock[2], fraction);
    return true;
}

static enum rv_status read_name(struct rv_arena *arena, const struct line *line, char *name,
                                struct rv_wfdb_header *header, struct rv_error *err)
{
    long long number = 0;
    char *slash = strchr(name, '/');
    if (slash != NULL) {
        *slash = '\0';
        if (!whole(slash + 1, 1, SEGMENT_MAX, &number))
            return wrong(line, "number of segments", slash + 1, err);
        header->segment_count = (size_t)number;
    }
    if (!name_is_plain(name))
        return wrong(line, "record name", name, err);
    header->record = rv_arena_text(arena, name);
    return header->record == NULL ? rv_fail_memory(err) : RV_OK;
}

static enum rv_status read_rate(const struct line *line, char *text, struct rv_wfdb_header *header,
                                struct rv_error *err)
{
    header->rate_hz = default_rate_hz;
    text[strcspn(text, "/")] = '\0'; /* a counter frequency is for tape marks */
    if (text[0] == '\0')
        return RV_OK;
    bool read = rv_number_text(text, &header->rate_hz, NULL);
    if (!read || !(header->rate_hz > 0) || header->rate_hz > 1e6)
        return wrong(line, "sampling frequency", text, err);
    return RV_OK;
}

static enum rv_status read_record(struct rv_arena *arena, const struct line *line,
                                  struct rv_wfdb_header *header, struct rv_error *err)
{
    char *at = line->at, start[48];
    long long number = 0;
    enum rv_status status = read_name(arena, line, take_word(&at), header, err);
    if (status != RV_OK)
        return status;
    const char *signals = take_word(&at);
    if (!whole(signals, 1, SIGNAL_MAX, &number))
        return wrong(line, "number of signals", signals, err);
    header->signal_count = (size_t)number;
    status = read_rate(line, take_word(&at), header, err);
    if (status != RV_OK)
        return status;
    const char *frames = take_word(&at);
    if (frames[0] != '\0' && !whole(frames, 0, FRAME_MAX, &number))
        return wrong(line, "number of samples", frames, err);
    header->frames = frames[0] != '\0' ? (uint64_t)number : 0;
    const char *time = take_word(&at), *date = take_word(&at);
    header->start = read_start(time, date, start) ? rv_arena_text(arena, start) : NULL;
    return RV_OK;
}

/* --- a signal's line ----------------------------------------------------------------------- */

/* "212", "16+24", "212x4:2+512" */
static enum rv_status read_format(const struct line *line, char *text,
                                  struct rv_wfdb_signal *signal, struct rv_error *err)
{
    long long code = 0, samples = 1, skew = 0, offset = 0;
    char copy[64];
    snprintf(copy, sizeof copy, "%s", text);
    char *plus = strchr(copy, '+');
    if (plus != NULL && !whole(plus + 1, 0, INT64_C(1) << 48, &offset))
        return wrong(line, "byte offset", plus + 1, err);
    copy[strcspn(copy, "+")] = '\0';
    char *colon = strchr(copy, ':');
    if (colon != NULL && !whole(colon + 1, 0, SKEW_MAX, &skew))
        return wrong(line, "skew", colon + 1, err);
    copy[strcspn(copy, ":")] = '\0';
    char *times = strchr(copy, 'x');
    if (times != NULL && !whole(times + 1, 1, FRAME_SAMPLES_MAX, &samples))
        return wrong(line, "samples per frame", times + 1, err);
    copy[strcspn(copy, "x")] = '\0';
    if (!whole(copy, 0, 1000, &code))
        return wrong(line, "format", copy, err);
    signal->format = rv_wfdb_format_find((int)code);
    if (signal->format == NULL && code >= 500)
        return rv_fail(err, RV_DATA,
                       "line %u: format %lld (FLAC inside WFDB) is not read: convert the record to "
                       "format 16",
                       line->number, code);
    if (signal->format == NULL && code != 0)
        return wrong(line, "format", copy, err);
    signal->frame_samples = (unsigned)samples;
    signal->skew = (size_t)skew;
    signal->offset = (uint64_t)offset;
    return RV_OK;
}

/* "200", "200/mV", "12.08(-1307)/mmHg" */
static enum rv_status read_gain(struct rv_arena *arena, const struct line *line, char *text,
                                struct rv_wfdb_signal *signal, bool *has_baseline,
                                struct rv_error *err)
{
    char *slash = strchr(text, '/');
    if (slash != NULL) {
        *slash = '\0';
        signal->unit = rv_text_is_utf8(slash + 1, strlen(slash + 1))
                           ? rv_arena_text(arena, slash + 1)
                           : rv_text_latin1(arena, slash + 1, strlen(slash + 1));
        if (signal->unit == NULL)
            return rv_fail_memory(err);
    }
    char *open = strchr(text, '(');
    *has_baseline = open != NULL;
    if (open != NULL) {
        long long baseline;
        char *close = strchr(open, ')');
        if (close == NULL || close[1] != '\0')
            return wrong(line, "baseline", open, err);
        *open = *close = '\0';
        if (!whole(open + 1, INT32_MIN, INT32_MAX, &baseline))
            return wrong(line, "baseline", open + 1, err);
        signal->baseline = (double)baseline;
    }
    if (text[0] == '\0')
        return RV_OK;
    double gain;
    if (!rv_number_text(text, &gain, NULL))
        return wrong(line, "gain", text, err);
    if (fabs(gain) > 0) /* 0 says: not calibrated */
        signal->gain = gain;
    return RV_OK;
}

static enum rv_status read_numbers(const struct line *line, char **at,
                                   struct rv_wfdb_signal *signal, struct rv_error *err)
{
    static const char *const fields[] = {"ADC resolution", "ADC zero", "initial value", "checksum",
                                         "block size"};
    long long values[5] = {0};
    size_t count = 0;
    for (; count < 5; count++) {
        const char *word = take_word(at);
        if (word[0] == '\0')
            break;
        if (!whole(word, INT32_MIN, UINT32_MAX, &values[count]))
            return wrong(line, fields[count], word, err);
    }
    if (values[0] < 0 || values[0] > 32)
        return rv_fail(err, RV_DATA, "line %u: ADC resolution of %lld bits", line->number,
                       values[0]);
    signal->resolution = (int)values[0];
    signal->zero = values[1];
    signal->has_initial = count > 2;
    signal->initial = count > 2 ? values[2] : values[1];
    signal->has_checksum = count > 3;
    signal->checksum = values[3];
    return RV_OK;
}

static const char *trimmed(struct rv_arena *arena, const char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t", text[length - 1]) != NULL)
        length--;
    return rv_text_is_utf8(text, length) ? rv_arena_text_n(arena, text, length)
                                         : rv_text_latin1(arena, text, length);
}

static enum rv_status read_signal(struct rv_arena *arena, const struct line *line,
                                  struct rv_wfdb_signal *signal, struct rv_error *err)
{
    char *at = line->at;
    char *file = take_word(&at);
    bool has_baseline = false;
    *signal = (struct rv_wfdb_signal){.gain = NAN, .description = ""};
    enum rv_status status = read_format(line, take_word(&at), signal, err);
    if (status != RV_OK)
        return status;
    if (signal->format != NULL && !name_is_plain(file))
        return wrong(line, "file name (only files beside the header are opened)", file, err);
    status = read_gain(arena, line, take_word(&at), signal, &has_baseline, err);
    if (status == RV_OK)
        status = read_numbers(line, &at, signal, err);
    if (status != RV_OK)
        return status;
    if (!has_baseline)
        signal->baseline = (double)signal->zero;
    signal->description = trimmed(arena, at);
    signal->file = rv_arena_text(arena, file);
    return signal->file == NULL || signal->description == NULL ? rv_fail_memory(err) : RV_OK;
}

static enum rv_status read_segment(struct rv_arena *arena, const struct line *line,
                                   struct rv_wfdb_segment *segment, struct rv_error *err)
{
    char *at = line->at;
    const char *record = take_word(&at), *frames = take_word(&at);
    long long count;
    if (strcmp(record, "~") != 0 && !name_is_plain(record))
        return wrong(line, "segment name (only records beside the header are opened)", record, err);
    if (!whole(frames, 0, FRAME_MAX, &count))
        return wrong(line, "length of a segment", frames, err);
    segment->record = rv_arena_text(arena, record);
    segment->frames = (uint64_t)count;
    return segment->record == NULL ? rv_fail_memory(err) : RV_OK;
}

/* --- all of it ----------------------------------------------------------------------------- */

/* "# <age>: 62 <sex>: M": how PhysioNet's records say it. */
static void read_remark(const char *text, struct rv_wfdb_header *header)
{
    const char *at = strstr(text, "<sex>:");
    if (at == NULL)
        return;
    at += strlen("<sex>:");
    at += strspn(at, " \t");
    if (*at == 'M' || *at == 'm')
        header->sex = RV_MALE;
    else if (*at == 'F' || *at == 'f')
        header->sex = RV_FEMALE;
}

static enum rv_status take_line(struct rv_arena *arena, const struct line *line, size_t *done,
                                struct rv_wfdb_header *header, struct rv_error *err)
{
    enum rv_status status;
    size_t index = *done;
    if (index == 0) {
        status = read_record(arena, line, header, err);
        size_t signals = header->segment_count > 0 ? 0 : header->signal_count;
        header->signals = rv_arena_alloc(arena, signals, sizeof *header->signals);
        header->segments = rv_arena_alloc(arena, header->segment_count, sizeof *header->segments);
        if (status == RV_OK && (header->signals == NULL || header->segments == NULL))
            status = rv_fail_memory(err);
    } else if (header->segment_count > 0) {
        status = index > header->segment_count
                     ? rv_fail(err, RV_DATA, "line %u: more segments than the %zu announced",
                               line->number, header->segment_count)
                     : read_segment(arena, line, &header->segments[index - 1], err);
    } else {
        status = index > header->signal_count
                     ? rv_fail(err, RV_DATA, "line %u: more signals than the %zu announced",
                               line->number, header->signal_count)
                     : read_signal(arena, line, &header->signals[index - 1], err);
    }
    ++*done;
    return status;
}

/* Ends the line in place; returns where the next begins, NULL behind the last. */
static char *cut_line(char *at)
{
    char *end = at + strcspn(at, "\r\n");
    if (*end == '\0')
        return NULL;
    char *next = end + (end[0] == '\r' && end[1] == '\n' ? 2 : 1);
    *end = '\0';
    return next;
}

static enum rv_status check_count(const struct rv_wfdb_header *header, size_t done,
                                  struct rv_error *err)
{
    if (done == 0)
        return rv_fail(err, RV_DATA, "WFDB header without a record line");
    bool segments = header->segment_count > 0;
    size_t due = segments ? header->segment_count : header->signal_count;
    if (done - 1 == due)
        return RV_OK;
    return rv_fail(err, RV_DATA, "WFDB header announces %zu %s and describes %zu", due,
                   segments ? "segments" : "signals", done - 1);
}

enum rv_status rv_wfdb_header_read(struct rv_arena *arena, const unsigned char *bytes, size_t size,
                                   struct rv_wfdb_header *header, struct rv_error *err)
{
    *header = (struct rv_wfdb_header){0};
    if (memchr(bytes, 0, size) != NULL)
        return rv_fail(err, RV_DATA, "WFDB header holds a NUL byte");
    size_t done = 0;
    struct line line = {.at = rv_arena_text_n(arena, (const char *)bytes, size)};
    if (line.at == NULL)
        return rv_fail_memory(err);
    while (line.at != NULL) {
        char *next = cut_line(line.at);
        enum rv_status status = RV_OK;
        line.number++;
        if (line.at[0] == '#')
            read_remark(line.at + 1, header);
        else if (line.at[strspn(line.at, " \t")] != '\0')
            status = take_line(arena, &line, &done, header, err);
        if (status != RV_OK)
            return status;
        line.at = next;
    }
    return check_count(header, done, err);
}

bool rv_wfdb_header_begins(const unsigned char *bytes, size_t size)
{
    size_t at = 0;
    for (;;) { /* remarks and empty lines */
        size_t end = at;
        while (end < size && bytes[end] != '\n' && bytes[end] != '\r')
            end++;
        if (end > at && bytes[at] != '#') {
            char line[256] = "";
            memcpy(line, bytes + at, end - at < sizeof line - 1 ? end - at : sizeof line - 1);
            char *rest = line;
            long long signals;
            char *record = take_word(&rest);
            record[strcspn(record, "/")] = '\0';
            return name_is_plain(record) && whole(take_word(&rest), 1, SIGNAL_MAX, &signals);
        }
        if (end >= size)
            return false;
        at = end + 1;
    }
}
