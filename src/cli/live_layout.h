/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where what stands on the page of ranvier stream --live.
 */
#ifndef CLI_LIVE_LAYOUT_H
#define CLI_LIVE_LAYOUT_H

#include "live_canvas.h"
#include "live_model.h"

/* Smaller pages say only that they are. */
enum { LIVE_WIDTH_LEAST = 40, LIVE_HEIGHT_LEAST = 10 };

/* What the keys chose. */
struct live_view {
    long gain;     /* places of the ladder 1, 2, 5 above the scale that fits */
    bool whole;    /* the whole window instead of the part that holds the marks */
    size_t chosen; /* number of a response; SIZE_MAX: the newest */
};

/* Fills a page made by live_canvas_begin. */
void live_layout(const struct live_screen *screen, const struct live_view *view,
                 struct live_canvas *canvas);

#endif
