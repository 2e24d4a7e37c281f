/* SPDX-License-Identifier: GPL-3.0-or-later
 * From the level of a disc or of an injection to the roots it can concern. A level is not a root.
 */
#ifndef RV_INTERPRET_LEVELS_H
#define RV_INTERPRET_LEVELS_H

#include "interpret/reading.h"

/* Candidate roots as a list separated by '|'; NULL when the level is not known. */
const char *rv_levels_of_imaging(struct rv_reading *reading, const struct rv_imaging *imaging);
const char *rv_levels_of_injection(struct rv_reading *reading,
                                   const struct rv_injection *injection);

#endif
