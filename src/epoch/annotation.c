/* SPDX-License-Identifier: GPL-3.0-or-later
 * What an annotation says of a stimulus.
 */
#include "epoch/annotation.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

double rv_number_before(const char *text, const char *unit)
{
    size_t length = strlen(unit);
    for (const char *at = strstr(text, unit); at != NULL; at = strstr(at + 1, unit)) {
        const char *end = at;
        while (end > text && is_blank(end[-1]))
            end--;
        const char *begin = end;
        while (begin > text && (is_digit(begin[-1]) || begin[-1] == '.'))
            begin--;
        double number;
        if (!is_letter(at[length]) && !is_digit(at[length]) &&
            rv_number_read(begin, (size_t)(end - begin), &number))
            return number;
    }
    return (double)NAN;
}

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool folded_start(const char *text, const char *beginning)
{
    while (*beginning != '\0' && fold(*text) == fold(*beginning)) {
        text++;
        beginning++;
    }
    return *beginning == '\0';
}

/* A word of the text begins so. */
static bool has_word(const char *text, const char *beginning)
{
    for (const char *c = text; *c != '\0'; c++)
        if ((c == text || !is_letter(c[-1])) && folded_start(c, beginning))
            return true;
    return false;
}

bool rv_reads_as_stimulus(const struct rv_event *event)
{
    static const char *const words[] = {"stim", "trig", "shock", "ttl"};
    const char *text = event->text == NULL ? "" : event->text;
    if (has_word(text, "end of") || has_word(text, "no stim") || has_word(text, "without"))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (has_word(text, words[i]))
            return true;
    return false;
}

bool rv_text_fits(const char *text, const char *wanted, bool whole)
{
    if (text == NULL)
        return false;
    if (whole)
        return rv_text_equal_case(text, wanted);
    size_t length = strlen(wanted);
    return folded_start(text, wanted) && !is_letter(text[length]) && !is_digit(text[length]);
}

void rv_list_texts(const struct rv_recording *recording, struct rv_text *list)
{
    const char *last = NULL;
    size_t listed = 0;
    for (size_t i = 0; i < recording->event_count && listed < 6; i++) {
        const char *text = recording->events[i].text;
        if (text == NULL || *text == '\0' || rv_text_equal(text, last))
            continue;
        char visible[520];
        rv_text_visible(text, strlen(text), visible, sizeof visible);
        rv_text_format(list, "%s\"%s\"", listed++ == 0 ? "" : ", ", visible);
        last = text;
    }
}

/* Skips blanks and words that hold a digit: intensities, distances, running numbers. */
static const char *next_plain_word(const char *text, size_t *length)
{
    for (;;) {
        text += strspn(text, " \t,;:()");
        *length = strcspn(text, " \t,;:()");
        if (*length == 0)
            return text;
        bool digit = false;
        for (size_t i = 0; i < *length; i++)
            digit = digit || is_digit(text[i]);
        if (!digit)
            return text;
        text += *length;
    }
}

bool rv_same_but_numbers(const char *a, const char *b)
{
    for (;;) {
        size_t length_a, length_b;
        a = next_plain_word(a, &length_a);
        b = next_plain_word(b, &length_b);
        if (length_a != length_b)
            return false;
        if (length_a == 0)
            return true;
        for (size_t i = 0; i < length_a; i++)
            if (fold(a[i]) != fold(b[i]))
                return false;
        a += length_a;
        b += length_b;
    }
}
