/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writing SVG: lines, words, and curves thinned to what can be seen.
 */
#include "report/html.h"

#include <math.h>

double rv_svg_place(const struct rv_svg_axis *axis, double value)
{
    return axis->low + (value - axis->from) / (axis->to - axis->from) * (axis->high - axis->low);
}

/* Whole tenths of a pixel, kept where a double means nothing. */
static long tenths(double pixel)
{
    if (!(fabs(pixel) < 1e7))
        return pixel > 0.0 ? 100000000L : -100000000L;
    return lround(10.0 * pixel);
}

void rv_svg_open(struct rv_text *out, const char *class, double width, double height,
                 const char *label)
{
    rv_text_format(out, "<svg class=\"%s\" viewBox=\"0 0 %ld %ld\" role=\"img\" aria-label=\"",
                   class, tenths(width), tenths(height));
    rv_html_text(out, label);
    rv_text_append(out, "\">\n");
}

void rv_svg_close(struct rv_text *out)
{
    rv_text_append(out, "</svg>\n");
}

void rv_svg_line(struct rv_text *out, const char *class, struct rv_svg_point from,
                 struct rv_svg_point to)
{
    rv_text_format(out, "<path class=\"%s\" d=\"M%ld %ldL%ld %ld\"/>\n", class, tenths(from.x),
                   tenths(from.y), tenths(to.x), tenths(to.y));
}

void rv_svg_text(struct rv_text *out, const char *class, struct rv_svg_point at, const char *text)
{
    if (text == NULL)
        return;
    rv_text_format(out, "<text class=\"%s\" x=\"%ld\" y=\"%ld\">", class, tenths(at.x),
                   tenths(at.y));
    rv_html_text(out, text);
    rv_text_append(out, "</text>\n");
}

/* --- curves --------------------------------------------------------------------------------- */

struct place {
    long x, y;
};

/* A path that is being written. The newest point waits, so that a level run becomes one line. */
struct pen {
    struct rv_text *out;
    struct place last, waiting;
    bool down; /* `last` is written */
    bool has_waiting;
};

static void write_pair(struct rv_text *out, long x, long y)
{
    rv_text_format(out, x < 0 ? "%ld" : " %ld", x);
    rv_text_format(out, y < 0 ? "%ld" : " %ld", y);
}

static void put_waiting(struct pen *pen)
{
    if (!pen->has_waiting)
        return;
    write_pair(pen->out, pen->waiting.x - pen->last.x, pen->waiting.y - pen->last.y);
    pen->last = pen->waiting;
    pen->has_waiting = false;
}

static void put(struct pen *pen, struct place to)
{
    if (!pen->down) {
        rv_text_format(pen->out, "M%ld %ldl", to.x, to.y);
        pen->last = to;
        pen->down = true;
        return;
    }
    bool level = pen->has_waiting && pen->waiting.y == pen->last.y && to.y == pen->last.y;
    if (!level)
        put_waiting(pen);
    pen->waiting = to;
    pen->has_waiting = to.x != pen->last.x || to.y != pen->last.y;
}

static void lift(struct pen *pen)
{
    put_waiting(pen);
    if (pen->down) /* a lone point would leave "l" without numbers */
        rv_text_append(pen->out, " 0 0");
    pen->down = false;
}

/* Samples of one column: only the lowest and the highest are kept, in their order. */
struct column {
    long index;
    bool any;
    struct place low, high;
};

static void flush(struct pen *pen, struct column *column)
{
    if (!column->any)
        return;
    bool low_first = column->low.x <= column->high.x;
    put(pen, low_first ? column->low : column->high);
    put(pen, low_first ? column->high : column->low);
    column->any = false;
}

static void see(struct pen *pen, struct column *column, struct place at, long width)
{
    long index = at.x / width;
    if (column->any && index != column->index)
        flush(pen, column);
    if (!column->any)
        *column = (struct column){.index = index, .any = true, .low = at, .high = at};
    if (at.y < column->low.y)
        column->low = at;
    if (at.y > column->high.y)
        column->high = at;
}

/* Which edge a sample lies beyond: -1 the top, 1 the bottom. */
static int beyond(double y, const struct rv_svg_frame *frame)
{
    return y < frame->top ? -1 : y > frame->bottom ? 1 : 0;
}

/* A curve that runs off the frame is drawn to its edge and goes on where it comes back. */
struct outside {
    int edge;
    bool skipped;
    struct place last;
};

static void step(struct pen *pen, struct column *column, struct outside *outside,
                 const struct rv_svg_frame *frame, double x, double y)
{
    int edge = beyond(y, frame);
    struct place at = {tenths(x), tenths(edge < 0 ? frame->top : edge > 0 ? frame->bottom : y)};
    long width = tenths(frame->column) > 0 ? tenths(frame->column) : 1;
    if (edge != 0 && edge == outside->edge) {
        outside->skipped = true;
        outside->last = at;
        return;
    }
    if (outside->skipped) {
        flush(pen, column);
        lift(pen);
        see(pen, column, outside->last, width);
    }
    *outside = (struct outside){.edge = edge};
    see(pen, column, at, width);
}

void rv_svg_curve(struct rv_text *out, const char *class, const struct rv_curve *curve,
                  const struct rv_svg_frame *frame)
{
    struct pen pen = {.out = out};
    struct column column = {0};
    struct outside outside = {0};
    rv_text_format(out, "<path class=\"%s\" d=\"", class);
    for (size_t i = 0; i < curve->count; i++) {
        double x = curve->start + curve->step * (double)i;
        if (x < frame->x.from || x > frame->x.to)
            continue;
        if (!isfinite(curve->samples[i])) {
            flush(&pen, &column);
            lift(&pen);
            outside = (struct outside){0};
            continue;
        }
        step(&pen, &column, &outside, frame, rv_svg_place(&frame->x, x),
             rv_svg_place(&frame->y, curve->samples[i]));
    }
    flush(&pen, &column);
    lift(&pen);
    rv_text_append(out, "\"/>\n");
}
