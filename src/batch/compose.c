/* SPDX-License-Identifier: GPL-3.0-or-later
 * A report as rows. The order of the cells is that of the columns in schema.c.
 */
#include "batch/compose.h"

#include "batch/schema.h"

#include <ranvier/ranvier.h>

#include <stdlib.h>
#include <string.h>

/* A row of a part: its table and its number from 1. */
static void begin(struct rows *rows, enum table table, size_t index)
{
    rows_begin(rows, (unsigned char)table);
    rows_integer(rows, (int64_t)index + 1);
}

static void rows_real_if(struct rows *rows, bool known, double number)
{
    if (known)
        rows_real(rows, number);
    else
        rows_text(rows, NULL);
}

/* Words with blanks between them, in one cell. */
static void rows_words(struct rows *rows, const char *const *words, size_t count)
{
    size_t size = 1;
    for (size_t i = 0; i < count; i++)
        size += strlen(words[i]) + 1;
    char *joined = malloc(size);
    if (joined == NULL) {
        rows->failed = true;
        return;
    }
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        size_t more = strlen(words[i]);
        if (i > 0)
            joined[length++] = ' ';
        memcpy(joined + length, words[i], more);
        length += more;
    }
    joined[length] = '\0';
    rows_text(rows, joined);
    free(joined);
}

static void rows_flags(struct rows *rows, uint64_t flags)
{
    const char *words[RV_FLAG_COUNT];
    size_t count = 0;
    for (int i = 0; i < RV_FLAG_COUNT; i++)
        if ((flags & rv_flag_bit((enum rv_flag)i)) != 0)
            words[count++] = rv_flag_name((enum rv_flag)i);
    rows_words(rows, words, count);
}

static void add_study(const struct rv_report *report, const char *path, const char *input_sha256,
                      const char *settings_sha256, struct rows *rows)
{
    const struct rv_study *study = report->study;
    rows_begin(rows, TABLE_STUDIES);
    rows_text(rows, path);
    rows_text(rows, input_sha256);
    rows_text(rows, settings_sha256);
    rows_text(rows, study->patient.id);
    rows_real(rows, study->patient.age_years);
    rows_text(rows, rv_sex_word(study->patient.sex));
    rows_real(rows, study->patient.height_cm);
    rows_real(rows, study->patient.weight_kg);
    rows_text(rows, study->visit.date);
    rows_text(rows, study->visit.laboratory);
    rows_text(rows, study->recording != NULL ? study->recording->facts.format
                    : study->bids != NULL    ? "BIDS"
                                             : "study");
    rows_text(rows, report->interpretation.primary);
    rows_text(rows, report->interpretation.statement);
    rows_text(rows, report->reference.name);
    rows_text(rows, report->reference.sha256);
}

static void add_response(const struct rv_measurement *measurement, size_t index, struct rows *rows)
{
    static const char *const presence[] = {NULL, "yes", "no"};
    const struct rv_response *r = measurement->response;
    begin(rows, TABLE_RESPONSES, index);
    rows_text(rows, r->id);
    rows_text(rows, rv_kind_name(r->kind));
    rows_text(rows, r->nerve);
    rows_text(rows, rv_side_name(r->side));
    rows_text(rows, r->record);
    rows_text(rows, r->stimulate);
    rows_real(rows, r->distance_mm);
    rows_real(rows, r->segment_mm);
    rows_real(rows, measurement->temperature_c);
    rows_text(rows, r->file);
    rows_text(rows, measurement->channel);
    rows_text(rows, presence[measurement->present]);
    rows_integer(rows, (int64_t)measurement->sweeps_used);
    rows_integer(rows, (int64_t)measurement->sweeps_rejected);
    if (measurement->trace != NULL)
        rows_real(rows, measurement->trace->noise_uv);
    else
        rows_text(rows, NULL);
    rows_real(rows, measurement->snr_db);
    rows_text(rows, rv_quality_word(measurement->grade));
    rows_flags(rows, measurement->flags);
    rows_text(rows, r->note);
}

static void add_result(const struct rv_measurement *measurement, size_t index,
                       enum rv_parameter parameter, struct rows *rows)
{
    const struct rv_result *result = &measurement->results[parameter];
    const struct rv_value *value = &result->value;
    bool measured = value->validity == RV_MEASURED;
    bool judged = result->verdict.judgement != RV_NOT_JUDGED;
    begin(rows, TABLE_RESULTS, index);
    rows_integer(rows, parameter);
    rows_text(rows, rv_parameter_facts(parameter)->name);
    rows_real_if(rows, measured, value->value);
    rows_real_if(rows, measured, value->se);
    rows_text(rows, rv_parameter_unit(parameter, measurement->response->kind));
    rows_text(rows, rv_validity_word(value->validity));
    rows_text(rows, value->reason);
    rows_text(rows, rv_by_word(value->by));
    rows_real(rows, result->verdict.lower);
    rows_real(rows, result->verdict.upper);
    rows_real(rows, result->verdict.z);
    rows_real_if(rows, judged, result->verdict.p_abnormal);
    rows_text(rows, rv_judgement_word(result->verdict.judgement));
    rows_text(rows, result->verdict.source);
    rows_real_if(rows, result->entered.validity == RV_MEASURED, result->entered.value);
    rows_real_if(rows, measured, result->corrected);
}

static void add_measurement(const struct rv_measurement *measurement, size_t index,
                            struct rows *rows)
{
    add_response(measurement, index, rows);
    for (int p = 0; p < RV_PARAMETER_COUNT; p++)
        if (measurement->results[p].value.validity != RV_UNTESTED ||
            measurement->results[p].entered.validity != RV_UNTESTED)
            add_result(measurement, index, (enum rv_parameter)p, rows);
    for (int m = 0; m < RV_MARK_COUNT; m++) {
        const struct rv_mark *mark = &measurement->marks[m];
        if (mark->validity == RV_UNTESTED)
            continue;
        bool placed = mark->validity == RV_MEASURED;
        begin(rows, TABLE_MARKS, index);
        rows_integer(rows, m);
        rows_text(rows, rv_mark_name((enum rv_mark_kind)m));
        rows_real_if(rows, placed, mark->ms);
        rows_real_if(rows, placed, mark->se_ms);
        rows_real_if(rows, placed, mark->level_uv);
        rows_text(rows, rv_validity_word(mark->validity));
        rows_text(rows, rv_by_word(mark->by));
    }
}

static const struct rv_muscle_result *verdict_of(const struct rv_interpretation *interpretation,
                                                 const struct rv_needle *needle)
{
    for (size_t i = 0; i < interpretation->muscle_count; i++)
        if (interpretation->muscles[i].needle == needle)
            return &interpretation->muscles[i];
    return NULL;
}

static void add_needle(const struct rv_report *report, size_t index, struct rows *rows)
{
    const struct rv_needle *n = &report->study->needle[index];
    const struct rv_muscle_result *muscle = verdict_of(&report->interpretation, n);
    begin(rows, TABLE_NEEDLE, index);
    rows_text(rows, n->muscle);
    rows_text(rows, rv_side_name(n->side));
    rows_text(rows, n->insertional);
    rows_text(rows, rv_grade_word(n->fibrillations));
    rows_text(rows, rv_grade_word(n->sharp_waves));
    rows_text(rows, rv_grade_word(n->fasciculations));
    rows_text(rows, n->crd);
    rows_text(rows, n->myotonia);
    rows_text(rows, rv_mup_duration_word(n->mup_duration));
    rows_real(rows, n->mup_duration_ms);
    rows_text(rows, rv_mup_amplitude_word(n->mup_amplitude));
    rows_real(rows, n->mup_amplitude_uv);
    rows_text(rows, rv_polyphasia_word(n->polyphasia));
    rows_real(rows, n->polyphasia_percent);
    rows_text(rows, rv_recruitment_word(n->recruitment));
    rows_text(rows, n->activation);
    rows_text(rows, muscle != NULL ? rv_muscle_verdict_name(muscle->verdict) : NULL);
    rows_text(rows, muscle != NULL ? muscle->reason : NULL);
    rows_text(rows, n->note);
}

static void add_pattern(const struct rv_pattern *pattern, size_t index, struct rows *rows)
{
    begin(rows, TABLE_PATTERNS, index);
    rows_text(rows, pattern->pattern);
    rows_words(rows, pattern->roots, pattern->root_count);
    rows_text(rows, rv_side_name(pattern->side));
    rows_text(rows, pattern->nerve);
    rows_text(rows, pattern->site);
    rows_text(rows, rv_pattern_grade_name(pattern->grade));
    rows_text(rows, rv_activity_name(pattern->activity));
    rows_text(rows, pattern->statement);
    rows_words(rows, pattern->rules, pattern->rule_count);
}

static void add_finding(const struct rv_finding *finding, size_t index, struct rows *rows)
{
    begin(rows, TABLE_FINDINGS, index);
    rows_text(rows, finding->id);
    rows_text(rows, finding->text);
    rows_words(rows, finding->evidence, finding->evidence_count);
    rows_real(rows, finding->p);
}

static void add_notice(const struct rv_notice *notice, size_t index, struct rows *rows)
{
    begin(rows, TABLE_NOTICES, index);
    rows_text(rows, rv_level_word(notice->level));
    rows_text(rows, notice->code);
    rows_text(rows, notice->text);
    rows_text(rows, notice->where);
}

void compose_report(const struct rv_report *report, const char *path, const char *input_sha256,
                    const char *settings_sha256, struct rows *rows)
{
    const struct rv_interpretation *interpretation = &report->interpretation;
    add_study(report, path, input_sha256, settings_sha256, rows);
    for (size_t i = 0; i < report->measurement_count; i++)
        add_measurement(&report->measurements[i], i, rows);
    for (size_t i = 0; i < report->study->needle_count; i++)
        add_needle(report, i, rows);
    for (size_t i = 0; i < interpretation->finding_count; i++)
        add_finding(&interpretation->findings[i], i, rows);
    for (size_t i = 0; i < interpretation->pattern_count; i++)
        add_pattern(&interpretation->patterns[i], i, rows);
    for (size_t i = 0; i < report->notice_count; i++)
        add_notice(&report->notices[i], i, rows);
}
