/* SPDX-License-Identifier: GPL-3.0-or-later
 * The next best test, by expected information over the hypotheses that compete in a limb.
 */
#include "interpret/next_test.h"

#include "base/text.h"
#include "interpret/lesions.h"
#include "interpret/localise.h"
#include "interpret/needle.h"
#include "interpret/observe.h"
#include "interpret/territory.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { MOST = 64 };

struct hypothesis {
    const char *name;
    size_t root;   /* RV_ROOT_COUNT: a lesion */
    size_t lesion; /* row of lesions.tsv */
    double probability;
};

struct field {
    struct rv_reading *reading;
    struct rv_limb limb;
    struct hypothesis items[MOST];
    size_t count;
};

struct candidate {
    const char *test, *reason;
    double bits;
};

struct candidates {
    struct candidate *items;
    size_t count, capacity;
};

double rv_expected_information(const double *probability, const double *yes, size_t count)
{
    double prior = 0, sure[2] = {0, 0}, left[2] = {0, 0};
    for (size_t i = 0; i < count; i++) {
        sure[0] += probability[i] * yes[i];
        sure[1] += probability[i] * (1 - yes[i]);
        if (probability[i] > 0)
            prior -= probability[i] * log2(probability[i]);
    }
    for (int answer = 0; answer < 2; answer++)
        for (size_t i = 0; i < count && sure[answer] > 0; i++) {
            double joint = probability[i] * (answer == 0 ? yes[i] : 1 - yes[i]) / sure[answer];
            if (joint > 0)
                left[answer] -= joint * log2(joint);
        }
    return prior - sure[0] * left[0] - sure[1] * left[1];
}

static void add(struct field *field, const char *name, size_t root, size_t lesion, double cost)
{
    double sharpness = rv_reading_number(field->reading, "information_sharpness");
    if (field->count < MOST)
        field->items[field->count++] =
            (struct hypothesis){name, root, lesion, exp(-sharpness * cost)};
}

/* What one muscle costs a root. */
static double muscle_cost(struct rv_reading *reading, const struct rv_muscle_item *muscle,
                          double weight)
{
    if (rv_needle_abnormal(muscle))
        return muscle->strength * (weight >= 2 ? 0 : weight > 0 ? 0.5 : 1);
    if (muscle->strength >= 0 || weight < 2)
        return 0;
    return rv_reading_number(reading, weight >= 3 ? "lambda_major" : "lambda_contributing");
}

/* Violations of one root alone, as the cost of a lesion is counted. */
static double root_cost(struct rv_reading *reading, const struct rv_limb *limb, size_t root,
                        double *inside)
{
    double cost = 0;
    *inside = 0;
    for (size_t i = 0; i < reading->muscle_count; i++) {
        const struct rv_muscle_item *muscle = &reading->muscles[i];
        if (!rv_limb_has_muscle(limb, muscle))
            continue;
        double weight = muscle->facts->weight[root];
        *inside += rv_needle_abnormal(muscle) && weight >= 2 ? muscle->strength : 0;
        cost += muscle_cost(reading, muscle, weight);
    }
    for (size_t i = 0; i < reading->nerve_count; i++) {
        const struct rv_nerve_item *item = &reading->nerves[i];
        if (!item->motor && item->low == RV_TRUE && !item->symmetric &&
            rv_limb_has_nerve(reading, limb, item))
            cost += rv_reading_number(reading, "cost_snap_root");
    }
    return cost;
}

static void collect(struct field *field)
{
    struct rv_reading *reading = field->reading;
    size_t rows = rv_reading_table(reading, "lesions.tsv")->row_count;
    for (size_t row = 0; row < rows; row++) {
        struct rv_fit fit;
        if (!rv_text_equal(rv_reading_cell(reading, "lesions.tsv", row, "region"),
                           field->limb.region))
            continue;
        rv_lesion_fit(reading, &field->limb, row, &fit);
        const char *name = rv_reading_cell(reading, "lesions.tsv", row, "words");
        if (fit.explained > 0 || fit.snaps > 0)
            add(field, name, RV_ROOT_COUNT, row, fit.cost);
    }
    for (size_t root = 0; root < RV_ROOT_COUNT; root++) {
        double inside, cost = root_cost(reading, &field->limb, root, &inside);
        if (inside > 0)
            add(field, rv_reading_format(reading, "%s root", rv_root_name(root)), root, 0, cost);
    }
    double sum = 0;
    for (size_t i = 0; i < field->count; i++)
        sum += field->items[i].probability;
    for (size_t i = 0; i < field->count; i++)
        field->items[i].probability /= sum;
}

static double chance_of_muscle(struct field *field, const struct hypothesis *hypothesis,
                               const struct rv_muscle_facts *facts)
{
    struct rv_reading *reading = field->reading;
    if (hypothesis->root < RV_ROOT_COUNT) {
        double weight = facts->weight[hypothesis->root];
        if (facts->paraspinal != NULL)
            return rv_reading_number(reading, "probability_paraspinal");
        return rv_reading_number(reading, weight >= 3   ? "probability_major"
                                          : weight >= 2 ? "probability_contributing"
                                          : weight >= 1 ? "probability_minor"
                                                        : "probability_outside");
    }
    const char *list = rv_reading_cell(reading, "lesions.tsv", hypothesis->lesion, "muscles");
    return rv_reading_number(reading, rv_territory_holds_muscle(list, facts)
                                          ? "probability_major"
                                          : "probability_outside");
}

/* The two likeliest hypotheses that the test tells apart. */
static const char *reason(struct field *field, const double *yes)
{
    size_t more = MOST, less = MOST;
    for (size_t i = 0; i < field->count; i++) {
        bool high = yes[i] > 0.3;
        size_t *best = high ? &more : &less;
        if (*best == MOST || field->items[i].probability > field->items[*best].probability)
            *best = i;
    }
    if (more == MOST || less == MOST)
        return "its result is open under every hypothesis";
    return rv_reading_format(field->reading,
                             "expected abnormal in a lesion of the %s, spared in one of the %s",
                             field->items[more].name, field->items[less].name);
}

static void consider(struct field *field, struct candidates *candidates, const char *test,
                     const double *yes)
{
    double probability[MOST];
    for (size_t i = 0; i < field->count; i++)
        probability[i] = field->items[i].probability;
    double bits = rv_expected_information(probability, yes, field->count);
    if (bits < rv_reading_number(field->reading, "next_test_bits"))
        return;
    struct candidate *grown = rv_reading_grow(field->reading, candidates->items, candidates->count,
                                              &candidates->capacity, sizeof *candidates->items);
    if (grown == NULL)
        return;
    candidates->items = grown;
    candidates->items[candidates->count++] = (struct candidate){test, reason(field, yes), bits};
}

static bool fits_limb(const struct field *field, const struct rv_muscle_facts *facts)
{
    bool arm = rv_text_equal(field->limb.region, "arm");
    return rv_text_equal(facts->paraspinal, arm ? "cervical" : "lumbar") ||
           rv_text_equal(facts->region, field->limb.region);
}

static bool has_weights(const struct rv_muscle_facts *facts)
{
    bool some = facts->paraspinal != NULL;
    for (size_t root = 0; root < RV_ROOT_COUNT; root++)
        some |= facts->weight[root] > 0;
    return some;
}

static void consider_muscles(struct field *field, struct candidates *candidates)
{
    struct rv_reading *reading = field->reading;
    for (size_t i = 0; i < reading->fact_count; i++) {
        const struct rv_muscle_facts *facts = &reading->facts[i];
        double yes[MOST];
        if (!fits_limb(field, facts) || !has_weights(facts) || facts->special != NULL ||
            rv_needle_find(reading, facts->name, field->limb.side) != NULL ||
            (facts->paraspinal != NULL && reading->study->history.laminectomy_count > 0))
            continue;
        for (size_t j = 0; j < field->count; j++)
            yes[j] = chance_of_muscle(field, &field->items[j], facts);
        consider(field, candidates,
                 rv_reading_format(reading, "needle EMG of the %s, %s", facts->name,
                                   rv_side_name(field->limb.side)),
                 yes);
    }
}

static void consider_snaps(struct field *field, struct candidates *candidates)
{
    struct rv_reading *reading = field->reading;
    size_t rows = rv_reading_table(reading, "snaps.tsv")->row_count;
    bool arm = rv_text_equal(field->limb.region, "arm");
    for (size_t row = 0; row < rows; row++) {
        struct rv_nerve_item item = {.nerve = rv_reading_cell(reading, "snaps.tsv", row, "nerve"),
                                     .record =
                                         rv_reading_cell(reading, "snaps.tsv", row, "record")};
        const char *plexus = rv_reading_cell(reading, "snaps.tsv", row, "plexus");
        double yes[MOST];
        if (rv_text_equal(plexus, "brachial") != arm ||
            rv_observe_item(reading, false, item.nerve, item.record, field->limb.side) != NULL)
            continue;
        for (size_t j = 0; j < field->count; j++) {
            const struct hypothesis *hypothesis = &field->items[j];
            bool inside =
                hypothesis->root == RV_ROOT_COUNT &&
                rv_territory_holds_nerve(
                    rv_reading_cell(reading, "lesions.tsv", hypothesis->lesion, "snaps"), &item);
            yes[j] =
                rv_reading_number(reading, inside ? "probability_snap" : "probability_outside");
        }
        consider(field, candidates,
                 rv_reading_format(reading, "sensory conduction of the %s nerve at %s, %s",
                                   item.nerve, item.record, rv_side_name(field->limb.side)),
                 yes);
    }
}

static void sort(struct candidates *candidates)
{
    for (size_t i = 1; i < candidates->count; i++) {
        struct candidate moving = candidates->items[i];
        size_t at = i;
        for (; at > 0 && candidates->items[at - 1].bits < moving.bits; at--)
            candidates->items[at] = candidates->items[at - 1];
        candidates->items[at] = moving;
    }
}

static void search(struct rv_reading *reading, struct candidates *candidates)
{
    static const char *const regions[] = {"arm", "leg"};
    for (size_t r = 0; r < 2; r++)
        for (int side = RV_RIGHT; side <= RV_LEFT; side++) {
            struct field field = {.reading = reading, .limb = {(enum rv_side)side, regions[r]}};
            collect(&field);
            if (field.count < 2)
                continue;
            consider_muscles(&field, candidates);
            consider_snaps(&field, candidates);
        }
}

/* What muscles alone localised stays open to other explanations; what a focal change of conduction
 * or a widespread process explains does not. */
static bool is_open(const struct rv_reading *reading, const char *explained)
{
    if (explained == NULL || rv_list_has("insufficient|radiculopathy|polyradiculopathy", explained))
        return true;
    for (size_t i = 0; i < reading->draft_count; i++) {
        const struct rv_draft *draft = &reading->drafts[i];
        if (strcmp(draft->pattern.pattern, explained) == 0 && draft->rules.count > 0)
            return rv_text_starts(draft->rules.items[0], "L-");
    }
    return false;
}

/* Every limb is looked at afresh. */
static void search_afresh(struct rv_reading *reading, struct candidates *candidates)
{
    struct rv_muscle_item *muscles = reading->muscles;
    struct rv_nerve_item *nerves = reading->nerves;
    reading->muscles =
        rv_arena_copy(reading->arena, muscles, reading->muscle_count, sizeof *muscles);
    reading->nerves = rv_arena_copy(reading->arena, nerves, reading->nerve_count, sizeof *nerves);
    if (reading->muscles != NULL && reading->nerves != NULL) {
        for (size_t i = 0; i < reading->muscle_count; i++)
            if (is_open(reading, reading->muscles[i].explained))
                reading->muscles[i].explained = NULL;
        for (size_t i = 0; i < reading->nerve_count; i++)
            if (is_open(reading, reading->nerves[i].explained))
                reading->nerves[i].explained = NULL;
        search(reading, candidates);
    } else
        reading->failed = true;
    reading->muscles = muscles;
    reading->nerves = nerves;
}

static void simple_tests(struct rv_reading *reading, const struct rv_interpretation *interpretation,
                         struct candidates *candidates)
{
    struct candidate one = {0};
    if (reading->cold_value_count > 0)
        one = (struct candidate){"the same conduction studies with the limb warmed",
                                 "cold slows every nerve; nothing else can be judged before", NAN};
    else if (reading->days_since_onset < rv_reading_number(reading, "needle_expected_day"))
        one = (struct candidate){"a second needle study after three weeks",
                                 "fibrillation is not yet expected in every muscle", NAN};
    else if (reading->muscle_count == 0 && interpretation->primary != NULL &&
             reading->study->injection_count + reading->study->visit.suspected_root_count > 0)
        one = (struct candidate){"needle EMG of six muscles with the paraspinals",
                                 "without it motor axon loss of a root is not seen", NAN};
    if (one.test == NULL)
        return;
    struct candidate *grown = rv_reading_grow(reading, candidates->items, candidates->count,
                                              &candidates->capacity, sizeof *candidates->items);
    if (grown == NULL)
        return;
    candidates->items = grown;
    memmove(grown + 1, grown, candidates->count * sizeof *grown);
    grown[0] = one;
    candidates->count++;
}

/* A second test that would tell the same two apart is not named. */
static bool is_repeated(const struct rv_next_test *tests, size_t count, const char *reason)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(tests[i].reason, reason) == 0)
            return true;
    return false;
}

void rv_next_tests(struct rv_reading *reading, struct rv_interpretation *interpretation)
{
    struct candidates candidates = {0};
    search_afresh(reading, &candidates);
    sort(&candidates);
    simple_tests(reading, interpretation, &candidates);
    size_t most = (size_t)rv_reading_number(reading, "next_test_count"), count = 0;
    struct rv_next_test *tests = rv_arena_alloc(reading->arena, most, sizeof *tests);
    if (tests == NULL) {
        reading->failed = true;
        return;
    }
    for (size_t i = 0; i < candidates.count && count < most; i++)
        if (!is_repeated(tests, count, candidates.items[i].reason))
            tests[count++] = (struct rv_next_test){.test = candidates.items[i].test,
                                                   .reason = candidates.items[i].reason,
                                                   .gain_bits = candidates.items[i].bits};
    interpretation->next_tests = tests;
    interpretation->next_test_count = count;
}
