/* SPDX-License-Identifier: GPL-3.0-or-later
 * What affects more than one limb: polyneuropathy and the red flag of widespread motor axon loss.
 */
#ifndef RV_INTERPRET_WIDESPREAD_H
#define RV_INTERPRET_WIDESPREAD_H

#include "interpret/reading.h"

/* Criteria of demyelination, set by set: findings, and the pattern where enough nerves meet them.
 */
void rv_demyelination_apply(struct rv_reading *reading);
/* Marks what a polyneuropathy explains: potentials that are low, and distal muscles that are no
 * worse than on the other side. */
void rv_polyneuropathy_explain(struct rv_reading *reading);
/* The red flag of clinical specification section 7.9. */
void rv_red_flag_apply(struct rv_reading *reading);

#endif
