/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values against limits, with uncertainty; temperatures.
 */
#ifndef RV_REFERENCE_JUDGE_H
#define RV_REFERENCE_JUDGE_H

#include "base/notice.h"

#include <ranvier/reference.h>

/* The limits that apply to a parameter of a response in this patient. false: the set has none. */
struct rv_limits {
    double lower, upper; /* NaN: none */
    double mean, sd;     /* NaN: the source gives none */
    double distance_mm;  /* the convention it was made with; NaN: any */
    const char *source;
    bool verified;
    const char *stratum; /* in words: "women 50-79"; NULL */
};
bool rv_reference_limits(const struct rv_reference *reference, const struct rv_patient *patient,
                         const struct rv_response *response, enum rv_parameter parameter,
                         struct rv_limits *limits);

/* Judges every value of every measurement: verdict, p, z, distance convention (a limit for 80 mm
 * is not applied at 70 mm: the verdict is withheld with a note and a flag), temperature warnings
 * and corrected values (clinical.md section 5: never silently, never creating an abnormality).
 * Fills temperature_c of each measurement. Texts live in the arena. */
enum rv_status rv_reference_judge(const struct rv_reference *reference,
                                  const struct rv_study *study, bool correct_temperature,
                                  struct rv_measurement *measurements, size_t count,
                                  struct rv_arena *arena, struct rv_notices *notices,
                                  struct rv_error *err);

/* P(true value beyond the limits) of a value with a Gaussian standard error. */
double rv_reference_probability(double value, double se, double lower, double upper);

#endif
