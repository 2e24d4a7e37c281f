/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: raw PCM. The first byte is the encoding, the second the number of channels.
 */
#include "read_all.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rv_source_options options = fuzz_options("raw");
    if (size < 2)
        return 0;
    options.encoding = (enum rv_encoding)(data[0] % 12);
    options.channel_count = data[1] % 66;
    options.rate_hz = 10000;
    read_all("fuzz", data + 2, size - 2, &options);
    options.allow_truncated = true;
    read_all("fuzz", data + 2, size - 2, &options);
    return 0;
}
