/* SPDX-License-Identifier: GPL-3.0-or-later
 * A table of numbers in a text: delimiter, header, columns, and one row after another.
 */
#ifndef RV_ACQUIRE_TEXT_TABLE_H
#define RV_ACQUIRE_TEXT_TABLE_H

#include "acquire/lines.h"
#include "acquire/text_columns.h"

struct rv_text_line {
    char *bytes;
    uint64_t number;
};

struct rv_text_table {
    struct rv_arena *arena;
    struct rv_lines lines;
    struct rv_text_line *lead; /* lines read ahead to understand the table; heap */
    size_t lead_count, lead_capacity, lead_next;
    struct rv_cells cells;
    struct rv_text_remarks remarks;
    struct rv_text_column *columns; /* in the arena */
    size_t column_count;
    double *row;     /* numbers of the row read last */
    double *weights; /* of the last digit written of each */
    uint64_t line;   /* its line */
};

/* Zero-initialise, set lines.input. Reads ahead and fills the columns. RV_DATA with the line. */
enum rv_status rv_text_table_open(struct rv_text_table *table, struct rv_arena *arena,
                                  struct rv_error *err);
void rv_text_table_finish(struct rv_text_table *table);
/* The first column of a role from `from`; SIZE_MAX when there is none. */
size_t rv_text_table_column(const struct rv_text_table *table, enum rv_text_role role, size_t from);
/* Fills row, weights and line. RV_DATA: a ragged row, an empty cell, no number. */
enum rv_status rv_text_table_row(struct rv_text_table *table, bool *more, struct rv_error *err);
/* One column of the rows read ahead, without taking them; returns how many came, up to the first
 * that cannot be read. */
size_t rv_text_table_ahead(struct rv_text_table *table, size_t column, double *numbers,
                           double *weights, size_t capacity);

#endif
