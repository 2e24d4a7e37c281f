/* SPDX-License-Identifier: GPL-3.0-or-later
 * The parent's side of the workers: starts them, hands out work, takes messages, replaces the dead.
 */
#include "batch/schema.h"
#include "batch/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define ADDRESS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZED 1
#endif
#endif
#ifndef ADDRESS_SANITIZED
#define ADDRESS_SANITIZED 0 /* its shadow memory fits under no limit */
#endif

enum { WAIT_MS = 250, DESCRIPTORS_CLOSED = 4 * WORKERS_MOST };
static const uint64_t message_most = (uint64_t)1 << 31;

static enum rv_status fail(struct rv_error *err, const char *problem)
{
    snprintf(err->text, sizeof err->text, "worker processes: %s", problem);
    return err->status = RV_TRY_AGAIN;
}

/* The database and the pipes of the others are open in the parent: the child closes them unused. */
static void become_worker(const struct pool *pool, int from, int to)
{
    for (int i = 3; i < DESCRIPTORS_CLOSED; i++)
        if (i != from && i != to)
            close(i);
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0) {
        dup2(nothing, STDIN_FILENO);
        close(nothing);
    }
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* where the parent is killed, so are we */
#endif
    signal(SIGINT, SIG_IGN); /* the parent decides, and ends us */
    signal(SIGTERM, SIG_IGN);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGALRM, SIG_DFL);
    struct rlimit none = {0}; /* a core would hold a patient's data */
    setrlimit(RLIMIT_CORE, &none);
    struct rlimit limit = {.rlim_cur = (rlim_t)pool->memory_mb << 20,
                           .rlim_max = (rlim_t)pool->memory_mb << 20};
    if (pool->memory_mb > 0 && !ADDRESS_SANITIZED)
        setrlimit(RLIMIT_AS, &limit);
    worker_serve(pool, from, to);
    _exit(0);
}

static enum rv_status start(const struct pool *pool, struct worker *worker, struct rv_error *err)
{
    int down[2], up[2];
    if (pipe(down) != 0)
        return fail(err, strerror(errno));
    if (pipe(up) != 0) {
        close(down[0]);
        close(down[1]);
        return fail(err, strerror(errno));
    }
    pid_t pid = fork();
    if (pid == 0)
        become_worker(pool, down[0], up[1]);
    close(down[0]);
    close(up[1]);
    *worker = (struct worker){.pid = pid, .to = down[1], .from = up[0]};
    if (pid > 0)
        return RV_OK;
    close(worker->to);
    close(worker->from);
    return fail(err, strerror(errno));
}

/* Takes the worker down; returns how it ended. */
static int end(struct worker *worker, bool kill_it)
{
    int how = 0;
    close(worker->to);
    if (kill_it)
        kill(worker->pid, SIGKILL);
    close(worker->from);
    while (waitpid(worker->pid, &how, 0) < 0 && errno == EINTR)
        continue;
    worker->pid = 0;
    return how;
}

size_t jobs_or_processors(size_t jobs)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    if (jobs == 0)
        jobs = processors > 0 ? (size_t)processors : 1;
    return jobs < WORKERS_MOST ? jobs : WORKERS_MOST;
}

enum rv_status pool_start(struct pool *pool, size_t count, struct rv_error *err)
{
    for (pool->count = 0; pool->count < count; pool->count++) {
        enum rv_status status = start(pool, &pool->workers[pool->count], err);
        if (status != RV_OK) {
            pool_stop(pool);
            return status;
        }
    }
    return RV_OK;
}

void pool_stop(struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        if (pool->workers[i].pid > 0)
            end(&pool->workers[i], true);
    pool->count = 0;
}

static void describe_end(const struct pool *pool, int how, struct outcome *outcome)
{
    const char *word = "crash";
    char text[200];
    if (WIFSIGNALED(how) && WTERMSIG(how) == SIGALRM) {
        word = "timeout";
        snprintf(text, sizeof text, "not done in %u s", pool->timeout_s);
    } else if (WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL) {
        word = "killed";
        snprintf(text, sizeof text, "the worker process was killed; out of memory?");
    } else if (WIFSIGNALED(how)) {
        snprintf(text, sizeof text, "the worker process died of signal %d (%s)", WTERMSIG(how),
                 strsignal(WTERMSIG(how)));
    } else {
        snprintf(text, sizeof text, "the worker process ended with status %d", WEXITSTATUS(how));
    }
    snprintf(outcome->reason, sizeof outcome->reason, "%s", word);
    snprintf(outcome->text, sizeof outcome->text, "%.500s: %s", outcome->item->path, text);
    outcome->kind = OUTCOME_FAILED;
    outcome->status = RV_INTERNAL;
}

static void copy(char *into, size_t size, const struct cell *cell)
{
    snprintf(into, size, "%s", cell->type == CELL_TEXT ? cell->text : "");
}

/* The first row of a message says how the input ended. */
static bool read_outcome(struct outcome *outcome)
{
    struct row row;
    size_t at = 0;
    bool broken = false;
    if (!rows_next(&outcome->rows, &at, &row, &broken) || row.table != TABLE_OUTCOME ||
        row.count < 2)
        return false;
    outcome->kind = (enum outcome_kind)row.cells[0].integer;
    copy(outcome->input_sha256, sizeof outcome->input_sha256, &row.cells[1]);
    if (outcome->kind != OUTCOME_FAILED)
        return true;
    if (row.count != 5)
        return false;
    outcome->status = (enum rv_status)row.cells[2].integer;
    copy(outcome->reason, sizeof outcome->reason, &row.cells[3]);
    copy(outcome->text, sizeof outcome->text, &row.cells[4]);
    return true;
}

static bool take_message(struct worker *worker, struct outcome *outcome)
{
    uint64_t length = 0;
    if (!pipe_read(worker->from, &length, sizeof length) || length > message_most)
        return false;
    outcome->rows.bytes = malloc((size_t)length + 1);
    if (outcome->rows.bytes == NULL)
        return false;
    outcome->rows.count = outcome->rows.size = (size_t)length;
    return pipe_read(worker->from, outcome->rows.bytes, (size_t)length) && read_outcome(outcome);
}

static enum rv_status finish_item(struct pool *pool, struct worker *worker, struct outcome *outcome,
                                  struct rv_error *err)
{
    *outcome = (struct outcome){.item = worker->item};
    worker->item = NULL;
    if (take_message(worker, outcome))
        return RV_OK;
    rows_free(&outcome->rows);
    describe_end(pool, end(worker, false), outcome);
    return start(pool, worker, err);
}

/* A worker that died while idle is replaced once. */
static enum rv_status hand_out(struct pool *pool, struct worker *worker, struct rv_error *err)
{
    size_t index = pool->next;
    if (!pipe_write(worker->to, &index, sizeof index)) {
        end(worker, true);
        enum rv_status status = start(pool, worker, err);
        if (status != RV_OK)
            return status;
        if (!pipe_write(worker->to, &index, sizeof index))
            return fail(err, strerror(errno));
    }
    worker->item = &pool->queue->items[pool->next++];
    return RV_OK;
}

static enum rv_status feed(struct pool *pool, struct rv_error *err)
{
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < pool->count && status == RV_OK; i++)
        if (pool->workers[i].item == NULL && pool->next < pool->queue->count)
            status = hand_out(pool, &pool->workers[i], err);
    return status;
}

enum rv_status pool_wait(struct pool *pool, struct outcome *outcomes, size_t *count,
                         struct rv_error *err)
{
    struct pollfd polled[WORKERS_MOST];
    *count = 0;
    enum rv_status status = feed(pool, err);
    if (status != RV_OK)
        return status;
    for (size_t i = 0; i < pool->count; i++)
        polled[i] = (struct pollfd){
            .fd = pool->workers[i].item != NULL ? pool->workers[i].from : -1, .events = POLLIN};
    if (poll(polled, (nfds_t)pool->count, WAIT_MS) < 0)
        return errno == EINTR ? RV_OK : fail(err, strerror(errno));
    for (size_t i = 0; i < pool->count && status == RV_OK; i++)
        if (polled[i].fd >= 0 && polled[i].revents != 0)
            status = finish_item(pool, &pool->workers[i], &outcomes[(*count)++], err);
    return status;
}
