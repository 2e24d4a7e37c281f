/* SPDX-License-Identifier: GPL-3.0-or-later
 * Criteria of demyelination (rows of demyelination.tsv), nerve by nerve, met or not.
 */
#include "base/text.h"
#include "interpret/observe.h"
#include "interpret/predicates.h"
#include "interpret/widespread.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const char table[] = "demyelination.tsv";

struct criterion {
    const char *set, *name, *kind, *nerves, *except;
    double percent, percent_small, small_percent, cmap_percent;
    bool alone; /* counts without another criterion */
};

/* One nerve of one side. */
struct nerve {
    const char *name;
    enum rv_side side;
};

static double number_cell(struct rv_reading *reading, size_t row, const char *column)
{
    double number;
    const char *cell = rv_reading_cell(reading, table, row, column);
    return cell != NULL && rv_number_text(cell, &number, NULL) ? number : (double)NAN;
}

static struct criterion read_criterion(struct rv_reading *reading, size_t row)
{
    return (struct criterion){
        .set = rv_reading_cell(reading, table, row, "set"),
        .name = rv_reading_cell(reading, table, row, "criterion"),
        .kind = rv_reading_cell(reading, table, row, "kind"),
        .nerves = rv_reading_cell(reading, table, row, "nerves"),
        .except = rv_reading_cell(reading, table, row, "except"),
        .percent = number_cell(reading, row, "percent"),
        .percent_small = number_cell(reading, row, "percent_small"),
        .small_percent = number_cell(reading, row, "small_percent"),
        .cmap_percent = number_cell(reading, row, "cmap_percent"),
        .alone = rv_text_equal(rv_reading_cell(reading, table, row, "alone"), "yes"),
    };
}

/* Amplitude at the most distal site in percent of its lower limit; NaN unknown. */
static double cmap_percent(const struct rv_reading *reading, const struct rv_nerve_item *item)
{
    double lower = reading->measurements[item->measurement].results[RV_AMPLITUDE].verdict.lower;
    return isnan(lower) || lower <= 0 ? (double)NAN : 100 * item->amplitude / lower;
}

/* Entrapment segments do not count for a generalised process. */
static bool is_entrapment(const struct rv_response *response)
{
    return (rv_text_equal(response->nerve, "ulnar") &&
            rv_text_equal(response->stimulate, "above elbow")) ||
           (rv_text_equal(response->nerve, "median") &&
            rv_text_equal(response->stimulate, "wrist")) ||
           (rv_text_equal(response->nerve, "fibular") &&
            rv_text_equal(response->stimulate, "popliteal fossa"));
}

static bool meets_latency(struct rv_reading *reading, const struct criterion *criterion,
                          const struct rv_nerve_item *item, const char **id)
{
    const struct rv_measurement *found = &reading->measurements[item->measurement];
    double latency, se, upper = found->results[RV_ONSET_LATENCY].verdict.upper;
    *id = item->id;
    return rv_observe_cold(reading, item->measurement) == 0 &&
           rv_observe_value(reading, item->measurement, RV_ONSET_LATENCY, &latency, &se) &&
           latency >= criterion->percent / 100 * upper;
}

/* Another site of the same motor study, entrapment segments apart. */
static bool is_site_of(const struct rv_response *response, const struct rv_nerve_item *item)
{
    return response->kind == RV_MOTOR && response->side == item->side && !is_entrapment(response) &&
           rv_text_equal(response->nerve, item->nerve) &&
           rv_text_equal(response->record, item->record);
}

static bool meets_velocity(struct rv_reading *reading, const struct criterion *criterion,
                           const struct rv_nerve_item *item, const char **id)
{
    double small = cmap_percent(reading, item);
    double percent =
        small < criterion->small_percent ? criterion->percent_small : criterion->percent;
    for (size_t i = 0; i < reading->measurement_count; i++) {
        const struct rv_measurement *found = &reading->measurements[i];
        double velocity, se, lower = found->results[RV_CONDUCTION_VELOCITY].verdict.lower;
        if (!is_site_of(found->response, item) || rv_observe_cold(reading, i) != 0 ||
            !rv_observe_value(reading, i, RV_CONDUCTION_VELOCITY, &velocity, &se))
            continue;
        *id = found->response->id;
        if (velocity > 0 && velocity <= percent / 100 * lower)
            return true;
    }
    return false;
}

static bool is_late(const struct rv_reading *reading, const struct criterion *criterion,
                    size_t measurement, double small)
{
    double latency, se;
    double percent =
        small < criterion->small_percent ? criterion->percent_small : criterion->percent;
    double upper = reading->measurements[measurement].results[RV_F_MINIMUM].verdict.upper;
    return rv_observe_value(reading, measurement, RV_F_MINIMUM, &latency, &se) &&
           latency >= percent / 100 * upper;
}

static bool meets_f(struct rv_reading *reading, const struct criterion *criterion,
                    const struct rv_nerve_item *item, const char **id)
{
    bool absence = strcmp(criterion->kind, "f_absent") == 0;
    double small = cmap_percent(reading, item);
    for (size_t i = 0; i < reading->measurement_count; i++) {
        const struct rv_response *response = reading->measurements[i].response;
        if (response->kind != RV_F_WAVE || response->side != item->side ||
            !rv_text_equal(response->nerve, item->nerve) || rv_observe_cold(reading, i) != 0)
            continue;
        *id = response->id;
        if (absence ? rv_observe_absent(reading, i) && small >= criterion->cmap_percent
                    : is_late(reading, criterion, i, small))
            return true;
    }
    return false;
}

/* A forearm fall of the ulnar amplitude is a block only after a median to ulnar anastomosis was
 * looked for, whatever the amount. */
static bool may_be_variant(struct rv_reading *reading, size_t proximal)
{
    const struct rv_response *response = reading->measurements[proximal].response;
    return rv_text_equal(response->nerve, "ulnar") &&
           rv_text_equal(response->stimulate, "below elbow") &&
           rv_predicate_truth(reading, "martin_gruber", response->side) != RV_FALSE;
}

/* Percent that a value falls (drop) or rises from the distal site to this one; NaN where it
 * cannot be said or the distal response is too small. */
static double segment_change(struct rv_reading *reading, size_t proximal, bool drop)
{
    enum rv_parameter parameter = drop ? RV_AMPLITUDE : RV_NEGATIVE_DURATION;
    size_t distal = rv_observe_distal(reading, proximal);
    double here, there, amplitude_mv, se;
    if (distal == SIZE_MAX || !rv_observe_value(reading, proximal, parameter, &here, &se) ||
        !rv_observe_value(reading, distal, parameter, &there, &se) || there <= 0 ||
        !rv_observe_value(reading, distal, RV_AMPLITUDE, &amplitude_mv, &se) ||
        amplitude_mv < rv_reading_number(reading, "small_cmap_mv"))
        return NAN;
    return 100 * (drop ? there - here : here - there) / there;
}

static bool meets_segment(struct rv_reading *reading, const struct criterion *criterion,
                          const struct rv_nerve_item *item, const char **id)
{
    bool drop = strcmp(criterion->kind, "drop") == 0;
    if (cmap_percent(reading, item) < criterion->cmap_percent)
        return false;
    for (size_t i = 0; i < reading->measurement_count; i++) {
        const struct rv_response *response = reading->measurements[i].response;
        if (!is_site_of(response, item))
            continue;
        *id = response->id;
        if (segment_change(reading, i, drop) >= criterion->percent &&
            !(drop && may_be_variant(reading, i)))
            return true;
    }
    return false;
}

static bool meets_duration(struct rv_reading *reading, const struct criterion *criterion,
                           const struct rv_nerve_item *item, const char **id)
{
    double duration, se;
    *id = item->id;
    return rv_observe_value(reading, item->measurement, RV_NEGATIVE_DURATION, &duration, &se) &&
           rv_observe_cold(reading, item->measurement) == 0 && duration > criterion->percent;
}

static const struct {
    const char *kind;
    bool (*meets)(struct rv_reading *reading, const struct criterion *criterion,
                  const struct rv_nerve_item *item, const char **id);
} kinds[] = {{"latency", meets_latency},  {"velocity", meets_velocity},
             {"f_latency", meets_f},      {"f_absent", meets_f},
             {"drop", meets_segment},     {"dispersion", meets_segment},
             {"duration", meets_duration}};

static bool meets(struct rv_reading *reading, const struct criterion *criterion,
                  const struct rv_nerve_item *item, const char **id)
{
    if (!item->motor || rv_list_has(criterion->except, item->nerve) ||
        (criterion->nerves != NULL && !rv_list_has(criterion->nerves, item->nerve)))
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (rv_text_equal(kinds[i].kind, criterion->kind))
            return kinds[i].meets(reading, criterion, item, id);
    reading->lacking = criterion->name;
    return false;
}

/* Whether the nerve meets some other row of the set. */
static bool meets_other(struct rv_reading *reading, size_t row, const struct rv_nerve_item *item)
{
    const char *set = rv_reading_cell(reading, table, row, "set"), *id;
    size_t rows = rv_reading_table(reading, table)->row_count;
    for (size_t i = 0; i < rows; i++) {
        struct criterion other = read_criterion(reading, i);
        if (i != row && rv_text_equal(other.set, set) &&
            strcmp(other.kind, rv_reading_cell(reading, table, row, "kind")) != 0 &&
            meets(reading, &other, item, &id))
            return true;
    }
    return false;
}

/* The distal latency of the median nerve counts only where the nerve is slow elsewhere too: a
 * carpal tunnel must not make a polyneuropathy. */
static bool counts(struct rv_reading *reading, size_t row, const struct rv_nerve_item *item)
{
    const char *kind = rv_reading_cell(reading, table, row, "kind");
    bool distal = strcmp(kind, "latency") == 0 || strcmp(kind, "duration") == 0;
    return !distal || !rv_text_equal(item->nerve, "median") || meets_other(reading, row, item);
}

struct tally {
    struct rv_strings met, evidence, nerves;
    size_t strong; /* criteria met in two nerves */
    size_t alone;  /* nerves that meet a criterion which counts alone */
};

static void try_row(struct rv_reading *reading, size_t row, struct tally *tally)
{
    struct criterion criterion = read_criterion(reading, row);
    struct rv_strings names = {0}, ids = {0};
    for (size_t i = 0; i < reading->nerve_count; i++) {
        const struct rv_nerve_item *item = &reading->nerves[i];
        const char *id = NULL;
        if (!meets(reading, &criterion, item, &id) || !counts(reading, row, item))
            continue;
        const char *name =
            rv_reading_format(reading, "%s %s", rv_side_name(item->side), item->nerve);
        rv_strings_add_once(reading, &names, name);
        rv_strings_add_once(reading, &ids, id);
        rv_strings_add_once(reading, &tally->evidence, id);
        if (criterion.alone)
            rv_strings_add_once(reading, &tally->nerves, name);
    }
    if (names.count == 0)
        return;
    struct rv_text words = {0};
    rv_text_format(&words, "%s, %s: met in ", criterion.set, criterion.name);
    for (size_t i = 0; i < names.count; i++)
        rv_text_format(&words, "%s%s", i > 0 ? ", " : "", names.items[i]);
    const char *text = rv_reading_format(reading, "%s", words.bytes != NULL ? words.bytes : "");
    rv_text_finish(&words);
    rv_strings_add(reading, &tally->met, text);
    tally->strong += criterion.alone && names.count >= 2;
    struct rv_strings *evidence = rv_arena_copy(reading->arena, &ids, 1, sizeof ids);
    rv_reading_finding(reading, "demyelination_criterion", NAN, evidence, text);
}

static void list_failed(struct rv_reading *reading, const char *set, const struct tally *tally,
                        struct rv_draft *draft)
{
    size_t rows = rv_reading_table(reading, table)->row_count;
    for (size_t row = 0; row < rows; row++) {
        struct criterion criterion = read_criterion(reading, row);
        bool met = false;
        for (size_t i = 0; i < tally->met.count; i++)
            met |= strstr(tally->met.items[i], criterion.name) != NULL;
        if (rv_text_equal(criterion.set, set) && !met)
            rv_strings_add_once(reading, &draft->evidence_against,
                                rv_reading_format(reading, "%s, %s: not met", set, criterion.name));
    }
}

static void tally_set(struct rv_reading *reading, const char *set, struct tally *tally)
{
    size_t rows = rv_reading_table(reading, table)->row_count;
    for (size_t row = 0; row < rows; row++)
        if (rv_text_equal(rv_reading_cell(reading, table, row, "set"), set))
            try_row(reading, row, tally);
}

static enum rv_pattern_grade grade_of(struct rv_reading *reading, const struct tally *tally)
{
    if (tally->strong == 0 && tally->nerves.count < 2)
        return RV_POSSIBLE;
    bool sensory = rv_predicate_truth(reading, "snaps_low_two", RV_SIDE_UNKNOWN) == RV_TRUE;
    return tally->strong >= 2 && sensory ? RV_DEFINITE : RV_PROBABLE;
}

static void report(struct rv_reading *reading, const char *set, const struct tally *tally,
                   enum rv_pattern_grade grade)
{
    struct rv_draft *draft =
        rv_reading_draft(reading, "polyneuropathy_demyelinating", RV_BOTH, grade);
    if (draft == NULL)
        return;
    bool motor_only = rv_predicate_truth(reading, "snaps_all_normal", RV_SIDE_UNKNOWN) == RV_TRUE;
    draft->statement =
        motor_only ? "polyneuropathy_motor_demyelinating" : "polyneuropathy_demyelinating";
    rv_strings_add(reading, &draft->rules, "DEMYELINATION");
    for (size_t i = 0; i < tally->met.count; i++)
        rv_strings_add(reading, &draft->evidence_for, tally->met.items[i]);
    if (rv_predicate_truth(reading, "sural_sparing", RV_SIDE_UNKNOWN) == RV_TRUE)
        rv_strings_add(reading, &draft->evidence_for, "sural sparing");
    list_failed(reading, set, tally, draft);
}

/* The chronic criteria, and within eight weeks of onset the milder ones of the acute neuropathy
 * (two nerves). A third set is listed for comparison. */
void rv_demyelination_apply(struct rv_reading *reading)
{
    static const char chronic[] = "EAN/PNS 2021", acute[] = "Hadden 1998", third[] = "AAN 1991";
    struct tally tally = {0}, early = {0}, other = {0};
    tally_set(reading, chronic, &tally);
    tally_set(reading, third, &other);
    if (tally.nerves.count > 0)
        report(reading, chronic, &tally, grade_of(reading, &tally));
    if (!(reading->days_since_onset <= rv_reading_number(reading, "acute_neuropathy_days")))
        return;
    tally_set(reading, acute, &early);
    if (tally.nerves.count == 0 && early.nerves.count >= 2)
        report(reading, acute, &early, early.nerves.count >= 3 ? RV_PROBABLE : RV_POSSIBLE);
}
