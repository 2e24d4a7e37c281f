/* SPDX-License-Identifier: GPL-3.0-or-later
 * Block, dispersion and variants.
 */
#include "support.h"

#include <criterion/criterion.h>

#include <math.h>

static size_t motor(struct bench *bench, const char *nerve, const char *record, const char *site,
                    double amplitude_mv)
{
    size_t index = bench_response(bench, RV_MOTOR, nerve, RV_RIGHT, record, site);
    bench_value(bench, index, RV_AMPLITUDE, amplitude_mv, NAN, NAN);
    return index;
}

Test(segments, fall_beyond_half_in_the_median_forearm_is_a_block)
{
    static struct bench bench;
    bench_open(&bench);
    motor(&bench, "median", "APB", "wrist", 10);
    motor(&bench, "median", "APB", "elbow", 4.9);
    bench_interpret(&bench);
    cr_expect(bench_has_finding(&bench, "conduction_block"));
    bench_close(&bench);
}

Test(segments, block_is_never_called_with_a_distal_response_below_one_millivolt)
{
    static struct bench bench;
    bench_open(&bench);
    motor(&bench, "median", "APB", "wrist", 0.9);
    motor(&bench, "median", "APB", "elbow", 0.2);
    bench_interpret(&bench);
    cr_expect_not(bench_has_finding(&bench, "conduction_block"));
    bench_close(&bench);
}

Test(segments, ulnar_forearm_fall_is_no_block_before_the_median_was_tried)
{
    static struct bench bench;
    bench_open(&bench);
    motor(&bench, "ulnar", "ADM", "wrist", 10);
    motor(&bench, "ulnar", "ADM", "below elbow", 4);
    bench_interpret(&bench);
    cr_expect_not(bench_has_finding(&bench, "conduction_block"));
    cr_expect(bench_has_finding(&bench, "amplitude_fall_variant"));
    bench_close(&bench);
}

Test(segments, ulnar_forearm_fall_is_a_block_when_the_median_does_not_reach)
{
    static struct bench bench;
    bench_open(&bench);
    motor(&bench, "ulnar", "ADM", "wrist", 10);
    motor(&bench, "ulnar", "ADM", "below elbow", 4);
    bench_absent(&bench, motor(&bench, "median", "ADM", "elbow", 0));
    bench_absent(&bench, motor(&bench, "median", "FDI", "elbow", 0));
    bench_interpret(&bench);
    cr_expect(bench_has_finding(&bench, "conduction_block"));
    bench_close(&bench);
}

Test(segments, submaximal_proximal_stimulus_makes_no_block)
{
    static struct bench bench;
    bench_open(&bench);
    motor(&bench, "median", "APB", "wrist", 10);
    size_t elbow = motor(&bench, "median", "APB", "elbow", 3);
    bench.measurements[elbow].flags = rv_flag_bit(RV_FLAG_SUBMAXIMAL);
    bench_interpret(&bench);
    cr_expect_not(bench_has_finding(&bench, "conduction_block"));
    cr_expect(bench_has_finding(&bench, "submaximal"));
    bench_close(&bench);
}

Test(segments, tibial_fall_to_the_knee_is_no_block)
{
    static struct bench bench;
    bench_open(&bench);
    motor(&bench, "tibial", "AH", "ankle", 10);
    motor(&bench, "tibial", "AH", "popliteal fossa", 3.5);
    bench_interpret(&bench);
    cr_expect_not(bench_has_finding(&bench, "conduction_block"));
    bench_close(&bench);
}

/* 8.0 to 11.0 ms: +37.5 %. */
Test(segments, longer_proximal_response_is_dispersion)
{
    static struct bench bench;
    bench_open(&bench);
    size_t wrist = motor(&bench, "median", "APB", "wrist", 10);
    size_t elbow = motor(&bench, "median", "APB", "elbow", 9);
    bench_value(&bench, wrist, RV_NEGATIVE_DURATION, 8, NAN, NAN);
    bench_value(&bench, elbow, RV_NEGATIVE_DURATION, 11, NAN, NAN);
    bench_interpret(&bench);
    cr_expect(bench_has_finding(&bench, "temporal_dispersion"));
    bench_close(&bench);
}

Test(segments, cold_limb_is_not_interpreted)
{
    static struct bench bench;
    bench_open(&bench);
    size_t wrist = motor(&bench, "median", "APB", "wrist", 12);
    bench_value(&bench, wrist, RV_ONSET_LATENCY, 5.2, NAN, 4.5);
    bench.measurements[wrist].temperature_c = 27.5;
    bench_interpret(&bench);
    cr_expect(bench_has_finding(&bench, "cold_limb"));
    cr_expect_str_eq(bench.report.interpretation.primary, "indeterminate");
    bench_close(&bench);
}

/* A study must be more than one or two tests to be called normal. */
Test(segments, one_nerve_with_a_long_latency_is_no_normal_study)
{
    static struct bench bench;
    bench_open(&bench);
    size_t wrist = motor(&bench, "median", "APB", "wrist", 8);
    bench_value(&bench, wrist, RV_ONSET_LATENCY, 5.6, NAN, 4.5);
    bench_interpret(&bench);
    cr_expect_str_eq(bench.report.interpretation.primary, "indeterminate");
    bench_close(&bench);
}
