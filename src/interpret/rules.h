/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rows of rules.tsv: which predicates make which pattern, with which grade.
 */
#ifndef RV_INTERPRET_RULES_H
#define RV_INTERPRET_RULES_H

#include "interpret/reading.h"

/* Asks every rule of both sides; each that fires makes a draft or raises one. */
void rv_rules_apply(struct rv_reading *reading);
/* What the rules said in contradiction. */
void rv_rules_settle(struct rv_reading *reading);
/* The grade of a word ("probable"); RV_INSUFFICIENT when it is none. */
enum rv_pattern_grade rv_grade_find(const char *word);

#endif
