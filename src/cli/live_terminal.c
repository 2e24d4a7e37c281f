/* SPDX-License-Identifier: GPL-3.0-or-later
 * The terminal that a page is drawn on. The control sequences are those of ECMA-48 and a few
 * private modes that every emulator in use takes (and others skip): fewer than a dozen, which is
 * less than a binding to terminfo would be.
 */
#include "live_terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* Alternate screen, no line wrap, no cursor, blank; and back. Where it is shown already, the first
 * is left out: it would keep a cursor of our own as the one to go back to. */
static const char alternate_sequence[] = "\033[?1049h";
static const char modes_sequence[] = "\033[?7l\033[?25l\033[0m\033[2J";
static const char leave_sequence[] = "\033[0m\033[2J\033[H\033[?7h\033[?25h\033[?1049l";

enum { LEAVE_WAIT_MS = 1000 };

/* What a signal that ends the program must give back. Written before the handlers are set. */
static struct {
    int descriptor;
    volatile sig_atomic_t entered;
    struct termios settings;
} kept = {.descriptor = -1};

/* Signals that end the program on the spot; the reader of the lines being gone is one of them. */
static const int fatal[] = {SIGPIPE, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
enum { FATAL_COUNT = sizeof fatal / sizeof *fatal };

/* tcsetattr, write and raise are safe here (POSIX 2.4.3). */
static void restore_and_die(int number)
{
    if (kept.entered) {
        kept.entered = 0;
        tcsetattr(kept.descriptor, TCSANOW, &kept.settings);
        ssize_t unheard = write(kept.descriptor, leave_sequence, sizeof leave_sequence - 1);
        (void)unheard;
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void guard(void)
{
    struct sigaction action = {.sa_handler = restore_and_die}, old;
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < FATAL_COUNT; i++)
        if (sigaction(fatal[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            sigaction(fatal[i], &action, NULL);
}

/* The program has no locale; what the environment asks for is read as the C library would. */
static bool speaks_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *locale = getenv(names[i]);
        if (locale == NULL || *locale == '\0')
            continue;
        const char *set = strchr(locale, '.');
        return set != NULL &&
               (strncasecmp(set + 1, "utf-8", 5) == 0 || strncasecmp(set + 1, "utf8", 4) == 0);
    }
    return false;
}

/* Its own open file, so that not waiting on it concerns nobody else. */
static int open_terminal(void)
{
    static const int flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
    char name[256];
    int descriptor = open("/dev/tty", flags);
    if (descriptor < 0 && isatty(STDOUT_FILENO) && ttyname_r(STDOUT_FILENO, name, sizeof name) == 0)
        descriptor = open(name, flags);
    return descriptor;
}

enum rv_status live_terminal_open(struct live_terminal *terminal, struct rv_error *err)
{
    const char *kind = getenv("TERM"), *plain = getenv("NO_COLOR");
    *terminal = (struct live_terminal){.descriptor = open_terminal(), .ascii = !speaks_utf8()};
    terminal->colour = plain == NULL || *plain == '\0';
    const char *problem = NULL;
    if (terminal->descriptor < 0)
        problem = "there is no terminal to draw on";
    else if (kind == NULL || *kind == '\0' || strcmp(kind, "dumb") == 0)
        problem = "TERM names no terminal that can place its cursor";
    else if (tcgetattr(terminal->descriptor, &kept.settings) != 0)
        problem = "the terminal does not answer";
    if (problem == NULL) {
        kept.descriptor = terminal->descriptor;
        guard();
        return RV_OK;
    }
    if (terminal->descriptor >= 0)
        close(terminal->descriptor);
    terminal->descriptor = -1;
    snprintf(err->text, sizeof err->text,
             "--live: %s; without --live each event is a line of JSON on standard output", problem);
    return err->status = RV_MISUSE;
}

static void forget_rows(struct live_terminal *terminal)
{
    for (size_t y = 0; y < terminal->row_count; y++)
        live_bytes_finish(&terminal->rows[y]);
    free(terminal->rows);
    terminal->rows = NULL;
    terminal->row_count = terminal->width = 0;
}

void live_terminal_close(struct live_terminal *terminal)
{
    if (terminal->descriptor < 0)
        return;
    live_terminal_leave(terminal);
    kept.descriptor = -1;
    close(terminal->descriptor);
    terminal->descriptor = -1;
    live_bytes_finish(&terminal->pending);
    forget_rows(terminal);
}

/* A terminal without job control is ours. */
static bool in_foreground(const struct live_terminal *terminal)
{
    pid_t group = tcgetpgrp(terminal->descriptor);
    return group < 0 || group == getpgrp();
}

static void queue(struct live_terminal *terminal, const char *sequence)
{
    live_bytes_text(&terminal->pending, sequence);
}

bool live_terminal_is_ours(struct live_terminal *terminal)
{
    if (terminal->gone)
        return false;
    if (!in_foreground(terminal)) { /* it is another's by now: nothing is given back */
        terminal->entered = false;
        kept.entered = 0;
        terminal->pending.length = terminal->sent = 0;
    }
    return terminal->entered;
}

void live_terminal_enter(struct live_terminal *terminal)
{
    struct termios settings = kept.settings;
    live_terminal_is_ours(terminal);
    if (terminal->gone || !in_foreground(terminal))
        return;
    settings.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    tcsetattr(terminal->descriptor, TCSANOW, &settings);
    if (!terminal->entered)
        queue(terminal, alternate_sequence);
    terminal->entered = true;
    kept.entered = 1;
    queue(terminal, modes_sequence);
    forget_rows(terminal);
    live_terminal_flush(terminal);
}

static void flush_waiting(struct live_terminal *terminal)
{
    for (int waited_ms = 0; live_terminal_is_behind(terminal) && waited_ms < LEAVE_WAIT_MS;
         waited_ms += 20) {
        struct pollfd wait = {.fd = terminal->descriptor, .events = POLLOUT};
        live_terminal_flush(terminal);
        if (live_terminal_is_behind(terminal))
            poll(&wait, 1, 20);
    }
}

void live_terminal_leave(struct live_terminal *terminal)
{
    if (!terminal->entered)
        return;
    /* What could not be written yet is a page nobody needs; a sequence it ends in is ended by the
     * escape that follows (ECMA-48 leaves that open, terminals begin anew). */
    terminal->pending.length = terminal->sent = 0;
    queue(terminal, leave_sequence);
    tcflow(terminal->descriptor, TCOON); /* Ctrl-S may have stopped it */
    flush_waiting(terminal);
    terminal->entered = false;
    kept.entered = 0;
    tcsetattr(terminal->descriptor, TCSANOW, &kept.settings);
}

void live_terminal_size(const struct live_terminal *terminal, size_t *width, size_t *height)
{
    struct winsize size;
    *width = 80;
    *height = 24;
    if (ioctl(terminal->descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        return;
    *width = size.ws_col;
    *height = size.ws_row;
}

static bool same(const struct live_bytes *a, const struct live_bytes *b)
{
    return a->length == b->length && !a->failed && !b->failed &&
           (a->length == 0 || memcmp(a->bytes, b->bytes, a->length) == 0);
}

/* Rows of another size of the terminal are none. */
static bool prepare_rows(struct live_terminal *terminal, const struct live_canvas *canvas,
                         bool *all)
{
    if (terminal->rows != NULL && terminal->row_count == canvas->height &&
        terminal->width == canvas->width)
        return true;
    forget_rows(terminal);
    terminal->rows = calloc(canvas->height > 0 ? canvas->height : 1, sizeof *terminal->rows);
    if (terminal->rows == NULL)
        return false;
    terminal->row_count = canvas->height;
    terminal->width = canvas->width;
    *all = true;
    return true;
}

void live_terminal_draw(struct live_terminal *terminal, const struct live_canvas *canvas, bool all)
{
    if (!prepare_rows(terminal, canvas, &all))
        return;
    if (all)
        queue(terminal, "\033[0m\033[2J");
    for (size_t y = 0; y < canvas->height; y++) {
        struct live_bytes row = {0};
        char place[32];
        live_canvas_row(canvas, y, &row);
        if (all || !same(&row, &terminal->rows[y])) {
            /* Erased first: behind the last column that would take its character. */
            snprintf(place, sizeof place, "\033[%zu;1H\033[K", y + 1);
            queue(terminal, place);
            live_bytes_add(&terminal->pending, row.bytes, row.length);
        }
        live_bytes_finish(&terminal->rows[y]);
        terminal->rows[y] = row;
    }
}

bool live_terminal_is_behind(const struct live_terminal *terminal)
{
    return terminal->entered && !terminal->gone && terminal->sent < terminal->pending.length;
}

void live_terminal_flush(struct live_terminal *terminal)
{
    while (live_terminal_is_behind(terminal) && kept.entered) {
        ssize_t written = write(terminal->descriptor, terminal->pending.bytes + terminal->sent,
                                terminal->pending.length - terminal->sent);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            terminal->gone = errno != EAGAIN && errno != EWOULDBLOCK;
            return;
        }
        terminal->sent += (size_t)written;
    }
    if (terminal->pending.failed)
        live_bytes_finish(&terminal->pending);
    terminal->pending.length = terminal->sent = 0;
}

size_t live_terminal_keys(struct live_terminal *terminal, char *keys, size_t capacity)
{
    ssize_t got = read(terminal->descriptor, keys, capacity);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
        terminal->gone = true;
    return got > 0 ? (size_t)got : 0;
}
