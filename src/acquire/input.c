/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bytes in order: a file, a pipe or memory, with peek, read and skip and nothing else.
 */
#include "acquire/input.h"

#include "base/arena.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct rv_input {
    char *name;
    int descriptor; /* -1: memory */
    bool owned;
    const unsigned char *memory;
    size_t memory_size;
    uint64_t size, position;
    unsigned char *buffer; /* of RV_PEEK_MAX bytes: file bytes not yet taken */
    size_t begin, end;
    bool at_end;
    bool waits;     /* a pipe or a FIFO: reading may have to wait */
    double stall_s; /* for no longer than this; 0: as long as it takes */
};

static enum rv_status input_new(const char *name, struct rv_input **input, struct rv_error *err)
{
    struct rv_input *made = rv_allocate(1, sizeof *made);
    char *copy = rv_allocate(strlen(name) + 1, 1);
    if (made == NULL || copy == NULL) {
        rv_release(made);
        rv_release(copy);
        return rv_fail_memory(err);
    }
    memcpy(copy, name, strlen(name));
    made->name = copy;
    made->descriptor = -1;
    *input = made;
    return RV_OK;
}

void rv_input_close(struct rv_input *input)
{
    if (input == NULL)
        return;
    if (input->owned)
        close(input->descriptor);
    rv_release(input->buffer);
    rv_release(input->name);
    rv_release(input);
}

/* What is left of a regular file behind the place where its descriptor stands. */
static uint64_t size_left(int descriptor, off_t whole)
{
    off_t at = lseek(descriptor, 0, SEEK_CUR);
    off_t left = at > 0 ? whole - at : whole;
    return left > 0 ? (uint64_t)left : 0;
}

/* Standard input may be anything but a terminal. */
static enum rv_status check_standard(const struct rv_input *input, struct rv_error *err)
{
    int mode = fcntl(input->descriptor, F_GETFL);
    if (mode == -1 || (mode & O_ACCMODE) == O_WRONLY)
        return rv_fail(err, RV_NO_INPUT, "standard input is closed");
    if (isatty(input->descriptor))
        return rv_fail(err, RV_MISUSE,
                       "standard input is a terminal: name a file, or pipe a recording in");
    return RV_OK;
}

static enum rv_status check_descriptor(struct rv_input *input, bool standard, struct rv_error *err)
{
    struct stat facts;
    enum rv_status status = standard ? check_standard(input, err) : RV_OK;
    if (status != RV_OK)
        return status;
    if (fstat(input->descriptor, &facts) != 0)
        return rv_fail(err, RV_NO_INPUT, "%s", strerror(errno));
    bool regular = S_ISREG(facts.st_mode);
    if (!regular && !S_ISFIFO(facts.st_mode) && (!standard || S_ISDIR(facts.st_mode)))
        return rv_fail(err, RV_NO_INPUT, "%s",
                       S_ISDIR(facts.st_mode) ? "is a folder, not a file" : "not a regular file");
    input->size = regular ? size_left(input->descriptor, facts.st_size) : UINT64_MAX;
    input->waits = !regular;
    return RV_OK;
}

void rv_input_stall(struct rv_input *input, double seconds)
{
    input->stall_s = seconds;
}

/* Opening a FIFO would wait for its writer, without an end: reading it does, and knows when to give
 * up. */
static int open_path(const char *path)
{
    struct stat facts;
    bool fifo = stat(path, &facts) == 0 && S_ISFIFO(facts.st_mode);
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (fifo ? O_NONBLOCK : 0));
}

enum rv_status rv_input_open(const char *path, struct rv_input **input, struct rv_error *err)
{
    struct rv_input *made = NULL;
    enum rv_status status = input_new(path, &made, err);
    if (status != RV_OK)
        return status;
    bool standard = strcmp(path, "-") == 0;
    if (standard) {
        made->descriptor = STDIN_FILENO;
    } else {
        made->descriptor = open_path(path);
        made->owned = made->descriptor >= 0;
        if (!made->owned)
            status = rv_fail(err, errno == EACCES || errno == EPERM ? RV_PERMISSION : RV_NO_INPUT,
                             "%s", strerror(errno));
    }
    if (status == RV_OK)
        status = check_descriptor(made, standard, err);
    if (status == RV_OK) {
        made->buffer = rv_allocate(RV_PEEK_MAX, 1);
        if (made->buffer == NULL)
            status = rv_fail_memory(err);
    }
    if (status != RV_OK) {
        rv_input_close(made);
        return status;
    }
    *input = made;
    return RV_OK;
}

enum rv_status rv_input_open_memory(const char *name, const void *bytes, size_t size,
                                    struct rv_input **input, struct rv_error *err)
{
    enum rv_status status = input_new(name, input, err);
    if (status != RV_OK)
        return status;
    (*input)->memory = bytes;
    (*input)->memory_size = size;
    (*input)->size = size;
    return RV_OK;
}

const char *rv_input_name(const struct rv_input *input)
{
    return input->name;
}

uint64_t rv_input_size(const struct rv_input *input)
{
    return input->size;
}

uint64_t rv_input_position(const struct rv_input *input)
{
    return input->position;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Until there is something to read, or the end. Signals do not lengthen it. */
static enum rv_status wait_for_bytes(const struct rv_input *input, struct rv_error *err)
{
    const double until_s = input->stall_s > 0 ? now_s() + input->stall_s : (double)INFINITY;
    const double longest_ms = 60e3;
    for (;;) {
        struct pollfd wait = {.fd = input->descriptor, .events = POLLIN};
        double left_ms = ceil(1000 * fmax(until_s - now_s(), 0));
        int ready = poll(&wait, 1, (int)fmin(left_ms, longest_ms));
        if (ready > 0 || (ready < 0 && errno != EINTR && errno != EAGAIN))
            return RV_OK; /* what is wrong is said by read */
        if (ready == 0 && left_ms <= longest_ms)
            return rv_fail(err, RV_TRY_AGAIN, "nothing came for %g s, after %llu bytes",
                           input->stall_s, (unsigned long long)input->position);
    }
}

/* One read(2) that waits where the descriptor would not and goes on after signals. */
static enum rv_status read_some(struct rv_input *input, void *into, size_t wanted, size_t *count,
                                struct rv_error *err)
{
    for (;;) {
        enum rv_status status = input->waits ? wait_for_bytes(input, err) : RV_OK;
        if (status != RV_OK)
            return status;
        ssize_t got = read(input->descriptor, into, wanted);
        if (got >= 0) {
            *count = (size_t)got;
            input->at_end = got == 0;
            return RV_OK;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            return rv_fail(err, RV_IO, "reading failed after %llu bytes: %s",
                           (unsigned long long)input->position, strerror(errno));
    }
}

static enum rv_status fill(struct rv_input *input, size_t wanted, struct rv_error *err)
{
    if (input->begin > 0 && input->begin + wanted > RV_PEEK_MAX) {
        memmove(input->buffer, input->buffer + input->begin, input->end - input->begin);
        input->end -= input->begin;
        input->begin = 0;
    }
    while (input->end - input->begin < wanted && !input->at_end) {
        size_t got = 0;
        enum rv_status status =
            read_some(input, input->buffer + input->end, RV_PEEK_MAX - input->end, &got, err);
        if (status != RV_OK)
            return status;
        input->end += got;
    }
    return RV_OK;
}

enum rv_status rv_input_peek(struct rv_input *input, size_t wanted, const unsigned char **bytes,
                             size_t *count, struct rv_error *err)
{
    if (wanted > RV_PEEK_MAX)
        wanted = RV_PEEK_MAX;
    if (input->descriptor < 0) {
        size_t left = input->memory_size - (size_t)input->position;
        *bytes = left > 0 ? input->memory + input->position : (const unsigned char *)"";
        *count = wanted < left ? wanted : left;
        return RV_OK;
    }
    enum rv_status status = fill(input, wanted, err);
    if (status != RV_OK)
        return status;
    size_t held = input->end - input->begin;
    *bytes = input->buffer + input->begin;
    *count = wanted < held ? wanted : held;
    return RV_OK;
}

static size_t take_held(struct rv_input *input, unsigned char *into, size_t wanted)
{
    size_t held = input->end - input->begin;
    size_t taken = wanted < held ? wanted : held;
    if (taken > 0 && into != NULL)
        memcpy(into, input->buffer + input->begin, taken);
    input->begin += taken;
    input->position += taken;
    if (input->begin == input->end)
        input->begin = input->end = 0;
    return taken;
}

enum rv_status rv_input_read(struct rv_input *input, void *into, size_t wanted, size_t *count,
                             struct rv_error *err)
{
    unsigned char *bytes = into;
    if (input->descriptor < 0) {
        size_t left = input->memory_size - (size_t)input->position;
        *count = wanted < left ? wanted : left;
        if (*count > 0)
            memcpy(into, input->memory + input->position, *count);
        input->position += *count;
        return RV_OK;
    }
    size_t taken = take_held(input, bytes, wanted);
    while (taken < wanted && !input->at_end) {
        size_t got = 0;
        bool large = wanted - taken >= RV_PEEK_MAX;
        enum rv_status status = large ? read_some(input, bytes + taken, wanted - taken, &got, err)
                                      : fill(input, 1, err);
        if (status != RV_OK)
            return status;
        if (large)
            input->position += got;
        else
            got = take_held(input, bytes + taken, wanted - taken);
        taken += got;
    }
    *count = taken;
    return RV_OK;
}

enum rv_status rv_input_skip(struct rv_input *input, uint64_t count, uint64_t *skipped,
                             struct rv_error *err)
{
    unsigned char scrap[4096];
    *skipped = 0;
    while (*skipped < count) {
        size_t wanted = count - *skipped < sizeof scrap ? (size_t)(count - *skipped) : sizeof scrap;
        size_t got = 0;
        enum rv_status status = rv_input_read(input, scrap, wanted, &got, err);
        if (status != RV_OK)
            return status;
        if (got == 0)
            break;
        *skipped += got;
    }
    return RV_OK;
}

enum rv_status rv_input_rest(struct rv_input *input, size_t limit, unsigned char **bytes,
                             size_t *count, struct rv_error *err)
{
    unsigned char *buffer = NULL;
    size_t capacity = 0, filled = 0;
    enum rv_status status = RV_OK;
    for (;;) {
        if (!rv_grow(&buffer, &capacity, filled + RV_PEEK_MAX, 1)) {
            status = rv_fail_memory(err);
            break;
        }
        size_t got = 0;
        status = rv_input_read(input, buffer + filled, RV_PEEK_MAX, &got, err);
        filled += got;
        if (status != RV_OK || got == 0)
            break;
        if (filled > limit) {
            status =
                rv_fail(err, RV_DATA, "larger than the %zu bytes that may be read at once", limit);
            break;
        }
    }
    if (status != RV_OK) {
        rv_release(buffer);
        return status;
    }
    *bytes = buffer;
    *count = filled;
    return RV_OK;
}
