/* SPDX-License-Identifier: GPL-3.0-or-later
 * A page of the live view as plain text.
 */
#include "live_page.h"

#include <string.h>

const char *page_row(const struct live_canvas *canvas, size_t y)
{
    static char text[4096];
    struct live_bytes row = {0};
    size_t length = 0;
    live_canvas_row(canvas, y, &row);
    for (size_t i = 0; i < row.length && length + 1 < sizeof text; i++) {
        if (row.bytes[i] == '\033')
            while (row.bytes[i] != 'm')
                i++;
        else
            text[length++] = row.bytes[i];
    }
    text[length] = '\0';
    live_bytes_finish(&row);
    return text;
}

size_t page_find(const struct live_canvas *canvas, const char *text)
{
    size_t y = 0;
    while (y < canvas->height && strstr(page_row(canvas, y), text) == NULL)
        y++;
    return y;
}
