/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cells as text: TSV, CSV, JSON. Numbers stay numbers, what is missing is n/a (JSON: null).
 */
#ifndef BATCH_SINK_H
#define BATCH_SINK_H

#include "batch/row.h"

#include <stdio.h>

/* Where an export goes: standard output, or a file that appears under its name when it is whole. */
struct sink {
    FILE *file;
    char *path, *beside; /* NULL for standard output */
    char separator;      /* tab or comma */
};

/* Digits that read back as the same number, as few as do. */
void number_text(double number, char text[32]);
/* One cell. Words that a spreadsheet would take for a formula get an apostrophe. */
void sink_cell(struct sink *sink, const struct cell *cell);
void sink_json(struct sink *sink, const struct cell *cell);

#endif
