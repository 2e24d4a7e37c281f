/* SPDX-License-Identifier: GPL-3.0-or-later
 * ranvier report: a study, or a single recording, measured and written down.
 */
#include "report_command.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FORMATS_MOST = 8, PATH_SIZE = 4096, SEARCH_MOST_MS = 1000 };

void report_defaults(void *values)
{
    measure_options_defaults(&((struct report_values *)values)->measure);
    ((struct report_values *)values)->colour = "auto";
}

const struct option_row report_options[] = {
    {"output", 'o', OPTION_TEXT, "FILE|FOLDER",
     "where to; the format follows the ending of FILE (default: standard output)",
     offsetof(struct report_values, output), 0, 0},
    {"format", 'f', OPTION_TEXT, "LIST",
     "text, json, html, tsv; several, separated by commas, need a FOLDER (default: text)",
     offsetof(struct report_values, formats), 0, 0},
    {"force", 0, OPTION_FLAG, NULL, "replace files that exist (never an input of the study)",
     offsetof(struct report_values, force), 0, 0},
    {"label", 0, OPTION_TEXT, "TEXT",
     "a single recording: what it is, for example \"median motor R wrist APB 80mm\"",
     offsetof(struct report_values, label), 0, 0},
    {"study", 0, OPTION_TEXT, "FILE",
     "a single recording: study.json with patient, history and skin temperatures",
     offsetof(struct report_values, study), 0, 0},
    {"search", 0, OPTION_TEXT, "FROM:TO",
     "where responses are looked for, ms after the stimulus (default: by kind)",
     offsetof(struct report_values, search), 0, 0},
    {"strict", 0, OPTION_FLAG, NULL,
     "exit status 3 when a value was withheld or a recording flagged",
     offsetof(struct report_values, strict), 0, 0},
    {"colour", 0, OPTION_TEXT, "WHEN", "auto, always or never (default: auto)",
     offsetof(struct report_values, colour), 0, 0},
    {"width", 0, OPTION_COUNT, "N", "columns of the text report (default 100)",
     offsetof(struct report_values, width), 40, 1000},
    MEASURE_OPTIONS(struct report_values, measure),
    {0},
};

/* What is to be written, and where. */
struct plan {
    const struct rv_renderer *renderers[FORMATS_MOST];
    size_t count;
    bool to_stdout, in_folder;
    const char *output;
    struct rv_render_options render;
};

static enum rv_status fail(struct rv_error *err, enum rv_status status, const char *subject,
                           const char *problem)
{
    snprintf(err->text, sizeof err->text, "%.300s: %s", subject, problem);
    return err->status = status;
}

static enum rv_status read_formats(const char *list, struct plan *plan, struct rv_error *err)
{
    for (const char *at = list; at != NULL;) {
        char name[32] = "";
        size_t length = strcspn(at, ",");
        if (length < sizeof name)
            memcpy(name, at, length);
        const struct rv_renderer *renderer = rv_renderer_find(name);
        if (renderer == NULL || plan->count == FORMATS_MOST)
            return fail(err, RV_MISUSE, list, "--format knows text, json, html and tsv");
        for (size_t i = 0; i < plan->count; i++)
            if (plan->renderers[i] == renderer)
                return fail(err, RV_MISUSE, list, "--format names one format twice");
        plan->renderers[plan->count++] = renderer;
        at = at[length] == ',' ? at + length + 1 : NULL;
    }
    return RV_OK;
}

/* The format that the ending of a file name asks for; NULL. */
static const struct rv_renderer *renderer_of_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash != NULL ? slash : path, '.');
    if (dot == NULL)
        return NULL;
    for (size_t i = 0; rv_renderer_at(i) != NULL; i++)
        if (strcmp(dot + 1, rv_renderer_at(i)->extension) == 0)
            return rv_renderer_at(i);
    return NULL;
}

static bool is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static enum rv_status read_colour(const struct report_values *values, struct plan *plan,
                                  struct rv_error *err)
{
    const char *never = getenv("NO_COLOR");
    if (strcmp(values->colour, "always") == 0)
        plan->render.colour = true;
    else if (strcmp(values->colour, "auto") == 0)
        plan->render.colour =
            plan->to_stdout && isatty(STDOUT_FILENO) == 1 && (never == NULL || *never == '\0');
    else if (strcmp(values->colour, "never") != 0)
        return fail(err, RV_MISUSE, values->colour, "--colour is auto, always or never");
    plan->render.width = values->width;
    return RV_OK;
}

/* Several formats, an ending slash or an existing folder: the reports go into a folder. */
static bool goes_into_folder(const struct plan *plan)
{
    size_t length = strlen(plan->output);
    return plan->count > 1 || (length > 0 && plan->output[length - 1] == '/') ||
           is_folder(plan->output);
}

static enum rv_status make_plan(const struct report_values *values, struct plan *plan,
                                struct rv_error *err)
{
    *plan = (struct plan){.output = values->output};
    plan->to_stdout = values->output == NULL || strcmp(values->output, "-") == 0;
    enum rv_status status =
        values->formats != NULL ? read_formats(values->formats, plan, err) : RV_OK;
    if (status != RV_OK)
        return status;
    if (plan->to_stdout && plan->count > 1)
        return fail(err, RV_MISUSE, values->formats, "several formats need -o FOLDER");
    plan->in_folder = !plan->to_stdout && goes_into_folder(plan);
    if (plan->count == 0) {
        bool named = !plan->to_stdout && !plan->in_folder;
        plan->renderers[0] = named ? renderer_of_name(values->output) : rv_renderer_find("text");
        plan->count = 1;
    }
    if (plan->renderers[0] == NULL)
        return fail(err, RV_MISUSE, values->output,
                    "its ending names no format; give it with --format");
    return read_colour(values, plan, err);
}

/* The place of one output: its own name, or "report.html" within the folder. */
static bool place_of(const struct plan *plan, size_t index, char path[PATH_SIZE])
{
    size_t length = strlen(plan->output);
    bool slash = length > 0 && plan->output[length - 1] == '/';
    int written = plan->in_folder ? snprintf(path, PATH_SIZE, "%s%sreport.%s", plan->output,
                                             slash ? "" : "/", plan->renderers[index]->extension)
                                  : snprintf(path, PATH_SIZE, "%s", plan->output);
    return written > 0 && written < PATH_SIZE;
}

/* The folder that a new name would stand in. */
static void parent_of(const char *path, char folder[PATH_SIZE])
{
    snprintf(folder, PATH_SIZE, "%s", path);
    for (size_t end = strlen(folder); end > 1 && folder[end - 1] == '/'; end--)
        folder[end - 1] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash == NULL)
        snprintf(folder, PATH_SIZE, ".");
    else
        slash[slash == folder ? 1 : 0] = '\0';
}

/* Nothing in the folder of an earlier study is replaced: it may be an input. */
static bool is_earlier(const char *folder, const struct report_earlier *earlier)
{
    struct stat output, input;
    for (size_t i = 0; i < earlier->count; i++) {
        char parent[PATH_SIZE];
        snprintf(parent, sizeof parent, "%s", earlier->paths[i]);
        if (!is_folder(parent))
            parent_of(earlier->paths[i], parent);
        if (stat(folder, &output) == 0 && stat(parent, &input) == 0 &&
            output.st_dev == input.st_dev && output.st_ino == input.st_ino)
            return true;
    }
    return false;
}

static enum rv_status check_output(const struct plan *plan, const char *path, bool force,
                                   const struct report_earlier *earlier, struct rv_error *err)
{
    char folder[PATH_SIZE];
    struct stat facts;
    bool made = !plan->in_folder || lstat(plan->output, &facts) == 0;
    if (plan->in_folder && made && !is_folder(plan->output))
        return fail(err, RV_NO_OUTPUT, plan->output, "is not a folder");
    if (is_folder(path))
        return fail(err, RV_NO_OUTPUT, path, "is a folder");
    if (!force && lstat(path, &facts) == 0)
        return fail(err, RV_NO_OUTPUT, path, "exists; --force replaces it");
    parent_of(made ? path : plan->output, folder);
    if (lstat(path, &facts) == 0 && is_earlier(folder, earlier))
        return fail(err, RV_NO_OUTPUT, path, "stands in the folder of an earlier study");
    if (access(folder, W_OK | X_OK) != 0)
        return fail(err, RV_NO_OUTPUT, folder, strerror(errno));
    return RV_OK;
}

/* Before anything is measured: is there a place for the report? */
static enum rv_status check_outputs(const struct plan *plan, bool force,
                                    const struct report_earlier *earlier, struct rv_error *err)
{
    char path[PATH_SIZE];
    enum rv_status status = RV_OK;
    for (size_t i = 0; !plan->to_stdout && i < plan->count && status == RV_OK; i++) {
        if (!place_of(plan, i, path))
            return fail(err, RV_NO_OUTPUT, plan->output, "the name is too long");
        status = check_output(plan, path, force, earlier, err);
    }
    return status;
}

static enum rv_status write_outputs(const struct plan *plan, const struct rv_report *report,
                                    struct rv_error *err)
{
    char path[PATH_SIZE];
    if (plan->to_stdout) {
        enum rv_status status =
            plan->renderers[0]->render(report, &plan->render, output_write, NULL, err);
        return status == RV_OK || status == RV_IO ? output_finish(err) : status;
    }
    if (plan->in_folder && mkdir(plan->output, 0700) != 0 && errno != EEXIST)
        return fail(err, RV_NO_OUTPUT, plan->output, strerror(errno));
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < plan->count && status == RV_OK; i++) {
        if (!place_of(plan, i, path))
            return fail(err, RV_NO_OUTPUT, plan->output, "the name is too long");
        status = rv_render_file(report, plan->renderers[i], &plan->render, path, err);
    }
    return status;
}

/* "15:45". The C locale is the program's only one: strtod and its '.' are safe here. */
static enum rv_status read_search(const char *text, struct rv_settings *settings,
                                  struct rv_error *err)
{
    char *colon, *end;
    if (text == NULL)
        return RV_OK;
    settings->search_from_ms = strtod(text, &colon);
    settings->search_to_ms = strtod(*colon == ':' ? colon + 1 : colon, &end);
    bool two = strspn(text, ".0123456789:") == strlen(text) && colon != text && *colon == ':' &&
               end != colon + 1 && *end == '\0';
    if (!two || settings->search_to_ms > SEARCH_MOST_MS ||
        settings->search_from_ms >= settings->search_to_ms)
        return fail(err, RV_MISUSE, text,
                    "--search takes an earlier and a later time in ms, such as 1.2:25");
    return RV_OK;
}

static enum rv_status read_settings(const struct report_values *values,
                                    struct rv_settings *settings, struct rv_error *err)
{
    enum rv_status status = measure_options_read(&values->measure, settings, err);
    if (status != RV_OK)
        return status;
    settings->strict = values->strict;
    settings->label = values->label;
    settings->study_path = values->study;
    return read_search(values->search, settings, err);
}

/* A withheld value, or a flag beyond those that only say what was done to the signal. */
static bool is_flagged(const struct rv_report *report)
{
    const uint64_t plain =
        rv_flag_bit(RV_FLAG_TAIL_SUBTRACTED) | rv_flag_bit(RV_FLAG_MAINS_SUBTRACTED);
    for (size_t i = 0; i < report->measurement_count; i++) {
        const struct rv_measurement *measurement = &report->measurements[i];
        if ((measurement->flags & ~plain) != 0)
            return true;
        for (int p = 0; p < RV_PARAMETER_COUNT; p++)
            if (measurement->results[p].value.validity == RV_WITHHELD)
                return true;
    }
    return false;
}

enum rv_status report_run(const struct report_values *values, const char *path,
                          const struct report_earlier *earlier, struct rv_error *err)
{
    struct plan plan;
    struct rv_settings settings;
    struct rv_study *study = NULL;
    struct rv_report *report = NULL;
    enum rv_status status = make_plan(values, &plan, err);
    if (status == RV_OK)
        status = read_settings(values, &settings, err);
    settings.earlier = earlier->paths;
    settings.earlier_count = earlier->count;
    if (status == RV_OK)
        status = check_outputs(&plan, values->force, earlier, err);
    if (status == RV_OK)
        status = rv_study_read(path, &settings, &study, err);
    if (status == RV_OK)
        status = rv_session_run(study, &settings, &report, err);
    if (status == RV_OK)
        status = write_outputs(&plan, report, err);
    if (status == RV_OK && values->strict && is_flagged(report))
        status = fail(err, RV_FLAGGED, path,
                      "a value was withheld or a recording flagged; see the report");
    rv_report_free(report);
    rv_study_free(study);
    return status;
}

static enum rv_status run(const void *values, size_t count, char *const *operands,
                          struct rv_error *err)
{
    (void)count;
    return report_run(values, operands[0], &(struct report_earlier){0}, err);
}

const struct command command_report = {
    .name = "report",
    .operands = "STUDY",
    .summary = "Measure a study and write its report",
    .details =
        "STUDY is a folder with study.json, responses.tsv, needle.tsv and recordings, a subject "
        "or\n"
        "session of a BIDS dataset, or one recording whose labels say what was done. Each "
        "response\n"
        "is marked, measured with its standard error and compared with the reference limits.\n"
        "ranvier report visit -o visit.html\n"
        "ranvier report visit --format json,html,tsv -o visit/report",
    .options = report_options,
    .values_size = sizeof(struct report_values),
    .defaults = report_defaults,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
