/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writes the study folder of a case.
 */
#include "base/error.h"
#include "simulate/write.h"

#include <ranvier/simulate.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_LENGTH = 4096 };

struct rv_simulate_options rv_simulate_defaults(void)
{
    return (struct rv_simulate_options){.seed = 1, .noise_scale = 1.0, .format = NULL};
}

static const struct rv_case *case_at(size_t index)
{
    size_t i = 0;
    while (i < index && rv_cases[i] != NULL)
        i++;
    return rv_cases[i];
}

const struct rv_simulate_case *rv_simulate_case_at(size_t index)
{
    const struct rv_case *found = case_at(index);
    return found == NULL ? NULL : &found->facts;
}

static const struct rv_case *find_case(const char *name)
{
    for (size_t i = 0; rv_cases[i] != NULL; i++)
        if (strcmp(rv_cases[i]->facts.name, name) == 0)
            return rv_cases[i];
    return NULL;
}

static enum rv_status read_format(const char *text, enum rv_file_format *format,
                                  struct rv_error *err)
{
    static const char *const words[] = {"edf", "wav", "csv"};
    *format = RV_FILE_EDF;
    for (size_t i = 0; text != NULL; i++) {
        if (i == sizeof words / sizeof *words)
            return rv_fail(err, RV_MISUSE, "unknown format \"%.40s\": edf, wav or csv", text);
        if (strcmp(words[i], text) == 0) {
            *format = (enum rv_file_format)i;
            return RV_OK;
        }
    }
    return RV_OK;
}

/* Makes the folder; one that exists must be empty. */
static enum rv_status make_folder(const char *folder, struct rv_error *err)
{
    if (mkdir(folder, 0777) == 0)
        return RV_OK;
    if (errno != EEXIST)
        return rv_fail(err, errno == EACCES ? RV_PERMISSION : RV_NO_OUTPUT, "%.500s: %s", folder,
                       strerror(errno));
    DIR *listing = opendir(folder);
    if (listing == NULL)
        return rv_fail(err, RV_NO_OUTPUT, "%.500s: %s", folder, strerror(errno));
    bool empty = true;
    for (const struct dirent *entry = readdir(listing); entry != NULL; entry = readdir(listing))
        empty = empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
    closedir(listing);
    return empty ? RV_OK
                 : rv_fail(err, RV_NO_OUTPUT, "%.500s is not empty: name a new folder", folder);
}

static enum rv_status join(const char *folder, const char *name, char path[PATH_LENGTH],
                           struct rv_error *err)
{
    int length = snprintf(path, PATH_LENGTH, "%s/%s", folder, name);
    if (length < 0 || length >= PATH_LENGTH)
        return rv_fail(err, RV_NO_OUTPUT, "the path of the folder is too long");
    return RV_OK;
}

static enum rv_status write_text(const char *folder, const char *name, const struct rv_text *text,
                                 struct rv_error *err)
{
    char path[PATH_LENGTH];
    enum rv_status status = join(folder, name, path, err);
    return status == RV_OK ? rv_text_write(text, path, err) : status;
}

static enum rv_status write_literal(const char *folder, const char *name, const char *literal,
                                    struct rv_error *err)
{
    struct rv_text text = {0};
    if (literal == NULL)
        return RV_OK;
    rv_text_append(&text, literal);
    enum rv_status status = write_text(folder, name, &text, err);
    rv_text_finish(&text);
    return status;
}

struct job {
    const struct rv_case *the_case;
    const char *folder;
    const struct rv_simulate_options *options;
    enum rv_file_format format;
    struct rv_text responses, truth;
    size_t response_count;
};

static enum rv_status write_nerve(struct job *job, const struct rv_case_nerve *nerve,
                                  struct rv_arena *arena, struct rv_error *err)
{
    char name[128], path[PATH_LENGTH];
    struct rv_made_file file;
    rv_file_name(nerve, job->format, name);
    enum rv_status status = join(job->folder, name, path, err);
    if (status == RV_OK)
        status = rv_sweeps_make(nerve, job->options->seed, arena, &file, err);
    if (status != RV_OK)
        return status;
    double scale = job->options->noise_scale;
    status = job->the_case->single_record
                 ? rv_record_write(job->the_case, &file, scale, path, err)
                 : rv_recording_write(job->the_case, &file, job->format, scale, path, err);
    if (status != RV_OK)
        return rv_fail_in(err, status, "%s", name);
    rv_responses_rows(&file, job->format, &job->responses);
    rv_truth_rows(&file, name, job->response_count + 1, &job->truth);
    job->response_count += file.site_count;
    return RV_OK;
}

static enum rv_status write_nerves(struct job *job, struct rv_error *err)
{
    for (const struct rv_case_nerve *nerve = job->the_case->nerves; nerve->nerve != NULL; nerve++) {
        struct rv_arena *arena = rv_arena_new();
        if (arena == NULL)
            return rv_fail_memory(err);
        enum rv_status status = write_nerve(job, nerve, arena, err);
        rv_arena_free(arena);
        if (status != RV_OK)
            return status;
    }
    return RV_OK;
}

static enum rv_status write_case(const struct rv_case *the_case, const char *folder,
                                 const struct rv_simulate_options *options,
                                 enum rv_file_format format, struct rv_error *err)
{
    struct job job = {.the_case = the_case, .folder = folder, .options = options, .format = format};
    enum rv_status status = make_folder(folder, err);
    if (status != RV_OK)
        return status;
    rv_responses_header(&job.responses);
    rv_truth_header(&job.truth);
    status = write_nerves(&job, err);
    if (status == RV_OK && !the_case->single_record)
        status = write_text(folder, "responses.tsv", &job.responses, err);
    if (status == RV_OK)
        status = write_text(folder, "truth.tsv", &job.truth, err);
    if (status == RV_OK)
        status = write_literal(folder, "study.json", the_case->study_json, err);
    if (status == RV_OK)
        status = write_literal(folder, "needle.tsv", the_case->needle_tsv, err);
    rv_text_finish(&job.responses);
    rv_text_finish(&job.truth);
    return status;
}

enum rv_status rv_simulate_write(const char *name, const char *folder,
                                 const struct rv_simulate_options *options, struct rv_error *err)
{
    const struct rv_simulate_options defaults = rv_simulate_defaults();
    const struct rv_case *found = find_case(name);
    enum rv_file_format format;
    if (options == NULL)
        options = &defaults;
    if (found == NULL)
        return rv_fail(err, RV_MISUSE, "no case is called \"%.60s\": --list names them", name);
    if (!(options->noise_scale >= 0.0 && options->noise_scale <= 1000.0))
        return rv_fail(err, RV_MISUSE, "the noise scale must lie between 0 and 1000");
    enum rv_status status = read_format(options->format, &format, err);
    if (status != RV_OK)
        return status;
    if (found->single_record && format != RV_FILE_EDF)
        return rv_fail(err, RV_MISUSE, "%s is an EDF+D file, it has no other format", name);
    status = write_case(found, folder, options, format, err);
    if (status != RV_OK || found->earlier == NULL)
        return status;
    char path[PATH_LENGTH];
    status = join(folder, "earlier", path, err);
    return status == RV_OK ? write_case(found->earlier, path, options, format, err) : status;
}
