/* SPDX-License-Identifier: GPL-3.0-or-later
 * The needle table: a verdict for each muscle.
 */
#include "interpret/needle.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

/* What one row says, in the words of the decision. */
struct signs {
    bool active, equivocal, spontaneous_known;
    bool large, small; /* long or large, short or small units */
    bool polyphasic, units_known;
    int reduction; /* 0 normal, 1 mild, 2 reduced and worse; -1 unknown */
    bool early;
    int myopathic_count;
};

int rv_needle_grade(const struct rv_needle *needle)
{
    enum rv_grade worst =
        needle->fibrillations > needle->sharp_waves ? needle->fibrillations : needle->sharp_waves;
    return worst < RV_GRADE_EQUIVOCAL ? (int)worst : (int)worst - (int)RV_GRADE_1 + 1;
}

/* Mean duration of the muscle at the patient's age; NaN where the table has none. */
static double mean_duration_ms(struct rv_reading *reading, const char *muscle)
{
    const struct rv_table *table = rv_reading_table(reading, "mup.tsv");
    double age = reading->study->patient.age_years;
    for (size_t row = 0; row < table->row_count && !isnan(age); row++) {
        double limits[4];
        const char *const columns[] = {"age_from", "age_to", "low_ms", "high_ms"};
        bool whole = rv_list_has(rv_reading_cell(reading, "mup.tsv", row, "muscles"), muscle);
        for (size_t i = 0; i < 4 && whole; i++) {
            const char *cell = rv_reading_cell(reading, "mup.tsv", row, columns[i]);
            whole = cell != NULL && rv_number_text(cell, &limits[i], NULL);
        }
        if (whole && age >= limits[0] && age <= limits[1])
            return (limits[2] + limits[3]) / 2;
    }
    return NAN;
}

static void read_duration(struct rv_reading *reading, const struct rv_needle *needle,
                          struct signs *signs)
{
    enum rv_mup_duration duration = needle->mup_duration;
    double mean = mean_duration_ms(reading, needle->muscle);
    if (duration == RV_DURATION_UNKNOWN && !isnan(needle->mup_duration_ms) && !isnan(mean)) {
        double margin = rv_reading_number(reading, "mup_duration_margin");
        double ratio = needle->mup_duration_ms / mean;
        duration = ratio > 1 + margin   ? RV_DURATION_LONG
                   : ratio < 1 - margin ? RV_DURATION_SHORT
                                        : RV_DURATION_NORMAL;
    }
    signs->units_known |= duration != RV_DURATION_UNKNOWN;
    signs->large |= duration == RV_DURATION_LONG;
    signs->small |= duration == RV_DURATION_SHORT;
    signs->myopathic_count += duration == RV_DURATION_SHORT;
}

static void read_size(struct rv_reading *reading, const struct rv_needle *needle,
                      struct signs *signs)
{
    enum rv_mup_amplitude size = needle->mup_amplitude;
    if (size == RV_SIZE_UNKNOWN && !isnan(needle->mup_amplitude_uv))
        size = needle->mup_amplitude_uv > rv_reading_number(reading, "mup_large_uv") ? RV_SIZE_LARGE
               : needle->mup_amplitude_uv < rv_reading_number(reading, "mup_small_uv")
                   ? RV_SIZE_SMALL
                   : RV_SIZE_NORMAL;
    signs->units_known |= size != RV_SIZE_UNKNOWN;
    signs->large |= size == RV_SIZE_LARGE;
    signs->small |= size == RV_SIZE_SMALL;
    signs->myopathic_count += size == RV_SIZE_SMALL;
}

static void read_phases(struct rv_reading *reading, const struct rv_needle *needle,
                        struct signs *signs)
{
    enum rv_polyphasia phases = needle->polyphasia;
    if (phases == RV_POLYPHASIA_UNKNOWN && !isnan(needle->polyphasia_percent)) {
        bool rich = rv_list_has("deltoid|vastus lateralis|tibialis anterior", needle->muscle);
        double limit =
            rv_reading_number(reading, rich ? "polyphasia_rich_percent" : "polyphasia_percent");
        phases =
            needle->polyphasia_percent > limit ? RV_POLYPHASIA_INCREASED : RV_POLYPHASIA_NORMAL;
    }
    signs->units_known |= phases != RV_POLYPHASIA_UNKNOWN;
    signs->polyphasic = phases == RV_POLYPHASIA_INCREASED;
}

static void read_recruitment(const struct rv_needle *needle, struct signs *signs)
{
    static const int reductions[] = {[RV_RECRUITMENT_UNKNOWN] = -1,
                                     [RV_RECRUITMENT_NORMAL] = 0,
                                     [RV_RECRUITMENT_MILDLY_REDUCED] = 1,
                                     [RV_RECRUITMENT_REDUCED] = 2,
                                     [RV_RECRUITMENT_SEVERELY_REDUCED] = 2,
                                     [RV_RECRUITMENT_DISCRETE] = 2,
                                     [RV_RECRUITMENT_EARLY] = 0,
                                     [RV_RECRUITMENT_NONE] = 2};
    signs->reduction = reductions[needle->recruitment];
    signs->early = needle->recruitment == RV_RECRUITMENT_EARLY;
    signs->myopathic_count += signs->early;
}

/* "n/a" became NULL; "0", "no" and "none" say that there was none. */
static bool is_present(const char *text)
{
    return text != NULL && !rv_list_has("0|no|none|absent|normal|-", text);
}

static void give(struct rv_muscle_item *item, enum rv_muscle_verdict verdict, double strength,
                 const char *reason)
{
    item->verdict = verdict;
    item->strength = strength;
    item->reason = reason;
}

static void decide_abnormal(struct rv_muscle_item *item, const struct signs *signs)
{
    if (signs->myopathic_count >= 2 && !signs->large)
        give(item, RV_MUSCLE_MYOPATHIC, 0,
             signs->active ? "short or small units, early recruitment, with fibrillation"
                           : "short or small units, early recruitment");
    else if (signs->active && signs->large)
        give(item, RV_MUSCLE_ACTIVE_ON_CHRONIC, 1, "fibrillation with long or large units");
    else if (signs->active)
        give(item, RV_MUSCLE_ACTIVE, 1,
             signs->polyphasic ? "fibrillation with polyphasic units (early reinnervation)"
                               : "fibrillation without remodelled units");
    else if (signs->large)
        give(item, RV_MUSCLE_CHRONIC, 0.5, "long or large units without fibrillation");
    else if (signs->polyphasic && signs->reduction == 2)
        give(item, RV_MUSCLE_CHRONIC, 0.5, "polyphasic units and reduced recruitment");
}

static void decide_rest(struct rv_muscle_item *item, const struct signs *signs)
{
    if (signs->reduction == 2) {
        item->recruitment_only = true;
        give(item, RV_MUSCLE_INDETERMINATE, 0.5,
             "reduced recruitment alone: recent axon loss or conduction block");
    } else if (signs->reduction == 1 || signs->polyphasic || signs->equivocal ||
               signs->myopathic_count > 0)
        give(item, RV_MUSCLE_INDETERMINATE, 0, "a minor or equivocal change alone");
    else if (!signs->spontaneous_known)
        give(item, RV_MUSCLE_INDETERMINATE, 0, "spontaneous activity was not recorded");
    else
        give(item, RV_MUSCLE_NORMAL, -1,
             signs->units_known || signs->reduction >= 0
                 ? "no spontaneous activity, normal units"
                 : "no spontaneous activity; motor units were not recorded");
}

/* Levels such as "L4-L5" or "C6": whether surgery was in the region of these paraspinals. */
static bool was_operated(const struct rv_reading *reading, const char *paraspinal)
{
    const struct rv_history *history = &reading->study->history;
    for (size_t i = 0; i < history->laminectomy_count; i++) {
        char letter = history->laminectomy[i][0];
        bool neck = letter == 'C' || letter == 'c';
        if (rv_text_equal(paraspinal, "cervical") == neck)
            return true;
    }
    return false;
}

/* Too early, or operated on: a verdict that the rules may not lean on. */
static void weaken(struct rv_reading *reading, struct rv_muscle_item *item)
{
    bool paraspinal = item->facts != NULL && item->facts->paraspinal != NULL;
    if (paraspinal && was_operated(reading, item->facts->paraspinal))
        give(item, RV_MUSCLE_INDETERMINATE, 0,
             "paraspinal muscles after a laminectomy are not used");
    else if (item->verdict == RV_MUSCLE_NORMAL &&
             reading->days_since_onset < rv_reading_number(reading, "needle_expected_day"))
        give(item, RV_MUSCLE_INDETERMINATE, -0.25,
             rv_reading_format(reading,
                               "nothing abnormal on day %.0f, when fibrillation is not yet "
                               "expected in every muscle",
                               reading->days_since_onset));
}

static void judge_one(struct rv_reading *reading, size_t index)
{
    const struct rv_needle *needle = &reading->study->needle[index];
    struct rv_muscle_item *item = &reading->muscles[index];
    *item = (struct rv_muscle_item){.needle = needle,
                                    .side = needle->side,
                                    .facts = rv_reading_facts(reading, needle->muscle),
                                    .id = rv_reading_format(reading, "N%02zu", index + 1),
                                    .grade = rv_needle_grade(needle)};
    struct signs signs = {.active = item->grade >= 1,
                          .equivocal = needle->fibrillations == RV_GRADE_EQUIVOCAL ||
                                       needle->sharp_waves == RV_GRADE_EQUIVOCAL,
                          .spontaneous_known = item->grade >= 0};
    read_duration(reading, needle, &signs);
    read_size(reading, needle, &signs);
    read_phases(reading, needle, &signs);
    read_recruitment(needle, &signs);
    item->active = signs.active;
    item->chronic = signs.large || is_present(needle->crd);
    item->fasciculating = needle->fasciculations >= RV_GRADE_1;
    decide_abnormal(item, &signs);
    if (item->reason == NULL)
        decide_rest(item, &signs);
    weaken(reading, item);
}

void rv_needle_judge(struct rv_reading *reading)
{
    size_t count = reading->study->needle_count;
    reading->muscles = rv_arena_alloc(reading->arena, count, sizeof *reading->muscles);
    if (reading->muscles == NULL) {
        reading->failed = true;
        return;
    }
    reading->muscle_count = count;
    for (size_t i = 0; i < count; i++)
        judge_one(reading, i);
}

struct rv_muscle_item *rv_needle_find(const struct rv_reading *reading, const char *muscle,
                                      enum rv_side side)
{
    for (size_t i = 0; i < reading->muscle_count; i++)
        if (reading->muscles[i].side == side &&
            rv_text_equal(reading->muscles[i].needle->muscle, muscle))
            return &reading->muscles[i];
    return NULL;
}

bool rv_needle_abnormal(const struct rv_muscle_item *muscle)
{
    return muscle->strength > 0;
}
