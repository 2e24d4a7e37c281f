/* SPDX-License-Identifier: GPL-3.0-or-later
 * Change between two studies.
 */
#include "interpret/observe.h"
#include "support.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

struct two {
    struct bench then, now;
};

static void open_two(struct two *two)
{
    bench_open(&two->then);
    bench_open(&two->now);
    two->then.study.visit.date = "2025-11-24";
}

static void both(struct two *two, enum rv_kind kind, const char *nerve, const char *record,
                 enum rv_parameter parameter, double before, double after)
{
    size_t a = bench_response(&two->then, kind, nerve, RV_RIGHT, record, "ankle");
    size_t b = bench_response(&two->now, kind, nerve, RV_RIGHT, record, "ankle");
    bench_value(&two->then, a, parameter, before, NAN, NAN);
    bench_value(&two->now, b, parameter, after, NAN, NAN);
}

static void compare(struct two *two)
{
    const struct rv_report *const earlier[] = {&two->then.report};
    struct rv_error err = {0};
    cr_assert_eq(rv_interpret(&two->now.report, true, earlier, 1, &err), RV_OK, "%s", err.text);
}

static void close_two(struct two *two)
{
    bench_close(&two->then);
    bench_close(&two->now);
}

/* 2.77 x 17.7 % = 49.0 %: 4.4 to 2.2 mV is -50 % and counts; 4.4 to 2.3 is -48 % and does not. */
Test(serial, motor_amplitude_counts_beyond_half)
{
    static const struct {
        double after;
        enum rv_judgement judgement;
    } rows[] = {{2.2, RV_ABNORMAL}, {2.3, RV_NORMAL}, {9.0, RV_ABNORMAL}};
    for (size_t i = 0; i < 3; i++) {
        static struct two two;
        open_two(&two);
        both(&two, RV_MOTOR, "fibular", "EDB", RV_AMPLITUDE, 4.4, rows[i].after);
        compare(&two);
        cr_assert_eq(two.now.report.interpretation.change_count, 1);
        cr_expect_eq(two.now.report.interpretation.changes[0].judgement, rows[i].judgement, "%g",
                     rows[i].after);
        close_two(&two);
    }
}

/* 51.2 to 54.9 ms: 3.7 ms is below 5.5 ms and below 2.77 x 4.2 % = 11.6 % (5.96 ms). */
Test(serial, f_wave_change_within_noise_is_no_change)
{
    static struct two two;
    open_two(&two);
    both(&two, RV_F_WAVE, "fibular", "EDB", RV_F_MINIMUM, 51.2, 54.9);
    compare(&two);
    cr_expect_eq(two.now.report.interpretation.changes[0].judgement, RV_NORMAL);
    cr_expect_float_eq(two.now.report.interpretation.changes[0].reference_change,
                       2.77 * 0.042 * 51.2, 1e-9);
    close_two(&two);
}

Test(serial, other_distance_is_not_compared)
{
    static struct two two;
    open_two(&two);
    both(&two, RV_MOTOR, "fibular", "EDB", RV_AMPLITUDE, 4.4, 1.0);
    two.then.responses[0].distance_mm = 80;
    two.now.responses[0].distance_mm = 90;
    compare(&two);
    cr_expect_eq(two.now.report.interpretation.changes[0].judgement, RV_NOT_JUDGED);
    close_two(&two);
}

static const char *progression(struct two *two)
{
    compare(two);
    cr_assert_gt(two->now.report.interpretation.progression_count, 0);
    return two->now.report.interpretation.progression[0].answer;
}

Test(serial, two_kinds_of_signs_make_progression_definite_and_one_does_not)
{
    static struct two two;
    open_two(&two);
    both(&two, RV_MOTOR, "fibular", "EDB", RV_AMPLITUDE, 4.4, 1.6);
    bench_muscle(&two.then, "tibialis posterior", RV_RIGHT, 0);
    bench_muscle(&two.now, "tibialis posterior", RV_RIGHT, 2);
    cr_expect_not_null(strstr(progression(&two), "definite"));
    close_two(&two);
    open_two(&two);
    both(&two, RV_MOTOR, "fibular", "EDB", RV_AMPLITUDE, 4.4, 1.6);
    cr_expect_not_null(strstr(progression(&two), "one sign"));
    close_two(&two);
}

Test(serial, same_findings_are_unchanged_and_fewer_are_improved)
{
    static struct two two;
    open_two(&two);
    bench_muscle(&two.then, "tibialis anterior", RV_RIGHT, 2);
    bench_muscle(&two.now, "tibialis anterior", RV_RIGHT, 2);
    cr_expect_not_null(strstr(progression(&two), "unchanged"));
    close_two(&two);
    open_two(&two);
    bench_muscle(&two.then, "tibialis anterior", RV_RIGHT, 2);
    bench_muscle(&two.now, "tibialis anterior", RV_RIGHT, 0);
    cr_expect_not_null(strstr(progression(&two), "improved"));
    close_two(&two);
}

Test(serial, fall_of_a_sensory_response_is_not_called_a_root)
{
    static struct two two;
    open_two(&two);
    both(&two, RV_SENSORY, "superficial fibular", "ankle", RV_AMPLITUDE, 12, 4);
    compare(&two);
    cr_assert_eq(two.now.report.interpretation.progression_count, 2);
    cr_expect_not_null(strstr(two.now.report.interpretation.progression[1].answer, "not a root"));
    close_two(&two);
}
