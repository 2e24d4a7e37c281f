/* SPDX-License-Identifier: GPL-3.0-or-later
 * The running average of one response of a stream: cut, marked and measured like that of a file,
 * but from the windows that have come.
 */
#include "session/stream_live.h"

#include "acquire/reader.h"
#include "base/error.h"
#include "base/notice.h"
#include "epoch/epoch.h"
#include "mark/mark_compound.h"
#include "measure/measure.h"
#include "session/stream_advice.h"
#include "session/trace.h"
#include "session/windows.h"

#include <math.h>
#include <string.h>

static void keep_window(struct rv_live *live, const struct rv_live_window *window)
{
    if (live->response.kind == RV_REPETITIVE && live->kept == RV_LIVE_SWEEPS)
        return; /* a train is measured from its first response on */
    size_t count = window->count < live->capacity ? window->count : live->capacity;
    memcpy(live->samples + live->slot * live->capacity, window->samples,
           count * sizeof *live->samples);
    live->counts[live->slot] = count;
    live->start_s[live->slot] = window->start_s;
    live->stimulus_s[live->slot] = window->stimulus_s;
    live->intensity[live->slot] = window->intensity;
    live->slot = (live->slot + 1) % RV_LIVE_SWEEPS;
    live->kept += live->kept < RV_LIVE_SWEEPS ? 1 : 0;
}

/* The windows as a recording of one channel, each a segment of its own. */
struct view {
    struct rv_recording recording;
    struct rv_segment segments[RV_LIVE_SWEEPS];
    size_t firsts[RV_LIVE_SWEEPS];
    const double *samples;
};

static void show(const struct rv_live *live, const struct rv_live_context *context,
                 struct view *view)
{
    for (size_t i = 0; i < live->kept; i++) {
        view->firsts[i] = i * live->capacity;
        view->segments[i] =
            (struct rv_segment){live->start_s[i], &view->firsts[i], &live->counts[i]};
    }
    view->samples = live->samples;
    view->recording = (struct rv_recording){.channels = &context->channels[live->channel],
                                            .channel_count = 1,
                                            .samples = &view->samples,
                                            .segments = view->segments,
                                            .segment_count = live->kept};
}

/* Clipped tops are looked for in each window once. */
static enum rv_status know_plateaus(struct rv_live *live, struct rv_arena *arena,
                                    struct rv_sweeps *sweeps, struct rv_error *err)
{
    struct rv_kept *rows = live->rows;
    if (isnan(sweeps->resolution) || sweeps->samples != rows->samples)
        return RV_OK;
    unsigned char *plateaus = rv_arena_alloc(arena, sweeps->sweep_count, sizeof *plateaus);
    if (plateaus == NULL)
        return rv_fail_memory(err);
    for (size_t s = 0; s < sweeps->sweep_count; s++) {
        struct rv_kept_row *row = &rows->rows[s];
        if (!row->looked_at)
            row->plateaus = (unsigned char)rv_mark_plateaus(sweeps, live->response.kind, s);
        row->looked_at = true;
        plateaus[s] = row->plateaus;
    }
    sweeps->plateaus = plateaus;
    return RV_OK;
}

static enum rv_status average(struct rv_live *live, const struct rv_live_context *context,
                              struct rv_arena *arena, struct rv_sweeps *sweeps,
                              struct rv_error *err)
{
    struct view view;
    const struct rv_channel *channel = &context->channels[live->channel];
    struct rv_window window = rv_window_of(live->response.kind, context->settings);
    struct rv_notices notices = {.arena = arena};
    struct rv_stimuli stimuli = {.count = live->kept,
                                 .time_s = live->stimulus_s,
                                 .intensity = live->intensity,
                                 .how = "stimulus events"};
    struct rv_epoch_request request = {.polarity = live->response.polarity,
                                       .from_ms = window.from_ms,
                                       .to_ms = window.to_ms,
                                       .scale = 1,
                                       .calibrated = channel->calibrated,
                                       .reject_ratio = context->settings->reject_ratio};
    if (live->rows == NULL)
        live->rows = rv_kept_new(RV_LIVE_SWEEPS);
    if (live->rows == NULL)
        return rv_fail_memory(err);
    live->rows->stamp = live->mains_count;
    request.kept = live->rows;
    show(live, context, &view);
    if (live->mains.found) {
        request.subtract = rv_mains_subtract;
        request.subtract_context = &live->mains;
        request.subtract_se_uv = live->mains.residual_se_uv;
    }
    enum rv_status status = rv_epoch_cut(&view.recording, &stimuli, &request, arena, sweeps,
                                         &notices, live->response.id, err);
    rv_notices_finish(&notices);
    return status == RV_OK ? know_plateaus(live, arena, sweeps, err) : status;
}

/* One sample of a window without the hum, G1 positive. */
static double sample_at(const struct rv_live *live, const struct rv_live_window *window,
                        double rate_hz, double ms)
{
    double index = nearbyint((window->stimulus_s + ms / 1000 - window->start_s) * rate_hz);
    if (!(index >= 0 && index < (double)window->count))
        return (double)NAN;
    double hum =
        live->mains.found ? rv_mains_at(&live->mains, window->start_s + index / rate_hz) : 0;
    return window->samples[(size_t)index] - hum;
}

/* Of a single sweep at the marks of the running average: negative peak against the onset. */
static double amplitude_at_marks(const struct rv_live *live, const struct rv_live_window *window,
                                 double rate_hz)
{
    return sample_at(live, window, rate_hz, live->onset_ms) -
           sample_at(live, window, rate_hz, live->peak_ms);
}

/* Of all kept windows, at the marks as they are now. */
static void amplitudes(const struct rv_live *live, double rate_hz, double *amplitudes_uv)
{
    for (size_t i = 0; i < live->kept; i++) {
        struct rv_live_window window = {.samples = live->samples + i * live->capacity,
                                        .count = live->counts[i],
                                        .start_s = live->start_s[i],
                                        .stimulus_s = live->stimulus_s[i]};
        amplitudes_uv[i] = amplitude_at_marks(live, &window, rate_hz);
    }
}

static double ms_of(const struct rv_compound *compound, enum rv_mark_kind mark)
{
    const struct rv_mark *found = &compound->marks[mark];
    return found->validity == RV_MEASURED ? found->ms : (double)NAN;
}

struct rv_measurement rv_live_blank(const struct rv_live *live)
{
    struct rv_measurement measurement = {
        .response = &live->response, .temperature_c = NAN, .snr_db = NAN};
    for (int p = 0; p < RV_PARAMETER_COUNT; p++) {
        struct rv_result *result = &measurement.results[p];
        result->corrected = NAN;
        result->verdict.lower = result->verdict.upper = NAN;
        result->verdict.z = result->verdict.p_abnormal = NAN;
    }
    return measurement;
}

/* One trace, for those who draw it. */
static void give_trace(const struct rv_sweeps *sweeps, const struct rv_compound *compound,
                       struct rv_trace *trace, struct rv_measurement *measurement)
{
    *trace = rv_trace_of(sweeps, compound);
    measurement->trace = trace;
    measurement->sweeps_used = sweeps->used_count;
    measurement->sweeps_rejected = sweeps->sweep_count - sweeps->used_count;
}

/* What was found of the windows so far. */
struct found {
    struct rv_measurement measurement;
    struct rv_trace trace;
    double amplitudes_uv[RV_LIVE_SWEEPS];
    double noise_uv; /* of a single sweep */
    bool valid;
};

static enum rv_status measure(struct rv_live *live, const struct rv_live_context *context,
                              struct rv_arena *arena, struct found *found, struct rv_error *err)
{
    struct rv_sweeps sweeps;
    struct rv_compound compound = {.presence = RV_UNTESTED};
    struct rv_mark_request ask = {.kind = live->response.kind,
                                  .search_from_ms = context->settings->search_from_ms,
                                  .search_to_ms = context->settings->search_to_ms,
                                  .subtract_tail = context->settings->subtract_tail,
                                  .limit_uv = NAN,
                                  .scratch = context->scratch};
    found->measurement = rv_live_blank(live);
    struct rv_error why = {.status = RV_OK};
    enum rv_status status = average(live, context, arena, &sweeps, &why);
    if (status == RV_DATA)
        return RV_OK; /* no window is whole yet */
    if (status == RV_OK)
        status = rv_mark_compound(&sweeps, &ask, arena, &compound, &why);
    if (status != RV_OK)
        return rv_fail(err, status, "%s", why.text);
    rv_measure_wave(&sweeps, &compound, &found->measurement);
    found->measurement.channel = context->channels[live->channel].label;
    give_trace(&sweeps, &compound, &found->trace, &found->measurement);
    found->noise_uv = compound.noise_uv * sqrt((double)sweeps.used_count);
    found->valid = true;
    live->noise_uv = found->noise_uv;
    live->onset_ms = ms_of(&compound, RV_MARK_ONSET);
    live->peak_ms = ms_of(&compound, RV_MARK_NEGATIVE_PEAK);
    amplitudes(live, sweeps.rate_hz, found->amplitudes_uv);
    return RV_OK;
}

void rv_live_sweep(struct rv_live *live, const struct rv_live_context *context,
                   const struct rv_live_window *window)
{
    double rate_hz = context->channels[live->channel].rate_hz;
    struct rv_trace trace = {.rate_hz = rate_hz,
                             .start_ms = 1000 * (window->start_s - window->stimulus_s),
                             .sample_count = window->count,
                             .average_uv = window->samples,
                             .calibrated = context->channels[live->channel].calibrated};
    struct rv_stream_event event = {.kind = RV_STREAM_SWEEP,
                                    .time_s = window->stimulus_s,
                                    .response = live->response.id,
                                    .label = live->label,
                                    .sweep = ++live->sweep_count,
                                    .intensity = window->intensity,
                                    .amplitude_uv = NAN,
                                    .amplitude_se_uv = NAN,
                                    .gap_s = NAN,
                                    .trace = &trace};
    if (live->measured && trace.calibrated) {
        event.amplitude_uv = amplitude_at_marks(live, window, rate_hz);
        event.amplitude_se_uv = live->noise_uv * sqrt(2.0); /* of two samples */
    }
    context->function(context->to, &event);
}

static void tell(const struct rv_live *live, const struct rv_live_context *context,
                 const struct rv_live_window *window, const struct found *found)
{
    struct rv_stream_event event = {.kind = RV_STREAM_RESPONSE,
                                    .time_s = window->stimulus_s,
                                    .response = live->response.id,
                                    .label = live->label,
                                    .sweep = live->sweep_count,
                                    .intensity = window->intensity,
                                    .amplitude_uv = NAN,
                                    .amplitude_se_uv = NAN,
                                    .gap_s = NAN,
                                    .measurement = &found->measurement};
    context->function(context->to, &event);
}

static bool marked(const struct rv_live *live)
{
    enum rv_kind kind = live->response.kind;
    return live->named && (kind == RV_MOTOR || kind == RV_SENSORY || kind == RV_MIXED);
}

/* Late responses are measured sweep by sweep, which takes longer the more there are: after each of
 * the first sweeps, then after some. A train is measured from its first response on. */
static bool is_due(const struct rv_live *live)
{
    enum { ALL_SWEEPS = 20, SOME_SWEEPS = 5 };
    if (live->response.kind == RV_REPETITIVE)
        return live->sweep_count <= RV_LIVE_SWEEPS;
    return live->sweep_count <= ALL_SWEEPS || live->sweep_count % SOME_SWEEPS == 0;
}

static enum rv_status measure_any(struct rv_live *live, const struct rv_live_context *context,
                                  struct rv_arena *arena, struct rv_notices *notices,
                                  struct found *found, struct rv_error *err)
{
    if (marked(live))
        return measure(live, context, arena, found, err);
    if (!live->named || !is_due(live))
        return RV_OK;
    return rv_live_late(live, context, arena, notices, &found->measurement, &found->valid, err);
}

enum rv_status rv_live_response(struct rv_live *live, const struct rv_live_context *context,
                                const struct rv_live_window *window,
                                struct rv_measurement *measurement, struct rv_error *err)
{
    struct found found = {.valid = false};
    struct rv_arena *arena = context->arena;
    rv_arena_clear(arena);
    struct rv_notices notices = {.arena = arena};
    keep_window(live, window);
    enum rv_status status = measure_any(live, context, arena, &notices, &found, err);
    live->measured = found.valid && marked(live);
    if (found.valid)
        tell(live, context, window, &found);
    if (live->measured)
        rv_live_advise(live, context, &found.measurement, found.amplitudes_uv, found.noise_uv,
                       window->stimulus_s);
    else if (found.valid)
        rv_live_advise_late(&(struct rv_adviser){live, context, window->stimulus_s},
                            &found.measurement, &notices);
    *measurement = found.valid ? found.measurement : (struct rv_measurement){.response = NULL};
    measurement->trace = NULL; /* they go with the arena */
    measurement->late = NULL;
    if (found.valid && !live->measured)
        live->running = *measurement;
    rv_notices_finish(&notices);
    return status;
}

enum rv_status rv_live_renew(struct rv_live *live, const struct rv_live_context *context,
                             struct rv_error *err)
{
    struct rv_sweeps sweeps;
    struct rv_error why = {.status = RV_OK};
    live->mains_count++;
    if (!live->measured)
        return RV_OK;
    rv_arena_clear(context->arena);
    enum rv_status status = average(live, context, context->arena, &sweeps, &why);
    return status == RV_OK || status == RV_DATA ? RV_OK : rv_fail(err, status, "%s", why.text);
}

void rv_live_rest(struct rv_live *live)
{
    rv_kept_free(live->rows);
    live->rows = NULL;
}

void rv_live_free(struct rv_live *live)
{
    while (live != NULL) {
        struct rv_live *next = live->next;
        rv_release(live->samples);
        rv_kept_free(live->rows);
        rv_release(live);
        live = next;
    }
}
