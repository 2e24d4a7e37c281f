/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows as bytes: the mark of a row with its table, then a type and a value for each cell.
 */
#include "batch/row.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_MARK = 0xF0 };

static void append(struct rows *rows, const void *bytes, size_t count)
{
    if (rows->failed)
        return;
    if (rows->size - rows->count < count) {
        size_t size = 2 * rows->size + count + 4096;
        unsigned char *grown = realloc(rows->bytes, size);
        if (grown == NULL) {
            rows->failed = true;
            return;
        }
        rows->bytes = grown;
        rows->size = size;
    }
    memcpy(rows->bytes + rows->count, bytes, count);
    rows->count += count;
}

static void append_type(struct rows *rows, unsigned char type)
{
    append(rows, &type, 1);
}

void rows_begin(struct rows *rows, unsigned char table)
{
    append_type(rows, ROW_MARK);
    append_type(rows, table);
}

void rows_text(struct rows *rows, const char *text)
{
    if (text == NULL || *text == '\0') {
        append_type(rows, CELL_NOTHING);
        return;
    }
    append_type(rows, CELL_TEXT);
    append(rows, text, strlen(text) + 1);
}

void rows_real(struct rows *rows, double number)
{
    append_type(rows, isfinite(number) ? CELL_REAL : CELL_NOTHING);
    if (isfinite(number))
        append(rows, &number, sizeof number);
}

void rows_integer(struct rows *rows, int64_t number)
{
    append_type(rows, CELL_INTEGER);
    append(rows, &number, sizeof number);
}

void rows_free(struct rows *rows)
{
    free(rows->bytes);
    *rows = (struct rows){0};
}

static bool take(const struct rows *rows, size_t *at, void *into, size_t count)
{
    if (rows->count - *at < count)
        return false;
    memcpy(into, rows->bytes + *at, count);
    *at += count;
    return true;
}

static bool read_cell(const struct rows *rows, size_t *at, struct cell *cell)
{
    unsigned char type = 0;
    *cell = (struct cell){.type = CELL_NOTHING};
    if (!take(rows, at, &type, 1) || type > CELL_TEXT)
        return false;
    cell->type = (enum cell_type)type;
    if (cell->type == CELL_INTEGER)
        return take(rows, at, &cell->integer, sizeof cell->integer);
    if (cell->type == CELL_REAL)
        return take(rows, at, &cell->real, sizeof cell->real);
    if (cell->type == CELL_NOTHING)
        return true;
    const void *end = memchr(rows->bytes + *at, 0, rows->count - *at);
    if (end == NULL)
        return false;
    cell->text = (const char *)rows->bytes + *at;
    *at = (size_t)((const unsigned char *)end - rows->bytes) + 1;
    return true;
}

bool rows_next(const struct rows *rows, size_t *at, struct row *row, bool *broken)
{
    unsigned char mark[2] = {0, 0};
    *broken = false;
    if (*at == rows->count)
        return false;
    *broken = true;
    if (!take(rows, at, mark, sizeof mark) || mark[0] != ROW_MARK)
        return false;
    row->table = mark[1];
    for (row->count = 0; *at < rows->count && rows->bytes[*at] != ROW_MARK; row->count++)
        if (row->count == CELLS_MOST || !read_cell(rows, at, &row->cells[row->count]))
            return false;
    *broken = false;
    return true;
}
