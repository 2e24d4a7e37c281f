/* SPDX-License-Identifier: GPL-3.0-or-later
 * ranvier reference: the built-in sets, and limits from the laboratory's own archive.
 */
#include "batch/batch.h"
#include "command.h"

#include <stdio.h>
#include <string.h>

static void defaults(void *memory)
{
    ((struct learn_options *)memory)->how = rv_learn_defaults();
}

static const struct option_row options[] = {
    {"output", 'o', OPTION_TEXT, "FILE",
     "where the limits go (default: standard output); with it a table for eyes is printed",
     offsetof(struct learn_options, output), 0, 0},
    {"details", 0, OPTION_TEXT, "FILE",
     "write a TSV with both methods, their intervals, counts and reasons for each limit",
     offsetof(struct learn_options, details), 0, 0},
    {"set", 0, OPTION_TEXT, "NAME", "name of the set (default: Laboratory)",
     offsetof(struct learn_options, how.set), 0, 0},
    {"complete", 0, OPTION_FLAG, NULL,
     "put NDTF 2016 and Preston-Shapiro behind the own limits, for studies that have none",
     offsetof(struct learn_options, how.complete), 0, 0},
    {"healthy", 0, OPTION_COUNT, "N", "healthy persons that a limit needs (default 200)",
     offsetof(struct learn_options, how.healthy_fewest), 20, 1e6},
    {"draws", 0, OPTION_COUNT, "N", "draws of the bootstrap (default 200)",
     offsetof(struct learn_options, how.draws), 40, 400},
    {"need-temperature", 0, OPTION_FLAG, NULL, "leave out limbs whose temperature was not recorded",
     offsetof(struct learn_options, how.need_temperature), 0, 0},
    {"far", 0, OPTION_FLAG, NULL,
     "give limits that are far more lenient than the published ones too",
     offsetof(struct learn_options, how.far), 0, 0},
    {"settings", 0, OPTION_TEXT, "SHA256",
     "learn from the results of these settings (default: those of the last batch)",
     offsetof(struct learn_options, settings_sha256), 0, 0},
    {"force", 0, OPTION_FLAG, NULL, "replace files that exist",
     offsetof(struct learn_options, force), 0, 0},
    {0},
};

static void warn(const char *sentence)
{
    say("warning", sentence);
}

static enum rv_status list_sets(struct rv_error *err)
{
    for (size_t i = 0; rv_reference_set_name(i) != NULL; i++)
        printf("%s\n", rv_reference_set_name(i));
    return output_finish(err);
}

static enum rv_status run(const void *values, size_t count, char *const *operands,
                          struct rv_error *err)
{
    if (strcmp(operands[0], "list") == 0 && count == 1)
        return list_sets(err);
    if (strcmp(operands[0], "learn") == 0 && count == 2)
        return batch_learn(values, operands[1], warn, err);
    snprintf(err->text, sizeof err->text,
             "ranvier reference list, or ranvier reference learn DATABASE");
    return err->status = RV_MISUSE;
}

const struct command command_reference = {
    .name = "reference",
    .operands = "list | learn DATABASE",
    .summary = "Name the sets of limits, or learn limits from an archive",
    .details =
        "learn reads a database of ranvier batch, in which healthy and ill are mixed, and writes\n"
        "a table that ranvier report --reference reads. Each limit is estimated by a mixture and\n"
        "by the plateau of the sorted values; where they disagree, where too few are healthy or\n"
        "the interval is wide, it is withheld and the reason written. Limits that differ from\n"
        "the published ones are told. The same database gives the same bytes. Read\n"
        "docs/reference-values.md before you use them: mild disease in most patients cannot be\n"
        "told from health.\n"
        "ranvier reference learn results.sqlite -o limits.tsv --details details.tsv\n"
        "ranvier report visit --reference limits.tsv",
    .options = options,
    .values_size = sizeof(struct learn_options),
    .defaults = defaults,
    .operands_min = 1,
    .operands_max = 2,
    .run = run,
};
