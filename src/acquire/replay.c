/* SPDX-License-Identifier: GPL-3.0-or-later
 * An input whose beginning can be read again.
 */
#include "acquire/replay.h"

#include "base/arena.h"
#include "base/error.h"

#include <string.h>

void rv_replay_init(struct rv_replay *replay, struct rv_input *input, size_t keep_limit)
{
    *replay = (struct rv_replay){.input = input, .keep_limit = keep_limit, .length = UINT64_MAX};
}

void rv_replay_finish(struct rv_replay *replay)
{
    rv_release(replay->kept);
    *replay = (struct rv_replay){0};
}

bool rv_replay_keep(struct rv_replay *replay, uint64_t count)
{
    if (count <= replay->kept_count)
        return true;
    if (replay->status != RV_OK || count > replay->keep_limit ||
        rv_input_position(replay->input) != replay->kept_count)
        return false;
    if (rv_input_size(replay->input) != UINT64_MAX && count > rv_input_size(replay->input))
        return false;
    while (replay->kept_count < count) {
        size_t wanted = (size_t)count - replay->kept_count, got = 0;
        if (wanted > RV_PEEK_MAX) /* a claim alone must not take memory */
            wanted = RV_PEEK_MAX;
        if (!rv_grow(&replay->kept, &replay->kept_capacity, replay->kept_count + wanted, 1)) {
            replay->status = rv_fail_memory(&replay->error);
            return false;
        }
        replay->status = rv_input_read(replay->input, replay->kept + replay->kept_count, wanted,
                                       &got, &replay->error);
        replay->kept_count += got;
        if (replay->status != RV_OK || got == 0)
            return false;
    }
    return true;
}

static bool pass_over(struct rv_replay *replay)
{
    uint64_t at = rv_input_position(replay->input), passed = 0;
    if (replay->position < at)
        return false;
    replay->status = rv_input_skip(replay->input, replay->position - at, &passed, &replay->error);
    return replay->status == RV_OK && passed == replay->position - at;
}

size_t rv_replay_read(struct rv_replay *replay, void *into, size_t wanted)
{
    if (replay->status != RV_OK || replay->position >= replay->length)
        return 0;
    if (wanted > replay->length - replay->position)
        wanted = (size_t)(replay->length - replay->position);
    size_t taken = 0;
    if (replay->position < replay->kept_count) {
        size_t left = replay->kept_count - (size_t)replay->position;
        taken = wanted < left ? wanted : left;
        memcpy(into, replay->kept + replay->position, taken);
        replay->position += taken;
    }
    if (taken == wanted || !pass_over(replay))
        return taken;
    size_t got = 0;
    replay->status = rv_input_read(replay->input, (unsigned char *)into + taken, wanted - taken,
                                   &got, &replay->error);
    replay->position += got;
    return taken + got;
}
