/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text in columns of a terminal: how wide it is, where a line ends.
 */
#ifndef RV_REPORT_COLUMNS_H
#define RV_REPORT_COLUMNS_H

#include "base/text.h"
#include "report/document.h"

/* Columns that a text of valid UTF-8 takes: combining marks none, East Asian wide signs two. */
size_t rv_columns_width(const char *text);

/* Bytes of the first line of `text` when lines are at most `width` columns: broken at a blank
 * where there is one. *rest gets where the next line begins; NULL at the end. */
size_t rv_columns_line(const char *text, size_t width, const char **rest);

/* Appends `count` blanks. */
void rv_columns_blanks(struct rv_text *out, size_t count);

/* ANSI styles around a piece of text; nothing when `colour` is false. */
enum rv_style { RV_STYLE_PLAIN, RV_STYLE_BOLD, RV_STYLE_DIM, RV_STYLE_ABNORMAL, RV_STYLE_DOUBT };
void rv_columns_style(struct rv_text *out, bool colour, enum rv_style style);

/* A table of the document, at most `width` columns wide where its numbers allow that. */
void rv_columns_table(struct rv_text *out, const struct rv_part *table, size_t width, bool colour);

#endif
