/* SPDX-License-Identifier: GPL-3.0-or-later
 * SHA-256 of bytes that come in pieces (FIPS 180-4): which file was measured, with which settings.
 */
#ifndef RANVIER_DIGEST_H
#define RANVIER_DIGEST_H

#include <ranvier/error.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rv_digest {
    uint32_t hash[8];
    uint64_t length; /* bytes taken so far */
    unsigned char rest[64];
};

RV_API void rv_digest_start(struct rv_digest *digest);
/* `bytes` may be NULL with length 0. */
RV_API void rv_digest_add(struct rv_digest *digest, const void *bytes, size_t length);
/* 64 hexadecimal digits and the terminator; the digest is used up. */
RV_API void rv_digest_end(struct rv_digest *digest, char out[65]);

#ifdef __cplusplus
}
#endif
#endif
