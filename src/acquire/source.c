/* SPDX-License-Identifier: GPL-3.0-or-later
 * A recording as a stream of blocks: finds the reader by content, drives it, counts samples.
 */
#include "acquire/reader.h"
#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    FIRST_LOOK = 1024 /* enough for nearly all; a slow pipe need not fill a whole peek */
};
static const size_t default_max_samples = (size_t)1 << 31;

const struct rv_reader *const rv_readers[] = {
    &rv_reader_frames, &rv_reader_edf, &rv_reader_sndfile, &rv_reader_wfdb, &rv_reader_text,
    &rv_reader_raw,    NULL,
};

struct rv_source_options rv_source_defaults(void)
{
    return (struct rv_source_options){
        .max_samples = default_max_samples, .encoding = RV_S16LE, .rate_hz = (double)NAN};
}

bool rv_unit_factor(const char *unit, double *to_microvolt)
{
    static const struct {
        const char *spelling;
        double factor;
    } units[] = {
        {"V", 1e6},
        {"mV", 1e3},
        {"uV", 1},
        {"\xC2\xB5V", 1}, /* micro sign */
        {"\xCE\xBC"
         "V",
         1}, /* Greek mu */
        {"\xB5"
         "V",
         1}, /* micro sign of Latin-1 */
        {"nV", 1e-3},
    };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(unit, units[i].spelling) == 0) {
            *to_microvolt = units[i].factor;
            return true;
        }
    return false;
}

/* One "UNIT=NUMBER" or "CHANNEL:UNIT=NUMBER". */
struct calibration_item {
    char text[256];      /* cut into its parts */
    const char *channel; /* NULL: every channel */
    double to_microvolt;
};

static enum rv_status calibration_item_read(const char *text, size_t length,
                                            struct calibration_item *item, struct rv_error *err)
{
    char visible[520];
    rv_text_visible(text, length, visible, sizeof visible);
    if (length >= sizeof item->text)
        return rv_fail(err, RV_MISUSE, "calibration \"%s\" is too long", visible);
    memcpy(item->text, text, length);
    item->text[length] = '\0';
    char *equals = strrchr(item->text, '=');
    double number;
    if (equals == NULL || !rv_number_text(equals + 1, &number, NULL) || !(number > 0))
        return rv_fail(err, RV_MISUSE,
                       "calibration \"%s\" is not UNIT=NUMBER or CHANNEL:UNIT=NUMBER, as in "
                       "uV=0.0305",
                       visible);
    *equals = '\0';
    char *colon = strrchr(item->text, ':');
    if (colon != NULL)
        *colon = '\0';
    item->channel = colon == NULL ? NULL : item->text;
    if (!rv_unit_factor(colon == NULL ? item->text : colon + 1, &item->to_microvolt))
        return rv_fail(err, RV_MISUSE, "calibration \"%s\": unit is not V, mV, uV or nV", visible);
    item->to_microvolt *= number;
    return RV_OK;
}

enum rv_status rv_calibration_find(const char *calibration, const char *channel_label, bool *found,
                                   double *to_microvolt, struct rv_error *err)
{
    bool named = false;
    *found = false;
    if (calibration == NULL)
        return RV_OK;
    for (const char *at = calibration; *at != '\0';) {
        size_t length = strcspn(at, ",");
        struct calibration_item item;
        enum rv_status status = calibration_item_read(at, length, &item, err);
        if (status != RV_OK)
            return status;
        bool by_name = item.channel != NULL && rv_text_equal_case(item.channel, channel_label);
        if (by_name || (item.channel == NULL && !named)) {
            named = named || by_name;
            *found = true;
            *to_microvolt = item.to_microvolt;
        }
        at += length + (at[length] == ',' ? 1 : 0);
    }
    return RV_OK;
}

/* The name of an input for a sentence: its end where it is long, hostile bytes escaped. */
static void visible_name(const struct rv_source *source, char *out, size_t capacity)
{
    const char *name = rv_input_name(source->input);
    size_t length = strlen(name), used = 0;
    out[0] = '\0';
    if (length > 192) {
        used = (size_t)snprintf(out, capacity, "...");
        name += length - 192;
        length = 192;
    }
    while (length > 0) {
        size_t piece = length < 60 ? length : 60;
        while (piece < length && piece > 57 && ((unsigned char)name[piece] & 0xC0) == 0x80)
            piece--;
        rv_text_visible(name, piece, out + used, capacity - used);
        used += strlen(out + used);
        name += piece;
        length -= piece;
    }
}

static enum rv_status fail_here(const struct rv_source *source, enum rv_status status,
                                struct rv_error *err)
{
    char name[2048];
    visible_name(source, name, sizeof name);
    return rv_fail_in(err, status, "%s", name);
}

static const char *compression(const unsigned char *bytes, size_t size)
{
    static const struct {
        const char *name, *magic;
        size_t length;
    } kinds[] = {{"gzip", "\x1F\x8B", 2},
                 {"zip", "PK\x03\x04", 4},
                 {"zip", "PK\x05\x06", 4},
                 {"xz",
                  "\xFD"
                  "7zXZ",
                  6},
                 {"bzip2", "BZh", 3},
                 {"zstd", "\x28\xB5\x2F\xFD", 4},
                 {"7z", "7z\xBC\xAF", 4}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (size >= kinds[i].length && memcmp(bytes, kinds[i].magic, kinds[i].length) == 0)
            return kinds[i].name;
    return NULL;
}

static enum rv_status named_reader(struct rv_source *source, struct rv_error *err)
{
    const char *names[16] = {NULL};
    for (size_t i = 0; rv_readers[i] != NULL; i++) {
        if (strcmp(rv_readers[i]->name, source->options.format) == 0) {
            source->reader = rv_readers[i];
            return RV_OK;
        }
        if (i + 1 < sizeof names / sizeof names[0])
            names[i] = rv_readers[i]->name;
    }
    char visible[520];
    const char *nearest = rv_text_nearest(source->options.format, names);
    rv_text_visible(source->options.format, strlen(source->options.format), visible,
                    sizeof visible);
    return rv_fail(err, RV_MISUSE, "no format \"%s\"%s%s%s", visible,
                   nearest == NULL ? "" : " (did you mean ", nearest == NULL ? "" : nearest,
                   nearest == NULL ? "" : "?)");
}

static const struct rv_reader *matching_reader(const struct rv_source *source,
                                               const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; rv_readers[i] != NULL; i++)
        if (rv_readers[i]->matches != NULL &&
            rv_readers[i]->matches(bytes, size, rv_input_name(source->input)))
            return rv_readers[i];
    return NULL;
}

static enum rv_status not_recognised(const unsigned char *bytes, size_t size, struct rv_error *err)
{
    char hex[16] = "";
    for (size_t i = 0; i < 4 && i < size; i++)
        snprintf(hex + 3 * i, sizeof hex - 3 * i, " %02x", bytes[i]);
    const char *packed = compression(bytes, size);
    if (packed != NULL)
        return rv_fail(err, RV_DATA, "compressed (%s); unpack first", packed);
    if (size < 256)
        return rv_fail(err, RV_DATA,
                       "format not recognised: %zu bytes, shorter than any header; begins with%s",
                       size, hex);
    return rv_fail(err, RV_DATA, "format not recognised: begins with%s", hex);
}

static enum rv_status find_reader(struct rv_source *source, struct rv_error *err)
{
    const unsigned char *bytes;
    size_t size;
    enum rv_status status = rv_input_peek(source->input, FIRST_LOOK, &bytes, &size, err);
    if (status != RV_OK)
        return status;
    if (size == 0)
        return rv_fail(err, RV_DATA, "empty");
    if (source->options.format != NULL)
        return named_reader(source, err);
    source->reader = matching_reader(source, bytes, size);
    if (source->reader == NULL && size == FIRST_LOOK) {
        status = rv_input_peek(source->input, RV_PEEK_MAX, &bytes, &size, err);
        if (status != RV_OK)
            return status;
        source->reader = matching_reader(source, bytes, size);
    }
    return source->reader == NULL ? not_recognised(bytes, size, err) : RV_OK;
}

static void facts_init(struct rv_recording_facts *facts)
{
    const double none = (double)NAN;
    *facts = (struct rv_recording_facts){.record_s = none,
                                         .duration_s = none,
                                         .age_years = none,
                                         .height_cm = none,
                                         .temperature_c = {none, none, none, none}};
}

/* Takes over the input, in any case. */
static enum rv_status source_open(struct rv_input *input, const struct rv_source_options *options,
                                  struct rv_source **source, struct rv_error *err)
{
    struct rv_source *made = rv_allocate(1, sizeof *made);
    if (made == NULL) {
        rv_input_close(input);
        return rv_fail_memory(err);
    }
    made->input = input;
    made->options = options == NULL ? rv_source_defaults() : *options;
    if (made->options.max_samples == 0)
        made->options.max_samples = default_max_samples;
    made->arena = rv_arena_new();
    made->notices.arena = made->arena;
    rv_input_stall(input, made->options.stall_s);
    facts_init(&made->facts);
    enum rv_status status = made->arena == NULL ? rv_fail_memory(err) : find_reader(made, err);
    if (status == RV_OK)
        status = made->reader->open(made, err);
    if (status == RV_OK && made->notices.failed)
        status = rv_fail_memory(err);
    if (status != RV_OK) {
        fail_here(made, status, err);
        rv_source_close(made);
        return status;
    }
    *source = made;
    return RV_OK;
}

/* A WFDB record is often named without an ending: its header is then opened. */
static bool open_header(const char *path, struct rv_input **input)
{
    char name[4096];
    int length = snprintf(name, sizeof name, "%s.hea", path);
    return length > 0 && (size_t)length < sizeof name && rv_input_open(name, input, NULL) == RV_OK;
}

enum rv_status rv_source_open(const char *path, const struct rv_source_options *options,
                              struct rv_source **source, struct rv_error *err)
{
    struct rv_input *input;
    struct rv_error why;
    enum rv_status status = rv_input_open(path, &input, &why);
    if (status != RV_OK && !open_header(path, &input)) {
        char visible[520];
        rv_text_visible(path, strlen(path), visible, sizeof visible);
        return rv_fail(err, status, "%s: %s", visible, why.text);
    }
    return source_open(input, options, source, err);
}

enum rv_status rv_source_open_memory(const char *name, const void *bytes, size_t size,
                                     const struct rv_source_options *options,
                                     struct rv_source **source, struct rv_error *err)
{
    struct rv_input *input;
    enum rv_status status = rv_input_open_memory(name, bytes, size, &input, err);
    return status != RV_OK ? status : source_open(input, options, source, err);
}

const struct rv_recording_facts *rv_source_facts(const struct rv_source *source)
{
    return &source->facts;
}

const struct rv_channel *rv_source_channels(const struct rv_source *source, size_t *count)
{
    *count = source->channel_count;
    return source->channels;
}

const struct rv_notice *rv_source_notices(const struct rv_source *source, size_t *count)
{
    *count = source->notices.count;
    return source->notices.items;
}

static enum rv_status count_samples(struct rv_source *source, const struct rv_block *block,
                                    struct rv_error *err)
{
    for (size_t i = 0; i < block->channel_count; i++)
        source->sample_total += block->sample_count[i];
    if (source->sample_total > source->options.max_samples)
        return rv_fail(err, RV_DATA, "holds more than the %zu samples that may be read",
                       source->options.max_samples);
    return source->notices.failed ? rv_fail_memory(err) : RV_OK;
}

enum rv_status rv_source_next(struct rv_source *source, struct rv_block *block, bool *more,
                              struct rv_error *err)
{
    struct rv_block next = {0};
    bool has_next = false;
    enum rv_status status = source->reader->next(source, &next, &has_next, err);
    if (status == RV_OK)
        status = count_samples(source, &next, err);
    if (status != RV_OK)
        return fail_here(source, status, err);
    *block = has_next ? next : (struct rv_block){0};
    *more = has_next;
    return RV_OK;
}

void rv_source_close(struct rv_source *source)
{
    if (source == NULL)
        return;
    if (source->state != NULL)
        source->reader->close(source);
    rv_notices_finish(&source->notices);
    rv_arena_free(source->arena);
    rv_input_close(source->input);
    rv_release(source);
}
