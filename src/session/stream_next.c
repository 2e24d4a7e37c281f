/* SPDX-License-Identifier: GPL-3.0-or-later
 * The next best test, from all responses that count as examined, by the steps and rules of the
 * report. A response counts once it is stable or another one was begun on its channel.
 */
#include "base/error.h"
#include "interpret/interpret.h"
#include "measure/measure.h"
#include "measure/measure_late.h"
#include "reference/judge.h"
#include "session/stream_advice.h"
#include "session/stream_state.h"
#include "session/study_recording.h"

#include <stdio.h>
#include <string.h>

/* What has been examined, as a study with its measurements. */
struct examined {
    struct rv_study study;
    struct rv_response *responses;
    struct rv_measurement *measurements;
    size_t count;
    struct rv_arena *arena;
};

static enum rv_status collect(const struct rv_stream *stream, struct examined *examined,
                              struct rv_error *err)
{
    size_t count = 0;
    for (const struct rv_live *live = stream->lives; live != NULL; live = live->next)
        count += live->examined.response != NULL ? 1 : 0;
    examined->responses = rv_arena_alloc(examined->arena, count, sizeof *examined->responses);
    examined->measurements = rv_arena_alloc(examined->arena, count, sizeof *examined->measurements);
    if (examined->responses == NULL || examined->measurements == NULL)
        return rv_fail_memory(err);
    examined->count = count;
    for (const struct rv_live *live = stream->lives; live != NULL; live = live->next) {
        if (live->examined.response == NULL)
            continue;
        count--; /* the list begins with the newest */
        examined->responses[count] = live->response;
        examined->measurements[count] = live->examined;
        examined->measurements[count].response = &examined->responses[count];
    }
    rv_study_segments(examined->responses, examined->count);
    examined->study = *stream->naming;
    examined->study.responses = examined->responses;
    examined->study.response_count = examined->count;
    return RV_OK;
}

static enum rv_status judge(const struct rv_stream *stream, struct examined *examined,
                            struct rv_report *report, struct rv_error *err)
{
    struct rv_notices unheard = {.arena = examined->arena};
    enum rv_status status = rv_measure_segments(&examined->study, examined->measurements,
                                                examined->count, NULL, &unheard, err);
    if (status == RV_OK) {
        rv_measure_f_paths(examined->measurements, examined->count);
        status = rv_reference_judge(stream->context.reference, &examined->study,
                                    stream->settings.correct_temperature, examined->measurements,
                                    examined->count, examined->arena, &unheard, err);
    }
    *report = (struct rv_report){.study = &examined->study,
                                 .measurements = examined->measurements,
                                 .measurement_count = examined->count,
                                 .arena = examined->arena};
    if (status == RV_OK)
        status = rv_interpret(report, true, NULL, 0, err);
    rv_notices_finish(&unheard);
    return status;
}

static bool is_told(const struct rv_next_told *told, const char *test)
{
    for (size_t i = 0; i < told->count; i++)
        if (strncmp(told->tests[i], test, sizeof told->tests[i] - 1) == 0)
            return true;
    return false;
}

/* Those that were not among the last ones are told, the best first. */
static void tell(struct rv_stream *stream, const struct rv_interpretation *found, double time_s)
{
    struct rv_next_told now = {0};
    const struct rv_adviser adviser = {NULL, &stream->context, time_s};
    for (size_t i = 0; i < found->next_test_count && i < RV_NEXT_TOLD; i++) {
        const struct rv_next_test *next = &found->next_tests[i];
        snprintf(now.tests[now.count++], sizeof now.tests[0], "%s", next->test);
        if (!is_told(&stream->next, next->test))
            rv_advice_give(&adviser, RV_ADVICE_NEXT_TEST, "%s: %s", next->test, next->reason);
    }
    stream->next = now;
}

static enum rv_status advise(struct rv_stream *stream, double time_s, struct rv_error *err)
{
    struct examined examined = {.arena = rv_arena_new()};
    struct rv_report report;
    if (examined.arena == NULL)
        return rv_fail_memory(err);
    enum rv_status status = collect(stream, &examined, err);
    if (status == RV_OK)
        status = judge(stream, &examined, &report, err);
    if (status == RV_OK)
        tell(stream, &report.interpretation, time_s);
    rv_arena_free(examined.arena);
    return status;
}

/* Another response is under test now, or this one has become stable. */
static bool is_done(const struct rv_live *live, const struct rv_live *now)
{
    if (!live->named || live->kept == 0 || live->channel != now->channel ||
        live->settled_sweeps == live->sweep_count)
        return false;
    return live != now || (live->stable && live->settled_sweeps == 0);
}

enum rv_status rv_stream_next(struct rv_stream *stream, const struct rv_live *const *now,
                              size_t count, double time_s, struct rv_error *err)
{
    bool changed = false;
    enum rv_status status = RV_OK;
    if (!stream->settings.interpret)
        return RV_OK;
    for (size_t i = 0; i < count; i++)
        for (struct rv_live *live = stream->lives; live != NULL && status == RV_OK;
             live = live->next) {
            if (now[i] == NULL || !is_done(live, now[i]))
                continue;
            status = rv_live_settle(live, &stream->context, err);
            changed = true;
        }
    return status == RV_OK && changed ? advise(stream, time_s, err) : status;
}
