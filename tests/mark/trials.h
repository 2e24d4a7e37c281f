/* SPDX-License-Identifier: GPL-3.0-or-later
 * Many simulated responses marked, and what came of it: errors, failures, coverage.
 */
#ifndef TESTS_MARK_TRIALS_H
#define TESTS_MARK_TRIALS_H

#include "simulator.h"

enum trial_value {
    TRIAL_ONSET,
    TRIAL_PEAK,
    TRIAL_AMPLITUDE,
    TRIAL_PEAK_TO_PEAK,
    TRIAL_DURATION,
    TRIAL_AREA,
    TRIAL_VALUES
};
extern const char *const trial_names[TRIAL_VALUES];

struct trial_plan {
    enum rv_kind kind;
    double low_db, high_db;
    size_t count;
    double rate_hz; /* 0: 10, 20, 24 and 48 kHz in turn */
    uint64_t seed;
    int shape;   /* -1: as drawn */
    bool clean;  /* no artefact, hum, drift; 5 ms before the stimulus */
    int verbose; /* 1: prints failures, 2: everything */
};

/* Latencies in ms, the rest in percent of the truth. */
struct trial_sums {
    size_t count[TRIAL_VALUES], covered[TRIAL_VALUES];
    double *error[TRIAL_VALUES], *se[TRIAL_VALUES];
    size_t trials, failures, missing;
    double seconds;
};

void trials_run(const struct trial_plan *plan, struct rv_arena *arena, struct trial_sums *sums);
double trials_rms(const struct trial_sums *sums, enum trial_value value);
double trials_bias(const struct trial_sums *sums, enum trial_value value);
double trials_median_error(const struct trial_sums *sums, enum trial_value value);
double trials_median_se(const struct trial_sums *sums, enum trial_value value);
double trials_coverage(const struct trial_sums *sums, enum trial_value value); /* percent */

#endif
