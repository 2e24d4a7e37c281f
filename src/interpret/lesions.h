/* SPDX-License-Identifier: GPL-3.0-or-later
 * Lesions of a nerve, a cord, a trunk or a plexus (rows of lesions.tsv) as explanations of what is
 * abnormal on one side of one limb, with the violations that each leaves.
 */
#ifndef RV_INTERPRET_LESIONS_H
#define RV_INTERPRET_LESIONS_H

#include "interpret/reading.h"

/* What a hypothesis explains and what speaks against it. */
struct rv_fit {
    double cost;      /* sum of violations */
    double explained; /* strengths of the muscles inside */
    size_t muscles, nerves, snaps, cmaps;
    size_t one_sided;      /* low responses inside that are far below the other side */
    size_t spared_inside;  /* normal muscles inside */
    size_t snaps_normal;   /* normal sensory potentials inside */
    size_t snaps_untested; /* 1 when none inside was tested */
    size_t normal_outside; /* normal muscles outside that share a root with an abnormal one */
    bool paraspinal_abnormal, paraspinal_normal;
};

/* Region "arm" or "leg" of one side; only items that nothing explains yet. */
struct rv_limb {
    enum rv_side side;
    const char *region;
};

bool rv_limb_has_muscle(const struct rv_limb *limb, const struct rv_muscle_item *muscle);
bool rv_limb_has_paraspinal(const struct rv_limb *limb, const struct rv_muscle_item *muscle);
bool rv_limb_has_nerve(const struct rv_reading *reading, const struct rv_limb *limb,
                       const struct rv_nerve_item *item);

/* The row of lesions.tsv that explains the limb best: least cost, then the order of the table.
 * SIZE_MAX when none has enough support. */
size_t rv_lesion_best(struct rv_reading *reading, const struct rv_limb *limb, struct rv_fit *fit);
void rv_lesion_fit(struct rv_reading *reading, const struct rv_limb *limb, size_t row,
                   struct rv_fit *fit);
/* Makes the draft of a lesion and marks what it explains. */
void rv_lesion_report(struct rv_reading *reading, const struct rv_limb *limb, size_t row,
                      const struct rv_fit *fit);
/* Marks the muscles and potentials of a lesion's territory as explained by a pattern. */
void rv_lesion_explain(struct rv_reading *reading, const char *lesion, enum rv_side side,
                       const char *pattern);
/* Activity of the abnormal muscles that a pattern explains on a side (RV_BOTH: either). */
enum rv_activity rv_activity_of(const struct rv_reading *reading, const char *pattern,
                                enum rv_side side);

#endif
