/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cuts a recording around its stimuli and averages. Method: docs/methods/epochs.md.
 */
#include "epoch/epoch.h"

#include "base/error.h"
#include "base/text.h"
#include "epoch/cut.h"

#include <math.h>

/* Artefact against marker: reliability bounds of the specification, ms. */
static const double jitter_warn_ms = 0.1;
static const double jitter_refuse_ms = 0.2;

static void say_window(const struct rv_sweeps *sweeps, const struct rv_epoch_request *request,
                       struct rv_notices *notices, const char *where)
{
    double end_ms = rv_sample_ms(sweeps->start_ms, sweeps->rate_hz, (double)sweeps->sample_count);
    /* What is asked for is generous; half of it is what a reader should know to be missing. */
    if (sweeps->start_ms > request->from_ms / 2 || end_ms < request->to_ms / 2) {
        char from[64], to[64];
        rv_number_fixed(sweeps->start_ms, 2, from);
        rv_number_fixed(end_ms, 2, to);
        rv_notice_add(notices, RV_INFO, "window_shortened", where,
                      "the recording allows a window of %s to %s ms around the stimulus", from, to);
    }
    if (sweeps->left_out_count > 0)
        rv_notice_add(notices, RV_WARNING, "window_over_gap", where,
                      "%zu of %zu sweeps left out: their window runs over a gap or beyond the "
                      "recording",
                      sweeps->left_out_count, sweeps->left_out_count + sweeps->sweep_count);
    size_t rejected = sweeps->sweep_count - sweeps->used_count;
    if (rejected > 0)
        rv_notice_add(notices, RV_INFO, "sweeps_rejected", where,
                      "%zu of %zu sweeps rejected: not like the others", rejected,
                      sweeps->sweep_count);
}

static void say_clipped(const struct rv_sweeps *sweeps, struct rv_notices *notices,
                        const char *where)
{
    if (sweeps->clipped)
        rv_notice_add(notices, RV_WARNING, "clipped", where,
                      "the converter was at its limit within the window");
}

static void say_jitter(const struct rv_sweeps *sweeps, const char *consequence, enum rv_level level,
                       struct rv_notices *notices, const char *where)
{
    char jitter[64], offset[64];
    rv_number_fixed(sweeps->jitter_ms, 3, jitter);
    rv_number_fixed(sweeps->offset_ms, 3, offset);
    rv_notice_add(notices, level, "trigger_jitter", where,
                  "stimulus artefact against marker: SD %s ms, mean %s ms%s", jitter, offset,
                  consequence);
}

/* Above the limit two averages are possible: at the markers, and at the artefacts. The one under
 * which the sweeps agree better is right. */
static enum rv_status resolve_jitter(struct rv_cut *cut, struct rv_sweeps *sweeps,
                                     struct rv_notices *notices, const char *where,
                                     struct rv_error *err)
{
    struct rv_sweeps realigned = {0};
    enum rv_status status = rv_cut_realign(cut, sweeps, &realigned, err);
    if (status == RV_NO_MEMORY)
        return status;
    if (status != RV_OK || rv_cut_spread(&realigned) >= rv_cut_spread(sweeps)) {
        say_jitter(sweeps, "; the sweeps agree better at the markers, which were kept", RV_WARNING,
                   notices, where);
        return RV_OK;
    }
    realigned.jitter_ms = sweeps->jitter_ms;
    realigned.offset_ms = sweeps->offset_ms;
    *sweeps = realigned;
    say_jitter(sweeps,
               "; not averaged at the markers: each sweep was aligned on its artefact, those "
               "without one left out",
               RV_PROBLEM, notices, where);
    return RV_OK;
}

static enum rv_status check_trigger(struct rv_cut *cut, struct rv_sweeps *sweeps,
                                    struct rv_notices *notices, const char *where,
                                    struct rv_error *err)
{
    if (sweeps->jitter_ms > jitter_refuse_ms)
        return resolve_jitter(cut, sweeps, notices, where, err);
    if (sweeps->jitter_ms > jitter_warn_ms)
        say_jitter(sweeps, "", RV_WARNING, notices, where);
    if (fabs(sweeps->offset_ms) > jitter_warn_ms) {
        char offset[64];
        rv_number_fixed(sweeps->offset_ms, 3, offset);
        rv_notice_add(
            notices, RV_WARNING, "trigger_offset", where,
            "the first abrupt change begins %s ms after the marker: the artefact of a late "
            "marker, or an early response; latencies count from the marker",
            offset);
    }
    return RV_OK;
}

enum rv_status rv_epoch_cut(const struct rv_recording *recording, const struct rv_stimuli *stimuli,
                            const struct rv_epoch_request *request, struct rv_arena *arena,
                            struct rv_sweeps *sweeps, struct rv_notices *notices, const char *where,
                            struct rv_error *err)
{
    struct rv_sweeps made = {0};
    struct rv_epoch_request plain = *request;
    struct rv_cut cut = {
        .recording = recording, .stimuli = stimuli, .request = request, .arena = arena};
    enum rv_status status = rv_cut_sweeps(&cut, &made, err);
    if (status == RV_OK && cut.kept != NULL && made.jitter_ms > jitter_refuse_ms) {
        /* two averages are to be compared: from the beginning, with the spread of the sweeps */
        plain.kept = NULL;
        cut.request = &plain;
        rv_cut_finish(&cut);
        status = rv_cut_sweeps(&cut, &made, err);
    }
    if (status == RV_OK)
        status = check_trigger(&cut, &made, notices, where, err);
    rv_cut_finish(&cut);
    if (status != RV_OK)
        return status;
    say_window(&made, request, notices, where);
    say_clipped(&made, notices, where);
    *sweeps = made;
    return notices->failed ? rv_fail_memory(err) : RV_OK;
}
