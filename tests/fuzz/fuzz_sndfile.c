/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: audio containers through our gate and libsndfile.
 */
#include "read_all.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rv_source_options options = fuzz_options("audio");
    read_all("fuzz", data, size, &options);
    options.allow_truncated = true;
    options.calibration = "uV=1000,2:mV=3";
    read_all("fuzz", data, size, &options);
    return 0;
}
