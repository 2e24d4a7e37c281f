/* SPDX-License-Identifier: GPL-3.0-or-later
 * Least-squares polynomials in a window, by their normal equations on -1..1.
 */
#include "mark/local.h"

#include <math.h>
#include <string.h>

static bool invert(double a[RV_LOCAL_TERMS][RV_LOCAL_TERMS],
                   double inverse[RV_LOCAL_TERMS][RV_LOCAL_TERMS], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            inverse[i][j] = i == j ? 1.0 : 0.0;
        }
    }
    for (size_t p = 0; p < n; p++) {
        const double pivot = a[p][p];
        if (!(fabs(pivot) > 1e-12)) {
            return false;
        }
        for (size_t j = 0; j < n; j++) {
            a[p][j] /= pivot;
            inverse[p][j] /= pivot;
        }
        for (size_t i = 0; i < n; i++) {
            const double factor = i == p ? 0.0 : a[i][p];
            for (size_t j = 0; j < n; j++) {
                a[i][j] -= factor * a[p][j];
                inverse[i][j] -= factor * inverse[p][j];
            }
        }
    }
    return true;
}

static double sample_u(const struct rv_local *local, size_t i)
{
    return ((double)(local->from + i) - local->middle) / local->half;
}

/* How much larger the residuals are than noise makes them, in SDs of chi-squared: whitened, or
 * plain where the samples are few. */
static double measure_misfit(const struct rv_wave *wave, const struct rv_local *local)
{
    double *residual = rv_arena_alloc(wave->scratch, 2 * local->count, sizeof *residual);
    if (residual == NULL || local->count <= local->terms) {
        return 0.0;
    }
    double *white = residual + local->count;
    for (size_t i = 0; i < local->count; i++) {
        residual[i] = wave->y[local->from + i] - rv_local_value(local, sample_u(local, i), 0);
        white[i] = residual[i] / wave->noise.sd;
    }
    double n = (double)(local->count - local->terms);
    if (local->count > 2 * wave->noise.order + 2 * local->terms) {
        rv_noise_whiten(&wave->noise, residual, local->count, white);
        n -= (double)wave->noise.order;
    }
    double sum = 0.0;
    for (size_t i = 0; i < local->count; i++) {
        sum += white[i] * white[i];
    }
    return (sum - n) / sqrt(2.0 * n + 2.0 * n * n / wave->noise.freedom);
}

bool rv_local_fit(const struct rv_wave *wave, size_t from, size_t to, size_t terms,
                  struct rv_local *local)
{
    double normal[RV_LOCAL_TERMS][RV_LOCAL_TERMS] = {{0}}, right[RV_LOCAL_TERMS] = {0};
    if (to < from + terms - 1 || to >= wave->count) {
        return false;
    }
    *local = (struct rv_local){.from = from, .count = to - from + 1, .terms = terms};
    local->half = fmax(0.5 * (double)(to - from), 1.0);
    local->middle = 0.5 * (double)(from + to);
    for (size_t i = 0; i < local->count; i++) {
        double power[RV_LOCAL_TERMS] = {1.0};
        for (size_t m = 1; m < terms; m++) {
            power[m] = power[m - 1] * sample_u(local, i);
        }
        for (size_t r = 0; r < terms; r++) {
            for (size_t c = 0; c < terms; c++) {
                normal[r][c] += power[r] * power[c];
            }
            right[r] += power[r] * wave->y[from + i];
        }
    }
    if (!invert(normal, local->inverse, terms)) {
        return false;
    }
    for (size_t r = 0; r < terms; r++) {
        for (size_t c = 0; c < terms; c++) {
            local->coefficient[r] += local->inverse[r][c] * right[c];
        }
    }
    local->misfit = measure_misfit(wave, local);
    return true;
}

static double derived(const double *coefficient, size_t terms, double u, int derivative)
{
    double sum = 0.0;
    for (size_t m = terms; m-- > (size_t)derivative;) {
        double factor = coefficient[m];
        for (int d = 0; d < derivative; d++) {
            factor *= (double)m - d;
        }
        sum = sum * u + factor;
    }
    return sum;
}

double rv_local_value(const struct rv_local *local, double u, int derivative)
{
    return derived(local->coefficient, local->terms, u, derivative);
}

double rv_local_ms(const struct rv_wave *wave, const struct rv_local *local, double u)
{
    return rv_wave_ms(wave, local->middle + u * local->half);
}

double rv_local_u(const struct rv_wave *wave, const struct rv_local *local, double ms)
{
    return (rv_wave_index(wave, ms) - local->middle) / local->half;
}

void rv_local_row(const struct rv_local *local, double u, int derivative, double factor,
                  double row[RV_LOCAL_TERMS])
{
    for (size_t m = 0; m < local->terms; m++) {
        double unit[RV_LOCAL_TERMS] = {0};
        unit[m] = 1.0;
        row[m] += factor * derived(unit, local->terms, u, derivative);
    }
}

void rv_local_weights(const struct rv_local *local, const double row[RV_LOCAL_TERMS], double factor,
                      double *weight)
{
    double on_power[RV_LOCAL_TERMS] = {0};
    for (size_t c = 0; c < local->terms; c++) {
        for (size_t m = 0; m < local->terms; m++) {
            on_power[c] += factor * row[m] * local->inverse[m][c];
        }
    }
    for (size_t i = 0; i < local->count; i++) {
        weight[local->from + i] += derived(on_power, local->terms, sample_u(local, i), 0);
    }
}

double rv_local_sd(const struct rv_wave *wave, const struct rv_local *local,
                   const double row[RV_LOCAL_TERMS])
{
    double *weight = rv_wave_weights(wave);
    rv_local_weights(local, row, 1.0, weight);
    return rv_wave_sum_sd(wave, weight);
}
