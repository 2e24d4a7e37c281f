/* SPDX-License-Identifier: GPL-3.0-or-later
 * Re-evaluation after an epidural steroid injection without effect: questions with their answers,
 * evidence and limits. No treatment is named or judged.
 */
#ifndef RV_INTERPRET_REEVALUATE_H
#define RV_INTERPRET_REEVALUATE_H

#include "interpret/reading.h"

/* Only where the study names an injection. */
void rv_reevaluate(struct rv_reading *reading, struct rv_interpretation *interpretation);

#endif
