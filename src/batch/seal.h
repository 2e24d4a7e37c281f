/* SPDX-License-Identifier: GPL-3.0-or-later
 * The seal of a database: which part of which list it holds, and the hash of all of its rows. A
 * shard that was cut short, or changed afterwards, has no seal that fits.
 */
#ifndef BATCH_SEAL_H
#define BATCH_SEAL_H

#include "batch/queue.h"
#include "batch/store.h"

struct seal {
    char list[65], content[65], settings[65]; /* content "": not finished */
    char libraries[300];                      /* they were measured with */
    size_t shard, shard_count;                /* 0: no shard */
    size_t found;                             /* inputs of the whole list */
};

/* Takes the seal off and notes the list; of a shard also the libraries. */
enum rv_status seal_open(struct store *store, const struct queue *queue, size_t shard,
                         size_t shard_count, struct rv_error *err);
enum rv_status seal_close(struct store *store, const char *settings_sha256, struct rv_error *err);
enum rv_status seal_read(struct store *store, struct seal *seal, struct rv_error *err);
/* Hash of all rows that stand for these settings, in the order of an export. */
enum rv_status seal_content(struct store *store, const char *settings_sha256, char sha256[65],
                            struct rv_error *err);

#endif
