/* SPDX-License-Identifier: GPL-3.0-or-later
 * One value as a reader sees it: rounded, with its error, verdict, limits and doubts.
 */
#include "base/text.h"
#include "report/compose.h"
#include "report/round.h"
#include "report/words.h"

#include <math.h>
#include <string.h>

#define PLUS_MINUS "\xC2\xB1"
#define AT_MOST "\xE2\x89\xA4"
#define AT_LEAST "\xE2\x89\xA5"
#define DIFFERENCE "\xCE\x94"
#define OTHERS "and others"

enum { LABEL_MOST = 160 };

static bool is_microvolt(enum rv_parameter parameter, enum rv_kind kind)
{
    return strcmp(rv_parameter_unit(parameter, kind), "uV") == 0;
}

/* Text and error of a measured value; what was typed keeps the digits it was typed with. */
static void round_value(struct rv_document *document, const struct rv_value *value,
                        const struct rv_entered *typed, enum rv_parameter parameter,
                        enum rv_kind kind, struct rv_cell *cell)
{
    char digits[RV_ROUNDED_SIZE], error[RV_ROUNDED_SIZE];
    int decimals =
        rv_round_decimals(value->value, value->se, rv_parameter_facts(parameter)->decimals,
                          is_microvolt(parameter, kind));
    bool as_typed = typed != NULL && value->by == RV_BY_ENTERED && !isnan(typed->value) &&
                    typed->resolution > 0.0;
    rv_round_fixed(value->value, as_typed ? rv_round_typed_decimals(typed->resolution) : decimals,
                   digits);
    cell->text = rv_document_format(document, "%s", digits);
    if (isfinite(value->se) && value->se > 0.0) {
        rv_round_error(value->se, decimals, error);
        cell->error = rv_document_format(document, "%s", error);
    }
}

const char *rv_compose_limits(struct rv_document *document, double lower, double upper)
{
    char low[RV_ROUNDED_SIZE], high[RV_ROUNDED_SIZE];
    if (isnan(lower) && isnan(upper))
        return NULL;
    rv_round_plain(isnan(lower) ? 0.0 : lower, low);
    rv_round_plain(isnan(upper) ? 0.0 : upper, high);
    if (isnan(lower))
        return rv_document_format(document, AT_MOST " %s", high);
    if (isnan(upper))
        return rv_document_format(document, AT_LEAST " %s", low);
    return rv_document_format(document, "%s to %s", low, high);
}

/* Limits, z where the source allows one, and p where the verdict is a matter of degree. */
static const char *verdict_note(struct rv_document *document, const struct rv_verdict *verdict)
{
    char number[RV_ROUNDED_SIZE];
    const char *note = rv_compose_limits(document, verdict->lower, verdict->upper);
    if (verdict->judgement == RV_NOT_JUDGED)
        return note;
    if (isfinite(verdict->z)) {
        rv_round_signed(verdict->z, 1, number);
        note = rv_document_join(document, note, ", ", rv_document_format(document, "z %s", number));
    }
    if (verdict->judgement == RV_BORDERLINE && isfinite(verdict->p_abnormal)) {
        rv_round_fixed(verdict->p_abnormal, 2, number);
        note = rv_document_join(document, note, ", ", rv_document_format(document, "p %s", number));
    }
    return note;
}

/* What was typed in beside what was measured, and how far they lie apart. */
static const char *entered_note(struct rv_document *document, const struct rv_result *result,
                                const struct rv_entered *typed, enum rv_parameter parameter,
                                enum rv_kind kind)
{
    const struct rv_value *entered = &result->entered;
    if (entered->validity == RV_UNTESTED || result->value.by == RV_BY_ENTERED)
        return NULL;
    if (entered->validity != RV_MEASURED)
        return entered->validity == RV_ABSENT ? "entered NR" : NULL;
    struct rv_cell cell = {0};
    struct rv_value as_entered = *entered;
    as_entered.by = RV_BY_ENTERED;
    round_value(document, &as_entered, typed, parameter, kind, &cell);
    if (result->value.validity != RV_MEASURED)
        return rv_document_format(document, "entered %s", cell.text);
    char difference[RV_ROUNDED_SIZE];
    rv_round_signed(result->value.value - entered->value, rv_parameter_facts(parameter)->decimals,
                    difference);
    return rv_document_format(document, "entered %s, " DIFFERENCE "\xC2\xA0%s", cell.text,
                              difference);
}

static void measured_cell(struct rv_document *document, const struct rv_measurement *measurement,
                          enum rv_parameter parameter, struct rv_cell *cell)
{
    const struct rv_result *result = &measurement->results[parameter];
    enum rv_kind kind = measurement->response->kind;
    const struct rv_verdict *verdict = &result->verdict;
    cell->state = RV_CELL_VALUE;
    cell->by = result->value.by;
    round_value(document, &result->value, &measurement->response->entered[parameter], parameter,
                kind, cell);
    cell->judgement = verdict->judgement;
    cell->unverified = verdict->judgement != RV_NOT_JUDGED && !verdict->verified;
    rv_cell_note(cell, verdict_note(document, verdict));
    if (isfinite(result->corrected)) {
        struct rv_value corrected = result->value;
        struct rv_cell rounded = {0};
        corrected.value = result->corrected;
        corrected.by = RV_BY_AUTO;
        round_value(document, &corrected, NULL, parameter, kind, &rounded);
        rv_cell_note(cell, rv_document_format(document, "corrected %s", rounded.text));
    }
}

struct rv_cell rv_compose_value(struct rv_document *document,
                                const struct rv_measurement *measurement,
                                enum rv_parameter parameter)
{
    const struct rv_result *result = &measurement->results[parameter];
    struct rv_cell cell = {0};
    switch (result->value.validity) {
    case RV_UNTESTED:
        cell.state = measurement->present == RV_PRESENT_NO ? RV_CELL_EMPTY : RV_CELL_UNTESTED;
        cell.text = "\xE2\x80\x93";
        break;
    case RV_ABSENT:
        cell.state = RV_CELL_ABSENT;
        cell.text = "NR";
        cell.judgement = result->verdict.judgement;
        rv_cell_note(&cell, verdict_note(document, &result->verdict));
        break;
    case RV_NOT_MEASURABLE:
    case RV_WITHHELD:
        cell.state =
            result->value.validity == RV_WITHHELD ? RV_CELL_WITHHELD : RV_CELL_NOT_MEASURABLE;
        cell.text = result->value.validity == RV_WITHHELD ? "withheld" : "n.m.";
        rv_cell_note(&cell, rv_compose_code(document, result->value.reason));
        break;
    case RV_MEASURED:
        measured_cell(document, measurement, parameter, &cell);
        break;
    }
    rv_cell_note(&cell, entered_note(document, result, &measurement->response->entered[parameter],
                                     parameter, measurement->response->kind));
    return cell;
}

const char *rv_compose_bare(struct rv_document *document, const struct rv_value *value,
                            enum rv_parameter parameter, enum rv_kind kind)
{
    if (value->validity == RV_ABSENT)
        return "NR";
    if (value->validity != RV_MEASURED)
        return "n/a";
    struct rv_cell cell = {0};
    round_value(document, value, NULL, parameter, kind, &cell);
    if (cell.error == NULL)
        return cell.text;
    return rv_document_format(document, "%s " PLUS_MINUS " %s", cell.text, cell.error);
}

const char *rv_compose_words(struct rv_document *document, const struct rv_measurement *measurement,
                             enum rv_parameter parameter)
{
    struct rv_cell cell = rv_compose_value(document, measurement, parameter);
    const char *unit = rv_unit_title(rv_parameter_unit(parameter, measurement->response->kind));
    if (cell.state == RV_CELL_UNTESTED || cell.state == RV_CELL_EMPTY)
        return "";
    if (cell.state != RV_CELL_VALUE)
        return cell.text;
    if (cell.error == NULL)
        return rv_document_format(document, "%s %s", cell.text, unit);
    return rv_document_format(document, "%s " PLUS_MINUS " %s %s", cell.text, cell.error, unit);
}

const char *rv_compose_number(struct rv_document *document, double number, int decimals,
                              const char *unit)
{
    char digits[RV_ROUNDED_SIZE];
    if (!isfinite(number))
        return NULL;
    rv_round_fixed(number, decimals, digits);
    return rv_document_join(document, rv_document_format(document, "%s", digits), " ", unit);
}

const char *rv_compose_code(struct rv_document *document, const char *code)
{
    if (code == NULL)
        return NULL;
    struct rv_text words = {0};
    for (const char *c = code; *c != '\0'; c++)
        rv_text_append_n(&words, *c == '_' ? " " : c, 1);
    const char *clean = words.bytes != NULL ? rv_document_clean(document, words.bytes) : NULL;
    document->failed = document->failed || words.failed;
    rv_text_finish(&words);
    return clean;
}

const char *rv_compose_nerve(struct rv_document *document, const struct rv_response *response)
{
    const char *side = rv_side_title(response->side);
    const char *nerve = rv_document_clean(document, response->nerve);
    const char *place = rv_document_clean(document, response->record);
    if (place != NULL)
        place = rv_document_format(document, "recording %s", place);
    const char *who = rv_document_join(document, side, " ", nerve);
    const char *words = rv_document_join(document, who, ", ", place);
    return words != NULL ? words : "";
}

const char *rv_compose_list(struct rv_document *document, const char *const *texts, size_t count,
                            const char *between)
{
    const char *list = NULL;
    for (size_t i = 0; i < count; i++)
        list = rv_document_join(document, list, between, rv_document_clean(document, texts[i]));
    return list;
}

void rv_part_gather(struct rv_document *document, struct rv_part *part, const char *label,
                    const char *text)
{
    if (part == NULL || text == NULL)
        return;
    for (struct rv_item *item = part->items; item != NULL; item = item->next) {
        if (strcmp(item->text, text) != 0)
            continue;
        bool fits = strlen(item->label) + strlen(label) < LABEL_MOST;
        if (strstr(item->label, OTHERS) == NULL)
            item->label = fits ? rv_document_join(document, item->label, ", ", label)
                               : rv_document_join(document, item->label, " ", OTHERS);
        return;
    }
    rv_part_item(document, part, label, text, RV_TONE_PLAIN);
}

bool rv_compose_same_nerve(const struct rv_response *a, const struct rv_response *b)
{
    return a->side == b->side && rv_text_equal(a->nerve, b->nerve) &&
           rv_text_equal(a->record, b->record);
}
