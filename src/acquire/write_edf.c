/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writes EDF+ and BDF+, continuous and discontinuous, record by record.
 *
 * Layout: Kemp and Olivan, European data format 'plus' (EDF+), Clin Neurophysiol 2003;114:1755.
 */
#include "base/error.h"
#include "base/output.h"
#include "base/text.h"

#include <ranvier/source.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    FIXED_HEADER = 256,
    SIGNAL_HEADER = 256,
    SIGNALS_MAX = 4095,
    RECORD_COUNT_AT = 236, /* byte of the field that is known only at the end */
    ANNOTATION_BYTES = 120
};
static const uint64_t records_max = 99999999; /* 8 digits */

struct scale {
    double physical_min, steps; /* steps of the converter for one unit; negative: inverted */
    double digital_min, digital_max;
    size_t sample_count;
};

struct rv_edf_writer {
    struct rv_output *output;
    struct scale *scales;
    size_t signal_count;
    unsigned char *record;
    size_t record_bytes, annotation_bytes, sample_bytes;
    bool discontinuous;
    double record_s, previous_end_s;
    uint64_t record_count;
    size_t clipped;
    bool failed;
};

/* Shortest fixed notation with as many decimals as 8 characters hold. */
static void number_in_8(double number, char out[64])
{
    for (int decimals = 7; decimals >= 0; decimals--) {
        rv_number_fixed(number, decimals, out);
        size_t length = strlen(out);
        if (strchr(out, '.') != NULL)
            while (out[length - 1] == '0' || out[length - 1] == '.')
                if (out[--length] == '.')
                    break;
        out[length] = '\0';
        if (length <= 8)
            return;
    }
}

/* Appends a field of `width`, padded with blanks. Only printable ASCII may stand there: the micro
 * sign becomes u, every other character ?. */
static enum rv_status put(struct rv_text *header, const char *name, const char *value, size_t width,
                          struct rv_error *err)
{
    size_t length = 0;
    const char *text = value == NULL ? "" : value;
    for (const char *c = text; *c != '\0'; c++) {
        unsigned char byte = (unsigned char)*c;
        if ((byte & 0xC0) == 0x80)
            continue; /* the rest of a character */
        bool micro = rv_text_starts(c, "\xC2\xB5") || rv_text_starts(c, "\xCE\xBC");
        char shown = micro ? 'u' : byte < 0x20 || byte > 0x7E ? '?' : *c;
        rv_text_append_n(header, &shown, 1);
        length++;
    }
    if (length > width) {
        char visible[520];
        rv_text_visible(text, strlen(text), visible, sizeof visible);
        return rv_fail(err, RV_MISUSE, "%s \"%s\" has %zu characters, EDF holds %zu", name, visible,
                       length, width);
    }
    for (; length < width; length++)
        rv_text_append_n(header, " ", 1);
    return RV_OK;
}

static enum rv_status put_number(struct rv_text *header, const char *name, double number,
                                 struct rv_error *err)
{
    char text[64];
    number_in_8(number, text);
    return put(header, name, text, 8, err);
}

struct start {
    int century, year, month, day, hour, minute, second;
};

/* Two digits of a year can say 1985 to 2084 only. */
static bool start_read(const char *text, struct start *start)
{
    static const char shape[] = "0000-00-00T00:00:00";
    static const int lowest[] = {19, 0, 1, 1, 0, 0, 0}, highest[] = {20, 99, 12, 31, 23, 59, 59};
    int numbers[7] = {0}, count = 0;
    if (strlen(text) != sizeof shape - 1)
        return false;
    for (size_t i = 0; shape[i] != '\0'; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (shape[i] == '0' ? !digit : text[i] != shape[i])
            return false;
    }
    for (size_t at = 0; at < sizeof shape - 1; at += shape[at + 2] == '0' ? 2 : 3, count++) {
        numbers[count] = (text[at] - '0') * 10 + text[at + 1] - '0';
        if (numbers[count] < lowest[count] || numbers[count] > highest[count])
            return false;
    }
    *start = (struct start){numbers[0], numbers[1], numbers[2], numbers[3],
                            numbers[4], numbers[5], numbers[6]};
    return start->century == 19 ? start->year >= 85 : start->year <= 84;
}

static enum rv_status put_identity(struct rv_text *header, const struct rv_edf_header *from,
                                   struct rv_error *err)
{
    static const char months[][4] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                     "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    struct start start = {.century = 19, .year = 85, .month = 1, .day = 1};
    if (from->start != NULL && !start_read(from->start, &start))
        return rv_fail(err, RV_MISUSE, "start \"%.32s\" is not yyyy-mm-ddThh:mm:ss of 1985 to 2084",
                       from->start);
    char recording[128] = "Startdate X X X X";
    if (from->start != NULL)
        snprintf(recording, sizeof recording, "Startdate %02d-%s-%02d%02d X X X", start.day,
                 months[start.month - 1], start.century, start.year);
    rv_text_append(header, from->bdf ? "\xFF"
                                       "BIOSEMI"
                                     : "0       ");
    enum rv_status status =
        put(header, "patient field", from->patient != NULL ? from->patient : "X X X X", 80, err);
    if (status == RV_OK)
        status = put(header, "recording field",
                     from->recording != NULL ? from->recording : recording, 80, err);
    rv_text_format(header, "%02d.%02d.%02d%02d.%02d.%02d", start.day, start.month, start.year,
                   start.hour, start.minute, start.second);
    return status;
}

static enum rv_status put_fixed(struct rv_text *header, const struct rv_edf_header *from,
                                struct rv_error *err)
{
    enum rv_status status = put_identity(header, from, err);
    if (status != RV_OK)
        return status;
    rv_text_format(header, "%-8zu%s%c%-39s%-8s",
                   FIXED_HEADER + (from->signal_count + 1) * SIGNAL_HEADER,
                   from->bdf ? "BDF+" : "EDF+", from->discontinuous ? 'D' : 'C', "", "-1");
    char text[64];
    double printed = 0;
    number_in_8(from->record_s, text);
    /* Longer than this the rate would drift by more than a sample in 10^9. */
    if (!rv_number_text(text, &printed, NULL) ||
        fabs(printed - from->record_s) > 1e-9 * from->record_s)
        return rv_fail(err, RV_MISUSE,
                       "record length %.12g s has more than the 8 characters that EDF holds",
                       from->record_s);
    rv_text_format(header, "%-8s%-4zu", text, from->signal_count + 1);
    return RV_OK;
}

enum column {
    LABEL,
    TRANSDUCER,
    UNIT,
    PHYSICAL_MIN,
    PHYSICAL_MAX,
    DIGITAL_MIN,
    DIGITAL_MAX,
    PREFILTER,
    SAMPLE_COUNT,
    RESERVED,
    COLUMN_COUNT
};

static enum rv_status put_cell(struct rv_text *header, enum column column, bool bdf,
                               const struct rv_edf_signal *signal, struct rv_error *err)
{
    switch (column) {
    case LABEL:
        return put(header, "label", signal->label, 16, err);
    case TRANSDUCER:
        return put(header, "transducer", signal->transducer, 80, err);
    case UNIT:
        return put(header, "unit", signal->unit, 8, err);
    case PHYSICAL_MIN:
        return put_number(header, "physical minimum", signal->physical_min, err);
    case PHYSICAL_MAX:
        return put_number(header, "physical maximum", signal->physical_max, err);
    case DIGITAL_MIN:
        return put(header, "digital minimum", bdf ? "-8388608" : "-32768", 8, err);
    case DIGITAL_MAX:
        return put(header, "digital maximum", bdf ? "8388607" : "32767", 8, err);
    case PREFILTER:
        return put(header, "prefilter", signal->prefilter, 80, err);
    case SAMPLE_COUNT:
        return put_number(header, "samples of a record", (double)signal->samples_per_record, err);
    default:
        return put(header, "reserved", "", 32, err);
    }
}

static enum rv_status put_signals(struct rv_text *header, const struct rv_edf_header *from,
                                  size_t annotation_samples, struct rv_error *err)
{
    const struct rv_edf_signal annotations = {.label =
                                                  from->bdf ? "BDF Annotations" : "EDF Annotations",
                                              .physical_min = -1,
                                              .physical_max = 1,
                                              .samples_per_record = annotation_samples};
    for (size_t column = 0; column < COLUMN_COUNT; column++)
        for (size_t i = 0; i <= from->signal_count; i++) {
            bool last = i == from->signal_count;
            enum rv_status status = put_cell(header, (enum column)column, from->bdf,
                                             last ? &annotations : &from->signals[i], err);
            if (status != RV_OK)
                return rv_fail_in(err, status, "signal %zu", i + 1);
        }
    return header->failed ? rv_fail_memory(err) : RV_OK;
}

/* The limits are used as they are printed, so that a reader scales by the same numbers. */
static enum rv_status scale_init(const struct rv_edf_signal *signal, bool bdf, struct scale *scale,
                                 struct rv_error *err)
{
    char low[64], high[64];
    double maximum = 0;
    if (!isfinite(signal->physical_min) || !isfinite(signal->physical_max))
        return rv_fail(err, RV_MISUSE, "a physical limit is no number");
    number_in_8(signal->physical_min, low);
    number_in_8(signal->physical_max, high);
    if (strlen(low) > 8 || strlen(high) > 8)
        return rv_fail(err, RV_MISUSE, "physical limits %s and %s do not fit in 8 characters", low,
                       high);
    if (!rv_number_text(low, &scale->physical_min, NULL) || !rv_number_text(high, &maximum, NULL) ||
        strcmp(low, high) == 0)
        return rv_fail(err, RV_MISUSE, "physical limits are both %s", low);
    if (signal->samples_per_record == 0 || signal->samples_per_record > records_max)
        return rv_fail(err, RV_MISUSE, "%zu samples a record", signal->samples_per_record);
    scale->digital_min = bdf ? -8388608 : -32768;
    scale->digital_max = bdf ? 8388607 : 32767;
    scale->steps = (scale->digital_max - scale->digital_min) / (maximum - scale->physical_min);
    scale->sample_count = signal->samples_per_record;
    return RV_OK;
}

static enum rv_status writer_layout(struct rv_edf_writer *writer, const struct rv_edf_header *from,
                                    struct rv_error *err)
{
    writer->sample_bytes = from->bdf ? 3 : 2;
    writer->discontinuous = from->discontinuous;
    writer->record_s = from->record_s;
    writer->previous_end_s = -(double)INFINITY;
    writer->signal_count = from->signal_count;
    size_t annotation_samples =
        from->annotation_bytes == 0 ? ANNOTATION_BYTES : from->annotation_bytes;
    annotation_samples = (annotation_samples + writer->sample_bytes - 1) / writer->sample_bytes;
    writer->annotation_bytes = annotation_samples * writer->sample_bytes;
    size_t samples = annotation_samples;
    writer->scales = rv_allocate(from->signal_count, sizeof *writer->scales);
    if (writer->scales == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < from->signal_count; i++) {
        enum rv_status status = scale_init(&from->signals[i], from->bdf, &writer->scales[i], err);
        if (status != RV_OK)
            return rv_fail_in(err, status, "signal %zu (%s)", i + 1, from->signals[i].label);
        if (!rv_add(samples, writer->scales[i].sample_count, &samples))
            return rv_fail_memory(err);
    }
    if (!rv_multiply(samples, writer->sample_bytes, &writer->record_bytes))
        return rv_fail_memory(err);
    writer->record = rv_allocate(writer->record_bytes, 1);
    return writer->record == NULL ? rv_fail_memory(err) : RV_OK;
}

static enum rv_status check_header(const struct rv_edf_header *from, struct rv_error *err)
{
    if (from->signal_count > SIGNALS_MAX)
        return rv_fail(err, RV_MISUSE, "%zu signals, at most %d can be written", from->signal_count,
                       SIGNALS_MAX);
    bool ticking = isfinite(from->record_s) && from->record_s > 0;
    if (!ticking && (from->signal_count > 0 || from->record_s < 0 || !isfinite(from->record_s)))
        return rv_fail(err, RV_MISUSE, "record length %g s", from->record_s);
    if (from->annotation_bytes > 1000000)
        return rv_fail(err, RV_MISUSE, "%zu annotation bytes a record", from->annotation_bytes);
    return RV_OK;
}

static void writer_free(struct rv_edf_writer *writer)
{
    rv_release(writer->scales);
    rv_release(writer->record);
    rv_release(writer);
}

static enum rv_status writer_begin(struct rv_edf_writer *writer, const char *path,
                                   const struct rv_edf_header *from, struct rv_error *err)
{
    struct rv_text header = {0};
    enum rv_status status = check_header(from, err);
    if (status == RV_OK)
        status = writer_layout(writer, from, err);
    if (status == RV_OK)
        status = put_fixed(&header, from, err);
    if (status == RV_OK)
        status = put_signals(&header, from, writer->annotation_bytes / writer->sample_bytes, err);
    if (status == RV_OK)
        status = rv_output_create(path, &writer->output, err);
    if (status == RV_OK)
        status = rv_output_write(writer->output, header.bytes, header.length, err);
    rv_text_finish(&header);
    return status;
}

enum rv_status rv_edf_create(const char *path, const struct rv_edf_header *header,
                             struct rv_edf_writer **writer, struct rv_error *err)
{
    struct rv_edf_writer *made = rv_allocate(1, sizeof *made);
    if (made == NULL)
        return rv_fail_memory(err);
    enum rv_status status = writer_begin(made, path, header, err);
    if (status != RV_OK) {
        rv_edf_abandon(made);
        return rv_fail_in(err, status, "%s", path);
    }
    *writer = made;
    return RV_OK;
}

static enum rv_status encode(struct rv_edf_writer *writer, const struct scale *scale,
                             const double *samples, unsigned char *into, struct rv_error *err)
{
    for (size_t i = 0; i < scale->sample_count; i++) {
        double digital =
            nearbyint((samples[i] - scale->physical_min) * scale->steps + scale->digital_min);
        if (isnan(digital))
            return rv_fail(err, RV_MISUSE, "sample %zu is no number", i);
        if (digital < scale->digital_min || digital > scale->digital_max) {
            digital = digital < scale->digital_min ? scale->digital_min : scale->digital_max;
            writer->clipped++;
        }
        uint32_t bits = (uint32_t)(int32_t)digital;
        for (size_t byte = 0; byte < writer->sample_bytes; byte++)
            *into++ = (unsigned char)(bits >> 8 * byte);
    }
    return RV_OK;
}

/* A time of an annotation: sign, seconds, at most 9 decimals. */
static void put_seconds(struct rv_text *list, double seconds, bool sign)
{
    char text[64];
    rv_number_fixed(seconds, 9, text);
    size_t length = strlen(text);
    while (text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.')
        length--;
    if (sign && text[0] != '-')
        rv_text_append(list, "+");
    rv_text_append_n(list, text, length);
}

static enum rv_status put_annotation(struct rv_text *list,
                                     const struct rv_edf_annotation *annotation,
                                     struct rv_error *err)
{
    const char *text = annotation->text == NULL ? "" : annotation->text;
    if (!isfinite(annotation->onset_s) || fabs(annotation->onset_s) > 1e14)
        return rv_fail(err, RV_MISUSE, "onset %g s", annotation->onset_s);
    if (strpbrk(text, "\x14\x15") != NULL || !rv_text_is_utf8(text, strlen(text)))
        return rv_fail(err, RV_MISUSE, "its text holds a byte that EDF+ keeps for itself");
    put_seconds(list, annotation->onset_s, true);
    if (isfinite(annotation->duration_s) && annotation->duration_s >= 0) {
        rv_text_append(list, "\x15");
        put_seconds(list, annotation->duration_s, false);
    }
    rv_text_format(list, "\x14%s\x14", text);
    rv_text_append_n(list, "\0", 1);
    return RV_OK;
}

static enum rv_status put_annotations(struct rv_edf_writer *writer, double start_s,
                                      const struct rv_edf_annotation *annotations, size_t count,
                                      struct rv_error *err)
{
    struct rv_text list = {0};
    put_seconds(&list, start_s, true);
    rv_text_append_n(&list, "\x14\x14\0", 3);
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < count && status == RV_OK; i++) {
        status = put_annotation(&list, &annotations[i], err);
        if (status != RV_OK)
            rv_fail_in(err, status, "annotation %zu", i + 1);
    }
    if (status == RV_OK && list.failed)
        status = rv_fail_memory(err);
    if (status == RV_OK && list.length > writer->annotation_bytes)
        status = rv_fail(err, RV_MISUSE, "annotations need %zu bytes, the header keeps %zu",
                         list.length, writer->annotation_bytes);
    if (status == RV_OK) {
        unsigned char *place = writer->record + writer->record_bytes - writer->annotation_bytes;
        memcpy(place, list.bytes, list.length);
        memset(place + list.length, 0, writer->annotation_bytes - list.length);
    }
    rv_text_finish(&list);
    return status;
}

static enum rv_status write_record(struct rv_edf_writer *writer, double start_s,
                                   const double *const *samples,
                                   const struct rv_edf_annotation *annotations, size_t count,
                                   struct rv_error *err)
{
    if (writer->record_count == records_max)
        return rv_fail(err, RV_MISUSE, "more records than 8 digits can count");
    if (!isfinite(start_s) || fabs(start_s) > 1e14)
        return rv_fail(err, RV_MISUSE, "starts at %g s", start_s);
    if (start_s < writer->previous_end_s - 1e-6 * writer->record_s)
        return rv_fail(err, RV_MISUSE, "starts at %.9g s, before the end of the last at %.9g s",
                       start_s, writer->previous_end_s);
    unsigned char *into = writer->record;
    for (size_t i = 0; i < writer->signal_count; i++) {
        enum rv_status status = encode(writer, &writer->scales[i], samples[i], into, err);
        if (status != RV_OK)
            return rv_fail_in(err, status, "signal %zu", i + 1);
        into += writer->scales[i].sample_count * writer->sample_bytes;
    }
    enum rv_status status = put_annotations(writer, start_s, annotations, count, err);
    if (status == RV_OK)
        status = rv_output_write(writer->output, writer->record, writer->record_bytes, err);
    return status;
}

enum rv_status rv_edf_write(struct rv_edf_writer *writer, double record_start_s,
                            const double *const *samples,
                            const struct rv_edf_annotation *annotations, size_t annotation_count,
                            struct rv_error *err)
{
    double start_s =
        writer->discontinuous ? record_start_s : (double)writer->record_count * writer->record_s;
    enum rv_status status =
        write_record(writer, start_s, samples, annotations, annotation_count, err);
    if (status != RV_OK) {
        writer->failed = true;
        return rv_fail_in(err, status, "record %llu", (unsigned long long)writer->record_count + 1);
    }
    writer->previous_end_s = start_s + writer->record_s;
    writer->record_count++;
    return RV_OK;
}

enum rv_status rv_edf_close(struct rv_edf_writer *writer, size_t *clipped, struct rv_error *err)
{
    char count[16];
    int length = snprintf(count, sizeof count, "%-8llu", (unsigned long long)writer->record_count);
    enum rv_status status = RV_OK;
    if (writer->failed)
        status = rv_fail(err, RV_MISUSE, "a record could not be written, so there is no file");
    else if (writer->record_count == 0)
        status = rv_fail(err, RV_MISUSE, "no record was written, so there is no file");
    if (status == RV_OK)
        status = rv_output_patch(writer->output, RECORD_COUNT_AT, count, (size_t)length, err);
    if (status == RV_OK) {
        status = rv_output_commit(writer->output, err);
        writer->output = NULL;
    }
    if (status == RV_OK && clipped != NULL)
        *clipped = writer->clipped;
    rv_edf_abandon(writer);
    return status;
}

void rv_edf_abandon(struct rv_edf_writer *writer)
{
    if (writer == NULL)
        return;
    rv_output_abandon(writer->output);
    writer_free(writer);
}
