/* SPDX-License-Identifier: GPL-3.0-or-later
 * One segment of a WFDB record: the signal files of its header, opened together and read frame by
 * frame into channels.
 */
#ifndef RV_ACQUIRE_WFDB_PART_H
#define RV_ACQUIRE_WFDB_PART_H

#include "acquire/planes.h"
#include "acquire/reader.h"
#include "acquire/wfdb.h"

/* The signals of one file, which stand in it frame by frame. */
struct rv_wfdb_group {
    struct rv_wfdb_stream stream;
    size_t first, count; /* signals */
    size_t frame_samples;
    int32_t *samples; /* heap, of one block */
};

/* Where a signal of the current segment stands. */
struct rv_wfdb_slot {
    double step, offset; /* stored value to sample unit */
    size_t skipped;      /* samples still to be left out: skew */
    size_t held;         /* samples in the planes */
    int32_t value;       /* of format 8 */
    uint16_t sum;
    uint64_t missing;
};

struct rv_wfdb_part {
    const char *folder; /* with its '/', "" for the current one */
    struct rv_wfdb_header header;
    struct rv_wfdb_group *groups; /* heap */
    size_t group_count;
    struct rv_wfdb_slot *slots; /* of each channel, in the arena of the source */
    struct rv_planes planes;
    size_t block_frames;
    uint64_t frames_due; /* UINT64_MAX: as many as come */
    uint64_t frames_read;
    bool open;
};

/* A file of the folder, name and ending one after the other. */
enum rv_status rv_wfdb_open_beside(struct rv_source *source, const char *folder, const char *name,
                                   const char *ending, struct rv_input **input,
                                   struct rv_error *err);

/* Opens the files of part->header. The first part describes the channels of the source, whose
 * memory is there; later ones must be like it. */
enum rv_status rv_wfdb_part_open(struct rv_source *source, struct rv_wfdb_part *part,
                                 double rate_hz, struct rv_error *err);
/* Reads one block of frames into the planes behind what is held there; *ended at the end. */
enum rv_status rv_wfdb_part_read(struct rv_wfdb_part *part, bool *ended, struct rv_error *err);
/* Judges length and checksums, and closes the files; the planes stay. */
enum rv_status rv_wfdb_part_end(struct rv_source *source, struct rv_wfdb_part *part,
                                struct rv_error *err);
/* Marks what every channel has (`all`: whatever each has) as shown; returns the frames. */
size_t rv_wfdb_part_show(struct rv_wfdb_part *part, bool all);
/* What was shown is gone; what was held back moves to the front. */
void rv_wfdb_part_drop(struct rv_wfdb_part *part);
/* Does a signal begin later than another? */
bool rv_wfdb_part_skewed(const struct rv_wfdb_part *part);
void rv_wfdb_part_finish(struct rv_wfdb_part *part);

#endif
