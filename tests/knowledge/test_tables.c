/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every row of every embedded table: it parses, it has a source, its words are known.
 */
#include "base/table.h"
#include "base/text.h"
#include "knowledge/knowledge.h"
#include "knowledge/late_windows.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

static struct rv_arena *arena;

static void start(void)
{
    arena = rv_arena_new();
}

static void finish(void)
{
    rv_arena_free(arena);
}

TestSuite(tables, .init = start, .fini = finish);

static struct rv_table table_of(const char *name)
{
    struct rv_table table = {0};
    struct rv_error err = {0};
    size_t length = 0;
    const char *bytes = rv_knowledge_bytes(name, &length);
    cr_assert(bytes != NULL, "%s", name);
    cr_assert(rv_table_parse(arena, bytes, length, &table, &err) == RV_OK, "%s: %s", name,
              err.text);
    return table;
}

static const char *cell(const struct rv_table *table, size_t row, const char *column)
{
    return rv_table_cell(table, row, rv_table_column(table, column));
}

/* Is `item` one of the words of `list`, which are parted by '|'? NULL is never. */
static bool listed(const char *item, const char *list)
{
    size_t length = item != NULL ? strlen(item) : 0;
    for (const char *at = list; length > 0 && at != NULL;) {
        size_t span = strcspn(at, "|");
        if (span == length && memcmp(at, item, length) == 0)
            return true;
        at = at[span] == '|' ? at + span + 1 : NULL;
    }
    return false;
}

/* Each word of `list` is one of `known`; a missing list is fine. */
static bool all_listed(const char *list, const char *known)
{
    char item[64];
    for (const char *at = list; at != NULL;) {
        size_t span = strcspn(at, "|");
        if (span >= sizeof item)
            return false;
        memcpy(item, at, span);
        item[span] = '\0';
        if (!listed(item, known))
            return false;
        at = at[span] == '|' ? at + span + 1 : NULL;
    }
    return true;
}

Test(tables, every_table_parses_and_ids_are_unique)
{
    for (size_t i = 0; rv_knowledge_name(i) != NULL; i++) {
        struct rv_table table = table_of(rv_knowledge_name(i));
        cr_assert(table.row_count > 0, "%s", rv_knowledge_name(i));
    }
    struct rv_table sources = table_of("sources.tsv");
    for (size_t row = 0; row < sources.row_count; row++) {
        cr_assert(listed(cell(&sources, row, "tag"), "C|S|M|D|P"), "line %zu", sources.lines[row]);
        cr_assert(cell(&sources, row, "citation") != NULL, "line %zu", sources.lines[row]);
        for (size_t other = 0; other < row; other++)
            cr_assert(!rv_text_equal(cell(&sources, row, "id"), cell(&sources, other, "id")), "%s",
                      cell(&sources, row, "id"));
    }
}

Test(tables, every_source_is_in_the_register)
{
    for (size_t i = 0; rv_knowledge_name(i) != NULL; i++) {
        struct rv_table table = table_of(rv_knowledge_name(i));
        size_t column = rv_table_column(&table, "source");
        for (size_t row = 0; column != SIZE_MAX && row < table.row_count; row++) {
            const char *at = rv_table_cell(&table, row, column);
            cr_assert(at != NULL, "%s line %zu has no source", rv_knowledge_name(i),
                      table.lines[row]);
            bool tagged = rv_table_column(&table, "tag") == SIZE_MAX ||
                          listed(cell(&table, row, "tag"), "C|S|M|D|P");
            cr_assert(tagged, "%s line %zu", rv_knowledge_name(i), table.lines[row]);
            while (at != NULL) {
                char id[64] = "";
                size_t span = strcspn(at, "|");
                cr_assert(span < sizeof id);
                memcpy(id, at, span);
                cr_assert(rv_citation(id) != NULL, "%s line %zu: %s", rv_knowledge_name(i),
                          table.lines[row], id);
                at = at[span] == '|' ? at + span + 1 : NULL;
            }
        }
    }
}

Test(tables, nerves_have_known_regions_and_kinds)
{
    struct rv_table table = table_of("nerves.tsv");
    for (size_t row = 0; row < table.row_count; row++) {
        const char *name = cell(&table, row, "name");
        cr_assert(listed(cell(&table, row, "region"), "arm|leg|face|trunk"), "%s", name);
        cr_assert(all_listed(cell(&table, row, "kinds"),
                             "motor|sensory|mixed|f_wave|h_reflex|blink|repetitive"),
                  "%s", name);
        cr_assert(cell(&table, row, "display") != NULL, "%s", name);
    }
}

Test(tables, muscles_have_weights_from_0_to_3_and_known_nerves)
{
    static const char *const roots[] = {"C4", "C5", "C6", "C7", "C8", "T1",
                                        "L2", "L3", "L4", "L5", "S1", "S2"};
    struct rv_table table = table_of("muscles.tsv");
    for (size_t row = 0; row < table.row_count; row++) {
        const char *name = cell(&table, row, "name");
        const char *nerve = cell(&table, row, "nerve");
        cr_assert(nerve == NULL || rv_text_equal(rv_word_nerve(nerve), nerve), "%s", name);
        cr_assert(listed(cell(&table, row, "plexus"), "brachial|lumbar|sacral|none"), "%s", name);
        cr_assert(all_listed(cell(&table, row, "trunk"), "root|upper|middle|lower|none"), "%s",
                  name);
        cr_assert(all_listed(cell(&table, row, "cord"), "lateral|posterior|medial"), "%s", name);
        cr_assert(listed(cell(&table, row, "segment"),
                         "shoulder|arm|forearm|hand|hip|thigh|leg|foot|trunk|head"),
                  "%s", name);
        cr_assert(listed(cell(&table, row, "position"), "proximal|distal"), "%s", name);
        for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
            cr_assert(listed(cell(&table, row, roots[i]), "0|1|2|3"), "%s %s", name, roots[i]);
    }
}

/* Weights read off the myotome table of the specification, one row of each kind. */
Test(tables, myotome_weights_are_those_of_the_specification)
{
    static const struct {
        const char *muscle, *weights; /* C4 C5 C6 C7 C8 T1 L2 L3 L4 L5 S1 S2 */
    } expected[] = {
        {"rhomboid major", "130000000000"},
        {"biceps", "033000000000"},
        {"pronator teres", "003300000000"},
        {"triceps", "001320000000"},
        {"EIP", "000230000000"},
        {"APB", "000023000000"},
        {"FDI", "000033000000"},
        {"FPL", "000132000000"},
        {"pectoralis major sternal", "001332000000"},
        {"iliopsoas", "000000331000"},
        {"vastus medialis", "000000233000"},
        {"tibialis anterior", "000000002300"},
        {"tibialis posterior", "000000001310"},
        {"gluteus medius", "000000001320"},
        {"biceps femoris short head", "000000000231"},
        {"gastrocnemius medial", "000000000132"},
        {"soleus", "000000000033"},
        {"ADQP", "000000000023"},
        {"anal sphincter", "000000000002"},
        {"cervical paraspinals", "000000000000"},
    };
    static const char *const roots[] = {"C4", "C5", "C6", "C7", "C8", "T1",
                                        "L2", "L3", "L4", "L5", "S1", "S2"};
    struct rv_table table = table_of("muscles.tsv");
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        for (size_t row = 0; row < table.row_count; row++)
            for (size_t j = 0; j < 12; j++)
                if (rv_text_equal(cell(&table, row, "name"), expected[i].muscle))
                    cr_assert_eq(*cell(&table, row, roots[j]), expected[i].weights[j], "%s %s",
                                 expected[i].muscle, roots[j]);
}

Test(tables, sensory_roots_name_known_nerves_and_sites)
{
    struct rv_table table = table_of("snaps.tsv");
    for (size_t row = 0; row < table.row_count; row++) {
        const char *nerve = cell(&table, row, "nerve"), *record = cell(&table, row, "record");
        cr_assert(rv_text_equal(rv_word_nerve(nerve), nerve), "line %zu", table.lines[row]);
        cr_assert(rv_text_equal(rv_word_record(record), record), "line %zu", table.lines[row]);
        cr_assert(cell(&table, row, "roots") != NULL);
        cr_assert(all_listed(cell(&table, row, "roots"), "C6|C7|C8|T1|L2|L3|L4|L5|S1|S2"));
    }
}

Test(tables, plausible_bands_are_numbers_in_order)
{
    struct rv_table table = table_of("plausible.tsv");
    for (size_t row = 0; row < table.row_count; row++) {
        double lower = NAN, upper = NAN;
        const char *quantity = cell(&table, row, "quantity");
        cr_assert(rv_plausible(quantity, &lower, &upper), "%s", quantity);
        cr_assert(!isnan(lower) || !isnan(upper), "%s", quantity);
        cr_assert(isnan(lower) || isnan(upper) || lower < upper, "%s", quantity);
    }
}

/* Each row is reached by a response it is for, and its window is one. */
Test(tables, late_windows_are_found_and_move_with_the_height)
{
    struct rv_table table = table_of("late_windows.tsv");
    for (size_t row = 0; row < table.row_count; row++) {
        double from, to;
        cr_assert(rv_number_text(cell(&table, row, "from_ms"), &from, NULL));
        cr_assert(rv_number_text(cell(&table, row, "to_ms"), &to, NULL));
        cr_assert(from < to, "line %zu", table.lines[row]);
        cr_assert(listed(cell(&table, row, "kind"), "f_wave|h_reflex|blink"));
        cr_assert(listed(cell(&table, row, "part"), "late|early"));
    }
    struct rv_response f = {.kind = RV_F_WAVE, .nerve = "tibial", .stimulate = "ankle"};
    bool found = false;
    double from[3] = {0}, to[3] = {0};
    const double height_cm[] = {160, 180, (double)NAN};
    for (size_t i = 0; i < 3; i++)
        cr_assert(rv_late_window(&f, RV_LATE_LATE, height_cm[i], &found, &from[i], &to[i], NULL) ==
                  RV_OK);
    /* 0.27 ms/cm over 20 cm; not known: 20 cm either way of 170 */
    cr_expect(found);
    cr_expect_float_eq(from[1] - from[0], 5.4, 1e-9);
    cr_expect(from[2] < from[0] && to[2] > to[1]);
    f.stimulate = "popliteal fossa"; /* a more exact row: the wave comes earlier */
    double knee_from, knee_to;
    cr_assert(rv_late_window(&f, RV_LATE_LATE, 160, &found, &knee_from, &knee_to, NULL) == RV_OK);
    cr_expect(knee_from < from[0]);
    f.nerve = "phrenic";
    cr_assert(rv_late_window(&f, RV_LATE_LATE, 160, &found, &knee_from, &knee_to, NULL) == RV_OK);
    cr_expect_not(found);
}
