/* SPDX-License-Identifier: GPL-3.0-or-later
 * From drafts to the patterns of the report: several roots joined, statements, the impression.
 */
#ifndef RV_INTERPRET_PATTERNS_H
#define RV_INTERPRET_PATTERNS_H

#include "interpret/reading.h"

/* Joins roots of one region into a polyradiculopathy and sets the activity of each draft. */
void rv_patterns_join(struct rv_reading *reading);
/* Caps grades where the temperature is not known, for the rules that name slowing. */
void rv_patterns_cap(struct rv_reading *reading);
/* Fills patterns, primary and statement of the interpretation. */
void rv_patterns_finish(struct rv_reading *reading, struct rv_interpretation *interpretation);

/* A statement of statements.tsv with its places filled; NULL and `lacking` when there is none. */
const char *rv_statement(struct rv_reading *reading, const char *id, const struct rv_draft *draft);
/* "C5/C6", "L2, L3 or L4". */
const char *rv_roots_words(struct rv_reading *reading, const struct rv_draft *draft);

#endif
