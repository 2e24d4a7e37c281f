/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stimuli of a BIDS recording in groups that say the same.
 */
#ifndef RV_SESSION_BIDS_GROUPS_H
#define RV_SESSION_BIDS_GROUPS_H

#include "base/text.h"
#include "session/bids_recording.h"
#include "session/said.h"

enum { RV_BIDS_GROUPS_MAX = 256 };

struct rv_bids_group {
    struct rv_said said;      /* by the words of its stimuli */
    struct rv_response cells; /* by columns of responses.tsv; blank where there are none */
    bool described, kind_known;
    size_t row, line;       /* of the first stimulus in the table */
    struct rv_text stimuli; /* "1-10,12"; empty: those that are found in the signal */
    size_t first, last;     /* the range that is being written */
    bool ma_differs, v_differs, pulse_differs;
};

struct rv_bids_groups {
    struct rv_arena *arena;
    struct rv_notices *notices;
    struct rv_bids_group *items; /* heap */
    size_t count, capacity;
    const char *file; /* that the stimuli are of, for messages */
    const struct rv_table *table;
};

/* From the table of the recording, or from its own events where the table has no stimulus. One
 * group without stimuli where there are none at all. Finish it in any case. */
enum rv_status rv_bids_groups_make(const struct rv_bids_recording *recording,
                                   const struct rv_event *own, size_t own_count,
                                   struct rv_bids_groups *groups, struct rv_error *err);
void rv_bids_groups_finish(struct rv_bids_groups *groups);

#endif
