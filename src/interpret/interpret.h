/* SPDX-License-Identifier: GPL-3.0-or-later
 * From judged values and the needle table to findings and patterns, each with its evidence.
 */
#ifndef RV_INTERPRET_INTERPRET_H
#define RV_INTERPRET_INTERPRET_H

#include "base/notice.h"

#include <ranvier/result.h>

/* Fills report->interpretation from its study and measurements (judged); everything lives in
 * report->arena. With `patterns` false only the findings and the muscles are made. `earlier` are
 * reports of earlier studies, oldest first (may be NULL with count 0). */
enum rv_status rv_interpret(struct rv_report *report, bool patterns,
                            const struct rv_report *const *earlier, size_t earlier_count,
                            struct rv_error *err);

#endif
