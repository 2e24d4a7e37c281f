/* SPDX-License-Identifier: GPL-3.0-or-later
 * Segments, sides and entered values, by hand arithmetic.
 */
#include "measure/measure.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

static struct rv_response responses[4];
static struct rv_measurement rows[4];
static struct rv_notices notices;

static void begin(void)
{
    notices = (struct rv_notices){.arena = rv_arena_new()};
    memset(rows, 0, sizeof rows);
    for (size_t i = 0; i < 4; i++) {
        responses[i] = (struct rv_response){.id = "R01",
                                            .kind = RV_MOTOR,
                                            .nerve = "median",
                                            .side = RV_RIGHT,
                                            .record = "APB",
                                            .distance_mm = (double)NAN,
                                            .segment_mm = (double)NAN,
                                            .distance_se_mm = (double)NAN,
                                            .intensity_ma = (double)NAN,
                                            .intensity_v = (double)NAN};
        for (size_t p = 0; p < RV_PARAMETER_COUNT; p++) {
            responses[i].entered[p].value = (double)NAN;
        }
        rows[i].response = &responses[i];
        rows[i].snr_db = (double)NAN;
    }
    responses[0].stimulate = "wrist";
    responses[0].distance_mm = 80.0;
    responses[1].stimulate = "elbow";
    responses[1].segment_mm = 220.0;
}

static void end(void)
{
    struct rv_arena *arena = notices.arena;
    rv_notices_finish(&notices);
    rv_arena_free(arena);
}
TestSuite(measure_segment, .init = begin, .fini = end);

static void give(size_t row, enum rv_parameter parameter, double value, double se)
{
    rows[row].present = RV_PRESENT_YES;
    rows[row].results[parameter].value =
        (struct rv_value){RV_MEASURED, value, se, RV_BY_AUTO, NULL};
}

static const struct rv_value *get(size_t row, enum rv_parameter parameter)
{
    return &rows[row].results[parameter].value;
}

static void run(size_t count, const struct rv_alignment *align)
{
    cr_assert(rv_measure_segments(NULL, rows, count, align, &notices, NULL) == RV_OK);
}

Test(measure_segment, velocity_and_its_uncertainty_follow_the_gum)
{
    give(0, RV_ONSET_LATENCY, 3.5, 0.03);
    give(1, RV_ONSET_LATENCY, 7.5, 0.04);
    run(2, NULL);
    /* 220 / 4 = 55; u: distance 2 + 2.2 = 4.2 mm, 1.909 %; time hypot(.03,.04)/4 = 1.25 % */
    cr_expect(fabs(get(1, RV_CONDUCTION_VELOCITY)->value - 55.0) < 1e-12);
    cr_expect(fabs(get(1, RV_CONDUCTION_VELOCITY)->se - 55.0 * hypot(4.2 / 220.0, 0.0125)) < 1e-12);
    /* residual latency 3.5 - 80/55, index 80/(55*3.5) */
    cr_expect(fabs(get(0, RV_RESIDUAL_LATENCY)->value - (3.5 - 80.0 / 55.0)) < 1e-12);
    cr_expect(fabs(get(0, RV_TERMINAL_LATENCY_INDEX)->value - 80.0 / 192.5) < 1e-12);
    cr_expect(get(0, RV_CONDUCTION_VELOCITY)->validity == RV_UNTESTED);
    /* by derivatives: 1 + d/s for L_d, d/s for L_p, t/s for d, d t/s^2 for s; d = 80, s = 220 */
    const double dl = (1.0 + 80.0 / 220.0) * 0.03, pl = 80.0 / 220.0 * 0.04;
    const double dd = 4.0 / 220.0 * 2.8, ds = 80.0 * 4.0 / 48400.0 * 4.2;
    const double by_hand = sqrt(dl * dl + pl * pl + dd * dd + ds * ds);
    cr_expect(fabs(get(0, RV_RESIDUAL_LATENCY)->se - by_hand) < 1e-9);
}

Test(measure_segment, drops_are_percent_of_the_distal_site)
{
    give(0, RV_AMPLITUDE, 10.0, 0.1);
    give(1, RV_AMPLITUDE, 4.0, 0.1);
    give(0, RV_NEGATIVE_DURATION, 5.0, 0.05);
    give(1, RV_NEGATIVE_DURATION, 6.0, 0.05);
    run(2, NULL);
    cr_expect(fabs(get(1, RV_AMPLITUDE_DROP)->value - 60.0) < 1e-12);
    cr_expect(fabs(get(1, RV_AMPLITUDE_DROP)->se - 40.0 * hypot(0.01, 0.025)) < 1e-12);
    cr_expect(fabs(get(1, RV_DURATION_CHANGE)->value - 20.0) < 1e-12);
}

Test(measure_segment, m_11_proximal_latency_not_above_distal_is_withheld)
{
    give(0, RV_ONSET_LATENCY, 7.5, 0.03);
    give(1, RV_ONSET_LATENCY, 3.5, 0.03);
    run(2, NULL);
    cr_expect(get(1, RV_CONDUCTION_VELOCITY)->validity == RV_WITHHELD);
    cr_expect(strcmp(get(1, RV_CONDUCTION_VELOCITY)->reason, "proximal_not_later") == 0);
    cr_expect(rv_notice_has(&notices, "proximal_not_later", "R01"));
    cr_expect(strstr(notices.items[0].text, "7.50") != NULL);
    cr_expect(strstr(notices.items[0].text, "3.50") != NULL);
}

Test(measure_segment, implausible_velocity_is_withheld)
{
    give(0, RV_ONSET_LATENCY, 3.5, 0.01);
    give(1, RV_ONSET_LATENCY, 5.5, 0.01); /* 110 m/s */
    run(2, NULL);
    cr_expect(get(1, RV_CONDUCTION_VELOCITY)->validity == RV_WITHHELD);
    cr_expect((rows[1].flags & rv_flag_bit(RV_FLAG_IMPLAUSIBLE_VELOCITY)) != 0);
}

Test(measure_segment, short_segment_and_larger_proximal_amplitude_are_flagged)
{
    responses[1].segment_mm = 60.0;
    give(0, RV_AMPLITUDE, 5.0, 0.05);
    give(1, RV_AMPLITUDE, 8.0, 0.05);
    run(2, NULL);
    cr_expect((rows[1].flags & rv_flag_bit(RV_FLAG_SHORT_SEGMENT)) != 0);
    cr_expect((rows[0].flags & rv_flag_bit(RV_FLAG_DISTAL_SMALLER)) != 0);
}

Test(measure_segment, alignment_that_agrees_sharpens_the_velocity)
{
    const struct rv_alignment align[2] = {{(double)NAN, (double)NAN, (double)NAN},
                                          {4.05, 0.005, 0.99}};
    give(0, RV_ONSET_LATENCY, 3.5, 0.1);
    give(1, RV_ONSET_LATENCY, 7.5, 0.1);
    run(2, align);
    /* weights 1/0.02 = 50 and 1/(0.005^2 + 0.0405^2) = 600.6: (200 + 2432.4) / 650.6 = 4.0462 */
    cr_expect(fabs(get(1, RV_CONDUCTION_VELOCITY)->value - 220.0 / 4.0462) < 0.002);
}

Test(measure_segment, alignment_that_disagrees_is_printed)
{
    const struct rv_alignment align[2] = {{(double)NAN, (double)NAN, (double)NAN},
                                          {5.0, 0.01, 0.95}};
    give(0, RV_ONSET_LATENCY, 3.5, 0.03);
    give(1, RV_ONSET_LATENCY, 7.5, 0.03);
    run(2, align);
    cr_expect(rv_notice_has(&notices, "alignment_disagrees", "R01"));
    cr_expect(fabs(get(1, RV_CONDUCTION_VELOCITY)->value - 55.0) < 1e-9);
}

Test(measure_segment, sites_listed_from_proximal_are_ordered)
{
    responses[2].stimulate = "axilla";
    responses[2].segment_mm = 120.0;
    give(0, RV_ONSET_LATENCY, 3.5, 0.02);
    give(1, RV_ONSET_LATENCY, 7.5, 0.02);
    give(2, RV_ONSET_LATENCY, 9.5, 0.02);
    run(3, NULL);
    cr_expect(rv_measure_distal_neighbour(rows, 3, 2) == &rows[1]);
    cr_expect(fabs(get(2, RV_CONDUCTION_VELOCITY)->value - 60.0) < 1e-12);
    cr_expect(fabs(get(2, RV_VELOCITY_DROP)->value + 5.0) < 1e-12);
}

Test(measure_segment, sensory_velocity_is_distance_over_onset)
{
    responses[0].kind = RV_SENSORY;
    responses[0].distance_mm = 140.0;
    give(0, RV_ONSET_LATENCY, 2.5, 0.02);
    run(1, NULL);
    cr_expect(fabs(get(0, RV_CONDUCTION_VELOCITY)->value - 56.0) < 1e-12);
}

Test(measure_segment, sides_are_compared_at_equal_distance_only)
{
    responses[1] = responses[0];
    responses[1].side = RV_LEFT;
    give(0, RV_ONSET_LATENCY, 4.5, 0.03);
    give(1, RV_ONSET_LATENCY, 3.5, 0.04);
    give(0, RV_AMPLITUDE, 4.0, 0.1);
    give(1, RV_AMPLITUDE, 10.0, 0.1);
    run(2, NULL);
    cr_expect(fabs(get(0, RV_ONSET_SIDE_DIFFERENCE)->value - 1.0) < 1e-12);
    cr_expect(fabs(get(0, RV_ONSET_SIDE_DIFFERENCE)->se - 0.05) < 1e-12);
    cr_expect(fabs(get(0, RV_AMPLITUDE_SIDE_DROP)->value - 60.0) < 1e-12);
    cr_expect(fabs(get(1, RV_AMPLITUDE_SIDE_DROP)->value) < 1e-12);
}

Test(measure_segment, sides_of_unequal_distance_have_no_difference)
{
    responses[1] = responses[0];
    responses[1].side = RV_LEFT;
    responses[1].distance_mm = 70.0;
    give(0, RV_ONSET_LATENCY, 4.5, 0.03);
    give(1, RV_ONSET_LATENCY, 3.5, 0.04);
    run(2, NULL);
    cr_expect(get(0, RV_ONSET_SIDE_DIFFERENCE)->validity == RV_UNTESTED);
}

Test(measure_segment, rising_current_that_still_pays_is_submaximal)
{
    responses[1] = responses[0];
    responses[0].intensity_ma = 10.0;
    responses[1].intensity_ma = 20.0;
    give(0, RV_AMPLITUDE, 4.0, 0.05);
    give(1, RV_AMPLITUDE, 6.0, 0.05);
    run(2, NULL);
    cr_expect((rows[0].flags & rv_flag_bit(RV_FLAG_SUBMAXIMAL)) != 0);
    cr_expect((rows[1].flags & rv_flag_bit(RV_FLAG_SUBMAXIMAL)) != 0);
}

Test(measure_segment, entered_value_stands_beside_a_measured_one)
{
    responses[0].entered[RV_AMPLITUDE] = (struct rv_entered){9.0, 0.05};
    responses[0].entered[RV_ONSET_LATENCY] = (struct rv_entered){3.6, 0.05};
    give(0, RV_AMPLITUDE, 10.0, 0.1);
    rv_measure_entered(&responses[0], &rows[0]);
    cr_expect(fabs(get(0, RV_AMPLITUDE)->value - 10.0) < 1e-12);
    cr_expect(fabs(rows[0].results[RV_AMPLITUDE].entered.value - 9.0) < 1e-12);
    cr_expect(fabs(get(0, RV_ONSET_LATENCY)->value - 3.6) < 1e-12);
    cr_expect(fabs(get(0, RV_ONSET_LATENCY)->se - 0.05 / sqrt(3.0)) < 1e-12);
}

Test(measure_segment, response_entered_as_absent_has_no_latency)
{
    responses[0].present = RV_PRESENT_NO;
    rv_measure_entered(&responses[0], &rows[0]);
    cr_expect(rows[0].present == RV_PRESENT_NO);
    cr_expect(get(0, RV_ONSET_LATENCY)->validity == RV_ABSENT);
}
