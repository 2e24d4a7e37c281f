/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which root, by the algorithm of clinical specification section 6.6, after nerves, cords and
 * trunks had their say.
 */
#ifndef RV_INTERPRET_LOCALISE_H
#define RV_INTERPRET_LOCALISE_H

#include "interpret/lesions.h"

/* What one root, or a pair that cannot be told apart, explains in a limb. */
struct rv_root_fit {
    size_t group[RV_ROOT_COUNT]; /* the favoured one first */
    size_t group_count;
    double score[RV_ROOT_COUNT];
    double cost;              /* violations, to be compared with those of a lesion */
    size_t definite, chronic; /* abnormal limb muscles with a weight of 2 and more */
    size_t recruitment_only;
    size_t nerves, segments;
    bool paraspinal_abnormal, paraspinal_normal;
    bool paraspinal_open;     /* abnormal, and no other root explains it */
    enum rv_truth neighbours; /* normal muscles of the roots above and below */
    enum rv_truth snap;       /* the dermatome's sensory potentials are preserved */
    bool hand_only;           /* by muscles of the hand alone */
    bool foot_only;           /* by muscles of the foot alone */
};

/* Searches every limb and makes the drafts. */
void rv_localise(struct rv_reading *reading);
bool rv_root_best(struct rv_reading *reading, const struct rv_limb *limb, struct rv_root_fit *fit);
enum rv_pattern_grade rv_root_grade(struct rv_reading *reading, const struct rv_root_fit *fit);
/* The largest weight that a muscle has for the roots of the group. */
double rv_root_weight(const struct rv_root_fit *fit, const struct rv_muscle_facts *facts);

#endif
