/* SPDX-License-Identifier: GPL-3.0-or-later
 * Who counts in an archive, bands, and the table that comes of it.
 */
#include "learn/learn.h"
#include "quantiles.h"
#include "reference/judge.h"

#include <ranvier/ranvier.h>

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct rv_learn *learner(size_t fewest)
{
    struct rv_learn_options options = rv_learn_defaults();
    struct rv_learn *learn = NULL;
    struct rv_error err = {0};
    options.healthy_fewest = fewest;
    options.draws = 40;
    cr_assert_eq(rv_learn_new(&options, &learn, &err), RV_OK, "%s", err.text);
    return learn;
}

/* Distal latency of the median nerve of one person. */
static struct rv_learn_value latency_of(const char *person, double ms)
{
    return (struct rv_learn_value){.person = person,
                                   .study = person,
                                   .date = "2024-05-01",
                                   .age_years = 50,
                                   .height_cm = 170,
                                   .sex = RV_FEMALE,
                                   .kind = RV_MOTOR,
                                   .nerve = "median",
                                   .record = "APB",
                                   .stimulate = "wrist",
                                   .side = RV_RIGHT,
                                   .distance_mm = 80,
                                   .temperature_c = 33,
                                   .parameter = RV_ONSET_LATENCY,
                                   .validity = RV_MEASURED,
                                   .value = ms,
                                   .se = 0.02};
}

static void add(struct rv_learn *learn, struct rv_learn_value value)
{
    struct rv_error err = {0};
    cr_assert_eq(rv_learn_add(learn, &value, &err), RV_OK, "%s", err.text);
}

static void run(struct rv_learn *learn)
{
    struct rv_error err = {0};
    cr_assert_eq(rv_learn_run(learn, &err), RV_OK, "%s", err.text);
}

static void add_healthy(struct rv_learn *learn, size_t count)
{
    double *values = malloc(count * sizeof *values);
    quantiles_of(3.7, 0.4, count, values);
    for (size_t i = 0; i < count; i++) {
        char person[32];
        snprintf(person, sizeof person, "P%05zu", i * 7919 % count); /* not in their order */
        add(learn, latency_of(person, values[i]));
    }
    free(values);
}

Test(learn, one_omission_is_counted_for_each_cause)
{
    static const struct {
        const char *name;
        enum rv_omission omission;
        double age, temperature, distance, se;
        uint64_t flags;
    } rows[] = {
        {"a child", RV_OMIT_CHILD, 12, 33, 80, 0.02, 0},
        {"a cold hand", RV_OMIT_COLD, 50, 29, 80, 0.02, 0},
        {"another distance", RV_OMIT_DISTANCE, 50, 33, 70, 0.02, 0},
        {"a distance not recorded", RV_OMIT_DISTANCE, 50, 33, NAN, 0.02, 0},
        {"a large error", RV_OMIT_UNSURE, 50, 33, 80, 0.5, 0},
        {"a submaximal stimulus", RV_OMIT_FLAGGED, 50, 33, 80, 0.02,
         UINT64_C(1) << RV_FLAG_SUBMAXIMAL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rv_learn *learn = learner(20);
        add_healthy(learn, 30);
        struct rv_learn_value value = latency_of("Q", 3.7);
        value.age_years = rows[i].age;
        value.temperature_c = rows[i].temperature;
        value.distance_mm = rows[i].distance;
        value.se = rows[i].se;
        value.flags = rows[i].flags;
        add(learn, value);
        run(learn);
        const struct rv_group *group = learn->learned[0].group;
        cr_expect_eq(group->person_count, 30, "%s", rows[i].name);
        cr_expect_eq(group->omitted[rows[i].omission], 1, "%s", rows[i].name);
        rv_learn_free(learn);
    }
}

Test(learn, a_temperature_that_nobody_wrote_down_counts_unless_it_is_needed)
{
    for (int need = 0; need < 2; need++) {
        struct rv_learn *learn = learner(20);
        learn->options.need_temperature = need == 1;
        add_healthy(learn, 30);
        struct rv_learn_value value = latency_of("Q", 3.7);
        value.temperature_c = NAN;
        add(learn, value);
        run(learn);
        cr_expect_eq(learn->learned[0].group->person_count, need == 1 ? 30 : 31);
        cr_expect_eq(learn->learned[0].group->warmth_unknown, need == 1 ? 0 : 1);
        rv_learn_free(learn);
    }
}

Test(learn, ten_visits_and_two_sides_of_a_person_count_once)
{
    struct rv_learn *learn = learner(20);
    add_healthy(learn, 30);
    for (int visit = 0; visit < 10; visit++) {
        for (int side = RV_RIGHT; side <= RV_LEFT; side++) {
            char study[32], date[32];
            snprintf(study, sizeof study, "Q/%d", visit);
            snprintf(date, sizeof date, "20%02d-01-01", 20 - visit); /* the last is the first */
            struct rv_learn_value value = latency_of("Q", 5 + visit);
            value.study = study;
            value.date = date;
            value.side = (enum rv_side)side;
            add(learn, value);
        }
    }
    run(learn);
    const struct rv_group *group = learn->learned[0].group;
    cr_expect_eq(group->person_count, 31);
    cr_expect_eq(group->omitted[RV_OMIT_REPEATED], 19);
    /* Of the visit of 2011. */
    cr_expect_lt(fabs(group->persons[30]->value - 14), 1e-12);
    rv_learn_free(learn);
}

Test(learn, an_absent_response_is_a_person)
{
    struct rv_learn *learn = learner(20);
    add_healthy(learn, 30);
    struct rv_learn_value value = latency_of("Q", NAN);
    value.validity = RV_ABSENT;
    add(learn, value);
    run(learn);
    cr_expect_eq(learn->learned[0].group->person_count, 30);
    cr_expect_eq(learn->learned[0].group->absent, 1);
    rv_learn_free(learn);
}

Test(learn, a_velocity_belongs_to_the_segment_to_the_next_site_below)
{
    struct rv_learn *learn = learner(20);
    for (int i = 0; i < 30; i++) {
        static const char *const sites[] = {"wrist", "below elbow", "above elbow"};
        char person[32];
        snprintf(person, sizeof person, "P%05d", i);
        for (size_t j = 0; j < 3; j++) {
            struct rv_learn_value value = latency_of(person, 3 + 0.01 * i + (double)j);
            value.nerve = "ulnar";
            value.record = "ADM";
            value.stimulate = sites[j];
            add(learn, value);
            value.parameter = RV_CONDUCTION_VELOCITY;
            value.value = 60 + 0.1 * i;
            if (j > 0)
                add(learn, value);
        }
    }
    run(learn);
    /* Two segments, and the latency at the wrist: not those further up. */
    cr_assert_eq(learn->learned_count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct rv_entry *entry = learn->learned[i].group->entries;
        const char *distal = strcmp(entry->stimulate, "above elbow") == 0   ? "below elbow"
                             : strcmp(entry->stimulate, "below elbow") == 0 ? "wrist"
                                                                            : NULL;
        if (distal == NULL)
            cr_expect_null(entry->distal);
        else
            cr_expect_str_eq(entry->distal, distal);
        cr_expect_eq(learn->learned[i].group->person_count, 30);
    }
    rv_learn_free(learn);
}

/* Writes the table into a file and opens it as a reference. */
static struct rv_reference *reference_of(const struct rv_learn *learn, const char *set)
{
    char path[] = "/tmp/ranvier_learn_XXXXXX";
    struct rv_reference *reference = NULL;
    struct rv_error err = {0};
    int file = mkstemp(path);
    cr_assert_geq(file, 0);
    size_t length = strlen(rv_learn_limits(learn));
    cr_assert_eq(write(file, rv_learn_limits(learn), length), (ssize_t)length);
    close(file);
    cr_assert_eq(rv_reference_open(path, set, &reference, &err), RV_OK, "%s", err.text);
    unlink(path);
    return reference;
}

static bool limits_of(const struct rv_reference *reference, double age, double distance_mm,
                      struct rv_limits *limits)
{
    struct rv_patient patient = {.age_years = age,
                                 .sex = RV_MALE,
                                 .height_cm = NAN,
                                 .weight_kg = NAN,
                                 .leg_length_cm = NAN,
                                 .bmi_kg_m2 = NAN};
    struct rv_response response = {.kind = RV_MOTOR,
                                   .nerve = "median",
                                   .record = "APB",
                                   .stimulate = "wrist",
                                   .distance_mm = distance_mm};
    return rv_reference_limits(reference, &patient, &response, RV_ONSET_LATENCY, limits);
}

Test(learn, the_table_is_read_as_a_reference)
{
    struct rv_learn *learn = learner(200);
    struct rv_limits limits;
    add_healthy(learn, 600);
    run(learn);
    cr_assert_eq(rv_learn_given(learn), 1);
    struct rv_reference *reference = reference_of(learn, NULL);
    cr_expect_str_eq(rv_reference_facts(reference).name, "Laboratory");
    cr_assert(limits_of(reference, 60, 80, &limits));
    /* 3.7 + 1.8808 * 0.4 = 4.452, at 80 mm */
    cr_expect_lt(fabs(limits.upper - 4.452), 0.03, "%f", limits.upper);
    cr_expect_lt(fabs(limits.distance_mm - 80), 1e-9);
    cr_expect_not(limits.verified);
    rv_reference_close(reference);
    rv_learn_free(learn);
}

Test(learn, the_default_sets_can_stand_behind)
{
    struct rv_learn *learn = learner(200);
    struct rv_limits limits;
    learn->options.complete = true;
    add_healthy(learn, 600);
    run(learn);
    struct rv_reference *reference = reference_of(learn, "Laboratory");
    struct rv_patient patient = {.age_years = 50,
                                 .height_cm = NAN,
                                 .weight_kg = NAN,
                                 .leg_length_cm = NAN,
                                 .bmi_kg_m2 = NAN};
    struct rv_response tibial = {.kind = RV_MOTOR,
                                 .nerve = "tibial",
                                 .record = "AH",
                                 .stimulate = "ankle",
                                 .distance_mm = 80};
    cr_assert(rv_reference_limits(reference, &patient, &tibial, RV_AMPLITUDE, &limits));
    cr_expect_str_eq(limits.set, "NDTF 2016");
    rv_reference_close(reference);
    rv_learn_free(learn);
}

Test(learn, the_order_of_the_archive_changes_no_byte)
{
    double values[300];
    char *texts[2];
    quantiles_of(3.7, 0.4, 300, values);
    for (int turn = 0; turn < 2; turn++) {
        struct rv_learn *learn = learner(200);
        for (size_t i = 0; i < 300; i++) {
            char person[32];
            size_t j = turn == 0 ? i : 299 - i;
            snprintf(person, sizeof person, "P%05zu", j);
            add(learn, latency_of(person, values[j]));
        }
        run(learn);
        cr_assert_not_null(rv_learn_limits(learn));
        texts[turn] = strdup(rv_learn_limits(learn));
        rv_learn_free(learn);
    }
    cr_expect_str_eq(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
}

Test(learn, bands_are_made_where_ages_differ)
{
    struct rv_learn *learn = learner(200);
    struct rv_limits young, old, unknown;
    double values[600];
    /* Below 50 3.4 +- 0.3, from 50 4.2 +- 0.3: limits 3.964 and 4.764. */
    for (int old_one = 0; old_one < 2; old_one++) {
        quantiles_of(old_one ? 4.2 : 3.4, 0.3, 600, values);
        for (size_t i = 0; i < 600; i++) {
            char person[32];
            snprintf(person, sizeof person, "P%d%05zu", old_one, i);
            struct rv_learn_value value = latency_of(person, values[i]);
            value.age_years = old_one ? 65 : 35;
            value.sex = i % 2 == 0 ? RV_FEMALE : RV_MALE;
            add(learn, value);
        }
    }
    run(learn);
    struct rv_reference *reference = reference_of(learn, NULL);
    cr_assert(limits_of(reference, 49.5, 80, &young)); /* completed years */
    cr_assert(limits_of(reference, 50, 80, &old));
    cr_expect_lt(fabs(young.upper - 3.964), 0.05, "%f", young.upper);
    cr_expect_lt(fabs(old.upper - 4.764), 0.05, "%f", old.upper);
    cr_assert(limits_of(reference, NAN, 80, &unknown));
    cr_expect_geq(unknown.upper, old.upper - 0.05);
    rv_reference_close(reference);
    rv_learn_free(learn);
}

Test(learn, no_bands_are_made_where_they_do_not_differ)
{
    struct rv_learn *learn = learner(200);
    double values[800];
    quantiles_of(3.7, 0.4, 800, values);
    for (size_t i = 0; i < 800; i++) {
        char person[32];
        snprintf(person, sizeof person, "P%05zu", i);
        struct rv_learn_value value = latency_of(person, values[i]);
        value.age_years = i % 2 == 0 ? 35 : 65;
        value.sex = i / 2 % 2 == 0 ? RV_FEMALE : RV_MALE;
        value.height_cm = i / 4 % 2 == 0 ? 155 : 180;
        add(learn, value);
    }
    run(learn);
    cr_expect_eq(learn->learned_count, 1);
    rv_learn_free(learn);
}

Test(learn, a_limit_far_from_the_published_one_is_told_and_withheld_unless_asked_for)
{
    for (int far = 0; far < 2; far++) {
        struct rv_learn *learn = learner(200);
        double values[400];
        learn->options.far = far == 1;
        quantiles_of(5.5, 0.4, 400, values); /* limit 6.25; published 4.5 */
        for (size_t i = 0; i < 400; i++) {
            char person[32];
            snprintf(person, sizeof person, "P%05zu", i);
            add(learn, latency_of(person, values[i]));
        }
        run(learn);
        cr_expect_eq(rv_learn_given(learn), (size_t)far);
        const char *warning = rv_learn_warning(learn, 0);
        cr_assert_not_null(warning);
        cr_expect_not_null(strstr(warning, "published 4.5 ms (NDTF 2016"), "%s", warning);
        cr_expect_not_null(strstr(warning, "more lenient"), "%s", warning);
        cr_expect_null(rv_learn_warning(learn, 1));
        rv_learn_free(learn);
    }
}

Test(learn, nothing_to_learn_from_is_said)
{
    struct rv_learn *learn = learner(200);
    struct rv_error err = {0};
    struct rv_learn_value value = latency_of("P", 3.7);
    value.parameter = RV_F_COUNT; /* has no limits */
    add(learn, value);
    cr_expect_eq(rv_learn_run(learn, &err), RV_DATA);
    rv_learn_free(learn);
}

Test(learn, a_set_with_a_tab_in_its_name_is_refused)
{
    struct rv_learn_options options = rv_learn_defaults();
    struct rv_learn *learn = NULL;
    struct rv_error err = {0};
    options.set = "our\tset";
    cr_expect_eq(rv_learn_new(&options, &learn, &err), RV_MISUSE);
}

Test(plan, every_row_of_the_table_is_whole)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_plan plan;
    struct rv_error err = {0};
    cr_assert_eq(rv_plan_read(arena, &plan, &err), RV_OK, "%s", err.text);
    cr_expect_gt(plan.value_count, 0);
    for (size_t i = 0; i < plan.value_count; i++) {
        const struct rv_plan_value *value = &plan.values[i];
        cr_expect(value->fraction > 0 && value->fraction < 0.1);
        cr_expect_eq(rv_plan_find(&plan, value->kind, value->parameter), value, "row %zu", i);
    }
    for (size_t i = 0; i < plan.strata_count; i++) {
        const struct rv_plan_strata *strata = &plan.strata[i];
        cr_expect(strata->by_sex || strata->age_count + strata->height_count > 0);
    }
    rv_arena_free(arena);
}
