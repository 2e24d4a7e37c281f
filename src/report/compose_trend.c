/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values by date: one small chart for each value that an earlier study has too.
 */
#include "base/date.h"
#include "report/chart.h"
#include "report/compose.h"
#include "report/round.h"
#include "report/words.h"

#include <math.h>
#include <string.h>

enum { DATES_MOST = 32 }; /* earlier studies in one chart */

/* The rows of one value, oldest first. */
struct trend {
    const struct rv_measurement *measurement; /* now */
    const struct rv_change *rows[DATES_MOST];
    double at[DATES_MOST]; /* days, or places where a date is not known; now is at 0 */
    size_t count;
};

static bool same_value(const struct rv_change *a, const struct rv_change *b)
{
    return a->parameter == b->parameter && a->response != NULL && b->response != NULL &&
           strcmp(a->response, b->response) == 0;
}

static const struct rv_measurement *measurement_of(const struct rv_report *report, const char *id)
{
    for (size_t i = 0; i < report->measurement_count; i++) {
        const char *own = report->measurements[i].response->id;
        if (own != NULL && id != NULL && strcmp(own, id) == 0)
            return &report->measurements[i];
    }
    return NULL;
}

static bool is_drawn(const struct rv_value *value)
{
    return (value->validity == RV_MEASURED || value->validity == RV_ABSENT) &&
           isfinite(value->value);
}

static bool is_first(const struct rv_interpretation *found, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (same_value(&found->changes[i], &found->changes[index]))
            return false;
    return true;
}

/* By days where all dates are known and in order, else at equal steps. */
static void place(struct trend *trend, const char *now)
{
    bool dated = true;
    for (size_t i = 0; i < trend->count; i++) {
        trend->at[i] = -rv_days_between(trend->rows[i]->earlier, now);
        dated = dated && trend->at[i] < 0.0 && (i == 0 || trend->at[i] > trend->at[i - 1]);
    }
    for (size_t i = 0; i < trend->count && !dated; i++)
        trend->at[i] = (double)i - (double)trend->count;
}

static bool gather(const struct rv_report *report, size_t index, struct trend *trend)
{
    const struct rv_interpretation *found = &report->interpretation;
    *trend = (struct trend){
        .measurement = measurement_of(report, found->changes[index].response),
    };
    for (size_t i = index; i < found->change_count && trend->count < DATES_MOST; i++) {
        const struct rv_change *change = &found->changes[i];
        if (same_value(change, &found->changes[index]) && is_drawn(&change->before) &&
            is_drawn(&change->now))
            trend->rows[trend->count++] = change;
    }
    place(trend, report->study->visit.date);
    return trend->measurement != NULL && trend->count > 0;
}

/* Without its error, which is drawn. */
static const char *number_of(struct rv_document *document, const struct rv_value *value,
                             enum rv_parameter parameter)
{
    int decimals = rv_parameter_facts(parameter)->decimals;
    return rv_compose_number(document, value->value,
                             rv_round_decimals(value->value, NAN, decimals, true), NULL);
}

static struct rv_chart_point point_of(struct rv_document *document, const struct trend *trend,
                                      const struct rv_value *value, double at)
{
    bool absent = value->validity == RV_ABSENT;
    return (struct rv_chart_point){
        .x = at,
        .y = value->value,
        .y_se = absent ? (double)NAN : value->se,
        .style = absent ? RV_POINT_OPEN : RV_POINT_PLAIN,
        .label = absent ? "NR" : number_of(document, value, trend->rows[0]->parameter),
    };
}

static void add_points(struct rv_document *document, struct rv_chart *chart,
                       const struct trend *trend)
{
    struct rv_series *series = rv_chart_series(document, chart, trend->count + 1);
    if (series == NULL)
        return;
    series->joined = true;
    bool counts = false;
    for (size_t i = 0; i < trend->count; i++) {
        const struct rv_change *row = trend->rows[i];
        series->points[i] = point_of(document, trend, &row->before, trend->at[i]);
        if (row->obstacle != NULL)
            series->points[i].style = RV_POINT_OPEN;
        counts = counts || row->judgement == RV_ABNORMAL;
    }
    struct rv_chart_point *now = &series->points[trend->count];
    *now = point_of(document, trend, &trend->rows[trend->count - 1]->now, 0.0);
    if (counts)
        now->style = RV_POINT_ABNORMAL;
}

static void add_bands(struct rv_document *document, struct rv_chart *chart,
                      const struct trend *trend)
{
    for (size_t i = 0; i < trend->count; i++) {
        const struct rv_change *row = trend->rows[i];
        double middle = row->before.value, reach = row->reference_change;
        if (row->obstacle != NULL || !isfinite(reach) || !(reach > 0.0))
            continue;
        double low = middle >= 0.0 ? fmax(middle - reach, 0.0) : middle - reach;
        struct rv_chart_band band = {
            .x_from = trend->at[i], .x_to = 0.0, .y_from = low, .y_to = middle + reach};
        rv_chart_band(document, chart, &band);
    }
}

static void see(double y, double *low, double *high)
{
    *low = fmin(*low, y);
    *high = fmax(*high, y);
}

static void set_axes(struct rv_document *document, struct rv_chart *chart,
                     const struct trend *trend, const char *now)
{
    double low = INFINITY, high = -INFINITY, span = -trend->at[0];
    for (const struct rv_chart_band *band = chart->bands; band != NULL; band = band->next) {
        see(band->y_from, &low, &high);
        see(band->y_to, &low, &high);
    }
    for (size_t i = 0; chart->series != NULL && i < chart->series->count; i++) {
        const struct rv_chart_point *point = &chart->series->points[i];
        double se = isfinite(point->y_se) ? point->y_se : 0.0;
        see(point->y - se, &low, &high);
        see(point->y + se, &low, &high);
    }
    double room = high > low ? 0.14 * (high - low) : fmax(0.1 * fabs(high), 1e-3);
    chart->y_from = low >= 0.0 ? fmax(low - room, 0.0) : low - room;
    chart->y_to = high + 1.4 * room;
    chart->x_from = -1.16 * span;
    chart->x_to = 0.16 * span;
    rv_chart_ticks(document, &chart->y_ticks, chart->y_from, chart->y_to, 4);
    for (size_t i = 0; i < trend->count; i++) {
        const char *date = rv_document_clean(document, trend->rows[i]->earlier);
        rv_chart_tick(document, &chart->x_ticks, trend->at[i], date != NULL ? date : "no date");
    }
    rv_chart_tick(document, &chart->x_ticks, 0.0, now != NULL ? now : "now");
}

static const char *note_of(struct rv_document *document, const struct trend *trend)
{
    const char *note = NULL;
    for (size_t i = 0; i < trend->count; i++) {
        const struct rv_change *row = trend->rows[i];
        const char *date = rv_document_clean(document, row->earlier);
        date = date != NULL ? date : "an undated study";
        if (row->obstacle != NULL)
            note = rv_document_join(
                document, note, "; ",
                rv_document_format(document, "not compared with %s: %s", date, row->obstacle));
        else if (row->judgement == RV_ABNORMAL)
            note =
                rv_document_join(document, note, "; ",
                                 rv_document_format(document, "counts as a change since %s", date));
    }
    return note;
}

static void add_chart(struct rv_document *document, struct rv_part *part,
                      const struct rv_report *report, const struct trend *trend)
{
    const struct rv_response *response = trend->measurement->response;
    enum rv_parameter parameter = trend->rows[0]->parameter;
    const char *nerve = rv_compose_nerve(document, response);
    const char *site = rv_document_clean(document, response->stimulate);
    const char *label =
        rv_document_join(document, site, ": ", rv_parameter_facts(parameter)->label);
    const char *unit = rv_unit_title(rv_parameter_unit(parameter, response->kind));
    const char *id = rv_document_clean(document, response->id);
    const char *title = rv_document_join(document, id, " ", nerve);
    struct rv_chart *chart = rv_part_chart(document, part, title);
    if (chart == NULL)
        return;
    chart->note = rv_document_join(document, rv_document_join(document, label, ", ", unit), "; ",
                                   note_of(document, trend));
    chart->side = response->side;
    add_points(document, chart, trend);
    add_bands(document, chart, trend);
    set_axes(document, chart, trend, rv_document_clean(document, report->study->visit.date));
}

void rv_compose_trends(struct rv_document *document, struct rv_section *section,
                       const struct rv_report *report)
{
    const struct rv_interpretation *found = &report->interpretation;
    struct rv_part *part = NULL;
    struct trend trend;
    for (size_t i = 0; i < found->change_count; i++) {
        if (!is_first(found, i) || !gather(report, i, &trend))
            continue;
        if (part == NULL)
            part = rv_section_part(document, section, RV_BLOCK_CHARTS, "Values by date");
        add_chart(document, part, report, &trend);
    }
    if (part != NULL)
        part->text = "Bars: \xC2\xB1 one standard error. Grey: the reference change around an "
                     "earlier value, from its date to now. Red and *: a change that counts. Open: "
                     "no response (NR), or not comparable.";
}
