/* SPDX-License-Identifier: GPL-3.0-or-later
 * Ranvier frames: the layer of whole, checked frames over bytes that may be damaged. The format is
 * docs/stream.md.
 */
#ifndef RV_ACQUIRE_FRAMES_H
#define RV_ACQUIRE_FRAMES_H

#include "acquire/pcm.h"
#include "acquire/reader.h"

enum { RV_FRAME_HEAD = 24, RV_FRAME_PAYLOAD_MAX = 65000 };

struct rv_frame {
    char type;         /* H header, L label, T stimulus, N note, S samples, E end */
    unsigned label;    /* number of the label in force */
    uint32_t sequence; /* of the frame */
    uint32_t counter;  /* of the sample that comes next, or that the frame begins with */
    size_t length;
    const unsigned char *payload; /* until the next call */
};

struct rv_frames {
    struct rv_input *input;
    size_t pending; /* bytes of the last frame, still to be taken */
    bool begun;
    uint32_t next_sequence;
    uint64_t lost_bytes;  /* between frames */
    size_t damaged_count; /* places where a frame began and was not whole or not right */
    uint64_t lost_count;  /* frames missing in the sequence */
    size_t refused_count; /* repeated or out of their order */
    size_t cut_bytes;     /* at the end of the input: too few for a frame */
};

/* The next whole frame whose checksum holds and that does not repeat one before; *more is false at
 * the end of the input. */
enum rv_status rv_frames_next(struct rv_frames *frames, struct rv_frame *frame, bool *more,
                              struct rv_error *err);

/* What the header frame says: facts and channels of the source. */
struct rv_frames_header {
    const struct rv_pcm *encoding;
    double rate_hz;
    size_t channel_count;
    double *factors; /* of each channel, to microvolt; in the source's arena */
};
enum rv_status rv_frames_header_read(struct rv_source *source, const unsigned char *json,
                                     size_t length, struct rv_frames_header *header,
                                     struct rv_error *err);
/* {"label": "..."} into the arena; "" forgets the label. */
enum rv_status rv_frames_label_read(struct rv_arena *arena, const unsigned char *json,
                                    size_t length, const char **label, struct rv_error *err);

#endif
