/* SPDX-License-Identifier: GPL-3.0-or-later
 * The stimulus artefact's tail: a level, a step that the amplifier's high-pass leaves behind, and
 * up to two exponentials, fitted to the quiet samples before the response, chosen by BIC with
 * correlated noise counted. Every time constant's uncertainty is in the weights that error bars
 * are made of.
 */
#include "mark/tail_sums.h"

#include <math.h>
#include <string.h>

#define TAU_LEAST 0.12
#define TAU_MOST 20.0
#define CORRELATION 3.0 /* residual variance counts this much more: noise is correlated */
/* A response's own end (afterpotential, droop behind the high-pass) is about this share of it. */
#define LATE_SHARE 0.02
#define LATE_RISES 7.0 /* the response has ended so many rise times after its peak */
#define QUIET 3.0      /* SDs: the trace after blanking still is at the level before */
#define CANCEL 4.0     /* largest amplitude of a term to what is seen */
#define DRIFT_SPANS 2.0
#define RIVAL_COST 10.0 /* a rival's cost lies within this of the best */
#define DEPARTED 4.5    /* SDs: the trace has left the tail */
enum { BOX_MOST = 64 };

void rv_tail_use_late(struct rv_wave *wave)
{
    const double height = wave->smooth[wave->peak] - fmin(wave->smooth[wave->foot], 0.0);
    const double rises = LATE_RISES * (double)(wave->peak - wave->foot);
    const size_t from = wave->peak + (size_t)rises;
    const size_t length = (size_t)ceil(2.0 * wave->rules->back_ms * wave->rate_hz / 1000.0);
    wave->late_end = from + length < wave->count ? from + length : wave->count;
    wave->late = from + length / 2 <= wave->count ? from : 0;
    wave->late_sd = hypot(LATE_SHARE * height, wave->hum_sd);
    /* all late samples together know no more than late_sd */
    const double ratio = wave->late_sd / wave->noise.sd;
    wave->late_share = 1.0 / (CORRELATION + (double)length * ratio * ratio);
}

/* --- what all fits share ------------------------------------------------------------------- */

/* Is the trace just after blanking where it was before the stimulus? Then there is no tail. */
static bool starts_quiet(const struct rv_wave *wave)
{
    const size_t length = (size_t)ceil(2.0 * wave->rules->foot_gap_ms * wave->rate_hz / 1000.0);
    const size_t end = wave->blank + length;
    if (wave->pre_count < 6 || end >= wave->count) {
        return false;
    }
    double *weight = wave->tail_levels[0];
    double difference = 0.0;
    for (size_t i = 0; i < end; i++) {
        weight[i] = i < wave->pre_count ? -1.0 / (double)wave->pre_count
                    : i >= wave->blank  ? 1.0 / (double)length
                                        : 0.0;
        difference += weight[i] * wave->raw[i];
    }
    const double sd = rv_noise_sum_sd(&wave->noise, weight, end);
    return fabs(difference) < QUIET * hypot(sd, wave->hum_sd);
}

bool rv_tail_prepare(struct rv_wave *wave)
{
    double equal[BOX_MOST],
        **rooms[RV_TAIL_COLUMNS + 2] = {&wave->tail_levels[0], &wave->tail_levels[1]};
    for (size_t c = 0; c < RV_TAIL_COLUMNS; c++) {
        rooms[2 + c] = &wave->tail_basis[c];
    }
    for (size_t i = 0; i < RV_TAIL_COLUMNS + 2; i++) {
        *rooms[i] = rv_arena_alloc(wave->scratch, wave->count, sizeof **rooms[i]);
        if (*rooms[i] == NULL) {
            return false;
        }
    }
    wave->quiet_start = starts_quiet(wave);
    const size_t box = (size_t)ceil(wave->rules->foot_gap_ms * wave->rate_hz / 1000.0);
    wave->box = box < BOX_MOST ? box : BOX_MOST;
    for (size_t i = 0; i < wave->box; i++) {
        equal[i] = 1.0 / (double)wave->box;
    }
    wave->box_sd = rv_noise_sum_sd(&wave->noise, equal, wave->box);
    return rv_tail_values_prepare(wave);
}

static struct rv_tail_range range_of(const struct rv_wave *wave, size_t until)
{
    const size_t least = wave->pre_count >= 4 ? wave->blank : wave->blank + 4;
    struct rv_tail_range range = {.until = until > least ? until : least};
    range.until = range.until < wave->count ? range.until : wave->count;
    range.late = range.late_end = range.until;
    if (wave->late > 0 && wave->late_end > range.until) {
        range.late = wave->late > range.until ? wave->late : range.until;
        range.late_end = wave->late_end;
        range.late_share = wave->late_share;
    }
    return range;
}

/* --- one shape ----------------------------------------------------------------------------- */

static double solve(const struct rv_wave *wave, const struct rv_tail_sums *sums,
                    struct rv_tail *tail, struct rv_tail_solution *solution)
{
    rv_tail_solve(sums, tail, solution);
    memcpy(tail->coefficient, solution->coefficient, sizeof tail->coefficient);
    tail->coefficient[0] += wave->tail_offset;
    return solution->rss;
}

/* One step along the Gauss-Newton direction, halved until it helps. false: nothing helps. */
static bool improve(const struct rv_wave *wave, const struct rv_tail_sums *sums,
                    const double *direction, struct rv_tail_solution *solution,
                    struct rv_tail *tail)
{
    for (double length = 1.0; length > 0.02; length *= 0.4) {
        struct rv_tail next = *tail;
        struct rv_tail_solution better;
        for (size_t k = 0; k < tail->exponentials; k++) {
            const double tau = tail->tau_ms[k] * exp(length * direction[k]);
            next.tau_ms[k] = fmin(fmax(tau, TAU_LEAST), TAU_MOST);
        }
        if (solve(wave, sums, &next, &better) < solution->rss) {
            *solution = better;
            *tail = next;
            return true;
        }
    }
    return false;
}

/* Sharpens the time constants from the grid by Gauss-Newton steps that never make it worse. */
static double sharpen(const struct rv_wave *wave, const struct rv_tail_sums *sums,
                      struct rv_tail *tail)
{
    enum { STEPS = 12 };
    struct rv_tail_solution solution;
    (void)solve(wave, sums, tail, &solution);
    const size_t first = tail->step || tail->drift ? 2 : 1, count = tail->exponentials;
    for (int i = 0; i < STEPS && count > 0; i++) {
        double direction[2] = {0};
        const double before = solution.rss;
        for (size_t k = 0; k < count; k++) {
            const double amplitude = tail->coefficient[first + k];
            if (fabs(amplitude) > 0.0) {
                direction[k] = solution.change[k] / amplitude;
            }
            direction[k] = fmin(fmax(direction[k], -0.7), 0.7);
        }
        if (!improve(wave, sums, direction, &solution, tail) ||
            solution.rss > before * (1.0 - 1e-5)) {
            break;
        }
    }
    return solution.rss;
}

/* Exponentials that cancel each other describe a curve, not a tail. */
static bool cancels(const struct rv_tail *fit, double low, double high)
{
    const double largest = fmax(high - fit->coefficient[0], fit->coefficient[0] - low);
    const size_t n = (fit->step || fit->drift ? 2u : 1u) + fit->exponentials;
    for (size_t k = 1; k < n; k++) {
        if (fabs(fit->coefficient[k]) > CANCEL * largest) {
            return true;
        }
    }
    return false;
}

/* --- the choice ---------------------------------------------------------------------------- */

struct choice {
    struct rv_tail fits[RV_TAIL_SHAPES];
    double costs[RV_TAIL_SHAPES];
    size_t count, chosen;
};

/* BIC's price: two numbers and a choice of shape 2 ln n + 4 and 4 ln n + 12; a step or a drift is
 * one number. */
static double penalty(const struct rv_tail *fit, double n)
{
    static const double shape[3] = {0.0, 4.0, 12.0};
    const size_t k = fit->exponentials;
    const double base = fit->step || fit->drift ? log(n) + 2.0 : 0.0;
    return base + 2.0 * (double)k * log(n) + shape[k];
}

/* The shapes of tail to try: up to `most` exponentials, with or without a step of each of the
 * amplifier's time constants, and a drift. */
static size_t list_shapes(const struct rv_wave *wave, size_t until, size_t most,
                          struct rv_tail shapes[RV_TAIL_SHAPES])
{
    size_t n = 0;
    for (size_t k = 0; k <= most; k++) {
        shapes[n++] = (struct rv_tail){.exponentials = k};
        for (size_t i = 0; i < RV_TAIL_STEPS && wave->pre_count >= 6 && most > 0; i++) {
            /* two exponentials and a quick step would be three exponentials */
            if (wave->rules->step_ms[i] > 0.0 && (k < 2 || i == 0)) {
                shapes[n] = (struct rv_tail){.exponentials = k, .step = true, .step_index = i};
                shapes[n++].step_ms = wave->rules->step_ms[i];
            }
        }
    }
    /* A slope is known from a stretch about as long as the wave it is carried under. */
    const double from_ms = rv_wave_ms(wave, (double)(wave->pre_count > 0 ? 0 : wave->blank));
    const double span_ms = rv_wave_ms(wave, (double)until) - from_ms;
    if (span_ms > DRIFT_SPANS * wave->rules->back_ms) {
        shapes[n++] = (struct rv_tail){.drift = true};
    }
    return n;
}

/* How many exponentials may be tried. */
static size_t most_exponentials(const struct rv_wave *wave, size_t until)
{
    if (!wave->request->subtract_tail || !wave->artefact_seen || until < wave->blank + 8 ||
        wave->quiet_start) {
        return 0;
    }
    return until >= wave->blank + 14 ? 2 : 1;
}

static void find_extremes(const struct rv_wave *wave, size_t until, double *low, double *high)
{
    *low = *high = wave->raw[wave->blank];
    for (size_t i = wave->blank; i < until; i++) {
        *low = fmin(*low, wave->raw[i]);
        *high = fmax(*high, wave->raw[i]);
    }
}

static void choose(const struct rv_wave *wave, const struct rv_tail_range *range,
                   struct choice *choice)
{
    struct rv_tail shapes[RV_TAIL_SHAPES];
    struct rv_tail_sums sums;
    double rss[RV_TAIL_SHAPES], least = (double)INFINITY, low, high;
    const size_t most = most_exponentials(wave, range->until);
    const size_t shape_count = list_shapes(wave, range->until, most, shapes);
    find_extremes(wave, range->until, &low, &high);
    rv_tail_sums_collect(wave, range, most > 0, &sums);
    choice->count = choice->chosen = 0;
    for (size_t i = 0; i < shape_count; i++) {
        struct rv_tail *fit = &choice->fits[choice->count];
        *fit = shapes[i];
        fit->origin_ms = rv_wave_ms(wave, (double)wave->blank);
        if (fit->exponentials > 0) {
            rv_tail_search_grid(&sums, fit);
        }
        rss[choice->count] = sharpen(wave, &sums, fit);
        if (fit->exponentials + (fit->step ? 1u : 0u) < 2 || !cancels(fit, low, high)) {
            least = fmin(least, rss[choice->count++]);
        }
    }
    const double variance =
        fmax(least / fmax(4.0, sums.rows - 6.0), 0.25 * wave->noise.sd * wave->noise.sd);
    for (size_t i = 0; i < choice->count; i++) {
        choice->costs[i] = rss[i] / (CORRELATION * variance) + penalty(&choice->fits[i], sums.rows);
        choice->chosen = choice->costs[i] < choice->costs[choice->chosen] ? i : choice->chosen;
    }
}

/* Fits that explain the samples nearly as well say what the choice itself may be wrong by. */
static void keep_rivals(struct rv_wave *wave, const struct choice *choice)
{
    const double cheapest = choice->costs[choice->chosen];
    wave->rival_count = 0;
    for (size_t i = 0; i < choice->count; i++) {
        if (choice->costs[i] > cheapest && choice->costs[i] < cheapest + RIVAL_COST) {
            wave->rivals[wave->rival_count++] = choice->fits[i];
        }
    }
}

/* Does the fit hold to its end? Means over short boxes against their SD. */
static bool holds(const struct rv_wave *wave, size_t until)
{
    struct choice choice;
    const struct rv_tail_range range = range_of(wave, until);
    double *levels = wave->tail_levels[0];
    choose(wave, &range, &choice);
    rv_tail_levels(&choice.fits[choice.chosen], rv_wave_ms(wave, (double)wave->blank),
                   wave->rate_hz, until - wave->blank, levels);
    const double sd = hypot(wave->box_sd, wave->hum_sd);
    for (size_t i = wave->blank; i + wave->box <= until; i += (wave->box + 1) / 2) {
        double mean = 0.0;
        for (size_t j = i; j < i + wave->box; j++) {
            mean += (wave->raw[j] - levels[j - wave->blank]) / (double)wave->box;
        }
        if (fabs(mean) > DEPARTED * sd) {
            return false;
        }
    }
    return true;
}

double rv_tail_extent(const struct rv_wave *wave, double cap_ms)
{
    const double gap = wave->rules->foot_gap_ms;
    size_t high = rv_wave_at(wave, cap_ms);
    size_t low = rv_wave_at(wave, rv_wave_ms(wave, (double)wave->blank) + 2.0 * gap);
    if (high <= low || holds(wave, high)) {
        return cap_ms;
    }
    const size_t fine = (size_t)ceil(gap * wave->rate_hz / 1000.0);
    while (high > low + fine) {
        const size_t middle = low + (high - low) / 2;
        if (holds(wave, middle)) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return rv_wave_ms(wave, (double)low) - gap;
}

bool rv_tail_settled(const struct rv_wave *wave, double until_ms)
{
    const struct rv_tail_range next = range_of(wave, rv_wave_at(wave, until_ms));
    return memcmp(&next, &wave->range, sizeof next) == 0;
}

void rv_tail_fit(struct rv_wave *wave, double until_ms)
{
    struct choice choice;
    wave->range = range_of(wave, rv_wave_at(wave, until_ms));
    choose(wave, &wave->range, &choice);
    wave->tail = choice.fits[choice.chosen];
    keep_rivals(wave, &choice);
    rv_tail_tabulate(wave);
    rv_tail_levels(&wave->tail, wave->start_ms, wave->rate_hz, wave->count, wave->tail_levels[0]);
    for (size_t i = 0; i < wave->count; i++) {
        const bool muted = i < wave->blank && i >= wave->pre_count;
        wave->y[i] = muted ? 0.0 : wave->raw[i] - wave->tail_levels[0][i];
    }
}
