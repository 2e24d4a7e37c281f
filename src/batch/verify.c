/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shards looked at by processes of their own: hashing all rows takes as long as copying them. A
 * process opens its databases itself, so none is carried over a fork.
 */
#include "batch/verify.h"

#include "batch/worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a process says of one shard; written at once, as it fits into a pipe's PIPE_BUF. */
struct said {
    size_t index;
    struct seal seal;
    struct rv_error err;
};
_Static_assert(sizeof(struct said) <= 4096, "PIPE_BUF");

static enum rv_status fail(struct rv_error *err, enum rv_status status, const char *subject,
                           const char *problem)
{
    snprintf(err->text, sizeof err->text, "%.300s: %.300s", subject, problem);
    return err->status = status;
}

static enum rv_status verify(const char *path, size_t wait_s, struct seal *seal,
                             struct rv_error *err)
{
    char content[65];
    struct store *store = NULL;
    enum rv_status status = store_open(path, STORE_READ, wait_s, &store, err);
    if (status == RV_OK)
        status = store_check(store, err);
    if (status == RV_OK)
        status = seal_read(store, seal, err);
    if (status == RV_OK && seal->shard_count == 0)
        status = fail(err, RV_DATA, path, "is not a shard: it was made without --shard");
    if (status == RV_OK && seal->content[0] == '\0')
        status = fail(err, RV_PARTIAL, path, "is not finished; run its task again with --resume");
    if (status == RV_OK)
        status = seal_content(store, seal->settings, content, err);
    if (status == RV_OK && strcmp(content, seal->content) != 0)
        status = fail(err, RV_DATA, path, "its rows do not fit its seal: it was changed");
    store_close(store);
    return status;
}

/* Every `jobs`th shard from `first` on. */
static void verify_some(const struct shard *shards, size_t count, size_t first, size_t jobs,
                        size_t wait_s, int to)
{
    for (size_t i = first; i < count; i += jobs) {
        struct said said = {.index = i, .err = {.status = RV_OK}};
        said.err.status = verify(shards[i].path, wait_s, &said.seal, &said.err);
        if (!pipe_write(to, &said, sizeof said))
            return;
    }
}

/* The child's end of the pipe is closed here; false where there is no process. */
static bool start(const struct shard *shards, size_t count, size_t first, size_t jobs,
                  size_t wait_s, const int ends[2])
{
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        verify_some(shards, count, first, jobs, wait_s, ends[1]);
        _exit(0);
    }
    return child > 0;
}

/* The first problem is told, whichever process was first to find one. */
static enum rv_status hear(struct shard *shards, size_t count, int from, struct rv_error *err)
{
    struct said said;
    bool *heard = calloc(count, sizeof *heard);
    size_t worst = count;
    if (heard == NULL)
        return fail(err, RV_NO_MEMORY, shards[0].path, "out of memory");
    while (pipe_read(from, &said, sizeof said) && said.index < count) {
        heard[said.index] = true;
        shards[said.index].seal = said.seal;
        if (said.err.status != RV_OK && said.index < worst) {
            worst = said.index;
            *err = said.err;
        }
    }
    size_t silent = 0;
    while (silent < count && heard[silent])
        silent++;
    free(heard);
    if (silent < worst)
        return fail(err, RV_INTERNAL, shards[silent].path, "the process that checked it ended");
    return worst < count ? err->status : RV_OK;
}

enum rv_status verify_shards(struct shard *shards, size_t count, size_t jobs, size_t wait_s,
                             struct rv_error *err)
{
    int ends[2];
    if (jobs > count)
        jobs = count;
    if (pipe(ends) != 0)
        return fail(err, RV_TRY_AGAIN, "a pipe", strerror(errno));
    size_t started = 0;
    fflush(NULL);
    while (started < jobs && start(shards, count, started, jobs, wait_s, ends))
        started++;
    int number = errno;
    close(ends[1]);
    enum rv_status status = started == jobs
                                ? hear(shards, count, ends[0], err)
                                : fail(err, RV_TRY_AGAIN, "a process", strerror(number));
    close(ends[0]);
    for (size_t i = 0; i < started; i++)
        while (wait(NULL) < 0 && errno == EINTR)
            continue;
    return status;
}
