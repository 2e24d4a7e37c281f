/* SPDX-License-Identifier: GPL-3.0-or-later
 * The database of results. Values reach SQL as bound parameters only; each transaction that writes
 * is a BEGIN IMMEDIATE, so that waiting for a lock works (a deferred one may not wait).
 */
#include "batch/store.h"

#include "batch/workplace.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATEMENTS_MOST = 24, CACHE_KIB = 16384 };

struct store {
    sqlite3 *connection;
    char *path;
    sqlite3_stmt *inserts[TABLE_COUNT];
    struct {
        const char *sql; /* known by its place: all statements are constants */
        sqlite3_stmt *statement;
    } kept[STATEMENTS_MOST];
    size_t wait_s;
};

static enum rv_status say(struct rv_error *err, enum rv_status status, const char *path,
                          const char *problem)
{
    snprintf(err->text, sizeof err->text, "%.300s: %.400s", path, problem);
    return err->status = status;
}

static enum rv_status status_of(int code)
{
    switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return RV_TRY_AGAIN;
    case SQLITE_NOMEM:
        return RV_NO_MEMORY;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return RV_PERMISSION;
    case SQLITE_CANTOPEN:
        return RV_NO_OUTPUT;
    default:
        return RV_IO;
    }
}

static enum rv_status fail(struct store *store, struct rv_error *err)
{
    int code = sqlite3_extended_errcode(store->connection);
    if ((code & 0xFF) == SQLITE_BUSY) {
        char text[100];
        snprintf(text, sizeof text, "another process has held the database for %zu s",
                 store->wait_s);
        return say(err, RV_TRY_AGAIN, store->path, text);
    }
    if ((code & 0xFF) == SQLITE_FULL)
        return say(err, RV_IO, store->path,
                   "the disk is full; running again helps only when there is room, then with "
                   "--resume");
    return say(err, status_of(code), store->path, sqlite3_errmsg(store->connection));
}

static enum rv_status execute(struct store *store, const char *sql, struct rv_error *err)
{
    return sqlite3_exec(store->connection, sql, NULL, NULL, NULL) == SQLITE_OK ? RV_OK
                                                                               : fail(store, err);
}

static sqlite3_stmt *prepare(struct store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    sqlite3_prepare_v2(store->connection, sql, -1, &statement, NULL);
    return statement;
}

/* Prepared once: a batch runs the same few for every input. To be given back with let_go. */
static sqlite3_stmt *hold(struct store *store, const char *sql)
{
    size_t i = 0;
    while (i < STATEMENTS_MOST && store->kept[i].sql != NULL && store->kept[i].sql != sql)
        i++;
    if (i == STATEMENTS_MOST)
        return prepare(store, sql);
    if (store->kept[i].sql == NULL && (store->kept[i].statement = prepare(store, sql)) != NULL)
        store->kept[i].sql = sql;
    return store->kept[i].statement;
}

static void let_go(struct store *store, sqlite3_stmt *statement)
{
    for (size_t i = 0; i < STATEMENTS_MOST; i++)
        if (store->kept[i].statement == statement) {
            sqlite3_reset(statement);
            sqlite3_clear_bindings(statement);
            return;
        }
    sqlite3_finalize(statement);
}

static void bind_text(sqlite3_stmt *statement, int place, const char *text)
{
    sqlite3_bind_text(statement, place, text, -1, SQLITE_TRANSIENT); /* NULL binds NULL */
}

/* Runs a statement whose texts are `texts`, and puts the first column of the first row, if one
 * comes, into `value`. */
static enum rv_status run_texts(struct store *store, const char *sql, const char *const *texts,
                                size_t count, char *value, size_t size, struct rv_error *err)
{
    sqlite3_stmt *statement = hold(store, sql);
    if (statement == NULL)
        return fail(store, err);
    for (size_t i = 0; i < count; i++)
        bind_text(statement, (int)i + 1, texts[i]);
    int code = sqlite3_step(statement);
    const unsigned char *text = code == SQLITE_ROW ? sqlite3_column_text(statement, 0) : NULL;
    if (value != NULL)
        snprintf(value, size, "%s", text != NULL ? (const char *)text : "");
    enum rv_status status = code == SQLITE_ROW || code == SQLITE_DONE ? RV_OK : fail(store, err);
    let_go(store, statement);
    return status;
}

static enum rv_status run_number(struct store *store, const char *sql, int64_t *number,
                                 struct rv_error *err)
{
    char text[32];
    enum rv_status status = run_texts(store, sql, NULL, 0, text, sizeof text, err);
    if (status == RV_OK)
        *number = strtoll(text, NULL, 10);
    return status;
}

/* All tables or none: a process killed in here leaves an empty database, made anew next time. */
static enum rv_status create_tables(struct store *store, struct rv_error *err)
{
    static const char marks[] = "PRAGMA application_id = 1383481940; PRAGMA user_version = 1;";
    _Static_assert(SCHEMA_APPLICATION == 1383481940 && SCHEMA_VERSION == 1, "as in the text");
    enum rv_status status = store_begin(store, err);
    if (status == RV_OK)
        status = execute(store, schema_create, err);
    if (status == RV_OK)
        status = execute(store, marks, err);
    return status == RV_OK ? store_commit(store, err) : status;
}

static enum rv_status check_tables(struct store *store, struct rv_error *err)
{
    for (int i = 0; i < TABLE_COUNT; i++) {
        store->inserts[i] = prepare(store, tables[i].insert);
        if (store->inserts[i] == NULL) {
            char text[200];
            snprintf(text, sizeof text, "table %s is not as it must be: %.120s", tables[i].name,
                     sqlite3_errmsg(store->connection));
            return say(err, RV_STUDY, store->path, text);
        }
    }
    int64_t number = 0;
    if (run_number(store,
                   "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN"
                   " ('meta', 'settings', 'inputs')",
                   &number, err) != RV_OK)
        return err->status;
    return number == 3 ? RV_OK : say(err, RV_STUDY, store->path, "one of its tables is missing");
}

static enum rv_status check_version(struct store *store, enum store_mode mode, struct rv_error *err)
{
    int64_t application = 0, version = 0, objects = 0;
    enum rv_status status = run_number(store, "SELECT count(*) FROM sqlite_master", &objects, err);
    if (status == RV_OK)
        status = run_number(store, "PRAGMA application_id", &application, err);
    if (status == RV_OK)
        status = run_number(store, "PRAGMA user_version", &version, err);
    if (status != RV_OK)
        return status;
    if (objects == 0 && application == 0 && mode != STORE_READ)
        return create_tables(store, err);
    if (application != SCHEMA_APPLICATION)
        return say(err, RV_STUDY, store->path, "is a database, but not one of ranvier batch");
    if (version != SCHEMA_VERSION) {
        char text[100];
        snprintf(text, sizeof text, "has tables of version %lld; this program knows version %d",
                 (long long)version, SCHEMA_VERSION);
        return say(err, RV_STUDY, store->path, text);
    }
    return RV_OK;
}

static enum rv_status check_path(const char *path, enum store_mode mode, struct rv_error *err)
{
    struct stat facts;
    bool there = stat(path, &facts) == 0;
    if (!there && mode == STORE_READ)
        return say(err, errno == EACCES ? RV_PERMISSION : RV_NO_INPUT, path, strerror(errno));
    if (there && (mode == STORE_CREATE || mode == STORE_BUILD))
        return say(err, RV_NO_OUTPUT, path, "exists; --resume continues it");
    if (there && !S_ISREG(facts.st_mode))
        return say(err, RV_IO, path, "is not a regular file");
    if (there && access(path, mode == STORE_READ ? R_OK : R_OK | W_OK) != 0)
        return say(err, RV_PERMISSION, path, strerror(errno));
    return RV_OK;
}

/* "file:PATH?OPTIONS", with what has a meaning of its own in it as %XX. To be freed. */
static char *uri_of(const char *path, const char *options)
{
    size_t size = 3 * strlen(path) + strlen(options) + sizeof "file:?", length = 0;
    char *uri = malloc(size);
    if (uri == NULL)
        return NULL;
    length += (size_t)snprintf(uri, size, "file:");
    for (const char *c = path; *c != '\0'; c++)
        length += (size_t)snprintf(uri + length, size - length,
                                   strchr("?#%", *c) != NULL ? "%%%02X" : "%c", (unsigned char)*c);
    snprintf(uri + length, size - length, "?%s", options);
    return uri;
}

/* A database on a network file system came there whole, by a rename: it is read without locks,
 * which may not work there. */
static char *reading_uri(const char *path)
{
    bool network = network_file_system(path) != NULL;
    return uri_of(path, network ? "mode=ro&vfs=unix&immutable=1" : "mode=ro&vfs=unix");
}

/* STORE_BUILD makes a file that nobody knows yet and that is begun anew where it fails: it needs
 * no locks, no journal, and is synced once, at its end. */
static bool connect(struct store *store, enum store_mode mode)
{
    char *uri = mode == STORE_READ    ? reading_uri(store->path)
                : mode == STORE_BUILD ? uri_of(store->path, "vfs=unix-none")
                                      : uri_of(store->path, "vfs=unix");
    int flags = SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX; /* there is one thread */
    flags |= mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    bool good = uri != NULL && sqlite3_open_v2(uri, &store->connection, flags, NULL) == SQLITE_OK;
    free(uri);
    return good;
}

static enum rv_status set_up(struct store *store, enum store_mode mode, struct rv_error *err)
{
    char cache[60];
    sqlite3_extended_result_codes(store->connection, 1);
    sqlite3_busy_timeout(store->connection, (int)(store->wait_s * 1000));
    snprintf(cache, sizeof cache, "PRAGMA cache_size = -%d", CACHE_KIB);
    enum rv_status status = execute(store, "PRAGMA trusted_schema = OFF;", err);
    if (status == RV_OK)
        status = execute(store, cache, err);
    if (status == RV_OK)
        status =
            execute(store,
                    mode == STORE_BUILD ? "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                                        : "PRAGMA synchronous = FULL;",
                    err);
    return status;
}

enum rv_status store_open(const char *path, enum store_mode mode, size_t wait_s,
                          struct store **store, struct rv_error *err)
{
    enum rv_status status = check_path(path, mode, err);
    if (status != RV_OK)
        return status;
    struct store *made = calloc(1, sizeof *made);
    if (made == NULL || (made->path = strdup(path)) == NULL) {
        free(made);
        return say(err, RV_NO_MEMORY, path, "out of memory");
    }
    made->wait_s = wait_s;
    status = connect(made, mode) ? set_up(made, mode, err) : fail(made, err);
    if (status == RV_OK)
        status = check_version(made, mode, err);
    if (status == RV_OK)
        status = check_tables(made, err);
    if (status != RV_OK)
        store_close(made);
    else
        *store = made;
    return status;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    for (int i = 0; i < TABLE_COUNT; i++)
        sqlite3_finalize(store->inserts[i]);
    for (size_t i = 0; i < STATEMENTS_MOST; i++)
        sqlite3_finalize(store->kept[i].statement);
    sqlite3_close(store->connection); /* rolls back what is open */
    free(store->path);
    free(store);
}

enum rv_status store_begin(struct store *store, struct rv_error *err)
{
    return execute(store, "BEGIN IMMEDIATE", err);
}

enum rv_status store_commit(struct store *store, struct rv_error *err)
{
    return execute(store, "COMMIT", err);
}

enum rv_status store_set(struct store *store, const char *key, const char *value,
                         struct rv_error *err)
{
    const char *const texts[] = {key, value};
    return run_texts(store, "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", texts, 2,
                     NULL, 0, err);
}

enum rv_status store_find(struct store *store, const char *key, char *value, size_t size,
                          struct rv_error *err)
{
    return run_texts(store, "SELECT value FROM meta WHERE key = ?1", &key, 1, value, size, err);
}

enum rv_status store_settings(struct store *store, const char *sha256, const char *program,
                              const char *text, struct rv_error *err)
{
    const char *const texts[] = {sha256, program, text};
    return run_texts(store, "INSERT OR IGNORE INTO settings VALUES (?1, ?2, ?3)", texts, 3, NULL, 0,
                     err);
}

enum rv_status store_known(struct store *store, const char *path, const char *settings_sha256,
                           char sha256[65], struct rv_error *err)
{
    const char *const texts[] = {path, settings_sha256};
    return run_texts(store,
                     "SELECT input_sha256 FROM studies WHERE path = ?1 AND settings_sha256 = ?2"
                     " AND superseded = 0",
                     texts, 2, sha256, 65, err);
}

enum rv_status store_input(struct store *store, const char *path, int64_t bytes,
                           struct rv_error *err)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%lld", (long long)bytes);
    const char *const texts[] = {path, digits};
    return run_texts(store, "INSERT OR REPLACE INTO inputs VALUES (?1, CAST(?2 AS INTEGER))", texts,
                     2, NULL, 0, err);
}

/* Before a new row for this path and these settings: the failure goes, other bytes are history. */
static enum rv_status supersede(struct store *store, const char *path, const char *settings,
                                const char *input, struct rv_error *err)
{
    const char *const texts[] = {path, settings, input};
    enum rv_status status =
        run_texts(store, "DELETE FROM failures WHERE path = ?1 AND settings_sha256 = ?2", texts, 2,
                  NULL, 0, err);
    if (status == RV_OK)
        status = run_texts(store,
                           "UPDATE studies SET superseded = 1 WHERE path = ?1 AND"
                           " settings_sha256 = ?2 AND superseded = 0 AND input_sha256 IS NOT ?3",
                           texts, 3, NULL, 0, err);
    return status;
}

static void bind_cell(sqlite3_stmt *statement, int place, const struct cell *cell)
{
    if (cell->type == CELL_INTEGER)
        sqlite3_bind_int64(statement, place, cell->integer);
    else if (cell->type == CELL_REAL)
        sqlite3_bind_double(statement, place, cell->real);
    else
        bind_text(statement, place, cell->type == CELL_TEXT ? cell->text : NULL);
}

/* `study` 0: the row is that of a study itself. */
static enum rv_status insert(struct store *store, const struct row *row, int64_t study,
                             struct rv_error *err)
{
    sqlite3_stmt *statement = store->inserts[row->table];
    int first = study != 0 ? 2 : 1;
    if ((int)row->count + first - 1 != sqlite3_bind_parameter_count(statement))
        return say(err, RV_INTERNAL, store->path, "a row does not fit its table");
    if (study != 0)
        sqlite3_bind_int64(statement, 1, study);
    for (size_t i = 0; i < row->count; i++)
        bind_cell(statement, (int)i + first, &row->cells[i]);
    enum rv_status status = sqlite3_step(statement) == SQLITE_DONE ? RV_OK : fail(store, err);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return status;
}

static const char *text_of(const struct cell *cell)
{
    return cell->type == CELL_TEXT ? cell->text : NULL;
}

enum rv_status store_report(struct store *store, const struct rows *rows, struct rv_error *err)
{
    struct row row;
    size_t at = 0;
    bool broken = false;
    int64_t study = 0;
    enum rv_status status = RV_OK;
    while (status == RV_OK && rows_next(rows, &at, &row, &broken)) {
        if (row.table == TABLE_OUTCOME)
            continue;
        if (row.table >= TABLE_COUNT || (row.table == TABLE_STUDIES) != (study == 0)) {
            broken = true;
            break;
        }
        if (row.table == TABLE_STUDIES)
            status = supersede(store, text_of(&row.cells[0]), text_of(&row.cells[2]),
                               text_of(&row.cells[1]), err);
        if (status == RV_OK)
            status = insert(store, &row, study, err);
        if (study == 0)
            study = sqlite3_last_insert_rowid(store->connection);
    }
    if (status == RV_OK && broken)
        return say(err, RV_INTERNAL, store->path, "a worker sent what are not rows");
    return status;
}

enum rv_status store_failure(struct store *store, const char *path, const char *input_sha256,
                             const char *settings_sha256, const char *reason, int status,
                             const char *text, struct rv_error *err)
{
    struct row row = {.table = TABLE_FAILURES, .count = 6};
    const char *const texts[] = {path, input_sha256, settings_sha256, reason, NULL, text};
    for (size_t i = 0; i < row.count; i++)
        row.cells[i] =
            (struct cell){.type = texts[i] != NULL ? CELL_TEXT : CELL_NOTHING, .text = texts[i]};
    row.cells[4] = (struct cell){.type = CELL_INTEGER, .integer = status};
    enum rv_status done = supersede(store, path, settings_sha256, input_sha256, err);
    return done == RV_OK ? insert(store, &row, 0, err) : done;
}

static void read_row(sqlite3_stmt *statement, struct row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        int column = (int)i;
        row->cells[i] = (struct cell){.type = CELL_NOTHING};
        switch (sqlite3_column_type(statement, column)) {
        case SQLITE_INTEGER:
            row->cells[i].type = CELL_INTEGER;
            row->cells[i].integer = sqlite3_column_int64(statement, column);
            break;
        case SQLITE_FLOAT:
            row->cells[i].type = CELL_REAL;
            row->cells[i].real = sqlite3_column_double(statement, column);
            break;
        case SQLITE_TEXT:
            row->cells[i].type = CELL_TEXT;
            row->cells[i].text = (const char *)sqlite3_column_text(statement, column);
            break;
        default:
            break;
        }
    }
}

enum rv_status store_select(struct store *store, const struct store_query *query, store_take *take,
                            void *to, struct rv_error *err)
{
    const char *names[CELLS_MOST];
    struct row row = {.table = 0};
    sqlite3_stmt *statement = hold(store, query->sql);
    if (statement == NULL)
        return fail(store, err);
    if (query->text != NULL)
        bind_text(statement, 1, query->text);
    else if (query->number != 0)
        sqlite3_bind_int64(statement, 1, query->number);
    row.count = (size_t)sqlite3_column_count(statement);
    for (size_t i = 0; i < row.count; i++)
        names[i] = sqlite3_column_name(statement, (int)i);
    int code = SQLITE_DONE;
    bool more = true;
    while (more && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        read_row(statement, &row);
        more = take(to, &row, names);
    }
    enum rv_status status = !more || code == SQLITE_DONE ? RV_OK : fail(store, err);
    let_go(store, statement);
    return status;
}

/* The statements of a merge are run with the first number of its studies as ?1, the settings as
 * ?2. */
static enum rv_status merge_tables(struct store *store, const char *settings_sha256,
                                   struct rv_error *err)
{
    int64_t last = 0;
    enum rv_status status =
        run_number(store, "SELECT coalesce(max(study), 0) FROM main.studies", &last, err);
    for (size_t i = 0; schema_merge[i] != NULL && status == RV_OK; i++) {
        sqlite3_stmt *statement = prepare(store, schema_merge[i]);
        if (statement == NULL)
            return fail(store, err);
        sqlite3_bind_int64(statement, 1, last);
        if (sqlite3_bind_parameter_count(statement) > 1)
            bind_text(statement, 2, settings_sha256);
        if (sqlite3_step(statement) != SQLITE_DONE)
            status = fail(store, err);
        sqlite3_finalize(statement);
    }
    return status;
}

enum rv_status store_merge(struct store *store, const char *part, const char *settings_sha256,
                           struct rv_error *err)
{
    const char *uri = NULL;
    char *made = reading_uri(part);
    if (made == NULL)
        return say(err, RV_NO_MEMORY, part, "out of memory");
    uri = made;
    enum rv_status status = run_texts(store, "ATTACH ?1 AS part", &uri, 1, NULL, 0, err);
    free(made);
    if (status != RV_OK)
        return status;
    status = store_begin(store, err);
    if (status == RV_OK)
        status = merge_tables(store, settings_sha256, err);
    if (status == RV_OK)
        status = store_commit(store, err);
    if (status == RV_OK)
        status = execute(store, "DETACH part", err);
    return status;
}

enum rv_status store_merge_begin(struct store *store, struct rv_error *err)
{
    return execute(store, schema_merge_begin, err);
}

enum rv_status store_merge_end(struct store *store, struct rv_error *err)
{
    enum rv_status status = store_begin(store, err);
    if (status == RV_OK)
        status = execute(store, schema_merge_end, err);
    return status == RV_OK ? store_commit(store, err) : status;
}

enum rv_status store_count(struct store *store, const char *settings_sha256, int64_t *inputs,
                           int64_t *ended, struct rv_error *err)
{
    char digits[32];
    enum rv_status status = run_number(store, "SELECT count(*) FROM inputs", inputs, err);
    if (status == RV_OK)
        status = run_texts(store,
                           "SELECT (SELECT count(*) FROM studies WHERE settings_sha256 = ?1 AND"
                           " superseded = 0) + (SELECT count(*) FROM failures WHERE"
                           " settings_sha256 = ?1)",
                           &settings_sha256, 1, digits, sizeof digits, err);
    if (status == RV_OK)
        *ended = strtoll(digits, NULL, 10);
    return status;
}

enum rv_status store_check(struct store *store, struct rv_error *err)
{
    char text[256];
    enum rv_status status =
        run_texts(store, "PRAGMA quick_check(1)", NULL, 0, text, sizeof text, err);
    if (status == RV_OK && strcmp(text, "ok") != 0)
        return say(err, RV_IO, store->path, text);
    return status;
}
