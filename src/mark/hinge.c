/* SPDX-License-Identifier: GPL-3.0-or-later
 * The hinge posterior: flat, then rising as powers of the time since take-off. Grid over the
 * take-off, five sets of exponents, exact linear algebra inside, draws of the 1 % take-off.
 */
#include "base/dot.h"
#include "mark/compound.h"

#include <math.h>
#include <string.h>

enum { POWERS = 3, TERMS = POWERS + 2, MODELS = 5, GRID_MOST = 400, ROUNDS = 4, COARSE = 5 };
#define GRID_MS 0.02
#define MISFIT 2.5
#define SURE_MISFIT 10.0 /* of a grid five times as wide */

/* Exponents 2, 3, 4 as bits 0, 1, 2. */
static const unsigned models[MODELS] = {1u, 2u, 3u, 6u, 7u};

static const double binomial[TERMS][TERMS] = {
    {1}, {1, 1}, {1, 2, 1}, {1, 3, 3, 1}, {1, 4, 6, 4, 1}};

struct cell { /* one take-off and set of exponents */
    double log_weight, rss;
    size_t terms; /* 0: not solved */
    double coefficient[POWERS];
    double root[POWERS][POWERS]; /* lower Cholesky factor of the covariance */
};

/* Of the whitened powers 0 to 4 of a time, over some rows. */
struct sums {
    double powers[TERMS][TERMS], target[TERMS], base[TERMS][2];
};

struct hinge {
    const struct rv_wave *wave;
    size_t from, count; /* window; whitened rows begin at `order` */
    double span;        /* ms that scale the powers */
    double *base[2];    /* orthonormal whitened baseline columns */
    size_t base_count;
    double *target; /* whitened, baseline projected out */
    double yy;
    struct sums *rows_from;
    double *plain;
    double first_ms;
    size_t grid_count;
    struct cell *cells;
};

static double next_uniform(uint64_t *state) /* splitmix64 (Steele, Lea, Flood 2014) */
{
    *state += 0x9E3779B97F4A7C15u;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return ((double)(z >> 11) + 0.5) / 9007199254740992.0;
}

static double next_normal(uint64_t *state)
{
    const double radius = sqrt(-2.0 * log(next_uniform(state)));
    return radius * cos(6.283185307179586 * next_uniform(state));
}

static void project_out(const struct hinge *hinge, double *x)
{
    for (size_t k = 0; k < hinge->base_count; k++) {
        const double share = rv_dot(x, hinge->base[k], hinge->count);
        for (size_t i = 0; i < hinge->count; i++) {
            x[i] -= share * hinge->base[k][i];
        }
    }
}

/* Where the trace last rises through a fraction of the amplitude before the peak. */
static double rise_ms(const struct rv_wave *wave, double fraction)
{
    const double level = fraction * wave->amplitude;
    size_t i = rv_wave_at(wave, wave->peak_ms);
    while (i > wave->blank + 1 && wave->smooth[i] > level) {
        i--;
    }
    const double up = wave->smooth[i + 1] - wave->smooth[i];
    const double f = up > 0.0 ? (level - wave->smooth[i]) / up : 0.0;
    return rv_wave_ms(wave, (double)i + fmin(fmax(f, 0.0), 1.0));
}

static bool set_up(struct hinge *hinge, double fraction)
{
    const struct rv_wave *wave = hinge->wave;
    const struct rv_compound_rules *rules = wave->rules;
    const double low_ms = rise_ms(wave, 0.10);
    const size_t end = rv_wave_at(wave, rise_ms(wave, fraction)) + 1;
    hinge->from = rv_wave_at(wave, low_ms - rules->back_ms);
    hinge->from = hinge->from > wave->blank ? hinge->from : wave->blank;
    if (end < hinge->from + wave->noise.order + 8) {
        return false;
    }
    hinge->count = end - hinge->from + 1;
    const double edge = rv_wave_ms(wave, (double)(hinge->from + wave->noise.order + 3));
    const double last = fmin(low_ms + 0.15 * wave->rise_ms, rv_wave_ms(wave, (double)end - 2.0));
    hinge->first_ms = edge;
    if (!(last > edge)) {
        return false;
    }
    hinge->grid_count = (size_t)((last - edge) / GRID_MS) + 1;
    if (hinge->grid_count > GRID_MOST) {
        hinge->first_ms = last - GRID_MS * (GRID_MOST - 1);
        hinge->grid_count = GRID_MOST;
    }
    hinge->span = fmax(rv_wave_ms(wave, (double)end) - low_ms, 1e-3) + 0.5 * wave->rise_ms;
    return true;
}

static bool make_columns(struct hinge *hinge)
{
    const struct rv_wave *wave = hinge->wave;
    const size_t n = hinge->count;
    double **all[] = {&hinge->base[0], &hinge->base[1], &hinge->target, &hinge->plain};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        *all[i] = rv_arena_alloc(wave->scratch, n, sizeof(double));
        if (*all[i] == NULL) {
            return false;
        }
    }
    hinge->cells = rv_arena_alloc(wave->scratch, hinge->grid_count * MODELS, sizeof *hinge->cells);
    hinge->rows_from = rv_arena_alloc(wave->scratch, n + 1, sizeof *hinge->rows_from);
    if (hinge->cells == NULL || hinge->rows_from == NULL) {
        return false;
    }
    const size_t wanted = wave->rules->slope ? 2 : 1;
    for (size_t k = 0; k < wanted; k++) {
        for (size_t i = 0; i < n; i++) {
            hinge->plain[i] = k == 0 ? 1.0 : 2.0 * (double)i / (double)(n - 1) - 1.0;
        }
        rv_noise_whiten(&wave->noise, hinge->plain, n, hinge->base[k]);
        project_out(hinge, hinge->base[k]);
        const double norm = sqrt(rv_dot(hinge->base[k], hinge->base[k], n));
        for (size_t i = 0; i < n; i++) {
            hinge->base[k][i] /= norm;
        }
        hinge->base_count = k + 1;
    }
    rv_noise_whiten(&wave->noise, wave->y + hinge->from, n, hinge->target);
    project_out(hinge, hinge->target);
    hinge->yy = rv_dot(hinge->target, hinge->target, n);
    return true;
}

/* Lower Cholesky factor of the chosen rows and columns; false: they say the same. */
static bool factorise(double gram[POWERS][POWERS], const size_t use[POWERS], size_t k,
                      double l[POWERS][POWERS])
{
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j <= i; j++) {
            double sum = gram[use[i]][use[j]];
            for (size_t m = 0; m < j; m++) {
                sum -= l[i][m] * l[j][m];
            }
            if (i != j) {
                l[i][j] = sum / l[j][j];
            } else if (sum > 1e-10 * gram[use[i]][use[i]]) {
                l[i][i] = sqrt(sum);
            } else {
                return false;
            }
        }
    }
    return true;
}

/* Solves one set of exponents from the shared Gram matrix; keeps the covariance's root. */
static void solve_model(const struct hinge *hinge, unsigned model, double gram[POWERS][POWERS],
                        const double right[POWERS], struct cell *cell)
{
    size_t use[POWERS], k = 0;
    for (size_t m = 0; m < POWERS; m++) {
        if (model >> m & 1u) {
            use[k++] = m;
        }
    }
    double l[POWERS][POWERS] = {{0}};
    if (!factorise(gram, use, k, l)) {
        return;
    }
    double inverse[POWERS][POWERS] = {{0}}; /* of l */
    for (size_t i = 0; i < k; i++) {
        inverse[i][i] = 1.0 / l[i][i];
        for (size_t j = 0; j < i; j++) {
            double sum = 0.0;
            for (size_t m = j; m < i; m++) {
                sum -= l[i][m] * inverse[m][j];
            }
            inverse[i][j] = sum / l[i][i];
        }
    }
    /* coefficient = L^-T (L^-1 right); root of the covariance: L^-T */
    cell->rss = hinge->yy;
    for (size_t i = 0; i < k; i++) {
        double z = 0.0;
        for (size_t j = 0; j <= i; j++) {
            z += inverse[i][j] * right[use[j]];
        }
        cell->rss -= z * z;
        for (size_t j = 0; j <= i; j++) {
            cell->coefficient[use[j]] += inverse[i][j] * z;
            cell->root[use[j]][i] = inverse[i][j];
        }
    }
    cell->rss = fmax(cell->rss, 0.0);
    cell->terms = k;
}

/* sum_k c[k] (u - k d)^q = sum_j binomial(q, j) (-d)^j (sum_k c[k] k^j) u^(q-j), d a sample. */
static void whiten_powers(const struct hinge *hinge, double white[TERMS][TERMS])
{
    const struct rv_noise *noise = &hinge->wave->noise;
    const double step = 1000.0 / hinge->wave->rate_hz / hinge->span;
    double moment[TERMS] = {1.0};
    for (size_t k = 1; k <= noise->order; k++) {
        double power = noise->coefficient[k - 1];
        for (size_t j = 0; j < TERMS; j++) {
            moment[j] += power;
            power *= (double)k;
        }
    }
    for (size_t q = 0; q < TERMS; q++) {
        double factor = 1.0 / noise->innovation_sd;
        for (size_t j = 0; j <= q; j++) {
            white[q][j] = binomial[q][j] * factor * moment[j];
            factor *= -step;
        }
    }
}

/* Sums from each row to the last, which time is counted from here: the powers of the time since a
 * take-off are sums of these powers with positive factors, so nothing cancels. */
static void sum_rows(struct hinge *hinge)
{
    double white[TERMS][TERMS];
    whiten_powers(hinge, white);
    const double step = 1000.0 / hinge->wave->rate_hz / hinge->span;
    struct sums sums = {0};
    hinge->rows_from[hinge->count] = sums;
    for (size_t i = hinge->count; i-- > hinge->wave->noise.order;) {
        const double u = -(double)(hinge->count - 1 - i) * step;
        double p[TERMS] = {0};
        for (size_t q = 0; q < TERMS; q++) {
            for (size_t j = 0; j <= q; j++) {
                p[q] = p[q] * u + white[q][j];
            }
            for (size_t j = 0; j <= q; j++) {
                sums.powers[q][j] += p[q] * p[j];
            }
            sums.target[q] += p[q] * hinge->target[i];
            for (size_t k = 0; k < hinge->base_count; k++) {
                sums.base[q][k] += p[q] * hinge->base[k][i];
            }
        }
        hinge->rows_from[i] = sums;
    }
}

/* Products of the three powers with each other, the target and the baseline. */
struct products {
    double gram[POWERS][POWERS], right[POWERS], share[POWERS][2];
};

/* Rows in which the filter still sees the trace before the take-off: tap by tap. */
static void add_first_rows(const struct hinge *hinge, double begin, size_t first, size_t skip,
                           size_t whole, struct products *products)
{
    const struct rv_noise *noise = &hinge->wave->noise;
    const double step = 1000.0 / hinge->wave->rate_hz / hinge->span;
    for (size_t i = skip; i < whole; i++) {
        double x[POWERS] = {0};
        for (size_t k = 0; k <= i - first; k++) {
            const double u = begin + (double)(i - k - first) * step;
            const double square = (k == 0 ? 1.0 : noise->coefficient[k - 1]) * u * u;
            x[0] += square;
            x[1] += square * u;
            x[2] += square * u * u;
        }
        for (size_t m = 0; m < POWERS; m++) {
            x[m] /= noise->innovation_sd;
            for (size_t j = 0; j <= m; j++) {
                products->gram[m][j] += x[m] * x[j];
            }
            products->right[m] += x[m] * hinge->target[i];
            for (size_t k = 0; k < hinge->base_count; k++) {
                products->share[m][k] += x[m] * hinge->base[k][i];
            }
        }
    }
}

/* All rows from `whole` on: powers of u - u0 by the binomial theorem. */
static void add_whole_rows(const struct hinge *hinge, double u0, size_t whole,
                           struct products *products)
{
    const struct sums *sums = &hinge->rows_from[whole];
    double factor[POWERS][TERMS] = {{0}}, seen[POWERS][TERMS] = {{0}};
    for (size_t m = 0; m < POWERS; m++) {
        double power = 1.0;
        for (size_t j = m + 3; j-- > 0;) {
            factor[m][j] = binomial[m + 2][j] * power;
            power *= -u0;
        }
        for (size_t j = 0; j < TERMS; j++) {
            for (size_t q = 0; q <= m + 2; q++) {
                seen[m][j] += factor[m][q] * (q > j ? sums->powers[q][j] : sums->powers[j][q]);
            }
        }
    }
    for (size_t m = 0; m < POWERS; m++) {
        for (size_t j = 0; j <= m + 2; j++) {
            products->right[m] += factor[m][j] * sums->target[j];
            for (size_t k = 0; k < hinge->base_count; k++) {
                products->share[m][k] += factor[m][j] * sums->base[j][k];
            }
            for (size_t n = 0; n <= m; n++) {
                products->gram[m][n] += factor[m][j] * seen[n][j];
            }
        }
    }
}

static void solve_take_off(struct hinge *hinge, size_t index)
{
    const struct rv_wave *wave = hinge->wave;
    const double t0 = hinge->first_ms + GRID_MS * (double)index;
    const double start = rv_wave_index(wave, t0) - (double)hinge->from;
    const size_t first = (size_t)ceil(start), order = wave->noise.order;
    const size_t skip = first < order ? order : first;
    const size_t whole = first + order < hinge->count ? first + order : hinge->count;
    const double begin = (rv_wave_ms(wave, (double)(hinge->from + first)) - t0) / hinge->span;
    const double end_ms = rv_wave_ms(wave, (double)(hinge->from + hinge->count - 1));
    struct products products = {{{0}}, {0}, {{0}}};
    add_first_rows(hinge, begin, first, skip, whole, &products);
    add_whole_rows(hinge, (t0 - end_ms) / hinge->span, whole, &products);
    for (size_t m = 0; m < POWERS; m++) {
        for (size_t j = 0; j <= m; j++) {
            for (size_t k = 0; k < hinge->base_count; k++) {
                products.gram[m][j] -= products.share[m][k] * products.share[j][k];
            }
            products.gram[j][m] = products.gram[m][j];
        }
    }
    for (size_t m = 0; m < MODELS; m++) {
        struct cell *cell = &hinge->cells[index * MODELS + m];
        memset(cell, 0, sizeof *cell);
        solve_model(hinge, models[m], products.gram, products.right, cell);
    }
}

/* The weights of the cells that could be solved. */
static void weigh_cells(struct hinge *hinge)
{
    const double n = (double)(hinge->count - hinge->wave->noise.order - hinge->base_count);
    const double freedom = hinge->wave->noise.freedom;
    for (size_t i = 0; i < hinge->grid_count * MODELS; i++) {
        struct cell *cell = &hinge->cells[i];
        cell->log_weight = cell->terms == 0 ? (double)-INFINITY
                                            : -0.5 * (n + freedom) * log(freedom + cell->rss) -
                                                  0.5 * (double)cell->terms * log(n);
    }
}

/* Newton's method, kept between two places by halving. */
static double crossing(const double a[POWERS], double level, double low, double high)
{
    double x = high;
    for (int k = 0; k < 60 && high - low > 1e-14; k++) {
        const double off = x * x * (a[0] + x * (a[1] + x * a[2])) - level;
        const double slope = x * (2.0 * a[0] + x * (3.0 * a[1] + x * 4.0 * a[2]));
        if (off < 0.0) {
            low = x;
        } else {
            high = x;
        }
        const double next = x - off / slope;
        if (fabs(next - x) < 1e-15) {
            break;
        }
        x = next > low && next < high ? next : 0.5 * (low + high);
    }
    return x;
}

/* Time after t0 at which the curve first reaches `level`; NaN: never inside the window. */
static double reach(const double a[POWERS], double span, double level, double most)
{
    enum { STEPS = 64 };
    double before = 0.0;
    for (int i = 1; i <= STEPS; i++) {
        const double x = most * i / STEPS / span;
        const double value = x * x * (a[0] + x * (a[1] + x * a[2]));
        if (value >= level) {
            return crossing(a, level, before, x) * span;
        }
        before = x;
    }
    return (double)NAN;
}

static void draw(const struct hinge *hinge, struct rv_draws *draws)
{
    const struct rv_wave *wave = hinge->wave;
    const size_t cells = hinge->grid_count * MODELS;
    double top = -INFINITY, total = 0.0, sum = 0.0;
    for (size_t i = 0; i < cells; i++) {
        top = fmax(top, hinge->cells[i].log_weight);
    }
    for (size_t i = 0; i < cells && isfinite(top); i++) {
        total += exp(hinge->cells[i].log_weight - top);
    }
    uint64_t state = 1;
    size_t i = 0;
    const double n = (double)hinge->count, freedom = wave->noise.freedom;
    const double end_ms = rv_wave_ms(wave, (double)(hinge->from + hinge->count - 1));
    for (size_t d = 0; d < RV_DRAW_COUNT && isfinite(top); d++) {
        const double wanted = ((double)d + 0.5) / RV_DRAW_COUNT * total;
        while (i + 1 < cells && sum + exp(hinge->cells[i].log_weight - top) < wanted) {
            sum += exp(hinge->cells[i].log_weight - top);
            i++;
        }
        const struct cell *cell = &hinge->cells[i];
        const double scale = sqrt((freedom + cell->rss) / (freedom + n));
        double normal[POWERS], a[POWERS];
        for (size_t m = 0; m < POWERS; m++) {
            normal[m] = next_normal(&state);
        }
        const double jitter = next_uniform(&state) - 0.5;
        for (size_t m = 0; m < POWERS; m++) {
            a[m] = cell->coefficient[m];
            for (size_t j = 0; j < POWERS; j++) {
                a[m] += scale * cell->root[m][j] * normal[j];
            }
        }
        const double t0 = hinge->first_ms + GRID_MS * ((double)(i / MODELS) + jitter);
        const double x = reach(a, hinge->span, 0.01 * wave->amplitude, end_ms - t0);
        if (!isnan(x)) {
            draws->ms[draws->count++] = t0 + x;
        }
    }
}

/* The best fit's excess over noise, in SDs of chi-squared. */
static double misfit(const struct hinge *hinge)
{
    double least = (double)INFINITY;
    for (size_t i = 0; i < hinge->grid_count * MODELS; i++) {
        if (hinge->cells[i].terms > 0) {
            least = fmin(least, hinge->cells[i].rss);
        }
    }
    const double n = (double)(hinge->count - hinge->wave->noise.order - hinge->base_count);
    return (least - n) / sqrt(2.0 * n + 2.0 * n * n / hinge->wave->noise.freedom);
}

/* Misfit of the whole grid, or of some of it where that is beyond `enough`: take-offs that lie near
 * each other fit alike. */
static double solve_grid(struct hinge *hinge, double enough)
{
    for (size_t i = 0; i < hinge->grid_count; i += COARSE) {
        solve_take_off(hinge, i);
    }
    const double coarse = misfit(hinge);
    if (coarse > enough) {
        return coarse;
    }
    for (size_t i = 0; i < hinge->grid_count; i++) {
        if (i % COARSE != 0) {
            solve_take_off(hinge, i);
        }
    }
    return misfit(hinge);
}

bool rv_hinge_draw(const struct rv_wave *wave, double snr_db, struct rv_draws *draws)
{
    const struct rv_compound_rules *rules = wave->rules;
    double fraction = 0.65 * exp(-rules->fraction_rate * (snr_db - rules->fraction_db));
    fraction = fmin(fmax(fraction, 0.10), 0.65);
    draws->count = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct hinge hinge = {.wave = wave};
        if (!set_up(&hinge, fraction)) {
            return true; /* no room for a foot: the anchor stands alone */
        }
        if (!make_columns(&hinge)) {
            return false;
        }
        sum_rows(&hinge);
        /* A rise in steps is no power of time: see less of it. */
        if (solve_grid(&hinge, round == ROUNDS - 1 ? (double)INFINITY : SURE_MISFIT) < MISFIT ||
            round == ROUNDS - 1) {
            weigh_cells(&hinge);
            draw(&hinge, draws);
            return true;
        }
        fraction *= 0.6;
    }
    return true;
}
