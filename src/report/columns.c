/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text in columns of a terminal.
 */
#include "report/columns.h"

#include <string.h>

struct range {
    uint32_t first, last;
};

static bool in_ranges(const struct range *ranges, size_t count, uint32_t code)
{
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

/* Unicode blocks: combining marks and zero-width signs; East Asian wide and emoji. */
static size_t code_width(uint32_t code)
{
    static const struct range none[] = {
        {0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x064B, 0x065F}, {0x1AB0, 0x1AFF},
        {0x1DC0, 0x1DFF}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
    static const struct range wide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},  {0x3041, 0xA4CF},
                                        {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},  {0xFE30, 0xFE6F},
                                        {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},  {0x1F300, 0x1F64F},
                                        {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
    if (code < 0x300)
        return 1;
    if (in_ranges(none, sizeof none / sizeof *none, code))
        return 0;
    return in_ranges(wide, sizeof wide / sizeof *wide, code) ? 2 : 1;
}

/* Bytes and columns of the sign at `text`, never 0 bytes. */
static size_t next_sign(const char *text, size_t *width)
{
    uint32_t code = 0;
    size_t size = rv_text_decode(text, strlen(text) < 4 ? strlen(text) : 4, &code);
    *width = size > 0 ? code_width(code) : 1;
    return size > 0 ? size : 1;
}

size_t rv_columns_width(const char *text)
{
    size_t total = 0, width;
    for (; *text != '\0'; total += width)
        text += next_sign(text, &width);
    return total;
}

size_t rv_columns_line(const char *text, size_t width, const char **rest)
{
    size_t used = 0, bytes = 0, blank = 0, sign;
    while (text[bytes] != '\0') {
        size_t size = next_sign(text + bytes, &sign);
        if (text[bytes] == ' ')
            blank = bytes;
        if (used + sign > width && bytes > 0)
            break;
        used += sign;
        bytes += size;
    }
    if (text[bytes] == '\0') {
        *rest = NULL;
        return bytes;
    }
    if (blank > 0)
        bytes = blank;
    *rest = text + bytes;
    while (**rest == ' ')
        (*rest)++;
    if (**rest == '\0')
        *rest = NULL;
    return bytes;
}

void rv_columns_blanks(struct rv_text *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        rv_text_append_n(out, " ", 1);
}

void rv_columns_style(struct rv_text *out, bool colour, enum rv_style style)
{
    static const char *const codes[] = {"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[1;31m", "\x1b[33m"};
    if (colour)
        rv_text_append(out, codes[style]);
}

/* --- tables --------------------------------------------------------------------------------- */

enum { COLUMNS_MOST = 32, NARROWEST = 6, WORD_MOST = 18, NOTE_WIDTH = 16, GAP = 2, INDENT = 2 };

struct layout {
    const struct rv_part *table;
    size_t width[COLUMNS_MOST];  /* of the body */
    size_t suffix[COLUMNS_MOST]; /* of the marks behind it */
    size_t least[COLUMNS_MOST];  /* the longest word */
    bool colour;
};

static size_t column_count(const struct rv_part *table)
{
    return table->column_count < COLUMNS_MOST ? table->column_count : COLUMNS_MOST;
}

/* "*", "?", with the dagger of an unverified limit and the letters of who set it. */
static size_t marks_of(const struct rv_cell *cell, const char *marks[3])
{
    size_t count = 0;
    if (cell->judgement == RV_ABNORMAL)
        marks[count++] = "*";
    else if (cell->judgement == RV_BORDERLINE)
        marks[count++] = "?";
    if (cell->unverified)
        marks[count++] = "\xE2\x80\xA0";
    if (cell->state == RV_CELL_VALUE && (cell->by == RV_BY_ENTERED || cell->by == RV_BY_HAND))
        marks[count++] = cell->by == RV_BY_ENTERED ? "e" : "h";
    return count;
}

static void body_of(const struct rv_cell *cell, struct rv_text *out)
{
    if (cell->text != NULL)
        rv_text_append(out, cell->text);
    if (cell->error != NULL)
        rv_text_format(out, " \xC2\xB1 %s", cell->error);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The longest word, which a column should not break. */
static size_t longest_word(const char *text)
{
    size_t longest = 0, used = 0, width;
    while (*text != '\0') {
        bool blank = *text == ' ';
        text += next_sign(text, &width);
        used = blank ? 0 : used + width;
        longest = larger(longest, used);
    }
    return longest < WORD_MOST ? longest : WORD_MOST;
}

static void measure_cell(struct layout *layout, size_t column, const struct rv_cell *cell)
{
    struct rv_text body = {0};
    const char *marks[3];
    body_of(cell, &body);
    size_t width = body.bytes != NULL ? rv_columns_width(body.bytes) : 0;
    bool number = layout->table->columns[column].kind == RV_COLUMN_NUMBER;
    for (size_t i = 0; i < cell->note_count; i++) {
        size_t note = rv_columns_width(cell->notes[i]);
        width = larger(width, number && note > NOTE_WIDTH ? NOTE_WIDTH : note);
        layout->least[column] = larger(layout->least[column], longest_word(cell->notes[i]));
    }
    if (body.bytes != NULL)
        layout->least[column] = larger(layout->least[column], longest_word(body.bytes));
    layout->width[column] = larger(layout->width[column], width);
    layout->suffix[column] = larger(layout->suffix[column], marks_of(cell, marks));
    rv_text_finish(&body);
}

static void measure(struct layout *layout)
{
    const struct rv_part *table = layout->table;
    for (size_t i = 0; i < column_count(table); i++) {
        const struct rv_column *column = &table->columns[i];
        if (!column->used)
            continue;
        layout->width[i] = rv_columns_width(column->title);
        layout->least[i] = larger(NARROWEST, longest_word(column->title));
        if (column->unit != NULL)
            layout->width[i] = larger(layout->width[i], rv_columns_width(column->unit));
        for (const struct rv_row *row = table->rows; row != NULL; row = row->next)
            if (row->cells != NULL)
                measure_cell(layout, i, &row->cells[i]);
    }
}

/* Makes the widest column of words narrower until the table fits, or nothing can give. */
static void fit(struct layout *layout, size_t limit)
{
    for (;;) {
        size_t total = INDENT, widest = COLUMNS_MOST;
        for (size_t i = 0; i < column_count(layout->table); i++) {
            if (!layout->table->columns[i].used)
                continue;
            total += layout->width[i] + layout->suffix[i] + GAP;
            if (layout->table->columns[i].kind == RV_COLUMN_TEXT &&
                layout->width[i] > layout->least[i] &&
                (widest == COLUMNS_MOST || layout->width[i] > layout->width[widest]))
                widest = i;
        }
        if (total <= limit + GAP || widest == COLUMNS_MOST)
            return;
        layout->width[widest]--;
    }
}

struct line {
    size_t bytes;
    bool is_note, ends_body;
};

/* The k-th line of a cell: its body, then its notes, each wrapped. NULL: it has no such line. */
static const char *cell_line(const struct rv_cell *cell, const char *body, size_t width, size_t k,
                             struct line *found)
{
    for (size_t i = 0; i <= cell->note_count; i++) {
        const char *rest = i == 0 ? body : cell->notes[i - 1];
        while (rest != NULL && (*rest != '\0' || i == 0)) {
            const char *line = rest;
            found->bytes = rv_columns_line(line, width, &rest);
            found->is_note = i > 0;
            found->ends_body = i == 0 && rest == NULL;
            if (k-- == 0)
                return line;
        }
    }
    *found = (struct line){0};
    return NULL;
}

static enum rv_style style_of(const struct rv_cell *cell, bool is_note)
{
    if (is_note)
        return RV_STYLE_DIM;
    return cell->judgement == RV_ABNORMAL     ? RV_STYLE_ABNORMAL
           : cell->judgement == RV_BORDERLINE ? RV_STYLE_DOUBT
                                              : RV_STYLE_PLAIN;
}

/* One line of one cell: its words with the marks behind them. */
struct piece {
    struct rv_text words;
    size_t suffix; /* columns of the marks */
    bool exists;   /* the cell has such a line, and it is not blank */
    enum rv_style style;
};

static struct piece piece_of(const struct rv_cell *cell, size_t width, size_t k)
{
    struct piece piece = {.style = RV_STYLE_PLAIN};
    struct rv_text body = {0};
    const char *marks[3];
    struct line found = {0};
    rv_text_append(&body, "");
    body_of(cell, &body);
    const char *line = cell_line(cell, body.failed ? "" : body.bytes, width, k, &found);
    rv_text_append_n(&piece.words, line != NULL ? line : "", found.bytes);
    piece.suffix = found.ends_body ? marks_of(cell, marks) : 0;
    for (size_t i = 0; i < piece.suffix; i++)
        rv_text_append(&piece.words, marks[i]);
    piece.words.failed = piece.words.failed || body.failed;
    piece.exists = found.bytes > 0 && !piece.words.failed;
    if (piece.exists)
        piece.style = style_of(cell, found.is_note);
    rv_text_finish(&body);
    return piece;
}

/* Writes one line of one cell, padded; false when the cell has no such line. */
static bool write_cell(const struct layout *layout, size_t column, const struct rv_cell *cell,
                       size_t k, struct rv_text *out)
{
    size_t width = layout->width[column];
    struct piece piece = piece_of(cell, width, k);
    bool number = layout->table->columns[column].kind == RV_COLUMN_NUMBER;
    bool styled = layout->colour && piece.style != RV_STYLE_PLAIN;
    size_t used = piece.exists ? rv_columns_width(piece.words.bytes) - piece.suffix : 0;
    size_t pad = width > used ? width - used : 0;
    rv_columns_blanks(out, number ? pad : 0);
    rv_columns_style(out, styled, piece.style);
    rv_text_append(out, piece.exists ? piece.words.bytes : "");
    rv_columns_style(out, styled, RV_STYLE_PLAIN);
    rv_columns_blanks(out, layout->suffix[column] - (piece.exists ? piece.suffix : 0));
    rv_columns_blanks(out, number ? 0 : pad);
    out->failed = out->failed || piece.words.failed;
    rv_text_finish(&piece.words);
    return piece.exists;
}

static void end_line(struct rv_text *out)
{
    while (out->length > 0 && out->bytes[out->length - 1] == ' ')
        out->bytes[--out->length] = '\0';
    rv_text_append(out, "\n");
}

/* One line across all columns; false (and nothing written) when no cell has it. */
static bool write_line(const struct layout *layout, const struct rv_cell *cells, size_t k,
                       struct rv_text *out)
{
    size_t before = out->length;
    bool any = false;
    rv_columns_blanks(out, INDENT);
    for (size_t i = 0; i < column_count(layout->table); i++) {
        if (!layout->table->columns[i].used)
            continue;
        any = write_cell(layout, i, &cells[i], k, out) || any;
        rv_columns_blanks(out, GAP);
    }
    if (any) {
        end_line(out);
    } else if (out->bytes != NULL) {
        out->length = before;
        out->bytes[before] = '\0';
    }
    return any;
}

static void write_head(const struct layout *layout, struct rv_text *out)
{
    struct rv_cell titles[COLUMNS_MOST] = {0};
    for (size_t i = 0; i < column_count(layout->table); i++) {
        titles[i] = rv_cell_text(layout->table->columns[i].title);
        rv_cell_note(&titles[i], layout->table->columns[i].unit);
    }
    struct layout plain = *layout;
    plain.colour = false;
    rv_columns_style(out, layout->colour, RV_STYLE_BOLD);
    for (size_t k = 0; write_line(&plain, titles, k, out);)
        k++;
    rv_columns_style(out, layout->colour, RV_STYLE_PLAIN);
}

void rv_columns_table(struct rv_text *out, const struct rv_part *table, size_t width, bool colour)
{
    struct layout layout = {.table = table, .colour = colour};
    measure(&layout);
    fit(&layout, width);
    write_head(&layout, out);
    for (const struct rv_row *row = table->rows; row != NULL; row = row->next) {
        if (row->group != NULL) {
            rv_columns_blanks(out, INDENT);
            rv_columns_style(out, colour, RV_STYLE_BOLD);
            rv_text_append(out, row->group);
            rv_columns_style(out, colour, RV_STYLE_PLAIN);
            rv_text_append(out, "\n");
            continue;
        }
        for (size_t k = 0; row->cells != NULL && write_line(&layout, row->cells, k, out);)
            k++;
    }
}
