/* SPDX-License-Identifier: GPL-3.0-or-later
 * Curves as SVG paths: places, thinning, leaving the frame.
 */
#include "report/html.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

/* 0..10 ms at 0..100 pixel, -10..10 at 0..20 pixel: a positive sample lies lower on the page. */
static const struct rv_svg_frame frame = {
    .x = {0, 10, 0, 100}, .y = {-10, 10, 0, 20}, .top = 0, .bottom = 20, .column = 1.0};

static void expect_path(const double *samples, size_t count, const char *path)
{
    struct rv_curve curve = {.samples = samples, .count = count, .start = 0.0, .step = 1.0};
    struct rv_text out = {0}, expected = {0};
    rv_svg_curve(&out, "trace", &curve, &frame);
    rv_text_format(&expected, "<path class=\"trace\" d=\"%s\"/>\n", path);
    cr_expect_str_eq(out.bytes, expected.bytes);
    rv_text_finish(&out);
    rv_text_finish(&expected);
}

/* By hand, in tenths of a pixel: (0, 100), (100, 50), (200, 150). */
Test(svg, negative_is_up)
{
    static const double samples[] = {0, -5, 5};
    expect_path(samples, 3, "M0 100l 100-50 100 100 0 0");
}

Test(svg, a_level_run_is_one_line)
{
    static const double samples[] = {0, 0, 0, 0, 0, 0};
    expect_path(samples, 6, "M0 100l 500 0 0 0");
}

Test(svg, unknown_samples_break_the_line)
{
    static const double samples[] = {0, NAN, 0};
    expect_path(samples, 3, "M0 100l 0 0M200 100l 0 0");
}

/* Beyond the edge the curve ends there and comes back from there. */
Test(svg, a_curve_leaves_its_frame_and_comes_back)
{
    static const double samples[] = {0, 99, 99, 99, 99, 0};
    expect_path(samples, 6, "M0 100l 100 100 0 0M400 200l 100-100 0 0");
}

/* 100,000 samples over 100 columns: at most 2 points a column, extremes kept. */
Test(svg, long_curves_are_thinned_and_keep_their_extremes)
{
    static double samples[100000];
    for (size_t i = 0; i < 100000; i++)
        samples[i] = 4.0 * sin((double)i);
    samples[54321] = -9.0; /* at 5.4321 ms, 1 pixel below the top */
    struct rv_curve curve = {.samples = samples, .count = 100000, .start = 0.0, .step = 1e-4};
    struct rv_text out = {0};
    rv_svg_curve(&out, "trace", &curve, &frame);
    size_t numbers = 0;
    long y = 0, top = 1000;
    const char *at = strchr(out.bytes, 'M') + 1;
    long x = strtol(at, (char **)&at, 10);
    y = strtol(at, (char **)&at, 10);
    cr_assert_eq(*at, 'l');
    for (at++; *at != '"'; numbers++) {
        x += strtol(at, (char **)&at, 10);
        y += strtol(at, (char **)&at, 10);
        top = y < top ? y : top;
    }
    cr_expect_leq(numbers, 205);
    cr_expect_eq(top, 10);
    cr_expect(x >= 990 && x <= 1000);
    rv_text_finish(&out);
}

Test(svg, values_that_mean_nothing_give_numbers_still)
{
    struct rv_text out = {0};
    rv_svg_line(&out, "grid", (struct rv_svg_point){NAN, INFINITY},
                (struct rv_svg_point){-1e300, 3});
    cr_expect_null(strstr(out.bytes, "nan"));
    cr_expect_null(strstr(out.bytes, "inf"));
    rv_text_finish(&out);
}

Test(svg, x_01_words_are_escaped)
{
    struct rv_text out = {0};
    rv_svg_open(&out, "plot", 10, 10, "\"><script>alert(1)</script>");
    rv_svg_text(&out, "site", (struct rv_svg_point){1, 2}, "</text><img src=x onerror='a()'>");
    cr_expect_str_eq(out.bytes, "<svg class=\"plot\" viewBox=\"0 0 100 100\" role=\"img\" "
                                "aria-label=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\">\n"
                                "<text class=\"site\" x=\"10\" y=\"20\">&lt;/text&gt;&lt;img src=x "
                                "onerror=&#39;a()&#39;&gt;</text>\n");
    rv_text_finish(&out);
}
