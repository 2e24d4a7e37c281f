/* SPDX-License-Identifier: GPL-3.0-or-later
 * The responses of a BIDS recording: from its events, its channels and its words.
 */
#ifndef RV_SESSION_BIDS_RESPONSES_H
#define RV_SESSION_BIDS_RESPONSES_H

#include "session/bids_recording.h"

#include <ranvier/settings.h>

/* The growing list of the responses of a study. Zero-initialise, set the arena, the notices and
 * the label; `items` is heap. */
struct rv_bids_responses {
    struct rv_arena *arena;
    struct rv_notices *notices;
    const char *label; /* of the command line; NULL */
    struct rv_response *items;
    size_t count, capacity;
};

/* Adds those of one recording: each group of stimuli that say the same, in each channel that is
 * meant. `own` are the recording's own events, used where the table names no stimulus. A recording
 * of which nothing says that it is of a stimulus is passed over, with a notice. RV_STUDY where the
 * sources contradict each other or say too little. */
enum rv_status rv_bids_responses_add(struct rv_bids_responses *responses,
                                     const struct rv_bids_recording *recording,
                                     const struct rv_channel *channels, const struct rv_event *own,
                                     size_t own_count, struct rv_error *err);

#endif
