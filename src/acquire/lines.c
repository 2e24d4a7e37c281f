/* SPDX-License-Identifier: GPL-3.0-or-later
 * Lines of a text, one at a time, and their cells.
 */
#include "acquire/lines.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

enum { LOOK_AHEAD = 4096 };

void rv_lines_finish(struct rv_lines *lines)
{
    rv_release(lines->bytes);
    *lines = (struct rv_lines){0};
}

static enum rv_status check_beginning(struct rv_lines *lines, struct rv_error *err)
{
    const unsigned char *bytes;
    size_t count;
    enum rv_status status = rv_input_peek(lines->input, 4, &bytes, &count, err);
    if (status != RV_OK)
        return status;
    bool marked = count >= 2 && ((bytes[0] == 0xFF && bytes[1] == 0xFE) ||
                                 (bytes[0] == 0xFE && bytes[1] == 0xFF));
    bool unmarked = count >= 2 && (bytes[0] == 0) != (bytes[1] == 0);
    if (marked || unmarked)
        return rv_fail(err, RV_DATA, "line 1: UTF-16 text: save it as UTF-8");
    uint64_t skipped;
    if (count >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        return rv_input_skip(lines->input, 3, &skipped, err);
    return RV_OK;
}

static enum rv_status append(struct rv_lines *lines, const unsigned char *bytes, size_t count,
                             struct rv_error *err)
{
    if (lines->length + count > RV_LINE_MAX)
        return rv_fail(err, RV_DATA, "line %llu is longer than %d bytes",
                       (unsigned long long)lines->number, RV_LINE_MAX);
    if (memchr(bytes, 0, count) != NULL)
        return rv_fail(err, RV_DATA, "line %llu holds a NUL byte: no text",
                       (unsigned long long)lines->number);
    if (!rv_grow(&lines->bytes, &lines->capacity, lines->length + count + 1, 1))
        return rv_fail_memory(err);
    memcpy(lines->bytes + lines->length, bytes, count);
    lines->length += count;
    lines->bytes[lines->length] = '\0';
    return RV_OK;
}

/* Bytes up to the line's end; *end_size is 0 when the end is not among them. */
static size_t find_end(const unsigned char *bytes, size_t count, size_t *end_size)
{
    const unsigned char *feed = memchr(bytes, '\n', count);
    size_t until = feed != NULL ? (size_t)(feed - bytes) : count;
    const unsigned char *carriage = memchr(bytes, '\r', until);
    if (carriage == NULL) {
        *end_size = feed != NULL;
        return until;
    }
    size_t at = (size_t)(carriage - bytes);
    *end_size = at + 1 < count && bytes[at + 1] == '\n' ? 2 : 1;
    return at;
}

enum rv_status rv_lines_next(struct rv_lines *lines, bool *more, struct rv_error *err)
{
    enum rv_status status = lines->number == 0 ? check_beginning(lines, err) : RV_OK;
    lines->number++;
    lines->length = 0;
    *more = false;
    while (status == RV_OK) {
        const unsigned char *bytes;
        size_t count, end_size;
        status = rv_input_peek(lines->input, LOOK_AHEAD, &bytes, &count, err);
        if (status != RV_OK || count == 0)
            break;
        *more = true;
        size_t used = find_end(bytes, count, &end_size);
        /* A CR at the edge of what is seen: whether LF follows shows next time. */
        bool edge =
            end_size == 1 && bytes[used] == '\r' && used + 1 == count && count == LOOK_AHEAD;
        status = append(lines, bytes, used, err);
        uint64_t skipped;
        if (status == RV_OK)
            status = rv_input_skip(lines->input, used + (edge ? 0 : end_size), &skipped, err);
        if (end_size > 0 && !edge)
            break;
    }
    return status;
}

/* --- cells --------------------------------------------------------------------------------- */

void rv_cells_finish(struct rv_cells *cells)
{
    rv_release(cells->text);
    *cells = (struct rv_cells){0};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool ends_cell(const struct rv_cells *cells, char c)
{
    return c == '\0' ||
           (cells->delimiter == ' ' ? is_blank(c) : cells->delimiter != 0 && c == cells->delimiter);
}

/* Takes the quotes off in place; returns what follows the closing one, NULL when there is none. */
static char *unquote(char *text)
{
    char *out = text;
    for (char *in = text + 1; *in != '\0'; in++) {
        if (*in == '"' && in[1] == '"') {
            in++;
        } else if (*in == '"') {
            *out = '\0';
            return in + 1;
        }
        *out++ = *in;
    }
    return NULL;
}

static void trim_end(char *text, char *end)
{
    while (end > text && is_blank(end[-1]))
        end--;
    *end = '\0';
}

/* The end of the cell that begins at `at`, which is its delimiter or the line's end. */
static char *cell_end(const struct rv_cells *cells, char *at, struct rv_error *err)
{
    char *end = at;
    if (*at != '"') {
        while (!ends_cell(cells, *end))
            end++;
        return end;
    }
    end = unquote(at);
    if (end == NULL) {
        rv_fail(err, RV_DATA, "column %zu: the quote does not close on its line", cells->count);
        return NULL;
    }
    while (is_blank(*end) && !ends_cell(cells, *end))
        end++;
    if (ends_cell(cells, *end))
        return end;
    rv_fail(err, RV_DATA, "column %zu: text behind the closing quote", cells->count);
    return NULL;
}

static char *skip_blanks(const struct rv_cells *cells, char *at)
{
    while (is_blank(*at) && (cells->delimiter == ' ' || *at != cells->delimiter))
        at++;
    return at;
}

enum rv_status rv_cells_split(struct rv_cells *cells, char *line, struct rv_error *err)
{
    cells->count = 0;
    if (cells->delimiter == ' ') /* blanks at the end make no cell */
        trim_end(line, line + strlen(line));
    for (char *at = line;; at++) {
        at = skip_blanks(cells, at);
        if (!rv_grow(&cells->text, &cells->capacity, cells->count + 1, sizeof *cells->text))
            return rv_fail_memory(err);
        cells->text[cells->count++] = at;
        bool quoted = *at == '"';
        char *cell = at;
        at = cell_end(cells, cell, err);
        if (at == NULL)
            return RV_DATA;
        bool last = *at == '\0';
        *at = '\0';
        if (!quoted)
            trim_end(cell, at);
        if (last)
            return RV_OK;
    }
}

/* The weight of the last digit of a number's text: 10^(exponent - decimals). */
static double digit_weight(const char *text, int decimals)
{
    size_t mark = strcspn(text, "eE");
    long long exponent = 0;
    if (text[mark] != '\0')
        rv_integer_read(text + mark + 1, strlen(text + mark + 1), &exponent);
    return pow(10, (double)exponent - decimals);
}

/* Is the number written with the decimal sign of those before it, and with one only? */
static bool decimal_fits(const struct rv_cells *cells, bool comma, bool point)
{
    return !(comma && (point || cells->decimal == '.')) && !(point && cells->decimal == ',');
}

bool rv_cells_number(struct rv_cells *cells, size_t index, double *number, double *unit)
{
    char *text = cells->text[index];
    int decimals = 0;
    char *comma = strchr(text, ',');
    bool point = strchr(text, '.') != NULL;
    if (!decimal_fits(cells, comma != NULL, point))
        return false;
    if (comma != NULL)
        *comma = '.';
    bool read = rv_number_text(text, number, &decimals);
    if (comma != NULL)
        *comma = ',';
    if (read && (comma != NULL || point))
        cells->decimal = comma != NULL ? ',' : '.';
    if (read && unit != NULL)
        *unit = digit_weight(text, decimals);
    return read;
}
