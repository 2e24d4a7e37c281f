/* SPDX-License-Identifier: GPL-3.0-or-later
 * Least squares of a sine and its harmonics through the quiet stretches.
 * Formulas: docs/methods/filter.md, "Mains".
 */
#include "condition/sine_fit.h"

#include "base/dot.h"
#include "base/error.h"
#include "condition/turns.h"

#include <math.h>
#include <string.h>

enum { P = RV_SINE_PARAMETERS, FREQUENCY = 0, DRIFT = 1, WAVES = 2, VALUE = P, COLUMNS = P + 1 };
enum { LAGS_MAX = 30, NEWTON_ROUNDS = 3, WEIGHT_ROUNDS = 3 };

/* A cell louder than this many medians is weighed down (Huber). */
static const double LOUD_CELL = 1.5;
/* A point further out than this many robust SDs is weighed down (Huber, k = 3). */
static const double LOUD_POINT = 3.0;
/* 1 / the 0.75 quantile of the normal distribution: median of |x| to SD. */
static const double MAD_TO_SD = 1.4826;

static double point_time(const struct rv_quiet *quiet, const struct rv_quiet_cell *cell, size_t i)
{
    return cell->start_s + (double)i / quiet->rate_hz;
}

/* --- fit ------------------------------------------------------------------------------------ */

struct work {
    const struct rv_quiet *quiet;
    const struct rv_sine_fit *fit;
    bool used[P];
    double columns[COLUMNS][RV_QUIET_CELL_MAX]; /* of one cell; VALUE: the data */
    double normal[COLUMNS][COLUMNS];            /* sums over all cells */
    double inverse[P][P];
    double solution[P];
};

static void choose_columns(struct work *work)
{
    memset(work->used, 0, sizeof work->used);
    work->used[FREQUENCY] = true;
    work->used[DRIFT] = work->fit->with_drift;
    for (size_t k = 0; k < RV_MAINS_HARMONICS; k++)
        work->used[WAVES + 2 * k] = work->used[WAVES + 2 * k + 1] = work->fit->harmonic[k];
}

/* Waves and their derivatives by frequency and drift at each point of a cell. */
static void fill_columns(struct work *work, const struct rv_quiet_cell *cell)
{
    const struct rv_sine_fit *fit = work->fit;
    const struct rv_quiet *quiet = work->quiet;
    double gain[RV_MAINS_HARMONICS];
    for (size_t k = 0; k < RV_MAINS_HARMONICS; k++)
        gain[k] = rv_quiet_gain(quiet, (double)(k + 1) * fit->frequency_hz);
    const struct rv_turns turns = {fit->frequency_hz, fit->drift_hz_s, 0.0, cell->start_s,
                                   1.0 / quiet->rate_hz};
    double cosine[RV_QUIET_CELL_MAX], sine[RV_QUIET_CELL_MAX];
    rv_turns_fill(&turns, cell->count, cosine, sine);
    for (size_t i = 0; i < cell->count; i++) {
        const double t = point_time(quiet, cell, i), c1 = cosine[i], s1 = sine[i];
        double c = 1.0, s = 0.0, slope = 0.0;
        for (size_t k = 0; k < RV_MAINS_HARMONICS; k++) {
            const double next = c * c1 - s * s1; /* one turn of the fundamental further */
            s = c * s1 + s * c1;
            c = next;
            if (!fit->harmonic[k])
                continue;
            work->columns[WAVES + 2 * k][i] = gain[k] * c;
            work->columns[WAVES + 2 * k + 1][i] = gain[k] * s;
            slope += (double)(k + 1) * gain[k] * (fit->sine[k] * c - fit->cosine[k] * s);
        }
        work->columns[FREQUENCY][i] = 2.0 * M_PI * t * slope;
        work->columns[DRIFT][i] = M_PI * t * t * slope;
        work->columns[VALUE][i] = quiet->values[cell->first + i];
    }
}

static void add_cell_sums(struct work *work, const struct rv_quiet_cell *cell)
{
    const double *weights = work->quiet->weights + cell->first;
    double weighted[RV_QUIET_CELL_MAX];
    fill_columns(work, cell);
    for (size_t a = 0; a < COLUMNS; a++) {
        if (a != VALUE && !work->used[a])
            continue;
        rv_quiet_detrend(cell, weights, work->columns[a]);
        for (size_t i = 0; i < cell->count; i++)
            weighted[i] = weights[i] * work->columns[a][i];
        for (size_t b = 0; b <= a; b++)
            if (b == VALUE || work->used[b])
                work->normal[a][b] += rv_dot(weighted, work->columns[b], cell->count);
    }
}

static void scale_rows_and_columns(double matrix[P][P], size_t n, const double *scale)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            matrix[i][j] *= scale[i] * scale[j];
}

/* One step of Gauss-Jordan elimination in place; false: the pivot is too small. */
static bool eliminate(double matrix[P][P], size_t n, size_t k)
{
    const double pivot = matrix[k][k];
    if (!(pivot > 1e-10))
        return false;
    matrix[k][k] = 1.0;
    for (size_t j = 0; j < n; j++)
        matrix[k][j] /= pivot;
    for (size_t i = 0; i < n; i++) {
        if (i == k)
            continue;
        const double factor = matrix[i][k];
        matrix[i][k] = 0.0;
        for (size_t j = 0; j < n; j++)
            matrix[i][j] -= factor * matrix[k][j];
    }
    return true;
}

/* Inverse of a symmetric positive matrix of n rows; false: (nearly) singular. It is scaled to a
 * unit diagonal first, so that the pivots can be judged. */
static bool invert(double matrix[P][P], size_t n)
{
    double scale[P] = {0.0};
    for (size_t i = 0; i < n; i++) {
        if (!(matrix[i][i] > 0.0))
            return false;
        scale[i] = 1.0 / sqrt(matrix[i][i]);
    }
    scale_rows_and_columns(matrix, n, scale);
    for (size_t k = 0; k < n; k++)
        if (!eliminate(matrix, n, k))
            return false;
    scale_rows_and_columns(matrix, n, scale);
    return true;
}

/* Solves for the used parameters; derivatives that are all zero (no wave yet) are left out. */
static bool solve(struct work *work)
{
    size_t index[P], n = 0;
    for (size_t a = 0; a < P; a++)
        if (work->used[a] && (a >= WAVES || work->normal[a][a] > 0.0))
            index[n++] = a;
    double matrix[P][P];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            matrix[i][j] = matrix[j][i] = work->normal[index[i]][index[j]];
    memset(work->inverse, 0, sizeof work->inverse);
    memset(work->solution, 0, sizeof work->solution);
    if (!invert(matrix, n))
        return false;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            work->inverse[index[i]][index[j]] = matrix[i][j];
            work->solution[index[i]] += matrix[i][j] * work->normal[VALUE][index[j]];
        }
    return true;
}

static bool newton_round(struct work *work, struct rv_sine_fit *fit)
{
    choose_columns(work);
    memset(work->normal, 0, sizeof work->normal);
    for (size_t c = 0; c < work->quiet->cell_count; c++)
        add_cell_sums(work, &work->quiet->cells[c]);
    for (size_t k = 0; k < RV_MAINS_HARMONICS; k++) {
        const double sd = fit->expected_sd[k];
        const double weight = sd > 0.0 ? fit->noise_variance * fit->inflation / (sd * sd) : 0.0;
        work->normal[WAVES + 2 * k][WAVES + 2 * k] += weight;
        work->normal[WAVES + 2 * k + 1][WAVES + 2 * k + 1] += weight;
    }
    if (!solve(work))
        return false;
    /* Within its line the frequency moves by less than 1 / span in one step. */
    const double step_max_hz = 0.5 / fmax(work->quiet->span_s, 0.1);
    const double step_hz = work->solution[FREQUENCY];
    fit->frequency_hz += fmax(-step_max_hz, fmin(step_max_hz, step_hz));
    fit->drift_hz_s += work->solution[DRIFT];
    for (size_t k = 0; k < RV_MAINS_HARMONICS; k++) {
        fit->cosine[k] = work->solution[WAVES + 2 * k];
        fit->sine[k] = work->solution[WAVES + 2 * k + 1];
    }
    return true;
}

/* Residuals of a cell into columns[VALUE], its level taken out. */
static void cell_residuals(struct work *work, const struct rv_quiet_cell *cell)
{
    fill_columns(work, cell);
    double *residuals = work->columns[VALUE];
    for (size_t k = 0; k < RV_MAINS_HARMONICS; k++)
        if (work->fit->harmonic[k])
            for (size_t i = 0; i < cell->count; i++)
                residuals[i] -= work->fit->cosine[k] * work->columns[WAVES + 2 * k][i] +
                                work->fit->sine[k] * work->columns[WAVES + 2 * k + 1][i];
    rv_quiet_detrend(cell, work->quiet->weights + cell->first, residuals);
}

/* New weights: cells by their loudness, points by their distance. */
static enum rv_status reweigh(struct work *work, struct rv_quiet *quiet, struct rv_error *err)
{
    double *loudness = rv_allocate(2 * quiet->cell_count, sizeof *loudness);
    if (loudness == NULL)
        return rv_fail_memory(err);
    double sorted[RV_QUIET_CELL_MAX];
    for (size_t c = 0; c < quiet->cell_count; c++) {
        const struct rv_quiet_cell *cell = &quiet->cells[c];
        cell_residuals(work, cell);
        for (size_t i = 0; i < cell->count; i++)
            sorted[i] = fabs(work->columns[VALUE][i]);
        loudness[c] = MAD_TO_SD * rv_quiet_median(sorted, cell->count);
    }
    memcpy(loudness + quiet->cell_count, loudness, quiet->cell_count * sizeof *loudness);
    const double usual = rv_quiet_median(loudness + quiet->cell_count, quiet->cell_count);
    for (size_t c = 0; c < quiet->cell_count; c++) {
        const struct rv_quiet_cell *cell = &quiet->cells[c];
        const double noise = fmax(loudness[c], usual);
        const double loud = noise > LOUD_CELL * usual ? LOUD_CELL * usual / noise : 1.0;
        cell_residuals(work, cell);
        for (size_t i = 0; i < cell->count; i++) {
            const double distance = fabs(work->columns[VALUE][i]);
            const double far = distance > LOUD_POINT * noise ? LOUD_POINT * noise / distance : 1.0;
            quiet->weights[cell->first + i] = loud * loud * far;
        }
    }
    rv_release(loudness);
    return RV_OK;
}

/* --- noise ---------------------------------------------------------------------------------- */

struct noise_sums {
    double squares, weight, baselines;
    double products[LAGS_MAX + 1], pairs[LAGS_MAX + 1];
    double wave_excess, wave_points; /* residual waves of single cells */
    size_t wave_cells;
};

static void add_products(const struct work *work, const struct rv_quiet_cell *cell,
                         struct noise_sums *sums)
{
    const double *residuals = work->columns[VALUE];
    const double *weights = work->quiet->weights + cell->first;
    double root[RV_QUIET_CELL_MAX], weighted[RV_QUIET_CELL_MAX];
    for (size_t i = 0; i < cell->count; i++) {
        sums->squares += weights[i] * residuals[i] * residuals[i];
        sums->weight += weights[i];
        root[i] = sqrt(weights[i]);
        weighted[i] = root[i] * residuals[i];
    }
    for (size_t lag = 0; lag <= LAGS_MAX && lag < cell->count; lag++) {
        sums->products[lag] += rv_dot(weighted, weighted + lag, cell->count - lag);
        sums->pairs[lag] += rv_dot(root, root + lag, cell->count - lag);
    }
    sums->baselines += cell->sloped ? 2.0 : 1.0;
}

/* Energy of a wave of the fundamental through the residuals of one long cell. */
static void add_wave(const struct work *work, const struct rv_quiet_cell *cell,
                     struct noise_sums *sums)
{
    if ((double)cell->count * work->fit->frequency_hz < 2.0 * work->quiet->rate_hz)
        return;
    struct rv_quiet one = *work->quiet;
    one.values = (double *)(const void *)work->columns[VALUE];
    one.weights = work->quiet->weights + cell->first;
    struct rv_quiet_cell alone = *cell;
    alone.first = 0;
    sums->wave_excess += rv_sine_cell_energy(&one, &alone, work->fit->frequency_hz);
    for (size_t i = 0; i < cell->count; i++)
        sums->wave_points += one.weights[i];
    sums->wave_cells++;
}

/* Variance of a mean wave in noise with these autocorrelations, against white noise: the noise's
 * spectrum at the frequency (Bartlett window). At least 1. */
static double inflation(const struct noise_sums *sums, double turns_per_point)
{
    double sum = 1.0;
    for (size_t lag = 1; lag <= LAGS_MAX; lag++) {
        if (!(sums->pairs[lag] > 0.2 * sums->pairs[0]) || !(sums->products[0] > 0.0))
            break;
        const double correlation =
            sums->products[lag] / sums->pairs[lag] / (sums->products[0] / sums->pairs[0]);
        const double taper = 1.0 - (double)lag / (LAGS_MAX + 1);
        sum += 2.0 * taper * correlation * cos(2.0 * M_PI * turns_per_point * (double)lag);
    }
    return fmax(1.0, sum);
}

static bool finish_fit(struct work *work, struct rv_sine_fit *fit)
{
    struct noise_sums sums = {.squares = 0.0};
    for (size_t c = 0; c < work->quiet->cell_count; c++) {
        const struct rv_quiet_cell *cell = &work->quiet->cells[c];
        cell_residuals(work, cell);
        add_products(work, cell, &sums);
        add_wave(work, cell, &sums);
    }
    double parameters = 0.0, factor[P];
    for (size_t a = 0; a < P; a++) {
        const double order = a < WAVES ? 1.0 : (double)((a - WAVES) / 2 + 1);
        parameters += work->used[a] ? 1.0 : 0.0;
        factor[a] = sqrt(inflation(&sums, order * fit->frequency_hz / work->quiet->rate_hz));
    }
    const double freedom = sums.weight - sums.baselines - parameters;
    if (freedom < 8.0 || !(sums.squares > 0.0))
        return false;
    fit->noise_variance = sums.squares / freedom;
    fit->inflation = factor[FREQUENCY] * factor[FREQUENCY];
    fit->freedom = fmax(1.0, freedom / fit->inflation);
    for (size_t a = 0; a < P; a++)
        for (size_t b = 0; b < P; b++)
            fit->covariance[a][b] =
                fit->noise_variance * factor[a] * factor[b] * work->inverse[a][b];
    /* Noise alone leaves 2 variances in each cell, give or take 2 / sqrt(cells). */
    const double expected = 2.0 * fit->noise_variance * fit->inflation * (double)sums.wave_cells;
    const double excess = sums.wave_excess - expected;
    const double chance = 3.0 * expected / sqrt(fmax(1.0, (double)sums.wave_cells));
    fit->leftover = sums.wave_cells > 1 && excess > chance ? excess / sums.wave_points : 0.0;
    return true;
}

enum rv_status rv_sine_refine(struct rv_quiet *quiet, struct rv_sine_fit *fit, bool weigh,
                              bool *fitted, struct rv_error *err)
{
    *fitted = false;
    struct work *work = rv_allocate(1, sizeof *work);
    if (work == NULL)
        return rv_fail_memory(err);
    work->quiet = quiet;
    work->fit = fit;
    enum rv_status status = RV_OK;
    bool solved = true;
    const int rounds = weigh ? WEIGHT_ROUNDS : 1;
    for (int round = 0; round < rounds && status == RV_OK && solved; round++) {
        /* Quadratic convergence: a round after new weights needs fewer steps. */
        for (int step = round; step < NEWTON_ROUNDS && solved; step++)
            solved = newton_round(work, fit);
        if (solved && round + 1 < rounds)
            status = reweigh(work, quiet, err);
    }
    if (status == RV_OK && solved)
        *fitted = finish_fit(work, fit);
    rv_release(work);
    return status;
}

/* --- what the fit says ---------------------------------------------------------------------- */

double rv_sine_wald(const struct rv_sine_fit *fit, size_t harmonic)
{
    const size_t k = harmonic - 1, a = WAVES + 2 * k;
    const double c = fit->cosine[k], s = fit->sine[k];
    const double cc = fit->covariance[a][a], cs = fit->covariance[a][a + 1];
    const double ss = fit->covariance[a + 1][a + 1];
    const double determinant = cc * ss - cs * cs;
    return determinant > 0.0 ? (ss * c * c - 2.0 * cs * c * s + cc * s * s) / determinant : 0.0;
}

double rv_sine_wave_variance(const struct rv_sine_fit *fit, size_t harmonic)
{
    const size_t a = WAVES + 2 * (harmonic - 1);
    return 0.5 * (fit->covariance[a][a] + fit->covariance[a + 1][a + 1]);
}

double rv_sine_value(const struct rv_sine_fit *fit, double time_s)
{
    const double turns = time_s * (fit->frequency_hz + 0.5 * fit->drift_hz_s * time_s);
    double sum = 0.0;
    for (size_t k = 0; k < RV_MAINS_HARMONICS; k++)
        if (fit->harmonic[k]) {
            const double phase = 2.0 * M_PI * (double)(k + 1) * turns;
            sum += fit->cosine[k] * cos(phase) + fit->sine[k] * sin(phase);
        }
    return sum;
}

double rv_sine_variance(const struct rv_sine_fit *fit, double time_s)
{
    double slope[P] = {0.0}, c = 1.0, s = 0.0;
    const double turns = time_s * (fit->frequency_hz + 0.5 * fit->drift_hz_s * time_s);
    const double c1 = cos(2.0 * M_PI * turns), s1 = sin(2.0 * M_PI * turns);
    for (size_t k = 0; k < RV_MAINS_HARMONICS; k++) {
        const double order = (double)(k + 1), next = c * c1 - s * s1;
        s = c * s1 + s * c1;
        c = next;
        slope[WAVES + 2 * k] = c;
        slope[WAVES + 2 * k + 1] = s;
        slope[FREQUENCY] += 2.0 * M_PI * order * time_s * (fit->sine[k] * c - fit->cosine[k] * s);
    }
    slope[DRIFT] = 0.5 * time_s * slope[FREQUENCY];
    double sum = 0.0;
    for (size_t a = 0; a < P; a++)
        for (size_t b = 0; b < P; b++)
            sum += slope[a] * fit->covariance[a][b] * slope[b];
    return sum;
}
