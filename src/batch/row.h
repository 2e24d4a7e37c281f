/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of tables as bytes: what a worker sends to the writer.
 */
#ifndef BATCH_ROW_H
#define BATCH_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CELLS_MOST = 40 };

enum cell_type { CELL_NOTHING, CELL_INTEGER, CELL_REAL, CELL_TEXT };

struct cell {
    enum cell_type type;
    int64_t integer;
    double real;
    const char *text; /* points into the rows it was read from */
};

/* Zero-initialised is empty. Once memory ran out nothing more is added. */
struct rows {
    unsigned char *bytes;
    size_t count, size;
    bool failed;
};

void rows_begin(struct rows *rows, unsigned char table);
void rows_text(struct rows *rows, const char *text); /* NULL or "": nothing */
void rows_real(struct rows *rows, double number);    /* not finite: nothing */
void rows_integer(struct rows *rows, int64_t number);
void rows_free(struct rows *rows);

/* The next row from *at on; false at the end, or where the bytes are not rows (*broken). */
struct row {
    unsigned char table;
    size_t count;
    struct cell cells[CELLS_MOST];
};
bool rows_next(const struct rows *rows, size_t *at, struct row *row, bool *broken);

#endif
