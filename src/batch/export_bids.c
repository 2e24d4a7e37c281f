/* SPDX-License-Identifier: GPL-3.0-or-later
 * Results as a BIDS derivatives dataset: for each study its tables under the labels of its path,
 * at the root the data dictionaries of all of them (BIDS: inheritance). Written beside its place
 * and renamed.
 */
#include "batch/export_bids.h"

#include "batch/dictionary.h"
#include "batch/place.h"
#include "batch/sink.h"

#include <ranvier/ranvier.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, FACTS = 6, DATE = 5 };

struct entry {
    int64_t number; /* of the study in the database */
    char *path;
    struct place place;
    struct cell person[FACTS]; /* patient_id age sex height weight date; texts are owned */
};

struct export
{
    struct store *store;
    const char *settings;
    char *folder; /* beside the place of the dataset, while it is written */
    struct entry *entries;
    size_t count, size;
    bool described[TABLE_COUNT]; /* has its data dictionary */
    enum rv_status status;
    struct rv_error *err;
};

/* A table of one study, or of none. */
struct table_file {
    struct export *export;
    const struct entry *entry;
    enum table table;
    struct sink sink;
};

static bool fail(struct export *export, enum rv_status status, const char *subject,
                 const char *problem)
{
    if (export->status == RV_OK) {
        snprintf(export->err->text, sizeof export->err->text, "%.500s: %s", subject, problem);
        export->status = export->err->status = status;
    }
    return false;
}

static bool no_memory(struct export *export)
{
    return fail(export, RV_NO_MEMORY, "export", "out of memory");
}

/* --- files --------------------------------------------------------------------------------- */

static FILE *create(struct export *export, const char *name)
{
    char path[PATH_SIZE];
    int length = snprintf(path, sizeof path, "%s/%s", export->folder, name);
    int file = -1;
    if (length > 0 && (size_t)length < sizeof path)
        file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    else
        errno = ENAMETOOLONG;
    FILE *stream = file >= 0 ? fdopen(file, "w") : NULL;
    if (stream == NULL)
        fail(export, errno == EEXIST ? RV_DATA : RV_NO_OUTPUT, name,
             errno == EEXIST ? "two studies have these labels" : strerror(errno));
    return stream;
}

static bool finish(struct export *export, FILE *file, const char *name)
{
    bool good = fflush(file) == 0 && !ferror(file);
    good = fclose(file) == 0 && good;
    return good || fail(export, RV_IO, name, strerror(errno));
}

static bool make_folder(struct export *export, const char *name)
{
    char path[PATH_SIZE];
    int length = snprintf(path, sizeof path, "%s/%s", export->folder, name);
    if (length < 0 || (size_t)length >= sizeof path)
        return fail(export, RV_NO_OUTPUT, name, strerror(ENAMETOOLONG));
    return mkdir(path, 0777) == 0 || errno == EEXIST ||
           fail(export, RV_NO_OUTPUT, name, strerror(errno));
}

static bool write_text(struct export *export, const char *name, const char *text)
{
    FILE *file = create(export, name);
    if (file == NULL)
        return false;
    fputs(text, file);
    return finish(export, file, name);
}

/* --- tables -------------------------------------------------------------------------------- */

static const char *word_of(enum table table)
{
    return table == TABLE_STUDIES ? "study" : tables[table].name;
}

static bool describe(struct export *export, enum table table, const char *const *names,
                     size_t count)
{
    char name[128];
    if (export->described[table])
        return true;
    export->described[table] = true;
    snprintf(name, sizeof name, "desc-ranvier_%s.json", word_of(table));
    FILE *file = create(export, name);
    if (file == NULL)
        return false;
    const char *all[CELLS_MOST + 1] = {"study"};
    for (size_t i = 0; i < count; i++)
        all[i + 1] = names[i];
    size_t own = table == TABLE_FAILURES ? 1 : 0; /* of no study */
    dictionary_write(file, tables[table].name, all + own, count + 1 - own);
    return finish(export, file, name);
}

static bool begin_table(struct table_file *table, const char *const *names, size_t count)
{
    char name[PATH_SIZE];
    const struct place *place = &table->entry->place;
    bool session = place->session[0] != '\0';
    snprintf(name, sizeof name, "sub-%s%s%s/emg/sub-%s%s%s%.*s_desc-ranvier_%s.tsv", place->subject,
             session ? "/ses-" : "", place->session, place->subject, session ? "_ses-" : "",
             place->session, (int)place->rest_length, place->rest, word_of(table->table));
    table->sink = (struct sink){.file = create(table->export, name), .separator = '\t'};
    if (table->sink.file == NULL || !describe(table->export, table->table, names, count))
        return false;
    fputs("study", table->sink.file);
    for (size_t i = 0; i < count; i++)
        fprintf(table->sink.file, "\t%s", names[i]);
    fputc('\n', table->sink.file);
    return true;
}

static bool take_row(void *to, const struct row *row, const char *const *names)
{
    struct table_file *table = to;
    const struct cell study = {.type = CELL_TEXT, .text = table->entry->path};
    if (table->sink.file == NULL && !begin_table(table, names, row->count))
        return false;
    sink_cell(&table->sink, &study);
    for (size_t i = 0; i < row->count; i++) {
        fputc('\t', table->sink.file);
        sink_cell(&table->sink, &row->cells[i]);
    }
    fputc('\n', table->sink.file);
    return ferror(table->sink.file) == 0;
}

/* A table without a row makes no file. */
static bool write_table(struct export *export, const struct entry *entry, enum table which)
{
    struct table_file table = {.export = export, .entry = entry, .table = which};
    struct store_query query = {.sql = tables[which].rows, .number = entry->number};
    enum rv_status status = store_select(export->store, &query, take_row, &table, export->err);
    if (status != RV_OK && export->status == RV_OK)
        export->status = status;
    bool good = export->status == RV_OK;
    if (table.sink.file != NULL)
        good = finish(export, table.sink.file, word_of(which)) && good;
    return good;
}

static bool write_study(struct export *export, const struct entry *entry)
{
    char name[PATH_SIZE];
    const struct place *place = &entry->place;
    bool session = place->session[0] != '\0';
    snprintf(name, sizeof name, "sub-%s", place->subject);
    bool good = make_folder(export, name);
    if (good && session) {
        snprintf(name, sizeof name, "sub-%s/ses-%s", place->subject, place->session);
        good = make_folder(export, name);
    }
    snprintf(name, sizeof name, "sub-%s%s%s/emg", place->subject, session ? "/ses-" : "",
             place->session);
    good = good && make_folder(export, name);
    for (int i = 0; i < TABLE_COUNT && good; i++)
        if (tables[i].rows != NULL)
            good = write_table(export, entry, (enum table)i);
    return good;
}

/* --- the list of studies ------------------------------------------------------------------- */

static bool take_number(void *to, const struct row *row, const char *const *names)
{
    struct export *export = to;
    (void)names;
    if (export->count == export->size) {
        size_t size = 2 * export->size + 64;
        struct entry *grown = realloc(export->entries, size * sizeof *grown);
        if (grown == NULL)
            return no_memory(export);
        export->entries = grown;
        export->size = size;
    }
    export->entries[export->count++] = (struct entry){.number = row->cells[0].integer};
    return true;
}

static bool keep_cell(const struct cell *from, struct cell *to)
{
    *to = *from;
    if (from->type == CELL_TEXT)
        to->text = strdup(from->text);
    return to->type != CELL_TEXT || to->text != NULL;
}

/* Columns 0 and 3 to 8 of a study: path, patient_id, age, sex, height, weight, date. */
static bool take_facts(void *to, const struct row *row, const char *const *names)
{
    struct entry *entry = to;
    (void)names;
    entry->path = strdup(row->cells[0].type == CELL_TEXT ? row->cells[0].text : "");
    bool good = entry->path != NULL;
    for (size_t i = 0; i < FACTS; i++)
        good = keep_cell(&row->cells[3 + i], &entry->person[i]) && good;
    return good;
}

static bool same_root(const struct entry *a, const struct entry *b)
{
    return a->place.root_length == b->place.root_length &&
           strncmp(a->path, b->path, a->place.root_length) == 0;
}

/* Subjects of several datasets may have the same label and not be the same person. */
static void separate_roots(struct export *export)
{
    const struct entry *first = NULL;
    bool several = false;
    for (size_t i = 0; i < export->count; i++) {
        const struct entry *entry = &export->entries[i];
        if (!entry->place.bids)
            continue;
        several = several || (first != NULL && !same_root(first, entry));
        first = first != NULL ? first : entry;
    }
    for (size_t i = 0; several && i < export->count; i++)
        place_separate(export->entries[i].path, &export->entries[i].place);
}

static bool list_studies(struct export *export)
{
    struct store_query query = {.sql = schema_list, .text = export->settings};
    enum rv_status status = store_select(export->store, &query, take_number, export, export->err);
    for (size_t i = 0; i < export->count && status == RV_OK && export->status == RV_OK; i++) {
        struct entry *entry = &export->entries[i];
        struct store_query facts = {.sql = tables[TABLE_STUDIES].rows, .number = entry->number};
        status = store_select(export->store, &facts, take_facts, entry, export->err);
        if (entry->path == NULL)
            return no_memory(export);
        place_read(entry->path, &entry->place);
    }
    if (status != RV_OK && export->status == RV_OK)
        export->status = status;
    separate_roots(export);
    return export->status == RV_OK;
}

/* --- the root ------------------------------------------------------------------------------ */

static int by_subject(const void *a, const void *b)
{
    const struct entry *left = *(const struct entry *const *)a;
    const struct entry *right = *(const struct entry *const *)b;
    int order = strcmp(left->place.subject, right->place.subject);
    return order != 0 ? order : strcmp(left->path, right->path);
}

/* What the first study of a subject that knows it says. */
static void put_person(struct sink *sink, const struct entry *const *entries, size_t count)
{
    fprintf(sink->file, "sub-%s", entries[0]->place.subject);
    for (size_t k = 0; k < DATE; k++) {
        size_t column = (k + 1) % DATE; /* patient_id last */
        const struct cell *cell = &entries[0]->person[column];
        for (size_t i = 1; i < count && cell->type == CELL_NOTHING; i++)
            cell = &entries[i]->person[column];
        fputc('\t', sink->file);
        sink_cell(sink, cell);
    }
    fputc('\n', sink->file);
}

/* sub-LABEL_sessions.tsv: when, and which study it was. */
static bool write_sessions(struct export *export, const struct entry *const *entries, size_t count)
{
    char name[PATH_SIZE];
    const char *last = "";
    struct sink sink = {.separator = '\t'};
    const char *subject = entries[0]->place.subject;
    snprintf(name, sizeof name, "sub-%s/sub-%s_sessions.tsv", subject, subject);
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = entries[i];
        const struct cell *date = &entry->person[DATE];
        const struct cell study = {.type = CELL_TEXT, .text = entry->path};
        if (entry->place.session[0] == '\0' || strcmp(entry->place.session, last) == 0)
            continue;
        last = entry->place.session;
        if (sink.file == NULL && (sink.file = create(export, name)) == NULL)
            return false;
        if (ftell(sink.file) == 0)
            fputs("session_id\tacq_time\tstudy\n", sink.file);
        fprintf(sink.file, "ses-%s\t", last);
        sink_cell(&sink, date);
        fputs(date->type == CELL_TEXT ? "T00:00:00\t" : "\t", sink.file);
        sink_cell(&sink, &study);
        fputc('\n', sink.file);
    }
    if (sink.file == NULL)
        return true;
    bool good = finish(export, sink.file, name);
    memcpy(name + strlen(name) - strlen("tsv"), "json", sizeof "json");
    return good &&
           write_text(export, name,
                      "{\n  \"study\": {\"Description\": \"path of the study as it was given "
                      "to the batch\"}\n}\n");
}

static bool write_people(struct export *export, struct sink *sink, const struct entry *const *order)
{
    bool good = true;
    fputs("participant_id\tage\tsex\theight\tweight\tpatient_id\n", sink->file);
    for (size_t i = 0, next; i < export->count && good; i = next) {
        for (next = i + 1; next < export->count &&
                           strcmp(order[i]->place.subject, order[next]->place.subject) == 0;)
            next++;
        put_person(sink, order + i, next - i);
        good = write_sessions(export, order + i, next - i);
    }
    return good;
}

static bool write_participants(struct export *export)
{
    static const char dictionary[] =
        "{\n"
        "  \"age\": {\"Description\": \"age at the first examination\", \"Units\": \"year\"},\n"
        "  \"sex\": {\"Description\": \"sex\", \"Levels\": {\"female\": \"female\", \"male\": "
        "\"male\"}},\n"
        "  \"height\": {\"Description\": \"height\", \"Units\": \"cm\"},\n"
        "  \"weight\": {\"Description\": \"body mass\", \"Units\": \"kg\"},\n"
        "  \"patient_id\": {\"Description\": \"code of the patient in the study\"}\n"
        "}\n";
    const struct entry **order = malloc((export->count + 1) * sizeof *order);
    struct sink sink = {.separator = '\t'};
    if (order == NULL)
        return no_memory(export);
    for (size_t i = 0; i < export->count; i++)
        order[i] = &export->entries[i];
    if (export->count > 1)
        qsort(order, export->count, sizeof *order, by_subject);
    sink.file = create(export, "participants.tsv");
    bool good = sink.file != NULL && write_people(export, &sink, order);
    free(order);
    if (sink.file != NULL)
        good = finish(export, sink.file, "participants.tsv") && good;
    return good && write_text(export, "participants.json", dictionary);
}

/* "file:" and the path of a dataset, as RFC 3986 writes it. */
static void put_uri(FILE *file, const char *path, size_t length)
{
    static const char plain[] = "-._~/";
    fputs("file:", file);
    if (length == 0)
        fputc('.', file);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)path[i];
        bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (letter || (c != '\0' && strchr(plain, c) != NULL))
            fputc(c, file);
        else
            fprintf(file, "%%%02X", c);
    }
}

/* Paths are in order: the studies of one dataset follow one another. */
static void put_sources(struct export *export, FILE *file)
{
    const struct entry *last = NULL;
    for (size_t i = 0; i < export->count; i++) {
        const struct entry *entry = &export->entries[i];
        if (!entry->place.bids || (last != NULL && same_root(last, entry)))
            continue;
        fputs(last != NULL ? ", {\"URL\": \"" : ",\n  \"SourceDatasets\": [{\"URL\": \"", file);
        put_uri(file, entry->path, entry->place.root_length);
        fputs("\"}", file);
        last = entry;
    }
    if (last != NULL)
        fputc(']', file);
}

static bool write_description(struct export *export)
{
    static const char name[] = "dataset_description.json";
    FILE *file = create(export, name);
    if (file == NULL)
        return false;
    fprintf(file,
            "{\n  \"Name\": \"Nerve conduction results\",\n  \"BIDSVersion\": \"1.11.0\",\n"
            "  \"DatasetType\": \"derivative\",\n"
            "  \"GeneratedBy\": [{\"Name\": \"Ranvier\", \"Version\": \"%s\", \"Description\": "
            "\"Values with standard errors; settings %s\"}]",
            rv_version(), export->settings);
    put_sources(export, file);
    fputs("\n}\n", file);
    return finish(export, file, name);
}

static bool write_readme(struct export *export)
{
    static const char name[] = "README";
    FILE *file = create(export, name);
    if (file == NULL)
        return false;
    fprintf(file,
            "Nerve conduction results, written by ranvier %s.\n\n"
            "Each study has its tables in the folder emg of its subject or session:\n"
            "sub-LABEL[_ses-LABEL]_desc-ranvier_TABLE.tsv with TABLE one of study, responses,\n"
            "results, marks, needle, findings, patterns, notices. Their columns are described in\n"
            "desc-ranvier_TABLE.json at the root. The column study holds the path that the study\n"
            "was read from. Inputs that could not be measured are in desc-ranvier_failures.tsv.\n"
            "BIDS has no suffix for such tables yet: .bidsignore names them to its validator.\n\n"
            "%s\n",
            rv_version(), rv_disclaimer());
    return finish(export, file, name);
}

/* Inputs without a result: nothing of a batch goes unsaid. */
static bool take_failure(void *to, const struct row *row, const char *const *names)
{
    struct table_file *table = to;
    if (table->sink.file == NULL) {
        table->sink = (struct sink){.separator = '\t'};
        table->sink.file = create(table->export, "desc-ranvier_failures.tsv");
        if (table->sink.file == NULL || !describe(table->export, TABLE_FAILURES, names, row->count))
            return false;
        for (size_t i = 0; i < row->count; i++)
            fprintf(table->sink.file, "%s%c", names[i], i + 1 < row->count ? '\t' : '\n');
    }
    for (size_t i = 0; i < row->count; i++) {
        sink_cell(&table->sink, &row->cells[i]);
        fputc(i + 1 < row->count ? '\t' : '\n', table->sink.file);
    }
    return ferror(table->sink.file) == 0;
}

static bool write_failures(struct export *export)
{
    struct table_file table = {.export = export, .table = TABLE_FAILURES};
    struct store_query query = {.sql = tables[TABLE_FAILURES].whole, .text = export->settings};
    enum rv_status status = store_select(export->store, &query, take_failure, &table, export->err);
    if (status != RV_OK && export->status == RV_OK)
        export->status = status;
    bool good = export->status == RV_OK;
    if (table.sink.file != NULL)
        good = finish(export, table.sink.file, "desc-ranvier_failures.tsv") && good;
    return good;
}

static bool write_all(struct export *export)
{
    bool good = list_studies(export) && write_description(export) && write_readme(export) &&
                write_text(export, ".bidsignore", "*desc-ranvier_*\n") && write_failures(export);
    for (size_t i = 0; i < export->count && good; i++)
        good = write_study(export, &export->entries[i]);
    return good && write_participants(export);
}

/* --- whole or not at all ------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *place)
{
    (void)facts;
    (void)type;
    (void)place;
    return remove(path);
}

static bool begin(struct export *export, const char *output)
{
    struct stat facts;
    size_t length = strlen(output);
    while (length > 1 && output[length - 1] == '/')
        length--;
    if (lstat(output, &facts) == 0)
        return fail(export, RV_NO_OUTPUT, output, "exists; a dataset is written into a new folder");
    export->folder = malloc(length + sizeof ".XXXXXX");
    if (export->folder == NULL)
        return no_memory(export);
    snprintf(export->folder, length + sizeof ".XXXXXX", "%.*s.XXXXXX", (int)length, output);
    if (mkdtemp(export->folder) != NULL)
        return true;
    fail(export, RV_NO_OUTPUT, output, strerror(errno));
    free(export->folder);
    export->folder = NULL;
    return false;
}

static void end(struct export *export, const char *output, bool good)
{
    enum { DESCRIPTORS = 16 };
    if (good)
        sync(); /* many small files: once for all of them, before the name stands for them */
    if (good && rename(export->folder, output) != 0)
        good = fail(export, RV_NO_OUTPUT, output, strerror(errno));
    if (!good)
        nftw(export->folder, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
    free(export->folder);
    for (size_t i = 0; i < export->count; i++) {
        free(export->entries[i].path);
        for (size_t k = 0; k < FACTS; k++)
            if (export->entries[i].person[k].type == CELL_TEXT)
                free((char *)export->entries[i].person[k].text);
    }
    free(export->entries);
}

enum rv_status export_bids(struct store *store, const char *output, const char *settings,
                           struct rv_error *err)
{
    struct export export = {.store = store, .settings = settings, .err = err, .status = RV_OK};
    if (begin(&export, output))
        end(&export, output, write_all(&export));
    return export.status;
}
