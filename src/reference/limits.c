/* SPDX-License-Identifier: GPL-3.0-or-later
 * Choosing the limit that applies to a value of a response in this patient.
 */
#include "reference/limits.h"

#include "base/text.h"
#include "knowledge/knowledge.h"

#include <math.h>
#include <string.h>

struct query {
    const struct rv_response *response;
    enum rv_parameter parameter;
    const char *distal;
    enum rv_sex sex;
    double age, height_cm, bmi_kg_m2, leg_length_cm; /* NaN unknown */
};

/* Is `site` one of the '|'-separated words? A motor response that does not say its site has none;
 * of the other kinds the usual site is taken. */
static bool site_fits(const char *sites, const char *site, enum rv_kind kind)
{
    if (sites == NULL)
        return true;
    if (site == NULL)
        return kind != RV_MOTOR;
    size_t length = strlen(site);
    for (const char *at = sites; at != NULL;) {
        size_t span = strcspn(at, "|");
        if (span == length && memcmp(at, site, length) == 0)
            return true;
        at = at[span] == '|' ? at + span + 1 : NULL;
    }
    return false;
}

static bool same_study(const struct rv_limit_row *row, const struct rv_response *response)
{
    return row->kind == response->kind &&
           (row->nerve == NULL || rv_text_equal(row->nerve, response->nerve)) &&
           (row->record == NULL || rv_text_equal(row->record, response->record));
}

static bool row_fits(const struct rv_limit_row *row, const struct query *query)
{
    return row->parameter == query->parameter && same_study(row, query->response) &&
           site_fits(row->stimulate, query->response->stimulate, row->kind) &&
           (row->distal == NULL || query->distal == NULL ||
            rv_text_equal(row->distal, query->distal));
}

/* A row that names nerve and site goes before one that holds for all. */
static int closeness(const struct rv_limit_row *row)
{
    return (row->nerve != NULL ? 4 : 0) + (row->record != NULL ? 2 : 0) +
           (row->stimulate != NULL ? 1 : 0);
}

struct fit {
    bool excluded;
    unsigned unknown; /* strata of the row that the patient's data do not decide */
    int strata;       /* how many the row has */
};

static void fit_range(struct rv_stratum range, double value, bool to_included, unsigned bit,
                      struct fit *fit)
{
    if (isnan(range.from) && isnan(range.to))
        return;
    fit->strata++;
    if (isnan(value))
        fit->unknown |= bit;
    else if (value < range.from || (to_included ? value > range.to : value >= range.to))
        fit->excluded = true;
}

static struct fit fit_strata(const struct rv_limit_row *row, const struct query *query)
{
    struct fit fit = {0};
    fit_range(row->age, query->age, true, RV_UNKNOWN_AGE, &fit);
    fit_range(row->height_cm, query->height_cm, false, RV_UNKNOWN_HEIGHT, &fit);
    fit_range(row->bmi_kg_m2, query->bmi_kg_m2, false, RV_UNKNOWN_BMI, &fit);
    if (row->sex != RV_SEX_UNKNOWN) {
        fit.strata++;
        if (query->sex == RV_SEX_UNKNOWN)
            fit.unknown |= RV_UNKNOWN_SEX;
        else if (row->sex != query->sex)
            fit.excluded = true;
    }
    if (row->distal != NULL && query->distal == NULL)
        fit.unknown |= RV_UNKNOWN_SEGMENT;
    if ((row->per_year < 0 || row->per_year > 0) && isnan(query->age))
        fit.excluded = true;
    if ((row->per_leg_cm < 0 || row->per_leg_cm > 0) && isnan(query->leg_length_cm))
        fit.excluded = true;
    return fit;
}

static bool more_lenient(const struct rv_limit_row *a, const struct rv_limit_row *b)
{
    if (!isnan(a->limits.lower) && !isnan(b->limits.lower))
        return a->limits.lower < b->limits.lower;
    return !isnan(a->limits.upper) && !isnan(b->limits.upper) && a->limits.upper > b->limits.upper;
}

/* The segment alone does not decide where the rows name one segment only. */
static unsigned decisive(unsigned unknown, size_t segments)
{
    return segments > 1 ? unknown : unknown & ~(unsigned)RV_UNKNOWN_SEGMENT;
}

struct choice {
    const struct rv_limit_row *row; /* NULL: none */
    unsigned unknown;
};

struct group {
    const char *set;
    bool means; /* choose a mean, not a limit */
    int closeness;
    size_t segments;
    double youngest, oldest; /* of the age strata */
    size_t age_bands;        /* different beginnings of age strata: 0, 1, 2 for "several" */
};

static bool in_group(const struct rv_limit_row *row, const struct query *query,
                     const struct group *group)
{
    bool has = group->means ? !isnan(row->limits.mean)
                            : !isnan(row->limits.lower) || !isnan(row->limits.upper);
    return has && strcmp(row->set, group->set) == 0 && row_fits(row, query) &&
           (group->closeness < 0 || closeness(row) == group->closeness);
}

static void note_age_band(const struct rv_limit_row *row, struct group *group)
{
    if (isnan(row->age.from) && isnan(row->age.to))
        return;
    bool other = group->age_bands > 0 && fabs(row->age.from - group->youngest) > 0;
    group->age_bands = group->age_bands == 0 ? 1 : other ? 2 : group->age_bands;
    group->youngest = fmin(group->youngest, row->age.from);
    group->oldest = fmax(group->oldest, row->age.to);
}

/* Finds how close the closest rows are, how many segments they name, and their ages. */
static struct group survey(const struct rv_reference *reference, const struct query *query,
                           const char *set, bool means)
{
    struct group group = {
        .set = set, .means = means, .closeness = -1, .youngest = NAN, .oldest = NAN};
    int closest = -1;
    for (size_t i = 0; i < reference->row_count; i++)
        if (in_group(&reference->rows[i], query, &group) &&
            closeness(&reference->rows[i]) > closest)
            closest = closeness(&reference->rows[i]);
    group.closeness = closest;
    const char *segment = NULL;
    for (size_t i = 0; closest >= 0 && i < reference->row_count; i++) {
        const struct rv_limit_row *row = &reference->rows[i];
        if (!in_group(row, query, &group))
            continue;
        if (group.segments == 0 || !rv_text_equal(segment, row->distal))
            group.segments++;
        segment = row->distal;
        note_age_band(row, &group);
    }
    return group;
}

/* Of the rows that fit the patient fully the one with most strata; of equals the most lenient.
 * Where none fits fully the most lenient of those that could fit. */
static struct choice choose(const struct rv_reference *reference, const struct query *query,
                            const struct group *group)
{
    struct choice full = {0}, partial = {0};
    int most = -1;
    for (size_t i = 0; group->closeness >= 0 && i < reference->row_count; i++) {
        const struct rv_limit_row *row = &reference->rows[i];
        if (!in_group(row, query, group))
            continue;
        struct fit fit = fit_strata(row, query);
        fit.unknown = decisive(fit.unknown, group->segments);
        if (fit.excluded)
            continue;
        if (fit.unknown != 0) {
            if (partial.row == NULL || more_lenient(row, partial.row))
                partial.row = row;
            partial.unknown |= fit.unknown;
        } else if (fit.strata > most || (fit.strata == most && more_lenient(row, full.row))) {
            most = fit.strata;
            full.row = row;
        }
    }
    return full.row != NULL ? full : partial;
}

/* Beyond the strata of a set that covers several ages the nearest age is taken, unless the row for
 * all is more lenient. */
static struct choice choose_any_age(const struct rv_reference *reference, struct query query,
                                    const struct group *group, bool *outside)
{
    struct choice choice = choose(reference, &query, group);
    double within = fmin(fmax(query.age, group->youngest), group->oldest);
    *outside = group->age_bands > 1 && !isnan(query.age) && fabs(within - query.age) > 0;
    if (!*outside)
        return choice;
    query.age = within;
    struct choice nearest = choose(reference, &query, group);
    bool better =
        choice.row == NULL || (nearest.row != NULL && more_lenient(nearest.row, choice.row));
    return better ? nearest : choice;
}

static void add_slopes(const struct rv_limit_row *row, const struct query *query,
                       struct rv_limits *limits)
{
    double more = 0;
    if (row->per_year < 0 || row->per_year > 0)
        more += row->per_year * query->age;
    if (row->per_leg_cm < 0 || row->per_leg_cm > 0)
        more += row->per_leg_cm * query->leg_length_cm;
    limits->lower += more;
    limits->upper += more;
    limits->mean += more;
}

/* Does the set hold this very study (not only rules for all nerves)? */
static bool has_study(const struct rv_reference *reference, const char *set,
                      const struct rv_response *response)
{
    for (size_t i = 0; i < reference->row_count; i++) {
        const struct rv_limit_row *row = &reference->rows[i];
        if (strcmp(row->set, set) == 0 && row->nerve != NULL && row->record != NULL &&
            same_study(row, response))
            return true;
    }
    return false;
}

static bool find_in_set(const struct rv_reference *reference, const struct query *query,
                        const char *set, struct rv_limits *limits)
{
    bool outside = false;
    struct group group = survey(reference, query, set, false);
    struct choice limit = choose_any_age(reference, *query, &group, &outside);
    struct group means = survey(reference, query, set, true);
    struct choice mean = choose(reference, query, &means);
    if (mean.unknown != 0)
        mean.row = NULL;
    const struct rv_limit_row *row = limit.row != NULL ? limit.row : mean.row;
    if (row == NULL)
        return false;
    *limits = row->limits;
    limits->unknown = limit.row != NULL ? limit.unknown : 0;
    limits->outside = limit.row != NULL && outside;
    if (isnan(limits->mean) && mean.row != NULL) {
        limits->mean = mean.row->limits.mean;
        limits->sd = mean.row->limits.sd;
    }
    add_slopes(row, query, limits);
    return true;
}

static struct query make_query(const struct rv_patient *patient, const struct rv_response *response,
                               const char *distal, enum rv_parameter parameter)
{
    struct query query = {.response = response,
                          .parameter = parameter,
                          .distal = distal,
                          .sex = patient->sex,
                          .age = floor(patient->age_years),
                          .height_cm = patient->height_cm,
                          .bmi_kg_m2 = patient->bmi_kg_m2,
                          .leg_length_cm = patient->leg_length_cm};
    if (isnan(query.bmi_kg_m2) && patient->height_cm > 0)
        query.bmi_kg_m2 = patient->weight_kg / pow(patient->height_cm / 100, 2);
    return query;
}

bool rv_reference_segment_limits(const struct rv_reference *reference,
                                 const struct rv_patient *patient,
                                 const struct rv_response *response, const char *distal,
                                 enum rv_parameter parameter, struct rv_limits *limits)
{
    double adult = NAN, none;
    if (rv_plausible("adult_age_years", &adult, &none) && patient->age_years < adult)
        return false;
    struct query query = make_query(patient, response, distal, parameter);
    for (size_t i = 0; i < 3 && reference->chain[i] != NULL; i++) {
        const char *set = reference->chain[i];
        if (find_in_set(reference, &query, set, limits))
            return true;
        /* The default set is whole for the studies it has: another convention is not mixed in. */
        if (strcmp(set, rv_default_set) == 0 && has_study(reference, set, response))
            return false;
    }
    return false;
}

bool rv_reference_limits(const struct rv_reference *reference, const struct rv_patient *patient,
                         const struct rv_response *response, enum rv_parameter parameter,
                         struct rv_limits *limits)
{
    return rv_reference_segment_limits(reference, patient, response, NULL, parameter, limits);
}

const char *rv_limits_other_set(const struct rv_reference *reference,
                                const struct rv_response *response, enum rv_parameter parameter)
{
    struct query query = {.response = response, .parameter = parameter};
    for (size_t i = 0; i < reference->row_count; i++) {
        const struct rv_limits *limits = &reference->rows[i].limits;
        if (row_fits(&reference->rows[i], &query) &&
            fabs(limits->distance_mm - response->distance_mm) <= limits->distance_tolerance_mm)
            return limits->set;
    }
    return NULL;
}
