/* SPDX-License-Identifier: GPL-3.0-or-later
 * The physics of the simulator against arithmetic.
 */
#include "simulate/fibre.h"
#include "simulate/response.h"
#include "simulate/sweeps.h"

#include <criterion/criterion.h>

#include <math.h>

static const double rate_hz = 200000.0;

static struct rv_motor_model muscle(void)
{
    return (struct rv_motor_model){.unit_count = 60,
                                   .fibre_count = 8,
                                   .amplitude_mv = 10.0,
                                   .proximal_mm = 26,
                                   .distal_mm = 28,
                                   .endplate_sd_mm = 4,
                                   .depth_mm = 9,
                                   .depth_sd_mm = 1.8,
                                   .reference_mm = 40,
                                   .fibre_m_s = 3.3,
                                   .axon_m_s = 50.0,
                                   .axon_spread = 0.0,
                                   .terminal_ms = 1.8,
                                   .terminal_sd_ms = 0.3,
                                   .size_ratio = 1.0,
                                   .surviving = 1.0};
}

static struct rv_sensory_model nerve(void)
{
    return (struct rv_sensory_model){.class_count = 40,
                                     .amplitude_uv = 40,
                                     .axon_m_s = 50.0,
                                     .axon_spread = 0.0,
                                     .depth_mm = 5,
                                     .approach_mm = 5,
                                     .reference_mm = 35,
                                     .limb_mm = 0,
                                     .end_mm = 900,
                                     .spike_ms = 0.12,
                                     .surviving = 1.0};
}

static struct rv_path path_of(double first_mm, double second_mm)
{
    return (struct rv_path){.segments = {{.length_mm = first_mm, .slowing = 1.0},
                                         {.length_mm = second_mm, .slowing = 1.0}},
                            .count = second_mm > 0.0 ? 2 : 1};
}

static struct rv_truth motor_truth(const struct rv_motor_model *model, const struct rv_path *path)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_pool pool;
    struct rv_wave wave;
    cr_assert_eq(rv_pool_make(model, rate_hz, 7, arena, &pool, NULL), RV_OK);
    cr_assert_eq(rv_wave_make(rate_hz, 60.0, arena, &wave, NULL), RV_OK);
    rv_pool_add_response(&pool, path, &wave);
    struct rv_truth truth = rv_truth_find(&wave, 0.0);
    rv_arena_free(arena);
    return truth;
}

static struct rv_truth sensory_truth(const struct rv_sensory_model *model,
                                     const struct rv_path *path)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_bundle bundle;
    struct rv_wave wave;
    cr_assert_eq(rv_bundle_make(model, rate_hz, 7, arena, &bundle, NULL), RV_OK);
    cr_assert_eq(rv_wave_make(rate_hz, 20.0, arena, &wave, NULL), RV_OK);
    rv_bundle_add_response(&bundle, path, &wave);
    struct rv_truth truth = rv_truth_find(&wave, 0.0);
    rv_arena_free(arena);
    return truth;
}

/* --- fibre --------------------------------------------------------------------------------- */

/* 1/R at both electrodes' points, differenced numerically. */
Test(fibre, lead_field_is_the_slope_of_one_over_r)
{
    const double h = 1e-4, depth = 6.0;
    const struct rv_electrodes electrodes = {30.0, 0.0, 0.0};
    for (double z = -40.0; z < 60.0; z += 3.7) {
        double above = 1.0 / sqrt(5.0 * depth * depth + (z + h) * (z + h)) -
                       1.0 / sqrt(5.0 * depth * depth + (z + h - 30.0) * (z + h - 30.0));
        double below = 1.0 / sqrt(5.0 * depth * depth + (z - h) * (z - h)) -
                       1.0 / sqrt(5.0 * depth * depth + (z - h - 30.0) * (z - h - 30.0));
        cr_assert_float_eq(rv_lead_field(&electrodes, z, depth, 5.0), (above - below) / (2.0 * h),
                           1e-9, "at %g mm", z);
    }
}

/* Far from the source the potential of a cylinder steps by 4 / L^2 (in units of p / 4 pi sigma):
 * a source between two distant electrodes gives them that difference. */
Test(fibre, in_a_finger_the_potential_steps_by_the_current_over_the_section)
{
    const struct rv_electrodes electrodes = {2000.0, 0.0, 9.0};
    double field = rv_lead_field(&electrodes, 1000.0, 4.0, 1.0);
    cr_assert_float_eq(field, -4.0 / 81.0, 1e-5);
    cr_assert_float_eq(rv_lead_field(&electrodes, -2000.0, 4.0, 1.0), 0.0, 1e-5, "outside");
}

Test(fibre, slope_is_the_derivative_of_the_action_potential)
{
    const double h = 1e-5;
    for (double x = 0.1; x < 8.0; x += 0.3) {
        double above = pow(x + h, 3) * exp(-2.0 * (x + h)),
               below = pow(x - h, 3) * exp(-2.0 * (x - h));
        cr_assert_float_eq(rv_spike_slope(x), (above - below) / (2.0 * h), 1e-8);
    }
    cr_assert_float_eq(rv_spike_slope(-0.5), 0.0, 1e-15);
}

Test(fibre, interpolation_is_exact_for_a_cubic)
{
    double table[12];
    for (int i = 0; i < 12; i++)
        table[i] = 2.0 + 0.5 * i - 0.3 * i * i + 0.04 * i * i * i;
    for (double x = 1.0; x < 9.9; x += 0.13)
        cr_assert_float_eq(rv_table_at(table, 12, x),
                           2.0 + 0.5 * x - 0.3 * x * x + 0.04 * x * x * x, 1e-12);
}

/* --- muscle -------------------------------------------------------------------------------- */

/* 220 mm at 50 m/s are 4.4 ms: every unit, hence every mark, comes that much later. */
Test(pool, equal_axons_shift_the_response_by_distance_over_velocity)
{
    struct rv_motor_model model = muscle();
    struct rv_path wrist = path_of(80, 0), elbow = path_of(80, 220);
    struct rv_truth near = motor_truth(&model, &wrist), far = motor_truth(&model, &elbow);
    cr_assert_float_eq(far.onset_ms - near.onset_ms, 4.4, 1e-4);
    cr_assert_float_eq(far.negative_peak_ms - near.negative_peak_ms, 4.4, 1e-3);
    cr_assert_float_eq(far.recovery_ms - near.recovery_ms, 4.4, 1e-4);
    cr_assert_float_eq(far.amplitude_uv / near.amplitude_uv, 1.0, 1e-6);
    cr_assert_float_eq(far.negative_area_uvms / near.negative_area_uvms, 1.0, 1e-4);
}

Test(pool, the_healthy_response_has_the_amplitude_asked_for)
{
    struct rv_motor_model model = muscle();
    struct rv_path wrist = path_of(80, 0);
    cr_assert_float_eq(motor_truth(&model, &wrist).amplitude_uv, 10000.0, 1.0);
}

Test(pool, area_goes_with_the_number_of_units)
{
    struct rv_motor_model model = muscle();
    struct rv_path wrist = path_of(80, 0);
    double whole = motor_truth(&model, &wrist).negative_area_uvms;
    const double parts[] = {0.75, 0.5, 0.25};
    for (size_t i = 0; i < 3; i++) {
        model.surviving = parts[i];
        double part = motor_truth(&model, &wrist).negative_area_uvms / whole;
        /* Units of one size differ in depth and end-plates only. */
        cr_assert_float_eq(part, parts[i], 0.08 * parts[i] + 0.02, "%g of the axons: %g", parts[i],
                           part);
    }
    model.surviving = 0.0;
    cr_assert_not(motor_truth(&model, &wrist).present, "no axon, no response");
}

Test(pool, half_the_axons_give_half_the_amplitude_and_sprouts_give_it_back)
{
    struct rv_motor_model model = muscle();
    struct rv_path wrist = path_of(80, 0);
    model.surviving = 0.5;
    double half = motor_truth(&model, &wrist).amplitude_uv;
    cr_assert_float_eq(half, 5000.0, 600.0);
    model.reinnervation = 1.0;
    struct rv_truth sprouted = motor_truth(&model, &wrist);
    cr_assert_gt(sprouted.amplitude_uv, 1.5 * half);
    cr_assert_lt(sprouted.amplitude_uv, 2.0 * half, "wider end-plates spread the response");
}

Test(pool, fast_axons_set_the_onset_and_a_spread_makes_it_longer)
{
    struct rv_motor_model model = muscle();
    struct rv_path wrist = path_of(80, 0), elbow = path_of(80, 400);
    model.axon_spread = 0.3;
    struct rv_truth near = motor_truth(&model, &wrist), far = motor_truth(&model, &elbow);
    double velocity = 400.0 / (far.onset_ms - near.onset_ms);
    cr_assert_lt(velocity, 50.0);
    cr_assert_gt(velocity, 47.0);
    cr_assert_gt(far.negative_duration_ms, near.negative_duration_ms);
    cr_assert_lt(far.amplitude_uv, near.amplitude_uv);
    cr_assert_float_eq(far.negative_area_uvms / near.negative_area_uvms, 1.0, 0.1);
}

Test(pool, a_block_takes_its_part_and_leaves_the_time)
{
    struct rv_motor_model model = muscle();
    struct rv_path elbow = path_of(80, 220);
    struct rv_truth open = motor_truth(&model, &elbow);
    elbow.segments[1].blocked = 0.5;
    struct rv_truth blocked = motor_truth(&model, &elbow);
    /* 60 units: the number blocked has an SD of 3.9, 6.5 %. */
    cr_assert_float_eq(blocked.amplitude_uv / open.amplitude_uv, 0.5, 0.2);
    cr_assert_float_eq(blocked.onset_ms, open.onset_ms, 0.2);
    elbow.segments[1].blocked = 1.0;
    cr_assert_not(motor_truth(&model, &elbow).present);
}

/* Half the velocity over 100 mm: 4 ms instead of 2. */
Test(pool, slowing_of_a_segment_is_seen_over_that_segment)
{
    struct rv_motor_model model = muscle();
    struct rv_path elbow = path_of(80, 100);
    double open = motor_truth(&model, &elbow).onset_ms;
    elbow.segments[1].slowing = 0.5;
    cr_assert_float_eq(motor_truth(&model, &elbow).onset_ms - open, 2.0, 1e-4);
    elbow.segments[1].dispersion = 0.3;
    struct rv_truth dispersed = motor_truth(&model, &elbow);
    cr_assert_gt(dispersed.negative_duration_ms, 5.0);
}

/* --- nerve --------------------------------------------------------------------------------- */

Test(bundle, equal_fibres_arrive_at_distance_over_velocity)
{
    struct rv_sensory_model model = nerve();
    struct rv_path near = path_of(100, 0), far = path_of(140, 0);
    struct rv_truth first = sensory_truth(&model, &near), second = sensory_truth(&model, &far);
    cr_assert_float_eq(second.negative_peak_ms - first.negative_peak_ms, 0.8, 1e-3); /* 40 / 50 */
    cr_assert_float_eq(second.onset_ms - first.onset_ms, 0.8, 1e-3);
    cr_assert_float_eq(second.amplitude_uv / first.amplitude_uv, 1.0, 2e-3);
}

/* The negative peak stands under G1, the positive one under G2, 60 mm on: 1.2 ms. */
Test(bundle, a_pair_of_electrodes_sees_the_volley_pass_one_after_the_other)
{
    struct rv_sensory_model model = nerve();
    struct rv_path path = path_of(140, 0);
    model.reference_mm = 60.0;
    struct rv_truth truth = sensory_truth(&model, &path);
    cr_assert_float_eq(truth.positive_peak_ms - truth.negative_peak_ms, 1.2, 0.01);
    cr_assert(truth.initial_positivity, "a volley that comes near is first positive");
}

/* In a finger the current has no way round: the approach is not seen. */
Test(bundle, ring_electrodes_on_a_finger_see_no_initial_positivity)
{
    struct rv_sensory_model model = nerve();
    struct rv_path path = path_of(140, 0);
    model.limb_mm = 8.0;
    model.axon_spread = 0.25;
    cr_assert_not(sensory_truth(&model, &path).initial_positivity);
}

Test(bundle, amplitude_goes_with_the_number_of_fibres)
{
    struct rv_sensory_model model = nerve();
    struct rv_path path = path_of(140, 0);
    model.surviving = 0.5;
    cr_assert_float_eq(sensory_truth(&model, &path).amplitude_uv, 20.0, 1e-3);
    model.surviving = 0.0;
    cr_assert_not(sensory_truth(&model, &path).present);
}

Test(bundle, a_spread_of_velocities_cancels_phases_over_distance)
{
    struct rv_sensory_model model = nerve();
    struct rv_path near = path_of(100, 0), far = path_of(300, 0);
    model.axon_spread = 0.4;
    struct rv_truth first = sensory_truth(&model, &near), second = sensory_truth(&model, &far);
    cr_assert_lt(second.amplitude_uv, 0.7 * first.amplitude_uv);
    cr_assert_gt(second.negative_duration_ms, first.negative_duration_ms);
}

/* --- wave ---------------------------------------------------------------------------------- */

static void half_sine(struct rv_wave *wave, double from_ms, double length_ms, double height_uv)
{
    for (size_t i = 0; i < wave->count; i++) {
        double t = 1000.0 * (double)i / wave->rate_hz - from_ms;
        if (t > 0.0 && t < length_ms)
            wave->uv[i] -= height_uv * sin(3.14159265358979 * t / length_ms);
    }
}

/* Half a sine of 5 ms and 10 mV from 3 ms on: 1 % at 3 + 5/pi asin(0.01) = 3.015916 ms, peak at
 * 5.5, back at 8; area 10 x 2 x 5 / pi = 31.8310, less what lies before the onset:
 * 10 x 5/pi x (1 - cos(asin 0.01)) = 0.0008. Then a positive half of 4 mV and 6 ms: peak at 11. */
Test(wave, marks_of_half_sines_are_where_arithmetic_puts_them)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_wave wave;
    cr_assert_eq(rv_wave_make(rate_hz, 30.0, arena, &wave, NULL), RV_OK);
    half_sine(&wave, 3.0, 5.0, 10000.0);
    half_sine(&wave, 8.0, 6.0, -4000.0);
    struct rv_truth truth = rv_truth_find(&wave, 0.0);
    cr_assert(truth.present);
    cr_assert_float_eq(truth.onset_ms, 3.015916, 1e-5);
    cr_assert_float_eq(truth.negative_peak_ms, 5.5, 1e-6);
    cr_assert_float_eq(truth.recovery_ms, 8.0, 1e-6);
    cr_assert_float_eq(truth.positive_peak_ms, 11.0, 1e-6);
    cr_assert_float_eq(truth.amplitude_uv, 10000.0, 1e-6);
    cr_assert_float_eq(truth.peak_to_peak_uv, 14000.0, 1e-6);
    cr_assert_float_eq(truth.negative_area_uvms, 31830.2, 1.0);
    /* 1 % of 10 mV on the way back: 14 - 6/pi asin(100 / 4000). */
    cr_assert_float_eq(truth.end_ms, 13.952248, 1e-4);
    cr_assert_not(truth.initial_positivity);
    rv_arena_free(arena);
}

/* A dip of 8 % before it, 2 to 3 ms: the onset counts from its bottom at 2.5 ms, 1 % of the peak
 * (100 uV) above -800 uV: cos(pi (t - 2.5)) = 700 / 800, t = 2.5 + acos(0.875) / pi = 2.660862. */
Test(wave, after_a_deep_dip_the_onset_counts_from_its_bottom)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_wave wave;
    cr_assert_eq(rv_wave_make(rate_hz, 30.0, arena, &wave, NULL), RV_OK);
    half_sine(&wave, 2.0, 1.0, -800.0);
    half_sine(&wave, 3.0, 5.0, 10000.0);
    struct rv_truth truth = rv_truth_find(&wave, 0.0);
    cr_assert(truth.initial_positivity);
    cr_assert_float_eq(truth.onset_ms, 2.660861, 5e-5); /* a line between samples 5 us apart */
    rv_arena_free(arena);
}

Test(wave, a_shallow_dip_does_not_count)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_wave wave;
    cr_assert_eq(rv_wave_make(rate_hz, 30.0, arena, &wave, NULL), RV_OK);
    half_sine(&wave, 2.0, 1.0, -400.0);
    half_sine(&wave, 3.0, 5.0, 10000.0);
    struct rv_truth truth = rv_truth_find(&wave, 0.0);
    cr_assert_not(truth.initial_positivity);
    cr_assert_float_eq(truth.onset_ms, 3.015916, 1e-5);
    rv_arena_free(arena);
}

Test(wave, nothing_is_not_a_response)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_wave wave;
    cr_assert_eq(rv_wave_make(rate_hz, 30.0, arena, &wave, NULL), RV_OK);
    struct rv_truth truth = rv_truth_find(&wave, 0.0);
    cr_assert_not(truth.present);
    cr_assert(isnan(truth.onset_ms));
    rv_arena_free(arena);
}

/* A step: the low-pass is at 1 - 1/e after 1 / (2 pi f), the high-pass at 1/e. */
Test(wave, the_amplifier_is_first_order)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_wave low, high;
    cr_assert_eq(rv_wave_make(rate_hz, 60.0, arena, &low, NULL), RV_OK);
    cr_assert_eq(rv_wave_make(rate_hz, 60.0, arena, &high, NULL), RV_OK);
    for (size_t i = 1; i < low.count; i++)
        low.uv[i] = high.uv[i] = 1.0;
    rv_wave_amplify(&low, 0.0, 1000.0);
    rv_wave_amplify(&high, 20.0, 0.0);
    double tau_low_ms = 1000.0 / (2.0 * 3.14159265358979 * 1000.0);
    double tau_high_ms = 1000.0 / (2.0 * 3.14159265358979 * 20.0);
    cr_assert_float_eq(rv_wave_value(&low, tau_low_ms), 1.0 - exp(-1.0), 0.01);
    cr_assert_float_eq(rv_wave_value(&high, tau_high_ms), exp(-1.0), 0.001);
    rv_arena_free(arena);
}

/* --- noise --------------------------------------------------------------------------------- */

static void mean_and_sd(const double *x, size_t count, double *mean, double *sd)
{
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += x[i];
    *mean = sum / (double)count;
    for (size_t i = 0; i < count; i++)
        squares += (x[i] - *mean) * (x[i] - *mean);
    *sd = sqrt(squares / (double)count);
}

Test(signal, noise_has_the_sd_asked_for)
{
    enum { COUNT = 200000 };
    double *x = rv_allocate(COUNT, sizeof *x), mean, sd;
    struct rv_made_file file = {.rate_hz = 20000, .noise_uv = 5.0, .seed = 3};
    rv_signal_render(&file, NULL, 1.0, 0, 0.0, COUNT, x);
    mean_and_sd(x, COUNT, &mean, &sd);
    cr_assert_float_eq(sd, 5.0, 0.1);
    cr_assert_float_eq(mean, 0.0, 0.2);
    rv_signal_render(&file, NULL, 0.25, 0, 0.0, COUNT, x);
    mean_and_sd(x, COUNT, &mean, &sd);
    cr_assert_float_eq(sd, 1.25, 0.03);
    rv_signal_render(&file, NULL, 0.0, 0, 0.0, COUNT, x);
    mean_and_sd(x, COUNT, &mean, &sd);
    cr_assert_float_eq(sd, 0.0, 1e-12);
    rv_release(x);
}

/* 50 Hz of amplitude 10 with a quarter of the third harmonic: SD 10 sqrt((1 + 1/16) / 2) = 7.29. */
Test(signal, mains_is_a_sine_near_50_hz)
{
    enum { COUNT = 20000 };
    double *x = rv_allocate(COUNT, sizeof *x), mean, sd;
    struct rv_made_file file = {.rate_hz = 20000, .mains_uv = 10.0, .seed = 3};
    rv_signal_render(&file, NULL, 1.0, 0, 12.0, COUNT, x);
    mean_and_sd(x, COUNT, &mean, &sd);
    cr_assert_float_eq(sd, 7.289, 0.01);
    size_t up = 0;
    for (size_t i = 1; i < COUNT; i++)
        up += x[i - 1] < 0.0 && x[i] >= 0.0;
    cr_assert_geq(up, 49);
    cr_assert_leq(up, 51);
    rv_release(x);
}

/* --- random -------------------------------------------------------------------------------- */

/* First numbers of SplitMix64 from seed 1234567, as published with its reference code. */
Test(random, is_splitmix64)
{
    struct rv_random random = {1234567};
    const uint64_t published[] = {UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
                                  UINT64_C(9817491932198370423), UINT64_C(4593380528125082431)};
    for (size_t i = 0; i < 4; i++) {
        double drawn = rv_random_uniform(&random);
        cr_assert_float_eq(drawn, (double)(published[i] >> 11) * 0x1p-53, 0.0);
    }
}

Test(random, normal_numbers_have_mean_0_and_sd_1)
{
    enum { COUNT = 100000 };
    double *x = rv_allocate(COUNT, sizeof *x), mean, sd;
    struct rv_random random = rv_random_begin(1, "test", 0);
    for (size_t i = 0; i < COUNT; i++)
        x[i] = rv_random_normal(&random);
    mean_and_sd(x, COUNT, &mean, &sd);
    cr_assert_float_eq(mean, 0.0, 0.013); /* 4 / sqrt(100000) */
    cr_assert_float_eq(sd, 1.0, 0.009);
    rv_release(x);
}
