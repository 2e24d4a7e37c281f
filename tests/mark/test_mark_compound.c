/* SPDX-License-Identifier: GPL-3.0-or-later
 * Marking of compound potentials: known shapes, invariances, presence, flags, and the bars of
 * docs/methods/marks.md on simulated responses.
 */
#include "mark/mark_compound.h"
#include "mark/noise.h"
#include "simulator.h"
#include "trials.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

static struct rv_arena *arena;
static void begin(void)
{
    arena = rv_arena_new();
}
static void end(void)
{
    rv_arena_free(arena);
}
TestSuite(mark_compound, .init = begin, .fini = end);

static struct rv_mark_request request_of(enum rv_kind kind)
{
    return (struct rv_mark_request){.kind = kind,
                                    .search_from_ms = (double)NAN,
                                    .search_to_ms = (double)NAN,
                                    .subtract_tail = true,
                                    .limit_uv = (double)NAN};
}

/* One sweep of a function of time, negative-up, with a jump at the stimulus that is over at once,
 * and white noise of a given SD. */
static struct rv_sweeps sweep_of(double (*wave)(double ms), double rate_hz, double scale,
                                 double noise_uv)
{
    const double start_ms = -5.0;
    const size_t n = (size_t)(45.0 * rate_hz / 1000.0);
    double *average = rv_arena_alloc(arena, n, sizeof *average);
    bool *rejected = rv_arena_alloc(arena, 1, sizeof *rejected);
    struct sim_random random = {42};
    for (size_t i = 0; i < n; i++) {
        const double ms = rv_sample_ms(start_ms, rate_hz, (double)i);
        average[i] = -scale * wave(ms) + scale * noise_uv * sim_gauss(&random);
        if (ms > -0.01 && ms < 0.25) {
            average[i] += scale * 20000.0;
        }
    }
    return (struct rv_sweeps){.rate_hz = rate_hz,
                              .start_ms = start_ms,
                              .sample_count = n,
                              .sweep_count = 1,
                              .samples = average,
                              .rejected = rejected,
                              .used_count = 1,
                              .average = average,
                              .calibrated = true,
                              .clip_low = (double)NAN,
                              .clip_high = (double)NAN,
                              .resolution = (double)NAN,
                              .jitter_ms = (double)NAN,
                              .offset_ms = (double)NAN};
}

/* 0 until 4 ms; (2 s^2 - s^4) with s = (t - 4) / 2 rises to 1 at 6 ms with slope 0, falls through
 * 0 at s = sqrt 2 with 14142 uV/ms into a positive phase that dies away. 5 mV. */
static double shift_ms;
static double polynomial(double ms)
{
    const double s = (ms - shift_ms - 4.0) / 2.0;
    if (s <= 0.0) {
        return 0.0;
    }
    if (s < 1.41421356237) {
        return 5000.0 * (2.0 * s * s - s * s * s * s);
    }
    const double later_ms = 2.0 * (s - 1.41421356237);
    return -14142.1356 * later_ms * exp(-later_ms / 0.4);
}

static double nothing(double ms)
{
    (void)ms;
    return 0.0;
}

static struct rv_compound mark(const struct rv_sweeps *sweeps, enum rv_kind kind)
{
    const struct rv_mark_request request = request_of(kind);
    struct rv_compound compound;
    cr_assert(rv_mark_compound(sweeps, &request, arena, &compound, NULL) == RV_OK);
    return compound;
}

Test(mark_compound, known_polynomial_is_marked)
{
    shift_ms = 0.0;
    const struct rv_sweeps sweeps = sweep_of(polynomial, 24000.0, 1.0, 5.0);
    const struct rv_compound m = mark(&sweeps, RV_MOTOR);
    cr_assert(m.presence == RV_MEASURED);
    /* 2 s^2 - s^4 = 0.01: s = 0.070799, t = 4 + 2 s = 4.1416 */
    cr_expect(fabs(m.marks[RV_MARK_ONSET].ms - (4.1416)) <= 0.04);
    cr_expect(fabs(m.marks[RV_MARK_NEGATIVE_PEAK].ms - (6.0)) <= 0.01);
    cr_expect(fabs(m.amplitude_uv.value - (5000.0)) <= 20.0);
    /* recovery 4 + 2 sqrt 2 = 6.8284 */
    cr_expect(fabs(m.marks[RV_MARK_RECOVERY].ms - (6.8284)) <= 0.02);
    cr_expect(fabs(m.negative_duration_ms.value - (2.6868)) <= 0.05);
    /* 5000 * 2 * (2 s^3 / 3 - s^5 / 5) at sqrt 2 = 10000 * (1.885618 - 1.131371) = 7542.5 */
    cr_expect(fabs(m.negative_area_uvms.value - (7542.5)) <= 40.0);
    cr_expect(fabs(m.marks[RV_MARK_NEGATIVE_PEAK].level_uv - (-5000.0)) <= 20.0);
}

/* 30 uV at 3 ms, on an undershoot of -8 uV that comes back to the level before with 2.4 ms. */
static double on_undershoot(double ms)
{
    const double u = (ms - 3.0) / 0.25;
    return 30.0 * exp(-0.5 * u * u) -
           (ms > 0.0 ? 8.0 * exp(-ms / 2.4) - 14.0 * exp(-ms / 0.3) : 0.0);
}

Test(mark_compound, a_returning_undershoot_leaves_the_amplitude)
{
    const double noise_uv[] = {0.0, 0.5};
    const struct rv_mark_request request = request_of(RV_SENSORY);
    for (size_t i = 0; i < 2; i++) {
        struct rv_compound m;
        const struct rv_sweeps sweeps = sweep_of(on_undershoot, 24000.0, 1.0, noise_uv[i]);
        cr_assert_eq(rv_mark_compound(&sweeps, &request, arena, &m, NULL), RV_OK);
        cr_expect_float_eq(m.amplitude_uv.value, 30.0, i == 0 ? 0.3 : 1.2, "%zu: %f", i,
                           m.amplitude_uv.value);
        cr_expect_leq(fabs(m.amplitude_uv.value - 30.0), 2.5 * m.amplitude_uv.se + 1e-9);
        /* 1 % of a Gaussian lies sqrt(2 ln 100) = 3.035 SDs before its top: 2.241 ms */
        cr_expect_float_eq(m.marks[RV_MARK_ONSET].ms, 2.241, 0.1, "%zu: onset %f", i,
                           m.marks[RV_MARK_ONSET].ms);
    }
}

Test(mark_compound, marks_do_not_depend_on_the_rate)
{
    static const double rates[] = {10000.0, 20000.0, 30000.0, 50000.0, 100000.0};
    shift_ms = 0.0;
    for (size_t i = 0; i < 5; i++) {
        const struct rv_sweeps sweeps = sweep_of(polynomial, rates[i], 1.0, 2.0);
        const struct rv_compound m = mark(&sweeps, RV_MOTOR);
        cr_expect(fabs(m.marks[RV_MARK_ONSET].ms - (4.1416)) <= 0.04, "at %g Hz", rates[i]);
        cr_expect(fabs(m.marks[RV_MARK_NEGATIVE_PEAK].ms - (6.0)) <= 0.01);
    }
}

Test(mark_compound, g_02_a_shift_below_a_sample_moves_the_marks_by_it)
{
    shift_ms = 0.0;
    struct rv_sweeps sweeps = sweep_of(polynomial, 20000.0, 1.0, 0.0);
    const struct rv_compound before = mark(&sweeps, RV_MOTOR);
    for (int tenth = 1; tenth <= 10; tenth++) {
        shift_ms = 0.005 * tenth;
        sweeps = sweep_of(polynomial, 20000.0, 1.0, 0.0);
        const struct rv_compound after = mark(&sweeps, RV_MOTOR);
        for (int k = 0; k < 2; k++) {
            const enum rv_mark_kind kind = k == 0 ? RV_MARK_ONSET : RV_MARK_NEGATIVE_PEAK;
            const double moved = after.marks[kind].ms - before.marks[kind].ms;
            cr_expect(fabs(moved - (shift_ms)) <= 0.004, "mark %d moved %g for %g", k, moved,
                      shift_ms);
        }
    }
    shift_ms = 0.0;
}

Test(mark_compound, g_03_gain_scales_amplitudes_and_leaves_times)
{
    shift_ms = 0.0;
    struct rv_sweeps sweeps = sweep_of(polynomial, 20000.0, 1.0, 5.0);
    const struct rv_compound one = mark(&sweeps, RV_MOTOR);
    static const double gains[] = {1e-3, 0.25, 3.0, 1e3};
    for (size_t i = 0; i < 4; i++) {
        sweeps = sweep_of(polynomial, 20000.0, gains[i], 5.0);
        const struct rv_compound m = mark(&sweeps, RV_MOTOR);
        cr_expect(fabs(m.amplitude_uv.value / gains[i] / one.amplitude_uv.value - (1.0)) <= 1e-9);
        for (int k = 0; k < RV_MARK_COUNT; k++) {
            cr_expect(fabs(m.marks[k].ms - (one.marks[k].ms)) <= 1e-7);
        }
    }
}

static double lifted(double ms)
{
    return polynomial(ms) + 30000.0;
}

Test(mark_compound, g_05_an_offset_changes_nothing)
{
    shift_ms = 0.0;
    const struct rv_sweeps plain = sweep_of(polynomial, 20000.0, 1.0, 5.0);
    const struct rv_sweeps offset = sweep_of(lifted, 20000.0, 1.0, 5.0);
    const struct rv_compound a = mark(&plain, RV_MOTOR), b = mark(&offset, RV_MOTOR);
    cr_expect(fabs(a.marks[RV_MARK_ONSET].ms - (b.marks[RV_MARK_ONSET].ms)) <= 1e-5);
    cr_expect(fabs(a.amplitude_uv.value - (b.amplitude_uv.value)) <= 1e-3);
    cr_expect(fabs(b.baseline_uv - (-30000.0)) <= 5.0);
}

static double upside_down(double ms)
{
    return -polynomial(ms);
}

Test(mark_compound, g_04_mirrored_polarity_is_flagged)
{
    shift_ms = 0.0;
    const struct rv_sweeps sweeps = sweep_of(upside_down, 20000.0, 1.0, 5.0);
    const struct rv_compound m = mark(&sweeps, RV_MOTOR);
    cr_expect((m.flags & rv_flag_bit(RV_FLAG_INVERTED)) != 0);
    cr_expect(m.amplitude_uv.validity != RV_MEASURED);
}

Test(mark_compound, the_same_input_gives_the_same_bits)
{
    const struct rv_sweeps sweeps = sweep_of(polynomial, 24000.0, 1.0, 20.0);
    const struct rv_compound a = mark(&sweeps, RV_MOTOR), b = mark(&sweeps, RV_MOTOR);
    cr_expect(memcmp(a.marks, b.marks, sizeof a.marks) == 0);
}

Test(mark_compound, g_23_flat_channel_is_not_measurable)
{
    struct rv_sweeps sweeps = sweep_of(nothing, 20000.0, 1.0, 0.0);
    memset((void *)(uintptr_t)sweeps.average, 0, sweeps.sample_count * sizeof(double));
    const struct rv_compound m = mark(&sweeps, RV_MOTOR);
    cr_expect(m.presence == RV_NOT_MEASURABLE);
    cr_expect((m.flags & rv_flag_bit(RV_FLAG_FLAT)) != 0);
}

Test(mark_compound, g_20_absent_needs_noise_below_the_limit)
{
    const struct rv_sweeps sweeps = sweep_of(nothing, 20000.0, 1.0, 4.0);
    struct rv_mark_request request = request_of(RV_MOTOR);
    struct rv_compound m;
    request.limit_uv = 1000.0;
    cr_assert(rv_mark_compound(&sweeps, &request, arena, &m, NULL) == RV_OK);
    cr_expect(m.presence == RV_ABSENT);
    cr_expect(m.detectable_uv < 1000.0);
    request.limit_uv = 0.5 * m.detectable_uv;
    cr_assert(rv_mark_compound(&sweeps, &request, arena, &m, NULL) == RV_OK);
    cr_expect(m.presence == RV_NOT_MEASURABLE);
    cr_expect(strcmp(m.presence_reason, "noise_above_limit") == 0);
}

Test(mark_compound, g_22_marker_without_artefact_is_stimulus_not_seen)
{
    struct rv_sweeps sweeps = sweep_of(nothing, 20000.0, 1.0, 4.0);
    double *average = (double *)(uintptr_t)sweeps.average;
    for (size_t i = 95; i < 110; i++) { /* take the jump away */
        average[i] = average[i - 40];
    }
    struct rv_mark_request request = request_of(RV_MOTOR);
    request.limit_uv = 1000.0;
    struct rv_compound m;
    cr_assert(rv_mark_compound(&sweeps, &request, arena, &m, NULL) == RV_OK);
    cr_expect(m.presence == RV_NOT_MEASURABLE);
    cr_expect((m.flags & rv_flag_bit(RV_FLAG_STIMULUS_NOT_SEEN)) != 0);
}

static double single_spike(double ms)
{
    return fabs(ms - 7.0) < 0.02 ? 400.0 : 0.0;
}
static double hum(double ms)
{
    return 200.0 * sin(2.0 * 3.14159265358979 * 0.05 * ms);
}

Test(mark_compound, f_41_noise_spike_and_hum_give_no_latency)
{
    double (*const waves[])(double) = {nothing, single_spike, hum};
    for (size_t i = 0; i < 3; i++) {
        for (int kind = 0; kind < 2; kind++) {
            const struct rv_sweeps sweeps = sweep_of(waves[i], 20000.0, 1.0, i == 2 ? 0.1 : 5.0);
            const struct rv_compound m = mark(&sweeps, kind == 0 ? RV_MOTOR : RV_SENSORY);
            cr_expect(m.presence != RV_MEASURED, "signal %zu", i);
            cr_expect(m.marks[RV_MARK_ONSET].validity != RV_MEASURED, "signal %zu", i);
        }
    }
}

Test(mark_compound, f_41_at_most_one_in_a_thousand_noise_traces_has_a_latency)
{
    size_t latencies = 0;
    struct sim_random random = {9};
    for (int i = 0; i < 600; i++) {
        const bool motor = i % 2 == 0;
        struct sim_case c = sim_draw(&random, motor ? RV_MOTOR : RV_SENSORY, 20000.0, 30.0);
        c.amplitude_uv = c.hum_ratio = c.artefact_ratio = c.drift_uv_ms = 0.0;
        c.noise_uv = 3.0;
        c.resolution_uv = 0.1;
        c.sweep_count = 10;
        struct rv_arena *scratch = rv_arena_new();
        struct rv_sweeps sweeps;
        struct sim_truth truth;
        sim_make(&c, scratch, &sweeps, &truth);
        latencies += mark(&sweeps, c.kind).marks[RV_MARK_ONSET].validity == RV_MEASURED ? 1 : 0;
        rv_arena_free(scratch);
    }
    cr_expect(latencies <= (size_t)1);
}

static double clipped(double ms)
{
    const double y = polynomial(ms);
    return y > 2500.0 ? 2500.0 : y;
}

Test(mark_compound, g_10_clipped_amplitude_is_withheld_latency_kept)
{
    shift_ms = 0.0;
    const struct rv_sweeps sweeps = sweep_of(clipped, 20000.0, 1.0, 0.0);
    const struct rv_compound m = mark(&sweeps, RV_MOTOR);
    cr_expect((m.flags & rv_flag_bit(RV_FLAG_CLIPPED)) != 0);
    cr_expect(m.amplitude_uv.validity == RV_WITHHELD);
    cr_expect(m.marks[RV_MARK_ONSET].validity == RV_MEASURED);
}

Test(mark_compound, g_12_wave_cut_by_the_end_has_no_amplitude)
{
    shift_ms = 0.0;
    struct rv_sweeps sweeps = sweep_of(polynomial, 20000.0, 1.0, 5.0);
    sweeps.sample_count = (size_t)((5.0 + 6.4) * 20.0); /* ends at 6.4 ms, recovery is at 6.83 */
    const struct rv_compound m = mark(&sweeps, RV_MOTOR);
    cr_expect(m.amplitude_uv.validity != RV_MEASURED);
    cr_expect(m.negative_duration_ms.validity != RV_MEASURED);
}

static double early(double ms)
{
    return polynomial(ms + 3.2);
}

Test(mark_compound, g_11_onset_inside_the_artefact_is_withheld)
{
    shift_ms = 0.0;
    const struct rv_sweeps sweeps = sweep_of(early, 20000.0, 1.0, 5.0); /* take-off at 0.8 ms */
    const struct rv_compound m = mark(&sweeps, RV_MOTOR);
    cr_expect(m.marks[RV_MARK_ONSET].validity != RV_MEASURED);
}

Test(mark_compound, alignment_finds_the_delay_of_equal_waves)
{
    shift_ms = 0.0;
    const struct rv_sweeps distal = sweep_of(polynomial, 20000.0, 1.0, 10.0);
    shift_ms = 4.037;
    const struct rv_sweeps proximal = sweep_of(polynomial, 20000.0, 0.9, 10.0);
    const struct rv_compound a = mark(&distal, RV_MOTOR), b = mark(&proximal, RV_MOTOR);
    bool found;
    double delay_ms, se_ms, similarity;
    cr_assert(rv_mark_align(&distal, &a, &proximal, &b, &found, &delay_ms, &se_ms, &similarity,
                            NULL) == RV_OK);
    cr_assert(found);
    cr_expect(fabs(delay_ms - (4.037)) <= 0.02);
    cr_expect(similarity > 0.98);
    cr_expect(se_ms < 0.02);
    shift_ms = 0.0;
}

Test(mark_compound, whitened_noise_has_unit_variance)
{
    enum { N = 20000 };
    double *x = rv_arena_alloc(arena, N, sizeof *x), *e = rv_arena_alloc(arena, N, sizeof *e);
    struct sim_random random = {5};
    for (size_t i = 1; i < N; i++) { /* AR(1), phi 0.8, innovation SD 2 */
        x[i] = 0.8 * x[i - 1] + 2.0 * sim_gauss(&random);
    }
    struct rv_noise noise = {.order = 4};
    const struct rv_stretch stretch = {x, N};
    rv_noise_fit(&noise, &stretch, 1, 1e-9, arena);
    rv_noise_whiten(&noise, x, N, e);
    cr_expect(fabs(noise.innovation_sd - (2.0)) <= 0.04);
    cr_expect(fabs(noise.coefficient[0] - (-0.8)) <= 0.03);
    /* SD of the mean of 4: variance 4/(1-0.64)/16 * (4 + 2(3*0.8 + 2*0.64 + 0.512)) = 8.6 */
    const double weight[4] = {0.25, 0.25, 0.25, 0.25};
    cr_expect(fabs(rv_noise_sum_sd(&noise, weight, 4) - (sqrt(8.6))) <= 0.12);
}

/* The bars of docs/methods/marks.md "Accuracy" on a few hundred responses; the whole table is made
 * by tests/bench/accuracy. */
Test(mark_compound, bars_hold_on_clean_responses, .timeout = 240)
{
    static const struct {
        enum rv_kind kind;
        double low_db, high_db, onset_ms, peak_ms, amplitude, failures;
    } bars[] = {
        {RV_MOTOR, 50, 70, 0.075, 0.015, 0.6, 1},   {RV_MOTOR, 40, 50, 0.110, 0.030, 2.5, 2},
        {RV_MOTOR, 20, 40, 0.200, 0.080, 6.0, 12},  {RV_SENSORY, 40, 60, 0.025, 0.012, 6.0, 1},
        {RV_SENSORY, 30, 40, 0.045, 0.020, 8.0, 3}, {RV_SENSORY, 20, 30, 0.060, 0.030, 10, 3}};
    for (size_t i = 0; i < sizeof bars / sizeof *bars; i++) {
        const struct trial_plan plan = {.kind = bars[i].kind,
                                        .low_db = bars[i].low_db,
                                        .high_db = bars[i].high_db,
                                        .count = 80,
                                        .seed = 11,
                                        .shape = -1,
                                        .clean = true};
        struct trial_sums sums;
        trials_run(&plan, arena, &sums);
        const double failed = 100.0 * (double)sums.failures / (double)sums.trials;
        cr_expect(failed <= bars[i].failures + 1.3, "row %zu fails %g %%", i, failed);
        cr_expect(trials_rms(&sums, TRIAL_ONSET) <= bars[i].onset_ms, "row %zu", i);
        cr_expect(trials_rms(&sums, TRIAL_PEAK) <= bars[i].peak_ms, "row %zu", i);
        cr_expect(trials_rms(&sums, TRIAL_AMPLITUDE) <= bars[i].amplitude, "row %zu", i);
        /* 80 responses: two binomial SDs below 92 % is 86 % */
        cr_expect(trials_coverage(&sums, TRIAL_ONSET) >= 86.0, "row %zu", i);
    }
}
