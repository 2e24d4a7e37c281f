/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where `ranvier filter` writes to: EDF+, BDF+ or WAV. Signals come in pieces of any length and at
 * different times; what is complete is written, so memory stays the same for any length.
 */
#ifndef CLI_FILTER_SINK_H
#define CLI_FILTER_SINK_H

#include "command.h"

enum sink_kind { SINK_EDF, SINK_BDF, SINK_WAV };

struct sink_signal {
    char label[17];
    const char *unit;
    char prefilter[81];
    const char *transducer;
    double rate_hz;
    double minimum, maximum; /* of EDF and BDF */
};

struct sink_request {
    const char *path;
    enum sink_kind kind;
    const struct rv_recording_facts *facts;
    const struct sink_signal *signals;
    size_t signal_count;
};

/* What did not go the plain way. */
struct sink_summary {
    size_t clipped;      /* samples beyond the limits of EDF or BDF */
    size_t padded;       /* samples that fill up the last record of a segment */
    size_t events_lost;  /* WAV has no place for them */
    size_t texts_cut;    /* longer than a record has room for */
    size_t gaps_closed;  /* WAV: segments joined without their gap */
    size_t record_count; /* of EDF and BDF */
};

struct sink;

/* RV_MISUSE where the file cannot hold these signals, RV_NO_OUTPUT. */
enum rv_status sink_open(const struct sink_request *request, struct sink **sink,
                         struct rv_error *err);
/* A segment begins at this recording time. */
enum rv_status sink_begin(struct sink *sink, double start_s, struct rv_error *err);
enum rv_status sink_put(struct sink *sink, size_t signal, const float *samples, size_t count,
                        struct rv_error *err);
enum rv_status sink_event(struct sink *sink, const struct rv_event *event, struct rv_error *err);
/* Writes what is complete. */
enum rv_status sink_write(struct sink *sink, struct rv_error *err);
/* The segment ends: the rest of it is written, the last record filled with the last sample. */
enum rv_status sink_end(struct sink *sink, struct rv_error *err);
/* Puts the file into its place; frees the sink in any case. */
enum rv_status sink_close(struct sink *sink, struct sink_summary *summary, struct rv_error *err);
void sink_abandon(struct sink *sink); /* leaves no file; NULL is fine */

/* Status and sentence of an error of this command. */
enum rv_status filter_fail(struct rv_error *err, enum rv_status status, const char *format, ...)
    RV_PRINTF(3, 4);

#endif
