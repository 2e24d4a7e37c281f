/* SPDX-License-Identifier: GPL-3.0-or-later
 * What happens along a motor nerve: anatomical variants first, then block and dispersion
 * (clinical specification 7.8 and 7.11); and the details of single-nerve lesions.
 */
#include "base/text.h"
#include "interpret/findings.h"
#include "interpret/observe.h"
#include "interpret/predicates.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static double block_number(struct rv_reading *reading, size_t row, const char *column)
{
    double number;
    const char *cell = rv_reading_cell(reading, "block.tsv", row, column);
    return cell != NULL && rv_number_text(cell, &number, NULL) ? number : (double)NAN;
}

/* The row of block.tsv for a segment named by its proximal stimulation site. */
static size_t find_row(struct rv_reading *reading, const struct rv_response *response)
{
    size_t rows = rv_reading_table(reading, "block.tsv")->row_count;
    for (size_t row = 0; row < rows; row++)
        if (rv_list_has(rv_reading_cell(reading, "block.tsv", row, "nerves"), response->nerve) &&
            rv_list_has(rv_reading_cell(reading, "block.tsv", row, "stimulate"),
                        response->stimulate))
            return row;
    return SIZE_MAX;
}

/* A fall that an anatomical variant may explain is no block until that was looked at. */
static const char *variant(struct rv_reading *reading, size_t proximal, double drop)
{
    const struct rv_response *response = reading->measurements[proximal].response;
    bool ulnar = rv_text_equal(response->nerve, "ulnar") &&
                 rv_text_equal(response->stimulate, "below elbow");
    enum rv_truth crossed = rv_predicate_truth(reading, "martin_gruber", response->side);
    if (ulnar && crossed == RV_TRUE)
        return "explained by the Martin-Gruber anastomosis, not a block";
    if (ulnar && crossed == RV_NOT_ASSESSED)
        return "a Martin-Gruber anastomosis was not looked for (median stimulus at the elbow)";
    if (rv_text_equal(response->nerve, "tibial") &&
        drop <= rv_reading_number(reading, "tibial_drop_percent"))
        return "a fall that the tibial nerve may show normally";
    return NULL;
}

struct segment {
    size_t proximal, distal, row;
    double drop, area_drop, duration; /* percent; NaN unknown */
};

static double change(const struct rv_reading *reading, const struct segment *segment,
                     enum rv_parameter parameter)
{
    double here, there, se;
    if (!rv_observe_value(reading, segment->proximal, parameter, &here, &se) ||
        !rv_observe_value(reading, segment->distal, parameter, &there, &se) || there <= 0)
        return NAN;
    return 100 * (there - here) / there;
}

static const char *grade_block(struct rv_reading *reading, const struct segment *segment)
{
    bool dispersed = segment->duration > block_number(reading, segment->row, "duration");
    bool area_agrees = segment->area_drop > block_number(reading, segment->row, "definite_area");
    if (segment->drop > block_number(reading, segment->row, "definite_amplitude"))
        return area_agrees && !dispersed ? "definite" : "probable";
    return segment->drop >= block_number(reading, segment->row, "probable_amplitude") && !dispersed
               ? "probable"
               : NULL;
}

static void look_at(struct rv_reading *reading, const struct segment *segment)
{
    double distal_mv, se;
    const char *place = rv_finding_place(reading, segment->proximal);
    if (!rv_observe_value(reading, segment->distal, RV_AMPLITUDE, &distal_mv, &se) ||
        distal_mv < rv_reading_number(reading, "small_cmap_mv") ||
        (reading->measurements[segment->proximal].flags & rv_flag_bit(RV_FLAG_SUBMAXIMAL)) != 0)
        return;
    const char *grade = grade_block(reading, segment);
    const char *other = variant(reading, segment->proximal, segment->drop);
    bool notable = segment->drop >= rv_reading_number(reading, "variant_drop_percent") * 2;
    if (other != NULL && (grade != NULL || (notable && strstr(other, "Gruber") != NULL)))
        rv_finding_of(reading, "amplitude_fall_variant", segment->proximal, NAN,
                      rv_reading_format(reading, "%s: amplitude falls by %.0f %%; %s", place,
                                        segment->drop, other));
    else if (grade != NULL)
        rv_finding_of(reading, "conduction_block", segment->proximal, NAN,
                      rv_reading_format(reading,
                                        "%s: conduction block, %s: amplitude falls by "
                                        "%.0f %%",
                                        place, grade, segment->drop));
    if (segment->duration > block_number(reading, segment->row, "duration"))
        rv_finding_of(reading, "temporal_dispersion", segment->proximal, NAN,
                      rv_reading_format(reading,
                                        "%s: temporal dispersion, duration rises by "
                                        "%.0f %%",
                                        place, segment->duration));
}

static void list_variants(struct rv_reading *reading)
{
    for (int side = RV_RIGHT; side <= RV_LEFT; side++) {
        const char *word = rv_side_name((enum rv_side)side);
        const struct rv_predicate *crossed = rv_predicate_find(reading, "martin_gruber");
        const struct rv_predicate *accessory = rv_predicate_find(reading, "accessory_fibular");
        if (crossed != NULL && crossed->on[side].truth == RV_TRUE) {
            bool adm = rv_predicate_truth(reading, "mg_adm", (enum rv_side)side) == RV_TRUE;
            bool fdi = rv_predicate_truth(reading, "mg_fdi", (enum rv_side)side) == RV_TRUE;
            rv_reading_finding(
                reading, "martin_gruber", NAN, &crossed->on[side].evidence,
                rv_reading_format(reading,
                                  "%s: Martin-Gruber anastomosis, type %s: the median nerve at "
                                  "the elbow reaches ulnar muscles; a variant, not a lesion",
                                  word,
                                  adm && fdi ? "I and II"
                                  : adm      ? "I"
                                             : "II"));
        }
        if (accessory != NULL && accessory->on[side].truth == RV_TRUE)
            rv_reading_finding(
                reading, "accessory_fibular", NAN, &accessory->on[side].evidence,
                rv_reading_format(reading,
                                  "%s: EDB is larger from the knee than from the ankle: accessory "
                                  "deep fibular nerve suspected; stimulate behind the lateral "
                                  "malleolus",
                                  word));
    }
}

void rv_findings_segments(struct rv_reading *reading)
{
    list_variants(reading);
    for (size_t i = 0; i < reading->measurement_count; i++) {
        const struct rv_response *response = reading->measurements[i].response;
        struct segment segment = {.proximal = i};
        if (response->kind != RV_MOTOR ||
            (segment.distal = rv_observe_distal(reading, i)) == SIZE_MAX ||
            (segment.row = find_row(reading, response)) == SIZE_MAX)
            continue;
        segment.drop = change(reading, &segment, RV_AMPLITUDE);
        segment.area_drop = change(reading, &segment, RV_NEGATIVE_AREA);
        segment.duration = -change(reading, &segment, RV_NEGATIVE_DURATION);
        look_at(reading, &segment);
    }
}

/* --- grades of the median nerve at the wrist ------------------------------------------------ */

/* Bland 2000: 1 only comparative tests ... 6 no thenar response. */
static int bland(struct rv_reading *reading, enum rv_side side, bool slow_motor, bool lost)
{
    static const char motor[] = "motor:median:APB:wrist";
    size_t apb = rv_observe_first(reading, motor, sizeof motor - 1, side);
    double amplitude, latency, se;
    if (apb != SIZE_MAX && rv_observe_value(reading, apb, RV_AMPLITUDE, &amplitude, &se) &&
        amplitude < rv_reading_number(reading, "bland_extreme_mv"))
        return 6;
    if (apb != SIZE_MAX && rv_observe_value(reading, apb, RV_ONSET_LATENCY, &latency, &se) &&
        latency > rv_reading_number(reading, "bland_very_severe_ms"))
        return 5;
    if (lost)
        return 4;
    if (slow_motor)
        return 3;
    return rv_predicate_truth(reading, "cts_sensory", side) == RV_TRUE ? 2 : 1;
}

/* Padua 1997 asks for the sensory response where Bland asks for the latency. */
static const char *padua(int bland_grade, bool lost)
{
    static const char *const words[] = {"negative", "minimal", "mild",   "moderate",
                                        "severe",   "",        "extreme"};
    return bland_grade == 5 ? (lost ? "severe" : "moderate") : words[bland_grade];
}

static void grade_median(struct rv_reading *reading, struct rv_draft *draft)
{
    enum rv_side side = draft->pattern.side;
    bool slow = rv_predicate_truth(reading, "median_dml_long", side) == RV_TRUE;
    bool lost = rv_predicate_truth(reading, "median_digit_lost", side) == RV_TRUE;
    int grade = bland(reading, side, slow, lost);
    draft->detail = rv_reading_format(reading, " (Bland %d, Padua %s)%s", grade, padua(grade, lost),
                                      draft->pattern.activity == RV_ACTIVE ||
                                              draft->pattern.activity == RV_ACTIVE_ON_CHRONIC
                                          ? ", with axon loss in APB"
                                          : "");
}

/* --- block, slowing and axon loss of the others --------------------------------------------- */

static const struct {
    const char *pattern, *block, *slow, *sensory;
} parts[] = {
    {"ulnar_elbow", "elbow_block", "elbow_velocity_drop", "d5_low"},
    {"fibular_knee", "knee_block", "knee_drop_edb", "spn_low"},
    {"radial_arm", "radial_focal", NULL, "radial_snap_low"},
    {"ulnar_wrist", NULL, "ulnar_distal_motor", "d5_low"},
    {"tibial_ankle", NULL, "tarsal_motor", "plantar_low"},
    {"sciatic", NULL, NULL, "spn_low"},
};

static bool is_true(struct rv_reading *reading, const char *predicate, enum rv_side side)
{
    return predicate != NULL && rv_predicate_truth(reading, predicate, side) == RV_TRUE;
}

static void grade_part(struct rv_reading *reading, struct rv_draft *draft, size_t part)
{
    enum rv_side side = draft->pattern.side;
    bool block = is_true(reading, parts[part].block, side);
    bool slow = is_true(reading, parts[part].slow, side);
    enum rv_activity activity = draft->pattern.activity;
    bool axons = is_true(reading, parts[part].sensory, side) || activity == RV_ACTIVE ||
                 activity == RV_CHRONIC || activity == RV_ACTIVE_ON_CHRONIC;
    bool early = reading->days_since_onset < rv_reading_number(reading, "needle_expected_day");
    struct rv_text text = {0};
    if (block)
        rv_text_append(&text, ", with conduction block");
    if (slow)
        rv_text_append(&text, block ? " and slowing" : ", with slowing");
    if (axons)
        rv_text_append(&text, block || slow ? " and axon loss" : ", with axon loss");
    if (early)
        rv_text_format(&text,
                       "; %.0f days after onset it is too early for fibrillation, so that the "
                       "amount of axon loss cannot be judged yet",
                       reading->days_since_onset);
    draft->detail = rv_reading_format(reading, "%s", text.bytes != NULL ? text.bytes : "");
    rv_text_finish(&text);
}

void rv_findings_grade_nerves(struct rv_reading *reading)
{
    for (size_t i = 0; i < reading->draft_count; i++) {
        struct rv_draft *draft = &reading->drafts[i];
        if (strcmp(draft->pattern.pattern, "median_wrist") == 0)
            grade_median(reading, draft);
        for (size_t part = 0; part < sizeof parts / sizeof parts[0]; part++)
            if (strcmp(draft->pattern.pattern, parts[part].pattern) == 0)
                grade_part(reading, draft, part);
    }
}
