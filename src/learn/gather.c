/* SPDX-License-Identifier: GPL-3.0-or-later
 * Groups, omissions, one value for each person.
 */
#include "learn/gather.h"

#include "base/error.h"
#include "base/text.h"
#include "knowledge/knowledge.h"
#include "reference/judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A value whose standard error is above this part of the spread widens the distribution it is
 * meant to show: half an SD adds 12 % if all values had it. */
static const double se_most = 0.5;
static const double distance_step_mm = 5;

static int compare_texts(const char *a, const char *b)
{
    return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int by_response(const struct rv_entry *a, const struct rv_entry *b)
{
    int order = (a->kind > b->kind) - (a->kind < b->kind);
    order = order != 0 ? order : compare_texts(a->nerve, b->nerve);
    return order != 0 ? order : compare_texts(a->record, b->record);
}

/* --- the distal end of a segment -------------------------------------------------------------- */

static int by_study(const void *left, const void *right)
{
    const struct rv_entry *a = left, *b = right;
    int order = compare_texts(a->study, b->study);
    order = order != 0 ? order : by_response(a, b);
    order = order != 0 ? order : (a->side > b->side) - (a->side < b->side);
    return order != 0 ? order : compare_texts(a->stimulate, b->stimulate);
}

static bool same_wire(const struct rv_entry *a, const struct rv_entry *b)
{
    return compare_texts(a->study, b->study) == 0 && by_response(a, b) == 0 && a->side == b->side;
}

/* Motor entries `from` to `to` are those of one nerve, side and recording in one study: the distal
 * end of each is the next stimulated site below it. */
static void find_distal(struct rv_entry *entries, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        int own = rv_site_order(entries[i].stimulate), nearest = 0;
        for (size_t j = from; own > 0 && j < to; j++) {
            int order = rv_site_order(entries[j].stimulate);
            if (order > nearest && order < own) {
                nearest = order;
                entries[i].distal = entries[j].stimulate;
            }
        }
    }
}

static void find_all_distal(struct rv_entry *entries, size_t count)
{
    qsort(entries, count, sizeof *entries, by_study);
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && same_wire(&entries[from], &entries[to]); to++)
            ;
        if (entries[from].kind == RV_MOTOR)
            find_distal(entries, from, to);
    }
}

/* --- omissions ---------------------------------------------------------------------------------
 */

static bool is_segment(enum rv_parameter parameter)
{
    return parameter == RV_CONDUCTION_VELOCITY || parameter == RV_VELOCITY_DROP;
}

/* The place of the response: latencies and amplitudes belong to the distal site of a motor nerve,
 * velocities to a segment. */
static enum rv_omission omit_by_place(const struct rv_entry *entry)
{
    if (entry->kind != RV_MOTOR)
        return RV_COUNTS;
    if (is_segment(entry->parameter))
        return entry->distal == NULL ? RV_OMIT_SEGMENT : RV_COUNTS;
    return entry->distal != NULL ? RV_OMIT_PROXIMAL : RV_COUNTS;
}

static enum rv_warmth warmth_of(const struct rv_gathering *gathering, const struct rv_entry *entry)
{
    struct rv_study study = {.temperature_c = {NAN, NAN, NAN, NAN}};
    struct rv_response response = {.kind = entry->kind,
                                   .nerve = entry->nerve,
                                   .side = entry->side,
                                   .temperature_c = entry->temperature_c};
    return rv_limb_state(gathering->policy, &study, &response).warmth;
}

static enum rv_omission omit_alone(const struct rv_gathering *gathering, struct rv_entry *entry)
{
    double adult = NAN, none;
    enum rv_warmth warmth = warmth_of(gathering, entry);
    enum rv_omission place = omit_by_place(entry);
    entry->warmth_unknown = warmth == RV_WARMTH_NOT_KNOWN;
    if (rv_plausible("adult_age_years", &adult, &none) && entry->age_years < adult)
        return RV_OMIT_CHILD;
    if (place != RV_COUNTS || entry->absent)
        return place; /* absent in a cold limb is absent too */
    if (warmth == RV_COOL || warmth == RV_TOO_COLD ||
        (gathering->need_temperature && entry->warmth_unknown))
        return RV_OMIT_COLD;
    if (rv_reference_doubtful(entry->flags, entry->kind, entry->parameter))
        return RV_OMIT_FLAGGED;
    return RV_COUNTS;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The distance most values were taken at, to 5 mm; of equals the shortest. `sorted` ascending. */
static double usual_distance(const double *sorted, size_t count)
{
    double usual = NAN;
    size_t most = 0;
    for (size_t from = 0, to; from < count; from = to) {
        double step = round(sorted[from] / distance_step_mm);
        for (to = from + 1; to < count && round(sorted[to] / distance_step_mm) < step + 0.5; to++)
            ;
        if (to - from > most) {
            most = to - from;
            usual = step * distance_step_mm;
        }
    }
    return usual;
}

/* Numbers of the entries that still count, ascending; their count. */
static size_t collect(const struct rv_group *group, bool distances, double *numbers)
{
    size_t count = 0;
    for (size_t i = 0; i < group->entry_count; i++) {
        const struct rv_entry *entry = &group->entries[i];
        double number = distances ? entry->distance_mm : entry->value;
        if (entry->omission == RV_COUNTS && !entry->absent && !isnan(number))
            numbers[count++] = number;
    }
    qsort(numbers, count, sizeof *numbers, ascending);
    return count;
}

/* What is omitted for the others in the group: distance and error. */
static void omit_in_group(struct rv_group *group, struct rv_entry *entries, double *numbers)
{
    double tolerance = group->plan->distance_tolerance_mm;
    group->distance_mm = tolerance; /* NaN where any distance will do */
    if (!isnan(tolerance))
        group->distance_mm = usual_distance(numbers, collect(group, true, numbers));
    for (size_t i = 0; i < group->entry_count && !isnan(tolerance); i++)
        if (entries[i].omission == RV_COUNTS && !entries[i].absent &&
            !(fabs(entries[i].distance_mm - group->distance_mm) <= tolerance))
            entries[i].omission = RV_OMIT_DISTANCE;
    size_t count = collect(group, false, numbers);
    if (count == 0)
        return;
    /* Half the width between the quartiles is 0.674 SD. */
    double spread = (numbers[count - 1 - count / 4] - numbers[count / 4]) / (2 * 0.6745);
    for (size_t i = 0; i < group->entry_count; i++)
        if (entries[i].omission == RV_COUNTS && !entries[i].absent &&
            entries[i].se > se_most * spread)
            entries[i].omission = RV_OMIT_UNSURE;
}

/* --- one value for each person ------------------------------------------------------------------
 */

/* FNV-1a, 64 bits: which side of a person counts must not depend on the order of the archive. */
static uint64_t hash_of(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash ^ (hash >> 32);
}

static int by_group(const void *left, const void *right)
{
    const struct rv_entry *a = left, *b = right;
    int order = by_response(a, b);
    order = order != 0 ? order : compare_texts(a->stimulate, b->stimulate);
    order = order != 0 ? order : (a->parameter > b->parameter) - (a->parameter < b->parameter);
    if (order == 0 && is_segment(a->parameter))
        order = compare_texts(a->distal, b->distal);
    return order;
}

/* Within a group: persons together, of each the earliest visit first, and of it the side that the
 * hash of the person names. A visit without a date comes last. */
static int by_person(const void *left, const void *right)
{
    const struct rv_entry *a = left, *b = right;
    int order = by_group(a, b);
    order = order != 0 ? order : strcmp(a->person, b->person);
    order = order != 0 ? order : (a->date == NULL) - (b->date == NULL);
    order = order != 0 ? order : compare_texts(a->date, b->date);
    order = order != 0 ? order : strcmp(a->study, b->study);
    if (order != 0)
        return order;
    enum rv_side wanted = hash_of(a->person) % 2 == 0 ? RV_RIGHT : RV_LEFT;
    order = (a->side != wanted) - (b->side != wanted);
    order = order != 0 ? order : (a->absent > b->absent) - (a->absent < b->absent);
    return order != 0 ? order : (a->value > b->value) - (a->value < b->value);
}

static int by_value(const void *left, const void *right)
{
    const struct rv_entry *const *a = left, *const *b = right;
    int order = ((*a)->value > (*b)->value) - ((*a)->value < (*b)->value);
    return order != 0 ? order : strcmp((*a)->person, (*b)->person);
}

static void choose_persons(struct rv_group *group, struct rv_entry *entries)
{
    const char *taken = NULL;
    for (size_t i = 0; i < group->entry_count; i++) {
        struct rv_entry *entry = &entries[i];
        if (entry->omission != RV_COUNTS)
            continue;
        if (taken != NULL && strcmp(taken, entry->person) == 0) {
            entry->omission = RV_OMIT_REPEATED;
            continue;
        }
        taken = entry->person;
        if (entry->absent) {
            group->absent++;
            continue;
        }
        group->persons[group->person_count++] = entry;
        group->warmth_unknown += entry->warmth_unknown;
    }
    qsort(group->persons, group->person_count, sizeof *group->persons, by_value);
    for (size_t i = 0; i < group->entry_count; i++)
        group->omitted[entries[i].omission]++;
}

/* --- all ----------------------------------------------------------------------------------------
 */

static enum rv_status make_group(const struct rv_gathering *gathering, struct rv_entry *entries,
                                 size_t count, struct rv_group *group, struct rv_error *err)
{
    double *numbers = rv_allocate(count, sizeof *numbers);
    *group = (struct rv_group){
        .plan = rv_plan_find(gathering->plan, entries->kind, entries->parameter),
        .entries = entries,
        .entry_count = count,
        .persons = rv_arena_alloc(gathering->arena, count, sizeof *group->persons)};
    if (numbers == NULL || group->persons == NULL) {
        rv_release(numbers);
        return rv_fail_memory(err);
    }
    for (size_t i = 0; i < count; i++)
        entries[i].omission = omit_alone(gathering, &entries[i]);
    omit_in_group(group, entries, numbers);
    choose_persons(group, entries);
    rv_release(numbers);
    return RV_OK;
}

/* A site that is nearly always the proximal one has no limits for latency and amplitude, and what
 * has no distal site is no segment: nothing that anybody would miss. */
static bool is_of_interest(const struct rv_group *group)
{
    return group->omitted[RV_OMIT_PROXIMAL] <= group->person_count &&
           group->omitted[RV_OMIT_SEGMENT] < group->entry_count;
}

enum rv_status rv_groups_make(const struct rv_gathering *gathering, struct rv_entry *entries,
                              size_t count, struct rv_groups *groups, struct rv_error *err)
{
    find_all_distal(entries, count);
    qsort(entries, count, sizeof *entries, by_person);
    size_t most = 0;
    for (size_t i = 0; i < count; i++)
        most += i == 0 || by_group(&entries[i - 1], &entries[i]) != 0;
    *groups = (struct rv_groups){rv_arena_alloc(gathering->arena, most, sizeof *groups->items), 0};
    if (groups->items == NULL)
        return rv_fail_memory(err);
    for (size_t from = 0, to; from < count; from = to) {
        struct rv_group *group = &groups->items[groups->count];
        for (to = from + 1; to < count && by_group(&entries[from], &entries[to]) == 0; to++)
            ;
        enum rv_status status = make_group(gathering, &entries[from], to - from, group, err);
        if (status != RV_OK)
            return status;
        groups->count += is_of_interest(group);
    }
    return RV_OK;
}
