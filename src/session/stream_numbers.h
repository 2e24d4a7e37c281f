/* SPDX-License-Identifier: GPL-3.0-or-later
 * Numbers of the advice of a stream; they stand in thresholds.tsv with their sources.
 */
#ifndef RV_SESSION_STREAM_NUMBERS_H
#define RV_SESSION_STREAM_NUMBERS_H

#include "base/arena.h"

struct rv_stream_numbers {
    double f_stimuli_least, f_stimuli_usual; /* enough, and where they did not settle it */
    double f_minimum_se_ms, f_waves_least;
    double f_floor_uv, h_floor_uv; /* what background may hide before it matters */
    double train_least_hz, train_most_hz, train_fast_hz;
    double train_count;
};

enum rv_status rv_stream_numbers_read(struct rv_arena *arena, struct rv_stream_numbers *numbers,
                                      struct rv_error *err);

#endif
