/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shards into one database: all of them, whole, of one list and one way of measuring.
 */
#include "batch/batch.h"
#include "batch/lock.h"
#include "batch/progress.h"
#include "batch/verify.h"
#include "batch/worker.h"
#include "batch/workplace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct collection {
    struct shard *shards;
    size_t count, jobs, wait_s;
    const char *output;
};

static enum rv_status fail(struct rv_error *err, enum rv_status status, const char *subject,
                           const char *problem)
{
    snprintf(err->text, sizeof err->text, "%.300s: %.300s", subject, problem);
    return err->status = status;
}

/* Two files that contradict each other. */
static enum rv_status clash(struct rv_error *err, const struct shard *a, const struct shard *b,
                            const char *problem)
{
    snprintf(err->text, sizeof err->text, "%.250s and %.250s %s", a->path, b->path, problem);
    return err->status = RV_DATA;
}

static enum rv_status compare(struct shard *first, struct shard *later, struct rv_error *err)
{
    if (strcmp(first->seal.settings, later->seal.settings) != 0)
        return clash(err, first, later,
                     "were measured with another program, reference or settings");
    if (first->seal.shard_count != later->seal.shard_count)
        return clash(err, first, later, "are of batches cut into other numbers of shards");
    if (strcmp(first->seal.list, later->seal.list) != 0)
        return clash(err, first, later, "are of other lists of inputs");
    if (first->seal.shard != later->seal.shard)
        return RV_OK;
    if (strcmp(first->seal.content, later->seal.content) != 0)
        return clash(err, first, later, "are the same shard with other rows");
    later->repeated = true;
    return RV_OK;
}

/* "shards 3, 7 of 8 are missing" */
static enum rv_status check_complete(const struct collection *all, struct rv_error *err)
{
    char text[400] = "";
    size_t length = 0, missing = 0, wanted = all->shards[0].seal.shard_count;
    for (size_t number = 1; number <= wanted; number++) {
        bool there = false;
        for (size_t i = 0; i < all->count && !there; i++)
            there = all->shards[i].seal.shard == number;
        if (there)
            continue;
        if (missing++ < 40)
            length += (size_t)snprintf(text + length, sizeof text - length, "%s%zu",
                                       missing > 1 ? ", " : "", number);
    }
    if (missing == 0)
        return RV_OK;
    snprintf(err->text, sizeof err->text, "%zu of %zu shards are missing: %s%s", missing, wanted,
             text, missing > 40 ? " ..." : "");
    return err->status = RV_PARTIAL;
}

static enum rv_status read_shards(struct collection *all, struct rv_error *err)
{
    enum rv_status status = verify_shards(all->shards, all->count, all->jobs, all->wait_s, err);
    for (size_t i = 0; i < all->count; i++)
        for (size_t j = 0; j < i && status == RV_OK; j++)
            status = compare(&all->shards[j], &all->shards[i], err);
    return status == RV_OK ? check_complete(all, err) : status;
}

/* Every input of the list has a study or a failure: tasks that saw other sizes shared the list out
 * differently. */
static enum rv_status check_count(const struct collection *all, struct store *store,
                                  struct rv_error *err)
{
    int64_t inputs = 0, ended = 0;
    size_t found = all->shards[0].seal.found;
    enum rv_status status = store_count(store, all->shards[0].seal.settings, &inputs, &ended, err);
    if (status != RV_OK || ((size_t)inputs == found && (size_t)ended == found))
        return status;
    snprintf(err->text, sizeof err->text,
             "the shards hold %lld of the %zu inputs and results of %lld: the files changed while "
             "the tasks ran",
             (long long)inputs, found, (long long)ended);
    return err->status = RV_PARTIAL;
}

static enum rv_status merge_all(const struct collection *all, struct store *store,
                                struct rv_error *err)
{
    const char *settings = all->shards[0].seal.settings;
    enum rv_status status = store_merge_begin(store, err);
    for (size_t i = 0; i < all->count && status == RV_OK; i++)
        if (!all->shards[i].repeated)
            status = store_merge(store, all->shards[i].path, settings, err);
    return status == RV_OK ? store_merge_end(store, err) : status;
}

/* Nodes with other libraries may differ in last digits: said, not refused, as a cluster is rarely
 * of one piece. */
static void compare_libraries(const struct collection *all)
{
    struct progress out = {.quiet = true};
    const struct shard *first = &all->shards[0], *other = NULL;
    size_t count = 0;
    for (size_t i = 1; i < all->count; i++)
        if (strcmp(all->shards[i].seal.libraries, first->seal.libraries) != 0 && count++ == 0)
            other = &all->shards[i];
    if (other == NULL)
        return;
    char text[1400];
    snprintf(text, sizeof text,
             "%zu of %zu shards were measured with other libraries than %.250s (%s), as %.250s "
             "(%s): last digits may differ",
             count, all->count, first->path, first->seal.libraries, other->path,
             other->seal.libraries);
    progress_say(&out, text);
}

/* "" where the shards do not agree. */
static const char *common_libraries(const struct collection *all)
{
    for (size_t i = 1; i < all->count; i++)
        if (strcmp(all->shards[i].seal.libraries, all->shards[0].seal.libraries) != 0)
            return "";
    return all->shards[0].seal.libraries;
}

static enum rv_status write_all(const struct collection *all, const char *beside,
                                struct rv_error *err)
{
    struct store *store = NULL;
    struct queue list = {.found = all->shards[0].seal.found};
    memcpy(list.digest, all->shards[0].seal.list, sizeof list.digest);
    const char *settings = all->shards[0].seal.settings;
    enum rv_status status = store_open(beside, STORE_BUILD, all->wait_s, &store, err);
    if (status == RV_OK)
        status = merge_all(all, store, err);
    if (status == RV_OK)
        status = store_begin(store, err);
    if (status == RV_OK)
        status = store_set(store, "settings_sha256", settings, err);
    if (status == RV_OK)
        status = seal_open(store, &list, 0, 0, err);
    if (status == RV_OK)
        status = store_set(store, "libraries", common_libraries(all), err);
    if (status == RV_OK)
        status = check_count(all, store, err);
    if (status == RV_OK)
        status = store_commit(store, err);
    store_close(store);
    return status == RV_OK ? sync_file(beside, err) : status;
}

static int by_number(const void *a, const void *b)
{
    const struct shard *left = a, *right = b;
    return left->seal.shard < right->seal.shard ? -1 : left->seal.shard > right->seal.shard;
}

/* Beside its place, then renamed: the database is whole or not there. */
static enum rv_status write_beside(const struct collection *all, struct rv_error *err)
{
    size_t size = strlen(all->output) + sizeof ".collecting";
    char *beside = malloc(size);
    if (beside == NULL)
        return fail(err, RV_NO_MEMORY, all->output, "out of memory");
    snprintf(beside, size, "%s.collecting", all->output);
    unlink(beside); /* of a collection that was killed: the lock is ours */
    enum rv_status status = write_all(all, beside, err);
    if (status == RV_OK && rename(beside, all->output) != 0)
        status = fail(err, RV_NO_OUTPUT, all->output, "the new database cannot take its place");
    if (status != RV_OK)
        unlink(beside);
    else
        status = sync_file(all->output, err);
    free(beside);
    return status;
}

enum rv_status batch_collect(const struct collect_options *options, char *const *shards,
                             size_t count, struct rv_error *err)
{
    const char *output = options->output;
    struct collection all = {.count = count,
                             .jobs = jobs_or_processors(options->jobs),
                             .wait_s = options->wait_s,
                             .output = output};
    struct lock lock = {.file = -1};
    if (access(output, F_OK) == 0)
        return fail(err, RV_NO_OUTPUT, output, "exists");
    all.shards = calloc(count, sizeof *all.shards);
    if (all.shards == NULL)
        return fail(err, RV_NO_MEMORY, output, "out of memory");
    for (size_t i = 0; i < count; i++)
        all.shards[i].path = shards[i];
    enum rv_status status = lock_take(&lock, output, err);
    if (status == RV_OK)
        status = read_shards(&all, err);
    if (status == RV_OK) {
        qsort(all.shards, count, sizeof *all.shards, by_number);
        compare_libraries(&all);
        status = write_beside(&all, err);
    }
    lock_release(&lock);
    free(all.shards);
    return status;
}
