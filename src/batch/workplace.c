/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where a database is written: in its place, or in a scratch folder and then copied.
 */
#include "batch/workplace.h"

#include "batch/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/statfs.h>
#endif
#include <unistd.h>

enum { COPY_BYTES = 1 << 16, DELIVER_EVERY_S = 600 };

static enum rv_status fail(struct rv_error *err, enum rv_status status, const char *subject,
                           const char *problem)
{
    snprintf(err->text, sizeof err->text, "%.300s: %.440s", subject, problem);
    return err->status = status;
}

static enum rv_status fail_number(struct rv_error *err, const char *subject, int number)
{
    return fail(err,
                number == EACCES || number == EROFS ? RV_PERMISSION
                : number == ENOENT                  ? RV_NO_OUTPUT
                                                    : RV_IO,
                subject, strerror(number));
}

/* f_type of statfs(2): linux/magic.h and the sources of those that are not in the kernel. FUSE is
 * not told apart: what stands behind it may be local. */
static const struct {
    unsigned long magic;
    const char *name;
} networks[] = {{0x6969, "nfs"},
                {0x0BD00BD0, "lustre"},
                {0x47504653, "gpfs"},
                {0xFF534D42, "cifs"},
                {0xFE534D42, "smb2"},
                {0x517B, "smb"},
                {0x00C36400, "ceph"},
                {0x19830326, "beegfs"},
                {0x5346414F, "afs"},
                {0x6B414653, "afs"},
                {0x73757245, "coda"},
                {0x20030528, "orangefs"},
                {0x01021997, "9p"},
                {0xAAD7AAEA, "panfs"},
                {0x7461636F, "ocfs2"},
                {0x01161970, "gfs2"},
                {0x0BD00BD1, "lustre"},
                {0x786F4256, "vboxsf"},
                {0, NULL}};

#ifdef __linux__
static bool magic_of(const char *path, unsigned long *magic)
{
    struct statfs facts;
    if (statfs(path, &facts) != 0)
        return false;
    *magic = (unsigned long)facts.f_type & 0xFFFFFFFFUL; /* the type is signed on some machines */
    return true;
}
#else
static bool magic_of(const char *path, unsigned long *magic)
{
    (void)path;
    (void)magic;
    return false;
}
#endif

/* "." for a name without a folder. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = strdup(slash == NULL ? "." : path);
    if (folder != NULL && slash != NULL)
        folder[slash == path ? 1 : slash - path] = '\0';
    return folder;
}

const char *network_file_system(const char *path)
{
    unsigned long magic = 0;
    bool known = magic_of(path, &magic);
    if (!known) {
        char *folder = folder_of(path);
        known = folder != NULL && magic_of(folder, &magic);
        free(folder);
    }
    for (size_t i = 0; known && networks[i].name != NULL; i++)
        if (networks[i].magic == magic)
            return networks[i].name;
    return NULL;
}

enum rv_status sync_file(const char *path, struct rv_error *err)
{
    char *folder = folder_of(path);
    const char *const names[] = {path, folder};
    enum rv_status status = folder != NULL ? RV_OK : fail(err, RV_NO_MEMORY, path, "out of memory");
    for (size_t i = 0; i < 2 && status == RV_OK; i++) {
        int file = open(names[i], O_RDONLY | O_CLOEXEC);
        bool good = file >= 0 && (fsync(file) == 0 || (i == 1 && errno == EINVAL));
        if (!good)
            status = fail_number(err, names[i], errno);
        if (file >= 0)
            close(file);
    }
    free(folder);
    return status;
}

static bool copy_bytes(int from, int to)
{
    unsigned char bytes[COPY_BYTES];
    for (;;) {
        ssize_t count = read(from, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return count == 0;
        for (ssize_t put = 0, done = 0; done < count; done += put)
            if ((put = write(to, bytes + done, (size_t)(count - done))) < 0) {
                if (errno != EINTR)
                    return false;
                put = 0;
            }
    }
}

static enum rv_status copy_file(const char *from, const char *to, struct rv_error *err)
{
    int source = open(from, O_RDONLY | O_CLOEXEC);
    if (source < 0)
        return fail_number(err, from, errno);
    int copy = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool good = copy >= 0 && copy_bytes(source, copy) && fsync(copy) == 0;
    int number = errno;
    close(source);
    if (copy >= 0 && close(copy) != 0 && good) {
        good = false;
        number = errno;
    }
    if (good)
        return RV_OK;
    if (copy >= 0)
        unlink(to);
    return fail_number(err, to, number);
}

static enum rv_status open_scratch(struct workplace *place, const char *scratch, bool bring,
                                   struct rv_error *err)
{
    place->folder = path_join(scratch, "ranvier-XXXXXX");
    if (place->folder == NULL)
        return fail(err, RV_NO_MEMORY, scratch, "out of memory");
    if (mkdtemp(place->folder) == NULL) {
        int number = errno;
        free(place->folder);
        place->folder = NULL;
        return fail_number(err, scratch, number);
    }
    place->path = path_join(place->folder, "results.sqlite");
    if (place->path == NULL)
        return fail(err, RV_NO_MEMORY, scratch, "out of memory");
    return bring ? copy_file(place->output, place->path, err) : RV_OK;
}

enum rv_status workplace_open(struct workplace *place, const char *output, const char *scratch,
                              bool resume, struct rv_error *err)
{
    *place = (struct workplace){.output = output};
    clock_gettime(CLOCK_MONOTONIC, &place->delivered);
    const char *network = network_file_system(output);
    bool there = access(output, F_OK) == 0;
    char text[300];
    if (network == NULL) {
        place->path = strdup(output);
        return place->path != NULL ? RV_OK : fail(err, RV_NO_MEMORY, output, "out of memory");
    }
    if (scratch == NULL) {
        snprintf(text, sizeof text,
                 "lies on a network file system (%s), where SQLite's locks do not hold; name a "
                 "local folder to work in: --scratch DIR",
                 network);
        return fail(err, RV_NO_OUTPUT, output, text);
    }
    if (there && !resume)
        return fail(err, RV_NO_OUTPUT, output, "exists; --resume continues it");
    network = network_file_system(scratch);
    if (network != NULL) {
        snprintf(text, sizeof text, "--scratch wants a local folder, this one is %s", network);
        return fail(err, RV_NO_OUTPUT, scratch, text);
    }
    return open_scratch(place, scratch, there, err);
}

enum rv_status workplace_deliver(struct workplace *place, struct rv_error *err)
{
    if (place->folder == NULL)
        return RV_OK;
    size_t size = strlen(place->output) + sizeof ".delivery";
    char *beside = malloc(size);
    if (beside == NULL)
        return fail(err, RV_NO_MEMORY, place->output, "out of memory");
    snprintf(beside, size, "%s.delivery", place->output);
    enum rv_status status = copy_file(place->path, beside, err);
    if (status == RV_OK && rename(beside, place->output) != 0) {
        status = fail_number(err, place->output, errno);
        unlink(beside);
    }
    if (status == RV_OK)
        status = sync_file(place->output, err);
    free(beside);
    clock_gettime(CLOCK_MONOTONIC, &place->delivered);
    return status;
}

enum rv_status workplace_deliver_now_and_then(struct workplace *place, struct rv_error *err)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec - place->delivered.tv_sec < DELIVER_EVERY_S ? RV_OK
                                                                  : workplace_deliver(place, err);
}

void workplace_close(struct workplace *place)
{
    if (place->folder != NULL && place->path != NULL) {
        char journal[4200];
        unlink(place->path);
        snprintf(journal, sizeof journal, "%s-journal", place->path);
        unlink(journal); /* of a transaction that was undone */
    }
    if (place->folder != NULL)
        rmdir(place->folder);
    free(place->path);
    free(place->folder);
    *place = (struct workplace){0};
}
