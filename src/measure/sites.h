/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which measurements belong together: the sites of one nerve, and the two sides.
 */
#ifndef RV_MEASURE_SITES_H
#define RV_MEASURE_SITES_H

#include "measure/measure.h"

/* Same kind, nerve, side and recording electrode. */
bool rv_sites_same_study(const struct rv_response *a, const struct rv_response *b);
/* The same, and the same stimulation site: repeats or a series of currents. */
bool rv_sites_same_site(const struct rv_response *a, const struct rv_response *b);
/* The measurement of the other side with the same kind, nerve, recording and stimulation site;
 * NULL: none. Of several, the one with the largest amplitude. */
const struct rv_measurement *rv_sites_other_side(const struct rv_measurement *measurements,
                                                 size_t count, size_t index);
/* A nerve of the leg, by its name. */
bool rv_sites_is_leg(const char *nerve);
/* 2 mm + 1 % unless the study says otherwise (docs/methods/marks.md "Distance"). */
double rv_sites_distance_se(const struct rv_response *response, double distance_mm);

/* measure_side.c */
void rv_measure_sides(struct rv_measurement *measurements, size_t count);
/* Flags the rows of a site at which a stronger current still paid. */
void rv_measure_currents(struct rv_measurement *measurements, size_t count);

static inline bool rv_is_measured(const struct rv_measurement *measurement,
                                  enum rv_parameter parameter)
{
    return measurement->results[parameter].value.validity == RV_MEASURED;
}

#endif
