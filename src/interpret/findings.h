/* SPDX-License-Identifier: GPL-3.0-or-later
 * Findings: what is abnormal in each nerve and muscle, limits of technique, and the grades of
 * single-nerve lesions.
 */
#ifndef RV_INTERPRET_FINDINGS_H
#define RV_INTERPRET_FINDINGS_H

#include "interpret/reading.h"

void rv_findings_list(struct rv_reading *reading);
/* Block, dispersion and anatomical variants, in the order of clinical specification 7.8 and 7.11.
 */
void rv_findings_segments(struct rv_reading *reading);
/* Fills the details of the drafts of single nerves: Bland and Padua grade, block, axon loss. */
void rv_findings_grade_nerves(struct rv_reading *reading);

/* One finding about one response. */
void rv_finding_of(struct rv_reading *reading, const char *id, size_t measurement, double p,
                   const char *text);
/* "right median APB wrist". */
const char *rv_finding_place(struct rv_reading *reading, size_t measurement);

#endif
