/* SPDX-License-Identifier: GPL-3.0-or-later
 * Charts of the document as SVG.
 */
#include "report/chart_svg.h"

#include "report/html.h"

#include <math.h>

/* Pixel. */
static const double gutter = 48.0, right_margin = 14.0, top_margin = 16.0, axis_height = 26.0,
                    radius = 3.6, label_room = 66.0, value_room = 36.0;

struct board {
    struct rv_text *out;
    const struct rv_chart *chart;
    struct rv_svg_axis x, y;
    double width, height;
};

static struct rv_svg_point at(const struct board *board, double x, double y)
{
    return (struct rv_svg_point){rv_svg_place(&board->x, x), rv_svg_place(&board->y, y)};
}

static void draw_bands(const struct board *board)
{
    for (const struct rv_chart_band *band = board->chart->bands; band != NULL; band = band->next) {
        struct rv_svg_point low = at(board, band->x_from, band->y_from);
        struct rv_svg_point high = at(board, band->x_to, band->y_to);
        rv_text_format(board->out, "<path class=\"band\" d=\"M%ld %ldH%ldV%ldH%ldZ\"/>\n",
                       lround(10.0 * low.x), lround(10.0 * low.y), lround(10.0 * high.x),
                       lround(10.0 * high.y), lround(10.0 * low.x));
    }
}

static void draw_y_axis(const struct board *board)
{
    const struct rv_chart *chart = board->chart;
    for (const struct rv_chart_tick *tick = chart->y_ticks; tick != NULL; tick = tick->next) {
        double y = rv_svg_place(&board->y, tick->at);
        rv_svg_line(board->out, "grid", (struct rv_svg_point){board->x.low, y},
                    (struct rv_svg_point){board->x.high, y});
        rv_svg_text(board->out, "sweep", (struct rv_svg_point){board->x.low - 5.0, y + 3.6},
                    tick->label);
    }
    rv_svg_text(board->out, "unit", (struct rv_svg_point){4.0, 10.0}, chart->y_title);
}

/* A label that would touch the one before it, or the last, is left out; its tick stays. */
static void draw_x_axis(const struct board *board)
{
    const struct rv_chart *chart = board->chart;
    double base = board->y.low, last = INFINITY, before = -INFINITY;
    for (const struct rv_chart_tick *tick = chart->x_ticks; tick != NULL; tick = tick->next)
        last = rv_svg_place(&board->x, tick->at);
    rv_svg_line(board->out, "stimulus", (struct rv_svg_point){board->x.low, base},
                (struct rv_svg_point){board->x.high, base});
    for (const struct rv_chart_tick *tick = chart->x_ticks; tick != NULL; tick = tick->next) {
        double x = rv_svg_place(&board->x, tick->at);
        double room = chart->wide ? 30.0 : label_room;
        rv_svg_line(board->out, "stimulus", (struct rv_svg_point){x, base},
                    (struct rv_svg_point){x, base + 4.0});
        if (x < before + room || (tick->next != NULL && x > last - room))
            continue;
        rv_svg_text(board->out, "tick", (struct rv_svg_point){x, base + 16.0}, tick->label);
        before = x;
    }
    rv_svg_text(board->out, "unit", (struct rv_svg_point){board->x.high + 6.0, base + 16.0},
                chart->x_title);
}

static void draw_error(const struct board *board, const char *class,
                       const struct rv_chart_point *point)
{
    if (!isfinite(point->y_se))
        return;
    struct rv_svg_point low = at(board, point->x, point->y - point->y_se);
    struct rv_svg_point high = at(board, point->x, point->y + point->y_se);
    long x = lround(10.0 * low.x), bottom = lround(10.0 * low.y), top = lround(10.0 * high.y);
    rv_text_format(board->out, "<path class=\"%s\" d=\"M%ld %ldV%ldM%ld %ldh60M%ld %ldh60\"/>\n",
                   class, x, bottom, top, x - 30, bottom, x - 30, top);
}

static void draw_label(const struct board *board, const char *class,
                       const struct rv_chart_point *point)
{
    static const char *const anchors[] = {"middle", "after", "before"};
    struct rv_svg_point place = at(board, point->x, point->y);
    double se = isfinite(point->y_se) ? point->y_se : 0.0;
    double above = rv_svg_place(&board->y, point->y + se) - 7.0;
    bool late = place.x > (board->x.low + board->x.high) / 2.0;
    const char *anchor = anchors[!board->chart->wide ? 0 : late ? 2 : 1];
    rv_text_format(board->out, "<text class=\"%s %s\" x=\"%ld\" y=\"%ld\">", class, anchor,
                   lround(10.0 * place.x), lround(10.0 * above));
    rv_html_text(board->out, point->label);
    rv_text_append(board->out, point->style == RV_POINT_ABNORMAL ? "*</text>\n" : "</text>\n");
}

static void draw_point(const struct board *board, const struct rv_series *series,
                       const struct rv_chart_point *point)
{
    static const char *const dots[] = {[RV_POINT_PLAIN] = "dot",
                                       [RV_POINT_OPEN] = "dot open",
                                       [RV_POINT_ABNORMAL] = "dot changed",
                                       [RV_POINT_BEST] = "dot"};
    bool changed = point->style == RV_POINT_ABNORMAL;
    struct rv_svg_point place = at(board, point->x, point->y);
    draw_error(board, changed ? "bar changed" : series->second ? "bar second" : "bar", point);
    rv_text_format(board->out, "<circle class=\"%s%s\" cx=\"%ld\" cy=\"%ld\" r=\"%ld\"/>\n",
                   dots[point->style], series->second ? " second" : "", lround(10.0 * place.x),
                   lround(10.0 * place.y), lround(10.0 * radius));
    if (point->style == RV_POINT_BEST)
        rv_text_format(board->out,
                       "<circle class=\"dot open%s\" cx=\"%ld\" cy=\"%ld\" r=\"%ld\"/>\n",
                       series->second ? " second" : "", lround(10.0 * place.x),
                       lround(10.0 * place.y), lround(20.0 * radius));
}

static void draw_series(const struct board *board, const struct rv_series *series)
{
    if (series->joined && series->count > 1) {
        rv_text_format(board->out, "<path class=\"join%s\" d=\"", series->second ? " second" : "");
        for (size_t i = 0; i < series->count; i++) {
            struct rv_svg_point place = at(board, series->points[i].x, series->points[i].y);
            rv_text_format(board->out, "%s%ld %ld", i == 0 ? "M" : "L", lround(10.0 * place.x),
                           lround(10.0 * place.y));
        }
        rv_text_append(board->out, "\"/>\n");
    }
    for (size_t i = 0; i < series->count; i++)
        draw_point(board, series, &series->points[i]);
}

/* Over everything else; the label of a point close to its neighbour or to the last is left out. */
static void draw_labels(const struct board *board, const struct rv_series *series)
{
    double before = -INFINITY, last = INFINITY, room = board->chart->wide ? 0.0 : value_room;
    if (series->count > 0)
        last = rv_svg_place(&board->x, series->points[series->count - 1].x);
    for (size_t i = 0; i < series->count; i++) {
        const struct rv_chart_point *point = &series->points[i];
        double x = rv_svg_place(&board->x, point->x);
        if (point->label == NULL || x < before + room || (i + 1 < series->count && x > last - room))
            continue;
        draw_label(board, point->style == RV_POINT_ABNORMAL ? "value changed" : "value", point);
        before = x;
    }
}

static void draw_chart(struct rv_text *out, const struct rv_chart *chart)
{
    static const char *const classes[] = {"chart", "chart right", "chart left", "chart"};
    struct board board = {.out = out,
                          .chart = chart,
                          .width = chart->wide ? 640.0 : 300.0,
                          .height = chart->wide ? 280.0 : 180.0};
    double right = right_margin + (chart->x_title != NULL ? 20.0 : 0.0);
    board.x = (struct rv_svg_axis){chart->x_from, chart->x_to, gutter, board.width - right};
    board.y =
        (struct rv_svg_axis){chart->y_from, chart->y_to, board.height - axis_height, top_margin};
    rv_text_append(out, chart->wide ? "<figure class=\"wide\">\n" : "<figure>\n");
    rv_text_append(out, "<figcaption>");
    rv_html_element(out, "b", NULL, chart->title);
    rv_text_append(out, " ");
    rv_html_element(out, "span", NULL, chart->note);
    rv_text_append(out, "</figcaption>\n");
    rv_svg_open(out, classes[chart->side], board.width, board.height, chart->title);
    draw_bands(&board);
    draw_y_axis(&board);
    draw_x_axis(&board);
    for (const struct rv_series *series = chart->series; series != NULL; series = series->next)
        draw_series(&board, series);
    for (const struct rv_series *series = chart->series; series != NULL; series = series->next)
        draw_labels(&board, series);
    rv_svg_close(out);
    rv_html_element(out, "p", "small", chart->legend);
    rv_text_append(out, "</figure>\n");
}

void rv_html_charts(struct rv_text *out, const struct rv_part *part)
{
    rv_text_append(out, "<div class=\"charts\">\n");
    for (const struct rv_chart *chart = part->charts; chart != NULL; chart = chart->next)
        if (chart->x_to > chart->x_from && chart->y_to > chart->y_from)
            draw_chart(out, chart);
    rv_text_append(out, "</div>\n");
    rv_html_element(out, "p", "small", part->text);
}
