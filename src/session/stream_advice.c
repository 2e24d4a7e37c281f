/* SPDX-License-Identifier: GPL-3.0-or-later
 * What can be advised while the patient is on the table. Each advice is given once for a response,
 * or again when its number changes. Method: docs/stream.md "Advice".
 */
#include "session/stream_advice.h"

#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* What the onset should be known to: half of the last digit that latencies are written with. */
static const double onset_se_ms = 0.05;
/* More than these are not asked for. */
static const double sweeps_most = 1000;
/* The standard error is itself an estimate: by so much it must have grown before "enough" is taken
 * back, and the sum of the sweeps have changed before it is said again. */
static const double clearly_worse = 1.5;
static const double sum_changes = 0.25;
/* A rise of the amplitude with the current counts from two standard errors on; where that cannot
 * exceed this part of the amplitude, there is none that matters. */
static const double rise_sds = 2.0;
static const double rise_least = 0.05;
/* Currents nearer to each other than this are one. */
static const double same_ma = 0.05;

static const char *const names[] = {
    [RV_ADVICE_SUBMAXIMAL] = "not_supramaximal",
    [RV_ADVICE_SUPRAMAXIMAL] = "supramaximal",
    [RV_ADVICE_MORE_SWEEPS] = "more_sweeps",
    [RV_ADVICE_ENOUGH_SWEEPS] = "enough_sweeps",
    [RV_ADVICE_ARTEFACT] = "artefact_overlaps_onset",
    [RV_ADVICE_POSITIVE] = "electrode_off_motor_point",
    [RV_ADVICE_ABSENT] = "no_response",
    [RV_ADVICE_MORE_F] = "more_f_stimuli",
    [RV_ADVICE_ENOUGH_F] = "f_waves_enough",
    [RV_ADVICE_NO_F] = "f_absent_so_far",
    [RV_ADVICE_RELAX] = "relax_muscle",
    [RV_ADVICE_NOISE] = "noise_hides_f",
    [RV_ADVICE_RAISE] = "raise_current",
    [RV_ADVICE_LOWER] = "lower_current",
    [RV_ADVICE_H_PASSED] = "h_maximum_passed",
    [RV_ADVICE_M_REACHED] = "m_maximum_reached",
    [RV_ADVICE_RATE] = "train_rate",
    [RV_ADVICE_TRAIN_DONE] = "train_complete",
    [RV_ADVICE_IRREGULAR] = "irregular_train",
    [RV_ADVICE_COLD] = "cold_limb",
    [RV_ADVICE_NO_TEMPERATURE] = "temperature_missing",
    [RV_ADVICE_NEXT_TEST] = "next_test",
};

void rv_advice_give(const struct rv_adviser *adviser, enum rv_advice advice, const char *format,
                    ...)
{
    char text[600];
    va_list arguments;
    struct rv_live *live = adviser->live;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct rv_stream_event event = {.kind = RV_STREAM_ADVICE,
                                    .time_s = adviser->time_s,
                                    .response = live != NULL ? live->response.id : NULL,
                                    .label = live != NULL ? live->label : NULL,
                                    .intensity = NAN,
                                    .amplitude_uv = NAN,
                                    .amplitude_se_uv = NAN,
                                    .gap_s = NAN,
                                    .code = names[advice],
                                    .text = text};
    if (live != NULL)
        live->told |= (uint64_t)1 << advice;
    adviser->context->function(adviser->context->to, &event);
}

bool rv_advice_told(const struct rv_live *live, enum rv_advice advice)
{
    return (live->told >> advice & 1) != 0;
}

/* Sweeps of one current. */
struct level {
    double current_ma, mean_uv;
    size_t count;
};

/* The sweeps of the largest current below `below`. */
static struct level level_below(const struct rv_live *live, const double *amplitudes_uv,
                                double below)
{
    struct level level = {.current_ma = -INFINITY};
    for (size_t i = 0; i < live->kept; i++)
        if (isfinite(amplitudes_uv[i]) && live->intensity[i] < below - same_ma)
            level.current_ma = fmax(level.current_ma, live->intensity[i]);
    for (size_t i = 0; i < live->kept; i++)
        if (isfinite(amplitudes_uv[i]) && fabs(live->intensity[i] - level.current_ma) <= same_ma) {
            level.mean_uv += amplitudes_uv[i];
            level.count++;
        }
    level.mean_uv /= level.count > 0 ? (double)level.count : 1;
    return level;
}

/* The two largest currents against each other. */
static void advise_current(const struct rv_adviser *adviser, const double *amplitudes_uv,
                           double noise_uv)
{
    struct rv_live *live = adviser->live;
    struct level top = level_below(live, amplitudes_uv, INFINITY);
    struct level below = level_below(live, amplitudes_uv, top.current_ma);
    if (top.count == 0 || below.count == 0 || !(top.mean_uv > 0))
        return;
    /* Two samples of each sweep make its amplitude. */
    double se = noise_uv * sqrt(2.0 * (1.0 / (double)top.count + 1.0 / (double)below.count));
    double rise = (top.mean_uv - below.mean_uv) / top.mean_uv, rise_se = se / top.mean_uv;
    bool rising = rise > rise_sds * rise_se && rise > rise_least;
    bool level = rise + rise_sds * rise_se < rise_least;
    bool same = fabs(live->told_current - top.current_ma) <= same_ma;
    if (rising && !(same && rv_advice_told(live, RV_ADVICE_SUBMAXIMAL)))
        rv_advice_give(
            adviser, RV_ADVICE_SUBMAXIMAL,
            "amplitude still rising: %+.1f +/- %.1f %% from %.1f to %.1f mA; not supramaximal yet",
            100 * rise, 100 * rise_se, below.current_ma, top.current_ma);
    else if (level && !rv_advice_told(live, RV_ADVICE_SUPRAMAXIMAL))
        rv_advice_give(adviser, RV_ADVICE_SUPRAMAXIMAL,
                       "amplitude rises no more: %+.1f +/- %.1f %% from %.1f to %.1f mA",
                       100 * rise, 100 * rise_se, below.current_ma, top.current_ma);
    if (rising)
        live->told_current = top.current_ma;
}

/* The variance falls with the number of sweeps. */
static void advise_sweeps(const struct rv_adviser *adviser,
                          const struct rv_measurement *measurement)
{
    struct rv_live *live = adviser->live;
    const struct rv_mark *onset = &measurement->marks[RV_MARK_ONSET];
    double used = (double)measurement->sweeps_used;
    /* The running average holds the last windows; the report will hold all of them. */
    double all = fmax(used, (double)live->sweep_count);
    if (onset->validity != RV_MEASURED || !isfinite(onset->se_ms) || used < 1)
        return;
    double se_ms = onset->se_ms * sqrt(used / all), ratio = se_ms / onset_se_ms;
    double more = ceil(all * (ratio * ratio - 1.0));
    if (rv_advice_told(live, RV_ADVICE_ENOUGH_SWEEPS) && ratio < clearly_worse)
        return;
    if (ratio <= 1.0) {
        if (!rv_advice_told(live, RV_ADVICE_ENOUGH_SWEEPS))
            rv_advice_give(adviser, RV_ADVICE_ENOUGH_SWEEPS,
                           "onset known to %.3f ms: enough sweeps", se_ms);
        return;
    }
    /* What is missing falls with each sweep: it is said again when the sum of both changes. */
    double sum = all + more, before = (double)live->told_sweeps;
    if (more > sweeps_most || fabs(sum - before) <= sum_changes * before)
        return;
    live->told_sweeps = (size_t)sum;
    rv_advice_give(adviser, RV_ADVICE_MORE_SWEEPS,
                   "onset known to %.3f ms: about %.0f more sweep%s for %.2f ms", se_ms, more,
                   more > 1 ? "s" : "", onset_se_ms);
}

void rv_live_advise(struct rv_live *live, const struct rv_live_context *context,
                    const struct rv_measurement *measurement, const double *amplitudes_uv,
                    double noise_uv, double time_s)
{
    const struct rv_adviser adviser = {live, context, time_s};
    bool motor = live->response.kind == RV_MOTOR;
    advise_current(&adviser, amplitudes_uv, noise_uv);
    advise_sweeps(&adviser, measurement);
    live->stable = rv_advice_told(live, RV_ADVICE_ENOUGH_SWEEPS) &&
                   (!motor || rv_advice_told(live, RV_ADVICE_SUPRAMAXIMAL));
    if ((measurement->flags & rv_flag_bit(RV_FLAG_ARTEFACT_OVERLAPS_ONSET)) != 0 &&
        !rv_advice_told(live, RV_ADVICE_ARTEFACT))
        rv_advice_give(&adviser, RV_ADVICE_ARTEFACT,
                       "the stimulus artefact runs into the onset: turn the anode, "
                       "clean the skin, or move the ground between");
    if (motor && (measurement->flags & rv_flag_bit(RV_FLAG_INITIAL_POSITIVITY)) != 0 &&
        !rv_advice_told(live, RV_ADVICE_POSITIVE))
        rv_advice_give(&adviser, RV_ADVICE_POSITIVE,
                       "the response begins positive: the active electrode is off the "
                       "motor point");
    if (measurement->present == RV_PRESENT_NO && !rv_advice_told(live, RV_ADVICE_ABSENT))
        rv_advice_give(&adviser, RV_ADVICE_ABSENT, "no response seen so far");
}
