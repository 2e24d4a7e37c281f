/* SPDX-License-Identifier: GPL-3.0-or-later
 * A table of numbers in a text: delimiter, header, columns, and one row after another.
 */
#include "acquire/text_table.h"

#include "base/error.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

enum {
    LEAD_LINES = 258, /* header, units, and rows enough for a rate */
    LEAD_BYTES = 1 << 20,
    COLUMN_MAX = 8192,
    TRIED_LINES = 20, /* of a delimiter */
};

void rv_text_table_finish(struct rv_text_table *table)
{
    for (size_t i = 0; i < table->lead_count; i++)
        rv_release(table->lead[i].bytes);
    rv_release(table->lead);
    rv_release(table->row);
    rv_release(table->weights);
    rv_lines_finish(&table->lines);
    rv_cells_finish(&table->cells);
    *table = (struct rv_text_table){0};
}

static bool is_remark(const char *line)
{
    line += strspn(line, " \t");
    return *line == '#' || *line == '%';
}

static bool is_empty(const char *line)
{
    return line[strspn(line, " \t\f\x1A")] == '\0';
}

static char *copy_line(const char *bytes)
{
    size_t length = strlen(bytes);
    char *copy = rv_allocate(length + 1, 1);
    if (copy != NULL)
        memcpy(copy, bytes, length);
    return copy;
}

/* --- reading ahead ------------------------------------------------------------------------- */

static enum rv_status keep_line(struct rv_text_table *table, struct rv_error *err)
{
    if (!rv_grow(&table->lead, &table->lead_capacity, table->lead_count + 1, sizeof *table->lead))
        return rv_fail_memory(err);
    char *copy = copy_line(table->lines.bytes);
    if (copy == NULL)
        return rv_fail_memory(err);
    table->lead[table->lead_count++] =
        (struct rv_text_line){.bytes = copy, .number = table->lines.number};
    return RV_OK;
}

/* Reads a remark above the table; the last one that is no statement is kept: programs write their
 * header so. */
static enum rv_status take_remark(struct rv_text_table *table, char **last_remark,
                                  struct rv_error *err)
{
    const char *text = table->lines.bytes + strspn(table->lines.bytes, " \t#%");
    enum rv_status status = rv_text_remark_read(table->arena, text, &table->remarks, err);
    if (status != RV_OK)
        return rv_fail_in(err, status, "line %llu", (unsigned long long)table->lines.number);
    rv_release(*last_remark);
    *last_remark = NULL;
    if (strpbrk(text, ":=") != NULL) /* "Unit: mV" is no row of names */
        return RV_OK;
    *last_remark = copy_line(text);
    return *last_remark == NULL ? rv_fail_memory(err) : RV_OK;
}

static enum rv_status read_ahead(struct rv_text_table *table, char **last_remark,
                                 struct rv_error *err)
{
    size_t bytes = 0;
    while (table->lead_count < LEAD_LINES && (bytes < LEAD_BYTES || table->lead_count < 4)) {
        bool more;
        enum rv_status status = rv_lines_next(&table->lines, &more, err);
        if (status != RV_OK || !more)
            return status;
        if (is_empty(table->lines.bytes))
            continue;
        bytes += table->lines.length;
        if (!is_remark(table->lines.bytes))
            status = keep_line(table, err);
        else if (table->lead_count == 0)
            status = take_remark(table, last_remark, err);
        if (status != RV_OK)
            return status;
    }
    return RV_OK;
}

/* --- delimiter ----------------------------------------------------------------------------- */

/* Cells of a copy of a line; `numeric` tells whether all of them are numbers. 0: wrong quotes. */
static size_t count_cells(struct rv_cells *cells, const char *bytes, bool *numeric)
{
    char *copy = copy_line(bytes);
    *numeric = false;
    if (copy == NULL || rv_cells_split(cells, copy, NULL) != RV_OK) {
        rv_release(copy);
        return 0;
    }
    double number;
    *numeric = true;
    for (size_t i = 0; i < cells->count && *numeric; i++)
        *numeric = rv_cells_number(cells, i, &number, NULL);
    rv_release(copy);
    return cells->count;
}

/* How well a delimiter does: 3 every row has as many numbers as the first line has cells, 2 as many
 * cells, 1 the first line and the row behind it have several, 0 neither. */
static int grade(const struct rv_text_table *table, char delimiter)
{
    struct rv_cells cells = {.delimiter = delimiter};
    bool numeric, all_numeric = true, same = true;
    size_t first = count_cells(&cells, table->lead[0].bytes, &numeric), second = first;
    size_t tried = table->lead_count < TRIED_LINES ? table->lead_count : TRIED_LINES;
    for (size_t i = 1; i < tried; i++) {
        size_t count = count_cells(&cells, table->lead[i].bytes, &numeric);
        if (count == 0) /* the row itself will say what is wrong with its quotes */
            continue;
        same = same && count == first;
        /* the second line may hold units */
        all_numeric = all_numeric && (numeric || (i == 1 && tried > 2));
        second = i == 1 ? count : second;
    }
    rv_cells_finish(&cells);
    if (first < 2)
        return 0;
    return same ? (all_numeric ? 3 : 2) : second >= 2;
}

static char find_delimiter(const struct rv_text_table *table)
{
    static const char delimiters[] = "\t;, ";
    char best = 0;
    int best_grade = 0;
    for (size_t i = 0; delimiters[i] != '\0'; i++) {
        int reached = grade(table, delimiters[i]);
        if (reached > best_grade) {
            best = delimiters[i];
            best_grade = reached;
        }
    }
    return best;
}

/* --- header -------------------------------------------------------------------------------- */

static enum rv_status split_copy(struct rv_text_table *table, const char *bytes,
                                 struct rv_cells *cells, struct rv_error *err)
{
    char *copy = rv_arena_text(table->arena, bytes);
    *cells = (struct rv_cells){.delimiter = table->cells.delimiter};
    return copy == NULL ? rv_fail_memory(err) : rv_cells_split(cells, copy, err);
}

static bool all_numbers(struct rv_cells *cells)
{
    double number;
    for (size_t i = 0; i < cells->count; i++)
        if (!rv_cells_number(cells, i, &number, NULL))
            return false;
    return true;
}

static bool no_numbers(struct rv_cells *cells)
{
    double number;
    for (size_t i = 0; i < cells->count; i++)
        if (rv_cells_number(cells, i, &number, NULL))
            return false;
    return true;
}

static bool names_units(struct rv_cells *cells)
{
    bool one = false;
    for (size_t i = 0; i < cells->count; i++)
        one = one || rv_text_is_unit(cells->text[i]);
    return one && no_numbers(cells);
}

static bool all_whole(struct rv_cells *cells)
{
    for (size_t i = 0; i < cells->count; i++)
        if (strpbrk(cells->text[i], ".eE") != NULL)
            return false;
    return true;
}

static enum rv_status fill_columns(struct rv_text_table *table, const struct rv_cells *names,
                                   const struct rv_cells *units, struct rv_error *err)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const char *unit = units->count == table->column_count ? units->text[i] : NULL;
        const char *name = names->count == table->column_count ? names->text[i] : "";
        enum rv_status status =
            rv_text_column_read(table->arena, name, unit, &table->columns[i], err);
        if (status != RV_OK)
            return rv_fail_in(err, status, "line %llu, column %zu",
                              (unsigned long long)table->lead[0].number, i + 1);
    }
    return RV_OK;
}

/* "3,25" alone on each line, without a header: two numbers or one? */
static enum rv_status refuse_ambiguous(const struct rv_text_table *table, struct rv_cells *first,
                                       struct rv_error *err)
{
    if (table->cells.delimiter != ',' || first->count != 2 || !all_whole(first))
        return RV_OK;
    return rv_fail(err, RV_DATA,
                   "line %llu: '%s,%s' may be two numbers or one with a decimal comma: give the "
                   "table a header",
                   (unsigned long long)table->lead[0].number, first->text[0], first->text[1]);
}

/* A line of units under the names: "s;mV" or "[ms],[uV]". */
static enum rv_status read_units(struct rv_text_table *table, struct rv_cells *units,
                                 struct rv_error *err)
{
    table->lead_next = 1;
    if (table->lead_count < 2)
        return RV_OK;
    enum rv_status status = split_copy(table, table->lead[1].bytes, units, err);
    if (status != RV_OK)
        return rv_fail_in(err, status, "line %llu", (unsigned long long)table->lead[1].number);
    if (units->count == table->column_count && names_units(units))
        table->lead_next = 2;
    else
        units->count = 0;
    return RV_OK;
}

/* Names in the last remark before the numbers: "# time_ms,APB". */
static enum rv_status names_of_remark(struct rv_text_table *table, const char *last_remark,
                                      struct rv_cells *names, struct rv_error *err)
{
    struct rv_cells remark = {0};
    bool split = last_remark != NULL && split_copy(table, last_remark, &remark, NULL) == RV_OK;
    bool named = split && remark.count > 1 && remark.count == names->count && no_numbers(&remark);
    enum rv_status status = named ? RV_OK : refuse_ambiguous(table, names, err);
    if (named) {
        rv_cells_finish(names);
        *names = remark;
    } else {
        rv_cells_finish(&remark);
        names->count = 0;
    }
    return status;
}

static enum rv_status read_header(struct rv_text_table *table, const char *last_remark,
                                  struct rv_cells *names, struct rv_cells *units,
                                  struct rv_error *err)
{
    enum rv_status status = split_copy(table, table->lead[0].bytes, names, err);
    if (status != RV_OK)
        return rv_fail_in(err, status, "line %llu", (unsigned long long)table->lead[0].number);
    table->column_count = names->count;
    return all_numbers(names) ? names_of_remark(table, last_remark, names, err)
                              : read_units(table, units, err);
}

static enum rv_status take_header(struct rv_text_table *table, const char *last_remark,
                                  struct rv_error *err)
{
    struct rv_cells names = {0}, units = {0};
    enum rv_status status = read_header(table, last_remark, &names, &units, err);
    if (status == RV_OK && table->column_count > COLUMN_MAX)
        status =
            rv_fail(err, RV_DATA, "line %llu has %zu columns, expected at most %d",
                    (unsigned long long)table->lead[0].number, table->column_count, COLUMN_MAX);
    if (status == RV_OK && table->lead_next >= table->lead_count)
        status = rv_fail(err, RV_DATA, "line %llu is a header, and no row follows",
                         (unsigned long long)table->lead[0].number);
    if (status == RV_OK) {
        table->columns = rv_arena_alloc(table->arena, table->column_count, sizeof *table->columns);
        table->row = rv_allocate(table->column_count, sizeof *table->row);
        table->weights = rv_allocate(table->column_count, sizeof *table->weights);
        bool made = table->columns != NULL && table->row != NULL && table->weights != NULL;
        status = made ? fill_columns(table, &names, &units, err) : rv_fail_memory(err);
    }
    rv_cells_finish(&names);
    rv_cells_finish(&units);
    return status;
}

enum rv_status rv_text_table_open(struct rv_text_table *table, struct rv_arena *arena,
                                  struct rv_error *err)
{
    char *last_remark = NULL;
    table->arena = arena;
    table->remarks.rate_hz = NAN;
    enum rv_status status = read_ahead(table, &last_remark, err);
    if (status == RV_OK && table->lead_count == 0)
        status = rv_fail(err, RV_DATA, "text without a line of numbers");
    if (status == RV_OK) {
        table->cells.delimiter = find_delimiter(table);
        status = take_header(table, last_remark, err);
    }
    rv_release(last_remark);
    return status;
}

/* --- rows ---------------------------------------------------------------------------------- */

size_t rv_text_table_column(const struct rv_text_table *table, enum rv_text_role role, size_t from)
{
    for (size_t i = from; i < table->column_count; i++)
        if (table->columns[i].role == role)
            return i;
    return SIZE_MAX;
}

static enum rv_status refuse_cell(const struct rv_text_table *table, size_t column,
                                  struct rv_error *err)
{
    const char *text = table->cells.text[column];
    char shown[520];
    if (text[0] == '\0')
        return rv_fail(err, RV_DATA, "line %llu, column %zu is empty",
                       (unsigned long long)table->line, column + 1);
    rv_text_visible(text, strlen(text), shown, sizeof shown);
    return rv_fail(err, RV_DATA, "line %llu, column %zu: '%s' is not a number",
                   (unsigned long long)table->line, column + 1, shown);
}

static enum rv_status take_row(struct rv_text_table *table, char *line, struct rv_error *err)
{
    enum rv_status status = rv_cells_split(&table->cells, line, err);
    if (status != RV_OK)
        return rv_fail_in(err, status, "line %llu", (unsigned long long)table->line);
    if (table->cells.count != table->column_count)
        return rv_fail(err, RV_DATA, "line %llu has %zu cells, expected %zu",
                       (unsigned long long)table->line, table->cells.count, table->column_count);
    for (size_t i = 0; i < table->column_count; i++)
        if (!rv_cells_number(&table->cells, i, &table->row[i], &table->weights[i]))
            return refuse_cell(table, i, err);
    return RV_OK;
}

enum rv_status rv_text_table_row(struct rv_text_table *table, bool *more, struct rv_error *err)
{
    *more = true;
    if (table->lead_next < table->lead_count) {
        struct rv_text_line *line = &table->lead[table->lead_next++];
        table->line = line->number;
        return take_row(table, line->bytes, err);
    }
    for (;;) {
        enum rv_status status = rv_lines_next(&table->lines, more, err);
        if (status != RV_OK || !*more)
            return status;
        if (!is_empty(table->lines.bytes) && !is_remark(table->lines.bytes))
            break;
    }
    table->line = table->lines.number;
    return take_row(table, table->lines.bytes, err);
}

size_t rv_text_table_ahead(struct rv_text_table *table, size_t column, double *numbers,
                           double *weights, size_t capacity)
{
    size_t taken = 0;
    struct rv_cells cells = {.delimiter = table->cells.delimiter};
    for (size_t i = table->lead_next; i < table->lead_count && taken < capacity; i++) {
        char *copy = copy_line(table->lead[i].bytes);
        bool read = copy != NULL && rv_cells_split(&cells, copy, NULL) == RV_OK &&
                    column < cells.count &&
                    rv_cells_number(&cells, column, &numbers[taken], &weights[taken]);
        rv_release(copy);
        if (!read)
            break;
        taken++;
    }
    rv_cells_finish(&cells);
    return taken;
}
