/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tab-separated tables: a header of column names, cells by name, "n/a" and "" mean not known,
 * lines that begin with '#' are remarks.
 */
#ifndef RV_BASE_TABLE_H
#define RV_BASE_TABLE_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct rv_table {
    size_t column_count;
    const char *const *columns;
    size_t row_count;
    const char *const *cells; /* row-major, blanks around trimmed; NULL: not known */
    const size_t *lines;      /* of each row, from 1 */
};

/* Parses bytes (a byte-order mark and CR LF are fine). RV_STUDY with the line in the sentence when
 * a row has another number of cells, a column stands twice, or bytes are no UTF-8. */
enum rv_status rv_table_parse(struct rv_arena *arena, const char *bytes, size_t length,
                              struct rv_table *table, struct rv_error *err);

/* Index of a column; SIZE_MAX when there is none. */
size_t rv_table_column(const struct rv_table *table, const char *name);
/* A cell by index; NULL when not known or when column is SIZE_MAX. */
const char *rv_table_cell(const struct rv_table *table, size_t row, size_t column);

/* Reads a whole file of at most `limit` bytes into the arena (terminated). RV_NO_INPUT,
 * RV_PERMISSION, RV_DATA (too large), RV_IO. */
enum rv_status rv_file_read(struct rv_arena *arena, const char *path, size_t limit, char **bytes,
                            size_t *length, struct rv_error *err);

#endif
