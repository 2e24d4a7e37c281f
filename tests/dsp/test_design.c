/* SPDX-License-Identifier: GPL-3.0-or-later
 * The design of filters. Responses are summed here from the taps, by definition.
 */
#include "base/arena.h"
#include "dsp/design.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

static double gain(const struct rv_fir *fir, double frequency_hz, double rate_hz)
{
    double real = 0.0, imaginary = 0.0;
    for (size_t k = 0; k < fir->tap_count; k++) {
        real += fir->taps[k] * cos(2.0 * M_PI * frequency_hz / rate_hz * (double)k);
        imaginary += fir->taps[k] * sin(2.0 * M_PI * frequency_hz / rate_hz * (double)k);
    }
    return hypot(real, imaginary);
}

static struct rv_fir design(double high_hz, double low_hz, double notch_hz, enum rv_phase phase,
                            size_t taps)
{
    struct rv_filter_design wanted = {48000.0, {"test", high_hz, low_hz, notch_hz}, phase, taps};
    struct rv_fir fir = {.taps = NULL};
    cr_assert(rv_fir_design(&wanted, &fir, NULL) == 0);
    return fir;
}

Test(design, edges_lie_3_db_down_in_every_named_band)
{
    for (size_t i = 0; rv_band_named(i) != NULL; i++)
        for (int phase = RV_LINEAR_PHASE; phase <= RV_MINIMUM_PHASE; phase++) {
            const struct rv_band *band = rv_band_named(i);
            struct rv_filter_design wanted = {48000.0, *band, (enum rv_phase)phase, 0};
            struct rv_fir fir = {.taps = NULL};
            cr_assert(rv_fir_design(&wanted, &fir, NULL) == 0);
            const double edges[] = {band->high_pass_hz, band->low_pass_hz};
            for (size_t j = 0; j < 2; j++)
                cr_expect(fabs(gain(&fir, edges[j], 48000.0) - 0.70711) < 0.002, "%s %g Hz",
                          band->name, edges[j]);
            cr_expect(fabs(gain(&fir, sqrt(edges[0] * edges[1]), 48000.0) - 1.0) < 0.0012);
            cr_expect(fabs(fir.facts.high_pass_3db_hz - edges[0]) < 0.002 * edges[0]);
            cr_expect(fabs(fir.facts.low_pass_3db_hz - edges[1]) < 0.002 * edges[1]);
            cr_expect(fir.facts.ripple_db < 0.02 && fir.facts.attenuation_db > 54.0);
            rv_fir_finish(&fir);
        }
}

Test(design, a_high_pass_has_an_exact_null_at_0_hz)
{
    for (int phase = RV_LINEAR_PHASE; phase <= RV_MINIMUM_PHASE; phase++) {
        struct rv_fir fir = design(20.0, 3000.0, 0.0, (enum rv_phase)phase, 0);
        cr_expect(gain(&fir, 0.0, 48000.0) < 1e-10);
        rv_fir_finish(&fir);
    }
}

Test(design, a_low_pass_keeps_0_hz_and_stops_half_the_rate)
{
    struct rv_fir fir = design(0.0, 3000.0, 0.0, RV_LINEAR_PHASE, 0);
    cr_expect(fabs(gain(&fir, 0.0, 48000.0) - 1.0) < 1e-12);
    cr_expect(gain(&fir, 24000.0, 48000.0) < 1e-3);
    cr_expect(isnan(fir.facts.high_pass_3db_hz));
    rv_fir_finish(&fir);
}

Test(design, a_notch_has_a_null_and_its_facts_are_those_of_the_taps)
{
    struct rv_fir fir = design(20.0, 3000.0, 50.0, RV_LINEAR_PHASE, 0);
    cr_expect(gain(&fir, 50.0, 48000.0) < 1e-6);
    const double worst = fmax(gain(&fir, 49.8, 48000.0), gain(&fir, 50.2, 48000.0));
    cr_expect(fabs(fir.facts.notch_attenuation_db + 20.0 * log10(worst)) < 0.01);
    cr_expect(fabs(fir.facts.notch_width_3db_hz - 4.0) < 0.05);
    cr_expect(fabs(gain(&fir, 48.0, 48000.0) - 0.70711) < 0.01);
    cr_expect(fabs(gain(&fir, 60.0, 48000.0) - 1.0) < 0.01);
    rv_fir_finish(&fir);
}

Test(design, linear_phase_is_symmetric_to_the_last_bit)
{
    struct rv_fir fir = design(20.0, 3000.0, 60.0, RV_LINEAR_PHASE, 2049);
    cr_expect(fir.tap_count == 2049);
    cr_expect(fir.advance == 1024);
    for (size_t k = 0; k < fir.tap_count; k++)
        cr_expect(memcmp(&fir.taps[k], &fir.taps[fir.tap_count - 1 - k], sizeof(double)) == 0);
    rv_fir_finish(&fir);
}

Test(design, minimum_phase_has_the_magnitude_of_linear_phase)
{
    struct rv_fir linear = design(20.0, 3000.0, 0.0, RV_LINEAR_PHASE, 0);
    struct rv_fir minimum = design(20.0, 3000.0, 0.0, RV_MINIMUM_PHASE, 0);
    const double at[] = {10.0, 15.0, 20.0, 25.0, 40.0, 300.0, 2500.0, 3000.0, 3200.0};
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        cr_expect(fabs(gain(&minimum, at[i], 48000.0) - gain(&linear, at[i], 48000.0)) < 3e-4,
                  "%g Hz", at[i]);
    rv_fir_finish(&linear);
    rv_fir_finish(&minimum);
}

Test(design, minimum_phase_of_a_filter_with_known_roots)
{
    /* (1 - 2 z^-1)(1 - 0.5 z^-1) = 1 - 2.5 z^-1 + z^-2 has a root at 2, outside; its mirror image
     * with the same magnitude is 2 (1 - 0.5 z^-1)^2 = 2 - 2 z^-1 + 0.5 z^-2. */
    enum { SIZE = 64 };
    struct rv_magnitude response = {rv_allocate(SIZE / 2 + 1, sizeof(double)), SIZE, 1.0};
    for (size_t k = 0; k <= SIZE / 2; k++)
        response.values[k] = fabs(2.0 * cos(2.0 * M_PI * (double)k / SIZE) - 2.5);
    double taps[3];
    cr_assert(rv_minimum_phase(&response, taps, 3, NULL) == 0);
    cr_expect(fabs(taps[0] - 2.0) < 1e-9 && fabs(taps[1] + 2.0) < 1e-9 &&
              fabs(taps[2] - 0.5) < 1e-9);
    rv_release(response.values);
}

/* Oppenheim & Schafer, section 5.6.3: of all filters with one magnitude, that of minimum phase has
 * had the most energy at every moment. */
Test(design, minimum_phase_is_ahead_in_energy_at_every_tap)
{
    struct rv_fir linear = design(0.0, 3000.0, 0.0, RV_LINEAR_PHASE, 101);
    struct rv_fir minimum = design(0.0, 3000.0, 0.0, RV_MINIMUM_PHASE, 101);
    double of_linear = 0.0, of_minimum = 0.0;
    for (size_t k = 0; k < 101; k++) {
        of_linear += linear.taps[k] * linear.taps[k];
        of_minimum += minimum.taps[k] * minimum.taps[k];
        cr_expect(of_minimum >= of_linear - 1e-7, "%zu", k);
    }
    cr_expect(fabs(of_minimum - of_linear) < 1e-6);
    rv_fir_finish(&linear);
    rv_fir_finish(&minimum);
}

Test(design, too_few_taps_are_said_not_hidden)
{
    /* 101 taps at 48 kHz are 2.1 ms: no 20 Hz high-pass fits in there. */
    struct rv_fir fir = design(20.0, 3000.0, 0.0, RV_LINEAR_PHASE, 101);
    cr_expect(fir.facts.high_pass_3db_hz > 200.0);
    cr_expect(fabs(gain(&fir, fir.facts.high_pass_3db_hz, 48000.0) - 0.70711) < 0.005);
    rv_fir_finish(&fir);
}

Test(design, numbers_of_taps_that_cannot_be_are_refused)
{
    const size_t wrong[] = {1, 2, 4, 512, RV_TAPS_MAX + 2, (size_t)-1};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct rv_filter_design wanted = {
            48000.0, {"test", 20.0, 3000.0, 50.0}, RV_LINEAR_PHASE, wrong[i]};
        struct rv_fir fir = {.taps = NULL};
        cr_expect(rv_fir_design(&wanted, &fir, NULL) == RV_MISUSE, "%zu", wrong[i]);
    }
    struct rv_filter_design slow = {200000.0, {"test", 0.1, 0.0, 0.0}, RV_LINEAR_PHASE, 0};
    struct rv_fir fir = {.taps = NULL};
    cr_expect(rv_fir_design(&slow, &fir, NULL) == RV_MISUSE);
}

Test(design, every_odd_number_of_taps_from_the_smallest_works)
{
    for (size_t taps = 19; taps < 200; taps += 2)
        for (int phase = RV_LINEAR_PHASE; phase <= RV_MINIMUM_PHASE; phase++) {
            struct rv_fir fir = design(20.0, 3000.0, 50.0, (enum rv_phase)phase, taps);
            cr_expect(fir.tap_count == taps);
            for (size_t k = 0; k < taps; k++)
                cr_expect(isfinite(fir.taps[k]));
            rv_fir_finish(&fir);
        }
}
