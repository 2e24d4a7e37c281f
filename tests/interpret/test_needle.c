/* SPDX-License-Identifier: GPL-3.0-or-later
 * Verdicts of muscles.
 */
#include "interpret/needle.h"
#include "support.h"

#include <criterion/criterion.h>

#include <math.h>

static enum rv_muscle_verdict verdict_of(struct bench *bench)
{
    bench_interpret(bench);
    return bench->report.interpretation.muscles[0].verdict;
}

Test(needle, fibrillation_alone_is_active)
{
    static struct bench bench;
    bench_open(&bench);
    bench_muscle(&bench, "tibialis anterior", RV_RIGHT, 2);
    cr_expect_eq(verdict_of(&bench), RV_MUSCLE_ACTIVE);
    bench_close(&bench);
}

Test(needle, fibrillation_with_long_units_is_active_on_chronic)
{
    static struct bench bench;
    bench_open(&bench);
    bench_muscle(&bench, "tibialis anterior", RV_RIGHT, 1)->mup_duration = RV_DURATION_LONG;
    cr_expect_eq(verdict_of(&bench), RV_MUSCLE_ACTIVE_ON_CHRONIC);
    bench_close(&bench);
}

Test(needle, large_units_alone_are_chronic)
{
    static struct bench bench;
    bench_open(&bench);
    bench_muscle(&bench, "tibialis anterior", RV_RIGHT, 0)->mup_amplitude = RV_SIZE_LARGE;
    cr_expect_eq(verdict_of(&bench), RV_MUSCLE_CHRONIC);
    bench_close(&bench);
}

Test(needle, unsustained_fibrillation_does_not_count)
{
    static struct bench bench;
    bench_open(&bench);
    bench_muscle(&bench, "tibialis anterior", RV_RIGHT, 0)->fibrillations = RV_GRADE_EQUIVOCAL;
    cr_expect_eq(verdict_of(&bench), RV_MUSCLE_INDETERMINATE);
    bench_close(&bench);
}

Test(needle, sharp_waves_count_as_fibrillation)
{
    static struct bench bench;
    bench_open(&bench);
    bench_muscle(&bench, "tibialis anterior", RV_RIGHT, 0)->sharp_waves = RV_GRADE_2;
    cr_expect_eq(verdict_of(&bench), RV_MUSCLE_ACTIVE);
    bench_close(&bench);
}

Test(needle, short_small_units_with_early_recruitment_are_myopathic)
{
    static struct bench bench;
    bench_open(&bench);
    struct rv_needle *needle = bench_muscle(&bench, "deltoid", RV_LEFT, 1);
    needle->mup_duration = RV_DURATION_SHORT;
    needle->mup_amplitude = RV_SIZE_SMALL;
    needle->recruitment = RV_RECRUITMENT_EARLY;
    cr_expect_eq(verdict_of(&bench), RV_MUSCLE_MYOPATHIC);
    bench_close(&bench);
}

Test(needle, few_polyphasic_units_alone_are_indeterminate)
{
    static struct bench bench;
    bench_open(&bench);
    bench_muscle(&bench, "APB", RV_RIGHT, 0)->polyphasia = RV_POLYPHASIA_INCREASED;
    cr_expect_eq(verdict_of(&bench), RV_MUSCLE_INDETERMINATE);
    bench_close(&bench);
}

Test(needle, normal_muscle_before_day_21_is_indeterminate)
{
    static struct bench bench;
    bench_open(&bench);
    bench.study.visit.symptom_onset = "2026-02-10"; /* 20 days before 2026-03-02 */
    bench_muscle(&bench, "tibialis anterior", RV_RIGHT, 0);
    cr_expect_eq(verdict_of(&bench), RV_MUSCLE_INDETERMINATE);
    bench_close(&bench);
    bench_open(&bench);
    bench.study.visit.symptom_onset = "2026-02-09"; /* 21 days */
    bench_muscle(&bench, "tibialis anterior", RV_RIGHT, 0);
    cr_expect_eq(verdict_of(&bench), RV_MUSCLE_NORMAL);
    bench_close(&bench);
}

Test(needle, paraspinals_after_laminectomy_are_not_used)
{
    static struct bench bench;
    static const char *const levels[] = {"L4-L5"};
    bench_open(&bench);
    bench.study.history.laminectomy = levels;
    bench.study.history.laminectomy_count = 1;
    bench_muscle(&bench, "lumbar paraspinals", RV_RIGHT, 2);
    bench_muscle(&bench, "cervical paraspinals", RV_RIGHT, 2);
    bench_interpret(&bench);
    cr_expect_eq(bench.report.interpretation.muscles[0].verdict, RV_MUSCLE_INDETERMINATE);
    cr_expect_eq(bench.report.interpretation.muscles[1].verdict, RV_MUSCLE_ACTIVE);
    bench_close(&bench);
}

/* Tibialis anterior at 50 years: 12.9 to 16.9 ms, mean 14.9; long beyond 1.2 x 14.9 = 17.88. */
Test(needle, measured_duration_is_judged_by_muscle_and_age)
{
    static const struct {
        double duration_ms;
        enum rv_muscle_verdict verdict;
    } rows[] = {
        {17.8, RV_MUSCLE_NORMAL}, {17.9, RV_MUSCLE_CHRONIC}, {11.9, RV_MUSCLE_INDETERMINATE}};
    for (size_t i = 0; i < 3; i++) {
        static struct bench bench;
        bench_open(&bench);
        struct rv_needle *needle = bench_muscle(&bench, "tibialis anterior", RV_RIGHT, 0);
        needle->mup_duration = RV_DURATION_UNKNOWN;
        needle->mup_duration_ms = rows[i].duration_ms;
        cr_expect_eq(verdict_of(&bench), rows[i].verdict, "%g ms", rows[i].duration_ms);
        bench_close(&bench);
    }
}
