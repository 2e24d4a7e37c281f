/* SPDX-License-Identifier: GPL-3.0-or-later
 * Numbers without a locale, UTF-8, hostile bytes.
 */
#include "base/text.h"

#include <criterion/criterion.h>

#include <locale.h>
#include <math.h>
#include <string.h>

TestSuite(text, .timeout = 30);

Test(text, numbers_are_plain_decimals)
{
    static const struct {
        const char *text;
        double number;
        int decimals;
    } good[] = {{"3.25", 3.25, 2}, {"-0.5", -0.5, 1},    {"+7", 7, 0},
                {"1e3", 1000, 0},  {" 4.4 ", 4.4, 1},    {".5", 0.5, 1},
                {"5.", 5, 0},      {"2.5E-2", 0.025, 1}, {"007", 7, 0}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        double number = NAN;
        int decimals = -1;
        cr_assert(rv_number_text(good[i].text, &number, &decimals), "%s", good[i].text);
        cr_assert(fabs(number - good[i].number) < 1e-12, "%s", good[i].text);
        cr_assert(decimals == good[i].decimals, "%s", good[i].text);
    }
}

/* reliability: strtod is too kind (0x10, nan(5), infinity, 1e400, 1d5, 1,5) */
Test(text, what_strtod_would_take_is_refused)
{
    static const char *const bad[] = {"0x10", "nan", "nan(5)", "inf", "infinity", "1e400",
                                      "1d5",  "1,5", "",       " ",   "-",        ".",
                                      "e5",   "1e",  "1.2.3",  "5 6", "--3",      "3-"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double number = 42;
        cr_assert_not(rv_number_text(bad[i], &number, NULL), "%s", bad[i]);
        cr_assert(fabs(number - 42) < 1e-12, "%s changed the output", bad[i]);
    }
}

Test(text, integers_have_no_point)
{
    long long number = 0;
    cr_assert(rv_integer_read("-8388608", 8, &number));
    cr_assert_eq(number, -8388608);
    cr_assert_not(rv_integer_read("1.0", 3, &number));
    cr_assert_not(rv_integer_read("1e300", 5, &number));
}

Test(text, numbers_are_written_short_and_read_back)
{
    static const struct {
        double number;
        const char *text;
    } rows[] = {{4.4, "4.4"},
                {0.1, "0.1"},
                {-0.0, "0"},
                {50, "50"},
                {-1000000, "-1000000"},
                {1e-7, "1e-07"},
                {80, "80"},
                {-1500, "-1500"},
                {0.0005, "0.0005"},
                {123456.789, "123456.789"},
                {1.0 / 3, "0.333333333333333"},
                {80, "80"},
                {1000, "1000"},
                {-120, "-120"},
                {123456789012345, "123456789012345"},
                {2e15, "2e+15"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[32];
        rv_number_write(rows[i].number, text);
        cr_assert_str_eq(text, rows[i].text);
    }
}

Test(text, fixed_numbers_have_no_negative_zero)
{
    char text[64];
    rv_number_fixed(-0.04, 1, text);
    cr_assert_str_eq(text, "0.0");
    rv_number_fixed(-0.06, 1, text);
    cr_assert_str_eq(text, "-0.1");
    rv_number_fixed(3.456, 2, text);
    cr_assert_str_eq(text, "3.46");
}

Test(text, a_decimal_comma_locale_changes_nothing)
{
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
        cr_skip_test("locale de_DE.UTF-8 is not on this machine");
    double number = 0;
    char text[64];
    cr_assert(rv_number_text("3.25", &number, NULL));
    cr_assert(fabs(number - 3.25) < 1e-12);
    rv_number_write(3.25, text);
    cr_assert_str_eq(text, "3.25");
    rv_number_fixed(3.25, 1, text);
    cr_assert(strchr(text, ',') == NULL);
}

/* Sequences from RFC 3629: overlong forms, surrogates and codes above 10FFFF are wrong. */
Test(text, utf8_is_checked)
{
    cr_assert(rv_text_is_utf8("\xC2\xB5V", 3));
    cr_assert(rv_text_is_utf8("\xF0\x9F\x98\x80", 4));
    static const char *const bad[] = {"\xB5V", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                      "\xE2\x82"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not(rv_text_is_utf8(bad[i], strlen(bad[i])), "row %zu", i);
}

Test(text, wrong_bytes_become_the_replacement_character)
{
    struct rv_arena *arena = rv_arena_new();
    cr_assert_str_eq(rv_text_utf8(arena, "a\xB5z", 3), "a\xEF\xBF\xBDz");
    cr_assert_str_eq(rv_text_latin1(arena, "\xB5V", 2), "\xC2\xB5V");
    rv_arena_free(arena);
}

Test(text, hostile_bytes_are_shown_as_escapes)
{
    char out[520];
    rv_text_visible("a\x1b[2J\n", 6, out, sizeof out);
    cr_assert_str_eq(out, "a\\x1b[2J\\x0a");
    rv_text_visible("\xE2\x80\xAE", 3, out, sizeof out);
    cr_assert_str_eq(out, "\\u202e");
    char longer[200];
    memset(longer, 'x', sizeof longer);
    rv_text_visible(longer, sizeof longer, out, sizeof out);
    cr_assert_eq(strlen(out), 67); /* 64 and three dots */
}

Test(text, the_nearest_word_is_found)
{
    static const char *const words[] = {"distance_mm", "segment_mm", "side", NULL};
    cr_assert_str_eq(rv_text_nearest("distnace_mm", words), "distance_mm");
    cr_assert_str_eq(rv_text_nearest("sdie", words), "side");
    cr_assert_null(rv_text_nearest("temperature", words));
}

Test(text, a_text_grows)
{
    struct rv_text text = {0};
    for (int i = 0; i < 1000; i++)
        rv_text_format(&text, "%d,", i % 10);
    cr_assert_eq(text.length, 2000);
    cr_assert_eq(strlen(text.bytes), 2000);
    rv_text_finish(&text);
    cr_assert_null(text.bytes);
}

Test(text, reports_get_one_clean_line_of_any_length)
{
    struct rv_arena *arena = rv_arena_new();
    cr_assert_str_eq(rv_text_clean(arena, "a\nb\x1b[2J \xE2\x80\xAEx \\ \xC3\xA9"),
                     "a\\x0ab\\x1b[2J \\u202ex \\ \xC3\xA9");
    cr_assert_str_eq(rv_text_clean(arena, "\xFF!"), "\xEF\xBF\xBD!");
    cr_assert_str_eq(rv_text_clean(arena, ""), "");
    cr_assert_null(rv_text_clean(arena, NULL));
    rv_arena_free(arena);
}

Test(text, code_points_are_decoded)
{
    uint32_t code = 0;
    cr_assert_eq(rv_text_decode("\xC2\xB5V", 3, &code), 2);
    cr_assert_eq(code, 0xB5); /* micro sign */
    cr_assert_eq(rv_text_decode("\xFF", 1, &code), 0);
    cr_assert_eq(rv_text_decode("a", 0, &code), 0);
}
