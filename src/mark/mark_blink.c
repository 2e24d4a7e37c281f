/* SPDX-License-Identifier: GPL-3.0-or-later
 * R1 and R2 of the blink reflex in one channel: onset in the mean of the rectified sweeps.
 * Method: docs/methods/late.md "Blink".
 */
#include "base/error.h"
#include "mark/mark_late.h"
#include "mark/train.h"

#include <math.h>

/* R1 is a brief wave, R2 a burst: smoothing of the rectified mean. */
#define R1_SMOOTH_MS 0.4
#define R2_SMOOTH_MS 1.0
/* A reflex stands this many SDs above the rest; its onset is where this part of its height is
 * first kept up, walking back from the top. */
#define PRESENT_SDS 6.0
#define PRESENT_SHARE 0.5 /* of the rest level: few baselines are long enough to trust their SD */
#define ONSET_SHARE 0.15
#define ONSET_SDS 3.0
/* A burst is crossed over gaps of less than this. */
#define R1_GAP_MS 0.8
#define R2_GAP_MS 3.0

struct envelope {
    double *x;
    double level, sd;
};

static void find_rest(const struct rv_train *train, struct envelope *envelope)
{
    double square = 0.0;
    envelope->level = 0.0;
    for (size_t i = 0; i < train->pre; i++) {
        envelope->level += envelope->x[i] / (double)train->pre;
    }
    for (size_t i = 0; i < train->pre; i++) {
        const double d = envelope->x[i] - envelope->level;
        square += d * d / (double)train->pre;
    }
    envelope->sd = fmax(sqrt(square), 1e-3 * envelope->level + 1e-6);
}

/* Mean of the rectified sweeps, smoothed; rest level and its SD from before the stimulus. */
static bool make_envelope(struct rv_train *train, double smooth_ms, const bool *chosen,
                          struct envelope *envelope)
{
    double *sum = rv_arena_alloc(train->scratch, 2 * train->count, sizeof *sum);
    if (sum == NULL) {
        return false;
    }
    double n = 0.0;
    for (size_t s = 0; s < train->sweep_count; s++) {
        if (!train->used[s] || (chosen != NULL && !chosen[s])) {
            continue;
        }
        const double *x = rv_train_sweep(train, s);
        for (size_t i = 0; i < train->count; i++) {
            sum[i] += fabs(x[i]);
        }
        n += 1.0;
    }
    envelope->x = sum + train->count;
    const double sd = smooth_ms * train->rate_hz / 1000.0;
    const size_t half = (size_t)ceil(3.0 * sd);
    for (size_t i = 0; i < train->count; i++) {
        double total = 0.0, weight = 0.0;
        for (size_t k = 0; k <= 2 * half; k++) {
            if (i + k < half || i + k >= train->count + half) {
                continue;
            }
            const double u = ((double)k - (double)half) / sd, w = exp(-0.5 * u * u);
            total += w * sum[i + k - half] / fmax(n, 1.0);
            weight += w;
        }
        envelope->x[i] = total / weight;
    }
    find_rest(train, envelope);
    return true;
}

/* The onset of the largest burst in a window; NaN: none stands out. */
static double onset_ms(const struct rv_train *train, const struct envelope *envelope,
                       double from_ms, double to_ms, double gap_ms)
{
    const size_t from = rv_train_at(train, from_ms), to = rv_train_at(train, to_ms);
    size_t peak = from;
    for (size_t i = from; i < to; i++) {
        peak = envelope->x[i] > envelope->x[peak] ? i : peak;
    }
    const double height = envelope->x[peak] - envelope->level;
    if (height < PRESENT_SDS * envelope->sd || height < PRESENT_SHARE * envelope->level ||
        peak <= from + 1) {
        return (double)NAN;
    }
    const double threshold = envelope->level + fmax(ONSET_SHARE * height, ONSET_SDS * envelope->sd);
    const size_t gap = (size_t)(gap_ms * train->rate_hz / 1000.0);
    size_t first = peak;
    for (size_t i = peak; i > from && i + gap > first; i--) {
        first = envelope->x[i - 1] > threshold ? i - 1 : first;
    }
    if (first <= from) {
        return (double)NAN; /* it began before the window: no reflex of this latency */
    }
    const double a = envelope->x[first - 1], b = envelope->x[first];
    return rv_train_ms(train, (double)(first - 1) + (threshold - a) / fmax(b - a, 1e-12));
}

struct reflex {
    double from_ms, to_ms, smooth_ms, gap_ms;
};

/* Latency of all sweeps together; its error by leaving out one sweep after the other (jackknife:
 * Efron and Stein 1981). */
static bool measure(struct rv_train *train, const struct reflex *reflex, bool *chosen,
                    struct rv_value *value, double *floor_uv)
{
    struct envelope envelope;
    if (!make_envelope(train, reflex->smooth_ms, NULL, &envelope)) {
        return false;
    }
    *floor_uv = PRESENT_SDS * envelope.sd;
    const double ms = onset_ms(train, &envelope, reflex->from_ms, reflex->to_ms, reflex->gap_ms);
    *value = (struct rv_value){RV_ABSENT, (double)NAN, (double)NAN, RV_BY_AUTO, NULL};
    if (isnan(ms)) {
        return true;
    }
    double square = 0.0, n = 0.0, mean = 0.0;
    for (size_t s = 0; s < train->sweep_count; s++) {
        chosen[s] = true;
    }
    for (size_t s = 0; s < train->sweep_count && train->used_count > 1; s++) {
        if (!train->used[s]) {
            continue;
        }
        chosen[s] = false;
        if (!make_envelope(train, reflex->smooth_ms, chosen, &envelope)) {
            return false;
        }
        chosen[s] = true;
        const double without =
            onset_ms(train, &envelope, reflex->from_ms, reflex->to_ms, reflex->gap_ms);
        if (!isnan(without)) {
            n += 1.0;
            const double before = mean;
            mean += (without - mean) / n;
            square += (without - before) * (without - mean);
        }
    }
    const double spread = n > 1.0 ? sqrt(square * (n - 1.0) / n) : 0.0;
    const double model = 0.5 * reflex->smooth_ms; /* the kernel smears the foot */
    *value = (struct rv_value){RV_MEASURED, ms, hypot(spread, model), RV_BY_AUTO, NULL};
    return true;
}

enum rv_status rv_mark_blink(const struct rv_sweeps *sweeps, const struct rv_late_request *request,
                             struct rv_arena *arena, struct rv_blink *blink, struct rv_error *err)
{
    (void)arena;
    const struct reflex r1 = {request->m_from_ms, request->m_to_ms, R1_SMOOTH_MS, R1_GAP_MS};
    const struct reflex r2 = {request->from_ms, request->to_ms, R2_SMOOTH_MS, R2_GAP_MS};
    struct rv_train train = {.scratch = rv_arena_new()};
    double floor_uv;
    bool done =
        train.scratch != NULL && rv_train_prepare(&train, sweeps, request->from_ms, request->to_ms);
    bool *chosen = done ? rv_arena_alloc(train.scratch, train.sweep_count, sizeof *chosen) : NULL;
    done = done && chosen != NULL && measure(&train, &r1, chosen, &blink->r1_ms, &floor_uv) &&
           measure(&train, &r2, chosen, &blink->r2_ms, &blink->floor_uv);
    rv_arena_free(train.scratch);
    return done ? RV_OK : rv_fail_memory(err);
}
