/* SPDX-License-Identifier: GPL-3.0-or-later
 * The average and its tail as a report and a listener get them.
 */
#ifndef RV_SESSION_TRACE_H
#define RV_SESSION_TRACE_H

#include "base/waveform.h"

/* Without the single sweeps; borrows the samples of both. */
static inline struct rv_trace rv_trace_of(const struct rv_sweeps *sweeps,
                                          const struct rv_compound *compound)
{
    return (struct rv_trace){.rate_hz = sweeps->rate_hz,
                             .start_ms = sweeps->start_ms,
                             .sample_count = sweeps->sample_count,
                             .average_uv = sweeps->average,
                             .tail_uv = compound->tail,
                             .noise_uv = compound->noise_uv,
                             .calibrated = sweeps->calibrated};
}

#endif
