/* SPDX-License-Identifier: GPL-3.0-or-later
 * Benchmark of the filter bank against the bare transforms it is made of. Both sides use the same
 * plan; they run in turn, the ratio is the median of the pairs, times are CPU times.
 */
#define _POSIX_C_SOURCE 200809L

#include "dsp/fft.h"

#include <ranvier/ranvier.h>

#include <fftw3.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PAIRS = 11, BANDS_MAX = 8, CHANNELS = 2, MINUTE = 60 * 48000 };

static const double BURST_S = 0.03;

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void check(enum rv_status status, const struct rv_error *err)
{
    if (status == RV_OK)
        return;
    fprintf(stderr, "bench: %s\n", err->text);
    exit((int)status);
}

static void *check_memory(void *memory)
{
    struct rv_error err = {RV_OK, "out of memory"};
    check(memory != NULL ? RV_OK : RV_NO_MEMORY, &err);
    return memory;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}

/* --- the two sides -------------------------------------------------------------------------- */

/* One filter bank at work, and the transforms alone on buffers of the same size. */
struct side {
    size_t band_count, tap_count;
    struct rv_filter_bank *bank;
    size_t size, useful; /* of a block */
    struct rv_fft *fft;
    float *block, *spectrum, *filtered;
    fftwf_plan real_forward, real_inverse;
    const float *input[CHANNELS];
    float *output;
    size_t length; /* samples of a channel in input; 0: one block again and again */
};

static void bank_pass(struct side *side, size_t blocks)
{
    struct rv_error err;
    const size_t chunk = side->length > 0 ? 4096 : side->useful;
    const size_t total = blocks * side->useful;
    size_t taken = 0;
    for (size_t done = 0; done < total; done += chunk) {
        const size_t at = side->length > 0 ? done % (side->length - chunk) : 0;
        const float *pointers[CHANNELS] = {side->input[0] + at, side->input[1] + at};
        check(rv_filter_bank_push(side->bank, pointers, chunk, &err), &err);
        for (size_t band = 0; band < side->band_count; band++)
            for (size_t channel = 0; channel < CHANNELS; channel++) {
                const size_t lane = band * CHANNELS + channel;
                float *out = side->length > 0
                                 ? side->output + lane * side->length + taken % side->length
                                 : side->output;
                const size_t room =
                    side->length > 0 ? side->length - taken % side->length : side->useful;
                const size_t got = rv_filter_bank_take(side->bank, band, channel, out, room);
                if (band == side->band_count - 1 && channel == CHANNELS - 1)
                    taken += got;
            }
    }
}

static void bare_pass(struct side *side, size_t blocks)
{
    for (size_t i = 0; i < blocks; i++) {
        rv_fft_forward(side->fft, side->block, side->spectrum);
        for (size_t band = 0; band < side->band_count; band++)
            rv_fft_inverse(side->fft, side->spectrum, side->filtered);
    }
}

static void real_pass(struct side *side, size_t blocks)
{
    fftwf_complex *spectrum = (fftwf_complex *)side->spectrum;
    for (size_t i = 0; i < blocks * CHANNELS; i++) {
        fftwf_execute_dft_r2c(side->real_forward, side->block, spectrum);
        for (size_t band = 0; band < side->band_count; band++)
            fftwf_execute_dft_c2r(side->real_inverse, spectrum, side->filtered);
    }
}

static double time_pass(void (*pass)(struct side *, size_t), struct side *side, size_t blocks)
{
    const double start = cpu_s();
    pass(side, blocks);
    return cpu_s() - start;
}

/* --- measuring ------------------------------------------------------------------------------ */

static void side_new(struct side *side, size_t band_count, size_t tap_count, const float *input,
                     size_t length)
{
    struct rv_filter_design designs[BANDS_MAX];
    struct rv_error err;
    *side = (struct side){.band_count = band_count, .tap_count = tap_count, .length = length};
    for (size_t i = 0; i < band_count; i++)
        designs[i] = (struct rv_filter_design){
            48000.0, {"bench", 20.0 + (double)i, 3000.0, 50.0}, RV_LINEAR_PHASE, tap_count};
    check(rv_filter_bank_new(designs, band_count, CHANNELS, &side->bank, &err), &err);
    size_t pushed = 0, forward = 0, inverse = 0;
    while (forward == 0) { /* the size of its blocks, by counting */
        static const float zero;
        const float *pointers[CHANNELS] = {&zero, &zero};
        check(rv_filter_bank_push(side->bank, pointers, 1, &err), &err);
        pushed++;
        rv_filter_bank_counts(side->bank, &forward, &inverse);
    }
    side->useful = pushed - tap_count / 2;
    side->size = side->useful + tap_count - 1;
    check(rv_fft_new(side->size, &side->fft, &err), &err);
    side->block = check_memory(rv_fft_floats(2 * side->size));
    side->spectrum = check_memory(rv_fft_floats(2 * side->size + 2));
    side->filtered = check_memory(rv_fft_floats(2 * side->size));
    side->real_forward = fftwf_plan_dft_r2c_1d((int)side->size, side->block,
                                               (fftwf_complex *)side->spectrum, FFTW_ESTIMATE);
    side->real_inverse = fftwf_plan_dft_c2r_1d((int)side->size, (fftwf_complex *)side->spectrum,
                                               side->filtered, FFTW_ESTIMATE);
    memset(side->block, 0, 2 * side->size * sizeof(float));
    side->input[0] = input;
    side->input[1] = input + (length > 0 ? length : side->useful);
    side->output =
        check_memory(rv_fft_floats(length > 0 ? length * band_count * CHANNELS : side->useful));
}

static void side_free(struct side *side)
{
    rv_filter_bank_free(side->bank);
    rv_fft_free(side->fft);
    rv_fft_release(side->block);
    rv_fft_release(side->spectrum);
    rv_fft_release(side->filtered);
    rv_fft_release(side->output);
    fftwf_destroy_plan(side->real_forward);
    fftwf_destroy_plan(side->real_inverse);
}

static const char *mark(double ratio, double goal)
{
    return ratio <= goal ? "reached" : "NOT REACHED";
}

static void measure(size_t band_count, size_t tap_count, const float *input, size_t length,
                    double goal)
{
    struct side side;
    side_new(&side, band_count, tap_count, input, length);
    size_t blocks = 1;
    while (time_pass(bare_pass, &side, blocks) < BURST_S)
        blocks *= 2;
    time_pass(bank_pass, &side, blocks);
    time_pass(real_pass, &side, blocks);
    double speed[PAIRS], to_bare[PAIRS], to_real[PAIRS];
    for (size_t i = 0; i < PAIRS; i++) {
        const double ours = time_pass(bank_pass, &side, blocks);
        const double bare = time_pass(bare_pass, &side, blocks);
        const double ours_again = time_pass(bank_pass, &side, blocks);
        const double real = time_pass(real_pass, &side, blocks);
        speed[i] = 1e-6 * (double)(blocks * side.useful * CHANNELS) / ours;
        to_bare[i] = ours / bare;
        to_real[i] = ours_again / real;
    }
    const double bare_ratio = median(to_bare, PAIRS), real_ratio = median(to_real, PAIRS);
    printf("%-6s %5zu taps  N %6zu  bands %zu  %7.1f Msamples/s  %5.2f x c2c (%s %.2f)  "
           "%5.2f x r2c+c2r",
           length > 0 ? "memory" : "cache", tap_count, side.size, band_count, median(speed, PAIRS),
           bare_ratio, mark(bare_ratio, goal), goal, real_ratio);
    if (band_count == 1 && length == 0 && tap_count <= 513)
        printf(" (%s 0.80)", mark(real_ratio, 0.80));
    putchar('\n');
    fflush(stdout);
    side_free(&side);
}

static void measure_start(const char *band, size_t tap_count)
{
    struct rv_error err;
    double times_ms[PAIRS];
    struct rv_filter_design design = {.rate_hz = 48000.0, .tap_count = tap_count};
    size_t made = 0;
    check(rv_band_parse(band, &design.band, &err), &err);
    for (size_t i = 0; i < PAIRS; i++) {
        struct rv_filter_bank *bank = NULL;
        const double start = cpu_s();
        check(rv_filter_bank_new(&design, 1, CHANNELS, &bank, &err), &err);
        times_ms[i] = 1e3 * (cpu_s() - start);
        made = rv_filter_bank_facts(bank, 0)->tap_count;
        rv_filter_bank_free(bank);
    }
    const double start_ms = median(times_ms, PAIRS);
    printf("start  %5zu taps  %.1f ms for design and plans (%s 5)\n", made, start_ms,
           mark(start_ms, 5.0));
}

int main(void)
{
    static const size_t taps[] = {101, 513, 2049, 8193};
    float *input = check_memory(rv_fft_floats((size_t)MINUTE * CHANNELS));
    srand(1);
    for (size_t i = 0; i < (size_t)MINUTE * CHANNELS; i++)
        input[i] = (float)rand() / (float)RAND_MAX - 0.5F;
    for (size_t i = 0; i < sizeof taps / sizeof taps[0]; i++)
        measure(1, taps[i], input, 0, 1.35);
    for (size_t i = 0; i < sizeof taps / sizeof taps[0]; i++)
        measure(BANDS_MAX, taps[i], input, 0, 1.6);
    for (size_t i = 1; i < sizeof taps / sizeof taps[0]; i++)
        measure(1, taps[i], input, MINUTE, 1.7);
    for (size_t i = 0; i < sizeof taps / sizeof taps[0]; i++)
        measure_start("20:3000", taps[i]);
    measure_start("sensory", 0);
    measure_start("motor", 0);
    rv_fft_release(input);
    return 0;
}
