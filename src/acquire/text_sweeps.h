/* SPDX-License-Identifier: GPL-3.0-or-later
 * A text table of sweeps, in memory: one column a sweep, or rows that carry the number of theirs.
 */
#ifndef RV_ACQUIRE_TEXT_SWEEPS_H
#define RV_ACQUIRE_TEXT_SWEEPS_H

#include "acquire/planes.h"
#include "acquire/text_table.h"
#include "acquire/text_time.h"

struct rv_text_sweep {
    double first_s; /* time of its first sample after the stimulus */
    double volt, milliampere;
    const char *text;
};

struct rv_text_sweeps {
    bool in_rows; /* rows carry sweep numbers */
    size_t channel_count, sweep_count;
    const char **labels; /* of channels; NULL: not named */
    struct rv_text_sweep *sweeps;
    size_t longest; /* samples of the longest series */
    double *values; /* heap: rows as they were read */
    double **order; /* heap: rows sorted by sweep and channel (in_rows) */
    size_t *series; /* heap: first row of each sweep and channel, in `order`, and one more */
    size_t row_count, row_size;
};

/* Does the table hold sweeps rather than channels? */
bool rv_text_holds_sweeps(const struct rv_text_table *table);
/* Reads every row. `time` gets its rate. RV_DATA with the line. */
enum rv_status rv_text_sweeps_read(struct rv_text_table *table, struct rv_text_time *time,
                                   double stated_hz, size_t max_samples,
                                   struct rv_text_sweeps *sweeps, struct rv_error *err);
void rv_text_sweeps_finish(struct rv_text_sweeps *sweeps);
/* The samples of one sweep, times the factor of each channel. */
void rv_text_sweeps_copy(const struct rv_text_sweeps *sweeps, size_t sweep, const double *factors,
                         struct rv_planes *planes);

#endif
