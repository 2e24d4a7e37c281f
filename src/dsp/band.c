/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bands of the filter bank: the named ones and those written as "HP:LP".
 */
#include "base/error.h"
#include "base/text.h"
#include "dsp/design.h"

#include <math.h>
#include <string.h>

/* Usual settings of EMG laboratories: EDF+ specification, section 3.7 (motor, sensory, needle), and
 * Preston & Shapiro, Electromyography and Neuromuscular Disorders. Motor at the 2 Hz of the IFCN:
 * a higher edge shortens the response. */
static const struct rv_band bands[] = {
    {.name = "motor", .high_pass_hz = 2.0, .low_pass_hz = 10000.0},
    {.name = "sensory", .high_pass_hz = 20.0, .low_pass_hz = 3000.0},
    {.name = "late", .high_pass_hz = 10.0, .low_pass_hz = 10000.0},
    {.name = "needle", .high_pass_hz = 10.0, .low_pass_hz = 10000.0},
};

enum { BAND_COUNT = sizeof bands / sizeof bands[0] };

const struct rv_band *rv_band_named(size_t index)
{
    return index < BAND_COUNT ? &bands[index] : NULL;
}

static enum rv_status fail_text(const char *text, const char *what, struct rv_error *err)
{
    char shown[520];
    rv_text_visible(text, strlen(text), shown, sizeof shown);
    return rv_fail(err, RV_MISUSE, "band \"%s\" %s", shown, what);
}

enum rv_status rv_band_parse(const char *text, struct rv_band *band, struct rv_error *err)
{
    for (size_t i = 0; i < BAND_COUNT; i++)
        if (strcmp(bands[i].name, text) == 0) {
            *band = bands[i];
            return RV_OK;
        }
    const char *colon = strchr(text, ':');
    struct rv_band made = {.name = text};
    if (colon == NULL || !rv_number_read(text, (size_t)(colon - text), &made.high_pass_hz) ||
        !rv_number_read(colon + 1, strlen(colon + 1), &made.low_pass_hz))
        return fail_text(text, "is neither motor, sensory, late, needle nor HP:LP in hertz", err);
    if (made.high_pass_hz < 0.0 || made.low_pass_hz < 0.0)
        return fail_text(text, "has a negative edge", err);
    if (made.low_pass_hz > 0.0 && made.high_pass_hz >= made.low_pass_hz)
        return fail_text(text, "has its high-pass edge at or above its low-pass edge", err);
    *band = made;
    return RV_OK;
}

static enum rv_status check_edges(const struct rv_band *band, double nyquist_hz,
                                  struct rv_error *err)
{
    const double high = band->high_pass_hz, low = band->low_pass_hz, notch = band->notch_hz;
    if (high >= nyquist_hz)
        return rv_fail(err, RV_MISUSE, "high-pass edge %g Hz is not below half the rate, %g Hz",
                       high, nyquist_hz);
    if (notch >= nyquist_hz)
        return rv_fail(err, RV_MISUSE, "notch %g Hz is not below half the rate, %g Hz", notch,
                       nyquist_hz);
    if (low > 0.0 && high >= low)
        return rv_fail(err, RV_MISUSE, "high-pass edge %g Hz is not below the low-pass edge %g Hz",
                       high, low);
    return RV_OK;
}

enum rv_status rv_band_check(const struct rv_band *band, double rate_hz, struct rv_error *err)
{
    if (!(rate_hz > 0.0) || !isfinite(rate_hz))
        return rv_fail(err, RV_MISUSE, "a rate of %g Hz cannot be filtered", rate_hz);
    const double high = band->high_pass_hz, low = band->low_pass_hz, notch = band->notch_hz;
    if (!(high >= 0.0) || !(low >= 0.0) || !(notch >= 0.0))
        return rv_fail(err, RV_MISUSE, "a band of %g to %g Hz, notch %g Hz, is none", high, low,
                       notch);
    enum rv_status status = check_edges(band, 0.5 * rate_hz, err);
    if (status != RV_OK)
        return status;
    const bool low_pass = low > 0.0 && low < 0.5 * rate_hz;
    if (!(high > 0.0) && !(notch > 0.0) && !low_pass)
        return rv_fail(err, RV_MISUSE, "a band of %g to %g Hz at %g samples/s lets everything pass",
                       high, low, rate_hz);
    return RV_OK;
}
