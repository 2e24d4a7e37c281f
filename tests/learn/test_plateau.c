/* SPDX-License-Identifier: GPL-3.0-or-later
 * The plateau: corrections against scipy.stats.truncnorm, ends against known distributions.
 */
#include "learn/plateau.h"
#include "quantiles.h"

#include <criterion/criterion.h>

#include <math.h>

static const struct rv_scale upright = {1, false};

static bool near(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance;
}

Test(plateau, a_cut_gaussian_has_the_moments_of_scipy)
{
    double mean, sd;
    rv_truncated_gaussian(-1.25, 2.5, &mean, &sd); /* truncnorm(-1.25, 2.5) */
    cr_expect(near(mean, 0.1859174, 1e-6), "%f", mean);
    cr_expect(near(sd, 0.8118055, 1e-6), "%f", sd);
    rv_truncated_gaussian(-1.5, 1.5, &mean, &sd);
    cr_expect(near(mean, 0, 1e-12));
    cr_expect(near(sd, 0.7426469, 1e-6));
}

Test(plateau, healthy_values_alone_give_their_own_limit)
{
    double values[1000];
    struct rv_points points;
    struct rv_plateau plateau;
    quantiles_of(57, 5, 1000, values);
    rv_points_make(values, 1000, &points);
    cr_assert(rv_plateau_find(&points, upright, &plateau));
    cr_expect(near(plateau.mean, 57, 0.15), "%f", plateau.mean);
    cr_expect(near(plateau.sd, 5, 0.15), "%f", plateau.sd);
    /* Phi(2.5) - Phi(-1.25) = 0.8881 */
    cr_expect(near(plateau.share, 0.8881, 0.015), "%f", plateau.share);
    cr_expect(near(rv_plateau_limit(&plateau, 0.03), 57 - 1.8808 * 5, 0.3));
}

Test(plateau, ill_values_far_away_do_not_move_it)
{
    double values[1000];
    struct rv_points points;
    struct rv_plateau plateau;
    quantiles_of(57, 5, 700, values);
    quantiles_of(25, 5, 300, values + 700);
    qsort(values, 1000, sizeof *values, ascending_values);
    rv_points_make(values, 1000, &points);
    cr_assert(rv_plateau_find(&points, upright, &plateau));
    cr_expect(near(rv_plateau_limit(&plateau, 0.03), 47.6, 0.4), "%f",
              rv_plateau_limit(&plateau, 0.03));
}

Test(plateau, the_upper_of_two_heaps_is_the_healthy_one)
{
    double values[1000];
    struct rv_points points;
    struct rv_plateau plateau;
    /* The ill heap is the higher one, the healthy one above 40 % of it, and a valley between. */
    quantiles_of(57, 5, 450, values);
    quantiles_of(25, 4, 550, values + 450);
    qsort(values, 1000, sizeof *values, ascending_values);
    rv_points_make(values, 1000, &points);
    cr_assert(rv_plateau_find(&points, upright, &plateau));
    cr_expect(near(plateau.mean, 57, 0.5), "%f", plateau.mean);
}

Test(plateau, equal_values_have_none)
{
    double values[100];
    struct rv_points points;
    struct rv_plateau plateau;
    for (size_t i = 0; i < 100; i++)
        values[i] = 4.2;
    rv_points_make(values, 100, &points);
    cr_expect_not(rv_plateau_find(&points, upright, &plateau));
    cr_expect_not(plateau.found);
}
