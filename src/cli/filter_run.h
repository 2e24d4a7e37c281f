/* SPDX-License-Identifier: GPL-3.0-or-later
 * A recording through filter banks into a sink, block by block.
 */
#ifndef CLI_FILTER_RUN_H
#define CLI_FILTER_RUN_H

#include "filter_sink.h"

enum { FILTER_BANDS_MAX = 16 };

struct filter_job {
    const char *input, *output;
    enum sink_kind kind;
    struct rv_band bands[FILTER_BANDS_MAX];
    size_t band_count;
    enum rv_phase phase;
    size_t tap_count;
    double range; /* largest value of EDF and BDF; 0: from the converter's limits */
    bool quiet;
};

enum rv_status filter_run(const struct filter_job *job, const struct rv_source_options *options,
                          struct rv_error *err);

#endif
