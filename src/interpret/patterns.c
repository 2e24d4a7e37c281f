/* SPDX-License-Identifier: GPL-3.0-or-later
 * From drafts to the patterns of the report.
 */
#include "interpret/patterns.h"

#include "base/text.h"
#include "interpret/lesions.h"
#include "interpret/needle.h"
#include "interpret/predicates.h"

#include <math.h>
#include <string.h>

static bool is_root_draft(const struct rv_draft *draft, const char *region)
{
    return strcmp(draft->pattern.pattern, "radiculopathy") == 0 &&
           draft->pattern.grade > RV_INSUFFICIENT && rv_text_equal(draft->pattern.site, region);
}

static void merge(struct rv_reading *reading, struct rv_draft *into, const struct rv_draft *from)
{
    struct {
        struct rv_strings *into;
        const struct rv_strings *from;
    } lists[] = {{&into->roots, &from->roots},
                 {&into->evidence_for, &from->evidence_for},
                 {&into->evidence_against, &from->evidence_against},
                 {&into->missing, &from->missing},
                 {&into->rules, &from->rules}};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (size_t j = 0; j < lists[i].from->count; j++)
            rv_strings_add_once(reading, lists[i].into, lists[i].from->items[j]);
    if (into->pattern.side != from->pattern.side)
        into->pattern.side = RV_BOTH;
    if (from->pattern.grade < into->pattern.grade)
        into->pattern.grade = from->pattern.grade;
}

/* One root on both sides stays two findings; a pair on both sides is more than one root. */
static bool same_roots(const struct rv_draft *a, const struct rv_draft *b)
{
    if (a->pattern.side != b->pattern.side && a->roots.count > 1 && b->roots.count > 1)
        return false;
    for (size_t i = 0; i < a->roots.count; i++)
        if (rv_strings_have(&b->roots, a->roots.items[i]))
            return true;
    return false;
}

static void drop_draft(struct rv_reading *reading, size_t index)
{
    memmove(reading->drafts + index, reading->drafts + index + 1,
            (reading->draft_count - index - 1) * sizeof *reading->drafts);
    reading->draft_count--;
}

static void rename_explained(struct rv_reading *reading, const char *region)
{
    for (size_t i = 0; i < reading->muscle_count; i++) {
        struct rv_muscle_item *muscle = &reading->muscles[i];
        bool arm = rv_text_equal(region, "cervical");
        bool here = muscle->facts != NULL &&
                    (rv_text_equal(muscle->facts->region, arm ? "arm" : "leg") ||
                     rv_text_equal(muscle->facts->paraspinal, arm ? "cervical" : "lumbar"));
        if (here && rv_text_equal(muscle->explained, "radiculopathy"))
            muscle->explained = "polyradiculopathy";
    }
}

static void join_region(struct rv_reading *reading, const char *region)
{
    size_t count = 0;
    bool different = false;
    size_t first = 0;
    for (size_t i = reading->draft_count; i-- > 0;)
        if (is_root_draft(&reading->drafts[i], region)) {
            different |= count > 0 && !same_roots(&reading->drafts[i], &reading->drafts[first]);
            first = i;
            count++;
        }
    if (count < 2 || !different)
        return;
    for (size_t i = reading->draft_count; i-- > first + 1;)
        if (is_root_draft(&reading->drafts[i], region)) {
            merge(reading, &reading->drafts[first], &reading->drafts[i]);
            drop_draft(reading, i);
        }
    reading->drafts[first].pattern.pattern = "polyradiculopathy";
    reading->drafts[first].statement = "polyradiculopathy";
    rv_strings_add(reading, &reading->drafts[first].rules, "POLYROOT");
    rename_explained(reading, region);
}

void rv_patterns_join(struct rv_reading *reading)
{
    join_region(reading, "cervical");
    join_region(reading, "lumbosacral");
    for (size_t i = 0; i < reading->draft_count; i++) {
        struct rv_draft *draft = &reading->drafts[i];
        bool too_little = draft->pattern.grade == RV_INSUFFICIENT &&
                          strcmp(draft->pattern.pattern, "radiculopathy") == 0;
        draft->pattern.activity = rv_activity_of(
            reading, too_little ? "insufficient" : draft->pattern.pattern, draft->pattern.side);
        if (draft->pattern.activity == RV_ACTIVITY_NONE && reading->muscle_count == 0)
            draft->pattern.activity = RV_ACTIVITY_INDETERMINATE;
    }
}

/* Slowing without a known temperature: at most possible (clinical specification section 5). */
void rv_patterns_cap(struct rv_reading *reading)
{
    bool known = false;
    for (size_t i = 0; i < reading->measurement_count; i++)
        known |= !isnan(reading->measurements[i].temperature_c);
    static const char slowing[] = "median_wrist|ulnar_wrist|tibial_ankle|polyneuropathy_axonal|"
                                  "polyneuropathy_demyelinating";
    for (size_t i = 0; i < reading->draft_count && !known; i++) {
        struct rv_draft *draft = &reading->drafts[i];
        if (!rv_list_has(slowing, draft->pattern.pattern) || draft->pattern.grade <= RV_POSSIBLE)
            continue;
        draft->pattern.grade = RV_POSSIBLE;
        rv_strings_add(reading, &draft->missing, "skin temperature of the limb");
    }
}

/* The leading pattern: by grade, then by this order. */
static int rank(const struct rv_pattern *pattern)
{
    static const char *const order[] = {"motor_neuron_red_flag",
                                        "polyneuropathy_demyelinating",
                                        "neuromuscular_junction",
                                        "myopathy",
                                        "polyradiculopathy",
                                        "radiculopathy",
                                        "plexopathy",
                                        "sciatic",
                                        "ulnar_elbow",
                                        "fibular_knee",
                                        "radial_arm",
                                        "median_wrist",
                                        "ulnar_wrist",
                                        "tibial_ankle",
                                        "other_mononeuropathy",
                                        "polyneuropathy_axonal"};
    int place = 0;
    while (place < (int)(sizeof order / sizeof order[0]) &&
           strcmp(order[place], pattern->pattern) != 0)
        place++;
    bool urgent = place == 0 && pattern->grade > RV_INSUFFICIENT;
    return (urgent ? 100 : 0) + (int)pattern->grade * 20 - place;
}

static void sort_drafts(struct rv_reading *reading)
{
    for (size_t i = 1; i < reading->draft_count; i++) {
        struct rv_draft moving = reading->drafts[i];
        size_t at = i;
        while (at > 0 && rank(&reading->drafts[at - 1].pattern) < rank(&moving.pattern)) {
            reading->drafts[at] = reading->drafts[at - 1];
            at--;
        }
        reading->drafts[at] = moving;
    }
}

static struct rv_pattern settle(struct rv_reading *reading, struct rv_draft *draft)
{
    struct rv_pattern pattern = draft->pattern;
    pattern.roots = draft->roots.items;
    pattern.root_count = draft->roots.count;
    pattern.evidence_for = draft->evidence_for.items;
    pattern.evidence_for_count = draft->evidence_for.count;
    pattern.evidence_against = draft->evidence_against.items;
    pattern.evidence_against_count = draft->evidence_against.count;
    pattern.missing = draft->missing.items;
    pattern.missing_count = draft->missing.count;
    pattern.rules = draft->rules.items;
    pattern.rule_count = draft->rules.count;
    pattern.statement = rv_statement(
        reading, draft->statement != NULL ? draft->statement : draft->pattern.pattern, draft);
    return pattern;
}

/* Low responses that no pattern explains: which sentence says so; NULL when they are few enough to
 * be chance. An absent one is never chance. */
static const char *unexplained_responses(struct rv_reading *reading)
{
    size_t motor = 0, sensory = 0, absent = 0;
    for (size_t i = 0; i < reading->nerve_count; i++) {
        const struct rv_nerve_item *item = &reading->nerves[i];
        if (item->explained != NULL || item->low != RV_TRUE)
            continue;
        motor += item->motor;
        sensory += !item->motor;
        absent += item->amplitude <= 0;
    }
    if (absent == 0 &&
        (double)(motor + sensory) < rv_reading_number(reading, "unexplained_responses"))
        return NULL;
    return sensory == 0 && motor > 1 ? "motor_low" : "unexplained";
}

struct tally {
    size_t stray, judged;
};

static struct tally count_values(const struct rv_reading *reading)
{
    struct tally tally = {0, 0};
    for (size_t i = 0; i < reading->measurement_count; i++)
        for (int parameter = 0; parameter < RV_PARAMETER_COUNT; parameter++) {
            enum rv_judgement judgement =
                reading->measurements[i].results[parameter].verdict.judgement;
            tally.stray += judgement == RV_ABNORMAL;
            tally.judged += judgement != RV_NOT_JUDGED;
        }
    return tally;
}

/* What to say of values beyond their limits that stand alone. */
static const char *stray_values(struct rv_reading *reading, bool few)
{
    struct tally tally = count_values(reading);
    if (tally.stray == 0)
        return "";
    return rv_reading_format(reading,
                             " %zu of %zu values %s beyond a limit%s (see the findings)%s.",
                             tally.stray, tally.judged, tally.stray == 1 ? "lies" : "lie",
                             tally.stray == 1 ? " and stands alone" : "",
                             few ? "; among so many a few are expected to" : "");
}

/* Enough of it, and most of it within its limits, to be called normal? */
static const char *doubtful_normal(struct rv_reading *reading)
{
    struct tally tally = count_values(reading);
    size_t examined = reading->nerve_count;
    for (size_t i = 0; i < reading->muscle_count; i++)
        examined += fpclassify(reading->muscles[i].strength) != FP_ZERO;
    if ((double)examined < rv_reading_number(reading, "normal_least"))
        return "too_little";
    if ((double)tally.stray > rv_reading_number(reading, "stray_share") * (double)tally.judged)
        return "stray";
    return "normal";
}

/* Nothing abnormal that means something: normal, or not to be judged. */
static const char *without_pattern(struct rv_reading *reading, size_t insufficient)
{
    bool early = reading->muscle_count > 0 &&
                 reading->days_since_onset < rv_reading_number(reading, "needle_expected_day");
    if (reading->cold_value_count > 0)
        return "cold";
    if (insufficient > 0)
        return "insufficient";
    if (early)
        return "too_early";
    const char *unexplained = unexplained_responses(reading);
    if (unexplained != NULL)
        return unexplained;
    bool some = count_values(reading).judged > 0;
    for (size_t i = 0; i < reading->muscle_count; i++)
        some |= reading->muscles[i].strength < 0;
    return some ? doubtful_normal(reading) : "nothing";
}

static const char *join_statements(struct rv_reading *reading, const struct rv_pattern *patterns,
                                   size_t count)
{
    struct rv_text text = {0};
    for (size_t i = 0; i < count; i++)
        if (patterns[i].grade > RV_INSUFFICIENT && patterns[i].statement != NULL)
            rv_text_format(&text, "%s%s", text.length > 0 ? " " : "", patterns[i].statement);
    const char *copy = rv_reading_format(reading, "%s", text.bytes != NULL ? text.bytes : "");
    rv_text_finish(&text);
    return copy;
}

void rv_patterns_finish(struct rv_reading *reading, struct rv_interpretation *interpretation)
{
    sort_drafts(reading);
    size_t count = reading->draft_count, insufficient = 0;
    struct rv_pattern *patterns = rv_arena_alloc(reading->arena, count + 1, sizeof *patterns);
    if (patterns == NULL) {
        reading->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        patterns[i] = settle(reading, &reading->drafts[i]);
        insufficient += patterns[i].grade == RV_INSUFFICIENT;
    }
    if (insufficient < count) {
        interpretation->primary = patterns[0].pattern;
        interpretation->statement = join_statements(reading, patterns, count);
    } else {
        const char *why = without_pattern(reading, insufficient);
        struct rv_draft none = {.pattern = {.pattern = "normal", .grade = RV_DEFINITE}};
        interpretation->primary = strcmp(why, "normal") == 0 ? "normal" : "indeterminate";
        none.pattern.pattern = interpretation->primary;
        if (strcmp(why, "normal") != 0)
            none.pattern.grade = RV_POSSIBLE;
        none.statement = why;
        none.detail = stray_values(reading, strcmp(why, "normal") == 0);
        rv_strings_add(reading, &none.rules, rv_reading_format(reading, "S-%s", why));
        interpretation->statement = rv_statement(reading, why, &none);
        if (insufficient == 0)
            patterns[count++] = settle(reading, &none);
    }
    interpretation->patterns = patterns;
    interpretation->pattern_count = count;
}
