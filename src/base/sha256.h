/* SPDX-License-Identifier: GPL-3.0-or-later
 * SHA-256 of bytes in memory (FIPS 180-4), to say which table was used.
 */
#ifndef RV_BASE_SHA256_H
#define RV_BASE_SHA256_H

#include <stddef.h>

/* 64 hexadecimal digits and the terminator. `bytes` may be NULL with length 0. */
void rv_sha256_hex(const void *bytes, size_t length, char out[65]);

#endif
