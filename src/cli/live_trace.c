/* SPDX-License-Identifier: GPL-3.0-or-later
 * The response that is shown: its average over its last sweep, with the marks and their errors.
 */
#include "live_trace.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { AXIS_COLUMNS = 9, LABEL_ROWS = 3 };

/* The part of the window that is shown where marks are known: from here to so much beyond the last
 * mark. The scale is that of the trace from a little before the onset on, else from where the
 * shock is over. */
static const double shown_from_ms = -1.0, beyond_marks = 1.2;
static const double before_onset_ms = 0.5, shock_over_ms = 1.0;

static const struct {
    const char *name, *letter;
} mark_words[RV_MARK_COUNT] = {
    [RV_MARK_ONSET] = {"onset", "O"},
    [RV_MARK_INITIAL_POSITIVE_PEAK] = {"initial", "I"},
    [RV_MARK_NEGATIVE_PEAK] = {"peak", "N"},
    [RV_MARK_RECOVERY] = {"recovery", "R"},
    [RV_MARK_POSITIVE_PEAK] = {"positive", "P"},
    [RV_MARK_END] = {"end", "E"},
};

static bool is_placed(const struct rv_mark *mark)
{
    return mark->validity == RV_MEASURED && isfinite(mark->ms);
}

/* The average where there is one, else the last sweep. */
static const struct live_wave *leading(const struct live_response *response)
{
    return response->average.count > 0 ? &response->average : &response->sweep;
}

static void choose_times(const struct live_response *response, const struct live_view *view,
                         struct live_area area, struct live_scale *scale)
{
    const struct live_wave *wave = leading(response);
    double end_ms = wave->start_ms + 1000 * (double)wave->count / wave->rate_hz, last_ms = 0;
    for (size_t m = 0; m < RV_MARK_COUNT; m++)
        if (is_placed(&response->facts.marks[m]))
            last_ms = fmax(last_ms, response->facts.marks[m].ms);
    scale->from_ms = wave->start_ms;
    scale->to_ms = end_ms;
    if (last_ms > 0 && !view->whole) {
        double step = live_step(live_step_index(beyond_marks * last_ms / 6));
        scale->from_ms = fmax(wave->start_ms, shown_from_ms);
        scale->to_ms = fmin(end_ms, step * ceil(beyond_marks * last_ms / step));
    }
    double divisions = fmax(2, (double)area.width / 9);
    scale->step_ms = live_step(live_step_index((scale->to_ms - scale->from_ms) / divisions));
}

static const char *choose_values(const struct live_response *response, const struct live_view *view,
                                 struct live_area area, struct live_scale *scale)
{
    const struct live_wave *wave = leading(response);
    const struct rv_mark *onset = &response->facts.marks[RV_MARK_ONSET];
    bool milli = strcmp(rv_parameter_unit(RV_AMPLITUDE, response->facts.kind), "mV") == 0;
    bool counts = !response->facts.calibrated;
    double from_ms = is_placed(onset) ? fmax(onset->ms - before_onset_ms, 0) : shock_over_ms;
    double up, down;
    live_wave_extent(wave, from_ms, scale->to_ms, live_wave_level(wave), &up, &down);
    scale->factor = counts || !milli ? 1 : 0.001;
    size_t most = 3 * area.height / 4, divisions = most < 2 ? 2 : most > 10 ? 10 : most;
    live_scale_fit(scale, up * scale->factor, down * scale->factor, divisions, view->gain);
    return counts ? "" : milli ? "mV" : "\xC2\xB5V";
}

/* The first of the texts that finds a free place near its mark; each row keeps where it is free. */
static void place_label(struct live_canvas *canvas, struct live_area area, size_t rows,
                        size_t column, const char *const texts[3], size_t free_from[LABEL_ROWS])
{
    for (size_t t = 0; t < 3; t++)
        for (size_t row = rows; row > 0; row--) {
            size_t columns = live_text_columns(canvas, texts[t]), end = area.x + area.width;
            size_t x = column + columns <= end ? column : end > columns ? end - columns : 0;
            if (x < free_from[row - 1])
                continue;
            live_canvas_text(canvas, x, area.y + row - 1, columns, LIVE_MARK, texts[t]);
            free_from[row - 1] = x + columns + 1;
            return;
        }
}

static void label_marks(struct live_canvas *canvas, struct live_area area, size_t rows,
                        const struct live_scale *scale, const struct live_facts *facts)
{
    size_t free_from[LABEL_ROWS] = {area.x, area.x, area.x}, column;
    for (size_t m = 0; m < RV_MARK_COUNT; m++) {
        const struct rv_mark *mark = &facts->marks[m];
        char value[RV_VALUE_TEXT_SIZE], text[RV_VALUE_TEXT_SIZE + 16];
        if (!is_placed(mark) || !live_chart_column(area, scale, mark->ms, &column))
            continue;
        struct rv_value ms = {.validity = RV_MEASURED, .value = mark->ms, .se = mark->se_ms};
        rv_value_text(&ms, RV_ONSET_LATENCY, facts->kind, value);
        snprintf(text, sizeof text, "%s %s", mark_words[m].name, value);
        const char *const texts[3] = {text, mark_words[m].name, mark_words[m].letter};
        place_label(canvas, area, rows, column, texts, free_from);
    }
}

void live_trace_draw(struct live_canvas *canvas, struct live_area area,
                     const struct live_response *response, const struct live_view *view)
{
    const struct live_wave *wave = leading(response);
    struct live_scale scale = {0};
    size_t rows = area.height >= 20 ? 3 : area.height >= 9 ? 2 : 1;
    if (wave->count < 2 || area.height < rows + 3 || area.width < 2 * AXIS_COLUMNS)
        return;
    struct live_area plot = {area.x + AXIS_COLUMNS, area.y + rows, area.width - AXIS_COLUMNS,
                             area.height - rows - 1};
    choose_times(response, view, plot, &scale);
    const char *unit = choose_values(response, view, plot, &scale);
    live_chart_axes(canvas, plot, &scale, unit);
    if (response->average.count > 0)
        live_chart_wave(canvas, plot, &scale, &response->sweep, live_wave_level(&response->sweep),
                        LIVE_FAINT);
    for (size_t m = 0; m < RV_MARK_COUNT; m++) {
        const struct rv_mark *mark = &response->facts.marks[m];
        if (is_placed(mark))
            live_chart_mark(canvas, plot, &scale, mark->ms, mark->se_ms);
    }
    live_chart_wave(canvas, plot, &scale, wave, live_wave_level(wave), LIVE_BOLD);
    struct live_area labels = {plot.x, area.y, plot.width, rows};
    label_marks(canvas, labels, rows, &scale, &response->facts);
}
