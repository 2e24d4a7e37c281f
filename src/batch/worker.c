/* SPDX-License-Identifier: GPL-3.0-or-later
 * The work of a worker: an input in, a message of rows out.
 */
#include "batch/worker.h"

#include "batch/compose.h"
#include "batch/identity.h"
#include "batch/schema.h"

#include <ranvier/ranvier.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool pipe_read(int from, void *bytes, size_t count)
{
    for (unsigned char *at = bytes; count > 0;) {
        ssize_t got = read(from, at, count);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        count -= (size_t)got;
    }
    return true;
}

bool pipe_write(int to, const void *bytes, size_t count)
{
    for (const unsigned char *at = bytes; count > 0;) {
        ssize_t put = write(to, at, count);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        at += put;
        count -= (size_t)put;
    }
    return true;
}

static const char *reason_of(enum rv_status status)
{
    static const struct {
        enum rv_status status;
        const char *word;
    } words[] = {{RV_DATA, "data"},         {RV_NO_INPUT, "no_input"},
                 {RV_NO_MEMORY, "memory"},  {RV_IO, "io"},
                 {RV_STUDY, "study"},       {RV_PERMISSION, "permission"},
                 {RV_INTERNAL, "internal"}, {RV_MISUSE, "misuse"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].status == status)
            return words[i].word;
    return "other";
}

static void begin_outcome(struct rows *rows, enum outcome_kind kind, const char *input_sha256)
{
    rows_begin(rows, TABLE_OUTCOME);
    rows_integer(rows, kind);
    rows_text(rows, input_sha256);
}

/* The sentence names the input, whichever stage it comes from. */
static void fail_outcome(struct rows *rows, const char *path, const char *input_sha256,
                         const struct rv_error *err)
{
    char text[sizeof err->text];
    bool named = strncmp(err->text, path, strlen(path)) == 0;
    snprintf(text, sizeof text, "%.300s%s%.440s", named ? "" : path, named ? "" : ": ", err->text);
    rows->count = 0;
    rows->failed = false;
    begin_outcome(rows, OUTCOME_FAILED, input_sha256);
    rows_integer(rows, err->status);
    rows_text(rows, reason_of(err->status));
    rows_text(rows, text);
}

static bool is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static bool is_known(const struct item *item, const char *sha256)
{
    return item->known_sha256 != NULL && strcmp(sha256, item->known_sha256) == 0;
}

/* A single recording, and a study of a BIDS dataset, is hashed before it is read: it may be large,
 * and unchanged. Another study is read first, as it names its earlier ones. *study stays NULL for
 * what is unchanged. */
static enum rv_status read_input(const struct pool *pool, const struct item *item, char sha256[65],
                                 struct rv_study **study, struct rv_error *err)
{
    bool bids = false;
    enum rv_status status = rv_bids_digest(item->path, &bids, sha256, err);
    bool folder = !bids && is_folder(item->path);
    if (status == RV_OK && !bids && !folder)
        status = input_identity(item->path, NULL, 0, sha256, err);
    if (status != RV_OK || (!folder && is_known(item, sha256)))
        return status;
    status = rv_study_read(item->path, pool->settings, study, err);
    if (status != RV_OK || !folder)
        return status;
    status = input_identity(item->path, (*study)->earlier, (*study)->earlier_count, sha256, err);
    if (status != RV_OK || is_known(item, sha256)) {
        rv_study_free(*study);
        *study = NULL;
    }
    return status;
}

static enum rv_status measure(const struct pool *pool, const struct item *item, char sha256[65],
                              struct rows *rows, struct rv_error *err)
{
    struct rv_study *study = NULL;
    struct rv_report *report = NULL;
    enum rv_status status = read_input(pool, item, sha256, &study, err);
    if (status == RV_OK && study == NULL) {
        begin_outcome(rows, OUTCOME_UNCHANGED, sha256);
        return RV_OK;
    }
    if (status == RV_OK)
        status = rv_session_run(study, pool->settings, &report, err);
    if (status == RV_OK) {
        begin_outcome(rows, OUTCOME_DONE, sha256);
        compose_report(report, item->path, sha256, pool->settings_sha256, rows);
    }
    rv_report_free(report);
    rv_study_free(study);
    return status;
}

static void work(const struct pool *pool, const struct item *item, struct rows *rows)
{
    struct rv_error err = {.status = RV_OK, .text = ""};
    char sha256[65] = "";
    rows->count = 0;
    rows->failed = false;
    enum rv_status status = measure(pool, item, sha256, rows, &err);
    if (status == RV_OK && rows->failed) {
        memcpy(err.text, "out of memory", sizeof "out of memory");
        status = err.status = RV_NO_MEMORY;
    }
    if (status != RV_OK)
        fail_outcome(rows, item->path, sha256, &err);
}

void worker_serve(const struct pool *pool, int from, int to)
{
    struct rows rows = {0};
    size_t index = 0;
    while (pipe_read(from, &index, sizeof index) && index < pool->queue->count) {
        alarm(pool->timeout_s); /* its signal ends the process: see reason_of_end in pool.c */
        work(pool, &pool->queue->items[index], &rows);
        alarm(0);
        uint64_t length = rows.count;
        if (rows.failed || !pipe_write(to, &length, sizeof length) ||
            !pipe_write(to, rows.bytes, rows.count))
            break;
    }
    rows_free(&rows);
}
