/* SPDX-License-Identifier: GPL-3.0-or-later
 * The onset: the foot's draws weighted by the anchor, with the reported standard error.
 */
#include "mark/compound.h"

#include <math.h>
#include <stdlib.h>

#define CONFLICT_CHI2 9.0
#define LOW_SNAP_K 2.3
#define LOW_SNAP_DB 28.0
#define LOW_CMAP_K 1.8
#define LOW_CMAP_DB 46.0
#define RATE_SHARE 0.15 /* of a sample */

struct weighted {
    double ms, weight;
};

static int by_time(const void *a, const void *b)
{
    const double x = ((const struct weighted *)a)->ms, y = ((const struct weighted *)b)->ms;
    return (x > y) - (x < y);
}

static double quantile(const struct weighted *items, size_t count, double total, double share)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double next = sum + items[i].weight;
        if (next >= share * total) {
            if (i == 0) {
                return items[0].ms;
            }
            const double f = (share * total - sum) / items[i].weight;
            return items[i - 1].ms + f * (items[i].ms - items[i - 1].ms);
        }
        sum = next;
    }
    return items[count - 1].ms;
}

/* Mean and SD of rho over both kinds of rise. */
static void mixture(const struct rv_compound_rules *rules, double *mean, double *sd)
{
    const double a = 1.0 - rules->late_share, b = rules->late_share;
    const double gap = rules->late_rho - rules->rho;
    *mean = a * rules->rho + b * rules->late_rho;
    *sd = sqrt(a * rules->rho_sd * rules->rho_sd + b * rules->late_sd * rules->late_sd +
               a * b * gap * gap);
}

/* What the tangent says of a take-off: usual rises, and a share with a long foot. */
static double likelihood(const struct rv_wave *wave, double ms)
{
    const struct rv_compound_rules *rules = wave->rules;
    const double rho[2] = {rules->rho, rules->late_rho};
    const double sd[2] = {rules->rho_sd, rules->late_sd};
    const double share[2] = {1.0 - rules->late_share, rules->late_share};
    double sum = 0.0;
    for (int k = 0; k < 2; k++) {
        const double se = hypot(wave->tangent_se_ms, sd[k] * wave->rise_ms);
        const double z = (ms - wave->tangent_ms + rho[k] * wave->rise_ms) / se;
        sum += share[k] / se * exp(-0.5 * z * z);
    }
    return sum;
}

/* Foot and anchor are both rough in noise: k rises from its usual value over 8 dB. */
static double inflation(const struct rv_wave *wave, double snr_db)
{
    const double from_db = wave->rules->slope ? LOW_CMAP_DB : LOW_SNAP_DB;
    const double most = wave->rules->slope ? LOW_CMAP_K : LOW_SNAP_K;
    const double usual = wave->rules->onset_k;
    const double low = fmin(fmax((from_db - snr_db) / 8.0, 0.0), 1.0);
    return usual + low * (most - usual);
}

void rv_onset_fuse(const struct rv_wave *wave, const struct rv_draws *draws, double snr_db,
                   struct rv_onset *onset)
{
    const struct rv_compound_rules *rules = wave->rules;
    double mean, sd;
    mixture(rules, &mean, &sd);
    const double anchor = wave->tangent_ms - mean * wave->rise_ms;
    const double anchor_se = hypot(wave->tangent_se_ms, sd * wave->rise_ms);
    struct weighted items[RV_DRAW_COUNT];
    double total = 0.0, square = 0.0;
    for (size_t i = 0; i < draws->count; i++) {
        items[i] = (struct weighted){draws->ms[i], likelihood(wave, draws->ms[i])};
        total += items[i].weight;
        square += items[i].weight * items[i].weight;
    }
    onset->flags = 0;
    if (draws->count < RV_DRAW_COUNT / 2) {
        onset->ms = anchor;
        onset->se_ms = anchor_se;
        onset->flags |= rv_flag_bit(RV_FLAG_ANCHOR_ONLY);
    } else {
        qsort(items, draws->count, sizeof *items, by_time);
        struct weighted plain[RV_DRAW_COUNT];
        for (size_t i = 0; i < draws->count; i++) {
            plain[i] = (struct weighted){items[i].ms, 1.0};
        }
        const double n = (double)draws->count;
        const double foot = quantile(plain, draws->count, n, 0.5);
        const double foot_se = fmax(0.5 * (quantile(plain, draws->count, n, 0.8413) -
                                           quantile(plain, draws->count, n, 0.1587)),
                                    1e-4);
        const double gap = foot - anchor;
        if (total > 0.0 && total * total / square >= 20.0) {
            onset->ms = quantile(items, draws->count, total, 0.5);
            onset->se_ms = 0.5 * (quantile(items, draws->count, total, 0.8413) -
                                  quantile(items, draws->count, total, 0.1587));
        } else {
            const double wf = 1.0 / (foot_se * foot_se), wa = 1.0 / (anchor_se * anchor_se);
            onset->ms = (wf * foot + wa * anchor) / (wf + wa);
            const double chi2 = gap * gap / (foot_se * foot_se + anchor_se * anchor_se);
            onset->se_ms = sqrt(fmax(1.0, chi2) / (wf + wa));
            if (chi2 > CONFLICT_CHI2) {
                onset->flags |= rv_flag_bit(RV_FLAG_CONFLICT);
            }
        }
        if (fabs(gap) > 2.0 * hypot(foot_se, anchor_se)) {
            onset->se_ms = hypot(onset->se_ms, 0.5 * gap);
            onset->flags |= rv_flag_bit(gap < 0.0 ? RV_FLAG_EARLY : RV_FLAG_LATE);
        }
    }
    const double noise = inflation(wave, snr_db) * onset->se_ms;
    const double model = rules->phi * wave->rise_ms;
    const double rate = RATE_SHARE * 1000.0 / wave->rate_hz;
    onset->se_ms = sqrt(noise * noise + model * model + rate * rate);
}
