/* SPDX-License-Identifier: GPL-3.0-or-later
 * The order of the steps: trace and noise, presence, tail, peak, anchor, foot, onset, ends, and
 * what must be withheld.
 */
#include "mark/mark_compound.h"

#include "base/error.h"
#include "mark/compound.h"

#include <math.h>
#include <string.h>

enum { TAIL_ROUNDS = 3 };
/* The tallest peak of pure noise is about this many SDs of the smoothed noise. */
#define LEAST_SMOOTH 3.0
#define SEED_REACH 3.0 /* the negative peak lies this many widths around the shape found */

static void not_measurable(struct rv_compound *compound, const char *reason)
{
    compound->presence = RV_NOT_MEASURABLE;
    compound->presence_reason = reason;
}

static bool is_flat(const struct rv_sweeps *sweeps)
{
    double low = sweeps->average[0], high = low;
    for (size_t i = 0; i < sweeps->sample_count; i++) {
        low = fmin(low, sweeps->average[i]);
        high = fmax(high, sweeps->average[i]);
    }
    return !(high - low > 0.0);
}

/* Peak, foot and tail depend on one another: three rounds settle them. */
static bool settle_tail(struct rv_wave *wave, const struct rv_presence *presence)
{
    const double gap = wave->rules->foot_gap_ms;
    wave->seed_ms = presence->at_ms;
    wave->seed_reach_ms = fmax(SEED_REACH * presence->width_ms, wave->rules->seed_ms);
    double until = rv_tail_extent(wave, presence->at_ms - 2.5 * wave->rules->width_ms[0] - gap);
    for (int round = 1;; round++) {
        rv_tail_fit(wave, until);
        rv_wave_smooth(wave);
        if (!rv_coarse_find(wave)) {
            return false;
        }
        if (round == TAIL_ROUNDS) {
            return true;
        }
        rv_tail_use_late(wave);
        size_t dip;
        const size_t foot = rv_dip_find(wave, &dip) ? rv_dip_foot(wave, dip) : wave->foot;
        until = rv_tail_extent(wave, rv_wave_ms(wave, (double)foot) - gap);
        if (rv_tail_settled(wave, until)) {
            return true;
        }
    }
}

static bool measure_peak(struct rv_wave *wave, struct rv_compound *compound)
{
    struct rv_extremum top;
    const double rough_ms = 1000.0 * (double)(wave->peak - wave->foot) / wave->rate_hz;
    if (!rv_peak_fit(wave, wave->peak, 0.5 * rough_ms, 1.0, 0.0, &top)) {
        return false;
    }
    wave->peak_ms = top.ms;
    wave->peak_se_ms = top.se_ms;
    wave->amplitude = top.level;
    wave->peak_weight = top.level_weight;
    if (!(wave->amplitude > wave->rules->least_snr * wave->noise.sd) ||
        !(wave->amplitude > LEAST_SMOOTH * wave->smooth_sd)) {
        return false;
    }
    compound->marks[RV_MARK_NEGATIVE_PEAK] =
        (struct rv_mark){RV_MEASURED, top.ms, top.se_ms, -wave->amplitude, RV_BY_AUTO};
    const double amplitude_se = hypot(wave->rules->amplitude_k * top.level_se,
                                      wave->rules->amplitude_share * wave->amplitude);
    compound->amplitude_uv =
        (struct rv_value){RV_MEASURED, wave->amplitude, amplitude_se, RV_BY_AUTO, NULL};
    return true;
}

static bool measure_onset(struct rv_wave *wave, struct rv_compound *compound,
                          struct rv_onset *onset, struct rv_error *err, enum rv_status *status)
{
    const double snr_db = compound->snr_db;
    size_t dip;
    *status = RV_OK;
    if (!rv_anchor_fit(wave)) {
        return false;
    }
    struct rv_extremum bottom;
    if (rv_dip_find(wave, &dip) && rv_dip_onset(wave, dip, onset, &bottom)) {
        compound->marks[RV_MARK_INITIAL_POSITIVE_PEAK] =
            (struct rv_mark){RV_MEASURED, bottom.ms, bottom.se_ms, -bottom.level, RV_BY_AUTO};
    } else {
        struct rv_draws draws;
        if (!rv_hinge_draw(wave, snr_db, &draws)) {
            *status = rv_fail_memory(err);
            return false;
        }
        rv_onset_fuse(wave, &draws, snr_db, onset);
    }
    compound->flags |= onset->flags;
    compound->marks[RV_MARK_ONSET] = (struct rv_mark){
        RV_MEASURED, onset->ms, onset->se_ms, -rv_wave_interpolate(wave, onset->ms), RV_BY_AUTO};
    return true;
}

static void judge_absence(const struct rv_wave *wave, const struct rv_presence *presence,
                          struct rv_compound *compound)
{
    const double limit = wave->request->limit_uv;
    if (presence->spike) {
        not_measurable(compound, "spike");
    } else if (!wave->artefact_seen) {
        compound->flags |= rv_flag_bit(RV_FLAG_STIMULUS_NOT_SEEN);
        not_measurable(compound, "stimulus_not_seen");
    } else if (isnan(limit)) {
        not_measurable(compound, "no_limit");
    } else if (presence->detectable < limit) {
        compound->presence = RV_ABSENT;
        compound->presence_reason = "below_limit";
    } else {
        not_measurable(compound, "noise_above_limit");
    }
}

/* The tail on the samples of the average, positive when G1 is positive. */
static bool keep_tail(const struct rv_wave *wave, struct rv_arena *arena,
                      struct rv_compound *compound)
{
    compound->baseline_uv = -wave->tail.coefficient[0];
    if (wave->tail.exponentials == 0 && !wave->tail.step) {
        return true;
    }
    const struct rv_sweeps *sweeps = wave->sweeps;
    double *tail = rv_arena_alloc(arena, sweeps->sample_count, sizeof *tail);
    if (tail == NULL) {
        return false;
    }
    rv_tail_levels(&wave->tail, sweeps->start_ms, sweeps->rate_hz, sweeps->sample_count, tail);
    for (size_t i = 0; i < sweeps->sample_count; i++) {
        tail[i] = -tail[i];
    }
    compound->tail = tail;
    return true;
}

static enum rv_status mark(struct rv_wave *wave, struct rv_arena *arena,
                           struct rv_compound *compound, struct rv_error *err)
{
    struct rv_presence presence;
    if (!rv_wave_prepare(wave) || !rv_presence_test(wave, &presence)) {
        return rv_fail_memory(err);
    }
    compound->noise_uv = wave->noise.sd;
    compound->detectable_uv = presence.detectable;
    const bool settled = presence.present && settle_tail(wave, &presence);
    if (!settled || !measure_peak(wave, compound)) {
        memset(compound->marks, 0, sizeof compound->marks);
        compound->amplitude_uv = (struct rv_value){0};
        if (presence.present && wave->at_bound) {
            compound->flags |= rv_flag_bit(RV_FLAG_AT_WINDOW_BOUND);
            not_measurable(compound, "at_window_bound");
        } else if (presence.present) {
            not_measurable(compound, "uncertain_response");
        } else {
            judge_absence(wave, &presence, compound);
        }
        rv_technique_judge(wave, compound);
        return RV_OK;
    }
    compound->snr_db = 20.0 * log10(wave->amplitude / wave->noise.sd);
    compound->presence = RV_MEASURED;
    struct rv_onset onset;
    enum rv_status status;
    if (measure_onset(wave, compound, &onset, err, &status)) {
        rv_ends_mark(wave, &onset, compound);
    } else {
        compound->marks[RV_MARK_ONSET].validity = RV_NOT_MEASURABLE;
        compound->flags |= rv_flag_bit(RV_FLAG_CONFLICT);
    }
    rv_technique_judge(wave, compound);
    if (status == RV_OK && !keep_tail(wave, arena, compound)) {
        return rv_fail_memory(err);
    }
    return status;
}

enum rv_status rv_mark_compound(const struct rv_sweeps *sweeps,
                                const struct rv_mark_request *request, struct rv_arena *arena,
                                struct rv_compound *compound, struct rv_error *err)
{
    *compound = (struct rv_compound){.snr_db = (double)NAN, .detectable_uv = (double)NAN};
    const struct rv_compound_rules *rules = rv_compound_rules(request->kind);
    const double from = isnan(request->search_from_ms) ? rules->from_ms : request->search_from_ms;
    const double end =
        rv_sample_ms(sweeps->start_ms, sweeps->rate_hz, (double)sweeps->sample_count);
    if (sweeps->sample_count < 32 || end < from + 1.0) {
        not_measurable(compound, "recording_too_short");
        return RV_OK;
    }
    if (is_flat(sweeps)) {
        compound->flags |= rv_flag_bit(RV_FLAG_FLAT);
        not_measurable(compound, "flat");
        return RV_OK;
    }
    struct rv_wave wave = {.sweeps = sweeps, .request = request, .rules = rules};
    struct rv_arena *own = request->scratch == NULL ? rv_arena_new() : NULL;
    wave.scratch = own != NULL ? own : request->scratch;
    if (wave.scratch == NULL) {
        return rv_fail_memory(err);
    }
    if (own == NULL) {
        rv_arena_clear(wave.scratch);
    }
    const enum rv_status status = mark(&wave, arena, compound, err);
    rv_arena_free(own);
    return status;
}
