/* SPDX-License-Identifier: GPL-3.0-or-later
 * Who was examined and how: patient, visit, temperatures, limits used, processing; then the
 * history: injections and imaging.
 */
#include "report/compose.h"
#include "report/words.h"

#include <math.h>
#include <string.h>

static const char *labelled(struct rv_document *document, const char *before, const char *text)
{
    const char *clean = rv_document_clean(document, text);
    return clean != NULL ? rv_document_format(document, "%s %s", before, clean) : NULL;
}

static const char *number_with(struct rv_document *document, const char *before, double number,
                               int decimals, const char *unit)
{
    const char *figure = rv_compose_number(document, number, decimals, unit);
    return figure != NULL ? rv_document_join(document, before, " ", figure) : NULL;
}

static const char *body(struct rv_document *document, const struct rv_patient *patient)
{
    const char *text = rv_sex_word(patient->sex);
    const char *const more[] = {
        number_with(document, NULL, patient->age_years, 0, "years"),
        number_with(document, NULL, patient->height_cm, 0, "cm"),
        number_with(document, NULL, patient->weight_kg, 0, "kg"),
        number_with(document, "BMI", patient->bmi_kg_m2, 1, NULL),
        number_with(document, "leg length", patient->leg_length_cm, 0, "cm"),
    };
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        text = rv_document_join(document, text, ", ", more[i]);
    return text;
}

static const char *temperatures(struct rv_document *document, const struct rv_temperatures *t)
{
    const struct {
        const char *place;
        double celsius;
    } limbs[] = {{"right hand", t->hand_right},
                 {"left hand", t->hand_left},
                 {"right foot", t->foot_right},
                 {"left foot", t->foot_left}};
    const char *text = NULL;
    for (size_t i = 0; i < sizeof limbs / sizeof *limbs; i++)
        text = rv_document_join(document, text, ", ",
                                number_with(document, limbs[i].place, limbs[i].celsius, 1,
                                            "\xC2\xB0"
                                            "C"));
    return text != NULL ? text : "not recorded for the limbs";
}

static const char *symptoms(struct rv_document *document, const struct rv_visit *visit)
{
    const char *side = rv_side_name(visit->symptom_side);
    const char *since = labelled(document, "since", visit->symptom_onset);
    const char *roots =
        rv_compose_list(document, visit->suspected_roots, visit->suspected_root_count, ", ");
    const char *text = rv_document_join(document, side, ", ", since);
    return rv_document_join(document, text, ", ", labelled(document, "suspected", roots));
}

static const char *reference(struct rv_document *document, const struct rv_reference_facts *facts)
{
    const char *name = rv_document_clean(document, facts->name);
    if (name == NULL)
        return "none: no value was compared with a limit";
    return rv_document_join(document, name, " ", labelled(document, "version", facts->version));
}

static bool was_done(const struct rv_measurement *measurement, const char *clause)
{
    return measurement->processing != NULL && strstr(measurement->processing, clause) != NULL;
}

/* "R01 to R07, R09": the rows whose signals this was done to. */
static const char *rows_with(struct rv_document *document, const struct rv_report *report,
                             const char *clause)
{
    const char *rows = NULL;
    for (size_t i = 0; i < report->measurement_count; i++) {
        if (!was_done(&report->measurements[i], clause))
            continue;
        size_t last = i;
        while (last + 1 < report->measurement_count &&
               was_done(&report->measurements[last + 1], clause))
            last++;
        const char *run = rv_document_clean(document, report->measurements[i].response->id);
        if (last > i)
            run = rv_document_join(
                document, run, last > i + 1 ? " to " : ", ",
                rv_document_clean(document, report->measurements[last].response->id));
        rows = rv_document_join(document, rows, ", ", run);
        i = last;
    }
    return rows;
}

static bool is_listed(const struct rv_part *list, const char *text)
{
    for (const struct rv_item *item = list->items; item != NULL; item = item->next)
        if (strcmp(item->text, text) == 0)
            return true;
    return false;
}

/* What was done to the signals: the clauses of `processing` after the first, which tells of the
 * sweeps of one response and stands with the recordings. */
static void processing(struct rv_document *document, const struct rv_report *report,
                       struct rv_section *section)
{
    struct rv_part *list = rv_section_part(document, section, RV_BLOCK_FACTS, "Signals");
    for (size_t i = 0; list != NULL && i < report->measurement_count; i++) {
        const char *rest = rv_document_clean(document, report->measurements[i].processing);
        rest = rest != NULL ? strstr(rest, "; ") : NULL;
        while (rest != NULL) {
            const char *start = rest + 2;
            rest = strstr(start, "; ");
            size_t length = rest != NULL ? (size_t)(rest - start) : strlen(start);
            const char *clause = rv_document_format(document, "%.*s", (int)length, start);
            if (!is_listed(list, clause))
                rv_part_item(document, list, rows_with(document, report, clause), clause,
                             RV_TONE_PLAIN);
        }
    }
}

void rv_compose_patient(struct rv_document *document, const struct rv_report *report)
{
    const struct rv_study *study = report->study;
    const struct rv_visit *visit = &study->visit;
    struct rv_section *section = rv_document_section(document, "patient", "Patient and technique");
    struct rv_part *facts = rv_section_part(document, section, RV_BLOCK_FACTS, NULL);
    if (facts != NULL)
        facts->tone = RV_TONE_LEAD;
    const char *name = rv_document_clean(document, study->patient.name);
    const char *id = rv_document_clean(document, study->patient.id);
    const char *limits = reference(document, &report->reference);
    const struct {
        const char *label, *text;
    } rows[] = {
        {"Patient", rv_document_join(document, name, ", ", id)},
        {"Body", body(document, &study->patient)},
        {"Date", rv_document_clean(document, visit->date)},
        {"Question", rv_document_clean(document, visit->question)},
        {"Symptoms", symptoms(document, visit)},
        {"Laboratory", rv_document_clean(document, visit->laboratory)},
        {"Examiner", rv_document_clean(document, visit->examiner)},
        {"Skin temperature", temperatures(document, &study->temperature_c)},
        {"Reference limits", limits},
        {"Settings", rv_document_clean(document, report->settings_text)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rv_part_item(document, facts, rows[i].label, rows[i].text, RV_TONE_PLAIN);
    processing(document, report, section);
    if (report->incomplete)
        rv_section_text(document, section, NULL,
                        "Incomplete: the run ended early; what follows is what was done until "
                        "then.",
                        RV_TONE_PROBLEM);
}

static const char *injection(struct rv_document *document, const struct rv_injection *given)
{
    const char *text = rv_document_clean(document, given->level);
    text = rv_document_join(document, text, " ", rv_side_name(given->side));
    text = rv_document_join(document, text, ", ", rv_document_clean(document, given->route));
    const char *relief = number_with(document, "relief", given->relief_percent, 0, "%");
    const char *days = number_with(document, "for", given->relief_days, 0, "days");
    text = rv_document_join(document, text, ", ", rv_document_join(document, relief, " ", days));
    return rv_document_join(document, text, "; ", rv_document_clean(document, given->note));
}

static const char *image(struct rv_document *document, const struct rv_imaging *taken)
{
    const char *text = rv_document_clean(document, taken->modality);
    text = rv_document_join(document, text, " ", rv_document_clean(document, taken->level));
    text = rv_document_join(document, text, " ", rv_side_name(taken->side));
    text = rv_document_join(document, text, ": ", rv_document_clean(document, taken->finding));
    const char *roots = rv_compose_list(document, taken->roots, taken->root_count, ", ");
    text = rv_document_join(document, text, ", ", labelled(document, "roots", roots));
    return rv_document_join(document, text, "; ", rv_document_clean(document, taken->note));
}

void rv_compose_history(struct rv_document *document, const struct rv_report *report)
{
    const struct rv_study *study = report->study;
    const struct rv_history *history = &study->history;
    static const char *const answers[] = {NULL, "no", "yes"};
    const char *levels =
        rv_compose_list(document, history->laminectomy, history->laminectomy_count, ", ");
    if (levels == NULL && history->laminectomy_said)
        levels = "none";
    if (study->injection_count + study->imaging_count == 0 && levels == NULL &&
        history->diabetes == RV_UNSAID)
        return;
    struct rv_section *section = rv_document_section(document, "history", "History");
    struct rv_part *facts = rv_section_part(document, section, RV_BLOCK_FACTS, NULL);
    rv_part_item(document, facts, "Diabetes", answers[history->diabetes], RV_TONE_PLAIN);
    rv_part_item(document, facts, "Laminectomy", levels, RV_TONE_PLAIN);
    for (size_t i = 0; i < study->injection_count; i++)
        rv_part_item(document, facts, "Injection",
                     rv_document_join(document,
                                      rv_document_clean(document, study->injections[i].date), ": ",
                                      injection(document, &study->injections[i])),
                     RV_TONE_PLAIN);
    for (size_t i = 0; i < study->imaging_count; i++)
        rv_part_item(document, facts, "Imaging",
                     rv_document_join(document, rv_document_clean(document, study->imaging[i].date),
                                      ": ", image(document, &study->imaging[i])),
                     RV_TONE_PLAIN);
}
