/* SPDX-License-Identifier: GPL-3.0-or-later
 * The studies of a batch: found once, in the order of their names.
 */
#ifndef BATCH_QUEUE_H
#define BATCH_QUEUE_H

#include <ranvier/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct item {
    char *path;
    char *known_sha256; /* of the input when it was last measured; NULL: it was not */
    uint64_t bytes;     /* of its files */
};

struct queue {
    struct item *items; /* sorted by path, each path once */
    size_t count, size;
    char digest[65]; /* of the paths found, before sharding */
    size_t found;
    size_t shard, shard_count; /* of a list that was dealt out before; 0: it was not */
};

/* Each operand is a study folder, a recording, a BIDS dataset or a part of one, a folder of them at
 * any depth, or @FILE: a list of operands, one a line. Folders that are links are not entered. The
 * queue is the caller's. */
enum rv_status queue_find(struct queue *queue, char *const *operands, size_t count,
                          struct rv_error *err);
/* Keeps shard `index` (from 1) of `count`; every path is in one of them, sizes balanced. A list
 * that was dealt out before must be that shard (RV_MISUSE). */
enum rv_status queue_shard(struct queue *queue, size_t index, size_t count, struct rv_error *err);
/* Writes the lists "PREFIX.1" to "PREFIX.N", each with one shard, for queue_find to read: so that
 * each of N machines looks at its own inputs only. No path may hold a line end. */
enum rv_status queue_write_shards(const struct queue *queue, size_t count, const char *prefix,
                                  struct rv_error *err);
void queue_free(struct queue *queue);

/* A folder with one of the three tables of a study. */
bool is_study_folder(const char *path);
/* "FOLDER/NAME", to be freed; NULL without memory. */
char *path_join(const char *folder, const char *name);

#endif
