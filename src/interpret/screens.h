/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sufficiency of the needle screen: how many muscles, with paraspinals or without, and what yield
 * was published for that (clinical specification section 6.2).
 */
#ifndef RV_INTERPRET_SCREENS_H
#define RV_INTERPRET_SCREENS_H

#include "interpret/reading.h"

void rv_screens_list(struct rv_reading *reading, struct rv_interpretation *interpretation);

#endif
