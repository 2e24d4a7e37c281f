/* SPDX-License-Identifier: GPL-3.0-or-later
 * Scoring the roots of a limb: clinical specification section 6.6, with the weights of 6.5.
 */
#include "base/text.h"
#include "interpret/localise.h"
#include "interpret/needle.h"
#include "interpret/observe.h"

#include <string.h>

double rv_root_weight(const struct rv_root_fit *fit, const struct rv_muscle_facts *facts)
{
    double most = 0;
    for (size_t i = 0; i < fit->group_count; i++)
        if (facts->weight[fit->group[i]] > most)
            most = facts->weight[fit->group[i]];
    return most;
}

/* Weight lost by a normal muscle: lambda 0.5 for major ones, 0.25 for contributing ones. */
static double spared(struct rv_reading *reading, double weight)
{
    if (weight >= 3)
        return weight * rv_reading_number(reading, "lambda_major");
    return weight >= 2 ? weight * rv_reading_number(reading, "lambda_contributing") : 0;
}

static void score_roots(struct rv_reading *reading, const struct rv_limb *limb,
                        struct rv_root_fit *fit)
{
    for (size_t i = 0; i < reading->muscle_count; i++) {
        const struct rv_muscle_item *muscle = &reading->muscles[i];
        if (!rv_limb_has_muscle(limb, muscle))
            continue;
        for (size_t root = 0; root < RV_ROOT_COUNT; root++) {
            double weight = muscle->facts->weight[root];
            fit->score[root] +=
                rv_needle_abnormal(muscle)
                    ? weight * muscle->strength
                    : spared(reading, weight) * (muscle->strength < 0 ? muscle->strength : 0);
        }
    }
}

/* Roots of one row of roots.tsv; 0 when `root` is not among them. */
static size_t read_group(struct rv_reading *reading, size_t row, size_t root,
                         size_t group[RV_ROOT_COUNT])
{
    size_t count = 0, length;
    bool inside = false;
    const char *word;
    for (const char *rest = rv_reading_cell(reading, "roots.tsv", row, "group");
         (rest = rv_list_next(rest, &word, &length)) != NULL && count < RV_ROOT_COUNT;) {
        char name[8] = "";
        memcpy(name, word, length < 7 ? length : 7);
        group[count] = rv_root_find(name);
        inside |= group[count] == root;
        if (group[count] < RV_ROOT_COUNT)
            count++;
    }
    return inside ? count : 0;
}

static void add_root(struct rv_root_fit *fit, size_t root)
{
    for (size_t i = 0; i < fit->group_count; i++)
        if (fit->group[i] == root)
            return;
    size_t at = fit->group_count++;
    while (at > 0 && fit->score[fit->group[at - 1]] < fit->score[root]) {
        fit->group[at] = fit->group[at - 1];
        at--;
    }
    fit->group[at] = root;
}

/* Abnormal muscles that are major for one root and at most minor for another. */
static size_t count_own(const struct rv_reading *reading, const struct rv_limb *limb, size_t root,
                        size_t other)
{
    size_t own = 0;
    for (size_t i = 0; i < reading->muscle_count; i++) {
        const struct rv_muscle_item *muscle = &reading->muscles[i];
        own += rv_limb_has_muscle(limb, muscle) && rv_needle_abnormal(muscle) &&
               muscle->facts->weight[root] >= 3 && muscle->facts->weight[other] <= 1;
    }
    return own;
}

/* Two muscles of their own on either side of a tie make two roots, not a pair. */
static bool are_two(const struct rv_reading *reading, const struct rv_limb *limb, size_t a,
                    size_t b)
{
    return count_own(reading, limb, a, b) >= 2 && count_own(reading, limb, b, a) >= 2;
}

/* Ties within one level become a pair; the upper lumbar roots are never told apart. */
static void choose_group(struct rv_reading *reading, const struct rv_limb *limb, size_t best,
                         struct rv_root_fit *fit)
{
    fit->group_count = 0;
    add_root(fit, best);
    double ratio = rv_reading_number(reading, "pair_ratio");
    size_t rows = rv_reading_table(reading, "roots.tsv")->row_count;
    size_t partner = RV_ROOT_COUNT;
    for (size_t row = 0; row < rows; row++) {
        size_t group[RV_ROOT_COUNT];
        size_t count = read_group(reading, row, best, group);
        bool always =
            rv_text_equal(rv_reading_cell(reading, "roots.tsv", row, "inseparable"), "yes");
        for (size_t i = 0; i < count; i++)
            if (always)
                add_root(fit, group[i]);
            else if (group[i] != best && !are_two(reading, limb, best, group[i]) &&
                     fit->score[group[i]] >= ratio * fit->score[best] &&
                     (partner == RV_ROOT_COUNT || fit->score[group[i]] > fit->score[partner]))
                partner = group[i];
    }
    if (partner < RV_ROOT_COUNT && fit->group_count == 1)
        add_root(fit, partner);
}

/* L4 is named first only where a muscle that L2 and L3 do not reach is abnormal. */
static void favour_named(struct rv_reading *reading, const struct rv_limb *limb,
                         struct rv_root_fit *fit)
{
    size_t rows = rv_reading_table(reading, "roots.tsv")->row_count;
    for (size_t row = 0; row < rows; row++) {
        const char *named = rv_reading_cell(reading, "roots.tsv", row, "favoured");
        size_t root = rv_root_find(named);
        if (root == RV_ROOT_COUNT)
            continue;
        struct rv_muscle_item *muscle = rv_needle_find(
            reading, rv_reading_cell(reading, "roots.tsv", row, "by_muscle"), limb->side);
        for (size_t i = 0; i < fit->group_count; i++)
            if (fit->group[i] == root && muscle != NULL && rv_needle_abnormal(muscle)) {
                memmove(fit->group + 1, fit->group, i * sizeof fit->group[0]);
                fit->group[0] = root;
            }
    }
}

static void count_muscle(struct rv_reading *reading, const struct rv_muscle_item *muscle,
                         struct rv_root_fit *fit, struct rv_strings *nerves,
                         struct rv_strings *segments)
{
    double weight = rv_root_weight(fit, muscle->facts);
    if (!rv_needle_abnormal(muscle)) {
        if (muscle->strength < 0)
            fit->cost -=
                muscle->strength * spared(reading, muscle->facts->weight[fit->group[0]]) / 3;
        return;
    }
    if (weight < 2) {
        fit->cost += muscle->strength * (weight > 0 ? 0.5 : 1) *
                     rv_reading_number(reading, "cost_muscle_outside");
        return;
    }
    fit->definite += muscle->strength >= 1;
    fit->chronic += muscle->strength < 1 && !muscle->recruitment_only;
    fit->recruitment_only += muscle->recruitment_only;
    rv_strings_add_once(reading, nerves, muscle->facts->nerve);
    rv_strings_add_once(reading, segments, muscle->facts->segment);
}

/* A muscle that another root of the limb explained already still shows a nerve of this one. */
static bool shared_with_other_root(const struct rv_limb *limb, const struct rv_muscle_item *muscle,
                                   const struct rv_root_fit *fit)
{
    return rv_text_equal(muscle->explained, "radiculopathy") && muscle->side == limb->side &&
           muscle->facts != NULL && rv_needle_abnormal(muscle) &&
           rv_text_equal(muscle->facts->region, limb->region) &&
           rv_root_weight(fit, muscle->facts) >= 3;
}

/* Paraspinals speak for every root of the limb. */
static bool is_paraspinal_of(const struct rv_limb *limb, const struct rv_muscle_item *muscle)
{
    struct rv_muscle_item open = *muscle;
    if (rv_text_equal(muscle->explained, "radiculopathy"))
        open.explained = NULL;
    return rv_limb_has_paraspinal(limb, &open);
}

static void count_muscles(struct rv_reading *reading, const struct rv_limb *limb,
                          struct rv_root_fit *fit)
{
    struct rv_strings nerves = {0}, segments = {0};
    for (size_t i = 0; i < reading->muscle_count; i++) {
        const struct rv_muscle_item *muscle = &reading->muscles[i];
        if (rv_limb_has_muscle(limb, muscle))
            count_muscle(reading, muscle, fit, &nerves, &segments);
        else if (shared_with_other_root(limb, muscle, fit))
            rv_strings_add_once(reading, &nerves, muscle->facts->nerve);
        else if (is_paraspinal_of(limb, muscle)) {
            fit->paraspinal_abnormal |= rv_needle_abnormal(muscle);
            fit->paraspinal_open |= rv_needle_abnormal(muscle) && muscle->explained == NULL;
            fit->paraspinal_normal |= muscle->strength < 0;
        }
    }
    fit->nerves = nerves.count;
    fit->segments = segments.count;
    fit->hand_only = segments.count == 1 && rv_strings_have(&segments, "hand");
    fit->foot_only = segments.count == 1 && rv_strings_have(&segments, "foot");
}

static enum rv_truth neighbour(const struct rv_reading *reading, const struct rv_limb *limb,
                               const struct rv_root_fit *fit, size_t root)
{
    enum rv_truth truth = RV_NOT_ASSESSED;
    for (size_t i = 0; i < reading->muscle_count; i++) {
        const struct rv_muscle_item *muscle = &reading->muscles[i];
        if (!rv_limb_has_muscle(limb, muscle) || muscle->facts->weight[root] < 2 ||
            muscle->facts->weight[root] <= rv_root_weight(fit, muscle->facts))
            continue;
        if (muscle->strength <= -1)
            return RV_TRUE;
        if (rv_needle_abnormal(muscle))
            truth = RV_FALSE;
    }
    return truth;
}

static void judge_neighbours(const struct rv_reading *reading, const struct rv_limb *limb,
                             struct rv_root_fit *fit)
{
    size_t first = fit->group[0], last = fit->group[0];
    for (size_t i = 1; i < fit->group_count; i++) {
        first = fit->group[i] < first ? fit->group[i] : first;
        last = fit->group[i] > last ? fit->group[i] : last;
    }
    enum rv_truth above = first > 0 ? neighbour(reading, limb, fit, first - 1) : RV_NOT_ASSESSED;
    enum rv_truth below =
        last + 1 < RV_ROOT_COUNT ? neighbour(reading, limb, fit, last + 1) : RV_NOT_ASSESSED;
    bool one = above == RV_TRUE || below == RV_TRUE;
    bool broken = above == RV_FALSE || below == RV_FALSE;
    fit->neighbours = one && !broken ? RV_TRUE : broken ? RV_FALSE : RV_NOT_ASSESSED;
}

static bool of_dermatome(const struct rv_root_fit *fit, const struct rv_nerve_item *item)
{
    for (size_t i = 0; i < fit->group_count; i++)
        if (rv_list_has(item->snap_roots, rv_root_name(fit->group[i])))
            return true;
    return false;
}

/* C5 and some others have no sensory potential of their own. */
static bool has_dermatome_snap(struct rv_reading *reading, const struct rv_root_fit *fit)
{
    size_t rows = rv_reading_table(reading, "snaps.tsv")->row_count;
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < fit->group_count; i++)
            if (rv_list_has(rv_reading_cell(reading, "snaps.tsv", row, "roots"),
                            rv_root_name(fit->group[i])))
                return true;
    return false;
}

/* What one sensory potential says of the root. */
struct snap_votes {
    bool preserved, accounted, low;
};

static void weigh_snap(struct rv_reading *reading, const struct rv_nerve_item *item, bool here,
                       struct rv_root_fit *fit, struct snap_votes *votes)
{
    if (item->explained != NULL || item->symmetric)
        votes->accounted |= here;
    else if (item->low == RV_FALSE)
        votes->preserved |= here;
    else if (item->low == RV_TRUE) {
        votes->low |= here;
        fit->cost += rv_reading_number(reading, "cost_snap_root");
    }
}

static void judge_snaps(struct rv_reading *reading, const struct rv_limb *limb,
                        struct rv_root_fit *fit)
{
    struct snap_votes votes = {0};
    bool any = !has_dermatome_snap(reading, fit);
    for (size_t i = 0; i < reading->nerve_count; i++) {
        const struct rv_nerve_item *item = &reading->nerves[i];
        bool leg = rv_observe_is_leg(reading, item->measurement);
        if (!item->motor && item->side == limb->side && leg == rv_text_equal(limb->region, "leg"))
            weigh_snap(reading, item, any || of_dermatome(fit, item), fit, &votes);
    }
    fit->snap = votes.low                            ? RV_FALSE
                : votes.preserved || votes.accounted ? RV_TRUE
                                                     : RV_NOT_ASSESSED;
}

bool rv_root_best(struct rv_reading *reading, const struct rv_limb *limb, struct rv_root_fit *fit)
{
    *fit = (struct rv_root_fit){0};
    score_roots(reading, limb, fit);
    size_t best = RV_ROOT_COUNT;
    for (size_t root = 0; root < RV_ROOT_COUNT; root++)
        if (fit->score[root] > 0 && (best == RV_ROOT_COUNT || fit->score[root] > fit->score[best]))
            best = root;
    if (best == RV_ROOT_COUNT)
        return false;
    choose_group(reading, limb, best, fit);
    favour_named(reading, limb, fit);
    count_muscles(reading, limb, fit);
    judge_neighbours(reading, limb, fit);
    judge_snaps(reading, limb, fit);
    return true;
}

/* All that "definite" asks for beyond two muscles of different nerves. */
static bool is_whole(struct rv_reading *reading, const struct rv_root_fit *fit)
{
    bool early = reading->days_since_onset < rv_reading_number(reading, "needle_expected_day") &&
                 fit->chronic == 0;
    return fit->paraspinal_abnormal && fit->segments >= 2 && fit->neighbours == RV_TRUE &&
           fit->snap == RV_TRUE && !early;
}

/* Too little for two muscles of one root and different nerves. Muscles of the foot fibrillate in
 * healthy people: alone they are one muscle at most. */
static bool is_too_little(const struct rv_root_fit *fit)
{
    return fit->definite + fit->chronic < 2 || fit->nerves < 2 || fit->foot_only;
}

/* The grades of section 6.6. Two muscles of one root and different nerves carry everything. */
enum rv_pattern_grade rv_root_grade(struct rv_reading *reading, const struct rv_root_fit *fit)
{
    bool some = fit->definite + fit->chronic >= 1;
    bool unsure = fit->snap == RV_NOT_ASSESSED && !fit->paraspinal_abnormal;
    if (is_too_little(fit))
        return some && fit->paraspinal_open ? RV_POSSIBLE : RV_INSUFFICIENT;
    if (fit->definite < 2 || fit->hand_only || fit->snap == RV_FALSE || unsure)
        return RV_POSSIBLE;
    return is_whole(reading, fit) ? RV_DEFINITE : RV_PROBABLE;
}
