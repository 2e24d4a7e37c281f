/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sentences that gain context.
 */
#include "base/error.h"

#include <criterion/criterion.h>

#include <string.h>

TestSuite(error, .timeout = 30);

Test(error, context_stands_before_the_sentence)
{
    struct rv_error err;
    cr_assert_eq(rv_fail(&err, RV_DATA, "annotation runs past its record"), RV_DATA);
    rv_fail_in(&err, RV_DATA, "record %d", 12);
    rv_fail_in(&err, RV_DATA, "%s", "visit/ulnar.edf");
    cr_assert_str_eq(err.text, "visit/ulnar.edf: record 12: annotation runs past its record");
}

Test(error, no_place_for_the_sentence_is_fine)
{
    cr_assert_eq(rv_fail(NULL, RV_IO, "x"), RV_IO);
    cr_assert_eq(rv_fail_in(NULL, RV_IO, "x"), RV_IO);
}

Test(error, a_long_sentence_is_cut_and_stays_terminated)
{
    struct rv_error err;
    char name[2000];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    rv_fail(&err, RV_DATA, "%s", name);
    cr_assert_eq(strlen(err.text), sizeof err.text - 1);
    rv_fail_in(&err, RV_DATA, "%.700s", name);
    cr_assert_leq(strlen(err.text), sizeof err.text - 1);
    rv_fail_in(&err, RV_DATA, "where");
    cr_assert(strncmp(err.text, "where: nnn", 10) == 0);
}
