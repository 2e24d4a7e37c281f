/* SPDX-License-Identifier: GPL-3.0-or-later
 * The parts of the EDF and BDF reader: header, identity, annotations, stimuli.
 */
#ifndef RV_ACQUIRE_EDF_H
#define RV_ACQUIRE_EDF_H

#include "acquire/reader.h"
#include "base/text.h"

/* One signal of the file, ordinary or annotations. */
struct rv_edf_slot {
    bool annotations;
    bool status;         /* the status word of BDF */
    size_t sample_count; /* of a record */
    size_t at;           /* bytes into a record */
    double step, offset; /* sample = step * stored number + offset */
};

struct rv_edf_file {
    bool bdf, plus, discontinuous;
    size_t sample_bytes;
    size_t slot_count;
    struct rv_edf_slot *slots; /* in the arena of the source */
    double record_s;           /* 0: annotations only */
    long long record_count;    /* -1: the recorder did not close the file */
    size_t header_bytes, record_bytes;
    size_t annotation_slot; /* the one that keeps time; slot_count: none */
};

/* Reads and checks the whole header; fills facts and channels of the source. */
enum rv_status rv_edf_header_read(struct rv_source *source, struct rv_edf_file *file,
                                  struct rv_error *err);
/* A text field: blanks and NUL bytes around it trimmed, UTF-8 or Latin-1. NULL: no memory. */
char *rv_edf_text(struct rv_arena *arena, const unsigned char *bytes, size_t width);
/* Patient, recording, start date and time of the first 256 bytes into the facts. */
enum rv_status rv_edf_identity_read(struct rv_source *source, const unsigned char *header,
                                    struct rv_error *err);

/* Events of a block; texts stand in one growing text and are found by their place in it. */
struct rv_edf_event {
    struct rv_event event; /* `text` is set by rv_edf_events_settle */
    size_t text_at, text_length;
    bool is_note; /* <EDF_XMLnote> */
};
struct rv_edf_events {
    struct rv_edf_event *items;
    size_t count, capacity;
    struct rv_event *settled;
    size_t settled_capacity;
    struct rv_text texts;
};
bool rv_edf_event_add(struct rv_edf_events *events, const struct rv_event *event, const char *text,
                      size_t length);
void rv_edf_events_clear(struct rv_edf_events *events);
/* The events in time order with their texts in place; NULL: no memory. */
const struct rv_event *rv_edf_events_settle(struct rv_edf_events *events);
void rv_edf_events_finish(struct rv_edf_events *events);

/* Onset of the time-keeping annotation that begins the annotations of a record. *found is false
 * where the first annotation keeps no time. */
enum rv_status rv_edf_time_read(const unsigned char *bytes, size_t length, bool *found,
                                double *start_s, struct rv_error *err);
/* All annotations of one annotation signal of one record. */
enum rv_status rv_edf_annotations_read(const unsigned char *bytes, size_t length,
                                       struct rv_edf_events *events, struct rv_error *err);

/* Does this text say that a stimulus was given? Fills intensities where it names them. */
bool rv_edf_stimulus_read(const char *text, size_t length, double *intensity_ma,
                          double *intensity_v);
/* What the notes from index `from` on tell of stimuli goes into the stimulus events of the same
 * onset; where there is none, one is made. false: no memory. */
bool rv_edf_notes_apply(struct rv_edf_events *events, size_t from);

#endif
