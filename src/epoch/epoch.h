/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a recording to the sweeps of one response: stimulus times, cutting, rejecting, averaging.
 */
#ifndef RV_EPOCH_EPOCH_H
#define RV_EPOCH_EPOCH_H

#include "base/notice.h"
#include "base/waveform.h"

#include <ranvier/settings.h>

/* Where the stimuli are. */
struct rv_stimuli {
    size_t count;
    const double *time_s;    /* recording time of each */
    const double *intensity; /* mA (or V when volts); NaN unknown */
    bool volts;
    double se_s;     /* standard error of each time by its kind: 0 where it is exact */
    const char *how; /* in words: "annotation \"Stimulus\"", "trigger STIM > 0.5", ... */
};

/* Reads the `stimuli` column: NULL or "all" (stimulus events, else annotations that read as
 * stimuli, else a trigger channel, else the artefact itself), "1-10" or "1,3,5-7" (of all),
 * "trigger:LABEL>LEVEL" / "<LEVEL", "at:SECONDS" (every segment, and every data record where the
 * file has them), "times:0.1,1.1" (an explicit table), "artefact", or the text of an annotation
 * (whole, or its beginning up to the end of a word). RV_DATA with the reason when none is found or
 * when annotations name different sites; RV_STUDY when the text itself is wrong ("5-2"). */
enum rv_status rv_stimuli_find(const struct rv_recording *recording, size_t channel,
                               const char *stimuli, struct rv_arena *arena,
                               struct rv_stimuli *found, struct rv_error *err);

/* Where intensities are known and differ (a recruitment series), the stimuli within 5 % of the
 * strongest; else all of them. Averaging a series would make a response that nobody has had. */
enum rv_status rv_stimuli_strongest(const struct rv_stimuli *all, struct rv_arena *arena,
                                    struct rv_stimuli *strongest, struct rv_error *err);

/* The channel of a response: label, number from 1, or NULL for the only or best one (not a
 * trigger). RV_DATA when there is none or the choice is not clear. */
enum rv_status rv_channel_find(const struct rv_recording *recording, const char *channel,
                               size_t *index, struct rv_error *err);

struct rv_epoch_request {
    size_t channel;
    enum rv_polarity polarity;
    double from_ms, to_ms; /* window around the stimulus */
    double scale;          /* microvolt for one sample unit when the response says so; 1 */
    bool calibrated;       /* samples are microvolt after scale */
    double reject_ratio;
    /* Takes `factor` times what is to be subtracted off samples that begin at a recording time;
     * NULL: nothing is. */
    void (*subtract)(const void *context, double start_s, double rate_hz, double factor,
                     size_t count, double *samples);
    const void *subtract_context;
    double subtract_se_uv;
    /* Rows of an average that grows: stimulus i is row i, and its samples never change. The sweeps
     * are brought to the fraction of a sample of the first ones, and no average_sd is made.
     * NULL: none. */
    struct rv_kept *kept;
};

/* Cuts, subtracts, takes the pre-stimulus level off for comparing, rejects outliers (counted) and
 * averages. Windows over a gap or beyond the ends are shortened for all where the cut is small,
 * else left out and counted. RV_DATA when no sweep is left. Stimuli that fall elsewhere between two
 * samples are brought to one place by interpolation. Method: docs/methods/epochs.md. */
enum rv_status rv_epoch_cut(const struct rv_recording *recording, const struct rv_stimuli *stimuli,
                            const struct rv_epoch_request *request, struct rv_arena *arena,
                            struct rv_sweeps *sweeps, struct rv_notices *notices, const char *where,
                            struct rv_error *err);

#endif
