/* SPDX-License-Identifier: GPL-3.0-or-later
 * A page of character cells: text, braille dots, styles; made bytes row by row.
 */
#include "live_canvas.h"

#include "live_glyph.h"

#include <stdlib.h>
#include <string.h>

/* Bits of a braille cell: [row][column] (Unicode, chapter 21.1). */
static const unsigned char dots[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
enum { BRAILLE = 0x2800, UPPER_DOTS = 0x1B, LOWER_DOTS = 0xE4 };

/* Select Graphic Rendition (ECMA-48, 8.3.117): with colour, without. */
static const char *const styles[LIVE_STYLE_COUNT][2] = {
    [LIVE_PLAIN] = {"\033[0m", "\033[0m"},     [LIVE_BOLD] = {"\033[0;1m", "\033[0;1m"},
    [LIVE_TITLE] = {"\033[0;7m", "\033[0;7m"}, [LIVE_FAINT] = {"\033[0;2m", "\033[0;2m"},
    [LIVE_MARK] = {"\033[0;36m", "\033[0;1m"}, [LIVE_WARN] = {"\033[0;1;33m", "\033[0;1m"},
};

void live_bytes_add(struct live_bytes *bytes, const char *more, size_t length)
{
    if (bytes->failed)
        return;
    if (bytes->capacity - bytes->length < length) {
        size_t capacity = 2 * bytes->capacity + length + 1024;
        char *grown = realloc(bytes->bytes, capacity);
        if (grown == NULL) {
            bytes->failed = true;
            return;
        }
        bytes->bytes = grown;
        bytes->capacity = capacity;
    }
    if (length > 0)
        memcpy(bytes->bytes + bytes->length, more, length);
    bytes->length += length;
}

void live_bytes_text(struct live_bytes *bytes, const char *more)
{
    live_bytes_add(bytes, more, strlen(more));
}

void live_bytes_finish(struct live_bytes *bytes)
{
    free(bytes->bytes);
    *bytes = (struct live_bytes){0};
}

bool live_canvas_begin(struct live_canvas *canvas, size_t width, size_t height)
{
    size_t count = width * height;
    if (canvas->cells == NULL || width != canvas->width || height != canvas->height) {
        free(canvas->cells);
        canvas->cells = calloc(count > 0 ? count : 1, sizeof *canvas->cells);
        canvas->width = canvas->cells != NULL ? width : 0;
        canvas->height = canvas->cells != NULL ? height : 0;
    }
    for (size_t i = 0; canvas->cells != NULL && i < count; i++)
        canvas->cells[i] = (struct live_cell){' ', LIVE_PLAIN};
    return canvas->cells != NULL;
}

void live_canvas_finish(struct live_canvas *canvas)
{
    free(canvas->cells);
    canvas->cells = NULL;
    canvas->width = canvas->height = 0;
}

static size_t columns_of(const struct live_glyphs *glyphs)
{
    return glyphs->count + (glyphs->wide ? 1 : 0);
}

size_t live_text_columns(const struct live_canvas *canvas, const char *text)
{
    struct live_glyphs glyphs;
    size_t columns = 0;
    while (*text != '\0') {
        text += live_glyphs_read(text, canvas->ascii, &glyphs);
        columns += columns_of(&glyphs);
    }
    return columns;
}

/* The character that a cell is half of does not stay half. */
static void put(struct live_canvas *canvas, size_t x, size_t y, uint32_t code,
                enum live_style style)
{
    struct live_cell *row = canvas->cells + y * canvas->width;
    if (row[x].code == 0 && x > 0)
        row[x - 1].code = ' ';
    if (x + 1 < canvas->width && row[x + 1].code == 0)
        row[x + 1].code = ' ';
    row[x] = (struct live_cell){code, style};
}

/* Writes the characters that fit wholly; returns the columns taken. */
static size_t put_text(struct live_canvas *canvas, size_t x, size_t y, size_t room,
                       enum live_style style, const char *text)
{
    struct live_glyphs glyphs;
    size_t taken = 0;
    while (*text != '\0') {
        text += live_glyphs_read(text, canvas->ascii, &glyphs);
        if (taken + columns_of(&glyphs) > room)
            break;
        for (size_t i = 0; i < glyphs.count; i++)
            put(canvas, x + taken++, y, glyphs.codes[i], style);
        if (glyphs.wide) {
            put(canvas, x + taken, y, ' ', style);
            canvas->cells[y * canvas->width + x + taken++].code = 0;
        }
    }
    return taken;
}

size_t live_canvas_text(struct live_canvas *canvas, size_t x, size_t y, size_t room,
                        enum live_style style, const char *text)
{
    if (x >= canvas->width || y >= canvas->height)
        return 0;
    room = room < canvas->width - x ? room : canvas->width - x;
    if (room == 0 || live_text_columns(canvas, text) <= room)
        return put_text(canvas, x, y, room, style, text);
    size_t taken = put_text(canvas, x, y, room - 1, style, text);
    return taken + put_text(canvas, x + taken, y, 1, style, "\xE2\x80\xA6");
}

void live_canvas_fill(struct live_canvas *canvas, struct live_area area, enum live_style style)
{
    for (size_t y = area.y; y < area.y + area.height && y < canvas->height; y++)
        for (size_t x = area.x; x < area.x + area.width && x < canvas->width; x++)
            put(canvas, x, y, ' ', style);
}

void live_canvas_dot(struct live_canvas *canvas, struct live_area area, long x, long y,
                     enum live_style style)
{
    if (x < 0 || y < 0 || x >= (long)(2 * area.width) || y >= (long)(4 * area.height))
        return;
    size_t column = area.x + (size_t)x / 2, row = area.y + (size_t)y / 4;
    if (column >= canvas->width || row >= canvas->height)
        return;
    struct live_cell *cell = &canvas->cells[row * canvas->width + column];
    if ((cell->code & ~(uint32_t)0xFF) != BRAILLE)
        put(canvas, column, row, BRAILLE, style);
    cell->code |= dots[y % 4][x % 2];
    cell->style = style;
}

/* Dots where there is ASCII only: upper half, lower half, both. */
static uint32_t flat_dots(uint32_t code)
{
    bool upper = (code & UPPER_DOTS) != 0, lower = (code & LOWER_DOTS) != 0;
    return upper && lower ? ':' : upper ? '\'' : lower ? '.' : ' ';
}

static bool is_blank(const struct live_cell *cell)
{
    return cell->code == ' ' && cell->style != LIVE_TITLE;
}

/* A blank may keep any style that does not show on it. */
static void turn_style(const struct live_canvas *canvas, const struct live_cell *cell,
                       enum live_style *style, struct live_bytes *out)
{
    enum live_style wanted = is_blank(cell) && *style != LIVE_TITLE ? *style : cell->style;
    if (wanted == *style)
        return;
    *style = wanted;
    live_bytes_text(out, styles[wanted][canvas->colour ? 0 : 1]);
}

void live_canvas_row(const struct live_canvas *canvas, size_t y, struct live_bytes *out)
{
    const struct live_cell *row = canvas->cells + y * canvas->width;
    size_t end = canvas->width;
    enum live_style style = LIVE_PLAIN;
    while (end > 0 && is_blank(&row[end - 1]))
        end--;
    for (size_t x = 0; x < end; x++) {
        uint32_t code = row[x].code;
        char bytes[4];
        if (code == 0)
            continue;
        turn_style(canvas, &row[x], &style, out);
        if (canvas->ascii && (code & ~(uint32_t)0xFF) == BRAILLE)
            code = flat_dots(code);
        live_bytes_add(out, bytes, live_glyph_write(code, bytes));
    }
    if (style != LIVE_PLAIN)
        live_bytes_text(out, styles[LIVE_PLAIN][0]);
}
