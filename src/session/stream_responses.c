/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which response a stimulus of a stream belongs to, by what its text and its channel say.
 */
#include "base/error.h"
#include "base/text.h"
#include "session/stream_state.h"
#include "session/study_recording.h"
#include "session/windows.h"

#include <math.h>

/* Around a window, for moving parts of a sample. */
static const double margin_s = 0.001;

static bool same_response(const struct rv_response *a, const struct rv_response *b)
{
    bool same_distance = (isnan(a->distance_mm) && isnan(b->distance_mm)) ||
                         fabs(a->distance_mm - b->distance_mm) < 1e-9;
    return a->kind == b->kind && a->side == b->side && rv_text_equal(a->nerve, b->nerve) &&
           rv_text_equal(a->record, b->record) && rv_text_equal(a->stimulate, b->stimulate) &&
           same_distance;
}

static bool is_response(const struct rv_live *live, const struct rv_response *response)
{
    return live->named && same_response(&live->response, response) &&
           (live->carried ||
            rv_same_temperature(live->response.temperature_c, response->temperature_c));
}

/* What a label said last of the limb; NaN: nothing. */
static double last_temperature(const struct rv_stream *stream, const struct rv_response *response)
{
    for (const struct rv_live *live = stream->lives; live != NULL; live = live->next)
        if (live->named && !isnan(live->response.temperature_c) &&
            rv_same_limb(&live->response, response))
            return live->response.temperature_c;
    return NAN;
}

static struct rv_live *find_live(const struct rv_stream *stream, size_t channel, const char *text,
                                 const struct rv_response *response)
{
    for (struct rv_live *live = stream->lives; live != NULL; live = live->next) {
        bool same_text = rv_text_equal(live->text, text);
        if (live->channel == channel &&
            (same_text || (response != NULL && is_response(live, response))))
            return live;
    }
    return NULL;
}

/* The first that is said of the response itself. */
static void take_temperature(struct rv_live *live, double temperature_c)
{
    if (isnan(temperature_c) || !(live->carried || isnan(live->response.temperature_c)))
        return;
    live->response.temperature_c = temperature_c;
    live->carried = false;
}

static void advise_label(const struct rv_stream *stream, const struct rv_live *live, double time_s,
                         const char *text)
{
    struct rv_stream_event event = {.kind = RV_STREAM_ADVICE,
                                    .time_s = time_s,
                                    .response = live->response.id,
                                    .label = live->label,
                                    .intensity = NAN,
                                    .amplitude_uv = NAN,
                                    .amplitude_se_uv = NAN,
                                    .gap_s = NAN,
                                    .code = "label_needed",
                                    .text = text};
    stream->context.function(stream->context.to, &event);
}

static enum rv_status make_live(struct rv_stream *stream, size_t channel, const char *text,
                                const struct rv_response *response, struct rv_live **made,
                                struct rv_error *err)
{
    struct rv_arena *arena = stream->naming->arena;
    struct rv_live *live = rv_allocate(1, sizeof *live);
    if (live == NULL)
        return rv_fail_memory(err);
    for (struct rv_live *other = stream->lives; other != NULL; other = other->next)
        if (other->channel == channel)
            rv_live_rest(other);
    live->next = stream->lives;
    stream->lives = live;
    live->channel = channel;
    live->named = response != NULL;
    if (response != NULL)
        live->response = *response;
    live->response.id = rv_arena_format(arena, "R%02zu", ++stream->live_count);
    live->text = rv_arena_text(arena, text);
    live->label = rv_arena_format(arena, "%s%s%s", text, *text != '\0' ? ", " : "",
                                  stream->context.channels[channel].label);
    struct rv_window window = rv_window_of(live->response.kind, &stream->settings);
    double length_s = (window.to_ms - window.from_ms) / 1000 + 2 * margin_s;
    live->capacity = (size_t)ceil(length_s * stream->context.channels[channel].rate_hz) + 4;
    size_t cells;
    if (!rv_multiply(live->capacity, RV_LIVE_SWEEPS, &cells))
        return rv_fail_memory(err);
    live->samples = rv_allocate(cells, sizeof *live->samples);
    *made = live;
    bool room = live->response.id != NULL && live->text != NULL && live->label != NULL &&
                live->samples != NULL;
    return room ? RV_OK : rv_fail_memory(err);
}

/* The response that a stimulus is one of; made where it is new. */
enum rv_status rv_stream_live(struct rv_stream *stream, size_t channel,
                              const struct rv_waiting *stimulus, struct rv_live **live,
                              struct rv_error *err)
{
    *live = find_live(stream, channel, stimulus->text, NULL);
    if (*live != NULL)
        return RV_OK;
    struct rv_response response;
    struct rv_error why = {.status = RV_OK};
    enum rv_status status = rv_response_named(stream->naming, stream->name, channel, stimulus->text,
                                              &stream->settings, &stream->notices, &response, &why);
    if (status == RV_NO_MEMORY)
        return rv_fail_memory(err);
    bool named = status == RV_OK;
    *live = named ? find_live(stream, channel, stimulus->text, &response) : NULL;
    if (*live != NULL) {
        take_temperature(*live, response.temperature_c);
        return RV_OK;
    }
    bool unsaid = named && isnan(response.temperature_c);
    if (unsaid)
        response.temperature_c = last_temperature(stream, &response);
    status = make_live(stream, channel, stimulus->text, named ? &response : NULL, live, err);
    if (status == RV_OK)
        (*live)->carried = unsaid;
    if (status == RV_OK && !named)
        advise_label(stream, *live, stimulus->time_s, why.text);
    return status;
}
