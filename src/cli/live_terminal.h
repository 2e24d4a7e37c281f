/* SPDX-License-Identifier: GPL-3.0-or-later
 * The terminal that a page is drawn on, apart from standard input and output: alternate screen,
 * keys, size, output that never waits. One at a time.
 */
#ifndef CLI_LIVE_TERMINAL_H
#define CLI_LIVE_TERMINAL_H

#include "live_canvas.h"

#include <ranvier/error.h>

struct live_terminal {
    int descriptor;
    bool entered; /* the alternate screen is shown, keys are read one by one */
    bool gone;    /* hung up */
    bool ascii, colour;
    struct live_bytes pending; /* not yet taken by the terminal */
    size_t sent;               /* of pending */
    struct live_bytes *rows;   /* heap: what stands in each row */
    size_t row_count, width;
};

/* Opens the controlling terminal, or that of standard output. RV_MISUSE with a hint where there is
 * none, or none that can place its cursor. Nothing is changed yet. */
enum rv_status live_terminal_open(struct live_terminal *terminal, struct rv_error *err);
void live_terminal_close(struct live_terminal *terminal); /* leaves first */

/* Nothing happens while the program is in the background: then `entered` stays false. */
void live_terminal_enter(struct live_terminal *terminal);
/* Entered, and still in the foreground. */
bool live_terminal_is_ours(struct live_terminal *terminal);
/* Gives the screen and the settings back; waits at most 1 s for a terminal that takes nothing. */
void live_terminal_leave(struct live_terminal *terminal);

void live_terminal_size(const struct live_terminal *terminal, size_t *width, size_t *height);
/* Queues the rows that differ from what stands there, or all. */
void live_terminal_draw(struct live_terminal *terminal, const struct live_canvas *canvas, bool all);
/* Writes what the terminal takes without waiting. */
void live_terminal_flush(struct live_terminal *terminal);
bool live_terminal_is_behind(const struct live_terminal *terminal); /* something is pending */
/* The keys pressed, as bytes; 0: none. */
size_t live_terminal_keys(struct live_terminal *terminal, char *keys, size_t capacity);

#endif
