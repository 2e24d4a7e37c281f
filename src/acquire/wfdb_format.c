/* SPDX-License-Identifier: GPL-3.0-or-later
 * How WFDB packs samples: signal(5) of the WFDB Applications Guide.
 */
#include "acquire/bytes.h"
#include "acquire/wfdb.h"
#include "base/error.h"

#include <string.h>

enum { STEP_BYTES = 12288 }; /* a multiple of every group: 1, 2, 3 and 4 */

static void unpack_8(const unsigned char *b, int32_t *samples)
{
    samples[0] = rv_signed(b[0], 8); /* a difference; the caller adds */
}

static void unpack_16(const unsigned char *b, int32_t *samples)
{
    samples[0] = rv_signed(rv_u16le(b), 16);
}

static void unpack_24(const unsigned char *b, int32_t *samples)
{
    samples[0] = rv_signed(rv_u16le(b) | (uint32_t)b[2] << 16, 24);
}

static void unpack_32(const unsigned char *b, int32_t *samples)
{
    samples[0] = rv_signed(rv_u32le(b), 32);
}

static void unpack_61(const unsigned char *b, int32_t *samples)
{
    samples[0] = rv_signed(rv_u16be(b), 16);
}

static void unpack_80(const unsigned char *b, int32_t *samples)
{
    samples[0] = (int32_t)b[0] - 128;
}

static void unpack_160(const unsigned char *b, int32_t *samples)
{
    samples[0] = (int32_t)rv_u16le(b) - 32768;
}

static void unpack_212(const unsigned char *b, int32_t *samples)
{
    samples[0] = rv_signed(b[0] | (b[1] & 0x0Fu) << 8, 12);
    samples[1] = rv_signed(b[2] | (b[1] & 0xF0u) << 4, 12);
}

static void unpack_310(const unsigned char *b, int32_t *samples)
{
    uint32_t first = rv_u16le(b), second = rv_u16le(b + 2);
    samples[0] = rv_signed(first >> 1, 10);
    samples[1] = rv_signed(second >> 1, 10);
    samples[2] = rv_signed(first >> 11 | second >> 11 << 5, 10);
}

static void unpack_311(const unsigned char *b, int32_t *samples)
{
    uint32_t word = rv_u32le(b);
    for (unsigned i = 0; i < 3; i++)
        samples[i] = rv_signed(word >> (10 * i), 10);
}

static const struct rv_wfdb_format formats[] = {
    {8, 1, 1, 8, INT32_MAX, unpack_8},
    {16, 2, 1, 16, -32768, unpack_16},
    {24, 3, 1, 24, -8388608, unpack_24},
    {32, 4, 1, 32, INT32_MIN, unpack_32},
    {61, 2, 1, 16, -32768, unpack_61},
    {80, 1, 1, 8, -128, unpack_80},
    {160, 2, 1, 16, -32768, unpack_160},
    {212, 3, 2, 12, -2048, unpack_212},
    {310, 4, 3, 10, -512, unpack_310},
    {311, 4, 3, 10, -512, unpack_311},
    {0},
};

const struct rv_wfdb_format *rv_wfdb_format_find(int code)
{
    for (const struct rv_wfdb_format *format = formats; format->code != 0; format++)
        if (format->code == code)
            return format;
    return NULL;
}

/* Samples that `bytes` bytes of a cut group still hold whole. */
static unsigned whole_in_cut(const struct rv_wfdb_format *format, unsigned bytes)
{
    if (format->group_samples == 1 || bytes < 2)
        return 0;
    return format->code == 311 && bytes == 3 ? 2 : 1;
}

uint64_t rv_wfdb_format_samples(const struct rv_wfdb_format *format, uint64_t bytes)
{
    return bytes / format->group_bytes * format->group_samples +
           whole_in_cut(format, (unsigned)(bytes % format->group_bytes));
}

uint64_t rv_wfdb_format_bytes(const struct rv_wfdb_format *format, uint64_t samples)
{
    unsigned left = (unsigned)(samples % format->group_samples);
    unsigned cut = 0;
    while (whole_in_cut(format, cut) < left && cut < format->group_bytes)
        cut++;
    return samples / format->group_samples * format->group_bytes + cut;
}

static size_t take_pending(struct rv_wfdb_stream *stream, int32_t *samples, size_t count)
{
    size_t taken = stream->pending_count < count ? stream->pending_count : count;
    memcpy(samples, stream->pending, taken * sizeof *samples);
    memmove(stream->pending, stream->pending + taken,
            (stream->pending_count - taken) * sizeof *samples);
    stream->pending_count -= (unsigned)taken;
    return taken;
}

enum rv_status rv_wfdb_stream_read(struct rv_wfdb_stream *stream, int32_t *samples, size_t count,
                                   size_t *got, struct rv_error *err)
{
    const struct rv_wfdb_format *format = stream->format;
    unsigned char bytes[STEP_BYTES + 4];
    *got = take_pending(stream, samples, count);
    while (*got < count) {
        size_t groups = (count - *got + format->group_samples - 1) / format->group_samples;
        size_t wanted = groups * format->group_bytes, came = 0;
        wanted = wanted < STEP_BYTES ? wanted : STEP_BYTES;
        enum rv_status status = rv_input_read(stream->input, bytes, wanted, &came, err);
        if (status != RV_OK)
            return status;
        memset(bytes + came, 0, 4); /* the bits of a cut group that are not asked for */
        for (size_t at = 0; at < came && *got < count; at += format->group_bytes) {
            bool whole = came - at >= format->group_bytes;
            format->unpack(bytes + at, stream->pending);
            stream->pending_count =
                whole ? format->group_samples : whole_in_cut(format, (unsigned)(came - at));
            *got += take_pending(stream, samples + *got, count - *got);
        }
        if (came < wanted)
            break;
    }
    return RV_OK;
}
