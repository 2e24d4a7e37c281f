/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writes float32 WAV, as RF64 where it grows beyond 4 GiB: EBU Tech 3306, with the place of its
 * ds64 chunk kept free from the beginning.
 */
#include "base/arena.h"
#include "base/error.h"
#include "base/output.h"

#include <ranvier/source.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

enum {
    BLOCK_FRAMES = 2048,
    CHANNELS_MAX = 1024,
    IEEE_FLOAT = 3, /* format tag */
    DS64_AT = 12,   /* bytes before each chunk */
    FORMAT_AT = 48,
    FACT_AT = 74,
    DATA_AT = 86,
    HEADER_BYTES = 94
};

struct rv_wav_writer {
    struct rv_output *output;
    size_t channel_count;
    uint32_t rate_hz;
    uint64_t frames;
    unsigned char *block; /* BLOCK_FRAMES frames as they stand in the file */
};

static void put_number(unsigned char *at, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (unsigned char)(number >> 8 * i);
}

static void put_header(const struct rv_wav_writer *writer, unsigned char header[HEADER_BYTES])
{
    const uint64_t frame_bytes = 4 * (uint64_t)writer->channel_count;
    const uint64_t data_bytes = writer->frames * frame_bytes;
    const uint64_t file_bytes = data_bytes + HEADER_BYTES - 8;
    const bool large = file_bytes > UINT32_MAX;
    memset(header, 0, HEADER_BYTES);
    memcpy(header, large ? "RF64" : "RIFF", 4);
    put_number(header + 4, large ? UINT32_MAX : file_bytes, 4);
    memcpy(header + 8, "WAVE", 4);
    memcpy(header + DS64_AT, large ? "ds64" : "JUNK", 4);
    put_number(header + DS64_AT + 4, 28, 4);
    if (large) {
        put_number(header + DS64_AT + 8, file_bytes, 8);
        put_number(header + DS64_AT + 16, data_bytes, 8);
        put_number(header + DS64_AT + 24, writer->frames, 8);
    }
    memcpy(header + FORMAT_AT, "fmt ", 4);
    put_number(header + FORMAT_AT + 4, 18, 4);
    put_number(header + FORMAT_AT + 8, IEEE_FLOAT, 2);
    put_number(header + FORMAT_AT + 10, writer->channel_count, 2);
    put_number(header + FORMAT_AT + 12, writer->rate_hz, 4);
    put_number(header + FORMAT_AT + 16, writer->rate_hz * frame_bytes, 4);
    put_number(header + FORMAT_AT + 20, frame_bytes, 2);
    put_number(header + FORMAT_AT + 22, 32, 2);
    memcpy(header + FACT_AT, "fact", 4);
    put_number(header + FACT_AT + 4, 4, 4);
    put_number(header + FACT_AT + 8, large ? UINT32_MAX : writer->frames, 4);
    memcpy(header + DATA_AT, "data", 4);
    put_number(header + DATA_AT + 4, large ? UINT32_MAX : data_bytes, 4);
}

void rv_wav_abandon(struct rv_wav_writer *writer)
{
    if (writer == NULL)
        return;
    rv_output_abandon(writer->output);
    rv_release(writer->block);
    rv_release(writer);
}

static enum rv_status begin(const char *path, struct rv_wav_writer *writer, struct rv_error *err)
{
    unsigned char header[HEADER_BYTES];
    writer->block = rv_allocate(BLOCK_FRAMES * writer->channel_count, 4);
    if (writer->block == NULL)
        return rv_fail_memory(err);
    enum rv_status status = rv_output_create(path, &writer->output, err);
    put_header(writer, header);
    return status == RV_OK ? rv_output_write(writer->output, header, HEADER_BYTES, err) : status;
}

enum rv_status rv_wav_create(const char *path, double rate_hz, size_t channel_count,
                             struct rv_wav_writer **writer, struct rv_error *err)
{
    if (!(rate_hz >= 1.0) || rate_hz > 1e9 || fabs(rate_hz - round(rate_hz)) > 0.0)
        return rv_fail(err, RV_MISUSE, "WAV cannot hold %.12g samples a second", rate_hz);
    if (channel_count == 0 || channel_count > CHANNELS_MAX)
        return rv_fail(err, RV_MISUSE, "a WAV file of %zu channels, 1 to %d can be written",
                       channel_count, CHANNELS_MAX);
    struct rv_wav_writer *made = rv_allocate(1, sizeof *made);
    if (made == NULL)
        return rv_fail_memory(err);
    made->rate_hz = (uint32_t)rate_hz;
    made->channel_count = channel_count;
    enum rv_status status = begin(path, made, err);
    if (status != RV_OK) {
        rv_wav_abandon(made);
        return rv_fail_in(err, status, "%s", path);
    }
    *writer = made;
    return RV_OK;
}

static void interleave(const struct rv_wav_writer *writer, const float *const *samples,
                       size_t first, size_t count)
{
    const size_t stride = 4 * writer->channel_count;
    for (size_t c = 0; c < writer->channel_count; c++) {
        const float *from = samples[c] + first;
        unsigned char *at = writer->block + 4 * c;
        for (size_t i = 0; i < count; i++, at += stride) {
            uint32_t bits;
            memcpy(&bits, &from[i], sizeof bits);
            at[0] = (unsigned char)bits; /* compilers make one store of the four */
            at[1] = (unsigned char)(bits >> 8);
            at[2] = (unsigned char)(bits >> 16);
            at[3] = (unsigned char)(bits >> 24);
        }
    }
}

enum rv_status rv_wav_write(struct rv_wav_writer *writer, const float *const *samples, size_t count,
                            struct rv_error *err)
{
    enum rv_status status = RV_OK;
    for (size_t done = 0; done < count && status == RV_OK;) {
        const size_t left = count - done, part = left < BLOCK_FRAMES ? left : BLOCK_FRAMES;
        interleave(writer, samples, done, part);
        status =
            rv_output_write(writer->output, writer->block, 4 * part * writer->channel_count, err);
        done += part;
    }
    writer->frames += count;
    return status;
}

enum rv_status rv_wav_close(struct rv_wav_writer *writer, struct rv_error *err)
{
    unsigned char header[HEADER_BYTES];
    put_header(writer, header);
    enum rv_status status = rv_output_patch(writer->output, 0, header, HEADER_BYTES, err);
    if (status == RV_OK) {
        status = rv_output_commit(writer->output, err);
        writer->output = NULL;
    }
    rv_wav_abandon(writer);
    return status;
}
