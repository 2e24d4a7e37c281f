/* SPDX-License-Identifier: GPL-3.0-or-later
 * Transforms against sums by hand.
 */
#include "dsp/fft.h"

#include <criterion/criterion.h>

#include <math.h>

Test(fft, impulse_has_a_flat_spectrum)
{
    struct rv_fft *fft = NULL;
    cr_assert(rv_fft_new(8, &fft, NULL) == 0);
    float *in = rv_fft_floats(16), *out = rv_fft_floats(16);
    in[0] = 1.0F;
    rv_fft_forward(fft, in, out);
    for (size_t k = 0; k < 8; k++) {
        cr_expect(fabsf(out[2 * k] - 1.0F) < 1e-7F);
        cr_expect(fabsf(out[2 * k + 1]) < 1e-7F);
    }
    rv_fft_free(fft);
    rv_fft_release(in);
    rv_fft_release(out);
}

Test(fft, one_turn_of_a_complex_wave_is_one_line)
{
    /* exp(+2 pi i n / 8) has its whole energy, 8, in line 1. */
    struct rv_fft *fft = NULL;
    cr_assert(rv_fft_new(8, &fft, NULL) == 0);
    float *in = rv_fft_floats(16), *out = rv_fft_floats(16);
    for (size_t n = 0; n < 8; n++) {
        in[2 * n] = (float)cos(2.0 * 3.14159265358979 * (double)n / 8.0);
        in[2 * n + 1] = (float)sin(2.0 * 3.14159265358979 * (double)n / 8.0);
    }
    rv_fft_forward(fft, in, out);
    for (size_t k = 0; k < 8; k++)
        cr_expect(fabsf(out[2 * k] - (k == 1 ? 8.0F : 0.0F)) < 1e-5F);
    rv_fft_free(fft);
    rv_fft_release(in);
    rv_fft_release(out);
}

Test(fft, there_and_back_multiplies_by_the_size)
{
    struct rv_fft *fft = NULL;
    cr_assert(rv_fft_new(1024, &fft, NULL) == 0);
    float *in = rv_fft_floats(2048), *out = rv_fft_floats(2048), *back = rv_fft_floats(2048);
    for (size_t n = 0; n < 2048; n++)
        in[n] = (float)((n * 7919) % 1000) - 500.0F;
    rv_fft_forward(fft, in, out);
    rv_fft_inverse(fft, out, back);
    for (size_t n = 0; n < 2048; n++)
        cr_expect(fabsf(back[n] / 1024.0F - ((float)((n * 7919) % 1000) - 500.0F)) < 1e-3F);
    rv_fft_free(fft);
    rv_fft_release(in);
    rv_fft_release(out);
    rv_fft_release(back);
}

Test(fft, real_transform_of_1_2_3_4)
{
    /* Sum 10; 1-3 + i(4-2) = -2+2i; 1-2+3-4 = -2. */
    struct rv_fft_real *fft = NULL;
    cr_assert(rv_fft_real_new(4, &fft, NULL) == 0);
    double *samples = rv_fft_doubles(4), *spectrum = rv_fft_doubles(6);
    const double wanted[6] = {10.0, 0.0, -2.0, 2.0, -2.0, 0.0};
    for (size_t n = 0; n < 4; n++)
        samples[n] = 1.0 + (double)n;
    rv_fft_real_forward(fft, samples, spectrum);
    for (size_t k = 0; k < 6; k++)
        cr_expect(fabs(spectrum[k] - wanted[k]) < 1e-14);
    rv_fft_real_inverse(fft, spectrum, samples);
    for (size_t n = 0; n < 4; n++)
        cr_expect(fabs(samples[n] - 4.0 * (1.0 + (double)n)) < 1e-13);
    rv_fft_real_free(fft);
    rv_fft_release(samples);
    rv_fft_release(spectrum);
}

Test(fft, sizes_are_powers_of_two)
{
    const size_t rows[][2] = {{0, 1}, {1, 1}, {2, 2}, {3, 4}, {4096, 4096}, {4097, 8192}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect(rv_fft_size_for(rows[i][0]) == rows[i][1]);
    cr_expect(rv_fft_size_for((size_t)-1) == 0);
}

Test(fft, a_transform_of_nothing_is_refused)
{
    struct rv_fft *fft = NULL;
    struct rv_fft_real *real = NULL;
    struct rv_error err = {RV_OK, ""};
    cr_expect(rv_fft_new(0, &fft, &err) == RV_MISUSE);
    cr_expect(rv_fft_real_new((size_t)1 << 40, &real, &err) == RV_MISUSE);
    cr_expect(fft == NULL && real == NULL);
    rv_fft_free(fft);
    rv_fft_real_free(real);
}
