/* SPDX-License-Identifier: GPL-3.0-or-later
 * ranvier batch: many studies into one database.
 */
#include "batch/batch.h"
#include "command.h"
#include "measure_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct values {
    struct measure_values measure;
    const char *output, *scratch, *shard, *sbatch;
    size_t jobs, timeout_s, memory_mb, wait_s, slurm;
    bool resume, require_any, quiet, dry_run;
};

static void defaults(void *memory)
{
    struct values *values = memory;
    measure_options_defaults(&values->measure);
    values->timeout_s = 300;
    values->memory_mb = 4096;
    values->wait_s = 60;
}

/* The first rows are of the run; a Slurm task gets those from `timeout` on as they were given. */
static const struct option_row options[] = {
    {"out", 'o', OPTION_TEXT, "FILE", "database to make, or with --resume to continue",
     offsetof(struct values, output), 0, 0},
    {"jobs", 'j', OPTION_COUNT, "N", "worker processes (default: one for each processor)",
     offsetof(struct values, jobs), 1, 256},
    {"scratch", 0, OPTION_TEXT, "DIR",
     "local folder to work in where FILE lies on a network file system",
     offsetof(struct values, scratch), 0, 0},
    {"resume", 0, OPTION_FLAG, NULL, "run only what is missing, failed or changed",
     offsetof(struct values, resume), 0, 0},
    {"shard", 0, OPTION_TEXT, "I/N", "do part I of N, balanced by size",
     offsetof(struct values, shard), 0, 0},
    {"slurm", 0, OPTION_COUNT, "N",
     "submit a Slurm array of N tasks and the job that collects them",
     offsetof(struct values, slurm), 1, 1e6},
    {"sbatch", 0, OPTION_TEXT, "OPTIONS", "options for sbatch, quoted as in a shell",
     offsetof(struct values, sbatch), 0, 0},
    {"dry-run", 0, OPTION_FLAG, NULL, "with --slurm: print what would be submitted",
     offsetof(struct values, dry_run), 0, 0},
    {"require-any", 0, OPTION_FLAG, NULL, "exit status 66 when there is nothing to measure",
     offsetof(struct values, require_any), 0, 0},
    {"quiet", 'q', OPTION_FLAG, NULL, "no progress; failures are still told",
     offsetof(struct values, quiet), 0, 0},
    {"timeout", 0, OPTION_COUNT, "S", "give an input up after S seconds; 0: never (default 300)",
     offsetof(struct values, timeout_s), 0, 86400},
    {"memory", 0, OPTION_COUNT, "MB", "address space of a worker; 0: no limit (default 4096)",
     offsetof(struct values, memory_mb), 0, 1e7},
    {"wait", 0, OPTION_COUNT, "S", "wait so long for a locked database (default 60)",
     offsetof(struct values, wait_s), 1, 86400},
    MEASURE_OPTIONS(struct values, measure),
    {0},
};
enum { FIRST_PASSED_ON = 10 };

static enum rv_status misuse(struct rv_error *err, const char *sentence)
{
    snprintf(err->text, sizeof err->text, "%s", sentence);
    return err->status = RV_MISUSE;
}

/* "3/8" */
static enum rv_status read_shard(const char *text, struct batch_options *batch,
                                 struct rv_error *err)
{
    unsigned long index = 0, count = 0;
    int length = 0;
    if (text == NULL)
        return RV_OK;
    if (strspn(text, "0123456789/") != strlen(text) || strlen(text) > 15 ||
        sscanf(text, "%lu/%lu%n", &index, &count, &length) != 2 || (size_t)length != strlen(text) ||
        index < 1 || count < 1 || index > count)
        return misuse(err, "--shard is I/N with I from 1 to N, as in 3/8");
    batch->shard = index;
    batch->shard_count = count;
    return RV_OK;
}

/* The options that differ from the defaults, as they stand on a command line. Texts live in
 * `storage`, of one line an option. */
static size_t write_arguments(const struct values *values, char *arguments[], char (*storage)[64])
{
    struct values usual = {0};
    size_t count = 0, stored = 0;
    defaults(&usual);
    for (size_t i = FIRST_PASSED_ON; options[i].name != NULL; i++) {
        const struct option_row *row = &options[i];
        const void *place = (const char *)values + row->offset;
        const void *usual_place = (const char *)&usual + row->offset;
        size_t size = row->type == OPTION_FLAG     ? sizeof(bool)
                      : row->type == OPTION_TEXT   ? sizeof(char *)
                      : row->type == OPTION_NUMBER ? sizeof(double)
                                                   : sizeof(size_t);
        if (memcmp(place, usual_place, size) == 0)
            continue;
        snprintf(storage[stored], 64, "--%s", row->name);
        arguments[count++] = storage[stored++];
        if (row->type == OPTION_FLAG)
            continue;
        if (row->type == OPTION_TEXT) {
            arguments[count++] = *(char *const *)place;
            continue;
        }
        if (row->type == OPTION_NUMBER)
            snprintf(storage[stored], 64, "%.17g", *(const double *)place);
        else
            snprintf(storage[stored], 64, "%zu", *(const size_t *)place);
        arguments[count++] = storage[stored++];
    }
    return count;
}

static enum rv_status run_slurm(const struct values *values, size_t count, char *const *operands,
                                struct rv_error *err)
{
    char *arguments[2 * sizeof options / sizeof *options];
    char storage[2 * sizeof options / sizeof *options][64];
    struct slurm_options slurm = {.tasks = values->slurm,
                                  .dry_run = values->dry_run,
                                  .sbatch = values->sbatch,
                                  .output = values->output,
                                  .arguments = arguments};
    if (values->shard != NULL || values->resume)
        return misuse(err, "--slurm makes the shards itself: no --shard, no --resume");
    slurm.argument_count = write_arguments(values, arguments, storage);
    return batch_slurm(&slurm, operands, count, err);
}

static enum rv_status run(const void *memory, size_t count, char *const *operands,
                          struct rv_error *err)
{
    const struct values *values = memory;
    struct batch_options batch = {.output = values->output,
                                  .scratch = values->scratch,
                                  .jobs = values->jobs,
                                  .resume = values->resume,
                                  .require_any = values->require_any,
                                  .quiet = values->quiet,
                                  .timeout_s = values->timeout_s,
                                  .memory_mb = values->memory_mb,
                                  .wait_s = values->wait_s};
    if (values->output == NULL)
        return misuse(err, "name the database: --out FILE");
    if (values->slurm == 0 && (values->dry_run || values->sbatch != NULL))
        return misuse(err, "--dry-run and --sbatch go with --slurm N");
    enum rv_status status = read_shard(values->shard, &batch, err);
    if (status == RV_OK)
        status = measure_options_read(&values->measure, &batch.settings, err);
    if (status != RV_OK)
        return status;
    batch.settings.keep_sweeps = false;
    return values->slurm > 0 ? run_slurm(values, count, operands, err)
                             : batch_run(&batch, operands, count, err);
}

const struct command command_batch = {
    .name = "batch",
    .operands = "PATH...",
    .summary = "Measure many studies into one database",
    .details =
        "PATH is a study folder, a recording, a BIDS dataset, a folder of them at any depth, or\n"
        "@FILE: a list of paths, one a line. Each input is measured in a worker process; one that "
        "cannot be read,\n"
        "crashes or does not end costs its own row. The database (SQLite) is described in\n"
        "docs/batch.md. Exit status 1: at least one input failed.\n"
        "ranvier batch archive --out results.sqlite\n"
        "ranvier batch archive --out results.sqlite --resume\n"
        "ranvier batch archive --out results.sqlite --slurm 100 --sbatch '--time=2:00:00'",
    .options = options,
    .values_size = sizeof(struct values),
    .defaults = defaults,
    .operands_min = 1,
    .operands_max = 100000,
    .run = run,
};
