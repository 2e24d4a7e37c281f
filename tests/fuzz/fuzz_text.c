/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: text tables, with and without a stated rate.
 */
#include "read_all.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rv_source_options options = fuzz_options("text");
    read_all("fuzz.csv", data, size, &options);
    options.rate_hz = 1000;
    options.calibration = "uV=2";
    read_all("fuzz.csv", data, size, &options);
    return 0;
}
