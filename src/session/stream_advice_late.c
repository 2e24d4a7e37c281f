/* SPDX-License-Identifier: GPL-3.0-or-later
 * What can be advised on F-waves, H-reflexes and trains while they are stimulated. Method:
 * docs/stream.md "Advice"; the numbers stand in thresholds.tsv.
 */
#include "reference/judge.h"
#include "session/stream_advice.h"
#include "session/stream_numbers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Two-sided 95 %. */
static const double z95 = 1.959964;
/* Currents nearer to each other than this are one. */
static const double same_ma = 0.05;
/* An H has fallen when it has lost this part of the largest, as the report sees it. */
static const double left_share = 0.7;
/* So many sweeps must agree, or have come before muscle is called active and a current too small or
 * too large. */
enum { SWEEPS_AGREEING = 2, SWEEPS_TOLD = 3, RATE_RESPONSES = 4 };

void rv_wilson(double count, double of, double *low, double *high)
{
    const double p = count / of, square = z95 * z95 / of;
    const double middle = (p + square / 2) / (1 + square);
    const double half = z95 / (1 + square) * sqrt(p * (1 - p) / of + square / (4 * of));
    *low = fmax(middle - half, 0);
    *high = fmin(middle + half, 1);
}

static const struct rv_value *value_of(const struct rv_measurement *measurement,
                                       enum rv_parameter parameter)
{
    return &measurement->results[parameter].value;
}

static bool is_measured(const struct rv_measurement *measurement, enum rv_parameter parameter)
{
    return value_of(measurement, parameter)->validity == RV_MEASURED;
}

/* --- F-waves --------------------------------------------------------------------------------- */

/* What is known of the persistence: its interval, in percent, against the reference limit. */
struct persistence {
    double count, stimuli, low, high, limit; /* limit NaN: there is none */
    double minimum_se_ms;                    /* NaN: there is no F-wave */
};

static struct persistence persistence_of(const struct rv_adviser *adviser,
                                         const struct rv_measurement *measurement)
{
    struct rv_limits limits;
    struct persistence found = {.count = value_of(measurement, RV_F_COUNT)->value,
                                .stimuli = value_of(measurement, RV_F_STIMULI)->value,
                                .limit = NAN,
                                .minimum_se_ms = NAN};
    if (is_measured(measurement, RV_F_MINIMUM))
        found.minimum_se_ms = value_of(measurement, RV_F_MINIMUM)->se;
    rv_wilson(found.count, found.stimuli, &found.low, &found.high);
    found.low *= 100;
    found.high *= 100;
    if (rv_reference_limits(adviser->context->reference, &adviser->context->study->patient,
                            measurement->response, RV_F_PERSISTENCE, &limits))
        found.limit = limits.lower;
    return found;
}

/* The interval lies on one side of the limit, and the minimum is known well, or there is none. */
static bool is_settled(const struct persistence *found, const struct rv_stream_numbers *numbers)
{
    bool told = !(found->low <= found->limit && found->limit <= found->high);
    bool carried = found->count < 0.5 || (found->count >= numbers->f_waves_least &&
                                          found->minimum_se_ms <= numbers->f_minimum_se_ms);
    return told && carried;
}

static void tell_enough_f(const struct rv_adviser *adviser,
                          const struct rv_measurement *measurement, const struct persistence *found)
{
    bool settled = is_settled(found, adviser->context->numbers);
    const struct rv_value *minimum = value_of(measurement, RV_F_MINIMUM);
    char latency[96] = "";
    if (minimum->validity == RV_MEASURED)
        snprintf(latency, sizeof latency, ", minimum %.1f +/- %.1f ms", minimum->value,
                 minimum->se);
    rv_advice_give(adviser, RV_ADVICE_ENOUGH_F,
                   "F-waves in %.0f of %.0f stimuli: persistence %.0f %% (95 %% interval %.0f to "
                   "%.0f %%)%s: %s",
                   found->count, found->stimuli, 100 * found->count / found->stimuli, found->low,
                   found->high, latency,
                   settled ? "enough stimuli" : "the usual number of stimuli");
    adviser->live->stable = true;
}

/* Ten stimuli do, or twenty where ten leave the persistence on both sides of its limit. */
static void advise_stimuli(const struct rv_adviser *adviser,
                           const struct rv_measurement *measurement)
{
    const struct rv_stream_numbers *numbers = adviser->context->numbers;
    const struct persistence found = persistence_of(adviser, measurement);
    struct rv_live *live = adviser->live;
    if (rv_advice_told(live, RV_ADVICE_ENOUGH_F))
        return;
    double asked = numbers->f_stimuli_least;
    if (found.stimuli >= asked && !is_settled(&found, numbers))
        asked = numbers->f_stimuli_usual;
    if (found.stimuli >= asked) {
        tell_enough_f(adviser, measurement, &found);
        return;
    }
    if (live->told_stimuli == (size_t)asked)
        return;
    live->told_stimuli = (size_t)asked;
    if (found.stimuli < numbers->f_stimuli_least)
        rv_advice_give(adviser, RV_ADVICE_MORE_F,
                       "F-waves: %.0f more stimuli for minimum latency and persistence",
                       asked - found.stimuli);
    else
        rv_advice_give(adviser, RV_ADVICE_MORE_F,
                       "F-waves in %.0f of %.0f stimuli: persistence %.0f to %.0f %% (95 %% "
                       "interval), %s: %.0f more stimuli",
                       found.count, found.stimuli, found.low, found.high,
                       found.minimum_se_ms > numbers->f_minimum_se_ms ? "minimum uncertain"
                                                                      : "still open",
                       asked - found.stimuli);
}

/* None so far, where half of the stimuli at least should have one. */
static void advise_absent_f(const struct rv_adviser *adviser,
                            const struct rv_measurement *measurement)
{
    const struct persistence found = persistence_of(adviser, measurement);
    if (found.count > 0.5 || !(found.high < found.limit) ||
        rv_advice_told(adviser->live, RV_ADVICE_NO_F))
        return;
    rv_advice_give(adviser, RV_ADVICE_NO_F,
                   "no F-wave of %.0f \xC2\xB5V in %.0f stimuli so far: is the stimulus "
                   "supramaximal, the cathode proximal?",
                   measurement->late->floor_uv, found.stimuli);
}

static void advise_hidden_f(const struct rv_adviser *adviser,
                            const struct rv_measurement *measurement)
{
    const struct rv_late *late = measurement->late;
    struct rv_live *live = adviser->live;
    if (isnan(late->m_onset_ms)) {
        if (!rv_advice_told(live, RV_ADVICE_ABSENT))
            rv_advice_give(adviser, RV_ADVICE_ABSENT,
                           "no direct response (M-wave) seen so far: of F-waves nothing can be "
                           "said");
    } else if (!late->voluntary && !rv_advice_told(live, RV_ADVICE_NOISE)) {
        rv_advice_give(adviser, RV_ADVICE_NOISE,
                       "noise hides F-waves below %.0f \xC2\xB5V: check electrodes and ground",
                       late->floor_uv);
    }
}

/* Where muscle hides more than `floor_uv`. */
static void advise_voluntary(const struct rv_adviser *adviser,
                             const struct rv_measurement *measurement, double floor_uv)
{
    const struct rv_late *late = measurement->late;
    if (!late->voluntary || late->floor_uv <= floor_uv || late->used_count < SWEEPS_TOLD ||
        rv_advice_told(adviser->live, RV_ADVICE_RELAX))
        return;
    rv_advice_give(adviser, RV_ADVICE_RELAX,
                   "muscle is active between the stimuli (%.0f \xC2\xB5V peak to peak) and hides "
                   "what is below %.0f \xC2\xB5V: let the patient relax",
                   late->background_uv, late->floor_uv);
}

static void advise_f(const struct rv_adviser *adviser, const struct rv_measurement *measurement,
                     const struct rv_notices *notices)
{
    (void)notices;
    if (measurement->late == NULL)
        return;
    advise_voluntary(adviser, measurement, adviser->context->numbers->f_floor_uv);
    if (!is_measured(measurement, RV_F_COUNT) || !is_measured(measurement, RV_F_STIMULI)) {
        advise_hidden_f(adviser, measurement);
        return;
    }
    advise_absent_f(adviser, measurement);
    advise_stimuli(adviser, measurement);
}

/* --- H-reflex -------------------------------------------------------------------------------- */

/* The series as far as it has come. */
struct series {
    double h_uv, h_ma;        /* the largest reflex */
    double least_ma, most_ma; /* currents; NaN where not known */
    double m_uv;              /* the largest direct response */
    double m_first_uv;        /* the largest at the smallest current */
    size_t used, at_most;     /* sweeps, and those at the largest current */
    size_t fallen;            /* of the last ones: at larger currents, and a third of it lost */
};

static double or_zero(double number)
{
    return isnan(number) ? 0 : number;
}

static void look_again(const struct rv_late *late, struct series *series)
{
    for (size_t i = 0; i < late->sweep_count; i++) {
        const struct rv_late_sweep *sweep = &late->sweeps[i];
        if (sweep->found == RV_UNTESTED)
            continue;
        if (sweep->intensity <= series->least_ma + same_ma)
            series->m_first_uv = fmax(series->m_first_uv, or_zero(sweep->m_amplitude_uv));
        series->at_most += sweep->intensity >= series->most_ma - same_ma ? 1 : 0;
        bool smaller =
            !(sweep->found == RV_MEASURED && sweep->amplitude_uv > left_share * series->h_uv);
        series->fallen =
            smaller && sweep->intensity > series->h_ma + same_ma ? series->fallen + 1 : 0;
    }
}

static struct series series_of(const struct rv_late *late)
{
    struct series series = {.least_ma = NAN, .most_ma = NAN, .h_ma = NAN};
    for (size_t i = 0; i < late->sweep_count; i++) {
        const struct rv_late_sweep *sweep = &late->sweeps[i];
        if (sweep->found == RV_UNTESTED)
            continue;
        series.used++;
        series.least_ma = fmin(series.least_ma, sweep->intensity); /* fmin passes over NaN */
        series.most_ma = fmax(series.most_ma, sweep->intensity);
        series.m_uv = fmax(series.m_uv, or_zero(sweep->m_amplitude_uv));
        if (sweep->found != RV_MEASURED || sweep->amplitude_uv <= series.h_uv)
            continue;
        series.h_uv = sweep->amplitude_uv;
        series.h_ma = sweep->intensity;
    }
    look_again(late, &series);
    return series;
}

/* Before the largest reflex is passed: is the current in the range where one is looked for? */
static void advise_h_current(const struct rv_adviser *adviser, const struct rv_late *late,
                             const struct series *series)
{
    const struct rv_live *live = adviser->live;
    bool no_m = series->m_uv <= late->floor_uv, no_h = !(series->h_uv > 0);
    if (no_m && no_h && series->at_most >= SWEEPS_TOLD && !rv_advice_told(live, RV_ADVICE_RAISE))
        rv_advice_give(adviser, RV_ADVICE_RAISE,
                       "neither H nor M at %.1f mA: raise the current slowly", series->most_ma);
    if (no_h && series->m_first_uv > late->floor_uv && series->used >= SWEEPS_TOLD &&
        !isnan(series->least_ma) && !rv_advice_told(live, RV_ADVICE_LOWER))
        rv_advice_give(adviser, RV_ADVICE_LOWER,
                       "M but no H from %.1f mA on: begin with a smaller current, H comes before M",
                       series->least_ma);
}

static void tell_m_reached(const struct rv_adviser *adviser,
                           const struct rv_measurement *measurement, const struct series *series)
{
    const struct rv_value *ratio = value_of(measurement, RV_H_M_RATIO);
    if (ratio->validity == RV_MEASURED)
        rv_advice_give(adviser, RV_ADVICE_M_REACHED,
                       "M grows no more (%.2f mV): H/M %.1f +/- %.1f %%", series->m_uv / 1000,
                       ratio->value, ratio->se);
    else
        rv_advice_give(adviser, RV_ADVICE_M_REACHED,
                       "M grows no more (%.2f mV), and no H that repeats was seen",
                       series->m_uv / 1000);
    adviser->live->stable = true;
}

/* The largest reflex was passed, now or before. */
static bool advise_passed(const struct rv_adviser *adviser,
                          const struct rv_measurement *measurement, const struct series *series)
{
    if (rv_advice_told(adviser->live, RV_ADVICE_H_PASSED))
        return true;
    if (!is_measured(measurement, RV_H_LATENCY) || series->fallen < SWEEPS_AGREEING)
        return false;
    rv_advice_give(adviser, RV_ADVICE_H_PASSED,
                   "largest H %.2f mV at %.1f mA, smaller beyond: its maximum is passed%s",
                   series->h_uv / 1000, series->h_ma,
                   measurement->late->plateau ? "" : "; M still grows, and H/M needs its largest");
    return true;
}

/* M grew from nothing to its plateau, and no reflex came that noise could not have hidden. */
static bool is_without_h(const struct rv_measurement *measurement, const struct series *series)
{
    const struct rv_value *latency = value_of(measurement, RV_H_LATENCY);
    bool noisy = latency->reason != NULL && strcmp(latency->reason, "noise_above_limit") == 0;
    return latency->validity != RV_MEASURED && !noisy &&
           series->m_first_uv <= measurement->late->floor_uv;
}

static void advise_h(const struct rv_adviser *adviser, const struct rv_measurement *measurement,
                     const struct rv_notices *notices)
{
    const struct rv_late *late = measurement->late;
    (void)notices;
    if (late == NULL)
        return;
    const struct series series = series_of(late);
    advise_voluntary(adviser, measurement, adviser->context->numbers->h_floor_uv);
    advise_h_current(adviser, late, &series);
    bool passed = advise_passed(adviser, measurement, &series);
    bool grown = series.m_uv > late->floor_uv && series.most_ma > series.least_ma + same_ma;
    if (late->plateau && grown && (passed || is_without_h(measurement, &series)) &&
        !rv_advice_told(adviser->live, RV_ADVICE_M_REACHED))
        tell_m_reached(adviser, measurement, &series);
}

/* --- trains ---------------------------------------------------------------------------------- */

/* Of the kept stimuli; they lie in the order in which they came. */
static double rate_hz(const struct rv_live *live)
{
    double span_s = live->stimulus_s[live->kept - 1] - live->stimulus_s[0];
    return live->kept > 1 && span_s > 0 ? (double)(live->kept - 1) / span_s : (double)NAN;
}

static void advise_rate(const struct rv_adviser *adviser, double hz)
{
    const struct rv_stream_numbers *numbers = adviser->context->numbers;
    bool slow = hz < 0.9 * numbers->train_least_hz; /* a tenth more or less is the device's */
    bool between = hz > 1.1 * numbers->train_most_hz && hz < 0.9 * numbers->train_fast_hz;
    if (adviser->live->kept < RATE_RESPONSES || !(slow || between) ||
        rv_advice_told(adviser->live, RV_ADVICE_RATE))
        return;
    rv_advice_give(adviser, RV_ADVICE_RATE,
                   "stimuli at %.1f Hz: a decrement is looked for at %.0f to %.0f Hz, an increment "
                   "from %.0f Hz on",
                   hz, numbers->train_least_hz, numbers->train_most_hz, numbers->train_fast_hz);
}

static void advise_train(const struct rv_adviser *adviser, const struct rv_measurement *measurement,
                         const struct rv_notices *notices)
{
    struct rv_live *live = adviser->live;
    const struct rv_value *decrement = value_of(measurement, RV_DECREMENT);
    double hz = rate_hz(live);
    if (measurement->late == NULL)
        return;
    advise_rate(adviser, hz);
    for (size_t i = 0; i < notices->count; i++)
        if (strcmp(notices->items[i].code, "irregular_train") == 0 &&
            !rv_advice_told(live, RV_ADVICE_IRREGULAR))
            rv_advice_give(adviser, RV_ADVICE_IRREGULAR, "%s", notices->items[i].text);
    if (decrement->validity != RV_MEASURED ||
        (double)live->sweep_count < adviser->context->numbers->train_count ||
        rv_advice_told(live, RV_ADVICE_TRAIN_DONE))
        return;
    rv_advice_give(adviser, RV_ADVICE_TRAIN_DONE,
                   "%zu responses at %.1f Hz: decrement first to fourth %.1f +/- %.1f %%",
                   measurement->sweeps_used, hz, decrement->value, decrement->se);
    live->stable = true;
}

static void advise_blink(const struct rv_adviser *adviser, const struct rv_measurement *measurement,
                         const struct rv_notices *notices)
{
    (void)notices;
    if (measurement->present == RV_PRESENT_NO && measurement->sweeps_used >= SWEEPS_AGREEING &&
        !rv_advice_told(adviser->live, RV_ADVICE_ABSENT))
        rv_advice_give(adviser, RV_ADVICE_ABSENT, "no reflex seen so far");
}

void rv_live_advise_late(const struct rv_adviser *adviser, const struct rv_measurement *measurement,
                         const struct rv_notices *notices)
{
    static void (*const kinds[RV_KIND_COUNT])(
        const struct rv_adviser *, const struct rv_measurement *,
        const struct rv_notices *) = {[RV_F_WAVE] = advise_f,
                                      [RV_H_REFLEX] = advise_h,
                                      [RV_BLINK] = advise_blink,
                                      [RV_REPETITIVE] = advise_train};
    if (kinds[measurement->response->kind] != NULL)
        kinds[measurement->response->kind](adviser, measurement, notices);
}
