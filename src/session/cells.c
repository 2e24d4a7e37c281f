/* SPDX-License-Identifier: GPL-3.0-or-later
 * Typed cells of the study's tables: words of closed lists, numbers in their range.
 */
#include "session/cells.h"

#include "base/error.h"
#include "base/text.h"
#include "knowledge/knowledge.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static enum rv_status wrong(const struct cell_column *column, const char *text, size_t line,
                            const char *expected, struct rv_error *err)
{
    char visible[520];
    rv_text_visible(text, strlen(text), visible, sizeof visible);
    return rv_fail(err, RV_STUDY, "line %zu: %s is \"%s\"; expected %s", line, column->name,
                   visible, expected);
}

static enum rv_status number_of(const struct cell_column *column, const char *text, size_t line,
                                double *number, int *decimals, struct rv_error *err)
{
    char expected[200];
    if (!rv_number_text(text, number, decimals))
        return wrong(column, text, line, "a number with a point, or n/a", err);
    double lower = 0, upper = HUGE_VAL;
    if (column->quantity != NULL)
        rv_plausible(column->quantity, &lower, &upper);
    if (column->from_zero)
        lower = 0;
    if (!(*number < lower) && !(*number > upper))
        return RV_OK;
    snprintf(expected, sizeof expected, "%g to %g%s%s", lower, upper,
             column->hint != NULL ? ": " : "", column->hint != NULL ? column->hint : "");
    return wrong(column, text, line, expected, err);
}

static enum rv_status word_of(const struct cell_column *column, const char *text, size_t line,
                              void *place, struct rv_error *err)
{
    char expected[400] = "one of";
    for (const struct cell_word *word = column->words; word->word != NULL; word++) {
        if (rv_text_equal_case(text, word->word)) {
            memcpy(place, &word->number, sizeof word->number);
            return RV_OK;
        }
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof expected - used, " %s,", word->word);
    }
    expected[strlen(expected) - 1] = '\0';
    return wrong(column, text, line, expected, err);
}

static enum rv_status name_of(const struct cell_column *column, const char *text, size_t line,
                              const char **place, struct rv_error *err)
{
    char expected[200];
    *place = column->canonical(text);
    if (*place != NULL)
        return RV_OK;
    const char *near = column->nearest(text);
    snprintf(expected, sizeof expected,
             near != NULL ? "a known word: did you mean \"%s\"?"
                          : "a word of the knowledge tables%s",
             near != NULL ? near : "");
    return wrong(column, text, line, expected, err);
}

static enum rv_status entered_of(const struct cell_column *column, const char *text, size_t line,
                                 struct rv_entered *entered, struct rv_error *err)
{
    int decimals = 0;
    double number;
    enum rv_status status = number_of(column, text, line, &number, &decimals, err);
    if (status != RV_OK)
        return status;
    if (!isnan(entered->value))
        return rv_fail(err, RV_STUDY, "line %zu: %s stands there a second time, in another unit",
                       line, column->name);
    *entered = (struct rv_entered){number, 0.5 * pow(10, -decimals)};
    return RV_OK;
}

enum rv_status rv_cell_read(const struct cell_column *column, const char *text, size_t line,
                            struct rv_arena *arena, void *base, struct rv_error *err)
{
    void *place = (char *)base + column->offset;
    if (text == NULL)
        return RV_OK;
    switch (column->type) {
    case CELL_NUMBER:
        return number_of(column, text, line, place, NULL, err);
    case CELL_WORD:
        return word_of(column, text, line, place, err);
    case CELL_NAME:
        return name_of(column, text, line, place, err);
    case CELL_ENTERED:
        return entered_of(column, text, line, (struct rv_entered *)place + column->parameter, err);
    case CELL_TEXT:
        break;
    }
    const char *copy = rv_arena_text(arena, text);
    if (copy == NULL)
        return rv_fail_memory(err);
    *(const char **)place = copy;
    return RV_OK;
}

const struct cell_column *rv_cell_column(const struct cell_column *columns, const char *name)
{
    for (; columns->name != NULL; columns++)
        if (strcmp(columns->name, name) == 0)
            return columns;
    return NULL;
}

enum rv_status rv_cells_extra(const struct rv_table *table, size_t row,
                              const struct cell_column *known, struct rv_arena *arena,
                              const struct rv_extra **extra, size_t *count, struct rv_error *err)
{
    struct rv_extra *items = rv_arena_alloc(arena, table->column_count, sizeof *items);
    if (items == NULL)
        return rv_fail_memory(err);
    *count = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        const char *text = rv_table_cell(table, row, i);
        if (text == NULL || rv_cell_column(known, table->columns[i]) != NULL)
            continue;
        items[(*count)++] = (struct rv_extra){table->columns[i], text};
    }
    *extra = items;
    return RV_OK;
}
