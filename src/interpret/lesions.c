/* SPDX-License-Identifier: GPL-3.0-or-later
 * Lesions of nerves, cords, trunks and plexuses as explanations, with their violations.
 */
#include "interpret/lesions.h"

#include "base/text.h"
#include "interpret/needle.h"
#include "interpret/observe.h"
#include "interpret/territory.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const char table[] = "lesions.tsv";

bool rv_limb_has_muscle(const struct rv_limb *limb, const struct rv_muscle_item *muscle)
{
    return muscle->explained == NULL && muscle->side == limb->side && muscle->facts != NULL &&
           rv_text_equal(muscle->facts->region, limb->region);
}

bool rv_limb_has_paraspinal(const struct rv_limb *limb, const struct rv_muscle_item *muscle)
{
    if (muscle->explained != NULL || muscle->side != limb->side || muscle->facts == NULL)
        return false;
    bool arm = rv_text_equal(limb->region, "arm");
    return rv_text_equal(muscle->facts->paraspinal, arm ? "cervical" : "lumbar");
}

bool rv_limb_has_nerve(const struct rv_reading *reading, const struct rv_limb *limb,
                       const struct rv_nerve_item *item)
{
    bool leg = rv_observe_is_leg(reading, item->measurement);
    return item->explained == NULL && item->side == limb->side &&
           leg == rv_text_equal(limb->region, "leg");
}

static bool shares_root(const struct rv_muscle_facts *a, const struct rv_muscle_facts *b)
{
    for (size_t root = 0; root < RV_ROOT_COUNT; root++)
        if (a->weight[root] > 1 && b->weight[root] > 1)
            return true;
    return false;
}

/* Whether a normal muscle outside shares a root with an abnormal one inside: it is what tells a
 * nerve from a root. */
static bool is_discriminating(struct rv_reading *reading, const struct rv_limb *limb,
                              const char *list, const struct rv_muscle_item *normal)
{
    for (size_t i = 0; i < reading->muscle_count; i++) {
        const struct rv_muscle_item *muscle = &reading->muscles[i];
        if (rv_limb_has_muscle(limb, muscle) && rv_needle_abnormal(muscle) &&
            rv_territory_holds_muscle(list, muscle->facts) &&
            shares_root(muscle->facts, normal->facts))
            return true;
    }
    return false;
}

static void fit_muscle(struct rv_reading *reading, const struct rv_limb *limb, const char *list,
                       const struct rv_muscle_item *muscle, struct rv_fit *fit)
{
    bool inside = rv_territory_holds_muscle(list, muscle->facts);
    if (rv_needle_abnormal(muscle) && inside) {
        fit->explained += muscle->strength;
        fit->muscles++;
    } else if (rv_needle_abnormal(muscle))
        fit->cost += muscle->strength * rv_reading_number(reading, "cost_muscle_outside");
    else if (muscle->strength < 0 && inside) {
        fit->cost -= muscle->strength * rv_reading_number(reading, "cost_normal_inside");
        fit->spared_inside++;
    } else if (muscle->strength < 0)
        fit->normal_outside += is_discriminating(reading, limb, list, muscle);
}

static void fit_snaps(struct rv_reading *reading, const struct rv_limb *limb, const char *list,
                      struct rv_fit *fit)
{
    for (size_t i = 0; i < reading->nerve_count; i++) {
        const struct rv_nerve_item *item = &reading->nerves[i];
        if (item->motor || !rv_limb_has_nerve(reading, limb, item))
            continue;
        bool inside = rv_territory_holds_nerve(list, item);
        if (item->low == RV_TRUE && !item->symmetric) {
            fit->snaps += inside;
            fit->one_sided += inside && item->below_side;
            fit->cost += inside ? 0 : rv_reading_number(reading, "cost_snap_outside");
        } else if (item->low == RV_FALSE)
            fit->snaps_normal += inside;
    }
    fit->snaps_untested = list != NULL && fit->snaps + fit->snaps_normal == 0;
}

static void fit_cmaps(struct rv_reading *reading, const struct rv_limb *limb, const char *list,
                      struct rv_fit *fit)
{
    for (size_t i = 0; i < reading->nerve_count; i++) {
        const struct rv_nerve_item *item = &reading->nerves[i];
        if (!item->motor || item->low != RV_TRUE || item->symmetric ||
            !rv_limb_has_nerve(reading, limb, item))
            continue;
        if (rv_territory_holds_muscle(list, item->facts)) {
            fit->cmaps++;
            fit->one_sided += item->below_side;
        } else
            fit->cost += rv_reading_number(reading, "cost_cmap_outside");
    }
}

static bool is_plexus(struct rv_reading *reading, size_t row)
{
    return rv_text_equal(rv_reading_cell(reading, table, row, "pattern"), "plexopathy");
}

/* A lesion beyond the ganglion that has cost motor axons should lower its sensory potentials. */
static void weigh_snaps(struct rv_reading *reading, size_t row, struct rv_fit *fit)
{
    bool axons = fit->explained > 0 || fit->cmaps > 0;
    bool spares = rv_text_equal(rv_reading_cell(reading, table, row, "snap_optional"), "yes");
    if (axons && fit->snaps_normal > 0 && !(spares && fit->snaps == 0))
        fit->cost += fit->snaps > 0 ? rv_reading_number(reading, "cost_snap_spared") *
                                          (double)fit->snaps_normal
                                    : rv_reading_number(reading, "cost_snap_normal") *
                                          (1 + ((double)fit->snaps_normal - 1) / 2);
    if (fit->snaps == 0 && is_plexus(reading, row))
        fit->cost += rv_reading_number(reading, "cost_plexus_without_snap");
}

void rv_lesion_fit(struct rv_reading *reading, const struct rv_limb *limb, size_t row,
                   struct rv_fit *fit)
{
    *fit = (struct rv_fit){0};
    const char *muscles = rv_reading_cell(reading, table, row, "muscles");
    const char *snaps = rv_reading_cell(reading, table, row, "snaps");
    for (size_t i = 0; i < reading->muscle_count; i++) {
        const struct rv_muscle_item *muscle = &reading->muscles[i];
        if (rv_limb_has_muscle(limb, muscle))
            fit_muscle(reading, limb, muscles, muscle, fit);
        else if (rv_limb_has_paraspinal(limb, muscle)) {
            fit->paraspinal_abnormal |= rv_needle_abnormal(muscle);
            fit->paraspinal_normal |= muscle->strength < 0;
        }
    }
    if (fit->paraspinal_abnormal)
        fit->cost += rv_reading_number(reading, "cost_paraspinal");
    fit_snaps(reading, limb, snaps, fit);
    fit_cmaps(reading, limb, muscles, fit);
    weigh_snaps(reading, row, fit);
}

/* Two concordant findings at least: two muscles, or a muscle and a sensory potential, or (named in
 * the row as sensory) a sensory potential that is far below the other side. */
static bool has_support(struct rv_reading *reading, size_t row, const struct rv_fit *fit)
{
    bool sensory = rv_text_equal(rv_reading_cell(reading, table, row, "sensory_only"), "yes");
    double enough = rv_reading_number(reading, "support_muscles");
    if (is_plexus(reading, row))
        return fit->snaps > 0 && fit->explained >= enough;
    if (sensory)
        return fit->snaps > 0 && fit->cost <= 0;
    return fit->explained >= enough || (fit->explained >= 1 && fit->snaps + fit->cmaps > 0) ||
           (fit->snaps > 0 && fit->cmaps > 0 && fit->one_sided > 0 &&
            (double)(fit->snaps + fit->cmaps) >= rv_reading_number(reading, "support_conduction"));
}

size_t rv_lesion_best(struct rv_reading *reading, const struct rv_limb *limb, struct rv_fit *fit)
{
    size_t best = SIZE_MAX;
    size_t count = rv_reading_table(reading, table)->row_count;
    for (size_t row = 0; row < count; row++) {
        struct rv_fit one;
        if (!rv_text_equal(rv_reading_cell(reading, table, row, "region"), limb->region))
            continue;
        rv_lesion_fit(reading, limb, row, &one);
        if (has_support(reading, row, &one) && (best == SIZE_MAX || one.cost < fit->cost - 1e-9)) {
            best = row;
            *fit = one;
        }
    }
    return best;
}

static enum rv_pattern_grade grade_of(struct rv_reading *reading, size_t row,
                                      const struct rv_fit *fit)
{
    bool has_snaps = rv_reading_cell(reading, table, row, "snaps") != NULL;
    bool sensory = fit->snaps > 0 || !has_snaps;
    bool muscles = fit->explained >= rv_reading_number(reading, "support_muscles");
    bool contrast = fit->normal_outside > 0;
    int points = sensory + muscles + contrast;
    if (fit->cost > rv_reading_number(reading, "cost_possible_only"))
        return RV_POSSIBLE;
    return points == 3 ? RV_DEFINITE : points == 2 ? RV_PROBABLE : RV_POSSIBLE;
}

static bool is_inside(const struct rv_nerve_item *item, const char *muscles, const char *snaps)
{
    return item->motor ? rv_territory_holds_muscle(muscles, item->facts)
                       : rv_territory_holds_nerve(snaps, item);
}

static void list_muscle(struct rv_reading *reading, struct rv_draft *draft, const char *list,
                        const struct rv_muscle_item *muscle)
{
    bool inside = rv_territory_holds_muscle(list, muscle->facts);
    const char *text = rv_reading_format(reading, "%s %s [%s]", muscle->needle->muscle,
                                         rv_muscle_verdict_name(muscle->verdict), muscle->id);
    if (rv_needle_abnormal(muscle))
        rv_strings_add(reading, inside ? &draft->evidence_for : &draft->evidence_against, text);
    else if (muscle->strength < 0)
        rv_strings_add(reading, inside ? &draft->evidence_against : &draft->evidence_for, text);
}

static void list_response(struct rv_reading *reading, struct rv_draft *draft, bool inside,
                          const struct rv_nerve_item *item)
{
    bool low = item->low == RV_TRUE && !item->symmetric;
    if (!inside && !low)
        return;
    rv_strings_add(reading, inside == low ? &draft->evidence_for : &draft->evidence_against,
                   rv_reading_format(reading, "%s %s %s response %s [%s]", item->nerve,
                                     item->record, item->motor ? "motor" : "sensory",
                                     low ? "low or absent" : "preserved", item->id));
}

static void list_evidence(struct rv_reading *reading, const struct rv_limb *limb, size_t row,
                          struct rv_draft *draft)
{
    const char *muscles = rv_reading_cell(reading, table, row, "muscles");
    const char *snaps = rv_reading_cell(reading, table, row, "snaps");
    for (size_t i = 0; i < reading->muscle_count; i++) {
        const struct rv_muscle_item *muscle = &reading->muscles[i];
        if (rv_limb_has_muscle(limb, muscle) || rv_limb_has_paraspinal(limb, muscle))
            list_muscle(reading, draft, muscles, muscle);
    }
    for (size_t i = 0; i < reading->nerve_count; i++) {
        const struct rv_nerve_item *item = &reading->nerves[i];
        if (rv_limb_has_nerve(reading, limb, item) && item->low != RV_NOT_ASSESSED)
            list_response(reading, draft, is_inside(item, muscles, snaps), item);
    }
}

void rv_lesion_report(struct rv_reading *reading, const struct rv_limb *limb, size_t row,
                      const struct rv_fit *fit)
{
    const char *pattern = rv_reading_cell(reading, table, row, "pattern");
    struct rv_draft *draft =
        rv_reading_draft(reading, pattern, limb->side, grade_of(reading, row, fit));
    if (draft == NULL)
        return;
    draft->pattern.nerve = rv_reading_cell(reading, table, row, "nerve");
    draft->pattern.site = rv_reading_cell(reading, table, row, "site");
    draft->lesion = rv_reading_cell(reading, table, row, "id");
    draft->statement = rv_reading_cell(reading, table, row, "statement");
    draft->cost = fit->cost;
    rv_strings_add(reading, &draft->rules, rv_reading_format(reading, "L-%s", draft->lesion));
    list_evidence(reading, limb, row, draft);
    if (fit->snaps_untested)
        rv_strings_add(reading, &draft->missing, "a sensory potential of this territory");
    if (fit->normal_outside == 0)
        rv_strings_add(reading, &draft->missing, "a muscle of the same root and another nerve");
    if (!fit->paraspinal_abnormal && !fit->paraspinal_normal)
        rv_strings_add(reading, &draft->missing, "paraspinal muscles");
    rv_lesion_explain(reading, draft->lesion, limb->side, pattern);
}

/* Row of a lesion; the count of rows when there is none. */
static size_t find_lesion(struct rv_reading *reading, const char *lesion)
{
    size_t row = 0, count = rv_reading_table(reading, table)->row_count;
    while (row < count && !rv_text_equal(rv_reading_cell(reading, table, row, "id"), lesion))
        row++;
    if (row == count)
        reading->lacking = lesion;
    return row;
}

void rv_lesion_explain(struct rv_reading *reading, const char *lesion, enum rv_side side,
                       const char *pattern)
{
    size_t row = find_lesion(reading, lesion);
    const char *muscles = rv_reading_cell(reading, table, row, "muscles");
    const char *snaps = rv_reading_cell(reading, table, row, "snaps");
    for (size_t i = 0; i < reading->muscle_count; i++) {
        struct rv_muscle_item *muscle = &reading->muscles[i];
        if (muscle->explained == NULL && muscle->side == side && rv_needle_abnormal(muscle) &&
            rv_territory_holds_muscle(muscles, muscle->facts))
            muscle->explained = pattern;
    }
    for (size_t i = 0; i < reading->nerve_count; i++) {
        struct rv_nerve_item *item = &reading->nerves[i];
        if (item->explained == NULL && item->side == side && item->low != RV_FALSE &&
            is_inside(item, muscles, snaps))
            item->explained = pattern;
    }
}

enum rv_activity rv_activity_of(const struct rv_reading *reading, const char *pattern,
                                enum rv_side side)
{
    bool active = false, chronic = false, uncertain = false;
    for (size_t i = 0; i < reading->muscle_count; i++) {
        const struct rv_muscle_item *muscle = &reading->muscles[i];
        if (!rv_text_equal(muscle->explained, pattern) || (side != RV_BOTH && muscle->side != side))
            continue;
        active |= muscle->active;
        chronic |=
            muscle->verdict == RV_MUSCLE_CHRONIC || muscle->verdict == RV_MUSCLE_ACTIVE_ON_CHRONIC;
        uncertain |= muscle->recruitment_only;
    }
    return active && chronic ? RV_ACTIVE_ON_CHRONIC
           : active          ? RV_ACTIVE
           : chronic         ? RV_CHRONIC
           : uncertain       ? RV_ACTIVITY_INDETERMINATE
                             : RV_ACTIVITY_NONE;
}
