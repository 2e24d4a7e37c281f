/* SPDX-License-Identifier: GPL-3.0-or-later
 * Audio containers through libsndfile: WAV, RF64, W64, AIFF, FLAC, CAF, AU, MATLAB 4 and 5. Nothing
 * reaches the library that audio_claim.c has not let through, and what the header claims is
 * compared with what comes.
 */
#include "acquire/audio_claim.h"
#include "acquire/planes.h"
#include "acquire/reader.h"
#include "base/error.h"
#include "base/text.h"

#include <sndfile.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    HEADER_MAX = 16 << 20, /* bytes before the samples */
    BLOCK_FRAMES = 4096,
    CHANNEL_MAX = 64,
    RATE_MIN = 100,
    RATE_MAX = 1000000,
};

/* Of a pipe, which may be live: a block must not wait long to be full. */
static const double PIPE_BLOCK_S = 0.001;

struct state {
    struct rv_replay replay;
    struct rv_audio_claim claim;
    SNDFILE *file;
    SF_INFO info;
    struct rv_planes planes;
    double *interleaved;
    size_t block_frames;
    double *factors; /* of each channel */
    uint64_t delivered;
    uint64_t expected;  /* frames; UINT64_MAX: as many as come */
    size_t frame_bytes; /* 0: compressed */
    bool floating;
    bool done;
};

/* --- virtual input for libsndfile ------------------------------------------------------------ */

static sf_count_t view_length(void *user)
{
    const struct state *state = user;
    return state->replay.length < INT64_MAX ? (sf_count_t)state->replay.length : INT64_MAX;
}

static sf_count_t view_seek(sf_count_t offset, int whence, void *user)
{
    struct state *state = user;
    int64_t base = whence == SEEK_SET   ? 0
                   : whence == SEEK_CUR ? (int64_t)state->replay.position
                                        : view_length(user);
    if (offset > INT64_MAX / 2 || offset < -(INT64_MAX / 2) || base > INT64_MAX / 2 ||
        base + offset < 0)
        return -1;
    state->replay.position = (uint64_t)(base + offset);
    return base + offset;
}

static sf_count_t view_read(void *into, sf_count_t count, void *user)
{
    struct state *state = user;
    if (count <= 0)
        return 0;
    uint64_t end = state->replay.position + (uint64_t)count;
    end = end < state->replay.length ? end : state->replay.length;
    /* A header may be asked for more than once, and a library looks ahead while it opens. */
    if (state->file == NULL || end <= state->claim.data_begin)
        rv_replay_keep(&state->replay, end);
    return (sf_count_t)rv_replay_read(&state->replay, into, (size_t)count);
}

static sf_count_t view_write(const void *bytes, sf_count_t count, void *user)
{
    (void)bytes;
    (void)count;
    (void)user;
    return 0;
}

static sf_count_t view_tell(void *user)
{
    const struct state *state = user;
    return (sf_count_t)state->replay.position;
}

static SF_VIRTUAL_IO view = {view_length, view_seek, view_read, view_write, view_tell};

/* --- opening ------------------------------------------------------------------------------- */

struct coding {
    int subtype;
    size_t bytes;
    bool floating;
};

static const struct coding codings[] = {
    {SF_FORMAT_PCM_U8, 1, false}, {SF_FORMAT_PCM_S8, 1, false},
    {SF_FORMAT_PCM_16, 2, false}, {SF_FORMAT_PCM_24, 3, false},
    {SF_FORMAT_PCM_32, 4, false}, {SF_FORMAT_FLOAT, 4, true},
    {SF_FORMAT_DOUBLE, 8, true},  {0},
};

static const struct coding *coding_of(int format)
{
    for (const struct coding *coding = codings; coding->bytes != 0; coding++)
        if (coding->subtype == (format & SF_FORMAT_SUBMASK))
            return coding;
    return NULL;
}

static bool container_allowed(int format)
{
    static const int containers[] = {SF_FORMAT_WAV,
                                     SF_FORMAT_WAVEX,
                                     SF_FORMAT_RF64,
                                     SF_FORMAT_W64,
                                     SF_FORMAT_AIFF,
                                     SF_FORMAT_FLAC,
                                     SF_FORMAT_CAF,
                                     SF_FORMAT_AU,
                                     SF_FORMAT_MAT4,
                                     SF_FORMAT_MAT5,
                                     0};
    for (size_t i = 0; containers[i] != 0; i++)
        if (containers[i] == (format & SF_FORMAT_TYPEMASK))
            return true;
    return false;
}

static enum rv_status check_info(const struct state *state, struct rv_error *err)
{
    const SF_INFO *info = &state->info;
    if (!container_allowed(info->format) || coding_of(info->format) == NULL)
        return rv_fail(err, RV_DATA, "%s with coding 0x%x, which is not read: PCM and float only",
                       state->claim.format, (unsigned)info->format);
    if (info->channels < 1 || info->channels > CHANNEL_MAX)
        return rv_fail(err, RV_DATA, "%d channels, expected 1 to %d", info->channels, CHANNEL_MAX);
    if (info->samplerate < RATE_MIN || info->samplerate > RATE_MAX)
        return rv_fail(err, RV_DATA, "sampling rate %d Hz, expected %d to %d", info->samplerate,
                       RATE_MIN, RATE_MAX);
    return RV_OK;
}

static enum rv_status open_library(struct state *state, struct rv_error *err)
{
    state->file = sf_open_virtual(&view, SFM_READ, &state->info, state);
    if (state->replay.status != RV_OK) {
        if (err != NULL)
            *err = state->replay.error;
        return state->replay.status;
    }
    if (state->file == NULL && strncmp(state->claim.format, "MAT", 3) == 0)
        return rv_fail(err, RV_DATA,
                       "MATLAB file without the arrays samplerate and wavedata of audio programs: "
                       "save its traces as a text table");
    if (state->file == NULL) {
        const char *said = sf_strerror(NULL);
        char text[520];
        rv_text_visible(said, strlen(said), text, sizeof text);
        return rv_fail(err, RV_DATA, "%s header is damaged: %s", state->claim.format, text);
    }
    return check_info(state, err);
}

/* The byte behind the last sample, by the header; UINT64_MAX: it does not say. */
static uint64_t end_of_samples(const struct rv_audio_claim *claim)
{
    return claim->data_bytes != UINT64_MAX ? claim->data_begin + claim->data_bytes : UINT64_MAX;
}

/* Where the samples end, as far as it can be told before they are read. */
static enum rv_status check_lengths(struct rv_source *source, struct rv_error *err)
{
    struct state *state = source->state;
    const struct rv_audio_claim *claim = &state->claim;
    const uint64_t size = rv_input_size(source->input), end = end_of_samples(claim);
    const bool known = size != UINT64_MAX;
    const bool cut = end != UINT64_MAX && end > size;
    if (claim->data_bytes == 0)
        return rv_fail(err, RV_DATA, "%s holds no samples", claim->format);
    if (cut && !source->options.allow_truncated)
        return rv_fail(err, RV_DATA,
                       "cut short: header claims %" PRIu64 " bytes up to the last sample, "
                       "file holds %" PRIu64,
                       end, size);
    if (!cut && claim->file_end != UINT64_MAX && claim->file_end > size)
        rv_notice_add(&source->notices, RV_WARNING, "header_size", NULL,
                      "header claims %" PRIu64 " bytes, file holds %" PRIu64
                      "; every sample is there",
                      claim->file_end, size);
    if (claim->not_closed)
        rv_notice_add(&source->notices, RV_WARNING, "not_closed", NULL,
                      "the recorder did not write the length of the recording");
    state->replay.length = end < size ? end : known ? size : INT64_MAX / 4;
    return RV_OK;
}

/* Frames that must come, and whether the library sees the same header. */
static enum rv_status check_frames(struct state *state, struct rv_error *err)
{
    const struct rv_audio_claim *claim = &state->claim;
    const struct coding *coding = coding_of(state->info.format);
    state->floating = coding->floating;
    bool compressed = (state->info.format & SF_FORMAT_TYPEMASK) == SF_FORMAT_FLAC;
    state->frame_bytes = compressed ? 0 : coding->bytes * (size_t)state->info.channels;
    state->expected = claim->frames;
    if (state->info.frames <= 0)
        return rv_fail(err, RV_DATA, "%s holds no samples", claim->format);
    uint64_t found = (uint64_t)state->info.frames;
    if (!compressed && claim->data_bytes != UINT64_MAX) {
        uint64_t frames = claim->data_bytes / state->frame_bytes;
        if (claim->frames != UINT64_MAX && claim->frames != frames)
            return rv_fail(err, RV_DATA,
                           "header names %" PRIu64 " samples, its data chunk has %" PRIu64,
                           claim->frames, frames);
        state->expected = frames;
        uint64_t there = (state->replay.length - claim->data_begin) / state->frame_bytes;
        if (found != (frames < there ? frames : there))
            return rv_fail(err, RV_DATA, "header is read as %" PRIu64 " and as %" PRIu64 " samples",
                           frames, found);
    }
    return RV_OK;
}

/* Rates of converters and of recorders; a flipped bit in a header rarely makes another of them. */
static bool rate_usual(int rate)
{
    static const int steps[] = {1000, 1024, 1200, 1250, 1600, 2205, 0};
    static const int audio[] = {11025, 22050, 44100, 88200, 176400, 192000, 384000, 0};
    for (size_t i = 0; audio[i] != 0; i++)
        if (rate == audio[i])
            return true;
    for (size_t i = 0; steps[i] != 0; i++)
        for (int multiple = 1; multiple <= 1000; multiple *= 2)
            for (int ten = 1; ten <= 100; ten *= 10)
                if (rate == steps[i] * multiple * ten || rate * multiple == steps[i] * ten ||
                    rate == 3 * steps[i] * multiple * ten)
                    return true;
    return false;
}

static enum rv_status describe_channel(struct rv_source *source, size_t index, struct rv_error *err)
{
    struct state *state = source->state;
    struct rv_channel *channel = &source->channels[index];
    channel->label = rv_arena_format(source->arena, "%zu", index + 1);
    channel->unit = channel->prefilter = channel->transducer = "";
    channel->rate_hz = state->info.samplerate;
    if (channel->label == NULL)
        return rv_fail_memory(err);
    double factor = 1;
    bool found = false;
    enum rv_status status =
        rv_calibration_find(source->options.calibration, channel->label, &found, &factor, err);
    if (status != RV_OK)
        return status;
    channel->calibrated = found;
    state->factors[index] = found ? factor : 1;
    channel->minimum = channel->maximum = channel->resolution = NAN;
    if (!state->floating) {
        int bits = 8 * (int)coding_of(state->info.format)->bytes;
        double step = ldexp(1, 1 - bits);
        channel->resolution = fabs(factor) * step;
        channel->minimum = factor < 0 ? factor * (1 - step) : -factor;
        channel->maximum = factor < 0 ? -factor : factor * (1 - step);
    }
    return RV_OK;
}

static size_t frames_of_block(struct rv_source *source, int rate_hz)
{
    double piped = ceil(rate_hz * PIPE_BLOCK_S);
    bool live = rv_input_size(source->input) == UINT64_MAX && piped < BLOCK_FRAMES;
    return live ? (size_t)piped : BLOCK_FRAMES;
}

static enum rv_status describe(struct rv_source *source, struct rv_error *err)
{
    struct state *state = source->state;
    size_t count = (size_t)state->info.channels;
    source->channels = rv_arena_alloc(source->arena, count, sizeof *source->channels);
    state->factors = rv_arena_alloc(source->arena, count, sizeof *state->factors);
    state->block_frames = frames_of_block(source, state->info.samplerate);
    state->interleaved = rv_allocate(count * state->block_frames, sizeof *state->interleaved);
    if (source->channels == NULL || state->factors == NULL || state->interleaved == NULL)
        return rv_fail_memory(err);
    source->channel_count = count;
    enum rv_status status = RV_OK;
    if (state->expected != UINT64_MAX && state->expected > source->options.max_samples / count)
        status = rv_fail(err, RV_DATA, "holds %" PRIu64 " x %zu samples, at most %zu may be read",
                         state->expected, count, source->options.max_samples);
    for (size_t i = 0; i < count && status == RV_OK; i++)
        status = describe_channel(source, i, err);
    if (status != RV_OK)
        return status;
    source->facts.format = state->claim.format;
    source->facts.record_s = NAN;
    source->facts.duration_s = state->expected != UINT64_MAX
                                   ? (double)state->expected / state->info.samplerate
                                   : (double)NAN;
    if (!rate_usual(state->info.samplerate))
        rv_notice_add(&source->notices, RV_WARNING, "unusual_rate", NULL,
                      "%d samples a second is not a usual rate: confirm it",
                      state->info.samplerate);
    if (!source->channels[0].calibrated)
        rv_notice_add(&source->notices, RV_WARNING, "no_unit", NULL,
                      "%s has no unit: amplitudes need a calibration in microvolt of full scale",
                      state->claim.format);
    return rv_planes_init(&state->planes, count, state->block_frames, err);
}

static enum rv_status open_audio(struct rv_source *source, struct rv_error *err)
{
    struct state *state = rv_allocate(1, sizeof *state);
    if (state == NULL)
        return rv_fail_memory(err);
    source->state = state;
    rv_replay_init(&state->replay, source->input, HEADER_MAX);
    enum rv_status status = rv_audio_claim_read(&state->replay, &state->claim, err);
    if (status == RV_OK)
        status = check_lengths(source, err);
    if (status == RV_OK)
        status = open_library(state, err);
    if (status == RV_OK)
        status = check_frames(state, err);
    return status == RV_OK ? describe(source, err) : status;
}

/* --- samples ------------------------------------------------------------------------------- */

static enum rv_status separate(struct state *state, size_t frames, struct rv_error *err)
{
    const size_t channels = state->planes.channel_count;
    for (size_t c = 0; c < channels; c++) {
        double *plane = rv_planes_channel(&state->planes, c);
        for (size_t i = 0; i < frames; i++) {
            double sample = state->interleaved[i * channels + c];
            if (!isfinite(sample))
                return rv_fail(err, RV_DATA, "channel %zu, sample %" PRIu64 " is not finite", c + 1,
                               state->delivered + i);
            plane[i] = sample * state->factors[c];
        }
    }
    rv_planes_fill(&state->planes, frames);
    return RV_OK;
}

static enum rv_status cut_short(struct rv_source *source, struct rv_error *err)
{
    struct state *state = source->state;
    if (!source->options.allow_truncated)
        return rv_fail(err, RV_DATA,
                       "cut short: header claims %" PRIu64 " samples, %" PRIu64 " came",
                       state->expected, state->delivered);
    rv_notice_add(&source->notices, RV_PROBLEM, "truncated", NULL,
                  "cut short: %" PRIu64 " of %" PRIu64 " samples are there (%.1f %%)",
                  state->delivered, state->expected,
                  100 * (double)state->delivered / (double)state->expected);
    return RV_OK;
}

static enum rv_status finish(struct rv_source *source, struct rv_error *err)
{
    struct state *state = source->state;
    state->done = true;
    if (state->delivered == 0)
        return rv_fail(err, RV_DATA, "%s holds no samples", state->claim.format);
    if (state->expected != UINT64_MAX && state->delivered < state->expected)
        return cut_short(source, err);
    if (state->frame_bytes == 0)
        return RV_OK;
    if (state->claim.data_bytes != UINT64_MAX && state->claim.data_bytes % state->frame_bytes != 0)
        rv_notice_add(&source->notices, RV_WARNING, "partial_frame", NULL,
                      "the last %" PRIu64 " bytes are no whole sample of every channel",
                      state->claim.data_bytes % state->frame_bytes);
    if (state->claim.data_bytes == UINT64_MAX)
        return RV_OK;
    uint64_t surplus = 0, passed = 0;
    uint64_t end = state->claim.data_begin + state->claim.data_bytes;
    uint64_t at = rv_input_position(source->input);
    enum rv_status status = rv_input_skip(source->input, end > at ? end - at : 0, &passed, err);
    if (status == RV_OK)
        status = rv_audio_claim_tail(&state->claim, source->input, &surplus, err);
    if (status == RV_OK && surplus > 0)
        rv_notice_add(&source->notices, RV_WARNING, "surplus_bytes", NULL,
                      "%" PRIu64 " bytes follow the end that the header names", surplus);
    return status;
}

static enum rv_status next_audio(struct rv_source *source, struct rv_block *block, bool *more,
                                 struct rv_error *err)
{
    struct state *state = source->state;
    *more = false;
    if (state->done)
        return RV_OK;
    sf_count_t got =
        sf_readf_double(state->file, state->interleaved, (sf_count_t)state->block_frames);
    if (state->replay.status != RV_OK) {
        if (err != NULL)
            *err = state->replay.error;
        return state->replay.status;
    }
    /* A FLAC frame that fails its checksum is handed over as zeros, with this mark. */
    if (state->frame_bytes == 0 && sf_error(state->file) != SF_ERR_NO_ERROR)
        return rv_fail(err, RV_DATA, "FLAC is damaged in samples %" PRIu64 " to %" PRIu64,
                       state->delivered, state->delivered + state->block_frames - 1);
    if (got <= 0)
        return finish(source, err);
    enum rv_status status = separate(state, (size_t)got, err);
    if (status != RV_OK)
        return status;
    rv_planes_show(&state->planes, block);
    block->new_segment = state->delivered == 0;
    block->start_s = (double)state->delivered / state->info.samplerate;
    state->delivered += (uint64_t)got;
    *more = true;
    return RV_OK;
}

static void close_audio(struct rv_source *source)
{
    struct state *state = source->state;
    if (state->file != NULL)
        sf_close(state->file);
    rv_planes_finish(&state->planes);
    rv_release(state->interleaved);
    rv_replay_finish(&state->replay);
    rv_release(state);
    source->state = NULL;
}

static bool matches_audio(const unsigned char *bytes, size_t size, const char *name)
{
    (void)name;
    return rv_audio_format(bytes, size) != NULL;
}

const char *rv_sndfile_version(void)
{
    return sf_version_string();
}

const struct rv_reader rv_reader_sndfile = {
    .name = "audio",
    .description = "WAV, RF64, W64, AIFF, FLAC, CAF, AU, MATLAB 4 and 5 of audio programs",
    .matches = matches_audio,
    .open = open_audio,
    .next = next_audio,
    .close = close_audio,
};
