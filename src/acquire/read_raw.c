/* SPDX-License-Identifier: GPL-3.0-or-later
 * Raw PCM: samples and nothing else; encoding, rate and number of channels are told by the user.
 */
#include "acquire/pcm.h"
#include "acquire/planes.h"
#include "acquire/reader.h"
#include "base/error.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
    BLOCK_BYTES = 65536,
    CHANNEL_MAX = 64,
    RATE_MIN = 100,
    RATE_MAX = 1000000,
};

/* Of a pipe, which may be live: a block must not wait long to be full. */
static const double PIPE_BLOCK_S = 0.001;
/* With the bytes of the other order this much smoother, the given order is doubted. */
static const double SMOOTHER = 10;

struct state {
    const struct rv_pcm *encoding;
    size_t frame_bytes, block_frames;
    unsigned char *bytes; /* heap, of one block */
    struct rv_planes planes;
    double *factors;
    uint64_t delivered;
    bool done;
};

/* Mean step of the first channel in one byte order; infinite where it is no number. */
static double roughness(const struct rv_pcm *encoding, const unsigned char *bytes, size_t size,
                        size_t frame_bytes)
{
    double sum = 0;
    for (size_t at = frame_bytes; at + frame_bytes <= size; at += frame_bytes)
        sum += fabs(encoding->sample(bytes + at) - encoding->sample(bytes + at - frame_bytes));
    return isfinite(sum) ? sum : (double)INFINITY;
}

static enum rv_status doubt_order(struct rv_source *source, struct rv_error *err)
{
    const struct state *state = source->state;
    const struct rv_pcm *other = rv_pcm_find(state->encoding->other);
    const unsigned char *bytes;
    size_t size;
    enum rv_status status = rv_input_peek(source->input, RV_PEEK_MAX, &bytes, &size, err);
    if (status != RV_OK || other == state->encoding)
        return status;
    double given = roughness(state->encoding, bytes, size, state->frame_bytes);
    double turned = roughness(other, bytes, size, state->frame_bytes);
    if (turned > 0 && given > SMOOTHER * turned)
        rv_notice_add(&source->notices, RV_WARNING, "byte_order", NULL,
                      "samples are more than %g times smoother in the other byte order", SMOOTHER);
    return RV_OK;
}

static enum rv_status describe_channel(struct rv_source *source, size_t index, struct rv_error *err)
{
    struct state *state = source->state;
    struct rv_channel *channel = &source->channels[index];
    double factor = 1;
    bool given = false;
    channel->label = rv_arena_format(source->arena, "%zu", index + 1);
    channel->unit = channel->prefilter = channel->transducer = "";
    channel->rate_hz = source->options.rate_hz;
    if (channel->label == NULL)
        return rv_fail_memory(err);
    enum rv_status status =
        rv_calibration_find(source->options.calibration, channel->label, &given, &factor, err);
    if (status != RV_OK)
        return status;
    channel->calibrated = given;
    state->factors[index] = factor;
    channel->minimum = channel->maximum = channel->resolution = NAN;
    if (state->encoding->bits > 0) {
        double half = ldexp(1, state->encoding->bits - 1);
        channel->minimum = -half * factor;
        channel->maximum = (half - 1) * factor;
        channel->resolution = factor;
    }
    return RV_OK;
}

static enum rv_status check_options(const struct rv_source_options *options, struct rv_error *err)
{
    if (!(options->rate_hz > 0) || options->channel_count == 0)
        return rv_fail(
            err, RV_MISUSE,
            "raw PCM says nothing of itself: give encoding, rate and number of channels");
    if (options->rate_hz < RATE_MIN || options->rate_hz > RATE_MAX)
        return rv_fail(err, RV_MISUSE, "rate %g Hz, expected %d to %d", options->rate_hz, RATE_MIN,
                       RATE_MAX);
    if (options->channel_count > CHANNEL_MAX)
        return rv_fail(err, RV_MISUSE, "%zu channels, expected 1 to %d", options->channel_count,
                       CHANNEL_MAX);
    if (rv_pcm_find(options->encoding) == NULL)
        return rv_fail(err, RV_MISUSE, "encoding %d is not known", (int)options->encoding);
    return RV_OK;
}

static enum rv_status make_state(struct rv_source *source, struct rv_error *err)
{
    const size_t count = source->options.channel_count;
    struct state *state = rv_allocate(1, sizeof *state);
    if (state == NULL)
        return rv_fail_memory(err);
    source->state = state;
    state->encoding = rv_pcm_find(source->options.encoding);
    state->frame_bytes = state->encoding->bytes * count;
    state->block_frames = BLOCK_BYTES / state->frame_bytes;
    double piped = source->options.rate_hz * PIPE_BLOCK_S;
    if (rv_input_size(source->input) == UINT64_MAX && piped < (double)state->block_frames)
        state->block_frames = piped > 1 ? (size_t)piped : 1;
    state->bytes = rv_allocate(BLOCK_BYTES, 1);
    source->channels = rv_arena_alloc(source->arena, count, sizeof *source->channels);
    state->factors = rv_arena_alloc(source->arena, count, sizeof *state->factors);
    source->channel_count = count;
    if (state->bytes == NULL || source->channels == NULL || state->factors == NULL)
        return rv_fail_memory(err);
    return rv_planes_init(&state->planes, count, state->block_frames, err);
}

static enum rv_status open_raw(struct rv_source *source, struct rv_error *err)
{
    enum rv_status status = check_options(&source->options, err);
    if (status == RV_OK)
        status = make_state(source, err);
    for (size_t i = 0; i < source->channel_count && status == RV_OK; i++)
        status = describe_channel(source, i, err);
    if (status != RV_OK)
        return status;
    const struct state *state = source->state;
    uint64_t size = rv_input_size(source->input);
    source->facts.format = "raw PCM";
    if (size != UINT64_MAX && size / state->encoding->bytes > source->options.max_samples)
        return rv_fail(err, RV_DATA, "holds %" PRIu64 " samples, at most %zu may be read",
                       size / state->encoding->bytes, source->options.max_samples);
    if (size != UINT64_MAX)
        source->facts.duration_s = (double)(size / state->frame_bytes) / source->options.rate_hz;
    if (!source->channels[0].calibrated)
        rv_notice_add(&source->notices, RV_WARNING, "no_unit", NULL,
                      "raw PCM has no unit: amplitudes need a calibration in microvolt of one "
                      "stored unit");
    return doubt_order(source, err);
}

static enum rv_status separate(struct state *state, size_t frames, struct rv_error *err)
{
    const size_t channels = state->planes.channel_count;
    const unsigned char *at = state->bytes;
    for (size_t i = 0; i < frames; i++)
        for (size_t c = 0; c < channels; c++, at += state->encoding->bytes) {
            double sample = state->encoding->sample(at);
            if (!isfinite(sample))
                return rv_fail(err, RV_DATA, "channel %zu, sample %" PRIu64 " is not finite", c + 1,
                               state->delivered + i);
            rv_planes_channel(&state->planes, c)[i] = sample * state->factors[c];
        }
    rv_planes_fill(&state->planes, frames);
    return RV_OK;
}

static enum rv_status judge_rest(struct rv_source *source, size_t frames, size_t rest,
                                 struct rv_error *err)
{
    const struct state *state = source->state;
    if (rest > 0 && !source->options.allow_truncated)
        return rv_fail(err, RV_DATA,
                       "the last %zu bytes are no whole sample of every channel (%zu bytes)", rest,
                       state->frame_bytes);
    if (rest > 0)
        rv_notice_add(&source->notices, RV_PROBLEM, "truncated", NULL,
                      "the last %zu bytes are no whole sample of every channel", rest);
    if (state->delivered + frames == 0)
        return rv_fail(err, RV_DATA, "holds no samples");
    return RV_OK;
}

static enum rv_status next_raw(struct rv_source *source, struct rv_block *block, bool *more,
                               struct rv_error *err)
{
    struct state *state = source->state;
    const size_t wanted = state->block_frames * state->frame_bytes;
    size_t got = 0;
    *more = false;
    if (state->done)
        return RV_OK;
    enum rv_status status = rv_input_read(source->input, state->bytes, wanted, &got, err);
    if (status != RV_OK)
        return status;
    size_t frames = got / state->frame_bytes;
    state->done = got < wanted;
    if (state->done)
        status = judge_rest(source, frames, got % state->frame_bytes, err);
    if (status == RV_OK)
        status = separate(state, frames, err);
    if (status != RV_OK || frames == 0)
        return status;
    rv_planes_show(&state->planes, block);
    block->new_segment = state->delivered == 0;
    block->start_s = (double)state->delivered / source->options.rate_hz;
    state->delivered += frames;
    *more = true;
    return RV_OK;
}

static void close_raw(struct rv_source *source)
{
    struct state *state = source->state;
    rv_planes_finish(&state->planes);
    rv_release(state->bytes);
    rv_release(state);
    source->state = NULL;
}

const struct rv_reader rv_reader_raw = {
    .name = "raw",
    .description = "raw PCM; needs encoding, rate and channels",
    .open = open_raw,
    .next = next_raw,
    .close = close_raw,
};
