/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writing HTML: whatever comes from a study passes through here.
 */
#include "report/html.h"

#include <string.h>

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void rv_html_text(struct rv_text *out, const char *text)
{
    while (text != NULL && *text != '\0') {
        size_t plain = strcspn(text, "&<>\"'");
        rv_text_append_n(out, text, plain);
        text += plain;
        if (*text == '\0')
            return;
        rv_text_append(out, entity(*text));
        text++;
    }
}

void rv_html_element(struct rv_text *out, const char *tag, const char *class, const char *text)
{
    if (text == NULL)
        return;
    if (class != NULL)
        rv_text_format(out, "<%s class=\"%s\">", tag, class);
    else
        rv_text_format(out, "<%s>", tag);
    rv_html_text(out, text);
    rv_text_format(out, "</%s>", tag);
}
