/* SPDX-License-Identifier: GPL-3.0-or-later
 * What technique forbids to trust: clipped samples, an onset inside the artefact, a wave at the
 * border of the window, swapped electrodes, short baselines.
 */
#include "mark/compound.h"

#include <math.h>

/* Equal samples in a row at the extreme, and the step into the plateau in converter steps: a
 * smooth top reaches its last step slowly, a clipped one does not. */
enum { PLATEAU = 3, PLATEAU_IN_NOISE = 5 };
#define PLATEAU_STEP 2.5
/* The first phase is this much larger than the one after it: electrodes are swapped. */
#define INVERTED_RATIO 1.2
#define SHORT_BASELINE_MS 1.8

static void withhold(struct rv_value *value, const char *reason)
{
    if (value->validity == RV_MEASURED) {
        value->validity = RV_WITHHELD;
        value->reason = reason;
    }
}

/* Smallest step between neighbouring samples: the converter's, where it is not known. */
static double smallest_step(const double *x, size_t from, size_t to)
{
    double least = (double)INFINITY;
    for (size_t i = from + 1; i < to; i++) {
        const double step = fabs(x[i] - x[i - 1]);
        least = step > 0.0 && step < least ? step : least;
    }
    return isfinite(least) ? least : 0.0;
}

/* Smallest and largest sample. */
static void find_extremes(const double *x, size_t from, size_t to, double extremes[2])
{
    enum { LANES = 4 };
    double low[LANES], high[LANES];
    size_t i = from;
    for (size_t k = 0; k < LANES; k++) {
        low[k] = high[k] = x[from];
    }
    for (; i + LANES <= to; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            low[k] = x[i + k] < low[k] ? x[i + k] : low[k];
            high[k] = x[i + k] > high[k] ? x[i + k] : high[k];
        }
    }
    for (; i < to; i++) {
        low[0] = x[i] < low[0] ? x[i] : low[0];
        high[0] = x[i] > high[0] ? x[i] : high[0];
    }
    extremes[0] = fmin(fmin(low[0], low[1]), fmin(low[2], low[3]));
    extremes[1] = fmax(fmax(high[0], high[1]), fmax(high[2], high[3]));
}

/* A plateau of equal samples at the top (sign 1) or bottom (sign -1). At least PLATEAU in a row
 * reach one in every PLATEAU. */
static bool has_plateau(const double *x, size_t from, size_t to, double sign, double extreme,
                        double step, size_t least)
{
    for (size_t i = from; i < to; i += PLATEAU) {
        if (sign * x[i] < extreme) {
            continue;
        }
        size_t begin = i, end = i + 1;
        while (begin > from && sign * x[begin - 1] >= extreme) {
            begin--;
        }
        while (end < to && sign * x[end] >= extreme) {
            end++;
        }
        if (end - begin < least || begin == from || begin + PLATEAU >= to) {
            continue;
        }
        const double in = extreme - sign * x[begin - 1];
        const double out = end < to ? extreme - sign * x[end] : in;
        if (fmin(in, out) > PLATEAU_STEP * step) {
            return true;
        }
    }
    return false;
}

/* First sample that counts: after the blanked artefact. */
static size_t first_seen(const struct rv_sweeps *sweeps, const struct rv_compound_rules *rules)
{
    const double first = rv_sample_index(sweeps->start_ms, sweeps->rate_hz, rules->blank_ms);
    return first > 0.0 ? (size_t)first : 0;
}

enum { SHORT = 1, LONG = 2 }; /* a plateau, and one that noise cannot make */

static unsigned find_plateaus(const double *x, size_t from, size_t n, double step)
{
    double extremes[2];
    unsigned found = 0;
    find_extremes(x, from, n, extremes);
    for (int i = 0; i < 2; i++) {
        const double sign = i == 0 ? -1.0 : 1.0, extreme = sign * extremes[i];
        if (has_plateau(x, from, n, sign, extreme, step, PLATEAU)) {
            found |= SHORT;
        }
        if ((found & SHORT) && has_plateau(x, from, n, sign, extreme, step, PLATEAU_IN_NOISE)) {
            found |= LONG;
        }
    }
    return found;
}

unsigned rv_mark_plateaus(const struct rv_sweeps *sweeps, enum rv_kind kind, size_t sweep)
{
    const size_t from = first_seen(sweeps, rv_compound_rules(kind)), n = sweeps->sample_count;
    const double *x = sweeps->samples + sweep * n;
    return from + PLATEAU < n ? find_plateaus(x, from, n, sweeps->resolution) : 0;
}

/* One sweep, or the average where no sweeps were kept. */
static bool is_clipped_at(const struct rv_wave *wave, const double *x, size_t from,
                          const unsigned char *known)
{
    const struct rv_sweeps *sweeps = wave->sweeps;
    const size_t n = sweeps->sample_count;
    const double noise = wave->noise.sd * sqrt((double)sweeps->used_count); /* of one sweep */
    const double step = isnan(sweeps->resolution) ? smallest_step(x, from, n) : sweeps->resolution;
    const unsigned found = known != NULL ? *known : find_plateaus(x, from, n, step);
    /* noise of some steps can repeat itself three times; not five at the very extreme */
    return (found & (noise > 0.3 * step ? LONG : SHORT)) != 0;
}

static bool is_clipped(const struct rv_wave *wave)
{
    const struct rv_sweeps *sweeps = wave->sweeps;
    const size_t from = first_seen(sweeps, wave->rules);
    if (from + PLATEAU >= sweeps->sample_count) {
        return false;
    }
    if (sweeps->samples == NULL) {
        return is_clipped_at(wave, sweeps->average, from, NULL);
    }
    for (size_t s = 0; s < sweeps->sweep_count; s++) {
        const bool used = sweeps->rejected == NULL || !sweeps->rejected[s];
        const unsigned char *known = sweeps->plateaus != NULL ? &sweeps->plateaus[s] : NULL;
        if (used && is_clipped_at(wave, sweeps->samples + s * sweeps->sample_count, from, known)) {
            return true;
        }
    }
    return false;
}

static void judge_clipping(const struct rv_wave *wave, struct rv_compound *compound)
{
    if (!wave->sweeps->clipped && !is_clipped(wave)) {
        return;
    }
    compound->flags |= rv_flag_bit(RV_FLAG_CLIPPED);
    withhold(&compound->amplitude_uv, "clipped"); /* at least this much */
    withhold(&compound->peak_to_peak_uv, "clipped");
    withhold(&compound->negative_area_uvms, "clipped");
}

static void withhold_onset(struct rv_compound *compound, const char *reason)
{
    struct rv_mark *onset = &compound->marks[RV_MARK_ONSET];
    if (onset->validity == RV_MEASURED) {
        onset->validity = RV_WITHHELD;
    }
    withhold(&compound->negative_duration_ms, reason);
    withhold(&compound->total_duration_ms, reason);
    withhold(&compound->negative_area_uvms, reason);
}

/* An onset right after blanking, with an artefact there, or a foot that was never seen. */
static void judge_start(const struct rv_wave *wave, struct rv_compound *compound)
{
    const struct rv_mark *onset = &compound->marks[RV_MARK_ONSET];
    if (onset->validity != RV_MEASURED) {
        return;
    }
    const double blank_ms = rv_wave_ms(wave, (double)wave->blank);
    const double room_ms = onset->ms - blank_ms;
    if (wave->artefact_seen && room_ms < wave->rules->foot_gap_ms) {
        compound->flags |= rv_flag_bit(RV_FLAG_ARTEFACT_OVERLAPS_ONSET);
        withhold_onset(compound, "artefact_overlaps_onset");
    } else if (room_ms < 2000.0 / wave->rate_hz) {
        compound->flags |= rv_flag_bit(RV_FLAG_AT_WINDOW_BOUND);
        withhold_onset(compound, "at_window_bound");
    }
}

/* The first large phase is positive and outweighs what follows. */
static void judge_polarity(const struct rv_wave *wave, struct rv_compound *compound)
{
    size_t lowest = wave->blank;
    for (size_t i = wave->blank; i < wave->peak; i++) {
        lowest = wave->smooth[i] < wave->smooth[lowest] ? i : lowest;
    }
    const double depth = -wave->smooth[lowest];
    if (depth > INVERTED_RATIO * wave->amplitude && depth > 10.0 * wave->smooth_sd) {
        compound->flags |= rv_flag_bit(RV_FLAG_INVERTED);
        withhold(&compound->amplitude_uv, "inverted_polarity");
        withhold(&compound->negative_area_uvms, "inverted_polarity");
        withhold(&compound->negative_duration_ms, "inverted_polarity");
    }
}

void rv_technique_judge(const struct rv_wave *wave, struct rv_compound *compound)
{
    const double pre_ms = 1000.0 * (double)wave->pre_count / wave->rate_hz;
    if (pre_ms < SHORT_BASELINE_MS) {
        compound->flags |= rv_flag_bit(RV_FLAG_SHORT_BASELINE);
    }
    if (wave->sweeps->used_count < 2) {
        compound->flags |= rv_flag_bit(RV_FLAG_FEW_SWEEPS);
    }
    if (compound->presence != RV_MEASURED) {
        return;
    }
    if (wave->tail.exponentials > 0) {
        compound->flags |= rv_flag_bit(RV_FLAG_TAIL_SUBTRACTED);
    }
    if (compound->flags & rv_flag_bit(RV_FLAG_CUT_BY_END) &&
        compound->marks[RV_MARK_RECOVERY].validity != RV_MEASURED) {
        withhold(&compound->amplitude_uv, "cut_by_end");
        withhold(&compound->negative_duration_ms, "cut_by_end");
    }
    judge_clipping(wave, compound);
    judge_start(wave, compound);
    judge_polarity(wave, compound);
}
