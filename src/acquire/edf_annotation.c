/* SPDX-License-Identifier: GPL-3.0-or-later
 * Time-stamped annotation lists of EDF+: +onset[\x15duration]\x14text\x14...\x14\0
 *
 * Kemp and Olivan, Clin Neurophysiol 2003;114:1755, section 2.2.2.
 */
#include "acquire/edf.h"
#include "base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Thirty years: an onset beyond it is no time of a recording. */
static const double onset_limit_s = 1e9;

struct list {
    double onset_s, duration_s;
    const char *texts; /* separated by \x14; the last one is closed too */
    size_t texts_length;
    size_t length; /* of the whole list with its NUL */
};

static enum rv_status wrong(const char *what, const unsigned char *bytes, size_t length,
                            struct rv_error *err)
{
    char visible[520];
    rv_text_visible((const char *)bytes, length, visible, sizeof visible);
    return rv_fail(err, RV_DATA, "annotation %s: \"%s\"", what, visible);
}

/* Digits and one point; a sign in front where it is asked for. No exponent. */
static bool read_seconds(const unsigned char *bytes, size_t length, bool sign, double *seconds)
{
    if (length == 0 || length > 32 || (bytes[0] == '+' || bytes[0] == '-') != sign)
        return false;
    for (size_t i = sign ? 1 : 0; i < length; i++)
        if (bytes[i] != '.' && (bytes[i] < '0' || bytes[i] > '9'))
            return false;
    return rv_number_read((const char *)bytes, length, seconds);
}

static enum rv_status read_list(const unsigned char *bytes, size_t left, struct list *list,
                                struct rv_error *err)
{
    const unsigned char *end = memchr(bytes, 0, left);
    if (end == NULL)
        return wrong("runs past the end of its record", bytes, left, err);
    size_t length = (size_t)(end - bytes);
    const unsigned char *stop = memchr(bytes, 0x14, length);
    if (stop == NULL || end[-1] != 0x14)
        return wrong("is not closed by \\x14\\x00", bytes, length, err);
    const unsigned char *split = memchr(bytes, 0x15, (size_t)(stop - bytes));
    const unsigned char *onset_end = split != NULL ? split : stop;
    if (!read_seconds(bytes, (size_t)(onset_end - bytes), true, &list->onset_s) ||
        fabs(list->onset_s) >= onset_limit_s)
        return wrong("has no onset (sign and seconds)", bytes, (size_t)(onset_end - bytes), err);
    list->duration_s = (double)NAN;
    if (split != NULL && split + 1 < stop &&
        !read_seconds(split + 1, (size_t)(stop - split - 1), false, &list->duration_s))
        return wrong("has no duration in seconds", split + 1, (size_t)(stop - split - 1), err);
    list->texts = (const char *)stop + 1;
    list->texts_length = (size_t)(end - stop - 1);
    list->length = length + 1;
    return RV_OK;
}

enum rv_status rv_edf_time_read(const unsigned char *bytes, size_t length, bool *found,
                                double *start_s, struct rv_error *err)
{
    struct list list;
    *found = false;
    if (length == 0 || bytes[0] == 0)
        return RV_OK;
    enum rv_status status = read_list(bytes, length, &list, err);
    if (status != RV_OK)
        return status;
    *found = list.texts_length > 0 && list.texts[0] == 0x14;
    if (*found)
        *start_s = list.onset_s;
    return RV_OK;
}

static bool add_text(struct rv_edf_events *events, const struct list *list, const char *text,
                     size_t length)
{
    struct rv_event event = {.kind = RV_EVENT_NOTE,
                             .time_s = list->onset_s,
                             .duration_s = list->duration_s,
                             .intensity_ma = (double)NAN,
                             .intensity_v = (double)NAN};
    if (rv_edf_stimulus_read(text, length, &event.intensity_ma, &event.intensity_v))
        event.kind = RV_EVENT_STIMULUS;
    return rv_edf_event_add(events, &event, text, length);
}

enum rv_status rv_edf_annotations_read(const unsigned char *bytes, size_t length,
                                       struct rv_edf_events *events, struct rv_error *err)
{
    for (size_t at = 0; at < length;) {
        if (bytes[at] == 0) { /* unused */
            at++;
            continue;
        }
        struct list list;
        enum rv_status status = read_list(bytes + at, length - at, &list, err);
        if (status != RV_OK)
            return status;
        for (size_t i = 0; i < list.texts_length;) {
            const char *text = list.texts + i;
            const char *stop = memchr(text, 0x14, list.texts_length - i);
            size_t text_length = (size_t)(stop - text);
            if (text_length > 0 && !add_text(events, &list, text, text_length))
                return rv_fail_memory(err);
            i += text_length + 1;
        }
        at += list.length;
    }
    return RV_OK;
}

static void append_latin1(struct rv_text *texts, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        char two[2] = {(char)(0xC0 | byte >> 6), (char)(0x80 | (byte & 0x3F))};
        rv_text_append_n(texts, byte < 0x80 ? text + i : two, byte < 0x80 ? 1 : 2);
    }
}

bool rv_edf_event_add(struct rv_edf_events *events, const struct rv_event *event, const char *text,
                      size_t length)
{
    if (!rv_grow(&events->items, &events->capacity, events->count + 1, sizeof *events->items))
        return false;
    struct rv_edf_event *item = &events->items[events->count];
    *item = (struct rv_edf_event){.event = *event, .text_at = events->texts.length};
    item->is_note = length > 12 && memcmp(text, "<EDF_XMLnote", 12) == 0;
    if (rv_text_is_utf8(text, length))
        rv_text_append_n(&events->texts, text, length);
    else
        append_latin1(&events->texts, text, length);
    item->text_length = events->texts.length - item->text_at;
    rv_text_append_n(&events->texts, "\0", 1);
    events->count++;
    return !events->texts.failed;
}

void rv_edf_events_clear(struct rv_edf_events *events)
{
    events->count = 0;
    events->texts.length = 0;
}

static int by_time(const void *a, const void *b)
{
    const struct rv_edf_event *left = a, *right = b;
    if (left->event.time_s < right->event.time_s)
        return -1;
    if (left->event.time_s > right->event.time_s)
        return 1;
    return (left->text_at > right->text_at) - (left->text_at < right->text_at);
}

const struct rv_event *rv_edf_events_settle(struct rv_edf_events *events)
{
    if (!rv_grow(&events->settled, &events->settled_capacity, events->count + 1,
                 sizeof *events->settled))
        return NULL;
    if (events->count > 1)
        qsort(events->items, events->count, sizeof *events->items, by_time);
    for (size_t i = 0; i < events->count; i++) {
        events->settled[i] = events->items[i].event;
        events->settled[i].text = events->texts.bytes + events->items[i].text_at;
    }
    return events->settled;
}

void rv_edf_events_finish(struct rv_edf_events *events)
{
    rv_release(events->items);
    rv_release(events->settled);
    rv_text_finish(&events->texts);
    *events = (struct rv_edf_events){0};
}
