/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cells as text: TSV, CSV, JSON. Numbers stay numbers, what is missing is n/a (JSON: null).
 */
#ifndef BATCH_SINK_H
#define BATCH_SINK_H

#include "batch/row.h"

#include <ranvier/error.h>

#include <stdio.h>

/* Where an export goes: standard output, or a file that appears under its name when it is whole. */
struct sink {
    FILE *file;
    char *path, *beside; /* NULL for standard output */
    char separator;      /* tab or comma */
};

/* `path` NULL or "-": standard output. RV_NO_OUTPUT where a file of that name is there and is not
 * to be replaced. */
enum rv_status sink_file_open(struct sink *sink, const char *path, bool force,
                              struct rv_error *err);
/* A whole file under its name, or none where `status` says so; returns the status of it all. */
enum rv_status sink_file_close(struct sink *sink, enum rv_status status, struct rv_error *err);

/* Digits that read back as the same number, as few as do. */
void number_text(double number, char text[32]);
/* One cell. Words that a spreadsheet would take for a formula get an apostrophe. */
void sink_cell(struct sink *sink, const struct cell *cell);
void sink_json(struct sink *sink, const struct cell *cell);

#endif
