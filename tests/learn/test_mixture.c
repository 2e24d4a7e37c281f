/* SPDX-License-Identifier: GPL-3.0-or-later
 * The mixture against SciPy 1.10: scipy.optimize.minimize (Nelder-Mead) of the same likelihood,
 * with the same background of 0.002 over the span of the values.
 */
#include "learn/mixture.h"
#include "quantiles.h"

#include <criterion/criterion.h>

#include <math.h>

static const struct rv_scale upright = {1, false};

static bool near(double a, double b, double tolerance)
{
    return fabs(a - b) <= tolerance;
}

Test(mixture, two_heaps_are_found_as_scipy_finds_them)
{
    double values[240];
    struct rv_points points;
    struct rv_mixture mixture;
    healthy_and_ill(180, 60, values);
    rv_points_make(values, 240, &points);
    cr_assert(rv_mixture_fit(&points, upright, 2, &mixture));
    const struct rv_part *healthy = &mixture.parts[mixture.healthy];
    const struct rv_part *ill = &mixture.parts[1 - mixture.healthy];
    /* The likelihood is looked at until it grows by less than 1e-6 a person and round. */
    cr_expect(near(healthy->share, 0.75035, 1e-3), "%f", healthy->share);
    cr_expect(near(healthy->mean, 56.9915, 0.01), "%f", healthy->mean);
    cr_expect(near(healthy->sd, 4.98677, 0.01), "%f", healthy->sd);
    cr_expect(near(ill->mean, 38.0214, 0.02), "%f", ill->mean);
    cr_expect(near(ill->sd, 3.97533, 0.02), "%f", ill->sd);
    cr_expect(near(mixture.log_likelihood, -837.8827, 2e-3), "%f", mixture.log_likelihood);
    cr_expect(near(mixture.bic, 1708.6493, 5e-3), "%f", mixture.bic);
    cr_expect(near(rv_mixture_limit(&mixture, 0.03), 47.6125, 0.02));
}

Test(mixture, one_heap_is_one_part)
{
    double values[200];
    struct rv_points points;
    struct rv_mixtures mixtures;
    quantiles_of(57, 5, 200, values);
    rv_points_make(values, 200, &points);
    rv_mixtures_fit(&points, &upright, 1, &mixtures);
    const struct rv_mixture *best = rv_mixtures_best(&mixtures);
    cr_assert_not_null(best);
    cr_expect_eq(best->count, 1);
    /* 57 - 1.8808 * 5 = 47.596; the SD of 200 quantiles is 0.9968 of the distribution's (numpy),
     * and the background takes a little more. */
    cr_expect(near(rv_mixture_limit(best, 0.03), 47.626, 0.04), "%f", rv_mixture_limit(best, 0.03));
}

Test(mixture, two_parts_beat_one_by_the_criterion)
{
    double values[240];
    struct rv_points points;
    struct rv_mixture one, two;
    healthy_and_ill(180, 60, values);
    rv_points_make(values, 240, &points);
    cr_assert(rv_mixture_fit(&points, upright, 1, &one));
    cr_assert(rv_mixture_fit(&points, upright, 2, &two));
    /* SciPy: 1777.9013 and 1708.6493. */
    cr_expect(near(one.bic, 1777.9013, 5e-3), "%f", one.bic);
    cr_expect_lt(two.bic, one.bic);
}

Test(mixture, late_is_ill_where_the_scale_says_so)
{
    double values[240];
    struct rv_points points;
    struct rv_mixture mixture;
    /* Mirrored at 100: healthy 43 +- 5, ill 62 +- 4. */
    healthy_and_ill(180, 60, values);
    for (size_t i = 0; i < 240; i++)
        values[i] = 100 - values[i];
    qsort(values, 240, sizeof *values, ascending_values);
    rv_points_make(values, 240, &points);
    cr_assert(rv_mixture_fit(&points, (struct rv_scale){1, true}, 2, &mixture));
    cr_expect(near(rv_mixture_limit(&mixture, 0.03), 100 - 47.6125, 0.02), "%f",
              rv_mixture_limit(&mixture, 0.03));
    cr_expect_lt(rv_mixture_z(&mixture, 62), -3);
}

Test(mixture, the_logarithm_of_lognormal_values_is_gaussian)
{
    double values[200];
    struct rv_points points;
    struct rv_mixtures mixtures;
    struct rv_scale scales[] = {{1, true}, {0, true}};
    double mean, sd;
    quantiles_of(1.3, 0.35, 200, values);
    for (size_t i = 0; i < 200; i++)
        values[i] = exp(values[i]);
    rv_points_make(values, 200, &points);
    rv_mixtures_fit(&points, scales, 2, &mixtures);
    const struct rv_mixture *best = rv_mixtures_best(&mixtures);
    cr_expect(near(best->scale.lambda, 0, 1e-12), "%f", best->scale.lambda);
    cr_expect_eq(best->count, 1);
    /* exp(1.3 + 1.8808 * 0.35) = 7.087 */
    cr_expect(near(rv_mixture_limit(best, 0.03), 7.087, 0.05), "%f", rv_mixture_limit(best, 0.03));
    rv_mixture_moments(best, &mean, &sd);
    /* exp(1.3 + 0.35^2 / 2) = 3.901, times sqrt(exp(0.35^2) - 1) = 1.408 */
    cr_expect(near(mean, 3.901, 0.02), "%f", mean);
    cr_expect(near(sd, 1.408, 0.04), "%f", sd);
}

Test(mixture, a_slip_of_the_unit_does_not_widen_it)
{
    double values[201];
    struct rv_points points;
    struct rv_mixture mixture;
    quantiles_of(57, 5, 200, values);
    values[200] = 570; /* a point forgotten */
    rv_points_make(values, 201, &points);
    cr_assert(rv_mixture_fit(&points, upright, 1, &mixture));
    cr_expect(near(mixture.parts[0].sd, 5, 0.2), "%f", mixture.parts[0].sd);
}

Test(mixture, its_distance_from_its_own_quantiles_is_half_a_step)
{
    double values[100];
    struct rv_mixture mixture = {
        .scale = {1, false}, .count = 1, .parts = {{1, 57, 5}}, .healthy = 0};
    quantiles_of(57, 5, 100, values);
    /* Each value lies in the middle of its step of 1/100. */
    cr_expect(near(rv_mixture_distance(&mixture, values, 100), 0.005, 1e-9));
    for (size_t i = 0; i < 100; i++)
        values[i] += 5; /* one SD: Phi(0.5) - Phi(-0.5) = 0.3829, and half a step */
    cr_expect(near(rv_mixture_distance(&mixture, values, 100), 0.3829 + 0.005, 1e-3));
}

Test(points, neighbours_are_put_together_beyond_the_most)
{
    static double values[4 * RV_POINTS_MOST];
    struct rv_points points;
    for (size_t i = 0; i < 4 * RV_POINTS_MOST; i++)
        values[i] = (double)i;
    rv_points_make(values, 4 * RV_POINTS_MOST, &points);
    cr_expect_eq(points.count, RV_POINTS_MOST);
    cr_expect(near(points.total, 4 * RV_POINTS_MOST, 1e-9));
    cr_expect(near(points.values[0], 1.5, 1e-12)); /* of 0 1 2 3 */
    cr_expect(near(points.weights[0], 4, 1e-12));
}

Test(points, a_draw_holds_as_many_persons_and_is_repeatable)
{
    double values[100], sum = 0;
    struct rv_points points, one, two;
    uint64_t a = 7, b = 7;
    quantiles_of(57, 5, 100, values);
    rv_points_make(values, 100, &points);
    rv_points_draw(&points, &a, &one);
    rv_points_draw(&points, &b, &two);
    for (size_t i = 0; i < one.count; i++)
        sum += one.weights[i];
    cr_expect(near(sum, 100, 1e-9));
    cr_expect_eq(one.count, two.count);
    cr_expect(near(one.values[one.count / 2], two.values[two.count / 2], 0));
    /* Of 100 about 1 - 1/e are drawn: 63 +- 3. */
    cr_expect(one.count > 50 && one.count < 76, "%zu", one.count);
}

Test(points, scales_turn_back)
{
    static const struct {
        struct rv_scale scale;
        double value, scaled;
    } rows[] = {
        {{1, false}, 4, 4},   {{1, true}, 4, -4},
        {{0.5, false}, 4, 2}, /* (sqrt 4 - 1) / 0.5 */
        {{0.5, true}, 9, -4}, /* -(3 - 1) / 0.5 */
        {{0, false}, 1, 0},   {{0, true}, 2.718281828459045, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        cr_expect(near(rv_scale_forward(rows[i].scale, rows[i].value), rows[i].scaled, 1e-12));
        cr_expect(near(rv_scale_back(rows[i].scale, rows[i].scaled), rows[i].value, 1e-9));
    }
    /* No square root is below 0. */
    cr_expect(isnan(rv_scale_back((struct rv_scale){0.5, false}, -3)));
}
