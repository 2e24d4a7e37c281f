/* SPDX-License-Identifier: GPL-3.0-or-later
 * Findings: what is abnormal in each nerve and muscle, and limits of technique.
 */
#include "interpret/findings.h"

#include "base/text.h"
#include "interpret/needle.h"
#include "interpret/observe.h"
#include "interpret/predicates.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

const char *rv_finding_place(struct rv_reading *reading, size_t measurement)
{
    const struct rv_response *response = reading->measurements[measurement].response;
    const char *words[] = {rv_side_name(response->side), response->nerve, response->record,
                           response->stimulate};
    struct rv_text text = {0};
    for (size_t i = 0; i < 4; i++)
        if (words[i] != NULL && *words[i] != '\0')
            rv_text_format(&text, "%s%s", text.length > 0 ? " " : "", words[i]);
    const char *copy = rv_reading_format(reading, "%s", text.bytes != NULL ? text.bytes : "");
    rv_text_finish(&text);
    return copy;
}

void rv_finding_of(struct rv_reading *reading, const char *id, size_t measurement, double p,
                   const char *text)
{
    struct rv_strings *evidence = rv_arena_alloc(reading->arena, 1, sizeof *evidence);
    if (evidence == NULL) {
        reading->failed = true;
        return;
    }
    rv_strings_add(reading, evidence, reading->measurements[measurement].response->id);
    rv_reading_finding(reading, id, p, evidence, text);
}

/* Which finding an abnormal value is. */
static const struct {
    enum rv_parameter parameter;
    const char *high, *low;
} kinds[] = {
    {RV_ONSET_LATENCY, "prolonged_onset_latency", NULL},
    {RV_NEGATIVE_PEAK_LATENCY, "prolonged_peak_latency", NULL},
    {RV_AMPLITUDE, NULL, "small_amplitude"},
    {RV_AMPLITUDE_PEAK_TO_PEAK, NULL, "small_amplitude"},
    {RV_CONDUCTION_VELOCITY, NULL, "slow_velocity"},
    {RV_F_MINIMUM, "prolonged_f_wave", NULL},
    {RV_F_PERSISTENCE, NULL, "low_f_persistence"},
    {RV_F_CHRONODISPERSION, "wide_f_chronodispersion", NULL},
    {RV_H_LATENCY, "prolonged_h_reflex", NULL},
    {RV_DECREMENT, "decrement", NULL},
    {RV_INCREMENT, "increment", NULL},
    {RV_R1_LATENCY, "prolonged_r1", NULL},
    {RV_R2_LATENCY, "prolonged_r2", NULL},
    {RV_R2_CONTRALATERAL_LATENCY, "prolonged_r2", NULL},
};

static void list_value(struct rv_reading *reading, size_t measurement, size_t kind)
{
    enum rv_parameter parameter = kinds[kind].parameter;
    const struct rv_measurement *found = &reading->measurements[measurement];
    const struct rv_verdict *verdict = &found->results[parameter].verdict;
    const struct rv_parameter_facts *facts = rv_parameter_facts(parameter);
    double number, se;
    if (verdict->judgement != RV_ABNORMAL || rv_observe_absent(reading, measurement) ||
        !rv_observe_value(reading, measurement, parameter, &number, &se))
        return;
    bool high = number > verdict->upper;
    const char *id = high ? kinds[kind].high : kinds[kind].low;
    if (id == NULL)
        return;
    char value[64], limit[64];
    rv_number_fixed(number, facts->decimals, value);
    rv_number_fixed(high ? verdict->upper : verdict->lower, facts->decimals, limit);
    const char *unit = rv_parameter_unit(parameter, found->response->kind);
    if (rv_text_equal(unit, "uV"))
        unit = "\xC2\xB5V";
    rv_finding_of(reading, id, measurement, verdict->p_abnormal,
                  rv_reading_format(reading, "%s: %s %s %s (limit %s)%s",
                                    rv_finding_place(reading, measurement), facts->label, value,
                                    unit, limit, verdict->verified ? "" : ", limit not verified"));
}

static const char *absent_id(enum rv_kind kind)
{
    return kind == RV_F_WAVE     ? "absent_f_wave"
           : kind == RV_H_REFLEX ? "absent_h_reflex"
                                 : "absent_response";
}

static void list_response(struct rv_reading *reading, size_t measurement)
{
    const struct rv_response *response = reading->measurements[measurement].response;
    if (rv_observe_absent(reading, measurement))
        rv_finding_of(
            reading, absent_id(response->kind), measurement, NAN,
            rv_reading_format(reading, "%s: no response", rv_finding_place(reading, measurement)));
    for (size_t kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++)
        list_value(reading, measurement, kind);
}

static void list_sides(struct rv_reading *reading)
{
    for (size_t i = 0; i < reading->nerve_count; i++) {
        const struct rv_nerve_item *item = &reading->nerves[i];
        if (item->below_side)
            rv_finding_of(reading, "side_difference_amplitude", item->measurement, NAN,
                          rv_reading_format(reading, "%s: amplitude %.0f %% below the other side",
                                            rv_finding_place(reading, item->measurement),
                                            item->side_drop));
    }
}

/* Predicates that are findings by themselves. */
static const struct {
    const char *predicate, *id;
} asked[] = {
    {"palmdiff", "palmdiff"},
    {"ringdiff", "ringdiff"},
    {"thumbdiff", "thumbdiff"},
    {"csi", "combined_sensory_index"},
    {"lumbrical_interosseous", "lumbrical_interosseous_difference"},
    {"elbow_velocity_drop", "slowing_at_elbow"},
    {"elbow_block", "amplitude_fall_at_elbow"},
    {"knee_drop_edb", "slowing_at_fibular_head"},
    {"knee_block", "amplitude_fall_at_fibular_head"},
    {"radial_focal", "amplitude_fall_in_arm"},
    {"h_absent_one", "h_reflex_absent_one_side"},
    {"h_late_side", "h_reflex_side_difference"},
    {"h_small_side", "h_reflex_side_ratio"},
    {"srar_low", "sural_radial_ratio"},
    {"ah_dml_side", "side_difference_latency"},
};

static void list_asked(struct rv_reading *reading)
{
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++)
        for (int side = RV_RIGHT; side <= RV_LEFT; side++) {
            const struct rv_predicate *predicate = rv_predicate_find(reading, asked[i].predicate);
            if (predicate == NULL || predicate->on[side].truth != RV_TRUE)
                continue;
            struct rv_strings *evidence =
                rv_arena_copy(reading->arena, &predicate->on[side].evidence, 1, sizeof *evidence);
            rv_reading_finding(
                reading, asked[i].id, NAN, evidence,
                rv_reading_format(reading, "%s: %s", rv_side_name((enum rv_side)side),
                                  rv_predicate_words(reading, predicate, (enum rv_side)side)));
        }
}

static void list_muscles(struct rv_reading *reading)
{
    for (size_t i = 0; i < reading->muscle_count; i++) {
        const struct rv_muscle_item *muscle = &reading->muscles[i];
        if (muscle->strength <= 0 && muscle->verdict != RV_MUSCLE_MYOPATHIC)
            continue;
        struct rv_strings *evidence = rv_arena_alloc(reading->arena, 1, sizeof *evidence);
        if (evidence == NULL) {
            reading->failed = true;
            return;
        }
        rv_strings_add(reading, evidence, muscle->id);
        rv_reading_finding(reading, "muscle_abnormal", NAN, evidence,
                           rv_reading_format(reading, "%s %s: %s, %s", rv_side_name(muscle->side),
                                             muscle->needle->muscle,
                                             rv_muscle_verdict_name(muscle->verdict),
                                             muscle->reason));
    }
}

static void list_technique(struct rv_reading *reading)
{
    static const struct {
        enum rv_flag flag;
        const char *text;
    } flags[] = {
        {RV_FLAG_SUBMAXIMAL, "the stimulus may not have reached all fibres; amplitude not judged"},
        {RV_FLAG_DISTANCE_CONVENTION, "the distance is not that of the limits; not judged"},
        {RV_FLAG_IMPLAUSIBLE_VELOCITY, "the velocity is too high to be true; check the distance"},
        {RV_FLAG_TEMPERATURE_MISSING, "no skin temperature; slowing is judged with reserve"},
    };
    struct rv_strings *evidence[sizeof flags / sizeof flags[0]] = {NULL};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        for (size_t j = 0; j < reading->measurement_count; j++) {
            if ((reading->measurements[j].flags & rv_flag_bit(flags[i].flag)) == 0)
                continue;
            if (evidence[i] == NULL)
                evidence[i] = rv_arena_alloc(reading->arena, 1, sizeof *evidence[i]);
            if (evidence[i] == NULL)
                return;
            rv_strings_add(reading, evidence[i], reading->measurements[j].response->id);
        }
        if (evidence[i] != NULL)
            rv_reading_finding(reading, rv_flag_name(flags[i].flag), NAN, evidence[i],
                               flags[i].text);
    }
}

static void list_cold(struct rv_reading *reading)
{
    struct rv_strings *evidence = rv_arena_alloc(reading->arena, 1, sizeof *evidence);
    double coldest = INFINITY;
    for (size_t i = 0; i < reading->measurement_count && evidence != NULL; i++)
        if (rv_observe_cold(reading, i) == 2) {
            rv_strings_add(reading, evidence, reading->measurements[i].response->id);
            coldest = fmin(coldest, reading->measurements[i].temperature_c);
        }
    if (evidence != NULL && evidence->count > 0)
        rv_reading_finding(
            reading, "cold_limb", NAN, evidence,
            rv_reading_format(reading,
                              "limb temperature down to %.1f degrees C: latencies and velocities "
                              "are not judged; warm the limb and repeat",
                              coldest));
}

void rv_findings_list(struct rv_reading *reading)
{
    for (size_t i = 0; i < reading->measurement_count; i++)
        list_response(reading, i);
    list_sides(reading);
    list_asked(reading);
    rv_findings_segments(reading);
    list_muscles(reading);
    list_technique(reading);
    list_cold(reading);
}
