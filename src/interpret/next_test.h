/* SPDX-License-Identifier: GPL-3.0-or-later
 * The next best test: which muscle or nerve that was not examined would tell most about what
 * competes, by expected information.
 */
#ifndef RV_INTERPRET_NEXT_TEST_H
#define RV_INTERPRET_NEXT_TEST_H

#include "interpret/reading.h"

void rv_next_tests(struct rv_reading *reading, struct rv_interpretation *interpretation);

/* Expected information in bits of a yes-or-no test: `probability[i]` of hypothesis i (they sum to
 * 1), `yes[i]` the chance of a yes under it. */
double rv_expected_information(const double *probability, const double *yes, size_t count);

#endif
