/* SPDX-License-Identifier: GPL-3.0-or-later
 * The needle table: each muscle as it was written down, with its verdict.
 */
#include "base/text.h"
#include "report/compose.h"
#include "report/words.h"

#include <math.h>
#include <string.h>

enum needle_column {
    COLUMN_ID,
    COLUMN_MUSCLE,
    COLUMN_INSERTIONAL,
    COLUMN_FIBRILLATIONS,
    COLUMN_SHARP_WAVES,
    COLUMN_FASCICULATIONS,
    COLUMN_OTHER,
    COLUMN_DURATION,
    COLUMN_AMPLITUDE,
    COLUMN_POLYPHASIA,
    COLUMN_RECRUITMENT,
    COLUMN_ACTIVATION,
    COLUMN_VERDICT,
    NEEDLE_COLUMN_COUNT
};

static const struct rv_column columns[NEEDLE_COLUMN_COUNT] = {
    [COLUMN_ID] = {RV_COLUMN_ID, "row", NULL, false},
    [COLUMN_MUSCLE] = {RV_COLUMN_TEXT, "muscle", NULL, false},
    [COLUMN_INSERTIONAL] = {RV_COLUMN_TEXT, "insertional", NULL, false},
    [COLUMN_FIBRILLATIONS] = {RV_COLUMN_TEXT, "fibs", NULL, false},
    [COLUMN_SHARP_WAVES] = {RV_COLUMN_TEXT, "PSW", NULL, false},
    [COLUMN_FASCICULATIONS] = {RV_COLUMN_TEXT, "fasc", NULL, false},
    [COLUMN_OTHER] = {RV_COLUMN_TEXT, "other", NULL, false},
    [COLUMN_DURATION] = {RV_COLUMN_TEXT, "MUP duration", NULL, false},
    [COLUMN_AMPLITUDE] = {RV_COLUMN_TEXT, "amplitude", NULL, false},
    [COLUMN_POLYPHASIA] = {RV_COLUMN_TEXT, "polyphasia", NULL, false},
    [COLUMN_RECRUITMENT] = {RV_COLUMN_TEXT, "recruitment", NULL, false},
    [COLUMN_ACTIVATION] = {RV_COLUMN_TEXT, "activation", NULL, false},
    [COLUMN_VERDICT] = {RV_COLUMN_TEXT, "muscle is", NULL, false},
};

/* Words as written; "normal" and "0" are plain, everything else stands out. */
static struct rv_cell word_cell(const char *word)
{
    struct rv_cell cell = rv_cell_text(word);
    if (word == NULL)
        return (struct rv_cell){.state = RV_CELL_UNTESTED, .text = "\xE2\x80\x93"};
    if (rv_text_equal(word, "+/-"))
        cell.judgement = RV_BORDERLINE;
    else if (!rv_text_equal(word, "normal") && !rv_text_equal(word, "0"))
        cell.judgement = RV_ABNORMAL;
    return cell;
}

/* The word, the number, or both. */
static struct rv_cell sized_cell(struct rv_document *document, const char *word, double number,
                                 int decimals, const char *unit)
{
    const char *figure = rv_compose_number(document, number, decimals, unit);
    struct rv_cell cell = word_cell(word);
    if (word != NULL)
        rv_cell_note(&cell, figure);
    else if (figure != NULL)
        cell = rv_cell_text(figure);
    return cell;
}

static struct rv_cell other_cell(struct rv_document *document, const struct rv_needle *needle)
{
    const char *crd = rv_document_clean(document, needle->crd);
    const char *myotonia = rv_document_clean(document, needle->myotonia);
    if (crd != NULL)
        crd = rv_document_format(document, "CRD %s", crd);
    if (myotonia != NULL)
        myotonia = rv_document_format(document, "myotonia %s", myotonia);
    return rv_cell_text(rv_document_join(document, crd, ", ", myotonia));
}

static const struct rv_muscle_result *result_of(const struct rv_report *report,
                                                const struct rv_needle *needle)
{
    const struct rv_interpretation *found = &report->interpretation;
    for (size_t i = 0; i < found->muscle_count; i++)
        if (found->muscles[i].needle == needle)
            return &found->muscles[i];
    return NULL;
}

static struct rv_cell verdict_cell(const struct rv_muscle_result *result)
{
    if (result == NULL)
        return (struct rv_cell){0};
    struct rv_cell cell = rv_cell_text(rv_muscle_verdict_name(result->verdict));
    if (result->verdict != RV_MUSCLE_NORMAL && result->verdict != RV_MUSCLE_INDETERMINATE)
        cell.judgement = RV_ABNORMAL;
    return cell;
}

static void fill_row(struct rv_document *document, const struct rv_report *report, size_t index,
                     struct rv_cell *cells)
{
    const struct rv_needle *n = &report->study->needle[index];
    const char *side = rv_side_title(n->side);
    const char *muscle = rv_document_clean(document, n->muscle);
    cells[COLUMN_ID] = rv_cell_text(rv_document_format(document, "N%02zu", index + 1));
    cells[COLUMN_MUSCLE] = rv_cell_text(rv_document_join(document, side, " ", muscle));
    rv_cell_note(&cells[COLUMN_MUSCLE], rv_document_clean(document, n->note));
    cells[COLUMN_INSERTIONAL] = word_cell(rv_document_clean(document, n->insertional));
    cells[COLUMN_FIBRILLATIONS] = word_cell(rv_grade_word(n->fibrillations));
    cells[COLUMN_SHARP_WAVES] = word_cell(rv_grade_word(n->sharp_waves));
    cells[COLUMN_FASCICULATIONS] = word_cell(rv_grade_word(n->fasciculations));
    cells[COLUMN_OTHER] = other_cell(document, n);
    cells[COLUMN_DURATION] =
        sized_cell(document, rv_mup_duration_word(n->mup_duration), n->mup_duration_ms, 1, "ms");
    cells[COLUMN_AMPLITUDE] = sized_cell(document, rv_mup_amplitude_word(n->mup_amplitude),
                                         n->mup_amplitude_uv, 0, "\xC2\xB5V");
    cells[COLUMN_POLYPHASIA] =
        sized_cell(document, rv_polyphasia_word(n->polyphasia), n->polyphasia_percent, 0, "%");
    cells[COLUMN_RECRUITMENT] = word_cell(rv_recruitment_word(n->recruitment));
    const char *activation = rv_document_clean(document, n->activation);
    cells[COLUMN_ACTIVATION] = activation != NULL ? rv_cell_text(activation) : word_cell(NULL);
    cells[COLUMN_VERDICT] = verdict_cell(result_of(report, n));
}

void rv_compose_needle(struct rv_document *document, const struct rv_report *report)
{
    if (report->study->needle_count == 0)
        return;
    struct rv_section *section = rv_document_section(document, "needle", "Needle EMG");
    struct rv_part *table = rv_section_table(document, section, NULL, columns, NEEDLE_COLUMN_COUNT);
    struct rv_part *reasons = rv_section_part(document, section, RV_BLOCK_LIST, NULL);
    if (reasons != NULL)
        reasons->tone = RV_TONE_SMALL;
    for (size_t i = 0; i < report->study->needle_count; i++) {
        const struct rv_needle *needle = &report->study->needle[i];
        struct rv_row *row = rv_table_row(document, table, needle->side);
        const struct rv_muscle_result *result = result_of(report, needle);
        if (row == NULL)
            continue;
        fill_row(document, report, i, row->cells);
        if (result != NULL && result->reason != NULL)
            rv_part_gather(document, reasons, row->cells[COLUMN_ID].text,
                           rv_document_clean(document, result->reason));
    }
    rv_table_settle(table);
    rv_section_text(document, section, NULL,
                    "As written by the examiner. Fibs: fibrillation potentials; PSW: positive "
                    "sharp waves; fasc: fasciculations; MUP: motor unit potentials.",
                    RV_TONE_SMALL);
}
