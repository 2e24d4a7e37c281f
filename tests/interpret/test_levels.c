/* SPDX-License-Identifier: GPL-3.0-or-later
 * Levels and roots.
 */
#include "interpret/levels.h"
#include "support.h"

#include <criterion/criterion.h>

Test(levels, disc_level_names_the_roots_that_it_can_load)
{
    static const struct {
        const char *level, *finding, *roots;
    } rows[] = {
        {"L4-L5", "paracentral disc", "L5"}, {"L4-L5", "foraminal stenosis", "L4"},
        {"L4/5", "far-lateral disc", "L4"},  {"L5-S1", "Paracentral extrusion", "S1"},
        {"L4-L5", "stenosis", "L4|L5|S1"},   {"C5-C6", "foraminal disc", "C6"},
        {"C7-T1", "paracentral disc", "C8"}, {"L5", NULL, "L5"},
    };
    static struct bench bench;
    struct rv_reading reading;
    bench_open(&bench);
    cr_assert_eq(rv_reading_open(&reading, &bench.report, NULL), RV_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rv_imaging imaging = {.level = rows[i].level, .finding = rows[i].finding};
        const char *roots = rv_levels_of_imaging(&reading, &imaging);
        cr_assert_not_null(roots, "%s", rows[i].level);
        cr_expect_str_eq(roots, rows[i].roots, "%s: %s", rows[i].level, roots);
    }
    bench_close(&bench);
}

Test(levels, roots_written_with_the_imaging_are_taken)
{
    static const char *const roots[] = {"S1"};
    static struct bench bench;
    struct rv_reading reading;
    struct rv_imaging imaging = {.level = "L4-L5", .roots = roots, .root_count = 1};
    bench_open(&bench);
    cr_assert_eq(rv_reading_open(&reading, &bench.report, NULL), RV_OK);
    cr_expect_str_eq(rv_levels_of_imaging(&reading, &imaging), "S1");
    bench_close(&bench);
}

Test(levels, injection_at_a_disc_level_may_reach_two_roots)
{
    static struct bench bench;
    struct rv_reading reading;
    struct rv_injection disc = {.level = "L4-L5", .route = "transforaminal"};
    struct rv_injection root = {.level = "S1"}, unknown = {.level = NULL},
                        odd = {.level = "caudal"};
    bench_open(&bench);
    cr_assert_eq(rv_reading_open(&reading, &bench.report, NULL), RV_OK);
    cr_expect_str_eq(rv_levels_of_injection(&reading, &disc), "L4|L5");
    cr_expect_str_eq(rv_levels_of_injection(&reading, &root), "S1");
    cr_expect_null(rv_levels_of_injection(&reading, &unknown));
    cr_expect_null(rv_levels_of_injection(&reading, &odd));
    bench_close(&bench);
}
