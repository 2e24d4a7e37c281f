/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every row of the tables: its source is known, it fires in one study and is silent in another.
 */
#include "base/table.h"
#include "base/text.h"
#include "interpret/lesions.h"
#include "interpret/needle.h"
#include "interpret/observe.h"
#include "interpret/predicates.h"
#include "interpret/territory.h"
#include "knowledge/knowledge.h"
#include "support.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ROWS = 400 };

static void read_table(struct rv_arena *arena, const char *name, struct rv_table *table)
{
    size_t length = 0;
    const char *bytes = rv_knowledge_bytes(name, &length);
    struct rv_error err = {0};
    cr_assert_not_null(bytes, "%s", name);
    cr_assert_eq(rv_table_parse(arena, bytes, length, table, &err), RV_OK, "%s: %s", name,
                 err.text);
}

static const char *cell(const struct rv_table *table, size_t row, const char *column)
{
    return rv_table_cell(table, row, rv_table_column(table, column));
}

static bool is_source(const struct rv_table *sources, const char *id)
{
    for (size_t row = 0; row < sources->row_count; row++)
        if (rv_text_equal(cell(sources, row, "id"), id))
            return true;
    return false;
}

Test(tables, every_row_names_a_source_that_exists)
{
    static const char *const names[] = {"answers.tsv", "block.tsv",      "demyelination.tsv",
                                        "lesions.tsv", "levels.tsv",     "mup.tsv",
                                        "roots.tsv",   "predicates.tsv", "rules.tsv",
                                        "screens.tsv", "statements.tsv", "thresholds.tsv"};
    struct rv_arena *arena = rv_arena_new();
    struct rv_table sources;
    read_table(arena, "sources.tsv", &sources);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct rv_table table;
        read_table(arena, names[i], &table);
        cr_expect_gt(table.row_count, 0);
        for (size_t row = 0; row < table.row_count; row++) {
            const char *list = cell(&table, row, "source"), *word;
            size_t length;
            cr_assert_not_null(list, "%s line %zu", names[i], table.lines[row]);
            while ((list = rv_list_next(list, &word, &length)) != NULL)
                cr_expect(is_source(&sources, rv_arena_text_n(arena, word, length)),
                          "%s line %zu: %.*s", names[i], table.lines[row], (int)length, word);
        }
    }
    rv_arena_free(arena);
}

/* The folders of expected.tsv, each once. */
static size_t list_studies(struct rv_arena *arena, const char **names, size_t most)
{
    char *bytes;
    size_t length, count = 0;
    struct rv_error err = {0};
    struct rv_table table;
    cr_assert_eq(rv_file_read(arena, TEST_SOURCE_ROOT "/tests/interpret/studies/expected.tsv",
                              1 << 20, &bytes, &length, &err),
                 RV_OK, "%s", err.text);
    cr_assert_eq(rv_table_parse(arena, bytes, length, &table, &err), RV_OK, "%s", err.text);
    for (size_t row = 0; row < table.row_count && count < most; row++) {
        const char *name = cell(&table, row, "study");
        if (count == 0 || strcmp(names[count - 1], name) != 0)
            names[count++] = name;
    }
    return count;
}

/* A study of the junction cannot be typed into a table yet: made in memory. */
static void junction(struct bench *bench, double decrement, double increment)
{
    bench_open(bench);
    size_t train = bench_response(bench, RV_REPETITIVE, "ulnar", RV_RIGHT, "ADM", "wrist");
    bench_value(bench, train, RV_DECREMENT, decrement, NAN, 10);
    bench_value(bench, train, RV_INCREMENT, increment, NAN, 60);
}

struct seen {
    size_t fired[MOST_ROWS], silent[MOST_ROWS], rule_fired[MOST_ROWS], rule_silent[MOST_ROWS];
};

static void look(struct rv_report *report, const struct rv_table *rules, struct seen *seen)
{
    struct rv_reading reading;
    struct rv_error err = {0};
    cr_assert_eq(rv_reading_open(&reading, report, &err), RV_OK);
    rv_observe_nerves(&reading);
    rv_needle_judge(&reading);
    rv_predicates_ask(&reading);
    cr_assert_eq(rv_reading_check(&reading, &err), RV_OK, "%s", err.text);
    for (size_t i = 0; i < reading.predicate_count; i++)
        for (int side = RV_RIGHT; side <= RV_LEFT; side++) {
            bool yes = reading.predicates[i].on[side].truth == RV_TRUE;
            *(yes ? &seen->fired[i] : &seen->silent[i]) += 1;
        }
    for (size_t row = 0; row < rules->row_count; row++) {
        bool yes = false;
        for (size_t i = 0; i < report->interpretation.pattern_count; i++) {
            const struct rv_pattern *pattern = &report->interpretation.patterns[i];
            for (size_t j = 0; j < pattern->rule_count; j++)
                yes |= rv_text_equal(pattern->rules[j], cell(rules, row, "id"));
        }
        *(yes ? &seen->rule_fired[row] : &seen->rule_silent[row]) += 1;
    }
}

Test(tables, every_rule_and_predicate_fires_somewhere_and_is_silent_elsewhere)
{
    static struct seen seen;
    static const char *names[MOST_ROWS];
    struct rv_arena *arena = rv_arena_new();
    struct rv_table rules, predicates;
    read_table(arena, "rules.tsv", &rules);
    read_table(arena, "predicates.tsv", &predicates);
    cr_assert_lt(predicates.row_count, (size_t)MOST_ROWS);
    size_t count = list_studies(arena, names, MOST_ROWS);
    for (size_t i = 0; i < count; i++) {
        struct on_disk disk;
        on_disk_open(names[i], &disk);
        look(disk.report, &rules, &seen);
        on_disk_close(&disk);
    }
    static const double trains[][2] = {{18, 5}, {15, 70}, {3, 130}};
    for (size_t i = 0; i < 3; i++) {
        static struct bench bench;
        junction(&bench, trains[i][0], trains[i][1]);
        bench_interpret(&bench);
        look(&bench.report, &rules, &seen);
        bench_close(&bench);
    }
    for (size_t row = 0; row < predicates.row_count; row++) {
        cr_expect_gt(seen.fired[row], 0, "predicate %s never fires", cell(&predicates, row, "id"));
        cr_expect_gt(seen.silent[row], 0, "predicate %s always fires",
                     cell(&predicates, row, "id"));
    }
    for (size_t row = 0; row < rules.row_count; row++) {
        cr_expect_gt(seen.rule_fired[row], 0, "rule %s never fires", cell(&rules, row, "id"));
        cr_expect_gt(seen.rule_silent[row], 0, "rule %s always fires", cell(&rules, row, "id"));
    }
    rv_arena_free(arena);
}

static void show_muscles(struct bench *bench, const struct rv_reading *reading, const char *list,
                         const char *region)
{
    for (size_t i = 0; i < reading->fact_count; i++) {
        const struct rv_muscle_facts *facts = &reading->facts[i];
        double most = 0;
        for (size_t root = 0; root < RV_ROOT_COUNT; root++)
            most = fmax(most, facts->weight[root]);
        if (most > 0 && rv_text_equal(facts->region, region))
            bench_muscle(bench, facts->name, RV_RIGHT,
                         rv_territory_holds_muscle(list, facts) ? 2 : 0);
    }
}

static void show_snaps(struct bench *bench, const struct rv_table *snaps, const char *list,
                       bool arm)
{
    for (size_t row = 0; row < snaps->row_count; row++) {
        struct rv_nerve_item item = {.nerve = cell(snaps, row, "nerve"),
                                     .record = cell(snaps, row, "record")};
        if (rv_text_equal(cell(snaps, row, "plexus"), "brachial") != arm)
            continue;
        size_t index = bench_response(bench, RV_SENSORY, item.nerve, RV_RIGHT, item.record, NULL);
        if (rv_territory_holds_nerve(list, &item))
            bench_absent(bench, index);
        else
            bench_value(bench, index, RV_AMPLITUDE, 20, 5, NAN);
    }
}

/* All muscles and sensory potentials of a territory lost, all others of the limb normal: the row
 * itself explains it best, and with nothing left over. */
Test(tables, every_lesion_is_found_when_its_whole_territory_is_lost)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_table lesions, snaps;
    read_table(arena, "lesions.tsv", &lesions);
    read_table(arena, "snaps.tsv", &snaps);
    for (size_t row = 0; row < lesions.row_count; row++) {
        static struct bench bench;
        struct rv_reading reading;
        struct rv_fit fit = {0};
        const char *region = cell(&lesions, row, "region");
        bench_open(&bench);
        bench.study.patient.age_years = 30;
        cr_assert_eq(rv_reading_open(&reading, &bench.report, NULL), RV_OK);
        if (!rv_text_equal(cell(&lesions, row, "sensory_only"), "yes"))
            show_muscles(&bench, &reading, cell(&lesions, row, "muscles"), region);
        show_snaps(&bench, &snaps, cell(&lesions, row, "snaps"), rv_text_equal(region, "arm"));
        cr_assert_eq(rv_reading_open(&reading, &bench.report, NULL), RV_OK);
        rv_observe_nerves(&reading);
        rv_needle_judge(&reading);
        struct rv_limb limb = {RV_RIGHT, region};
        size_t best = rv_lesion_best(&reading, &limb, &fit);
        cr_assert_neq(best, SIZE_MAX, "%s", cell(&lesions, row, "id"));
        cr_expect_str_eq(cell(&lesions, best, "id"), cell(&lesions, row, "id"));
        bench_close(&bench);
    }
    rv_arena_free(arena);
}

Test(tables, every_rule_is_explained_in_the_documentation)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_table rules;
    struct rv_error err = {0};
    char *text, mark[64];
    size_t length;
    read_table(arena, "rules.tsv", &rules);
    cr_assert_eq(
        rv_file_read(arena, TEST_SOURCE_ROOT "/docs/clinical.md", 1 << 20, &text, &length, &err),
        RV_OK, "%s", err.text);
    for (size_t row = 0; row < rules.row_count; row++) {
        snprintf(mark, sizeof mark, "| %s |", cell(&rules, row, "id"));
        cr_expect_not_null(strstr(text, mark), "%s", mark);
    }
    rv_arena_free(arena);
}
