/* SPDX-License-Identifier: GPL-3.0-or-later
 * Integers out of bytes, of either order, whatever the machine's own is.
 */
#ifndef RV_ACQUIRE_BYTES_H
#define RV_ACQUIRE_BYTES_H

#include <stdint.h>

static inline unsigned rv_u16le(const unsigned char *b)
{
    return (unsigned)b[0] | (unsigned)b[1] << 8;
}

static inline unsigned rv_u16be(const unsigned char *b)
{
    return (unsigned)b[1] | (unsigned)b[0] << 8;
}

static inline uint32_t rv_u32le(const unsigned char *b)
{
    return (uint32_t)rv_u16le(b) | (uint32_t)rv_u16le(b + 2) << 16;
}

static inline uint32_t rv_u32be(const unsigned char *b)
{
    return (uint32_t)rv_u16be(b + 2) | (uint32_t)rv_u16be(b) << 16;
}

static inline uint64_t rv_u64le(const unsigned char *b)
{
    return rv_u32le(b) | (uint64_t)rv_u32le(b + 4) << 32;
}

static inline uint64_t rv_u64be(const unsigned char *b)
{
    return rv_u32be(b + 4) | (uint64_t)rv_u32be(b) << 32;
}

/* Two's complement of `bits` bits. */
static inline int32_t rv_signed(uint32_t value, unsigned bits)
{
    int64_t wide = value & (bits < 32 ? (1u << bits) - 1 : UINT32_MAX);
    return (int32_t)(wide >= (INT64_C(1) << (bits - 1)) ? wide - (INT64_C(1) << bits) : wide);
}

#endif
