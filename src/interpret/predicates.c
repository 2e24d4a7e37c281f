/* SPDX-License-Identifier: GPL-3.0-or-later
 * Named questions with three answers.
 */
#include "interpret/predicates.h"

#include "base/text.h"
#include "interpret/needle.h"
#include "interpret/observe.h"
#include "interpret/territory.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* One question in the asking. */
struct asking {
    struct rv_reading *reading;
    const struct rv_predicate *predicate;
    enum rv_side side;
    struct rv_outcome *outcome;
};

static enum rv_truth truth_of(bool yes)
{
    return yes ? RV_TRUE : RV_FALSE;
}

static void note(struct asking *ask, const char *id)
{
    rv_strings_add_once(ask->reading, &ask->outcome->evidence, id);
}

static void note_response(struct asking *ask, size_t measurement)
{
    note(ask, ask->reading->measurements[measurement].response->id);
}

/* True wins, then not assessed, then false. */
static void take(enum rv_truth *sum, enum rv_truth one, bool first)
{
    if (one == RV_TRUE || *sum == RV_TRUE)
        *sum = RV_TRUE;
    else if (first)
        *sum = one;
    else if (one != *sum)
        *sum = RV_NOT_ASSESSED;
}

static enum rv_truth compare(struct asking *ask, double value)
{
    ask->outcome->value = value;
    bool over = rv_text_equal(ask->predicate->relation, "over");
    return truth_of(over ? value >= ask->predicate->number : value <= ask->predicate->number);
}

static void ask_limit(struct asking *ask)
{
    const struct rv_predicate *predicate = ask->predicate;
    bool high = !rv_text_equal(predicate->relation, "low");
    bool low = !rv_text_equal(predicate->relation, "high");
    bool first = true;
    const char *selector, *name;
    size_t length, name_length;
    for (const char *rest = predicate->of; (rest = rv_list_next(rest, &selector, &length)) != NULL;)
        for (size_t i = rv_observe_first(ask->reading, selector, length, ask->side); i != SIZE_MAX;
             i = rv_observe_next(ask->reading, selector, length, ask->side, i + 1))
            for (const char *names = predicate->parameter;
                 (names = rv_list_next(names, &name, &name_length)) != NULL;) {
                char word[64] = "";
                memcpy(word, name, name_length < 63 ? name_length : 63);
                enum rv_parameter parameter = rv_parameter_find(word);
                if (parameter == RV_PARAMETER_COUNT) {
                    ask->reading->lacking = predicate->id;
                    return;
                }
                enum rv_truth one = rv_observe_beyond(ask->reading, i, parameter, high, low);
                double number, se;
                if (one == RV_NOT_ASSESSED &&
                    !rv_observe_value(ask->reading, i, parameter, &number, &se))
                    continue;
                take(&ask->outcome->truth, one, first);
                first = false;
                if (one == RV_TRUE)
                    note_response(ask, i);
            }
}

static void ask_value(struct asking *ask)
{
    enum rv_parameter parameter = rv_parameter_find(ask->predicate->parameter);
    bool first = true;
    const char *selector;
    size_t length;
    for (const char *rest = ask->predicate->of;
         (rest = rv_list_next(rest, &selector, &length)) != NULL;)
        for (size_t i = rv_observe_first(ask->reading, selector, length, ask->side); i != SIZE_MAX;
             i = rv_observe_next(ask->reading, selector, length, ask->side, i + 1)) {
            double number, se, before = ask->outcome->value;
            if (!rv_observe_value(ask->reading, i, parameter, &number, &se))
                continue;
            enum rv_truth one = compare(ask, number);
            if (one == RV_TRUE && rv_observe_cold(ask->reading, i) == 2 &&
                parameter != RV_AMPLITUDE)
                one = RV_NOT_ASSESSED;
            if (one != RV_TRUE && ask->outcome->truth == RV_TRUE)
                ask->outcome->value = before;
            take(&ask->outcome->truth, one, first);
            first = false;
            if (one == RV_TRUE)
                note_response(ask, i);
        }
}

/* The values of the two responses of "A|B"; false when one is not known. */
static bool two_values(struct asking *ask, double pair[2], size_t measurements[2])
{
    enum rv_parameter parameter = rv_parameter_find(ask->predicate->parameter);
    const char *rest = ask->predicate->of, *selector;
    size_t length;
    for (size_t i = 0; i < 2; i++) {
        double se;
        rest = rv_list_next(rest, &selector, &length);
        if (rest == NULL || parameter == RV_PARAMETER_COUNT)
            return false;
        measurements[i] = rv_observe_first(ask->reading, selector, length, ask->side);
        if (measurements[i] == SIZE_MAX ||
            !rv_observe_value(ask->reading, measurements[i], parameter, &pair[i], &se))
            return false;
    }
    return true;
}

/* Two distances that differ make two latencies incomparable. */
static bool same_distance(struct asking *ask, const size_t measurements[2])
{
    const struct rv_measurement *found = ask->reading->measurements;
    double a = found[measurements[0]].response->distance_mm;
    double b = found[measurements[1]].response->distance_mm;
    return isnan(a) || isnan(b) ||
           fabs(a - b) <= rv_reading_number(ask->reading, "same_distance_mm");
}

static void ask_difference(struct asking *ask)
{
    double pair[2];
    size_t measurements[2];
    bool any = !rv_text_equal(ask->predicate->test, "difference");
    if (!two_values(ask, pair, measurements) || (!any && !same_distance(ask, measurements)))
        return;
    for (size_t i = 0; i < 2; i++)
        if (rv_observe_absent(ask->reading, measurements[i]))
            return;
    ask->outcome->truth = compare(ask, pair[0] - pair[1]);
    note_response(ask, measurements[0]);
    note_response(ask, measurements[1]);
}

static void ask_ratio(struct asking *ask)
{
    double pair[2];
    size_t measurements[2];
    bool drop = rv_text_equal(ask->predicate->test, "drop");
    if (!two_values(ask, pair, measurements) || pair[1] <= 0)
        return;
    if (drop && pair[1] < rv_reading_number(ask->reading, "small_cmap_mv"))
        return;
    uint64_t doubts = rv_flag_bit(RV_FLAG_SUBMAXIMAL) | rv_flag_bit(RV_FLAG_NO_UNIT);
    for (size_t i = 0; i < 2; i++)
        if ((ask->reading->measurements[measurements[i]].flags & doubts) != 0)
            return;
    double percent = 100 * pair[0] / pair[1];
    ask->outcome->truth = compare(ask, drop ? 100 - percent : percent);
    note_response(ask, measurements[0]);
    note_response(ask, measurements[1]);
}

static void ask_absent(struct asking *ask)
{
    bool first = true;
    const char *selector;
    size_t length;
    for (const char *rest = ask->predicate->of;
         (rest = rv_list_next(rest, &selector, &length)) != NULL;)
        for (size_t i = rv_observe_first(ask->reading, selector, length, ask->side); i != SIZE_MAX;
             i = rv_observe_next(ask->reading, selector, length, ask->side, i + 1)) {
            bool absent = rv_observe_absent(ask->reading, i);
            take(&ask->outcome->truth, truth_of(absent), first);
            first = false;
            if (absent)
                note_response(ask, i);
        }
}

static bool holds(const char *list, const struct rv_nerve_item *item)
{
    return rv_text_equal(list, "*") || rv_territory_holds_nerve(list, item);
}

/* All potentials of the list on both sides preserved, `count` of them at least. */
static void ask_preserved(struct asking *ask)
{
    size_t low = 0, normal = 0;
    for (size_t i = 0; i < ask->reading->nerve_count; i++) {
        const struct rv_nerve_item *item = &ask->reading->nerves[i];
        if (item->motor || !holds(ask->predicate->of, item))
            continue;
        low += item->low == RV_TRUE;
        normal += item->low == RV_FALSE;
    }
    if (low > 0)
        ask->outcome->truth = RV_FALSE;
    else if (normal >= ask->predicate->count)
        ask->outcome->truth = RV_TRUE;
}

static void ask_low(struct asking *ask)
{
    size_t low = 0, normal = 0, tested = 0;
    bool motor = rv_text_equal(ask->predicate->parameter, "motor");
    bool lone = rv_text_equal(ask->predicate->relation, "one side");
    for (size_t i = 0; i < ask->reading->nerve_count; i++) {
        const struct rv_nerve_item *item = &ask->reading->nerves[i];
        if (item->motor != motor || item->side != ask->side || !holds(ask->predicate->of, item))
            continue;
        tested++;
        normal += item->low == RV_FALSE;
        if (item->low == RV_TRUE && !(lone && item->symmetric)) {
            low++;
            note(ask, item->id);
        }
    }
    if (low >= ask->predicate->count)
        ask->outcome->truth = RV_TRUE;
    else if (normal > 0 && normal + low == tested)
        ask->outcome->truth = RV_FALSE;
}

static bool has_quality(const struct rv_muscle_item *muscle, const char *quality)
{
    if (quality == NULL)
        return rv_needle_abnormal(muscle);
    if (strcmp(quality, "active") == 0)
        return muscle->active;
    if (strcmp(quality, "chronic") == 0)
        return muscle->chronic && muscle->verdict != RV_MUSCLE_MYOPATHIC;
    if (strcmp(quality, "fasciculating") == 0)
        return muscle->fasciculating;
    if (strcmp(quality, "myopathic_active") == 0 && !muscle->active)
        return false;
    return muscle->verdict == RV_MUSCLE_MYOPATHIC;
}

static void ask_muscles(struct asking *ask)
{
    size_t found = 0, tested = 0;
    bool normal = rv_text_equal(ask->predicate->test, "normal");
    for (size_t i = 0; i < ask->reading->muscle_count; i++) {
        const struct rv_muscle_item *muscle = &ask->reading->muscles[i];
        if (muscle->side != ask->side ||
            !(rv_text_equal(ask->predicate->of, "*") ||
              rv_territory_holds_muscle(ask->predicate->of, muscle->facts)))
            continue;
        tested++;
        if (normal ? muscle->strength < 0 : has_quality(muscle, ask->predicate->parameter)) {
            found++;
            note(ask, muscle->id);
        }
    }
    if (found >= ask->predicate->count)
        ask->outcome->truth = RV_TRUE;
    else if (tested > 0)
        ask->outcome->truth = RV_FALSE;
}

static void ask_side(struct asking *ask)
{
    enum rv_parameter parameter = rv_parameter_find(ask->predicate->parameter);
    const char *selector;
    size_t length;
    if (rv_list_next(ask->predicate->of, &selector, &length) == NULL)
        return;
    size_t here = rv_observe_first(ask->reading, selector, length, ask->side);
    size_t there = here != SIZE_MAX ? rv_observe_other_side(ask->reading, here) : SIZE_MAX;
    double a, b, se;
    if (there == SIZE_MAX || !rv_observe_value(ask->reading, here, parameter, &a, &se) ||
        !rv_observe_value(ask->reading, there, parameter, &b, &se))
        return;
    bool ratio = rv_text_equal(ask->predicate->relation, "under");
    if (ratio && b <= 0)
        return;
    ask->outcome->truth = compare(ask, ratio ? a / b : a - b);
    note_response(ask, here);
    note_response(ask, there);
}

/* Percent of change from the first row of a train to a later one that goes furthest in the
 * direction asked: rows of one nerve, side and recording site, in the order of the table. */
static double train_change(const struct rv_reading *reading, size_t first, bool rise)
{
    const struct rv_response *start = reading->measurements[first].response;
    double base, furthest = 0, se;
    if (!rv_observe_value(reading, first, RV_AMPLITUDE, &base, &se) || base <= 0)
        return NAN;
    for (size_t i = first + 1; i < reading->measurement_count; i++) {
        const struct rv_response *later = reading->measurements[i].response;
        double amplitude;
        if (later->kind != RV_REPETITIVE || later->side != start->side ||
            !rv_text_equal(later->nerve, start->nerve) ||
            !rv_text_equal(later->record, start->record) ||
            !rv_observe_value(reading, i, RV_AMPLITUDE, &amplitude, &se))
            continue;
        double change = 100 * (rise ? amplitude - base : base - amplitude) / base;
        furthest = change > furthest ? change : furthest;
    }
    return furthest;
}

static void ask_train(struct asking *ask)
{
    const char *selector = ask->predicate->of;
    bool rise = rv_text_equal(ask->predicate->relation, "over");
    for (size_t i = rv_observe_first(ask->reading, selector, strlen(selector), ask->side);
         i != SIZE_MAX;
         i = rv_observe_next(ask->reading, selector, strlen(selector), ask->side, i + 1)) {
        double change = train_change(ask->reading, i, rise);
        if (isnan(change))
            continue;
        bool yes = change >= ask->predicate->number;
        take(&ask->outcome->truth, truth_of(yes), ask->outcome->truth == RV_NOT_ASSESSED);
        if (yes)
            note_response(ask, i);
    }
}

static void ask_other_present(struct asking *ask)
{
    const char *selector;
    size_t length;
    if (ask->side == RV_SIDE_UNKNOWN ||
        rv_list_next(ask->predicate->of, &selector, &length) == NULL)
        return;
    size_t there = rv_observe_first(ask->reading, selector, length, rv_other_side(ask->side));
    double number, se;
    if (there == SIZE_MAX)
        return;
    ask->outcome->truth = truth_of(rv_observe_value(
        ask->reading, there, rv_parameter_find(ask->predicate->parameter), &number, &se));
    note_response(ask, there);
}

static void copy_evidence(struct asking *ask, const struct rv_outcome *from)
{
    for (size_t i = 0; i < from->evidence.count; i++)
        note(ask, from->evidence.items[i]);
}

static void ask_others(struct asking *ask)
{
    size_t yes = 0, no = 0, count = 0;
    const char *word;
    size_t length;
    for (const char *rest = ask->predicate->of; (rest = rv_list_next(rest, &word, &length)) != NULL;
         count++) {
        char id[64] = "";
        memcpy(id, word, length < 63 ? length : 63);
        const struct rv_predicate *other = rv_predicate_find(ask->reading, id);
        if (other == NULL)
            return;
        const struct rv_outcome *outcome = &other->on[ask->side];
        yes += outcome->truth == RV_TRUE;
        no += outcome->truth == RV_FALSE;
        if (outcome->truth == RV_TRUE)
            copy_evidence(ask, outcome);
    }
    const char *test = ask->predicate->test;
    size_t needed = strcmp(test, "all") == 0   ? count
                    : strcmp(test, "any") == 0 ? 1
                                               : ask->predicate->count;
    if (strcmp(test, "none") == 0)
        ask->outcome->truth = yes > 0 ? RV_FALSE : no == count ? RV_TRUE : RV_NOT_ASSESSED;
    else
        ask->outcome->truth = yes >= needed         ? RV_TRUE
                              : count - no < needed ? RV_FALSE
                                                    : RV_NOT_ASSESSED;
}

/* "A|B": A is true and B is not. False where A is false; B alone says nothing. */
static void ask_without(struct asking *ask)
{
    const char *words[2] = {NULL, NULL};
    size_t lengths[2];
    const char *rest = ask->predicate->of;
    const struct rv_predicate *others[2] = {NULL, NULL};
    for (size_t i = 0; i < 2; i++) {
        char id[64] = "";
        rest = rv_list_next(rest, &words[i], &lengths[i]);
        if (rest == NULL)
            return;
        memcpy(id, words[i], lengths[i] < 63 ? lengths[i] : 63);
        others[i] = rv_predicate_find(ask->reading, id);
        if (others[i] == NULL)
            return;
    }
    enum rv_truth first = others[0]->on[ask->side].truth;
    enum rv_truth second = others[1]->on[ask->side].truth;
    ask->outcome->truth = first == RV_TRUE && second != RV_TRUE ? RV_TRUE
                          : first == RV_FALSE                   ? RV_FALSE
                                                                : RV_NOT_ASSESSED;
    copy_evidence(ask, &others[0]->on[ask->side]);
}

static void ask_sum(struct asking *ask)
{
    double sum = 0;
    const char *word;
    size_t length;
    for (const char *rest = ask->predicate->of;
         (rest = rv_list_next(rest, &word, &length)) != NULL;) {
        char id[64] = "";
        memcpy(id, word, length < 63 ? length : 63);
        const struct rv_predicate *other = rv_predicate_find(ask->reading, id);
        if (other == NULL || isnan(other->on[ask->side].value))
            return;
        sum += other->on[ask->side].value;
        copy_evidence(ask, &other->on[ask->side]);
    }
    ask->outcome->truth = compare(ask, sum);
}

/* How many sides say yes, and what that means. */
static enum rv_truth of_sides(const char *relation, enum rv_truth right, enum rv_truth left)
{
    int yes = (right == RV_TRUE) + (left == RV_TRUE);
    int no = (right == RV_FALSE) + (left == RV_FALSE);
    if (rv_text_equal(relation, "either"))
        return yes > 0 ? RV_TRUE : no == 2 ? RV_FALSE : RV_NOT_ASSESSED;
    if (no > 0)
        return RV_FALSE;
    bool enough = yes == 2 || (yes == 1 && rv_text_equal(relation, "tested"));
    return enough ? RV_TRUE : RV_NOT_ASSESSED;
}

static void ask_both(struct asking *ask)
{
    const struct rv_predicate *other = rv_predicate_find(ask->reading, ask->predicate->of);
    if (other == NULL)
        return;
    ask->outcome->truth =
        of_sides(ask->predicate->relation, other->on[RV_RIGHT].truth, other->on[RV_LEFT].truth);
    for (int side = RV_RIGHT; side <= RV_LEFT; side++)
        if (other->on[side].truth == RV_TRUE)
            copy_evidence(ask, &other->on[side]);
}

static const struct {
    const char *test;
    void (*ask)(struct asking *ask);
    bool whole; /* asked once of both sides */
} tests[] = {
    {"limit", ask_limit, false},
    {"value", ask_value, false},
    {"difference", ask_difference, false},
    {"ratio", ask_ratio, false},
    {"drop", ask_ratio, false},
    {"sum", ask_sum, false},
    {"absent", ask_absent, false},
    {"low", ask_low, false},
    {"muscles", ask_muscles, false},
    {"normal", ask_muscles, false},
    {"side", ask_side, false},
    {"all", ask_others, false},
    {"any", ask_others, false},
    {"none", ask_others, false},
    {"atleast", ask_others, false},
    {"minus", ask_difference, false},
    {"without", ask_without, false},
    {"other present", ask_other_present, false},
    {"preserved", ask_preserved, true},
    {"train", ask_train, false},
    {"both", ask_both, true},
};

static void ask_one(struct rv_reading *reading, struct rv_predicate *predicate)
{
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        if (!rv_text_equal(tests[i].test, predicate->test))
            continue;
        for (int side = RV_SIDE_UNKNOWN; side <= RV_LEFT; side++) {
            struct rv_outcome *outcome = &predicate->on[side];
            *outcome = (struct rv_outcome){.truth = RV_NOT_ASSESSED, .value = NAN};
            struct asking ask = {reading, predicate, (enum rv_side)side, outcome};
            tests[i].ask(&ask);
        }
        return;
    }
    reading->lacking = predicate->id;
}

static double number_cell(struct rv_reading *reading, size_t row, const char *column)
{
    double number;
    const char *cell = rv_reading_cell(reading, "predicates.tsv", row, column);
    return cell != NULL && rv_number_text(cell, &number, NULL) ? number : (double)NAN;
}

void rv_predicates_ask(struct rv_reading *reading)
{
    static const char name[] = "predicates.tsv";
    size_t count = rv_reading_table(reading, name)->row_count;
    reading->predicates = rv_arena_alloc(reading->arena, count, sizeof *reading->predicates);
    if (reading->predicates == NULL) {
        reading->failed = true;
        return;
    }
    for (size_t row = 0; row < count; row++) {
        struct rv_predicate *predicate = &reading->predicates[row];
        double needed = number_cell(reading, row, "count");
        *predicate = (struct rv_predicate){
            .id = rv_reading_cell(reading, name, row, "id"),
            .test = rv_reading_cell(reading, name, row, "test"),
            .of = rv_reading_cell(reading, name, row, "of"),
            .parameter = rv_reading_cell(reading, name, row, "parameter"),
            .relation = rv_reading_cell(reading, name, row, "relation"),
            .text = rv_reading_cell(reading, name, row, "text"),
            .source = rv_reading_cell(reading, name, row, "source"),
            .number = number_cell(reading, row, "number"),
            .count = isnan(needed) ? 1 : (size_t)needed,
        };
        reading->predicate_count = row + 1;
        ask_one(reading, predicate);
    }
}

const struct rv_predicate *rv_predicate_find(struct rv_reading *reading, const char *id)
{
    for (size_t i = 0; i < reading->predicate_count; i++)
        if (rv_text_equal(reading->predicates[i].id, id))
            return &reading->predicates[i];
    reading->lacking = id;
    return NULL;
}

enum rv_truth rv_predicate_truth(struct rv_reading *reading, const char *id, enum rv_side side)
{
    const struct rv_predicate *predicate = rv_predicate_find(reading, id);
    return predicate != NULL ? predicate->on[side].truth : RV_NOT_ASSESSED;
}

static const char *unit_of(const struct rv_predicate *predicate)
{
    enum rv_parameter parameter = rv_parameter_find(predicate->parameter);
    if (rv_text_equal(predicate->test, "ratio") || rv_text_equal(predicate->test, "drop"))
        return " %";
    if (rv_text_equal(predicate->test, "sum"))
        return " ms";
    if (parameter == RV_PARAMETER_COUNT)
        return "";
    const char *unit = rv_parameter_facts(parameter)->unit;
    return strcmp(unit, "ms") == 0     ? " ms"
           : strcmp(unit, "m/s") == 0  ? " m/s"
           : strcmp(unit, "%") == 0    ? " %"
           : parameter == RV_AMPLITUDE ? " mV"
                                       : "";
}

const char *rv_predicate_words(struct rv_reading *reading, const struct rv_predicate *predicate,
                               enum rv_side side)
{
    const struct rv_outcome *outcome = &predicate->on[side];
    struct rv_text words = {0};
    rv_text_append(&words, predicate->text);
    if (!isnan(outcome->value)) {
        char value[64], limit[64];
        bool whole = fabs(predicate->number) >= 10;
        rv_number_fixed(outcome->value, whole ? 0 : 1, value);
        rv_number_fixed(predicate->number, whole ? 0 : 1, limit);
        rv_text_format(&words, ": %s%s (criterion %s %s)", value, unit_of(predicate),
                       rv_text_equal(predicate->relation, "over") ? "at least" : "at most", limit);
    }
    for (size_t i = 0; i < outcome->evidence.count; i++)
        rv_text_format(&words, "%s%s%s", i == 0 ? " [" : ", ", outcome->evidence.items[i],
                       i + 1 == outcome->evidence.count ? "]" : "");
    const char *copy = rv_reading_format(reading, "%s", words.bytes != NULL ? words.bytes : "");
    rv_text_finish(&words);
    return copy;
}
