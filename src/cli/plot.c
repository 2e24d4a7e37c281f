/* SPDX-License-Identifier: GPL-3.0-or-later
 * A small plot in braille dots, for the terminal.
 */
#include "plot.h"

#include <math.h>
#include <stdlib.h>

/* Bits of a braille cell (U+2800): [row][column]. */
static const unsigned char dots[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

struct range {
    double low, high;
};

static struct range range_of(const double *samples, size_t from, size_t to)
{
    struct range range = {samples[from], samples[from]};
    for (size_t i = from + 1; i < to; i++) {
        if (samples[i] < range.low)
            range.low = samples[i];
        if (samples[i] > range.high)
            range.high = samples[i];
    }
    return range;
}

/* Row of dots from the top; negative is up. */
static size_t dot_row(double sample, struct range all, size_t rows)
{
    double span = all.high - all.low;
    double place = span > 0 ? (sample - all.low) / span : 0.5;
    return (size_t)(place * (double)(rows - 1) + 0.5);
}

static void draw_column(unsigned char *cells, size_t width, size_t column, struct range part,
                        struct range all, size_t rows)
{
    size_t last = dot_row(part.high, all, rows);
    for (size_t row = dot_row(part.low, all, rows); row <= last; row++)
        cells[row / 4 * width + column / 2] |= dots[row % 4][column % 2];
}

static void print_cells(FILE *out, const unsigned char *cells, size_t width, size_t height)
{
    for (size_t y = 0; y < height; y++) {
        fputs("  ", out);
        for (size_t x = 0; x < width; x++) {
            unsigned char cell = cells[y * width + x];
            fprintf(out, "\xE2%c%c", 0xA0 | cell >> 6, 0x80 | (cell & 0x3F));
        }
        fputc('\n', out);
    }
}

void plot_braille(FILE *out, const double *samples, size_t count, double rate_hz, double start_s,
                  const char *unit, size_t width, size_t height)
{
    size_t columns = 2 * width, rows = 4 * height;
    unsigned char *cells = calloc(width * height, 1);
    if (cells == NULL || count == 0 || width == 0 || height == 0) {
        free(cells);
        return;
    }
    struct range all = range_of(samples, 0, count);
    for (size_t column = 0; column < columns; column++) {
        size_t from = (size_t)((double)count * (double)column / (double)columns);
        size_t to = (size_t)ceil((double)count * (double)(column + 1) / (double)columns);
        if (to > count)
            to = count;
        if (to > from)
            draw_column(cells, width, column, range_of(samples, from, to), all, rows);
    }
    print_cells(out, cells, width, height);
    fprintf(out, "  %.6g s to %.6g s; up %.4g, down %.4g %s\n", start_s,
            start_s + (double)count / rate_hz, all.low, all.high, unit);
    free(cells);
}
