/* SPDX-License-Identifier: GPL-3.0-or-later
 * The teaching studies: what expected.tsv says of each, with its reason in words.
 */
#include "base/table.h"
#include "base/text.h"
#include "interpret/rules.h"
#include "support.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

static const char *cell(const struct rv_table *table, size_t row, const char *column)
{
    return rv_table_cell(table, row, rv_table_column(table, column));
}

static bool has_roots(const struct rv_pattern *pattern, const char *wanted)
{
    const char *word;
    size_t length, count = 0;
    for (const char *rest = wanted; (rest = rv_list_next(rest, &word, &length)) != NULL; count++) {
        bool found = false;
        for (size_t i = 0; i < pattern->root_count; i++)
            found |=
                strlen(pattern->roots[i]) == length && memcmp(pattern->roots[i], word, length) == 0;
        if (!found)
            return false;
    }
    return count == pattern->root_count;
}

static const struct rv_pattern *find(const struct rv_interpretation *made, const char *pattern,
                                     const char *side)
{
    for (size_t i = 0; i < made->pattern_count; i++)
        if (strcmp(made->patterns[i].pattern, pattern) == 0 &&
            (side == NULL || strcmp(rv_side_name(made->patterns[i].side), side) == 0))
            return &made->patterns[i];
    return NULL;
}

static void check_expected(const struct rv_interpretation *made, const struct rv_table *table,
                           size_t row)
{
    const char *name = cell(table, row, "study"), *pattern = cell(table, row, "pattern");
    const char *grade = cell(table, row, "grade"), *roots = cell(table, row, "roots");
    const struct rv_pattern *found = find(made, pattern, cell(table, row, "side"));
    cr_expect_not_null(found, "%s: no %s", name, pattern);
    if (found == NULL)
        return;
    cr_expect_geq(found->grade, rv_grade_find(grade), "%s: %s is %s", name, pattern,
                  rv_pattern_grade_name(found->grade));
    if (strcmp(grade, "insufficient") == 0)
        cr_expect_eq(found->grade, RV_INSUFFICIENT, "%s: %s", name, pattern);
    if (roots != NULL)
        cr_expect(has_roots(found, roots), "%s: roots are not %s", name, roots);
}

static void check_forbidden(const struct rv_interpretation *made, const struct rv_table *table,
                            size_t row)
{
    const char *forbidden = cell(table, row, "must_not");
    for (size_t i = 0; i < made->pattern_count; i++)
        cr_expect(made->patterns[i].grade == RV_INSUFFICIENT ||
                      !rv_list_has(forbidden, made->patterns[i].pattern),
                  "%s: says %s", cell(table, row, "study"), made->patterns[i].pattern);
}

Test(studies, each_gives_the_pattern_that_was_reasoned_by_hand)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_table table;
    struct rv_error err = {0};
    char *bytes;
    size_t length;
    cr_assert_eq(rv_file_read(arena, TEST_SOURCE_ROOT "/tests/interpret/studies/expected.tsv",
                              1 << 20, &bytes, &length, &err),
                 RV_OK, "%s", err.text);
    cr_assert_eq(rv_table_parse(arena, bytes, length, &table, &err), RV_OK, "%s", err.text);
    cr_assert_gt(table.row_count, 40);
    for (size_t row = 0; row < table.row_count; row++) {
        struct on_disk disk;
        on_disk_open(cell(&table, row, "study"), &disk);
        check_expected(&disk.report->interpretation, &table, row);
        check_forbidden(&disk.report->interpretation, &table, row);
        on_disk_close(&disk);
    }
    rv_arena_free(arena);
}

/* The words that a report may not use (clinical specification 10.6). */
Test(studies, no_sentence_excludes_or_advises)
{
    static const char *const words[] = {"excluded",     "excludes",       "ruled out", "surgery",
                                        "we recommend", "should receive", "prognosis", "malinger"};
    struct rv_arena *arena = rv_arena_new();
    struct rv_table table;
    struct rv_error err = {0};
    char *bytes;
    size_t length;
    cr_assert_eq(rv_file_read(arena, TEST_SOURCE_ROOT "/tests/interpret/studies/expected.tsv",
                              1 << 20, &bytes, &length, &err),
                 RV_OK);
    cr_assert_eq(rv_table_parse(arena, bytes, length, &table, &err), RV_OK);
    for (size_t row = 0; row < table.row_count; row++) {
        struct on_disk disk;
        on_disk_open(cell(&table, row, "study"), &disk);
        const struct rv_interpretation *made = &disk.report->interpretation;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
            cr_expect_null(strstr(made->statement, words[i]), "%s", made->statement);
            for (size_t j = 0; j < made->reevaluation_count; j++)
                cr_expect_null(strstr(made->reevaluation[j].answer, words[i]), "%s",
                               made->reevaluation[j].answer);
        }
        on_disk_close(&disk);
    }
    rv_arena_free(arena);
}

Test(studies, injection_at_another_level_and_side_is_said_to_differ)
{
    struct on_disk disk;
    on_disk_open("injected_elsewhere", &disk);
    const struct rv_interpretation *made = &disk.report->interpretation;
    cr_assert_eq(made->reevaluation_count, 8);
    for (size_t i = 0; i < made->reevaluation_count; i++) {
        if (strcmp(made->reevaluation[i].id, "injected") == 0)
            cr_expect(strstr(made->reevaluation[i].answer, "differs") != NULL, "%s",
                      made->reevaluation[i].answer);
        if (strcmp(made->reevaluation[i].id, "imaged") == 0)
            cr_expect(strstr(made->reevaluation[i].answer, "compatible") != NULL, "%s",
                      made->reevaluation[i].answer);
    }
    on_disk_close(&disk);
}
