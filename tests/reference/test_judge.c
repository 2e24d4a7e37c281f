/* SPDX-License-Identifier: GPL-3.0-or-later
 * Verdicts: probability beyond the limit, z, distance, flags, absent responses.
 */
#include "study.h"

#include <criterion/criterion.h>

#include <string.h>

Test(judge, probability_is_the_gaussian_tail)
{
    /* Values of the standard normal distribution function: 0.5 at 0, 0.9750 at 1.96,
     * 0.0228 at -2 (any table). */
    cr_assert_float_eq(rv_reference_probability(4.5, 0.1, NAN, 4.5), 0.5, 1e-12);
    cr_assert_float_eq(rv_reference_probability(4.696, 0.1, NAN, 4.5), 0.9750021, 1e-6);
    cr_assert_float_eq(rv_reference_probability(50, 1, 48, NAN), 0.0227501, 1e-6);
    cr_assert_float_eq(rv_reference_probability(46, 1, 48, NAN), 0.9772499, 1e-6);
    cr_assert_float_eq(rv_reference_probability(50, 1, 48, 52), 0.0455003, 1e-6);
}

Test(judge, without_an_error_the_limit_is_a_step)
{
    cr_assert_float_eq(rv_reference_probability(4.5, NAN, NAN, 4.5), 0, 1e-12);
    cr_assert_float_eq(rv_reference_probability(4.51, 0, NAN, 4.5), 1, 1e-12);
    cr_assert_float_eq(rv_reference_probability(3.9, NAN, 4, NAN), 1, 1e-12);
    cr_assert_float_eq(rv_reference_probability(3.9, 0.1, NAN, NAN), 0, 1e-12);
}

Test(judge, latency_is_normal_borderline_or_abnormal_by_its_error)
{
    static const struct {
        double value, se;
        enum rv_judgement judgement;
    } cases[] = {{3.6, 0.05, RV_NORMAL},      {4.4, 0.05, RV_BORDERLINE},
                 {4.45, 0.05, RV_BORDERLINE}, /* z = 1: p = 0.84 */
                 {4.49, 0.05, RV_ABNORMAL},   /* z = 1.8: p = 0.964 */
                 {4.31, 0.05, RV_NORMAL},     /* z = -1.8: p = 0.036 */
                 {4.49, 0.20, RV_BORDERLINE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench bench;
        bench_open(&bench, NULL, patient_of(47, RV_FEMALE, 165, 23)); /* limit 4.4 ms */
        struct rv_measurement *wrist =
            bench_add(&bench, response_of(RV_MOTOR, "median", "APB", "wrist", 80));
        put(wrist, RV_ONSET_LATENCY, cases[i].value, cases[i].se);
        cr_assert_eq(bench_judge(&bench), RV_OK);
        const struct rv_verdict *verdict = verdict_of(wrist, RV_ONSET_LATENCY);
        cr_assert_eq(verdict->judgement, cases[i].judgement, "case %zu: p %g", i,
                     verdict->p_abnormal);
        cr_assert_float_eq(verdict->upper, 4.4, 1e-9);
        /* Mean 3.7, SD 0.5. */
        cr_assert_float_eq(verdict->z, (cases[i].value - 3.7) / 0.5, 1e-9);
        cr_assert_not_null(strstr(verdict->source, "NDTF 2016"));
        bench_close(&bench);
    }
}

Test(judge, a_limit_for_another_distance_is_not_applied)
{
    static const struct {
        double distance_mm;
        bool judged;
    } cases[] = {{80, true}, {75, true}, {85, true}, {74.9, false}, {70, false}, {NAN, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench bench;
        bench_open(&bench, NULL, patient_of(47, RV_FEMALE, 165, 23));
        struct rv_measurement *wrist = bench_add(
            &bench, response_of(RV_MOTOR, "median", "APB", "wrist", cases[i].distance_mm));
        struct rv_measurement *elbow =
            bench_add(&bench, response_of(RV_MOTOR, "median", "APB", "elbow", NAN));
        put(wrist, RV_ONSET_LATENCY, 9.9, 0.05);
        put(wrist, RV_AMPLITUDE, 9, 0.1);
        put(elbow, RV_CONDUCTION_VELOCITY, 40, 1);
        cr_assert_eq(bench_judge(&bench), RV_OK);
        const struct rv_verdict *latency = verdict_of(wrist, RV_ONSET_LATENCY);
        bool flagged = (wrist->flags & rv_flag_bit(RV_FLAG_DISTANCE_CONVENTION)) != 0;
        cr_assert_eq(latency->judgement, cases[i].judged ? RV_ABNORMAL : RV_NOT_JUDGED, "case %zu",
                     i);
        cr_assert_eq(flagged, !cases[i].judged, "case %zu", i);
        if (!cases[i].judged)
            cr_assert_not_null(strstr(latency->note, "limit is for 80 mm"));
        /* Velocity and amplitude do not depend on it. */
        cr_assert_eq(verdict_of(elbow, RV_CONDUCTION_VELOCITY)->judgement, RV_ABNORMAL);
        cr_assert_eq(verdict_of(wrist, RV_AMPLITUDE)->judgement, RV_NORMAL);
        bench_close(&bench);
    }
}

Test(judge, the_note_names_a_set_with_the_right_distance)
{
    struct bench bench;
    bench_open(&bench, NULL, patient_of(47, RV_FEMALE, 165, 23));
    struct rv_measurement *wrist =
        bench_add(&bench, response_of(RV_MOTOR, "median", "APB", "wrist", 70));
    put(wrist, RV_ONSET_LATENCY, 3.3, 0.05);
    cr_assert_eq(bench_judge(&bench), RV_OK);
    const char *note = verdict_of(wrist, RV_ONSET_LATENCY)->note;
    cr_assert_str_eq(note,
                     "limit is for 80 mm, study at 70 mm; a limit for this distance stands in "
                     "the set Preston-Shapiro");
    bench_close(&bench);
}

Test(judge, an_absent_response_lies_below_its_limit)
{
    struct bench bench;
    bench_open(&bench, NULL, patient_of(47, RV_FEMALE, 165, 23));
    struct rv_measurement *finger =
        bench_add(&bench, response_of(RV_SENSORY, "median", "D2", "wrist", 140));
    finger->present = RV_PRESENT_NO;
    finger->results[RV_AMPLITUDE].value.validity = RV_ABSENT;
    finger->results[RV_ONSET_LATENCY].value.validity = RV_ABSENT;
    struct rv_measurement *axilla =
        bench_add(&bench, response_of(RV_MOTOR, "median", "APB", "axilla", NAN));
    axilla->present = RV_PRESENT_NO;
    axilla->results[RV_AMPLITUDE].value.validity = RV_ABSENT;
    cr_assert_eq(bench_judge(&bench), RV_OK);
    const struct rv_verdict *verdict = verdict_of(finger, RV_AMPLITUDE);
    cr_assert_eq(verdict->judgement, RV_ABNORMAL);
    cr_assert_float_eq(verdict->p_abnormal, 1, 1e-12);
    cr_assert(isnan(verdict->z));
    cr_assert_eq(verdict_of(finger, RV_ONSET_LATENCY)->judgement, RV_NOT_JUDGED);
    cr_assert_eq(verdict_of(axilla, RV_AMPLITUDE)->judgement, RV_NOT_JUDGED); /* no limit */
    bench_close(&bench);
}

Test(judge, a_response_that_healthy_people_may_lack_is_borderline_when_absent)
{
    static const struct {
        const char *nerve;
        double age;
        enum rv_judgement judgement;
    } cases[] = {{"saphenous", 39, RV_ABNORMAL},    {"saphenous", 40, RV_BORDERLINE},
                 {"saphenous", NAN, RV_BORDERLINE}, {"sural", 70, RV_ABNORMAL},
                 {"sural", 78, RV_BORDERLINE},      {"superficial fibular", 70, RV_ABNORMAL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench bench;
        bench_open(&bench, NULL, patient_of(cases[i].age, RV_MALE, 175, 25));
        struct rv_measurement *leg =
            bench_add(&bench, response_of(RV_SENSORY, cases[i].nerve, "ankle", "calf", 140));
        leg->present = RV_PRESENT_NO;
        leg->results[RV_AMPLITUDE].value.validity = RV_ABSENT;
        cr_assert_eq(bench_judge(&bench), RV_OK);
        const struct rv_verdict *verdict = verdict_of(leg, RV_AMPLITUDE);
        cr_assert_eq(verdict->judgement, cases[i].judgement, "case %zu", i);
        cr_assert_eq(isnan(verdict->p_abnormal), cases[i].judgement == RV_BORDERLINE, "case %zu",
                     i);
        bench_close(&bench);
    }
}

Test(judge, a_flag_of_quality_forbids_a_plain_abnormal)
{
    static const struct {
        enum rv_flag flag;
        enum rv_judgement latency, amplitude;
    } cases[] = {
        {RV_FLAG_MAINS_SUBTRACTED, RV_ABNORMAL, RV_ABNORMAL},
        {RV_FLAG_SUBMAXIMAL, RV_BORDERLINE, RV_BORDERLINE},
        {RV_FLAG_INITIAL_POSITIVITY, RV_BORDERLINE, RV_BORDERLINE},
        {RV_FLAG_ARTEFACT_OVERLAPS_ONSET, RV_BORDERLINE, RV_BORDERLINE},
        {RV_FLAG_CLIPPED, RV_ABNORMAL, RV_BORDERLINE},
        {RV_FLAG_SHORT_SEGMENT, RV_ABNORMAL, RV_ABNORMAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench bench;
        bench_open(&bench, NULL, patient_of(47, RV_FEMALE, 165, 23));
        struct rv_measurement *wrist =
            bench_add(&bench, response_of(RV_MOTOR, "median", "APB", "wrist", 80));
        put(wrist, RV_ONSET_LATENCY, 6, 0.05);
        put(wrist, RV_AMPLITUDE, 1, 0.1);
        wrist->flags = rv_flag_bit(cases[i].flag);
        cr_assert_eq(bench_judge(&bench), RV_OK);
        cr_assert_eq(verdict_of(wrist, RV_ONSET_LATENCY)->judgement, cases[i].latency, "case %zu",
                     i);
        cr_assert_eq(verdict_of(wrist, RV_AMPLITUDE)->judgement, cases[i].amplitude, "case %zu", i);
        bench_close(&bench);
    }
}

Test(judge, a_short_segment_makes_its_velocity_borderline)
{
    struct bench bench;
    bench_open(&bench, NULL, patient_of(47, RV_FEMALE, 165, 23));
    bench_add(&bench, response_of(RV_MOTOR, "ulnar", "ADM", "below elbow", NAN));
    struct rv_measurement *above =
        bench_add(&bench, response_of(RV_MOTOR, "ulnar", "ADM", "above elbow", NAN));
    put(above, RV_CONDUCTION_VELOCITY, 30, 1);
    above->flags = rv_flag_bit(RV_FLAG_SHORT_SEGMENT);
    cr_assert_eq(bench_judge(&bench), RV_OK);
    const struct rv_verdict *verdict = verdict_of(above, RV_CONDUCTION_VELOCITY);
    cr_assert_float_eq(verdict->lower, 43, 1e-9);
    cr_assert_eq(verdict->judgement, RV_BORDERLINE);
    cr_assert_not_null(strstr(verdict->note, "10 cm"));
    bench_close(&bench);
}

Test(judge, the_segment_is_that_to_the_next_stimulated_site)
{
    /* Above elbow to wrist without a site between: 50 m/s, not the 43 m/s across the elbow. */
    struct bench bench;
    bench_open(&bench, NULL, patient_of(47, RV_FEMALE, 165, 23));
    struct rv_measurement *above =
        bench_add(&bench, response_of(RV_MOTOR, "ulnar", "ADM", "above elbow", NAN));
    bench_add(&bench, response_of(RV_MOTOR, "ulnar", "ADM", "wrist", 80));
    put(above, RV_CONDUCTION_VELOCITY, 47, 1);
    cr_assert_eq(bench_judge(&bench), RV_OK);
    cr_assert_float_eq(verdict_of(above, RV_CONDUCTION_VELOCITY)->lower, 50, 1e-9);
    bench_close(&bench);
}

Test(judge, what_was_not_measured_is_not_judged)
{
    struct bench bench;
    bench_open(&bench, NULL, patient_of(47, RV_FEMALE, 165, 23));
    struct rv_measurement *wrist =
        bench_add(&bench, response_of(RV_MOTOR, "median", "APB", "wrist", 80));
    put(wrist, RV_AMPLITUDE, 0.1, 0.01);
    wrist->results[RV_AMPLITUDE].value.validity = RV_WITHHELD;
    wrist->results[RV_ONSET_LATENCY].value.validity = RV_NOT_MEASURABLE;
    cr_assert_eq(bench_judge(&bench), RV_OK);
    for (size_t i = 0; i < RV_PARAMETER_COUNT; i++) {
        const struct rv_verdict *verdict = verdict_of(wrist, (enum rv_parameter)i);
        cr_assert_eq(verdict->judgement, RV_NOT_JUDGED);
        cr_assert(isnan(verdict->lower) && isnan(verdict->upper) && isnan(verdict->p_abnormal));
    }
    bench_close(&bench);
}

Test(judge, the_verdict_says_which_set_and_whether_it_was_verified)
{
    struct bench bench;
    bench_open(&bench, NULL, patient_of(47, RV_FEMALE, 165, NAN));
    struct rv_measurement *leg =
        bench_add(&bench, response_of(RV_SENSORY, "superficial fibular", "ankle", "calf", 140));
    struct rv_measurement *finger =
        bench_add(&bench, response_of(RV_SENSORY, "median", "D2", "wrist", 140));
    put(leg, RV_AMPLITUDE, 12, 0.5);
    put(finger, RV_AMPLITUDE, 30, 0.5);
    cr_assert_eq(bench_judge(&bench), RV_OK);
    const struct rv_verdict *shin = verdict_of(leg, RV_AMPLITUDE);
    cr_assert(shin->verified);
    cr_assert_eq(strncmp(shin->source, "Preston-Shapiro: ", 17), 0, "%s", shin->source);
    cr_assert_not_null(strstr(shin->note, "no limit in NDTF 2016: Preston-Shapiro used"));
    const struct rv_verdict *index = verdict_of(finger, RV_AMPLITUDE);
    cr_assert_not(index->verified);
    cr_assert_not_null(strstr(index->note, "body mass index not known"));
    cr_assert(rv_notice_has(&bench.notices, "limits_unverified", NULL));
    bench_close(&bench);
}

Test(judge, in_children_nothing_is_judged_and_it_is_said)
{
    struct bench bench;
    bench_open(&bench, NULL, patient_of(9, RV_FEMALE, 130, 17));
    struct rv_measurement *wrist =
        bench_add(&bench, response_of(RV_MOTOR, "median", "APB", "wrist", 80));
    put(wrist, RV_AMPLITUDE, 0.1, 0.01);
    cr_assert_eq(bench_judge(&bench), RV_OK);
    cr_assert_eq(verdict_of(wrist, RV_AMPLITUDE)->judgement, RV_NOT_JUDGED);
    cr_assert(rv_notice_has(&bench.notices, "age_below_reference", NULL));
    bench_close(&bench);
}
