/* SPDX-License-Identifier: GPL-3.0-or-later
 * Nerve, cord, trunk, then root: what explains the abnormal muscles of each limb.
 */
#include "interpret/localise.h"

#include "base/text.h"
#include "interpret/needle.h"
#include "interpret/observe.h"
#include "interpret/predicates.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static void list_muscles(struct rv_reading *reading, const struct rv_limb *limb,
                         const struct rv_root_fit *fit, struct rv_draft *draft)
{
    for (size_t i = 0; i < reading->muscle_count; i++) {
        const struct rv_muscle_item *muscle = &reading->muscles[i];
        bool spinal = rv_limb_has_paraspinal(limb, muscle);
        if (!spinal && !rv_limb_has_muscle(limb, muscle))
            continue;
        double weight = spinal ? 3 : rv_root_weight(fit, muscle->facts);
        const char *text = rv_reading_format(reading, "%s %s [%s]", muscle->needle->muscle,
                                             rv_muscle_verdict_name(muscle->verdict), muscle->id);
        if (rv_needle_abnormal(muscle))
            rv_strings_add(reading, weight >= 1 ? &draft->evidence_for : &draft->evidence_against,
                           text);
        else if (muscle->strength <= -1 && !spinal)
            rv_strings_add(reading, weight >= 2 ? &draft->evidence_against : &draft->evidence_for,
                           text);
    }
}

static void list_snaps(struct rv_reading *reading, const struct rv_limb *limb,
                       const struct rv_root_fit *fit, struct rv_draft *draft)
{
    for (size_t i = 0; i < reading->nerve_count; i++) {
        const struct rv_nerve_item *item = &reading->nerves[i];
        bool here = false;
        for (size_t j = 0; j < fit->group_count; j++)
            here |= rv_list_has(item->snap_roots, rv_root_name(fit->group[j]));
        if (item->motor || item->side != limb->side || !here || item->low == RV_NOT_ASSESSED)
            continue;
        if (item->low == RV_FALSE)
            rv_strings_add(reading, &draft->evidence_for,
                           rv_reading_format(reading, "%s %s sensory response preserved [%s]",
                                             item->nerve, item->record, item->id));
        else if (item->explained == NULL)
            rv_strings_add(reading, &draft->evidence_against,
                           rv_reading_format(reading, "%s %s sensory response low or absent [%s]",
                                             item->nerve, item->record, item->id));
    }
}

/* Motor potentials, H-reflex and F-waves support a root; they never carry it. */
static void list_motor(struct rv_reading *reading, const struct rv_limb *limb,
                       const struct rv_root_fit *fit, struct rv_draft *draft)
{
    for (size_t i = 0; i < reading->nerve_count; i++) {
        const struct rv_nerve_item *item = &reading->nerves[i];
        if (item->motor && item->low == RV_TRUE && item->facts != NULL && !item->symmetric &&
            rv_limb_has_nerve(reading, limb, item) && rv_root_weight(fit, item->facts) >= 2)
            rv_strings_add(reading, &draft->evidence_for,
                           rv_reading_format(reading, "%s %s motor response low [%s]", item->nerve,
                                             item->record, item->id));
    }
}

static bool has_root(const struct rv_root_fit *fit, const char *name)
{
    for (size_t i = 0; i < fit->group_count; i++)
        if (rv_text_equal(rv_root_name(fit->group[i]), name))
            return true;
    return false;
}

static void list_late(struct rv_reading *reading, const struct rv_limb *limb,
                      const struct rv_root_fit *fit, struct rv_draft *draft)
{
    static const char *const late[][2] = {{"S1", "h_abnormal"},
                                          {"L5", "f_fibular_late"},
                                          {"S1", "f_tibial_late"},
                                          {"C8", "f_ulnar_late"},
                                          {"T1", "f_median_late"}};
    for (size_t i = 0; i < sizeof late / sizeof late[0]; i++) {
        const struct rv_predicate *predicate = rv_predicate_find(reading, late[i][1]);
        if (predicate != NULL && has_root(fit, late[i][0]) &&
            predicate->on[limb->side].truth == RV_TRUE)
            rv_strings_add_once(reading, &draft->evidence_for,
                                rv_predicate_words(reading, predicate, limb->side));
    }
}

static void list_missing(struct rv_reading *reading, const struct rv_limb *limb,
                         const struct rv_root_fit *fit, struct rv_draft *draft)
{
    bool arm = rv_text_equal(limb->region, "arm");
    if (!fit->paraspinal_abnormal && !fit->paraspinal_normal)
        rv_strings_add(reading, &draft->missing,
                       arm ? "cervical paraspinal muscles" : "lumbar paraspinal muscles");
    if (fit->neighbours != RV_TRUE)
        rv_strings_add(reading, &draft->missing, "a normal muscle of the root above or below");
    if (fit->snap == RV_NOT_ASSESSED)
        rv_strings_add(reading, &draft->missing, "a sensory potential of the dermatome");
    if (fit->foot_only)
        rv_strings_add(reading, &draft->missing, "a muscle above the foot");
    if (fit->hand_only)
        rv_strings_add(reading, &draft->missing, "a forearm muscle of C8");
    if (fit->nerves < 2)
        rv_strings_add(reading, &draft->missing, "a muscle of the same root and another nerve");
    if (reading->days_since_onset < rv_reading_number(reading, "needle_expected_day"))
        rv_strings_add(reading, &draft->missing,
                       rv_reading_format(reading, "a needle study after day %.0f",
                                         rv_reading_number(reading, "needle_expected_day")));
}

/* What the root explains; muscles of minor weight stay for another root. */
static void explain(struct rv_reading *reading, const struct rv_limb *limb,
                    const struct rv_root_fit *fit, const char *pattern)
{
    for (size_t i = 0; i < reading->muscle_count; i++) {
        struct rv_muscle_item *muscle = &reading->muscles[i];
        if (muscle->strength <= 0)
            continue;
        if (rv_limb_has_paraspinal(limb, muscle) ||
            (rv_limb_has_muscle(limb, muscle) && rv_root_weight(fit, muscle->facts) >= 2))
            muscle->explained = pattern;
    }
    for (size_t i = 0; i < reading->nerve_count; i++) {
        struct rv_nerve_item *item = &reading->nerves[i];
        if (item->motor && rv_limb_has_nerve(reading, limb, item) && item->facts != NULL &&
            rv_root_weight(fit, item->facts) >= 2)
            item->explained = pattern;
    }
}

static void report_root(struct rv_reading *reading, const struct rv_limb *limb,
                        const struct rv_root_fit *fit, enum rv_pattern_grade grade)
{
    struct rv_draft *draft = rv_reading_draft(reading, "radiculopathy", limb->side, grade);
    if (draft == NULL)
        return;
    for (size_t i = 0; i < fit->group_count; i++)
        rv_strings_add(reading, &draft->roots, rv_root_name(fit->group[i]));
    draft->cost = fit->cost;
    draft->pattern.site = rv_text_equal(limb->region, "arm") ? "cervical" : "lumbosacral";
    draft->statement = grade == RV_INSUFFICIENT ? "radiculopathy_insufficient" : "radiculopathy";
    rv_strings_add(reading, &draft->rules, "ROOT");
    list_muscles(reading, limb, fit, draft);
    list_snaps(reading, limb, fit, draft);
    list_motor(reading, limb, fit, draft);
    list_late(reading, limb, fit, draft);
    list_missing(reading, limb, fit, draft);
    explain(reading, limb, fit, grade == RV_INSUFFICIENT ? "insufficient" : "radiculopathy");
}

/* Beside a root, a nerve lesion whose sensory responses are preserved is more of the root. */
static bool belongs_to_root(const struct rv_reading *reading, const struct rv_limb *limb,
                            const struct rv_fit *lesion)
{
    bool arm = rv_text_equal(limb->region, "arm");
    for (size_t i = 0; i < reading->draft_count; i++) {
        const struct rv_pattern *made = &reading->drafts[i].pattern;
        if (strcmp(made->pattern, "radiculopathy") == 0 && made->side == limb->side &&
            rv_text_equal(made->site, arm ? "cervical" : "lumbosacral"))
            return lesion->snaps == 0 && lesion->snaps_normal > 0;
    }
    return false;
}

/* One explanation; false when there is none left that has enough support. */
static bool explain_once(struct rv_reading *reading, const struct rv_limb *limb)
{
    struct rv_fit lesion;
    struct rv_root_fit root;
    size_t row = rv_lesion_best(reading, limb, &lesion);
    bool has_root = rv_root_best(reading, limb, &root);
    enum rv_pattern_grade grade = has_root ? rv_root_grade(reading, &root) : RV_INSUFFICIENT;
    if (row != SIZE_MAX && (lesion.cost > rv_reading_number(reading, "cost_refuse") ||
                            belongs_to_root(reading, limb, &lesion)))
        row = SIZE_MAX;
    if (row != SIZE_MAX && (grade == RV_INSUFFICIENT || lesion.cost <= root.cost + 1e-9)) {
        rv_lesion_report(reading, limb, row, &lesion);
        return true;
    }
    if (grade > RV_INSUFFICIENT) {
        report_root(reading, limb, &root, grade);
        return true;
    }
    return false;
}

static bool has_needle(const struct rv_reading *reading, const struct rv_limb *limb)
{
    for (size_t i = 0; i < reading->muscle_count; i++)
        if (rv_limb_has_muscle(limb, &reading->muscles[i]))
            return true;
    return false;
}

/* One muscle, paraspinals alone, recruitment alone, late responses alone: not enough, and said. */
static bool suspects_s1(const struct rv_reading *reading, enum rv_side side)
{
    const struct rv_visit *visit = &reading->study->visit;
    for (size_t i = 0; i < visit->suspected_root_count; i++)
        if (rv_text_equal(visit->suspected_roots[i], "S1"))
            return visit->symptom_side == side;
    return false;
}

/* S1 by the H-reflex alone: possible where it was suspected and no muscle was examined. */
static void report_h(struct rv_reading *reading, const struct rv_limb *limb)
{
    struct rv_root_fit root = {.group = {rv_root_find("S1")}, .group_count = 1};
    bool spared = rv_predicate_truth(reading, "sural_low", limb->side) == RV_FALSE;
    bool enough = spared && suspects_s1(reading, limb->side) && !has_needle(reading, limb);
    root.snap = spared ? RV_TRUE : RV_NOT_ASSESSED;
    report_root(reading, limb, &root, enough ? RV_POSSIBLE : RV_INSUFFICIENT);
}

static bool paraspinals_abnormal(const struct rv_reading *reading, const struct rv_limb *limb)
{
    for (size_t i = 0; i < reading->muscle_count; i++)
        if (rv_limb_has_paraspinal(limb, &reading->muscles[i]) &&
            rv_needle_abnormal(&reading->muscles[i]))
            return true;
    return false;
}

static void report_remainder(struct rv_reading *reading, const struct rv_limb *limb)
{
    struct rv_root_fit root;
    bool h = rv_text_equal(limb->region, "leg") &&
             rv_predicate_truth(reading, "h_one_sided", limb->side) == RV_TRUE;
    if (rv_root_best(reading, limb, &root) &&
        root.definite + root.chronic + root.recruitment_only > 0)
        report_root(reading, limb, &root, RV_INSUFFICIENT);
    else if (paraspinals_abnormal(reading, limb)) {
        root = (struct rv_root_fit){.paraspinal_abnormal = true};
        report_root(reading, limb, &root, RV_INSUFFICIENT);
    } else if (h)
        report_h(reading, limb);
}

static const char *const regions[] = {"arm", "leg", NULL};

void rv_localise(struct rv_reading *reading)
{
    for (size_t r = 0; regions[r] != NULL; r++)
        for (int side = RV_RIGHT; side <= RV_LEFT; side++) {
            struct rv_limb limb = {(enum rv_side)side, regions[r]};
            size_t before = reading->draft_count;
            int rounds = 0;
            while (rounds < 3 && explain_once(reading, &limb))
                rounds++;
            if (reading->draft_count == before)
                report_remainder(reading, &limb);
        }
}
