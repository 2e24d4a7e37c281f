/* SPDX-License-Identifier: GPL-3.0-or-later
 * Preloaded into the program under test, it pretends what a test machine has not got:
 *   RANVIER_PRETEND_FS=HEX:PREFIX  paths that begin with PREFIX lie on a file system of that type
 *   RANVIER_KILL_AT=N              the process is killed at the Nth write or sync of a database
 *   RANVIER_FULL_AT=N              from the Nth write on the disk is full
 * Linux with 64 bit words, where the two structs of statfs are the same.
 */
#undef _FILE_OFFSET_BITS /* both names of each function are defined here */
#define _GNU_SOURCE

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static long number(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? strtol(text, NULL, 10) : -1;
}

/* Counts an event; true where it is the one, or after it. */
static int reached(const char *name, long *count)
{
    long at = number(name);
    ++*count;
    return at > 0 && *count >= at;
}

static void meet_the_killer(void)
{
    static long events;
    if (reached("RANVIER_KILL_AT", &events))
        raise(SIGKILL);
}

static int pretend(const char *path, struct statfs *facts)
{
    const char *text = getenv("RANVIER_PRETEND_FS");
    char *prefix = NULL;
    int result = (int)syscall(SYS_statfs, path, facts);
    unsigned long type = text != NULL ? strtoul(text, &prefix, 16) : 0;
    if (result == 0 && prefix != NULL && *prefix == ':' &&
        strncmp(path, prefix + 1, strlen(prefix + 1)) == 0)
        facts->f_type = (__typeof__(facts->f_type))type;
    return result;
}

int statfs(const char *path, struct statfs *facts)
{
    return pretend(path, facts);
}

int statfs64(const char *path, struct statfs64 *facts)
{
    struct statfs same;
    int result = pretend(path, &same);
    memcpy(facts, &same, sizeof *facts);
    return result;
}

static ssize_t put(int file, const void *bytes, size_t count, off_t at)
{
    static long writes;
    meet_the_killer();
    if (reached("RANVIER_FULL_AT", &writes)) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_pwrite64, file, bytes, count, at);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at)
{
    return put(file, bytes, count, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at)
{
    return put(file, bytes, count, at);
}

int fdatasync(int file)
{
    meet_the_killer();
    return (int)syscall(SYS_fdatasync, file);
}

int unlink(const char *path)
{
    meet_the_killer();
    return (int)syscall(SYS_unlinkat, -100 /* AT_FDCWD */, path, 0);
}
