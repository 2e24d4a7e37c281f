/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tail of the M-wave under a late response: a level and exponentials by iteratively reweighted
 * least squares outside the window. Method: docs/methods/late.md "Tail".
 */
#include "mark/train.h"

#include <math.h>
#include <stdlib.h>

enum { TERMS = 6, ROUNDS = 6, SHARED = 3 };

/* Time constants of methods "F-wave"; the window counts little where the shape is common. */
static const double tau_ms[TERMS] = {0, 2, 4, 8, 16, 32};
#define WINDOW_WEIGHT 0.3
/* The sweeps differ where they lie so many times further apart than outside the window. */
#define DIFFER_TIMES 1.8
/* Residuals beyond so many robust SDs count no more (Tukey's biweight). */
#define BIWEIGHT 4.685
#define RIDGE 1e-9
/* The M-wave has ended where the fit explains its first 2 ms to this. */
#define BEGINNING_MS 2.0
#define BEGINNING_SDS 6.0
#define BEGINNING_UV 4.0
/* A long M-wave may reach this far into the window; what is before its end is not looked at. */
#define INTO_MS 6.0
/* So far into the window the median sweep may be the tail. */
#define MEDIAN_INTO_MS 8.0

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, size_t count)
{
    qsort(x, count, sizeof *x, by_size);
    return count % 2 == 1 ? x[count / 2] : 0.5 * (x[count / 2 - 1] + x[count / 2]);
}

struct fit {
    size_t rows, terms;
    const double *basis; /* row-major */
    const double *target;
    double *weight; /* prior weights on entry */
    double *robust, *sorted;
    double coefficient[TERMS];
};

/* Gauss-Jordan on the weighted normal equations. */
static void solve(struct fit *fit)
{
    double a[TERMS][TERMS + 1] = {{0}};
    for (size_t i = 0; i < fit->rows; i++) {
        const double *row = fit->basis + i * fit->terms, w = fit->weight[i] * fit->robust[i];
        for (size_t r = 0; r < fit->terms && w > 0.0; r++) {
            for (size_t c = 0; c < fit->terms; c++) {
                a[r][c] += w * row[r] * row[c];
            }
            a[r][fit->terms] += w * row[r] * fit->target[i];
        }
    }
    for (size_t p = 0; p < fit->terms; p++) {
        a[p][p] += RIDGE * a[p][p] + 1e-300;
    }
    for (size_t p = 0; p < fit->terms; p++) {
        const double pivot = a[p][p];
        for (size_t i = 0; i < fit->terms; i++) {
            const double factor = i == p ? 0.0 : a[i][p] / pivot;
            for (size_t c = 0; c <= fit->terms; c++) {
                a[i][c] -= factor * a[p][c];
            }
        }
    }
    for (size_t p = 0; p < fit->terms; p++) {
        fit->coefficient[p] = a[p][fit->terms] / a[p][p];
    }
}

static void refit(struct fit *fit)
{
    for (size_t i = 0; i < fit->rows; i++) {
        fit->robust[i] = 1.0;
    }
    for (int round = 0; round < ROUNDS; round++) {
        solve(fit);
        size_t n = 0;
        for (size_t i = 0; i < fit->rows; i++) {
            double residual = fit->target[i];
            for (size_t c = 0; c < fit->terms; c++) {
                residual -= fit->coefficient[c] * fit->basis[i * fit->terms + c];
            }
            fit->robust[i] = residual;
            if (fit->weight[i] > 0.5) {
                fit->sorted[n++] = fabs(residual);
            }
        }
        const double scale = BIWEIGHT * 1.4826 * (n > 0 ? median(fit->sorted, n) : 0.0) + 1e-9;
        for (size_t i = 0; i < fit->rows; i++) {
            const double u = fit->robust[i] / scale;
            const double keep = 1.0 - u * u;
            fit->robust[i] = fabs(u) < 1.0 ? keep * keep : 0.0;
        }
    }
}

static bool make_fit(const struct rv_train *train, size_t terms, bool common, struct fit *fit,
                     double **basis)
{
    const size_t rows = train->count - train->tail_from;
    *fit = (struct fit){.rows = rows, .terms = terms};
    *basis = rv_arena_alloc(train->scratch, rows * terms, sizeof **basis);
    fit->weight = rv_arena_alloc(train->scratch, rows, sizeof *fit->weight);
    fit->robust = rv_arena_alloc(train->scratch, rows, sizeof *fit->robust);
    fit->sorted = rv_arena_alloc(train->scratch, rows, sizeof *fit->sorted);
    if (*basis == NULL || fit->weight == NULL || fit->robust == NULL || fit->sorted == NULL) {
        return false;
    }
    fit->basis = *basis;
    for (size_t i = 0; i < rows; i++) {
        const bool inside =
            train->tail_from + i >= train->from && train->tail_from + i < train->rest;
        fit->weight[i] = !inside ? 1.0 : common ? WINDOW_WEIGHT : 0.0;
    }
    return true;
}

static void exponentials(const struct rv_train *train, size_t terms, double *basis, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        const double ms = 1000.0 * (double)i / train->rate_hz;
        basis[i * terms] = 1.0;
        for (size_t c = 1; c < terms; c++) {
            basis[i * terms + c] = exp(-ms / tau_ms[TERMS - terms + c]);
        }
    }
}

/* The median sweep, and how far the middle half of the sweeps lies apart. */
static void take_middle(const struct rv_train *train, double *middle, double *spread,
                        double *column)
{
    for (size_t i = 0; train->tail_from + i < train->count; i++) {
        size_t n = 0;
        for (size_t s = 0; s < train->sweep_count; s++) {
            if (train->used[s]) {
                column[n++] = rv_train_sweep(train, s)[train->tail_from + i];
            }
        }
        middle[i] = n > 0 ? median(column, n) : 0.0;
        spread[i] = n > 0 ? column[3 * n / 4] - column[n / 4] : 0.0;
    }
}

/* What all sweeps hold is M; where they lie further apart than outside the window it is F. */
static void leave_differing(struct fit *fit, const double *spread)
{
    size_t n = 0;
    for (size_t i = 0; i < fit->rows; i++) {
        if (fit->weight[i] > 0.5) {
            fit->sorted[n++] = spread[i];
        }
    }
    const double usual = n > 0 ? median(fit->sorted, n) : 0.0;
    for (size_t i = 0; i < fit->rows; i++) {
        if (fit->weight[i] <= 0.5 && spread[i] > DIFFER_TIMES * usual) {
            fit->weight[i] = 0.0;
        }
    }
}

/* Does the fit explain its own beginning? Not where the M-wave has not ended yet. */
static bool explains_beginning(const struct rv_train *train, const struct fit *fit)
{
    const size_t n = rv_train_span(train, BEGINNING_MS);
    double largest = 0.0;
    size_t rest = 0;
    for (size_t i = 0; i < fit->rows; i++) {
        double residual = fit->target[i];
        for (size_t c = 0; c < fit->terms; c++) {
            residual -= fit->coefficient[c] * fit->basis[i * fit->terms + c];
        }
        largest = i < n ? fmax(largest, fabs(residual)) : largest;
        if (fit->weight[i] > 0.5) {
            fit->sorted[rest++] = fabs(residual);
        }
    }
    const double usual = rest > 0 ? 1.4826 * median(fit->sorted, rest) : 0.0;
    return largest <= fmax(BEGINNING_SDS * usual, BEGINNING_UV);
}

/* The shape of the tail from the median sweep, from where it begins to be a tail. */
static bool fit_shape(struct rv_train *train, struct fit *shape, double **basis)
{
    double *middle = rv_arena_alloc(train->scratch, train->count, sizeof *middle);
    double *spread = rv_arena_alloc(train->scratch, train->count, sizeof *spread);
    double *column = rv_arena_alloc(train->scratch, train->sweep_count, sizeof *column);
    if (middle == NULL || spread == NULL || column == NULL) {
        return false;
    }
    const size_t step = rv_train_span(train, 1.0), reach = rv_train_span(train, INTO_MS);
    for (;;) {
        if (!make_fit(train, TERMS, true, shape, basis)) {
            return false;
        }
        exponentials(train, TERMS, *basis, shape->rows);
        take_middle(train, middle, spread, column);
        leave_differing(shape, spread);
        shape->target = middle;
        refit(shape);
        if (explains_beginning(train, shape) || train->tail_from + step > train->from + reach) {
            return true;
        }
        train->tail_from += step;
    }
}

/* Where the median sweep has come to the fitted shape for a while, the M-wave has ended. */
static size_t ends_at(const struct rv_train *train, const struct fit *shape, const double *fitted,
                      const double *middle, size_t first)
{
    const size_t quiet = rv_train_span(train, BEGINNING_MS);
    const size_t most = train->from + rv_train_span(train, MEDIAN_INTO_MS);
    size_t n = 0, i = first;
    for (size_t k = 0; k < shape->rows; k++) {
        if (shape->weight[k] > 0.5) {
            shape->sorted[n++] = fabs(shape->target[k] - fitted[first + k]);
        }
    }
    const double usual = n > 0 ? 1.4826 * median(shape->sorted, n) : 0.0;
    const double near = fmax(0.5 * BEGINNING_SDS * usual, 0.5 * BEGINNING_UV);
    for (size_t run = 0; train->tail_from + i < most && run < quiet; i++) {
        run = fabs(middle[i] - fitted[i]) < near ? run + 1 : 0;
    }
    return i;
}

/* The median as far as the M-wave reaches; within a millisecond it goes over into the fit. */
static void join(const struct rv_train *train, double *tail, const double *middle, size_t end)
{
    const size_t rows = train->count - train->tail_from, fade = rv_train_span(train, 1.0);
    for (size_t i = 0; i < rows && i < end + fade; i++) {
        const double part = i < end ? 0.0 : (double)(i - end + 1) / (double)(fade + 1);
        tail[i] = i < end ? middle[i] : part * tail[i] + (1.0 - part) * middle[i];
    }
}

/* The tail of all sweeps from its beginning on: the median sweep as far as the M-wave reaches, then
 * the fitted shape. What all sweeps hold is M; what differs is F. */
static double *common_tail(struct rv_train *train)
{
    const size_t begin = train->tail_from, rows = train->count - begin;
    struct fit shape;
    double *basis;
    double *tail = rv_arena_alloc(train->scratch, rows, sizeof *tail);
    double *middle = rv_arena_alloc(train->scratch, rows, sizeof *middle);
    double *spread = rv_arena_alloc(train->scratch, rows, sizeof *spread);
    double *column = rv_arena_alloc(train->scratch, train->sweep_count, sizeof *column);
    if (tail == NULL || middle == NULL || spread == NULL || column == NULL ||
        !fit_shape(train, &shape, &basis)) {
        return NULL;
    }
    const size_t first = train->tail_from - begin;
    train->tail_from = begin;
    take_middle(train, middle, spread, column);
    for (size_t i = first; i < rows; i++) {
        tail[i] = 0.0;
        for (size_t c = 0; c < TERMS; c++) {
            tail[i] += shape.coefficient[c] * basis[(i - first) * TERMS + c];
        }
    }
    if (first > 0) {
        join(train, tail, middle, ends_at(train, &shape, tail, middle, first));
    }
    return tail;
}

/* One shape from all sweeps; each sweep takes its part of it and a line of its own. */
static bool clear_common(struct rv_train *train)
{
    struct fit own;
    double *three;
    const double *tail = common_tail(train);
    if (tail == NULL) {
        return false;
    }
    /* each sweep finds its part of the tail before the window */
    const size_t first = train->tail_from + rv_train_span(train, BEGINNING_MS);
    train->from = first > train->from ? first : train->from;
    if (!make_fit(train, SHARED, false, &own, &three)) {
        return false;
    }
    for (size_t i = 0; i < own.rows; i++) {
        three[i * SHARED] = 1.0;
        three[i * SHARED + 1] = 2.0 * (double)i / (double)own.rows - 1.0;
        three[i * SHARED + 2] = tail[i];
    }
    for (size_t s = 0; s < train->sweep_count; s++) {
        double *x = rv_train_sweep(train, s) + train->tail_from;
        own.target = x;
        refit(&own);
        for (size_t i = 0; i < own.rows; i++) {
            for (size_t c = 0; c < SHARED; c++) {
                x[i] -= own.coefficient[c] * three[i * SHARED + c];
            }
        }
    }
    return true;
}

/* Each sweep its own level and slow exponentials: the M-wave changes along the series. */
static bool clear_each(struct rv_train *train)
{
    enum { OWN = 4 };
    struct fit own;
    double *basis;
    if (!make_fit(train, OWN, false, &own, &basis)) {
        return false;
    }
    exponentials(train, OWN, basis, own.rows);
    for (size_t s = 0; s < train->sweep_count; s++) {
        double *x = rv_train_sweep(train, s) + train->tail_from;
        own.target = x;
        refit(&own);
        for (size_t i = 0; i < own.rows; i++) {
            for (size_t c = 0; c < OWN; c++) {
                x[i] -= own.coefficient[c] * basis[i * OWN + c];
            }
        }
    }
    return true;
}

bool rv_train_clear(struct rv_train *train, bool common)
{
    if (train->tail_from + 4 * TERMS >= train->count || train->used_count == 0) {
        return true;
    }
    return common ? clear_common(train) : clear_each(train);
}
