/* SPDX-License-Identifier: GPL-3.0-or-later
 * The report as one page of HTML: no script, no network, everything inside.
 */
#include "report/chart_svg.h"
#include "report/compose.h"
#include "report/html.h"
#include "report/render.h"

#include <ranvier/ranvier.h>

#include <string.h>

enum { LONG_LABEL = 32 };

static const char *tone_class(enum rv_tone tone)
{
    static const char *const classes[] = {
        [RV_TONE_PLAIN] = NULL,        [RV_TONE_LEAD] = "lead",       [RV_TONE_SMALL] = "small",
        [RV_TONE_WARNING] = "warning", [RV_TONE_PROBLEM] = "problem",
    };
    return classes[tone];
}

static void open_tag(struct rv_text *out, const char *tag, const char *class)
{
    if (class != NULL)
        rv_text_format(out, "<%s class=\"%s\">", tag, class);
    else
        rv_text_format(out, "<%s>", tag);
}

/* --- tables --------------------------------------------------------------------------------- */

static const char *column_class(enum rv_column_kind kind)
{
    static const char *const classes[] = {
        [RV_COLUMN_ID] = "id", [RV_COLUMN_TEXT] = "t", [RV_COLUMN_NUMBER] = "n"};
    return classes[kind];
}

static const char *state_class(const struct rv_cell *cell)
{
    bool state = cell->state >= RV_CELL_ABSENT;
    switch (cell->judgement) {
    case RV_ABNORMAL:
        return state ? " abnormal state" : " abnormal";
    case RV_BORDERLINE:
        return " borderline";
    default:
        return state ? " state" : "";
    }
}

static void write_marks(struct rv_text *out, const struct rv_cell *cell)
{
    rv_text_append(out, "<span class=\"m\">");
    if (cell->judgement == RV_ABNORMAL)
        rv_text_append(out, "*");
    else if (cell->judgement == RV_BORDERLINE)
        rv_text_append(out, "?");
    if (cell->unverified)
        rv_text_append(out, "\xE2\x80\xA0");
    if (cell->state == RV_CELL_VALUE && cell->by == RV_BY_ENTERED)
        rv_text_append(out, "<span class=\"e\">e</span>");
    else if (cell->state == RV_CELL_VALUE && cell->by == RV_BY_HAND)
        rv_text_append(out, "<span class=\"e\">h</span>");
    rv_text_append(out, "</span>");
}

static void write_cell(struct rv_text *out, const struct rv_column *column,
                       const struct rv_cell *cell)
{
    rv_text_format(out, "<td class=\"%s%s\">", column_class(column->kind), state_class(cell));
    rv_html_element(out, "span", "v", cell->text);
    if (cell->error != NULL) {
        rv_text_append(out, "<span class=\"e\"> \xC2\xB1 ");
        rv_html_text(out, cell->error);
        rv_text_append(out, "</span>");
    }
    bool marked = cell->judgement > RV_NORMAL || cell->unverified;
    if (column->kind == RV_COLUMN_NUMBER || marked)
        write_marks(out, cell);
    bool why = cell->state == RV_CELL_NOT_MEASURABLE || cell->state == RV_CELL_WITHHELD;
    for (size_t i = 0; i < cell->note_count; i++)
        rv_html_element(out, "small", why ? "why" : NULL, cell->notes[i]);
    rv_text_append(out, "</td>");
}

static void write_head(struct rv_text *out, const struct rv_part *table)
{
    rv_text_append(out, "<thead><tr>");
    for (size_t i = 0; i < table->column_count; i++) {
        if (!table->columns[i].used)
            continue;
        rv_text_format(out, "<th scope=\"col\" class=\"%s\">",
                       column_class(table->columns[i].kind));
        rv_html_text(out, table->columns[i].title);
        const char *unit = table->columns[i].unit;
        rv_html_element(out, "small", NULL, unit != NULL && *unit != '\0' ? unit : NULL);
        rv_text_append(out, "</th>");
    }
    rv_text_append(out, "</tr></thead>\n");
}

static void write_row(struct rv_text *out, const struct rv_part *table, const struct rv_row *row)
{
    static const char *const sides[] = {"group", "group right", "group left", "group"};
    if (row->group != NULL) {
        size_t span = 0;
        for (size_t i = 0; i < table->column_count; i++)
            span += table->columns[i].used ? 1 : 0;
        rv_text_format(out, "<tr class=\"%s\"><th scope=\"rowgroup\" colspan=\"%zu\">",
                       sides[row->side], span);
        rv_html_text(out, row->group);
        rv_text_append(out, "</th></tr>\n");
        return;
    }
    rv_text_append(out, "<tr>");
    for (size_t i = 0; row->cells != NULL && i < table->column_count; i++)
        if (table->columns[i].used)
            write_cell(out, &table->columns[i], &row->cells[i]);
    rv_text_append(out, "</tr>\n");
}

static void write_table(struct rv_text *out, const struct rv_part *table)
{
    rv_text_append(out, "<div class=\"scroll\"><table>\n");
    write_head(out, table);
    rv_text_append(out, "<tbody>\n");
    for (const struct rv_row *row = table->rows; row != NULL; row = row->next)
        write_row(out, table, row);
    rv_text_append(out, "</tbody></table></div>\n");
}

/* --- words ---------------------------------------------------------------------------------- */

static void write_facts(struct rv_text *out, const struct rv_part *part)
{
    bool questions = false;
    for (const struct rv_item *item = part->items; item != NULL; item = item->next)
        questions = questions || (item->label != NULL && strlen(item->label) > LONG_LABEL &&
                                  item->tone == RV_TONE_PLAIN);
    bool small =
        part->tone == RV_TONE_SMALL || (part->items != NULL && part->items->tone == RV_TONE_SMALL);
    bool pairs = part->tone == RV_TONE_LEAD; /* short facts, two in a row */
    open_tag(out, "dl", small ? "small" : questions ? "questions" : pairs ? "pairs" : NULL);
    for (const struct rv_item *item = part->items; item != NULL; item = item->next) {
        rv_html_element(out, "dt", NULL, item->label != NULL ? item->label : "");
        rv_html_element(out, "dd", NULL, item->text);
    }
    rv_text_append(out, "</dl>\n");
}

static void write_list(struct rv_text *out, const struct rv_part *part)
{
    open_tag(out, "ul", tone_class(part->tone));
    for (const struct rv_item *item = part->items; item != NULL; item = item->next) {
        open_tag(out, "li", tone_class(item->tone));
        if (item->tone == RV_TONE_WARNING || item->tone == RV_TONE_PROBLEM)
            rv_text_format(out, "<b>%s: </b>",
                           item->tone == RV_TONE_PROBLEM ? "Problem" : "Warning");
        if (item->label != NULL) {
            rv_html_element(out, "b", NULL, item->label);
            rv_text_append(out, ": ");
        }
        rv_html_text(out, item->text);
        rv_text_append(out, "</li>\n");
    }
    rv_text_append(out, "</ul>\n");
}

static bool is_empty(const struct rv_part *part)
{
    switch (part->kind) {
    case RV_BLOCK_FACTS:
    case RV_BLOCK_LIST:
        return part->items == NULL;
    case RV_BLOCK_TABLE:
        return part->rows == NULL;
    case RV_BLOCK_PLOT:
        return part->plot == NULL;
    case RV_BLOCK_CHARTS:
        return part->charts == NULL;
    case RV_BLOCK_TEXT:
        break;
    }
    return part->text == NULL && part->title == NULL;
}

static void write_part(struct rv_text *out, const struct rv_part *part)
{
    rv_html_element(out, "h3", NULL, part->title);
    switch (part->kind) {
    case RV_BLOCK_FACTS:
        write_facts(out, part);
        break;
    case RV_BLOCK_LIST:
        write_list(out, part);
        break;
    case RV_BLOCK_TABLE:
        write_table(out, part);
        break;
    case RV_BLOCK_PLOT:
        rv_html_plot(out, part->plot);
        break;
    case RV_BLOCK_CHARTS:
        rv_html_charts(out, part);
        break;
    case RV_BLOCK_TEXT:
        rv_html_element(out, "p", tone_class(part->tone), part->text);
        rv_text_append(out, "\n");
        break;
    }
}

static bool is_beside(const struct rv_part *part)
{
    return part != NULL && part->kind == RV_BLOCK_LIST && part->title != NULL;
}

/* Lists with titles that follow one another stand side by side. */
static void write_section(struct rv_text *out, const struct rv_section *section)
{
    rv_text_format(out, "<section id=\"%s\">\n", section->id);
    rv_html_element(out, "h2", NULL, section->title);
    rv_text_append(out, "\n");
    bool beside = false;
    for (const struct rv_part *part = section->parts; part != NULL; part = part->next) {
        if (is_empty(part))
            continue;
        bool starts = is_beside(part);
        if (beside && !starts)
            rv_text_append(out, "</div>\n");
        if (!beside && starts)
            rv_text_append(out, "<div class=\"lists\">\n");
        beside = starts;
        rv_text_append(out, starts ? "<div>" : "");
        write_part(out, part);
        rv_text_append(out, starts ? "</div>\n" : "");
    }
    rv_text_append(out, beside ? "</div>\n</section>\n" : "</section>\n");
}

/* --- the page ------------------------------------------------------------------------------- */

static void write_start(struct rv_text *out, const struct rv_document *document)
{
    rv_text_append(out,
                   "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
                   "form-action 'none'\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"referrer\" content=\"no-referrer\">\n"
                   "<meta name=\"robots\" content=\"noindex\">\n"
                   "<link rel=\"icon\" href=\"data:,\">\n<title>");
    rv_html_text(out, document->subject);
    rv_text_append(out, " - ");
    rv_html_text(out, document->title);
    rv_text_append(out, "</title>\n<style>");
    for (size_t i = 0; rv_html_style[i] != NULL; i++)
        rv_text_append(out, rv_html_style[i]);
    rv_text_append(out, "</style>\n</head>\n<body>\n<main>\n<header>\n");
    rv_html_element(out, "h1", NULL, document->title);
    rv_text_append(out, "\n");
    rv_html_element(out, "p", "subject", document->subject);
    rv_text_append(out, "\n<nav>");
    for (const struct rv_section *s = document->sections; s != NULL; s = s->next) {
        rv_text_format(out, "<a href=\"#%s\">", s->id);
        rv_html_text(out, s->title);
        rv_text_append(out, "</a>\n");
    }
    rv_text_append(out, "</nav>\n</header>\n");
}

static enum rv_status render(const struct rv_report *report,
                             const struct rv_render_options *options, rv_write_function *write,
                             void *to, struct rv_error *err)
{
    (void)options;
    struct rv_document *document = NULL;
    struct rv_text out = {0};
    enum rv_status status = rv_compose(report, &document, err);
    if (status != RV_OK)
        return status;
    write_start(&out, document);
    for (const struct rv_section *s = document->sections; s != NULL; s = s->next)
        write_section(&out, s);
    rv_text_append(&out, "</main>\n</body>\n</html>\n");
    rv_document_free(document);
    return rv_render_finish(&out, write, to, err);
}

const struct rv_renderer rv_renderer_html = {
    .name = "html",
    .extension = "html",
    .description = "one page with waveforms, for screens and paper",
    .render = render,
};
