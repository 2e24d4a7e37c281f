/* SPDX-License-Identifier: GPL-3.0-or-later
 * One pass of cutting: where the windows lie, their samples, their average, their artefacts.
 */
#ifndef RV_EPOCH_CUT_H
#define RV_EPOCH_CUT_H

#include "epoch/epoch.h"
#include "epoch/kept.h"

/* A stimulus on the sample grid of its segment. */
struct rv_place {
    size_t stimulus; /* index in the stimuli */
    size_t segment;
    double at;          /* of the stimulus, in samples of the segment */
    double anchor;      /* whole sample that stands for it */
    double low, high;   /* samples that exist: anchor + low ... anchor + high - 1 */
    double artefact_ms; /* of the located artefact after the stimulus; NaN: none seen */
};

struct rv_cut {
    const struct rv_recording *recording;
    const struct rv_stimuli *stimuli;
    const struct rv_epoch_request *request;
    struct rv_arena *arena;
    struct rv_place *places; /* heap: of the sweeps kept */
    size_t place_count;
    double fraction;      /* of a sample: the place that the stimuli share */
    struct rv_kept *kept; /* rows that this pass uses; NULL: none */
};

enum rv_status rv_cut_sweeps(struct rv_cut *cut, struct rv_sweeps *sweeps, struct rv_error *err);
/* A second pass with each stimulus moved to its artefact; the cut's places are replaced. */
enum rv_status rv_cut_realign(struct rv_cut *cut, const struct rv_sweeps *sweeps,
                              struct rv_sweeps *realigned, struct rv_error *err);
/* Mean variance of the used sweeps about their average, after the artefact. */
double rv_cut_spread(const struct rv_sweeps *sweeps);
void rv_cut_finish(struct rv_cut *cut);

/* Responses are looked for from here on; before it the artefact may be at the limit. */
extern const double rv_response_from_ms;

/* Raw samples of sweep i from `first` samples after its anchor on. */
const double *rv_cut_raw(const struct rv_cut *cut, size_t i, double first);
/* Microvolt, G1 positive, for one raw unit. */
double rv_cut_factor(const struct rv_epoch_request *request);

/* Fills x[from..count) with sweep i taken `off` samples later than its samples lie (|off| <= 1). */
void rv_cut_move(const struct rv_cut *cut, size_t i, double first, double off, size_t from,
                 size_t count, double *x);

/* Sets clipped, clip_low, clip_high and resolution. */
void rv_cut_clipping(const struct rv_cut *cut, double first, struct rv_sweeps *sweeps);

/* Sets artefact_ms of the places. */
void rv_cut_locate(struct rv_cut *cut, double first, const struct rv_sweeps *sweeps);
/* Sets jitter_ms and offset_ms: mean and SD of the located artefacts, without the few that were
 * located elsewhere. */
enum rv_status rv_cut_jitter(const struct rv_cut *cut, struct rv_sweeps *sweeps,
                             struct rv_error *err);
/* What t = 0 of the average may be off: the times by their kind, and the marker's jitter beyond
 * what locating the artefact to half a sample would show anyway. */
double rv_cut_zero_se_ms(const struct rv_cut *cut, const struct rv_sweeps *sweeps);

#endif
