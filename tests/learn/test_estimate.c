/* SPDX-License-Identifier: GPL-3.0-or-later
 * When a limit is given and when it is withheld.
 */
#include "learn/estimate.h"
#include "quantiles.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

static const struct rv_scale upright = {1, false};

static struct rv_estimate estimate_of(const double *values, size_t count, size_t absent,
                                      size_t fewest)
{
    struct rv_estimate estimate;
    struct rv_estimate_options options = {
        .fraction = 0.03, .healthy_fewest = fewest, .absent = absent, .draws = 60};
    rv_estimate_make(values, count, &upright, 1, &options, &estimate);
    return estimate;
}

Test(estimate, healthy_values_give_their_third_percentile)
{
    double values[1000];
    quantiles_of(57, 5, 1000, values);
    struct rv_estimate estimate = estimate_of(values, 1000, 0, 200);
    cr_assert_eq(estimate.reason, RV_LEARN_GIVEN, "%s", rv_learn_reason_words(estimate.reason));
    cr_expect_lt(fabs(estimate.mixture.limit - 47.596), 0.1);
    /* SE of mean - 1.8808 SD in 1000: 5 sqrt(1/1000 + 1.8808^2 / 2000) = 0.263; a bootstrap of 60
     * draws finds that within a third. */
    cr_expect_lt(fabs(estimate.mixture.se - 0.263), 0.1, "%f", estimate.mixture.se);
    cr_expect(estimate.mixture.low < 47.596 && 47.596 < estimate.mixture.high);
}

Test(estimate, the_same_values_give_the_same_numbers)
{
    double values[500];
    healthy_and_ill(400, 100, values);
    struct rv_estimate one = estimate_of(values, 500, 0, 200),
                       two = estimate_of(values, 500, 0, 200);
    cr_expect_eq(memcmp(&one.mixture, &two.mixture, sizeof one.mixture), 0);
    cr_expect_eq(memcmp(&one.plateau, &two.plateau, sizeof one.plateau), 0);
}

Test(estimate, few_values_give_no_limit)
{
    double values[150];
    quantiles_of(57, 5, 150, values);
    cr_expect_eq(estimate_of(values, 150, 0, 200).reason, RV_LEARN_FEW);
}

Test(estimate, few_healthy_among_many_give_no_limit)
{
    double values[500];
    healthy_and_ill(250, 250, values); /* 250 healthy, 300 asked for */
    cr_expect_eq(estimate_of(values, 500, 0, 300).reason, RV_LEARN_FEW);
}

Test(estimate, an_archive_of_the_ill_gives_no_limit)
{
    double values[1000];
    healthy_and_ill(300, 700, values);
    cr_expect_eq(estimate_of(values, 1000, 0, 200).reason, RV_LEARN_MOSTLY_ILL);
}

Test(estimate, absent_responses_are_ill)
{
    double values[1000];
    healthy_and_ill(800, 200, values);
    struct rv_estimate estimate = estimate_of(values, 1000, 1000, 200);
    cr_expect_lt(fabs(estimate.healthy_share - 0.4), 0.02, "%f", estimate.healthy_share);
}

Test(estimate, a_distribution_that_is_no_mixture_gives_no_limit)
{
    /* A saw: values at four places only, as of an amplifier with steps. */
    double values[400];
    for (size_t i = 0; i < 400; i++)
        values[i] = 40 + (double)(i / 40);
    enum rv_learn_reason reason = estimate_of(values, 400, 0, 200).reason;
    cr_expect_neq(reason, RV_LEARN_GIVEN, "%s", rv_learn_reason_words(reason));
}

Test(estimate, equal_values_give_no_limit)
{
    double values[400];
    for (size_t i = 0; i < 400; i++)
        values[i] = 4.2;
    cr_expect_eq(estimate_of(values, 400, 0, 200).reason, RV_LEARN_NO_SPREAD);
}

Test(estimate, every_reason_has_words)
{
    for (int i = 0; i < RV_LEARN_REASON_COUNT; i++)
        cr_expect_not_null(rv_learn_reason_words((enum rv_learn_reason)i));
}
