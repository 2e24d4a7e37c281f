/* SPDX-License-Identifier: GPL-3.0-or-later
 * Worker processes: each measures one input at a time and sends its rows through a pipe. What
 * kills or stops a worker costs the input it was at, nothing else.
 */
#ifndef BATCH_WORKER_H
#define BATCH_WORKER_H

#include "batch/queue.h"
#include "batch/row.h"

#include <ranvier/settings.h>

#include <signal.h>
#include <sys/types.h>

enum { WORKERS_MOST = 256 };

enum outcome_kind { OUTCOME_DONE, OUTCOME_UNCHANGED, OUTCOME_FAILED };

/* How one input ended. `rows` are those of the report when it is done. */
struct outcome {
    const struct item *item;
    enum outcome_kind kind;
    enum rv_status status;
    char input_sha256[65];
    char reason[32]; /* stable word: "data", "crash", "timeout", ... */
    char text[768];
    struct rows rows;
};

struct worker {
    pid_t pid;
    int to, from;
    const struct item *item; /* at work on it; NULL: idle */
};

struct pool {
    struct worker workers[WORKERS_MOST];
    size_t count;
    size_t next; /* item to be handed out */
    const struct queue *queue;
    const struct rv_settings *settings;
    const char *settings_sha256;
    unsigned timeout_s; /* for one input; 0: none */
    size_t memory_mb;   /* address space of a worker; 0: no limit */
};

/* `jobs`, or where it is 0 the number of processors; at most WORKERS_MOST. */
size_t jobs_or_processors(size_t jobs);

/* Starts `count` workers. The other members of the pool are set by the caller. */
enum rv_status pool_start(struct pool *pool, size_t count, struct rv_error *err);
/* Hands out work and waits up to 250 ms; `outcomes` has room for one a worker, each with rows to
 * be freed. *count may be 0. */
enum rv_status pool_wait(struct pool *pool, struct outcome *outcomes, size_t *count,
                         struct rv_error *err);
/* Ends the workers, also those at work. */
void pool_stop(struct pool *pool);

/* The child's side: reads indexes of items from `from`, sends messages to `to`, until `from` ends.
 */
void worker_serve(const struct pool *pool, int from, int to);

/* All of `count` bytes; false at the end of the pipe or on an error. */
bool pipe_read(int from, void *bytes, size_t count);
bool pipe_write(int to, const void *bytes, size_t count);

#endif
