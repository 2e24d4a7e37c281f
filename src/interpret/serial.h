/* SPDX-License-Identifier: GPL-3.0-or-later
 * Comparison with earlier studies against reference change values, and the rules of progression
 * (clinical specification section 10.4).
 */
#ifndef RV_INTERPRET_SERIAL_H
#define RV_INTERPRET_SERIAL_H

#include "interpret/reading.h"

/* Fills changes and progression; a finding for each. `earlier` are oldest first. */
void rv_serial_compare(struct rv_reading *reading, const struct rv_report *const *earlier,
                       size_t earlier_count, struct rv_interpretation *interpretation);

#endif
