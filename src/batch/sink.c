/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cells as text.
 */
#include "batch/sink.h"

#include <stdlib.h>
#include <string.h>

void number_text(double number, char text[32])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, 32, "%.*g", digits, number);
        double back = strtod(text, NULL);
        if (memcmp(&back, &number, sizeof back) == 0)
            return;
    }
}

/* Formula characters first: CWE-1236. Tabs and line ends would break the row of a TSV. */
static void write_words(struct sink *sink, const char *text)
{
    bool guarded = strchr("=+-@\t\r\n", text[0]) != NULL;
    bool quoted = sink->separator == ',' && (guarded || strpbrk(text, ",\"\r\n") != NULL);
    if (quoted)
        fputc('"', sink->file);
    if (guarded)
        fputc('\'', sink->file);
    for (const char *c = text; *c != '\0'; c++) {
        if (quoted && *c == '"')
            fputc('"', sink->file);
        fputc(sink->separator == '\t' && strchr("\t\r\n", *c) != NULL ? ' ' : *c, sink->file);
    }
    if (quoted)
        fputc('"', sink->file);
}

void sink_cell(struct sink *sink, const struct cell *cell)
{
    char digits[32];
    if (cell->type == CELL_TEXT) {
        write_words(sink, cell->text);
    } else if (cell->type == CELL_INTEGER) {
        fprintf(sink->file, "%lld", (long long)cell->integer);
    } else if (cell->type == CELL_REAL) {
        number_text(cell->real, digits);
        fputs(digits, sink->file);
    } else {
        fputs("n/a", sink->file);
    }
}

/* Well-formed UTF-8 by its first byte (RFC 3629): length, and the limits of the second byte. */
static const struct {
    unsigned char from, to;
    unsigned char length, least, most;
} leads[] = {{0x00, 0x7F, 1, 0, 0},       {0xC2, 0xDF, 2, 0x80, 0xBF}, {0xE0, 0xE0, 3, 0xA0, 0xBF},
             {0xE1, 0xEC, 3, 0x80, 0xBF}, {0xED, 0xED, 3, 0x80, 0x9F}, {0xEE, 0xEF, 3, 0x80, 0xBF},
             {0xF0, 0xF0, 4, 0x90, 0xBF}, {0xF1, 0xF3, 4, 0x80, 0xBF}, {0xF4, 0xF4, 4, 0x80, 0x8F}};

/* Length of the character at `c`; 0 where it is none. */
static size_t character_length(const unsigned char *c)
{
    size_t i = 0;
    while (i < sizeof leads / sizeof *leads && (c[0] < leads[i].from || c[0] > leads[i].to))
        i++;
    if (i == sizeof leads / sizeof *leads)
        return 0;
    if (leads[i].length > 1 && (c[1] < leads[i].least || c[1] > leads[i].most))
        return 0;
    for (size_t k = 2; k < leads[i].length; k++)
        if ((c[k] & 0xC0) != 0x80)
            return 0;
    return leads[i].length;
}

static void write_json_text(FILE *file, const char *text)
{
    fputc('"', file);
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0';) {
        size_t length = character_length(c);
        if (length == 0)
            fputs("\\ufffd", file);
        else if (*c < 0x20 || *c == 0x7F)
            fprintf(file, "\\u%04x", *c);
        else if (*c == '"' || *c == '\\')
            fprintf(file, "\\%c", *c);
        else
            fwrite(c, 1, length, file);
        c += length > 0 ? length : 1;
    }
    fputc('"', file);
}

void sink_json(struct sink *sink, const struct cell *cell)
{
    if (cell->type == CELL_TEXT)
        write_json_text(sink->file, cell->text);
    else if (cell->type == CELL_NOTHING)
        fputs("null", sink->file);
    else
        sink_cell(sink, cell);
}
