/* SPDX-License-Identifier: GPL-3.0-or-later
 * The program: picks the command, parses its options, runs it, turns its status into words.
 */
#include "batch/show.h"
#include "command.h"
#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct command *const commands[] = {
    &command_report,   &command_compare, &command_inspect, &command_filter,
    &command_batch,    &command_export,  &command_collect, &command_reference,
    &command_simulate, &command_stream,  &command_manual,  NULL,
};

static enum rv_status run_manual(const void *values, size_t count, char *const *operands,
                                 struct rv_error *err)
{
    (void)values;
    (void)count;
    (void)operands;
    options_manual(stdout);
    return output_finish(err);
}

const struct command command_manual = {
    .name = "manual",
    .operands = "",
    .summary = "Print the manual page",
    .details = "Writes ranvier(1) in roff, made from the same tables as --help:\n"
               "ranvier manual | man -l -",
    .run = run_manual,
};

/* What is written with output_write waits here: stdio would lose its buffer where a signal
 * interrupts a write. */
static struct {
    char bytes[1 << 16];
    size_t count;
    int problem; /* errno of what failed; nothing is written after it */
} held;

static void write_out(const char *bytes, size_t count)
{
    while (count > 0 && held.problem == 0) {
        struct pollfd wait = {.fd = STDOUT_FILENO, .events = POLLOUT};
        ssize_t taken = write(STDOUT_FILENO, bytes, count);
        if (taken >= 0) {
            bytes += taken;
            count -= (size_t)taken;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            held.problem = errno;
        }
    }
}

bool output_flush(void)
{
    write_out(held.bytes, held.count);
    held.count = 0;
    return held.problem == 0;
}

bool output_write(void *unused, const void *bytes, size_t count)
{
    (void)unused;
    if (count > sizeof held.bytes - held.count)
        output_flush();
    if (count > sizeof held.bytes) {
        write_out(bytes, count);
    } else {
        memcpy(held.bytes + held.count, bytes, count);
        held.count += count;
    }
    return held.problem == 0;
}

enum rv_status output_finish(struct rv_error *err)
{
    bool written = output_flush();
    if (written && fflush(stdout) == 0 && !ferror(stdout))
        return RV_OK;
    snprintf(err->text, sizeof err->text, "standard output: %s",
             strerror(written ? errno : held.problem));
    return err->status = RV_IO;
}

/* Lines, escapes and other control bytes of hostile names never reach the terminal raw. */
void say(const char *level, const char *text)
{
    fprintf(stderr, "ranvier: %s%s", level, *level != '\0' ? ": " : "");
    show_text(stderr, text);
    fputc('\n', stderr);
}

static void usage(FILE *out)
{
    fputs("usage: ranvier COMMAND [options] ...\n\n", out);
    for (size_t i = 0; commands[i] != NULL; i++)
        fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\nranvier COMMAND --help tells more; ranvier --version names the version.\n", out);
}

static enum rv_status print_version(struct rv_error *err)
{
    printf("ranvier %s\n%s\n", rv_version(), rv_disclaimer());
    return output_finish(err);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static enum rv_status run_command(const struct command *command, int count, char **argv,
                                  struct rv_error *err)
{
    void *values = calloc(1, command->values_size > 0 ? command->values_size : 1);
    if (values == NULL) {
        snprintf(err->text, sizeof err->text, "out of memory");
        return err->status = RV_NO_MEMORY;
    }
    if (command->defaults != NULL)
        command->defaults(values);
    bool help = false;
    int first = 1;
    enum rv_status status = options_parse(command, count, argv, values, &help, &first, err);
    if (status == RV_OK && help) {
        options_help(command, stdout);
        status = output_finish(err);
    } else if (status == RV_OK) {
        size_t operand_count = 0;
        while (argv[first + (int)operand_count] != NULL)
            operand_count++;
        status = command->run(values, operand_count, argv + first, err);
    }
    free(values);
    return status;
}

/* Closed standard descriptors are opened on /dev/null, so that no output file becomes one. */
static bool hold_standard_descriptors(void)
{
    for (int i = 0; i < 3; i++) {
        if (fcntl(i, F_GETFD) != -1)
            continue;
        if (open("/dev/null", i == 0 ? O_WRONLY : O_RDONLY) != i)
            return false;
    }
    return true;
}

static enum rv_status dispatch(int count, char **argv, struct rv_error *err)
{
    if (count < 2) {
        usage(stderr);
        snprintf(err->text, sizeof err->text, "no command given");
        return err->status = RV_MISUSE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        usage(stdout);
        return output_finish(err);
    }
    if (strcmp(argv[1], "--version") == 0)
        return print_version(err);
    const struct command *command = find_command(argv[1]);
    if (command == NULL) {
        snprintf(err->text, sizeof err->text, "unknown command \"%s\"; see ranvier --help",
                 argv[1]);
        return err->status = RV_MISUSE;
    }
    return run_command(command, count - 1, argv + 1, err);
}

int main(int count, char **argv)
{
    if (!hold_standard_descriptors())
        return RV_INTERNAL;
    signal(SIGPIPE, SIG_DFL);
    struct rv_error err = {.status = RV_OK, .text = ""};
    enum rv_status status = dispatch(count, argv, &err);
    if (status != RV_OK && err.text[0] != '\0')
        say("", err.text);
    return (int)status;
}
