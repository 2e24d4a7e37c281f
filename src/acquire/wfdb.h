/* SPDX-License-Identifier: GPL-3.0-or-later
 * Parts of the WFDB reader: header, packed samples, annotations. Formats as published in header(5),
 * signal(5) and annot(5) of the WFDB Applications Guide (Moody, PhysioNet).
 */
#ifndef RV_ACQUIRE_WFDB_H
#define RV_ACQUIRE_WFDB_H

#include "acquire/input.h"
#include "base/arena.h"

#include <ranvier/source.h>

/* --- how samples are packed ---------------------------------------------------------------- */

struct rv_wfdb_format {
    int code;
    unsigned group_bytes, group_samples; /* bytes that hold whole samples together */
    unsigned bits;
    int32_t missing; /* the value that means "no sample"; INT32_MAX: there is none */
    void (*unpack)(const unsigned char *bytes, int32_t *samples);
};

/* NULL: not a format that is read. */
const struct rv_wfdb_format *rv_wfdb_format_find(int code);
/* Bytes of `samples` samples, the last group cut. */
uint64_t rv_wfdb_format_bytes(const struct rv_wfdb_format *format, uint64_t samples);
/* Whole samples in `bytes` bytes. */
uint64_t rv_wfdb_format_samples(const struct rv_wfdb_format *format, uint64_t bytes);

/* Samples of one signal file in the order in which they stand there. */
struct rv_wfdb_stream {
    struct rv_input *input;
    const struct rv_wfdb_format *format;
    int32_t pending[3];
    unsigned pending_count;
};
/* *got is smaller than `count` at the end of the file only. */
enum rv_status rv_wfdb_stream_read(struct rv_wfdb_stream *stream, int32_t *samples, size_t count,
                                   size_t *got, struct rv_error *err);

/* --- header -------------------------------------------------------------------------------- */

struct rv_wfdb_signal {
    const char *file;
    const struct rv_wfdb_format *format; /* NULL: format 0, no samples */
    unsigned frame_samples;
    size_t skew;      /* frames that precede the first */
    uint64_t offset;  /* bytes of the file before its samples */
    double gain;      /* stored units for one physical; NaN: not calibrated */
    double baseline;  /* stored value of physical 0 */
    const char *unit; /* NULL: not written */
    int resolution;   /* bits; 0: not written */
    long long zero;
    bool has_initial, has_checksum;
    long long initial, checksum;
    const char *description; /* "" */
};

struct rv_wfdb_segment {
    const char *record; /* "~": a gap */
    uint64_t frames;
};

struct rv_wfdb_header {
    const char *record;
    double rate_hz;    /* frames a second */
    uint64_t frames;   /* 0: not written */
    const char *start; /* yyyy-mm-ddThh:mm:ss; NULL */
    enum rv_sex sex;   /* of remarks such as "<sex>: M" */
    struct rv_wfdb_signal *signals;
    size_t signal_count;
    struct rv_wfdb_segment *segments; /* of a multi-segment record */
    size_t segment_count;
};

/* Does it begin like the first line of a header? */
bool rv_wfdb_header_begins(const unsigned char *bytes, size_t size);
/* RV_DATA with the line. `bytes` need not be terminated. */
enum rv_status rv_wfdb_header_read(struct rv_arena *arena, const unsigned char *bytes, size_t size,
                                   struct rv_wfdb_header *header, struct rv_error *err);

/* --- annotations --------------------------------------------------------------------------- */

/* Notes of an annotation file, in time order. RV_DATA: damaged. */
enum rv_status rv_wfdb_annotations_read(struct rv_arena *arena, const unsigned char *bytes,
                                        size_t size, double rate_hz, struct rv_event **events,
                                        size_t *count, struct rv_error *err);

#endif
