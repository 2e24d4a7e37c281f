/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which detector and which measure for which late response, and the windows they look at.
 */
#include "session/late.h"

#include "base/error.h"
#include "knowledge/knowledge.h"
#include "knowledge/late_windows.h"
#include "mark/mark_compound.h"
#include "mark/mark_late.h"
#include "measure/measure.h"
#include "measure/measure_late.h"

#include <math.h>
#include <string.h>

/* A direct response begins no earlier. */
static const double direct_from_ms = 1.5;

struct job {
    const struct rv_study *study;
    const struct rv_settings *settings;
    const struct rv_sweeps *sweeps;
    struct rv_compound *compound;
    struct rv_arena *arena;
    struct rv_measurement *measurement;
    struct rv_notices *notices;
    struct rv_late_request request;
};

static enum rv_status mark_direct(const struct job *job, double to_ms, struct rv_error *err)
{
    struct rv_mark_request ask = {.kind = RV_MOTOR,
                                  .search_from_ms = (double)NAN,
                                  .search_to_ms = to_ms,
                                  .subtract_tail = job->settings->subtract_tail,
                                  .limit_uv = (double)NAN};
    return rv_mark_compound(job->sweeps, &ask, job->arena, job->compound, err);
}

static enum rv_status new_late(const struct job *job, struct rv_late **late, struct rv_error *err)
{
    *late = rv_arena_alloc(job->arena, 1, sizeof **late);
    return *late == NULL ? rv_fail_memory(err) : RV_OK;
}

/* --- one kind after the other ---------------------------------------------------------------- */

static enum rv_status do_f(const struct job *job, struct rv_error *err)
{
    struct rv_late *late;
    enum rv_status status = new_late(job, &late, err);
    if (status == RV_OK)
        status = mark_direct(job, fmin(25.0, job->request.from_ms), err);
    if (status == RV_OK)
        status = rv_mark_f(job->sweeps, &job->request, job->compound, job->arena, late, err);
    if (status == RV_OK)
        rv_measure_f(late, job->measurement, job->notices);
    return status;
}

static enum rv_status do_h(const struct job *job, struct rv_error *err)
{
    struct rv_late *late;
    enum rv_status status = new_late(job, &late, err);
    if (status == RV_OK)
        status = rv_mark_h(job->sweeps, &job->request, job->arena, late, err);
    if (status == RV_OK)
        rv_measure_h(late, job->measurement, job->notices);
    return status;
}

static enum rv_status do_train(const struct job *job, struct rv_error *err)
{
    struct rv_late *late;
    enum rv_status status = new_late(job, &late, err);
    if (status == RV_OK)
        status = mark_direct(job, job->settings->search_to_ms, err);
    if (status == RV_OK)
        status = rv_mark_train(job->sweeps, job->compound, job->arena, late, err);
    if (status != RV_OK)
        return status;
    rv_measure_wave(job->sweeps, job->compound, job->measurement);
    rv_measure_train(late, job->measurement, job->notices);
    return RV_OK;
}

/* A channel that names the side which was not stimulated holds the crossed reflex. */
static bool is_other_side(const struct rv_response *response, const char *channel)
{
    char normal[RV_WORD_LONGEST + 1];
    size_t length = channel == NULL ? 0 : rv_word_normal(channel, strlen(channel), normal);
    for (size_t i = 0; i < length;) {
        size_t span = strcspn(normal + i, " ");
        char word[RV_WORD_LONGEST + 1];
        memcpy(word, normal + i, span);
        word[span] = '\0';
        enum rv_side side = rv_word_side(word);
        if (side == RV_RIGHT || side == RV_LEFT)
            return response->side != RV_SIDE_UNKNOWN && side != response->side;
        i += span + 1;
    }
    return false;
}

static enum rv_status do_blink(const struct job *job, struct rv_error *err)
{
    struct rv_blink blink;
    enum rv_status status = rv_mark_blink(job->sweeps, &job->request, job->arena, &blink, err);
    if (status == RV_OK)
        rv_measure_blink(&blink,
                         is_other_side(job->measurement->response, job->measurement->channel),
                         job->measurement);
    return status;
}

static enum rv_status (*const kinds[RV_KIND_COUNT])(const struct job *, struct rv_error *) = {
    [RV_F_WAVE] = do_f, [RV_H_REFLEX] = do_h, [RV_BLINK] = do_blink, [RV_REPETITIVE] = do_train};

/* --- windows --------------------------------------------------------------------------------- */

static enum rv_status find_windows(struct job *job, bool *found, struct rv_error *err)
{
    const struct rv_response *response = job->measurement->response;
    double height_cm = job->study->patient.height_cm;
    struct rv_late_request *request = &job->request;
    bool early = false;
    *request = (struct rv_late_request){(double)NAN, (double)NAN, direct_from_ms, (double)NAN};
    *found = true;
    if (response->kind == RV_REPETITIVE)
        return RV_OK;
    enum rv_status status = rv_late_window(response, RV_LATE_LATE, height_cm, found,
                                           &request->from_ms, &request->to_ms, err);
    request->m_to_ms = request->from_ms;
    if (status == RV_OK && *found)
        status = rv_late_window(response, RV_LATE_EARLY, height_cm, &early, &request->m_from_ms,
                                &request->m_to_ms, err);
    if (!isnan(job->settings->search_from_ms)) { /* said by the user: no table is needed */
        request->from_ms = job->settings->search_from_ms;
        request->m_to_ms = fmin(request->m_to_ms, request->from_ms);
    }
    if (!isnan(job->settings->search_to_ms))
        request->to_ms = job->settings->search_to_ms;
    *found = request->from_ms < request->to_ms;
    return status;
}

/* Counts are no microvolts: latencies and ratios stay. */
static void withhold_sizes(struct rv_measurement *measurement)
{
    static const enum rv_parameter sizes[] = {RV_H_AMPLITUDE, RV_M_AMPLITUDE, RV_AMPLITUDE,
                                              RV_NEGATIVE_AREA};
    measurement->flags |= rv_flag_bit(RV_FLAG_NO_UNIT);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct rv_value *value = &measurement->results[sizes[i]].value;
        if (value->validity == RV_MEASURED) {
            value->validity = RV_WITHHELD;
            value->reason = "no_unit";
        }
    }
}

static void cannot_look(const struct job *job, const char *code, const char *text)
{
    job->measurement->present = RV_PRESENT_UNSAID;
    job->measurement->grade = RV_POOR;
    rv_notice_add(job->notices, RV_WARNING, code, job->measurement->response->id, "%s", text);
}

enum rv_status rv_late_measure(const struct rv_study *study, const struct rv_settings *settings,
                               const struct rv_sweeps *sweeps, struct rv_compound *compound,
                               struct rv_arena *arena, struct rv_measurement *measurement,
                               struct rv_notices *notices, struct rv_error *err)
{
    struct job job = {.study = study,
                      .settings = settings,
                      .sweeps = sweeps,
                      .compound = compound,
                      .arena = arena,
                      .measurement = measurement,
                      .notices = notices};
    bool found = false;
    enum rv_status status = find_windows(&job, &found, err);
    if (status != RV_OK)
        return status;
    double end_ms = rv_sample_ms(sweeps->start_ms, sweeps->rate_hz, (double)sweeps->sample_count);
    if (!found)
        cannot_look(&job, "no_late_window", "no window is known for a late response of this nerve");
    else if (!isnan(job.request.from_ms) && end_ms < job.request.from_ms + 5.0)
        cannot_look(&job, "recording_too_short", "the sweeps end before the late response");
    else
        status = kinds[measurement->response->kind](&job, err);
    if (!sweeps->calibrated)
        withhold_sizes(measurement);
    return status;
}

void rv_late_rate(const double *time_s, size_t count, struct rv_text *text)
{
    if (count < 2)
        return;
    double mean_s = (time_s[count - 1] - time_s[0]) / (double)(count - 1);
    char number[64];
    if (!(mean_s > 1e-3))
        return;
    rv_number_fixed(1.0 / mean_s, mean_s < 0.2 ? 0 : 2, number);
    rv_text_format(text, " at %s Hz", number);
}
