/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cutting and averaging.
 */
#include "epoch/median.h"
#include "recording_by_hand.h"

#include <criterion/criterion.h>

static enum rv_status cut(struct hand *hand, const double *time_s, size_t count,
                          const struct rv_epoch_request *request, struct rv_sweeps *sweeps)
{
    struct rv_stimuli stimuli = {.count = count, .time_s = time_s, .how = "given times"};
    return rv_epoch_cut(&hand->recording, &stimuli, request, hand->arena, sweeps, &hand->notices,
                        "R01", &hand->err);
}

/* A bell of 1 mV, 3 ms wide, centred 8 ms after each stimulus: known at any time. */
static double bell(double ms)
{
    return 1000.0 * exp(-(ms - 8.0) * (ms - 8.0) / 4.5);
}

static void fill_bells(struct hand *hand, const double *time_s, size_t count)
{
    const struct rv_recording *recording = &hand->recording;
    for (size_t s = 0; s < recording->segment_count; s++)
        for (size_t i = 0; i < hand->count[s][0]; i++)
            for (size_t k = 0; k < count; k++) {
                double t_s = recording->segments[s].start_s +
                             (double)i / recording->channels[0].rate_hz - time_s[k];
                if (fabs(t_s) < 0.05)
                    hand->samples[0][hand->first[s][0] + i] += bell(1000.0 * t_s);
            }
}

/* G-02: the same response shifted by tenths of a sample. */
Test(epoch, g_02_fractions_of_a_sample_move_the_time_axis_not_the_samples)
{
    for (int tenths = 0; tenths <= 10; tenths++) {
        struct hand hand;
        struct rv_sweeps sweeps;
        double time_s[4];
        hand_begin(&hand, 1, 10000.0, 10000);
        hand_segment(&hand, 0.0, 10000);
        for (int k = 0; k < 4; k++)
            time_s[k] = 0.1 + 0.2 * k + 1e-5 * tenths;
        fill_bells(&hand, time_s, 4);
        struct rv_epoch_request request = hand_request(-10.0, 30.0);
        cr_assert_eq(cut(&hand, time_s, 4, &request, &sweeps), RV_OK);
        for (size_t i = 0; i < sweeps.sample_count; i++) {
            double ms = rv_sample_ms(sweeps.start_ms, sweeps.rate_hz, (double)i);
            cr_assert_float_eq(sweeps.average[i], bell(ms), 1e-6, "at %g ms, %d tenths", ms,
                               tenths);
        }
        cr_assert_float_eq(sweeps.stimulus_se_ms, 0.0, 1e-9);
        hand_end(&hand);
    }
}

Test(epoch, scattered_fractions_leave_no_bias)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    double time_s[20];
    hand_begin(&hand, 1, 10000.0, 50000);
    hand_segment(&hand, 0.0, 50000);
    for (int k = 0; k < 20; k++)
        time_s[k] = 0.1 + 0.2 * k + 1e-4 * ((k * 7) % 20) / 20.0;
    fill_bells(&hand, time_s, 20);
    struct rv_epoch_request request = hand_request(-10.0, 30.0);
    cr_assert_eq(cut(&hand, time_s, 20, &request, &sweeps), RV_OK);
    for (size_t i = 0; i < sweeps.sample_count; i++) {
        double ms = rv_sample_ms(sweeps.start_ms, sweeps.rate_hz, (double)i);
        cr_assert_float_eq(sweeps.average[i], bell(ms), 0.05, "at %g ms", ms);
        cr_assert_lt(sweeps.average_sd[i], 0.05, "at %g ms", ms);
    }
    cr_assert_eq(sweeps.used_count, 20);
    hand_end(&hand);
}

/* The steepest of 10 mV in 1 ms: half a sample of 20 kHz is 250 uV, against 5 uV of noise. */
Test(epoch, a_steep_response_between_samples_is_neither_noise_nor_outlier)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    double time_s[12];
    unsigned long seed = 33;
    hand_begin(&hand, 1, 20000.0, 60000);
    hand_segment(&hand, 0.0, 60000);
    for (int k = 0; k < 12; k++)
        time_s[k] = 0.1 + 0.2 * k + 5e-5 * ((k * 5) % 12) / 12.0;
    fill_bells(&hand, time_s, 12);
    for (size_t i = 0; i < 60000; i++)
        hand.samples[0][i] = 10.0 * hand.samples[0][i] + 5.0 * hand_noise(&seed);
    struct rv_epoch_request request = hand_request(-10.0, 30.0);
    cr_assert_eq(cut(&hand, time_s, 12, &request, &sweeps), RV_OK);
    cr_assert_eq(sweeps.used_count, 12);
    double steep = 0.0, quiet = 0.0;
    for (size_t i = 0; i < 20; i++) { /* 6 to 7 ms, and before the stimulus */
        steep += sweeps.average_sd[320 + i] / 20.0;
        quiet += sweeps.average_sd[100 + i] / 20.0;
    }
    cr_assert_float_eq(steep, 5.0 / sqrt(12.0), 0.5);
    cr_assert_float_eq(quiet, 5.0 / sqrt(12.0), 0.5);
    hand_end(&hand);
}

Test(epoch, f_9_a_window_over_a_gap_is_left_out_and_counted)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    hand_begin(&hand, 1, 10000.0, 10000);
    hand_segment(&hand, 0.0, 2000);
    hand_segment(&hand, 5.0, 2000);
    hand_segment(&hand, 9.0, 6000);
    /* The second stands 5 ms before a gap, the fourth 2 ms after one. */
    const double time_s[] = {0.1, 0.195, 5.1, 9.002, 9.1, 9.3, 9.5};
    fill_bells(&hand, time_s, 7);
    struct rv_epoch_request request = hand_request(-10.0, 30.0);
    cr_assert_eq(cut(&hand, time_s, 7, &request, &sweeps), RV_OK);
    cr_assert_eq(sweeps.sweep_count, 5);
    cr_assert_eq(sweeps.left_out_count, 2);
    cr_assert(rv_notice_has(&hand.notices, "window_over_gap", "R01"));
    cr_assert_float_eq(sweeps.start_ms, -10.0, 1e-9);
    for (size_t i = 0; i < sweeps.sample_count; i++)
        cr_assert_float_eq(sweeps.average[i],
                           bell(rv_sample_ms(sweeps.start_ms, 10000.0, (double)i)), 1e-6);
    hand_end(&hand);
}

Test(epoch, a_stimulus_in_the_gap_or_outside_is_left_out)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    hand_begin(&hand, 1, 10000.0, 4000);
    hand_segment(&hand, 0.0, 2000);
    hand_segment(&hand, 5.0, 2000);
    const double time_s[] = {-1.0, 0.1, 3.0, 5.1, 77.0};
    struct rv_epoch_request request = hand_request(-10.0, 30.0);
    cr_assert_eq(cut(&hand, time_s, 5, &request, &sweeps), RV_OK);
    cr_assert_eq(sweeps.sweep_count, 2);
    cr_assert_eq(sweeps.left_out_count, 3);
    const double outside[] = {3.0, 77.0};
    cr_assert_eq(cut(&hand, outside, 2, &request, &sweeps), RV_DATA);
    hand_end(&hand);
}

Test(epoch, records_that_begin_at_the_stimulus_shorten_the_window_of_all)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    const double time_s[] = {0.0, 10.0};
    hand_begin(&hand, 1, 20000.0, 2000);
    hand_segment(&hand, 0.0, 1000);
    hand_segment(&hand, 10.0, 1000);
    fill_bells(&hand, time_s, 2);
    struct rv_epoch_request request = hand_request(-20.0, 100.0);
    cr_assert_eq(cut(&hand, time_s, 2, &request, &sweeps), RV_OK);
    cr_assert_eq(sweeps.sweep_count, 2);
    cr_assert_eq(sweeps.sample_count, 1000);
    cr_assert_float_eq(sweeps.start_ms, 0.0, 1e-9);
    cr_assert(rv_notice_has(&hand.notices, "window_shortened", "R01"));
    cr_assert(isnan(sweeps.jitter_ms));
    hand_end(&hand);
}

Test(epoch, a_last_sweep_cut_a_little_shortens_all)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    hand_begin(&hand, 1, 10000.0, 5000);
    hand_segment(&hand, 0.0, 5000);
    const double time_s[] = {0.1, 0.2, 0.3, 0.4, 0.473}; /* the last has 27 ms of 30 */
    struct rv_epoch_request request = hand_request(-10.0, 30.0);
    cr_assert_eq(cut(&hand, time_s, 5, &request, &sweeps), RV_OK);
    cr_assert_eq(sweeps.sweep_count, 5);
    cr_assert_eq(sweeps.sample_count, 370);
    const double short_s[] = {0.1, 0.2, 0.3, 0.4, 0.49}; /* 10 ms of 30: left out */
    cr_assert_eq(cut(&hand, short_s, 5, &request, &sweeps), RV_OK);
    cr_assert_eq(sweeps.sweep_count, 4);
    cr_assert_eq(sweeps.sample_count, 400);
    hand_end(&hand);
}

Test(epoch, a_window_ends_before_the_next_stimulus)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    hand_begin(&hand, 1, 10000.0, 5000);
    hand_segment(&hand, 0.0, 5000);
    double time_s[20];
    for (int k = 0; k < 20; k++)
        time_s[k] = 0.02 + 0.02 * k; /* a train of 50 Hz */
    struct rv_epoch_request request = hand_request(-5.0, 60.0);
    cr_assert_eq(cut(&hand, time_s, 20, &request, &sweeps), RV_OK);
    cr_assert_eq(sweeps.sweep_count, 20);
    cr_assert_eq(sweeps.sample_count, 50 + 190); /* -5 to 19 ms */
    hand_end(&hand);
}

Test(epoch, g_25_a_sweep_a_hundred_times_as_large_is_rejected_and_counted)
{
    const size_t counts[] = {3, 10, 100};
    for (size_t c = 0; c < 3; c++) {
        struct hand hand;
        struct rv_sweeps sweeps;
        double time_s[100];
        unsigned long seed = 3;
        hand_begin(&hand, 1, 10000.0, 101000);
        hand_segment(&hand, 0.0, 101000);
        for (size_t k = 0; k < counts[c]; k++)
            time_s[k] = 0.1 + 0.1 * (double)k;
        fill_bells(&hand, time_s, counts[c]);
        for (size_t i = 0; i < 101000; i++)
            hand.samples[0][i] += 20.0 * hand_noise(&seed);
        for (size_t i = 1900; i < 2400; i++) /* the second sweep */
            hand.samples[0][i] *= 100.0;
        struct rv_epoch_request request = hand_request(-10.0, 40.0);
        cr_assert_eq(cut(&hand, time_s, counts[c], &request, &sweeps), RV_OK);
        cr_assert_eq(sweeps.used_count, counts[c] - 1, "of %zu", counts[c]);
        cr_assert(sweeps.rejected[1]);
        cr_assert(rv_notice_has(&hand.notices, "sweeps_rejected", "R01"));
        request.reject_ratio = 0.0;
        cr_assert_eq(cut(&hand, time_s, counts[c], &request, &sweeps), RV_OK);
        cr_assert_eq(sweeps.used_count, counts[c], "0 rejects none");
        hand_end(&hand);
    }
}

Test(epoch, ordinary_noise_rejects_nothing)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    double time_s[50];
    unsigned long seed = 11;
    hand_begin(&hand, 1, 10000.0, 60000);
    hand_segment(&hand, 0.0, 60000);
    for (size_t k = 0; k < 50; k++)
        time_s[k] = 0.1 + 0.1 * (double)k;
    double red = 0.0;
    for (size_t i = 0; i < 60000; i++) {
        red = 0.99 * red + hand_noise(&seed); /* drift within a sweep too */
        hand.samples[0][i] = red;
    }
    struct rv_epoch_request request = hand_request(-10.0, 40.0);
    cr_assert_eq(cut(&hand, time_s, 50, &request, &sweeps), RV_OK);
    cr_assert_eq(sweeps.used_count, 50);
    hand_end(&hand);
}

Test(epoch, a_recruitment_series_rejects_nothing)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    double time_s[8], intensity[8];
    hand_begin(&hand, 1, 10000.0, 10000);
    hand_segment(&hand, 0.0, 10000);
    for (size_t k = 0; k < 8; k++) {
        time_s[k] = 0.1 + 0.1 * (double)k;
        intensity[k] = 2.0 + (double)k;
    }
    fill_bells(&hand, time_s + 7, 1); /* only the strongest answers */
    struct rv_stimuli stimuli = {.count = 8, .time_s = time_s, .intensity = intensity, .how = ""};
    struct rv_epoch_request request = hand_request(-10.0, 40.0);
    cr_assert_eq(rv_epoch_cut(&hand.recording, &stimuli, &request, hand.arena, &sweeps,
                              &hand.notices, NULL, &hand.err),
                 RV_OK);
    cr_assert_eq(sweeps.used_count, 8);
    cr_assert_float_eq(sweeps.intensity[7], 9.0, 1e-12);
    hand_end(&hand);
}

Test(epoch, error_of_the_average_is_sd_over_root_n)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    double time_s[25];
    unsigned long seed = 21;
    hand_begin(&hand, 1, 10000.0, 30000);
    hand_segment(&hand, 0.0, 30000);
    for (size_t k = 0; k < 25; k++)
        time_s[k] = 0.1 + 0.1 * (double)k;
    for (size_t i = 0; i < 30000; i++)
        hand.samples[0][i] = 10.0 * hand_noise(&seed);
    struct rv_epoch_request request = hand_request(-10.0, 40.0);
    cr_assert_eq(cut(&hand, time_s, 25, &request, &sweeps), RV_OK);
    double squares = 0.0;
    for (size_t i = 0; i < sweeps.sample_count; i++)
        squares += sweeps.average_sd[i] * sweeps.average_sd[i];
    /* 10 / sqrt 25 = 2; the mean of 500 variances of 24 degrees of freedom has an SE of
     * sqrt(2 / 24 / 500) = 1.3 %. */
    cr_assert_float_eq(sqrt(squares / (double)sweeps.sample_count), 2.0, 0.08);
    hand_end(&hand);
}

Test(epoch, levels_between_sweeps_do_not_count_as_noise)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    double time_s[5];
    hand_begin(&hand, 1, 10000.0, 6000);
    hand_segment(&hand, 0.0, 6000);
    for (size_t k = 0; k < 5; k++)
        time_s[k] = 0.1 + 0.1 * (double)k;
    fill_bells(&hand, time_s, 5);
    for (size_t i = 0; i < 6000; i++)
        hand.samples[0][i] += 100.0 * (double)(i / 1000 + (i % 1000 >= 500)); /* steps of 50 ms */
    struct rv_epoch_request request = hand_request(-10.0, 40.0);
    cr_assert_eq(cut(&hand, time_s, 5, &request, &sweeps), RV_OK);
    cr_assert_eq(sweeps.used_count, 5);
    cr_assert_lt(sweeps.average_sd[180], 1e-6);
    hand_end(&hand);
}

Test(epoch, polarity_and_scale_turn_into_microvolt_with_g1_positive)
{
    struct hand hand;
    struct rv_sweeps plain, turned;
    const double time_s[] = {0.1};
    hand_begin(&hand, 1, 10000.0, 2000);
    hand_segment(&hand, 0.0, 2000);
    fill_bells(&hand, time_s, 1);
    hand.channels[0].minimum = -2000.0;
    hand.channels[0].maximum = 1500.0;
    hand.channels[0].resolution = 0.5;
    struct rv_epoch_request request = hand_request(-10.0, 40.0);
    cr_assert_eq(cut(&hand, time_s, 1, &request, &plain), RV_OK);
    request.polarity = RV_NEGATIVE_UP;
    request.scale = 2.0;
    cr_assert_eq(cut(&hand, time_s, 1, &request, &turned), RV_OK);
    for (size_t i = 0; i < plain.sample_count; i++)
        cr_assert_float_eq(turned.average[i], -2.0 * plain.average[i], 1e-9);
    cr_assert_float_eq(turned.clip_low, -3000.0, 1e-9);
    cr_assert_float_eq(turned.clip_high, 4000.0, 1e-9);
    cr_assert_float_eq(turned.resolution, 1.0, 1e-12);
    cr_assert_null(plain.average_sd, "one sweep has no spread");
    hand_end(&hand);
}

Test(epoch, g_10_clipping_is_seen_at_known_and_at_unknown_limits)
{
    const double limits[] = {900.0, 500.0, 100.0};
    for (size_t l = 0; l < 3; l++)
        for (int known = 0; known <= 1; known++) {
            struct hand hand;
            struct rv_sweeps sweeps;
            const double time_s[] = {0.1, 0.2};
            hand_begin(&hand, 1, 10000.0, 3000);
            hand_segment(&hand, 0.0, 3000);
            fill_bells(&hand, time_s, 2);
            for (size_t i = 0; i < 3000; i++)
                hand.samples[0][i] = round(fmin(hand.samples[0][i], limits[l]));
            hand.channels[0].maximum = known ? limits[l] : (double)NAN;
            hand.channels[0].minimum = known ? -limits[l] : (double)NAN;
            struct rv_epoch_request request = hand_request(-10.0, 40.0);
            cr_assert_eq(cut(&hand, time_s, 2, &request, &sweeps), RV_OK);
            cr_assert(sweeps.clipped, "limit %g, known %d", limits[l], known);
            cr_assert_float_eq(sweeps.clip_high, limits[l], 1e-9);
            cr_assert(rv_notice_has(&hand.notices, "clipped", "R01"));
            hand_end(&hand);
        }
}

Test(epoch, a_rounded_peak_is_not_clipped)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    const double time_s[] = {0.1, 0.2};
    hand_begin(&hand, 1, 10000.0, 3000);
    hand_segment(&hand, 0.0, 3000);
    fill_bells(&hand, time_s, 2);
    for (size_t i = 0; i < 3000; i++) /* 10 uV a step: several samples at the top are equal */
        hand.samples[0][i] = 10.0 * round(hand.samples[0][i] / 10.0);
    struct rv_epoch_request request = hand_request(-10.0, 40.0);
    cr_assert_eq(cut(&hand, time_s, 2, &request, &sweeps), RV_OK);
    cr_assert_not(sweeps.clipped);
    hand_end(&hand);
}

/* --- artefact against marker ---------------------------------------------------------------- */

static void add_shocks(struct hand *hand, const double *time_s, size_t count)
{
    for (size_t k = 0; k < count; k++)
        for (size_t i = 0; i < hand->count[0][0]; i++) {
            double t = (double)i / hand->channels[0].rate_hz - time_s[k];
            if (t > 0.0 && t < 0.02)
                hand->samples[0][i] += 5000.0 * (1.0 - exp(-t * 62832.0)) * exp(-t / 0.0005);
        }
}

/* Markers off by `offset_ms` and by steps of a fixed pattern with the given SD. */
static void jittered(struct hand *hand, double offset_ms, double sd_ms, struct rv_sweeps *sweeps)
{
    double true_s[16], marked_s[16];
    unsigned long seed = 17;
    hand_begin(hand, 1, 20000.0, 40000);
    hand_segment(hand, 0.0, 40000);
    for (size_t k = 0; k < 16; k++) {
        true_s[k] = 0.1 + 0.1 * (double)k;
        /* +-1, +-1 ...: SD 1 x sqrt(16 / 15) about a mean of 0 */
        marked_s[k] = true_s[k] - 0.001 * (offset_ms + (k % 2 == 0 ? sd_ms : -sd_ms));
    }
    fill_bells(hand, true_s, 16);
    add_shocks(hand, true_s, 16);
    for (size_t i = 0; i < 40000; i++)
        hand->samples[0][i] += 5.0 * hand_noise(&seed);
    struct rv_epoch_request request = hand_request(-10.0, 40.0);
    cr_assert_eq(cut(hand, marked_s, 16, &request, sweeps), RV_OK);
}

Test(epoch, jitter_and_offset_of_the_marker_are_measured)
{
    const double sample_ms = 0.05;
    struct {
        double offset_ms, sd_ms;
    } rows[] = {{0.0, 0.0}, {0.3, 0.0}, {-0.5, 0.0}, {0.0, 0.15}, {0.2, 0.15}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        struct hand hand;
        struct rv_sweeps sweeps;
        jittered(&hand, rows[r].offset_ms, rows[r].sd_ms, &sweeps);
        cr_assert_lt(fabs(sweeps.offset_ms - rows[r].offset_ms), sample_ms, "row %zu: %g", r,
                     sweeps.offset_ms);
        cr_assert_lt(fabs(sweeps.jitter_ms - rows[r].sd_ms * sqrt(16.0 / 15.0)), sample_ms,
                     "row %zu: %g", r, sweeps.jitter_ms);
        cr_assert_eq(rv_notice_has(&hand.notices, "trigger_jitter", "R01"), rows[r].sd_ms > 0.1);
        cr_assert_eq(rv_notice_has(&hand.notices, "trigger_offset", "R01"),
                     fabs(rows[r].offset_ms) > 0.1);
        hand_end(&hand);
    }
}

Test(epoch, beyond_0_2_ms_sweeps_are_aligned_on_their_artefacts)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    jittered(&hand, 0.0, 0.6, &sweeps);
    cr_assert_gt(sweeps.jitter_ms, 0.5);
    cr_assert(rv_notice_has(&hand.notices, "trigger_jitter", "R01"));
    cr_assert_eq(sweeps.sweep_count, 16);
    size_t peak = 200;
    for (size_t i = 200; i < sweeps.sample_count; i++)
        if (sweeps.average[i] > sweeps.average[peak] &&
            rv_sample_ms(sweeps.start_ms, 20000.0, (double)i) > 5.0)
            peak = i;
    /* Averaged at the markers the bell would lose A (0.6 ms)^2 / 2 / 2.25 ms^2 = 8 %. */
    cr_assert_gt(sweeps.average[peak], 980.0);
    cr_assert_lt(fabs(rv_sample_ms(sweeps.start_ms, 20000.0, (double)peak) - 8.0), 0.15);
    hand_end(&hand);
}

/* Another stimulator nearby: its artefacts jump about, the markers and the responses do not. */
Test(epoch, exact_markers_are_kept_when_the_sweeps_agree_better_there)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    double true_s[16], other_s[16];
    hand_begin(&hand, 1, 20000.0, 40000);
    hand_segment(&hand, 0.0, 40000);
    for (size_t k = 0; k < 16; k++) {
        true_s[k] = 0.1 + 0.1 * (double)k;
        other_s[k] = true_s[k] + (k % 2 == 0 ? 0.0005 : -0.0005);
    }
    fill_bells(&hand, true_s, 16);
    add_shocks(&hand, other_s, 16);
    struct rv_epoch_request request = hand_request(-10.0, 40.0);
    cr_assert_eq(cut(&hand, true_s, 16, &request, &sweeps), RV_OK);
    double ms = rv_sample_ms(sweeps.start_ms, 20000.0, 360.0);
    cr_assert_float_eq(sweeps.average[360], bell(ms), 1.0);
    cr_assert(rv_notice_has(&hand.notices, "trigger_jitter", "R01"));
    hand_end(&hand);
}

Test(epoch, without_an_artefact_jitter_is_not_known)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    double time_s[8];
    unsigned long seed = 2;
    hand_begin(&hand, 1, 20000.0, 20000);
    hand_segment(&hand, 0.0, 20000);
    for (size_t k = 0; k < 8; k++)
        time_s[k] = 0.1 + 0.1 * (double)k;
    fill_bells(&hand, time_s, 8);
    for (size_t i = 0; i < 20000; i++)
        hand.samples[0][i] += 5.0 * hand_noise(&seed);
    struct rv_epoch_request request = hand_request(-10.0, 40.0);
    cr_assert_eq(cut(&hand, time_s, 8, &request, &sweeps), RV_OK);
    cr_assert(isnan(sweeps.jitter_ms));
    cr_assert(isnan(sweeps.offset_ms));
    hand_end(&hand);
}

static void ramp(const void *context, double start_s, double rate_hz, double factor, size_t count,
                 double *samples)
{
    for (size_t i = 0; i < count; i++)
        samples[i] -= factor * *(const double *)context * (start_s + (double)i / rate_hz);
}

Test(epoch, what_is_subtracted_is_taken_at_recording_time)
{
    struct hand hand;
    struct rv_sweeps sweeps;
    const double time_s[] = {3.1, 3.3};
    const double slope = 500.0;
    hand_begin(&hand, 1, 10000.0, 5000);
    hand_segment(&hand, 3.0, 5000);
    for (size_t i = 0; i < 5000; i++)
        hand.samples[0][i] = slope * (3.0 + (double)i / 10000.0);
    struct rv_epoch_request request = hand_request(-10.0, 40.0);
    request.subtract = ramp;
    request.subtract_context = &slope;
    request.polarity = RV_NEGATIVE_UP;
    cr_assert_eq(cut(&hand, time_s, 2, &request, &sweeps), RV_OK);
    for (size_t i = 0; i < sweeps.sample_count; i++)
        cr_assert_float_eq(sweeps.average[i], 0.0, 1e-9);
    hand_end(&hand);
}

Test(median, agrees_with_sorting)
{
    unsigned long seed = 1;
    for (size_t count = 1; count < 60; count++) {
        double numbers[60], sorted[60];
        for (size_t i = 0; i < count; i++)
            numbers[i] = sorted[i] = floor(5.0 * hand_noise(&seed));
        for (size_t i = 1; i < count; i++)
            for (size_t j = i; j > 0 && sorted[j] < sorted[j - 1]; j--) {
                double held = sorted[j];
                sorted[j] = sorted[j - 1];
                sorted[j - 1] = held;
            }
        double middle = 0.5 * (sorted[(count - 1) / 2] + sorted[count / 2]);
        cr_assert_float_eq(rv_median(numbers, count), middle, 1e-12, "of %zu", count);
    }
}
