/* SPDX-License-Identifier: GPL-3.0-or-later
 * The working state of one interpretation: tables, lists that grow, drafts of patterns.
 */
#include "interpret/reading.h"

#include "base/error.h"
#include "base/text.h"
#include "knowledge/knowledge.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char *const table_names[] = {
    "muscles.tsv", "snaps.tsv",         "thresholds.tsv", "predicates.tsv",
    "rules.tsv",   "lesions.tsv",       "roots.tsv",      "statements.tsv",
    "mup.tsv",     "demyelination.tsv", "answers.tsv",    "sites.tsv",
    "block.tsv",   "screens.tsv",       "levels.tsv",     NULL};

static const char *const roots[RV_ROOT_COUNT] = {"C4", "C5", "C6", "C7", "C8", "T1",
                                                 "L2", "L3", "L4", "L5", "S1", "S2"};

const char *rv_root_name(size_t root)
{
    return root < RV_ROOT_COUNT ? roots[root] : NULL;
}

size_t rv_root_find(const char *name)
{
    size_t root = 0;
    while (root < RV_ROOT_COUNT && !rv_text_equal(roots[root], name))
        root++;
    return root;
}

const struct rv_table *rv_reading_table(struct rv_reading *reading, const char *name)
{
    for (size_t i = 0; i < reading->table_count; i++)
        if (strcmp(reading->tables[i].name, name) == 0)
            return &reading->tables[i].table;
    static const struct rv_table empty;
    reading->lacking = name;
    return &empty;
}

const char *rv_reading_cell(struct rv_reading *reading, const char *table, size_t row,
                            const char *column)
{
    const struct rv_table *found = rv_reading_table(reading, table);
    return rv_table_cell(found, row, rv_table_column(found, column));
}

double rv_reading_number(struct rv_reading *reading, const char *id)
{
    const struct rv_table *table = rv_reading_table(reading, "thresholds.tsv");
    size_t ids = rv_table_column(table, "id"), values = rv_table_column(table, "value");
    for (size_t row = 0; row < table->row_count; row++)
        if (rv_text_equal(rv_table_cell(table, row, ids), id)) {
            double number;
            const char *text = rv_table_cell(table, row, values);
            if (text != NULL && rv_number_text(text, &number, NULL))
                return number;
        }
    reading->lacking = id;
    return NAN;
}

const struct rv_muscle_facts *rv_reading_facts(const struct rv_reading *reading, const char *muscle)
{
    for (size_t i = 0; muscle != NULL && i < reading->fact_count; i++)
        if (strcmp(reading->facts[i].name, muscle) == 0 ||
            rv_list_has(reading->facts[i].aliases, muscle))
            return &reading->facts[i];
    return NULL;
}

static void read_facts(const struct rv_table *table, size_t row, struct rv_muscle_facts *facts)
{
    const struct {
        const char *column;
        const char **into;
    } texts[] = {{"name", &facts->name},
                 {"aliases", &facts->aliases},
                 {"nerve", &facts->nerve},
                 {"branch", &facts->branch},
                 {"plexus", &facts->plexus},
                 {"trunk", &facts->trunk},
                 {"cord", &facts->cord},
                 {"region", &facts->region},
                 {"segment", &facts->segment},
                 {"special", &facts->special},
                 {"paraspinal", &facts->paraspinal},
                 {"position", &facts->position}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i].into = rv_table_cell(table, row, rv_table_column(table, texts[i].column));
    for (size_t root = 0; root < RV_ROOT_COUNT; root++) {
        const char *cell = rv_table_cell(table, row, rv_table_column(table, roots[root]));
        if (cell == NULL || !rv_number_text(cell, &facts->weight[root], NULL))
            facts->weight[root] = 0;
    }
    facts->distal = rv_text_equal(facts->position, "distal");
}

static enum rv_status read_tables(struct rv_reading *reading, struct rv_error *err)
{
    for (size_t i = 0; table_names[i] != NULL; i++) {
        size_t length = 0;
        const char *bytes = rv_knowledge_bytes(table_names[i], &length);
        if (bytes == NULL)
            return rv_fail(err, RV_INTERNAL, "the table %s is not embedded", table_names[i]);
        struct rv_named_table *named = &reading->tables[reading->table_count++];
        named->name = table_names[i];
        enum rv_status status = rv_table_parse(reading->arena, bytes, length, &named->table, err);
        if (status != RV_OK)
            return rv_fail_in(err, status, "%s", table_names[i]);
    }
    return RV_OK;
}

enum rv_status rv_reading_open(struct rv_reading *reading, struct rv_report *report,
                               struct rv_error *err)
{
    *reading = (struct rv_reading){.report = report,
                                   .study = report->study,
                                   .measurements = report->measurements,
                                   .measurement_count = report->measurement_count,
                                   .arena = report->arena,
                                   .days_since_onset = NAN};
    enum rv_status status = read_tables(reading, err);
    if (status != RV_OK)
        return status;
    const struct rv_table *table = rv_reading_table(reading, "muscles.tsv");
    reading->facts = rv_arena_alloc(reading->arena, table->row_count, sizeof *reading->facts);
    if (reading->facts == NULL)
        return rv_fail_memory(err);
    reading->fact_count = table->row_count;
    for (size_t row = 0; row < table->row_count; row++)
        read_facts(table, row, &reading->facts[row]);
    return RV_OK;
}

enum rv_status rv_reading_check(const struct rv_reading *reading, struct rv_error *err)
{
    if (reading->failed)
        return rv_fail_memory(err);
    if (reading->lacking != NULL)
        return rv_fail(err, RV_INTERNAL, "the knowledge tables lack %s", reading->lacking);
    return RV_OK;
}

void *rv_reading_grow(struct rv_reading *reading, void *items, size_t count, size_t *capacity,
                      size_t size)
{
    if (count < *capacity)
        return items;
    size_t wanted = *capacity < 8 ? 8 : *capacity * 2;
    char *grown = rv_arena_alloc(reading->arena, wanted, size);
    if (grown == NULL) {
        reading->failed = true;
        return NULL;
    }
    if (count > 0)
        memcpy(grown, items, count * size);
    *capacity = wanted;
    return grown;
}

const char *rv_reading_format(struct rv_reading *reading, const char *format, ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *copy = rv_arena_text(reading->arena, text);
    if (copy == NULL)
        reading->failed = true;
    return copy != NULL ? copy : "";
}

void rv_strings_add(struct rv_reading *reading, struct rv_strings *strings, const char *text)
{
    if (text == NULL || *text == '\0')
        return;
    const char **grown = rv_reading_grow(reading, strings->items, strings->count,
                                         &strings->capacity, sizeof *strings->items);
    if (grown == NULL)
        return;
    strings->items = grown;
    strings->items[strings->count++] = text;
}

bool rv_strings_have(const struct rv_strings *strings, const char *text)
{
    for (size_t i = 0; i < strings->count; i++)
        if (strcmp(strings->items[i], text) == 0)
            return true;
    return false;
}

void rv_strings_add_once(struct rv_reading *reading, struct rv_strings *strings, const char *text)
{
    if (text != NULL && !rv_strings_have(strings, text))
        rv_strings_add(reading, strings, text);
}

const char *rv_list_next(const char *list, const char **word, size_t *length)
{
    if (list == NULL || *list == '\0')
        return NULL;
    *word = list;
    *length = strcspn(list, "|");
    return list + *length + (list[*length] == '|');
}

bool rv_list_has(const char *list, const char *word)
{
    const char *at;
    size_t length;
    for (const char *rest = list;
         word != NULL && (rest = rv_list_next(rest, &at, &length)) != NULL;)
        if (strlen(word) == length && memcmp(at, word, length) == 0)
            return true;
    return false;
}

const char *rv_reading_citations(struct rv_reading *reading, const char *sources)
{
    struct rv_text text = {0};
    const char *word;
    size_t length;
    for (const char *rest = sources; (rest = rv_list_next(rest, &word, &length)) != NULL;) {
        const char *id = rv_arena_text_n(reading->arena, word, length);
        const char *citation = id != NULL ? rv_citation(id) : NULL;
        rv_text_format(&text, "%s%s", text.length > 0 ? "; " : "",
                       citation != NULL ? citation
                       : id != NULL     ? id
                                        : "");
    }
    const char *copy = rv_reading_format(reading, "%s", text.bytes != NULL ? text.bytes : "");
    rv_text_finish(&text);
    return copy;
}

void rv_reading_finding(struct rv_reading *reading, const char *id, double p,
                        const struct rv_strings *evidence, const char *text)
{
    struct rv_finding *grown =
        rv_reading_grow(reading, reading->findings, reading->finding_count,
                        &reading->finding_capacity, sizeof *reading->findings);
    if (grown == NULL)
        return;
    reading->findings = grown;
    reading->findings[reading->finding_count++] = (struct rv_finding){
        .id = id,
        .text = text,
        .p = p,
        .evidence = evidence != NULL ? evidence->items : NULL,
        .evidence_count = evidence != NULL ? evidence->count : 0,
    };
}

struct rv_draft *rv_reading_draft(struct rv_reading *reading, const char *pattern,
                                  enum rv_side side, enum rv_pattern_grade grade)
{
    struct rv_draft *grown = rv_reading_grow(reading, reading->drafts, reading->draft_count,
                                             &reading->draft_capacity, sizeof *reading->drafts);
    if (grown == NULL)
        return NULL;
    reading->drafts = grown;
    struct rv_draft *draft = &reading->drafts[reading->draft_count++];
    *draft = (struct rv_draft){
        .pattern = {.pattern = pattern, .side = side, .grade = grade},
    };
    return draft;
}

struct rv_draft *rv_reading_find_draft(struct rv_reading *reading, const char *pattern,
                                       enum rv_side side)
{
    for (size_t i = 0; i < reading->draft_count; i++) {
        const struct rv_pattern *made = &reading->drafts[i].pattern;
        if (strcmp(made->pattern, pattern) == 0 && (made->side == side || side == RV_SIDE_UNKNOWN))
            return &reading->drafts[i];
    }
    return NULL;
}
