/* SPDX-License-Identifier: GPL-3.0-or-later
 * The learner: what was added, what was learned, and the texts made of it.
 */
#ifndef RV_LEARN_LEARN_H
#define RV_LEARN_LEARN_H

#include "learn/strata.h"

#include <ranvier/learn.h>
#include <ranvier/reference.h>

struct rv_learn {
    struct rv_arena *arena;
    struct rv_learn_options options;
    struct rv_plan plan;
    struct rv_temperature_policy *policy;
    struct rv_reference *published; /* the default set */
    struct rv_entry *entries;       /* heap */
    size_t entry_count, entry_capacity;
    struct rv_learned *learned; /* heap; by group, everybody first */
    size_t learned_count, learned_capacity;
    const char *limits, *details, *table;
};

static inline bool rv_learned_is_given(const struct rv_learned *learned)
{
    return learned->estimate.reason == RV_LEARN_GIVEN && !learned->lenient;
}
const char *rv_learned_reason(const struct rv_learned *learned);

/* Finds the published limit of each, and says where they differ. */
enum rv_status rv_learn_publish(struct rv_learn *learn, struct rv_error *err);
/* Makes the texts. */
enum rv_status rv_learn_write(struct rv_learn *learn, struct rv_error *err);
enum rv_status rv_learn_write_details(struct rv_learn *learn, struct rv_error *err);

/* "median motor, APB, wrist to elbow" */
void rv_learned_name(const struct rv_learned *learned, char *out, size_t size);
/* The limit as it is printed and written: one decimal more than in reports. */
void rv_learned_number(const struct rv_learned *learned, double number, char out[64]);

#endif
