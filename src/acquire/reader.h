/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a reader of one file format must offer, and the source that drives it. To add a format:
 * one file with one const struct, one line in the array of source.c (docs/adding-a-reader.md).
 */
#ifndef RV_ACQUIRE_READER_H
#define RV_ACQUIRE_READER_H

#include "acquire/input.h"
#include "base/arena.h"
#include "base/notice.h"

#include <ranvier/source.h>

struct rv_reader;

struct rv_source {
    const struct rv_reader *reader;
    struct rv_input *input;
    struct rv_source_options options;
    struct rv_arena *arena; /* of facts, channels and texts of events */
    struct rv_recording_facts facts;
    struct rv_channel *channels;
    size_t channel_count;
    struct rv_notices notices;
    void *state;           /* of the reader */
    uint64_t sample_total; /* delivered so far, against options.max_samples */
};

struct rv_reader {
    const char *name;        /* of --format: "edf" */
    const char *description; /* "EDF, EDF+C, EDF+D, BDF, BDF+" */
    /* Does the beginning of the bytes look like this format? `size` is up to RV_PEEK_MAX. NULL:
     * never found by content (raw PCM). */
    bool (*matches)(const unsigned char *bytes, size_t size, const char *name);
    /* Reads the header: fills facts, channels, state. On failure the source is closed by the
     * caller, through `close` if state is not NULL. */
    enum rv_status (*open)(struct rv_source *source, struct rv_error *err);
    /* As rv_source_next; block is zeroed before the call. */
    enum rv_status (*next)(struct rv_source *source, struct rv_block *block, bool *more,
                           struct rv_error *err);
    void (*close)(struct rv_source *source);
};

/* In the order in which they are asked; NULL at the end. */
extern const struct rv_reader *const rv_readers[];
extern const struct rv_reader rv_reader_frames;
extern const struct rv_reader rv_reader_edf;
extern const struct rv_reader rv_reader_sndfile;
const char *rv_sndfile_version(void); /* "libsndfile-1.2.0" of the library that is loaded */
extern const struct rv_reader rv_reader_wfdb;
extern const struct rv_reader rv_reader_text;
extern const struct rv_reader rv_reader_raw;

/* The factor from a unit as written in a file to microvolt: V, mV, uV (any micro sign), nV.
 * Case-sensitive. false: not a unit of voltage. */
bool rv_unit_factor(const char *unit, double *to_microvolt);

/* The calibration for a channel from options.calibration: microvolt for one stored unit. false:
 * none was given. RV_MISUSE sentence in err when the text is wrong. */
enum rv_status rv_calibration_find(const char *calibration, const char *channel_label, bool *found,
                                   double *to_microvolt, struct rv_error *err);

#endif
