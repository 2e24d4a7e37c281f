/* SPDX-License-Identifier: GPL-3.0-or-later
 * The page of the live view: dots, texts, scales.
 */
#include "cli/live_chart.h"
#include "live_page.h"

#include <criterion/criterion.h>

#include <string.h>

static struct live_canvas page(size_t width, size_t height)
{
    struct live_canvas canvas = {.cells = NULL};
    cr_assert(live_canvas_begin(&canvas, width, height));
    return canvas;
}

/* Unicode numbers the dots of a cell 1 2 3 7 down the left side and 4 5 6 8 down the right one;
 * dot n is bit n - 1. */
Test(canvas, dots_are_the_bits_of_unicode)
{
    static const int numbers[4][2] = {{1, 4}, {2, 5}, {3, 6}, {7, 8}};
    const struct live_area area = {1, 1, 1, 1};
    for (long y = 0; y < 4; y++)
        for (long x = 0; x < 2; x++) {
            struct live_canvas canvas = page(3, 3);
            live_canvas_dot(&canvas, area, x, y, LIVE_PLAIN);
            cr_expect_eq(canvas.cells[1 * 3 + 1].code, 0x2800u + (1u << (numbers[y][x] - 1)));
            live_canvas_finish(&canvas);
        }
}

Test(canvas, dots_outside_of_their_area_are_none)
{
    struct live_canvas canvas = page(3, 1);
    const struct live_area area = {1, 0, 1, 1};
    static const long places[][2] = {{-1, 0}, {2, 0}, {0, -1}, {0, 4}};
    for (size_t i = 0; i < 4; i++)
        live_canvas_dot(&canvas, area, places[i][0], places[i][1], LIVE_PLAIN);
    cr_expect_str_eq(page_row(&canvas, 0), "");
    live_canvas_finish(&canvas);
}

/* What a hostile label could do to a terminal is seen instead. */
Test(canvas, x_03_control_characters_are_shown_not_sent)
{
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"a\033[2Jb", "a\\x1b[2Jb"},
        {"a\007\r\n\tb", "a\\x07\\x0d\\x0a\\x09b"},
        {"a\x7F", "a\\x7f"},
        {"\xC2\x9B"
         "2J",
         "\\x9b2J"}, /* CSI as one character of C1 */
        {"a\xE2\x80\xAE"
         "b",
         "a\\u202eb"}, /* right-to-left override */
        {"\x9B"
         "2J",
         "\xEF\xBF\xBD"
         "2J"},                                                   /* no UTF-8 */
        {"\xC0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD"},                 /* overlong */
        {"\xE2\x82", "\xEF\xBF\xBD\xEF\xBF\xBD"},                 /* cut */
        {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"}, /* surrogate */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct live_canvas canvas = page(40, 1);
        live_canvas_text(&canvas, 0, 0, 40, LIVE_PLAIN, rows[i].text);
        cr_expect_str_eq(page_row(&canvas, 0), rows[i].shown, "row %zu: %s", i,
                         page_row(&canvas, 0));
        live_canvas_finish(&canvas);
    }
}

Test(canvas, text_that_does_not_fit_ends_in_an_ellipsis)
{
    struct live_canvas canvas = page(10, 1);
    cr_expect_eq(live_canvas_text(&canvas, 2, 0, 5, LIVE_PLAIN, "abcdefgh"), 5);
    cr_expect_str_eq(page_row(&canvas, 0), "  abcd\xE2\x80\xA6");
    cr_expect_eq(live_canvas_text(&canvas, 8, 0, 5, LIVE_PLAIN, "xyz"), 2, "the page ends first");
    cr_expect_eq(live_canvas_text(&canvas, 0, 1, 5, LIVE_PLAIN, "below"), 0);
    live_canvas_finish(&canvas);
}

/* U+795E U+7D4C take two columns each; a combining accent none. */
Test(canvas, wide_characters_take_two_columns)
{
    struct live_canvas canvas = page(6, 1);
    cr_expect_eq(live_text_columns(&canvas, "\xE7\xA5\x9E\xE7\xB5\x8C"), 4);
    cr_expect_eq(live_text_columns(&canvas, "e\xCC\x81"), 1);
    live_canvas_text(&canvas, 0, 0, 4, LIVE_PLAIN, "\xE7\xA5\x9E\xE7\xB5\x8C");
    cr_expect_str_eq(page_row(&canvas, 0), "\xE7\xA5\x9E\xE7\xB5\x8C");
    live_canvas_text(&canvas, 1, 0, 1, LIVE_PLAIN, "x"); /* half of the first is gone: all of it */
    cr_expect_str_eq(page_row(&canvas, 0), " x\xE7\xB5\x8C");
    live_canvas_finish(&canvas);
}

Test(canvas, ascii_page_has_no_other_byte)
{
    struct live_canvas canvas = page(40, 2);
    const struct live_area area = {0, 1, 3, 1};
    canvas.ascii = true;
    live_canvas_text(&canvas, 0, 0, 40, LIVE_PLAIN, "8.0 \xC2\xB1 0.1 \xC2\xB5V \xE7\xA5\x9E");
    cr_expect_str_eq(page_row(&canvas, 0), "8.0 +/- 0.1 uV ?");
    live_canvas_dot(&canvas, area, 0, 0, LIVE_PLAIN); /* upper half */
    live_canvas_dot(&canvas, area, 2, 3, LIVE_PLAIN); /* lower half */
    live_canvas_dot(&canvas, area, 5, 1, LIVE_PLAIN);
    live_canvas_dot(&canvas, area, 5, 2, LIVE_PLAIN); /* both */
    cr_expect_str_eq(page_row(&canvas, 1), "'.:");
    live_canvas_finish(&canvas);
}

/* Styles begin where they begin and end with the row. */
Test(canvas, row_ends_in_the_plain_style)
{
    struct live_canvas canvas = page(8, 1);
    struct live_bytes row = {0};
    live_canvas_text(&canvas, 1, 0, 2, LIVE_BOLD, "ab");
    live_canvas_row(&canvas, 0, &row);
    static const char expected[] = " \033[0;1mab\033[0m";
    cr_expect(row.length == strlen(expected) && memcmp(row.bytes, expected, row.length) == 0);
    live_bytes_finish(&row);
    live_canvas_finish(&canvas);
}

/* --- charts -------------------------------------------------------------------------------- */

/* A line from 0 at 0 ms to -4 at 4 ms, one sample a millisecond, over 4 x 4 dots that show 0 to
 * -3 upward. A column holds what is passed in its millisecond: from the left rows 3-2, 2-1, 1-0, 0
 * (and beyond the top). Left cell: dots 3, 7 (left rows 2, 3), 5, 6 (right rows 1, 2):
 * 04 + 40 + 10 + 20 = 74. Right cell: dots 1, 2 (left rows 0, 1), 4 (right row 0): 01 + 02 + 08. */
Test(chart, trace_falls_on_the_dots_it_passes)
{
    double samples[] = {0, -1, -2, -3, -4};
    const struct live_wave wave = {.rate_hz = 1000, .count = 5, .samples = samples};
    const struct live_scale scale = {.to_ms = 4, .top = -3, .bottom = 0, .step = 1, .factor = 1};
    struct live_canvas canvas = page(2, 1);
    live_chart_wave(&canvas, (struct live_area){0, 0, 2, 1}, &scale, &wave, 0, LIVE_PLAIN);
    cr_expect_eq(canvas.cells[0].code, 0x2874, "%x", canvas.cells[0].code);
    cr_expect_eq(canvas.cells[1].code, 0x280B, "%x", canvas.cells[1].code);
    live_canvas_finish(&canvas);
}

/* Between two samples far apart the line is closed: 0 at 0 ms and 3 at 2 ms over 4 columns. A
 * column is half a millisecond, in which the line falls by 0.75: rows 0 to 0.75, 0.75 to 1.5,
 * 1.5 to 2.25, 2.25 to 3, rounded (1.5 to even): 0-1, 1-2, 2, 2-3. Left cell: 01 + 02 + 10 + 20;
 * right cell: 04 + 20 + 80. */
Test(chart, few_samples_are_joined)
{
    double samples[] = {0, 3};
    const struct live_wave wave = {.rate_hz = 500, .count = 2, .samples = samples};
    const struct live_scale scale = {.to_ms = 2, .top = 0, .bottom = 3, .step = 1, .factor = 1};
    struct live_canvas canvas = page(2, 1);
    live_chart_wave(&canvas, (struct live_area){0, 0, 2, 1}, &scale, &wave, 0, LIVE_PLAIN);
    cr_expect_eq(canvas.cells[0].code, 0x2833, "%x", canvas.cells[0].code);
    cr_expect_eq(canvas.cells[1].code, 0x28A4, "%x", canvas.cells[1].code);
    live_canvas_finish(&canvas);
}

Test(chart, steps_are_one_two_five)
{
    static const double steps[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20};
    for (long i = 0; i < 8; i++) {
        cr_expect_float_eq(live_step(i - 3), steps[i], 1e-12);
        cr_expect_eq(live_step_index(steps[i]), i - 3, "step %g", steps[i]);
    }
    cr_expect_eq(live_step_index(1.01), 1);
    cr_expect_eq(live_step_index(0.21), -1);
    cr_expect_eq(live_step_index(0), 0);
}

/* 5.7 up and 5.6 down on at most 7 divisions: 11.3 / 7 = 1.6, so 2; 3 up and 3 down. One place of
 * gain: 1; one back: 5. */
Test(chart, scale_is_the_finest_that_holds_the_trace)
{
    struct live_scale scale = {0};
    live_scale_fit(&scale, 5.7, 5.6, 7, 0);
    cr_expect_float_eq(scale.step, 2, 1e-12);
    cr_expect_float_eq(scale.top, -6, 1e-12);
    cr_expect_float_eq(scale.bottom, 6, 1e-12);
    live_scale_fit(&scale, 5.7, 5.6, 7, 1);
    cr_expect_float_eq(scale.top, -3, 1e-12);
    live_scale_fit(&scale, 5.7, 5.6, 7, -1);
    cr_expect_float_eq(scale.bottom, 15, 1e-12);
    live_scale_fit(&scale, 0, 0, 4, 0); /* a flat trace still has an axis */
    cr_expect(scale.top < 0 && scale.bottom > 0);
}

/* 20 cells for 10 ms are 4 dots a millisecond: 3.5 ms is dot 14, in cell 7 of the area. */
Test(chart, mark_stands_at_its_time)
{
    const struct live_area area = {9, 0, 20, 1};
    const struct live_scale scale = {.to_ms = 10};
    size_t column = 0;
    cr_expect(live_chart_column(area, &scale, 3.5, &column));
    cr_expect_eq(column, 9 + 7);
    cr_expect_not(live_chart_column(area, &scale, 10, &column));
    cr_expect_not(live_chart_column(area, &scale, -0.1, &column));
    struct live_canvas canvas = page(30, 1);
    live_chart_mark(&canvas, area, &scale, 3.5, 0.01); /* rows 0 and 2 of a left column: 01 + 04 */
    cr_expect_eq(canvas.cells[16].code, 0x2805, "%x", canvas.cells[16].code);
    cr_expect_eq(canvas.cells[15].code, ' ', "an error too narrow to see");
    live_chart_mark(&canvas, area, &scale, 3.5, 0.5); /* dots 12 and 16: cells 6 and 8, row 0 */
    cr_expect_eq(canvas.cells[15].code, 0x2801);
    cr_expect_eq(canvas.cells[17].code, 0x2801);
    live_canvas_finish(&canvas);
}
