/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text: numbers read without a locale, UTF-8 checked, hostile bytes made visible.
 */
#include "base/text.h"

#include <ranvier/words.h>

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t skip_digits(const char *text, size_t length, size_t at)
{
    while (at < length && is_digit(text[at]))
        at++;
    return at;
}

static size_t skip_sign(const char *text, size_t length, size_t at)
{
    return at < length && (text[at] == '+' || text[at] == '-') ? at + 1 : at;
}

/* The shape of a number: returns its length, 0 when it is none; counts decimals. */
static size_t number_shape(const char *text, size_t length, int *decimals)
{
    size_t begin = skip_sign(text, length, 0);
    size_t at = skip_digits(text, length, begin), digits = at - begin;
    *decimals = 0;
    if (at < length && text[at] == '.') {
        size_t end = skip_digits(text, length, at + 1);
        *decimals = (int)(end - at - 1);
        digits += end - at - 1;
        at = end;
    }
    if (digits == 0 || at == length || (text[at] != 'e' && text[at] != 'E'))
        return digits == 0 ? 0 : at;
    size_t exponent = skip_sign(text, length, at + 1);
    size_t end = skip_digits(text, length, exponent);
    return end > exponent ? end : at;
}

/* strtod of the thread's locale, with its decimal point put in: no locale object is needed. */
static double number_value(const char *text, size_t length)
{
    char copy[400];
    memcpy(copy, text, length);
    copy[length] = '\0';
    const char *point = localeconv()->decimal_point;
    char *dot = strchr(copy, '.');
    if (dot != NULL && strlen(point) == 1)
        *dot = point[0];
    return strtod(copy, NULL);
}

static bool number_parse(const char *text, size_t length, double *number, int *decimals)
{
    while (length > 0 && is_blank(*text)) {
        text++;
        length--;
    }
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    if (length == 0 || length >= 390 || number_shape(text, length, decimals) != length)
        return false;
    double read = number_value(text, length);
    if (!isfinite(read))
        return false;
    *number = read;
    return true;
}

bool rv_number_read(const char *text, size_t length, double *number)
{
    int decimals;
    return number_parse(text, length, number, &decimals);
}

bool rv_number_text(const char *text, double *number, int *decimals)
{
    int counted = 0;
    if (text == NULL || !number_parse(text, strlen(text), number, &counted))
        return false;
    if (decimals != NULL)
        *decimals = counted;
    return true;
}

bool rv_integer_read(const char *text, size_t length, long long *number)
{
    double read;
    int decimals;
    if (!number_parse(text, length, &read, &decimals) || fabs(read) > 9.0e15 ||
        memchr(text, '.', length) != NULL || fabs(read - nearbyint(read)) > 0)
        return false;
    *number = (long long)read;
    return true;
}

static void point_in(char *text)
{
    const char *point = localeconv()->decimal_point;
    if (strlen(point) != 1 || point[0] == '.')
        return;
    char *at = strchr(text, point[0]);
    if (at != NULL)
        *at = '.';
}

void rv_number_write(double number, char *out)
{
    if (fpclassify(number) == FP_ZERO) {
        memcpy(out, "0", 2);
        return;
    }
    if (fabs(number) < 1e15 && !(fabs(number - nearbyint(number)) > 0)) {
        snprintf(out, 32, "%.0f", number); /* "50", not "5e+01" */
        return;
    }
    for (int digits = 1; digits <= 15; digits++) {
        snprintf(out, 32, "%.*g", digits, number);
        bool exponent = strchr(out, 'e') != NULL && fabs(number) >= 1e-4 && fabs(number) < 1e15;
        if (!exponent && !(fabs(strtod(out, NULL) - number) > fabs(number) * 5e-16))
            break;
    }
    point_in(out);
}

void rv_number_fixed(double number, int decimals, char out[64])
{
    snprintf(out, 64, "%.*f", decimals, number);
    point_in(out);
    bool zero = out[0] == '-';
    for (const char *c = out + (zero ? 1 : 0); zero && *c != '\0'; c++)
        zero = *c == '0' || *c == '.';
    if (zero) /* "-0.0" */
        memmove(out, out + 1, strlen(out));
}

bool rv_text_equal(const char *a, const char *b)
{
    return a != NULL && b != NULL ? strcmp(a, b) == 0 : a == b;
}

bool rv_text_equal_case(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    while (*a != '\0' && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

bool rv_text_starts(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

static size_t utf8_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if ((first & 0xE0) == 0xC0)
        return 2;
    if ((first & 0xF0) == 0xE0)
        return 3;
    return (first & 0xF8) == 0xF0 ? 4 : 0;
}

/* Length of the UTF-8 sequence at `bytes`, 0 when it is wrong; `code` gets its code point. */
static size_t utf8_sequence(const unsigned char *bytes, size_t length, uint32_t *code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = utf8_length(bytes[0]);
    if (size == 0 || size > length)
        return 0;
    *code = size == 1 ? bytes[0] : bytes[0] & (0xFFu >> (size + 1));
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        *code = *code << 6 | (bytes[i] & 0x3Fu);
    }
    bool surrogate = *code >= 0xD800 && *code <= 0xDFFF;
    return *code < smallest[size] || *code > 0x10FFFF || surrogate ? 0 : size;
}

bool rv_text_is_utf8(const char *text, size_t length)
{
    uint32_t code;
    for (size_t i = 0, size; i < length; i += size) {
        size = utf8_sequence((const unsigned char *)text + i, length - i, &code);
        if (size == 0)
            return false;
    }
    return true;
}

char *rv_text_utf8(struct rv_arena *arena, const char *bytes, size_t length)
{
    size_t room;
    if (!rv_multiply(length, 3, &room) || room == SIZE_MAX)
        return NULL;
    char *out = rv_arena_alloc(arena, room + 1, 1);
    if (out == NULL)
        return NULL;
    size_t written = 0;
    uint32_t code;
    for (size_t i = 0; i < length;) {
        size_t size = utf8_sequence((const unsigned char *)bytes + i, length - i, &code);
        if (size == 0 || bytes[i] == '\0') {
            memcpy(out + written, "\xEF\xBF\xBD", 3);
            written += 3;
            i++;
            continue;
        }
        memcpy(out + written, bytes + i, size);
        written += size;
        i += size;
    }
    return out;
}

char *rv_text_latin1(struct rv_arena *arena, const char *bytes, size_t length)
{
    size_t room;
    if (!rv_multiply(length, 2, &room) || room == SIZE_MAX)
        return NULL;
    char *out = rv_arena_alloc(arena, room + 1, 1);
    if (out == NULL)
        return NULL;
    size_t written = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (c == 0)
            c = '?';
        if (c < 0x80) {
            out[written++] = (char)c;
        } else {
            out[written++] = (char)(0xC0 | c >> 6);
            out[written++] = (char)(0x80 | (c & 0x3F));
        }
    }
    return out;
}

bool rv_character_is_hidden(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x200E || code == 0x200F ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
           code == 0xFEFF;
}

size_t rv_character_read(const char *text, uint32_t *code)
{
    return utf8_sequence((const unsigned char *)text, strlen(text), code);
}

size_t rv_text_decode(const char *bytes, size_t length, uint32_t *code)
{
    return length == 0 ? 0 : utf8_sequence((const unsigned char *)bytes, length, code);
}

char *rv_text_clean(struct rv_arena *arena, const char *text)
{
    if (text == NULL)
        return NULL;
    struct rv_text clean = {0};
    size_t length = strlen(text);
    rv_text_append_n(&clean, "", 0);
    for (size_t i = 0; i < length && !clean.failed;) {
        uint32_t code = 0;
        size_t size = utf8_sequence((const unsigned char *)text + i, length - i, &code);
        if (size == 0)
            rv_text_append(&clean, "\xEF\xBF\xBD");
        else if (rv_character_is_hidden(code))
            rv_text_format(&clean, code < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)code);
        else
            rv_text_append_n(&clean, text + i, size);
        i += size > 0 ? size : 1;
    }
    char *copy = clean.failed ? NULL : rv_arena_text_n(arena, clean.bytes, clean.length);
    rv_text_finish(&clean);
    return copy;
}

void rv_text_visible(const char *text, size_t length, char *out, size_t capacity)
{
    size_t written = 0, shown = length > 64 ? 64 : length;
    out[0] = '\0';
    for (size_t i = 0; i < shown && written + 12 < capacity;) {
        uint32_t code = 0;
        size_t size = utf8_sequence((const unsigned char *)text + i, length - i, &code);
        int added;
        if (size == 0) {
            added = snprintf(out + written, capacity - written, "\\x%02x",
                             (unsigned)(unsigned char)text[i]);
            size = 1;
        } else if (rv_character_is_hidden(code) || code == '\\') {
            added = snprintf(out + written, capacity - written,
                             code < 0x100 ? "\\x%02x" : "\\u%04x", (unsigned)code);
        } else {
            memcpy(out + written, text + i, size);
            added = (int)size;
        }
        written += (size_t)added;
        i += size;
        out[written] = '\0';
    }
    if (shown < length && written + 4 < capacity)
        memcpy(out + written, "...", 4);
}

static size_t smallest_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance with swaps, of short words only. */
static size_t word_distance(const char *a, const char *b)
{
    enum { LONGEST = 48 };
    size_t rows = strlen(a), columns = strlen(b);
    size_t table[3][LONGEST + 1];
    if (rows > LONGEST || columns > LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= columns; j++)
        table[0][j] = j;
    for (size_t i = 1; i <= rows; i++) {
        size_t *now = table[i % 3], *last = table[(i - 1) % 3], *before = table[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            bool swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            size_t change = last[j - 1] + (lower(a[i - 1]) != lower(b[j - 1]) ? 1 : 0);
            size_t one_side = smallest_of(last[j], now[j - 1]) + 1;
            now[j] = smallest_of(change, one_side);
            if (swap)
                now[j] = smallest_of(now[j], before[j - 2] + 1);
        }
    }
    return table[rows % 3][columns];
}

const char *rv_text_nearest(const char *word, const char *const *words)
{
    const char *nearest = NULL;
    size_t best = 1 + strlen(word) / 3;
    for (; *words != NULL; words++) {
        size_t distance = word_distance(word, *words);
        if (distance < best) {
            best = distance;
            nearest = *words;
        }
    }
    return nearest;
}

void rv_text_append_n(struct rv_text *text, const char *more, size_t length)
{
    size_t wanted;
    if (text->failed || !rv_add(text->length, length, &wanted) || !rv_add(wanted, 1, &wanted) ||
        !rv_grow(&text->bytes, &text->capacity, wanted, 1)) {
        text->failed = true;
        return;
    }
    memcpy(text->bytes + text->length, more, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void rv_text_append(struct rv_text *text, const char *more)
{
    rv_text_append_n(text, more, strlen(more));
}

void rv_text_format(struct rv_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    size_t wanted;
    if (text->failed || length < 0 || !rv_add(text->length, (size_t)length + 1, &wanted) ||
        !rv_grow(&text->bytes, &text->capacity, wanted, 1)) {
        text->failed = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

void rv_text_finish(struct rv_text *text)
{
    rv_release(text->bytes);
    *text = (struct rv_text){0};
}
