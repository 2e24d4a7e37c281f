/* SPDX-License-Identifier: GPL-3.0-or-later
 * Building documents: every function appends to a linked list in the document's arena.
 */
#include "report/document.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static void *make(struct rv_document *document, size_t count, size_t size)
{
    void *memory = rv_arena_alloc(document->arena, count, size);
    if (memory == NULL)
        document->failed = true;
    return memory;
}

struct rv_section *rv_document_section(struct rv_document *document, const char *id,
                                       const char *title)
{
    struct rv_section *section = make(document, 1, sizeof *section);
    if (section == NULL)
        return NULL;
    section->id = id;
    section->title = title;
    struct rv_section **place = &document->sections;
    while (*place != NULL)
        place = &(*place)->next;
    *place = section;
    return section;
}

struct rv_part *rv_section_part(struct rv_document *document, struct rv_section *section,
                                enum rv_block_kind kind, const char *title)
{
    struct rv_part *part = section != NULL ? make(document, 1, sizeof *part) : NULL;
    if (part == NULL)
        return NULL;
    part->kind = kind;
    part->title = title;
    struct rv_part **place = &section->parts;
    while (*place != NULL)
        place = &(*place)->next;
    *place = part;
    return part;
}

void rv_section_text(struct rv_document *document, struct rv_section *section, const char *title,
                     const char *text, enum rv_tone tone)
{
    struct rv_part *part = rv_section_part(document, section, RV_BLOCK_TEXT, title);
    if (part == NULL)
        return;
    part->text = text;
    part->tone = tone;
}

void rv_part_item(struct rv_document *document, struct rv_part *part, const char *label,
                  const char *text, enum rv_tone tone)
{
    if (part == NULL || text == NULL || *text == '\0')
        return;
    struct rv_item *item = make(document, 1, sizeof *item);
    if (item == NULL)
        return;
    *item = (struct rv_item){.label = label, .text = text, .tone = tone};
    struct rv_item **place = &part->items;
    while (*place != NULL)
        place = &(*place)->next;
    *place = item;
}

struct rv_part *rv_section_table(struct rv_document *document, struct rv_section *section,
                                 const char *title, const struct rv_column *columns, size_t count)
{
    struct rv_part *table = rv_section_part(document, section, RV_BLOCK_TABLE, title);
    struct rv_column *copy = rv_arena_copy(document->arena, columns, count, sizeof *columns);
    if (table == NULL || copy == NULL) {
        document->failed = true;
        return NULL;
    }
    table->columns = copy;
    table->column_count = count;
    return table;
}

static struct rv_row *append_row(struct rv_document *document, struct rv_part *table,
                                 enum rv_side side)
{
    struct rv_row *row = table != NULL ? make(document, 1, sizeof *row) : NULL;
    if (row == NULL)
        return NULL;
    row->side = side;
    struct rv_row **place = &table->rows;
    while (*place != NULL)
        place = &(*place)->next;
    *place = row;
    return row;
}

struct rv_row *rv_table_row(struct rv_document *document, struct rv_part *table, enum rv_side side)
{
    struct rv_cell *cells =
        table != NULL ? make(document, table->column_count, sizeof *cells) : NULL;
    struct rv_row *row = cells != NULL ? append_row(document, table, side) : NULL;
    if (row != NULL)
        row->cells = cells;
    return row;
}

void rv_table_group(struct rv_document *document, struct rv_part *table, enum rv_side side,
                    const char *heading)
{
    struct rv_row *row = append_row(document, table, side);
    if (row != NULL)
        row->group = heading;
}

void rv_table_settle(struct rv_part *table)
{
    for (size_t i = 0; table != NULL && i < table->column_count; i++)
        for (const struct rv_row *row = table->rows; row != NULL; row = row->next)
            if (row->cells != NULL && row->cells[i].state != RV_CELL_EMPTY &&
                row->cells[i].state != RV_CELL_UNTESTED)
                table->columns[i].used = true;
}

struct rv_cell rv_cell_text(const char *text)
{
    bool empty = text == NULL || *text == '\0';
    return (struct rv_cell){.state = empty ? RV_CELL_EMPTY : RV_CELL_TEXT, .text = text};
}

void rv_cell_note(struct rv_cell *cell, const char *note)
{
    if (note != NULL && *note != '\0' && cell->note_count < RV_CELL_NOTES)
        cell->notes[cell->note_count++] = note;
}

struct rv_lane *rv_plot_lane(struct rv_document *document, struct rv_plot *plot, const char *label)
{
    struct rv_lane *lane = plot != NULL ? make(document, 1, sizeof *lane) : NULL;
    if (lane == NULL)
        return NULL;
    lane->label = label;
    struct rv_lane **place = &plot->lanes;
    while (*place != NULL)
        place = &(*place)->next;
    *place = lane;
    plot->lane_count++;
    return lane;
}

void rv_lane_line(struct rv_lane *lane, const char *line)
{
    if (lane != NULL && line != NULL && *line != '\0' && lane->line_count < RV_LANE_LINES)
        lane->lines[lane->line_count++] = line;
}

void rv_lane_curve(struct rv_document *document, struct rv_lane *lane, const struct rv_curve *curve)
{
    struct rv_curve *copy = lane != NULL ? make(document, 1, sizeof *copy) : NULL;
    if (copy == NULL)
        return;
    *copy = *curve;
    copy->next = NULL;
    struct rv_curve **place = &lane->curves;
    while (*place != NULL)
        place = &(*place)->next;
    *place = copy;
}

void rv_lane_mark(struct rv_document *document, struct rv_lane *lane,
                  const struct rv_plot_mark *mark)
{
    struct rv_plot_mark *copy = lane != NULL ? make(document, 1, sizeof *copy) : NULL;
    if (copy == NULL)
        return;
    *copy = *mark;
    copy->next = NULL;
    struct rv_plot_mark **place = &lane->marks;
    while (*place != NULL)
        place = &(*place)->next;
    *place = copy;
}

const char *rv_document_format(struct rv_document *document, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = length < 0 ? NULL : make(document, (size_t)length + 1, 1);
    if (text == NULL) {
        document->failed = true;
        return "";
    }
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

const char *rv_document_clean(struct rv_document *document, const char *text)
{
    if (text == NULL)
        return NULL;
    const char *clean = rv_text_clean(document->arena, text);
    if (clean != NULL)
        return clean;
    document->failed = true;
    return "";
}

const char *rv_document_join(struct rv_document *document, const char *a, const char *between,
                             const char *b)
{
    bool has_a = a != NULL && *a != '\0', has_b = b != NULL && *b != '\0';
    if (has_a && has_b)
        return rv_document_format(document, "%s%s%s", a, between, b);
    return has_a ? a : b;
}
