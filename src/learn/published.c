/* SPDX-License-Identifier: GPL-3.0-or-later
 * The learned limit beside the published one of the default set, for the typical person of the
 * archive.
 */
#include "base/error.h"
#include "base/text.h"
#include "learn/learn.h"
#include "reference/judge.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Told where they differ by more than this part of the published one and by more than the error
 * of the learned one. */
static const double told = 0.1;
/* A limit this part of the published one more lenient, or one SD of the published healthy people,
 * is more likely a failure than a laboratory. */
static const double far_part = 0.25;

const char *rv_learned_reason(const struct rv_learned *learned)
{
    if (learned->estimate.reason == RV_LEARN_GIVEN && learned->lenient)
        return "far more lenient than the published limit";
    return rv_learn_reason_words(learned->estimate.reason);
}

void rv_learned_name(const struct rv_learned *learned, char *out, size_t size)
{
    const struct rv_entry *entry = learned->group->entries;
    bool segment = entry->parameter == RV_CONDUCTION_VELOCITY && entry->distal != NULL;
    snprintf(out, size, "%s %s%s%s%s%s%s%s", entry->nerve, rv_kind_name(entry->kind),
             entry->record != NULL ? ", " : "", entry->record != NULL ? entry->record : "",
             entry->stimulate != NULL ? ", " : "", entry->stimulate != NULL ? entry->stimulate : "",
             segment ? " to " : "", segment ? entry->distal : "");
}

void rv_learned_number(const struct rv_learned *learned, double number, char out[64])
{
    int decimals = rv_parameter_facts(learned->group->plan->parameter)->decimals + 1;
    if (isfinite(number))
        rv_number_fixed(number, decimals, out);
    else
        snprintf(out, 64, "n/a");
}

/* The published limit for people of the band of whom age and height are known or not. */
static bool find_limits(const struct rv_learn *learn, const struct rv_learned *learned,
                        double age_years, double height_cm, struct rv_limits *limits)
{
    const struct rv_entry *entry = learned->group->entries;
    struct rv_patient patient = {.age_years = age_years,
                                 .sex = learned->band.sex,
                                 .height_cm = height_cm,
                                 .weight_kg = NAN,
                                 .leg_length_cm = NAN,
                                 .bmi_kg_m2 = NAN};
    struct rv_response response = {.kind = entry->kind,
                                   .nerve = entry->nerve,
                                   .record = entry->record,
                                   .stimulate = entry->stimulate,
                                   .distance_mm = learned->group->distance_mm};
    return rv_reference_segment_limits(learn->published, &patient, &response, entry->distal,
                                       learned->group->plan->parameter, limits);
}

/* A limit of another distance is none to compare with. */
static bool same_distance(const struct rv_limits *limits, const struct rv_group *group)
{
    return isnan(limits->distance_mm) || isnan(group->distance_mm) ||
           fabs(limits->distance_mm - group->distance_mm) <= limits->distance_tolerance_mm;
}

/* The published row for everybody beside the learned one for everybody; where there is none, that
 * of the typical person. */
static void find_published(const struct rv_learn *learn, struct rv_learned *learned)
{
    const struct rv_plan_value *plan = learned->group->plan;
    const struct rv_people *band = &learned->band;
    double age = NAN, height = NAN;
    if (!isnan(band->age_from) || !isnan(band->age_to))
        age = learned->typical_age;
    if (!isnan(band->height_from) || !isnan(band->height_to))
        height = learned->typical_height;
    struct rv_limits limits;
    if (!find_limits(learn, learned, age, height, &limits))
        return;
    if (limits.unknown != 0 &&
        !find_limits(learn, learned, learned->typical_age, learned->typical_height, &limits))
        return;
    double published = plan->high_is_ill ? limits.upper : limits.lower;
    if (isnan(published) || !same_distance(&limits, learned->group))
        return;
    learned->has_published = true;
    learned->published = published;
    learned->published_sd = limits.sd;
    learned->published_source =
        limits.stratum != NULL ? rv_arena_format(learn->arena, "%s, %s", limits.set, limits.stratum)
                               : rv_arena_text(learn->arena, limits.set);
}

/* "learned 3.9 mV (3.6 to 4.3), published 4.2 mV (NDTF 2016, ...): ..." */
static bool warn(const struct rv_learn *learn, struct rv_learned *learned)
{
    const struct rv_plan_value *plan = learned->group->plan;
    const struct rv_bound *bound = &learned->estimate.mixture;
    const char *unit = rv_parameter_unit(plan->parameter, plan->kind);
    char name[200], band[100], own[64], low[64], high[64], theirs[64];
    rv_learned_name(learned, name, sizeof name);
    rv_people_words(&learned->band, band, sizeof band);
    rv_learned_number(learned, bound->limit, own);
    rv_learned_number(learned, bound->low, low);
    rv_learned_number(learned, bound->high, high);
    rv_number_write(learned->published, theirs);
    double percent = 100 * (bound->limit - learned->published) / fabs(learned->published);
    bool lenient = (percent > 0) == plan->high_is_ill;
    learned->warning = rv_arena_format(
        learn->arena,
        "%s, %s, %s: learned limit %s %s (%s to %s), published %s %s (%s): %.0f %% %s%s", name,
        rv_parameter_facts(plan->parameter)->label, band, own, unit, low, high, theirs, unit,
        learned->published_source, fabs(percent), lenient ? "more lenient" : "stricter",
        learned->lenient ? "; withheld" : "");
    return learned->warning != NULL;
}

enum rv_status rv_learn_publish(struct rv_learn *learn, struct rv_error *err)
{
    for (size_t i = 0; i < learn->learned_count; i++) {
        struct rv_learned *learned = &learn->learned[i];
        const struct rv_bound *bound = &learned->estimate.mixture;
        if (!isfinite(bound->limit))
            continue;
        find_published(learn, learned);
        if (!learned->has_published)
            continue;
        if (learned->published_source == NULL)
            return rv_fail_memory(err);
        double more = bound->limit - learned->published, scale = fabs(learned->published);
        double lenient = learned->group->plan->high_is_ill ? more : -more;
        /* fmin passes an SD over that is not known. */
        double allowed = fmin(far_part * scale, learned->published_sd);
        learned->lenient = !learn->options.far && lenient > allowed;
        if (learned->estimate.reason == RV_LEARN_GIVEN && fabs(more) > told * scale &&
            fabs(more) > 1.96 * bound->se && !warn(learn, learned))
            return rv_fail_memory(err);
    }
    return RV_OK;
}
