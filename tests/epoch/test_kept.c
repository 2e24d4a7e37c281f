/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of a growing average against cutting from the beginning.
 */
#include "epoch/kept.h"
#include "recording_by_hand.h"

#include <criterion/criterion.h>

enum { SWEEPS = 40, ROWS = 8, LENGTH = 2000 };

/* A bell of 1 mV, 8 ms after the stimulus, in noise; one sweep is another. */
static void fill(struct hand *hand)
{
    unsigned long seed = 5;
    for (size_t i = 0; i < (size_t)SWEEPS * LENGTH; i++) {
        double ms = 0.1 * (double)(i % LENGTH) - 100.0 - 8.0;
        double size = i / LENGTH == 17 ? -3000.0 : 1000.0;
        hand->samples[0][i] = size * exp(-ms * ms / 4.5) + 5.0 * hand_noise(&seed);
    }
}

static void hum(const void *context, double start_s, double rate_hz, double factor, size_t count,
                double *samples)
{
    for (size_t i = 0; i < count; i++)
        samples[i] -=
            factor * *(const double *)context * sin(314.0 * (start_s + (double)i / rate_hz));
}

/* The last ROWS stimuli, each in the row that its number names. */
static size_t ring(size_t told, double *time_s)
{
    size_t count = told < ROWS ? told : ROWS;
    for (size_t k = told - count; k < told; k++)
        time_s[k % ROWS] = 0.2 * (double)k + 0.1;
    return count;
}

static void expect_same(const struct rv_sweeps *kept, const struct rv_sweeps *cut, size_t told)
{
    cr_assert_eq(kept->sample_count, cut->sample_count);
    cr_assert_eq(kept->used_count, cut->used_count, "after %zu", told);
    cr_assert_float_eq(kept->start_ms, cut->start_ms, 1e-12);
    for (size_t s = 0; s < cut->sweep_count; s++)
        cr_assert_eq(kept->rejected[s], cut->rejected[s], "after %zu", told);
    for (size_t i = 0; i < cut->sample_count; i++)
        cr_assert_float_eq(kept->average[i], cut->average[i], 1e-9, "after %zu", told);
}

Test(kept, rows_give_the_average_that_cutting_all_gives)
{
    struct hand hand;
    double time_s[ROWS], size = 20.0;
    hand_begin(&hand, 1, 10000.0, (size_t)SWEEPS * LENGTH);
    hand_segment(&hand, 0.0, (size_t)SWEEPS * LENGTH);
    fill(&hand);
    struct rv_kept *kept = rv_kept_new(ROWS);
    cr_assert_not_null(kept);
    for (size_t told = 1; told <= SWEEPS; told++) {
        struct rv_sweeps own, all;
        struct rv_stimuli stimuli = {.count = ring(told, time_s), .time_s = time_s, .how = "given"};
        struct rv_epoch_request request = hand_request(-20.0, 40.0);
        request.reject_ratio = 6.0;
        if (told % 16 == 0) { /* what is subtracted changes */
            size += 1.0;
            kept->stamp++;
        }
        request.subtract = hum;
        request.subtract_context = &size;
        cr_assert_eq(rv_epoch_cut(&hand.recording, &stimuli, &request, hand.arena, &all,
                                  &hand.notices, "R01", &hand.err),
                     RV_OK);
        request.kept = kept;
        cr_assert_eq(rv_epoch_cut(&hand.recording, &stimuli, &request, hand.arena, &own,
                                  &hand.notices, "R01", &hand.err),
                     RV_OK);
        expect_same(&own, &all, told);
    }
    /* one row for each sweep, and all of them where the hum changed: 16 is sweep 16 itself and 7
     * others, so is 32 */
    cr_assert_eq(kept->made_count, SWEEPS + 2 * (ROWS - 1));
    rv_kept_free(kept);
    hand_end(&hand);
}

Test(kept, sweeps_between_samples_come_to_the_place_of_the_first)
{
    struct hand hand;
    struct rv_sweeps own;
    double time_s[ROWS];
    hand_begin(&hand, 1, 10000.0, (size_t)SWEEPS * LENGTH);
    hand_segment(&hand, 0.0, (size_t)SWEEPS * LENGTH);
    for (size_t i = 0; i < (size_t)SWEEPS * LENGTH; i++) {
        double tenth = 0.01 * (double)((i / LENGTH * 3) % 10); /* of a sample, in ms */
        double ms = 0.1 * (double)(i % LENGTH) - 100.0 - 8.0 - tenth;
        hand.samples[0][i] = 1000.0 * exp(-ms * ms / 4.5);
    }
    struct rv_kept *kept = rv_kept_new(ROWS);
    for (size_t told = 1; told <= ROWS; told++) {
        struct rv_stimuli stimuli = {.count = ring(told, time_s), .time_s = time_s, .how = "given"};
        for (size_t k = 0; k < told; k++)
            time_s[k] += 1e-5 * (double)((k * 3) % 10);
        struct rv_epoch_request request = hand_request(-20.0, 40.0);
        request.kept = kept;
        cr_assert_eq(rv_epoch_cut(&hand.recording, &stimuli, &request, hand.arena, &own,
                                  &hand.notices, "R01", &hand.err),
                     RV_OK);
    }
    cr_assert_eq(kept->made_count, ROWS);
    for (size_t i = 0; i < own.sample_count; i++) {
        double ms = rv_sample_ms(own.start_ms, own.rate_hz, (double)i) - 8.0;
        cr_assert_float_eq(own.average[i], 1000.0 * exp(-ms * ms / 4.5), 0.05, "%g", ms);
    }
    rv_kept_free(kept);
    hand_end(&hand);
}
