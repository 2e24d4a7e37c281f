/* SPDX-License-Identifier: GPL-3.0-or-later
 * Late responses against a simulation with known truth (bars: at least 92 % of F-waves and 97 % of
 * H-reflexes found at no more than 8 % false ones, F onset, minimum and mean within 0.30 ms RMS, H
 * within 0.10 ms), and on a real series.
 */
#include "base/table.h"
#include "base/text.h"
#include "late_simulator.h"
#include "mark/mark_compound.h"
#include "mark/mark_late.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct rv_arena *arena;
static struct late_made made;

static void start(void)
{
    arena = rv_arena_new();
}

static void finish(void)
{
    rv_arena_free(arena);
}

TestSuite(late, .init = start, .fini = finish, .timeout = 120);

struct score {
    double square, minimum, mean, z;
    double present, found, absent, wrong, trains;
};

static struct rv_late find_f(const struct late_setup *setup, double from_ms, double to_ms)
{
    struct rv_late late;
    struct rv_compound m;
    struct rv_error err = {0};
    const struct rv_mark_request ask = {.kind = RV_MOTOR,
                                        .search_from_ms = (double)NAN,
                                        .search_to_ms = (double)NAN,
                                        .subtract_tail = true,
                                        .limit_uv = (double)NAN};
    const struct rv_late_request request = {from_ms, to_ms, 1.5, from_ms};
    late_make(setup, arena, &made);
    cr_assert(rv_mark_compound(&made.sweeps, &ask, arena, &m, &err) == RV_OK);
    cr_assert(rv_mark_f(&made.sweeps, &request, &m, arena, &late, &err) == RV_OK);
    return late;
}

/* F-waves from 20 uV on count; between nothing and 20 uV either answer is right. */
static void score_f(const struct rv_late *late, struct score *score)
{
    double true_first = (double)INFINITY, first = (double)INFINITY, true_sum = 0.0, sum = 0.0;
    double n = 0.0;
    for (size_t s = 0; s < late->sweep_count; s++) {
        const struct late_truth *truth = &made.truth[s];
        const struct rv_late_sweep *sweep = &late->sweeps[s];
        const bool found = sweep->found == RV_MEASURED;
        score->absent += truth->present ? 0.0 : 1.0;
        score->wrong += !truth->present && found ? 1.0 : 0.0;
        if (!truth->present || truth->peak_to_peak < 20.0) {
            continue;
        }
        score->present += 1.0;
        if (!found) {
            continue;
        }
        const double error = sweep->onset_ms - truth->onset_ms;
        score->found += 1.0;
        score->square += error * error;
        score->z += error * error / (sweep->onset_se_ms * sweep->onset_se_ms);
        true_first = fmin(true_first, truth->onset_ms);
        first = fmin(first, sweep->onset_ms);
        true_sum += truth->onset_ms;
        sum += sweep->onset_ms;
        n += 1.0;
    }
    if (n > 0.0) {
        score->minimum += (first - true_first) * (first - true_first);
        score->mean += (sum - true_sum) * (sum - true_sum) / (n * n);
        score->trains += 1.0;
    }
}

static void judge_f(const struct score *score, const char *what)
{
    const double onset = sqrt(score->square / score->found);
    const double minimum = sqrt(score->minimum / score->trains);
    const double mean = sqrt(score->mean / score->trains);
    cr_log_info("%s: onset %.3f, minimum %.3f, mean %.3f ms RMS, found %.0f of %.0f, wrong %.0f of "
                "%.0f, error / SE %.2f",
                what, onset, minimum, mean, score->found, score->present, score->wrong,
                score->absent, sqrt(score->z / score->found));
    cr_expect(onset <= 0.30, "%s: onset %.3f", what, onset);
    cr_expect(minimum <= 0.30, "%s: minimum %.3f", what, minimum);
    cr_expect(mean <= 0.30, "%s: mean %.3f", what, mean);
    cr_expect(score->found >= 0.92 * score->present, "%s: found %.0f of %.0f", what, score->found,
              score->present);
    cr_expect(score->wrong <= 0.08 * score->absent, "%s: wrong %.0f of %.0f", what, score->wrong,
              score->absent);
    cr_expect(score->z / score->found < 4.0, "%s: standard errors too small", what);
}

Test(late, f_waves_of_the_arm_meet_the_bar)
{
    struct score score = {0};
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct late_setup setup = late_arm(seed);
        setup.chance = seed % 3 == 0 ? 0.7 : 1.8;
        const struct rv_late late = find_f(&setup, 19, 60);
        cr_expect(!late.voluntary);
        score_f(&late, &score);
    }
    judge_f(&score, "arm");
}

Test(late, f_waves_of_the_leg_meet_the_bar)
{
    struct score score = {0};
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct late_setup setup = late_leg(seed);
        setup.chance = seed % 3 == 0 ? 0.7 : 2.5;
        const struct rv_late late = find_f(&setup, 33, 100);
        score_f(&late, &score);
    }
    judge_f(&score, "leg");
}

Test(late, sampling_rate_does_not_matter)
{
    static const double rates[] = {10000, 48000};
    for (size_t r = 0; r < 2; r++) {
        struct score score = {0};
        for (uint64_t seed = 21; seed <= 24; seed++) {
            struct late_setup setup = late_leg(seed);
            setup.rate_hz = rates[r];
            const struct rv_late late = find_f(&setup, 33, 100);
            score_f(&late, &score);
        }
        judge_f(&score, r == 0 ? "10 kHz" : "48 kHz");
    }
}

/* 12 of 20 sweeps hold it: at least 8 are an A-wave; 4 are not. */
Test(late, a_wave_of_constant_shape_is_no_f_wave)
{
    struct late_setup setup = late_leg(31);
    setup.a_wave_ms = 26.0;
    setup.a_wave_uv = 900.0;
    setup.a_wave_sweeps = 12;
    setup.chance = 0.9;
    const struct rv_late late = find_f(&setup, 33, 100);
    cr_expect(late.a_wave_count >= 8 && late.a_wave_count <= 14, "%zu", late.a_wave_count);
    for (size_t s = 0; s < late.sweep_count; s++) {
        cr_expect(isnan(late.sweeps[s].a_wave_ms) || fabs(late.sweeps[s].a_wave_ms - 26.4) < 1.0,
                  "sweep %zu: %f", s, late.sweeps[s].a_wave_ms);
        cr_expect(!(late.sweeps[s].onset_ms < 30.0));
    }
    setup.a_wave_sweeps = 4;
    cr_expect_eq(find_f(&setup, 33, 100).a_wave_count, 0);
}

/* Every third sweep fires the same two units: 7 of 20. */
Test(late, repeaters_are_told_from_f_waves_that_differ)
{
    struct late_setup setup = late_leg(41);
    setup.repeat = true;
    const struct rv_late late = find_f(&setup, 33, 100);
    size_t hits = 0, others = 0;
    for (size_t s = 0; s < late.sweep_count; s++) {
        hits += s % 3 == 0 && late.sweeps[s].repeats ? 1 : 0;
        others += s % 3 != 0 && late.sweeps[s].repeats ? 1 : 0;
    }
    cr_expect(hits >= 6, "%zu of 7", hits);
    cr_expect(others <= 4, "%zu", others);
}

Test(late, background_of_muscle_is_said)
{
    struct late_setup setup = late_leg(51);
    setup.emg_per_s = 60;
    setup.emg_uv = 15;
    const struct rv_late late = find_f(&setup, 33, 100);
    cr_expect(late.voluntary);
    cr_expect(late.background_uv > 12.0, "%f", late.background_uv);
    cr_expect(late.floor_uv > 20.0, "%f", late.floor_uv);
}

Test(late, noise_alone_holds_no_f_wave)
{
    struct late_setup setup = late_leg(61);
    setup.chance = 0.0;
    const struct rv_late late = find_f(&setup, 33, 100);
    for (size_t s = 0; s < late.sweep_count; s++) {
        cr_expect(late.sweeps[s].found == RV_ABSENT, "sweep %zu", s);
        cr_expect(isnan(late.sweeps[s].onset_ms));
    }
}

static struct rv_late find_h(const struct late_setup *setup)
{
    struct rv_late late;
    struct rv_error err = {0};
    const struct rv_late_request request = {22, 48, 1.5, 18};
    late_make(setup, arena, &made);
    cr_assert(rv_mark_h(&made.sweeps, &request, arena, &late, &err) == RV_OK);
    return late;
}

Test(late, reflexes_of_a_series_meet_the_bar)
{
    double square = 0.0, n = 0.0, present = 0.0, absent = 0.0, wrong = 0.0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct late_setup setup = late_reflex(seed);
        const struct rv_late late = find_h(&setup);
        cr_expect(late.plateau);
        for (size_t s = 0; s < late.sweep_count; s++) {
            const struct late_truth *truth = &made.truth[s];
            const bool found = late.sweeps[s].found == RV_MEASURED;
            const double error = late.sweeps[s].onset_ms - truth->onset_ms;
            absent += truth->present ? 0.0 : 1.0;
            wrong += !truth->present && found ? 1.0 : 0.0;
            if (!truth->present || truth->negative_uv < 60.0) {
                continue;
            }
            present += 1.0;
            n += found ? 1.0 : 0.0;
            square += found ? error * error : 0.0;
            cr_expect(!found || truth->negative_uv < 500.0 ||
                          fabs(late.sweeps[s].amplitude_uv / truth->negative_uv - 1.0) < 0.05,
                      "seed %zu sweep %zu: %.0f for %.0f", (size_t)seed, s,
                      late.sweeps[s].amplitude_uv, truth->negative_uv);
        }
    }
    cr_log_info("H: onset %.3f ms RMS, found %.0f of %.0f, wrong %.0f of %.0f", sqrt(square / n), n,
                present, wrong, absent);
    cr_expect(sqrt(square / n) <= 0.10, "%f", sqrt(square / n));
    cr_expect(n >= 0.97 * present, "%.0f of %.0f", n, present);
    cr_expect(wrong <= 0.05 * absent, "%.0f of %.0f", wrong, absent);
}

/* The reflex comes a second later than the sweep lasts: there is none. */
Test(late, absent_reflex_is_not_found_behind_the_m_wave)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct late_setup setup = late_reflex(seed);
        setup.h_ms = 1000.0;
        const struct rv_late late = find_h(&setup);
        for (size_t s = 0; s < late.sweep_count; s++) {
            cr_expect(late.sweeps[s].found == RV_ABSENT, "seed %zu sweep %zu", (size_t)seed, s);
        }
        cr_expect(late.sweeps[late.sweep_count - 1].m_amplitude_uv > 14000.0);
    }
}

/* --- a real series: hind limb of a mouse, 84 sweeps from 0.55 to 1.00 V ----------------------- */

static bool read_mouse(struct rv_sweeps *sweeps)
{
    enum { LONGEST = 8 * 1024 * 1024 };
    const char *shared = getenv("RANVIER_SHARED");
    char path[4096];
    char *bytes;
    size_t length;
    struct rv_error err = {0};
    (void)snprintf(path, sizeof path, "%s/data/monstim_mouse_M_H/derived_wide_Example_Data_3.csv",
                   shared != NULL ? shared : TEST_SOURCE_ROOT "/../shared");
    if (rv_file_read(arena, path, LONGEST, &bytes, &length, &err) != RV_OK) {
        return false;
    }
    for (size_t i = 0; i < length; i++) { /* one reader of tables is enough */
        bytes[i] = bytes[i] == ',' ? '\t' : bytes[i];
    }
    struct rv_table table;
    cr_assert(rv_table_parse(arena, bytes, length, &table, &err) == RV_OK, "%s", err.text);
    const size_t n = table.row_count, sweep_count = table.column_count - 1;
    double *samples = rv_arena_alloc(arena, n * sweep_count, sizeof *samples);
    double *intensity = rv_arena_alloc(arena, sweep_count, sizeof *intensity);
    for (size_t s = 0; s < sweep_count; s++) {
        const char *volts = strstr(table.columns[s + 1], "stim") + 4;
        cr_assert(rv_number_read(volts, strlen(volts) - 1, &intensity[s]));
        for (size_t i = 0; i < n; i++) {
            double mv;
            cr_assert(rv_number_text(rv_table_cell(&table, i, s + 1), &mv, NULL));
            samples[s * n + i] = 1000.0 * mv;
        }
    }
    *sweeps = (struct rv_sweeps){.rate_hz = 30000,
                                 .start_ms = -1.0,
                                 .sample_count = n,
                                 .sweep_count = sweep_count,
                                 .samples = samples,
                                 .used_count = sweep_count,
                                 .intensity = intensity,
                                 .calibrated = true,
                                 .resolution = (double)NAN,
                                 .jitter_ms = (double)NAN};
    return true;
}

/* Read off the plotted sweeps: M begins at about 1.0 ms and goes from nothing to 4.5 mV below the
 * level; it no longer grows at 1.0 V. */
Test(late, mouse_series_shows_the_recruitment_of_m)
{
    struct rv_sweeps sweeps;
    struct rv_late late;
    struct rv_error err = {0};
    const struct rv_late_request request = {2.3, 5.8, 0.8, 2.2};
    if (!read_mouse(&sweeps)) {
        cr_skip_test("the shared recordings are not here");
    }
    cr_assert(rv_mark_h(&sweeps, &request, arena, &late, &err) == RV_OK);
    cr_assert_eq(late.sweep_count, 84);
    const double weakest = late.sweeps[0].m_amplitude_uv,
                 strongest = late.sweeps[83].m_amplitude_uv;
    cr_expect(weakest < 0.1 * strongest, "%f", weakest);
    cr_expect(fabs(strongest - 4400.0) < 400.0, "%f", strongest);
    cr_expect(late.plateau);
    cr_expect(fabs(late.m_onset_ms - 1.0) < 0.25, "%f", late.m_onset_ms);
}
