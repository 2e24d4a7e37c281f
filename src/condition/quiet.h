/* SPDX-License-Identifier: GPL-3.0-or-later
 * The quiet stretches of one channel, thinned out for the estimate of mains: means of a few samples
 * each, in cells short enough for a level and a slope of their own.
 */
#ifndef RV_CONDITION_QUIET_H
#define RV_CONDITION_QUIET_H

#include "base/arena.h"

#include <ranvier/source.h>

enum { RV_QUIET_CELL_MAX = 640 }; /* points of a cell */

struct rv_quiet_cell {
    size_t first, count; /* points */
    double start_s;      /* of its first point, after origin_s */
    bool sloped;         /* long enough to tell a slope from mains */
};

struct rv_quiet {
    double rate_hz;   /* points a second */
    double sample_hz; /* samples a second of the channel */
    size_t boxcar;    /* samples in the mean of a point */
    double origin_s;  /* recording time that cell times count from: the middle of the data */
    double span_s;    /* from the first point to the last */
    double *values;   /* heap, as all below; rv_quiet_finish */
    double *weights;  /* of each point, 0 to 1 */
    size_t count, value_capacity, weight_capacity;
    struct rv_quiet_cell *cells;
    size_t cell_count, cell_capacity;
    bool counting;    /* while it is filled: only counts the points */
    size_t met_count; /* cells met, kept or not */
    double keep;      /* share of the cells that is kept */
};

struct rv_quiet_request {
    size_t channel;
    const double *stimulus_s;
    size_t stimulus_count;
    double from_ms, to_ms; /* left out around each stimulus */
};

/* Gathers the stretches of at most ten minutes; of more than twenty seconds of them cells taken at
 * random are kept. RV_NO_MEMORY only. */
enum rv_status rv_quiet_gather(const struct rv_recording *recording,
                               const struct rv_quiet_request *request, struct rv_quiet *quiet,
                               struct rv_error *err);
void rv_quiet_finish(struct rv_quiet *quiet);

/* Takes the weighted level, and slope of a long cell, out of a column of its points. */
void rv_quiet_detrend(const struct rv_quiet_cell *cell, const double *weights, double *column);
/* Sorts the values; 0 of none. */
double rv_quiet_median(double *values, size_t count);
/* Gain of the mean of a point for a wave of this frequency. */
double rv_quiet_gain(const struct rv_quiet *quiet, double frequency_hz);

#endif
