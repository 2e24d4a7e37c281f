/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fourier transforms; the only user of FFTW. Plans are made with FFTW_ESTIMATE and without wisdom
 * behind one lock, so every run on a machine computes the same bits; executing needs no lock.
 * Nothing is scaled: an inverse after a forward transform multiplies by the size.
 */
#ifndef RV_DSP_FFT_H
#define RV_DSP_FFT_H

#include <ranvier/error.h>

#include <stddef.h>

/* Zeroed memory, aligned for transforms. NULL: no memory. Free with rv_fft_release. */
float *rv_fft_floats(size_t count);
double *rv_fft_doubles(size_t count);
void rv_fft_release(void *memory); /* NULL is fine */

/* "fftw-3.3.10-sse2-avx" of the library that is loaded. */
const char *rv_fft_version(void);

/* The smallest power of two that is not below `count`; 0 when there is none. */
size_t rv_fft_size_for(size_t count);

/* Complex transforms in single precision, for the filter bank: two real signals travel as the real
 * and the imaginary part of one. */
struct rv_fft;

enum rv_status rv_fft_new(size_t size, struct rv_fft **fft, struct rv_error *err);
void rv_fft_free(struct rv_fft *fft); /* NULL is fine */
/* `in` and `out` are different buffers of 2 * size floats from rv_fft_floats: real and imaginary
 * part of each value in turn. `in` keeps its values. */
void rv_fft_forward(const struct rv_fft *fft, float *in, float *out);
void rv_fft_inverse(const struct rv_fft *fft, float *in, float *out);

/* Real transforms in double precision, for design and alignment. A spectrum has size / 2 + 1
 * complex values: real and imaginary part in turn. */
struct rv_fft_real;

enum rv_status rv_fft_real_new(size_t size, struct rv_fft_real **fft, struct rv_error *err);
void rv_fft_real_free(struct rv_fft_real *fft); /* NULL is fine */
/* `samples`: size doubles, `spectrum`: 2 * (size / 2 + 1) doubles, both from rv_fft_doubles. The
 * forward transform keeps the samples; the inverse uses the spectrum up. */
void rv_fft_real_forward(const struct rv_fft_real *fft, double *samples, double *spectrum);
void rv_fft_real_inverse(const struct rv_fft_real *fft, double *spectrum, double *samples);

#endif
