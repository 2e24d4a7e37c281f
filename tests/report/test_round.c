/* SPDX-License-Identifier: GPL-3.0-or-later
 * How many digits a reader sees.
 */
#include "report/round.h"

#include <ranvier/report.h>

#include <criterion/criterion.h>

#include <math.h>

#define MINUS "\xE2\x88\x92"

/* The rule of docs/report.md, worked by hand: decimals of the parameter; none above 100 uV; more
 * (up to two) where value or error would read 0. */
Test(round, digits_follow_the_rule)
{
    static const struct {
        double value, se;
        int decimals;
        bool microvolt;
        const char *text, *error;
    } rows[] = {
        {3.418, 0.0214, 2, false, "3.42", "0.02"},     /* latency */
        {3.418, 0.0034, 2, false, "3.418", "0.003"},   /* error below 0.005: one more */
        {3.418, 0.0005, 2, false, "3.4180", "0.0005"}, /* and another */
        {3.418, 0.00004, 2, false, "3.4180", "<0.0001"},
        {3.418, NAN, 2, false, "3.42", NULL},
        {53.84, 0.84, 1, false, "53.8", "0.8"}, /* velocity */
        {53.84, 12.3, 1, false, "53.8", "12.3"},
        {9.25, 0.4, 1, true, "9.2", "0.4"},     /* uV; 9.25 is a tie: to even */
        {123.4, 3.2, 1, true, "123", "3"},      /* 1 uV above 100 */
        {123.4, 0.31, 1, true, "123.4", "0.3"}, /* unless the error asks for more */
        {123.4, 3.2, 1, false, "123.4", "3.2"}, /* only for microvolts */
        {0.04, NAN, 1, false, "0.04", NULL},    /* a CMAP of 0.04 mV is not 0.0 */
        {0.0, 0.04, 1, false, "0.00", "0.04"},
        {11.9, 0.5, 0, false, "11.9", "0.5"}, /* 0.5 would read 0 */
        {11.9, 0.6, 0, false, "12", "1"},
        {-2.04, 0.7, 1, false, MINUS "2.0", "0.7"},
        {-0.004, NAN, 2, false, MINUS "0.004", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[RV_ROUNDED_SIZE], error[RV_ROUNDED_SIZE];
        int decimals =
            rv_round_decimals(rows[i].value, rows[i].se, rows[i].decimals, rows[i].microvolt);
        rv_round_fixed(rows[i].value, decimals, text);
        cr_expect_str_eq(text, rows[i].text, "row %zu: %s", i, text);
        if (rows[i].error == NULL)
            continue;
        rv_round_error(rows[i].se, decimals, error);
        cr_expect_str_eq(error, rows[i].error, "row %zu: %s", i, error);
    }
}

Test(round, differences_carry_their_sign)
{
    char text[RV_ROUNDED_SIZE];
    rv_round_signed(0.084, 2, text);
    cr_expect_str_eq(text, "+0.08");
    rv_round_signed(-0.084, 2, text);
    cr_expect_str_eq(text, MINUS "0.08");
    rv_round_signed(0.004, 2, text);
    cr_expect_str_eq(text, "0.00");
    rv_round_signed(-0.004, 2, text);
    cr_expect_str_eq(text, "0.00");
}

Test(round, limits_are_printed_as_their_table_has_them)
{
    static const struct {
        double number;
        const char *text;
    } rows[] = {{4.4, "4.4"},   {50, "50"},     {0.1 + 0.2, "0.3"}, {42.4, "42.4"},
                {1200, "1200"}, {0.05, "0.05"}, {0, "0"},           {-10, MINUS "10"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[RV_ROUNDED_SIZE];
        rv_round_plain(rows[i].number, text);
        cr_expect_str_eq(text, rows[i].text, "row %zu: %s", i, text);
    }
}

/* Half a unit of the last digit: "3" 0.5, "3.6" 0.05, "3.60" 0.005. */
Test(round, typed_digits_are_found_again)
{
    cr_expect_eq(rv_round_typed_decimals(0.5), 0);
    cr_expect_eq(rv_round_typed_decimals(0.05), 1);
    cr_expect_eq(rv_round_typed_decimals(0.005), 2);
    cr_expect_eq(rv_round_typed_decimals(5), 0);
    cr_expect_eq(rv_round_typed_decimals(NAN), 0);
    cr_expect_eq(rv_round_typed_decimals(0), 0);
}

Test(round, steps_of_axes_are_one_two_or_five)
{
    static const struct {
        double from, to;
    } rows[] = {{0.3, 0.5}, {1, 1}, {1.1, 2}, {30, 50}, {6000, 10000}, {-1, 1}, {0, 1}, {NAN, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_float_eq(rv_round_nice(rows[i].from), rows[i].to, 1e-9 * rows[i].to, "%g",
                           rows[i].from);
}

/* The rule above with error and unit; what is no number is said as in the report. */
Test(round, values_read_as_in_the_report)
{
    static const struct {
        struct rv_value value;
        enum rv_parameter parameter;
        enum rv_kind kind;
        const char *text, *unit;
    } rows[] = {
        {{RV_MEASURED, 3.418, 0.0034, RV_BY_AUTO, NULL},
         RV_ONSET_LATENCY,
         RV_MOTOR,
         "3.418 \xC2\xB1 0.003",
         "ms"},
        {{RV_MEASURED, 123.4, 3.2, RV_BY_AUTO, NULL},
         RV_AMPLITUDE,
         RV_SENSORY,
         "123 \xC2\xB1 3",
         "\xC2\xB5V"},
        {{RV_MEASURED, 8.04, NAN, RV_BY_AUTO, NULL}, RV_AMPLITUDE, RV_MOTOR, "8.0", "mV"},
        {{RV_ABSENT, NAN, NAN, RV_BY_AUTO, NULL}, RV_AMPLITUDE, RV_MOTOR, "NR", "mV"},
        {{RV_WITHHELD, 1, 1, RV_BY_AUTO, NULL}, RV_AMPLITUDE, RV_MOTOR, "withheld", "mV"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[RV_VALUE_TEXT_SIZE];
        rv_value_text(&rows[i].value, rows[i].parameter, rows[i].kind, text);
        cr_expect_str_eq(text, rows[i].text, "row %zu: %s", i, text);
        cr_expect_str_eq(rv_value_unit(rows[i].parameter, rows[i].kind), rows[i].unit);
    }
}
