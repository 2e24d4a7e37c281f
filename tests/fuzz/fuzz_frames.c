/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: Ranvier frames, as they come and with their checksums set right.
 */
#include "base/crc32c.h"
#include "read_all.h"

enum { HEAD = 24 };

/* Without this no changed frame would be looked into. */
static void set_checksums(unsigned char *bytes, size_t size)
{
    for (size_t at = 0; size >= HEAD && at <= size - HEAD; at++) {
        unsigned char *head = bytes + at;
        size_t length = head[8] | (size_t)head[9] << 8 | (size_t)head[10] << 16;
        if (memcmp(head, "RVF1", 4) != 0 || head[11] != 0 || length > size - at - HEAD)
            continue;
        uint32_t crc = rv_crc32c(rv_crc32c(0, head, 20), head + HEAD, length);
        for (int i = 0; i < 4; i++)
            head[20 + i] = (unsigned char)(crc >> 8 * i);
        at += HEAD + length - 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rv_source_options options = fuzz_options("frames");
    unsigned char *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL)
        return 0;
    if (size > 0)
        memcpy(copy, data, size);
    read_all("fuzz", copy, size, &options);
    set_checksums(copy, size);
    read_all("fuzz", copy, size, &options);
    options.allow_truncated = true;
    read_all("fuzz", copy, size, &options);
    free(copy);
    return 0;
}
