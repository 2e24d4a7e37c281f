/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values of F-waves and H-reflexes against arithmetic by hand.
 */
#include "sweeps_by_hand.h"

#include <criterion/criterion.h>

static struct by_hand hand;

static const struct rv_value *value(enum rv_parameter parameter)
{
    return &hand.measurement.results[parameter].value;
}

/* F-waves of 25, 26, 27, 28 ms and 200, 100, 100, 200 uV in 4 of 5 sweeps; M 10 mV. */
static void make_f(void)
{
    static const double onset_ms[] = {25, 26, 27, 28}, size_uv[] = {200, 100, 100, 200};
    begin_by_hand(&hand, RV_F_WAVE, 5);
    for (size_t i = 0; i < 5; i++) {
        hand.sweeps[i].m_amplitude_uv = 10000;
        hand.sweeps[i].m_amplitude_se_uv = 5;
        if (i < 4) {
            hand.sweeps[i].found = RV_MEASURED;
            hand.sweeps[i].onset_ms = onset_ms[i];
            hand.sweeps[i].onset_se_ms = 0.1;
            hand.sweeps[i].amplitude_uv = size_uv[i];
            hand.sweeps[i].repeats = i < 2;
        }
    }
}

Test(measure_late, f_values_are_those_of_the_sweeps)
{
    make_f();
    rv_measure_f(&hand.late, &hand.measurement, &hand.notices);
    cr_expect_float_eq(value(RV_F_MINIMUM)->value, 25.0, 1e-9);
    cr_expect_float_eq(value(RV_F_MEAN)->value, 26.5, 1e-9);
    cr_expect_float_eq(value(RV_F_MAXIMUM)->value, 28.0, 1e-9);
    cr_expect_float_eq(value(RV_F_CHRONODISPERSION)->value, 3.0, 1e-9);
    cr_expect_float_eq(value(RV_F_PERSISTENCE)->value, 80.0, 1e-9);
    cr_expect_float_eq(value(RV_F_M_RATIO)->value, 1.5, 1e-9); /* 150 uV of 10 mV */
    cr_expect_float_eq(value(RV_F_REPEATERS)->value, 50.0, 1e-9);
    cr_expect_float_eq(value(RV_F_COUNT)->value, 4.0, 1e-9);
    cr_expect_float_eq(value(RV_F_STIMULI)->value, 5.0, 1e-9);
    /* Agresti-Coull: p = (4 + 2) / (5 + 4), sqrt(p (1 - p) / 9) = 15.71 % */
    cr_expect_float_eq(value(RV_F_PERSISTENCE)->se, 15.713, 1e-3);
    /* the mean of 4: SD sqrt(5/3) of the population 1.118 / 2 = 0.56, a little more by resampling
     * the number too */
    cr_expect(value(RV_F_MEAN)->se > 0.4 && value(RV_F_MEAN)->se < 0.8, "%f", value(RV_F_MEAN)->se);
    cr_expect(rv_notice_has(&hand.notices, "few_stimuli", "R01"));
    cr_expect(hand.measurement.flags & rv_flag_bit(RV_FLAG_FEW_SWEEPS));
    end_by_hand(&hand);
}

Test(measure_late, bootstrap_gives_the_same_twice)
{
    double se[2];
    for (size_t i = 0; i < 2; i++) {
        make_f();
        rv_measure_f(&hand.late, &hand.measurement, &hand.notices);
        se[i] = value(RV_F_MINIMUM)->se;
        end_by_hand(&hand);
    }
    cr_expect_float_eq(se[0], se[1], 0.0);
    cr_expect(se[0] > 0.0);
}

Test(measure_late, absent_f_waves_have_no_latency)
{
    begin_by_hand(&hand, RV_F_WAVE, 12);
    rv_measure_f(&hand.late, &hand.measurement, &hand.notices);
    cr_expect_eq(value(RV_F_MINIMUM)->validity, RV_ABSENT);
    cr_expect(isnan(value(RV_F_MINIMUM)->value));
    cr_expect_float_eq(value(RV_F_PERSISTENCE)->value, 0.0, 1e-9);
    cr_expect_eq(hand.measurement.present, RV_PRESENT_NO);
    end_by_hand(&hand);
}

Test(measure_late, noise_that_hides_f_waves_is_no_absence)
{
    begin_by_hand(&hand, RV_F_WAVE, 12);
    hand.late.floor_uv = 90.0;
    rv_measure_f(&hand.late, &hand.measurement, &hand.notices);
    cr_expect_eq(value(RV_F_MINIMUM)->validity, RV_NOT_MEASURABLE);
    cr_expect_eq(value(RV_F_PERSISTENCE)->validity, RV_NOT_MEASURABLE);
    cr_expect_eq(hand.measurement.present, RV_PRESENT_UNSAID);
    end_by_hand(&hand);
}

/* D = 700 mm, v = 56 m/s, distal latency 3.5 ms: 2 x 700 / 56 + 1 + 3.5 = 29.5 ms.
 * F - M velocity: 2 x 700 / (25 - 3 - 1) = 66.67 m/s. */
Test(measure_late, way_to_the_spine_needs_its_distance)
{
    make_f();
    rv_measure_f(&hand.late, &hand.measurement, &hand.notices);
    struct rv_response rows[3];
    struct rv_measurement all[3] = {hand.measurement, {0}, {0}};
    static const char *const sites[] = {"wrist", "wrist", "elbow"};
    for (size_t i = 0; i < 3; i++) {
        rows[i] = (struct rv_response){.id = "R",
                                       .kind = i == 0 ? RV_F_WAVE : RV_MOTOR,
                                       .nerve = "ulnar",
                                       .side = RV_RIGHT,
                                       .record = "ADM",
                                       .stimulate = sites[i],
                                       .distance_mm = i == 1 ? 80 : (double)NAN,
                                       .segment_mm = i == 2 ? 220 : (double)NAN,
                                       .distance_se_mm = (double)NAN};
        all[i].response = &rows[i];
    }
    const double latency_ms[] = {0, 3.5, 7.43};
    for (size_t i = 1; i < 3; i++) {
        all[i].results[RV_ONSET_LATENCY].value =
            (struct rv_value){RV_MEASURED, latency_ms[i], 0.05, RV_BY_AUTO, NULL};
    }
    all[2].results[RV_CONDUCTION_VELOCITY].value =
        (struct rv_value){RV_MEASURED, 56.0, 1.0, RV_BY_AUTO, NULL};
    rv_measure_f_paths(all, 3);
    cr_expect_eq(all[0].results[RV_F_ESTIMATE].value.validity, RV_UNTESTED);
    rows[0].spine_mm = 700.0;
    rv_measure_f_paths(all, 3);
    cr_expect_float_eq(all[0].results[RV_F_ESTIMATE].value.value, 29.5, 1e-9);
    cr_expect_float_eq(all[0].results[RV_F_VELOCITY].value.value, 66.6667, 1e-3);
    /* 2 u_d / v = 18 / 56 with u_d = 2 + 7 = 9 mm; 25 / 56; 0.05: 0.5505 ms */
    cr_expect_float_eq(all[0].results[RV_F_ESTIMATE].value.se, 0.5523, 1e-3);
    end_by_hand(&hand);
}

/* H of 1, 4, 3.9, 2, 0.5 mV at 31.5, 30.1, 30.0, 30.6, 31 ms while M grows to 10 mV. */
static void make_h(void)
{
    static const double h_uv[] = {1000, 4000, 3900, 2000, 500};
    static const double onset_ms[] = {31.5, 30.1, 30.0, 30.6, 31.0};
    static const double m_uv[] = {0, 500, 2000, 8000, 10000};
    begin_by_hand(&hand, RV_H_REFLEX, 5);
    for (size_t i = 0; i < 5; i++) {
        hand.sweeps[i].found = RV_MEASURED;
        hand.sweeps[i].onset_ms = onset_ms[i];
        hand.sweeps[i].onset_se_ms = 0.05;
        hand.sweeps[i].amplitude_uv = h_uv[i];
        hand.sweeps[i].amplitude_se_uv = 10;
        hand.sweeps[i].m_amplitude_uv = m_uv[i];
        hand.sweeps[i].m_amplitude_se_uv = 10;
    }
}

/* The two large ones have the same weight and lie within 0.2 ms: 30.05 ms. 4 of 10 mV: 40 %. */
Test(measure_late, h_latency_is_of_the_large_reflexes)
{
    make_h();
    rv_measure_h(&hand.late, &hand.measurement, &hand.notices);
    cr_expect_float_eq(value(RV_H_LATENCY)->value, 30.05, 1e-6);
    cr_expect_float_eq(value(RV_H_AMPLITUDE)->value, 4.0, 1e-9);
    cr_expect_float_eq(value(RV_M_AMPLITUDE)->value, 10.0, 1e-9);
    cr_expect_float_eq(value(RV_H_M_RATIO)->value, 40.0, 1e-9);
    cr_expect_not(rv_notice_has(&hand.notices, "h_not_suppressed", "R01"));
    end_by_hand(&hand);
}

Test(measure_late, h_m_ratio_is_withheld_while_m_still_grows)
{
    make_h();
    hand.late.plateau = false;
    rv_measure_h(&hand.late, &hand.measurement, &hand.notices);
    cr_expect_eq(value(RV_H_M_RATIO)->validity, RV_WITHHELD);
    cr_expect(hand.measurement.flags & rv_flag_bit(RV_FLAG_SUBMAXIMAL));
    cr_expect_eq(value(RV_H_LATENCY)->validity, RV_MEASURED);
    end_by_hand(&hand);
}

Test(measure_late, wave_that_does_not_shrink_is_no_sure_reflex)
{
    make_h();
    hand.sweeps[4].amplitude_uv = 3900;
    rv_measure_h(&hand.late, &hand.measurement, &hand.notices);
    cr_expect(rv_notice_has(&hand.notices, "h_not_suppressed", "R01"));
    cr_expect_eq(value(RV_H_LATENCY)->validity, RV_WITHHELD);
    cr_expect_eq(value(RV_H_AMPLITUDE)->validity, RV_WITHHELD);
    cr_expect_eq(hand.measurement.present, RV_PRESENT_UNSAID);
    end_by_hand(&hand);
}

/* A series that ends early: a reflex was there before M, the end of M was not. */
Test(measure_late, wave_that_comes_with_m_alone_is_no_sure_reflex)
{
    static const double h_uv[] = {100, 390, 750, 1000, 1000};
    make_h();
    hand.late.plateau = false;
    for (size_t i = 0; i < 5; i++) {
        hand.sweeps[i].amplitude_uv = h_uv[i];
        hand.sweeps[i].m_amplitude_uv = 10 * h_uv[i];
    }
    rv_measure_h(&hand.late, &hand.measurement, &hand.notices);
    cr_expect_eq(value(RV_H_LATENCY)->validity, RV_MEASURED);
    hand.sweeps[0].found = RV_ABSENT;
    rv_measure_h(&hand.late, &hand.measurement, &hand.notices);
    cr_expect_eq(value(RV_H_LATENCY)->validity, RV_WITHHELD);
    end_by_hand(&hand);
}

Test(measure_late, one_stray_sweep_is_no_reflex)
{
    make_h();
    for (size_t i = 1; i < 5; i++) {
        hand.sweeps[i].found = RV_ABSENT;
    }
    rv_measure_h(&hand.late, &hand.measurement, &hand.notices);
    cr_expect_eq(value(RV_H_LATENCY)->validity, RV_NOT_MEASURABLE);
    hand.sweeps[0].found = RV_ABSENT;
    rv_measure_h(&hand.late, &hand.measurement, &hand.notices);
    cr_expect_eq(value(RV_H_LATENCY)->validity, RV_ABSENT);
    end_by_hand(&hand);
}
