/* SPDX-License-Identifier: GPL-3.0-or-later
 * Annotations that say "here a stimulus was given", in words or as an <EDF_XMLnote>.
 *
 * Forms of the standard, section 3.7: "Stimulus right wrist 0.2ms x 8.2mA at 6.5cm from recording
 * site", or "Stimulus_elbow" with a note that holds intensity, duration, position and distance.
 */
#include "acquire/edf.h"

#include <math.h>
#include <string.h>

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t word_length(const char *text, size_t length)
{
    size_t i = 0;
    while (i < length && is_letter(text[i]))
        i++;
    return i;
}

static bool word_in(const char *word, size_t length, const char *const *words)
{
    char copy[16] = "";
    if (length >= sizeof copy)
        return false;
    memcpy(copy, word, length);
    for (; *words != NULL; words++)
        if (rv_text_equal_case(copy, *words))
            return true;
    return false;
}

static bool begins_number(const char *text, size_t i)
{
    bool digit = text[i] >= '0' && text[i] <= '9';
    if (!digit || i == 0)
        return digit;
    char before = text[i - 1];
    return !(before >= '0' && before <= '9') && before != '.' && before != ',' &&
           !is_letter(before);
}

static size_t number_length(const char *text, size_t length)
{
    size_t i = 0;
    while (i < length && ((text[i] >= '0' && text[i] <= '9') || text[i] == '.'))
        i++;
    return i;
}

/* Numbers with the unit mA or V. One with a decimal comma is left alone. */
static void read_intensity(const char *text, size_t length, double *intensity_ma,
                           double *intensity_v)
{
    for (size_t i = 0; i < length; i++) {
        if (!begins_number(text, i))
            continue;
        size_t end = i + number_length(text + i, length - i);
        double number;
        if (!rv_number_read(text + i, end - i, &number))
            continue;
        size_t unit = end < length && text[end] == ' ' ? end + 1 : end;
        size_t letters = word_length(text + unit, length - unit);
        if (letters == 2 && memcmp(text + unit, "mA", 2) == 0 && isnan(*intensity_ma))
            *intensity_ma = number;
        if (letters == 1 && text[unit] == 'V' && isnan(*intensity_v))
            *intensity_v = number;
    }
}

bool rv_edf_stimulus_read(const char *text, size_t length, double *intensity_ma,
                          double *intensity_v)
{
    static const char *const stimulus[] = {"stim", "stimulus", "stimulation", NULL};
    /* Words about stimuli that are not themselves one. */
    static const char *const remarks[] = {"artefact", "artifact", "threshold", "off",   "stop",
                                          "stopped",  "end",      "ended",     "pause", "paused",
                                          "failed",   "change",   "changed",   "set",   "electrode",
                                          "site",     NULL};
    size_t first = word_length(text, length);
    if (!word_in(text, first, stimulus))
        return false;
    /* "from recording site" ends the standard's sentence; the second word decides otherwise. */
    size_t second = first;
    while (second < length && !is_letter(text[second]))
        second++;
    if (word_in(text + second, word_length(text + second, length - second), remarks))
        return false;
    read_intensity(text, length, intensity_ma, intensity_v);
    return true;
}

/* --- notes --------------------------------------------------------------------------------- */

struct piece {
    const char *text;
    size_t length;
};

/* What a note tells of a stimulus, as it is written there. */
struct note {
    struct piece name; /* of the element: "Stimulus_elbow" */
    struct piece position;
    struct piece duration, duration_unit;
    struct piece intensity, intensity_unit;
    struct piece distance, distance_unit;
    struct piece temperature, temperature_unit;
};

struct element {
    struct piece name, attributes, content;
    bool closes;
};

static struct piece trim(const char *text, size_t length)
{
    while (length > 0 && (*text == ' ' || *text == '\t' || *text == '\n' || *text == '\r')) {
        text++;
        length--;
    }
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t' ||
                          text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    return (struct piece){text, length};
}

/* The next tag at or after *at and the text between it and the tag that follows. */
static bool next_element(const char *text, size_t length, size_t *at, struct element *element)
{
    const char *open = memchr(text + *at, '<', length - *at);
    if (open == NULL)
        return false;
    const char *end = text + length;
    const char *close = memchr(open, '>', (size_t)(end - open));
    if (close == NULL)
        return false;
    const char *name = open + 1;
    element->closes = name < close && *name == '/';
    if (element->closes)
        name++;
    const char *stop = name;
    while (stop < close && *stop != ' ' && *stop != '\t' && *stop != '\n' && *stop != '\r')
        stop++;
    const char *next = memchr(close, '<', (size_t)(end - close));
    element->name = (struct piece){name, (size_t)(stop - name)};
    element->attributes = (struct piece){stop, (size_t)(close - stop)};
    element->content = trim(close + 1, (size_t)((next == NULL ? end : next) - close - 1));
    *at = (size_t)(close + 1 - text);
    return true;
}

/* The value of unit="..." */
static struct piece unit_of(const struct piece *attributes)
{
    for (size_t i = 0; i + 4 <= attributes->length; i++) {
        const char *end = attributes->text + attributes->length;
        if (memcmp(attributes->text + i, "unit", 4) != 0)
            continue;
        const char *open = memchr(attributes->text + i, '"', attributes->length - i);
        const char *close = open == NULL ? NULL : memchr(open + 1, '"', (size_t)(end - open - 1));
        if (close != NULL)
            return trim(open + 1, (size_t)(close - open - 1));
    }
    return (struct piece){NULL, 0};
}

static bool piece_is(const struct piece *piece, const char *word)
{
    return piece->length == strlen(word) && memcmp(piece->text, word, piece->length) == 0;
}

static void take_element(struct note *note, const struct element *element)
{
    const struct {
        const char *name;
        struct piece *content, *unit;
    } known[] = {{"position", &note->position, NULL},
                 {"duration", &note->duration, &note->duration_unit},
                 {"intensity", &note->intensity, &note->intensity_unit},
                 {"distance", &note->distance, &note->distance_unit},
                 {"temperature", &note->temperature, &note->temperature_unit}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (piece_is(&element->name, known[i].name) && known[i].content->length == 0) {
            *known[i].content = element->content;
            if (known[i].unit != NULL)
                *known[i].unit = unit_of(&element->attributes);
        }
}

/* false: the note tells of no stimulus. */
static bool note_read(const char *text, size_t length, struct note *note)
{
    struct element element;
    bool inside = false;
    *note = (struct note){0};
    for (size_t at = 0; next_element(text, length, &at, &element);) {
        bool stimulus = element.name.length >= 8 && word_length(element.name.text, 9) == 8 &&
                        memcmp(element.name.text + 1, "timulus", 7) == 0;
        if (stimulus && element.closes) {
            inside = false;
        } else if (stimulus) {
            inside = true;
            note->name = element.name;
        } else if (!element.closes && (inside || piece_is(&element.name, "temperature"))) {
            take_element(note, &element);
        }
    }
    return note->name.length > 0;
}

static void say(struct rv_text *words, const char *before, const struct piece *piece,
                const struct piece *unit)
{
    if (piece->length == 0)
        return;
    rv_text_append(words, before);
    rv_text_append_n(words, piece->text, piece->length);
    if (unit != NULL && unit->length > 0)
        rv_text_append_n(words, unit->text, unit->length);
}

static void note_intensity(const struct note *note, struct rv_event *event)
{
    double number;
    if (!rv_number_read(note->intensity.text, note->intensity.length, &number))
        return;
    if (piece_is(&note->intensity_unit, "mA"))
        event->intensity_ma = number;
    else if (piece_is(&note->intensity_unit, "V"))
        event->intensity_v = number;
}

/* The stimulus of the same onset that came without an intensity; `count` when there is none. */
static size_t find_stimulus(const struct rv_edf_events *events, size_t from, size_t note)
{
    for (size_t i = from; i < events->count; i++) {
        const struct rv_event *event = &events->items[i].event;
        if (event->kind == RV_EVENT_STIMULUS &&
            fabs(event->time_s - events->items[note].event.time_s) < 1e-9)
            return i;
    }
    return events->count;
}

/* The sentence of the standard from the elements of the note. */
static void describe(const struct note *note, struct rv_text *words)
{
    say(words, " ", &note->position, NULL);
    say(words, " ", &note->duration, &note->duration_unit);
    say(words, note->duration.length > 0 ? " x " : " ", &note->intensity, &note->intensity_unit);
    say(words, " at ", &note->distance, &note->distance_unit);
    say(words, ", temperature ", &note->temperature, &note->temperature_unit);
}

/* Sets or makes the stimulus event that the note describes. */
static bool merge_note(struct rv_edf_events *events, const struct note *note, size_t from,
                       size_t index)
{
    size_t found = find_stimulus(events, from, index);
    bool exists = found < events->count;
    struct rv_event event = events->items[exists ? found : index].event;
    if (!isnan(event.intensity_ma) || !isnan(event.intensity_v))
        return true; /* told in words already */
    struct rv_text words = {0};
    if (exists)
        rv_text_append_n(&words, events->texts.bytes + events->items[found].text_at,
                         events->items[found].text_length);
    else
        rv_text_append_n(&words, note->name.text, note->name.length);
    describe(note, &words);
    event.kind = RV_EVENT_STIMULUS;
    note_intensity(note, &event);
    bool done = !words.failed && rv_edf_event_add(events, &event, words.bytes, words.length);
    if (done && exists)
        events->items[found] = events->items[--events->count];
    rv_text_finish(&words);
    return done;
}

static bool apply_note(struct rv_edf_events *events, size_t from, size_t index)
{
    struct note note;
    struct rv_text copy = {0}; /* the texts move when they grow */
    rv_text_append_n(&copy, events->texts.bytes + events->items[index].text_at,
                     events->items[index].text_length);
    bool done = !copy.failed;
    if (done && note_read(copy.bytes, copy.length, &note))
        done = merge_note(events, &note, from, index);
    rv_text_finish(&copy);
    return done;
}

bool rv_edf_notes_apply(struct rv_edf_events *events, size_t from)
{
    size_t count = events->count;
    for (size_t i = from; i < count; i++)
        if (events->items[i].is_note && !apply_note(events, from, i))
            return false;
    return true;
}
