/* SPDX-License-Identifier: GPL-3.0-or-later
 * The needle table: each muscle normal, active, chronic, active on chronic, myopathic or
 * indeterminate, by the vocabulary of clinical specification section 8.
 */
#ifndef RV_INTERPRET_NEEDLE_H
#define RV_INTERPRET_NEEDLE_H

#include "interpret/reading.h"

/* Fills reading->muscles. */
void rv_needle_judge(struct rv_reading *reading);

/* The item of a muscle on a side; NULL when it was not examined. */
struct rv_muscle_item *rv_needle_find(const struct rv_reading *reading, const char *muscle,
                                      enum rv_side side);
bool rv_needle_abnormal(const struct rv_muscle_item *muscle);
/* The largest of both grades; -1 when neither is known. */
int rv_needle_grade(const struct rv_needle *needle);

#endif
