/* SPDX-License-Identifier: GPL-3.0-or-later
 * Expected information, by hand.
 */
#include "interpret/next_test.h"

#include <criterion/criterion.h>

/* Two hypotheses of equal probability and a test that tells them apart for certain: 1 bit. */
Test(next_test, certain_test_of_two_equal_hypotheses_gives_one_bit)
{
    const double probability[] = {0.5, 0.5}, yes[] = {1, 0};
    cr_expect_float_eq(rv_expected_information(probability, yes, 2), 1, 1e-12);
}

Test(next_test, test_with_the_same_chance_everywhere_gives_nothing)
{
    const double probability[] = {0.2, 0.3, 0.5}, yes[] = {0.4, 0.4, 0.4};
    cr_expect_float_eq(rv_expected_information(probability, yes, 3), 0, 1e-12);
}

/* P = 0.5, 0.5; yes 0.8 and 0.05. P(yes) = 0.425.
 * H(yes) = -0.425 log2 0.425 - 0.575 log2 0.575 = 0.52461 + 0.45906 = 0.98371 (rounded)
 * H(yes | A) = H(0.8) = 0.72193, H(yes | B) = H(0.05) = 0.28640; mean 0.50416.
 * Mutual information = 0.98371 - 0.50416 = 0.4795. */
Test(next_test, information_is_mutual_information)
{
    const double probability[] = {0.5, 0.5}, yes[] = {0.8, 0.05};
    cr_expect_float_eq(rv_expected_information(probability, yes, 2), 0.4795, 2e-4);
}
