/* SPDX-License-Identifier: GPL-3.0-or-later
 * Decrement and increment against arithmetic by hand.
 */
#include "sweeps_by_hand.h"

#include <criterion/criterion.h>

static struct by_hand hand;

static void make(const double *amplitude_mv, size_t count)
{
    begin_by_hand(&hand, RV_REPETITIVE, count);
    for (size_t i = 0; i < count; i++) {
        hand.sweeps[i].found = RV_MEASURED;
        hand.sweeps[i].amplitude_uv = 1000.0 * amplitude_mv[i];
        hand.sweeps[i].amplitude_se_uv = 100.0;
        hand.sweeps[i].area_uvms = 2500.0 * amplitude_mv[i] + 5000.0;
        hand.sweeps[i].area_se_uvms = 300.0;
    }
    rv_measure_train(&hand.late, &hand.measurement, &hand.notices);
}

static const struct rv_value *value(enum rv_parameter parameter)
{
    return &hand.measurement.results[parameter].value;
}

/* 100 (10 - 7) / 10 = 30 %; SE = 100 / 10 * sqrt(0.1^2 + (0.7 * 0.1)^2) = 1.2207 %.
 * Areas 30 and 22.5: 25 %. */
Test(train, decrement_is_first_to_fourth)
{
    make((const double[]){10, 9, 8, 7, 7.5}, 5);
    cr_expect_float_eq(value(RV_DECREMENT)->value, 30.0, 1e-9);
    cr_expect_float_eq(value(RV_DECREMENT)->se, 1.2207, 1e-4);
    cr_expect_float_eq(value(RV_AREA_DECREMENT)->value, 25.0, 1e-9);
    cr_expect_float_eq(value(RV_AMPLITUDE)->value, 10.0, 1e-9);
    cr_expect_float_eq(value(RV_NEGATIVE_AREA)->value, 30.0, 1e-9);
    cr_expect_not(rv_notice_has(&hand.notices, "irregular_train", "R01"));
    end_by_hand(&hand);
}

/* Middles of three after the first: (3 4 5) 4, (4 5 5) 5, (5 5 9) 5: 100 (5 - 2) / 2 = 150 %. The
 * stray 9 does not count. */
Test(train, increment_is_of_the_largest_that_lasts)
{
    make((const double[]){2, 3, 4, 5, 5, 9}, 6);
    cr_expect_float_eq(value(RV_INCREMENT)->value, 150.0, 1e-9);
    cr_expect_float_eq(value(RV_DECREMENT)->value, -150.0, 1e-9);
    end_by_hand(&hand);
}

Test(train, sawtooth_is_flagged)
{
    make((const double[]){10, 8, 10, 8, 10, 8}, 6);
    cr_expect(rv_notice_has(&hand.notices, "irregular_train", "R01"));
    cr_expect_eq(hand.measurement.grade, RV_POOR);
    end_by_hand(&hand);
    make((const double[]){10, 9, 8.2, 7.8, 8.0, 8.3}, 6); /* falls, then recovers a little */
    cr_expect_not(rv_notice_has(&hand.notices, "irregular_train", "R01"));
    end_by_hand(&hand);
}

Test(train, missing_first_or_fourth_response_leaves_no_decrement)
{
    make((const double[]){10, 9, 8}, 3);
    cr_expect_eq(value(RV_DECREMENT)->validity, RV_NOT_MEASURABLE);
    end_by_hand(&hand);
    begin_by_hand(&hand, RV_REPETITIVE, 5);
    rv_measure_train(&hand.late, &hand.measurement, &hand.notices);
    cr_expect_eq(value(RV_DECREMENT)->validity, RV_NOT_MEASURABLE);
    cr_expect(isnan(value(RV_DECREMENT)->value));
    end_by_hand(&hand);
}
