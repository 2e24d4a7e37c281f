/* SPDX-License-Identifier: GPL-3.0-or-later
 * A plot of the document as SVG: traces one above the other, negative up, marks with error bars.
 */
#include "report/html.h"
#include "report/round.h"

#include <math.h>

/* Pixel. */
static const double plot_width = 1000.0, gutter = 188.0, right_margin = 74.0, top_margin = 22.0,
                    axis_height = 26.0, lane_gap = 14.0, line_height = 14.0, tick = 8.0;

struct board {
    struct rv_text *out;
    const struct rv_plot *plot;
    struct rv_svg_axis x;
    double lane_height, lane_pitch, height;
};

static struct board board_of(struct rv_text *out, const struct rv_plot *plot)
{
    struct board board = {.out = out, .plot = plot};
    size_t lines = 0;
    for (const struct rv_lane *lane = plot->lanes; lane != NULL; lane = lane->next)
        lines = lane->line_count > lines ? lane->line_count : lines;
    board.x = (struct rv_svg_axis){plot->x_from, plot->x_to, gutter, plot_width - right_margin};
    board.lane_height = (plot->up + plot->down) * plot->division_size;
    double gap = lines > 0 ? lane_gap : 0.0;
    double words = line_height * (double)(lines + 1) + 4.0;
    board.lane_pitch = fmax(board.lane_height + gap, lines > 0 ? words : 0.0);
    board.height = top_margin + board.lane_pitch * (double)plot->lane_count + axis_height;
    return board;
}

static void vertical(const struct board *board, const char *class, double x)
{
    rv_svg_line(board->out, class, (struct rv_svg_point){x, top_margin - 6.0},
                (struct rv_svg_point){x, board->height - axis_height + 4.0});
}

static void draw_axis(const struct board *board)
{
    const struct rv_plot *plot = board->plot;
    char digits[RV_ROUNDED_SIZE];
    double below = board->height - axis_height + 18.0;
    long last = lround(floor(plot->x_to / plot->x_division + 1e-6));
    for (long i = 0; i <= last && i < 100; i++) {
        double ms = plot->x_division * (double)i, x = rv_svg_place(&board->x, ms);
        vertical(board, i == 0 ? "stimulus" : "grid", x);
        rv_round_plain(ms, digits);
        rv_svg_text(board->out, "tick", (struct rv_svg_point){x, below}, digits);
    }
    rv_svg_text(board->out, "unit", (struct rv_svg_point){plot_width - right_margin + 22.0, below},
                "ms");
    rv_svg_text(board->out, "tick",
                (struct rv_svg_point){rv_svg_place(&board->x, 0.0), top_margin - 10.0}, "stimulus");
}

/* A bar as high as one division, right of the first trace. */
static void draw_scale(const struct board *board, double center)
{
    double x = plot_width - right_margin + 10.0;
    double half = board->plot->division_size / 2.0;
    rv_svg_line(board->out, "scale", (struct rv_svg_point){x, center - half},
                (struct rv_svg_point){x, center + half});
    rv_svg_text(board->out, "unit", (struct rv_svg_point){x + 6.0, center + 4.0},
                board->plot->y_label);
}

static void draw_tick(const struct board *board, const struct rv_plot_mark *mark,
                      struct rv_svg_point at, bool below)
{
    struct rv_text *out = board->out;
    rv_svg_line(out, "mark", (struct rv_svg_point){at.x, at.y - tick},
                (struct rv_svg_point){at.x, at.y + tick});
    rv_svg_text(out, "letter",
                (struct rv_svg_point){at.x, below ? at.y + tick + 11.0 : at.y - tick - 3.0},
                mark->label);
    if (!isfinite(mark->x_se))
        return;
    double left = rv_svg_place(&board->x, mark->x - mark->x_se);
    double right = rv_svg_place(&board->x, mark->x + mark->x_se);
    rv_text_format(out, "<path class=\"se\" d=\"M%ld %ldL%ld %ldM%ld %ldv60M%ld %ldv60\"/>\n",
                   lround(10.0 * left), lround(10.0 * at.y), lround(10.0 * right),
                   lround(10.0 * at.y), lround(10.0 * left), lround(10.0 * (at.y - 3.0)),
                   lround(10.0 * right), lround(10.0 * (at.y - 3.0)));
}

/* A latency of the whole raster: a line through all of its traces, its error as a band. */
static void draw_through(const struct board *board, const struct rv_plot_mark *mark, size_t row)
{
    double x = rv_svg_place(&board->x, mark->x);
    vertical(board, "through", x);
    if (isfinite(mark->x_se)) {
        double left = rv_svg_place(&board->x, mark->x - mark->x_se);
        double right = rv_svg_place(&board->x, mark->x + mark->x_se);
        rv_svg_line(board->out, "se", (struct rv_svg_point){left, top_margin - 6.0},
                    (struct rv_svg_point){right, top_margin - 6.0});
    }
    rv_svg_text(board->out, row % 2 == 0 ? "letter before" : "letter after",
                (struct rv_svg_point){row % 2 == 0 ? x - 3.0 : x + 3.0, top_margin - 9.0},
                mark->label);
}

static void draw_marks(const struct board *board, const struct rv_lane *lane,
                       const struct rv_svg_frame *frame)
{
    size_t row = 0;
    for (const struct rv_plot_mark *mark = lane->marks; mark != NULL; mark = mark->next) {
        if (mark->x < board->plot->x_from || mark->x > board->plot->x_to)
            continue;
        if (mark->through) {
            draw_through(board, mark, row++);
            continue;
        }
        double y = rv_svg_place(&frame->y, mark->y);
        y = y < frame->top ? frame->top : y > frame->bottom ? frame->bottom : y;
        double base = rv_svg_place(&frame->y, lane->center);
        draw_tick(board, mark, (struct rv_svg_point){rv_svg_place(&board->x, mark->x), y},
                  y > base + 12.0);
    }
}

static void draw_words(const struct board *board, const struct rv_lane *lane, double center)
{
    double first = center - line_height * (double)lane->line_count / 2.0 + 4.0;
    rv_svg_text(board->out, lane->line_count > 0 ? "site" : "sweep",
                (struct rv_svg_point){lane->line_count > 0 ? 4.0 : gutter - 12.0, first},
                lane->label);
    for (size_t i = 0; i < lane->line_count; i++)
        rv_svg_text(board->out, "line",
                    (struct rv_svg_point){4.0, first + line_height * (double)(i + 1)},
                    lane->lines[i]);
}

static void draw_lane(const struct board *board, const struct rv_lane *lane, size_t index)
{
    static const char *const classes[] = {[RV_CURVE_SWEEP] = "sweeps",
                                          [RV_CURVE_REJECTED] = "rejected",
                                          [RV_CURVE_TAIL] = "tail",
                                          [RV_CURVE_AVERAGE] = "trace"};
    const struct rv_plot *plot = board->plot;
    double top = top_margin + board->lane_pitch * (double)index +
                 (board->lane_pitch - board->lane_height) / 2.0;
    double base = top + plot->up * plot->division_size;
    double room = (board->lane_pitch - board->lane_height) / 2.0;
    struct rv_svg_frame frame = {
        .x = board->x,
        .y = {lane->center, lane->center + plot->y_division, base, base + plot->division_size},
        .top = top - room,
        .bottom = top + board->lane_height + room,
    };
    rv_svg_line(board->out, "base", (struct rv_svg_point){gutter, base},
                (struct rv_svg_point){plot_width - right_margin, base});
    for (const struct rv_curve *curve = lane->curves; curve != NULL; curve = curve->next) {
        frame.column = curve->style == RV_CURVE_AVERAGE ? 0.8 : 2.5;
        rv_svg_curve(board->out, classes[curve->style], curve, &frame);
    }
    draw_marks(board, lane, &frame);
    draw_words(board, lane, lane->line_count > 0 ? top + board->lane_height / 2.0 : base);
    if (index == 0)
        draw_scale(board, base);
}

void rv_html_plot(struct rv_text *out, const struct rv_plot *plot)
{
    static const char *const classes[] = {"plot", "plot right", "plot left", "plot"};
    if (!(plot->x_to > plot->x_from) || !(plot->x_division > 0.0) || !(plot->y_division > 0.0))
        return;
    struct board board = board_of(out, plot);
    rv_text_append(out, "<figure>\n<figcaption>");
    rv_html_element(out, "b", NULL, plot->title);
    rv_text_append(out, " ");
    rv_html_element(out, "span", NULL, plot->scale);
    rv_text_append(out, "</figcaption>\n<div class=\"scroll\">");
    rv_svg_open(out, classes[plot->side], plot_width, board.height, plot->title);
    draw_axis(&board);
    size_t index = 0;
    for (const struct rv_lane *lane = plot->lanes; lane != NULL; lane = lane->next)
        draw_lane(&board, lane, index++);
    rv_svg_close(out);
    rv_text_append(out, "</div>\n");
    rv_html_element(out, "p", "small", plot->legend);
    rv_text_append(out, "</figure>\n");
}
