/* SPDX-License-Identifier: GPL-3.0-or-later
 * A recording measured while it comes: after each stimulus whose window is complete the sweep, the
 * running average with its marks, and advice are told; at the end the report is made.
 *
 *     rv_stream_new(source, &settings, "-", 0, heard, NULL, &stream, &err);
 *     while (rv_source_next(source, &block, &more, &err) == RV_OK && more)
 *         rv_stream_push(stream, &block, &err);
 *     rv_stream_finish(stream, false, &study, &report, &err);
 *     rv_stream_free(stream);
 *
 * What is told depends on the samples alone, not on how they were cut into blocks. The report is
 * the one that the same bytes give as a file, as long as the recording fits the memory allowed.
 * docs/stream.md.
 */
#ifndef RANVIER_STREAM_H
#define RANVIER_STREAM_H

#include <ranvier/result.h>
#include <ranvier/settings.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum rv_stream_event_kind {
    RV_STREAM_SWEEP,    /* a window is complete, or withheld */
    RV_STREAM_RESPONSE, /* the running average of the response, after each sweep */
    RV_STREAM_GAP,      /* samples are missing */
    RV_STREAM_ADVICE    /* something to do while the patient is there */
};

/* Valid during the call. */
struct rv_stream_event {
    enum rv_stream_event_kind kind;
    double time_s;          /* recording time: of the stimulus, or where the gap ends */
    const char *response;   /* "R01" in the order of appearance; NULL for a gap */
    const char *label;      /* what stimulus and channel said of it; NULL */
    size_t sweep;           /* number of the sweep in its response, from 1 */
    double intensity;       /* mA; NaN unknown */
    double amplitude_uv;    /* of this sweep at the running marks; NaN unknown, or not calibrated */
    double amplitude_se_uv; /* its standard error: the noise of a sweep times sqrt 2 */
    const char *withheld;   /* why the sweep is not used; NULL: it is */
    double gap_s;           /* length of the gap; NaN unknown */
    const char *code;       /* of advice: "not_supramaximal", ... */
    const char *text;       /* of advice, one sentence */
    const struct rv_measurement *measurement; /* of the response: running values */
    const struct rv_trace *trace; /* of a used sweep: its samples alone, as they came; else NULL */
};
RV_API const char *rv_stream_event_name(enum rv_stream_event_kind kind); /* "sweep" */

/* One line of JSON for an event, terminated, without its line end; free with rv_stream_text_free.
 * NULL: no memory. */
RV_API char *rv_stream_event_json(const struct rv_stream_event *event);
RV_API void rv_stream_text_free(char *text);

typedef void rv_stream_function(void *to, const struct rv_stream_event *event);

struct rv_stream;

/* `source` gives channels and facts, and is still needed by rv_stream_finish; `name` is what the
 * report calls the recording. `memory_bytes` bounds the samples kept (0: 256 MiB); when they are
 * more, what lies outside of the windows goes first, then the oldest windows. */
RV_API enum rv_status rv_stream_new(const struct rv_source *source,
                                    const struct rv_settings *settings, const char *name,
                                    size_t memory_bytes, rv_stream_function *function, void *to,
                                    struct rv_stream **stream, struct rv_error *err);
RV_API enum rv_status rv_stream_push(struct rv_stream *stream, const struct rv_block *block,
                                     struct rv_error *err);
/* What is tested from here on: goes before the text of each stimulus. */
RV_API enum rv_status rv_stream_label(struct rv_stream *stream, const char *label,
                                      struct rv_error *err);
/* Tells what is left, then measures everything again as a file is measured. `incomplete` marks the
 * report. The report borrows the study; both are the caller's. Once only. */
RV_API enum rv_status rv_stream_finish(struct rv_stream *stream, bool incomplete,
                                       struct rv_study **study, struct rv_report **report,
                                       struct rv_error *err);
/* Samples of the first channel that were taken so far. */
RV_API uint64_t rv_stream_taken(const struct rv_stream *stream);
RV_API void rv_stream_free(struct rv_stream *stream); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
