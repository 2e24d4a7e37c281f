/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every enum value has its word.
 */
#include "report/words.h"

#include <criterion/criterion.h>

#include <string.h>

Test(words, every_value_has_a_word_and_unknown_has_none)
{
    for (int i = RV_BY_AUTO; i <= RV_BY_FILE; i++)
        cr_expect_not_null(rv_by_word((enum rv_by)i));
    for (int i = RV_UNTESTED; i <= RV_WITHHELD; i++)
        cr_expect_not_null(rv_validity_word((enum rv_validity)i));
    for (int i = RV_NOT_JUDGED; i <= RV_ABNORMAL; i++)
        cr_expect_not_null(rv_judgement_word((enum rv_judgement)i));
    for (int i = RV_GRADE_0; i <= RV_GRADE_4; i++)
        cr_expect_not_null(rv_grade_word((enum rv_grade)i));
    for (int i = RV_RECRUITMENT_NORMAL; i <= RV_RECRUITMENT_NONE; i++)
        cr_expect_not_null(rv_recruitment_word((enum rv_recruitment)i));
    for (int i = RV_MOTOR; i < RV_KIND_COUNT; i++)
        cr_expect_not_null(rv_kind_title((enum rv_kind)i));
    cr_expect_null(rv_by_word(RV_BY_NOBODY));
    cr_expect_null(rv_grade_word(RV_GRADE_UNKNOWN));
    cr_expect_null(rv_recruitment_word(RV_RECRUITMENT_UNKNOWN));
    cr_expect_null(rv_sex_word(RV_SEX_UNKNOWN));
    cr_expect_null(rv_quality_word(RV_QUALITY_NONE));
}

Test(words, grades_are_those_of_the_needle_table)
{
    cr_expect_str_eq(rv_grade_word(RV_GRADE_0), "0");
    cr_expect_str_eq(rv_grade_word(RV_GRADE_EQUIVOCAL), "+/-");
    cr_expect_str_eq(rv_grade_word(RV_GRADE_4), "4+");
}

/* The words of the design's section 7. */
Test(words, every_pattern_of_the_design_has_a_title)
{
    static const char *const patterns[] = {"normal",
                                           "radiculopathy",
                                           "polyradiculopathy",
                                           "plexopathy",
                                           "median_wrist",
                                           "ulnar_elbow",
                                           "ulnar_wrist",
                                           "fibular_knee",
                                           "tibial_ankle",
                                           "radial_arm",
                                           "sciatic",
                                           "other_mononeuropathy",
                                           "polyneuropathy_axonal",
                                           "polyneuropathy_demyelinating",
                                           "myopathy",
                                           "neuromuscular_junction",
                                           "motor_neuron_red_flag",
                                           "indeterminate"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        const char *title = rv_pattern_title(patterns[i]);
        cr_expect(title[0] >= 'A' && title[0] <= 'Z', "%s", title);
        cr_expect_null(strchr(title, '_'));
    }
    cr_expect_str_eq(rv_pattern_title("something new"), "something new");
}

Test(words, units_are_written_with_their_signs)
{
    cr_expect_str_eq(rv_unit_title("uV"), "\xC2\xB5V");
    cr_expect_str_eq(rv_unit_title("ms"), "ms");
    cr_expect_str_eq(rv_unit_title("1"), "");
}
