/* SPDX-License-Identifier: GPL-3.0-or-later
 * Typed cells of the study's tables: words of closed lists, numbers in their range.
 */
#ifndef RV_SESSION_CELLS_H
#define RV_SESSION_CELLS_H

#include "base/table.h"

#include <ranvier/study.h>

enum cell_type {
    CELL_TEXT,
    CELL_NUMBER,
    CELL_WORD,   /* an enum: `words` */
    CELL_NAME,   /* a canonical word: `canonical` and `nearest` */
    CELL_ENTERED /* into entered[parameter] */
};

struct cell_word {
    const char *word;
    int number;
};

struct cell_column {
    const char *name;
    enum cell_type type;
    size_t offset;
    const char *quantity; /* of plausible.tsv; NULL: not bounded */
    bool from_zero;       /* its lower bound is for measuring, not for typing */
    const char *hint;
    const struct cell_word *words; /* CELL_WORD; ends with {NULL} */
    const char *(*canonical)(const char *text);
    const char *(*nearest)(const char *text);
    enum rv_parameter parameter; /* CELL_ENTERED */
    const char *unit;            /* CELL_ENTERED: as in the column's name */
};

/* Reads one cell into the row struct at `base`; unknown cells (NULL) leave it alone. The sentence
 * of an error names line, column, text and what was expected. */
enum rv_status rv_cell_read(const struct cell_column *column, const char *text, size_t line,
                            struct rv_arena *arena, void *base, struct rv_error *err);

/* Collects the columns that `known` does not name as extras of one row. */
enum rv_status rv_cells_extra(const struct rv_table *table, size_t row,
                              const struct cell_column *known, struct rv_arena *arena,
                              const struct rv_extra **extra, size_t *count, struct rv_error *err);

const struct cell_column *rv_cell_column(const struct cell_column *columns, const char *name);

#endif
