/* SPDX-License-Identifier: GPL-3.0-or-later
 * Autoregressive noise by Burg's method (Burg 1975), whitening, and SDs of weighted sums.
 */
#include "mark/noise.h"

#include "base/dot.h"

#include <math.h>
#include <string.h>

/* Where less of the variance is left, sums of products do not tell it from rounding. */
#define LEAST_SHARE 1e-7

size_t rv_noise_order(double rate_hz)
{
    if (rate_hz < 15000.0) {
        return 3;
    }
    if (rate_hz < 22000.0) {
        return 4;
    }
    return rate_hz < 36000.0 ? 5 : 8;
}

static void extend(struct rv_noise *noise, double k)
{
    double before[RV_NOISE_ORDER];
    memcpy(before, noise->coefficient, sizeof before);
    for (size_t i = 0; i < noise->order; i++) {
        noise->coefficient[i] = before[i] + k * before[noise->order - 1 - i];
    }
    noise->coefficient[noise->order++] = k;
}

/* --- by products of the samples ------------------------------------------------------------ */

enum { LAGS = RV_NOISE_ORDER + 1 };

/* Sums of x[n-i] x[n-j] over n from `order` to the end of each stretch. */
struct products {
    size_t order;
    double sum[LAGS][LAGS];
};

/* Nine sums for each stretch; the others differ from them by products at its ends. */
static void add_stretch(struct products *products, const double *x, size_t count)
{
    const size_t order = products->order;
    if (count <= order) {
        return;
    }
    double own[LAGS][LAGS];
    for (size_t lag = 0; lag <= order; lag++) {
        own[0][lag] = rv_dot(x + order, x + order - lag, count - order);
    }
    for (size_t i = 0; i < order; i++) {
        for (size_t j = i; j < order; j++) {
            own[i + 1][j + 1] = own[i][j] + x[order - i - 1] * x[order - j - 1] -
                                x[count - 1 - i] * x[count - 1 - j];
        }
    }
    for (size_t i = 0; i <= order; i++) {
        for (size_t j = i; j <= order; j++) {
            products->sum[i][j] += own[i][j];
            products->sum[j][i] = products->sum[i][j];
        }
    }
}

/* The same sums with the sample `n` of each stretch too. */
static void add_sample(struct products *products, const struct rv_stretch *stretches, size_t count,
                       size_t n)
{
    for (size_t s = 0; s < count; s++) {
        if (n >= stretches[s].count) {
            continue;
        }
        const double *x = stretches[s].samples;
        for (size_t i = 0; i <= n; i++) {
            for (size_t j = 0; j <= n; j++) {
                products->sum[i][j] += x[n - i] * x[n - j];
            }
        }
    }
}

/* Reflection of order m from the coefficients of order m - 1: forward errors are a[i] x[n-i],
 * backward ones a[m-j] x[n-j]. */
static double reflection(const struct rv_noise *noise, const struct products *products)
{
    const size_t m = noise->order + 1;
    double a[LAGS + 1] = {1.0}, up = 0.0, down = 0.0;
    memcpy(a + 1, noise->coefficient, noise->order * sizeof *a);
    for (size_t i = 0; i <= m; i++) {
        for (size_t j = 0; j <= m; j++) {
            const double sum = products->sum[i][j];
            up += a[i] * a[m - j] * sum;
            down += (a[i] * a[j] + a[m - i] * a[m - j]) * sum;
        }
    }
    return down > 0.0 ? -2.0 * up / down : 0.0;
}

/* Burg's recursion from these sums alone. Returns what is left of the variance. */
static double recur(struct rv_noise *noise, const struct rv_stretch *stretches, size_t count,
                    size_t orders)
{
    /* sums of each order: the highest first, then those with one sample more */
    struct products products[LAGS] = {{0}};
    double share = 1.0;
    products[orders].order = orders;
    for (size_t s = 0; s < count; s++) {
        add_stretch(&products[orders], stretches[s].samples, stretches[s].count);
    }
    for (size_t m = orders; m-- > 1;) {
        products[m] = products[m + 1];
        add_sample(&products[m], stretches, count, m);
    }
    for (size_t m = 1; m <= orders; m++) {
        const double k = reflection(noise, &products[m]);
        extend(noise, k);
        share *= 1.0 - k * k;
    }
    return share;
}

/* --- by errors, one after the other --------------------------------------------------------- */

/* One order more: reflection from the forward and backward errors of all stretches. Both arrays
 * hold all stretches end to end. */
static double reflect(double *forward, double *backward, const struct rv_stretch *stretches,
                      size_t stretch_count, size_t order)
{
    double up = 0.0, down = 0.0;
    size_t start = 0;
    for (size_t s = 0; s < stretch_count; s++) {
        for (size_t i = order; i < stretches[s].count; i++) {
            const double f = forward[start + i], b = backward[start + i - 1];
            up += f * b;
            down += f * f + b * b;
        }
        start += stretches[s].count;
    }
    const double k = down > 0.0 ? -2.0 * up / down : 0.0;
    start = 0;
    for (size_t s = 0; s < stretch_count; s++) {
        for (size_t i = stretches[s].count; i-- > order;) {
            const double f = forward[start + i], b = backward[start + i - 1];
            forward[start + i] = f + k * b;
            backward[start + i] = b + k * f;
        }
        start += stretches[s].count;
    }
    return k;
}

/* Burg's recursion where next to nothing is left: sums of products would hold only rounding. */
static double recur_slowly(struct rv_noise *noise, const struct rv_stretch *stretches, size_t count,
                           size_t total, size_t orders, struct rv_arena *scratch)
{
    double *forward = rv_arena_alloc(scratch, total, sizeof *forward);
    double *backward = rv_arena_alloc(scratch, total, sizeof *backward);
    double share = 1.0;
    size_t start = 0;
    if (forward == NULL || backward == NULL) {
        return share;
    }
    for (size_t s = 0; s < count; s++) {
        memcpy(forward + start, stretches[s].samples, stretches[s].count * sizeof *forward);
        start += stretches[s].count;
    }
    memcpy(backward, forward, total * sizeof *backward);
    for (size_t m = 1; m <= orders; m++) {
        const double k = reflect(forward, backward, stretches, count, m);
        extend(noise, k);
        share *= 1.0 - k * k;
    }
    return share;
}

void rv_noise_fit(struct rv_noise *noise, const struct rv_stretch *stretches, size_t count,
                  double floor_sd, struct rv_arena *scratch)
{
    const size_t wanted = noise->order;
    size_t total = 0;
    double energy = 0.0;
    for (size_t s = 0; s < count; s++) {
        energy += rv_dot(stretches[s].samples, stretches[s].samples, stretches[s].count);
        total += stretches[s].count;
    }
    noise->order = 0;
    memset(noise->coefficient, 0, sizeof noise->coefficient);
    noise->sd = total > 0 ? sqrt(energy / (double)total) : 0.0;
    noise->innovation_sd = noise->sd;
    if (!(noise->sd > floor_sd)) {
        noise->sd = fmax(noise->sd, floor_sd);
        noise->innovation_sd = noise->sd;
        return;
    }
    /* A short stretch carries only a short memory: at most one coefficient for 8 samples. */
    const size_t orders = wanted < total / 8 ? wanted : total / 8;
    double share = recur(noise, stretches, count, orders);
    if (share < LEAST_SHARE) {
        noise->order = 0;
        share = recur_slowly(noise, stretches, count, total, orders, scratch);
    }
    noise->innovation_sd = fmax(noise->sd * sqrt(fmax(share, 0.0)), 1e-3 * floor_sd);
}

void rv_noise_whiten(const struct rv_noise *noise, const double *x, size_t count, double *out)
{
    const double scale = 1.0 / noise->innovation_sd;
    const size_t order = noise->order;
    for (size_t i = 0; i < count; i++) {
        out[i] = i < order ? 0.0 : x[i];
    }
    for (size_t k = 0; k < order; k++) {
        const double coefficient = noise->coefficient[k];
        for (size_t i = order; i < count; i++) {
            out[i] += coefficient * x[i - 1 - k];
        }
    }
    for (size_t i = order; i < count; i++) {
        out[i] *= scale;
    }
}

/* Where the same weight goes on from `j` down to. */
static size_t run_begin(const double *weight, size_t j)
{
    size_t begin = j;
    while (begin > 0 && !(fabs(weight[begin - 1] - weight[j]) > 0.0)) {
        begin--;
    }
    return begin;
}

double rv_noise_sum_sd(const struct rv_noise *noise, const double *weight, size_t count)
{
    /* sum w[i] n[i] = sum_j g[j] e[j], g = w run backwards through the synthesis filter 1/A. The
     * memory of 1/A before the first weight is followed until it has died away; so is it along
     * equal weights, until g stays the same. */
    enum { MEMORY = 2000, STEADY = 2 * RV_NOISE_ORDER };
    double past[RV_NOISE_ORDER] = {0}, c[RV_NOISE_ORDER] = {0};
    double energy = 0.0, last = 0.0, largest = 0.0;
    size_t quiet = 0, steady = 0;
    memcpy(c, noise->coefficient, noise->order * sizeof *c);
    while (count > 0 && !(fabs(weight[count - 1]) > 0.0)) {
        count--;
    }
    for (size_t j = count + MEMORY; j-- > 0;) {
        double value = (j >= MEMORY ? weight[j - MEMORY] : 0.0) - past[0];
        /* past[k]: what the values so far take off the one that comes k steps later */
        for (size_t k = 0; k + 1 < RV_NOISE_ORDER; k++) {
            past[k] = past[k + 1] + c[k] * value;
        }
        past[RV_NOISE_ORDER - 1] = c[RV_NOISE_ORDER - 1] * value;
        energy += value * value;
        quiet = value * value < 1e-12 * energy ? quiet + 1 : 0;
        if (j < MEMORY && quiet > RV_NOISE_ORDER) {
            break;
        }
        largest = fmax(largest, fabs(value));
        steady = fabs(value - last) < 1e-13 * largest ? steady + 1 : 0;
        last = value;
        if (j > MEMORY && steady >= STEADY) {
            const size_t begin = run_begin(weight, j - MEMORY) + MEMORY;
            energy += (double)(j - begin) * value * value;
            j = begin;
            steady = 0;
        }
    }
    return noise->innovation_sd * sqrt(energy);
}

static void take_mean(double *x, size_t count)
{
    double lane[4] = {0};
    const size_t whole = count - count % 4;
    for (size_t i = 0; i < whole; i += 4) {
        for (size_t k = 0; k < 4; k++) {
            lane[k] += x[i + k];
        }
    }
    for (size_t i = whole; i < count; i++) {
        lane[0] += x[i];
    }
    const double mean = ((lane[0] + lane[1]) + (lane[2] + lane[3])) / (double)count;
    for (size_t i = 0; i < count; i++) {
        x[i] -= mean;
    }
}

void rv_detrend(double *x, size_t count, int degree)
{
    /* Gram polynomials on -1..1 by Gram-Schmidt, one degree after the other */
    enum { DEGREES = 4 };
    if (count <= (size_t)degree + 1) {
        degree = count > 1 ? 0 : -1;
    }
    if (degree == 0) {
        take_mean(x, count);
        return;
    }
    double a[DEGREES] = {0}, b[DEGREES] = {0}; /* recurrence p_{m+1} = (u - a) p_m - b p_{m-1} */
    double norm_before = 1.0;
    for (int m = 0; m <= degree && m < DEGREES; m++) {
        double norm = 0.0, dot = 0.0, shift = 0.0;
        for (int pass = 0; pass < 2; pass++) {
            for (size_t i = 0; i < count; i++) {
                const double u = 2.0 * (double)i / (double)(count - 1) - 1.0;
                double before = 0.0, p = 1.0;
                for (int j = 0; j < m; j++) {
                    const double next = (u - a[j]) * p - b[j] * before;
                    before = p;
                    p = next;
                }
                if (pass == 0) {
                    norm += p * p;
                    dot += p * x[i];
                    shift += u * p * p;
                } else {
                    x[i] -= dot / norm * p;
                }
            }
        }
        a[m] = shift / norm;
        b[m] = m > 0 ? norm / norm_before : 0.0;
        norm_before = norm;
    }
}
