/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the sidecars of a BIDS dataset say of one recording.
 */
#ifndef RV_SESSION_BIDS_RECORDING_H
#define RV_SESSION_BIDS_RECORDING_H

#include "base/notice.h"
#include "base/table.h"
#include "session/bids_place.h"

#include <ranvier/source.h>

/* *_emg.json. Unknown numbers are NaN, unknown texts NULL. */
struct rv_bids_emg {
    const char *file; /* the nearest of them; NULL: there is none */
    double sampling_hz, power_line_hz, duration_s;
    const char *task, *reference, *placement, *institution, *department;
    const char *manufacturer, *model, *software_filters, *hardware_filters, *recording_type;
};

/* A row of *_channels.tsv, or what is taken where there is no table. */
struct rv_bids_channel {
    bool used;    /* a signal of muscle or nerve that is not bad */
    bool trigger; /* TRIG */
    bool bad;
    const char *type, *target_muscle, *description, *status_description;
    double rate_hz;        /* NaN: not said */
    const char *prefilter; /* from the cutoffs; NULL */
};

/* A row of *_events.tsv. */
struct rv_bids_row_event {
    double onset_s; /* after the first sample */
    double duration_s, intensity_ma, intensity_v;
    const char *text; /* what its words say; "" */
    bool stimulus;
    bool described; /* by columns of responses.tsv: `row` of the table */
    size_t row, line;
    size_t number; /* of the stimulus among those of the recording, from 1 */
};

struct rv_bids_events {
    const char *file; /* NULL: there is none */
    struct rv_table table;
    struct rv_bids_row_event *rows; /* in the order of the table */
    size_t count;
    size_t stimulus_count; /* different times */
};

struct rv_bids_recording {
    const struct rv_bids_name *name;
    const char *file; /* within the folder of the study */
    struct rv_bids_emg emg;
    struct rv_bids_channel *channels; /* as the recording has them */
    size_t channel_count;
    struct rv_bids_events events;
    const char *channels_told, *events_told; /* what was taken from which file; NULL: no file */
};

/* A cell of a sidecar's table that is refused. */
enum rv_status rv_bids_wrong(const char *file, const struct rv_table *table, size_t row,
                             const char *column, const char *expected, struct rv_error *err);

/* Each reads one kind of sidecar of `recording`, whose name is set, and tells what is odd.
 * RV_STUDY with file and place for what is wrong, or contradicts the recording. */
enum rv_status rv_bids_emg_read(const struct rv_bids_place *place,
                                struct rv_bids_recording *recording, struct rv_notices *notices,
                                struct rv_error *err);
enum rv_status rv_bids_channels_read(const struct rv_bids_place *place,
                                     const struct rv_channel *channels, size_t count,
                                     struct rv_bids_recording *recording,
                                     struct rv_notices *notices, struct rv_error *err);
enum rv_status rv_bids_events_read(const struct rv_bids_place *place,
                                   struct rv_bids_recording *recording, struct rv_error *err);

/* The lowest table of a suffix, parsed; *file NULL: there is none. */
enum rv_status rv_bids_table(const struct rv_bids_place *place, const struct rv_bids_name *name,
                             const char *suffix, const char **file, struct rv_table *table,
                             struct rv_error *err);

/* Puts what the sidecars say into a recording that was read: triggers, filters, equipment, mains,
 * stimuli. RV_STUDY for a stimulus outside of it. What is odd becomes a notice of the recording. */
enum rv_status rv_bids_apply(const struct rv_bids_recording *from, struct rv_recording *recording,
                             struct rv_error *err);

#endif
