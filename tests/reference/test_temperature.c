/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cold limbs: warned of, corrected beside the raw value, never made abnormal by it.
 */
#include "study.h"

#include <criterion/criterion.h>

#include <string.h>

static struct bench bench;

static void start(void)
{
    bench_open(&bench, NULL, patient_of(44, RV_FEMALE, 164, NAN));
}

static void finish(void)
{
    bench_close(&bench);
}

TestSuite(temperature, .init = start, .fini = finish);

static struct rv_measurement *median_wrist(void)
{
    return bench_add(&bench, response_of(RV_MOTOR, "median", "APB", "wrist", 80));
}

static struct rv_measurement *median_elbow(void)
{
    return bench_add(&bench, response_of(RV_MOTOR, "median", "APB", "elbow", NAN));
}

Test(temperature, each_limb_has_its_own)
{
    bench.study.temperature_c = (struct rv_temperatures){33.1, 32.2, 31.3, 30.4};
    static const struct {
        const char *nerve;
        enum rv_side side;
        double own, expected;
    } cases[] = {{"median", RV_RIGHT, NAN, 33.1},  {"ulnar", RV_LEFT, NAN, 32.2},
                 {"sural", RV_RIGHT, NAN, 31.3},   {"tibial", RV_LEFT, NAN, 30.4},
                 {"median", RV_RIGHT, 29.5, 29.5}, {"median", RV_SIDE_UNKNOWN, NAN, NAN},
                 {"facial", RV_RIGHT, NAN, NAN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rv_response response = response_of(RV_MOTOR, cases[i].nerve, NULL, NULL, NAN);
        response.side = cases[i].side;
        response.temperature_c = cases[i].own;
        bench_add(&bench, response);
    }
    cr_assert_eq(bench_judge(&bench), RV_OK);
    for (size_t i = 0; i < bench.count; i++) {
        double found = bench.measurements[i].temperature_c;
        cr_assert(isnan(cases[i].expected) ? isnan(found) : fabs(found - cases[i].expected) < 1e-9,
                  "case %zu: %g", i, found);
    }
    cr_assert_eq(bench.measurements[6].flags, 0); /* the face needs none */
}

Test(temperature, m_14_missing_is_told_once_for_each_limb_and_flagged)
{
    bench.study.temperature_c = (struct rv_temperatures){NAN, NAN, NAN, NAN};
    struct rv_measurement *wrist = median_wrist();
    median_elbow();
    put(wrist, RV_ONSET_LATENCY, 6, 0.05);
    cr_assert_eq(bench_judge(&bench), RV_OK);
    size_t told = 0;
    for (size_t i = 0; i < bench.notices.count; i++)
        told += strcmp(bench.notices.items[i].code, "temperature_missing") == 0 ? 1 : 0;
    cr_assert_eq(told, 1);
    cr_assert(wrist->flags & rv_flag_bit(RV_FLAG_TEMPERATURE_MISSING));
    cr_assert_eq(verdict_of(wrist, RV_ONSET_LATENCY)->judgement, RV_ABNORMAL);
}

Test(temperature, velocity_is_corrected_beside_the_raw_value)
{
    /* Median motor: 1.5 m/s for each degree; 32 - 30 = 2 degrees: 45 + 3 = 48 m/s. */
    bench.study.temperature_c.hand_right = 30;
    median_wrist();
    struct rv_measurement *elbow = median_elbow();
    put(elbow, RV_CONDUCTION_VELOCITY, 45, 0.5);
    cr_assert_eq(bench_judge(&bench), RV_OK);
    const struct rv_result *result = &elbow->results[RV_CONDUCTION_VELOCITY];
    cr_assert_float_eq(result->value.value, 45, 1e-12);
    cr_assert_float_eq(result->corrected, 48, 1e-12);
    cr_assert_str_eq(result->correction, "from 30 to 32 degrees C, 1.5 m/s for each degree");
    cr_assert(rv_notice_has(&bench.notices, "temperature_low", NULL));
    cr_assert(elbow->flags & rv_flag_bit(RV_FLAG_TEMPERATURE_LOW));
}

Test(temperature, distal_motor_latency_is_corrected_and_no_other)
{
    /* 0.2 ms for each degree: 4.6 - 0.2 x 2 = 4.2 ms. */
    bench.study.temperature_c.hand_right = 30;
    struct rv_measurement *wrist = median_wrist(), *elbow = median_elbow();
    struct rv_measurement *finger =
        bench_add(&bench, response_of(RV_SENSORY, "median", "D2", "wrist", 140));
    put(wrist, RV_ONSET_LATENCY, 4.6, 0.03);
    put(elbow, RV_ONSET_LATENCY, 9, 0.03);
    put(finger, RV_ONSET_LATENCY, 3.4, 0.03);
    cr_assert_eq(bench_judge(&bench), RV_OK);
    cr_assert_float_eq(wrist->results[RV_ONSET_LATENCY].corrected, 4.2, 1e-12);
    cr_assert(isnan(elbow->results[RV_ONSET_LATENCY].corrected));
    cr_assert(isnan(finger->results[RV_ONSET_LATENCY].corrected));
}

Test(temperature, factors_are_those_of_the_specification)
{
    static const struct {
        enum rv_kind kind;
        const char *nerve, *record, *stimulate;
        double factor; /* m/s for each degree; NaN: none is known */
    } cases[] = {{RV_MOTOR, "ulnar", "ADM", "below elbow", 2.1},
                 {RV_SENSORY, "ulnar", "D5", "wrist", 1.6},
                 {RV_SENSORY, "median", "D2", "wrist", 1.4},
                 {RV_MOTOR, "fibular", "EDB", "below fibular head", 2.0},
                 {RV_MOTOR, "tibial", "AH", "popliteal fossa", 1.1},
                 {RV_SENSORY, "sural", "ankle", "calf", 1.7},
                 {RV_SENSORY, "superficial fibular", "ankle", "calf", NAN}};
    bench.study.temperature_c = (struct rv_temperatures){31, 31, 30, 30}; /* one degree below */
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        put(bench_add(&bench, response_of(cases[i].kind, cases[i].nerve, cases[i].record,
                                          cases[i].stimulate, 140)),
            RV_CONDUCTION_VELOCITY, 50, 0.5);
    cr_assert_eq(bench_judge(&bench), RV_OK);
    for (size_t i = 0; i < bench.count; i++) {
        double found = bench.measurements[i].results[RV_CONDUCTION_VELOCITY].corrected;
        cr_assert(isnan(cases[i].factor) ? isnan(found) : fabs(found - 50 - cases[i].factor) < 1e-9,
                  "case %zu: %g", i, found);
    }
}

Test(temperature, a_warm_limb_is_not_corrected)
{
    bench.study.temperature_c.hand_right = 32;
    median_wrist();
    struct rv_measurement *elbow = median_elbow();
    put(elbow, RV_CONDUCTION_VELOCITY, 45, 0.5);
    cr_assert_eq(bench_judge(&bench), RV_OK);
    cr_assert(isnan(elbow->results[RV_CONDUCTION_VELOCITY].corrected));
    cr_assert_eq(verdict_of(elbow, RV_CONDUCTION_VELOCITY)->judgement, RV_ABNORMAL);
    cr_assert_eq(elbow->flags, 0);
}

Test(temperature, cool_slowing_is_borderline_unless_it_outlasts_the_correction)
{
    /* Limit for a woman of 44: 51 m/s. 47 + 2 x 1.5 = 50: z = -1 / 0.5, still beyond.
     * 49 + 3 = 52: within. */
    static const struct {
        double velocity;
        enum rv_judgement judgement;
    } cases[] = {{47, RV_ABNORMAL}, {49, RV_BORDERLINE}, {55, RV_NORMAL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench each;
        bench_open(&each, NULL, patient_of(44, RV_FEMALE, 164, NAN));
        each.study.temperature_c.hand_right = 30;
        bench_add(&each, response_of(RV_MOTOR, "median", "APB", "wrist", 80));
        struct rv_measurement *elbow =
            bench_add(&each, response_of(RV_MOTOR, "median", "APB", "elbow", NAN));
        put(elbow, RV_CONDUCTION_VELOCITY, cases[i].velocity, 0.5);
        cr_assert_eq(bench_judge(&each), RV_OK);
        cr_assert_eq(verdict_of(elbow, RV_CONDUCTION_VELOCITY)->judgement, cases[i].judgement,
                     "case %zu", i);
        bench_close(&each);
    }
}

Test(temperature, correction_never_makes_an_abnormality)
{
    /* Raw 3.9 ms is normal; a limb at 30 degrees changes nothing of that. */
    bench.study.temperature_c.hand_right = 30;
    struct rv_measurement *wrist = median_wrist();
    put(wrist, RV_ONSET_LATENCY, 3.9, 0.03);
    put(wrist, RV_AMPLITUDE, 9, 0.1);
    cr_assert_eq(bench_judge(&bench), RV_OK);
    cr_assert_eq(verdict_of(wrist, RV_ONSET_LATENCY)->judgement, RV_NORMAL);
    cr_assert_eq(verdict_of(wrist, RV_AMPLITUDE)->judgement, RV_NORMAL);
}

/* The teaching case of a cold limb: hand 27.4, foot 26.9 degrees C, all a little slow, large
 * sensory potentials. Nothing of it is normal or abnormal. */
Test(temperature, below_the_floor_nothing_but_a_low_amplitude_is_judged)
{
    bench.study.temperature_c = (struct rv_temperatures){27.4, NAN, 26.9, NAN};
    struct rv_measurement *wrist = median_wrist(), *elbow = median_elbow();
    struct rv_measurement *finger =
        bench_add(&bench, response_of(RV_SENSORY, "median", "D2", "wrist", 140));
    struct rv_measurement *leg =
        bench_add(&bench, response_of(RV_SENSORY, "sural", "ankle", "calf", 140));
    put(wrist, RV_ONSET_LATENCY, 4.8, 0.03);
    put(wrist, RV_AMPLITUDE, 11.4, 0.03);
    put(elbow, RV_CONDUCTION_VELOCITY, 47, 0.3);
    put(finger, RV_NEGATIVE_PEAK_LATENCY, 4.5, 0.03);
    put(finger, RV_AMPLITUDE, 58, 0.3);
    put(leg, RV_AMPLITUDE, 1, 0.1);
    cr_assert_eq(bench_judge(&bench), RV_OK);
    cr_assert_eq(verdict_of(wrist, RV_ONSET_LATENCY)->judgement, RV_NOT_JUDGED);
    cr_assert_eq(verdict_of(wrist, RV_AMPLITUDE)->judgement, RV_NOT_JUDGED);
    cr_assert_eq(verdict_of(elbow, RV_CONDUCTION_VELOCITY)->judgement, RV_NOT_JUDGED);
    cr_assert_eq(verdict_of(finger, RV_NEGATIVE_PEAK_LATENCY)->judgement, RV_NOT_JUDGED);
    cr_assert_eq(verdict_of(finger, RV_AMPLITUDE)->judgement, RV_NOT_JUDGED);
    cr_assert_eq(verdict_of(leg, RV_AMPLITUDE)->judgement, RV_ABNORMAL);
    cr_assert(isnan(elbow->results[RV_CONDUCTION_VELOCITY].corrected));
    cr_assert_not_null(strstr(verdict_of(wrist, RV_ONSET_LATENCY)->note, "warm and repeat"));
    cr_assert(rv_notice_has(&bench.notices, "temperature_too_low", NULL));
    for (size_t i = 0; i < bench.notices.count; i++)
        if (strcmp(bench.notices.items[i].code, "temperature_too_low") == 0)
            cr_assert_not_null(strstr(bench.notices.items[i].text, "warm the limb"));
}
