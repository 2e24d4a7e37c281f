/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stimuli seen while their samples come.
 */
#include "epoch/watch.h"
#include "recording_by_hand.h"

#include <criterion/criterion.h>

enum { RATE = 10000, COUNT = 60000 };

/* Pushes in pieces of `size`; what was known after `*until[k]` samples stands in `known`. */
static size_t watch(const struct rv_channel *channel, const double *x, size_t size, double *found,
                    size_t *late)
{
    struct rv_watch *watch = rv_watch_new(channel);
    struct rv_times times = {0};
    cr_assert_not_null(watch);
    *late = 0;
    for (size_t i = 0; i < COUNT; i += size) {
        size_t before = times.count, n = COUNT - i < size ? COUNT - i : size;
        cr_assert_eq(rv_watch_push(watch, x + i, n, &times, NULL), RV_OK);
        for (size_t k = before; k < times.count; k++) {
            size_t after = i + n - (size_t)times.time_s[k];
            *late = after > *late ? after : *late;
        }
    }
    size_t count = times.count;
    for (size_t k = 0; k < count && k < 16; k++)
        found[k] = times.time_s[k];
    rv_times_finish(&times);
    rv_watch_free(watch);
    return count;
}

static void expect_at(const struct rv_channel *channel, const double *x, double shift,
                      const char *what)
{
    static const size_t sizes[] = {1, 7, 50, 480, COUNT};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        double found[16];
        size_t late, count = watch(channel, x, sizes[s], found, &late);
        cr_assert_eq(count, 9, "%s: %zu in pieces of %zu", what, count, sizes[s]);
        for (size_t k = 0; k < 9; k++)
            cr_assert_float_eq(found[k], 6000.0 * (double)(k + 1) + shift, 1e-9, "%s", what);
        if (sizes[s] == 1)
            cr_assert_leq(late, 101, "%s: known %zu samples after", what, late); /* 10 ms */
    }
}

/* A shock of two samples every 0.6 s, then a response of 9 mV that bends far less. */
Test(watch, shocks_are_known_within_10_ms_whatever_the_pieces)
{
    static double x[COUNT];
    unsigned long seed = 3;
    for (size_t i = 0; i < COUNT; i++)
        x[i] = 5.0 * hand_noise(&seed);
    for (size_t k = 6000; k < COUNT; k += 6000) {
        x[k] += 9000.0;
        x[k + 1] -= 9000.0;
        for (size_t i = 0; i < 80; i++)
            x[k + 40 + i] += 9000.0 * sin(3.14159265 * (double)i / 80.0);
    }
    struct rv_channel channel = {.label = "R APB", .rate_hz = RATE};
    expect_at(&channel, x, -0.5, "shock"); /* half a sample before the first that has left */
}

Test(watch, pulses_and_codes_are_known_within_10_ms)
{
    static double x[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        x[i] = i >= 6000 && i % 6000 < 20 ? 5.0 : 0.0;
    struct rv_channel line = {.label = "STIM", .rate_hz = RATE, .is_trigger = true};
    expect_at(&line, x, 0.0, "pulse");
    for (size_t i = 0; i < COUNT; i++)
        x[i] = 5.0 - x[i];
    expect_at(&line, x, 0.0, "falling pulse");
    struct rv_channel status = {.label = "Status", .rate_hz = RATE, .is_trigger = true};
    for (size_t i = 0; i < COUNT; i++)
        x[i] = i >= 6000 && i % 6000 < 20 ? (double)(i / 6000) : 255.0;
    expect_at(&status, x, 0.0, "code");
}

Test(watch, noise_alone_is_no_stimulus)
{
    static double x[COUNT];
    struct rv_channel channel = {.label = "R APB", .rate_hz = RATE};
    for (unsigned long seed = 1; seed <= 20; seed++) {
        double found[16];
        size_t late;
        unsigned long state = seed;
        for (size_t i = 0; i < COUNT; i++)
            x[i] = nearbyint(3.0 * hand_noise(&state));
        cr_assert_eq(watch(&channel, x, 1000, found, &late), 0, "seed %lu", seed);
    }
}

Test(watch, a_new_segment_begins_anew)
{
    double x[400] = {0};
    struct rv_channel line = {.label = "STIM", .rate_hz = RATE, .is_trigger = true};
    struct rv_watch *watch = rv_watch_new(&line);
    struct rv_times times = {0};
    x[250] = 5.0;
    for (int round = 0; round < 3; round++) {
        rv_watch_restart(watch);
        cr_assert_eq(rv_watch_push(watch, x, 400, &times, NULL), RV_OK);
        cr_assert_eq(times.count, (size_t)round + 1);
        cr_assert_float_eq(times.time_s[round], 250.0, 1e-12);
    }
    rv_times_finish(&times);
    rv_watch_free(watch);
}
