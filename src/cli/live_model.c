/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is known of an examination from the events of its stream.
 */
#include "live_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An advice that is no longer true once another was given. */
static const struct {
    const char *given, *ended;
} endings[] = {{"enough_sweeps", "more_sweeps"},     {"more_sweeps", "enough_sweeps"},
               {"supramaximal", "not_supramaximal"}, {"not_supramaximal", "supramaximal"},
               {"f_waves_enough", "more_f_stimuli"}, {"h_maximum_passed", "raise_current"},
               {"h_maximum_passed", "lower_current"}};

/* Copies what fits, and whole characters of it. */
static void keep_text(char *to, size_t size, const char *from)
{
    size_t length = from == NULL ? 0 : strlen(from);
    if (length >= size) {
        length = size - 1;
        while (length > 0 && ((unsigned char)from[length] & 0xC0) == 0x80)
            length--;
    }
    if (length > 0)
        memcpy(to, from, length);
    to[length] = '\0';
}

static bool keep_wave(struct live_wave *wave, double rate_hz, double start_ms,
                      const double *samples, size_t count)
{
    if (count > wave->capacity) {
        double *grown = realloc(wave->samples, count * sizeof *grown);
        if (grown == NULL)
            return false;
        wave->samples = grown;
        wave->capacity = count;
    }
    if (count > 0)
        memcpy(wave->samples, samples, count * sizeof *samples);
    wave->count = count;
    wave->rate_hz = rate_hz;
    wave->start_ms = start_ms;
    return true;
}

static bool copy_wave(struct live_wave *to, const struct live_wave *from)
{
    return keep_wave(to, from->rate_hz, from->start_ms, from->samples, from->count);
}

void live_model_finish(struct live_model *model)
{
    for (size_t i = 0; i < model->count; i++) {
        free(model->responses[i].average.samples);
        free(model->responses[i].sweep.samples);
    }
    free(model->responses);
    *model = (struct live_model){0};
}

void live_model_patient(struct live_model *model, const struct rv_recording_facts *facts)
{
    const char *id = facts->patient_id != NULL ? facts->patient_id : "";
    const char *name = facts->patient_name != NULL ? facts->patient_name : "";
    char both[2 * LIVE_WORDS];
    snprintf(both, sizeof both, "%.250s%s%.250s", id, *id != '\0' && *name != '\0' ? " " : "",
             name);
    keep_text(model->patient, sizeof model->patient, both);
}

/* The response of an event; made where it is new. NULL: no memory, or none is meant. Advice of the
 * whole study stands with the response that is under test. */
static struct live_response *find(struct live_model *model, const struct rv_stream_event *event)
{
    if (event->response == NULL)
        return event->kind == RV_STREAM_ADVICE && model->count > 0
                   ? &model->responses[model->count - 1]
                   : NULL;
    for (size_t i = model->count; i > 0; i--)
        if (strcmp(model->responses[i - 1].facts.id, event->response) == 0)
            return &model->responses[i - 1];
    if (model->count == model->capacity) {
        size_t capacity = 2 * model->capacity + 8;
        struct live_response *grown =
            realloc(model->responses, capacity * sizeof *model->responses);
        if (grown == NULL)
            return NULL;
        model->responses = grown;
        model->capacity = capacity;
    }
    struct live_response *made = &model->responses[model->count++];
    memset(made, 0, sizeof *made);
    keep_text(made->facts.id, sizeof made->facts.id, event->response);
    keep_text(made->facts.label, sizeof made->facts.label, event->label);
    made->facts.time_s = event->time_s;
    made->facts.intensity = NAN;
    return made;
}

static void take_sweep(struct live_model *model, struct live_response *response,
                       const struct rv_stream_event *event)
{
    struct live_facts *facts = &response->facts;
    facts->sweep_count = event->sweep;
    facts->withheld_count += event->withheld != NULL ? 1 : 0;
    facts->time_s = model->stimulus_s = event->time_s;
    facts->intensity = event->intensity;
    if (event->trace == NULL)
        return;
    facts->calibrated = event->trace->calibrated;
    keep_wave(&response->sweep, event->trace->rate_hz, event->trace->start_ms,
              event->trace->average_uv, event->trace->sample_count);
}

static void forget_advice(struct live_facts *facts, const char *code)
{
    size_t kept = 0;
    for (size_t i = 0; i < facts->advice_count; i++)
        if (strcmp(facts->advice[i].code, code) != 0)
            facts->advice[kept++] = facts->advice[i];
    facts->advice_count = kept;
}

/* What is tested, in the words that the label was understood as. */
static void keep_name(struct live_facts *facts, const struct rv_response *said)
{
    char name[2 * LIVE_WORDS];
    const char *side = rv_side_name(said->side);
    const char *from = said->stimulate != NULL ? said->stimulate : "";
    const char *to = said->record != NULL ? said->record : "";
    if (said->nerve == NULL)
        return;
    snprintf(name, sizeof name, "%s%s%.80s %s %.80s%s%.80s", side, *side != '\0' ? " " : "",
             said->nerve, rv_kind_name(said->kind), from, *from != '\0' && *to != '\0' ? "-" : "",
             to);
    keep_text(facts->name, sizeof facts->name, name);
}

static void take_measurement(struct live_response *response, const struct rv_measurement *found)
{
    struct live_facts *facts = &response->facts;
    if (found->trace == NULL ||
        !keep_wave(&response->average, found->trace->rate_hz, found->trace->start_ms,
                   found->trace->average_uv, found->trace->sample_count))
        return;
    facts->measured = true;
    facts->kind = found->response->kind;
    keep_name(facts, found->response);
    facts->calibrated = found->trace->calibrated;
    facts->noise_uv = found->trace->noise_uv;
    facts->snr_db = found->snr_db;
    facts->flags = found->flags;
    facts->grade = found->grade;
    facts->used = found->sweeps_used;
    facts->rejected = found->sweeps_rejected;
    memcpy(facts->marks, found->marks, sizeof facts->marks);
    for (size_t p = 0; p < RV_PARAMETER_COUNT; p++) {
        facts->values[p] = found->results[p].value;
        facts->values[p].reason = NULL; /* lives in the call only */
    }
    if (found->present != RV_PRESENT_NO)
        forget_advice(facts, "no_response");
}

static void take_advice(struct live_facts *facts, const struct rv_stream_event *event)
{
    if (event->code == NULL || event->text == NULL)
        return;
    forget_advice(facts, event->code);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strcmp(endings[i].given, event->code) == 0)
            forget_advice(facts, endings[i].ended);
    if (facts->advice_count == LIVE_ADVICE_MOST)
        facts->advice_count--;
    memmove(facts->advice + 1, facts->advice, facts->advice_count * sizeof *facts->advice);
    facts->advice_count++;
    keep_text(facts->advice[0].code, sizeof facts->advice[0].code, event->code);
    keep_text(facts->advice[0].text, sizeof facts->advice[0].text, event->text);
}

static void take_gap(struct live_model *model, const struct rv_stream_event *event)
{
    model->gap_count++;
    model->gap_s = event->time_s;
    model->gap_length_s = event->gap_s;
}

void live_model_event(struct live_model *model, const struct rv_stream_event *event)
{
    struct live_response *response = find(model, event);
    if (event->kind == RV_STREAM_GAP)
        take_gap(model, event);
    else if (response == NULL)
        return;
    else if (event->kind == RV_STREAM_SWEEP)
        take_sweep(model, response, event);
    else if (event->kind == RV_STREAM_RESPONSE)
        take_measurement(response, event->measurement);
    else if (event->kind == RV_STREAM_ADVICE)
        take_advice(&response->facts, event);
}

void live_model_clock(struct live_model *model, double time_s)
{
    model->clock_s = time_s;
    if (model->count == 0 || model->responses[model->front].facts.time_s >= model->stimulus_s)
        return;
    for (size_t i = 0; i < model->count; i++)
        if (model->responses[i].facts.time_s >= model->stimulus_s) {
            model->front = i;
            return;
        }
}

static struct live_row row_of(const struct live_model *model, size_t number)
{
    const struct live_facts *facts = &model->responses[number].facts;
    bool motor = facts->kind == RV_MOTOR;
    struct live_row row = {.number = number,
                           .kind = facts->kind,
                           .measured = facts->measured,
                           .sweep_count = facts->sweep_count,
                           .latency =
                               facts->values[motor ? RV_ONSET_LATENCY : RV_NEGATIVE_PEAK_LATENCY],
                           .amplitude = facts->values[RV_AMPLITUDE]};
    memcpy(row.id, facts->id, sizeof row.id);
    memcpy(row.label, facts->name[0] != '\0' ? facts->name : facts->label, sizeof row.label);
    return row;
}

bool live_model_show(const struct live_model *model, size_t chosen, struct live_screen *screen)
{
    screen->count = model->count;
    screen->pinned = chosen < model->count;
    screen->shown = screen->pinned ? chosen : model->front;
    screen->clock_s = model->clock_s;
    screen->gap_count = model->gap_count;
    screen->gap_s = model->gap_s;
    screen->gap_length_s = model->gap_length_s;
    memcpy(screen->patient, model->patient, sizeof screen->patient);
    memcpy(screen->state, model->state, sizeof screen->state);
    screen->row_count = 0;
    for (size_t i = model->count; i > 0 && screen->row_count < LIVE_ROWS_MOST; i--)
        screen->rows[screen->row_count++] = row_of(model, i - 1);
    if (model->count == 0)
        return true;
    const struct live_response *from = &model->responses[screen->shown];
    screen->response.facts = from->facts;
    return copy_wave(&screen->response.average, &from->average) &&
           copy_wave(&screen->response.sweep, &from->sweep);
}

void live_screen_finish(struct live_screen *screen)
{
    free(screen->response.average.samples);
    free(screen->response.sweep.samples);
    *screen = (struct live_screen){0};
}
