/* SPDX-License-Identifier: GPL-3.0-or-later
 * The renderers: what each must and must not write, hostile texts, a sink that fails.
 */
#include "base/text.h"
#include "fixture.h"
#include "report/columns.h"

#include <ranvier/ranvier.h>

#include <criterion/criterion.h>

#include <string.h>

static bool collect(void *text, const void *bytes, size_t count)
{
    rv_text_append_n(text, bytes, count);
    return true;
}

static bool refuse(void *unused, const void *bytes, size_t count)
{
    (void)unused;
    (void)bytes;
    (void)count;
    return false;
}

static struct rv_text rendered(const char *name, bool hostile,
                               const struct rv_render_options *options)
{
    struct rv_report *report = fixture_new(hostile);
    struct rv_text out = {0};
    const struct rv_renderer *renderer = rv_renderer_find(name);
    cr_assert_eq(renderer->render(report, options, collect, &out, NULL), RV_OK);
    fixture_free(report);
    return out;
}

Test(render, renderers_are_found_by_name)
{
    size_t count = 0;
    for (; rv_renderer_at(count) != NULL; count++)
        cr_expect_eq(rv_renderer_find(rv_renderer_at(count)->name), rv_renderer_at(count));
    cr_expect_eq(count, 4);
    cr_expect_null(rv_renderer_find("odt"));
    cr_expect_null(rv_renderer_at(99));
}

Test(render, every_output_carries_the_disclaimer_version_and_reference)
{
    static const char *const names[] = {"text", "json", "html"};
    struct rv_render_options wide = {.width = 1000};
    for (size_t i = 0; i < 3; i++) {
        struct rv_text out = rendered(names[i], false, &wide);
        cr_expect_not_null(strstr(out.bytes, rv_disclaimer()), "%s", names[i]);
        cr_expect_not_null(strstr(out.bytes, rv_version()), "%s", names[i]);
        cr_expect_not_null(strstr(out.bytes, "NDTF 2016"), "%s", names[i]);
        cr_expect_not_null(strstr(out.bytes, "9f86d081884c7d659a2feaa0c55ad015"), "%s", names[i]);
        rv_text_finish(&out);
    }
}

Test(render, k_01_a_sink_that_is_full_is_an_io_error)
{
    struct rv_report *report = fixture_new(false);
    for (size_t i = 0; rv_renderer_at(i) != NULL; i++) {
        struct rv_error err = {.status = RV_OK};
        cr_expect_eq(rv_renderer_at(i)->render(report, NULL, refuse, NULL, &err), RV_IO);
        cr_expect_eq(err.status, RV_IO);
    }
    fixture_free(report);
}

Test(render, the_same_report_gives_the_same_bytes)
{
    for (size_t i = 0; rv_renderer_at(i) != NULL; i++) {
        struct rv_text a = rendered(rv_renderer_at(i)->name, true, NULL);
        struct rv_text b = rendered(rv_renderer_at(i)->name, true, NULL);
        cr_expect_eq(a.length, b.length);
        cr_expect_eq(memcmp(a.bytes, b.bytes, a.length), 0);
        cr_expect(rv_text_is_utf8(a.bytes, a.length));
        rv_text_finish(&a);
        rv_text_finish(&b);
    }
}

Test(render, x_03_no_control_byte_reaches_the_terminal)
{
    struct rv_text out = rendered("text", true, NULL);
    for (size_t i = 0; i < out.length; i++)
        cr_assert((unsigned char)out.bytes[i] >= 0x20 || out.bytes[i] == '\n');
    cr_expect_null(strstr(out.bytes, "\xE2\x80\xAE"));
    cr_expect_not_null(strstr(out.bytes, "\\x1b[2J\\x07 \\u202etxet"));
    rv_text_finish(&out);
}

Test(render, x_04_a_line_end_in_a_name_forges_no_line)
{
    struct rv_text out = rendered("text", true, NULL);
    cr_expect_null(strstr(out.bytes, "\nline "));
    cr_expect_not_null(strstr(out.bytes, "one\\x0aline"));
    rv_text_finish(&out);
}

Test(render, lines_keep_to_the_width)
{
    struct rv_render_options narrow = {.width = 120};
    struct rv_text out = rendered("text", false, &narrow);
    for (char *line = strtok(out.bytes, "\n"); line != NULL; line = strtok(NULL, "\n"))
        cr_expect_leq(rv_columns_width(line), 120, "%s", line);
    rv_text_finish(&out);
}

Test(render, colour_is_there_only_when_asked_for)
{
    struct rv_render_options options = {.colour = true};
    struct rv_text plain = rendered("text", false, NULL),
                   coloured = rendered("text", false, &options);
    cr_expect_null(strchr(plain.bytes, '\x1b'));
    cr_expect_not_null(strstr(coloured.bytes, "\x1b[1;31m5.12"));
    cr_expect_not_null(strstr(plain.bytes, "5.12 \xC2\xB1 0.03*"));
    rv_text_finish(&plain);
    rv_text_finish(&coloured);
}

/* Every row has as many cells as the head; no text cell begins as a formula. */
Test(render, x_02_no_cell_of_words_is_a_formula)
{
    struct rv_text out = rendered("tsv", true, NULL);
    size_t heads = 0, cells = 0;
    for (const char *c = out.bytes; *c != '\n'; c++)
        heads += *c == '\t';
    bool start = true;
    for (const char *c = out.bytes; *c != '\0'; c++) {
        if (start && *c == '-') /* a number */
            cr_expect(c[1] >= '0' && c[1] <= '9', "%.20s", c);
        cr_expect(!start || strchr("=+@", *c) == NULL, "%.20s", c);
        cells += *c == '\t';
        start = *c == '\t' || *c == '\n';
        if (*c == '\n') {
            cr_expect_eq(cells, heads);
            cells = 0;
        }
    }
    cr_expect_not_null(strstr(out.bytes, "\t'=cmd|' /C calc'!A0\t"));
    cr_expect_not_null(strstr(out.bytes, "\t'-2+3\t"));
    cr_expect_not_null(strstr(out.bytes, "\t'@ulnar\\x09with tab\t"));
    cr_expect_not_null(strstr(out.bytes, "\t'+source & <b>\t"));
    rv_text_finish(&out);
}

Test(render, tsv_numbers_stay_numbers)
{
    struct rv_text out = rendered("tsv", false, NULL);
    cr_expect_not_null(strstr(out.bytes,
                              "R01\tmotor\tmedian\tright\tAPB\twrist\tyes\tonset_latency\t5.12\t"
                              "0.031\tms\tauto\tmeasured\tn/a\tn/a\t4.5\t3.04\t1\tabnormal\t"));
    cr_expect_not_null(strstr(out.bytes, "\t5.2\t-0.08"), "difference");
    cr_expect_not_null(
        strstr(out.bytes, "\tn/a\tn/a\tms\tauto\twithheld\tartefact_overlaps_onset"));
    rv_text_finish(&out);
}
