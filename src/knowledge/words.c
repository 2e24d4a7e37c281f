/* SPDX-License-Identifier: GPL-3.0-or-later
 * Words of nerves, muscles and sites: every way of writing them, found by its normal form.
 */
#include "base/error.h"
#include "base/table.h"
#include "base/text.h"
#include "knowledge/knowledge.h"

#include <math.h>
#include <stdint.h>
#include <string.h>
#include <threads.h>

struct list {
    struct rv_word *words; /* sorted by normal form */
    const char **texts;    /* names and aliases as written, NULL at the end: for "did you mean" */
    size_t count;
    struct rv_table table;
};

static struct {
    struct rv_arena *arena; /* lives as long as the process */
    struct list lists[RV_WORD_LIST_COUNT];
    struct rv_table sources, plausible, snaps;
    enum rv_status status;
    struct rv_error err;
} words;

static once_flag words_once = ONCE_FLAG_INIT;

static const char *const list_files[RV_WORD_LIST_COUNT] = {"nerves.tsv", "sites.tsv",
                                                           "muscles.tsv"};

static const char *const region_names[] = {"", "arm", "leg", "face", "trunk"};

static const struct {
    const char *text;
    enum rv_side side;
} sides[] = {
    {"r", RV_RIGHT},        {"rt", RV_RIGHT},       {"right", RV_RIGHT},    {"rechts", RV_RIGHT},
    {"droite", RV_RIGHT},   {"droit", RV_RIGHT},    {"derecha", RV_RIGHT},  {"derecho", RV_RIGHT},
    {"l", RV_LEFT},         {"lt", RV_LEFT},        {"left", RV_LEFT},      {"links", RV_LEFT},
    {"gauche", RV_LEFT},    {"izquierda", RV_LEFT}, {"izquierdo", RV_LEFT}, {"both", RV_BOTH},
    {"bilateral", RV_BOTH},
};

static bool is_separator(char c)
{
    return c == ' ' || c == '\t' || c == '_' || c == '.' || c == ',' || c == '/' || c == '(' ||
           c == ')' || c == '-';
}

size_t rv_word_normal(const char *text, size_t length, char out[RV_WORD_LONGEST + 1])
{
    size_t written = 0;
    bool gap = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '\'')
            continue;
        if (is_separator(c)) {
            gap = written > 0;
            continue;
        }
        if (written + (gap ? 2 : 1) > RV_WORD_LONGEST)
            return 0;
        if (gap)
            out[written++] = ' ';
        gap = false;
        out[written++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out[written] = '\0';
    return written;
}

enum rv_side rv_word_side(const char *text)
{
    char normal[RV_WORD_LONGEST + 1];
    if (rv_word_normal(text, strlen(text), normal) > 0)
        for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
            if (strcmp(normal, sides[i].text) == 0)
                return sides[i].side;
    return RV_SIDE_UNKNOWN;
}

/* --- building ------------------------------------------------------------------------------ */

static enum rv_region region_of(const char *text)
{
    for (size_t i = 1; i < sizeof region_names / sizeof *region_names; i++)
        if (rv_text_equal(text, region_names[i]))
            return (enum rv_region)i;
    return RV_REGION_UNKNOWN;
}

static const char *cell(const struct rv_table *table, size_t row, const char *column)
{
    return rv_table_cell(table, row, rv_table_column(table, column));
}

static unsigned use_of(enum rv_word_list list, const char *text)
{
    if (list == RV_WORDS_MUSCLE)
        return RV_USE_RECORD;
    if (rv_text_equal(text, "both"))
        return RV_USE_RECORD | RV_USE_STIMULATE;
    return rv_text_equal(text, "record")      ? RV_USE_RECORD
           : rv_text_equal(text, "stimulate") ? RV_USE_STIMULATE
                                              : 0;
}

/* Adds one way of writing a row; `text` need not be terminated. */
static enum rv_status add_word(struct list *list, const struct rv_word *model, const char *text,
                               size_t length, struct rv_error *err)
{
    char normal[RV_WORD_LONGEST + 1];
    if (rv_word_normal(text, length, normal) == 0)
        return rv_fail(err, RV_INTERNAL, "%s: a way of writing it is empty or too long",
                       model->name);
    struct rv_word word = *model;
    word.normal = rv_arena_text(words.arena, normal);
    char *copy = rv_arena_text_n(words.arena, text, length);
    if (word.normal == NULL || copy == NULL)
        return rv_fail_memory(err);
    size_t at = list->count;
    while (at > 0 && strcmp(list->words[at - 1].normal, normal) > 0) {
        list->words[at] = list->words[at - 1];
        at--;
    }
    if (at > 0 && strcmp(list->words[at - 1].normal, normal) == 0)
        return rv_fail(err, RV_INTERNAL, "\"%s\" stands for %s and for %s", normal,
                       list->words[at - 1].name, model->name);
    list->words[at] = word;
    list->texts[list->count++] = copy;
    return RV_OK;
}

static enum rv_status add_row(enum rv_word_list which, struct list *list, size_t row,
                              struct rv_error *err)
{
    struct rv_word model = {.name = cell(&list->table, row, "name"),
                            .use = use_of(which, cell(&list->table, row, "use")),
                            .part = rv_text_equal(cell(&list->table, row, "part"), "yes"),
                            .region = region_of(cell(&list->table, row, "region"))};
    if (model.name == NULL || model.region == RV_REGION_UNKNOWN ||
        (which != RV_WORDS_NERVE && model.use == 0))
        return rv_fail(err, RV_INTERNAL, "line %zu lacks a name, a region or a use",
                       list->table.lines[row]);
    enum rv_status status = add_word(list, &model, model.name, strlen(model.name), err);
    const char *at = cell(&list->table, row, "aliases");
    while (status == RV_OK && at != NULL) {
        size_t length = strcspn(at, "|");
        status = add_word(list, &model, at, length, err);
        at = at[length] == '|' ? at + length + 1 : NULL;
    }
    return status;
}

static size_t count_words(const struct rv_table *table)
{
    size_t count = 0, column = rv_table_column(table, "aliases");
    for (size_t row = 0; row < table->row_count; row++) {
        const char *aliases = rv_table_cell(table, row, column);
        count += aliases != NULL ? 2 : 1;
        for (; aliases != NULL && *aliases != '\0'; aliases++)
            count += *aliases == '|' ? 1 : 0;
    }
    return count;
}

static enum rv_status parse(const char *name, struct rv_table *table, struct rv_error *err)
{
    size_t length = 0;
    const char *bytes = rv_knowledge_bytes(name, &length);
    if (bytes == NULL)
        return rv_fail(err, RV_INTERNAL, "%s is not there", name);
    enum rv_status status = rv_table_parse(words.arena, bytes, length, table, err);
    return status == RV_OK ? RV_OK : rv_fail_in(err, status, "%s", name);
}

static enum rv_status build_list(enum rv_word_list which, struct rv_error *err)
{
    struct list *list = &words.lists[which];
    enum rv_status status = parse(list_files[which], &list->table, err);
    if (status != RV_OK)
        return status;
    size_t count = count_words(&list->table);
    list->words = rv_arena_alloc(words.arena, count, sizeof *list->words);
    list->texts = rv_arena_alloc(words.arena, count + 1, sizeof *list->texts);
    if (list->words == NULL || list->texts == NULL)
        return rv_fail_memory(err);
    for (size_t row = 0; row < list->table.row_count && status == RV_OK; row++)
        status = add_row(which, list, row, err);
    return status == RV_OK ? RV_OK : rv_fail_in(err, status, "%s", list_files[which]);
}

static enum rv_status build(struct rv_error *err)
{
    words.arena = rv_arena_new();
    if (words.arena == NULL)
        return rv_fail_memory(err);
    enum rv_status status = parse("sources.tsv", &words.sources, err);
    if (status == RV_OK)
        status = parse("plausible.tsv", &words.plausible, err);
    if (status == RV_OK)
        status = parse("snaps.tsv", &words.snaps, err);
    for (size_t i = 0; i < RV_WORD_LIST_COUNT && status == RV_OK; i++)
        status = build_list((enum rv_word_list)i, err);
    return status;
}

static void build_once(void)
{
    words.status = build(&words.err);
    if (words.status != RV_OK)
        for (size_t i = 0; i < RV_WORD_LIST_COUNT; i++)
            words.lists[i] = (struct list){0};
}

enum rv_status rv_words_prepare(struct rv_error *err)
{
    call_once(&words_once, build_once);
    if (words.status != RV_OK && err != NULL)
        *err = words.err;
    return words.status;
}

/* --- finding ------------------------------------------------------------------------------- */

const struct rv_word *rv_word_find(enum rv_word_list list, const char *normal)
{
    rv_words_prepare(NULL);
    const struct list *in = &words.lists[list];
    size_t low = 0, high = in->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(in->words[middle].normal, normal);
        if (order == 0)
            return &in->words[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static const struct rv_word *find_text(enum rv_word_list list, const char *text)
{
    char normal[RV_WORD_LONGEST + 1];
    if (text == NULL || rv_word_normal(text, strlen(text), normal) == 0)
        return NULL;
    return rv_word_find(list, normal);
}

static const char *name_of(const struct rv_word *word)
{
    return word != NULL ? word->name : NULL;
}

const char *rv_word_nerve(const char *text)
{
    return name_of(find_text(RV_WORDS_NERVE, text));
}

const char *rv_word_muscle(const char *text)
{
    return name_of(find_text(RV_WORDS_MUSCLE, text));
}

const char *rv_word_record(const char *text)
{
    const struct rv_word *site = find_text(RV_WORDS_SITE, text);
    if (site != NULL && (site->use & RV_USE_RECORD) != 0)
        return site->name;
    return rv_word_muscle(text);
}

const char *rv_word_stimulate(const char *text)
{
    const struct rv_word *site = find_text(RV_WORDS_SITE, text);
    return site != NULL && (site->use & RV_USE_STIMULATE) != 0 ? site->name : NULL;
}

static const char *nearest(enum rv_word_list list, const char *text)
{
    if (text == NULL || rv_words_prepare(NULL) != RV_OK)
        return NULL;
    return name_of(find_text(list, rv_text_nearest(text, words.lists[list].texts)));
}

const char *rv_word_nearest_nerve(const char *text)
{
    return nearest(RV_WORDS_NERVE, text);
}

const char *rv_word_nearest_muscle(const char *text)
{
    return nearest(RV_WORDS_MUSCLE, text);
}

const char *rv_word_nearest_site(const char *text)
{
    const char *site = nearest(RV_WORDS_SITE, text);
    return site != NULL ? site : rv_word_nearest_muscle(text);
}

/* --- facts --------------------------------------------------------------------------------- */

/* The cell of the row whose `key` column is exactly `name`; NULL. */
static const char *fact(const struct rv_table *table, const char *key, const char *name,
                        const char *column)
{
    size_t names = rv_table_column(table, key);
    for (size_t row = 0; name != NULL && row < table->row_count; row++)
        if (rv_text_equal(rv_table_cell(table, row, names), name))
            return cell(table, row, column);
    return NULL;
}

static const char *word_fact(enum rv_word_list list, const char *name, const char *column)
{
    return rv_words_prepare(NULL) == RV_OK ? fact(&words.lists[list].table, "name", name, column)
                                           : NULL;
}

enum rv_region rv_nerve_region(const char *nerve)
{
    return region_of(word_fact(RV_WORDS_NERVE, nerve, "region"));
}

const char *rv_nerve_display(const char *nerve)
{
    return word_fact(RV_WORDS_NERVE, nerve, "display");
}

bool rv_nerve_has_kind(const char *nerve, enum rv_kind kind)
{
    const char *at = word_fact(RV_WORDS_NERVE, nerve, "kinds");
    const char *name = rv_kind_name(kind);
    while (at != NULL) {
        size_t length = strcspn(at, "|");
        if (length == strlen(name) && memcmp(at, name, length) == 0)
            return true;
        at = at[length] == '|' ? at + length + 1 : NULL;
    }
    return false;
}

enum rv_region rv_site_region(const char *site)
{
    const char *region = word_fact(RV_WORDS_SITE, site, "region");
    return region_of(region != NULL ? region : word_fact(RV_WORDS_MUSCLE, site, "region"));
}

int rv_site_order(const char *site)
{
    const char *text = word_fact(RV_WORDS_SITE, site, "order");
    long long order;
    return text != NULL && rv_integer_read(text, strlen(text), &order) ? (int)order : 0;
}

const char *rv_muscle_nerve(const char *muscle)
{
    return word_fact(RV_WORDS_MUSCLE, muscle, "nerve");
}

bool rv_snap_recorded_at(const char *nerve, const char *site)
{
    if (nerve == NULL || site == NULL || rv_words_prepare(NULL) != RV_OK)
        return false;
    for (size_t row = 0; row < words.snaps.row_count; row++)
        if (rv_text_equal(cell(&words.snaps, row, "nerve"), nerve) &&
            rv_text_equal(cell(&words.snaps, row, "record"), site))
            return true;
    return false;
}

const char *rv_citation(const char *source)
{
    return rv_words_prepare(NULL) == RV_OK ? fact(&words.sources, "id", source, "citation") : NULL;
}

bool rv_plausible(const char *quantity, double *lower, double *upper)
{
    if (rv_words_prepare(NULL) != RV_OK ||
        fact(&words.plausible, "quantity", quantity, "unit") == NULL)
        return false;
    if (!rv_number_text(fact(&words.plausible, "quantity", quantity, "lower"), lower, NULL))
        *lower = NAN;
    if (!rv_number_text(fact(&words.plausible, "quantity", quantity, "upper"), upper, NULL))
        *upper = NAN;
    return true;
}
