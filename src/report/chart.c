/* SPDX-License-Identifier: GPL-3.0-or-later
 * Building charts: lists in the document's arena.
 */
#include "report/chart.h"

#include "report/round.h"

#include <math.h>

static void *make(struct rv_document *document, size_t count, size_t size)
{
    void *memory = rv_arena_alloc(document->arena, count, size);
    if (memory == NULL)
        document->failed = true;
    return memory;
}

struct rv_chart *rv_part_chart(struct rv_document *document, struct rv_part *part,
                               const char *title)
{
    struct rv_chart *chart = part != NULL ? make(document, 1, sizeof *chart) : NULL;
    if (chart == NULL)
        return NULL;
    chart->title = title;
    struct rv_chart **place = &part->charts;
    while (*place != NULL)
        place = &(*place)->next;
    *place = chart;
    return chart;
}

struct rv_series *rv_chart_series(struct rv_document *document, struct rv_chart *chart,
                                  size_t count)
{
    struct rv_series *series = chart != NULL ? make(document, 1, sizeof *series) : NULL;
    if (series == NULL)
        return NULL;
    series->points = make(document, count > 0 ? count : 1, sizeof *series->points);
    if (series->points == NULL)
        return NULL;
    series->count = count;
    struct rv_series **place = &chart->series;
    while (*place != NULL)
        place = &(*place)->next;
    *place = series;
    return series;
}

void rv_chart_band(struct rv_document *document, struct rv_chart *chart,
                   const struct rv_chart_band *band)
{
    struct rv_chart_band *copy = chart != NULL ? make(document, 1, sizeof *copy) : NULL;
    if (copy == NULL)
        return;
    *copy = *band;
    copy->next = chart->bands;
    chart->bands = copy;
}

void rv_chart_tick(struct rv_document *document, struct rv_chart_tick **list, double at,
                   const char *label)
{
    struct rv_chart_tick *tick = make(document, 1, sizeof *tick);
    if (tick == NULL)
        return;
    tick->at = at;
    tick->label = label;
    while (*list != NULL)
        list = &(*list)->next;
    *list = tick;
}

void rv_chart_ticks(struct rv_document *document, struct rv_chart_tick **list, double from,
                    double to, int count)
{
    if (!(to > from) || !isfinite(to - from))
        return;
    double step = rv_round_nice((to - from) / (double)count);
    double first = ceil(from / step - 1e-9);
    for (int i = 0; i <= 2 * count; i++) {
        double at = step * (first + i);
        char digits[RV_ROUNDED_SIZE];
        if (at > to + 1e-9 * step)
            break;
        rv_round_plain(at, digits);
        rv_chart_tick(document, list, at, rv_document_format(document, "%s", digits));
    }
}
