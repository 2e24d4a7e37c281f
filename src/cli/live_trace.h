/* SPDX-License-Identifier: GPL-3.0-or-later
 * The response that is shown: its average over its last sweep, with the marks and their errors.
 */
#ifndef CLI_LIVE_TRACE_H
#define CLI_LIVE_TRACE_H

#include "live_chart.h"
#include "live_layout.h"

/* Draws it in the area: rows of mark labels, the trace, the time axis; axis values on the left. */
void live_trace_draw(struct live_canvas *canvas, struct live_area area,
                     const struct live_response *response, const struct live_view *view);

#endif
