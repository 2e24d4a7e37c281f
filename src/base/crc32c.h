/* SPDX-License-Identifier: GPL-3.0-or-later
 * CRC-32C (Castagnoli; RFC 3720, appendix B.4), as frames carry it.
 */
#ifndef RV_BASE_CRC32C_H
#define RV_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Goes on from `crc`; begin with 0. */
uint32_t rv_crc32c(uint32_t crc, const void *bytes, size_t count);

#endif
