/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shards looked at before they are put together, several at a time.
 */
#ifndef BATCH_VERIFY_H
#define BATCH_VERIFY_H

#include "batch/seal.h"

struct shard {
    const char *path;
    struct seal seal;
    bool repeated; /* the same rows once more */
};

/* Fills in the seals. Each shard is whole, finished and as its task left it; otherwise the first
 * problem, in the order given: RV_PARTIAL for an unfinished one. `jobs` processes. */
enum rv_status verify_shards(struct shard *shards, size_t count, size_t jobs, size_t wait_s,
                             struct rv_error *err);

#endif
