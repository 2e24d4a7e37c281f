/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stable words of enums, as they stand in JSON, TSV and the database of a batch; and the
 * characters of a text that comes from outside.
 */
#ifndef RANVIER_WORDS_H
#define RANVIER_WORDS_H

#include <ranvier/result.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* NULL: nothing to say (unknown). */
RV_API const char *rv_by_word(enum rv_by by);                   /* "auto" */
RV_API const char *rv_validity_word(enum rv_validity validity); /* "measured" */
RV_API const char *rv_judgement_word(enum rv_judgement judgement);
RV_API const char *rv_quality_word(enum rv_quality_grade grade);
RV_API const char *rv_level_word(enum rv_level level);
RV_API const char *rv_sex_word(enum rv_sex sex);
RV_API const char *rv_grade_word(enum rv_grade grade); /* "2+" */
RV_API const char *rv_mup_duration_word(enum rv_mup_duration duration);
RV_API const char *rv_mup_amplitude_word(enum rv_mup_amplitude amplitude);
RV_API const char *rv_polyphasia_word(enum rv_polyphasia polyphasia);
RV_API const char *rv_recruitment_word(enum rv_recruitment recruitment);

/* The first character of a text that has one: its bytes, and its code point (RFC 3629). 0: the
 * bytes there are none. */
RV_API size_t rv_character_read(const char *text, uint32_t *code);
/* Must not reach a terminal or a page as it is: controls (C0, DEL, C1), ends of lines and marks of
 * direction of Unicode. */
RV_API bool rv_character_is_hidden(uint32_t code);

#ifdef __cplusplus
}
#endif
#endif
