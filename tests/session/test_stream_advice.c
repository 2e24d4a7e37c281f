/* SPDX-License-Identifier: GPL-3.0-or-later
 * Advice of a stream: the interval of a share, the numbers with their sources.
 */
#include "session/stream_advice.h"

#include <criterion/criterion.h>

#include <math.h>

TestSuite(stream_advice, .timeout = 30);

/* Expected: scipy.stats.binomtest(count, of).proportion_ci(method="wilson"). */
Test(stream_advice, persistence_has_the_interval_of_wilson)
{
    static const struct {
        double count, of, low, high;
    } rows[] = {
        {10, 10, 0.722467, 1.0},      {9, 10, 0.595850, 0.982124}, {8, 10, 0.490162, 0.943318},
        {0, 4, 0.0, 0.489891},        {0, 3, 0.0, 0.561497},       {1, 10, 0.017876, 0.404150},
        {15, 20, 0.531299, 0.888138},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double low, high;
        rv_wilson(rows[i].count, rows[i].of, &low, &high);
        cr_expect(fabs(low - rows[i].low) < 2e-6 && fabs(high - rows[i].high) < 2e-6,
                  "%g of %g: %.6f to %.6f", rows[i].count, rows[i].of, low, high);
    }
}

Test(stream_advice, numbers_stand_in_the_table)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_stream_numbers numbers = {0};
    struct rv_error err = {.text = ""};
    cr_assert_eq(rv_stream_numbers_read(arena, &numbers, &err), RV_OK, "%s", err.text);
    /* S01: at least 10 stimuli; C12: 10 within about 1 ms, 20 for the mean; C130: 2 to 5 Hz;
     * C143: 10 pulses. */
    cr_expect(fabs(numbers.f_stimuli_least - 10) < 1e-9);
    cr_expect(fabs(numbers.f_stimuli_usual - 20) < 1e-9);
    cr_expect(fabs(numbers.f_minimum_se_ms - 1) < 1e-9);
    cr_expect(fabs(numbers.train_least_hz - 2) < 1e-9);
    cr_expect(fabs(numbers.train_most_hz - 5) < 1e-9);
    cr_expect(fabs(numbers.train_count - 10) < 1e-9);
    rv_arena_free(arena);
}
