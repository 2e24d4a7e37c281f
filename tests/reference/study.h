/* SPDX-License-Identifier: GPL-3.0-or-later
 * Small studies for the tests of this folder.
 */
#ifndef TEST_REFERENCE_STUDY_H
#define TEST_REFERENCE_STUDY_H

#include "base/notice.h"
#include "reference/judge.h"

#include <math.h>

static inline struct rv_patient patient_of(double age, enum rv_sex sex, double height, double bmi)
{
    return (struct rv_patient){.age_years = age,
                               .sex = sex,
                               .height_cm = height,
                               .weight_kg = NAN,
                               .leg_length_cm = NAN,
                               .bmi_kg_m2 = bmi};
}

static inline struct rv_response response_of(enum rv_kind kind, const char *nerve,
                                             const char *record, const char *stimulate,
                                             double distance_mm)
{
    return (struct rv_response){.id = "R01",
                                .kind = kind,
                                .nerve = nerve,
                                .side = RV_RIGHT,
                                .record = record,
                                .stimulate = stimulate,
                                .distance_mm = distance_mm,
                                .segment_mm = NAN,
                                .distance_se_mm = NAN,
                                .temperature_c = NAN};
}

/* One study with up to 8 responses, a value put into each by hand, then judged. */
struct bench {
    struct rv_arena *arena;
    struct rv_reference *reference;
    struct rv_study study;
    struct rv_response responses[8];
    struct rv_measurement measurements[8];
    size_t count;
    struct rv_notices notices;
};

static inline void bench_open(struct bench *bench, const char *set, struct rv_patient patient)
{
    *bench = (struct bench){.arena = rv_arena_new()};
    bench->notices.arena = bench->arena;
    bench->study.patient = patient;
    bench->study.temperature_c = (struct rv_temperatures){33, 33, 32, 32};
    if (rv_reference_open(NULL, set, &bench->reference, NULL) != RV_OK)
        bench->reference = NULL;
}

static inline void bench_close(struct bench *bench)
{
    rv_reference_close(bench->reference);
    rv_notices_finish(&bench->notices);
    rv_arena_free(bench->arena);
}

static inline struct rv_measurement *bench_add(struct bench *bench, struct rv_response response)
{
    size_t i = bench->count++;
    bench->responses[i] = response;
    bench->measurements[i].response = &bench->responses[i];
    bench->measurements[i].present = RV_PRESENT_YES;
    return &bench->measurements[i];
}

static inline void put(struct rv_measurement *measurement, enum rv_parameter parameter,
                       double value, double se)
{
    measurement->results[parameter].value =
        (struct rv_value){.validity = RV_MEASURED, .value = value, .se = se, .by = RV_BY_AUTO};
}

static inline enum rv_status bench_judge(struct bench *bench)
{
    return rv_reference_judge(bench->reference, &bench->study, true, bench->measurements,
                              bench->count, bench->arena, &bench->notices, NULL);
}

static inline const struct rv_verdict *verdict_of(const struct rv_measurement *measurement,
                                                  enum rv_parameter parameter)
{
    return &measurement->results[parameter].verdict;
}

#endif
