/* SPDX-License-Identifier: GPL-3.0-or-later
 * ranvier export and ranvier collect: out of a database of results, and several into one.
 */
#include "batch/batch.h"
#include "command.h"

static void export_defaults(void *memory)
{
    ((struct export_options *)memory)->format = "tsv";
}

static const struct option_row export_rows[] = {
    {"format", 'f', OPTION_TEXT, "FORMAT", "tsv, csv, json or bids (default: tsv)",
     offsetof(struct export_options, format), 0, 0},
    {"wide", 0, OPTION_FLAG, NULL, "one row a response, a column a parameter",
     offsetof(struct export_options, wide), 0, 0},
    {"table", 't', OPTION_TEXT, "NAME",
     "results, studies, responses, marks, needle, findings, patterns, notices, failures "
     "(default: results)",
     offsetof(struct export_options, table), 0, 0},
    {"output", 'o', OPTION_TEXT, "FILE", "where to (default: standard output); bids: a new folder",
     offsetof(struct export_options, output), 0, 0},
    {"force", 0, OPTION_FLAG, NULL, "replace a file that exists",
     offsetof(struct export_options, force), 0, 0},
    {"settings", 0, OPTION_TEXT, "SHA256",
     "results of these settings (default: those of the last batch)",
     offsetof(struct export_options, settings_sha256), 0, 0},
    {0},
};

static enum rv_status run_export(const void *values, size_t count, char *const *operands,
                                 struct rv_error *err)
{
    (void)count;
    return batch_export(values, operands[0], err);
}

const struct command command_export = {
    .name = "export",
    .operands = "DATABASE",
    .summary = "Write the results of a batch as TSV, CSV, JSON or BIDS",
    .details = "One row a value, with its standard error, limits and verdict; n/a where nothing\n"
               "is known. The order is that of the paths: one process, many processes and many\n"
               "machines give the same bytes. bids makes a BIDS derivatives dataset: tables of "
               "each study\n"
               "under its subject and session, with data dictionaries.\n"
               "ranvier export results.sqlite --format csv -o results.csv\n"
               "ranvier export results.sqlite --table failures\n"
               "ranvier export results.sqlite --format bids -o derivatives/ranvier",
    .options = export_rows,
    .values_size = sizeof(struct export_options),
    .defaults = export_defaults,
    .operands_min = 1,
    .operands_max = 1,
    .run = run_export,
};

static void collect_defaults(void *memory)
{
    ((struct collect_options *)memory)->wait_s = 60;
}

static const struct option_row collect_rows[] = {
    {"jobs", 'j', OPTION_COUNT, "N",
     "processes that check the shards (default: one for each processor)",
     offsetof(struct collect_options, jobs), 1, 256},
    {"wait", 0, OPTION_COUNT, "S", "wait so long for a locked shard (default 60)",
     offsetof(struct collect_options, wait_s), 1, 86400},
    {0},
};

static enum rv_status run_collect(const void *values, size_t count, char *const *operands,
                                  struct rv_error *err)
{
    struct collect_options collect = *(const struct collect_options *)values;
    collect.output = operands[0];
    return batch_collect(&collect, operands + 1, count - 1, err);
}

const struct command command_collect = {
    .name = "collect",
    .operands = "OUT SHARD...",
    .summary = "Put the shards of a batch together into one database",
    .details = "OUT is a new database. The shards must be all of one batch, whole, and measured\n"
               "with the same program, reference and settings; what is missing is named.\n"
               "ranvier collect results.sqlite shard.*.sqlite",
    .options = collect_rows,
    .values_size = sizeof(struct collect_options),
    .defaults = collect_defaults,
    .operands_min = 2,
    .operands_max = 1000000,
    .run = run_collect,
};
