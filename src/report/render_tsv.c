/* SPDX-License-Identifier: GPL-3.0-or-later
 * One row a value, tab separated, for spreadsheets and statistics: "n/a" where nothing is known.
 * Text that a spreadsheet would take for a formula gets an apostrophe; numbers stay numbers.
 */
#include "report/render.h"
#include "report/words.h"

#include <math.h>
#include <string.h>

static const char heads[] =
    "response\tkind\tnerve\tside\trecord\tstimulate\tpresent\tparameter\tvalue\tse\tunit\tby\t"
    "validity\treason\tlower\tupper\tz\tp_abnormal\tverdict\tsource\tverified\tnote\tentered\t"
    "entered_difference\tcorrected\ttemperature_c\tfile\n";

/* A cell of words. Formula characters first: CWE-1236; tabs and line ends would break the row. */
static void write_words(struct rv_text *out, const char *text)
{
    if (text == NULL || *text == '\0') {
        rv_text_append(out, "n/a");
        return;
    }
    struct rv_arena *arena = rv_arena_new();
    const char *clean = rv_text_clean(arena, text);
    if (clean == NULL) {
        out->failed = true;
    } else {
        if (strchr("=+-@\t\r\n", text[0]) != NULL)
            rv_text_append(out, "'");
        rv_text_append(out, clean);
    }
    rv_arena_free(arena);
}

static void words(struct rv_text *out, const char *text)
{
    write_words(out, text);
    rv_text_append(out, "\t");
}

static void number(struct rv_text *out, double value)
{
    char digits[32] = "n/a";
    if (isfinite(value))
        rv_number_write(value, digits);
    rv_text_append(out, digits);
    rv_text_append(out, "\t");
}

static void number_if(struct rv_text *out, bool known, double value)
{
    if (known)
        number(out, value);
    else
        words(out, NULL);
}

static void write_verdict(struct rv_text *out, const struct rv_verdict *verdict)
{
    bool judged = verdict->judgement != RV_NOT_JUDGED;
    number(out, verdict->lower);
    number(out, verdict->upper);
    number(out, verdict->z);
    number_if(out, judged, verdict->p_abnormal);
    words(out, rv_judgement_word(verdict->judgement));
    words(out, verdict->source);
    words(out, !judged ? NULL : verdict->verified ? "yes" : "no");
    words(out, verdict->note);
}

static void write_row(struct rv_text *out, const struct rv_measurement *measurement,
                      enum rv_parameter parameter)
{
    static const char *const presence[] = {NULL, "yes", "no"};
    const struct rv_response *r = measurement->response;
    const struct rv_result *result = &measurement->results[parameter];
    bool measured = result->value.validity == RV_MEASURED;
    bool entered = result->entered.validity == RV_MEASURED;
    bool both = measured && entered && result->value.by != RV_BY_ENTERED;
    words(out, r->id);
    words(out, rv_kind_name(r->kind));
    words(out, r->nerve);
    words(out, rv_side_name(r->side));
    words(out, r->record);
    words(out, r->stimulate);
    words(out, presence[measurement->present]);
    words(out, rv_parameter_facts(parameter)->name);
    number_if(out, measured, result->value.value);
    number_if(out, measured, result->value.se);
    words(out, rv_parameter_unit(parameter, r->kind));
    words(out, rv_by_word(result->value.by));
    words(out, rv_validity_word(result->value.validity));
    words(out, result->value.reason);
    write_verdict(out, &result->verdict);
    number_if(out, entered, result->entered.value);
    number_if(out, both, result->value.value - result->entered.value);
    number(out, result->corrected);
    number(out, measurement->temperature_c);
    write_words(out, r->file);
    rv_text_append(out, "\n");
}

static enum rv_status render(const struct rv_report *report,
                             const struct rv_render_options *options, rv_write_function *write,
                             void *to, struct rv_error *err)
{
    (void)options;
    struct rv_text out = {0};
    rv_text_append(&out, heads);
    for (size_t i = 0; i < report->measurement_count; i++)
        for (enum rv_parameter p = 0; p < RV_PARAMETER_COUNT; p++) {
            const struct rv_result *result = &report->measurements[i].results[p];
            if (result->value.validity != RV_UNTESTED || result->entered.validity != RV_UNTESTED)
                write_row(&out, &report->measurements[i], p);
        }
    return rv_render_finish(&out, write, to, err);
}

const struct rv_renderer rv_renderer_tsv = {
    .name = "tsv",
    .extension = "tsv",
    .description = "one row a value, for spreadsheets and statistics",
    .render = render,
};
