/* SPDX-License-Identifier: GPL-3.0-or-later
 * Is there a response? A generalised likelihood ratio: the energy that wave-like shapes (a
 * Gaussian and its slope, three widths, every place) explain in the whitened trace after level,
 * drift, mains and the artefact's tail have been projected out.
 */
#include "base/dot.h"
#include "mark/compound.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUISANCE = 10, SHAPES = 2 };
#define PI 3.14159265358979323846

/* Threshold of the score: below 1 in 1,000 for a whole window of noise. */
#define PRESENT_SCORE 27.0
/* A response that reaches the threshold in 95 of 100: one-sided normal quantile. */
#define DETECT_MARGIN 1.645
#define EXPLAINED_SHARE 0.10
#define QUIET_SHARE 0.25 /* of the places, the lower ones, hold noise only */
/* Beyond these it is a wave that spreads into every place. */
#define MOST_SCALE_KNOWN 1.2
#define MOST_SCALE_GUESSED 2.5

struct field {
    size_t offset, count; /* whitened samples: pre-stimulus part, then [blank, end) */
    size_t order;
    double *residual;
    double *energy;           /* of the residual before a sample */
    double *column[NUISANCE]; /* level, drift, mains, tail; 0 where whitening begins */
    double *basis[NUISANCE];  /* orthonormal */
    /* column = sum of share * basis; index of the basis made of a column, NUISANCE: none was */
    double share[NUISANCE][NUISANCE];
    size_t basis_of[NUISANCE];
    size_t basis_count, column_count;
};

static const double mains_hz[] = {50.0, 60.0};
static const double tail_ms[2][4] = {{0.35, 0.8, 1.8, 4.0}, {0.6, 1.4, 3.0, 7.0}};
enum { TAILS_FROM = 6 }; /* before: level, drift, two phases of two frequencies */

static double field_ms(const struct rv_wave *wave, const struct field *field, size_t i)
{
    return rv_wave_ms(wave, (double)(i < field->offset ? i : i - field->offset + wave->blank));
}

static double tau_of(const struct rv_wave *wave, size_t which)
{
    return tail_ms[wave->rules->slope ? 1 : 0][which - TAILS_FROM];
}

/* A wave by turns, or a decay by steps, from a true value every now and then. */
static void fill_part(const struct rv_wave *wave, size_t which, double start_ms, size_t count,
                      double *out, double *other)
{
    enum { ANCHOR = 32 };
    const double step_ms = 1000.0 / wave->rate_hz;
    const double omega = which < TAILS_FROM ? 2e-3 * PI * mains_hz[(which - 2) / 2] : 0.0;
    const double rate = which < TAILS_FROM ? 0.0 : 1.0 / tau_of(wave, which);
    const double shrink = exp(-rate * step_ms);
    const double c = shrink * cos(omega * step_ms), s = shrink * sin(omega * step_ms);
    double re = 0.0, im = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (i % ANCHOR == 0) {
            const double ms = start_ms + (double)i * step_ms;
            re = exp(-rate * ms) * cos(omega * ms);
            im = exp(-rate * ms) * sin(omega * ms);
        }
        out[i] = re;
        other[i] = im;
        const double next = re * c - im * s;
        im = re * s + im * c;
        re = next;
    }
}

/* Level, drift and the rest as they would be without noise's memory: whitening changes them within
 * what they span, but for the first samples of each part, which whitening leaves out. */
static bool fill_columns(const struct rv_wave *wave, struct field *field)
{
    const size_t offset = field->offset, post = field->count - offset;
    double *unused = rv_arena_alloc(wave->scratch, field->count, sizeof *unused);
    for (size_t k = 0; k < field->column_count; k++) {
        field->column[k] = rv_arena_alloc(wave->scratch, field->count, sizeof(double));
        if (field->column[k] == NULL || unused == NULL) {
            return false;
        }
    }
    const double start_ms = rv_wave_ms(wave, 0.0), blank_ms = field_ms(wave, field, offset);
    for (size_t i = 0; i < field->count; i++) {
        field->column[0][i] = 1.0;
        field->column[1][i] = 0.02 * field_ms(wave, field, i);
    }
    for (size_t k = 2; k < TAILS_FROM; k += 2) {
        fill_part(wave, k, start_ms, offset, field->column[k + 1], field->column[k]);
        fill_part(wave, k, blank_ms, post, field->column[k + 1] + offset,
                  field->column[k] + offset);
    }
    for (size_t k = TAILS_FROM; k < field->column_count && blank_ms > 0.0; k++) {
        fill_part(wave, k, blank_ms, post, field->column[k] + offset, unused);
    }
    const size_t left_out = field->order < post ? field->order : post;
    for (size_t k = 0; k < field->column_count; k++) {
        memset(field->column[k] + offset, 0, left_out * sizeof(double));
        if (offset > 0) {
            memset(field->column[k], 0, field->order * sizeof(double));
        }
    }
    return true;
}

/* Orthonormal to those before it, and out of the residual. */
static bool add_basis(const struct rv_wave *wave, struct field *field, size_t which)
{
    const size_t n = field->count;
    double *column = rv_arena_copy(wave->scratch, field->column[which], n, sizeof *column);
    if (column == NULL) {
        return false;
    }
    const double before = rv_dot(column, column, n);
    for (int twice = 0; twice < 2; twice++) {
        for (size_t j = 0; j < field->basis_count; j++) {
            const double share = rv_dot(column, field->basis[j], n);
            field->share[which][j] += share;
            for (size_t i = 0; i < n; i++) {
                column[i] -= share * field->basis[j][i];
            }
        }
    }
    const double norm = rv_dot(column, column, n);
    field->basis_of[which] = NUISANCE;
    if (!(norm > 1e-9 * before)) {
        return true;
    }
    const double scale = 1.0 / sqrt(norm);
    for (size_t i = 0; i < n; i++) {
        column[i] *= scale;
    }
    field->share[which][field->basis_count] = sqrt(norm);
    field->basis_of[which] = field->basis_count;
    field->basis[field->basis_count++] = column;
    const double share = rv_dot(field->residual, column, n);
    for (size_t i = 0; i < n; i++) {
        field->residual[i] -= share * column[i];
    }
    return true;
}

/* The trace, whitened part by part. */
static bool whiten_trace(const struct rv_wave *wave, struct field *field)
{
    double *plain = rv_arena_alloc(wave->scratch, field->count, sizeof *plain);
    field->residual = rv_arena_alloc(wave->scratch, field->count, sizeof *plain);
    if (plain == NULL || field->residual == NULL) {
        return false;
    }
    for (size_t i = 0; i < field->count; i++) {
        const size_t at = i < field->offset ? i : i - field->offset + wave->blank;
        plain[i] = wave->raw[at] - wave->raw[wave->blank];
    }
    rv_noise_whiten(&wave->noise, plain, field->offset, field->residual);
    rv_noise_whiten(&wave->noise, plain + field->offset, field->count - field->offset,
                    field->residual + field->offset);
    return true;
}

static bool build(const struct rv_wave *wave, struct field *field)
{
    const double beyond_ms = 3.0 * wave->rules->width_ms[RV_PRESENCE_WIDTHS - 1];
    const size_t end = rv_wave_at(wave, rv_wave_ms(wave, (double)wave->last) + beyond_ms) + 1;
    field->order = wave->noise.order;
    field->offset = wave->pre_count > 2 * field->order ? wave->pre_count : 0;
    field->count = field->offset + end - wave->blank;
    field->column_count = wave->artefact_seen ? NUISANCE : TAILS_FROM;
    field->energy = rv_arena_alloc(wave->scratch, field->count + 1, sizeof *field->energy);
    if (field->energy == NULL || !whiten_trace(wave, field) || !fill_columns(wave, field)) {
        return false;
    }
    for (size_t k = 0; k < field->column_count; k++) {
        if (!add_basis(wave, field, k)) {
            return false;
        }
    }
    for (size_t i = 0; i < field->count; i++) {
        field->energy[i + 1] = field->energy[i] + field->residual[i] * field->residual[i];
    }
    return true;
}

/* One shape, and how it sees level, drift, mains and tail from any place that is whole: the
 * product with a decay is that with the decay at the centre, and so on. */
struct shape {
    const double *x;
    double even[NUISANCE], odd[NUISANCE]; /* factors of a column and of its partner at the centre */
};

struct shapes {
    struct shape shape[SHAPES];
    size_t half, length;
    double aa, bb, ab;
};

struct match {
    double score, gain; /* gain: norm of the projected Gaussian of unit height */
    double local;       /* energy of the residual under the shape */
    size_t length;
};

/* Factors: products with the columns as they are about a centre at time 0. */
static bool see_columns(const struct rv_wave *wave, const struct field *field,
                        struct shapes *shapes)
{
    const size_t n = shapes->length;
    const double step_ms = 1000.0 / wave->rate_hz, start_ms = -(double)shapes->half * step_ms;
    double *even = rv_arena_alloc(wave->scratch, n, sizeof *even);
    double *odd = rv_arena_alloc(wave->scratch, n, sizeof *odd);
    if (even == NULL || odd == NULL) {
        return false;
    }
    for (size_t k = 0; k < field->column_count; k++) {
        if (k >= 2) {
            fill_part(wave, k, start_ms, n, even, odd);
        }
        for (size_t i = 0; i < n && k < 2; i++) {
            even[i] = 1.0;
            odd[i] = k == 0 ? 0.0 : 0.02 * (start_ms + (double)i * step_ms);
        }
        for (size_t s = 0; s < SHAPES; s++) {
            shapes->shape[s].even[k] = rv_dot(shapes->shape[s].x, even, n);
            shapes->shape[s].odd[k] = rv_dot(shapes->shape[s].x, odd, n);
        }
    }
    return true;
}

/* Whitened Gaussian and slope of it, centred, on 2 * half + 1 + order samples. */
static bool make_shapes(const struct rv_wave *wave, const struct field *field, double width_ms,
                        struct shapes *shapes)
{
    const double sd = width_ms * wave->rate_hz / 1000.0;
    const size_t half = (size_t)ceil(2.8 * sd), order = wave->noise.order;
    const size_t n = 2 * half + 1 + order;
    double *padded = rv_arena_alloc(wave->scratch, n + order, sizeof *padded);
    *shapes = (struct shapes){.half = half, .length = n};
    for (int s = 0; s < SHAPES; s++) {
        double *white = rv_arena_alloc(wave->scratch, n + order, sizeof *white);
        if (padded == NULL || white == NULL) {
            return false;
        }
        for (size_t i = 0; i < 2 * half + 1; i++) {
            const double u = ((double)i - (double)half) / sd;
            padded[order + i] = exp(-0.5 * u * u) * (s == 0 ? 1.0 : u);
        }
        rv_noise_whiten(&wave->noise, padded, n + order, white);
        shapes->shape[s].x = white + order;
    }
    const double *a = shapes->shape[0].x, *b = shapes->shape[1].x;
    shapes->aa = rv_dot(a, a, n);
    shapes->bb = rv_dot(b, b, n);
    shapes->ab = rv_dot(a, b, n);
    return see_columns(wave, field, shapes);
}

/* Product of a shape with column k, from a whole place. */
static double product(const struct field *field, const struct shape *shape, size_t k, size_t centre)
{
    double partner = 0.0;
    if (k == 1) { /* drift: from level to level */
        partner = field->column[0][centre];
    } else if (k >= 2 && k < TAILS_FROM) {
        /* sin (c + d) = sin c cos d + cos c sin d; cos (c + d) = cos c cos d - sin c sin d */
        partner = k % 2 == 0 ? field->column[k + 1][centre] : -field->column[k - 1][centre];
    }
    return shape->even[k] * field->column[k][centre] + shape->odd[k] * partner;
}

/* What the basis sees of two shapes, taken from the products of the shapes. */
static void project_whole(const struct field *field, const struct shapes *shapes, size_t centre,
                          double *aa, double *bb, double *ab)
{
    double seen[SHAPES][NUISANCE];
    for (size_t k = 0; k < field->column_count; k++) {
        const size_t basis = field->basis_of[k];
        for (size_t s = 0; s < SHAPES && basis < NUISANCE; s++) {
            double sum = product(field, &shapes->shape[s], k, centre);
            for (size_t j = 0; j < basis; j++) {
                sum -= field->share[k][j] * seen[s][j];
            }
            seen[s][basis] = sum / field->share[k][basis];
        }
    }
    for (size_t k = 0; k < field->basis_count; k++) {
        *aa -= seen[0][k] * seen[0][k];
        *bb -= seen[1][k] * seen[1][k];
        *ab -= seen[0][k] * seen[1][k];
    }
}

/* The same where the shape is cut by the beginning or the end. */
static void project_cut(const struct field *field, const double *a, const double *b, size_t from,
                        size_t n, double *aa, double *bb, double *ab)
{
    *aa = rv_dot(a, a, n);
    *bb = rv_dot(b, b, n);
    *ab = rv_dot(a, b, n);
    for (size_t k = 0; k < field->basis_count; k++) {
        const double qa = rv_dot(a, field->basis[k] + from, n);
        const double qb = rv_dot(b, field->basis[k] + from, n);
        *aa -= qa * qa;
        *bb -= qb * qb;
        *ab -= qa * qb;
    }
}

static struct match match_at(const struct field *field, const struct shapes *shapes, size_t centre)
{
    const size_t half = shapes->half, least = field->offset + field->order;
    const size_t from = centre > half + least ? centre - half : least;
    const size_t skip = from + half - centre;
    size_t n = shapes->length - skip;
    n = from + n <= field->count ? n : field->count - from;
    const double *a = shapes->shape[0].x + skip, *b = shapes->shape[1].x + skip;
    double aa = shapes->aa, bb = shapes->bb, ab = shapes->ab;
    if (n == shapes->length) {
        project_whole(field, shapes, centre, &aa, &bb, &ab);
    } else {
        project_cut(field, a, b, from, n, &aa, &bb, &ab);
    }
    const double ra = rv_dot(a, field->residual + from, n);
    const double rb = rv_dot(b, field->residual + from, n);
    const double det = aa * bb - ab * ab;
    struct match match = {0};
    if (det > 1e-6 * aa * bb && aa > 0.0) {
        match.score = (ra * ra * bb - 2.0 * ra * rb * ab + rb * rb * aa) / det;
        match.gain = sqrt(aa);
    }
    match.local = field->energy[from + n] - field->energy[from];
    match.length = n;
    return match;
}

/* The variance is known with `freedom` degrees only: the score of equal tail probability. */
static double settle(const struct rv_wave *wave, double score)
{
    const double freedom = wave->noise.freedom;
    return freedom * log1p(score / freedom);
}

/* One sample that stands alone. */
static bool is_spike(const struct rv_wave *wave, double at_ms)
{
    const size_t reach = (size_t)ceil(3.0 * wave->rate_hz / 1000.0);
    const size_t middle = rv_wave_at(wave, at_ms);
    const size_t from = middle > wave->blank + reach ? middle - reach : wave->blank + 1;
    const size_t to = middle + reach + 2 < wave->count ? middle + reach : wave->count - 2;
    double level = 0.0, tallest = -1.0;
    size_t top = from;
    for (size_t i = from; i <= to; i++) {
        level += wave->raw[i] / (double)(to - from + 1);
    }
    for (size_t i = from; i <= to; i++) {
        if (fabs(wave->raw[i] - level) > tallest) {
            tallest = fabs(wave->raw[i] - level);
            top = i;
        }
    }
    const double sides = fmax(fabs(wave->raw[top - 1] - level), fabs(wave->raw[top + 1] - level));
    return tallest > 5.0 * wave->noise.sd && sides < 0.35 * tallest;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The noise may be stronger at this width than its model, made from short stretches, knows. Most
 * places hold no wave: their lower scores are those of chi-squared with 2 degrees of freedom, or
 * so much larger. */
static double local_scale(const struct rv_noise *noise, const double *scores, double *sorted,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sorted[i] = scores[i];
    }
    qsort(sorted, count, sizeof *sorted, by_value);
    const double most = noise->from_stretch ? MOST_SCALE_KNOWN : MOST_SCALE_GUESSED;
    const double expected = -2.0 * log1p(-QUIET_SHARE);
    return fmin(fmax(1.0, sorted[(size_t)(QUIET_SHARE * (double)count)] / expected), most);
}

/* All places of one width. */
static bool scan(struct rv_wave *wave, const struct field *field, double width_ms,
                 struct rv_presence *presence, double *share, double *gain)
{
    const size_t step = (size_t)fmax(1.0, floor(width_ms * wave->rate_hz / 3000.0));
    const size_t most = (wave->last - wave->first) / step + 1;
    struct shapes shapes;
    size_t places = 0, best = 0;
    double *scores = rv_arena_alloc(wave->scratch, 2 * most, sizeof *scores);
    if (scores == NULL || !make_shapes(wave, field, width_ms, &shapes)) {
        return false;
    }
    double best_share = 0.0;
    *gain = 0.0;
    for (size_t i = wave->first; i <= wave->last; i += step) {
        const struct match m = match_at(field, &shapes, i - wave->blank + field->offset);
        *gain += m.gain / (double)most;
        scores[places] = settle(wave, m.score);
        if (places == 0 || scores[places] > scores[best]) {
            best = places;
            best_share = m.score / fmax(1.0, m.local - (double)m.length);
        }
        places++;
    }
    const double scale = local_scale(&wave->noise, scores, scores + most, places);
    *gain /= sqrt(scale);
    if (scores[best] / scale > presence->score) {
        presence->score = scores[best] / scale;
        presence->at_ms = rv_wave_ms(wave, (double)(wave->first + best * step));
        presence->width_ms = width_ms;
        *share = best_share;
    }
    return true;
}

bool rv_presence_test(struct rv_wave *wave, struct rv_presence *presence)
{
    struct field field = {0};
    *presence = (struct rv_presence){.at_ms = (double)NAN};
    if (!build(wave, &field)) {
        return false;
    }
    double share = 0.0, least_gain = (double)INFINITY;
    for (size_t w = 0; w < RV_PRESENCE_WIDTHS; w++) {
        double gain;
        if (!scan(wave, &field, wave->rules->width_ms[w], presence, &share, &gain)) {
            return false;
        }
        least_gain = fmin(least_gain, gain);
    }
    presence->detectable = (sqrt(PRESENT_SCORE) + DETECT_MARGIN) / fmax(least_gain, 1e-300);
    presence->spike = !isnan(presence->at_ms) && is_spike(wave, presence->at_ms);
    presence->present =
        presence->score > PRESENT_SCORE && share > EXPLAINED_SHARE && !presence->spike;
    return true;
}
