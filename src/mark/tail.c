/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stimulus artefact's tail: a level, or a level with one or two exponentials, fitted to the
 * quiet samples before the response, chosen by BIC with correlated noise counted.
 */
#include "mark/compound.h"

#include <math.h>
#include <string.h>

/* Time constants tried, ms. */
static const double taus[] = {0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 6.0};
enum { TAU_COUNT = sizeof taus / sizeof *taus };
#define CORRELATION 3.0 /* residual variance counts this much more: noise is correlated */

struct normal {
    size_t n;
    double xx[RV_TAIL_TERMS * RV_TAIL_TERMS], xy[RV_TAIL_TERMS], yy;
};

void rv_tail_basis(const struct rv_tail *tail, double ms, double basis[RV_TAIL_TERMS])
{
    basis[0] = 1.0;
    for (size_t k = 1; k < RV_TAIL_TERMS; k++) {
        const bool on = k < tail->terms && ms > 0.0;
        basis[k] = on ? exp(-(ms - tail->origin_ms) / tail->tau_ms[k]) : 0.0;
    }
}

/* Inverts a small symmetric positive matrix in place by Gauss-Jordan; false: singular. */
static bool invert(double *a, size_t n)
{
    for (size_t p = 0; p < n; p++) {
        const double pivot = a[p * RV_TAIL_TERMS + p];
        if (!(pivot > 1e-12)) {
            return false;
        }
        a[p * RV_TAIL_TERMS + p] = 1.0;
        for (size_t j = 0; j < n; j++) {
            a[p * RV_TAIL_TERMS + j] /= pivot;
        }
        for (size_t i = 0; i < n; i++) {
            if (i == p) {
                continue;
            }
            const double factor = a[i * RV_TAIL_TERMS + p];
            a[i * RV_TAIL_TERMS + p] = 0.0;
            for (size_t j = 0; j < n; j++) {
                a[i * RV_TAIL_TERMS + j] -= factor * a[p * RV_TAIL_TERMS + j];
            }
        }
    }
    return true;
}

/* Least squares of the level and the tail's exponentials on [0, pre) and [blank, until). */
static double solve(const struct rv_wave *wave, size_t until, struct rv_tail *tail)
{
    struct normal sums = {0};
    for (size_t i = 0; i < until; i++) {
        if (i == wave->pre_count) {
            i = wave->blank;
            if (i >= until) {
                break;
            }
        }
        double basis[RV_TAIL_TERMS];
        rv_tail_basis(tail, rv_wave_ms(wave, (double)i), basis);
        for (size_t r = 0; r < tail->terms; r++) {
            for (size_t c = 0; c < tail->terms; c++) {
                sums.xx[r * RV_TAIL_TERMS + c] += basis[r] * basis[c];
            }
            sums.xy[r] += basis[r] * wave->raw[i];
        }
        sums.yy += wave->raw[i] * wave->raw[i];
        sums.n++;
    }
    memcpy(tail->covariance, sums.xx, sizeof sums.xx);
    if (sums.n < tail->terms + 2 || !invert(tail->covariance, tail->terms)) {
        return INFINITY;
    }
    double rss = sums.yy;
    for (size_t r = 0; r < tail->terms; r++) {
        tail->coefficient[r] = 0.0;
        for (size_t c = 0; c < tail->terms; c++) {
            tail->coefficient[r] += tail->covariance[r * RV_TAIL_TERMS + c] * sums.xy[c];
        }
        rss -= tail->coefficient[r] * sums.xy[r];
    }
    return fmax(rss, 0.0);
}

/* Sharpens a time constant between its neighbours on the grid by golden section. */
static double sharpen(const struct rv_wave *wave, size_t until, struct rv_tail *tail, size_t term)
{
    const double golden = 0.6180339887498949;
    double low = log(tail->tau_ms[term]) - 0.35, high = low + 0.7, best = INFINITY;
    for (int step = 0; step < 10; step++) {
        const double a = high - golden * (high - low), b = low + golden * (high - low);
        tail->tau_ms[term] = exp(a);
        const double rss_a = solve(wave, until, tail);
        tail->tau_ms[term] = exp(b);
        const double rss_b = solve(wave, until, tail);
        if (rss_a < rss_b) {
            high = b;
        } else {
            low = a;
        }
    }
    tail->tau_ms[term] = exp(0.5 * (low + high));
    best = solve(wave, until, tail);
    return best;
}

static double best_one(const struct rv_wave *wave, size_t until, struct rv_tail *best)
{
    double least = INFINITY;
    for (size_t i = 0; i < TAU_COUNT; i++) {
        struct rv_tail tail = {.terms = 2, .origin_ms = best->origin_ms};
        tail.tau_ms[1] = taus[i];
        const double rss = solve(wave, until, &tail);
        if (rss < least) {
            least = rss;
            *best = tail;
        }
    }
    return isfinite(least) ? sharpen(wave, until, best, 1) : least;
}

static double best_two(const struct rv_wave *wave, size_t until, struct rv_tail *best)
{
    double least = INFINITY;
    for (size_t i = 0; i < TAU_COUNT; i++) {
        for (size_t j = i + 2; j < TAU_COUNT; j++) { /* ratio of at least 2 */
            struct rv_tail tail = {.terms = 3, .origin_ms = best->origin_ms};
            tail.tau_ms[1] = taus[i];
            tail.tau_ms[2] = taus[j];
            const double rss = solve(wave, until, &tail);
            if (rss < least) {
                least = rss;
                *best = tail;
            }
        }
    }
    return least;
}

void rv_tail_fit(struct rv_wave *wave, double until_ms)
{
    const double origin = rv_wave_ms(wave, (double)wave->blank);
    size_t until = rv_wave_at(wave, until_ms);
    const size_t least = wave->blank + 4;
    until = until > least ? until : (wave->pre_count >= 4 ? wave->blank : least);
    struct rv_tail fits[3] = {{.terms = 1}, {.terms = 2}, {.terms = 3}};
    double rss[3];
    for (int k = 0; k < 3; k++) {
        fits[k].origin_ms = origin;
    }
    rss[0] = solve(wave, until, &fits[0]);
    const bool may = wave->request->subtract_tail && until >= wave->blank + 8;
    rss[1] = may ? best_one(wave, until, &fits[1]) : (double)INFINITY;
    rss[2] = may && until >= wave->blank + 14 ? best_two(wave, until, &fits[2]) : (double)INFINITY;
    const double n = (double)(until - wave->blank + wave->pre_count);
    double variance = fmin(rss[0], fmin(rss[1], rss[2])) / fmax(4.0, n - 5.0);
    variance = fmax(variance, 0.25 * wave->noise.sd * wave->noise.sd);
    const double penalty[3] = {0.0, 2.0 * log(n) + 4.0, 4.0 * log(n) + 12.0};
    int chosen = 0;
    double least_cost = INFINITY;
    for (int k = 0; k < 3; k++) {
        const double cost = rss[k] / (CORRELATION * variance) + penalty[k];
        if (cost < least_cost) {
            least_cost = cost;
            chosen = k;
        }
    }
    wave->tail = fits[chosen];
    const double scale = CORRELATION * fmax(variance, wave->noise.sd * wave->noise.sd);
    for (size_t i = 0; i < RV_TAIL_TERMS * RV_TAIL_TERMS; i++) {
        wave->tail.covariance[i] *= isfinite(rss[chosen]) ? scale : 0.0;
    }
    for (size_t i = 0; i < wave->count; i++) {
        double basis[RV_TAIL_TERMS];
        rv_tail_basis(&wave->tail, rv_wave_ms(wave, (double)i), basis);
        double level = 0.0;
        for (size_t k = 0; k < wave->tail.terms; k++) {
            level += basis[k] * wave->tail.coefficient[k];
        }
        wave->y[i] = i < wave->blank && i >= wave->pre_count ? 0.0 : wave->raw[i] - level;
    }
}

double rv_tail_sd(const struct rv_wave *wave, double ms)
{
    double basis[RV_TAIL_TERMS], sum = 0.0;
    rv_tail_basis(&wave->tail, ms, basis);
    for (size_t r = 0; r < wave->tail.terms; r++) {
        for (size_t c = 0; c < wave->tail.terms; c++) {
            sum += basis[r] * basis[c] * wave->tail.covariance[r * RV_TAIL_TERMS + c];
        }
    }
    return sqrt(fmax(sum, 0.0));
}
