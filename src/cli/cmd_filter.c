/* SPDX-License-Identifier: GPL-3.0-or-later
 * ranvier filter: a recording through one or several bands, written as EDF+, BDF+ or WAV.
 */
#include "filter_run.h"
#include "source_options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

struct values {
    struct source_values source;
    const char *bands;
    const char *phase;
    double notch_hz, range;
    size_t tap_count;
    bool force, quiet;
};

static const struct option_row options[] = {
    {"band", 'b', OPTION_TEXT, "BAND[,BAND]",
     "motor, sensory, late, needle, or HP:LP in hertz; several make one channel each",
     offsetof(struct values, bands), 0, 0},
    {"notch", 0, OPTION_NUMBER, "HZ", "take out this frequency, 4 Hz wide (default: none)",
     offsetof(struct values, notch_hz), 1, 1e6},
    {"phase", 0, OPTION_TEXT, "PHASE",
     "linear (delay taken out; default) or minimum (nothing before its cause)",
     offsetof(struct values, phase), 0, 0},
    {"taps", 0, OPTION_COUNT, "N", "length of the filter, odd (default: as the edges need)",
     offsetof(struct values, tap_count), 1, 1e7},
    {"range", 0, OPTION_NUMBER, "X",
     "largest value that EDF or BDF shall hold (default: from the input's converter)",
     offsetof(struct values, range), 1e-6, 1e12},
    {"force", 0, OPTION_FLAG, NULL, "write over an output that exists",
     offsetof(struct values, force), 0, 0},
    {"quiet", 'q', OPTION_FLAG, NULL, "do not tell what the filters achieve",
     offsetof(struct values, quiet), 0, 0},
    SOURCE_OPTIONS(struct values, source),
    {0},
};

static enum rv_status read_bands(const char *text, double notch_hz, char *storage,
                                 struct filter_job *job, struct rv_error *err)
{
    if (text == NULL)
        return filter_fail(err, RV_MISUSE,
                           "name a band: --band motor, sensory, late, needle or "
                           "HP:LP");
    strcpy(storage, text);
    for (char *word = storage; word != NULL;) {
        char *comma = strchr(word, ',');
        if (comma != NULL)
            *comma++ = '\0';
        if (job->band_count == FILTER_BANDS_MAX)
            return filter_fail(err, RV_MISUSE, "--band: more than %d bands", FILTER_BANDS_MAX);
        struct rv_band *band = &job->bands[job->band_count++];
        enum rv_status status = rv_band_parse(word, band, err);
        if (status != RV_OK)
            return status;
        band->notch_hz = notch_hz;
        for (size_t i = 0; i + 1 < job->band_count; i++)
            if (strcmp(job->bands[i].name, band->name) == 0)
                return filter_fail(err, RV_MISUSE, "--band: %s stands twice", band->name);
        word = comma;
    }
    return RV_OK;
}

static bool ends_with(const char *text, const char *ending)
{
    const size_t length = strlen(text), wanted = strlen(ending);
    return length > wanted && strcasecmp(text + length - wanted, ending) == 0;
}

static enum rv_status read_kind(const char *path, enum sink_kind *kind, struct rv_error *err)
{
    static const struct {
        const char *ending;
        enum sink_kind kind;
    } rows[] = {{".edf", SINK_EDF}, {".bdf", SINK_BDF}, {".wav", SINK_WAV}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (ends_with(path, rows[i].ending)) {
            *kind = rows[i].kind;
            return RV_OK;
        }
    return filter_fail(err, RV_MISUSE, "%s: an output ends in .edf, .bdf or .wav", path);
}

/* An input is never written over, an output only when that is wanted. */
static enum rv_status check_output(const struct filter_job *job, bool force, struct rv_error *err)
{
    struct stat in, out;
    if (stat(job->output, &out) != 0)
        return RV_OK;
    const bool same = strcmp(job->input, "-") != 0 && stat(job->input, &in) == 0 &&
                      in.st_dev == out.st_dev && in.st_ino == out.st_ino;
    if (same)
        return filter_fail(err, RV_NO_OUTPUT, "%s is the input", job->output);
    if (S_ISDIR(out.st_mode))
        return filter_fail(err, RV_NO_OUTPUT, "%s is a folder", job->output);
    if (!force)
        return filter_fail(err, RV_NO_OUTPUT, "%s exists; --force writes over it", job->output);
    return RV_OK;
}

static enum rv_status read_job(const struct values *values, char *const *operands, char *storage,
                               struct filter_job *job, struct rv_error *err)
{
    *job = (struct filter_job){.input = operands[0],
                               .output = operands[1],
                               .tap_count = values->tap_count,
                               .range = values->range,
                               .quiet = values->quiet};
    enum rv_status status = read_bands(values->bands, values->notch_hz, storage, job, err);
    if (status == RV_OK)
        status = read_kind(job->output, &job->kind, err);
    if (status != RV_OK)
        return status;
    if (values->phase != NULL && strcmp(values->phase, "minimum") == 0)
        job->phase = RV_MINIMUM_PHASE;
    else if (values->phase != NULL && strcmp(values->phase, "linear") != 0)
        return filter_fail(err, RV_MISUSE, "--phase: \"%.100s\" is neither linear nor minimum",
                           values->phase);
    return check_output(job, values->force, err);
}

static enum rv_status run(const void *memory, size_t count, char *const *operands,
                          struct rv_error *err)
{
    (void)count;
    const struct values *values = memory;
    struct rv_source_options source;
    struct filter_job job;
    char *storage = calloc(values->bands != NULL ? strlen(values->bands) + 1 : 1, 1);
    if (storage == NULL)
        return filter_fail(err, RV_NO_MEMORY, "out of memory");
    enum rv_status status = source_options_read(&values->source, &source, err);
    if (status == RV_OK)
        status = read_job(values, operands, storage, &job, err);
    if (status == RV_OK)
        status = filter_run(&job, &source, err);
    free(storage);
    return status;
}

const struct command command_filter = {
    .name = "filter",
    .operands = "IN OUT",
    .summary = "Filter a recording into one or several bands",
    .details =
        "Reads IN (- is standard input) block by block and writes OUT, EDF+ (.edf), BDF+ (.bdf) or "
        "float WAV (.wav), in the same memory for any length. Several bands share their transforms "
        "and make one channel each, named after channel and band. Annotations and trigger channels "
        "are kept, except in WAV. What the filters achieve is told on standard error and stands in "
        "the prefilter field of OUT. For display, needle EMG and export: marks are made on "
        "recordings as they are, because filters move them.",
    .options = options,
    .values_size = sizeof(struct values),
    .operands_min = 2,
    .operands_max = 2,
    .run = run,
};
