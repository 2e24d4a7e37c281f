/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the tests of the interpretation share.
 */
#include "support.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

void bench_open(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    bench->arena = rv_arena_new();
    cr_assert_not_null(bench->arena);
    struct rv_study *study = &bench->study;
    study->patient = (struct rv_patient){.age_years = 50,
                                         .height_cm = NAN,
                                         .weight_kg = NAN,
                                         .leg_length_cm = NAN,
                                         .bmi_kg_m2 = NAN};
    study->visit.date = "2026-03-02";
    study->visit.symptom_onset = "2025-11-02"; /* 120 days before */
    study->responses = bench->responses;
    study->needle = bench->needle;
    bench->report.study = study;
    bench->report.measurements = bench->measurements;
    bench->report.arena = bench->arena;
}

void bench_close(struct bench *bench)
{
    rv_arena_free(bench->arena);
}

size_t bench_response(struct bench *bench, enum rv_kind kind, const char *nerve, enum rv_side side,
                      const char *record, const char *stimulate)
{
    size_t index = bench->study.response_count++;
    bench->report.measurement_count = bench->study.response_count;
    char id[16];
    snprintf(id, sizeof id, "R%02zu", index + 1);
    bench->responses[index] = (struct rv_response){.id = rv_arena_text(bench->arena, id),
                                                   .kind = kind,
                                                   .nerve = nerve,
                                                   .side = side,
                                                   .record = record,
                                                   .stimulate = stimulate,
                                                   .distance_mm = NAN,
                                                   .segment_mm = NAN,
                                                   .present = RV_PRESENT_YES};
    struct rv_measurement *measurement = &bench->measurements[index];
    measurement->response = &bench->responses[index];
    measurement->present = RV_PRESENT_YES;
    measurement->temperature_c = 33;
    for (int i = 0; i < RV_PARAMETER_COUNT; i++) {
        measurement->results[i].corrected = NAN;
        measurement->results[i].verdict.lower = NAN;
        measurement->results[i].verdict.upper = NAN;
    }
    return index;
}

void bench_value(struct bench *bench, size_t response, enum rv_parameter parameter, double value,
                 double lower, double upper)
{
    struct rv_result *result = &bench->measurements[response].results[parameter];
    result->value = (struct rv_value){.validity = RV_MEASURED, .value = value, .by = RV_BY_ENTERED};
    result->verdict.lower = lower;
    result->verdict.upper = upper;
    bool beyond = value < lower || value > upper;
    bool limited = !isnan(lower) || !isnan(upper);
    result->verdict.judgement = !limited ? RV_NOT_JUDGED : beyond ? RV_ABNORMAL : RV_NORMAL;
    result->verdict.p_abnormal = beyond ? 1 : 0;
}

void bench_absent(struct bench *bench, size_t response)
{
    bench->responses[response].present = RV_PRESENT_NO;
    bench->measurements[response].present = RV_PRESENT_NO;
    bench->measurements[response].results[RV_AMPLITUDE].verdict.lower = 1;
}

struct rv_needle *bench_muscle(struct bench *bench, const char *muscle, enum rv_side side,
                               int fibrillations)
{
    struct rv_needle *needle = &bench->needle[bench->study.needle_count++];
    *needle = (struct rv_needle){
        .muscle = muscle,
        .side = side,
        .fibrillations =
            fibrillations == 0 ? RV_GRADE_0 : (enum rv_grade)(RV_GRADE_1 + fibrillations - 1),
        .sharp_waves = RV_GRADE_UNKNOWN,
        .fasciculations = RV_GRADE_UNKNOWN,
        .mup_duration = RV_DURATION_NORMAL,
        .mup_amplitude = RV_SIZE_NORMAL,
        .polyphasia = RV_POLYPHASIA_NORMAL,
        .mup_duration_ms = NAN,
        .mup_amplitude_uv = NAN,
        .polyphasia_percent = NAN,
        .recruitment = fibrillations == 0 ? RV_RECRUITMENT_NORMAL : RV_RECRUITMENT_REDUCED};
    return needle;
}

void bench_interpret(struct bench *bench)
{
    struct rv_error err = {0};
    enum rv_status status = rv_interpret(&bench->report, true, NULL, 0, &err);
    cr_assert_eq(status, RV_OK, "%s", err.text);
}

const struct rv_pattern *bench_pattern(const struct bench *bench, const char *pattern)
{
    for (size_t i = 0; i < bench->report.interpretation.pattern_count; i++)
        if (strcmp(bench->report.interpretation.patterns[i].pattern, pattern) == 0)
            return &bench->report.interpretation.patterns[i];
    return NULL;
}

bool bench_has_finding(const struct bench *bench, const char *id)
{
    for (size_t i = 0; i < bench->report.interpretation.finding_count; i++)
        if (strcmp(bench->report.interpretation.findings[i].id, id) == 0)
            return true;
    return false;
}

void on_disk_open(const char *name, struct on_disk *disk)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/interpret/studies/%s", TEST_SOURCE_ROOT, name);
    struct rv_settings settings = rv_settings_defaults();
    struct rv_error err = {0};
    *disk = (struct on_disk){0};
    cr_assert_eq(rv_study_read(path, &settings, &disk->study, &err), RV_OK, "%s", err.text);
    cr_assert_eq(rv_session_run(disk->study, &settings, &disk->report, &err), RV_OK, "%s: %s", name,
                 err.text);
}

void on_disk_close(struct on_disk *disk)
{
    rv_report_free(disk->report);
    rv_study_free(disk->study);
}
