/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cells as text.
 */
#include "batch/sink.h"

#include <ranvier/words.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum rv_status refuse(struct rv_error *err, enum rv_status status, const char *path,
                             const char *problem)
{
    snprintf(err->text, sizeof err->text, "%.300s: %s", path, problem);
    return err->status = status;
}

static enum rv_status open_beside(struct sink *sink, const char *path, struct rv_error *err)
{
    size_t size = strlen(path) + sizeof ".XXXXXX";
    sink->path = strdup(path);
    sink->beside = malloc(size);
    if (sink->path == NULL || sink->beside == NULL)
        return refuse(err, RV_NO_MEMORY, path, "out of memory");
    snprintf(sink->beside, size, "%s.XXXXXX", path);
    int file = mkstemp(sink->beside);
    sink->file = file >= 0 ? fdopen(file, "w") : NULL;
    if (sink->file != NULL)
        return RV_OK;
    int number = errno;
    if (file >= 0) {
        close(file);
        unlink(sink->beside);
    }
    return refuse(err, RV_NO_OUTPUT, path, strerror(number));
}

enum rv_status sink_file_open(struct sink *sink, const char *path, bool force, struct rv_error *err)
{
    struct stat facts;
    *sink = (struct sink){.file = stdout, .separator = '\t'};
    if (path == NULL || strcmp(path, "-") == 0)
        return RV_OK;
    if (lstat(path, &facts) == 0 && (!force || !S_ISREG(facts.st_mode)))
        return refuse(err, RV_NO_OUTPUT, path,
                      S_ISREG(facts.st_mode) ? "exists; --force replaces it"
                                             : "is no regular file");
    return open_beside(sink, path, err);
}

/* Written, synced, closed and renamed: all of it, or the file goes. */
static bool settle_file(struct sink *sink, bool wanted)
{
    bool good =
        wanted && fflush(sink->file) == 0 && !ferror(sink->file) && fsync(fileno(sink->file)) == 0;
    good = fclose(sink->file) == 0 && good;
    good = good && rename(sink->beside, sink->path) == 0;
    if (!good)
        unlink(sink->beside);
    return good;
}

enum rv_status sink_file_close(struct sink *sink, enum rv_status status, struct rv_error *err)
{
    if (sink->path == NULL) {
        if (status == RV_OK && (fflush(stdout) != 0 || ferror(stdout)))
            status = refuse(err, RV_IO, "standard output", strerror(errno));
        return status;
    }
    if (sink->file != NULL && !settle_file(sink, status == RV_OK) && status == RV_OK)
        status = refuse(err, RV_IO, sink->path, strerror(errno));
    free(sink->path);
    free(sink->beside);
    return status;
}

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

static void write_json_text(FILE *file, const char *text)
{
    fputc('"', file);
    for (const char *c = text; *c != '\0';) {
        uint32_t code;
        size_t length = rv_character_read(c, &code);
        if (length == 0)
            fputs("\\ufffd", file);
        else if (code < 0x20 || code == 0x7F)
            fprintf(file, "\\u%04x", (unsigned)code);
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
