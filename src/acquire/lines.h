/* SPDX-License-Identifier: GPL-3.0-or-later
 * Lines of a text, one at a time, and their cells.
 */
#ifndef RV_ACQUIRE_LINES_H
#define RV_ACQUIRE_LINES_H

#include "acquire/input.h"

enum { RV_LINE_MAX = 1 << 20 };

struct rv_lines {
    struct rv_input *input;
    char *bytes; /* the line without its end (LF, CR LF or CR), terminated; heap */
    size_t length, capacity;
    uint64_t number; /* of the line, from 1 */
};

void rv_lines_finish(struct rv_lines *lines);
/* RV_DATA: a NUL byte, UTF-16, or a line longer than RV_LINE_MAX. A byte-order mark is taken. */
enum rv_status rv_lines_next(struct rv_lines *lines, bool *more, struct rv_error *err);

/* The cells of one line. Pointers are into the line, which is changed in place. */
struct rv_cells {
    char delimiter; /* '\t' ';' ','; ' ': any run of blanks; 0: one cell a line */
    char decimal;   /* '.' or ','; 0: no number with one has come yet */
    char **text;    /* terminated, blanks around trimmed, quotes taken off; heap */
    size_t count, capacity;
};

void rv_cells_finish(struct rv_cells *cells);
/* RV_DATA: quotes that do not close, or text behind a closing quote. */
enum rv_status rv_cells_split(struct rv_cells *cells, char *line, struct rv_error *err);
/* A finite number of cell `index`; `unit` (may be NULL) gets the weight of its last written digit:
 * 0.01 for 3.25. The first cell that has a decimal sign decides which it is. */
bool rv_cells_number(struct rv_cells *cells, size_t index, double *number, double *unit);

#endif
