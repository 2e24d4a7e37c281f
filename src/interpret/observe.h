/* SPDX-License-Identifier: GPL-3.0-or-later
 * Asking the measurements: selectors, values, verdicts, comparison with the other side.
 */
#ifndef RV_INTERPRET_OBSERVE_H
#define RV_INTERPRET_OBSERVE_H

#include "interpret/reading.h"

/* The next measurement from `from` on that matches "kind:nerve:record:stimulate" ('*' or a missing
 * part: any; the text ends at `length`) on a side (RV_SIDE_UNKNOWN: any). SIZE_MAX: none. */
size_t rv_observe_next(const struct rv_reading *reading, const char *selector, size_t length,
                       enum rv_side side, size_t from);
static inline size_t rv_observe_first(const struct rv_reading *reading, const char *selector,
                                      size_t length, enum rv_side side)
{
    return rv_observe_next(reading, selector, length, side, 0);
}

/* A parameter by its name; RV_PARAMETER_COUNT when there is none. */
enum rv_parameter rv_parameter_find(const char *name);

/* The value in use; an entered one where nothing was measured. An absent response has amplitude
 * 0 and no other value. false: not known. */
bool rv_observe_value(const struct rv_reading *reading, size_t measurement,
                      enum rv_parameter parameter, double *number, double *se);
bool rv_observe_absent(const struct rv_reading *reading, size_t measurement);

/* Whether a value is beyond its limit. Borderline is not assessed; neither is a slow value of a
 * cold limb. `high` and `low` choose the direction; both for either. */
enum rv_truth rv_observe_beyond(struct rv_reading *reading, size_t measurement,
                                enum rv_parameter parameter, bool high, bool low);
/* How cold the limb was: 0 warm enough or unknown, 1 below the target, 2 refused. */
int rv_observe_cold(struct rv_reading *reading, size_t measurement);
bool rv_observe_is_leg(const struct rv_reading *reading, size_t measurement);

/* The same response of the other side; SIZE_MAX: none. */
size_t rv_observe_other_side(const struct rv_reading *reading, size_t measurement);
/* Percent that the amplitude is below the other side; NaN when not known. */
double rv_observe_side_drop(const struct rv_reading *reading, size_t measurement);
/* The side drop beyond which this nerve counts as low. */
double rv_observe_side_drop_limit(struct rv_reading *reading, size_t measurement);

/* The neighbouring more distal stimulation site of the same motor study; SIZE_MAX: none. */
size_t rv_observe_distal(struct rv_reading *reading, size_t measurement);

/* Fills reading->nerves. */
void rv_observe_nerves(struct rv_reading *reading);
struct rv_nerve_item *rv_observe_item(const struct rv_reading *reading, bool motor,
                                      const char *nerve, const char *record, enum rv_side side);

#endif
