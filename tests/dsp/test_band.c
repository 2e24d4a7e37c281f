/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bands: names, "HP:LP", and what cannot be.
 */
#include "dsp/design.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

Test(band, every_named_band_can_be_designed_at_48_khz)
{
    size_t count = 0;
    for (const struct rv_band *row; (row = rv_band_named(count)) != NULL; count++) {
        struct rv_band band;
        cr_assert(rv_band_parse(row->name, &band, NULL) == 0);
        cr_expect(strcmp(band.name, row->name) == 0);
        cr_expect(rv_band_check(&band, 48000.0, NULL) == 0, "%s", row->name);
        cr_expect(band.high_pass_hz > 0.0 && band.low_pass_hz > band.high_pass_hz);
    }
    cr_expect(count == 4);
}

Test(band, edges_are_read_in_hertz)
{
    struct rv_band band;
    cr_assert(rv_band_parse("20:3000", &band, NULL) == 0);
    cr_expect(fabs(band.high_pass_hz - 20.0) + fabs(band.low_pass_hz - 3000.0) < 1e-9);
    cr_assert(rv_band_parse("0:1.5e3", &band, NULL) == 0);
    cr_expect(fabs(band.high_pass_hz) + fabs(band.low_pass_hz - 1500.0) < 1e-9);
}

Test(band, c_03_words_and_edges_that_are_none_are_refused)
{
    const char *const texts[] = {"",       "motorr",  "20",      "20:",   ":3000",
                                 "nan:10", "10:nan",  "-1:3000", "0:-1",  "3000:20",
                                 "20:20",  "20;3000", "0x10:30", "1:2:3", "inf:3"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct rv_band band;
        struct rv_error err = {RV_OK, ""};
        cr_expect(rv_band_parse(texts[i], &band, &err) == RV_MISUSE, "\"%s\"", texts[i]);
        cr_expect(strstr(err.text, "band") != NULL);
    }
}

Test(band, c_03_edges_beyond_half_the_rate_are_refused)
{
    const struct {
        struct rv_band band;
        double rate_hz;
        enum rv_status wanted;
    } rows[] = {
        {{NULL, 20.0, 3000.0, 0.0}, 10000.0, RV_OK},
        {{NULL, 20.0, 30000.0, 0.0}, 10000.0, RV_OK}, /* no low-pass is needed */
        {{NULL, 5000.0, 30000.0, 0.0}, 10000.0, RV_MISUSE},
        {{NULL, 0.0, 30000.0, 0.0}, 10000.0, RV_MISUSE}, /* lets everything pass */
        {{NULL, 0.0, 0.0, 0.0}, 10000.0, RV_MISUSE},
        {{NULL, 0.0, 0.0, 50.0}, 10000.0, RV_OK},
        {{NULL, 0.0, 0.0, 50.0}, 100.0, RV_MISUSE},
        {{NULL, 30.0, 20.0, 0.0}, 10000.0, RV_MISUSE},
        {{NULL, -1.0, 20.0, 0.0}, 10000.0, RV_MISUSE},
        {{NULL, 20.0, 3000.0, 0.0}, 0.0, RV_MISUSE},
        {{NULL, 20.0, 3000.0, 0.0}, (double)INFINITY, RV_MISUSE},
        {{NULL, 20.0, 3000.0, 0.0}, (double)NAN, RV_MISUSE},
        {{NULL, (double)NAN, 3000.0, 0.0}, 48000.0, RV_MISUSE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect((int)rv_band_check(&rows[i].band, rows[i].rate_hz, NULL) == (int)rows[i].wanted,
                  "row %zu", i);
}
