/* SPDX-License-Identifier: GPL-3.0-or-later
 * Columns of a terminal: widths, line ends, whole tables laid out by hand.
 */
#include "report/columns.h"

#include <criterion/criterion.h>

#include <string.h>

Test(columns, width_counts_columns_not_bytes)
{
    cr_expect_eq(rv_columns_width("wrist"), 5);
    cr_expect_eq(rv_columns_width("\xC2\xB5V \xE2\x89\xA4"), 4);   /* µV ≤ */
    cr_expect_eq(rv_columns_width("e\xCC\x81"), 1);                /* e + combining acute */
    cr_expect_eq(rv_columns_width("\xE6\x89\x8B\xE9\xA6\x96"), 4); /* two wide signs */
    cr_expect_eq(rv_columns_width(""), 0);
}

Test(columns, lines_break_at_blanks_or_where_they_must)
{
    const char *rest = NULL;
    cr_expect_eq(rv_columns_line("above the elbow", 9, &rest), 9);
    cr_expect_str_eq(rest, "elbow");
    cr_expect_eq(rv_columns_line("abcdefgh", 5, &rest), 5);
    cr_expect_str_eq(rest, "fgh");
    cr_expect_eq(rv_columns_line("short", 5, &rest), 5);
    cr_expect_null(rest);
    cr_expect_eq(rv_columns_line("\xE6\x89\x8B", 1, &rest), 3); /* never stuck */
    cr_expect_null(rest);
}

static struct rv_row *row_of(struct rv_document *document, struct rv_part *table, const char *id,
                             const char *site)
{
    struct rv_row *row = rv_table_row(document, table, RV_RIGHT);
    row->cells[0] = rv_cell_text(id);
    row->cells[1] = rv_cell_text(site);
    return row;
}

/* Laid out by hand: numbers to the right, their marks behind them, notes under them. */
Test(columns, table_is_laid_out_as_a_laboratory_prints_it)
{
    static const struct rv_column columns[] = {{RV_COLUMN_ID, "row", NULL, false},
                                               {RV_COLUMN_TEXT, "site", NULL, false},
                                               {RV_COLUMN_NUMBER, "latency", "ms", false},
                                               {RV_COLUMN_NUMBER, "area", "mV", false},
                                               {RV_COLUMN_NUMBER, "velocity", "m/s", false}};
    static const char expected[] = "  row  site       latency   velocity\n"
                                   "                       ms        m/s\n"
                                   "  Right median, recording APB\n"
                                   "  R01  wrist  5.12 \xC2\xB1 0.03*\n"
                                   "                    \xE2\x89\xA4 4.5\n"
                                   "  R02  elbow           NR       49.6?\xE2\x80\xA0\n";
    struct rv_document document = {.arena = rv_arena_new()};
    struct rv_section *section = rv_document_section(&document, "motor", "Motor");
    struct rv_part *table = rv_section_table(&document, section, NULL, columns, 5);
    rv_table_group(&document, table, RV_RIGHT, "Right median, recording APB");
    struct rv_row *wrist = row_of(&document, table, "R01", "wrist");
    wrist->cells[2] = (struct rv_cell){
        .state = RV_CELL_VALUE, .text = "5.12", .error = "0.03", .judgement = RV_ABNORMAL};
    rv_cell_note(&wrist->cells[2], "\xE2\x89\xA4 4.5");
    struct rv_row *elbow = row_of(&document, table, "R02", "elbow");
    elbow->cells[2] = (struct rv_cell){.state = RV_CELL_ABSENT, .text = "NR"};
    elbow->cells[4] = (struct rv_cell){
        .state = RV_CELL_VALUE, .text = "49.6", .judgement = RV_BORDERLINE, .unverified = true};
    rv_table_settle(table);
    struct rv_text out = {0};
    rv_columns_table(&out, table, 100, false);
    cr_expect_str_eq(out.bytes, expected, "\n%s", out.bytes);
    rv_text_finish(&out);
    rv_columns_table(&out, table, 100, true);
    cr_expect_not_null(strstr(out.bytes, "\x1b[1;31m5.12 \xC2\xB1 0.03*\x1b[0m"));
    rv_text_finish(&out);
    rv_arena_free(document.arena);
}

Test(columns, words_give_way_before_numbers_do)
{
    static const struct rv_column columns[] = {{RV_COLUMN_TEXT, "site", NULL, false},
                                               {RV_COLUMN_NUMBER, "value", NULL, false}};
    struct rv_document document = {.arena = rv_arena_new()};
    struct rv_section *section = rv_document_section(&document, "a", "A");
    struct rv_part *table = rv_section_table(&document, section, NULL, columns, 2);
    struct rv_row *row = rv_table_row(&document, table, RV_RIGHT);
    row->cells[0] = rv_cell_text("a rather long name of a site of stimulation");
    row->cells[1] = (struct rv_cell){.state = RV_CELL_VALUE, .text = "12.3", .error = "0.1"};
    rv_table_settle(table);
    struct rv_text out = {0};
    rv_columns_table(&out, table, 40, false);
    for (char *line = strtok(out.bytes, "\n"); line != NULL; line = strtok(NULL, "\n"))
        cr_expect_leq(rv_columns_width(line), 40, "%s", line);
    rv_text_finish(&out);
    rv_arena_free(document.arena);
}
