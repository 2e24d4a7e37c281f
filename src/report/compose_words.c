/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the values mean: findings, patterns with their evidence, the questions of a re-evaluation,
 * the comparison with earlier studies.
 */
#include "base/text.h"
#include "report/compose.h"
#include "report/round.h"
#include "report/words.h"

#include <math.h>
#include <string.h>

#define CERTAIN 0.995 /* would read 1.00 */

/* The sentence, the rows it rests on unless it names them itself, p where it is in doubt. */
static const char *finding_text(struct rv_document *document, const struct rv_finding *finding)
{
    const char *text = rv_document_clean(document, finding->text);
    bool named = finding->evidence_count > 0 && text != NULL && finding->evidence[0] != NULL &&
                 strstr(text, finding->evidence[0]) != NULL;
    const char *rows =
        named ? NULL : rv_compose_list(document, finding->evidence, finding->evidence_count, ", ");
    const char *p = finding->p < CERTAIN ? rv_compose_number(document, finding->p, 2, NULL) : NULL;
    if (p != NULL)
        rows = rv_document_join(document, rows, "; ", rv_document_format(document, "p %s", p));
    if (rows == NULL)
        return text;
    return rv_document_format(document, "%s (%s)", text != NULL ? text : "", rows);
}

void rv_compose_findings(struct rv_document *document, const struct rv_report *report)
{
    const struct rv_interpretation *found = &report->interpretation;
    if (found->finding_count == 0)
        return;
    struct rv_section *section = rv_document_section(document, "findings", "Findings");
    struct rv_part *list = rv_section_part(document, section, RV_BLOCK_LIST, NULL);
    for (size_t i = 0; i < found->finding_count; i++)
        rv_part_item(document, list, NULL, finding_text(document, &found->findings[i]),
                     RV_TONE_PLAIN);
}

static void texts_list(struct rv_document *document, struct rv_section *section, const char *title,
                       const char *const *texts, size_t count)
{
    if (count == 0)
        return;
    struct rv_part *list = rv_section_part(document, section, RV_BLOCK_LIST, title);
    for (size_t i = 0; i < count; i++)
        rv_part_item(document, list, NULL, rv_document_clean(document, texts[i]), RV_TONE_PLAIN);
}

/* "Radiculopathy, right, S1 > L5: probable, active". */
static const char *pattern_title(struct rv_document *document, const struct rv_pattern *pattern)
{
    const char *text = rv_document_clean(document, rv_pattern_title(pattern->pattern));
    /* The other titles name their nerve and site themselves. */
    bool named = rv_text_equal(pattern->pattern, "other_mononeuropathy");
    const char *const more[] = {
        named ? rv_document_clean(document, pattern->nerve) : NULL,
        named ? rv_document_clean(document, pattern->site) : NULL,
        rv_side_name(pattern->side),
        rv_compose_list(document, pattern->roots, pattern->root_count, " > "),
    };
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        text = rv_document_join(document, text, ", ", more[i]);
    text = rv_document_join(document, text, ": ", rv_pattern_grade_name(pattern->grade));
    const char *activity = pattern->activity == RV_ACTIVITY_INDETERMINATE
                               ? "activity indeterminate"
                               : rv_activity_name(pattern->activity);
    return rv_document_join(document, text, ", ", activity);
}

static void add_pattern(struct rv_document *document, struct rv_section *section,
                        const struct rv_pattern *pattern, const char *impression)
{
    bool told = rv_text_equal(pattern->statement, impression);
    rv_section_text(document, section, pattern_title(document, pattern),
                    told ? NULL : rv_document_clean(document, pattern->statement), RV_TONE_PLAIN);
    texts_list(document, section, "For", pattern->evidence_for, pattern->evidence_for_count);
    texts_list(document, section, "Against", pattern->evidence_against,
               pattern->evidence_against_count);
    texts_list(document, section, "Missing", pattern->missing, pattern->missing_count);
    const char *rules = rv_compose_list(document, pattern->rules, pattern->rule_count, ", ");
    if (rules != NULL)
        rv_section_text(document, section, NULL, rv_document_format(document, "Rules: %s", rules),
                        RV_TONE_SMALL);
}

/* "Evidence: N02, N05." with the full stop where it was missing; NULL for nothing. */
static const char *sentence(struct rv_document *document, const char *before, const char *text)
{
    const char *clean = rv_document_clean(document, text);
    if (clean == NULL || *clean == '\0')
        return NULL;
    const char *stop = strchr(".!?", clean[strlen(clean) - 1]) != NULL ? "" : ".";
    return rv_document_format(document, "%s%s%s", before, clean, stop);
}

static void answers(struct rv_document *document, struct rv_section *section, const char *title,
                    const struct rv_answer *list, size_t count)
{
    if (count == 0)
        return;
    struct rv_part *part = rv_section_part(document, section, RV_BLOCK_FACTS, title);
    for (size_t i = 0; i < count; i++) {
        const char *text = sentence(document, "", list[i].answer);
        text = rv_document_join(document, text, " ",
                                sentence(document, "Evidence: ", list[i].evidence));
        text =
            rv_document_join(document, text, " ", sentence(document, "Limits: ", list[i].limits));
        rv_part_item(document, part, rv_document_clean(document, list[i].question), text,
                     RV_TONE_PLAIN);
    }
}

static void next_tests(struct rv_document *document, const struct rv_interpretation *found,
                       struct rv_section *section)
{
    if (found->next_test_count == 0)
        return;
    struct rv_part *list =
        rv_section_part(document, section, RV_BLOCK_LIST, "What would tell more");
    for (size_t i = 0; i < found->next_test_count; i++) {
        const struct rv_next_test *next = &found->next_tests[i];
        const char *text = rv_document_join(document, rv_document_clean(document, next->test), ": ",
                                            rv_document_clean(document, next->reason));
        const char *gain = rv_compose_number(document, next->gain_bits, 2, "bit");
        if (gain != NULL)
            text = rv_document_format(document, "%s (expected information %s)",
                                      text != NULL ? text : "", gain);
        rv_part_item(document, list, NULL, text, RV_TONE_PLAIN);
    }
}

/* The answer before its reasons: a report is many pages long. */
void rv_compose_summary(struct rv_document *document, const struct rv_report *report)
{
    const struct rv_interpretation *found = &report->interpretation;
    if (found->primary == NULL)
        return;
    struct rv_section *section = rv_document_section(document, "summary", "Summary");
    rv_section_text(document, section, NULL, rv_document_clean(document, found->statement),
                    RV_TONE_LEAD);
    if (found->pattern_count == 0)
        return;
    struct rv_part *list = rv_section_part(document, section, RV_BLOCK_LIST, NULL);
    for (size_t i = 0; i < found->pattern_count; i++)
        rv_part_item(document, list, NULL, pattern_title(document, &found->patterns[i]),
                     RV_TONE_PLAIN);
}

void rv_compose_interpretation(struct rv_document *document, const struct rv_report *report)
{
    const struct rv_interpretation *found = &report->interpretation;
    if (found->primary == NULL)
        return;
    struct rv_section *section = rv_document_section(document, "interpretation", "Interpretation");
    rv_section_text(document, section, NULL, rv_document_clean(document, found->statement),
                    RV_TONE_LEAD);
    for (size_t i = 0; i < found->pattern_count; i++)
        add_pattern(document, section, &found->patterns[i], found->statement);
    answers(document, section, "Sufficiency of the needle examination", found->screens,
            found->screen_count);
    next_tests(document, found, section);
}

void rv_compose_reevaluation(struct rv_document *document, const struct rv_report *report)
{
    const struct rv_interpretation *found = &report->interpretation;
    if (found->primary == NULL || found->reevaluation_count == 0)
        return;
    struct rv_section *section =
        rv_document_section(document, "reevaluation", "Re-evaluation after injection");
    answers(document, section, NULL, found->reevaluation, found->reevaluation_count);
}

/* --- comparison ----------------------------------------------------------------------------- */

static const struct rv_response *response_of(const struct rv_report *report, const char *id)
{
    for (size_t i = 0; i < report->measurement_count && id != NULL; i++)
        if (rv_text_equal(report->measurements[i].response->id, id))
            return report->measurements[i].response;
    return NULL;
}

static struct rv_cell change_cell(struct rv_document *document, const struct rv_change *change)
{
    char digits[RV_ROUNDED_SIZE], error[RV_ROUNDED_SIZE];
    int decimals = rv_parameter_facts(change->parameter)->decimals;
    struct rv_cell cell = {.state = RV_CELL_EMPTY, .judgement = change->judgement};
    if (!isfinite(change->change))
        return cell;
    decimals = rv_round_decimals(change->change, change->change_se, decimals, false);
    rv_round_signed(change->change, decimals, digits);
    cell.state = RV_CELL_VALUE;
    cell.text = rv_document_format(document, "%s", digits);
    if (isfinite(change->change_se)) {
        rv_round_error(change->change_se, decimals, error);
        cell.error = rv_document_format(document, "%s", error);
    }
    return cell;
}

enum change_column {
    CHANGE_ID,
    CHANGE_SITE,
    CHANGE_VALUE,
    CHANGE_EARLIER,
    CHANGE_BEFORE,
    CHANGE_NOW,
    CHANGE_SIZE,
    CHANGE_UNIT,
    CHANGE_JUDGED,
    CHANGE_COLUMN_COUNT
};

static const struct rv_column change_columns[CHANGE_COLUMN_COUNT] = {
    [CHANGE_ID] = {RV_COLUMN_ID, "row", NULL, false},
    [CHANGE_SITE] = {RV_COLUMN_TEXT, "nerve / site", NULL, false},
    [CHANGE_VALUE] = {RV_COLUMN_TEXT, "value of", NULL, false},
    [CHANGE_EARLIER] = {RV_COLUMN_TEXT, "earlier study", NULL, false},
    [CHANGE_BEFORE] = {RV_COLUMN_NUMBER, "before", NULL, false},
    [CHANGE_NOW] = {RV_COLUMN_NUMBER, "now", NULL, false},
    [CHANGE_SIZE] = {RV_COLUMN_NUMBER, "change", NULL, false},
    [CHANGE_UNIT] = {RV_COLUMN_TEXT, "unit", NULL, false},
    [CHANGE_JUDGED] = {RV_COLUMN_TEXT, "judged", NULL, false},
};

static const char *change_judged(struct rv_document *document, const struct rv_change *change)
{
    if (change->obstacle != NULL)
        return rv_document_format(document, "not judged: %s",
                                  rv_document_clean(document, change->obstacle));
    return change->judgement == RV_ABNORMAL ? "beyond" : "within";
}

static void change_row(struct rv_document *document, const struct rv_response *response,
                       const struct rv_change *change, struct rv_part *table)
{
    struct rv_row *row =
        rv_table_row(document, table, response != NULL ? response->side : RV_SIDE_UNKNOWN);
    if (row == NULL)
        return;
    enum rv_kind kind = response != NULL ? response->kind : RV_MOTOR;
    enum rv_parameter parameter = change->parameter;
    const struct rv_parameter_facts *facts = rv_parameter_facts(parameter);
    struct rv_cell *cells = row->cells;
    cells[CHANGE_ID] = rv_cell_text(rv_document_clean(document, change->response));
    cells[CHANGE_SITE] =
        rv_cell_text(response != NULL ? rv_document_clean(document, response->stimulate) : NULL);
    cells[CHANGE_VALUE] = rv_cell_text(facts->short_name);
    cells[CHANGE_EARLIER] = rv_cell_text(rv_document_clean(document, change->earlier));
    cells[CHANGE_BEFORE] =
        rv_cell_text(rv_compose_bare(document, &change->before, parameter, kind));
    cells[CHANGE_NOW] = rv_cell_text(rv_compose_bare(document, &change->now, parameter, kind));
    cells[CHANGE_SIZE] = change_cell(document, change);
    cells[CHANGE_UNIT] = rv_cell_text(rv_unit_title(rv_parameter_unit(parameter, kind)));
    cells[CHANGE_JUDGED] = rv_cell_text(change_judged(document, change));
    if (isfinite(change->reference_change)) {
        char digits[RV_ROUNDED_SIZE];
        rv_round_fixed(change->reference_change, facts->decimals, digits);
        rv_cell_note(&cells[CHANGE_SIZE], rv_document_format(document, "counts beyond %s", digits));
    }
}

static void change_rows(struct rv_document *document, const struct rv_report *report,
                        struct rv_part *table)
{
    const struct rv_response *before = NULL;
    for (size_t i = 0; i < report->interpretation.change_count; i++) {
        const struct rv_change *change = &report->interpretation.changes[i];
        const struct rv_response *response = response_of(report, change->response);
        if (response != NULL && (before == NULL || !rv_compose_same_nerve(before, response)))
            rv_table_group(document, table, response->side, rv_compose_nerve(document, response));
        before = response;
        change_row(document, response, change, table);
    }
    rv_table_settle(table);
}

void rv_compose_comparison(struct rv_document *document, const struct rv_report *report)
{
    const struct rv_interpretation *found = &report->interpretation;
    if (found->change_count + found->progression_count == 0)
        return;
    struct rv_section *section =
        rv_document_section(document, "earlier", "Comparison with earlier studies");
    if (found->change_count > 0)
        change_rows(document, report,
                    rv_section_table(document, section, NULL, change_columns, CHANGE_COLUMN_COUNT));
    answers(document, section, NULL, found->progression, found->progression_count);
    rv_compose_trends(document, section, report);
}
