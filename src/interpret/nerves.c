/* SPDX-License-Identifier: GPL-3.0-or-later
 * Nerves as items: each sensory potential and each distal compound muscle potential, with the
 * question whether it is low answered once.
 */
#include "base/text.h"
#include "interpret/observe.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Place of a stimulation site along the limb, from distal to proximal; NaN unknown. */
static double site_order(struct rv_reading *reading, const char *site)
{
    const struct rv_table *table = rv_reading_table(reading, "sites.tsv");
    size_t names = rv_table_column(table, "name"), orders = rv_table_column(table, "order");
    for (size_t row = 0; site != NULL && row < table->row_count; row++)
        if (rv_text_equal(rv_table_cell(table, row, names), site)) {
            double order;
            const char *text = rv_table_cell(table, row, orders);
            return text != NULL && rv_number_text(text, &order, NULL) ? order : (double)NAN;
        }
    return NAN;
}

size_t rv_observe_distal(struct rv_reading *reading, size_t measurement)
{
    const struct rv_response *here = reading->measurements[measurement].response;
    double order = site_order(reading, here->stimulate), nearest = NAN;
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < reading->measurement_count; i++) {
        const struct rv_response *there = reading->measurements[i].response;
        double other = site_order(reading, there->stimulate);
        if (there->kind != RV_MOTOR || there->side != here->side || !(other < order) ||
            !rv_text_equal(there->nerve, here->nerve) ||
            !rv_text_equal(there->record, here->record) || other < nearest)
            continue;
        found = i;
        nearest = other;
    }
    return found;
}

static const char *snap_roots(struct rv_reading *reading, const char *nerve, const char *record)
{
    const struct rv_table *table = rv_reading_table(reading, "snaps.tsv");
    size_t nerves = rv_table_column(table, "nerve"), records = rv_table_column(table, "record"),
           roots = rv_table_column(table, "roots");
    const char *found = NULL;
    for (size_t row = 0; row < table->row_count; row++) {
        if (!rv_text_equal(rv_table_cell(table, row, nerves), nerve))
            continue;
        if (rv_text_equal(rv_table_cell(table, row, records), record))
            return rv_table_cell(table, row, roots);
        if (found == NULL)
            found = rv_table_cell(table, row, roots);
    }
    return rv_text_equal(nerve, "median") || rv_text_equal(nerve, "ulnar") ? NULL : found;
}

struct rv_nerve_item *rv_observe_item(const struct rv_reading *reading, bool motor,
                                      const char *nerve, const char *record, enum rv_side side)
{
    for (size_t i = 0; i < reading->nerve_count; i++) {
        struct rv_nerve_item *item = &reading->nerves[i];
        if (item->motor == motor && item->side == side && rv_text_equal(item->nerve, nerve) &&
            (record == NULL || rv_text_equal(item->record, record)))
            return item;
    }
    return NULL;
}

/* A stimulus that did not reach all fibres cannot make an amplitude low. */
static bool is_trustworthy(const struct rv_measurement *measurement)
{
    uint64_t doubts = rv_flag_bit(RV_FLAG_SUBMAXIMAL) | rv_flag_bit(RV_FLAG_CLIPPED) |
                      rv_flag_bit(RV_FLAG_NO_UNIT) | rv_flag_bit(RV_FLAG_FLAT);
    return (measurement->flags & doubts) == 0;
}

static enum rv_truth against_limit(struct rv_reading *reading, size_t measurement)
{
    enum rv_truth truth = rv_observe_beyond(reading, measurement, RV_AMPLITUDE, false, true);
    if (truth == RV_NOT_ASSESSED)
        truth = rv_observe_beyond(reading, measurement, RV_AMPLITUDE_PEAK_TO_PEAK, false, true);
    return truth;
}

/* Nerves that may be absent in healthy people of this age (Preston & Shapiro; clinical.md 4.2, 5).
 */
static bool may_be_absent(struct rv_reading *reading, const struct rv_nerve_item *item)
{
    const char *nerve = item->nerve;
    double age = reading->study->patient.age_years;
    if (isnan(age))
        return false;
    if (rv_list_has("saphenous|medial plantar|lateral plantar", nerve))
        return age > rv_reading_number(reading, "plantar_absent_age_y");
    if (rv_text_equal(nerve, "superficial fibular"))
        return !item->symmetric &&
               age > rv_reading_number(reading, "superficial_fibular_absent_age_y");
    return rv_list_has("sural|dorsal sural", nerve) &&
           age > rv_reading_number(reading, "sural_absent_age_y");
}

/* Low on this side and as low on the other. */
static bool is_symmetric(struct rv_reading *reading, const struct rv_nerve_item *item, double limit)
{
    size_t other = rv_observe_other_side(reading, item->measurement);
    if (!item->below_limit || item->below_side || other == SIZE_MAX)
        return false;
    return against_limit(reading, other) == RV_TRUE &&
           !(rv_observe_side_drop(reading, other) > limit);
}

/* Without a limit, as large as the other side is large enough. */
static bool is_matched(const struct rv_reading *reading, const struct rv_nerve_item *item,
                       double limit)
{
    const struct rv_result *result = reading->measurements[item->measurement].results;
    return result[RV_AMPLITUDE].verdict.judgement == RV_NOT_JUDGED && item->amplitude > 0 &&
           item->side_drop <= limit;
}

static void judge_low(struct rv_reading *reading, struct rv_nerve_item *item)
{
    double se;
    if (!rv_observe_value(reading, item->measurement, RV_AMPLITUDE, &item->amplitude, &se))
        item->amplitude = NAN;
    item->side_drop = rv_observe_side_drop(reading, item->measurement);
    double limit = rv_observe_side_drop_limit(reading, item->measurement);
    enum rv_truth truth = against_limit(reading, item->measurement);
    item->below_limit = truth == RV_TRUE;
    item->below_side = !isnan(item->side_drop) && item->side_drop > limit;
    item->symmetric = is_symmetric(reading, item, limit);
    if (item->below_side)
        truth = RV_TRUE;
    else if (truth == RV_NOT_ASSESSED && is_matched(reading, item, limit))
        truth = RV_FALSE;
    else if (truth == RV_TRUE && may_be_absent(reading, item))
        truth = RV_NOT_ASSESSED;
    if (truth == RV_TRUE && !is_trustworthy(&reading->measurements[item->measurement]))
        truth = RV_NOT_ASSESSED;
    item->low = truth;
}

/* The study of a muscle through a nerve that does not supply it looks for an anastomosis. */
static bool is_crossover(const struct rv_nerve_item *item)
{
    return item->motor && item->facts != NULL && !rv_text_equal(item->facts->nerve, item->nerve) &&
           rv_list_has("median|ulnar", item->nerve);
}

/* Stimuli in the palm are for the comparison with the wrist and no items of their own. */
static void take(struct rv_reading *reading, size_t index)
{
    const struct rv_response *response = reading->measurements[index].response;
    bool motor = response->kind == RV_MOTOR;
    if (rv_text_equal(response->stimulate, "palm") && response->kind != RV_MIXED)
        return;
    struct rv_nerve_item *same =
        rv_observe_item(reading, motor, response->nerve, response->record, response->side);
    if (same != NULL) {
        const struct rv_response *before = reading->measurements[same->measurement].response;
        if (motor &&
            site_order(reading, response->stimulate) < site_order(reading, before->stimulate)) {
            same->measurement = index;
            same->id = response->id;
        }
        return;
    }
    struct rv_nerve_item item = {.measurement = index,
                                 .motor = motor,
                                 .id = response->id,
                                 .nerve = response->nerve,
                                 .record = response->record,
                                 .side = response->side};
    if (motor)
        item.facts = rv_reading_facts(reading, response->record);
    else
        item.snap_roots = snap_roots(reading, response->nerve, response->record);
    if (!is_crossover(&item))
        reading->nerves[reading->nerve_count++] = item;
}

void rv_observe_nerves(struct rv_reading *reading)
{
    reading->nerves =
        rv_arena_alloc(reading->arena, reading->measurement_count, sizeof *reading->nerves);
    if (reading->nerves == NULL) {
        reading->failed = true;
        return;
    }
    for (size_t i = 0; i < reading->measurement_count; i++) {
        enum rv_kind kind = reading->measurements[i].response->kind;
        if (kind == RV_MOTOR || kind == RV_SENSORY || kind == RV_MIXED)
            take(reading, i);
    }
    for (size_t i = 0; i < reading->nerve_count; i++)
        judge_low(reading, &reading->nerves[i]);
}
