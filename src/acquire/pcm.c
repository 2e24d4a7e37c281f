/* SPDX-License-Identifier: GPL-3.0-or-later
 * The encodings of raw samples.
 */
#include "acquire/pcm.h"

#include "acquire/bytes.h"

#include <string.h>

static double s16le(const unsigned char *b)
{
    return rv_signed(rv_u16le(b), 16);
}

static double s16be(const unsigned char *b)
{
    return rv_signed(rv_u16be(b), 16);
}

static double s24le(const unsigned char *b)
{
    return rv_signed(rv_u16le(b) | (uint32_t)b[2] << 16, 24);
}

static double s24be(const unsigned char *b)
{
    return rv_signed((uint32_t)rv_u16be(b) << 8 | b[2], 24);
}

static double s32le(const unsigned char *b)
{
    return rv_signed(rv_u32le(b), 32);
}

static double s32be(const unsigned char *b)
{
    return rv_signed(rv_u32be(b), 32);
}

static double single(uint32_t bits)
{
    float number;
    memcpy(&number, &bits, sizeof number);
    return (double)number;
}

static double f32le(const unsigned char *b)
{
    return single(rv_u32le(b));
}

static double f32be(const unsigned char *b)
{
    return single(rv_u32be(b));
}

static double twice(uint64_t bits)
{
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static double f64le(const unsigned char *b)
{
    return twice(rv_u64le(b));
}

static double f64be(const unsigned char *b)
{
    return twice(rv_u64be(b));
}

static double u8(const unsigned char *b)
{
    return (double)b[0] - 128;
}

static const struct rv_pcm encodings[] = {
    [RV_S16LE] = {"s16le", 2, 16, RV_S16BE, s16le},
    [RV_S16BE] = {"s16be", 2, 16, RV_S16LE, s16be},
    [RV_S24LE] = {"s24le", 3, 24, RV_S24BE, s24le},
    [RV_S24BE] = {"s24be", 3, 24, RV_S24LE, s24be},
    [RV_S32LE] = {"s32le", 4, 32, RV_S32BE, s32le},
    [RV_S32BE] = {"s32be", 4, 32, RV_S32LE, s32be},
    [RV_F32LE] = {"f32le", 4, 0, RV_F32BE, f32le},
    [RV_F32BE] = {"f32be", 4, 0, RV_F32LE, f32be},
    [RV_F64LE] = {"f64le", 8, 0, RV_F64BE, f64le},
    [RV_F64BE] = {"f64be", 8, 0, RV_F64LE, f64be},
    [RV_U8] = {"u8", 1, 8, RV_U8, u8},
};

const struct rv_pcm *rv_pcm_find(enum rv_encoding encoding)
{
    size_t index = (size_t)encoding;
    return index < sizeof encodings / sizeof encodings[0] ? &encodings[index] : NULL;
}

bool rv_pcm_named(const char *name, enum rv_encoding *encoding)
{
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++)
        if (strcmp(encodings[i].name, name) == 0) {
            *encoding = (enum rv_encoding)i;
            return true;
        }
    return false;
}
