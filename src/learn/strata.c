/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which bands a group is divided into: by the Bayesian information criterion of the mixtures, and
 * kept only where all limits are good and two of them differ by more than their errors.
 */
#include "learn/strata.h"

#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Very strong evidence: Kass and Raftery 1995 J Am Stat Assoc 90:773. */
static const double bic_least = 10;
/* Two limits differ where they lie further apart than this many standard errors. */
static const double errors_apart = 2;

static const struct rv_people everybody = {RV_SEX_UNKNOWN, NAN, NAN, NAN, NAN};

/* The band from `from` (NaN: open) to before `next` (NaN: open), i-th of the cuts. */
static void cut(const double *cuts, size_t count, size_t i, double *from, double *next)
{
    *from = *next = NAN;
    if (i > 0)
        *from = cuts[i - 1];
    if (i < count)
        *next = cuts[i];
}

static size_t make_bands(const struct rv_plan_strata *strata, struct rv_people *bands)
{
    size_t count = 0;
    for (size_t s = 0; s < (strata->by_sex ? 2u : 1u); s++)
        for (size_t a = 0; a <= strata->age_count; a++)
            for (size_t h = 0; h <= strata->height_count; h++) {
                struct rv_people *band = &bands[count++];
                *band = everybody;
                if (strata->by_sex)
                    band->sex = s == 0 ? RV_FEMALE : RV_MALE;
                cut(strata->ages, strata->age_count, a, &band->age_from, &band->age_to);
                band->age_to -= 1;
                cut(strata->heights, strata->height_count, h, &band->height_from, &band->height_to);
            }
    return count;
}

static bool is_within(double number, double from, double to, bool to_included)
{
    if (isnan(from) && isnan(to))
        return true;
    return !isnan(number) && !(number < from) && !(to_included ? number > to : number >= to);
}

static bool band_holds(const struct rv_people *band, const struct rv_entry *entry)
{
    return (band->sex == RV_SEX_UNKNOWN || band->sex == entry->sex) &&
           is_within(floor(entry->age_years), band->age_from, band->age_to, true) &&
           is_within(entry->height_cm, band->height_from, band->height_to, false);
}

/* Values of the persons in any of the bands, ascending. */
static size_t take(const struct rv_group *group, const struct rv_people *bands, size_t band_count,
                   double *values)
{
    size_t count = 0;
    for (size_t i = 0; i < group->person_count; i++) {
        bool held = false;
        for (size_t j = 0; j < band_count; j++)
            held = held || band_holds(&bands[j], group->persons[i]);
        if (held)
            values[count++] = group->persons[i]->value;
    }
    return count;
}

/* -2 log likelihood and the penalty of its parameters in a sample of `all`. */
static double cost_of(const struct rv_plan_value *plan, const double *values, size_t count,
                      size_t all)
{
    struct rv_points points;
    struct rv_mixtures mixtures;
    rv_points_make(values, count, &points);
    rv_mixtures_fit(&points, plan->scales, plan->scale_count, &mixtures);
    const struct rv_mixture *best = rv_mixtures_best(&mixtures);
    if (best == NULL)
        return INFINITY;
    return -2 * best->log_likelihood + 3.0 * (double)best->count * log((double)all);
}

/* By how much dividing lowers the criterion; -INFINITY where a band is too small. */
static double gain_of(const struct rv_group *group, const struct rv_people *bands,
                      size_t band_count, size_t fewest, double *values)
{
    size_t all = take(group, bands, band_count, values);
    if (all < fewest * band_count)
        return -INFINITY;
    double gain = cost_of(group->plan, values, all, all);
    for (size_t i = 0; i < band_count; i++) {
        size_t count = take(group, &bands[i], 1, values);
        if (count < fewest)
            return -INFINITY;
        gain -= cost_of(group->plan, values, count, all);
    }
    return gain;
}

/* --- learning -----------------------------------------------------------------------------------
 */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median of the ages or heights known; NaN where it is known of less than half. */
static double typical(const struct rv_group *group, const struct rv_people *band, bool age,
                      double *numbers)
{
    size_t count = 0, all = 0;
    for (size_t i = 0; i < group->person_count; i++) {
        const struct rv_entry *entry = group->persons[i];
        double number = age ? entry->age_years : entry->height_cm;
        all += band_holds(band, entry);
        if (band_holds(band, entry) && !isnan(number))
            numbers[count++] = number;
    }
    if (2 * count < all || count == 0)
        return NAN;
    qsort(numbers, count, sizeof *numbers, ascending);
    return numbers[count / 2];
}

static void learn_band(const struct rv_group *group, const struct rv_people *band,
                       const struct rv_learn_options *options, double *values,
                       struct rv_learned *learned)
{
    bool whole = isnan(band->age_from) && isnan(band->age_to) && isnan(band->height_from) &&
                 isnan(band->height_to) && band->sex == RV_SEX_UNKNOWN;
    *learned = (struct rv_learned){.group = group, .band = *band};
    learned->typical_age = typical(group, band, true, values);
    learned->typical_height = typical(group, band, false, values);
    struct rv_estimate_options how = {.fraction = group->plan->fraction,
                                      .healthy_fewest = options->healthy_fewest,
                                      .draws = options->draws,
                                      .absent = whole ? group->absent : 0};
    size_t count = take(group, band, 1, values);
    rv_estimate_make(values, count, group->plan->scales, group->plan->scale_count, &how,
                     &learned->estimate);
    size_t unsure = group->omitted[RV_OMIT_UNSURE];
    bool enough = count + unsure >= options->healthy_fewest; /* were it not for their errors */
    if (learned->estimate.reason == RV_LEARN_FEW && unsure > count && enough)
        learned->estimate.reason = RV_LEARN_ERRORS;
}

/* All are given, and two of them differ by more than their errors. */
static bool worth_it(const struct rv_learned *bands, size_t count)
{
    bool differ = false;
    for (size_t i = 0; i < count; i++) {
        if (bands[i].estimate.reason != RV_LEARN_GIVEN)
            return false;
        for (size_t j = 0; j < i; j++) {
            const struct rv_bound *a = &bands[i].estimate.mixture, *b = &bands[j].estimate.mixture;
            differ = differ || fabs(a->limit - b->limit) > errors_apart * hypot(a->se, b->se);
        }
    }
    return differ;
}

struct trial {
    const struct rv_plan_strata *strata;
    double gain;
};

static int by_gain(const void *left, const void *right)
{
    const struct trial *a = left, *b = right;
    int order = (a->gain < b->gain) - (a->gain > b->gain);
    return order != 0 ? order : (a->strata > b->strata) - (a->strata < b->strata);
}

/* The division with the largest gain that is worth it. */
static void learn_bands(const struct rv_group *group, const struct rv_plan *plan,
                        const struct rv_learn_options *options, struct trial *trials,
                        double *values, struct rv_learned *learned, size_t *count)
{
    struct rv_people bands[RV_BAND_COUNT_MOST];
    for (size_t i = 0; i < plan->strata_count; i++) {
        size_t band_count = make_bands(&plan->strata[i], bands);
        trials[i] = (struct trial){
            &plan->strata[i], gain_of(group, bands, band_count, options->healthy_fewest, values)};
    }
    qsort(trials, plan->strata_count, sizeof *trials, by_gain);
    for (size_t i = 0; i < plan->strata_count && trials[i].gain > bic_least; i++) {
        size_t band_count = make_bands(trials[i].strata, bands);
        for (size_t j = 0; j < band_count; j++)
            learn_band(group, &bands[j], options, values, &learned[j]);
        if (worth_it(learned, band_count)) {
            *count += band_count;
            return;
        }
    }
}

enum rv_status rv_strata_learn(const struct rv_group *group, const struct rv_plan *plan,
                               const struct rv_learn_options *options, struct rv_learned *learned,
                               size_t *count, struct rv_error *err)
{
    double *values = rv_allocate(group->person_count + 1, sizeof *values);
    struct trial *trials = rv_allocate(plan->strata_count + 1, sizeof *trials);
    enum rv_status status = RV_OK;
    *count = 1;
    if (values == NULL || trials == NULL) {
        status = rv_fail_memory(err);
    } else {
        learn_band(group, &everybody, options, values, &learned[0]);
        if (group->person_count >= 2 * options->healthy_fewest)
            learn_bands(group, plan, options, trials, values, learned + 1, count);
    }
    rv_release(values);
    rv_release(trials);
    return status;
}

/* --- words
 * ---------------------------------------------------------------------------------------- */

static void add_range(struct rv_text *words, const char *before, double from, double to,
                      const char *after)
{
    if (isnan(from) && isnan(to))
        return;
    rv_text_append(words, words->length > 0 ? ", " : "");
    if (isnan(from))
        rv_text_format(words, "%sto %.0f%s", before, to, after);
    else if (isnan(to))
        rv_text_format(words, "%sfrom %.0f%s", before, from, after);
    else
        rv_text_format(words, "%s%.0f-%.0f%s", before, from, to, after);
}

void rv_people_words(const struct rv_people *band, char *out, size_t size)
{
    struct rv_text words = {0};
    if (band->sex != RV_SEX_UNKNOWN)
        rv_text_append(&words, band->sex == RV_FEMALE ? "women" : "men");
    add_range(&words, "", band->age_from, band->age_to, " years");
    add_range(&words, "height ", band->height_from, band->height_to, " cm");
    snprintf(out, size, "%s", words.length > 0 ? words.bytes : "everybody");
    rv_text_finish(&words);
}
