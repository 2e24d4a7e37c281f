/* SPDX-License-Identifier: GPL-3.0-or-later
 * The filter bank: its output against the direct sum over the taps, on any cut of the input.
 */
#include "base/arena.h"
#include "dsp/design.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

static const struct rv_filter_design sensory = {
    48000.0, {"sensory", 200.0, 3000.0, 0.0}, RV_LINEAR_PHASE, 513};
static const struct rv_filter_design causal = {
    48000.0, {"sensory", 200.0, 3000.0, 0.0}, RV_MINIMUM_PHASE, 513};
static const struct rv_filter_design short_low = {
    48000.0, {"low", 0.0, 3000.0, 0.0}, RV_LINEAR_PHASE, 101};

enum { LENGTH = 20011, CHANNELS_MAX = 3, BANDS_MAX = 8 };

static float signals[CHANNELS_MAX][LENGTH];
static float outputs[BANDS_MAX][CHANNELS_MAX][LENGTH], again[BANDS_MAX][CHANNELS_MAX][LENGTH];

/* Uniform noise on an offset, the same in every run. */
static void make_signals(void)
{
    uint32_t state = 20260302;
    for (size_t i = 0; i < CHANNELS_MAX; i++)
        for (size_t n = 0; n < LENGTH; n++) {
            state = state * 1664525U + 1013904223U;
            signals[i][n] = (float)(state >> 8) / 8388608.0F - 1.0F + 0.5F * (float)(i + 1);
        }
}

static void collect(struct rv_filter_bank *bank, size_t band_count, size_t channel_count,
                    size_t *taken, float into[BANDS_MAX][CHANNELS_MAX][LENGTH])
{
    size_t got = 0;
    for (size_t i = 0; i < band_count; i++)
        for (size_t j = 0; j < channel_count; j++)
            got = rv_filter_bank_take(bank, i, j, into[i][j] + *taken, LENGTH - *taken);
    *taken += got;
}

/* Runs the signals through a bank in calls of `cut` samples, or of irregular ones for 0. */
static void run(struct rv_filter_bank *bank, size_t band_count, size_t channel_count, size_t length,
                size_t cut, float into[BANDS_MAX][CHANNELS_MAX][LENGTH])
{
    size_t taken = 0, round = 0;
    for (size_t done = 0; done < length; round++) {
        size_t count = cut != 0 ? cut : (round * 7919) % 701;
        count = count < length - done ? count : length - done;
        const float *pointers[CHANNELS_MAX];
        for (size_t i = 0; i < channel_count; i++)
            pointers[i] = signals[i] + done;
        cr_assert(rv_filter_bank_push(bank, pointers, count, NULL) == 0);
        done += count;
        collect(bank, band_count, channel_count, &taken, into);
    }
    cr_assert(rv_filter_bank_finish(bank, NULL) == 0);
    collect(bank, band_count, channel_count, &taken, into);
    cr_assert(taken == length);
}

static struct rv_filter_bank *bank_of(const struct rv_filter_design *designs, size_t count,
                                      size_t channels)
{
    struct rv_filter_bank *bank = NULL;
    cr_assert(rv_filter_bank_new(designs, count, channels, &bank, NULL) == 0);
    return bank;
}

/* The definition, in double, with the first and last sample held. */
static double direct(const struct rv_fir *fir, const float *signal, size_t length, size_t i)
{
    double sum = 0.0;
    for (size_t k = 0; k < fir->tap_count; k++) {
        const long long at = (long long)i + (long long)fir->advance - (long long)k;
        const long long last = (long long)length - 1;
        sum += fir->taps[k] * (double)signal[at < 0 ? 0 : at > last ? last : at];
    }
    return sum;
}

static void expect_definition(const struct rv_filter_design *design, size_t channel, size_t length,
                              const float *got)
{
    struct rv_fir fir = {.taps = NULL};
    cr_assert(rv_fir_design(design, &fir, NULL) == 0);
    double worst = 0.0;
    for (size_t i = 0; i < length; i += i < 600 || i + 600 > length ? 1 : 37)
        worst = fmax(worst, fabs((double)got[i] - direct(&fir, signals[channel], length, i)));
    cr_expect(worst < 2e-6, "channel %zu: %g", channel, worst);
    rv_fir_finish(&fir);
}

Test(filterbank, output_is_the_sum_over_the_taps_for_any_number_of_channels)
{
    make_signals();
    const struct rv_filter_design designs[] = {sensory, short_low, causal};
    for (size_t channels = 1; channels <= CHANNELS_MAX; channels++) {
        struct rv_filter_bank *bank = bank_of(designs, 3, channels);
        run(bank, 3, channels, LENGTH, LENGTH, outputs);
        for (size_t i = 0; i < 3; i++)
            for (size_t j = 0; j < channels; j++)
                expect_definition(&designs[i], j, LENGTH, outputs[i][j]);
        rv_filter_bank_free(bank);
    }
}

Test(filterbank, output_does_not_depend_on_the_cut_by_one_bit)
{
    make_signals();
    const struct rv_filter_design designs[] = {sensory, causal};
    const size_t cuts[] = {0, 1, 64, 256, 1535, 1536, 1537, 8192};
    for (size_t channels = 1; channels <= CHANNELS_MAX; channels++) {
        struct rv_filter_bank *bank = bank_of(designs, 2, channels);
        run(bank, 2, channels, LENGTH, LENGTH, outputs);
        for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
            rv_filter_bank_reset(bank);
            run(bank, 2, channels, LENGTH, cuts[i], again);
            for (size_t b = 0; b < 2; b++)
                for (size_t c = 0; c < channels; c++)
                    cr_expect(memcmp(outputs[b][c], again[b][c], sizeof outputs[b][c]) == 0,
                              "cut %zu, %zu channels", cuts[i], channels);
        }
        rv_filter_bank_free(bank);
    }
}

Test(filterbank, short_signals_come_out_as_long_as_they_were)
{
    make_signals();
    const struct rv_filter_design designs[] = {sensory, causal};
    struct rv_filter_bank *bank = bank_of(designs, 2, 1);
    for (size_t length = 0; length < 1500; length += length < 5 ? 1 : 499) {
        rv_filter_bank_reset(bank);
        run(bank, 2, 1, length, 64, outputs);
        for (size_t b = 0; b < 2 && length > 0; b++)
            expect_definition(&designs[b], 0, length, outputs[b][0]);
    }
    rv_filter_bank_free(bank);
}

Test(filterbank, a_block_costs_one_forward_transform_and_one_inverse_for_each_band)
{
    /* 513 taps: blocks of 2048 with 2048 - 512 = 1536 new samples. 20011 samples of a channel pair
     * are 14 blocks (13.03). One channel: two blocks a transform, so 7 steps. Eight bands: 8
     * inverse transforms each. */
    make_signals();
    struct rv_filter_design designs[BANDS_MAX];
    for (size_t i = 0; i < BANDS_MAX; i++)
        designs[i] = sensory;
    const size_t rows[][4] = {{1, 2, 14, 14}, {8, 2, 14, 112}, {1, 1, 7, 7}, {8, 1, 7, 56}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t forward = 0, inverse = 0;
        struct rv_filter_bank *bank = bank_of(designs, rows[i][0], rows[i][1]);
        run(bank, rows[i][0], rows[i][1], LENGTH, 256, outputs);
        rv_filter_bank_counts(bank, &forward, &inverse);
        cr_expect(forward == rows[i][2], "row %zu", i);
        cr_expect(inverse == rows[i][3], "row %zu", i);
        rv_filter_bank_free(bank);
    }
}

Test(filterbank, an_impulse_brings_out_the_taps)
{
    const struct rv_filter_design designs[] = {sensory, causal};
    memset(signals, 0, sizeof signals);
    signals[0][5000] = 1.0F;
    struct rv_filter_bank *bank = bank_of(designs, 2, 1);
    run(bank, 2, 1, LENGTH, 100, outputs);
    for (size_t b = 0; b < 2; b++) {
        struct rv_fir fir = {.taps = NULL};
        cr_assert(rv_fir_design(&designs[b], &fir, NULL) == 0);
        for (size_t k = 0; k < fir.tap_count; k++)
            cr_expect(fabs((double)outputs[b][0][5000 - fir.advance + k] - fir.taps[k]) < 2e-7);
        rv_fir_finish(&fir);
    }
    rv_filter_bank_free(bank);
}

Test(filterbank, minimum_phase_has_no_output_before_its_cause)
{
    /* What stands before the impulse is the rounding of single precision: 1e-7 of the impulse. */
    memset(signals, 0, sizeof signals);
    signals[0][9000] = 1.0F;
    struct rv_filter_bank *bank = bank_of(&causal, 1, 1);
    run(bank, 1, 1, LENGTH, LENGTH, outputs);
    for (size_t n = 0; n < 9000; n++)
        cr_expect(fabsf(outputs[0][0][n]) < 1e-7F, "%zu", n);
    float largest = 0.0F;
    for (size_t n = 9000; n < 9030; n++)
        largest = fmaxf(largest, fabsf(outputs[0][0][n]));
    cr_expect(largest > 0.05F);
    rv_filter_bank_free(bank);
}

Test(filterbank, a_constant_leaves_a_low_pass_unchanged_and_a_high_pass_as_zero)
{
    const struct rv_filter_design designs[] = {sensory, short_low, causal};
    for (size_t n = 0; n < LENGTH; n++)
        signals[0][n] = 1000.0F;
    struct rv_filter_bank *bank = bank_of(designs, 3, 1);
    run(bank, 3, 1, LENGTH, LENGTH, outputs);
    for (size_t n = 0; n < LENGTH; n++) {
        cr_expect(fabsf(outputs[0][0][n]) < 1e-3F);
        cr_expect(fabsf(outputs[1][0][n] - 1000.0F) < 1e-3F);
        cr_expect(fabsf(outputs[2][0][n]) < 1e-3F);
    }
    rv_filter_bank_free(bank);
}

Test(filterbank, half_the_rate_is_stopped_by_a_low_pass)
{
    for (size_t n = 0; n < LENGTH; n++)
        signals[0][n] = n % 2 == 0 ? 1.0F : -1.0F;
    struct rv_filter_bank *bank = bank_of(&short_low, 1, 1);
    run(bank, 1, 1, LENGTH, LENGTH, outputs);
    for (size_t n = 100; n + 100 < LENGTH; n++)
        cr_expect(fabsf(outputs[0][0][n]) < 1e-3F);
    rv_filter_bank_free(bank);
}

Test(filterbank, a_pair_of_channels_does_not_leak_into_one_another)
{
    make_signals();
    memset(signals[1], 0, sizeof signals[1]);
    struct rv_filter_bank *bank = bank_of(&sensory, 1, 2);
    run(bank, 1, 2, LENGTH, LENGTH, outputs);
    for (size_t n = 0; n < LENGTH; n++)
        cr_expect(fabsf(outputs[0][1][n]) < 1e-6F);
    rv_filter_bank_free(bank);
}

Test(filterbank, samples_that_are_not_finite_are_refused)
{
    make_signals();
    const float wrong[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        struct rv_error err = {RV_OK, ""};
        struct rv_filter_bank *bank = bank_of(&sensory, 1, 1);
        signals[0][77] = wrong[i];
        const float *pointer = signals[0];
        cr_expect(rv_filter_bank_push(bank, &pointer, 100, &err) == RV_DATA);
        cr_expect(strstr(err.text, "not finite") != NULL);
        rv_filter_bank_free(bank);
    }
}

Test(filterbank, banks_that_cannot_be_are_refused)
{
    struct rv_filter_design pair[] = {sensory, sensory};
    pair[1].rate_hz = 20000.0;
    struct rv_filter_bank *bank = NULL;
    cr_expect(rv_filter_bank_new(pair, 2, 1, &bank, NULL) == RV_MISUSE);
    cr_expect(rv_filter_bank_new(pair, 0, 1, &bank, NULL) == RV_MISUSE);
    cr_expect(rv_filter_bank_new(pair, 1, 0, &bank, NULL) == RV_MISUSE);
    cr_expect(bank == NULL);
    rv_filter_bank_free(NULL);
}

Test(filterbank, samples_after_the_end_are_refused)
{
    make_signals();
    struct rv_filter_bank *bank = bank_of(&sensory, 1, 1);
    const float *pointer = signals[0];
    cr_assert(rv_filter_bank_finish(bank, NULL) == 0);
    cr_expect(rv_filter_bank_push(bank, &pointer, 1, NULL) == RV_MISUSE);
    rv_filter_bank_reset(bank);
    cr_expect(rv_filter_bank_push(bank, &pointer, 1, NULL) == 0);
    rv_filter_bank_free(bank);
}

Test(filterbank, a_2_hz_high_pass_at_48_khz_works_in_long_blocks)
{
    /* 87099 taps, more than there are samples; noise of amplitude 1 on an offset of 1.5. */
    struct rv_filter_design motor = {48000.0, {"motor", 2.0, 10000.0, 0.0}, RV_LINEAR_PHASE, 0};
    make_signals();
    struct rv_filter_bank *bank = bank_of(&motor, 1, 3);
    run(bank, 1, 3, LENGTH, 1000, outputs);
    cr_expect(rv_filter_bank_facts(bank, 0)->tap_count == 87099);
    struct rv_fir fir = {.taps = NULL};
    cr_assert(rv_fir_design(&motor, &fir, NULL) == 0);
    for (size_t i = 0; i < LENGTH; i += 1667)
        cr_expect(fabs((double)outputs[0][2][i] - direct(&fir, signals[2], LENGTH, i)) < 3e-6);
    rv_fir_finish(&fir);
    rv_filter_bank_free(bank);
}
