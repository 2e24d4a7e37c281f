/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: the EDF and BDF reader, header to last event, strict and with truncation allowed.
 */
#include <ranvier/source.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile double sink; /* keeps the reading from being left out */

/* Touches every byte that was delivered, so that a reading beyond it is seen. */
static void touch(const struct rv_block *block)
{
    double sum = 0;
    for (size_t i = 0; i < block->channel_count; i++)
        for (size_t j = 0; j < block->sample_count[i]; j++)
            sum += block->samples[i][j];
    for (size_t i = 0; i < block->event_count; i++)
        sum += (double)strlen(block->events[i].text) + block->events[i].time_s;
    sink = sum;
}

static void read_all(const void *bytes, size_t size, bool allow_truncated)
{
    struct rv_source_options options = rv_source_defaults();
    struct rv_source *source;
    struct rv_error err;
    struct rv_block block;
    bool more = true;
    options.format = "edf";
    options.allow_truncated = allow_truncated;
    options.max_samples = 1 << 24;
    if (rv_source_open_memory("fuzz", bytes, size, &options, &source, &err) != RV_OK)
        return;
    while (more && rv_source_next(source, &block, &more, &err) == RV_OK)
        touch(&block);
    rv_source_close(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *exact = malloc(size > 0 ? size : 1); /* of exactly its size: one byte more is caught */
    if (exact == NULL)
        return 0;
    if (size > 0)
        memcpy(exact, data, size);
    read_all(exact, size, false);
    read_all(exact, size, true);
    free(exact);
    return 0;
}
