/* SPDX-License-Identifier: GPL-3.0-or-later
 * Progression between two studies: two concordant signs at least (clinical specification 10.4).
 */
#include "interpret/progress.h"

#include "base/text.h"
#include "interpret/needle.h"
#include "interpret/observe.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Kinds of signs; each counts once. */
enum sign { CMAP_FALL, NEW_FIBRILLATION, MORE_FIBRILLATION, H_LOST, LESS_RECRUITMENT, SIGN_COUNT };

struct signs {
    struct rv_strings worse[SIGN_COUNT], better, sensory;
    bool compared;
};

static const struct rv_needle *needle_then(const struct rv_report *earlier,
                                           const struct rv_needle *now)
{
    for (size_t i = 0; i < earlier->study->needle_count; i++) {
        const struct rv_needle *then = &earlier->study->needle[i];
        if (then->side == now->side && rv_text_equal(then->muscle, now->muscle))
            return then;
    }
    return NULL;
}

static bool recruits_less(const struct rv_needle *then, const struct rv_needle *now)
{
    bool known =
        then->recruitment != RV_RECRUITMENT_UNKNOWN && now->recruitment != RV_RECRUITMENT_UNKNOWN &&
        then->recruitment != RV_RECRUITMENT_EARLY && now->recruitment != RV_RECRUITMENT_EARLY;
    bool poor = now->activation != NULL && strstr(now->activation, "poor") != NULL;
    return known && !poor && now->recruitment > then->recruitment + 1;
}

static void compare_muscles(struct rv_reading *reading, const struct rv_report *earlier,
                            struct signs *signs)
{
    int rise = (int)rv_reading_number(reading, "change_fibrillation_grades");
    for (size_t i = 0; i < reading->study->needle_count; i++) {
        const struct rv_needle *now = &reading->study->needle[i];
        const struct rv_needle *then = needle_then(earlier, now);
        if (then == NULL)
            continue;
        int before = rv_needle_grade(then), after = rv_needle_grade(now);
        const char *name = rv_reading_format(reading, "%s %s %d+ to %d+", rv_side_name(now->side),
                                             now->muscle, before, after);
        signs->compared = true;
        if (before == 0 && after >= 1)
            rv_strings_add(reading, &signs->worse[NEW_FIBRILLATION], name);
        else if (before >= 1 && after >= before + rise)
            rv_strings_add(reading, &signs->worse[MORE_FIBRILLATION], name);
        else if (before >= 1 && after == 0)
            rv_strings_add(reading, &signs->better, name);
        if (recruits_less(then, now))
            rv_strings_add(reading, &signs->worse[LESS_RECRUITMENT], now->muscle);
    }
}

static bool is_motor(const struct rv_reading *reading, const char *id)
{
    for (size_t i = 0; i < reading->measurement_count; i++)
        if (strcmp(reading->measurements[i].response->id, id) == 0)
            return reading->measurements[i].response->kind == RV_MOTOR;
    return false;
}

static void compare_responses(struct rv_reading *reading, const struct rv_report *earlier,
                              const struct rv_interpretation *interpretation, struct signs *signs)
{
    for (size_t i = 0; i < interpretation->change_count; i++) {
        const struct rv_change *change = &interpretation->changes[i];
        if (!rv_text_equal(change->earlier, earlier->study->visit.date))
            continue;
        signs->compared = true;
        if (change->judgement != RV_ABNORMAL || change->parameter != RV_AMPLITUDE)
            continue;
        bool motor = is_motor(reading, change->response);
        if (change->change < 0)
            rv_strings_add(reading, motor ? &signs->worse[CMAP_FALL] : &signs->sensory,
                           change->text);
        else if (motor)
            rv_strings_add(reading, &signs->better, change->text);
    }
}

static void compare_reflexes(struct rv_reading *reading, const struct rv_report *earlier,
                             struct signs *signs)
{
    for (size_t i = 0; i < reading->measurement_count; i++) {
        const struct rv_response *now = reading->measurements[i].response;
        size_t then = now->kind == RV_H_REFLEX ? rv_serial_same(earlier, now) : SIZE_MAX;
        if (then != SIZE_MAX && rv_observe_absent(reading, i) &&
            earlier->measurements[then].present != RV_PRESENT_NO)
            rv_strings_add(reading, &signs->worse[H_LOST],
                           rv_reading_format(reading, "%s H-reflex lost", rv_side_name(now->side)));
    }
}

static const char *join(struct rv_reading *reading, const struct rv_strings *lists, size_t count)
{
    struct rv_text text = {0};
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < lists[i].count; j++)
            rv_text_format(&text, "%s%s", text.length > 0 ? "; " : "", lists[i].items[j]);
    const char *copy = rv_reading_format(reading, "%s", text.bytes != NULL ? text.bytes : "");
    rv_text_finish(&text);
    return copy;
}

static const char *answer(struct rv_reading *reading, const struct signs *signs)
{
    size_t kinds = 0;
    for (int sign = 0; sign < SIGN_COUNT; sign++)
        kinds += signs->worse[sign].count > 0;
    if (kinds >= (size_t)rv_reading_number(reading, "change_concordant"))
        return "progression of motor axon loss, definite: concordant signs beyond measurement "
               "error";
    if (kinds == 1)
        return "one sign of progression only: possible, to be confirmed";
    if (signs->better.count > 0)
        return "improved: less denervation or larger motor responses";
    return "unchanged within measurement error";
}

void rv_progress_judge(struct rv_reading *reading, const struct rv_report *earlier,
                       struct rv_interpretation *interpretation)
{
    struct signs signs = {0};
    compare_muscles(reading, earlier, &signs);
    compare_responses(reading, earlier, interpretation, &signs);
    compare_reflexes(reading, earlier, &signs);
    if (!signs.compared)
        return;
    struct rv_answer *answers = rv_arena_alloc(reading->arena, 2, sizeof *answers);
    if (answers == NULL) {
        reading->failed = true;
        return;
    }
    const char *text = answer(reading, &signs);
    bool better = strncmp(text, "improved", 8) == 0;
    answers[0] = (struct rv_answer){
        .id = "progression",
        .question = "Has motor axon loss changed since the earlier study?",
        .answer = text,
        .evidence =
            better ? join(reading, &signs.better, 1) : join(reading, signs.worse, SIGN_COUNT),
        .limits = "same side, distance and temperature were asked for; disuse alone can lower a "
                  "motor response by 20 to 30 %; a change between two studies has no named cause"};
    size_t count = 1;
    if (signs.sensory.count > 0)
        answers[count++] = (struct rv_answer){
            .id = "sensory_change",
            .question = "Have sensory responses changed?",
            .answer = "a sensory response fell beyond the reference change value: a lesion beyond "
                      "the ganglion or a polyneuropathy, not a root, would do this",
            .evidence = join(reading, &signs.sensory, 1),
            .limits = ""};
    interpretation->progression = answers;
    interpretation->progression_count = count;
    rv_reading_finding(reading, "progression", NAN, NULL,
                       rv_reading_format(reading, "Against the study of %s: %s",
                                         earlier->study->visit.date != NULL
                                             ? earlier->study->visit.date
                                             : "an unknown date",
                                         text));
}
