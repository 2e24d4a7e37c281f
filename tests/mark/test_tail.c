/* SPDX-License-Identifier: GPL-3.0-or-later
 * The closed sums of the tail's fit against sums over samples, and against a tail that is known.
 */
#include "mark/tail_sums.h"

#include <criterion/criterion.h>

#include <math.h>

enum { COUNT = 1200, PRE = 480, BLANK = 528 };

/* 48 kHz, 10 ms before the stimulus, blanked for 1 ms. */
static struct rv_wave wave_of(double *raw, struct rv_arena *arena)
{
    static const struct rv_compound_rules *rules;
    rules = rv_compound_rules(RV_MOTOR);
    struct rv_wave wave = {.rules = rules,
                           .rate_hz = 48000.0,
                           .start_ms = -10.0,
                           .count = COUNT,
                           .pre_count = PRE,
                           .blank = BLANK,
                           .raw = raw,
                           .scratch = arena};
    cr_assert(rv_tail_values_prepare(&wave));
    return wave;
}

static double decay(const struct rv_wave *wave, size_t i, double tau_ms)
{
    const double ms = rv_wave_ms(wave, (double)i) - rv_wave_ms(wave, BLANK);
    return i < PRE ? 0.0 : exp(-ms / tau_ms);
}

/* Least squares that leaves nothing: the residuals of the solution, sample by sample, give its sum
 * of squares, and no small change of a coefficient makes it less. */
static double residual_squares(const struct rv_wave *wave, const struct rv_tail_range *range,
                               const struct rv_tail *tail, const double *coefficient)
{
    double rss = 0.0;
    for (size_t i = 0; i < range->late_end; i++) {
        const bool full = i < PRE || (i >= BLANK && i < range->until);
        const double share = full ? 1.0 : i >= range->late ? range->late_share : 0.0;
        double level = coefficient[0] + wave->tail_offset;
        size_t n = 1;
        if (tail->step) {
            level +=
                i < PRE ? 0.0 : coefficient[n] * exp(-rv_wave_ms(wave, (double)i) / tail->step_ms);
            n++;
        }
        for (size_t k = 0; k < tail->exponentials; k++) {
            level += coefficient[n++] * decay(wave, i, tail->tau_ms[k]);
        }
        rss += share * (wave->raw[i] - level) * (wave->raw[i] - level);
    }
    return rss;
}

Test(tail, closed_sums_give_the_least_squares_of_the_samples)
{
    static double raw[COUNT];
    static const double taus[][2] = {
        {0.12, 0.3}, {0.25, 9.0}, {0.7, 2.0}, {6.0, 20.0}, {19.0, 1.0}};
    struct rv_arena *arena = rv_arena_new();
    unsigned state = 7;
    for (size_t i = 0; i < COUNT; i++) {
        state = state * 1664525u + 1013904223u;
        raw[i] = 40.0 + (i < PRE ? 0.0 : 300.0 * exp(-(double)(i - PRE) / 60.0)) +
                 5.0 * ((double)(state >> 8) / 8388608.0 - 1.0);
    }
    struct rv_wave wave = wave_of(raw, arena);
    for (size_t shape = 0; shape < 2 * sizeof taus / sizeof *taus; shape++) {
        const struct rv_tail_range range = {640 + 20 * shape, 900, 1150, 0.05};
        struct rv_tail tail = {.exponentials = 2,
                               .step = shape % 2 == 1,
                               .step_ms = 60.0,
                               .tau_ms = {taus[shape / 2][0], taus[shape / 2][1]}};
        struct rv_tail_sums sums;
        struct rv_tail_solution solution;
        rv_tail_sums_collect(&wave, &range, true, &sums);
        rv_tail_solve(&sums, &tail, &solution);
        const double least = residual_squares(&wave, &range, &tail, solution.coefficient);
        cr_expect(fabs(solution.rss - least) < 1e-9 * least, "shape %zu: %.12g against %.12g",
                  shape, solution.rss, least);
        for (size_t c = 0; c < (tail.step ? 4u : 3u); c++) {
            for (int sign = -1; sign <= 1; sign += 2) {
                double moved[RV_TAIL_COLUMNS];
                for (size_t k = 0; k < RV_TAIL_COLUMNS; k++) {
                    moved[k] = solution.coefficient[k] + (k == c ? 0.1 * sign : 0.0);
                }
                cr_expect(residual_squares(&wave, &range, &tail, moved) > least, "shape %zu",
                          shape);
            }
        }
    }
    rv_arena_free(arena);
}

/* 100 uV exp(-t / 0.7 ms) - 60 uV exp(-t / 4 ms) on a level of 12 uV: grid points, so the grid
 * finds them exactly, and nothing is left. */
Test(tail, the_grid_finds_a_tail_that_lies_on_it)
{
    static double raw[COUNT];
    struct rv_arena *arena = rv_arena_new();
    struct rv_wave wave = wave_of(raw, arena);
    for (size_t i = 0; i < COUNT; i++) {
        raw[i] = 12.0 + 100.0 * decay(&wave, i, 0.7) - 60.0 * decay(&wave, i, 4.0);
    }
    wave = wave_of(raw, arena);
    const struct rv_tail_range range = {720, 720, 720, 0.0};
    struct rv_tail tail = {.exponentials = 2};
    struct rv_tail_sums sums;
    struct rv_tail_solution solution;
    rv_tail_sums_collect(&wave, &range, true, &sums);
    rv_tail_search_grid(&sums, &tail);
    rv_tail_solve(&sums, &tail, &solution);
    cr_expect(fabs(tail.tau_ms[0] - 0.7) < 1e-12 && fabs(tail.tau_ms[1] - 4.0) < 1e-12,
              "%g and %g ms", tail.tau_ms[0], tail.tau_ms[1]);
    cr_expect(fabs(solution.coefficient[0] + wave.tail_offset - 12.0) < 1e-6);
    cr_expect(fabs(solution.coefficient[1] - 100.0) < 1e-6);
    cr_expect(fabs(solution.coefficient[2] + 60.0) < 1e-6);
    cr_expect(solution.rss < 1e-7);
    cr_expect(fabs(solution.change[0]) + fabs(solution.change[1]) < 1e-5);
    rv_arena_free(arena);
}

/* The curve by steps is that of the exponential. */
Test(tail, levels_by_steps_are_exponentials)
{
    double levels[500];
    const struct rv_tail tail = {.exponentials = 1,
                                 .step = true,
                                 .step_ms = 60.0,
                                 .origin_ms = 1.0,
                                 .tau_ms = {0.35},
                                 .coefficient = {3.0, -20.0, 400.0}};
    rv_tail_levels(&tail, -2.0, 20000.0, 500, levels);
    for (size_t i = 0; i < 500; i++) {
        const double ms = -2.0 + (double)i / 20.0;
        const double expected =
            3.0 + (ms > 0.0 ? -20.0 * exp(-ms / 60.0) + 400.0 * exp(-(ms - 1.0) / 0.35) : 0.0);
        cr_expect(fabs(levels[i] - expected) < 1e-12 * (1.0 + fabs(expected)), "%g ms", ms);
    }
}
