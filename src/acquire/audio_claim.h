/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the header of an audio container claims, read before any library sees the file: the gate
 * for formats, and lengths to compare with what is there.
 */
#ifndef RV_ACQUIRE_AUDIO_CLAIM_H
#define RV_ACQUIRE_AUDIO_CLAIM_H

#include "acquire/replay.h"

struct rv_chunk_layout;

struct rv_audio_claim {
    const char *format;                   /* "WAV" */
    const struct rv_chunk_layout *layout; /* NULL: not made of chunks */
    uint64_t data_begin;                  /* first byte of samples */
    uint64_t data_bytes; /* UINT64_MAX: until the end of the input, or compressed */
    uint64_t frames;     /* claimed separately; UINT64_MAX: not */
    uint64_t file_end;   /* where the header says the file ends; UINT64_MAX: it does not */
    bool not_closed;     /* the recorder left its length fields open */
};

/* The name of the container that begins so; NULL: none that may be opened. */
const char *rv_audio_format(const unsigned char *bytes, size_t size);

/* Walks the header up to the samples. RV_DATA: not one of the containers and codings that are
 * read, or a header that is cut or contradicts itself. */
enum rv_status rv_audio_claim_read(struct rv_replay *replay, struct rv_audio_claim *claim,
                                   struct rv_error *err);

/* Walks what follows the samples (input just behind them). RV_DATA: a second data chunk. `surplus`
 * gets the number of bytes behind file_end. */
enum rv_status rv_audio_claim_tail(const struct rv_audio_claim *claim, struct rv_input *input,
                                   uint64_t *surplus, struct rv_error *err);

#endif
