/* SPDX-License-Identifier: GPL-3.0-or-later
 * A waveform on a page: scales, axes, traces in braille dots, marks. Negative is up.
 */
#ifndef CLI_LIVE_CHART_H
#define CLI_LIVE_CHART_H

#include "live_canvas.h"
#include "live_model.h"

/* 1, 2, 5, 10, 20, 50 ... for 0, 1, 2, 3 ...; 0.5, 0.2, 0.1 for -1, -2, -3. */
double live_step(long index);
/* The smallest index whose step is at least x; that of 1 where x is not above 0. */
long live_step_index(double x);

/* What the area of a chart shows; values in the unit of the axis. */
struct live_scale {
    double from_ms, to_ms, step_ms;
    double top, bottom, step; /* top is below bottom: negative is up */
    double factor;            /* from the unit of the samples to that of the axis */
};

/* Up to `divisions` steps hold `up` above and `down` below zero (both at least 0); then the step is
 * made `gain` places smaller, and the number of divisions kept. */
void live_scale_fit(struct live_scale *scale, double up, double down, size_t divisions, long gain);

/* Each column of dots shows what the trace passes through between its two sides. `level` is what
 * reads zero, in the unit of the samples. */
void live_chart_wave(struct live_canvas *canvas, struct live_area area,
                     const struct live_scale *scale, const struct live_wave *wave, double level,
                     enum live_style style);
/* A dotted vertical; where the standard error is wide enough to be seen, a thinner one at each of
 * its ends. */
void live_chart_mark(struct live_canvas *canvas, struct live_area area,
                     const struct live_scale *scale, double ms, double se_ms);
/* Column of the page that a time falls into; false: outside of the area. */
bool live_chart_column(struct live_area area, const struct live_scale *scale, double ms,
                       size_t *column);
/* Left of the area (8 columns) values, one row below it times, and the zero line. */
void live_chart_axes(struct live_canvas *canvas, struct live_area area,
                     const struct live_scale *scale, const char *unit);

/* Mean of the samples before the stimulus (of all where there are none). */
double live_wave_level(const struct live_wave *wave);
/* Extent of the samples from one time to another around a level: how far up (negative) and down. */
void live_wave_extent(const struct live_wave *wave, double from_ms, double to_ms, double level,
                      double *up, double *down);

#endif
