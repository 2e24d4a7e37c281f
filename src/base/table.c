/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tab-separated tables.
 */
#include "base/table.h"

#include "base/error.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct line {
    const char *text;
    size_t length;
    size_t number;
};

/* Takes the next line that is neither blank nor a remark; false at the end. */
static bool next_line(const char **rest, const char *end, size_t *number, struct line *line)
{
    while (*rest < end) {
        const char *stop = memchr(*rest, '\n', (size_t)(end - *rest));
        if (stop == NULL)
            stop = end;
        line->text = *rest;
        line->length = (size_t)(stop - *rest);
        line->number = ++*number;
        *rest = stop < end ? stop + 1 : end;
        if (line->length > 0 && line->text[line->length - 1] == '\r')
            line->length--;
        if (line->length > 0 && line->text[0] != '#')
            return true;
    }
    return false;
}

static size_t count_cells(const struct line *line)
{
    size_t count = 1;
    for (size_t i = 0; i < line->length; i++)
        if (line->text[i] == '\t')
            count++;
    return count;
}

/* Splits a line into `count` cells; unknown ones become NULL. */
static bool split(struct rv_arena *arena, const struct line *line, const char **cells)
{
    const char *at = line->text, *end = line->text + line->length;
    for (size_t i = 0; at <= end; i++) {
        const char *tab = memchr(at, '\t', (size_t)(end - at));
        const char *stop = tab != NULL ? tab : end;
        const char *from = at, *to = stop;
        while (from < to && *from == ' ')
            from++;
        while (from < to && to[-1] == ' ')
            to--;
        size_t length = (size_t)(to - from);
        if (length > 0 && !(length == 3 && memcmp(from, "n/a", 3) == 0)) {
            cells[i] = rv_arena_text_n(arena, from, length);
            if (cells[i] == NULL)
                return false;
        }
        at = stop + 1;
    }
    return true;
}

static enum rv_status parse_header(struct rv_arena *arena, const struct line *line,
                                   struct rv_table *table, struct rv_error *err)
{
    table->column_count = count_cells(line);
    const char **columns = rv_arena_alloc(arena, table->column_count, sizeof *columns);
    if (columns == NULL || !split(arena, line, columns))
        return rv_fail_memory(err);
    for (size_t i = 0; i < table->column_count; i++) {
        if (columns[i] == NULL)
            return rv_fail(err, RV_STUDY, "line %zu: column %zu has no name", line->number, i + 1);
        for (size_t j = 0; j < i; j++)
            if (strcmp(columns[i], columns[j]) == 0)
                return rv_fail(err, RV_STUDY, "line %zu: column %s stands twice", line->number,
                               columns[i]);
    }
    table->columns = columns;
    return RV_OK;
}

static enum rv_status parse_rows(struct rv_arena *arena, const char *rest, const char *end,
                                 size_t number, struct rv_table *table, struct rv_error *err)
{
    struct line line;
    size_t count = 0, counted = number;
    for (const char *at = rest; next_line(&at, end, &counted, &line);)
        count++;
    size_t cell_count;
    if (!rv_multiply(count, table->column_count, &cell_count))
        return rv_fail_memory(err);
    const char **cells = rv_arena_alloc(arena, cell_count, sizeof *cells);
    size_t *lines = rv_arena_alloc(arena, count, sizeof *lines);
    if (cells == NULL || lines == NULL)
        return rv_fail_memory(err);
    for (size_t row = 0; next_line(&rest, end, &number, &line); row++) {
        size_t found = count_cells(&line);
        if (found != table->column_count)
            return rv_fail(err, RV_STUDY, "line %zu: %zu cells, the header names %zu columns",
                           line.number, found, table->column_count);
        if (!split(arena, &line, cells + row * table->column_count))
            return rv_fail_memory(err);
        lines[row] = line.number;
    }
    table->cells = cells;
    table->lines = lines;
    table->row_count = count;
    return RV_OK;
}

enum rv_status rv_table_parse(struct rv_arena *arena, const char *bytes, size_t length,
                              struct rv_table *table, struct rv_error *err)
{
    *table = (struct rv_table){0};
    const char *rest = bytes, *end = bytes + length;
    if (length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        rest += 3;
    if (memchr(bytes, '\0', length) != NULL || !rv_text_is_utf8(bytes, length))
        return rv_fail(err, RV_STUDY, "not UTF-8 text");
    size_t number = 0;
    struct line header;
    if (!next_line(&rest, end, &number, &header))
        return rv_fail(err, RV_STUDY, "no header line");
    enum rv_status status = parse_header(arena, &header, table, err);
    if (status != RV_OK)
        return status;
    return parse_rows(arena, rest, end, number, table, err);
}

size_t rv_table_column(const struct rv_table *table, const char *name)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->columns[i], name) == 0)
            return i;
    return SIZE_MAX;
}

const char *rv_table_cell(const struct rv_table *table, size_t row, size_t column)
{
    if (column >= table->column_count || row >= table->row_count)
        return NULL;
    return table->cells[row * table->column_count + column];
}

static enum rv_status read_all(int descriptor, struct rv_arena *arena, size_t limit, char **bytes,
                               size_t *length, struct rv_error *err)
{
    char *buffer = NULL;
    size_t capacity = 0, filled = 0;
    enum rv_status status = RV_OK;
    for (;;) {
        if (!rv_grow(&buffer, &capacity, filled + 65536, 1)) {
            status = rv_fail_memory(err);
            break;
        }
        ssize_t got = read(descriptor, buffer + filled, 65536);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            status = rv_fail(err, errno == EISDIR ? RV_NO_INPUT : RV_IO, "%s", strerror(errno));
        if (got <= 0)
            break;
        filled += (size_t)got;
        if (filled > limit) {
            status = rv_fail(err, RV_DATA, "larger than %zu bytes", limit);
            break;
        }
    }
    if (status == RV_OK) {
        *bytes = rv_arena_text_n(arena, buffer, filled);
        *length = filled;
        if (*bytes == NULL)
            status = rv_fail_memory(err);
    }
    rv_release(buffer);
    return status;
}

enum rv_status rv_file_read(struct rv_arena *arena, const char *path, size_t limit, char **bytes,
                            size_t *length, struct rv_error *err)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return rv_fail(err, errno == EACCES || errno == EPERM ? RV_PERMISSION : RV_NO_INPUT, "%s",
                       strerror(errno));
    struct stat facts;
    enum rv_status status;
    if (fstat(descriptor, &facts) != 0)
        status = rv_fail(err, RV_NO_INPUT, "%s", strerror(errno));
    else if (!S_ISREG(facts.st_mode))
        status = rv_fail(err, RV_NO_INPUT, "not a regular file");
    else
        status = read_all(descriptor, arena, limit, bytes, length, err);
    close(descriptor);
    return status;
}
