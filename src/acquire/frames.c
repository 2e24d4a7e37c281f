/* SPDX-License-Identifier: GPL-3.0-or-later
 * Ranvier frames: whole, checked frames out of bytes that may be damaged.
 */
#include "acquire/frames.h"

#include "acquire/bytes.h"
#include "base/crc32c.h"
#include "base/error.h"

#include <string.h>

static const char magic[] = "RVF1";

static bool plausible(const unsigned char *head)
{
    return memcmp(head, magic, 4) == 0 && strchr("HLTNSE", head[4]) != NULL && head[4] != '\0' &&
           rv_u32le(head + 8) <= RV_FRAME_PAYLOAD_MAX;
}

static bool checked(const unsigned char *bytes, size_t length)
{
    uint32_t crc = rv_crc32c(0, bytes, 20);
    return rv_crc32c(crc, bytes + RV_FRAME_HEAD, length) == rv_u32le(bytes + 20);
}

/* How many of the bytes can be passed over: up to the next one that may begin a frame. */
static size_t until_magic(const unsigned char *bytes, size_t count)
{
    const unsigned char *found = count > 1 ? memchr(bytes + 1, magic[0], count - 1) : NULL;
    return found == NULL ? count : (size_t)(found - bytes);
}

static enum rv_status pass_over(struct rv_frames *frames, size_t count, struct rv_error *err)
{
    uint64_t skipped = 0;
    frames->lost_bytes += count;
    return rv_input_skip(frames->input, count, &skipped, err);
}

/* Looks for a frame at the place where the input stands; *whole is false where there is none. */
static enum rv_status look(struct rv_frames *frames, struct rv_frame *frame, bool *whole,
                           size_t *seen, struct rv_error *err)
{
    const unsigned char *bytes;
    *whole = false;
    enum rv_status status = rv_input_peek(frames->input, RV_FRAME_HEAD, &bytes, seen, err);
    if (status != RV_OK || *seen < RV_FRAME_HEAD || !plausible(bytes))
        return status;
    size_t length = rv_u32le(bytes + 8), count = 0;
    status = rv_input_peek(frames->input, RV_FRAME_HEAD + length, &bytes, &count, err);
    if (status != RV_OK)
        return status;
    if (count < RV_FRAME_HEAD + length)
        frames->cut_bytes = count;
    if (count < RV_FRAME_HEAD + length || !checked(bytes, length)) {
        frames->damaged_count++;
        return RV_OK;
    }
    *whole = true;
    frames->cut_bytes = 0;
    *frame = (struct rv_frame){.type = (char)bytes[4],
                               .label = rv_u16le(bytes + 6),
                               .length = length,
                               .sequence = rv_u32le(bytes + 12),
                               .counter = rv_u32le(bytes + 16),
                               .payload = bytes + RV_FRAME_HEAD};
    return RV_OK;
}

/* A header begins a sequence; of the others those from the past are refused. The numbers turn over
 * after 2^32. */
static bool in_order(struct rv_frames *frames, const struct rv_frame *frame)
{
    uint32_t ahead = frame->sequence - frames->next_sequence;
    bool direct_repeat = frames->begun && ahead == UINT32_MAX;
    bool past = frames->begun && ahead > INT32_MAX;
    if (direct_repeat || (past && frame->type != 'H')) {
        frames->refused_count++;
        return false;
    }
    if (frames->begun && !past)
        frames->lost_count += ahead;
    frames->begun = true;
    frames->next_sequence = frame->sequence + 1;
    return true;
}

enum rv_status rv_frames_next(struct rv_frames *frames, struct rv_frame *frame, bool *more,
                              struct rv_error *err)
{
    *more = false;
    for (;;) {
        uint64_t skipped = 0;
        size_t seen = 0;
        bool whole = false;
        enum rv_status status = rv_input_skip(frames->input, frames->pending, &skipped, err);
        frames->pending = 0;
        if (status == RV_OK)
            status = look(frames, frame, &whole, &seen, err);
        if (status != RV_OK)
            return status;
        if (whole) {
            frames->pending = RV_FRAME_HEAD + frame->length;
            *more = in_order(frames, frame);
            if (*more)
                return RV_OK;
            continue;
        }
        if (seen == 0)
            return RV_OK;
        const unsigned char *bytes;
        status = rv_input_peek(frames->input, RV_FRAME_HEAD, &bytes, &seen, err);
        if (status == RV_OK)
            status = pass_over(frames, until_magic(bytes, seen), err);
        if (status != RV_OK)
            return status;
    }
}
