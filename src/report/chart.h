/* SPDX-License-Identifier: GPL-3.0-or-later
 * Charts of the document: points over two axes, for values by date and sizes by stimulus current.
 */
#ifndef RV_REPORT_CHART_H
#define RV_REPORT_CHART_H

#include "report/document.h"

enum rv_point_style {
    RV_POINT_PLAIN,
    RV_POINT_OPEN,     /* absent, or not comparable */
    RV_POINT_ABNORMAL, /* red and starred */
    RV_POINT_BEST      /* the largest of its series */
};

struct rv_chart_point {
    double x, y, y_se; /* y_se NaN: not known */
    enum rv_point_style style;
    const char *label; /* NULL */
};

struct rv_series {
    struct rv_series *next;
    bool second; /* drawn broken and open, to be told from the first */
    bool joined; /* by lines, in order */
    struct rv_chart_point *points;
    size_t count;
};

struct rv_chart_band {
    struct rv_chart_band *next;
    double x_from, x_to, y_from, y_to;
};

struct rv_chart_tick {
    struct rv_chart_tick *next;
    double at;
    const char *label;
};

struct rv_chart {
    struct rv_chart *next;
    const char *title, *note; /* note NULL: nothing */
    const char *legend;       /* NULL */
    bool wide;                /* alone in its row */
    enum rv_side side;
    double x_from, x_to, y_from, y_to;
    const char *x_title; /* NULL */
    const char *y_title; /* NULL */
    struct rv_chart_tick *x_ticks, *y_ticks;
    struct rv_chart_band *bands;
    struct rv_series *series;
};

/* Appended to the list of a part; NULL, and `failed`, without memory, as the other builders. */
struct rv_chart *rv_part_chart(struct rv_document *document, struct rv_part *part,
                               const char *title);
struct rv_series *rv_chart_series(struct rv_document *document, struct rv_chart *chart,
                                  size_t count);
void rv_chart_band(struct rv_document *document, struct rv_chart *chart,
                   const struct rv_chart_band *band);
void rv_chart_tick(struct rv_document *document, struct rv_chart_tick **list, double at,
                   const char *label);
/* Round numbers within from..to, about `count` of them. */
void rv_chart_ticks(struct rv_document *document, struct rv_chart_tick **list, double from,
                    double to, int count);

#endif
