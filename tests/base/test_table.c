/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tab-separated tables.
 */
#include "base/table.h"

#include <criterion/criterion.h>

#include <stdint.h>
#include <string.h>

TestSuite(table, .timeout = 30);

static enum rv_status parse(struct rv_arena *arena, const char *text, struct rv_table *table,
                            struct rv_error *err)
{
    return rv_table_parse(arena, text, strlen(text), table, err);
}

Test(table, cells_are_found_by_name)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_table table;
    cr_assert_eq(parse(arena,
                       "\xEF\xBB\xBFkind\tside\r\n# remark\r\nmotor\t right \r\n\r\nsensory\tn/a\n",
                       &table, NULL),
                 RV_OK);
    cr_assert_eq(table.row_count, 2);
    size_t side = rv_table_column(&table, "side");
    cr_assert_str_eq(rv_table_cell(&table, 0, side), "right");
    cr_assert_null(rv_table_cell(&table, 1, side));
    cr_assert_eq(table.lines[0], 3);
    cr_assert_eq(table.lines[1], 5);
    cr_assert_eq(rv_table_column(&table, "nerve"), SIZE_MAX);
    cr_assert_null(rv_table_cell(&table, 0, SIZE_MAX));
    rv_arena_free(arena);
}

Test(table, broken_tables_are_refused_with_their_line)
{
    static const struct {
        const char *text;
        const char *sentence;
    } rows[] = {
        {"", "no header line"},
        {"# only a remark\n", "no header line"},
        {"a\tb\n1\n", "line 2: 1 cells, the header names 2 columns"},
        {"a\tb\n1\t2\t3\n", "line 2: 3 cells, the header names 2 columns"},
        {"a\ta\n", "line 1: column a stands twice"},
        {"a\t\n", "line 1: column 2 has no name"},
        {"a\n\xB5\n", "not UTF-8 text"},
    };
    struct rv_arena *arena = rv_arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rv_table table;
        struct rv_error err;
        cr_assert_eq(parse(arena, rows[i].text, &table, &err), RV_STUDY, "row %zu", i);
        cr_assert_str_eq(err.text, rows[i].sentence);
    }
    rv_arena_free(arena);
}

Test(table, a_file_that_is_no_file_is_refused)
{
    struct rv_arena *arena = rv_arena_new();
    char *bytes = NULL;
    size_t length = 0;
    cr_assert_eq(rv_file_read(arena, "/", 100, &bytes, &length, NULL), RV_NO_INPUT);
    cr_assert_eq(rv_file_read(arena, "/dev/zero", 100, &bytes, &length, NULL), RV_NO_INPUT);
    cr_assert_eq(rv_file_read(arena, "/no/such/file", 100, &bytes, &length, NULL), RV_NO_INPUT);
    rv_arena_free(arena);
}
