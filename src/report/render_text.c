/* SPDX-License-Identifier: GPL-3.0-or-later
 * The report for a terminal or a plain printer. Waveforms are left to the other renderers.
 */
#include "report/columns.h"
#include "report/compose.h"
#include "report/render.h"

#include <string.h>

enum { WIDTH_DEFAULT = 100, WIDTH_LEAST = 40, LABEL_WIDEST = 24 };

struct page {
    struct rv_text out;
    size_t width;
    bool colour;
};

/* `first` before the first line, blanks of the same width before the others. */
static void write_wrapped(struct page *page, const char *first, size_t indent, const char *text,
                          enum rv_style style)
{
    size_t room = page->width > indent + 20 ? page->width - indent : 20;
    size_t used = rv_columns_width(first);
    rv_text_append(&page->out, first);
    rv_columns_blanks(&page->out, indent > used ? indent - used : 0);
    for (const char *rest = text; rest != NULL;) {
        const char *line = rest;
        size_t bytes = rv_columns_line(line, room, &rest);
        rv_columns_style(&page->out, page->colour && style != RV_STYLE_PLAIN, style);
        rv_text_append_n(&page->out, line, bytes);
        rv_columns_style(&page->out, page->colour && style != RV_STYLE_PLAIN, RV_STYLE_PLAIN);
        rv_text_append(&page->out, "\n");
        if (rest != NULL)
            rv_columns_blanks(&page->out, indent);
    }
}

static enum rv_style style_of_tone(enum rv_tone tone)
{
    static const enum rv_style styles[] = {
        [RV_TONE_PLAIN] = RV_STYLE_PLAIN,      [RV_TONE_LEAD] = RV_STYLE_BOLD,
        [RV_TONE_SMALL] = RV_STYLE_DIM,        [RV_TONE_WARNING] = RV_STYLE_DOUBT,
        [RV_TONE_PROBLEM] = RV_STYLE_ABNORMAL,
    };
    return styles[tone];
}

static void write_title(struct page *page, const struct rv_part *part)
{
    if (part->title == NULL)
        return;
    rv_text_append(&page->out, "\n  ");
    rv_columns_style(&page->out, page->colour, RV_STYLE_BOLD);
    rv_text_append(&page->out, part->title);
    rv_columns_style(&page->out, page->colour, RV_STYLE_PLAIN);
    rv_text_append(&page->out, "\n");
}

/* Labels in a column of their own; long ones (questions) on a line of their own. */
static void write_facts(struct page *page, const struct rv_part *part)
{
    size_t widest = 0;
    for (const struct rv_item *item = part->items; item != NULL; item = item->next) {
        size_t width = item->label != NULL ? rv_columns_width(item->label) : 0;
        if (width > widest)
            widest = width;
    }
    bool apart = widest > LABEL_WIDEST;
    for (const struct rv_item *item = part->items; item != NULL; item = item->next) {
        struct rv_text label = {0};
        rv_text_format(&label, "  %s", item->label != NULL ? item->label : "");
        if (apart)
            write_wrapped(page, "  ", 2, item->label != NULL ? item->label : "", RV_STYLE_BOLD);
        write_wrapped(page, apart || label.bytes == NULL ? "" : label.bytes, apart ? 4 : widest + 4,
                      item->text, style_of_tone(item->tone));
        rv_text_finish(&label);
    }
}

static void write_list(struct page *page, const struct rv_part *part)
{
    static const char *const bullets[] = {
        [RV_TONE_PLAIN] = "  - ",   [RV_TONE_LEAD] = "  - ",     [RV_TONE_SMALL] = "  - ",
        [RV_TONE_WARNING] = "  ! ", [RV_TONE_PROBLEM] = "  !! ",
    };
    for (const struct rv_item *item = part->items; item != NULL; item = item->next) {
        struct rv_text line = {0};
        if (item->label != NULL)
            rv_text_format(&line, "%s: ", item->label);
        rv_text_append(&line, item->text);
        enum rv_tone tone = part->tone == RV_TONE_SMALL ? RV_TONE_SMALL : item->tone;
        write_wrapped(page, bullets[item->tone], rv_columns_width(bullets[item->tone]),
                      line.bytes != NULL ? line.bytes : "", style_of_tone(tone));
        page->out.failed = page->out.failed || line.failed;
        rv_text_finish(&line);
    }
}

static bool is_shown(const struct rv_part *part)
{
    switch (part->kind) {
    case RV_BLOCK_FACTS:
    case RV_BLOCK_LIST:
        return part->items != NULL;
    case RV_BLOCK_TEXT:
        return part->text != NULL || part->title != NULL;
    case RV_BLOCK_TABLE:
        return part->rows != NULL;
    case RV_BLOCK_PLOT:
    case RV_BLOCK_CHARTS:
        break;
    }
    return false;
}

static void write_part(struct page *page, const struct rv_part *part)
{
    if (!is_shown(part))
        return;
    write_title(page, part);
    if (part->kind == RV_BLOCK_FACTS)
        write_facts(page, part);
    else if (part->kind == RV_BLOCK_LIST)
        write_list(page, part);
    else if (part->kind == RV_BLOCK_TABLE)
        rv_columns_table(&page->out, part, page->width, page->colour);
    else if (part->text != NULL)
        write_wrapped(page, "  ", 2, part->text, style_of_tone(part->tone));
}

static void write_section(struct page *page, const struct rv_section *section)
{
    bool any = false;
    for (const struct rv_part *part = section->parts; part != NULL; part = part->next)
        any = any || is_shown(part);
    if (!any)
        return;
    rv_text_append(&page->out, "\n");
    rv_columns_style(&page->out, page->colour, RV_STYLE_BOLD);
    rv_text_append(&page->out, section->title);
    rv_columns_style(&page->out, page->colour, RV_STYLE_PLAIN);
    rv_text_append(&page->out, "\n");
    for (size_t i = rv_columns_width(section->title); i > 0; i--)
        rv_text_append(&page->out, "-");
    rv_text_append(&page->out, "\n");
    for (const struct rv_part *part = section->parts; part != NULL; part = part->next)
        write_part(page, part);
}

static enum rv_status render(const struct rv_report *report,
                             const struct rv_render_options *options, rv_write_function *write,
                             void *to, struct rv_error *err)
{
    struct rv_document *document = NULL;
    struct page page = {.width = WIDTH_DEFAULT};
    if (options != NULL && options->width > 0)
        page.width = options->width < WIDTH_LEAST ? WIDTH_LEAST : options->width;
    page.colour = options != NULL && options->colour;
    enum rv_status status = rv_compose(report, &document, err);
    if (status != RV_OK)
        return status;
    write_wrapped(&page, "", 0, document->title, RV_STYLE_BOLD);
    write_wrapped(&page, "", 0, document->subject, RV_STYLE_PLAIN);
    for (const struct rv_section *s = document->sections; s != NULL; s = s->next)
        write_section(&page, s);
    rv_document_free(document);
    return rv_render_finish(&page.out, write, to, err);
}

const struct rv_renderer rv_renderer_text = {
    .name = "text",
    .extension = "txt",
    .description = "tables for a terminal",
    .render = render,
};
