/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a study to its report: the one place that knows the order of the stages.
 */
#include "session/session.h"

#include "acquire/reader.h"
#include "base/error.h"
#include "base/text.h"
#include "condition/mains.h"
#include "epoch/epoch.h"
#include "interpret/interpret.h"
#include "mark/mark_compound.h"
#include "measure/measure.h"
#include "measure/measure_late.h"
#include "reference/judge.h"
#include "session/late.h"
#include "session/recordings.h"
#include "session/trace.h"
#include "session/windows.h"

#include <ranvier/ranvier.h>

#include <math.h>
#include <string.h>

/* What is kept of a response until all are measured: needed to align sites with each other. */
struct wave {
    struct rv_sweeps sweeps;
    struct rv_compound compound;
    bool marked;
};

struct run {
    const struct rv_study *study;
    const struct rv_settings *settings;
    struct rv_report *report;
    struct rv_notices notices;
    struct rv_recordings recordings;
    const struct rv_reference *reference;
    struct rv_reference *opened; /* by us */
    struct rv_measurement *measurements;
    struct wave *waves;
    struct rv_alignment *align;
    struct rv_arena *scratch; /* of the marks */
};

static bool marked_compound(const struct rv_response *response)
{
    return response->kind == RV_MOTOR || response->kind == RV_SENSORY || response->kind == RV_MIXED;
}

static enum rv_status note_processing(struct run *run, struct rv_measurement *measurement,
                                      const struct rv_mains *mains,
                                      const struct rv_stimuli *stimuli,
                                      const struct rv_channel *channel, struct rv_error *err)
{
    struct rv_text text = {0};
    bool compound = marked_compound(measurement->response);
    rv_text_format(&text, "%zu of %zu sweeps %s, stimuli from %s", measurement->sweeps_used,
                   measurement->sweeps_used + measurement->sweeps_rejected,
                   compound ? "averaged" : "measured one by one", stimuli->how);
    if (!compound)
        rv_late_rate(stimuli->time_s, stimuli->count, &text);
    if (mains->found)
        rv_text_format(&text, "; mains %.2f Hz of %.3g %s subtracted as sines", mains->frequency_hz,
                       mains->amplitude_uv, channel->calibrated ? "\xC2\xB5V" : "counts");
    if (measurement->flags & rv_flag_bit(RV_FLAG_TAIL_SUBTRACTED))
        rv_text_append(&text, "; stimulus artefact tail fitted and subtracted");
    if (channel->prefilter != NULL && channel->prefilter[0] != '\0')
        rv_text_format(&text, "; recorded behind the device filter %s", channel->prefilter);
    rv_text_append(&text, "; no filter before the marks");
    measurement->processing = text.failed ? NULL : rv_arena_text(run->report->arena, text.bytes);
    rv_text_finish(&text);
    return measurement->processing != NULL ? RV_OK : rv_fail_memory(err);
}

/* The amplitude at the reference limit, in microvolt: what "absent" must have been able to see. */
static double limit_uv(const struct run *run, const struct rv_response *response)
{
    struct rv_limits limits;
    if (!rv_reference_limits(run->reference, &run->study->patient, response, RV_AMPLITUDE,
                             &limits) ||
        isnan(limits.lower))
        return NAN;
    return limits.lower *
           (strcmp(rv_parameter_unit(RV_AMPLITUDE, response->kind), "mV") == 0 ? 1000 : 1);
}

static enum rv_status keep_trace(struct run *run, const struct wave *wave,
                                 struct rv_measurement *measurement, struct rv_error *err)
{
    struct rv_arena *arena = run->report->arena;
    const struct rv_sweeps *sweeps = &wave->sweeps;
    struct rv_trace *trace = rv_arena_alloc(arena, 1, sizeof *trace);
    if (trace == NULL)
        return rv_fail_memory(err);
    *trace = rv_trace_of(sweeps, &wave->compound);
    trace->sweep_count = sweeps->sweep_count;
    if (run->settings->keep_sweeps) {
        trace->sweeps_uv = sweeps->samples;
        trace->sweep_rejected = sweeps->rejected;
        trace->sweep_intensity = sweeps->intensity;
    }
    measurement->trace = trace;
    return RV_OK;
}

/* What the response's own calibration says; 1 where it says nothing. */
static enum rv_status response_scale(const struct rv_response *response,
                                     const struct rv_channel *channel, double *scale,
                                     bool *calibrated, struct rv_error *err)
{
    bool found = false;
    double factor = 1;
    *calibrated = channel->calibrated;
    *scale = 1;
    if (response->unit == NULL)
        return RV_OK;
    enum rv_status status =
        rv_calibration_find(response->unit, channel->label, &found, &factor, err);
    if (status != RV_OK)
        return rv_fail_in(err, RV_STUDY, "unit");
    if (found && channel->calibrated && channel->unit[0] != '\0')
        return rv_fail(err, RV_STUDY,
                       "unit \"%s\" is given for a channel whose file says %s already",
                       response->unit, channel->unit);
    if (found) {
        *scale = factor;
        *calibrated = true;
    }
    return RV_OK;
}

/* Mains is fitted outside of every response of the recording, not only of this one's: the other
 * sites stimulated in the same file would be taken for hum. */
static enum rv_status estimate_mains(const struct run *run, const struct rv_recording *recording,
                                     size_t channel, const struct rv_stimuli *stimuli, double to_ms,
                                     struct rv_mains *mains, struct rv_error *err)
{
    size_t count = stimuli->count;
    double asked_hz = run->settings->mains_hz;
    double *times_s = rv_allocate(count + recording->event_count, sizeof *times_s);
    if (times_s == NULL)
        return rv_fail_memory(err);
    memcpy(times_s, stimuli->time_s, count * sizeof *times_s);
    for (size_t i = 0; i < recording->event_count; i++)
        if (recording->events[i].kind == RV_EVENT_STIMULUS)
            times_s[count++] = recording->events[i].time_s;
    enum rv_status status =
        rv_mains_estimate(recording, channel, times_s, count, -1, to_ms,
                          asked_hz > 0 ? asked_hz : recording->facts.mains_hz, mains, err);
    rv_release(times_s);
    return status;
}

/* The weaker sweeps of a series tell whether the response was still growing. */
static enum rv_status measure_series(const struct rv_recording *recording,
                                     const struct rv_stimuli *stimuli,
                                     struct rv_epoch_request request, const struct wave *wave,
                                     struct rv_measurement *measurement, struct rv_error *err)
{
    struct rv_sweeps series;
    struct rv_arena *scratch = rv_arena_new();
    struct rv_notices unheard = {.arena = scratch};
    request.reject_ratio = 0;
    enum rv_status status = scratch == NULL
                                ? rv_fail_memory(err)
                                : rv_epoch_cut(recording, stimuli, &request, scratch, &series,
                                               &unheard, measurement->response->id, err);
    bool same = status == RV_OK && series.sample_count == wave->sweeps.sample_count &&
                fabs(series.start_ms - wave->sweeps.start_ms) < 1e-9;
    if (same)
        rv_measure_series(&series, &wave->compound, measurement);
    rv_notices_finish(&unheard);
    rv_arena_free(scratch);
    return status;
}

static enum rv_status mark_and_measure(struct run *run, struct wave *wave,
                                       struct rv_measurement *measurement, struct rv_error *err)
{
    const struct rv_response *response = measurement->response;
    if (!marked_compound(response))
        return rv_late_measure(run->study, run->settings, &wave->sweeps, &wave->compound,
                               run->report->arena, measurement, &run->notices, err);
    struct rv_mark_request ask = {.kind = response->kind,
                                  .search_from_ms = run->settings->search_from_ms,
                                  .search_to_ms = run->settings->search_to_ms,
                                  .subtract_tail = run->settings->subtract_tail,
                                  .limit_uv = limit_uv(run, response),
                                  .scratch = run->scratch};
    enum rv_status status =
        rv_mark_compound(&wave->sweeps, &ask, run->report->arena, &wave->compound, err);
    if (status != RV_OK)
        return status;
    wave->marked = true;
    rv_measure_wave(&wave->sweeps, &wave->compound, measurement);
    return RV_OK;
}

/* All stimuli of a response, and those whose sweeps are averaged. */
static enum rv_status find_stimuli(const struct run *run, const struct rv_recording *recording,
                                   size_t channel, const struct rv_response *response,
                                   struct rv_stimuli *all, struct rv_stimuli *stimuli,
                                   struct rv_error *err)
{
    struct rv_arena *arena = run->report->arena;
    enum rv_status status = rv_stimuli_find(recording, channel, response->stimuli, arena, all, err);
    *stimuli = *all;
    if (status == RV_OK && marked_compound(response))
        status = rv_stimuli_strongest(all, arena, stimuli, err);
    return status;
}

/* The window asked for around each stimulus of a response. */
static struct rv_epoch_request window_of(const struct run *run, const struct rv_response *response,
                                         size_t channel)
{
    struct rv_window window = rv_window_of(response->kind, run->settings);
    struct rv_epoch_request request = {.channel = channel,
                                       .polarity = response->polarity,
                                       .from_ms = window.from_ms,
                                       .to_ms = window.to_ms,
                                       .reject_ratio = run->settings->reject_ratio};
    if (!marked_compound(response)) /* single sweeps differ: that is what is looked at */
        request.reject_ratio = 0;
    return request;
}

static enum rv_status cut(struct run *run, const struct rv_recording *recording, size_t index,
                          size_t channel, struct rv_error *err)
{
    struct rv_measurement *measurement = &run->measurements[index];
    const struct rv_response *response = measurement->response;
    struct wave *wave = &run->waves[index];
    struct rv_stimuli all = {0}, stimuli;
    struct rv_mains mains = {0};
    struct rv_epoch_request request = window_of(run, response, channel);
    enum rv_status status = response_scale(response, &recording->channels[channel], &request.scale,
                                           &request.calibrated, err);
    if (status == RV_OK)
        status = find_stimuli(run, recording, channel, response, &all, &stimuli, err);
    if (status == RV_OK && run->settings->subtract_mains)
        status = estimate_mains(run, recording, channel, &all, request.to_ms, &mains, err);
    if (status != RV_OK)
        return status;
    if (mains.found) {
        request.subtract = rv_mains_subtract;
        request.subtract_context = &mains;
        request.subtract_se_uv = mains.residual_se_uv;
        measurement->flags |= rv_flag_bit(RV_FLAG_MAINS_SUBTRACTED);
    }
    status = rv_epoch_cut(recording, &stimuli, &request, run->report->arena, &wave->sweeps,
                          &run->notices, response->id, err);
    if (status != RV_OK)
        return status;
    measurement->channel = rv_arena_text(run->report->arena, recording->channels[channel].label);
    measurement->sweeps_used = wave->sweeps.used_count;
    measurement->sweeps_rejected = wave->sweeps.sweep_count - wave->sweeps.used_count;
    status = mark_and_measure(run, wave, measurement, err);
    if (status == RV_OK && stimuli.count < all.count)
        status = measure_series(recording, &all, request, wave, measurement, err);
    if (status != RV_OK)
        return status;
    status =
        note_processing(run, measurement, &mains, &stimuli, &recording->channels[channel], err);
    return status == RV_OK ? keep_trace(run, wave, measurement, err) : status;
}

static enum rv_status measure_waveform(struct run *run, size_t index, struct rv_error *err)
{
    const struct rv_response *response = run->measurements[index].response;
    const struct rv_recording *recording;
    size_t channel;
    enum rv_status status = rv_recordings_find(&run->recordings, response, &recording, err);
    if (status == RV_OK)
        status = rv_channel_find(recording, response->channel, &channel, err);
    if (status != RV_OK)
        return status;
    return cut(run, recording, index, channel, err);
}

/* One bad recording costs its response, not the report. Our own mistakes and lack of memory end
 * it. */
static enum rv_status measure_response(struct run *run, size_t index, size_t *failed,
                                       struct rv_error *err)
{
    const struct rv_response *response = &run->study->responses[index];
    struct rv_measurement *measurement = &run->measurements[index];
    measurement->response = response;
    measurement->temperature_c = NAN;
    measurement->snr_db = NAN;
    if (response->file != NULL) {
        struct rv_error problem = {.status = RV_OK};
        enum rv_status status = measure_waveform(run, index, &problem);
        if (status == RV_NO_MEMORY || status == RV_INTERNAL || status == RV_STUDY) {
            if (err != NULL)
                *err = problem;
            return rv_fail_in(err, status, "%s", response->id);
        }
        if (status != RV_OK) {
            ++*failed;
            rv_notice_add(&run->notices, RV_PROBLEM, "recording_unusable", response->id, "%s",
                          problem.text);
        }
    }
    rv_measure_entered(response, measurement);
    return RV_OK;
}

/* Whole-wave delay of each site after its distal neighbour. */
static enum rv_status align_sites(struct run *run, struct rv_error *err)
{
    for (size_t i = 0; i < run->study->response_count; i++) {
        run->align[i] = (struct rv_alignment){NAN, NAN, NAN};
        const struct rv_measurement *distal =
            rv_measure_distal_neighbour(run->measurements, run->study->response_count, i);
        if (distal == NULL || !run->waves[i].marked)
            continue;
        const struct wave *near = &run->waves[distal - run->measurements];
        bool found = false;
        struct rv_alignment align = {NAN, NAN, NAN};
        if (!near->marked)
            continue;
        enum rv_status status = rv_mark_align(&near->sweeps, &near->compound, &run->waves[i].sweeps,
                                              &run->waves[i].compound, &found, &align.delay_ms,
                                              &align.se_ms, &align.similarity, err);
        if (status != RV_OK)
            return status;
        if (found)
            run->align[i] = align;
    }
    return RV_OK;
}

static enum rv_status open_reference(struct run *run, struct rv_error *err)
{
    const struct rv_settings *settings = run->settings;
    enum rv_status status = RV_OK;
    if (settings->reference == NULL)
        status =
            rv_reference_open(settings->reference_path, settings->reference_set, &run->opened, err);
    run->reference = settings->reference != NULL ? settings->reference : run->opened;
    return status;
}

static enum rv_status prepare(struct run *run, struct rv_error *err)
{
    size_t count = run->study->response_count;
    struct rv_arena *arena = rv_arena_new();
    run->report = rv_arena_alloc(arena, 1, sizeof *run->report);
    if (run->report == NULL) {
        rv_arena_free(arena);
        return rv_fail_memory(err);
    }
    run->report->arena = arena;
    run->report->study = run->study;
    run->notices.arena = arena;
    run->recordings = (struct rv_recordings){
        .study = run->study, .settings = run->settings, .notices = &run->notices};
    run->measurements = rv_arena_alloc(arena, count, sizeof *run->measurements);
    run->waves = rv_allocate(count, sizeof *run->waves);
    run->align = rv_allocate(count, sizeof *run->align);
    run->scratch = rv_arena_new();
    if (run->measurements == NULL || run->waves == NULL || run->align == NULL ||
        run->scratch == NULL)
        return rv_fail_memory(err);
    enum rv_status status = open_reference(run, err);
    if (status != RV_OK)
        return status;
    struct rv_reference_facts facts = rv_reference_facts(run->reference);
    run->report->reference = (struct rv_reference_facts){rv_arena_text(arena, facts.name),
                                                         rv_arena_text(arena, facts.version),
                                                         rv_arena_text(arena, facts.sha256)};
    return RV_OK;
}

static enum rv_status measure_all(struct run *run, struct rv_error *err)
{
    size_t count = run->study->response_count, failed = 0, waveforms = 0;
    for (size_t i = 0; i < count; i++) {
        waveforms += run->study->responses[i].file != NULL ? 1 : 0;
        enum rv_status status = measure_response(run, i, &failed, err);
        if (status != RV_OK)
            return status;
    }
    if (failed > 0 && failed == count && waveforms == count)
        return rv_fail(err, RV_DATA, "no response could be measured: %s",
                       run->notices.items[run->notices.count - 1].text);
    enum rv_status status = align_sites(run, err);
    if (status == RV_OK)
        status = rv_measure_segments(run->study, run->measurements, count, run->align,
                                     &run->notices, err);
    if (status == RV_OK)
        rv_measure_f_paths(run->measurements, count);
    if (status == RV_OK)
        status =
            rv_reference_judge(run->reference, run->study, run->settings->correct_temperature,
                               run->measurements, count, run->report->arena, &run->notices, err);
    return status;
}

static void finish(struct run *run)
{
    rv_recordings_finish(&run->recordings);
    rv_reference_close(run->opened);
    rv_notices_finish(&run->notices);
    rv_release(run->waves);
    rv_release(run->align);
    rv_arena_free(run->scratch);
}

enum rv_status rv_session_measure(const struct rv_study *study, const struct rv_settings *settings,
                                  struct rv_report **report, struct rv_error *err)
{
    struct run run = {.study = study, .settings = settings};
    enum rv_status status = prepare(&run, err);
    if (status == RV_OK)
        status = measure_all(&run, err);
    if (status == RV_OK &&
        !rv_notices_settle(&run.notices, &run.report->notices, &run.report->notice_count))
        status = rv_fail_memory(err);
    finish(&run);
    if (status != RV_OK) {
        rv_report_free(run.report);
        return status;
    }
    run.report->measurements = run.measurements;
    run.report->measurement_count = study->response_count;
    *report = run.report;
    return RV_OK;
}

void rv_report_free(struct rv_report *report)
{
    if (report != NULL)
        rv_arena_free(report->arena);
}
