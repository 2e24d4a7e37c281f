/* SPDX-License-Identifier: GPL-3.0-or-later
 * Territories: which muscles and sensory potentials belong to a nerve, cord, trunk or plexus.
 *
 * A list separated by '|' of muscle names, "nerve:X", "branch:X", "cord:X", "trunk:X", "plexus:X",
 * "paraspinal:X"; a leading '-' takes out again. Sensory lists hold "nerve" or "nerve/record".
 */
#ifndef RV_INTERPRET_TERRITORY_H
#define RV_INTERPRET_TERRITORY_H

#include "interpret/reading.h"

bool rv_territory_holds_muscle(const char *list, const struct rv_muscle_facts *facts);
bool rv_territory_holds_nerve(const char *list, const struct rv_nerve_item *item);

#endif
