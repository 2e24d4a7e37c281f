/* SPDX-License-Identifier: GPL-3.0-or-later
 * A file that appears whole or not at all: written beside its place, synced, renamed.
 */
#include "base/output.h"

#include "base/arena.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BUFFER_BYTES = 65536 };

struct rv_output {
    char *path, *temporary;
    int descriptor; /* -1 once closed */
    unsigned char *buffer;
    size_t held;
};

static void output_free(struct rv_output *output)
{
    rv_release(output->path);
    rv_release(output->temporary);
    rv_release(output->buffer);
    rv_release(output);
}

void rv_output_abandon(struct rv_output *output)
{
    if (output == NULL)
        return;
    if (output->descriptor >= 0) {
        close(output->descriptor);
        unlink(output->temporary);
    }
    output_free(output);
}

enum rv_status rv_output_create(const char *path, struct rv_output **output, struct rv_error *err)
{
    static const char ending[] = ".XXXXXX";
    size_t length = strlen(path);
    struct rv_output *made = rv_allocate(1, sizeof *made);
    if (made == NULL)
        return rv_fail_memory(err);
    made->descriptor = -1;
    made->path = rv_allocate(length + 1, 1);
    made->temporary = rv_allocate(length + sizeof ending, 1);
    made->buffer = rv_allocate(BUFFER_BYTES, 1);
    if (made->path == NULL || made->temporary == NULL || made->buffer == NULL) {
        output_free(made);
        return rv_fail_memory(err);
    }
    memcpy(made->path, path, length);
    memcpy(made->temporary, path, length);
    memcpy(made->temporary + length, ending, sizeof ending);
    made->descriptor = mkstemp(made->temporary);
    if (made->descriptor < 0) {
        enum rv_status status =
            rv_fail(err, RV_NO_OUTPUT, "cannot be created: %s", strerror(errno));
        output_free(made);
        return status;
    }
    fcntl(made->descriptor, F_SETFD, FD_CLOEXEC);
    *output = made;
    return RV_OK;
}

static enum rv_status write_through(struct rv_output *output, const unsigned char *bytes,
                                    size_t count, struct rv_error *err)
{
    while (count > 0) {
        ssize_t written = write(output->descriptor, bytes, count);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return rv_fail(err, RV_IO, "writing failed: %s",
                           written < 0 ? strerror(errno) : "nothing was taken");
        bytes += written;
        count -= (size_t)written;
    }
    return RV_OK;
}

static enum rv_status flush(struct rv_output *output, struct rv_error *err)
{
    size_t held = output->held;
    output->held = 0;
    return write_through(output, output->buffer, held, err);
}

enum rv_status rv_output_write(struct rv_output *output, const void *bytes, size_t count,
                               struct rv_error *err)
{
    if (count > BUFFER_BYTES - output->held) {
        enum rv_status status = flush(output, err);
        if (status != RV_OK)
            return status;
    }
    if (count > BUFFER_BYTES)
        return write_through(output, bytes, count, err);
    if (count > 0)
        memcpy(output->buffer + output->held, bytes, count);
    output->held += count;
    return RV_OK;
}

enum rv_status rv_output_patch(struct rv_output *output, uint64_t at, const void *bytes,
                               size_t count, struct rv_error *err)
{
    enum rv_status status = flush(output, err);
    if (status != RV_OK)
        return status;
    ssize_t written;
    do
        written = pwrite(output->descriptor, bytes, count, (off_t)at);
    while (written < 0 && errno == EINTR);
    if (written != (ssize_t)count)
        return rv_fail(err, RV_IO, "writing failed: %s",
                       written < 0 ? strerror(errno) : "only a part was taken");
    return RV_OK;
}

/* The new name lasts through a power cut only when its folder has been synced too. */
static void sync_folder(char *path)
{
    char *slash = strrchr(path, '/');
    const char *folder = ".";
    if (slash == path) {
        folder = "/";
    } else if (slash != NULL) {
        *slash = '\0';
        folder = path;
    }
    int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return; /* a folder that may be written but not read: the file itself is synced */
    fsync(descriptor);
    close(descriptor);
}

enum rv_status rv_output_commit(struct rv_output *output, struct rv_error *err)
{
    enum rv_status status = flush(output, err);
    if (status == RV_OK && fsync(output->descriptor) != 0)
        status = rv_fail(err, RV_IO, "syncing failed: %s", strerror(errno));
    if (status != RV_OK) {
        rv_output_abandon(output);
        return status;
    }
    int closed = close(output->descriptor);
    output->descriptor = -1;
    if (closed != 0)
        status = rv_fail(err, RV_IO, "closing failed: %s", strerror(errno));
    else if (rename(output->temporary, output->path) != 0)
        status = rv_fail(err, RV_NO_OUTPUT, "cannot be put in place: %s", strerror(errno));
    if (status != RV_OK)
        unlink(output->temporary);
    else
        sync_folder(output->path);
    output_free(output);
    return status;
}
