/* SPDX-License-Identifier: GPL-3.0-or-later
 * Many studies into one database, and out of it again. Part of the program, not of the library.
 */
#ifndef BATCH_BATCH_H
#define BATCH_BATCH_H

#include <ranvier/learn.h>
#include <ranvier/settings.h>

struct batch_options {
    const char *output;  /* the database */
    const char *scratch; /* where to work when the output lies on a network file system; NULL */
    size_t jobs;         /* worker processes; 0: one for each processor */
    bool resume, require_any, quiet;
    size_t timeout_s, memory_mb, wait_s;
    size_t shard, shard_count; /* 0: all */
    struct rv_settings settings;
};

/* RV_PARTIAL when an input failed; a signal that ends the program ends it here, with everything
 * done so far in the database. */
enum rv_status batch_run(const struct batch_options *options, char *const *operands, size_t count,
                         struct rv_error *err);

struct export_options {
    const char *format;          /* tsv, csv, json, bids */
    const char *table;           /* NULL: results */
    const char *output;          /* NULL: standard output; bids: a new folder */
    const char *settings_sha256; /* NULL: those of the last batch */
    bool wide, force;
};
enum rv_status batch_export(const struct export_options *options, const char *database,
                            struct rv_error *err);

struct learn_options {
    struct rv_learn_options how;
    const char *output;          /* of the limits; NULL: standard output */
    const char *details;         /* of the table of all that is known; NULL: none */
    const char *settings_sha256; /* NULL: those of the last batch */
    bool force;
};
/* Limits from a database of results. With a named output the table for eyes goes to standard
 * output. RV_DATA where no limit could be given. `warn` gets a sentence for each limit that
 * differs from the published one. */
enum rv_status batch_learn(const struct learn_options *options, const char *database,
                           void (*warn)(const char *sentence), struct rv_error *err);

struct collect_options {
    const char *output;
    size_t jobs; /* processes that check the shards; 0: one for each processor */
    size_t wait_s;
};
/* Shards into one new database. RV_PARTIAL where shards are missing or not finished. */
enum rv_status batch_collect(const struct collect_options *options, char *const *shards,
                             size_t count, struct rv_error *err);

struct slurm_options {
    size_t tasks;
    bool dry_run;
    const char *sbatch;     /* options for sbatch, cut as in words.h; NULL */
    const char *output;     /* the database */
    char *const *arguments; /* measuring options of each task, as on the command line */
    size_t argument_count;
};
enum rv_status batch_slurm(const struct slurm_options *options, char *const *operands, size_t count,
                           struct rv_error *err);

#endif
