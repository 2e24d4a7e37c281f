/* SPDX-License-Identifier: GPL-3.0-or-later
 * What every fuzz target of a reader does with its input.
 */
#ifndef TESTS_FUZZ_READ_ALL_H
#define TESTS_FUZZ_READ_ALL_H

#include <ranvier/source.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile double sink; /* keeps the reading from being left out */

/* Touches every byte that was delivered, so that a reading beyond it is seen. */
static void touch(const struct rv_block *block)
{
    double sum = block->start_s;
    for (size_t i = 0; i < block->channel_count; i++)
        for (size_t j = 0; j < block->sample_count[i]; j++) {
            if (!isfinite(block->samples[i][j])) /* no reader lets one through */
                abort();
            sum += block->samples[i][j];
        }
    for (size_t i = 0; i < block->event_count; i++)
        sum += (double)strlen(block->events[i].text) + block->events[i].time_s;
    sink = sum;
}

/* Reads bytes, copied to a heap block of exactly their size, to the end. */
static void read_all(const char *name, const void *bytes, size_t size,
                     const struct rv_source_options *options)
{
    struct rv_source *source;
    struct rv_error err;
    struct rv_block block;
    bool more = true;
    void *exact = malloc(size > 0 ? size : 1);
    if (exact == NULL)
        return;
    if (size > 0)
        memcpy(exact, bytes, size);
    if (rv_source_open_memory(name, exact, size, options, &source, &err) == RV_OK) {
        while (more && rv_source_next(source, &block, &more, &err) == RV_OK)
            touch(&block);
        rv_source_close(source);
    }
    free(exact);
}

static struct rv_source_options fuzz_options(const char *format)
{
    struct rv_source_options options = rv_source_defaults();
    options.format = format;
    options.max_samples = 1 << 24;
    return options;
}

#endif
