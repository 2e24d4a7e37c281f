/* SPDX-License-Identifier: GPL-3.0-or-later
 * The loop of a batch: find, measure in workers, store, say how far.
 */
#include "batch/batch.h"
#include "batch/identity.h"
#include "batch/lock.h"
#include "batch/progress.h"
#include "batch/seal.h"
#include "batch/store.h"
#include "batch/worker.h"
#include "batch/workplace.h"

#include <ranvier/ranvier.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stopped_by;

static void on_signal(int number)
{
    stopped_by = number;
}

/* A round ends after round_most_s, the first ones sooner so that a short batch is seen to move, or
 * when it holds ROUND_BYTES: the number of syncs depends on neither inputs nor rows. */
enum { ROUND_BYTES = 8 << 20 };
static const double round_first_s = 1.0 / 64, round_most_s = 1.0;

struct round {
    bool open; /* a transaction is */
    size_t done, unchanged, failed, bytes;
    double length_s;
    struct timespec begun;
};

struct batch {
    const struct batch_options *options;
    struct rv_settings settings;    /* with the reference opened: one for all inputs */
    struct rv_reference *reference; /* ours */
    struct workplace place;
    struct round round;
    struct queue queue;
    struct settings_identity identity;
    struct lock lock;
    struct store *store;
    struct pool pool;
    struct progress progress;
};

static void watch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    stopped_by = 0;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* a worker that died is met as a failed write */
}

/* Dies of the signal that stopped us, as a shell and a scheduler expect it. */
static void pass_signal_on(void)
{
    int number = stopped_by;
    if (number == 0)
        return;
    signal(number, SIG_DFL);
    raise(number);
}

static double seconds_since(const struct timespec *then)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) + 1e-9 * (double)(now.tv_nsec - then->tv_nsec);
}

static enum rv_status store_outcome(struct batch *batch, const struct outcome *outcome,
                                    struct rv_error *err)
{
    struct round *round = &batch->round;
    const char *settings = batch->identity.sha256;
    round->bytes += outcome->rows.count;
    if (outcome->kind == OUTCOME_UNCHANGED) {
        round->unchanged++;
        return RV_OK;
    }
    if (outcome->kind == OUTCOME_DONE) {
        round->done++;
        return store_report(batch->store, &outcome->rows, err);
    }
    round->failed++;
    progress_say(&batch->progress, outcome->text);
    return store_failure(batch->store, outcome->item->path,
                         outcome->input_sha256[0] != '\0' ? outcome->input_sha256 : NULL, settings,
                         outcome->reason, (int)outcome->status, outcome->text, err);
}

/* What came in one round is one transaction: it is counted when it is safe. */
static enum rv_status end_round(struct batch *batch, struct rv_error *err)
{
    struct round *round = &batch->round;
    enum rv_status status = RV_OK;
    if (round->open)
        status = store_commit(batch->store, err);
    if (status == RV_OK) {
        batch->progress.done += round->done;
        batch->progress.unchanged += round->unchanged;
        batch->progress.failed += round->failed;
        double longer_s = round->length_s > 0 ? 2 * round->length_s : round_first_s;
        *round = (struct round){.length_s = longer_s < round_most_s ? longer_s : round_most_s};
        status = workplace_deliver_now_and_then(&batch->place, err);
    }
    return status;
}

static enum rv_status store_outcomes(struct batch *batch, const struct outcome *outcomes,
                                     size_t count, struct rv_error *err)
{
    struct round *round = &batch->round;
    enum rv_status status = RV_OK;
    if (!round->open && count > 0) {
        status = store_begin(batch->store, err);
        round->open = status == RV_OK;
        clock_gettime(CLOCK_MONOTONIC, &round->begun);
    }
    for (size_t i = 0; i < count && status == RV_OK; i++)
        status = store_outcome(batch, &outcomes[i], err);
    if (status == RV_OK && round->open &&
        (round->bytes >= ROUND_BYTES || seconds_since(&round->begun) >= round->length_s))
        status = end_round(batch, err);
    return status;
}

/* A signal ends the loop; the round at hand is still kept. */
static enum rv_status measure_all(struct batch *batch, struct rv_error *err)
{
    struct outcome *outcomes = calloc(batch->pool.count, sizeof *outcomes);
    enum rv_status status = outcomes != NULL ? RV_OK : (err->status = RV_NO_MEMORY);
    for (size_t ended = 0; status == RV_OK && stopped_by == 0 && ended < batch->queue.count;) {
        size_t count = 0;
        status = pool_wait(&batch->pool, outcomes, &count, err);
        if (status == RV_OK)
            status = store_outcomes(batch, outcomes, count, err);
        for (size_t i = 0; i < count; i++)
            rows_free(&outcomes[i].rows);
        ended += count;
        progress_show(&batch->progress);
    }
    free(outcomes);
    return status == RV_OK ? end_round(batch, err) : status;
}

static enum rv_status find_known(struct batch *batch, struct item *item, struct rv_error *err)
{
    char sha256[65];
    enum rv_status status =
        store_known(batch->store, item->path, batch->identity.sha256, sha256, err);
    if (status != RV_OK || sha256[0] == '\0')
        return status;
    item->known_sha256 = strdup(sha256);
    return item->known_sha256 != NULL ? RV_OK : (err->status = RV_NO_MEMORY);
}

/* The list is taken once and kept, with what is known of each input from before. */
static enum rv_status keep_list(struct batch *batch, struct rv_error *err)
{
    const char *settings = batch->identity.sha256;
    struct store *store = batch->store;
    enum rv_status status = store_begin(store, err);
    if (status == RV_OK)
        status = store_settings(store, settings, rv_version(), batch->identity.text, err);
    if (status == RV_OK)
        status = store_set(store, "settings_sha256", settings, err);
    if (status == RV_OK)
        status = seal_open(store, &batch->queue, batch->options->shard, batch->options->shard_count,
                           err);
    for (size_t i = 0; i < batch->queue.count && status == RV_OK; i++) {
        struct item *item = &batch->queue.items[i];
        status = store_input(store, item->path, (int64_t)item->bytes, err);
        if (status == RV_OK && batch->options->resume)
            status = find_known(batch, item, err);
    }
    return status == RV_OK ? store_commit(store, err) : status;
}

static size_t jobs_of(const struct batch_options *options, size_t inputs)
{
    size_t jobs = jobs_or_processors(options->jobs);
    return jobs < inputs ? jobs : inputs;
}

static enum rv_status find_inputs(struct batch *batch, char *const *operands, size_t count,
                                  struct rv_error *err)
{
    const struct batch_options *options = batch->options;
    struct rv_settings *settings = &batch->settings;
    enum rv_status status = rv_reference_open(settings->reference_path, settings->reference_set,
                                              &batch->reference, err);
    settings->reference = batch->reference;
    if (status == RV_OK)
        status = settings_identity(settings, &batch->identity, err);
    if (status == RV_OK)
        status = queue_find(&batch->queue, operands, count, err);
    if (status == RV_OK && batch->queue.count == 0 && options->require_any) {
        snprintf(err->text, sizeof err->text, "%.300s: no study and no recording in it",
                 operands[0]);
        return err->status = RV_NO_INPUT;
    }
    if (status == RV_OK && options->shard_count > 0)
        status = queue_shard(&batch->queue, options->shard, options->shard_count, err);
    return status;
}

static enum rv_status open_output(struct batch *batch, struct rv_error *err)
{
    const struct batch_options *options = batch->options;
    enum rv_status status = lock_take(&batch->lock, options->output, err);
    if (status == RV_OK)
        status =
            workplace_open(&batch->place, options->output, options->scratch, options->resume, err);
    if (status == RV_OK)
        status = store_open(batch->place.path, options->resume ? STORE_CONTINUE : STORE_CREATE,
                            options->wait_s, &batch->store, err);
    return status;
}

static enum rv_status sum_up(struct batch *batch, struct rv_error *err)
{
    struct progress *progress = &batch->progress;
    char text[700];
    progress_end(progress);
    snprintf(text, sizeof text, "%zu found, %zu done, %zu unchanged, %zu failed%s; %.400s",
             batch->queue.count, progress->done, progress->unchanged, progress->failed,
             stopped_by != 0 ? "; interrupted, --resume continues" : "", batch->options->output);
    if (!progress->quiet || progress->failed > 0)
        progress_say(progress, text);
    err->text[0] = '\0';
    return progress->failed > 0 ? (err->status = RV_PARTIAL) : RV_OK;
}

static enum rv_status measure_and_store(struct batch *batch, struct rv_error *err)
{
    const struct batch_options *options = batch->options;
    enum rv_status status = keep_list(batch, err);
    if (status != RV_OK)
        return status;
    batch->pool = (struct pool){.queue = &batch->queue,
                                .settings = &batch->settings,
                                .settings_sha256 = batch->identity.sha256,
                                .timeout_s = (unsigned)options->timeout_s,
                                .memory_mb = options->memory_mb};
    progress_start(&batch->progress, batch->queue.count, options->quiet);
    if (batch->queue.count > 0)
        status = pool_start(&batch->pool, jobs_of(options, batch->queue.count), err);
    if (status == RV_OK && batch->queue.count > 0)
        status = measure_all(batch, err);
    pool_stop(&batch->pool);
    if (status == RV_OK && stopped_by == 0 && options->shard_count > 0)
        status = seal_close(batch->store, batch->identity.sha256, err);
    if (status == RV_OK)
        status = workplace_deliver(&batch->place, err);
    return status == RV_OK ? sum_up(batch, err) : status;
}

enum rv_status batch_run(const struct batch_options *options, char *const *operands, size_t count,
                         struct rv_error *err)
{
    struct batch batch = {.options = options, .settings = options->settings, .lock = {.file = -1}};
    enum rv_status status = find_inputs(&batch, operands, count, err);
    if (status == RV_OK)
        status = open_output(&batch, err);
    if (status == RV_OK) {
        watch_signals();
        status = measure_and_store(&batch, err);
    }
    store_close(batch.store);
    workplace_close(&batch.place);
    lock_release(&batch.lock);
    queue_free(&batch.queue);
    rv_reference_close(batch.reference);
    pass_signal_on();
    return status;
}
