/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fourier transforms; the only user of FFTW.
 */
#include "dsp/fft.h"

#include "base/arena.h"
#include "base/error.h"

#include <fftw3.h>

#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

struct rv_fft {
    fftwf_plan forward, inverse;
};

struct rv_fft_real {
    fftw_plan forward, inverse;
};

/* FFTW's planner keeps global state; plans may be executed by any number of threads. */
static pthread_mutex_t planner_lock = PTHREAD_MUTEX_INITIALIZER;

float *rv_fft_floats(size_t count)
{
    if (count > SIZE_MAX / sizeof(float))
        return NULL;
    float *memory = fftwf_alloc_real(count > 0 ? count : 1);
    if (memory != NULL)
        memset(memory, 0, count * sizeof(float));
    return memory;
}

double *rv_fft_doubles(size_t count)
{
    if (count > SIZE_MAX / sizeof(double))
        return NULL;
    double *memory = fftw_alloc_real(count > 0 ? count : 1);
    if (memory != NULL)
        memset(memory, 0, count * sizeof(double));
    return memory;
}

void rv_fft_release(void *memory)
{
    fftw_free(memory); /* the same function as fftwf_free: both end in free() */
}

const char *rv_fft_version(void)
{
    return fftw_version;
}

size_t rv_fft_size_for(size_t count)
{
    size_t size = 1;
    while (size < count) {
        if (size > SIZE_MAX / 2)
            return 0;
        size *= 2;
    }
    return size;
}

static enum rv_status check_size(size_t size, struct rv_error *err)
{
    if (size == 0 || size > INT_MAX / 2)
        return rv_fail(err, RV_MISUSE, "a transform of %zu values is not possible", size);
    return RV_OK;
}

enum rv_status rv_fft_new(size_t size, struct rv_fft **fft, struct rv_error *err)
{
    enum rv_status status = check_size(size, err);
    if (status != RV_OK)
        return status;
    struct rv_fft *made = rv_allocate(1, sizeof *made);
    /* FFTW_ESTIMATE looks at the places only, so these stay untouched pages. */
    float *in = fftwf_alloc_real(2 * size), *out = fftwf_alloc_real(2 * size);
    if (made != NULL && in != NULL && out != NULL) {
        const unsigned flags = FFTW_ESTIMATE | FFTW_PRESERVE_INPUT;
        fftwf_complex *a = (fftwf_complex *)in, *b = (fftwf_complex *)out;
        pthread_mutex_lock(&planner_lock);
        made->forward = fftwf_plan_dft_1d((int)size, a, b, FFTW_FORWARD, flags);
        made->inverse = fftwf_plan_dft_1d((int)size, a, b, FFTW_BACKWARD, flags);
        pthread_mutex_unlock(&planner_lock);
    }
    rv_fft_release(in);
    rv_fft_release(out);
    if (made == NULL || made->forward == NULL || made->inverse == NULL) {
        rv_fft_free(made);
        return rv_fail_memory(err);
    }
    *fft = made;
    return RV_OK;
}

void rv_fft_free(struct rv_fft *fft)
{
    if (fft == NULL)
        return;
    pthread_mutex_lock(&planner_lock);
    fftwf_destroy_plan(fft->forward);
    fftwf_destroy_plan(fft->inverse);
    pthread_mutex_unlock(&planner_lock);
    rv_release(fft);
}

void rv_fft_forward(const struct rv_fft *fft, float *in, float *out)
{
    fftwf_execute_dft(fft->forward, (fftwf_complex *)in, (fftwf_complex *)out);
}

void rv_fft_inverse(const struct rv_fft *fft, float *in, float *out)
{
    fftwf_execute_dft(fft->inverse, (fftwf_complex *)in, (fftwf_complex *)out);
}

enum rv_status rv_fft_real_new(size_t size, struct rv_fft_real **fft, struct rv_error *err)
{
    enum rv_status status = check_size(size, err);
    if (status != RV_OK)
        return status;
    struct rv_fft_real *made = rv_allocate(1, sizeof *made);
    double *samples = fftw_alloc_real(size), *spectrum = fftw_alloc_real(2 * (size / 2 + 1));
    if (made != NULL && samples != NULL && spectrum != NULL) {
        fftw_complex *values = (fftw_complex *)spectrum;
        const unsigned keep = FFTW_ESTIMATE | FFTW_PRESERVE_INPUT;
        pthread_mutex_lock(&planner_lock);
        made->forward = fftw_plan_dft_r2c_1d((int)size, samples, values, keep);
        made->inverse = fftw_plan_dft_c2r_1d((int)size, values, samples, FFTW_ESTIMATE);
        pthread_mutex_unlock(&planner_lock);
    }
    rv_fft_release(samples);
    rv_fft_release(spectrum);
    if (made == NULL || made->forward == NULL || made->inverse == NULL) {
        rv_fft_real_free(made);
        return rv_fail_memory(err);
    }
    *fft = made;
    return RV_OK;
}

void rv_fft_real_free(struct rv_fft_real *fft)
{
    if (fft == NULL)
        return;
    pthread_mutex_lock(&planner_lock);
    fftw_destroy_plan(fft->forward);
    fftw_destroy_plan(fft->inverse);
    pthread_mutex_unlock(&planner_lock);
    rv_release(fft);
}

void rv_fft_real_forward(const struct rv_fft_real *fft, double *samples, double *spectrum)
{
    fftw_execute_dft_r2c(fft->forward, samples, (fftw_complex *)spectrum);
}

void rv_fft_real_inverse(const struct rv_fft_real *fft, double *spectrum, double *samples)
{
    fftw_execute_dft_c2r(fft->inverse, (fftw_complex *)spectrum, samples);
}
