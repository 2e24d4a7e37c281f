/* SPDX-License-Identifier: GPL-3.0-or-later
 * Named questions with three answers: the rows of predicates.tsv asked of each side.
 *
 * test        what it asks (of, parameter, relation, number, count)
 * limit       is a value of the selected responses beyond its limit (relation: high, low, either)
 * value       is a value over or under a number
 * difference  is the first response's value minus the second's over or under a number
 * ratio       is the first response's value, in percent of the second's, over or under a number
 * drop        the same of 100 - ratio; never asked when the second is below `small_cmap_mv`
 * sum         is the sum of the values of earlier predicates over or under a number
 * absent      was a selected response looked for and not found
 * low         is one of the sensory or motor potentials low (count: how many)
 * muscles     are at least `count` muscles of a territory abnormal (parameter: active, chronic,
 *             myopathic, myopathic_active,
 *             fasciculating; n/a: abnormal); '*': any muscle
 * normal      are at least `count` muscles of a territory normal
 * minus       as difference, whatever the distances
 * other present   is the response of the other side there
 * preserved   are all sensory potentials of a list preserved, on both sides
 * train       falls (relation under) or rises (over) the amplitude over the rows of a train
 * without     "A|B": is A true and B not
 * side        is the value over the other side's by more than a number
 * all any none atleast   of earlier predicates
 * both        of an earlier predicate: on both sides; with relation "tested": on every side tested
 */
#ifndef RV_INTERPRET_PREDICATES_H
#define RV_INTERPRET_PREDICATES_H

#include "interpret/reading.h"

void rv_predicates_ask(struct rv_reading *reading);
/* NULL, and reading->lacking set, when there is none of this name. */
const struct rv_predicate *rv_predicate_find(struct rv_reading *reading, const char *id);
/* The truth on a side; RV_NOT_ASSESSED when there is no such predicate. */
enum rv_truth rv_predicate_truth(struct rv_reading *reading, const char *id, enum rv_side side);
/* "ringdiff 1.3 ms over 0.4 ms (R09, R10)". */
const char *rv_predicate_words(struct rv_reading *reading, const struct rv_predicate *predicate,
                               enum rv_side side);

#endif
