/* SPDX-License-Identifier: GPL-3.0-or-later
 * The recruitment curve of an H-reflex series: sizes of H and M against the stimulus.
 */
#include "report/chart.h"
#include "report/compose.h"
#include "report/words.h"

#include <math.h>
#include <stdlib.h>

enum { STEPS_LEAST = 3 };

static bool is_used(const struct rv_late_sweep *sweep)
{
    return sweep->found != RV_UNTESTED && isfinite(sweep->intensity);
}

static int weaker(const void *left, const void *right)
{
    const struct rv_late_sweep *a = left, *b = right;
    return (a->intensity > b->intensity) - (a->intensity < b->intensity);
}

/* The used sweeps, weakest stimulus first. */
static struct rv_late_sweep *sorted(struct rv_document *document, const struct rv_late *late,
                                    size_t *count)
{
    struct rv_late_sweep *sweeps =
        rv_arena_alloc(document->arena, late->sweep_count, sizeof *sweeps);
    *count = 0;
    if (sweeps == NULL) {
        document->failed = true;
        return NULL;
    }
    for (size_t i = 0; i < late->sweep_count; i++)
        if (is_used(&late->sweeps[i]))
            sweeps[(*count)++] = late->sweeps[i];
    qsort(sweeps, *count, sizeof *sweeps, weaker);
    return sweeps;
}

static size_t distinct(const struct rv_late_sweep *sweeps, size_t count)
{
    size_t steps = count > 0 ? 1 : 0;
    for (size_t i = 1; i < count; i++)
        steps += sweeps[i].intensity > sweeps[i - 1].intensity ? 1 : 0;
    return steps;
}

struct curve {
    const char *name, *size_unit, *stimulus_unit;
    double scale; /* from samples */
    bool m;
};

static struct rv_chart_point point_of(const struct rv_late_sweep *sweep, const struct curve *curve)
{
    double size = curve->m ? sweep->m_amplitude_uv : sweep->amplitude_uv;
    double se = curve->m ? sweep->m_amplitude_se_uv : sweep->amplitude_se_uv;
    bool absent = !isfinite(size) || (!curve->m && sweep->found == RV_ABSENT);
    return (struct rv_chart_point){
        .x = sweep->intensity,
        .y = absent ? 0.0 : size * curve->scale,
        .y_se = absent ? (double)NAN : se * curve->scale,
        .style = absent ? RV_POINT_OPEN : RV_POINT_PLAIN,
    };
}

/* Draws one of the two and marks its largest; returns that size. */
static double add_curve(struct rv_document *document, struct rv_chart *chart,
                        const struct rv_late_sweep *sweeps, size_t count, const struct curve *curve)
{
    struct rv_series *series = rv_chart_series(document, chart, count);
    if (series == NULL)
        return 0.0;
    series->second = curve->m;
    series->joined = distinct(sweeps, count) == count;
    struct rv_chart_point *best = NULL;
    double top = 0.0;
    for (size_t i = 0; i < count; i++) {
        struct rv_chart_point *point = &series->points[i];
        *point = point_of(&sweeps[i], curve);
        top = fmax(top, point->y + (isfinite(point->y_se) ? point->y_se : 0.0));
        if (point->style != RV_POINT_OPEN && (best == NULL || point->y > best->y))
            best = point;
    }
    if (best == NULL)
        return top;
    best->style = RV_POINT_BEST;
    const char *size = rv_compose_number(document, best->y, 2, curve->size_unit);
    const char *at = rv_compose_number(document, best->x, 1, curve->stimulus_unit);
    best->label = rv_document_format(document, "%s max %s at %s", curve->name,
                                     size != NULL ? size : "", at != NULL ? at : "");
    return top;
}

static void set_axes(struct rv_document *document, struct rv_chart *chart, double from, double to,
                     double top)
{
    double room = 0.06 * (to - from);
    chart->x_from = from - room;
    chart->x_to = to + room;
    for (const struct rv_series *series = chart->series; series != NULL; series = series->next)
        for (size_t i = 0; i < series->count; i++)
            chart->y_from = fmin(chart->y_from, 1.1 * series->points[i].y);
    chart->y_to = top > 0.0 ? 1.18 * top : 1.0;
    rv_chart_ticks(document, &chart->x_ticks, chart->x_from, chart->x_to, 8);
    rv_chart_ticks(document, &chart->y_ticks, chart->y_from, chart->y_to, 5);
}

void rv_compose_recruitment(struct rv_document *document, struct rv_section *section,
                            const struct rv_measurement *m)
{
    size_t count = 0;
    if (m->response->kind != RV_H_REFLEX || m->late == NULL || m->late->sweep_count == 0)
        return;
    const struct rv_late_sweep *sweeps = sorted(document, m->late, &count);
    if (sweeps == NULL || distinct(sweeps, count) < STEPS_LEAST)
        return;
    bool volts = !isnan(m->response->intensity_v);
    bool calibrated = m->trace == NULL || m->trace->calibrated;
    struct curve h = {.name = "H",
                      .size_unit = calibrated ? "mV" : "counts",
                      .stimulus_unit = volts ? "V" : "mA",
                      .scale = calibrated ? 1e-3 : 1.0};
    struct curve direct = h;
    direct.name = "M";
    direct.m = true;
    struct rv_part *part = rv_section_part(document, section, RV_BLOCK_CHARTS, NULL);
    struct rv_chart *chart = rv_part_chart(
        document, part,
        rv_document_format(document, "%s: recruitment", rv_compose_nerve(document, m->response)));
    if (chart == NULL)
        return;
    chart->wide = true;
    chart->side = m->response->side;
    chart->x_title = h.stimulus_unit;
    chart->y_title = h.size_unit;
    chart->note = rv_document_format(document, "%s, amplitude against stimulus, %zu sweeps",
                                     rv_document_clean(document, m->response->id), count);
    double top = add_curve(document, chart, sweeps, count, &h);
    top = fmax(top, add_curve(document, chart, sweeps, count, &direct));
    set_axes(document, chart, sweeps[0].intensity, sweeps[count - 1].intensity, top);
    chart->legend = m->late->plateau
                        ? "Full line: H. Broken line: M, which no longer grew at the end. Open: "
                          "absent. Bars: \xC2\xB1 one standard error."
                        : "Full line: H. Broken line: M, which still grew at the end of the "
                          "series. Open: absent. Bars: \xC2\xB1 one standard error.";
}
