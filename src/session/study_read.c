/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading a study: a folder with its tables, or a single recording.
 */
#include "base/error.h"
#include "base/notice.h"
#include "base/table.h"
#include "base/text.h"
#include "knowledge/knowledge.h"
#include "session/bids.h"
#include "session/study_json.h"
#include "session/study_recording.h"
#include "session/study_tables.h"

#include <ranvier/ranvier.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TABLE_BYTES_MAX = 16 << 20, JSON_BYTES_MAX = 4 << 20 };

typedef enum rv_status part_reader(const char *bytes, size_t length, struct rv_study *study,
                                   struct rv_notices *notices, struct rv_error *err);

static enum rv_status read_json(const char *bytes, size_t length, struct rv_study *study,
                                struct rv_notices *notices, struct rv_error *err)
{
    (void)notices;
    return rv_study_json(bytes, length, study, err);
}

static const struct {
    const char *name;
    size_t limit;
    part_reader *read;
} parts[] = {
    {"study.json", JSON_BYTES_MAX, read_json},
    {"responses.tsv", TABLE_BYTES_MAX, rv_study_responses},
    {"needle.tsv", TABLE_BYTES_MAX, rv_study_needle},
};

/* A part that is not there is fine; one that cannot be read is not. */
static enum rv_status read_part(struct rv_study *study, size_t part, struct rv_notices *notices,
                                bool *found, struct rv_error *err)
{
    char *path = rv_arena_format(study->arena, "%s/%s", study->folder, parts[part].name);
    struct stat facts;
    if (path == NULL)
        return rv_fail_memory(err);
    if (stat(path, &facts) != 0 && errno == ENOENT)
        return RV_OK;
    *found = true;
    char *bytes = NULL;
    size_t length = 0;
    enum rv_status status =
        rv_file_read(study->arena, path, parts[part].limit, &bytes, &length, err);
    if (status == RV_OK)
        status = parts[part].read(bytes, length, study, notices, err);
    if (status != RV_OK)
        return rv_fail_in(err, status == RV_DATA ? RV_STUDY : status, "%s", parts[part].name);
    return RV_OK;
}

/* A recording must lie in the folder of its study, links followed. */
static enum rv_status check_file(const char *root, const struct rv_study *study, const char *file,
                                 struct rv_error *err)
{
    char *path = rv_arena_format(study->arena, "%s/%s", study->folder, file);
    if (path == NULL)
        return rv_fail_memory(err);
    if (file[0] == '/' || strstr(file, "\\") != NULL)
        return rv_fail(err, RV_STUDY, "file \"%s\" is not a path inside the study's folder", file);
    char *real = realpath(path, NULL);
    if (real == NULL)
        return rv_fail(err, RV_NO_INPUT, "file \"%s\": %s", file, strerror(errno));
    size_t length = strlen(root);
    bool inside = strncmp(real, root, length) == 0 && (real[length] == '/' || root[1] == '\0');
    struct stat facts;
    bool regular = stat(real, &facts) == 0 && S_ISREG(facts.st_mode);
    rv_release(real);
    if (!inside)
        return rv_fail(err, RV_STUDY, "file \"%s\" lies outside the study's folder", file);
    if (!regular)
        return rv_fail(err, RV_NO_INPUT, "file \"%s\" is not a regular file", file);
    return RV_OK;
}

static enum rv_status check_files(const struct rv_study *study, struct rv_error *err)
{
    char *root = realpath(study->folder, NULL);
    if (root == NULL)
        return rv_fail(err, RV_NO_INPUT, "%s", strerror(errno));
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < study->response_count && status == RV_OK; i++) {
        const struct rv_response *response = &study->responses[i];
        if (response->file != NULL)
            status = check_file(root, study, response->file, err);
        if (status != RV_OK)
            status = rv_fail_in(err, status, "responses.tsv: line %zu", response->line);
    }
    rv_release(root);
    return status;
}

static enum rv_status read_folder(struct rv_study *study, struct rv_notices *notices,
                                  struct rv_error *err)
{
    bool found = false;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        enum rv_status status = read_part(study, i, notices, &found, err);
        if (status != RV_OK)
            return status;
    }
    if (!found)
        return rv_fail(err, RV_NO_INPUT,
                       "holds neither study.json nor responses.tsv nor needle.tsv");
    return check_files(study, err);
}

bool rv_study_has_tables(const char *folder)
{
    struct rv_arena *arena = rv_arena_new();
    bool found = false;
    for (size_t i = 0; arena != NULL && i < sizeof parts / sizeof *parts; i++) {
        struct stat facts;
        const char *path = rv_arena_format(arena, "%s/%s", folder, parts[i].name);
        found = found || (path != NULL && stat(path, &facts) == 0);
    }
    rv_arena_free(arena);
    return found;
}

/* The folder that files are relative to: the path itself, or what stands before its last name. */
static const char *folder_of(const char *path, bool is_folder, struct rv_arena *arena)
{
    const char *slash = strrchr(path, '/');
    if (is_folder)
        return rv_arena_text(arena, path);
    if (slash == NULL)
        return rv_arena_text(arena, ".");
    return rv_arena_text_n(arena, path, (size_t)(slash - path) + 1);
}

static bool names_a_study(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcmp(slash != NULL ? slash + 1 : path, "study.json") == 0;
}

/* What lies in no BIDS dataset. */
static enum rv_status read_plain(const char *path, bool folder, const struct rv_settings *settings,
                                 struct rv_study *study, struct rv_notices *notices,
                                 struct rv_error *err)
{
    study->folder = folder_of(path, folder, study->arena);
    if (study->folder == NULL)
        return rv_fail_memory(err);
    if ((folder || names_a_study(path)) && settings->study_path != NULL)
        return rv_fail(err, RV_MISUSE,
                       "--study is for a single recording; this folder has its own study.json");
    if (folder || names_a_study(path))
        return read_folder(study, notices, err);
    return rv_study_recording(path, settings, study, notices, err);
}

static enum rv_status read_into(const char *path, const struct rv_settings *settings,
                                struct rv_study *study, struct rv_notices *notices,
                                struct rv_error *err)
{
    struct stat facts = {0};
    bool standard = strcmp(path, "-") == 0;
    enum rv_status status = rv_words_prepare(err);
    if (status != RV_OK)
        return status;
    if (!standard && stat(path, &facts) != 0)
        return rv_fail(err, errno == EACCES ? RV_PERMISSION : RV_NO_INPUT, "%s", strerror(errno));
    bool folder = !standard && S_ISDIR(facts.st_mode), bids = false;
    if (!standard && (!folder || !rv_study_has_tables(path)))
        status = rv_bids_study_read(path, settings, study, notices, &bids, err);
    return status != RV_OK || bids ? status
                                   : read_plain(path, folder, settings, study, notices, err);
}

enum rv_status rv_study_read(const char *path, const struct rv_settings *settings,
                             struct rv_study **study, struct rv_error *err)
{
    struct rv_study *made = rv_study_blank();
    if (made == NULL)
        return rv_fail_memory(err);
    struct rv_notices notices = {.arena = made->arena};
    enum rv_status status = read_into(path, settings, made, &notices, err);
    if (status == RV_OK && !rv_notices_settle(&notices, &made->notices, &made->notice_count))
        status = rv_fail_memory(err);
    if (status != RV_OK) {
        rv_notices_finish(&notices);
        rv_study_free(made);
        bool named = err != NULL && rv_text_starts(err->text, path); /* by the recording's reader */
        return named ? status : rv_fail_in(err, status, "%s", path);
    }
    *study = made;
    return RV_OK;
}

void rv_study_free(struct rv_study *study)
{
    if (study == NULL)
        return;
    rv_recording_free(study->recording);
    rv_arena_free(study->arena);
}
