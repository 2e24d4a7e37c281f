/* SPDX-License-Identifier: GPL-3.0-or-later
 * Re-evaluation after an epidural steroid injection (clinical specification section 10).
 */
#include "interpret/reevaluate.h"

#include "base/date.h"
#include "base/text.h"
#include "interpret/lesions.h"
#include "interpret/levels.h"
#include "interpret/needle.h"
#include "interpret/observe.h"

#include <math.h>
#include <string.h>

struct answering {
    struct rv_reading *reading;
    const struct rv_interpretation *interpretation;
    struct rv_text answer, evidence;
};

static bool is_root(const struct rv_pattern *pattern)
{
    return rv_list_has("radiculopathy|polyradiculopathy", pattern->pattern) &&
           pattern->grade > RV_INSUFFICIENT;
}

static void append(struct rv_text *text, const char *separator, const char *more)
{
    if (more != NULL && *more != '\0')
        rv_text_format(text, "%s%s", text->length > 0 ? separator : "", more);
}

static const char *roots_words(struct answering *ask, const struct rv_pattern *pattern)
{
    struct rv_text words = {0};
    for (size_t i = 0; i < pattern->root_count; i++)
        append(&words, "/", pattern->roots[i]);
    const char *copy =
        rv_reading_format(ask->reading, "%s", words.bytes != NULL ? words.bytes : "");
    rv_text_finish(&words);
    return copy;
}

static void answer_root(struct answering *ask)
{
    for (size_t i = 0; i < ask->interpretation->pattern_count; i++) {
        const struct rv_pattern *pattern = &ask->interpretation->patterns[i];
        if (!is_root(pattern))
            continue;
        append(&ask->answer, "; ", roots_words(ask, pattern));
        rv_text_format(&ask->answer, ", %s, %s", rv_side_name(pattern->side),
                       rv_pattern_grade_name(pattern->grade));
        for (size_t j = 0; j < pattern->evidence_for_count; j++)
            append(&ask->evidence, "; ", pattern->evidence_for[j]);
    }
    if (ask->answer.length == 0) {
        append(&ask->answer, "",
               "no electrodiagnostic evidence of motor axon loss of a root in "
               "what was tested; a painful or sensory root lesion is not seen");
        rv_text_format(&ask->evidence, "%zu muscles, %zu responses", ask->reading->muscle_count,
                       ask->reading->measurement_count);
    }
}

struct agreement {
    bool any, found, wrong_side;
    struct rv_text roots;
};

static void look_for(struct answering *ask, const char *candidates, enum rv_side side,
                     struct agreement *agreement)
{
    bool one_side = side == RV_RIGHT || side == RV_LEFT;
    for (size_t i = 0; i < ask->interpretation->pattern_count; i++) {
        const struct rv_pattern *pattern = &ask->interpretation->patterns[i];
        if (!is_root(pattern))
            continue;
        agreement->any = true;
        append(&agreement->roots, ", ", roots_words(ask, pattern));
        for (size_t j = 0; j < pattern->root_count; j++)
            agreement->found |= rv_list_has(candidates, pattern->roots[j]);
        agreement->wrong_side |= one_side && pattern->side != RV_BOTH && pattern->side != side;
    }
}

/* Whether one of the found roots is among the candidates, and on which side. */
static void agree(struct answering *ask, const char *candidates, enum rv_side side,
                  const char *what)
{
    struct agreement agreement = {0};
    look_for(ask, candidates, side, &agreement);
    const char *verdict = !agreement.any         ? "cannot be compared: no root was found"
                          : candidates == NULL   ? "cannot be compared: the level is not known"
                          : !agreement.found     ? "differs"
                          : agreement.wrong_side ? "same root, other side"
                                                 : "compatible";
    append(&ask->answer, "; ", what);
    rv_text_format(&ask->answer, ": %s", verdict);
    append(&ask->evidence, ". ", what);
    rv_text_format(&ask->evidence, ": candidate roots %s; electrodiagnostic root %s",
                   candidates != NULL ? candidates : "not known",
                   agreement.any ? agreement.roots.bytes : "none");
    ask->answer.failed |= agreement.roots.failed;
    rv_text_finish(&agreement.roots);
}

static void answer_imaged(struct answering *ask)
{
    const struct rv_study *study = ask->reading->study;
    for (size_t i = 0; i < study->imaging_count; i++) {
        const struct rv_imaging *imaging = &study->imaging[i];
        const char *candidates = rv_levels_of_imaging(ask->reading, imaging);
        const char *what = rv_reading_format(
            ask->reading, "%s %s%s%s", imaging->modality != NULL ? imaging->modality : "imaging",
            imaging->level != NULL ? imaging->level : "without a level",
            imaging->finding != NULL ? ", " : "", imaging->finding != NULL ? imaging->finding : "");
        agree(ask, candidates, imaging->side, what);
    }
    if (study->imaging_count == 0)
        append(&ask->answer, "", "no imaging is noted in the study");
}

static void answer_injected(struct answering *ask)
{
    const struct rv_study *study = ask->reading->study;
    for (size_t i = 0; i < study->injection_count; i++) {
        const struct rv_injection *injection = &study->injections[i];
        const char *candidates = rv_levels_of_injection(ask->reading, injection);
        const char *what =
            rv_reading_format(ask->reading, "injection %zu, %s%s%s", i + 1,
                              injection->route != NULL ? injection->route : "route not noted",
                              injection->level != NULL ? " at " : ", level not noted",
                              injection->level != NULL ? injection->level : "");
        agree(ask, candidates, injection->side, what);
        if (injection->side == RV_SIDE_UNKNOWN)
            append(&ask->evidence, "; ", "side not noted");
    }
}

static void answer_outside(struct answering *ask)
{
    for (size_t i = 0; i < ask->interpretation->pattern_count; i++) {
        const struct rv_pattern *pattern = &ask->interpretation->patterns[i];
        if (is_root(pattern) || pattern->grade == RV_INSUFFICIENT ||
            rv_list_has("normal|indeterminate", pattern->pattern))
            continue;
        append(&ask->answer, " ", pattern->statement);
        for (size_t j = 0; j < pattern->evidence_for_count; j++)
            append(&ask->evidence, "; ", pattern->evidence_for[j]);
    }
    if (ask->answer.length > 0)
        return;
    append(&ask->answer, "", "nothing outside the root was found in what was tested");
    for (size_t i = 0; i < ask->reading->nerve_count; i++) {
        const struct rv_nerve_item *item = &ask->reading->nerves[i];
        append(&ask->evidence, ", ",
               rv_reading_format(ask->reading, "%s %s %s", rv_side_name(item->side), item->nerve,
                                 item->record != NULL ? item->record : ""));
    }
}

static void answer_axons(struct answering *ask)
{
    size_t active = 0, chronic = 0, most = 0;
    for (size_t i = 0; i < ask->reading->muscle_count; i++) {
        const struct rv_muscle_item *muscle = &ask->reading->muscles[i];
        active += muscle->active;
        chronic += muscle->chronic;
        most = muscle->grade > (int)most ? (size_t)muscle->grade : most;
        if (muscle->active)
            append(
                &ask->evidence, "; ",
                rv_reading_format(ask->reading, "%s %d+", muscle->needle->muscle, muscle->grade));
    }
    for (size_t i = 0; i < ask->reading->nerve_count; i++) {
        const struct rv_nerve_item *item = &ask->reading->nerves[i];
        if (item->motor && item->low == RV_TRUE && !isnan(item->side_drop) && item->side_drop > 0)
            append(&ask->evidence, "; ",
                   rv_reading_format(ask->reading,
                                     "%s %s motor response %.0f %% below the other side",
                                     item->nerve, item->record, item->side_drop));
    }
    if (ask->reading->muscle_count == 0)
        append(&ask->answer, "", "no needle study: ongoing loss cannot be judged");
    else if (active > 0)
        rv_text_format(&ask->answer, "ongoing in %zu muscles (up to %zu+), remodelled units in %zu",
                       active, most, chronic);
    else
        rv_text_format(&ask->answer, "no ongoing loss seen; remodelled units in %zu muscles",
                       chronic);
}

static void answer_timing(struct answering *ask)
{
    const struct rv_study *study = ask->reading->study;
    double expected = rv_reading_number(ask->reading, "needle_expected_day");
    double onset = ask->reading->days_since_onset;
    if (isnan(onset))
        append(&ask->answer, "", "date of onset not noted");
    else
        rv_text_format(&ask->answer, "%.0f days since onset: fibrillation %s", onset,
                       onset < expected ? "is not yet expected everywhere" : "is expected by now");
    for (size_t i = 0; i < study->injection_count; i++) {
        double days = rv_days_between(study->injections[i].date, study->visit.date);
        append(&ask->evidence, "; ",
               isnan(days)
                   ? rv_reading_format(ask->reading, "injection %zu: date not noted", i + 1)
                   : rv_reading_format(ask->reading, "%.0f days since injection %zu", days, i + 1));
    }
}

static void answer_enough(struct answering *ask)
{
    for (size_t i = 0; i < ask->interpretation->screen_count; i++) {
        append(&ask->answer, "; ", ask->interpretation->screens[i].answer);
        append(&ask->evidence, ", ", ask->interpretation->screens[i].evidence);
    }
    if (ask->answer.length == 0)
        append(&ask->answer, "", "no muscle was examined with the needle");
}

static const struct {
    const char *id;
    void (*answer)(struct answering *ask);
} questions[] = {
    {"root", answer_root},       {"imaged", answer_imaged}, {"injected", answer_injected},
    {"outside", answer_outside}, {"axons", answer_axons},   {"timing", answer_timing},
    {"enough", answer_enough},   {"literature", NULL},
};

static struct rv_answer settle(struct answering *ask, size_t row)
{
    struct rv_reading *reading = ask->reading;
    const char *id = rv_reading_cell(reading, "answers.tsv", row, "id");
    struct rv_answer answer = {
        .id = id,
        .question = rv_reading_cell(reading, "answers.tsv", row, "question"),
        .limits = rv_reading_cell(reading, "answers.tsv", row, "limits"),
        .answer = rv_reading_cell(reading, "answers.tsv", row, "text"),
        .evidence =
            rv_reading_citations(reading, rv_reading_cell(reading, "answers.tsv", row, "source"))};
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        if (rv_text_equal(questions[i].id, id) && questions[i].answer != NULL) {
            questions[i].answer(ask);
            answer.answer =
                rv_arena_text(reading->arena, ask->answer.bytes != NULL ? ask->answer.bytes : "");
            answer.evidence = rv_arena_text(reading->arena,
                                            ask->evidence.bytes != NULL ? ask->evidence.bytes : "");
        }
    reading->failed |= ask->answer.failed || ask->evidence.failed;
    rv_text_finish(&ask->answer);
    rv_text_finish(&ask->evidence);
    return answer;
}

void rv_reevaluate(struct rv_reading *reading, struct rv_interpretation *interpretation)
{
    size_t count = rv_reading_table(reading, "answers.tsv")->row_count;
    if (reading->study->injection_count == 0)
        return;
    struct rv_answer *answers = rv_arena_alloc(reading->arena, count, sizeof *answers);
    if (answers == NULL) {
        reading->failed = true;
        return;
    }
    for (size_t row = 0; row < count; row++) {
        struct answering ask = {.reading = reading, .interpretation = interpretation};
        answers[row] = settle(&ask, row);
    }
    interpretation->reevaluation = answers;
    interpretation->reevaluation_count = count;
}
