/* SPDX-License-Identifier: GPL-3.0-or-later
 * Findings, patterns, answers and changes as JSON.
 */
#include "report/json_value.h"
#include "report/words.h"

#include <math.h>

static json_t *findings_array(struct rv_json *json, const struct rv_interpretation *found)
{
    json_t *array = json_array();
    for (size_t i = 0; i < found->finding_count; i++) {
        const struct rv_finding *finding = &found->findings[i];
        json_t *object = json_object();
        rv_json_set(json, object, "id", rv_json_text(finding->id));
        rv_json_set(json, object, "text", rv_json_text(finding->text));
        rv_json_set(json, object, "evidence",
                    rv_json_texts(finding->evidence, finding->evidence_count));
        rv_json_set(json, object, "p", rv_json_number(finding->p));
        rv_json_append(json, array, object);
    }
    return array;
}

static const char *word_or_null(const char *word)
{
    return word != NULL && *word != '\0' ? word : NULL;
}

static json_t *pattern_object(struct rv_json *json, const struct rv_pattern *p)
{
    json_t *object = json_object();
    rv_json_set(json, object, "pattern", rv_json_text(p->pattern));
    rv_json_set(json, object, "roots", rv_json_texts(p->roots, p->root_count));
    rv_json_set(json, object, "side", rv_json_text(word_or_null(rv_side_name(p->side))));
    rv_json_set(json, object, "grade", rv_json_text(rv_pattern_grade_name(p->grade)));
    rv_json_set(json, object, "activity",
                rv_json_text(word_or_null(rv_activity_name(p->activity))));
    if (p->nerve != NULL)
        rv_json_set(json, object, "nerve", rv_json_text(p->nerve));
    if (p->site != NULL)
        rv_json_set(json, object, "site", rv_json_text(p->site));
    rv_json_set(json, object, "for", rv_json_texts(p->evidence_for, p->evidence_for_count));
    rv_json_set(json, object, "against",
                rv_json_texts(p->evidence_against, p->evidence_against_count));
    rv_json_set(json, object, "missing", rv_json_texts(p->missing, p->missing_count));
    rv_json_set(json, object, "rules", rv_json_texts(p->rules, p->rule_count));
    rv_json_set(json, object, "statement", rv_json_text(p->statement));
    return object;
}

static json_t *answers_array(struct rv_json *json, const struct rv_answer *answers, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        rv_json_set(json, object, "id", rv_json_text(answers[i].id));
        rv_json_set(json, object, "question", rv_json_text(answers[i].question));
        rv_json_set(json, object, "answer", rv_json_text(answers[i].answer));
        rv_json_set(json, object, "evidence", rv_json_text(answers[i].evidence));
        rv_json_set(json, object, "limits", rv_json_text(answers[i].limits));
        rv_json_append(json, array, object);
    }
    return array;
}

static json_t *next_tests_array(struct rv_json *json, const struct rv_interpretation *found)
{
    json_t *array = json_array();
    for (size_t i = 0; i < found->next_test_count; i++) {
        json_t *object = json_object();
        rv_json_set(json, object, "test", rv_json_text(found->next_tests[i].test));
        rv_json_set(json, object, "reason", rv_json_text(found->next_tests[i].reason));
        rv_json_set(json, object, "gain_bits", rv_json_number(found->next_tests[i].gain_bits));
        rv_json_append(json, array, object);
    }
    return array;
}

static json_t *bare_value(struct rv_json *json, const struct rv_value *value)
{
    json_t *object = json_object();
    bool measured = value->validity == RV_MEASURED;
    rv_json_set(json, object, "value", rv_json_number_if(measured, value->value));
    rv_json_set(json, object, "se", rv_json_number_if(measured, value->se));
    rv_json_set(json, object, "validity", rv_json_text(rv_validity_word(value->validity)));
    return object;
}

static json_t *changes_array(struct rv_json *json, const struct rv_interpretation *found)
{
    json_t *array = json_array();
    for (size_t i = 0; i < found->change_count; i++) {
        const struct rv_change *c = &found->changes[i];
        json_t *object = json_object();
        rv_json_set(json, object, "response", rv_json_text(c->response));
        rv_json_set(json, object, "earlier", rv_json_text(c->earlier));
        rv_json_set(json, object, "parameter",
                    rv_json_text(rv_parameter_facts(c->parameter)->name));
        rv_json_set(json, object, "before", bare_value(json, &c->before));
        rv_json_set(json, object, "now", bare_value(json, &c->now));
        rv_json_set(json, object, "change", rv_json_number(c->change));
        rv_json_set(json, object, "change_se", rv_json_number(c->change_se));
        rv_json_set(json, object, "reference_change", rv_json_number(c->reference_change));
        rv_json_set(json, object, "verdict", rv_json_text(rv_judgement_word(c->judgement)));
        rv_json_set(json, object, "text", rv_json_text(c->text));
        rv_json_append(json, array, object);
    }
    return array;
}

/* Without an interpretation (primary NULL) only findings, changes and what is there are told. */
void rv_json_interpretation(struct rv_json *json, json_t *root,
                            const struct rv_interpretation *found)
{
    rv_json_set(json, root, "findings", findings_array(json, found));
    if (found->primary != NULL) {
        json_t *patterns = json_array(), *impression = json_object();
        for (size_t i = 0; i < found->pattern_count; i++)
            rv_json_append(json, patterns, pattern_object(json, &found->patterns[i]));
        rv_json_set(json, root, "patterns", patterns);
        rv_json_set(json, impression, "primary", rv_json_text(found->primary));
        rv_json_set(json, impression, "statement", rv_json_text(found->statement));
        rv_json_set(json, root, "impression", impression);
        rv_json_set(json, root, "next_tests", next_tests_array(json, found));
        rv_json_set(json, root, "screens",
                    answers_array(json, found->screens, found->screen_count));
        rv_json_set(json, root, "reevaluation",
                    answers_array(json, found->reevaluation, found->reevaluation_count));
    }
    rv_json_set(json, root, "earlier", changes_array(json, found));
    rv_json_set(json, root, "progression",
                answers_array(json, found->progression, found->progression_count));
}
