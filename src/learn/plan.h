/* SPDX-License-Identifier: GPL-3.0-or-later
 * learn.tsv as read: what is learned, on which scales, and which bands are tried.
 */
#ifndef RV_LEARN_PLAN_H
#define RV_LEARN_PLAN_H

#include "base/arena.h"
#include "learn/mixture.h"

#include <ranvier/study.h>

struct rv_plan_value {
    enum rv_kind kind;
    enum rv_parameter parameter;
    bool high_is_ill;
    struct rv_scale scales[RV_SCALES_MOST];
    size_t scale_count;
    double distance_tolerance_mm; /* NaN: any distance */
    double fraction;              /* beyond the limit */
};

enum { RV_BANDS_MOST = 4 };
struct rv_plan_strata {
    bool by_sex;
    double ages[RV_BANDS_MOST], heights[RV_BANDS_MOST]; /* where a further band begins */
    size_t age_count, height_count;
};

struct rv_plan {
    const struct rv_plan_value *values;
    size_t value_count;
    const struct rv_plan_strata *strata;
    size_t strata_count;
};

enum rv_status rv_plan_read(struct rv_arena *arena, struct rv_plan *plan, struct rv_error *err);
const struct rv_plan_value *rv_plan_find(const struct rv_plan *plan, enum rv_kind kind,
                                         enum rv_parameter parameter); /* NULL: not learned */

#endif
