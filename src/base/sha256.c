/* SPDX-License-Identifier: GPL-3.0-or-later
 * SHA-256 of bytes. Names and steps are those of FIPS 180-4, sections 4.1.2, 5 and 6.2.
 */
#include "base/sha256.h"

#include <ranvier/digest.h>

#include <stdint.h>
#include <string.h>

enum { BLOCK = 64 };

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t x, unsigned count)
{
    return x >> count | x << (32 - count);
}

/* One step of section 6.2.2 without its last move: v[i] of the text stands in v[(i - t) mod 8], so
 * that nothing is moved. */
static inline void step(uint32_t v[8], size_t t, uint32_t added)
{
    uint32_t a = v[(8 - t) & 7], b = v[(9 - t) & 7], c = v[(10 - t) & 7];
    uint32_t e = v[(12 - t) & 7], f = v[(13 - t) & 7], g = v[(14 - t) & 7];
    uint32_t sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    uint32_t sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    uint32_t t1 = v[(15 - t) & 7] + sum1 + ((e & f) ^ (~e & g)) + added;
    v[(11 - t) & 7] += t1;
    v[(15 - t) & 7] = t1 + sum0 + ((a & b) ^ (a & c) ^ (b & c));
}

static void take_block(uint32_t hash[8], const unsigned char block[BLOCK])
{
    uint32_t w[64], v[8];
    for (size_t t = 0; t < 16; t++)
        w[t] = (uint32_t)block[4 * t] << 24 | (uint32_t)block[4 * t + 1] << 16 |
               (uint32_t)block[4 * t + 2] << 8 | block[4 * t + 3];
    for (size_t t = 16; t < 64; t++) {
        uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
        uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = s1 + w[t - 7] + s0 + w[t - 16];
    }
    memcpy(v, hash, sizeof v);
    for (size_t t = 0; t < 64; t += 8) { /* the compiler keeps v in registers where i is known */
        step(v, 0, constants[t] + w[t]);
        step(v, 1, constants[t + 1] + w[t + 1]);
        step(v, 2, constants[t + 2] + w[t + 2]);
        step(v, 3, constants[t + 3] + w[t + 3]);
        step(v, 4, constants[t + 4] + w[t + 4]);
        step(v, 5, constants[t + 5] + w[t + 5]);
        step(v, 6, constants[t + 6] + w[t + 6]);
        step(v, 7, constants[t + 7] + w[t + 7]);
    }
    for (size_t i = 0; i < 8; i++)
        hash[i] += v[i];
}

void rv_digest_start(struct rv_digest *digest)
{
    *digest = (struct rv_digest){.hash = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void rv_digest_add(struct rv_digest *digest, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    size_t held = (size_t)(digest->length % BLOCK);
    digest->length += length;
    if (held > 0) {
        size_t taken = length < BLOCK - held ? length : BLOCK - held;
        if (taken > 0)
            memcpy(digest->rest + held, at, taken);
        if (held + taken < BLOCK)
            return;
        take_block(digest->hash, digest->rest);
        at += taken;
        length -= taken;
    }
    for (; length >= BLOCK; at += BLOCK, length -= BLOCK)
        take_block(digest->hash, at);
    if (length > 0)
        memcpy(digest->rest, at, length);
}

/* Padding of section 5.1.1: a one bit, zeros, the length in bits. */
void rv_digest_end(struct rv_digest *digest, char out[65])
{
    static const char digits[] = "0123456789abcdef";
    static const unsigned char pad[BLOCK] = {0x80};
    unsigned char size[8];
    for (size_t i = 0; i < 8; i++)
        size[i] = (unsigned char)(digest->length * 8 >> (56 - 8 * i));
    size_t held = (size_t)(digest->length % BLOCK);
    rv_digest_add(digest, pad, held < BLOCK - 8 ? BLOCK - 8 - held : 2 * BLOCK - 8 - held);
    rv_digest_add(digest, size, sizeof size);
    for (size_t i = 0; i < 64; i++)
        out[i] = digits[digest->hash[i / 8] >> (28 - 4 * (i % 8)) & 15];
    out[64] = '\0';
}

void rv_sha256_hex(const void *bytes, size_t length, char out[65])
{
    struct rv_digest digest;
    rv_digest_start(&digest);
    rv_digest_add(&digest, bytes, length);
    rv_digest_end(&digest, out);
}
