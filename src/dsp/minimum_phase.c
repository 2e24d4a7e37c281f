/* SPDX-License-Identifier: GPL-3.0-or-later
 * Minimum phase by the folded cepstrum: Oppenheim & Schafer, Discrete-Time Signal Processing,
 * section 13.5; the same magnitude, all of its energy as early as it can be.
 */
#include "base/arena.h"
#include "base/error.h"
#include "dsp/design.h"
#include "dsp/fft.h"

#include <math.h>

/* The logarithm needs a floor; 40 dB below the stopbands it cannot be seen. */
static const double MAGNITUDE_FLOOR = 1e-5;

struct work {
    struct rv_fft_real *fft;
    double *samples, *spectrum;
    size_t size;
};

/* log |H| -> cepstrum, folded onto the causal side -> log H -> H -> impulse response. */
static void fold(struct work *work, const double *magnitude)
{
    const size_t size = work->size, half = size / 2;
    const double scale = 1.0 / (double)size;
    for (size_t k = 0; k <= half; k++) {
        work->spectrum[2 * k] = log(fmax(magnitude[k], MAGNITUDE_FLOOR)) * scale;
        work->spectrum[2 * k + 1] = 0.0;
    }
    rv_fft_real_inverse(work->fft, work->spectrum, work->samples);
    for (size_t n = 1; n < half; n++) {
        work->samples[n] *= 2.0;
        work->samples[size - n] = 0.0;
    }
    rv_fft_real_forward(work->fft, work->samples, work->spectrum);
    for (size_t k = 0; k <= half; k++) {
        const double gain = exp(work->spectrum[2 * k]) * scale, angle = work->spectrum[2 * k + 1];
        work->spectrum[2 * k] = gain * cos(angle);
        work->spectrum[2 * k + 1] = gain * sin(angle);
    }
    rv_fft_real_inverse(work->fft, work->spectrum, work->samples);
}

/* Cutting the response leaves a small gain at 0 Hz; a smooth causal bump of that area takes it
 * away and touches nothing above the first few multiples of rate / tap_count. */
static void restore_null(double *taps, size_t tap_count)
{
    double sum = 0.0, bump = 0.0;
    for (size_t n = 0; n < tap_count; n++) {
        const double s = sin(M_PI * (double)(n + 1) / (double)(tap_count + 1));
        sum += taps[n];
        bump += s * s;
    }
    for (size_t n = 0; n < tap_count; n++) {
        const double s = sin(M_PI * (double)(n + 1) / (double)(tap_count + 1));
        taps[n] -= sum * s * s / bump;
    }
}

enum rv_status rv_minimum_phase(struct rv_magnitude *response, double *taps, size_t tap_count,
                                struct rv_error *err)
{
    const size_t size = response->size;
    struct work work = {.size = size};
    enum rv_status status = rv_fft_real_new(size, &work.fft, err);
    work.samples = rv_fft_doubles(size);
    work.spectrum = rv_fft_doubles(size + 2);
    if (status == RV_OK && (work.samples == NULL || work.spectrum == NULL))
        status = rv_fail_memory(err);
    if (status == RV_OK) {
        const bool null = response->values[0] < MAGNITUDE_FLOOR;
        fold(&work, response->values);
        for (size_t n = 0; n < tap_count; n++)
            taps[n] = work.samples[n];
        if (null)
            restore_null(taps, tap_count);
        for (size_t n = 0; n < size; n++)
            work.samples[n] = n < tap_count ? taps[n] : 0.0;
        rv_fft_real_forward(work.fft, work.samples, work.spectrum);
        for (size_t k = 0; k <= size / 2; k++)
            response->values[k] = hypot(work.spectrum[2 * k], work.spectrum[2 * k + 1]);
    }
    rv_fft_real_free(work.fft);
    rv_fft_release(work.samples);
    rv_fft_release(work.spectrum);
    return status;
}
