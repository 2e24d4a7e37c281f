/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sealing and reading seals.
 */
#include "batch/seal.h"

#include <ranvier/digest.h>
#include <ranvier/ranvier.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum rv_status set_number(struct store *store, const char *key, size_t number,
                                 struct rv_error *err)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%zu", number);
    return store_set(store, key, digits, err);
}

enum rv_status seal_open(struct store *store, const struct queue *queue, size_t shard,
                         size_t shard_count, struct rv_error *err)
{
    const char *restarts = getenv("SLURM_RESTART_COUNT");
    char libraries[300];
    enum rv_status status = store_set(store, "content_sha256", NULL, err);
    if (status == RV_OK)
        status = store_set(store, "list_sha256", queue->digest, err);
    if (status == RV_OK)
        status = set_number(store, "found", queue->found, err);
    if (status == RV_OK)
        status = set_number(store, "shard", shard, err);
    if (status == RV_OK)
        status = set_number(store, "shard_count", shard_count, err);
    if (status == RV_OK && shard_count > 0) {
        rv_libraries(libraries, sizeof libraries);
        status = store_set(store, "libraries", libraries, err);
    }
    if (status == RV_OK && restarts != NULL)
        status = store_set(store, "slurm_restart_count", restarts, err);
    return status;
}

static bool add_row(void *to, const struct row *row, const char *const *names)
{
    struct rv_digest *digest = to;
    for (size_t i = 0; i < row->count; i++) {
        const struct cell *cell = &row->cells[i];
        unsigned char type = (unsigned char)cell->type;
        if (strcmp(names[i], "settings_sha256") == 0)
            continue;
        rv_digest_add(digest, &type, 1);
        if (cell->type == CELL_INTEGER)
            rv_digest_add(digest, &cell->integer, sizeof cell->integer);
        else if (cell->type == CELL_REAL)
            rv_digest_add(digest, &cell->real, sizeof cell->real);
        else if (cell->type == CELL_TEXT)
            rv_digest_add(digest, cell->text, strlen(cell->text) + 1);
    }
    return true;
}

enum rv_status seal_content(struct store *store, const char *settings_sha256, char sha256[65],
                            struct rv_error *err)
{
    struct rv_digest digest;
    enum rv_status status = RV_OK;
    rv_digest_start(&digest);
    for (int i = 0; i < TABLE_COUNT && status == RV_OK; i++) {
        struct store_query query = {.sql = tables[i].whole, .text = settings_sha256};
        rv_digest_add(&digest, tables[i].name, strlen(tables[i].name) + 1);
        status = store_select(store, &query, add_row, &digest, err);
    }
    rv_digest_end(&digest, sha256);
    return status;
}

enum rv_status seal_close(struct store *store, const char *settings_sha256, struct rv_error *err)
{
    char content[65];
    enum rv_status status = seal_content(store, settings_sha256, content, err);
    if (status == RV_OK)
        status = store_begin(store, err);
    if (status == RV_OK)
        status = store_set(store, "content_sha256", content, err);
    return status == RV_OK ? store_commit(store, err) : status;
}

static enum rv_status find_number(struct store *store, const char *key, size_t *number,
                                  struct rv_error *err)
{
    char digits[32];
    enum rv_status status = store_find(store, key, digits, sizeof digits, err);
    *number = (size_t)strtoull(digits, NULL, 10);
    return status;
}

enum rv_status seal_read(struct store *store, struct seal *seal, struct rv_error *err)
{
    enum rv_status status =
        store_find(store, "content_sha256", seal->content, sizeof seal->content, err);
    if (status == RV_OK)
        status = store_find(store, "list_sha256", seal->list, sizeof seal->list, err);
    if (status == RV_OK)
        status = store_find(store, "settings_sha256", seal->settings, sizeof seal->settings, err);
    if (status == RV_OK)
        status = store_find(store, "libraries", seal->libraries, sizeof seal->libraries, err);
    if (status == RV_OK)
        status = find_number(store, "shard", &seal->shard, err);
    if (status == RV_OK)
        status = find_number(store, "shard_count", &seal->shard_count, err);
    if (status == RV_OK)
        status = find_number(store, "found", &seal->found, err);
    return status;
}
