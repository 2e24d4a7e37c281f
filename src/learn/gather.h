/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values of an archive in groups of one limit each; what is left out and why; one value for each
 * person. docs/methods/learn.md "Who counts".
 */
#ifndef RV_LEARN_GATHER_H
#define RV_LEARN_GATHER_H

#include "base/arena.h"
#include "learn/plan.h"
#include "reference/temperature.h"

#include <ranvier/learn.h>

/* Why a value does not count. */
enum rv_omission {
    RV_COUNTS,
    RV_OMIT_CHILD,
    RV_OMIT_COLD,
    RV_OMIT_FLAGGED,
    RV_OMIT_DISTANCE, /* another, or not recorded, where the limit depends on it */
    RV_OMIT_UNSURE,   /* standard error */
    RV_OMIT_PROXIMAL, /* motor amplitude or latency above a site that was stimulated too */
    RV_OMIT_SEGMENT,  /* motor velocity without a distal site */
    RV_OMIT_REPEATED, /* the same person again: another visit or the other side */
    RV_OMISSION_COUNT
};

struct rv_entry {
    const char *person, *study, *date;
    double age_years, height_cm, distance_mm, temperature_c, value, se;
    enum rv_sex sex;
    enum rv_kind kind;
    enum rv_side side;
    enum rv_parameter parameter;
    const char *nerve, *record, *stimulate, *distal;
    bool absent;
    bool warmth_unknown;
    uint64_t flags;
    enum rv_omission omission;
};

/* One limit to be learned. */
struct rv_group {
    const struct rv_plan_value *plan;
    const struct rv_entry *entries; /* of all of them one is an example */
    size_t entry_count;
    const struct rv_entry **persons; /* those that count, by value */
    size_t person_count;
    size_t absent;                     /* persons whose response was absent */
    size_t omitted[RV_OMISSION_COUNT]; /* values */
    size_t warmth_unknown;             /* persons whose temperature was not recorded */
    double distance_mm;                /* the usual one; NaN where it does not matter */
};

struct rv_groups {
    struct rv_group *items;
    size_t count;
};

struct rv_gathering {
    struct rv_arena *arena;
    const struct rv_plan *plan;
    const struct rv_temperature_policy *policy;
    bool need_temperature;
};

/* Sorts `entries`, fills their distal sites and omissions, and makes the groups. */
enum rv_status rv_groups_make(const struct rv_gathering *gathering, struct rv_entry *entries,
                              size_t count, struct rv_groups *groups, struct rv_error *err);

#endif
