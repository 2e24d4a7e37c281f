/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sufficiency of the needle screen.
 */
#include "interpret/screens.h"

#include "base/text.h"
#include "interpret/lesions.h"

#include <stdint.h>
#include <string.h>

struct screen {
    size_t muscles;
    bool paraspinal;
};

/* Whatever explains them: every muscle examined counts. */
static struct screen count(const struct rv_reading *reading, enum rv_side side, bool arm)
{
    struct screen screen = {0};
    for (size_t i = 0; i < reading->muscle_count; i++) {
        const struct rv_muscle_facts *facts = reading->muscles[i].facts;
        if (facts == NULL || reading->muscles[i].side != side)
            continue;
        bool spinal = rv_text_equal(facts->paraspinal, arm ? "cervical" : "lumbar");
        screen.paraspinal |= spinal;
        screen.muscles += spinal || rv_text_equal(facts->region, arm ? "arm" : "leg");
    }
    return screen;
}

/* The row of screens.tsv with the most muscles that were reached; SIZE_MAX: none. */
static size_t find_row(struct rv_reading *reading, const struct screen *screen, bool arm)
{
    size_t rows = rv_reading_table(reading, "screens.tsv")->row_count, best = SIZE_MAX;
    double most = 0;
    for (size_t row = 0; row < rows; row++) {
        double muscles = 0;
        const char *cell = rv_reading_cell(reading, "screens.tsv", row, "muscles");
        const char *spinal = rv_reading_cell(reading, "screens.tsv", row, "paraspinal");
        if (!rv_text_equal(rv_reading_cell(reading, "screens.tsv", row, "region"),
                           arm ? "arm" : "leg") ||
            rv_text_equal(spinal, "yes") != screen->paraspinal || cell == NULL ||
            !rv_number_text(cell, &muscles, NULL) || (double)screen->muscles < muscles ||
            muscles < most)
            continue;
        best = row;
        most = muscles;
    }
    return best;
}

static struct rv_answer answer(struct rv_reading *reading, enum rv_side side, bool arm,
                               const struct screen *screen)
{
    size_t row = find_row(reading, screen, arm);
    const char *with = screen->paraspinal ? "with" : "without";
    const char *limb = arm ? "arm" : "leg";
    const char *plural = screen->muscles == 1 ? "" : "s";
    struct rv_answer made = {
        .id = "screen",
        .question = rv_reading_format(reading, "Is the needle screen of the %s %s sufficient?",
                                      rv_side_name(side), limb),
        .limits = "Published yields hold among patients in whom electromyography found a root, and "
                  "not with a polyneuropathy or a lesion of the upper motor neuron.",
    };
    if (row == SIZE_MAX) {
        made.answer =
            rv_reading_format(reading,
                              "%zu muscle%s of the %s %s %s paraspinals: fewer than any published "
                              "screen",
                              screen->muscles, plural, rv_side_name(side), limb, with);
        made.evidence = "";
        return made;
    }
    made.answer = rv_reading_format(reading,
                                    "%zu muscle%s of the %s %s %s paraspinals: expected to show %s "
                                    "%% of the radiculopathies that "
                                    "electromyography can show",
                                    screen->muscles, plural, rv_side_name(side), limb, with,
                                    rv_reading_cell(reading, "screens.tsv", row, "yield_percent"));
    made.evidence =
        rv_reading_citations(reading, rv_reading_cell(reading, "screens.tsv", row, "source"));
    return made;
}

void rv_screens_list(struct rv_reading *reading, struct rv_interpretation *interpretation)
{
    struct rv_answer *answers = rv_arena_alloc(reading->arena, 4, sizeof *answers);
    size_t made = 0;
    if (answers == NULL) {
        reading->failed = true;
        return;
    }
    for (int arm = 1; arm >= 0; arm--)
        for (int side = RV_RIGHT; side <= RV_LEFT; side++) {
            struct screen screen = count(reading, (enum rv_side)side, arm == 1);
            if (screen.muscles > 0)
                answers[made++] = answer(reading, (enum rv_side)side, arm == 1, &screen);
        }
    interpretation->screens = answers;
    interpretation->screen_count = made;
}
