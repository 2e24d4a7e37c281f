/* SPDX-License-Identifier: GPL-3.0-or-later
 * Out of the database: rows of one table, one row a response (wide), or JSON of it all. Always in
 * the order of the paths, whatever order the workers finished in.
 */
#include "batch/batch.h"
#include "batch/export_bids.h"
#include "batch/sink.h"
#include "batch/store.h"

#include <ranvier/ranvier.h>

#include <stdlib.h>
#include <string.h>

/* The columns of schema_wide that are pivoted: ordinal, value, se, unit, verdict. */
enum { WIDE_TAIL = 5, WIDE_MOST = 24 };

struct wide {
    struct sink sink;
    bool begun;
    size_t head_count;
    char *response; /* study and response of the row being gathered */
    struct cell heads[WIDE_MOST];
    char *head_texts[WIDE_MOST];
    double values[RV_PARAMETER_COUNT], errors[RV_PARAMETER_COUNT];
    char verdicts[RV_PARAMETER_COUNT][16];
    bool there[RV_PARAMETER_COUNT][3];
    bool failed;
};

static enum rv_status fail(struct rv_error *err, enum rv_status status, const char *subject,
                           const char *problem)
{
    snprintf(err->text, sizeof err->text, "%.300s: %s", subject, problem);
    return err->status = status;
}

/* --- long --------------------------------------------------------------------------------------
 */

struct plain {
    struct sink *sink;
    bool begun;
};

static void write_names(struct sink *sink, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(sink->file, "%s%c", names[i], i + 1 < count ? sink->separator : '\n');
}

static bool take_plain(void *to, const struct row *row, const char *const *names)
{
    struct plain *plain = to;
    if (!plain->begun)
        write_names(plain->sink, names, row->count);
    plain->begun = true;
    for (size_t i = 0; i < row->count; i++) {
        sink_cell(plain->sink, &row->cells[i]);
        fputc(i + 1 < row->count ? plain->sink->separator : '\n', plain->sink->file);
    }
    return ferror(plain->sink->file) == 0;
}

/* --- wide --------------------------------------------------------------------------------------
 */

static void clear_values(struct wide *wide)
{
    memset(wide->there, 0, sizeof wide->there);
    for (size_t i = 0; i < WIDE_MOST; i++) {
        free(wide->head_texts[i]);
        wide->head_texts[i] = NULL;
    }
}

static void write_wide_names(struct wide *wide, const char *const *names)
{
    FILE *file = wide->sink.file;
    char separator = wide->sink.separator;
    for (size_t i = 0; i < wide->head_count; i++)
        fprintf(file, "%s%c", names[i], separator);
    for (int p = 0; p < RV_PARAMETER_COUNT; p++) {
        const char *name = rv_parameter_facts((enum rv_parameter)p)->name;
        fprintf(file, "%s%c%s_se%c%s_verdict%c", name, separator, name, separator, name,
                p + 1 < RV_PARAMETER_COUNT ? separator : '\n');
    }
}

static void flush_wide(struct wide *wide)
{
    for (size_t i = 0; i < wide->head_count; i++) {
        sink_cell(&wide->sink, &wide->heads[i]);
        fputc(wide->sink.separator, wide->sink.file);
    }
    for (int p = 0; p < RV_PARAMETER_COUNT; p++) {
        const struct cell cells[] = {
            {.type = wide->there[p][0] ? CELL_REAL : CELL_NOTHING, .real = wide->values[p]},
            {.type = wide->there[p][1] ? CELL_REAL : CELL_NOTHING, .real = wide->errors[p]},
            {.type = wide->there[p][2] ? CELL_TEXT : CELL_NOTHING, .text = wide->verdicts[p]},
        };
        for (size_t i = 0; i < 3; i++) {
            sink_cell(&wide->sink, &cells[i]);
            fputc(i == 2 && p + 1 == RV_PARAMETER_COUNT ? '\n' : wide->sink.separator,
                  wide->sink.file);
        }
    }
    clear_values(wide);
}

static bool same_text(const struct cell *a, const struct cell *b)
{
    return a->type == CELL_TEXT && b->type == CELL_TEXT && strcmp(a->text, b->text) == 0;
}

/* Column 0 is the study, column 6 the response. */
static bool is_new_response(const struct wide *wide, const struct row *row)
{
    return !same_text(&wide->heads[0], &row->cells[0]) ||
           !same_text(&wide->heads[6], &row->cells[6]);
}

static void begin_wide(struct wide *wide, const struct row *row)
{
    for (size_t i = 0; i < wide->head_count; i++) {
        wide->heads[i] = row->cells[i];
        if (row->cells[i].type != CELL_TEXT)
            continue;
        wide->heads[i].text = wide->head_texts[i] = strdup(row->cells[i].text);
        if (wide->head_texts[i] == NULL) {
            wide->failed = true;
            wide->heads[i].type = CELL_NOTHING;
        }
    }
}

static bool take_wide(void *to, const struct row *row, const char *const *names)
{
    struct wide *wide = to;
    const struct cell *tail = row->cells + row->count - WIDE_TAIL;
    if (!wide->begun) {
        wide->head_count = row->count - WIDE_TAIL;
        write_wide_names(wide, names);
        begin_wide(wide, row);
    } else if (is_new_response(wide, row)) {
        flush_wide(wide);
        begin_wide(wide, row);
    }
    wide->begun = true;
    if (tail[0].type == CELL_INTEGER && tail[0].integer >= 0 &&
        tail[0].integer < RV_PARAMETER_COUNT) {
        size_t p = (size_t)tail[0].integer;
        wide->there[p][0] = tail[1].type == CELL_REAL;
        wide->there[p][1] = tail[2].type == CELL_REAL;
        wide->there[p][2] = tail[4].type == CELL_TEXT;
        wide->values[p] = tail[1].real;
        wide->errors[p] = tail[2].real;
        snprintf(wide->verdicts[p], sizeof wide->verdicts[p], "%s",
                 tail[4].type == CELL_TEXT ? tail[4].text : "");
    }
    return !wide->failed && ferror(wide->sink.file) == 0;
}

static enum rv_status export_wide(struct store *store, struct sink *sink, const char *settings,
                                  struct rv_error *err)
{
    struct wide *wide = calloc(1, sizeof *wide);
    if (wide == NULL)
        return fail(err, RV_NO_MEMORY, "export", "out of memory");
    wide->sink = *sink;
    struct store_query query = {.sql = schema_wide, .text = settings};
    enum rv_status status = store_select(store, &query, take_wide, wide, err);
    if (status == RV_OK && wide->failed)
        status = fail(err, RV_NO_MEMORY, "export", "out of memory");
    if (status == RV_OK && wide->begun)
        flush_wide(wide);
    clear_values(wide);
    free(wide);
    return status;
}

/* --- JSON --------------------------------------------------------------------------------------
 */

struct json {
    struct sink *sink;
    struct store *store;
    size_t rows;
    struct rv_error *err;
    enum rv_status status;
};

static void write_object(struct json *json, const struct row *row, const char *const *names)
{
    for (size_t i = 0; i < row->count; i++) {
        fprintf(json->sink->file, "%s\"%s\": ", i > 0 ? ", " : "", names[i]);
        sink_json(json->sink, &row->cells[i]);
    }
}

static bool take_part(void *to, const struct row *row, const char *const *names)
{
    struct json *json = to;
    fputs(json->rows++ > 0 ? ",\n    {" : "\n    {", json->sink->file);
    write_object(json, row, names);
    fputc('}', json->sink->file);
    return ferror(json->sink->file) == 0;
}

static enum rv_status write_part(struct json *json, enum table table, int64_t study)
{
    struct store_query query = {.sql = tables[table].rows, .number = study};
    fprintf(json->sink->file, ",\n   \"%s\": [", tables[table].name);
    json->rows = 0;
    enum rv_status status = store_select(json->store, &query, take_part, json, json->err);
    fputc(']', json->sink->file);
    return status;
}

/* A row of schema_list: the number of a study. */
static bool take_study(void *to, const struct row *row, const char *const *names)
{
    struct json *all = to, own = *all;
    struct store_query query = {.sql = tables[TABLE_STUDIES].rows, .number = row->cells[0].integer};
    (void)names;
    fputs(all->rows++ > 0 ? "},\n  {" : "\n  {", all->sink->file);
    own.rows = 0;
    fputs("\"study\": [", all->sink->file);
    all->status = store_select(all->store, &query, take_part, &own, all->err);
    fputc(']', all->sink->file);
    for (int i = TABLE_RESPONSES; i < TABLE_COUNT && all->status == RV_OK; i++)
        if (tables[i].rows != NULL)
            all->status = write_part(&own, (enum table)i, row->cells[0].integer);
    return all->status == RV_OK && ferror(all->sink->file) == 0;
}

static enum rv_status export_json(struct store *store, struct sink *sink, const char *settings,
                                  struct rv_error *err)
{
    struct json json = {.sink = sink, .store = store, .err = err, .status = RV_OK};
    struct store_query studies = {.sql = schema_list, .text = settings};
    struct store_query failures = {.sql = tables[TABLE_FAILURES].whole, .text = settings};
    fprintf(sink->file,
            "{\"format\": \"ranvier-results\", \"version\": %d, \"settings_sha256\": \"%s\",\n"
            " \"studies\": [",
            SCHEMA_VERSION, settings);
    enum rv_status status = store_select(store, &studies, take_study, &json, err);
    if (status == RV_OK)
        status = json.status;
    fputs(json.rows > 0 ? "}],\n \"failures\": [" : "],\n \"failures\": [", sink->file);
    json.rows = 0;
    if (status == RV_OK)
        status = store_select(store, &failures, take_part, &json, err);
    fputs("]}\n", sink->file);
    return status;
}

/* --- all ---------------------------------------------------------------------------------------
 */

static const struct table_facts *find_table(const char *name)
{
    for (int i = 0; i < TABLE_COUNT; i++)
        if (strcmp(tables[i].name, name) == 0)
            return &tables[i];
    return NULL;
}

/* json and bids hold all tables. */
static enum rv_status check_format(const struct export_options *options, struct rv_error *err)
{
    static const char *const formats[] = {"tsv", "csv", "json", "bids"};
    enum { JSON = 2, BIDS };
    size_t i = 0;
    while (i < sizeof formats / sizeof *formats && strcmp(formats[i], options->format) != 0)
        i++;
    if (i == sizeof formats / sizeof *formats)
        return fail(err, RV_MISUSE, options->format, "--format is tsv, csv, json or bids");
    if (i == BIDS && (options->output == NULL || strcmp(options->output, "-") == 0))
        return fail(err, RV_MISUSE, "--format bids", "makes a folder: name it with --output DIR");
    if (i >= JSON && (options->wide || options->table != NULL))
        return fail(err, RV_MISUSE, i == JSON ? "--format json" : "--format bids",
                    "holds all tables: no --wide, no --table");
    return RV_OK;
}

static enum rv_status check_options(const struct export_options *options, struct rv_error *err)
{
    enum rv_status status = check_format(options, err);
    if (status != RV_OK)
        return status;
    if (options->wide && options->table != NULL)
        return fail(err, RV_MISUSE, "--wide", "is of the results: no --table with it");
    if (options->table != NULL && find_table(options->table) == NULL)
        return fail(err, RV_MISUSE, options->table,
                    "--table is results, studies, responses, marks, needle, findings, patterns, "
                    "notices or failures");
    return RV_OK;
}

static enum rv_status export_rows(struct store *store, struct sink *sink,
                                  const struct export_options *options, const char *settings,
                                  struct rv_error *err)
{
    struct plain plain = {.sink = sink};
    const struct table_facts *table =
        options->table != NULL ? find_table(options->table) : &tables[TABLE_RESULTS];
    struct store_query query = {.sql = table->whole, .text = settings};
    if (strcmp(options->format, "json") == 0)
        return export_json(store, sink, settings, err);
    if (options->wide)
        return export_wide(store, sink, settings, err);
    return store_select(store, &query, take_plain, &plain, err);
}

enum rv_status batch_export(const struct export_options *options, const char *database,
                            struct rv_error *err)
{
    char settings[65] = "";
    struct store *store = NULL;
    struct sink sink = {0};
    enum rv_status status = check_options(options, err);
    if (status == RV_OK)
        status = store_open(database, STORE_READ, 60, &store, err);
    if (status == RV_OK && options->settings_sha256 == NULL)
        status = store_find(store, "settings_sha256", settings, sizeof settings, err);
    else if (status == RV_OK)
        snprintf(settings, sizeof settings, "%s", options->settings_sha256);
    if (status == RV_OK && strcmp(options->format, "bids") == 0) {
        status = export_bids(store, options->output, settings, err);
        store_close(store);
        return status;
    }
    if (status == RV_OK)
        status = sink_file_open(&sink, options->output, options->force, err);
    if (status == RV_OK) {
        sink.separator = strcmp(options->format, "csv") == 0 ? ',' : '\t';
        status = export_rows(store, &sink, options, settings, err);
    }
    if (sink.file != NULL)
        status = sink_file_close(&sink, status, err);
    store_close(store);
    return status;
}
