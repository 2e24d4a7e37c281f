/* SPDX-License-Identifier: GPL-3.0-or-later
 * The header of EDF and BDF: every field is checked before it is used, and named when it is wrong.
 */
#include "acquire/edf.h"
#include "base/error.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

enum {
    FIXED_HEADER = 256,
    SIGNAL_HEADER = 256,
    SIGNALS_MAX = 4095,
    /* Far above the 61440 bytes that the standard recommends; a bound for our memory. */
    RECORD_BYTES_MAX = 64 << 20
};

/* Fields of one signal: each stands for all signals in turn before the next field begins. */
enum column {
    LABEL,
    TRANSDUCER,
    UNIT,
    PHYSICAL_MIN,
    PHYSICAL_MAX,
    DIGITAL_MIN,
    DIGITAL_MAX,
    PREFILTER,
    SAMPLE_COUNT
};
static const struct {
    const char *name;
    size_t before, width; /* widths of the columns before it; its own */
} columns[] = {
    [LABEL] = {"label", 0, 16},
    [TRANSDUCER] = {"transducer", 16, 80},
    [UNIT] = {"unit", 96, 8},
    [PHYSICAL_MIN] = {"physical minimum", 104, 8},
    [PHYSICAL_MAX] = {"physical maximum", 112, 8},
    [DIGITAL_MIN] = {"digital minimum", 120, 8},
    [DIGITAL_MAX] = {"digital maximum", 128, 8},
    [PREFILTER] = {"prefilter", 136, 80},
    [SAMPLE_COUNT] = {"samples of a record", 216, 8},
};

struct header {
    struct rv_source *source;
    struct rv_edf_file *file;
    const unsigned char *fixed, *signals;
};

static size_t trimmed(const unsigned char *bytes, size_t width)
{
    while (width > 0 && (bytes[width - 1] == ' ' || bytes[width - 1] == '\0'))
        width--;
    return width;
}

char *rv_edf_text(struct rv_arena *arena, const unsigned char *bytes, size_t width)
{
    size_t length = trimmed(bytes, width);
    while (length > 0 && *bytes == ' ') {
        bytes++;
        length--;
    }
    const char *text = (const char *)bytes;
    return rv_text_is_utf8(text, length) ? rv_text_utf8(arena, text, length)
                                         : rv_text_latin1(arena, text, length);
}

static enum rv_status wrong_field(const char *name, const unsigned char *bytes, size_t width,
                                  const char *expected, struct rv_error *err)
{
    char visible[520];
    rv_text_visible((const char *)bytes, trimmed(bytes, width), visible, sizeof visible);
    return rv_fail(err, RV_DATA, "%s \"%s\" is not %s", name, visible, expected);
}

/* Digits with a sign, nothing else. */
static bool integer_field(const unsigned char *bytes, size_t width, long long *number)
{
    const char *text = (const char *)bytes;
    return memchr(text, 'e', width) == NULL && memchr(text, 'E', width) == NULL &&
           rv_integer_read(text, width, number);
}

static enum rv_status fixed_integer(const struct header *header, const char *name, size_t at,
                                    size_t width, long long *number, struct rv_error *err)
{
    if (!integer_field(header->fixed + at, width, number))
        return wrong_field(name, header->fixed + at, width, "a whole number", err);
    return RV_OK;
}

static enum rv_status read_kind(const struct header *header, struct rv_error *err)
{
    struct rv_edf_file *file = header->file;
    const char *reserved = (const char *)header->fixed + 192;
    file->bdf = header->fixed[0] == 0xFF;
    file->sample_bytes = file->bdf ? 3 : 2;
    file->plus = memcmp(reserved, file->bdf ? "BDF+" : "EDF+", 4) == 0;
    file->discontinuous = file->plus && reserved[4] == 'D';
    if (file->plus && !file->discontinuous && reserved[4] != 'C')
        return wrong_field("reserved field", header->fixed + 192, 44,
                           file->bdf ? "BDF+C or BDF+D" : "EDF+C or EDF+D", err);
    static const char *const names[2][3] = {{"EDF", "EDF+C", "EDF+D"}, {"BDF", "BDF+C", "BDF+D"}};
    header->source->facts.format = names[file->bdf][file->plus + file->discontinuous];
    header->source->facts.discontinuous = file->discontinuous;
    return RV_OK;
}

static enum rv_status read_fixed(const struct header *header, struct rv_error *err)
{
    struct rv_edf_file *file = header->file;
    long long header_bytes, signals;
    enum rv_status status = read_kind(header, err);
    if (status == RV_OK)
        status = fixed_integer(header, "number of signals", 252, 4, &signals, err);
    if (status == RV_OK)
        status = fixed_integer(header, "number of header bytes", 184, 8, &header_bytes, err);
    if (status == RV_OK)
        status = fixed_integer(header, "number of records", 236, 8, &file->record_count, err);
    if (status != RV_OK)
        return status;
    if (signals < 1 || signals > SIGNALS_MAX)
        return rv_fail(err, RV_DATA, "number of signals is %lld, expected 1 to %d", signals,
                       SIGNALS_MAX);
    file->slot_count = (size_t)signals;
    file->header_bytes = FIXED_HEADER + file->slot_count * SIGNAL_HEADER;
    if (header_bytes != (long long)file->header_bytes)
        return rv_fail(err, RV_DATA, "number of header bytes is %lld, %lld signals need %zu",
                       header_bytes, signals, file->header_bytes);
    if (file->record_count < -1 || file->record_count == 0)
        return rv_fail(err, RV_DATA, "number of records is %lld", file->record_count);
    if (!rv_number_read((const char *)header->fixed + 244, 8, &file->record_s))
        return wrong_field("length of a record", header->fixed + 244, 8, "a number of seconds",
                           err);
    if (file->record_s < 0)
        return wrong_field("length of a record", header->fixed + 244, 8,
                           "a positive number of seconds", err);
    return RV_OK;
}

static const unsigned char *cell(const struct header *header, size_t signal, enum column column)
{
    return header->signals + columns[column].before * header->file->slot_count +
           columns[column].width * signal;
}

static enum rv_status read_sample_count(const struct header *header, size_t signal,
                                        struct rv_error *err)
{
    struct rv_edf_file *file = header->file;
    struct rv_edf_slot *slot = &file->slots[signal];
    long long count;
    const unsigned char *bytes = cell(header, signal, SAMPLE_COUNT);
    if (!integer_field(bytes, 8, &count) || count < 1)
        return wrong_field(columns[SAMPLE_COUNT].name, bytes, 8, "a positive whole number", err);
    slot->sample_count = (size_t)count;
    slot->at = file->record_bytes;
    size_t bytes_wanted;
    if (!rv_multiply(slot->sample_count, file->sample_bytes, &bytes_wanted) ||
        !rv_add(file->record_bytes, bytes_wanted, &file->record_bytes) ||
        file->record_bytes > RECORD_BYTES_MAX)
        return rv_fail(err, RV_DATA, "%s is %lld: a record may hold at most %d bytes",
                       columns[SAMPLE_COUNT].name, count, RECORD_BYTES_MAX);
    return RV_OK;
}

struct limits {
    double physical_min, physical_max, digital_min, digital_max;
};

static enum rv_status read_limits(const struct header *header, size_t signal, struct limits *limits,
                                  struct rv_error *err)
{
    double *const physical[] = {&limits->physical_min, &limits->physical_max};
    double *const digital[] = {&limits->digital_min, &limits->digital_max};
    const double lowest = header->file->bdf ? -8388608 : -32768, highest = -lowest - 1;
    for (size_t i = 0; i < 2; i++) {
        enum column column = (enum column)(PHYSICAL_MIN + i);
        const unsigned char *bytes = cell(header, signal, column);
        if (!rv_number_read((const char *)bytes, 8, physical[i]))
            return wrong_field(columns[column].name, bytes, 8, "a number", err);
    }
    for (size_t i = 0; i < 2; i++) {
        enum column column = (enum column)(DIGITAL_MIN + i);
        const unsigned char *bytes = cell(header, signal, column);
        long long number;
        if (!integer_field(bytes, 8, &number))
            return wrong_field(columns[column].name, bytes, 8, "a whole number", err);
        *digital[i] = (double)number;
        if (*digital[i] < lowest || *digital[i] > highest)
            return rv_fail(err, RV_DATA, "%s is %lld, outside %.0f to %.0f", columns[column].name,
                           number, lowest, highest);
    }
    if (limits->digital_min >= limits->digital_max)
        return rv_fail(err, RV_DATA, "digital minimum %.0f is not below digital maximum %.0f",
                       limits->digital_min, limits->digital_max);
    if (fabs(limits->physical_max - limits->physical_min) > 0)
        return RV_OK;
    char both[32];
    rv_number_write(limits->physical_min, both);
    return rv_fail(err, RV_DATA, "physical minimum and maximum are both %s", both);
}

/* Words of labels of channels that hold a trigger or status and no signal of the body. */
static bool is_trigger_label(const char *label)
{
    static const char *const words[] = {"status", "trigger", "trig",   "dtrig",
                                        "stim",   "sti",     "marker", NULL};
    char word[16];
    size_t length = 0;
    for (const char *c = label;; c++) {
        if (isalpha((unsigned char)*c)) {
            if (length < sizeof word - 1)
                word[length] = *c;
            length++;
            continue;
        }
        word[length < sizeof word ? length : sizeof word - 1] = '\0';
        for (size_t i = 0; length > 0 && words[i] != NULL; i++)
            if (rv_text_equal_case(word, words[i]))
                return true;
        length = 0;
        if (*c == '\0')
            return false;
    }
}

/* Microvolt from unit or calibration; numbers as stored otherwise. */
static enum rv_status calibrate(struct rv_source *source, struct rv_edf_slot *slot,
                                struct rv_channel *channel, const struct limits *limits,
                                struct rv_error *err)
{
    double factor = 1, stored = 1;
    bool given = false;
    bool has_unit = rv_unit_factor(channel->unit, &factor);
    enum rv_status status =
        rv_calibration_find(source->options.calibration, channel->label, &given, &stored, err);
    if (status != RV_OK)
        return status;
    channel->calibrated = has_unit || given;
    if (has_unit) {
        double step = (limits->physical_max - limits->physical_min) /
                      (limits->digital_max - limits->digital_min);
        slot->step = step * factor;
        slot->offset = (limits->physical_min - limits->digital_min * step) * factor;
    } else {
        slot->step = stored;
        slot->offset = 0;
    }
    double low = slot->step * limits->digital_min + slot->offset;
    double high = slot->step * limits->digital_max + slot->offset;
    channel->minimum = low < high ? low : high;
    channel->maximum = low < high ? high : low;
    channel->resolution = fabs(slot->step);
    return RV_OK;
}

static void note_oddities(struct rv_source *source, size_t signal, const struct rv_channel *channel,
                          const struct limits *limits)
{
    char label[520], unit[520];
    rv_text_visible(channel->label, strlen(channel->label), label, sizeof label);
    rv_text_visible(channel->unit, strlen(channel->unit), unit, sizeof unit);
    if (limits->physical_min > limits->physical_max)
        rv_notice_add(&source->notices, RV_INFO, "inverted_signal", NULL,
                      "signal %zu (%s) is stored upside down; its sign was applied", signal, label);
    if (!channel->calibrated && !channel->is_trigger)
        rv_notice_add(&source->notices, RV_WARNING, "no_unit", NULL,
                      "signal %zu (%s): unit \"%s\" is not V, mV, uV or nV; numbers are kept as "
                      "stored",
                      signal, label, unit);
    for (const struct rv_channel *other = source->channels; other < channel; other++)
        if (strcmp(other->label, channel->label) == 0) {
            rv_notice_add(&source->notices, RV_WARNING, "duplicate_label", NULL,
                          "signal %zu: label \"%s\" stands before; name this channel by number",
                          signal, label);
            break;
        }
}

static enum rv_status read_channel(const struct header *header, size_t signal,
                                   struct rv_channel *channel, struct rv_error *err)
{
    struct rv_source *source = header->source;
    struct rv_edf_slot *slot = &header->file->slots[signal];
    struct limits limits;
    channel->unit = rv_edf_text(source->arena, cell(header, signal, UNIT), 8);
    channel->prefilter = rv_edf_text(source->arena, cell(header, signal, PREFILTER), 80);
    channel->transducer = rv_edf_text(source->arena, cell(header, signal, TRANSDUCER), 80);
    if (channel->unit == NULL || channel->prefilter == NULL || channel->transducer == NULL)
        return rv_fail_memory(err);
    enum rv_status status = read_limits(header, signal, &limits, err);
    if (status != RV_OK)
        return status;
    slot->status = header->file->bdf && rv_text_equal_case(channel->label, "Status");
    channel->is_trigger = slot->status || is_trigger_label(channel->label);
    channel->rate_hz = (double)slot->sample_count / header->file->record_s;
    status = calibrate(source, slot, channel, &limits, err);
    if (status != RV_OK)
        return status;
    if (slot->status) { /* the 16 trigger bits */
        channel->calibrated = false;
        channel->minimum = 0;
        channel->maximum = 65535;
        channel->resolution = 1;
    }
    note_oddities(source, signal + 1, channel, &limits);
    return RV_OK;
}

static enum rv_status read_signal(const struct header *header, size_t signal, struct rv_error *err)
{
    struct rv_source *source = header->source;
    struct rv_edf_file *file = header->file;
    char *label = rv_edf_text(source->arena, cell(header, signal, LABEL), 16);
    if (label == NULL)
        return rv_fail_memory(err);
    struct rv_edf_slot *slot = &file->slots[signal];
    slot->annotations =
        strcmp(label, "EDF Annotations") == 0 || strcmp(label, "BDF Annotations") == 0;
    if (slot->annotations && file->annotation_slot == file->slot_count)
        file->annotation_slot = signal;
    enum rv_status status = read_sample_count(header, signal, err);
    if (status == RV_OK && !slot->annotations && !(file->record_s > 0))
        status =
            rv_fail(err, RV_DATA, "length of a record is 0 s, which only annotations may have");
    if (status == RV_OK && !slot->annotations) {
        source->channels[source->channel_count].label = label;
        status = read_channel(header, signal, &source->channels[source->channel_count], err);
        source->channel_count++;
    }
    if (status != RV_OK && status != RV_NO_MEMORY) {
        char visible[520];
        rv_text_visible(label, strlen(label), visible, sizeof visible);
        rv_fail_in(err, status, "signal %zu (%s)", signal + 1, visible);
    }
    return status;
}

/* A recording in which nothing is a voltage was not made for us, or its unit is misspelt. */
static enum rv_status check_units(const struct rv_source *source, struct rv_error *err)
{
    const struct rv_channel *first = NULL;
    for (size_t i = 0; i < source->channel_count; i++) {
        if (source->channels[i].calibrated)
            return RV_OK;
        if (first == NULL && !source->channels[i].is_trigger)
            first = &source->channels[i];
    }
    if (first == NULL)
        return RV_OK;
    char label[520], unit[520];
    rv_text_visible(first->label, strlen(first->label), label, sizeof label);
    rv_text_visible(first->unit, strlen(first->unit), unit, sizeof unit);
    return rv_fail(err, RV_DATA,
                   "no signal has a unit of voltage (V, mV, uV, nV): %s has \"%s\"; state it as a "
                   "calibration",
                   label, unit);
}

static enum rv_status read_signals(const struct header *header, struct rv_error *err)
{
    struct rv_source *source = header->source;
    struct rv_edf_file *file = header->file;
    file->slots = rv_arena_alloc(source->arena, file->slot_count, sizeof *file->slots);
    source->channels = rv_arena_alloc(source->arena, file->slot_count, sizeof *source->channels);
    if (file->slots == NULL || source->channels == NULL)
        return rv_fail_memory(err);
    file->annotation_slot = file->slot_count;
    for (size_t i = 0; i < file->slot_count; i++) {
        enum rv_status status = read_signal(header, i, err);
        if (status != RV_OK)
            return status;
    }
    if (file->plus && file->annotation_slot == file->slot_count)
        return rv_fail(err, RV_DATA, "marked %s but has no signal \"%s Annotations\"",
                       source->facts.format, file->bdf ? "BDF" : "EDF");
    return check_units(source, err);
}

enum rv_status rv_edf_header_read(struct rv_source *source, struct rv_edf_file *file,
                                  struct rv_error *err)
{
    unsigned char fixed[FIXED_HEADER];
    size_t count = 0;
    struct header header = {source, file, fixed, NULL};
    enum rv_status status = rv_input_read(source->input, fixed, sizeof fixed, &count, err);
    if (status != RV_OK)
        return status;
    if (count < sizeof fixed)
        return rv_fail(err, RV_DATA, "cut off inside its header: %zu bytes, expected 256 or more",
                       count);
    status = read_fixed(&header, err);
    if (status == RV_OK)
        status = rv_edf_identity_read(source, fixed, err);
    if (status != RV_OK)
        return status;
    size_t wanted = file->header_bytes - FIXED_HEADER;
    unsigned char *signals = rv_allocate(wanted, 1);
    if (signals == NULL)
        return rv_fail_memory(err);
    status = rv_input_read(source->input, signals, wanted, &count, err);
    if (status == RV_OK && count < wanted)
        status = rv_fail(err, RV_DATA, "cut off inside its header: %zu bytes, expected %zu",
                         count + FIXED_HEADER, file->header_bytes);
    header.signals = signals;
    if (status == RV_OK)
        status = read_signals(&header, err);
    rv_release(signals);
    return status;
}
