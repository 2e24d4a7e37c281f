/* SPDX-License-Identifier: GPL-3.0-or-later
 * Root localisation: scores by hand, grades by the table of section 6.6.
 */
#include "interpret/localise.h"
#include "interpret/needle.h"
#include "interpret/observe.h"
#include "support.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

static void prepare(struct bench *bench, struct rv_reading *reading)
{
    struct rv_error err = {0};
    cr_assert_eq(rv_reading_open(reading, &bench->report, &err), RV_OK, "%s", err.text);
    reading->days_since_onset = 120;
    rv_observe_nerves(reading);
    rv_needle_judge(reading);
}

/* Abnormal TA (L4 2, L5 3), EHL (L4 1, L5 3, S1 1), tibialis posterior (L4 1, L5 3, S1 1);
 * normal short head of biceps (L5 2, S1 3) and vastus medialis (L2 2, L3 3, L4 3).
 * L5 = 3 + 3 + 3 - 0.25 x 2 = 8.5
 * S1 = 0 + 1 + 1 - 0.5 x 3 = 0.5
 * L4 = 2 + 1 + 1 - 0.5 x 3 = 2.5 */
Test(roots, scores_follow_the_weights)
{
    static struct bench bench;
    struct rv_reading reading;
    struct rv_root_fit fit;
    struct rv_limb limb = {RV_RIGHT, "leg"};
    bench_open(&bench);
    bench_muscle(&bench, "tibialis anterior", RV_RIGHT, 2);
    bench_muscle(&bench, "EHL", RV_RIGHT, 2);
    bench_muscle(&bench, "tibialis posterior", RV_RIGHT, 2);
    bench_muscle(&bench, "biceps femoris short head", RV_RIGHT, 0);
    bench_muscle(&bench, "vastus medialis", RV_RIGHT, 0);
    prepare(&bench, &reading);
    cr_assert(rv_root_best(&reading, &limb, &fit));
    cr_expect_float_eq(fit.score[rv_root_find("L5")], 8.5, 1e-9);
    cr_expect_float_eq(fit.score[rv_root_find("S1")], 0.5, 1e-9);
    cr_expect_float_eq(fit.score[rv_root_find("L4")], 2.5, 1e-9);
    cr_expect_eq(fit.group_count, 1);
    cr_expect_str_eq(rv_root_name(fit.group[0]), "L5");
    cr_expect_eq(fit.nerves, 2); /* fibular and tibial */
    bench_close(&bench);
}

/* Chronic muscles count half: TA 1.5, tibialis posterior 1.5. */
Test(roots, chronic_change_counts_half)
{
    static struct bench bench;
    struct rv_reading reading;
    struct rv_root_fit fit;
    struct rv_limb limb = {RV_LEFT, "leg"};
    bench_open(&bench);
    bench_muscle(&bench, "tibialis anterior", RV_LEFT, 0)->mup_duration = RV_DURATION_LONG;
    bench_muscle(&bench, "tibialis posterior", RV_LEFT, 0)->mup_duration = RV_DURATION_LONG;
    prepare(&bench, &reading);
    cr_assert(rv_root_best(&reading, &limb, &fit));
    cr_expect_float_eq(fit.score[rv_root_find("L5")], 3, 1e-9);
    cr_expect_eq(rv_root_grade(&reading, &fit), RV_POSSIBLE);
    bench_close(&bench);
}

Test(roots, tibialis_anterior_puts_l4_first_of_the_upper_lumbar_roots)
{
    for (int with = 0; with < 2; with++) {
        static struct bench bench;
        bench_open(&bench);
        bench_muscle(&bench, "iliopsoas", RV_RIGHT, 1);
        bench_muscle(&bench, "adductor longus", RV_RIGHT, 2);
        bench_muscle(&bench, "vastus medialis", RV_RIGHT, 2);
        bench_muscle(&bench, "tibialis anterior", RV_RIGHT, with);
        bench_muscle(&bench, "lumbar paraspinals", RV_RIGHT, 1);
        bench_interpret(&bench);
        const struct rv_pattern *root = bench_pattern(&bench, "radiculopathy");
        cr_assert_not_null(root);
        cr_expect_eq(root->root_count, 3);
        cr_expect_eq(strcmp(root->roots[0], "L4") == 0, with == 1, "%s", root->roots[0]);
        bench_close(&bench);
    }
}

Test(roots, conduction_alone_is_never_more_than_insufficient)
{
    static struct bench bench;
    bench_open(&bench);
    size_t lost =
        bench_response(&bench, RV_H_REFLEX, "tibial", RV_RIGHT, "soleus", "popliteal fossa");
    bench_absent(&bench, lost);
    size_t there =
        bench_response(&bench, RV_H_REFLEX, "tibial", RV_LEFT, "soleus", "popliteal fossa");
    bench_value(&bench, there, RV_H_LATENCY, 30, NAN, 35);
    bench_interpret(&bench);
    const struct rv_pattern *root = bench_pattern(&bench, "radiculopathy");
    cr_assert_not_null(root);
    cr_expect_eq(root->grade, RV_INSUFFICIENT);
    cr_expect_str_eq(bench.report.interpretation.primary, "indeterminate");
    bench_close(&bench);
}

/* Both sides absent: not attributable to S1. */
Test(roots, h_reflex_absent_on_both_sides_makes_nothing)
{
    static struct bench bench;
    bench_open(&bench);
    for (int side = RV_RIGHT; side <= RV_LEFT; side++)
        bench_absent(&bench, bench_response(&bench, RV_H_REFLEX, "tibial", (enum rv_side)side,
                                            "soleus", "popliteal fossa"));
    bench_interpret(&bench);
    cr_expect_null(bench_pattern(&bench, "radiculopathy"));
    bench_close(&bench);
}

Test(roots, two_muscles_of_one_nerve_are_not_a_root)
{
    static struct bench bench;
    bench_open(&bench);
    bench_muscle(&bench, "tibialis anterior", RV_RIGHT, 2);
    bench_muscle(&bench, "peroneus longus", RV_RIGHT, 2);
    bench_muscle(&bench, "tibialis posterior", RV_RIGHT, 0);
    bench_muscle(&bench, "tensor fasciae latae", RV_RIGHT, 0);
    bench_interpret(&bench);
    cr_expect_null(bench_pattern(&bench, "radiculopathy"));
    cr_expect_not_null(bench_pattern(&bench, "fibular_knee"));
    bench_close(&bench);
}
