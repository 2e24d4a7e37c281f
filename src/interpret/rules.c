/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rows of rules.tsv: which predicates make which pattern, with which grade.
 *
 * A rule fires when every predicate of `all` is true, at least `count` of `of` are, and none of
 * `none` is. What is not assessed never fires a rule; it is listed as missing.
 */
#include "interpret/rules.h"

#include "base/text.h"
#include "interpret/lesions.h"
#include "interpret/predicates.h"

#include <string.h>

struct rule {
    size_t row;
    const char *id, *pattern, *all, *of, *none, *side;
    size_t count;
};

static const char *cell(struct rv_reading *reading, size_t row, const char *column)
{
    return rv_reading_cell(reading, "rules.tsv", row, column);
}

enum rv_pattern_grade rv_grade_find(const char *word)
{
    for (int grade = RV_DEFINITE; grade > RV_INSUFFICIENT; grade--)
        if (rv_text_equal(rv_pattern_grade_name((enum rv_pattern_grade)grade), word))
            return (enum rv_pattern_grade)grade;
    return RV_INSUFFICIENT;
}

/* How many predicates of a list are true. */
static size_t count_truths(struct rv_reading *reading, const char *list, enum rv_side side,
                           enum rv_truth truth, size_t *total)
{
    size_t found = 0;
    const char *word;
    size_t length;
    *total = 0;
    for (const char *rest = list; (rest = rv_list_next(rest, &word, &length)) != NULL; ++*total) {
        char id[64] = "";
        memcpy(id, word, length < 63 ? length : 63);
        found += rv_predicate_truth(reading, id, side) == truth;
    }
    return found;
}

/* Distal slowing is no mark of an entrapment where every nerve is demyelinated. */
static bool is_swallowed(struct rv_reading *reading, const char *pattern)
{
    const struct rv_draft *slow =
        rv_reading_find_draft(reading, "polyneuropathy_demyelinating", RV_SIDE_UNKNOWN);
    return slow != NULL && slow->pattern.grade >= RV_PROBABLE &&
           rv_list_has("median_wrist|ulnar_wrist|tibial_ankle", pattern);
}

static bool fires(struct rv_reading *reading, const struct rule *rule, enum rv_side side)
{
    size_t total;
    if (is_swallowed(reading, rule->pattern))
        return false;
    if (count_truths(reading, rule->all, side, RV_TRUE, &total) < total)
        return false;
    if (count_truths(reading, rule->of, side, RV_TRUE, &total) < rule->count)
        return false;
    return count_truths(reading, rule->none, side, RV_TRUE, &total) == 0;
}

static void list_evidence(struct rv_reading *reading, struct rv_draft *draft, const char *list,
                          enum rv_side side, bool contrary)
{
    const char *word;
    size_t length;
    for (const char *rest = list; (rest = rv_list_next(rest, &word, &length)) != NULL;) {
        char id[64] = "";
        memcpy(id, word, length < 63 ? length : 63);
        const struct rv_predicate *predicate = rv_predicate_find(reading, id);
        if (predicate == NULL || predicate->text == NULL)
            continue;
        enum rv_truth truth = predicate->on[side].truth;
        const char *words = rv_predicate_words(reading, predicate, side);
        bool speaks_for = (truth == RV_TRUE) != contrary;
        if (truth == RV_NOT_ASSESSED)
            rv_strings_add_once(reading, &draft->missing, predicate->text);
        else
            rv_strings_add_once(
                reading, speaks_for ? &draft->evidence_for : &draft->evidence_against,
                truth == RV_TRUE ? words
                                 : rv_reading_format(reading, "not found: %s", predicate->text));
    }
}

static void apply(struct rv_reading *reading, const struct rule *rule, enum rv_side side)
{
    enum rv_pattern_grade grade = rv_grade_find(cell(reading, rule->row, "grade"));
    enum rv_side stands = side == RV_SIDE_UNKNOWN ? RV_BOTH : side;
    struct rv_draft *draft = NULL;
    for (size_t i = 0; i < reading->draft_count && draft == NULL; i++) {
        struct rv_draft *made = &reading->drafts[i];
        if (strcmp(made->pattern.pattern, rule->pattern) == 0 && made->pattern.side == stands &&
            rv_text_equal(made->pattern.nerve, cell(reading, rule->row, "nerve")))
            draft = made;
    }
    if (draft == NULL)
        draft = rv_reading_draft(reading, rule->pattern, stands, grade);
    if (draft == NULL)
        return;
    if (grade >= draft->pattern.grade) {
        draft->pattern.grade = grade;
        draft->pattern.nerve = cell(reading, rule->row, "nerve");
        draft->pattern.site = cell(reading, rule->row, "site");
        draft->statement = cell(reading, rule->row, "statement");
        draft->lesion = cell(reading, rule->row, "lesion");
    }
    rv_strings_add(reading, &draft->rules, rule->id);
    list_evidence(reading, draft, rule->all, side, false);
    list_evidence(reading, draft, rule->of, side, false);
    list_evidence(reading, draft, cell(reading, rule->row, "support"), side, false);
    list_evidence(reading, draft, rule->none, side, true);
    if (draft->lesion != NULL)
        rv_lesion_explain(reading, draft->lesion, stands, rule->pattern);
}

void rv_rules_apply(struct rv_reading *reading)
{
    size_t count = rv_reading_table(reading, "rules.tsv")->row_count;
    for (size_t row = 0; row < count; row++) {
        double needed = 0;
        const char *number = cell(reading, row, "count");
        if (number != NULL)
            rv_number_text(number, &needed, NULL);
        struct rule rule = {.row = row,
                            .id = cell(reading, row, "id"),
                            .pattern = cell(reading, row, "pattern"),
                            .all = cell(reading, row, "all"),
                            .of = cell(reading, row, "of"),
                            .none = cell(reading, row, "none"),
                            .side = cell(reading, row, "side"),
                            .count = (size_t)needed};
        if (rule.pattern == NULL) {
            reading->lacking = rule.id;
            return;
        }
        bool both = rv_text_equal(rule.side, "both");
        for (int side = both ? RV_SIDE_UNKNOWN : RV_RIGHT;
             side <= (both ? RV_SIDE_UNKNOWN : RV_LEFT); side++)
            if (fires(reading, &rule, (enum rv_side)side))
                apply(reading, &rule, (enum rv_side)side);
    }
}

/* An axonal polyneuropathy is not named beside a demyelinating one that stands firm. */
void rv_rules_settle(struct rv_reading *reading)
{
    const struct rv_draft *slow =
        rv_reading_find_draft(reading, "polyneuropathy_demyelinating", RV_SIDE_UNKNOWN);
    if (slow == NULL || slow->pattern.grade < RV_PROBABLE)
        return;
    for (size_t i = reading->draft_count; i-- > 0;)
        if (strcmp(reading->drafts[i].pattern.pattern, "polyneuropathy_axonal") == 0) {
            memmove(reading->drafts + i, reading->drafts + i + 1,
                    (reading->draft_count - i - 1) * sizeof *reading->drafts);
            reading->draft_count--;
        }
}
