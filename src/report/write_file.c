/* SPDX-License-Identifier: GPL-3.0-or-later
 * A report into a file: written beside its place, synced, renamed, so that the name always holds a
 * whole old or a whole new report.
 */
#include "base/error.h"
#include "base/text.h"
#include "report/render.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NAME_KEPT = 100, STALE_SECONDS = 24 * 60 * 60 };

struct target {
    struct rv_arena *arena;
    const char *path;
    const char *name; /* within its folder */
    int folder;       /* descriptor */
    const char *temporary;
    int file;
};

static const char *folder_of(struct rv_arena *arena, const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');
    *name = slash != NULL ? slash + 1 : path;
    if (slash == NULL)
        return ".";
    return slash == path ? "/" : rv_arena_text_n(arena, path, (size_t)(slash - path));
}

static bool same_path(const struct stat *target, const char *path)
{
    struct stat input;
    return path != NULL && stat(path, &input) == 0 && input.st_dev == target->st_dev &&
           input.st_ino == target->st_ino;
}

static bool same_file(const struct stat *target, const char *folder, const char *name,
                      struct rv_arena *arena)
{
    if (name == NULL)
        return false;
    const char *path =
        name[0] == '/' || folder == NULL ? name : rv_arena_format(arena, "%s/%s", folder, name);
    return same_path(target, path);
}

/* The files that the study was read from. */
static bool is_input(const struct stat *target, const struct rv_study *study,
                     struct rv_arena *arena)
{
    static const char *const tables[] = {"study.json", "responses.tsv", "needle.tsv", "marks.tsv"};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (study->folder != NULL && same_file(target, study->folder, tables[i], arena))
            return true;
    for (size_t i = 0; i < study->sidecar_count; i++)
        if (same_path(target, study->sidecars[i]))
            return true;
    for (size_t i = 0; i < study->response_count; i++)
        if (same_file(target, study->folder, study->responses[i].file, arena))
            return true;
    for (size_t i = 0; i < study->needle_count; i++)
        if (same_file(target, study->folder, study->needle[i].file, arena))
            return true;
    return false;
}

static enum rv_status check_place(struct target *target, const struct rv_study *study,
                                  struct rv_error *err)
{
    struct stat facts;
    if (*target->name == '\0')
        return rv_fail(err, RV_NO_OUTPUT, "a file name is missing");
    if (fstatat(target->folder, target->name, &facts, 0) != 0)
        return errno == ENOENT || errno == ELOOP
                   ? RV_OK
                   : rv_fail(err, RV_NO_OUTPUT, "%s", strerror(errno));
    if (!S_ISREG(facts.st_mode))
        return rv_fail(err, RV_NO_OUTPUT, "exists and is not a regular file");
    if (is_input(&facts, study, target->arena))
        return rv_fail(err, RV_NO_OUTPUT, "is an input of this study; choose another name");
    return RV_OK;
}

/* ".NAME.PID.tmp" with the PID of a process that is gone. */
static bool is_stale(const char *entry, const char *name, size_t kept)
{
    double pid;
    size_t length = strlen(entry);
    if (length < kept + 7 || entry[0] != '.' || strncmp(entry + 1, name, kept) != 0 ||
        entry[1 + kept] != '.' || strcmp(entry + length - 4, ".tmp") != 0)
        return false;
    const char *digits = entry + kept + 2;
    size_t count = (size_t)(entry + length - 4 - digits);
    if (strspn(digits, "0123456789") != count || !rv_number_read(digits, count, &pid) ||
        pid < 1.0 || pid > 4194304.0)
        return false;
    return kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

/* Removes what a killed run left of this very name more than a day ago. */
static void sweep_stale(const struct target *target)
{
    size_t length = strlen(target->name), kept = length < NAME_KEPT ? length : NAME_KEPT;
    int copy = openat(target->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
    if (folder == NULL) {
        if (copy >= 0)
            close(copy);
        return;
    }
    struct stat facts;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (is_stale(entry->d_name, target->name, kept) &&
            fstatat(target->folder, entry->d_name, &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(facts.st_mode) && time(NULL) - facts.st_mtime > STALE_SECONDS)
            (void)unlinkat(target->folder, entry->d_name, 0);
    closedir(folder);
}

static enum rv_status open_temporary(struct target *target, struct rv_error *err)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    target->temporary = rv_arena_format(target->arena, ".%.*s.%ld.tmp", (int)NAME_KEPT,
                                        target->name, (long)getpid());
    if (target->temporary == NULL)
        return rv_fail_memory(err);
    target->file = openat(target->folder, target->temporary, flags, 0600);
    if (target->file < 0)
        return rv_fail(err, RV_NO_OUTPUT, "cannot be created: %s", strerror(errno));
    return RV_OK;
}

struct sink {
    int file;
    int error; /* errno of the write that failed */
};

static bool write_all(void *to, const void *bytes, size_t count)
{
    struct sink *sink = to;
    const char *rest = bytes;
    while (count > 0) {
        ssize_t taken = write(sink->file, rest, count);
        if (taken < 0 && errno == EINTR)
            continue;
        if (taken <= 0) {
            sink->error = taken < 0 ? errno : ENOSPC;
            return false;
        }
        rest += taken;
        count -= (size_t)taken;
    }
    return true;
}

/* Closes the temporary file and gives it its name; the descriptor is gone in any case. */
static enum rv_status settle(struct target *target, struct rv_error *err)
{
    int synced = fsync(target->file), reason = errno;
    int closed = close(target->file);
    target->file = -1;
    if (synced != 0)
        return rv_fail(err, RV_IO, "%s", strerror(reason));
    if (closed != 0 ||
        renameat(target->folder, target->temporary, target->folder, target->name) != 0)
        return rv_fail(err, RV_IO, "%s", strerror(errno));
    if (fsync(target->folder) != 0 && errno != EINVAL && errno != ENOTSUP)
        return rv_fail(err, RV_IO, "its folder: %s", strerror(errno));
    return RV_OK;
}

static enum rv_status write_report(struct target *target, const struct rv_report *report,
                                   const struct rv_renderer *as,
                                   const struct rv_render_options *options, struct rv_error *err)
{
    enum rv_status status = open_temporary(target, err);
    if (status != RV_OK)
        return status;
    struct sink sink = {.file = target->file};
    status = as->render(report, options, write_all, &sink, err);
    if (status == RV_IO)
        rv_fail(err, RV_IO, "%s", strerror(sink.error));
    if (status == RV_OK)
        status = settle(target, err);
    if (target->file >= 0)
        close(target->file);
    if (status != RV_OK)
        (void)unlinkat(target->folder, target->temporary, 0);
    return status;
}

enum rv_status rv_render_file(const struct rv_report *report, const struct rv_renderer *as,
                              const struct rv_render_options *options, const char *path,
                              struct rv_error *err)
{
    if (as == NULL || path == NULL)
        return rv_fail(err, RV_MISUSE, "no renderer or no path given");
    struct target target = {.arena = rv_arena_new(), .path = path, .file = -1};
    const char *folder = folder_of(target.arena, path, &target.name);
    if (target.arena == NULL || folder == NULL) {
        rv_arena_free(target.arena);
        return rv_fail_memory(err);
    }
    enum rv_status status = RV_OK;
    target.folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (target.folder < 0)
        status = rv_fail(err, RV_NO_OUTPUT, "its folder: %s", strerror(errno));
    if (status == RV_OK)
        status = check_place(&target, report->study, err);
    if (status == RV_OK) {
        sweep_stale(&target);
        status = write_report(&target, report, as, options, err);
    }
    if (target.folder >= 0)
        close(target.folder);
    rv_arena_free(target.arena);
    return status == RV_OK ? status : rv_fail_in(err, status, "%s", path);
}
