/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mains: signals made here, so that their truth is known.
 */
#include "condition/mains.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

TestSuite(mains, .timeout = 120);

enum { SAMPLES_MAX = 1200000, SEGMENTS_MAX = 40 };

static double samples[SAMPLES_MAX];

/* A recording of one channel whose segments are laid out by `lay_out`. */
static struct rv_channel channel = {.label = "APB", .unit = "uV", .calibrated = true};
static struct rv_segment segments[SEGMENTS_MAX];
static size_t firsts[SEGMENTS_MAX], counts[SEGMENTS_MAX];
static const double *pointers[1] = {samples};
static double stimuli[SEGMENTS_MAX];

static struct rv_recording lay_out(double rate_hz, size_t segment_count, double length_s,
                                   double every_s)
{
    channel.rate_hz = rate_hz;
    const size_t count = (size_t)lround(length_s * rate_hz);
    for (size_t i = 0; i < segment_count; i++) {
        firsts[i] = i * count;
        counts[i] = count;
        segments[i] = (struct rv_segment){(double)i * every_s, &firsts[i], &counts[i]};
    }
    memset(samples, 0, sizeof samples);
    return (struct rv_recording){.channels = &channel,
                                 .channel_count = 1,
                                 .samples = pointers,
                                 .segments = segments,
                                 .segment_count = segment_count};
}

/* The nth sample's recording time. */
static double time_of(const struct rv_recording *recording, size_t segment, size_t n)
{
    return recording->segments[segment].start_s + (double)n / channel.rate_hz;
}

static uint32_t state;

/* Normal by the sum of twelve uniform numbers. */
static double normal(void)
{
    double sum = -6.0;
    for (int i = 0; i < 12; i++) {
        state = state * 1664525U + 1013904223U;
        sum += (double)(state >> 8) / 16777216.0;
    }
    return sum;
}

struct hum {
    double frequency_hz, drift_hz_s, amplitude_uv, phase;
    double third_uv, fifth_uv;
};

static double hum_at(const struct hum *hum, double t)
{
    const double turn =
        2.0 * M_PI * (hum->frequency_hz * t + 0.5 * hum->drift_hz_s * t * t) + hum->phase;
    return hum->amplitude_uv * cos(turn) + hum->third_uv * sin(3.0 * turn) +
           hum->fifth_uv * cos(5.0 * turn + 1.0);
}

static void add(const struct rv_recording *recording, const struct hum *hum, double noise_uv,
                double correlation)
{
    double noise = 0.0;
    for (size_t i = 0; i < recording->segment_count; i++)
        for (size_t n = 0; n < counts[i]; n++) {
            noise = correlation * noise + sqrt(1.0 - correlation * correlation) * normal();
            samples[firsts[i] + n] +=
                hum_at(hum, time_of(recording, i, n)) + noise_uv * noise + 300.0;
        }
}

/* RMS of what subtraction leaves of the hum in all segments. */
static double left_uv(const struct rv_recording *recording, const struct hum *hum,
                      const struct rv_mains *mains)
{
    double sum = 0.0;
    size_t count = 0;
    for (size_t i = 0; i < recording->segment_count; i++)
        for (size_t n = 0; n < counts[i]; n++, count++) {
            const double t = time_of(recording, i, n);
            const double left = hum_at(hum, t) - rv_mains_at(mains, t);
            sum += left * left;
        }
    return sqrt(sum / (double)count);
}

static struct rv_mains estimate(const struct rv_recording *recording, size_t stimulus_count,
                                double mains_hz)
{
    struct rv_mains mains;
    cr_assert(rv_mains_estimate(recording, 0, stimuli, stimulus_count, 0.0, 95.0, mains_hz, &mains,
                                NULL) == RV_OK);
    return mains;
}

Test(mains, frequency_and_amplitude_of_a_hum_at_49_93_hz)
{
    const double rates_hz[] = {4000.0, 10000.0, 20000.0, 48000.0};
    const struct hum hum = {49.93, 0.0, 40.0, 0.7, 0.0, 0.0};
    for (size_t i = 0; i < 4; i++) {
        state = 1;
        struct rv_recording recording = lay_out(rates_hz[i], 1, 10.0, 0.0);
        add(&recording, &hum, 5.0, 0.0);
        struct rv_mains mains = estimate(&recording, 0, 0.0);
        cr_assert(mains.found);
        cr_expect(fabs(mains.frequency_hz - 49.93) < 0.001);
        cr_expect(fabs(mains.frequency_hz - 49.93) < 4.0 * mains.frequency_se_hz);
        cr_expect(fabs(mains.amplitude_uv - 40.0) < 0.3, "%g", mains.amplitude_uv);
        cr_expect(left_uv(&recording, &hum, &mains) < 0.2);
    }
}

Test(mains, sixty_hertz_is_found_without_being_told)
{
    const struct hum hum = {60.04, 0.0, 10.0, -2.0, 0.0, 0.0};
    state = 2;
    struct rv_recording recording = lay_out(10000.0, 1, 5.0, 0.0);
    add(&recording, &hum, 5.0, 0.0);
    struct rv_mains mains = estimate(&recording, 0, 0.0);
    cr_assert(mains.found);
    cr_expect(fabs(mains.frequency_hz - 60.04) < 0.01);
    mains = estimate(&recording, 0, 50.0);
    cr_expect_not(mains.found);
}

Test(mains, harmonics_that_are_there_are_taken_and_others_left)
{
    const struct hum hum = {50.02, 0.0, 30.0, 0.3, 8.0, 4.0};
    state = 3;
    struct rv_recording recording = lay_out(20000.0, 1, 10.0, 0.0);
    add(&recording, &hum, 5.0, 0.0);
    struct rv_mains mains = estimate(&recording, 0, 0.0);
    cr_assert(mains.found);
    cr_expect(fabs(hypot(mains.cosine_uv[2], mains.sine_uv[2]) - 8.0) < 0.2);
    cr_expect(fabs(hypot(mains.cosine_uv[4], mains.sine_uv[4]) - 4.0) < 0.2);
    cr_expect(fabs(mains.cosine_uv[1]) + fabs(mains.sine_uv[1]) < 1e-12);
    cr_expect(fabs(mains.cosine_uv[3]) + fabs(mains.sine_uv[3]) < 1e-12);
    cr_expect(left_uv(&recording, &hum, &mains) < 0.3);
}

/* Ten sweeps of 100 ms, one a second, the stimulus 5 ms after their beginning. */
static struct rv_recording ten_sweeps(const struct hum *hum, double noise_uv, uint32_t seed)
{
    struct rv_recording recording = lay_out(20000.0, 10, 0.1, 1.0);
    state = seed;
    for (size_t i = 0; i < 10; i++)
        stimuli[i] = (double)i + 0.005;
    add(&recording, hum, noise_uv, 0.0);
    return recording;
}

/* A motor response, 5 mV, with a slow foot: take-off at 4 ms. */
static double response_uv(double ms)
{
    const double u = ms - 4.0;
    return u <= 0.0 ? 0.0 : 5000.0 * pow(u / 3.0, 2.0) * exp(2.0 - 2.0 * u / 3.0);
}

/* When the mean of the ten sweeps has risen by 1 % of its peak above the level before the stimulus,
 * to a hundredth of a sample; the hum less `mains` goes with it. */
static double take_off_ms(const struct hum *hum, const struct rv_mains *mains)
{
    double before = 0.0, level = 0.0;
    for (double ms = -5.0; ms < 10.0; ms += 0.0005) {
        double mean = 0.0;
        for (size_t i = 0; i < 10; i++) {
            const double t = stimuli[i] + 1e-3 * ms;
            mean += 0.1 * (hum_at(hum, t) - (mains != NULL ? rv_mains_at(mains, t) : 0.0));
        }
        mean += response_uv(ms);
        if (ms < -0.00025)
            level += mean / 10000.0;
        else if (ms > 1.0 && before < level + 50.0 && mean >= level + 50.0)
            return ms;
        before = mean;
    }
    return NAN;
}

static void add_responses(size_t every, size_t length)
{
    for (size_t k = 0; k < 10; k++)
        for (size_t n = 0; n < length; n++)
            samples[k * every + n] += response_uv(1000.0 * (double)n / 20000.0 - 5.0);
}

Test(mains, take_off_moves_by_less_than_0_02_ms_after_subtraction)
{
    /* A continuous recording with a stimulus a second, each with 95 ms left out. */
    const struct hum none = {50.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    const double truth_ms = take_off_ms(&none, NULL);
    const double frequencies_hz[] = {49.93, 49.98, 50.0, 50.03, 59.96};
    double worst_before_ms = 0.0;
    for (size_t i = 0; i < 5; i++)
        for (uint32_t seed = 1; seed <= 4; seed++) {
            const struct hum hum = {frequencies_hz[i], 0.0, 40.0, 1.6 * seed, 4.0, 0.0};
            struct rv_recording recording = ten_sweeps(&none, 0.0, 1);
            recording = lay_out(20000.0, 1, 10.0, 0.0);
            state = seed;
            add(&recording, &hum, 5.0, 0.0);
            add_responses(20000, 2000);
            struct rv_mains mains = estimate(&recording, 10, 0.0);
            cr_assert(mains.found);
            const double shift_ms = take_off_ms(&hum, &mains) - truth_ms;
            const double before_ms = fabs(take_off_ms(&hum, NULL) - truth_ms);
            worst_before_ms = fmax(worst_before_ms, before_ms);
            cr_expect(fabs(shift_ms) < 0.02, "%g Hz, seed %u: %g ms", frequencies_hz[i], seed,
                      shift_ms);
            cr_expect(mains.residual_se_uv < 1.0);
        }
    cr_expect(worst_before_ms > 0.03); /* the hum did matter */
}

Test(mains, take_off_from_short_stretches_is_within_what_is_said)
{
    /* The foot of the response rises by 900 uV/ms at 1 % of its peak (50 uV, 0.11 ms after its
     * beginning, a square law: 2 * 50 / 0.11), so 1 uV of hum left moves the take-off by 1.1 us. */
    const struct hum none = {50.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    const double truth_ms = take_off_ms(&none, NULL);
    const double frequencies_hz[] = {49.93, 49.98, 50.0, 50.03, 59.96};
    size_t small = 0, tried = 0;
    for (size_t i = 0; i < 5; i++)
        for (uint32_t seed = 1; seed <= 8; seed++) {
            const double nominal_hz = frequencies_hz[i] > 55.0 ? 60.0 : 50.0;
            const struct hum hum = {frequencies_hz[i], 0.0, 40.0, 0.8 * seed, 4.0, 0.0};
            struct rv_recording recording = ten_sweeps(&hum, 5.0, seed);
            add_responses(2000, 2000);
            struct rv_mains mains = estimate(&recording, 10, nominal_hz);
            if (!mains.found)
                continue; /* then the sweeps stay as they are */
            const double shift_ms = fabs(take_off_ms(&hum, &mains) - truth_ms);
            cr_expect(shift_ms < fmax(0.02, 3.0 * 0.0016 * mains.residual_se_uv),
                      "%g Hz, seed %u: %g ms, left %g uV", frequencies_hz[i], seed, shift_ms,
                      mains.residual_se_uv);
            small += shift_ms < 0.02;
            tried++;
        }
    cr_expect(10 * small >= 9 * tried, "%zu of %zu", small, tried);
}

Test(mains, five_milliseconds_before_each_of_ten_stimuli_are_enough)
{
    double actual = 0.0, said = 0.0;
    for (uint32_t seed = 1; seed <= 40; seed++) {
        const struct hum hum = {49.93, 0.0, 40.0, 1.1 + 0.3 * seed, 3.0, 2.0};
        struct rv_recording recording = ten_sweeps(&hum, 3.0, seed);
        struct rv_mains mains = estimate(&recording, 10, 50.0);
        cr_assert(mains.found);
        const double left = left_uv(&recording, &hum, &mains);
        actual += left * left / 40.0;
        said += mains.residual_se_uv * mains.residual_se_uv / 40.0;
    }
    actual = sqrt(actual);
    said = sqrt(said);
    cr_expect(actual < 3.0, "%g", actual); /* of 28 */
    cr_expect(actual < 1.3 * said && said < 3.0 * actual, "left %g, said %g", actual, said);
}

Test(mains, what_fifty_and_sixty_hertz_leave_in_doubt_is_in_the_error)
{
    /* Whole seconds between short stretches: 50.00 and 60.00 Hz meet each of them in one phase. */
    double actual = 0.0, said = 0.0, untouched = 0.0;
    for (uint32_t seed = 1; seed <= 40; seed++) {
        const struct hum hum = {50.0, 0.0, 40.0, 1.1 + 0.3 * seed, 3.0, 2.0};
        struct rv_recording recording = ten_sweeps(&hum, 3.0, seed);
        struct rv_mains mains = estimate(&recording, 10, 0.0);
        if (!mains.found)
            continue;
        const double left = left_uv(&recording, &hum, &mains);
        const struct rv_mains zero = {.found = false};
        actual += left * left;
        said += mains.residual_se_uv * mains.residual_se_uv;
        untouched += left_uv(&recording, &hum, &zero) * left_uv(&recording, &hum, &zero);
    }
    cr_expect(actual <= 2.5 * said, "left %g, said %g", actual, said);
    cr_expect(actual <= untouched);
}

Test(mains, noise_is_not_called_mains)
{
    const struct hum none = {50.0, 0.0, 0.0, 0.0, 0.0, 0.0};
    const double correlations[] = {0.0, 0.9, 0.99};
    for (size_t c = 0; c < 3; c++) {
        size_t found = 0;
        for (uint32_t seed = 1; seed <= 60; seed++) {
            struct rv_recording recording = lay_out(10000.0, 1, 3.0, 0.0);
            state = seed * 7919;
            add(&recording, &none, 5.0, correlations[c]);
            found += estimate(&recording, 0, 0.0).found;
            recording = ten_sweeps(&none, 5.0, seed);
            found += estimate(&recording, 10, 0.0).found;
        }
        cr_expect(found <= 2, "correlation %g: %zu of 120", correlations[c], found);
    }
}

Test(mains, artefacts_nobody_marked_do_not_pull_the_estimate)
{
    const struct hum hum = {50.05, 0.0, 20.0, 0.4, 0.0, 0.0};
    state = 5;
    struct rv_recording recording = lay_out(20000.0, 1, 10.0, 0.0);
    add(&recording, &hum, 4.0, 0.0);
    for (size_t k = 0; k < 10; k++)
        for (size_t n = 0; n < 400; n++) /* 20 ms each second: 20 mV falling by e each 3 ms */
            samples[5000 + k * 20000 + n] += 20000.0 * exp(-(double)n / 60.0);
    struct rv_mains mains = estimate(&recording, 0, 0.0);
    cr_assert(mains.found);
    cr_expect(fabs(mains.frequency_hz - 50.05) < 0.003, "%g", mains.frequency_hz);
    cr_expect(fabs(mains.amplitude_uv - 20.0) < 1.0, "%g", mains.amplitude_uv);
}

Test(mains, a_drifting_frequency_is_followed)
{
    const struct hum hum = {49.97, 0.001, 40.0, 0.4, 0.0, 0.0}; /* 20 mHz in 20 s */
    state = 6;
    struct rv_recording recording = lay_out(10000.0, 1, 20.0, 0.0);
    add(&recording, &hum, 5.0, 0.0);
    struct rv_mains mains = estimate(&recording, 0, 0.0);
    cr_assert(mains.found);
    cr_expect(fabs(mains.drift_hz_s - 0.001) < 1e-4, "%g", mains.drift_hz_s);
    cr_expect(left_uv(&recording, &hum, &mains) < 0.5);
}

Test(mains, a_hum_that_loses_its_phase_is_said_to_be_left)
{
    /* The phase jumps by a quarter turn in the middle: what one sine leaves is in residual_se_uv,
     * or nothing is subtracted. */
    struct hum hum = {50.0, 0.0, 40.0, 0.0, 0.0, 0.0};
    state = 7;
    struct rv_recording recording = lay_out(10000.0, 1, 4.0, 0.0);
    add(&recording, &hum, 2.0, 0.0);
    hum.phase = 0.5 * M_PI;
    const struct hum before = {50.0, 0.0, 40.0, 0.0, 0.0, 0.0};
    for (size_t n = 20000; n < 40000; n++)
        samples[n] += hum_at(&hum, (double)n / 1e4) - hum_at(&before, (double)n / 1e4);
    struct rv_mains mains = estimate(&recording, 0, 0.0);
    if (!mains.found)
        return;
    double sum = 0.0;
    for (size_t n = 0; n < 40000; n++) {
        const double t = (double)n / 1e4;
        const double left = hum_at(n < 20000 ? &before : &hum, t) - rv_mains_at(&mains, t);
        sum += left * left / 40000.0;
    }
    cr_expect(sqrt(sum) < 1.5 * mains.residual_se_uv, "left %g, said %g", sqrt(sum),
              mains.residual_se_uv);
}

Test(mains, too_little_or_nothing_is_not_found)
{
    const struct hum hum = {50.0, 0.0, 40.0, 0.4, 0.0, 0.0};
    const struct hum none = {50.0, 0.0, 0.0, 0.4, 0.0, 0.0};
    struct rv_recording recording = lay_out(10000.0, 1, 0.01, 0.0);
    add(&recording, &hum, 1.0, 0.0);
    cr_expect_not(estimate(&recording, 0, 50.0).found);
    recording = lay_out(10000.0, 1, 5.0, 0.0);
    cr_expect_not(estimate(&recording, 0, 0.0).found); /* flat */
    add(&recording, &none, 0.0, 0.0);
    cr_expect_not(estimate(&recording, 0, 0.0).found); /* a level */
    recording = lay_out(10000.0, 1, 0.0, 0.0);
    cr_expect_not(estimate(&recording, 0, 0.0).found); /* empty */
    recording = lay_out(100.0, 1, 10.0, 0.0);
    add(&recording, &hum, 1.0, 0.0);
    cr_expect_not(estimate(&recording, 0, 0.0).found); /* too slow for it */
    recording = lay_out(10000.0, 1, 0.09, 0.0);
    add(&recording, &hum, 1.0, 0.0);
    stimuli[0] = 0.0;
    cr_expect_not(estimate(&recording, 1, 0.0).found); /* all of it in the window */
}

Test(mains, a_value_at_a_time_is_the_sum_of_its_waves)
{
    /* f = 50 Hz, cos 3, sin 4, third harmonic sin 2; at t = 5 ms the phase is a quarter turn:
     * 4 + 2 sin(3 pi / 2) = 2. */
    struct rv_mains mains = {.frequency_hz = 50.0,
                             .cosine_uv = {3.0, 0.0, 0.0, 0.0, 0.0},
                             .sine_uv = {4.0, 0.0, 2.0, 0.0, 0.0}};
    cr_expect(fabs(rv_mains_at(&mains, 0.0) - 3.0) < 1e-12);
    cr_expect(fabs(rv_mains_at(&mains, 0.005) - 2.0) < 1e-12);
}
