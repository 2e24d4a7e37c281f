/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sweeps of a running average, kept from one cut to the next: only what is new is copied, cleaned
 * and looked at.
 */
#ifndef RV_EPOCH_KEPT_H
#define RV_EPOCH_KEPT_H

#include "base/waveform.h"
#include "epoch/outlier.h"

/* What a row was made from. */
struct rv_kept_key {
    double stimulus_s, anchor, off; /* as in a cut: the anchor in its segment, samples moved by */
    size_t stamp;                   /* of what was subtracted */
};

struct rv_kept_row {
    struct rv_kept_key key;
    bool filled, fresh; /* fresh: made in this cut, not yet looked at */
    bool in_sum, ranked, clipped;
    bool looked_at; /* `plateaus` is known */
    unsigned char plateaus;
    double level, artefact_ms;
};

struct rv_kept {
    size_t most;                   /* rows; stimulus i of a request is row i */
    size_t sample_count;           /* of each row */
    double first;                  /* window: from so many samples after the anchor */
    bool placed;                   /* `fraction` is known */
    double fraction;               /* of a sample: where all sweeps are brought to */
    size_t stamp;                  /* changed by whoever changes what is subtracted */
    size_t taken_count;            /* rows taken out of the sum since it was made anew */
    size_t made_count;             /* rows made, for tests */
    double *samples, *sum, *means; /* heap: rows; their sum; bins of each row */
    double *sorted;                /* the means of each bin, `most` cells a bin */
    size_t bins, ranked_count;
    struct rv_kept_row *rows;
};

struct rv_kept *rv_kept_new(size_t most); /* NULL: no memory */
void rv_kept_free(struct rv_kept *kept);
/* Rows of `sample_count` samples from `first` on; forgets all where that is new. false: no memory.
 */
bool rv_kept_open(struct rv_kept *kept, size_t sample_count, double first);
/* Is row i as the key says? If not, it becomes so, out of the sum, and is to be filled. */
bool rv_kept_has(struct rv_kept *kept, size_t i, const struct rv_kept_key *key);
double *rv_kept_row(struct rv_kept *kept, size_t i);
/* Row i has means now: they join those that are sorted. */
void rv_kept_rank(struct rv_kept *kept, size_t i);
/* Median over the rows of each bin. */
void rv_kept_medians(const struct rv_kept *kept, double *medians);
/* Brings the sum to the rows that are not rejected, of `count`. */
void rv_kept_sum(struct rv_kept *kept, size_t count, const bool *rejected);

#endif
