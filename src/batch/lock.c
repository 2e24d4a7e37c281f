/* SPDX-License-Identifier: GPL-3.0-or-later
 * "DATABASE.lock": locked with fcntl, holding "process 4711 on host node7".
 */
#include "batch/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum rv_status fail(struct rv_error *err, enum rv_status status, const char *path,
                           const char *problem)
{
    snprintf(err->text, sizeof err->text, "%.400s: %.200s", path, problem);
    return err->status = status;
}

static enum rv_status is_held(int file, const char *path, struct rv_error *err)
{
    char holder[160] = "", text[200];
    ssize_t count = pread(file, holder, sizeof holder - 1, 0);
    holder[count > 0 ? count : 0] = '\0';
    holder[strcspn(holder, "\n")] = '\0';
    snprintf(text, sizeof text, "another batch is at work on it: %s",
             *holder != '\0' ? holder : "unknown");
    return fail(err, RV_TRY_AGAIN, path, text);
}

/* Not so when the holder before us took the name away between our open and our lock. */
static int is_current(int file, const char *path)
{
    struct stat ours, named;
    return fstat(file, &ours) == 0 && stat(path, &named) == 0 && ours.st_ino == named.st_ino &&
           ours.st_dev == named.st_dev;
}

static void sign(int file)
{
    char host[80] = "", text[160];
    gethostname(host, sizeof host - 1);
    int length = snprintf(text, sizeof text, "process %ld on host %s\n", (long)getpid(), host);
    if (ftruncate(file, 0) != 0 || pwrite(file, text, (size_t)length, 0) != length)
        return; /* the lock holds without its words */
}

enum rv_status lock_take(struct lock *lock, const char *database, struct rv_error *err)
{
    size_t size = strlen(database) + sizeof ".lock";
    *lock = (struct lock){.path = malloc(size), .file = -1};
    if (lock->path == NULL)
        return fail(err, RV_NO_MEMORY, database, "out of memory");
    snprintf(lock->path, size, "%s.lock", database);
    for (;;) {
        struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        lock->file = open(lock->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        enum rv_status status = RV_OK;
        if (lock->file < 0)
            status = fail(err, errno == EACCES || errno == EROFS ? RV_PERMISSION : RV_NO_OUTPUT,
                          lock->path, strerror(errno));
        else if (fcntl(lock->file, F_SETLK, &whole) != 0)
            status = is_held(lock->file, database, err);
        if (status != RV_OK) {
            if (lock->file >= 0)
                close(lock->file);
            free(lock->path);
            *lock = (struct lock){.file = -1};
            return status;
        }
        if (is_current(lock->file, lock->path))
            break;
        close(lock->file);
    }
    sign(lock->file);
    return RV_OK;
}

void lock_release(struct lock *lock)
{
    if (lock->path == NULL)
        return;
    unlink(lock->path);
    close(lock->file);
    free(lock->path);
    *lock = (struct lock){.file = -1};
}
