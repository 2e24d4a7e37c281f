/* SPDX-License-Identifier: GPL-3.0-or-later
 * What affects more than one limb.
 */
#include "interpret/widespread.h"

#include "base/text.h"
#include "interpret/needle.h"
#include "interpret/observe.h"
#include "interpret/predicates.h"

#include <math.h>
#include <string.h>

static const char *polyneuropathy(struct rv_reading *reading)
{
    static const char *const words[] = {"polyneuropathy_demyelinating", "polyneuropathy_axonal"};
    for (size_t i = 0; i < 2; i++) {
        const struct rv_draft *draft = rv_reading_find_draft(reading, words[i], RV_SIDE_UNKNOWN);
        if (draft != NULL && draft->pattern.grade >= RV_POSSIBLE)
            return words[i];
    }
    return NULL;
}

/* Distal muscles of a polyneuropathy are as abnormal on both sides; a muscle of the leg or forearm
 * counts for it unless the other side is clearly better. */
static bool is_explained(const struct rv_reading *reading, const struct rv_muscle_item *muscle)
{
    if (muscle->facts == NULL || !muscle->facts->distal || muscle->strength <= 0)
        return false;
    const struct rv_muscle_item *other =
        rv_needle_find(reading, muscle->needle->muscle, rv_other_side(muscle->side));
    return other == NULL || (rv_needle_abnormal(other) && muscle->grade <= other->grade + 1);
}

static void explain_nerves(struct rv_reading *reading, const char *pattern)
{
    for (size_t i = 0; i < reading->nerve_count; i++) {
        struct rv_nerve_item *item = &reading->nerves[i];
        if (item->explained == NULL && item->low == RV_TRUE && (!item->motor || !item->below_side))
            item->explained = pattern;
    }
}

void rv_polyneuropathy_explain(struct rv_reading *reading)
{
    const char *pattern = polyneuropathy(reading);
    if (pattern == NULL)
        return;
    explain_nerves(reading, pattern);
    bool demyelinating = strcmp(pattern, "polyneuropathy_demyelinating") == 0;
    for (size_t i = 0; i < reading->muscle_count; i++) {
        struct rv_muscle_item *muscle = &reading->muscles[i];
        if (muscle->explained == NULL &&
            (is_explained(reading, muscle) || (demyelinating && muscle->recruitment_only)))
            muscle->explained = pattern;
    }
}

enum region { BULBAR, CERVICAL, THORACIC, LUMBOSACRAL, REGION_COUNT };

static enum region region_of(const struct rv_muscle_facts *facts)
{
    if (rv_text_equal(facts->region, "face"))
        return BULBAR;
    if (rv_text_equal(facts->region, "arm"))
        return CERVICAL;
    if (rv_text_equal(facts->region, "leg"))
        return LUMBOSACRAL;
    bool thoracic = rv_text_equal(facts->paraspinal, "thoracic") ||
                    rv_text_equal(facts->name, "rectus abdominis");
    return thoracic ? THORACIC : REGION_COUNT;
}

struct spread {
    size_t muscles[REGION_COUNT];
    struct rv_strings nerves[REGION_COUNT], evidence;
    bool ongoing[REGION_COUNT], chronic[REGION_COUNT], right, left;
};

static void add_muscle(struct rv_reading *reading, const struct rv_muscle_item *muscle,
                       struct spread *spread)
{
    if (muscle->facts == NULL || muscle->explained != NULL ||
        !(rv_needle_abnormal(muscle) || muscle->fasciculating))
        return;
    enum region region = region_of(muscle->facts);
    if (region == REGION_COUNT)
        return;
    spread->muscles[region]++;
    rv_strings_add_once(reading, &spread->nerves[region], muscle->facts->nerve);
    spread->ongoing[region] |= muscle->active || muscle->fasciculating;
    spread->chronic[region] |= muscle->chronic || muscle->verdict == RV_MUSCLE_CHRONIC;
    spread->right |= muscle->side == RV_RIGHT;
    spread->left |= muscle->side == RV_LEFT;
    rv_strings_add(
        reading, &spread->evidence,
        rv_reading_format(reading, "%s %s %s%s [%s]", rv_side_name(muscle->side),
                          muscle->needle->muscle, rv_muscle_verdict_name(muscle->verdict),
                          muscle->fasciculating ? " with fasciculation" : "", muscle->id));
}

static size_t count_regions(struct rv_reading *reading, const struct spread *spread, bool *beyond)
{
    size_t found = 0;
    *beyond = false;
    for (int region = 0; region < REGION_COUNT; region++) {
        bool limb = region == CERVICAL || region == LUMBOSACRAL;
        size_t needed =
            limb ? (size_t)rv_reading_number(reading, "red_flag_limb_muscles") : (size_t)1;
        if (spread->muscles[region] < needed || (limb && spread->nerves[region].count < 2) ||
            !spread->ongoing[region] || (limb && !spread->chronic[region]))
            continue;
        found++;
        *beyond |= !limb;
    }
    return found;
}

static bool is_true_of_both(struct rv_reading *reading, const char *predicate)
{
    return rv_predicate_truth(reading, predicate, RV_SIDE_UNKNOWN) == RV_TRUE;
}

static bool is_widespread(struct rv_reading *reading, const struct spread *spread, size_t *regions)
{
    bool beyond;
    *regions = count_regions(reading, spread, &beyond);
    return *regions >= (size_t)rv_reading_number(reading, "red_flag_regions") &&
           ((spread->right && spread->left) || beyond) &&
           !is_true_of_both(reading, "snaps_low_two") &&
           rv_reading_find_draft(reading, "polyneuropathy_demyelinating", RV_SIDE_UNKNOWN) == NULL;
}

static void explain_all(struct rv_reading *reading, const char *pattern)
{
    for (size_t i = 0; i < reading->muscle_count; i++)
        if (reading->muscles[i].explained == NULL && rv_needle_abnormal(&reading->muscles[i]))
            reading->muscles[i].explained = pattern;
    for (size_t i = 0; i < reading->nerve_count; i++)
        if (reading->nerves[i].motor && reading->nerves[i].explained == NULL)
            reading->nerves[i].explained = pattern;
}

void rv_red_flag_apply(struct rv_reading *reading)
{
    struct spread spread = {0};
    size_t regions;
    for (size_t i = 0; i < reading->muscle_count; i++)
        add_muscle(reading, &reading->muscles[i], &spread);
    if (!is_widespread(reading, &spread, &regions))
        return;
    struct rv_draft *draft = rv_reading_draft(reading, "motor_neuron_red_flag", RV_BOTH,
                                              regions >= 3 ? RV_DEFINITE : RV_PROBABLE);
    if (draft == NULL)
        return;
    rv_strings_add(reading, &draft->rules, "RED-FLAG");
    draft->statement = "motor_neuron_red_flag";
    draft->evidence_for = spread.evidence;
    if (is_true_of_both(reading, "snaps_all_normal"))
        rv_strings_add(reading, &draft->evidence_for, "sensory responses preserved");
    else
        rv_strings_add(reading, &draft->missing, "sensory responses of an arm and a leg");
    if (spread.muscles[THORACIC] == 0)
        rv_strings_add(reading, &draft->missing, "thoracic paraspinal muscles");
    if (spread.muscles[BULBAR] == 0)
        rv_strings_add(reading, &draft->missing, "tongue or sternocleidomastoid");
    explain_all(reading, draft->pattern.pattern);
}
