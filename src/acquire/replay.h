/* SPDX-License-Identifier: GPL-3.0-or-later
 * An input whose beginning can be read again: what a library that seeks in a header needs, over
 * bytes that come once.
 */
#ifndef RV_ACQUIRE_REPLAY_H
#define RV_ACQUIRE_REPLAY_H

#include "acquire/input.h"

struct rv_replay {
    struct rv_input *input;
    unsigned char *kept; /* bytes from the beginning, heap */
    size_t kept_count, kept_capacity;
    size_t keep_limit; /* most bytes to keep; what is read later passes once */
    uint64_t position; /* of the next rv_replay_read */
    uint64_t length;   /* where reading ends, whatever follows */
    enum rv_status status;
    struct rv_error error; /* of the input, when status is not RV_OK */
};

/* The input must be at its beginning. */
void rv_replay_init(struct rv_replay *replay, struct rv_input *input, size_t keep_limit);
void rv_replay_finish(struct rv_replay *replay);

/* Makes bytes [0, count) visible; true when all of them are there. `kept` may move. */
bool rv_replay_keep(struct rv_replay *replay, uint64_t count);
/* Takes up to `wanted` bytes at `position`. Ahead of the input, bytes between are passed over;
 * behind what was kept, nothing can be read: 0. */
size_t rv_replay_read(struct rv_replay *replay, void *into, size_t wanted);

#endif
