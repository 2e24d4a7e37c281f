/* SPDX-License-Identifier: GPL-3.0-or-later
 * Working copies of the single sweeps of a train, and the noise of one sweep.
 */
#include "mark/train.h"

#include <math.h>
#include <stdlib.h>

/* The take-off of a late response holds nothing beyond 10 kHz. */
#define RATE_MOST 25001.0
/* Smoothing must not carry the artefact into the baseline. */
#define GUARD_MS 1.3
/* A sweep whose baseline is so many times as restless as the median one is left out. */
#define RESTLESS 6.0
/* Peak to peak is looked for within a span (docs/methods/late.md "F-wave"). */
#define SPAN_MS 8.0
/* White noise reaches 6 SDs peak to peak in 8 ms once in twenty; activity of muscle is slower and
 * larger. */
#define VOLUNTARY_UV 15.0
#define VOLUNTARY_TIMES 9.0
/* At least so much at the end of a sweep is taken for rest. */
#define REST_MS 10.0
/* A wave that begins late in the window ends so long after it: M- and H-waves of soleus last 20 to
 * 25 ms. Until then what moves is not yet activity of the muscle. */
#define WAVE_MS 25.0
/* Level, relative to the largest sample, to which a Gaussian kernel is followed. */
#define KERNEL_REACH 3.0

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(double *x, size_t count, double share)
{
    if (count == 0) {
        return 0.0;
    }
    qsort(x, count, sizeof *x, by_size);
    const size_t at = (size_t)(share * (double)(count - 1) + 0.5);
    return x[at];
}

size_t rv_train_at(const struct rv_train *train, double ms)
{
    const double index = floor(rv_sample_index(train->start_ms, train->rate_hz, ms) + 0.5);
    if (!(index > 0.0)) {
        return 0;
    }
    return index >= (double)train->count ? train->count - 1 : (size_t)index;
}

/* Neighbours are averaged in groups of k; a mean belongs to their middle. */
static void copy_sweep(const struct rv_train *train, size_t sweep, size_t k)
{
    const double *from = train->sweeps->samples + sweep * train->sweeps->sample_count;
    double *to = rv_train_sweep(train, sweep);
    double level = 0.0;
    for (size_t i = 0; i < train->count; i++) {
        double sum = 0.0;
        for (size_t j = 0; j < k; j++) {
            sum += from[i * k + j];
        }
        to[i] = -sum / (double)k;
    }
    const size_t n = train->pre > 4 ? train->pre : train->count;
    for (size_t i = 0; i < n; i++) {
        level += to[i] / (double)n;
    }
    for (size_t i = 0; i < train->count; i++) {
        to[i] -= level;
    }
}

/* SD of the differences of neighbours and of the samples before the stimulus, whichever tells more:
 * a loose electrode shows in either. */
static double restlessness(const struct rv_train *train, size_t sweep)
{
    const double *x = rv_train_sweep(train, sweep);
    double sum = 0.0;
    for (size_t i = 0; i < train->pre; i++) {
        sum += x[i] * x[i];
    }
    return train->pre > 0 ? sqrt(sum / (double)train->pre) : 0.0;
}

static bool choose_sweeps(struct rv_train *train)
{
    double *rest = rv_arena_alloc(train->scratch, 2 * train->sweep_count, sizeof *rest);
    if (rest == NULL) {
        return false;
    }
    double *sorted = rest + train->sweep_count;
    for (size_t s = 0; s < train->sweep_count; s++) {
        rest[s] = restlessness(train, s);
        sorted[s] = rest[s];
    }
    const double usual = quantile(sorted, train->sweep_count, 0.5);
    train->used_count = 0;
    for (size_t s = 0; s < train->sweep_count; s++) {
        const bool rejected = train->sweeps->rejected != NULL && train->sweeps->rejected[s];
        train->used[s] = !rejected && !(rest[s] > RESTLESS * usual);
        train->used_count += train->used[s] ? 1 : 0;
    }
    return true;
}

bool rv_train_prepare(struct rv_train *train, const struct rv_sweeps *sweeps, double from_ms,
                      double to_ms)
{
    const size_t k = (size_t)fmax(1.0, ceil(sweeps->rate_hz / RATE_MOST));
    struct rv_arena *scratch = train->scratch;
    size_t cells;
    *train = (struct rv_train){.sweeps = sweeps,
                               .rate_hz = sweeps->rate_hz / (double)k,
                               .count = sweeps->sample_count / k,
                               .sweep_count = sweeps->sweep_count,
                               .scratch = scratch};
    train->start_ms = rv_sample_ms(sweeps->start_ms, sweeps->rate_hz, 0.5 * (double)(k - 1));
    if (!rv_multiply(train->count, train->sweep_count, &cells)) {
        return false;
    }
    train->y = rv_arena_alloc(scratch, cells, sizeof *train->y);
    train->smooth = rv_arena_alloc(scratch, cells, sizeof *train->smooth);
    train->used = rv_arena_alloc(scratch, train->sweep_count, sizeof *train->used);
    if (train->y == NULL || train->smooth == NULL || train->used == NULL) {
        return false;
    }
    const double guard_ms = fmin(GUARD_MS, fmax(-0.3 * train->start_ms, 0.0));
    const double pre = floor(rv_sample_index(train->start_ms, train->rate_hz, -guard_ms)) + 1.0;
    train->pre = pre > 0.0 ? (size_t)fmin(pre, (double)train->count) : 0;
    train->from = rv_train_at(train, from_ms);
    train->to = rv_train_at(train, to_ms);
    const size_t last = train->count - rv_train_span(train, fmin(REST_MS, 0.2 * to_ms));
    train->rest = train->to < last ? train->to : last;
    for (size_t s = 0; s < train->sweep_count; s++) {
        copy_sweep(train, s, k);
    }
    return choose_sweeps(train);
}

void rv_train_smoothen(struct rv_train *train, double sd_ms)
{
    enum { HALF = 64 };
    double kernel[2 * HALF + 1];
    const double sd = fmax(sd_ms * train->rate_hz / 1000.0, 0.3);
    const size_t half = (size_t)fmin((double)HALF, ceil(KERNEL_REACH * sd));
    for (size_t k = 0; k <= 2 * half; k++) {
        const double u = ((double)k - (double)half) / sd;
        kernel[k] = exp(-0.5 * u * u);
    }
    for (size_t s = 0; s < train->sweep_count; s++) {
        const double *x = rv_train_sweep(train, s);
        double *out = rv_train_smooth_sweep(train, s);
        for (size_t i = 0; i < train->count; i++) {
            double total = 0.0, weight = 0.0;
            for (size_t k = 0; k <= 2 * half; k++) {
                if (i + k < half || i + k >= train->count + half) {
                    continue;
                }
                total += kernel[k] * x[i + k - half];
                weight += kernel[k];
            }
            out[i] = total / weight;
        }
    }
}

double rv_train_peak_to_peak(const double *x, size_t from, size_t to, size_t span, size_t *at)
{
    double largest = 0.0;
    *at = from;
    const size_t step = span > 16 ? span / 16 : 1;
    for (size_t i = from; i < to; i += step) {
        double low = x[i], high = x[i];
        for (size_t k = i; k < i + span && k < to; k++) {
            low = fmin(low, x[k]);
            high = fmax(high, x[k]);
        }
        if (high - low > largest) {
            largest = high - low;
            *at = i;
        }
    }
    return largest;
}

/* Where nothing is expected: before the stimulus, and after the window. */
static size_t quiet_stretches(const struct rv_train *train, size_t sweep, struct rv_stretch *two)
{
    const size_t least = 4 * RV_NOISE_ORDER;
    double *x = rv_train_sweep(train, sweep);
    size_t n = 0;
    if (train->pre > least) {
        two[n++] = (struct rv_stretch){x, train->pre};
    }
    /* what is borrowed from the window may hold late responses: only where nothing else is quiet */
    const size_t after = n > 0 ? train->to : train->rest;
    if (train->count > after + least) {
        two[n++] = (struct rv_stretch){x + after, train->count - after};
    }
    return n;
}

/* Is a place of a sweep before the stimulus, or past the end of any wave that the window holds? */
static bool is_calm(const struct rv_train *train, size_t sweep, const double *place, size_t wave)
{
    const size_t at = (size_t)(place - rv_train_sweep(train, sweep));
    return at < train->pre || at >= train->to + wave;
}

/* What the smoothed quiet stretches hold. */
struct listening {
    double *all;   /* |samples| */
    double *spans; /* peak to peak in spans */
    double *calm;  /* of those that are calm */
    size_t count, span_count, calm_count;
};

static bool listen_stretch(const struct rv_train *train, size_t sweep,
                           const struct rv_stretch *stretch, struct listening *heard)
{
    const size_t span = rv_train_span(train, SPAN_MS), wave = rv_train_span(train, WAVE_MS);
    double *x = rv_arena_copy(train->scratch, train->smooth + (stretch->samples - train->y),
                              stretch->count, sizeof *x);
    if (x == NULL) {
        return false;
    }
    rv_detrend(x, stretch->count, 1);
    for (size_t i = 0; i < stretch->count; i++) {
        heard->all[heard->count++] = fabs(x[i]);
    }
    for (size_t i = 0; i + 3 * span / 4 < stretch->count; i += span) {
        const size_t end = i + span < stretch->count ? i + span : stretch->count;
        size_t at;
        const double reach = rv_train_peak_to_peak(x, i, end, span, &at);
        heard->spans[heard->span_count++] = reach;
        if (is_calm(train, sweep, stretch->samples + i, wave)) {
            heard->calm[heard->calm_count++] = reach;
        }
    }
    return true;
}

/* Spread and peak to peak of the smoothed traces in the quiet stretches. */
static bool listen_smooth(struct rv_train *train)
{
    const size_t room = train->used_count * (train->count / 8 + 2);
    struct listening heard = {
        .all = rv_arena_alloc(train->scratch, train->used_count * train->count + 1, sizeof(double)),
        .spans = rv_arena_alloc(train->scratch, room, sizeof(double)),
        .calm = rv_arena_alloc(train->scratch, room, sizeof(double))};
    if (heard.all == NULL || heard.spans == NULL || heard.calm == NULL) {
        return false;
    }
    for (size_t s = 0; s < train->sweep_count; s++) {
        struct rv_stretch two[2];
        const size_t parts = train->used[s] ? quiet_stretches(train, s, two) : 0;
        for (size_t p = 0; p < parts; p++) {
            if (!listen_stretch(train, s, &two[p], &heard)) {
                return false;
            }
        }
    }
    double energy = 0.0;
    for (size_t i = 0; i < heard.count; i++) {
        energy += heard.all[i] * heard.all[i];
    }
    /* A few large discharges hide from the median, the many small ones do not. */
    const double robust = 1.4826 * quantile(heard.all, heard.count, 0.5);
    train->smooth_sd =
        fmax(robust, heard.count > 0 ? 0.6 * sqrt(energy / (double)heard.count) : 0.0);
    train->quiet_uv = quantile(heard.spans, heard.span_count, 0.95);
    train->quiet_most_uv = quantile(heard.spans, heard.span_count, 0.985);
    train->calm_uv =
        heard.calm_count > 0 ? quantile(heard.calm, heard.calm_count, 0.95) : train->quiet_uv;
    return true;
}

bool rv_train_is_voluntary(const struct rv_train *train, double smooth_ms)
{
    /* SD of white noise behind a Gaussian of SD s samples: 1 / sqrt(2 sqrt(pi) s) of it */
    const double s = smooth_ms * train->rate_hz / 1000.0;
    const double white = train->noise.innovation_sd / sqrt(3.5449 * fmax(s, 0.3));
    return train->calm_uv > VOLUNTARY_UV && train->calm_uv > VOLUNTARY_TIMES * white;
}

bool rv_train_listen(struct rv_train *train)
{
    enum { MOST = 64 };
    struct rv_stretch stretches[2 * MOST];
    size_t count = 0, used = 0;
    for (size_t s = 0; s < train->sweep_count && used < MOST; s++) {
        if (!train->used[s]) {
            continue;
        }
        used++;
        struct rv_stretch two[2];
        const size_t parts = quiet_stretches(train, s, two);
        for (size_t p = 0; p < parts; p++) {
            double *copy =
                rv_arena_copy(train->scratch, two[p].samples, two[p].count, sizeof *two[p].samples);
            if (copy == NULL) {
                return false;
            }
            rv_detrend(copy, two[p].count, 1);
            stretches[count++] = (struct rv_stretch){copy, two[p].count};
        }
    }
    const double step = train->sweeps->resolution;
    train->noise.order = rv_noise_order(train->rate_hz);
    rv_noise_fit(&train->noise, stretches, count, isnan(step) ? 1e-6 : fmax(0.29 * step, 1e-6),
                 train->scratch);
    train->noise.freedom = 200.0;
    train->noise.from_sweeps = true;
    return listen_smooth(train);
}

struct rv_late_sweep rv_train_blank(const struct rv_train *train, const struct rv_sweeps *sweeps,
                                    size_t sweep)
{
    const double none = (double)NAN;
    return (struct rv_late_sweep){
        .found = train->used[sweep] ? RV_ABSENT : RV_UNTESTED,
        .onset_ms = none,
        .onset_se_ms = none,
        .amplitude_uv = none,
        .amplitude_se_uv = none,
        .area_uvms = none,
        .area_se_uvms = none,
        .m_amplitude_uv = none,
        .m_amplitude_se_uv = none,
        .a_wave_ms = none,
        .intensity = sweeps->intensity != NULL ? sweeps->intensity[sweep] : none,
    };
}
