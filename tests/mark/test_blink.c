/* SPDX-License-Identifier: GPL-3.0-or-later
 * R1 and R2 of sweeps made by hand, and the responses of a train.
 */
#include "mark/mark_late.h"
#include "simulate/random.h"

#include <criterion/criterion.h>

#include <math.h>

enum { SWEEPS = 5, COUNT = 2200 }; /* 20 kHz, -10 to 100 ms */

static double samples[SWEEPS * COUNT];

/* R1: one wave from 10.5 ms on. R2: a burst of random sign from 34 ms on, dying away. */
static struct rv_sweeps make(double r1_uv, double r2_uv)
{
    for (size_t s = 0; s < SWEEPS; s++) {
        struct rv_random random = rv_random_begin(7, "blink", s);
        for (size_t i = 0; i < COUNT; i++) {
            const double ms = -10.0 + 0.05 * (double)i;
            const double early = ms - 10.5, late = ms - 34.0;
            double x = 3.0 * rv_random_normal(&random);
            if (early > 0.0 && early < 4.0) {
                x -= r1_uv * sin(6.2832 * early / 4.0);
            }
            if (late > 0.0 && late < 30.0) {
                x += r2_uv * exp(-late / 15.0) * rv_random_normal(&random);
            }
            samples[s * COUNT + i] = x;
        }
    }
    return (struct rv_sweeps){.rate_hz = 20000,
                              .start_ms = -10.0,
                              .sample_count = COUNT,
                              .sweep_count = SWEEPS,
                              .samples = samples,
                              .used_count = SWEEPS,
                              .calibrated = true,
                              .resolution = (double)NAN};
}

static struct rv_blink mark(const struct rv_sweeps *sweeps)
{
    struct rv_blink blink;
    const struct rv_late_request request = {22, 80, 7, 20};
    struct rv_arena *arena = rv_arena_new();
    cr_assert(rv_mark_blink(sweeps, &request, arena, &blink, NULL) == RV_OK);
    rv_arena_free(arena);
    return blink;
}

Test(blink, onsets_of_r1_and_r2_are_those_of_the_bursts)
{
    const struct rv_sweeps sweeps = make(300.0, 150.0);
    const struct rv_blink blink = mark(&sweeps);
    cr_assert_eq(blink.r1_ms.validity, RV_MEASURED);
    cr_assert_eq(blink.r2_ms.validity, RV_MEASURED);
    cr_expect(fabs(blink.r1_ms.value - 10.5) < 0.6, "%f", blink.r1_ms.value);
    cr_expect(fabs(blink.r2_ms.value - 34.0) < 1.5, "%f", blink.r2_ms.value);
    cr_expect(blink.r1_ms.se > 0.0 && blink.r2_ms.se > 0.0);
}

Test(blink, absent_reflexes_have_no_latency)
{
    const struct rv_sweeps sweeps = make(0.0, 0.0);
    const struct rv_blink blink = mark(&sweeps);
    cr_expect_eq(blink.r1_ms.validity, RV_ABSENT);
    cr_expect_eq(blink.r2_ms.validity, RV_ABSENT);
    cr_expect(isnan(blink.r1_ms.value));
}

/* A half sine of 4 ms from 5 ms on: its area is 2 / pi x 4 ms x height. Heights 10, 9, 8, 7, 7 mV.
 */
Test(train, amplitude_and_area_of_each_response)
{
    static const double height_uv[SWEEPS] = {10000, 9000, 8000, 7000, 7000};
    struct rv_sweeps sweeps = make(0.0, 0.0);
    for (size_t s = 0; s < SWEEPS; s++) {
        for (size_t i = 300; i < 380; i++) {
            samples[s * COUNT + i] -= height_uv[s] * sin(3.14159265 * ((double)i - 300.0) / 80.0);
        }
    }
    struct rv_compound average = {.presence = RV_MEASURED};
    const double at_ms[] = {5.0, 7.0, 9.0};
    const enum rv_mark_kind kinds[] = {RV_MARK_ONSET, RV_MARK_NEGATIVE_PEAK, RV_MARK_RECOVERY};
    for (size_t k = 0; k < 3; k++) {
        average.marks[kinds[k]] = (struct rv_mark){RV_MEASURED, at_ms[k], 0.02, 0.0, RV_BY_AUTO};
    }
    struct rv_arena *arena = rv_arena_new();
    struct rv_late late;
    cr_assert(rv_mark_train(&sweeps, &average, arena, &late, NULL) == RV_OK);
    for (size_t s = 0; s < SWEEPS; s++) {
        const struct rv_late_sweep *sweep = &late.sweeps[s];
        const double area = 2.0 / 3.14159265 * 4.0 * height_uv[s];
        cr_expect(fabs(sweep->amplitude_uv - height_uv[s]) < 0.005 * height_uv[s] + 8.0, "%zu: %f",
                  s, sweep->amplitude_uv);
        cr_expect(fabs(sweep->area_uvms - area) < 5.0 * sweep->area_se_uvms + 0.005 * area,
                  "%zu: %f +- %f, true %f", s, sweep->area_uvms, sweep->area_se_uvms, area);
        cr_expect(sweep->amplitude_se_uv > 0.3 && sweep->amplitude_se_uv < 5.0, "%f",
                  sweep->amplitude_se_uv);
    }
    rv_arena_free(arena);
}
