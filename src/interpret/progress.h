/* SPDX-License-Identifier: GPL-3.0-or-later
 * Progression between two studies: which signs, and whether they agree.
 */
#ifndef RV_INTERPRET_PROGRESS_H
#define RV_INTERPRET_PROGRESS_H

#include "interpret/reading.h"

/* Fills progression from the changes against the latest earlier study. */
void rv_progress_judge(struct rv_reading *reading, const struct rv_report *earlier,
                       struct rv_interpretation *interpretation);
/* The same response in an earlier report; SIZE_MAX: none. */
size_t rv_serial_same(const struct rv_report *earlier, const struct rv_response *now);

#endif
