/* SPDX-License-Identifier: GPL-3.0-or-later
 * A report made by hand.
 */
#include "fixture.h"

#include "base/arena.h"

#include <math.h>
#include <string.h>

enum { RESPONSE_COUNT = 12, NEEDLE_COUNT = 5, SAMPLE_COUNT = 1200, F_SAMPLE_COUNT = 2000 };

struct build {
    struct rv_arena *arena;
    struct rv_study *study;
    struct rv_report *report;
    struct rv_response *responses;
    struct rv_measurement *measurements;
    unsigned random;
    bool hostile;
};

static const char ndtf[] = "Chen et al., Muscle Nerve 2016;54:371-377";
static const char preston[] = "Preston and Shapiro, 4th edition, chapter 11";

/* A small generator of its own (Numerical Recipes' LCG): the same noise everywhere. */
static double noise(struct build *b, double sd)
{
    double sum = 0.0;
    for (int i = 0; i < 12; i++) {
        b->random = b->random * 1664525u + 1013904223u;
        sum += (double)(b->random >> 8) / 16777216.0;
    }
    return sd * (sum - 6.0);
}

static void clear_response(struct rv_response *r, const char *id)
{
    *r = (struct rv_response){.id = id,
                              .distance_mm = NAN,
                              .segment_mm = NAN,
                              .distance_se_mm = NAN,
                              .temperature_c = NAN,
                              .intensity_ma = NAN,
                              .intensity_v = NAN,
                              .pulse_ms = NAN};
    for (int p = 0; p < RV_PARAMETER_COUNT; p++)
        r->entered[p] = (struct rv_entered){NAN, NAN};
}

static void clear_measurement(struct rv_measurement *m, const struct rv_response *r)
{
    *m = (struct rv_measurement){
        .response = r, .present = RV_PRESENT_YES, .temperature_c = 32.4, .snr_db = NAN};
    for (int p = 0; p < RV_PARAMETER_COUNT; p++) {
        m->results[p].value.se = m->results[p].entered.se = NAN;
        m->results[p].corrected = NAN;
        m->results[p].verdict =
            (struct rv_verdict){RV_NOT_JUDGED, NAN, NAN, NAN, NAN, NULL, false, NULL};
    }
}

static struct rv_measurement *add(struct build *b, size_t i, enum rv_kind kind, const char *nerve,
                                  enum rv_side side, const char *record, const char *stimulate)
{
    static const char *const ids[RESPONSE_COUNT] = {"R01", "R02", "R03", "R04", "R05", "R06",
                                                    "R07", "R08", "R09", "R10", "R11", "R12"};
    struct rv_response *r = &b->responses[i];
    clear_response(r, ids[i]);
    r->kind = kind;
    r->nerve = nerve;
    r->side = side;
    r->record = record;
    r->stimulate = stimulate;
    clear_measurement(&b->measurements[i], r);
    return &b->measurements[i];
}

static struct rv_result *set(struct rv_measurement *m, enum rv_parameter p, double value, double se)
{
    m->results[p].value = (struct rv_value){RV_MEASURED, value, se, RV_BY_AUTO, NULL};
    return &m->results[p];
}

static struct rv_result *set_entered(struct build *b, size_t i, enum rv_parameter p, double value,
                                     double resolution)
{
    b->responses[i].entered[p] = (struct rv_entered){value, resolution};
    struct rv_result *result = &b->measurements[i].results[p];
    result->entered =
        (struct rv_value){RV_MEASURED, value, resolution / sqrt(3.0), RV_BY_ENTERED, NULL};
    if (result->value.validity == RV_UNTESTED)
        result->value = result->entered;
    return result;
}

static void judge(struct rv_result *result, enum rv_judgement judgement, double lower, double upper,
                  double p)
{
    result->verdict.judgement = judgement;
    result->verdict.lower = lower;
    result->verdict.upper = upper;
    result->verdict.p_abnormal = p;
    result->verdict.source = ndtf;
    result->verdict.verified = true;
}

static void mark(struct rv_measurement *m, enum rv_mark_kind kind, double ms, double se)
{
    m->marks[kind] = (struct rv_mark){RV_MEASURED, ms, se, 0.0, RV_BY_AUTO};
}

/* --- traces: a smooth biphasic wave, an artefact tail, noise -------------------------------- */

static double wave(double ms, double onset, double rise)
{
    double t = (ms - onset) / rise;
    return t <= 0.0
               ? 0.0
               : t * t * exp(2.0 - 2.0 * t) - 0.32 * pow(t / 2.6, 4) * exp(4.0 - 4.0 * t / 2.6);
}

struct shape {
    double amplitude_uv, onset_ms, rise_ms, artefact_uv, noise_uv;
    size_t sweeps;
};

static struct rv_trace *trace(struct build *b, const struct shape *shape)
{
    struct rv_trace *t = rv_arena_alloc(b->arena, 1, sizeof *t);
    double *average = rv_arena_alloc(b->arena, SAMPLE_COUNT, sizeof *average);
    double *tail = rv_arena_alloc(b->arena, SAMPLE_COUNT, sizeof *tail);
    double *sweeps = rv_arena_alloc(b->arena, SAMPLE_COUNT * shape->sweeps, sizeof *sweeps);
    bool *rejected = rv_arena_alloc(b->arena, shape->sweeps, sizeof *rejected);
    *t = (struct rv_trace){.rate_hz = 48000.0, .start_ms = -2.0, .sample_count = SAMPLE_COUNT};
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        double ms = t->start_ms + 1000.0 * (double)i / t->rate_hz;
        double clean = -shape->amplitude_uv * wave(ms, shape->onset_ms, shape->rise_ms);
        tail[i] = ms < 0.0 ? 0.0 : shape->artefact_uv * exp(-ms / 0.8);
        for (size_t k = 0; k < shape->sweeps; k++)
            sweeps[k * SAMPLE_COUNT + i] = clean + tail[i] + noise(b, shape->noise_uv);
        for (size_t k = 0; k < shape->sweeps; k++)
            average[i] += sweeps[k * SAMPLE_COUNT + i] / (double)shape->sweeps;
    }
    if (shape->sweeps > 3)
        rejected[3] = true;
    t->average_uv = average;
    t->tail_uv = tail;
    t->sweeps_uv = sweeps;
    t->sweep_count = shape->sweeps;
    t->sweep_rejected = rejected;
    t->noise_uv = shape->noise_uv / sqrt((double)shape->sweeps);
    t->calibrated = true;
    return t;
}

static void compound(struct build *b, struct rv_measurement *m, const struct shape *shape,
                     double se)
{
    m->trace = trace(b, shape);
    m->sweeps_used = shape->sweeps - (shape->sweeps > 3 ? 1 : 0);
    m->sweeps_rejected = shape->sweeps > 3 ? 1 : 0;
    m->snr_db = 20.0 * log10(shape->amplitude_uv / m->trace->noise_uv);
    m->grade = m->snr_db > 30.0 ? RV_GOOD : RV_FAIR;
    m->channel = "EMG 1";
    m->processing = "mean of the kept sweeps; 50 Hz mains subtracted; artefact tail subtracted "
                    "for the marks";
    ((struct rv_response *)(uintptr_t)m->response)->file = "visit.edf";
    mark(m, RV_MARK_ONSET, shape->onset_ms + 0.05 * shape->rise_ms, se);
    mark(m, RV_MARK_NEGATIVE_PEAK, shape->onset_ms + shape->rise_ms, se / 2.0);
    mark(m, RV_MARK_RECOVERY, shape->onset_ms + 2.55 * shape->rise_ms, 2.0 * se);
    mark(m, RV_MARK_POSITIVE_PEAK, shape->onset_ms + 3.3 * shape->rise_ms, 3.0 * se);
    mark(m, RV_MARK_END, shape->onset_ms + 7.0 * shape->rise_ms, 8.0 * se);
}

static struct rv_trace *late_trace(struct build *b, size_t sweeps)
{
    struct rv_trace *t = rv_arena_alloc(b->arena, 1, sizeof *t);
    double *samples = rv_arena_alloc(b->arena, F_SAMPLE_COUNT * sweeps, sizeof *samples);
    double *average = rv_arena_alloc(b->arena, F_SAMPLE_COUNT, sizeof *average);
    *t = (struct rv_trace){.rate_hz = 40000.0, .start_ms = 0.0, .sample_count = F_SAMPLE_COUNT};
    for (size_t k = 0; k < sweeps; k++) {
        double late = 27.3 + 0.14 * (double)((7 * k) % 20), size = k % 5 == 4 ? 0.0 : 210.0;
        for (size_t i = 0; i < F_SAMPLE_COUNT; i++) {
            double ms = 1000.0 * (double)i / t->rate_hz;
            samples[k * F_SAMPLE_COUNT + i] =
                -9000.0 * wave(ms, 2.9, 2.4) - size * wave(ms, late, 1.3) + noise(b, 6.0);
            average[i] += samples[k * F_SAMPLE_COUNT + i] / (double)sweeps;
        }
    }
    t->average_uv = average;
    t->sweeps_uv = samples;
    t->sweep_count = sweeps;
    t->noise_uv = 6.0;
    t->calibrated = true;
    return t;
}

/* --- the responses --------------------------------------------------------------------------- */

static void median_motor(struct build *b)
{
    struct rv_measurement *m = add(b, 0, RV_MOTOR, "median", RV_RIGHT, "APB", "wrist");
    b->responses[0].distance_mm = 80;
    b->responses[0].intensity_ma = 24.5;
    b->responses[0].pulse_ms = 0.2;
    compound(b, m, &(struct shape){6810, 5.0, 2.4, 900, 12, 10}, 0.031);
    struct rv_result *onset = set(m, RV_ONSET_LATENCY, 5.12, 0.031);
    set_entered(b, 0, RV_ONSET_LATENCY, 5.2, 0.05);
    judge(onset, RV_ABNORMAL, NAN, 4.5, 1.0);
    onset->verdict.z = 3.04;
    onset->corrected = 4.92;
    onset->correction = "to 33 degrees C: 0.2 ms a degree; for comparison only";
    judge(set(m, RV_AMPLITUDE, 6.81, 0.02), RV_NORMAL, 4.1, NAN, 0.0);
    set(m, RV_NEGATIVE_DURATION, 6.12, 0.07);
    set(m, RV_NEGATIVE_AREA, 22.4, 0.2);
    set(m, RV_NEGATIVE_PEAK_LATENCY, 7.4, 0.02);
    set(m, RV_TERMINAL_LATENCY_INDEX, 0.29, 0.01);
    m->flags = rv_flag_bit(RV_FLAG_TAIL_SUBTRACTED) | rv_flag_bit(RV_FLAG_MAINS_SUBTRACTED);

    m = add(b, 1, RV_MOTOR, "median", RV_RIGHT, "APB", "elbow");
    b->responses[1].segment_mm = 220;
    compound(b, m, &(struct shape){6600, 9.1, 2.45, 300, 12, 10}, 0.033);
    set(m, RV_ONSET_LATENCY, 9.21, 0.033);
    set(m, RV_AMPLITUDE, 6.58, 0.02);
    set(m, RV_NEGATIVE_DURATION, 6.25, 0.08);
    set(m, RV_NEGATIVE_AREA, 22.0, 0.2);
    judge(set(m, RV_CONDUCTION_VELOCITY, 53.8, 0.84), RV_NORMAL, 49, NAN, 0.0);
    set(m, RV_AMPLITUDE_DROP, 3.4, 0.4);
    set(m, RV_AREA_DROP, 1.8, 1.2);
    set(m, RV_DURATION_CHANGE, 2.1, 1.7);
}

static void ulnar_motor(struct build *b)
{
    static const char *const sites[] = {"wrist", "below elbow", "above elbow"};
    static const double onsets[] = {2.84, 6.52, 8.54}, amplitudes[] = {9.42, 9.15, 8.06};
    for (size_t i = 0; i < 3; i++) {
        struct rv_measurement *m = add(b, 2 + i, RV_MOTOR, "ulnar", RV_RIGHT, "ADM", sites[i]);
        compound(b, m, &(struct shape){1000 * amplitudes[i], onsets[i] - 0.1, 2.3, 400, 15, 8},
                 0.024);
        judge(set(m, RV_ONSET_LATENCY, onsets[i], 0.024), i == 0 ? RV_NORMAL : RV_NOT_JUDGED, NAN,
              i == 0 ? 3.7 : (double)NAN, 0.0);
        set(m, RV_AMPLITUDE, amplitudes[i], 0.03);
        set(m, RV_NEGATIVE_DURATION, 5.9 + 0.1 * (double)i, 0.06);
        set(m, RV_NEGATIVE_AREA, 29.3 - (double)i, 0.2);
    }
    b->responses[2].distance_mm = 70;
    b->measurements[2].results[RV_ONSET_LATENCY].verdict.note =
        "limit is for 80 mm, study at 70 mm";
    b->responses[3].segment_mm = 210;
    b->responses[4].segment_mm = 100;
    judge(set(&b->measurements[3], RV_CONDUCTION_VELOCITY, 57.1, 0.9), RV_NORMAL, 52, NAN, 0.0);
    struct rv_result *velocity = set(&b->measurements[4], RV_CONDUCTION_VELOCITY, 49.6, 1.21);
    judge(velocity, RV_BORDERLINE, 50, NAN, 0.63);
    velocity->verdict.source = preston;
    velocity->verdict.verified = false;
    set(&b->measurements[4], RV_AMPLITUDE_DROP, 11.9, 0.5);
    set(&b->measurements[4], RV_VELOCITY_DROP, 7.5, 1.5);
    b->measurements[4].flags = rv_flag_bit(RV_FLAG_SHORT_SEGMENT);
}

static void sensory(struct build *b)
{
    struct rv_measurement *m = add(b, 5, RV_SENSORY, "median", RV_RIGHT, "D2", "wrist");
    b->responses[5].distance_mm = 140;
    compound(b, m, &(struct shape){9.2, 3.4, 0.8, 60, 1.4, 20}, 0.06);
    m->results[RV_ONSET_LATENCY].value =
        (struct rv_value){RV_WITHHELD, 3.4, NAN, RV_BY_AUTO, "artefact_overlaps_onset"};
    m->marks[RV_MARK_ONSET].validity = RV_WITHHELD;
    struct rv_result *peak = set(m, RV_NEGATIVE_PEAK_LATENCY, 4.31, 0.018);
    judge(peak, RV_ABNORMAL, NAN, 4.0, 1.0);
    peak->verdict.verified = false;
    set(m, RV_AMPLITUDE, 9.2, 0.4);
    judge(set(m, RV_AMPLITUDE_PEAK_TO_PEAK, 12.6, 0.5), RV_BORDERLINE, 13, NAN, 0.79);
    m->flags = rv_flag_bit(RV_FLAG_ARTEFACT_OVERLAPS_ONSET);

    m = add(b, 6, RV_SENSORY, "ulnar", RV_RIGHT, "D5", "wrist");
    b->responses[6].distance_mm = 140;
    m->present = RV_PRESENT_NO;
    m->trace = trace(b, &(struct shape){0.0, 3.0, 0.8, 20, 1.4, 20});
    m->sweeps_used = 20;
    m->results[RV_NEGATIVE_PEAK_LATENCY].value.validity = RV_ABSENT;
    m->results[RV_AMPLITUDE].value.validity = RV_ABSENT;
    m->results[RV_AMPLITUDE].verdict.judgement = RV_ABNORMAL;
    m->results[RV_AMPLITUDE].verdict.lower = 9;
    m->results[RV_AMPLITUDE].verdict.source = ndtf;
    m->results[RV_AMPLITUDE].verdict.verified = true;
    m->results[RV_AMPLITUDE].verdict.p_abnormal = 1.0;

    m = add(b, 7, RV_SENSORY, "sural", RV_LEFT, "ankle", "calf");
    b->responses[7].distance_mm = 140;
    b->responses[7].distance_se_mm = 3;
    b->responses[7].note = "measured at the neighbouring laboratory";
    judge(set_entered(b, 7, RV_NEGATIVE_PEAK_LATENCY, 3.6, 0.05), RV_NORMAL, NAN, 4.5, 0.0);
    judge(set_entered(b, 7, RV_AMPLITUDE, 112, 0.5), RV_NORMAL, 4, NAN, 0.0);
    m->temperature_c = 30.8;
}

static void late(struct build *b)
{
    struct rv_measurement *m = add(b, 8, RV_F_WAVE, "ulnar", RV_RIGHT, "ADM", "wrist");
    m->trace = late_trace(b, 20);
    m->sweeps_used = 20;
    m->grade = RV_GOOD;
    b->responses[8].file = "visit.edf";
    judge(set(m, RV_F_MINIMUM, 27.34, 0.12), RV_NORMAL, NAN, 32, 0.0);
    set(m, RV_F_MEAN, 28.61, 0.21);
    set(m, RV_F_MAXIMUM, 29.96, 0.15);
    set(m, RV_F_PERSISTENCE, 80, 8.9);
    set(m, RV_F_CHRONODISPERSION, 2.6, 0.2);
    set(m, RV_F_COUNT, 16, NAN);
    set(m, RV_F_STIMULI, 20, NAN);

    m = add(b, 9, RV_H_REFLEX, "tibial", RV_LEFT, "soleus", "popliteal fossa");
    judge(set_entered(b, 9, RV_H_LATENCY, 31.4, 0.05), RV_NORMAL, NAN, 35, 0.0);
    m->results[RV_H_AMPLITUDE].value =
        (struct rv_value){RV_NOT_MEASURABLE, NAN, NAN, RV_BY_AUTO, "voluntary_background"};
    m->temperature_c = 30.8;

    m = add(b, 10, RV_H_REFLEX, "tibial", RV_RIGHT, "soleus", "popliteal fossa");
    m->present = RV_PRESENT_NO;
    m->results[RV_H_LATENCY].value.validity = RV_ABSENT;
    m->results[RV_H_LATENCY].value.by = RV_BY_ENTERED;

    m = add(b, 11, RV_MOTOR, "tibial", RV_LEFT, "AH", "ankle");
    m->results[RV_AMPLITUDE].value =
        (struct rv_value){RV_WITHHELD, NAN, NAN, RV_BY_AUTO, "no_unit"};
    b->responses[11].distance_mm = 80;
    compound(b, m, &(struct shape){8000, 4.1, 2.0, 100, 20, 5}, 0.03);
    m->trace->calibrated = false;
    m->grade = RV_POOR;
    m->flags = rv_flag_bit(RV_FLAG_NO_UNIT) | rv_flag_bit(RV_FLAG_FEW_SWEEPS);
    set(m, RV_ONSET_LATENCY, 4.21, 0.0021)->value.by = RV_BY_HAND;
    m->temperature_c = NAN;
}

/* --- needle and interpretation ---------------------------------------------------------------- */

static void needle_table(struct build *b)
{
    static const char *const muscles[NEEDLE_COUNT] = {"APB", "FDI", "EDC", "triceps",
                                                      "cervical paraspinals"};
    struct rv_needle *needle = rv_arena_alloc(b->arena, NEEDLE_COUNT, sizeof *needle);
    struct rv_muscle_result *results = rv_arena_alloc(b->arena, NEEDLE_COUNT, sizeof *results);
    for (size_t i = 0; i < NEEDLE_COUNT; i++) {
        bool normal = i == 0 || i == 3;
        needle[i] = (struct rv_needle){
            .muscle = muscles[i],
            .side = RV_RIGHT,
            .insertional = "normal",
            .fibrillations = normal ? RV_GRADE_0 : RV_GRADE_2,
            .sharp_waves = i == 4 ? RV_GRADE_EQUIVOCAL : RV_GRADE_0,
            .fasciculations = RV_GRADE_0,
            .mup_duration = normal ? RV_DURATION_NORMAL : RV_DURATION_LONG,
            .mup_amplitude = RV_SIZE_NORMAL,
            .polyphasia = RV_POLYPHASIA_UNKNOWN,
            .mup_duration_ms = i == 1 ? 15.3 : (double)NAN,
            .mup_amplitude_uv = NAN,
            .polyphasia_percent = i == 1 ? 20 : (double)NAN,
            .recruitment = normal ? RV_RECRUITMENT_NORMAL : RV_RECRUITMENT_REDUCED};
        results[i] = (struct rv_muscle_result){
            &needle[i], normal ? RV_MUSCLE_NORMAL : RV_MUSCLE_ACTIVE_ON_CHRONIC, NULL};
    }
    needle[4].mup_duration = RV_DURATION_UNKNOWN;
    needle[4].mup_amplitude = RV_SIZE_UNKNOWN;
    needle[4].recruitment = RV_RECRUITMENT_UNKNOWN;
    results[4].verdict = RV_MUSCLE_ACTIVE;
    results[4].reason = "fibrillations at two levels";
    b->study->needle = needle;
    b->study->needle_count = NEEDLE_COUNT;
    b->report->interpretation.muscles = results;
    b->report->interpretation.muscle_count = NEEDLE_COUNT;
}

static void interpretation(struct build *b)
{
    static const char *const evidence[] = {"R01", "R06"};
    static const char *const roots[] = {"C8", "T1"};
    static const char *const found_for[] = {"FDI and EDC (C8) with different peripheral nerves: "
                                            "active denervation",
                                            "paraspinals: fibrillations (N05)"};
    static const char *const against[] = {"ulnar sensory response absent (R07): not explained by "
                                          "a preganglionic lesion"};
    static const char *const missing[] = {"needle EMG of the FPL, right"};
    static const char *const wrist_for[] = {"distal latency of the median nerve (R01)"};
    static const char *const rules[] = {"root_two_muscles", "root_paraspinal"};
    static const struct rv_finding findings[] = {
        {"prolonged_distal_latency", "right median motor distal latency is prolonged", evidence, 2,
         0.999},
        {"absent_snap", "right ulnar sensory response is absent", &evidence[0], 0, NAN}};
    static const struct rv_pattern patterns[] = {
        {"radiculopathy", roots, 2, RV_RIGHT, NULL, NULL, RV_PROBABLE, RV_ACTIVE_ON_CHRONIC,
         found_for, 2, against, 1, missing, 1,
         "Compatible with a right C8 radiculopathy, active on chronic; T1 cannot be told apart.",
         rules, 2},
        {"median_wrist", NULL, 0, RV_RIGHT, "median", "wrist", RV_DEFINITE, RV_ACTIVITY_NONE,
         wrist_for, 1, NULL, 0, NULL, 0,
         "Compatible with a median neuropathy at the wrist beside it.", NULL, 0}};
    static const struct rv_next_test next[] = {
        {"needle EMG of the FPL, right", "C8 muscle of the median nerve", 0.42}};
    static const struct rv_answer questions[] = {
        {"level_agrees", "Does the root found agree with the level that was injected?",
         "The injection was at C6-C7 (root C7); the needle findings favour C8.", "N02, N03, N05",
         "one visit; T1 not sampled"}};
    static const struct rv_change changes[] = {{"R01",
                                                "2025-11-02",
                                                RV_ONSET_LATENCY,
                                                {RV_MEASURED, 4.6, 0.03, RV_BY_AUTO, NULL},
                                                {RV_MEASURED, 5.12, 0.031, RV_BY_AUTO, NULL},
                                                0.52,
                                                0.043,
                                                0.92,
                                                RV_NORMAL,
                                                "longer, within the reference change",
                                                NULL}};
    struct rv_interpretation *i = &b->report->interpretation;
    i->findings = findings;
    i->finding_count = 2;
    i->patterns = patterns;
    i->pattern_count = 2;
    i->primary = "radiculopathy";
    i->statement = "Findings are compatible with a right C8 radiculopathy (probable, active on "
                   "chronic) and, beside it, a median neuropathy at the wrist.";
    i->next_tests = next;
    i->next_test_count = 1;
    i->reevaluation = questions;
    i->reevaluation_count = 1;
    i->screens = questions;
    i->screen_count = 1;
    i->changes = changes;
    i->change_count = 1;
}

/* --- study ------------------------------------------------------------------------------------ */

static void study(struct build *b)
{
    static const char *const suspected[] = {"C7", "C8"};
    static const struct rv_injection injections[] = {
        {"2026-01-10", "C6-C7", RV_RIGHT, "interlaminar", 10, 7, NULL}};
    static const struct rv_imaging imaging[] = {
        {"2025-12-01", "MRI", "C7-T1", RV_RIGHT, "foraminal stenosis", &suspected[1], 1, NULL}};
    static const struct rv_notice read[] = {
        {RV_INFO, "extra_columns", "column \"gain\" of responses.tsv has no meaning here: kept",
         "responses.tsv"}};
    static const struct rv_notice run[] = {
        {RV_WARNING, "temperature_missing", "no skin temperature for the left foot", "R12"},
        {RV_PROBLEM, "no_unit", "the channel has no unit: amplitudes are withheld", "R12"}};
    struct rv_study *s = b->study;
    s->folder = "visit";
    s->patient = (struct rv_patient){"P0001", NULL, 54, RV_FEMALE, 168, 64, NAN, 22.68};
    s->visit = (struct rv_visit){.date = "2026-03-02",
                                 .symptom_onset = "2025-11-20",
                                 .symptom_side = RV_RIGHT,
                                 .suspected_roots = suspected,
                                 .suspected_root_count = 2,
                                 .laboratory = "EMG laboratory",
                                 .examiner = "A. Examiner",
                                 .question = "right arm pain, epidural injection failed"};
    s->temperature_c = (struct rv_temperatures){32.4, 32.1, NAN, 30.8};
    s->history = (struct rv_history){RV_YES, NULL, 0, true};
    s->injections = injections;
    s->injection_count = 1;
    s->imaging = imaging;
    s->imaging_count = 1;
    s->notices = read;
    s->notice_count = 1;
    b->report->notices = run;
    b->report->notice_count = 2;
    b->report->reference = (struct rv_reference_facts){
        "NDTF 2016", "1", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"};
    b->report->settings_text = "mains 50 Hz";
}

static void spoil(struct build *b)
{
    static const struct rv_extra extra[] = {{"=1+1", "@SUM(1)"}};
    struct rv_study *s = b->study;
    s->patient.name = "<script>alert(1)</script>";
    s->patient.id = "=HYPERLINK(\"http://example.invalid\",\"P1\")";
    s->visit.examiner = "\"><img src=x onerror=alert(2)>";
    s->visit.laboratory = "caf\xE9 \xFF lab";
    s->visit.question = "one\nline \x1b[2J\x07 \xE2\x80\xAEtxet";
    b->responses[0].note = "</td></table><script>alert(3)</script>";
    b->responses[0].stimulate = "=cmd|' /C calc'!A0";
    b->responses[1].stimulate = "-2+3";
    b->responses[2].nerve = "@ulnar\twith tab";
    b->responses[3].record = "\xE6\x89\x8B\xE9\xA6\x96 e\xCC\x81";
    b->responses[5].file = "javascript:alert(4)";
    b->responses[5].extra = extra;
    b->responses[5].extra_count = 1;
    b->measurements[5].channel = "' onmouseover='alert(5)";
    b->measurements[0].results[RV_ONSET_LATENCY].verdict.source = "+source & <b>";
}

struct rv_report *fixture_new(bool hostile)
{
    struct rv_arena *arena = rv_arena_new();
    struct build b = {.arena = arena, .random = 7, .hostile = hostile};
    b.study = rv_arena_alloc(arena, 1, sizeof *b.study);
    b.report = rv_arena_alloc(arena, 1, sizeof *b.report);
    b.responses = rv_arena_alloc(arena, RESPONSE_COUNT, sizeof *b.responses);
    b.measurements = rv_arena_alloc(arena, RESPONSE_COUNT, sizeof *b.measurements);
    b.study->responses = b.responses;
    b.study->response_count = RESPONSE_COUNT;
    b.report->study = b.study;
    b.report->measurements = b.measurements;
    b.report->measurement_count = RESPONSE_COUNT;
    b.report->arena = arena;
    study(&b);
    median_motor(&b);
    ulnar_motor(&b);
    sensory(&b);
    late(&b);
    needle_table(&b);
    interpretation(&b);
    if (hostile)
        spoil(&b);
    return b.report;
}

void fixture_free(struct rv_report *report)
{
    if (report != NULL)
        rv_arena_free(report->arena);
}
