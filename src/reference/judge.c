/* SPDX-License-Identifier: GPL-3.0-or-later
 * Judging values: the probability that the true value lies beyond its limit, and the reasons for
 * which that is not said: another distance, a flag of quality, a cold limb.
 */
#include "reference/judge.h"

#include "base/error.h"
#include "base/text.h"
#include "knowledge/knowledge.h"
#include "reference/limits.h"
#include "reference/temperature.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* The borders of enum rv_judgement. */
static const double surely_beyond = 0.95, surely_within = 0.05;

/* What a parameter depends on, as bits: what may spoil it. */
enum {
    TIME = 1,       /* latencies and durations of one response */
    VELOCITY = 2,   /* of a segment */
    SIZE = 4,       /* amplitude and area */
    DROP = 8,       /* size of one site against another */
    LATE = 16,      /* F-waves, H-reflex */
    COLD_HIDES = 32 /* cold makes it look better */
};

static const unsigned nature[RV_PARAMETER_COUNT] = {
    [RV_ONSET_LATENCY] = TIME,
    [RV_NEGATIVE_PEAK_LATENCY] = TIME,
    [RV_AMPLITUDE] = SIZE,
    [RV_AMPLITUDE_PEAK_TO_PEAK] = SIZE,
    [RV_NEGATIVE_DURATION] = TIME,
    [RV_TOTAL_DURATION] = TIME,
    [RV_NEGATIVE_AREA] = SIZE,
    [RV_CONDUCTION_VELOCITY] = VELOCITY,
    [RV_AMPLITUDE_DROP] = DROP,
    [RV_AREA_DROP] = DROP,
    [RV_DURATION_CHANGE] = DROP,
    [RV_RESIDUAL_LATENCY] = TIME,
    [RV_TERMINAL_LATENCY_INDEX] = TIME,
    [RV_VELOCITY_DROP] = VELOCITY,
    [RV_F_MINIMUM] = TIME | LATE,
    [RV_F_MEAN] = TIME | LATE,
    [RV_F_MAXIMUM] = TIME | LATE,
    [RV_F_PERSISTENCE] = LATE,
    [RV_F_CHRONODISPERSION] = LATE,
    [RV_H_LATENCY] = TIME | LATE,
    [RV_H_AMPLITUDE] = SIZE | LATE,
    [RV_M_AMPLITUDE] = SIZE,
    [RV_H_M_RATIO] = LATE,
    [RV_DECREMENT] = COLD_HIDES,
    [RV_R1_LATENCY] = TIME | LATE,
    [RV_R2_LATENCY] = TIME | LATE,
    [RV_R2_CONTRALATERAL_LATENCY] = TIME | LATE,
    [RV_ONSET_SIDE_DIFFERENCE] = TIME,
    [RV_PEAK_SIDE_DIFFERENCE] = TIME,
    [RV_AMPLITUDE_SIDE_DROP] = SIZE,
};

/* Flags that forbid a plain "abnormal", and of which values. */
static const struct {
    enum rv_flag flag;
    unsigned spoils;
    const char *words;
} doubts[] = {
    {RV_FLAG_SUBMAXIMAL, TIME | VELOCITY | SIZE | DROP, "the stimulus was not supramaximal"},
    {RV_FLAG_INITIAL_POSITIVITY, TIME | VELOCITY | SIZE | DROP, "the response begins positive"},
    {RV_FLAG_INVERTED, TIME | VELOCITY | SIZE | DROP, "the polarity looks inverted"},
    {RV_FLAG_ARTEFACT_OVERLAPS_ONSET, TIME | VELOCITY | SIZE | DROP,
     "the stimulus artefact overlaps the onset"},
    {RV_FLAG_AT_WINDOW_BOUND, TIME | VELOCITY | SIZE | DROP, "a mark lies at the window's bound"},
    {RV_FLAG_CLIPPED, SIZE | DROP, "the signal is clipped"},
    {RV_FLAG_IMPLAUSIBLE_AMPLITUDE, SIZE | DROP, "the amplitude is not plausible"},
    {RV_FLAG_IMPLAUSIBLE_VELOCITY, VELOCITY, "the velocity is not plausible"},
    {RV_FLAG_DISTAL_SMALLER, SIZE | DROP, "the distal response is smaller than the proximal one"},
    {RV_FLAG_SHORT_SEGMENT, VELOCITY, "the segment is shorter than 10 cm"},
    {RV_FLAG_STIMULUS_NOT_SEEN, TIME | VELOCITY, "the stimulus was not seen in the trace"},
    {RV_FLAG_FLAT, TIME | VELOCITY | SIZE | DROP | LATE, "the channel is flat"},
    {RV_FLAG_TRUNCATED, TIME | VELOCITY | SIZE | DROP | LATE, "the recording is cut short"},
    {RV_FLAG_VOLUNTARY_BACKGROUND, LATE, "there is voluntary activity"},
};

struct judging {
    const struct rv_reference *reference;
    const struct rv_study *study;
    const struct rv_temperature_policy *policy;
    struct rv_measurement *measurements;
    size_t count;
    bool correct;
    struct rv_arena *arena;
    struct rv_notices *notices;
    unsigned cool, cold, unknown; /* limbs that were told of: bits of enum rv_limb */
    size_t judged, unverified;
    bool failed; /* no memory */
};

/* One value on its way to a verdict. */
struct item {
    struct rv_measurement *measurement;
    enum rv_parameter parameter;
    struct rv_result *result;
    struct rv_limits limits;
    struct rv_limb_state limb;
    bool distal; /* the most distal site of its nerve and recording */
};

double rv_reference_probability(double value, double se, double lower, double upper)
{
    bool exact = !(se > 0);
    double p = 0;
    if (!isnan(lower))
        p += exact ? (value < lower ? 1 : 0) : 0.5 * erfc((value - lower) / (se * sqrt(2)));
    if (!isnan(upper))
        p += exact ? (value > upper ? 1 : 0) : 0.5 * erfc((upper - value) / (se * sqrt(2)));
    return fmin(p, 1);
}

static enum rv_judgement judgement_of(double p)
{
    return p >= surely_beyond ? RV_ABNORMAL : p <= surely_within ? RV_NORMAL : RV_BORDERLINE;
}

/* Adds a sentence to the note of a verdict. */
static void add_note(struct judging *judging, struct item *item, const char *format, ...)
    RV_PRINTF(3, 4);

static void add_note(struct judging *judging, struct item *item, const char *format, ...)
{
    va_list arguments;
    char sentence[600];
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    struct rv_verdict *verdict = &item->result->verdict;
    verdict->note = verdict->note == NULL
                        ? rv_arena_text(judging->arena, sentence)
                        : rv_arena_format(judging->arena, "%s; %s", verdict->note, sentence);
    judging->failed = judging->failed || verdict->note == NULL;
}

/* --- distance ------------------------------------------------------------------------------ */

/* false: the limit was made with another distance, and is not applied. */
static bool distance_fits(struct judging *judging, struct item *item)
{
    double wanted = item->limits.distance_mm;
    double found = item->measurement->response->distance_mm;
    if (isnan(wanted) || fabs(found - wanted) <= item->limits.distance_tolerance_mm)
        return true;
    item->measurement->flags |= rv_flag_bit(RV_FLAG_DISTANCE_CONVENTION);
    char limit_text[32], found_text[32];
    rv_number_write(wanted, limit_text);
    if (isnan(found)) {
        add_note(judging, item, "limit is for %s mm, the distance was not recorded", limit_text);
        return false;
    }
    rv_number_write(found, found_text);
    const char *other =
        rv_limits_other_set(judging->reference, item->measurement->response, item->parameter);
    add_note(judging, item, "limit is for %s mm, study at %s mm%s%s", limit_text, found_text,
             other != NULL ? "; a limit for this distance stands in the set " : "",
             other != NULL ? other : "");
    return false;
}

/* --- flags --------------------------------------------------------------------------------- */

/* A sensory potential may begin positive: it does where the recording is orthodromic. */
static bool spoils(size_t i, uint64_t flags, enum rv_kind kind, enum rv_parameter parameter)
{
    return (flags & rv_flag_bit(doubts[i].flag)) != 0 &&
           (nature[parameter] & doubts[i].spoils) != 0 &&
           (doubts[i].flag != RV_FLAG_INITIAL_POSITIVITY || kind == RV_MOTOR);
}

bool rv_reference_doubtful(uint64_t flags, enum rv_kind kind, enum rv_parameter parameter)
{
    for (size_t i = 0; i < sizeof doubts / sizeof *doubts; i++)
        if (spoils(i, flags, kind, parameter))
            return true;
    return false;
}

static void doubt(struct judging *judging, struct item *item)
{
    struct rv_verdict *verdict = &item->result->verdict;
    const struct rv_response *response = item->measurement->response;
    for (size_t i = 0; i < sizeof doubts / sizeof *doubts; i++) {
        if (verdict->judgement == RV_NORMAL ||
            !spoils(i, item->measurement->flags, response->kind, item->parameter))
            continue;
        verdict->judgement = RV_BORDERLINE;
        add_note(judging, item, "%s: not called abnormal", doubts[i].words);
    }
}

/* --- temperature --------------------------------------------------------------------------- */

/* The value as it would be at the target: NaN outside the policy or without a factor. */
static double corrected(const struct judging *judging, const struct item *item)
{
    if (item->limb.warmth != RV_COOL || item->result->value.validity != RV_MEASURED)
        return NAN;
    bool latency = item->parameter == RV_ONSET_LATENCY;
    if (latency && !item->distal)
        return NAN;
    double factor =
        rv_temperature_factor(judging->policy, item->measurement->response, item->parameter);
    double degrees = item->limb.target_c - item->limb.temperature_c;
    return item->result->value.value + (latency ? -factor : factor) * degrees;
}

static void write_corrected(struct judging *judging, struct item *item)
{
    double value = corrected(judging, item);
    if (isnan(value) || !judging->correct)
        return;
    char from[32], to[32], factor[32];
    rv_number_write(item->limb.temperature_c, from);
    rv_number_write(item->limb.target_c, to);
    rv_number_write(
        rv_temperature_factor(judging->policy, item->measurement->response, item->parameter),
        factor);
    item->result->corrected = value;
    item->result->correction =
        rv_arena_format(judging->arena, "from %s to %s degrees C, %s %s for each degree", from, to,
                        factor, item->parameter == RV_ONSET_LATENCY ? "ms" : "m/s");
    judging->failed = judging->failed || item->result->correction == NULL;
}

/* Below the target an abnormal time stands only if it stays abnormal after the correction. */
static void weigh_cool(struct judging *judging, struct item *item)
{
    struct rv_verdict *verdict = &item->result->verdict;
    const struct rv_value *value = &item->result->value;
    char found[32], target[32];
    rv_number_write(item->limb.temperature_c, found);
    rv_number_write(item->limb.target_c, target);
    if (verdict->judgement != RV_ABNORMAL)
        return;
    double better = corrected(judging, item);
    if (!isnan(better) && judgement_of(rv_reference_probability(better, value->se, verdict->lower,
                                                                verdict->upper)) == RV_ABNORMAL) {
        add_note(judging, item,
                 "limb at %s degrees C; beyond the limit also after correction to %s", found,
                 target);
        return;
    }
    verdict->judgement = RV_BORDERLINE;
    add_note(judging, item, "limb at %s degrees C, below %s: cold may be the cause", found, target);
}

/* Below the floor only a low amplitude still says something: cold raises amplitudes. */
static void weigh_cold(struct judging *judging, struct item *item)
{
    struct rv_verdict *verdict = &item->result->verdict;
    unsigned kind = nature[item->parameter];
    bool low_size = (kind & SIZE) != 0 && verdict->judgement == RV_ABNORMAL;
    if ((kind & (TIME | VELOCITY | SIZE)) == 0 || low_size || item->parameter == RV_VELOCITY_DROP ||
        item->parameter == RV_AMPLITUDE_SIDE_DROP)
        return;
    char found[32], floor_text[32];
    rv_number_write(item->limb.temperature_c, found);
    rv_number_write(item->limb.floor_c, floor_text);
    verdict->judgement = RV_NOT_JUDGED;
    verdict->p_abnormal = NAN;
    verdict->z = NAN;
    add_note(judging, item, "limb at %s degrees C, below %s: not judged, warm and repeat", found,
             floor_text);
}

static void weigh_temperature(struct judging *judging, struct item *item)
{
    struct rv_verdict *verdict = &item->result->verdict;
    unsigned kind = nature[item->parameter];
    bool cool = item->limb.warmth == RV_COOL || item->limb.warmth == RV_TOO_COLD;
    if (!cool)
        return;
    if ((kind & COLD_HIDES) != 0 && verdict->judgement == RV_NORMAL) {
        verdict->judgement = RV_NOT_JUDGED;
        add_note(judging, item, "cold may hide it: warm and repeat");
    } else if (item->limb.warmth == RV_TOO_COLD) {
        weigh_cold(judging, item);
    } else if ((kind & (TIME | VELOCITY)) != 0 && item->parameter != RV_VELOCITY_DROP) {
        weigh_cool(judging, item);
    }
}

/* --- one value ----------------------------------------------------------------------------- */

static bool is_absent(const struct item *item)
{
    bool amplitude =
        item->parameter == RV_AMPLITUDE || item->parameter == RV_AMPLITUDE_PEAK_TO_PEAK;
    if (!amplitude)
        return false;
    return item->result->value.validity == RV_ABSENT ||
           (item->parameter == RV_AMPLITUDE && item->measurement->present == RV_PRESENT_NO &&
            item->result->value.validity == RV_UNTESTED);
}

static void explain_limit(struct judging *judging, struct item *item)
{
    const struct rv_limits *limits = &item->limits;
    static const struct {
        unsigned bit;
        const char *words;
    } unknowns[] = {{RV_UNKNOWN_AGE, "age"},
                    {RV_UNKNOWN_SEX, "sex"},
                    {RV_UNKNOWN_HEIGHT, "height"},
                    {RV_UNKNOWN_BMI, "body mass index"},
                    {RV_UNKNOWN_SEGMENT, "segment"}};
    for (size_t i = 0; i < sizeof unknowns / sizeof *unknowns; i++)
        if ((limits->unknown & unknowns[i].bit) != 0)
            add_note(judging, item, "%s not known: the most lenient limit", unknowns[i].words);
    if (limits->outside)
        add_note(judging, item, "age outside the reference population");
    if (!rv_text_equal(limits->set, judging->reference->facts.name))
        add_note(judging, item, "no limit in %s: %s used", judging->reference->facts.name,
                 limits->set);
    /* "may be absent" is said of absent responses only. */
    if (limits->note != NULL && (isnan(limits->absent_from_age) || is_absent(item)))
        add_note(judging, item, "%s", limits->note);
}

/* An absent response lies below every lower limit, unless healthy people may lack it too. */
static void judge_absent(struct judging *judging, struct item *item)
{
    struct rv_verdict *verdict = &item->result->verdict;
    double age = judging->study->patient.age_years;
    if (isnan(verdict->lower))
        return;
    verdict->z = NAN;
    if (!isnan(item->limits.absent_from_age) && !(age < item->limits.absent_from_age)) {
        verdict->judgement = RV_BORDERLINE;
        return;
    }
    verdict->p_abnormal = 1;
    verdict->judgement = RV_ABNORMAL;
}

static void judge_measured(struct item *item)
{
    struct rv_verdict *verdict = &item->result->verdict;
    const struct rv_value *value = &item->result->value;
    /* A share near 100 % is not distributed so that SDs from its mean say anything. */
    verdict->z = item->parameter == RV_F_PERSISTENCE
                     ? (double)NAN
                     : (value->value - item->limits.mean) / item->limits.sd;
    if (isnan(verdict->lower) && isnan(verdict->upper))
        return;
    verdict->p_abnormal =
        rv_reference_probability(value->value, value->se, verdict->lower, verdict->upper);
    verdict->judgement = judgement_of(verdict->p_abnormal);
}

static void judge_item(struct judging *judging, struct item *item, const char *distal)
{
    struct rv_verdict *verdict = &item->result->verdict;
    bool absent = is_absent(item);
    if (!absent && item->result->value.validity != RV_MEASURED)
        return;
    if (!absent)
        write_corrected(judging, item);
    if (!rv_reference_segment_limits(judging->reference, &judging->study->patient,
                                     item->measurement->response, distal, item->parameter,
                                     &item->limits))
        return;
    verdict->lower = item->limits.lower;
    verdict->upper = item->limits.upper;
    verdict->verified = item->limits.verified;
    verdict->source =
        item->limits.stratum == NULL
            ? rv_arena_text(judging->arena, item->limits.source)
            : rv_arena_format(judging->arena, "%s; %s", item->limits.source, item->limits.stratum);
    judging->failed = judging->failed || verdict->source == NULL;
    if (!distance_fits(judging, item))
        return;
    explain_limit(judging, item);
    if (absent)
        judge_absent(judging, item);
    else
        judge_measured(item);
    if (verdict->judgement == RV_NOT_JUDGED)
        return;
    judging->judged++;
    judging->unverified += verdict->verified ? 0 : 1;
    doubt(judging, item);
    weigh_temperature(judging, item);
}

/* --- one response -------------------------------------------------------------------------- */

/* The next more distal stimulation site that was stimulated in the same study; NULL. */
static const struct rv_response *distal_neighbour(const struct judging *judging,
                                                  const struct rv_response *response)
{
    const struct rv_response *nearest = NULL;
    int order = rv_site_order(response->stimulate);
    for (size_t i = 0; order > 0 && i < judging->count; i++) {
        const struct rv_response *other = judging->measurements[i].response;
        int other_order = rv_site_order(other->stimulate);
        if (other->kind == response->kind && other->side == response->side &&
            rv_text_equal(other->nerve, response->nerve) &&
            rv_text_equal(other->record, response->record) && other_order > 0 &&
            other_order < order &&
            (nearest == NULL || other_order > rv_site_order(nearest->stimulate)))
            nearest = other;
    }
    return nearest;
}

/* Says once for each limb what its temperature means. */
static void tell_temperature(struct judging *judging, const struct rv_limb_state *limb)
{
    unsigned bit = 1u << limb->limb;
    const char *name = rv_limb_name(limb->limb);
    char found[32], target[32];
    rv_number_write(limb->temperature_c, found);
    rv_number_write(limb->target_c, target);
    if (limb->warmth == RV_WARMTH_NOT_KNOWN && (judging->unknown & bit) == 0) {
        judging->unknown |= bit;
        rv_notice_add(judging->notices, RV_WARNING, "temperature_missing", NULL,
                      "skin temperature of the %s was not recorded: slow values may be due to cold",
                      name);
    } else if (limb->warmth == RV_COOL && (judging->cool & bit) == 0) {
        judging->cool |= bit;
        rv_notice_add(judging->notices, RV_WARNING, "temperature_low", NULL,
                      "%s at %s degrees C, below %s: cold slows; warm the limb and repeat", name,
                      found, target);
    } else if (limb->warmth == RV_TOO_COLD && (judging->cold & bit) == 0) {
        judging->cold |= bit;
        rv_notice_add(judging->notices, RV_PROBLEM, "temperature_too_low", NULL,
                      "%s at %s degrees C: too cold to judge latencies and velocities, and normal "
                      "amplitudes are not relied on; warm the limb to %s and repeat",
                      name, found, target);
    }
}

static void clear(struct rv_measurement *measurement)
{
    for (size_t i = 0; i < RV_PARAMETER_COUNT; i++) {
        struct rv_result *result = &measurement->results[i];
        result->verdict = (struct rv_verdict){
            .judgement = RV_NOT_JUDGED, .lower = NAN, .upper = NAN, .z = NAN, .p_abnormal = NAN};
        result->corrected = NAN;
        result->correction = NULL;
    }
}

static void judge_measurement(struct judging *judging, struct rv_measurement *measurement)
{
    const struct rv_response *response = measurement->response;
    struct rv_limb_state limb = rv_limb_state(judging->policy, judging->study, response);
    const struct rv_response *neighbour =
        response->kind == RV_MOTOR ? distal_neighbour(judging, response) : NULL;
    clear(measurement);
    measurement->temperature_c = limb.temperature_c;
    if (limb.warmth == RV_WARMTH_NOT_KNOWN)
        measurement->flags |= rv_flag_bit(RV_FLAG_TEMPERATURE_MISSING);
    if (limb.warmth == RV_COOL || limb.warmth == RV_TOO_COLD)
        measurement->flags |= rv_flag_bit(RV_FLAG_TEMPERATURE_LOW);
    tell_temperature(judging, &limb);
    for (size_t i = 0; i < RV_PARAMETER_COUNT; i++) {
        struct item item = {.measurement = measurement,
                            .parameter = (enum rv_parameter)i,
                            .result = &measurement->results[i],
                            .limb = limb,
                            .distal = neighbour == NULL};
        judge_item(judging, &item, neighbour != NULL ? neighbour->stimulate : NULL);
    }
}

static void tell_of_the_set(const struct judging *judging)
{
    double adult = NAN, none;
    char years[32];
    rv_plausible("adult_age_years", &adult, &none);
    rv_number_write(adult, years);
    if (judging->study->patient.age_years < adult)
        rv_notice_add(judging->notices, RV_WARNING, "age_below_reference", NULL,
                      "the limits are for adults from %s years: nothing was judged", years);
    if (judging->unverified > 0)
        rv_notice_add(judging->notices, RV_INFO, "limits_unverified", NULL,
                      "%zu of %zu limits used were not confirmed in their source",
                      judging->unverified, judging->judged);
}

enum rv_status rv_reference_judge(const struct rv_reference *reference,
                                  const struct rv_study *study, bool correct_temperature,
                                  struct rv_measurement *measurements, size_t count,
                                  struct rv_arena *arena, struct rv_notices *notices,
                                  struct rv_error *err)
{
    struct rv_temperature_policy *policy = NULL;
    enum rv_status status = rv_temperature_read(arena, &policy, err);
    if (status != RV_OK)
        return status;
    struct judging judging = {.reference = reference,
                              .study = study,
                              .policy = policy,
                              .measurements = measurements,
                              .count = count,
                              .correct = correct_temperature,
                              .arena = arena,
                              .notices = notices};
    for (size_t i = 0; i < count; i++)
        judge_measurement(&judging, &measurements[i]);
    tell_of_the_set(&judging);
    return judging.failed ? rv_fail_memory(err) : RV_OK;
}
