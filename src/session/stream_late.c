/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kept windows of a response measured by the functions that measure a file: late responses and
 * trains after each sweep, compound potentials when they count as examined.
 */
#include "base/error.h"
#include "epoch/epoch.h"
#include "mark/mark_compound.h"
#include "measure/measure.h"
#include "reference/judge.h"
#include "session/late.h"
#include "session/stream_advice.h"
#include "session/trace.h"
#include "session/windows.h"

#include <math.h>
#include <string.h>

/* The kept windows in the order in which they came, as a recording of one channel. */
struct view {
    struct rv_recording recording;
    struct rv_segment segments[RV_LIVE_SWEEPS];
    size_t firsts[RV_LIVE_SWEEPS], counts[RV_LIVE_SWEEPS];
    double stimulus_s[RV_LIVE_SWEEPS], intensity[RV_LIVE_SWEEPS];
    const double *samples;
};

static void show(const struct rv_live *live, const struct rv_channel *channel, struct view *view)
{
    for (size_t i = 0; i < live->kept; i++) {
        size_t from = (live->slot + RV_LIVE_SWEEPS - live->kept + i) % RV_LIVE_SWEEPS;
        view->firsts[i] = from * live->capacity;
        view->counts[i] = live->counts[from];
        view->stimulus_s[i] = live->stimulus_s[from];
        view->intensity[i] = live->intensity[from];
        view->segments[i] =
            (struct rv_segment){live->start_s[from], &view->firsts[i], &view->counts[i]};
    }
    view->samples = live->samples;
    view->recording = (struct rv_recording){.channels = channel,
                                            .channel_count = 1,
                                            .samples = &view->samples,
                                            .segments = view->segments,
                                            .segment_count = live->kept};
}

/* What is cut of the kept windows: all, or those of the strongest stimuli. */
struct cut {
    const struct rv_live *live;
    const struct rv_live_context *context;
    struct rv_arena *arena;
    struct view view;
    struct rv_stimuli all, used;
    struct rv_epoch_request request;
    struct rv_sweeps sweeps;
};

static bool is_compound(const struct rv_live *live)
{
    return live->response.kind == RV_MOTOR || live->response.kind == RV_SENSORY ||
           live->response.kind == RV_MIXED;
}

static enum rv_status cut_windows(const struct cut *cut, const struct rv_stimuli *stimuli,
                                  const struct rv_epoch_request *request, struct rv_sweeps *sweeps,
                                  struct rv_error *err)
{
    struct rv_notices unheard = {.arena = cut->arena};
    enum rv_status status = rv_epoch_cut(&cut->view.recording, stimuli, request, cut->arena, sweeps,
                                         &unheard, cut->live->response.id, err);
    rv_notices_finish(&unheard);
    return status;
}

static enum rv_status make_cut(struct cut *cut, struct rv_error *err)
{
    const struct rv_live *live = cut->live;
    const struct rv_channel *channel = &cut->context->channels[live->channel];
    struct rv_window window = rv_window_of(live->response.kind, cut->context->settings);
    show(live, channel, &cut->view);
    cut->all = (struct rv_stimuli){.count = live->kept,
                                   .time_s = cut->view.stimulus_s,
                                   .intensity = cut->view.intensity,
                                   .how = "stimulus events"};
    cut->used = cut->all;
    cut->request = (struct rv_epoch_request){
        .polarity = live->response.polarity,
        .from_ms = window.from_ms,
        .to_ms = window.to_ms,
        .scale = 1,
        .calibrated = channel->calibrated,
        .reject_ratio = is_compound(live) ? cut->context->settings->reject_ratio : 0};
    if (live->mains.found) {
        cut->request.subtract = rv_mains_subtract;
        cut->request.subtract_context = &live->mains;
        cut->request.subtract_se_uv = live->mains.residual_se_uv;
    }
    enum rv_status status =
        is_compound(live) ? rv_stimuli_strongest(&cut->all, cut->arena, &cut->used, err) : RV_OK;
    return status == RV_OK ? cut_windows(cut, &cut->used, &cut->request, &cut->sweeps, err)
                           : status;
}

static enum rv_status keep_trace(const struct cut *cut, const struct rv_compound *compound,
                                 struct rv_measurement *measurement, struct rv_error *err)
{
    const struct rv_sweeps *sweeps = &cut->sweeps;
    struct rv_trace *trace = rv_arena_alloc(cut->arena, 1, sizeof *trace);
    if (trace == NULL)
        return rv_fail_memory(err);
    *trace = rv_trace_of(sweeps, compound);
    measurement->trace = trace;
    return RV_OK;
}

static enum rv_status measure_late(struct cut *cut, struct rv_measurement *measurement,
                                   struct rv_notices *notices, struct rv_error *err)
{
    struct rv_compound compound = {.presence = RV_UNTESTED};
    measurement->channel = cut->context->channels[cut->live->channel].label;
    measurement->sweeps_used = cut->sweeps.used_count;
    measurement->sweeps_rejected = cut->sweeps.sweep_count - cut->sweeps.used_count;
    enum rv_status status =
        rv_late_measure(cut->context->study, cut->context->settings, &cut->sweeps, &compound,
                        cut->arena, measurement, notices, err);
    return status == RV_OK ? keep_trace(cut, &compound, measurement, err) : status;
}

enum rv_status rv_live_late(struct rv_live *live, const struct rv_live_context *context,
                            struct rv_arena *arena, struct rv_notices *notices,
                            struct rv_measurement *measurement, bool *found, struct rv_error *err)
{
    struct cut cut = {.live = live, .context = context, .arena = arena};
    struct rv_error why = {.status = RV_OK};
    *measurement = rv_live_blank(live);
    *found = false;
    enum rv_status status = make_cut(&cut, &why);
    if (status == RV_DATA)
        return RV_OK; /* no window is whole yet */
    if (status == RV_OK)
        status = measure_late(&cut, measurement, notices, &why);
    if (status != RV_OK)
        return rv_fail(err, status, "%s", why.text);
    *found = true;
    return RV_OK;
}

/* --- as the report will ---------------------------------------------------------------------- */

/* The amplitude at the reference limit, in microvolt. */
static double limit_uv(const struct rv_live *live, const struct rv_live_context *context)
{
    struct rv_limits limits;
    if (!rv_reference_limits(context->reference, &context->study->patient, &live->response,
                             RV_AMPLITUDE, &limits) ||
        isnan(limits.lower))
        return NAN;
    bool millivolt = strcmp(rv_parameter_unit(RV_AMPLITUDE, live->response.kind), "mV") == 0;
    return limits.lower * (millivolt ? 1000 : 1);
}

/* The weaker sweeps tell whether the response was still growing. */
static enum rv_status measure_weaker(struct cut *cut, const struct rv_compound *compound,
                                     struct rv_measurement *measurement, struct rv_error *err)
{
    struct rv_sweeps series;
    struct rv_epoch_request request = cut->request;
    request.reject_ratio = 0;
    if (cut->used.count == cut->all.count)
        return RV_OK;
    enum rv_status status = cut_windows(cut, &cut->all, &request, &series, err);
    if (status == RV_OK && series.sample_count == cut->sweeps.sample_count &&
        fabs(series.start_ms - cut->sweeps.start_ms) < 1e-9)
        rv_measure_series(&series, compound, measurement);
    return status;
}

static enum rv_status measure_compound(struct cut *cut, struct rv_measurement *measurement,
                                       struct rv_error *err)
{
    const struct rv_settings *settings = cut->context->settings;
    struct rv_compound compound = {.presence = RV_UNTESTED};
    struct rv_mark_request ask = {.kind = cut->live->response.kind,
                                  .search_from_ms = settings->search_from_ms,
                                  .search_to_ms = settings->search_to_ms,
                                  .subtract_tail = settings->subtract_tail,
                                  .limit_uv = limit_uv(cut->live, cut->context)};
    enum rv_status status = rv_mark_compound(&cut->sweeps, &ask, cut->arena, &compound, err);
    if (status != RV_OK)
        return status;
    rv_measure_wave(&cut->sweeps, &compound, measurement);
    measurement->sweeps_used = cut->sweeps.used_count;
    measurement->sweeps_rejected = cut->sweeps.sweep_count - cut->sweeps.used_count;
    return measure_weaker(cut, &compound, measurement, err);
}

enum rv_status rv_live_settle(struct rv_live *live, const struct rv_live_context *context,
                              struct rv_error *err)
{
    struct rv_error why = {.status = RV_OK};
    struct rv_measurement measurement = rv_live_blank(live);
    struct cut cut = {.live = live, .context = context};
    live->settled_sweeps = live->sweep_count;
    if (!is_compound(live)) {
        live->examined = live->running;
        return RV_OK;
    }
    cut.arena = rv_arena_new();
    if (cut.arena == NULL)
        return rv_fail_memory(err);
    enum rv_status status = make_cut(&cut, &why);
    if (status == RV_OK)
        status = measure_compound(&cut, &measurement, &why);
    if (status == RV_OK)
        live->examined = measurement;
    rv_arena_free(cut.arena);
    return status == RV_OK || status == RV_DATA ? RV_OK : rv_fail(err, status, "%s", why.text);
}
