/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text: numbers read without a locale, UTF-8 checked, hostile bytes made visible.
 */
#ifndef RV_BASE_TEXT_H
#define RV_BASE_TEXT_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads [+-]digits[.digits][e[+-]digits], the whole of `length` bytes (blanks around it allowed);
 * finite values only. No hexadecimal, no "nan", no locale. false: not such a number. */
bool rv_number_read(const char *text, size_t length, double *number);
/* The same of a terminated string; `decimals` (may be NULL) gets the digits after the point. */
bool rv_number_text(const char *text, double *number, int *decimals);
bool rv_integer_read(const char *text, size_t length, long long *number);

/* Shortest text with at most 15 significant digits that reads the same in any locale ("4.4").
 * `out` holds at least 32 bytes. */
void rv_number_write(double number, char *out);
/* Fixed number of decimals, '.' always; 32 bytes hold |number| < 1e15. */
void rv_number_fixed(double number, int decimals, char out[64]);

bool rv_text_equal(const char *a, const char *b);      /* both may be NULL */
bool rv_text_equal_case(const char *a, const char *b); /* ASCII letters folded */
bool rv_text_starts(const char *text, const char *beginning);
bool rv_text_is_utf8(const char *text, size_t length);

/* Valid UTF-8 whatever comes: wrong bytes become U+FFFD. NULL: no memory. */
char *rv_text_utf8(struct rv_arena *arena, const char *bytes, size_t length);
/* ISO 8859-1 to UTF-8, as many EMG machines write their headers. */
char *rv_text_latin1(struct rv_arena *arena, const char *bytes, size_t length);
/* One code point of valid UTF-8: its bytes, 0 where the sequence is wrong or length is 0. */
size_t rv_text_decode(const char *bytes, size_t length, uint32_t *code);
/* For reports: one line of valid UTF-8, control characters and direction marks visible as \xNN or
 * \uNNNN, nothing cut. NULL in, or no memory: NULL. */
char *rv_text_clean(struct rv_arena *arena, const char *text);
/* For messages: control bytes, quotes of lines and direction marks become \xNN or \uNNNN; cut at
 * 64 bytes of the original with "...". `out` holds at least 520 bytes. */
void rv_text_visible(const char *text, size_t length, char *out, size_t capacity);

/* "did you mean": the word of a NULL-ended list that is nearest; NULL when none is near. */
const char *rv_text_nearest(const char *word, const char *const *words);

/* A growing text in memory. Zero-initialise; `failed` stays set once memory ran out. */
struct rv_text {
    char *bytes; /* terminated; NULL while empty */
    size_t length, capacity;
    bool failed;
};
void rv_text_append(struct rv_text *text, const char *more);
void rv_text_append_n(struct rv_text *text, const char *more, size_t length);
void rv_text_format(struct rv_text *text, const char *format, ...) RV_PRINTF(2, 3);
void rv_text_finish(struct rv_text *text); /* frees */

#endif
