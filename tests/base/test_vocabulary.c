/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every enum value has its words, and no two share one.
 */
#include <ranvier/ranvier.h>

#include <criterion/criterion.h>

#include <string.h>

TestSuite(vocabulary, .timeout = 30);

Test(vocabulary, every_parameter_has_a_name_of_its_own)
{
    for (int i = 0; i < RV_PARAMETER_COUNT; i++) {
        const struct rv_parameter_facts *facts = rv_parameter_facts((enum rv_parameter)i);
        cr_assert(facts->name != NULL && facts->label != NULL && facts->unit != NULL, "%d", i);
        cr_assert_not_null(facts->short_name);
        for (int j = 0; j < i; j++)
            cr_assert_str_neq(facts->name, rv_parameter_facts((enum rv_parameter)j)->name);
        for (int kind = 0; kind < RV_KIND_COUNT; kind++)
            cr_assert_gt(strlen(rv_parameter_unit((enum rv_parameter)i, (enum rv_kind)kind)), 0,
                         "%s of kind %d", facts->name, kind);
    }
}

Test(vocabulary, every_flag_has_a_word)
{
    for (int i = 0; i < RV_FLAG_COUNT; i++)
        cr_assert_not_null(rv_flag_name((enum rv_flag)i), "%d", i);
    cr_assert_lt((int)RV_FLAG_COUNT, 64);
}

Test(vocabulary, amplitudes_are_in_the_unit_of_their_kind)
{
    cr_assert_str_eq(rv_parameter_unit(RV_AMPLITUDE, RV_MOTOR), "mV");
    cr_assert_str_eq(rv_parameter_unit(RV_AMPLITUDE, RV_SENSORY), "uV");
    cr_assert_str_eq(rv_parameter_unit(RV_NEGATIVE_AREA, RV_MIXED), "uV.ms");
}
