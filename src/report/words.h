/* SPDX-License-Identifier: GPL-3.0-or-later
 * Words of the report that the public vocabulary does not have: for programs (JSON, TSV: stable)
 * and for readers.
 */
#ifndef RV_REPORT_WORDS_H
#define RV_REPORT_WORDS_H

#include <ranvier/result.h>

/* Stable words. NULL: nothing to say (unknown). */
const char *rv_by_word(enum rv_by by);                   /* "auto" */
const char *rv_validity_word(enum rv_validity validity); /* "measured" */
const char *rv_judgement_word(enum rv_judgement judgement);
const char *rv_quality_word(enum rv_quality_grade grade);
const char *rv_level_word(enum rv_level level);
const char *rv_sex_word(enum rv_sex sex);
const char *rv_grade_word(enum rv_grade grade); /* "2+" */
const char *rv_mup_duration_word(enum rv_mup_duration duration);
const char *rv_mup_amplitude_word(enum rv_mup_amplitude amplitude);
const char *rv_polyphasia_word(enum rv_polyphasia polyphasia);
const char *rv_recruitment_word(enum rv_recruitment recruitment);

/* For readers. */
const char *rv_kind_title(enum rv_kind kind);      /* "F-wave" */
const char *rv_side_title(enum rv_side side);      /* "Right"; "" when unknown */
const char *rv_unit_title(const char *unit);       /* "µV"; "" for pure numbers */
const char *rv_pattern_title(const char *pattern); /* "Median neuropathy at the wrist" */

#endif
