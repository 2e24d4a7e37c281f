/* SPDX-License-Identifier: GPL-3.0-or-later
 * Normal equations of a tail from closed sums and Horner passes, and their solution.
 */
#include "mark/tail_sums.h"

#include <math.h>
#include <string.h>

/* Time constants tried, ms. */
static const double taus[RV_TAIL_TAUS] = {0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 6.0, 9.0};
/* A late stretch that holds less than this of an exponential says nothing about it. */
#define FORGOTTEN 1e-24
/* Below this, differences of the closed sums would cancel. */
#define SHORT_P 0.6
/* A column that others explain but for this share is dropped. */
#define LEAST_PIVOT 1e-9
/* One exponential follows another at least this many steps of the grid later: ratio 2. */
enum { PAIR_STEPS = 2 };

enum { LANES = 8, MOST = RV_TAIL_COLUMNS + 1 };

/* --- exponentials -------------------------------------------------------------------------- */

static struct rv_decay decay_of(const struct rv_tail_sums *sums, double tau_ms)
{
    const double a = sums->interval_ms / tau_ms;
    struct rv_decay decay = {.p = -expm1(-a), .post_p = -expm1(-a * (double)sums->post_count)};
    decay.q = exp(-a);
    decay.post_q = 1.0 - decay.post_p;
    if (sums->late_count > 0) {
        decay.shift_q = exp(-a * (double)sums->late_from);
        decay.late_p = -expm1(-a * (double)sums->late_count);
        decay.late_q = 1.0 - decay.late_p;
    }
    return decay;
}

/* The product of two: 1 - ab = (1 - a) + a (1 - b). */
static struct rv_decay product(const struct rv_decay *a, const struct rv_decay *b)
{
    return (struct rv_decay){a->p + a->q * b->p,
                             a->q * b->q,
                             a->post_p + a->post_q * b->post_p,
                             a->post_q * b->post_q,
                             a->shift_q * b->shift_q,
                             a->late_p + a->late_q * b->late_p,
                             a->late_q * b->late_q};
}

/* Sums of i q^i and i^2 q^i over n samples, built up by the bits of n: nothing is subtracted. */
static void sum_powers_short(double q, size_t n, double sums[3])
{
    double zeroth = 0.0, first = 0.0, second = 0.0, power = 1.0, count = 0.0;
    size_t bit = 1;
    while (bit <= n / 2) {
        bit *= 2;
    }
    for (; bit > 0; bit /= 2) {
        second += power * (second + 2.0 * count * first + count * count * zeroth);
        first += power * (first + count * zeroth);
        zeroth += power * zeroth;
        power *= power;
        count *= 2.0;
        if ((n & bit) != 0) {
            second += count * count * power;
            first += count * power;
            zeroth += power;
            power *= q;
            count += 1.0;
        }
    }
    sums[1] = first;
    sums[2] = second;
}

/* Sums of i^m q^i, i from 0 to n - 1; p = 1 - q, end_p = 1 - q^n. */
static void sum_powers(double p, double q, double end_p, double end_q, size_t n, double sums[3])
{
    const double last = (double)n - 1.0;
    sums[0] = end_p / p;
    if (end_p < SHORT_P) {
        sum_powers_short(q, n, sums);
        return;
    }
    sums[1] = (q * sums[0] - (double)n * end_q) / p;
    sums[2] = (2.0 * sums[1] - sums[0] + 1.0 - last * last * end_q) / p;
}

/* Sums of i^m q^i over the post-stimulus samples. */
static void sum_level(const struct rv_tail_sums *sums, const struct rv_decay *decay,
                      double level[3])
{
    const double weight = sums->late_share * decay->shift_q, shift = (double)sums->late_from;
    sum_powers(decay->p, decay->q, decay->post_p, decay->post_q, sums->post_count, level);
    if (sums->late_count > 0 && weight > FORGOTTEN) {
        double late[3];
        sum_powers(decay->p, decay->q, decay->late_p, decay->late_q, sums->late_count, late);
        level[0] += weight * late[0];
        level[1] += weight * (late[1] + shift * late[0]);
        level[2] += weight * (late[2] + 2.0 * shift * late[1] + shift * shift * late[0]);
    }
}

/* Sums of a[i] q^i and b[i] q^i, by lanes that do not wait for one another. */
static void horner(const double *a, const double *b, size_t n, double q, double sums[2])
{
    double x[LANES] = {0}, y[LANES] = {0};
    const double q2 = q * q, q4 = q2 * q2, q8 = q4 * q4;
    const size_t whole = n - n % LANES;
    for (size_t j = 0; j < n - whole; j++) {
        x[j] = a[whole + j];
        y[j] = b[whole + j];
    }
    for (size_t i = whole; i > 0; i -= LANES) {
        for (size_t j = 0; j < LANES; j++) {
            x[j] = x[j] * q8 + a[i - LANES + j];
            y[j] = y[j] * q8 + b[i - LANES + j];
        }
    }
    sums[0] = sums[1] = 0.0;
    for (size_t j = LANES; j-- > 0;) {
        sums[0] = sums[0] * q + x[j];
        sums[1] = sums[1] * q + y[j];
    }
}

static struct rv_decay_column column_of(const struct rv_tail_sums *sums, double tau_ms)
{
    struct rv_decay_column column = {.decay = decay_of(sums, tau_ms)};
    const double weight = sums->late_share * column.decay.shift_q;
    sum_level(sums, &column.decay, column.level);
    horner(sums->values, sums->indexed, sums->post_count, column.decay.q, column.data);
    if (sums->late_count > 0 && weight > FORGOTTEN) {
        double late[2];
        horner(sums->values + sums->late_from, sums->indexed + sums->late_from, sums->late_count,
               column.decay.q, late);
        column.data[0] += weight * late[0];
        column.data[1] += weight * late[1];
    }
    return column;
}

/* --- what no time constant changes --------------------------------------------------------- */

bool rv_tail_values_prepare(struct rv_wave *wave)
{
    const size_t count = wave->count - wave->blank;
    wave->tail_values = rv_arena_alloc(wave->scratch, count, sizeof *wave->tail_values);
    wave->tail_indexed = rv_arena_alloc(wave->scratch, count, sizeof *wave->tail_indexed);
    if (wave->tail_values == NULL || wave->tail_indexed == NULL) {
        return false;
    }
    wave->tail_offset = wave->raw[wave->blank];
    for (size_t i = 0; i < count; i++) {
        wave->tail_values[i] = wave->raw[wave->blank + i] - wave->tail_offset;
        wave->tail_indexed[i] = (double)i * wave->tail_values[i];
    }
    return true;
}

/* Adds samples [from, to) of the trace with one share. */
static void add_stretch(const struct rv_wave *wave, size_t from, size_t to, double share,
                        struct rv_tail_sums *sums)
{
    double y = 0.0, yy = 0.0, iy = 0.0;
    if (to <= from) {
        return;
    }
    const double n = (double)(to - from), interval = sums->interval_ms;
    const double start_ms = rv_wave_ms(wave, (double)from);
    for (size_t i = from; i < to; i++) {
        const double value = wave->raw[i] - wave->tail_offset;
        y += value;
        yy += value * value;
        iy += (double)(i - from) * value;
    }
    const double i_sum = 0.5 * n * (n - 1.0), ii_sum = n * (n - 1.0) * (2.0 * n - 1.0) / 6.0;
    sums->weight += share * n;
    sums->y += share * y;
    sums->yy += share * yy;
    sums->ms += share * (n * start_ms + interval * i_sum);
    sums->ms_ms += share * (n * start_ms * start_ms + 2.0 * start_ms * interval * i_sum +
                            interval * interval * ii_sum);
    sums->ms_y += share * (start_ms * y + interval * iy);
    sums->rows += share < 1.0 ? 0.0 : n;
}

static double sum_product(const struct rv_tail_sums *sums, const struct rv_decay_column *a,
                          const struct rv_decay_column *b)
{
    const struct rv_decay both = product(&a->decay, &b->decay);
    double level[3];
    sum_level(sums, &both, level);
    return level[0];
}

static void collect_grid(const struct rv_compound_rules *rules, struct rv_tail_sums *sums)
{
    for (size_t i = 0; i < RV_TAIL_TAUS; i++) {
        sums->grid[i] = column_of(sums, taus[i]);
        for (size_t j = 0; j <= i; j++) {
            sums->grid_grid[i][j] = sum_product(sums, &sums->grid[i], &sums->grid[j]);
            sums->grid_grid[j][i] = sums->grid_grid[i][j];
        }
        for (size_t k = 0; k < RV_TAIL_STEPS; k++) {
            if (rules->step_ms[k] > 0.0) {
                sums->step_grid[k][i] = sum_product(sums, &sums->steps[k], &sums->grid[i]);
            }
        }
    }
}

void rv_tail_sums_collect(const struct rv_wave *wave, const struct rv_tail_range *range, bool grid,
                          struct rv_tail_sums *sums)
{
    memset(sums, 0, sizeof *sums);
    sums->values = wave->tail_values;
    sums->indexed = wave->tail_indexed;
    sums->interval_ms = 1000.0 / wave->rate_hz;
    sums->post_count = range->until - wave->blank;
    sums->late_from = range->late - wave->blank;
    sums->late_count = range->late_end - range->late;
    sums->late_share = range->late_share;
    add_stretch(wave, 0, wave->pre_count, 1.0, sums);
    add_stretch(wave, wave->blank, range->until, 1.0, sums);
    add_stretch(wave, range->late, range->late_end, range->late_share, sums);
    if (!grid) {
        return;
    }
    for (size_t k = 0; k < RV_TAIL_STEPS; k++) {
        const double step_ms = wave->rules->step_ms[k];
        if (step_ms > 0.0) {
            sums->steps[k] = column_of(sums, step_ms);
            sums->step_start[k] = exp(-rv_wave_ms(wave, (double)wave->blank) / step_ms);
        }
    }
    collect_grid(wave->rules, sums);
}

/* --- the grid ------------------------------------------------------------------------------ */

/* Level and step taken out of the grid's columns and of the data. */
struct reduced {
    double xx[RV_TAIL_TAUS][RV_TAIL_TAUS], xy[RV_TAIL_TAUS], yy;
};

/* Takes a column with these products out. */
static void take_out(struct reduced *reduced, const double *with, double with_y, double pivot)
{
    for (size_t i = 0; i < RV_TAIL_TAUS; i++) {
        for (size_t j = 0; j < RV_TAIL_TAUS; j++) {
            reduced->xx[i][j] -= with[i] * with[j] / pivot;
        }
        reduced->xy[i] -= with[i] * with_y / pivot;
    }
    reduced->yy -= with_y * with_y / pivot;
}

static void reduce(const struct rv_tail_sums *sums, const struct rv_tail *tail,
                   struct reduced *reduced)
{
    double level[RV_TAIL_TAUS], step[RV_TAIL_TAUS];
    memcpy(reduced->xx, sums->grid_grid, sizeof reduced->xx);
    for (size_t i = 0; i < RV_TAIL_TAUS; i++) {
        reduced->xy[i] = sums->grid[i].data[0];
        level[i] = sums->grid[i].level[0];
    }
    reduced->yy = sums->yy;
    take_out(reduced, level, sums->y, sums->weight);
    if (!tail->step) {
        return;
    }
    const struct rv_decay_column *column = &sums->steps[tail->step_index];
    const double share = column->level[0] / sums->weight;
    const double own = sum_product(sums, column, column);
    const double pivot = own - share * column->level[0];
    for (size_t i = 0; i < RV_TAIL_TAUS; i++) {
        step[i] = sums->step_grid[tail->step_index][i] - share * level[i];
    }
    if (pivot > LEAST_PIVOT * own) {
        take_out(reduced, step, column->data[0] - share * sums->y, pivot);
    }
}

void rv_tail_search_grid(const struct rv_tail_sums *sums, struct rv_tail *tail)
{
    struct reduced reduced;
    double least = (double)INFINITY;
    reduce(sums, tail, &reduced);
    for (size_t i = 0; i < RV_TAIL_TAUS; i++) {
        const double pivot = reduced.xx[i][i];
        const bool says = pivot > LEAST_PIVOT * sums->grid_grid[i][i];
        const double rss = reduced.yy - (says ? reduced.xy[i] * reduced.xy[i] / pivot : 0.0);
        if (tail->exponentials == 1 && rss < least) {
            least = rss;
            tail->tau_ms[0] = taus[i];
        }
        for (size_t j = i + PAIR_STEPS; j < RV_TAIL_TAUS && tail->exponentials == 2; j++) {
            const double share = says ? reduced.xx[i][j] / pivot : 0.0;
            const double own = reduced.xx[j][j] - share * reduced.xx[i][j];
            const double right = reduced.xy[j] - share * reduced.xy[i];
            const bool adds = own > LEAST_PIVOT * sums->grid_grid[j][j];
            const double pair = fmax(rss - (adds ? right * right / own : 0.0), 0.0);
            if (pair < least) {
                least = pair;
                tail->tau_ms[0] = taus[i];
                tail->tau_ms[1] = taus[j];
            }
        }
    }
}

/* --- one shape ----------------------------------------------------------------------------- */

/* Normal equations, the data as their last row and column. */
struct equations {
    size_t count; /* without the data */
    double a[MOST][MOST], scale[MOST];
};

/* Gauss-Jordan with one pivot; a column that says nothing new is dropped. */
static void eliminate(struct equations *equations, size_t p)
{
    const size_t all = equations->count + 1;
    double(*a)[MOST] = equations->a;
    if (!(a[p][p] > LEAST_PIVOT * equations->scale[p])) {
        for (size_t i = 0; i < all; i++) {
            a[i][p] = a[p][i] = 0.0;
        }
        return;
    }
    const double inverse = 1.0 / a[p][p];
    for (size_t i = 0; i < all; i++) {
        const double factor = i == p ? 0.0 : a[i][p] * inverse;
        for (size_t j = p + 1; j < all; j++) {
            a[i][j] -= factor * a[p][j];
        }
    }
}

static double solved(const struct equations *equations, size_t p)
{
    const double pivot = equations->a[p][p];
    return pivot > 0.0 ? equations->a[p][equations->count] / pivot : 0.0;
}

static void put(struct equations *equations, size_t row, size_t column, double sum)
{
    equations->a[row][column] = equations->a[column][row] = sum;
}

/* The exponential k and its slope by ln tau, i q^i interval / tau, against all before them. */
static void put_exponential(const struct rv_tail_sums *sums, const struct rv_tail *tail, size_t k,
                            const struct rv_decay_column columns[2], struct equations *equations)
{
    const size_t first = tail->step ? 2 : 1, own = first + k, slope = own + tail->exponentials;
    const struct rv_decay_column *column = &columns[k];
    const double per_sample = sums->interval_ms / tail->tau_ms[k];
    put(equations, own, 0, column->level[0]);
    put(equations, slope, 0, per_sample * column->level[1]);
    put(equations, own, equations->count, column->data[0]);
    put(equations, slope, equations->count, per_sample * column->data[1]);
    double level[3];
    if (tail->step) {
        const struct rv_decay both = product(&column->decay, &sums->steps[tail->step_index].decay);
        sum_level(sums, &both, level);
        put(equations, own, 1, level[0]);
        put(equations, slope, 1, per_sample * level[1]);
    }
    for (size_t j = 0; j <= k; j++) {
        const size_t other = first + j, other_slope = other + tail->exponentials;
        const double other_per_sample = sums->interval_ms / tail->tau_ms[j];
        const struct rv_decay both = product(&column->decay, &columns[j].decay);
        sum_level(sums, &both, level);
        put(equations, own, other, level[0]);
        put(equations, slope, other, per_sample * level[1]);
        put(equations, own, other_slope, other_per_sample * level[1]);
        put(equations, slope, other_slope, per_sample * other_per_sample * level[2]);
    }
}

static void fill(const struct rv_tail_sums *sums, const struct rv_tail *tail,
                 struct equations *equations)
{
    struct rv_decay_column columns[2];
    equations->count = (tail->step || tail->drift ? 2u : 1u) + 2 * tail->exponentials;
    put(equations, 0, 0, sums->weight);
    put(equations, 0, equations->count, sums->y);
    put(equations, equations->count, equations->count, sums->yy);
    if (tail->drift) {
        put(equations, 1, 0, 0.1 * sums->ms);
        put(equations, 1, 1, 0.01 * sums->ms_ms);
        put(equations, 1, equations->count, 0.1 * sums->ms_y);
    }
    if (tail->step) {
        const struct rv_decay_column *step = &sums->steps[tail->step_index];
        put(equations, 1, 0, step->level[0]);
        put(equations, 1, 1, sum_product(sums, step, step));
        put(equations, 1, equations->count, step->data[0]);
    }
    for (size_t k = 0; k < tail->exponentials; k++) {
        columns[k] = column_of(sums, tail->tau_ms[k]);
        put_exponential(sums, tail, k, columns, equations);
    }
    for (size_t i = 0; i < equations->count; i++) {
        equations->scale[i] = equations->a[i][i];
    }
}

void rv_tail_solve(const struct rv_tail_sums *sums, const struct rv_tail *tail,
                   struct rv_tail_solution *solution)
{
    struct equations equations;
    fill(sums, tail, &equations);
    const size_t slopes = tail->exponentials, plain = equations.count - slopes;
    for (size_t p = 0; p < plain; p++) {
        eliminate(&equations, p);
    }
    *solution =
        (struct rv_tail_solution){.rss = fmax(equations.a[equations.count][equations.count], 0.0)};
    for (size_t p = 0; p < plain; p++) {
        solution->coefficient[p] = solved(&equations, p);
    }
    if (tail->step) {
        solution->coefficient[1] /= sums->step_start[tail->step_index];
    }
    for (size_t k = 0; k < slopes; k++) {
        eliminate(&equations, plain + k);
    }
    for (size_t k = 0; k < slopes; k++) {
        solution->change[k] = solved(&equations, plain + k);
    }
}
