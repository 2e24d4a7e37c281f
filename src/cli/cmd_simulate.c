/* SPDX-License-Identifier: GPL-3.0-or-later
 * ranvier simulate: a study whose truth is known.
 */
#include "command.h"

#include <ranvier/simulate.h>

#include <stdio.h>

struct values {
    const char *folder;
    size_t seed;
    double noise;
    const char *format;
    bool list;
};

static void defaults(void *memory)
{
    struct values *values = memory;
    values->seed = 1;
    values->noise = 1.0;
}

static const struct option_row options[] = {
    {"output", 'o', OPTION_TEXT, "DIR", "folder to make; it must not exist or be empty",
     offsetof(struct values, folder), 0, 0},
    {"seed", 's', OPTION_COUNT, "N", "another seed is another patient (default 1)",
     offsetof(struct values, seed), 0, 1e15},
    {"noise", 0, OPTION_NUMBER, "X", "noise, mains and drift times X; 0: none (default 1)",
     offsetof(struct values, noise), 0, 1000},
    {"format", 'f', OPTION_TEXT, "FORMAT", "of the recordings: edf, wav or csv (default edf)",
     offsetof(struct values, format), 0, 0},
    {"list", 'l', OPTION_FLAG, NULL, "name the cases", offsetof(struct values, list), 0, 0},
    {0},
};

static enum rv_status list_cases(struct rv_error *err)
{
    for (size_t i = 0; rv_simulate_case_at(i) != NULL; i++)
        printf("%-22s  %s\n", rv_simulate_case_at(i)->name, rv_simulate_case_at(i)->description);
    return output_finish(err);
}

static enum rv_status misuse(struct rv_error *err, const char *sentence)
{
    snprintf(err->text, sizeof err->text, "%s", sentence);
    return err->status = RV_MISUSE;
}

static enum rv_status run(const void *memory, size_t count, char *const *operands,
                          struct rv_error *err)
{
    const struct values *values = memory;
    if (values->list)
        return list_cases(err);
    if (count == 0)
        return misuse(err, "name a case: ranvier simulate --list shows them");
    if (values->folder == NULL)
        return misuse(err, "name the folder to make: -o DIR");
    struct rv_simulate_options settings = rv_simulate_defaults();
    settings.seed = values->seed;
    settings.noise_scale = values->noise;
    settings.format = values->format;
    return rv_simulate_write(operands[0], values->folder, &settings, err);
}

const struct command command_simulate = {
    .name = "simulate",
    .operands = "CASE",
    .summary = "Make a study whose true values are known",
    .details = "Writes a study folder: study.json, responses.tsv, needle.tsv where the case has "
               "needle findings, one recording for each nerve, and truth.tsv with the exact value "
               "of everything that can be measured. The same case and seed give the same bytes. "
               "The responses are sums of travelling action potentials; the model is described in "
               "docs/methods/simulator.md.",
    .options = options,
    .values_size = sizeof(struct values),
    .defaults = defaults,
    .operands_min = 0,
    .operands_max = 1,
    .run = run,
};
