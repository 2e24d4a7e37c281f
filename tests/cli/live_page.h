/* SPDX-License-Identifier: GPL-3.0-or-later
 * A page of the live view as plain text.
 */
#ifndef TESTS_LIVE_PAGE_H
#define TESTS_LIVE_PAGE_H

#include "cli/live_canvas.h"

/* The characters of one row without their styles; holds until the next call. */
const char *page_row(const struct live_canvas *canvas, size_t y);
/* The first row that holds the text; the height where none does. */
size_t page_find(const struct live_canvas *canvas, const char *text);

#endif
