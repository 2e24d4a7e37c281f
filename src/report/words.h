/* SPDX-License-Identifier: GPL-3.0-or-later
 * Words of the report for readers; those for programs (JSON, TSV: stable) are public.
 */
#ifndef RV_REPORT_WORDS_H
#define RV_REPORT_WORDS_H

#include <ranvier/words.h>

/* For readers. */
const char *rv_kind_title(enum rv_kind kind);      /* "F-wave" */
const char *rv_side_title(enum rv_side side);      /* "Right"; "" when unknown */
const char *rv_unit_title(const char *unit);       /* "µV"; "" for pure numbers */
const char *rv_pattern_title(const char *pattern); /* "Median neuropathy at the wrist" */

#endif
