/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which limit applies: strata, sets, segments. Expected numbers are read off the tables of the
 * clinical specification (sections 3 and 4), which the rows of reference.tsv repeat.
 */
#include "study.h"

#include <criterion/criterion.h>

#include <string.h>

static struct rv_reference *reference;

static void start(void)
{
    struct rv_error err = {0};
    cr_assert_eq(rv_reference_open(NULL, NULL, &reference, &err), RV_OK, "%s", err.text);
}

static void finish(void)
{
    rv_reference_close(reference);
}

TestSuite(limits, .init = start, .fini = finish);

static struct rv_limits limits_of(struct rv_patient patient, struct rv_response response,
                                  const char *distal, enum rv_parameter parameter)
{
    struct rv_limits limits = {.lower = NAN, .upper = NAN, .mean = NAN, .sd = NAN};
    cr_assert(
        rv_reference_segment_limits(reference, &patient, &response, distal, parameter, &limits));
    return limits;
}

Test(limits, sensory_amplitude_depends_on_age_and_body_mass)
{
    static const struct {
        double age, bmi, lower;
        unsigned unknown;
        bool outside;
    } cases[] = {
        {47, 23, 17, 0, false},
        {47, 24, 11, 0, false},
        {49.9, 23.9, 17, 0, false},
        {50, 23, 9, 0, false},
        {79, 40, 7, 0, false},
        {47, NAN, 11, RV_UNKNOWN_BMI, false},
        {NAN, 23, 9, RV_UNKNOWN_AGE, false},
        {85, 30, 7, 0, true},
        {18, 23, 17, 0, true},
        {NAN, NAN, 7, RV_UNKNOWN_AGE | RV_UNKNOWN_BMI, false},
    };
    struct rv_response response = response_of(RV_SENSORY, "median", "D2", "wrist", 140);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rv_limits limits = limits_of(patient_of(cases[i].age, RV_FEMALE, 165, cases[i].bmi),
                                            response, NULL, RV_AMPLITUDE);
        cr_assert_float_eq(limits.lower, cases[i].lower, 1e-9, "case %zu: %g", i, limits.lower);
        cr_assert_eq(limits.unknown, cases[i].unknown, "case %zu", i);
        cr_assert_eq(limits.outside, cases[i].outside, "case %zu", i);
    }
}

Test(limits, body_mass_comes_from_weight_and_height)
{
    /* 80 kg / (1.70 m)^2 = 27.7: the limit for 24 and more. 64 / 1.68^2 = 22.7: below. */
    struct rv_response response = response_of(RV_SENSORY, "ulnar", "D5", "wrist", 140);
    struct rv_patient heavy = patient_of(30, RV_MALE, 170, NAN);
    heavy.weight_kg = 80;
    struct rv_patient light = patient_of(30, RV_FEMALE, 168, NAN);
    light.weight_kg = 64;
    cr_assert_float_eq(limits_of(heavy, response, NULL, RV_AMPLITUDE).lower, 11, 1e-9);
    cr_assert_float_eq(limits_of(light, response, NULL, RV_AMPLITUDE).lower, 14, 1e-9);
}

Test(limits, distal_latency_depends_on_sex_and_age)
{
    struct rv_response response = response_of(RV_MOTOR, "median", "APB", "wrist", 80);
    struct rv_limits woman =
        limits_of(patient_of(54, RV_FEMALE, 168, 22), response, NULL, RV_ONSET_LATENCY);
    cr_assert_float_eq(woman.upper, 4.4, 1e-9);
    cr_assert_not(woman.verified); /* from memory */
    cr_assert_str_eq(woman.stratum, "women, 50-79 years");
    cr_assert_float_eq(woman.mean, 3.7, 1e-9);
    cr_assert_float_eq(woman.sd, 0.5, 1e-9);
    cr_assert_float_eq(woman.distance_mm, 80, 1e-9);
    cr_assert_float_eq(
        limits_of(patient_of(54, RV_MALE, 168, 22), response, NULL, RV_ONSET_LATENCY).upper, 4.7,
        1e-9);
    /* Sex not known: the row for all, which was confirmed in a copy. */
    struct rv_limits all =
        limits_of(patient_of(54, RV_SEX_UNKNOWN, 168, 22), response, NULL, RV_ONSET_LATENCY);
    cr_assert_float_eq(all.upper, 4.5, 1e-9);
    cr_assert(all.verified);
    cr_assert_eq(all.unknown, 0);
}

Test(limits, leg_velocity_depends_on_age_and_height)
{
    static const struct {
        double age, height, lower;
    } cases[] = {{45, 159.9, 44}, {45, 160, 42}, {45, 169.9, 42}, {45, 170, 37}, {49, 165, 42},
                 {50, 165, 37},   {70, 180, 34}, {45, NAN, 39},   {85, 180, 34}};
    struct rv_response response = response_of(RV_MOTOR, "tibial", "AH", "popliteal fossa", NAN);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rv_patient patient = patient_of(cases[i].age, RV_MALE, cases[i].height, NAN);
        double lower = limits_of(patient, response, "ankle", RV_CONDUCTION_VELOCITY).lower;
        cr_assert_float_eq(lower, cases[i].lower, 1e-9, "case %zu: %g", i, lower);
    }
}

Test(limits, beyond_the_oldest_stratum_the_more_lenient_limit_holds)
{
    /* All ages 4.4 mV, 60-79 years 1.1 mV. */
    struct rv_response response = response_of(RV_MOTOR, "tibial", "AH", "ankle", 80);
    struct rv_limits limits =
        limits_of(patient_of(84, RV_MALE, 170, 25), response, NULL, RV_AMPLITUDE);
    cr_assert_float_eq(limits.lower, 1.1, 1e-9);
    cr_assert(limits.outside);
}

Test(limits, the_segment_decides_the_velocity_limit)
{
    struct rv_patient patient = patient_of(40, RV_MALE, 175, 24);
    struct rv_response response = response_of(RV_MOTOR, "ulnar", "ADM", "above elbow", NAN);
    cr_assert_float_eq(limits_of(patient, response, "below elbow", RV_CONDUCTION_VELOCITY).lower,
                       43, 1e-9);
    cr_assert_float_eq(limits_of(patient, response, "wrist", RV_CONDUCTION_VELOCITY).lower, 50,
                       1e-9);
    struct rv_limits unknown = limits_of(patient, response, NULL, RV_CONDUCTION_VELOCITY);
    cr_assert_float_eq(unknown.lower, 43, 1e-9);
    cr_assert_eq(unknown.unknown, RV_UNKNOWN_SEGMENT);
    struct rv_limits none;
    response.stimulate = "axilla";
    cr_assert_not(rv_reference_segment_limits(reference, &patient, &response, "above elbow",
                                              RV_CONDUCTION_VELOCITY, &none));
}

Test(limits, a_study_that_the_default_set_lacks_is_taken_from_the_second_set)
{
    static const struct {
        enum rv_kind kind;
        const char *nerve, *record, *stimulate;
        enum rv_parameter parameter;
        double lower, upper;
    } cases[] = {
        {RV_SENSORY, "superficial fibular", "ankle", "calf", RV_AMPLITUDE, 6, NAN},
        {RV_SENSORY, "saphenous", "ankle", "calf", RV_NEGATIVE_PEAK_LATENCY, NAN, 4.4},
        {RV_SENSORY, "dorsal ulnar cutaneous", "hand", "wrist", RV_CONDUCTION_VELOCITY, 50, NAN},
        {RV_MOTOR, "fibular", "TA", "below fibular head", RV_AMPLITUDE, 3, NAN},
        {RV_MOTOR, "radial", "EIP", "forearm", RV_ONSET_LATENCY, NAN, 2.9},
        {RV_MOTOR, "femoral", "RF", "inguinal ligament", RV_AMPLITUDE, 3, NAN},
        {RV_MOTOR, "ulnar", "FDI", "wrist", RV_ONSET_LATENCY, NAN, 4.5},
        {RV_MIXED, "median", "wrist", "palm", RV_NEGATIVE_PEAK_LATENCY, NAN, 2.2},
    };
    struct rv_patient patient = patient_of(40, RV_MALE, 175, 24);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rv_limits limits = limits_of(
            patient,
            response_of(cases[i].kind, cases[i].nerve, cases[i].record, cases[i].stimulate, 100),
            NULL, cases[i].parameter);
        cr_assert_str_eq(limits.set, "Preston-Shapiro");
        cr_assert(limits.verified);
        cr_assert(isnan(cases[i].lower) ? isnan(limits.lower)
                                        : fabs(limits.lower - cases[i].lower) < 1e-9,
                  "case %zu", i);
        cr_assert(isnan(cases[i].upper) ? isnan(limits.upper)
                                        : fabs(limits.upper - cases[i].upper) < 1e-9,
                  "case %zu", i);
    }
}

Test(limits, conventions_are_not_mixed_within_a_study)
{
    /* Preston-Shapiro gives a median D2 velocity of 50 m/s; in the default set, whose onset limit
     * is 3.3 ms at 140 mm, it is 140 / 3.3 = 42.4 m/s. */
    struct rv_response response = response_of(RV_SENSORY, "median", "D2", "wrist", 140);
    struct rv_limits limits =
        limits_of(patient_of(40, RV_MALE, 175, 24), response, NULL, RV_CONDUCTION_VELOCITY);
    cr_assert_str_eq(limits.set, "NDTF 2016");
    cr_assert_float_eq(limits.lower, 42.4, 1e-9);
    /* The whole leg over the knee has no limit in the default set, and is given none. */
    struct rv_patient patient = patient_of(40, RV_MALE, 175, 24);
    struct rv_response knee = response_of(RV_MOTOR, "fibular", "EDB", "popliteal fossa", NAN);
    cr_assert_not(rv_reference_segment_limits(reference, &patient, &knee, "ankle",
                                              RV_CONDUCTION_VELOCITY, &limits));
}

Test(limits, late_responses_have_limits_with_their_own_sources)
{
    struct rv_patient patient = patient_of(40, RV_MALE, 175, 24);
    struct rv_limits f = limits_of(patient, response_of(RV_F_WAVE, "tibial", "AH", "ankle", NAN),
                                   NULL, RV_F_MINIMUM);
    cr_assert_float_eq(f.upper, 56, 1e-9);
    cr_assert_float_eq(f.mean, 47.0, 1e-9);
    cr_assert_not_null(strstr(f.source, "(S01)"));
    struct rv_response h = response_of(RV_H_REFLEX, "tibial", "soleus", "popliteal fossa", NAN);
    cr_assert_float_eq(limits_of(patient, h, NULL, RV_H_LATENCY).upper, 35.0, 1e-9);
    cr_assert_float_eq(limits_of(patient, h, NULL, RV_H_LATENCY_SIDE_DIFFERENCE).upper, 2.0, 1e-9);
    cr_assert_float_eq(limits_of(patient, h, NULL, RV_H_AMPLITUDE_SIDE_RATIO).lower, 0.40, 1e-9);
    cr_assert_not_null(strstr(limits_of(patient, h, NULL, RV_H_LATENCY).source, "(C05)"));
}

Test(limits, side_rules_hold_for_all_nerves_unless_one_has_its_own)
{
    struct rv_patient patient = patient_of(40, RV_MALE, 175, 24);
    static const struct {
        enum rv_kind kind;
        const char *nerve, *record, *stimulate;
        double upper;
    } cases[] = {{RV_MOTOR, "fibular", "EDB", "ankle", 61},
                 {RV_MOTOR, "median", "APB", "wrist", 54},
                 {RV_MOTOR, "femoral", "RF", "inguinal ligament", 50},
                 {RV_SENSORY, "sural", "ankle", "calf", 50},
                 {RV_SENSORY, "medial antebrachial cutaneous", "forearm", "elbow", 67}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_float_eq(limits_of(patient,
                                     response_of(cases[i].kind, cases[i].nerve, cases[i].record,
                                                 cases[i].stimulate, 100),
                                     NULL, RV_AMPLITUDE_SIDE_DROP)
                               .upper,
                           cases[i].upper, 1e-9, "case %zu", i);
}

Test(limits, proximal_amplitudes_and_unsaid_motor_sites_have_no_limit)
{
    struct rv_patient patient = patient_of(40, RV_MALE, 175, 24);
    struct rv_limits limits;
    struct rv_response elbow = response_of(RV_MOTOR, "median", "APB", "elbow", NAN);
    struct rv_response unsaid = response_of(RV_MOTOR, "median", "APB", NULL, 80);
    cr_assert_not(rv_reference_limits(reference, &patient, &elbow, RV_AMPLITUDE, &limits));
    cr_assert_not(rv_reference_limits(reference, &patient, &unsaid, RV_AMPLITUDE, &limits));
    cr_assert_not(rv_reference_limits(reference, &patient, &unsaid, RV_ONSET_LATENCY, &limits));
}

Test(limits, children_have_none)
{
    struct rv_patient patient = patient_of(12, RV_MALE, 150, 18);
    struct rv_response response = response_of(RV_MOTOR, "median", "APB", "wrist", 80);
    struct rv_limits limits;
    cr_assert_not(rv_reference_limits(reference, &patient, &response, RV_AMPLITUDE, &limits));
}

static struct rv_limits in_set(const char *set, struct rv_patient patient,
                               struct rv_response response, const char *distal,
                               enum rv_parameter parameter)
{
    struct rv_reference *other = NULL;
    struct rv_limits limits = {.lower = NAN, .upper = NAN};
    cr_assert_eq(rv_reference_open(NULL, set, &other, NULL), RV_OK);
    cr_assert(rv_reference_segment_limits(other, &patient, &response, distal, parameter, &limits));
    limits.source = limits.stratum = limits.note = NULL;
    limits.set = strcmp(limits.set, set) == 0 ? set : "another";
    rv_reference_close(other);
    return limits;
}

Test(limits, a_chosen_set_goes_before_the_default)
{
    struct rv_response elbow = response_of(RV_MOTOR, "ulnar", "ADM", "above elbow", NAN);
    struct rv_response wrist = response_of(RV_MOTOR, "ulnar", "ADM", "wrist", 80);
    struct rv_patient old = patient_of(65, RV_MALE, 175, 24),
                      young = patient_of(30, RV_MALE, 175, 24);
    static const char set[] = "Ulnar elbow n=150";
    cr_assert_float_eq(in_set(set, old, elbow, "below elbow", RV_CONDUCTION_VELOCITY).lower, 50,
                       1e-9);
    cr_assert_float_eq(in_set(set, young, elbow, "below elbow", RV_CONDUCTION_VELOCITY).lower, 54,
                       1e-9);
    cr_assert_float_eq(in_set(set, old, elbow, "below elbow", RV_AMPLITUDE_DROP).upper, 18, 1e-9);
    struct rv_limits latency = in_set(set, old, wrist, NULL, RV_ONSET_LATENCY);
    cr_assert_float_eq(latency.upper, 3.7, 1e-9);
    cr_assert_str_eq(latency.set, "another");
}

Test(limits, a_set_of_one_age_is_not_stretched_over_others)
{
    struct rv_response response = response_of(RV_MOTOR, "tibial", "AH", "ankle", 80);
    static const char set[] = "Korea legs";
    struct rv_limits young =
        in_set(set, patient_of(25, RV_MALE, 172, 23), response, NULL, RV_AMPLITUDE);
    cr_assert_float_eq(young.lower, 3.4, 1e-9);
    struct rv_limits older =
        in_set(set, patient_of(45, RV_MALE, 172, 23), response, NULL, RV_AMPLITUDE);
    cr_assert_float_eq(older.lower, 5.3, 1e-9); /* of the default set, 30-59 years */
    cr_assert_str_eq(older.set, "another");
}

Test(limits, the_second_set_stands_alone_when_chosen)
{
    struct rv_response response = response_of(RV_MOTOR, "median", "APB", "wrist", 70);
    struct rv_limits limits = in_set("Preston-Shapiro", patient_of(45, RV_MALE, 172, 23), response,
                                     NULL, RV_ONSET_LATENCY);
    cr_assert_float_eq(limits.upper, 4.4, 1e-9);
    cr_assert_float_eq(limits.distance_mm, 70, 1e-9);
}

Test(limits, h_reflex_by_age_and_leg_length_is_computed)
{
    /* 9.14 + 0.46 x 40 + 0.1 x 39 = 31.44; + 5.5 = 36.94. */
    struct rv_patient patient = patient_of(39, RV_FEMALE, 168, NAN);
    struct rv_response response =
        response_of(RV_H_REFLEX, "tibial", "soleus", "popliteal fossa", NAN);
    static const char set[] = "H-reflex Braddom-Johnson 1974";
    patient.leg_length_cm = 40;
    struct rv_limits limits = in_set(set, patient, response, NULL, RV_H_LATENCY);
    cr_assert_float_eq(limits.mean, 31.44, 1e-9);
    cr_assert_float_eq(limits.upper, 36.94, 1e-9);
    patient.leg_length_cm = NAN; /* then the default set answers */
    cr_assert_float_eq(in_set(set, patient, response, NULL, RV_H_LATENCY).upper, 35, 1e-9);
}
