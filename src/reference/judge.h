/* SPDX-License-Identifier: GPL-3.0-or-later
 * Values against limits, with uncertainty; temperatures.
 */
#ifndef RV_REFERENCE_JUDGE_H
#define RV_REFERENCE_JUDGE_H

#include "base/notice.h"

#include <ranvier/reference.h>

/* What is not known of the patient or the segment, and would have chosen a narrower limit. */
enum {
    RV_UNKNOWN_AGE = 1,
    RV_UNKNOWN_SEX = 2,
    RV_UNKNOWN_HEIGHT = 4,
    RV_UNKNOWN_BMI = 8,
    RV_UNKNOWN_SEGMENT = 16
};

/* The limits that apply to a parameter of a response in this patient. false: the set has none. */
struct rv_limits {
    double lower, upper; /* NaN: none */
    double mean, sd;     /* NaN: the source gives none */
    double distance_mm;  /* the convention it was made with; NaN: any */
    const char *source;
    bool verified;
    const char *stratum;          /* in words: "women 50-79"; NULL */
    double distance_tolerance_mm; /* how far the study may be from distance_mm */
    double absent_from_age;       /* may be missing in healthy people from this age; NaN: never */
    const char *set;              /* the set it stands in */
    const char *note;             /* of the row; NULL */
    unsigned unknown;             /* RV_UNKNOWN_ bits: the most lenient limit was taken */
    bool outside;                 /* age beyond the strata: the nearest, or the more lenient */
};
bool rv_reference_limits(const struct rv_reference *reference, const struct rv_patient *patient,
                         const struct rv_response *response, enum rv_parameter parameter,
                         struct rv_limits *limits);
/* The same for the segment that ends at the stimulation site `distal` (NULL: not known). */
bool rv_reference_segment_limits(const struct rv_reference *reference,
                                 const struct rv_patient *patient,
                                 const struct rv_response *response, const char *distal,
                                 enum rv_parameter parameter, struct rv_limits *limits);

/* Judges every value of every measurement: verdict, p, z, distance convention (a limit for 80 mm
 * is not applied at 70 mm: the verdict is withheld with a note and a flag), temperature warnings
 * and corrected values (never silently, never creating an abnormality: docs/methods/reference.md).
 * Fills temperature_c of each measurement. Texts live in the arena. */
enum rv_status rv_reference_judge(const struct rv_reference *reference,
                                  const struct rv_study *study, bool correct_temperature,
                                  struct rv_measurement *measurements, size_t count,
                                  struct rv_arena *arena, struct rv_notices *notices,
                                  struct rv_error *err);

/* Could one of these flags explain an abnormal value of this parameter? */
bool rv_reference_doubtful(uint64_t flags, enum rv_kind kind, enum rv_parameter parameter);

/* P(true value beyond the limits) of a value with a Gaussian standard error. */
double rv_reference_probability(double value, double se, double lower, double upper);

#endif
