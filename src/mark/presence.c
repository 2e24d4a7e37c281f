/* SPDX-License-Identifier: GPL-3.0-or-later
 * Is there a response? A generalised likelihood ratio: the energy that wave-like shapes (a
 * Gaussian and its slope, three widths, every place) explain in the whitened trace after level,
 * drift, mains and the artefact's tail have been projected out.
 */
#include "base/dot.h"
#include "mark/compound.h"

#include <math.h>
#include <stdlib.h>

enum { NUISANCE = 10, SHAPES = 2 };

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
    double *basis[NUISANCE];
    size_t basis_count;
};

static double nuisance(const struct rv_wave *wave, size_t which, double ms)
{
    static const double mains[] = {50.0, 60.0};
    static const double tau[2][4] = {{0.35, 0.8, 1.8, 4.0}, {0.6, 1.4, 3.0, 7.0}};
    if (which < 2) {
        return which == 0 ? 1.0 : 0.02 * ms;
    }
    if (which < 6) {
        const double phase = 6.283185307179586e-3 * mains[(which - 2) / 2] * ms;
        return which % 2 == 0 ? sin(phase) : cos(phase);
    }
    return ms > 0.0 ? exp(-ms / tau[wave->rules->slope ? 1 : 0][which - 6]) : 0.0;
}

static void whiten_parts(const struct rv_wave *wave, const struct field *field, const double *x,
                         double *out)
{
    rv_noise_whiten(&wave->noise, x, field->offset, out);
    rv_noise_whiten(&wave->noise, x + field->offset, field->count - field->offset,
                    out + field->offset);
}

static double field_ms(const struct rv_wave *wave, const struct field *field, size_t i)
{
    return rv_wave_ms(wave, (double)(i < field->offset ? i : i - field->offset + wave->blank));
}

/* Orthonormal to those before it, and out of the residual. */
static void add_basis(struct field *field, double *column)
{
    const double before = rv_dot(column, column, field->count);
    for (int twice = 0; twice < 2; twice++) {
        for (size_t j = 0; j < field->basis_count; j++) {
            const double share = rv_dot(column, field->basis[j], field->count);
            for (size_t i = 0; i < field->count; i++) {
                column[i] -= share * field->basis[j][i];
            }
        }
    }
    const double norm = rv_dot(column, column, field->count);
    if (!(norm > 1e-9 * before)) {
        return;
    }
    for (size_t i = 0; i < field->count; i++) {
        column[i] /= sqrt(norm);
    }
    field->basis[field->basis_count++] = column;
    const double share = rv_dot(field->residual, column, field->count);
    for (size_t i = 0; i < field->count; i++) {
        field->residual[i] -= share * column[i];
    }
}

static bool build(const struct rv_wave *wave, struct field *field)
{
    const double tail_ms = 3.0 * wave->rules->width_ms[RV_PRESENCE_WIDTHS - 1];
    const size_t end = rv_wave_at(wave, rv_wave_ms(wave, (double)wave->last) + tail_ms) + 1;
    field->order = wave->noise.order;
    field->offset = wave->pre_count > 2 * field->order ? wave->pre_count : 0;
    field->count = field->offset + end - wave->blank;
    double *plain = rv_arena_alloc(wave->scratch, field->count, sizeof *plain);
    field->residual = rv_arena_alloc(wave->scratch, field->count, sizeof *plain);
    if (plain == NULL || field->residual == NULL) {
        return false;
    }
    for (size_t i = 0; i < field->count; i++) {
        const size_t at = i < field->offset ? i : i - field->offset + wave->blank;
        plain[i] = wave->raw[at] - wave->raw[wave->blank];
    }
    whiten_parts(wave, field, plain, field->residual);
    const size_t wanted = wave->artefact_seen ? NUISANCE : 6;
    for (size_t k = 0; k < wanted; k++) {
        double *column = rv_arena_alloc(wave->scratch, field->count, sizeof *column);
        if (column == NULL) {
            return false;
        }
        for (size_t i = 0; i < field->count; i++) {
            plain[i] = nuisance(wave, k, field_ms(wave, field, i));
        }
        whiten_parts(wave, field, plain, column);
        add_basis(field, column);
    }
    return true;
}

/* Whitened Gaussian and slope of it, centred, on 2 * half + 1 + order samples. */
static bool make_shapes(const struct rv_wave *wave, double width_ms, size_t *half, double *out[2])
{
    const double sd = width_ms * wave->rate_hz / 1000.0;
    *half = (size_t)ceil(2.8 * sd);
    const size_t n = 2 * *half + 1 + wave->noise.order;
    double *padded = rv_arena_alloc(wave->scratch, n + wave->noise.order, sizeof *padded);
    double *white = rv_arena_alloc(wave->scratch, n + wave->noise.order, sizeof *white);
    out[0] = rv_arena_alloc(wave->scratch, n, sizeof **out);
    out[1] = rv_arena_alloc(wave->scratch, n, sizeof **out);
    if (padded == NULL || white == NULL || out[0] == NULL || out[1] == NULL) {
        return false;
    }
    for (int shape = 0; shape < SHAPES; shape++) {
        for (size_t i = 0; i < 2 * *half + 1; i++) {
            const double u = ((double)i - (double)*half) / sd;
            padded[wave->noise.order + i] = exp(-0.5 * u * u) * (shape == 0 ? 1.0 : u);
        }
        rv_noise_whiten(&wave->noise, padded, n + wave->noise.order, white);
        for (size_t i = 0; i < n; i++) {
            out[shape][i] = white[wave->noise.order + i];
        }
    }
    return true;
}

struct match {
    double score, gain; /* gain: norm of the projected Gaussian of unit height */
    double local;       /* energy of the residual under the shape */
    size_t length;
};

static struct match match_at(const struct field *field, double *const shape[2], size_t half,
                             size_t centre)
{
    const size_t length = 2 * half + 1 + field->order;
    const size_t from =
        centre > half + field->offset + field->order ? centre - half : field->offset + field->order;
    const size_t skip = from + half - centre;
    size_t n = length - skip;
    n = from + n <= field->count ? n : field->count - from;
    const double *a = shape[0] + skip, *b = shape[1] + skip, *r = field->residual + from;
    double aa = rv_dot(a, a, n), bb = rv_dot(b, b, n), ab = rv_dot(a, b, n);
    for (size_t k = 0; k < field->basis_count; k++) {
        const double qa = rv_dot(a, field->basis[k] + from, n);
        const double qb = rv_dot(b, field->basis[k] + from, n);
        aa -= qa * qa;
        bb -= qb * qb;
        ab -= qa * qb;
    }
    const double ra = rv_dot(a, r, n), rb = rv_dot(b, r, n), det = aa * bb - ab * ab;
    struct match match = {0};
    if (det > 1e-6 * aa * bb && aa > 0.0) {
        match.score = (ra * ra * bb - 2.0 * ra * rb * ab + rb * rb * aa) / det;
        match.gain = sqrt(aa);
    }
    match.local = rv_dot(r, r, n);
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
    double *shape[SHAPES];
    size_t half, places = 0, best = 0;
    double *scores = rv_arena_alloc(wave->scratch, 2 * most, sizeof *scores);
    if (scores == NULL || !make_shapes(wave, width_ms, &half, shape)) {
        return false;
    }
    double best_share = 0.0;
    *gain = 0.0;
    for (size_t i = wave->first; i <= wave->last; i += step) {
        const struct match m = match_at(field, shape, half, i - wave->blank + field->offset);
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
