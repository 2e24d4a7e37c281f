/* SPDX-License-Identifier: GPL-3.0-or-later
 * The search for the frequency of mains over the quiet stretches.
 */
#include "base/error.h"
#include "condition/sine_fit.h"
#include "condition/turns.h"

#include <math.h>
#include <string.h>

/* Before a wave is taken out, a cell louder than this many medians is weighed down. */
static const double LOUD_CELL = 3.0;

void rv_sine_weigh_cells(struct rv_quiet *quiet)
{
    double column[RV_QUIET_CELL_MAX];
    double *loudness = rv_allocate(2 * quiet->cell_count, sizeof *loudness);
    if (loudness == NULL)
        return; /* all weights stay 1 */
    double *sorted = loudness + quiet->cell_count;
    for (size_t c = 0; c < quiet->cell_count; c++) {
        const struct rv_quiet_cell *cell = &quiet->cells[c];
        memcpy(column, quiet->values + cell->first, cell->count * sizeof *column);
        rv_quiet_detrend(cell, quiet->weights + cell->first, column);
        double sum = 0.0;
        for (size_t i = 0; i < cell->count; i++)
            sum += column[i] * column[i];
        sorted[c] = loudness[c] = sqrt(sum / (double)cell->count);
    }
    const double usual = rv_quiet_median(sorted, quiet->cell_count);
    for (size_t c = 0; c < quiet->cell_count; c++) {
        const struct rv_quiet_cell *cell = &quiet->cells[c];
        const double ratio = loudness[c] > 0.0 ? LOUD_CELL * usual / loudness[c] : 1.0;
        for (size_t i = 0; i < cell->count; i++)
            quiet->weights[cell->first + i] = fmin(1.0, ratio * ratio);
    }
    rv_release(loudness);
}

/* Normal equations of cosine and sine of one cell, in phase with its first point. */
struct cell_sums {
    double start_s, cc, cs, ss, cy, sy;
};

static struct cell_sums sum_cell(const struct rv_quiet *quiet, const struct rv_quiet_cell *cell,
                                 double frequency_hz)
{
    double c[RV_QUIET_CELL_MAX], s[RV_QUIET_CELL_MAX], y[RV_QUIET_CELL_MAX];
    const double *weights = quiet->weights + cell->first;
    const struct rv_turns turns = {.frequency_hz = frequency_hz, .step_s = 1.0 / quiet->rate_hz};
    rv_turns_fill(&turns, cell->count, c, s);
    memcpy(y, quiet->values + cell->first, cell->count * sizeof *y);
    rv_quiet_detrend(cell, weights, c);
    rv_quiet_detrend(cell, weights, s);
    rv_quiet_detrend(cell, weights, y);
    struct cell_sums sums = {.start_s = cell->start_s};
    for (size_t i = 0; i < cell->count; i++) {
        sums.cc += weights[i] * c[i] * c[i];
        sums.cs += weights[i] * c[i] * s[i];
        sums.ss += weights[i] * s[i] * s[i];
        sums.cy += weights[i] * c[i] * y[i];
        sums.sy += weights[i] * s[i] * y[i];
    }
    return sums;
}

/* Variance that a wave of this frequency takes away from all cells together. */
static double variance_taken(const struct cell_sums *cells, size_t count, double frequency_hz)
{
    double cc = 0.0, cs = 0.0, ss = 0.0, cy = 0.0, sy = 0.0;
    for (size_t i = 0; i < count; i++) {
        const struct cell_sums *cell = &cells[i];
        const double phase = 2.0 * M_PI * frequency_hz * cell->start_s;
        const double c = cos(phase), s = sin(phase);
        cc += c * c * cell->cc - 2.0 * c * s * cell->cs + s * s * cell->ss;
        cs += c * s * (cell->cc - cell->ss) + (c * c - s * s) * cell->cs;
        ss += s * s * cell->cc + 2.0 * c * s * cell->cs + c * c * cell->ss;
        cy += c * cell->cy - s * cell->sy;
        sy += s * cell->cy + c * cell->sy;
    }
    const double determinant = cc * ss - cs * cs;
    if (!(determinant > 1e-9 * cc * ss))
        return 0.0;
    return (ss * cy * cy - 2.0 * cs * cy * sy + cc * sy * sy) / determinant;
}

double rv_sine_cell_energy(const struct rv_quiet *quiet, const struct rv_quiet_cell *cell,
                           double frequency_hz)
{
    const struct cell_sums sums = sum_cell(quiet, cell, frequency_hz);
    return variance_taken(&sums, 1, frequency_hz);
}

enum rv_status rv_sine_search(const struct rv_quiet *quiet, double near_hz, double range_hz,
                              double *frequency_hz, double *taken, struct rv_error *err)
{
    struct cell_sums *cells = rv_allocate(quiet->cell_count, sizeof *cells);
    if (cells == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < quiet->cell_count; i++)
        cells[i] = sum_cell(quiet, &quiet->cells[i], near_hz);
    /* A line is 2 / span wide: five points across its upper half. */
    const double step_hz = fmin(0.02, 0.2 / fmax(quiet->span_s, 1e-3));
    const int steps = (int)ceil(range_hz / step_hz);
    *taken = 0.0;
    *frequency_hz = near_hz;
    for (int i = -steps; i <= steps; i++) {
        const double tried_hz = near_hz + range_hz * (double)i / (double)steps;
        const double now = variance_taken(cells, quiet->cell_count, tried_hz);
        if (now > *taken) {
            *taken = now;
            *frequency_hz = tried_hz;
        }
    }
    rv_release(cells);
    return RV_OK;
}
