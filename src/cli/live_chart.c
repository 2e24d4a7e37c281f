/* SPDX-License-Identifier: GPL-3.0-or-later
 * A waveform on a page: scales, axes, traces in braille dots, marks.
 */
#include "live_chart.h"

#include <math.h>
#include <stdio.h>

/* Before the stimulus by more than this is baseline: the artefact may begin early. */
static const double before_stimulus_ms = 0.1;

double live_step(long index)
{
    static const double steps[] = {1, 2, 5};
    long decade = index >= 0 ? index / 3 : -((2 - index) / 3);
    return steps[index - 3 * decade] * pow(10, (double)decade);
}

long live_step_index(double x)
{
    if (!(x > 0) || !isfinite(x))
        return 0;
    long index = 3 * (long)floor(log10(x)) - 1;
    while (live_step(index) < x * (1 - 1e-9))
        index++;
    return index;
}

void live_scale_fit(struct live_scale *scale, double up, double down, size_t divisions, long gain)
{
    long index = live_step_index((up + down) / (double)divisions);
    double above, below;
    for (;; index++) {
        above = fmax(1, ceil(up / live_step(index) - 1e-9));
        below = fmax(1, ceil(down / live_step(index) - 1e-9));
        if (above + below <= (double)divisions || divisions < 2)
            break;
    }
    scale->step = live_step(index - gain);
    scale->top = -above * scale->step;
    scale->bottom = below * scale->step;
}

double live_wave_level(const struct live_wave *wave)
{
    double before = ceil(-(wave->start_ms + before_stimulus_ms) * wave->rate_hz / 1000);
    size_t count = before >= 1 ? (size_t)before : wave->count;
    double sum = 0;
    count = count < wave->count ? count : wave->count;
    for (size_t i = 0; i < count; i++)
        sum += wave->samples[i];
    return count > 0 ? sum / (double)count : 0;
}

static double time_ms(const struct live_wave *wave, size_t index)
{
    return wave->start_ms + 1000 * (double)index / wave->rate_hz;
}

void live_wave_extent(const struct live_wave *wave, double from_ms, double to_ms, double level,
                      double *up, double *down)
{
    *up = *down = 0;
    for (size_t i = 0; i < wave->count; i++) {
        double ms = time_ms(wave, i), sample = wave->samples[i] - level;
        if (ms < from_ms || ms > to_ms || !isfinite(sample))
            continue;
        *up = fmax(*up, -sample);
        *down = fmax(*down, sample);
    }
}

/* --- dots ---------------------------------------------------------------------------------- */

static double dot_row(struct live_area area, const struct live_scale *scale, double value)
{
    double rows = 4 * (double)area.height - 1;
    return (value - scale->top) / (scale->bottom - scale->top) * rows;
}

/* Between two samples; NaN outside of the trace. */
static double at(const struct live_wave *wave, double index)
{
    if (!(index >= 0) || index > (double)(wave->count - 1))
        return (double)NAN;
    size_t before = (size_t)index;
    double part = index - (double)before;
    if (before + 1 >= wave->count)
        return wave->samples[before];
    return wave->samples[before] * (1 - part) + wave->samples[before + 1] * part;
}

struct extent {
    double low, high;
};

static void widen(struct extent *extent, double sample)
{
    if (!isfinite(sample))
        return;
    extent->low = fmin(extent->low, sample);
    extent->high = fmax(extent->high, sample);
}

/* What a trace passes through between two indices. */
static struct extent between(const struct live_wave *wave, double from, double to)
{
    struct extent extent = {INFINITY, -INFINITY};
    widen(&extent, at(wave, from));
    widen(&extent, at(wave, to));
    double first = fmax(0, ceil(from)), last = fmin(floor(to), (double)wave->count - 1);
    for (double i = first; i <= last; i++)
        widen(&extent, wave->samples[(size_t)i]);
    return extent;
}

void live_chart_wave(struct live_canvas *canvas, struct live_area area,
                     const struct live_scale *scale, const struct live_wave *wave, double level,
                     enum live_style style)
{
    long columns = (long)(2 * area.width);
    double last = 4 * (double)area.height - 1;
    double first = (scale->from_ms - wave->start_ms) * wave->rate_hz / 1000;
    double step = (scale->to_ms - scale->from_ms) * wave->rate_hz / 1000 / (double)columns;
    for (long column = 0; column < columns && wave->count > 0; column++) {
        double from = first + step * (double)column;
        struct extent part = between(wave, from, from + step);
        if (!(part.low <= part.high))
            continue;
        double low = nearbyint(dot_row(area, scale, (part.low - level) * scale->factor));
        double high = nearbyint(dot_row(area, scale, (part.high - level) * scale->factor));
        for (double row = fmax(low, 0); row <= fmin(high, last); row++)
            live_canvas_dot(canvas, area, column, (long)row, style);
    }
}

/* --- marks and axes ------------------------------------------------------------------------ */

static double dot_column(struct live_area area, const struct live_scale *scale, double ms)
{
    return floor((ms - scale->from_ms) / (scale->to_ms - scale->from_ms) * 2 * (double)area.width);
}

bool live_chart_column(struct live_area area, const struct live_scale *scale, double ms,
                       size_t *column)
{
    double dot = dot_column(area, scale, ms);
    if (!(dot >= 0) || dot >= 2 * (double)area.width)
        return false;
    *column = area.x + (size_t)dot / 2;
    return true;
}

static void draw_vertical(struct live_canvas *canvas, struct live_area area, double column,
                          long every)
{
    if (!(column >= 0) || column >= 2 * (double)area.width)
        return;
    for (long row = 0; row < (long)(4 * area.height); row += every)
        live_canvas_dot(canvas, area, (long)column, row, LIVE_MARK);
}

void live_chart_mark(struct live_canvas *canvas, struct live_area area,
                     const struct live_scale *scale, double ms, double se_ms)
{
    double column = dot_column(area, scale, ms);
    double before = dot_column(area, scale, ms - se_ms);
    double after = dot_column(area, scale, ms + se_ms);
    if (before < column && after > column) {
        draw_vertical(canvas, area, before, 4);
        draw_vertical(canvas, area, after, 4);
    }
    draw_vertical(canvas, area, column, 2);
}

static void value_axis(struct live_canvas *canvas, struct live_area area,
                       const struct live_scale *scale, const char *unit)
{
    double count = nearbyint((scale->bottom - scale->top) / scale->step);
    for (size_t y = 0; y < area.height; y++)
        live_canvas_text(canvas, area.x - 1, area.y + y, 1, LIVE_FAINT, "\xE2\x94\x82");
    for (double i = 0; i <= count; i++) {
        double value = scale->top + i * scale->step, above = -nearbyint(scale->top / scale->step);
        size_t y = area.y + (size_t)nearbyint(dot_row(area, scale, value)) / 4;
        char text[48];
        bool zero = (long)i == (long)above;
        snprintf(text, sizeof text, "%.4g%s%.16s", zero ? 0.0 : value, zero ? " " : "",
                 zero ? unit : "");
        size_t columns = live_text_columns(canvas, text);
        size_t x = columns < area.x - 2 ? area.x - 2 - columns : 0;
        live_canvas_text(canvas, x, y, area.x - 1, LIVE_PLAIN, text);
        live_canvas_text(canvas, area.x - 1, y, 1, LIVE_FAINT, "\xE2\x94\xA4");
        for (long x_dot = 0; zero && x_dot < (long)(2 * area.width); x_dot += 4)
            live_canvas_dot(canvas, area, x_dot, (long)nearbyint(dot_row(area, scale, value)),
                            LIVE_FAINT);
    }
}

static void time_axis(struct live_canvas *canvas, struct live_area area,
                      const struct live_scale *scale)
{
    size_t y = area.y + area.height, free_from = 0, column;
    live_canvas_text(canvas, area.x + area.width - 2, y, 2, LIVE_PLAIN, "ms");
    for (double i = ceil(scale->from_ms / scale->step_ms);; i++) {
        char text[32];
        if (!live_chart_column(area, scale, i * scale->step_ms, &column))
            break;
        snprintf(text, sizeof text, "%.4g", i * scale->step_ms + 0.0);
        size_t columns = live_text_columns(canvas, text);
        size_t x = column - (columns - 1) / 2;
        if (x < free_from || x + columns + 3 > area.x + area.width)
            continue;
        live_canvas_text(canvas, x, y, columns, LIVE_PLAIN, text);
        free_from = x + columns + 1;
    }
}

void live_chart_axes(struct live_canvas *canvas, struct live_area area,
                     const struct live_scale *scale, const char *unit)
{
    if (area.x < 8 || area.width < 8 || area.height == 0)
        return;
    value_axis(canvas, area, scale, unit);
    time_axis(canvas, area, scale);
}
