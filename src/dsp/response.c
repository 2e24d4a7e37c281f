/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a designed filter achieves, read from its response: ripple, attenuation, -3 dB points.
 */
#include "base/arena.h"
#include "dsp/design.h"

#include <math.h>

/* Single precision holds no more than this. */
static const double ATTENUATION_MAX_DB = 140.0;
/* Mains of a large grid stay within 0.2 Hz: ENTSO-E, Policy 1, normal operation. */
static const double MAINS_WANDER_HZ = 0.2;

static double decibel(double magnitude)
{
    return 20.0 * log10(fmax(magnitude, 1e-15));
}

static double frequency_of(const struct rv_magnitude *response, double index)
{
    return index * response->rate_hz / (double)response->size;
}

/* First and last index of the frequencies within [from, to]; false when there is none. */
static bool span(const struct rv_magnitude *response, double from_hz, double to_hz, size_t *first,
                 size_t *last)
{
    const double scale = (double)response->size / response->rate_hz;
    const double from = ceil(fmax(from_hz, 0.0) * scale - 1e-9);
    const double to = floor(fmin(to_hz * scale + 1e-9, 0.5 * (double)response->size));
    if (!(from <= to))
        return false;
    *first = (size_t)from;
    *last = (size_t)to;
    return true;
}

/* Largest deviation from 0 dB in the passband, the surroundings of the notch left out. */
static double ripple(const struct rv_magnitude *response, const struct rv_band *band,
                     const struct rv_filter_facts *facts)
{
    size_t first, last;
    if (!span(response, facts->pass_low_hz, facts->pass_high_hz, &first, &last))
        return NAN;
    double largest = 0.0;
    for (size_t k = first; k <= last; k++)
        if (band->notch_hz <= 0.0 ||
            fabs(frequency_of(response, (double)k) - band->notch_hz) >= facts->notch_guard_hz)
            largest = fmax(largest, fabs(decibel(response->values[k])));
    return largest;
}

/* |response| of the taps at any frequency, by its sum. */
static double magnitude_at(const struct rv_fir *fir, double frequency_hz, double rate_hz)
{
    const double angle = 2.0 * M_PI * frequency_hz / rate_hz;
    const double step_c = cos(angle), step_s = sin(angle);
    double c = 1.0, s = 0.0, real = 0.0, imaginary = 0.0;
    for (size_t k = 0; k < fir->tap_count; k++) {
        real += fir->taps[k] * c;
        imaginary += fir->taps[k] * s;
        const double next = c * step_c - s * step_s;
        s = c * step_s + s * step_c;
        c = next;
    }
    return hypot(real, imaginary);
}

/* Smallest attenuation within [from, to], which may lie between the points; NaN: no such band. */
static double attenuation(const struct rv_magnitude *response, const struct rv_fir *fir,
                          double from_hz, double to_hz)
{
    size_t first, last;
    if (isnan(from_hz) || isnan(to_hz))
        return NAN;
    double largest = fmax(magnitude_at(fir, from_hz, response->rate_hz),
                          magnitude_at(fir, to_hz, response->rate_hz));
    if (span(response, from_hz, to_hz, &first, &last))
        for (size_t k = first; k <= last; k++)
            largest = fmax(largest, response->values[k]);
    return fmin(-decibel(largest), ATTENUATION_MAX_DB);
}

/* The first crossing of -3 dB from index `from` towards `to`, interpolated; NaN: none. */
static double crossing_hz(const struct rv_magnitude *response, size_t from, size_t to)
{
    const double level = sqrt(0.5);
    const double *m = response->values;
    for (size_t k = from; k != to;) {
        const size_t next = from < to ? k + 1 : k - 1;
        if ((m[k] < level) != (m[next] < level)) {
            const double part = (level - m[k]) / (m[next] - m[k]);
            return frequency_of(response, (double)k + part * (from < to ? 1.0 : -1.0));
        }
        k = next;
    }
    return NAN;
}

static void notch_facts(const struct rv_magnitude *response, const struct rv_fir *fir,
                        double notch_hz, struct rv_filter_facts *facts)
{
    const size_t middle = (size_t)lround(notch_hz / frequency_of(response, 1.0));
    facts->notch_attenuation_db =
        attenuation(response, fir, notch_hz - MAINS_WANDER_HZ, notch_hz + MAINS_WANDER_HZ);
    facts->notch_width_3db_hz =
        crossing_hz(response, middle, response->size / 2) - crossing_hz(response, middle, 0);
}

void rv_magnitude_facts(const struct rv_magnitude *response, const struct rv_band *band,
                        struct rv_fir *fir)
{
    struct rv_filter_facts *facts = &fir->facts;
    const size_t top = response->size / 2;
    const double nyquist_hz = 0.5 * response->rate_hz;
    const bool low_pass = band->low_pass_hz > 0.0 && band->low_pass_hz < nyquist_hz;
    const double below = attenuation(response, fir, 0.0, facts->stop_low_hz);
    const double above = attenuation(response, fir, facts->stop_high_hz, nyquist_hz);
    facts->tap_count = fir->tap_count;
    facts->delay_samples = (double)fir->advance;
    facts->ripple_db = ripple(response, band, facts);
    facts->attenuation_db = fmin(below, above); /* fmin ignores a NaN beside a number */
    facts->high_pass_3db_hz =
        band->high_pass_hz > 0.0 ? crossing_hz(response, 0, top) : (double)NAN;
    facts->low_pass_3db_hz = low_pass ? crossing_hz(response, top, 0) : (double)NAN;
    facts->notch_attenuation_db = NAN;
    facts->notch_width_3db_hz = NAN;
    if (band->notch_hz > 0.0)
        notch_facts(response, fir, band->notch_hz, facts);
}
