/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pieces of HTML and SVG: escaping, curves, the plot of a document.
 */
#ifndef RV_REPORT_HTML_H
#define RV_REPORT_HTML_H

#include "base/text.h"
#include "report/document.h"

extern const char *const rv_html_style[]; /* the style sheet in pieces; NULL at the end */

/* Text between tags or inside double quotes: &, <, >, " and ' are escaped. NULL writes nothing. */
void rv_html_text(struct rv_text *out, const char *text);
/* <TAG class="CLASS">text</TAG>; class may be NULL; nothing for a NULL text. Tag and class are
 * ours, never from a study. */
void rv_html_element(struct rv_text *out, const char *tag, const char *class, const char *text);

/* --- SVG: lengths in pixel, written in tenths of one --------------------------------------- */

/* Values from..to lie at low..high pixel. */
struct rv_svg_axis {
    double from, to;
    double low, high;
};
double rv_svg_place(const struct rv_svg_axis *axis, double value);

struct rv_svg_point {
    double x, y;
};
void rv_svg_open(struct rv_text *out, const char *class, double width, double height,
                 const char *label);
void rv_svg_close(struct rv_text *out);
void rv_svg_line(struct rv_text *out, const char *class, struct rv_svg_point from,
                 struct rv_svg_point to);
void rv_svg_text(struct rv_text *out, const char *class, struct rv_svg_point at, const char *text);

/* How a curve is drawn: where its values lie, where it leaves the frame, and how wide a column is
 * of which only the smallest and the largest sample are kept. */
struct rv_svg_frame {
    struct rv_svg_axis x, y;
    double top, bottom; /* pixel; beyond these nothing is drawn */
    double column;      /* pixel */
};
void rv_svg_curve(struct rv_text *out, const char *class, const struct rv_curve *curve,
                  const struct rv_svg_frame *frame);

/* A whole plot, with its title and legend as a figure. */
void rv_html_plot(struct rv_text *out, const struct rv_plot *plot);

#endif
