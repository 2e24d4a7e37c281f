/* SPDX-License-Identifier: GPL-3.0-or-later
 * The order of stimulation sites from distal to proximal, and partners on the other side.
 */
#include "measure/sites.h"

#include "base/text.h"
#include "knowledge/knowledge.h"

#include <math.h>

bool rv_sites_same_study(const struct rv_response *a, const struct rv_response *b)
{
    return a->kind == b->kind && a->side == b->side && rv_text_equal(a->nerve, b->nerve) &&
           rv_text_equal(a->record, b->record);
}

bool rv_sites_same_site(const struct rv_response *a, const struct rv_response *b)
{
    return rv_sites_same_study(a, b) && a->stimulate != NULL &&
           rv_text_equal(a->stimulate, b->stimulate);
}

bool rv_sites_is_leg(const char *nerve)
{
    return nerve != NULL && rv_nerve_region(nerve) == RV_REGION_LEG;
}

double rv_sites_distance_se(const struct rv_response *response, double distance_mm)
{
    return isnan(response->distance_se_mm) ? 2.0 + 0.01 * distance_mm : response->distance_se_mm;
}

static double latency_of(const struct rv_measurement *measurement)
{
    return rv_is_measured(measurement, RV_ONSET_LATENCY)
               ? measurement->results[RV_ONSET_LATENCY].value.value
               : (double)NAN;
}

/* Laboratories write a nerve's sites from the wrist upwards or from the axilla downwards: 1 when
 * the row without a segment (the most distal site) comes first, -1 when last, 0 when neither. */
static int row_direction(const struct rv_measurement *measurements, size_t count, size_t index)
{
    const struct rv_response *self = measurements[index].response;
    size_t first = SIZE_MAX, last = 0, start = SIZE_MAX, starts = 0;
    for (size_t i = 0; i < count; i++) {
        const struct rv_response *other = measurements[i].response;
        if (!rv_sites_same_study(self, other)) {
            continue;
        }
        first = first == SIZE_MAX ? i : first;
        last = i;
        if (isnan(other->segment_mm)) {
            start = start == SIZE_MAX || rv_sites_same_site(measurements[start].response, other)
                        ? i
                        : start;
            starts++;
        }
    }
    if (starts == 0 || start == SIZE_MAX) {
        return 0;
    }
    if (rv_sites_same_site(measurements[first].response, measurements[start].response) ||
        first == start) {
        return 1;
    }
    return start == last ? -1 : 0;
}

/* Below zero: a lies distal to b. What the sites are first, then the columns, the order of the
 * rows, latency. */
static double compare(const struct rv_measurement *measurements, size_t count, size_t a, size_t b)
{
    const struct rv_response *x = measurements[a].response, *y = measurements[b].response;
    const int place_x = rv_site_order(x->stimulate), place_y = rv_site_order(y->stimulate);
    if (place_x > 0 && place_y > 0 && place_x != place_y) {
        return (double)(place_x - place_y);
    }
    const bool far_x = !isnan(x->segment_mm), far_y = !isnan(y->segment_mm);
    if (far_x != far_y) {
        return far_x ? 1.0 : -1.0;
    }
    const double further_mm = x->distance_mm - y->distance_mm; /* NaN where one is not known */
    if (!far_x && fabs(further_mm) > 5.0) {
        return further_mm;
    }
    const double rows = (double)a - (double)b;
    const int direction = row_direction(measurements, count, a);
    if (far_x && direction != 0) {
        return direction * rows;
    }
    const double late = latency_of(&measurements[a]) - latency_of(&measurements[b]);
    return isnan(late) || fabs(late) < 1e-9 ? rows : late;
}

static double size_of(const struct rv_measurement *measurement)
{
    return rv_is_measured(measurement, RV_AMPLITUDE)
               ? measurement->results[RV_AMPLITUDE].value.value
               : -1.0;
}

/* Two rows are two sites only where that is said: by their sites, or by a segment between them. */
static bool sites_apart(const struct rv_response *a, const struct rv_response *b)
{
    bool named = a->stimulate != NULL && b->stimulate != NULL;
    return named || !isnan(a->segment_mm) || !isnan(b->segment_mm);
}

const struct rv_measurement *rv_measure_distal_neighbour(const struct rv_measurement *measurements,
                                                         size_t count, size_t index)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        const struct rv_response *other = measurements[i].response;
        if (i == index || !rv_sites_same_study(measurements[index].response, other) ||
            rv_sites_same_site(measurements[index].response, other) ||
            !sites_apart(measurements[index].response, other) ||
            compare(measurements, count, i, index) >= 0.0) {
            continue;
        }
        if (best == SIZE_MAX) {
            best = i;
        } else if (rv_sites_same_site(measurements[best].response, other)) {
            best = size_of(&measurements[i]) > size_of(&measurements[best]) ? i : best;
        } else if (compare(measurements, count, best, i) < 0.0) {
            best = i;
        }
    }
    return best == SIZE_MAX ? NULL : &measurements[best];
}

const struct rv_measurement *rv_sites_other_side(const struct rv_measurement *measurements,
                                                 size_t count, size_t index)
{
    const struct rv_response *self = measurements[index].response;
    const struct rv_measurement *best = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct rv_response *other = measurements[i].response;
        const bool sides = (self->side == RV_LEFT && other->side == RV_RIGHT) ||
                           (self->side == RV_RIGHT && other->side == RV_LEFT);
        if (sides && self->kind == other->kind && rv_text_equal(self->nerve, other->nerve) &&
            rv_text_equal(self->record, other->record) &&
            rv_text_equal(self->stimulate, other->stimulate) &&
            (best == NULL || size_of(&measurements[i]) > size_of(best))) {
            best = &measurements[i];
        }
    }
    return best;
}
