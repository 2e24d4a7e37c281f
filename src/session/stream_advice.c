/* SPDX-License-Identifier: GPL-3.0-or-later
 * What can be advised while the patient is on the table. Each advice is given once for a response,
 * or again when its number changes. Method: docs/stream.md "Advice".
 */
#include "base/text.h"
#include "session/stream_live.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* What the onset should be known to: half of the last digit that latencies are written with. */
static const double onset_se_ms = 0.05;
/* More than these are not asked for. */
static const double sweeps_most = 1000;
/* A rise of the amplitude with the current counts from two standard errors on; where that cannot
 * exceed this part of the amplitude, there is none that matters. */
static const double rise_sds = 2.0;
static const double rise_least = 0.05;
/* Currents nearer to each other than this are one. */
static const double same_ma = 0.05;

enum advice_code {
    SUBMAXIMAL,
    SUPRAMAXIMAL,
    MORE_SWEEPS,
    ENOUGH_SWEEPS,
    ARTEFACT,
    POSITIVE,
    ABSENT
};

static const char *const names[] = {
    [SUBMAXIMAL] = "not_supramaximal",
    [SUPRAMAXIMAL] = "supramaximal",
    [MORE_SWEEPS] = "more_sweeps",
    [ENOUGH_SWEEPS] = "enough_sweeps",
    [ARTEFACT] = "artefact_overlaps_onset",
    [POSITIVE] = "electrode_off_motor_point",
    [ABSENT] = "no_response",
};

struct adviser {
    struct rv_live *live;
    const struct rv_live_context *context;
    double time_s;
};

static void give(const struct adviser *adviser, enum advice_code code, const char *format, ...)
    RV_PRINTF(3, 4);
static void give(const struct adviser *adviser, enum advice_code code, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct rv_stream_event event = {.kind = RV_STREAM_ADVICE,
                                    .time_s = adviser->time_s,
                                    .response = adviser->live->response.id,
                                    .label = adviser->live->label,
                                    .intensity = NAN,
                                    .amplitude_uv = NAN,
                                    .gap_s = NAN,
                                    .code = names[code],
                                    .text = text};
    adviser->live->told |= (uint64_t)1 << code;
    adviser->context->function(adviser->context->to, &event);
}

static bool told(const struct rv_live *live, enum advice_code code)
{
    return (live->told >> code & 1) != 0;
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
static void advise_current(const struct adviser *adviser, const double *amplitudes_uv,
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
    if (rising && !(same && told(live, SUBMAXIMAL)))
        give(adviser, SUBMAXIMAL,
             "amplitude still rising: %+.1f +/- %.1f %% from %.1f to %.1f mA; not supramaximal yet",
             100 * rise, 100 * rise_se, below.current_ma, top.current_ma);
    else if (level && !told(live, SUPRAMAXIMAL))
        give(adviser, SUPRAMAXIMAL,
             "amplitude rises no more: %+.1f +/- %.1f %% from %.1f to %.1f mA", 100 * rise,
             100 * rise_se, below.current_ma, top.current_ma);
    if (rising)
        live->told_current = top.current_ma;
}

/* The variance falls with the number of sweeps. */
static void advise_sweeps(const struct adviser *adviser, const struct rv_measurement *measurement)
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
    if (ratio <= 1.0) {
        if (!told(live, ENOUGH_SWEEPS))
            give(adviser, ENOUGH_SWEEPS, "onset known to %.3f ms: enough sweeps", se_ms);
        return;
    }
    if (more > sweeps_most || (told(live, MORE_SWEEPS) && live->told_more == (size_t)more))
        return;
    live->told_more = (size_t)more;
    give(adviser, MORE_SWEEPS, "onset known to %.3f ms: about %.0f more sweeps for %.2f ms", se_ms,
         more, onset_se_ms);
}

void rv_live_advise(struct rv_live *live, const struct rv_live_context *context,
                    const struct rv_measurement *measurement, const double *amplitudes_uv,
                    double noise_uv, double time_s)
{
    const struct adviser adviser = {live, context, time_s};
    bool motor = live->response.kind == RV_MOTOR;
    advise_current(&adviser, amplitudes_uv, noise_uv);
    advise_sweeps(&adviser, measurement);
    if ((measurement->flags & rv_flag_bit(RV_FLAG_ARTEFACT_OVERLAPS_ONSET)) != 0 &&
        !told(live, ARTEFACT))
        give(&adviser, ARTEFACT,
             "the stimulus artefact runs into the onset: turn the anode, "
             "clean the skin, or move the ground between");
    if (motor && (measurement->flags & rv_flag_bit(RV_FLAG_INITIAL_POSITIVITY)) != 0 &&
        !told(live, POSITIVE))
        give(&adviser, POSITIVE,
             "the response begins positive: the active electrode is off the "
             "motor point");
    if (measurement->present == RV_PRESENT_NO && !told(live, ABSENT))
        give(&adviser, ABSENT, "no response seen so far");
}
