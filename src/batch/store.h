/* SPDX-License-Identifier: GPL-3.0-or-later
 * The database of results: the only user of SQLite. One process writes, in its own transaction for
 * each round of results; a reader sees whole studies only.
 */
#ifndef BATCH_STORE_H
#define BATCH_STORE_H

#include "batch/row.h"
#include "batch/schema.h"

#include <ranvier/error.h>

struct store;

enum store_mode { STORE_READ, STORE_CREATE, STORE_CONTINUE, STORE_BUILD };

/* STORE_CREATE wants a name that is free (RV_NO_OUTPUT); STORE_CONTINUE makes what is not there.
 * RV_IO: not a database, or a damaged one. RV_STUDY: a database of something else, of a newer
 * version, or without its tables. RV_PERMISSION; RV_TRY_AGAIN: locked for longer than wait_s.
 * STORE_BUILD is for a new file under a name of our own: no locks, no journal, no sync; where it
 * fails or the process dies the file is rubbish. */
enum rv_status store_open(const char *path, enum store_mode mode, size_t wait_s,
                          struct store **store, struct rv_error *err);
void store_close(struct store *store); /* undoes an open transaction; NULL is fine */

enum rv_status store_begin(struct store *store, struct rv_error *err);
enum rv_status store_commit(struct store *store, struct rv_error *err);

/* A fact about the whole: "settings_sha256", "shard", ... `value` NULL where it is not there. */
enum rv_status store_set(struct store *store, const char *key, const char *value,
                         struct rv_error *err);
enum rv_status store_find(struct store *store, const char *key, char *value, size_t size,
                          struct rv_error *err);
enum rv_status store_settings(struct store *store, const char *sha256, const char *program,
                              const char *text, struct rv_error *err);

/* Rows of one report, its study first: replaces what stands for this path and these settings. */
enum rv_status store_report(struct store *store, const struct rows *rows, struct rv_error *err);
/* The row of a failure; an older one for this path and these settings goes. A study measured from
 * other bytes than `input_sha256` is superseded. */
enum rv_status store_failure(struct store *store, const char *path, const char *input_sha256,
                             const char *settings_sha256, const char *reason, int status,
                             const char *text, struct rv_error *err);
enum rv_status store_input(struct store *store, const char *path, int64_t bytes,
                           struct rv_error *err);
/* Hash of the input when it was last measured with these settings; "" when it was not. */
enum rv_status store_known(struct store *store, const char *path, const char *settings_sha256,
                           char sha256[65], struct rv_error *err);

/* Calls `take` with each row; `names` are those of the columns. Ends early where it returns false.
 * `text` (1) or `number` (2) is bound to ?1. */
typedef bool store_take(void *to, const struct row *row, const char *const *names);
struct store_query {
    const char *sql; /* a constant of schema.h */
    const char *text;
    int64_t number;
};
enum rv_status store_select(struct store *store, const struct store_query *query, store_take *take,
                            void *to, struct rv_error *err);
/* Brings what stands for these settings in the database `part` into a store under STORE_BUILD, one
 * part after another, between a begin and an end; order is that of the parts, then of the studies'
 * numbers. Inputs are in their place after the end. */
enum rv_status store_merge_begin(struct store *store, struct rv_error *err);
enum rv_status store_merge(struct store *store, const char *part, const char *settings_sha256,
                           struct rv_error *err);
enum rv_status store_merge_end(struct store *store, struct rv_error *err);
/* Inputs listed, and those of them with a study or a failure under these settings. */
enum rv_status store_count(struct store *store, const char *settings_sha256, int64_t *inputs,
                           int64_t *ended, struct rv_error *err);
/* RV_IO where the file is damaged. */
enum rv_status store_check(struct store *store, struct rv_error *err);

#endif
