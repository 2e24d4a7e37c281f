/* SPDX-License-Identifier: GPL-3.0-or-later
 * The report for programs: docs/report.schema.json, docs/report-json.md. Numbers are not rounded:
 * 15 significant digits, so that 4.4 stays 4.4.
 */
#include "base/error.h"
#include "report/json_value.h"
#include "report/render.h"
#include "report/words.h"

#include <ranvier/ranvier.h>

#include <stdio.h>

static json_t *patient_object(struct rv_json *json, const struct rv_patient *p)
{
    json_t *object = json_object();
    rv_json_set(json, object, "id", rv_json_text(p->id));
    rv_json_set(json, object, "name", rv_json_text(p->name));
    rv_json_set(json, object, "age_years", rv_json_number(p->age_years));
    rv_json_set(json, object, "sex", rv_json_text(rv_sex_word(p->sex)));
    rv_json_set(json, object, "height_cm", rv_json_number(p->height_cm));
    rv_json_set(json, object, "weight_kg", rv_json_number(p->weight_kg));
    rv_json_set(json, object, "leg_length_cm", rv_json_number(p->leg_length_cm));
    rv_json_set(json, object, "bmi_kg_m2", rv_json_number(p->bmi_kg_m2));
    return object;
}

static json_t *side_text(enum rv_side side)
{
    return rv_json_text(side == RV_SIDE_UNKNOWN ? NULL : rv_side_name(side));
}

static json_t *visit_object(struct rv_json *json, const struct rv_visit *v)
{
    json_t *object = json_object();
    rv_json_set(json, object, "date", rv_json_text(v->date));
    rv_json_set(json, object, "symptom_onset", rv_json_text(v->symptom_onset));
    rv_json_set(json, object, "symptom_side", side_text(v->symptom_side));
    rv_json_set(json, object, "suspected_roots",
                rv_json_texts(v->suspected_roots, v->suspected_root_count));
    rv_json_set(json, object, "laboratory", rv_json_text(v->laboratory));
    rv_json_set(json, object, "examiner", rv_json_text(v->examiner));
    rv_json_set(json, object, "question", rv_json_text(v->question));
    return object;
}

static json_t *temperature_object(struct rv_json *json, const struct rv_temperatures *t)
{
    json_t *object = json_object();
    rv_json_set(json, object, "hand_right", rv_json_number(t->hand_right));
    rv_json_set(json, object, "hand_left", rv_json_number(t->hand_left));
    rv_json_set(json, object, "foot_right", rv_json_number(t->foot_right));
    rv_json_set(json, object, "foot_left", rv_json_number(t->foot_left));
    return object;
}

static json_t *history_object(struct rv_json *json, const struct rv_history *history)
{
    json_t *object = json_object();
    rv_json_set(json, object, "diabetes", rv_json_truth(history->diabetes));
    rv_json_set(json, object, "laminectomy",
                history->laminectomy_said || history->laminectomy_count > 0
                    ? rv_json_texts(history->laminectomy, history->laminectomy_count)
                    : json_null());
    return object;
}

static json_t *injections_array(struct rv_json *json, const struct rv_study *study)
{
    json_t *array = json_array();
    for (size_t i = 0; i < study->injection_count; i++) {
        const struct rv_injection *given = &study->injections[i];
        json_t *object = json_object();
        rv_json_set(json, object, "date", rv_json_text(given->date));
        rv_json_set(json, object, "level", rv_json_text(given->level));
        rv_json_set(json, object, "side", side_text(given->side));
        rv_json_set(json, object, "route", rv_json_text(given->route));
        rv_json_set(json, object, "relief_percent", rv_json_number(given->relief_percent));
        rv_json_set(json, object, "relief_days", rv_json_number(given->relief_days));
        rv_json_set(json, object, "note", rv_json_text(given->note));
        rv_json_append(json, array, object);
    }
    return array;
}

static json_t *imaging_array(struct rv_json *json, const struct rv_study *study)
{
    json_t *array = json_array();
    for (size_t i = 0; i < study->imaging_count; i++) {
        const struct rv_imaging *taken = &study->imaging[i];
        json_t *object = json_object();
        rv_json_set(json, object, "date", rv_json_text(taken->date));
        rv_json_set(json, object, "modality", rv_json_text(taken->modality));
        rv_json_set(json, object, "level", rv_json_text(taken->level));
        rv_json_set(json, object, "side", side_text(taken->side));
        rv_json_set(json, object, "finding", rv_json_text(taken->finding));
        rv_json_set(json, object, "roots", rv_json_texts(taken->roots, taken->root_count));
        rv_json_set(json, object, "note", rv_json_text(taken->note));
        rv_json_append(json, array, object);
    }
    return array;
}

static json_t *reference_object(struct rv_json *json, const struct rv_reference_facts *facts)
{
    json_t *object = json_object();
    rv_json_set(json, object, "name", rv_json_text(facts->name));
    rv_json_set(json, object, "version", rv_json_text(facts->version));
    rv_json_set(json, object, "sha256", rv_json_text(facts->sha256));
    return object;
}

static json_t *program_object(struct rv_json *json)
{
    json_t *object = json_object();
    rv_json_set(json, object, "name", rv_json_text("ranvier"));
    rv_json_set(json, object, "version", rv_json_text(rv_version()));
    return object;
}

static json_t *needle_object(struct rv_json *json, const struct rv_report *report, size_t index)
{
    const struct rv_needle *n = &report->study->needle[index];
    const struct rv_muscle_result *muscle = NULL;
    for (size_t i = 0; i < report->interpretation.muscle_count; i++)
        if (report->interpretation.muscles[i].needle == n)
            muscle = &report->interpretation.muscles[i];
    char id[32];
    snprintf(id, sizeof id, "N%02zu", index + 1);
    json_t *object = json_object();
    rv_json_set(json, object, "id", rv_json_text(id));
    rv_json_set(json, object, "muscle", rv_json_text(n->muscle));
    rv_json_set(json, object, "side", side_text(n->side));
    rv_json_set(json, object, "insertional", rv_json_text(n->insertional));
    rv_json_set(json, object, "fibrillations", rv_json_text(rv_grade_word(n->fibrillations)));
    rv_json_set(json, object, "sharp_waves", rv_json_text(rv_grade_word(n->sharp_waves)));
    rv_json_set(json, object, "fasciculations", rv_json_text(rv_grade_word(n->fasciculations)));
    rv_json_set(json, object, "crd", rv_json_text(n->crd));
    rv_json_set(json, object, "myotonia", rv_json_text(n->myotonia));
    rv_json_set(json, object, "mup_duration", rv_json_text(rv_mup_duration_word(n->mup_duration)));
    rv_json_set(json, object, "mup_duration_ms", rv_json_number(n->mup_duration_ms));
    rv_json_set(json, object, "mup_amplitude",
                rv_json_text(rv_mup_amplitude_word(n->mup_amplitude)));
    rv_json_set(json, object, "mup_amplitude_uv", rv_json_number(n->mup_amplitude_uv));
    rv_json_set(json, object, "polyphasia", rv_json_text(rv_polyphasia_word(n->polyphasia)));
    rv_json_set(json, object, "polyphasia_percent", rv_json_number(n->polyphasia_percent));
    rv_json_set(json, object, "recruitment", rv_json_text(rv_recruitment_word(n->recruitment)));
    rv_json_set(json, object, "activation", rv_json_text(n->activation));
    rv_json_set(json, object, "note", rv_json_text(n->note));
    rv_json_set(json, object, "verdict",
                rv_json_text(muscle != NULL ? rv_muscle_verdict_name(muscle->verdict) : NULL));
    rv_json_set(json, object, "reason", rv_json_text(muscle != NULL ? muscle->reason : NULL));
    return object;
}

static void append_notices(struct rv_json *json, json_t *array, const struct rv_notice *notices,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        rv_json_set(json, object, "level", rv_json_text(rv_level_word(notices[i].level)));
        rv_json_set(json, object, "code", rv_json_text(notices[i].code));
        rv_json_set(json, object, "text", rv_json_text(notices[i].text));
        rv_json_set(json, object, "where", rv_json_text(notices[i].where));
        rv_json_append(json, array, object);
    }
}

static json_t *root_object(struct rv_json *json, const struct rv_report *report)
{
    const struct rv_study *study = report->study;
    json_t *root = json_object(), *responses = json_array(), *needle = json_array();
    json_t *notices = json_array();
    rv_json_set(json, root, "format", rv_json_text("ranvier-report"));
    rv_json_set(json, root, "version", json_integer(1));
    rv_json_set(json, root, "program", program_object(json));
    rv_json_set(json, root, "disclaimer", rv_json_text(rv_disclaimer()));
    rv_json_set(json, root, "incomplete", json_boolean(report->incomplete));
    rv_json_set(json, root, "patient", patient_object(json, &study->patient));
    rv_json_set(json, root, "visit", visit_object(json, &study->visit));
    rv_json_set(json, root, "temperature_c", temperature_object(json, &study->temperature_c));
    rv_json_set(json, root, "history", history_object(json, &study->history));
    rv_json_set(json, root, "injections", injections_array(json, study));
    rv_json_set(json, root, "imaging", imaging_array(json, study));
    rv_json_set(json, root, "reference", reference_object(json, &report->reference));
    rv_json_set(json, root, "settings", rv_json_text(report->settings_text));
    for (size_t i = 0; i < report->measurement_count; i++)
        rv_json_append(json, responses, rv_json_response(json, &report->measurements[i]));
    rv_json_set(json, root, "responses", responses);
    for (size_t i = 0; i < study->needle_count; i++)
        rv_json_append(json, needle, needle_object(json, report, i));
    rv_json_set(json, root, "needle", needle);
    rv_json_interpretation(json, root, &report->interpretation);
    append_notices(json, notices, study->notices, study->notice_count);
    append_notices(json, notices, report->notices, report->notice_count);
    rv_json_set(json, root, "notices", notices);
    return root;
}

static int collect(const char *bytes, size_t size, void *text)
{
    rv_text_append_n(text, bytes, size);
    return ((struct rv_text *)text)->failed ? -1 : 0;
}

static enum rv_status render(const struct rv_report *report,
                             const struct rv_render_options *options, rv_write_function *write,
                             void *to, struct rv_error *err)
{
    const size_t layout = options != NULL && options->compact ? JSON_COMPACT : JSON_INDENT(2);
    struct rv_json json = {false};
    struct rv_text out = {0};
    json_t *root = root_object(&json, report);
    if (root == NULL || json.failed ||
        json_dump_callback(root, collect, &out, layout | JSON_REAL_PRECISION(15)) != 0)
        out.failed = true;
    if (layout != JSON_COMPACT)
        rv_text_append(&out, "\n");
    json_decref(root);
    return rv_render_finish(&out, write, to, err);
}

const struct rv_renderer rv_renderer_json = {
    .name = "json",
    .extension = "json",
    .description = "everything, for programs (docs/report-json.md)",
    .render = render,
};
