/* SPDX-License-Identifier: GPL-3.0-or-later
 * A page of character cells: text, braille dots, styles; made bytes row by row. Knows no terminal.
 */
#ifndef CLI_LIVE_CANVAS_H
#define CLI_LIVE_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum live_style {
    LIVE_PLAIN,
    LIVE_BOLD,
    LIVE_TITLE, /* reverse */
    LIVE_FAINT, /* behind: single sweep, axes */
    LIVE_MARK,
    LIVE_WARN,
    LIVE_STYLE_COUNT
};

/* Cells of a page, in columns and rows of characters. */
struct live_area {
    size_t x, y, width, height;
};

struct live_cell {
    uint32_t code; /* 0: the right half of a wide character */
    enum live_style style;
};

struct live_canvas {
    size_t width, height;
    bool ascii;  /* every byte will be ASCII */
    bool colour; /* false: bold, faint and reverse only */
    struct live_cell *cells;
};

/* Growing bytes; zero-initialise. `failed` stays set once memory ran out. */
struct live_bytes {
    char *bytes;
    size_t length, capacity;
    bool failed;
};
void live_bytes_add(struct live_bytes *bytes, const char *more, size_t length);
void live_bytes_text(struct live_bytes *bytes, const char *more);
void live_bytes_finish(struct live_bytes *bytes); /* frees */

/* A blank page of this size; false: no memory, and the page has no cells. */
bool live_canvas_begin(struct live_canvas *canvas, size_t width, size_t height);
void live_canvas_finish(struct live_canvas *canvas); /* frees */

/* Columns that a text takes. Control characters and direction marks count as what is shown in
 * their place (\x1b, \u202e). */
size_t live_text_columns(const struct live_canvas *canvas, const char *text);
/* Writes one line of UTF-8 from column x on, at most `room` columns; what is cut ends in an
 * ellipsis. Returns the columns taken. Nothing outside of the page is touched. */
size_t live_canvas_text(struct live_canvas *canvas, size_t x, size_t y, size_t room,
                        enum live_style style, const char *text);
void live_canvas_fill(struct live_canvas *canvas, struct live_area area, enum live_style style);
/* One dot of the area (2 x 4 dots in a cell), counted from its upper left corner; the cell takes
 * the style. Dots outside of the area are none. */
void live_canvas_dot(struct live_canvas *canvas, struct live_area area, long x, long y,
                     enum live_style style);
/* Appends the bytes of a row, blanks at its end left out: UTF-8 and SGR sequences, nothing else. */
void live_canvas_row(const struct live_canvas *canvas, size_t y, struct live_bytes *out);

#endif
