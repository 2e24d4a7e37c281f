/* SPDX-License-Identifier: GPL-3.0-or-later
 * The document: its order, what it leaves out, what its cells say.
 */
#include "fixture.h"
#include "report/chart.h"
#include "report/compose.h"

#include <criterion/criterion.h>

#include <string.h>

static struct rv_document *document_of(struct rv_report *report)
{
    struct rv_document *document = NULL;
    cr_assert_eq(rv_compose(report, &document, NULL), RV_OK);
    return document;
}

static const struct rv_section *section_of(const struct rv_document *document, const char *id)
{
    for (const struct rv_section *s = document->sections; s != NULL; s = s->next)
        if (strcmp(s->id, id) == 0)
            return s;
    return NULL;
}

/* The cell of a row (by its id) in the first table of a section that has it. */
static const struct rv_cell *cell_of(const struct rv_document *document, const char *section,
                                     const char *id, const char *title)
{
    const struct rv_section *s = section_of(document, section);
    cr_assert_not_null(s, "no section %s", section);
    for (const struct rv_part *part = s->parts; part != NULL; part = part->next)
        for (const struct rv_row *row = part->rows; row != NULL; row = row->next)
            for (size_t i = 0; row->cells != NULL && strcmp(row->cells[0].text, id) == 0 &&
                               i < part->column_count;
                 i++)
                if (strcmp(part->columns[i].title, title) == 0)
                    return &row->cells[i];
    cr_assert_fail("no cell %s of %s", title, id);
    return NULL;
}

/* Section 7 of the design. */
Test(compose, sections_stand_in_the_order_of_the_design)
{
    static const char *const order[] = {
        "summary",      "patient",  "history", "motor",   "sensory",   "late",
        "needle",       "segments", "further", "symbols", "findings",  "interpretation",
        "reevaluation", "earlier",  "notices", "signals", "waveforms", "footer"};
    struct rv_report *report = fixture_new(false);
    struct rv_document *document = document_of(report);
    size_t i = 0;
    for (const struct rv_section *s = document->sections; s != NULL; s = s->next, i++)
        cr_expect_str_eq(s->id, i < sizeof order / sizeof *order ? order[i] : "nothing more");
    cr_expect_eq(i, sizeof order / sizeof *order);
    rv_document_free(document);
    fixture_free(report);
}

Test(compose, what_has_no_content_is_left_out)
{
    struct rv_report *report = fixture_new(false);
    struct rv_study *study = (struct rv_study *)(uintptr_t)report->study;
    report->measurement_count = report->notice_count = 0;
    report->interpretation = (struct rv_interpretation){0};
    study->needle_count = study->injection_count = study->imaging_count = study->notice_count = 0;
    study->history = (struct rv_history){0};
    struct rv_document *document = document_of(report);
    cr_expect_str_eq(document->sections->id, "patient");
    cr_expect_str_eq(document->sections->next->id, "footer");
    cr_expect_null(document->sections->next->next);
    rv_document_free(document);
    fixture_free(report);
}

Test(compose, interpretation_is_left_out_where_none_was_made)
{
    struct rv_report *report = fixture_new(false);
    report->interpretation.primary = NULL;
    struct rv_document *document = document_of(report);
    cr_expect_null(section_of(document, "interpretation"));
    cr_expect_null(section_of(document, "reevaluation"));
    cr_expect_not_null(section_of(document, "findings"));
    rv_document_free(document);
    fixture_free(report);
}

Test(compose, cells_say_what_is_known)
{
    struct rv_report *report = fixture_new(false);
    struct rv_document *document = document_of(report);
    const struct rv_cell *cell = cell_of(document, "motor", "R01", "latency");
    cr_expect_eq(cell->state, RV_CELL_VALUE);
    cr_expect_str_eq(cell->text, "5.12");
    cr_expect_str_eq(cell->error, "0.03");
    cr_expect_eq(cell->judgement, RV_ABNORMAL);
    cr_expect_eq(cell->note_count, 3);
    cr_expect_str_eq(cell->notes[0], "\xE2\x89\xA4 4.5, z +3.0");
    cr_expect_str_eq(cell->notes[1], "corrected 4.92");
    /* 5.12 measured minus 5.2 entered */
    cr_expect_str_eq(cell->notes[2], "entered 5.2, \xCE\x94\xC2\xA0\xE2\x88\x92"
                                     "0.08");
    cr_expect_eq(cell_of(document, "motor", "R01", "velocity")->state, RV_CELL_EMPTY);
    cell = cell_of(document, "motor", "R05", "velocity");
    cr_expect_eq(cell->judgement, RV_BORDERLINE);
    cr_expect(cell->unverified);
    cr_expect_str_eq(cell->notes[0], "\xE2\x89\xA5 50, p 0.63");
    cell = cell_of(document, "sensory", "R06", "onset");
    cr_expect_eq(cell->state, RV_CELL_WITHHELD);
    cr_expect_str_eq(cell->notes[0], "artefact overlaps onset");
    cr_expect_eq(cell_of(document, "sensory", "R07", "amplitude")->state, RV_CELL_ABSENT);
    cr_expect_eq(cell_of(document, "motor", "R12", "duration")->state, RV_CELL_UNTESTED);
    cell = cell_of(document, "late", "R10", "H max");
    cr_expect_eq(cell->state, RV_CELL_NOT_MEASURABLE);
    cr_expect_str_eq(cell->notes[0], "voluntary background");
    rv_document_free(document);
    fixture_free(report);
}

/* "3.6" was typed: one decimal stays, the error is that of rounding, 0.05 / sqrt 3 = 0.029. */
Test(compose, entered_values_keep_the_digits_they_were_typed_with)
{
    struct rv_report *report = fixture_new(false);
    struct rv_document *document = document_of(report);
    const struct rv_cell *cell = cell_of(document, "sensory", "R08", "peak");
    cr_expect_str_eq(cell->text, "3.6");
    cr_expect_str_eq(cell->error, "0.03");
    cr_expect_eq(cell->by, RV_BY_ENTERED);
    rv_document_free(document);
    fixture_free(report);
}

/* Clinical wording: the sentence that every report must carry. */
Test(compose, footer_carries_the_mandatory_sentence)
{
    struct rv_report *report = fixture_new(false);
    struct rv_document *document = document_of(report);
    bool found = false;
    for (const struct rv_part *p = section_of(document, "footer")->parts; p != NULL; p = p->next)
        found = found || (p->text != NULL &&
                          strcmp(p->text, "Decision-support output; requires review and signature "
                                          "by a qualified physician; limits: reference set NDTF "
                                          "2016 v1.") == 0);
    cr_expect(found);
    rv_document_free(document);
    fixture_free(report);
}

/* Three ulnar sites in one plot, the shortest latency on top; one lane a sweep for F-waves. */
Test(compose, sites_of_a_nerve_are_stacked_distal_on_top)
{
    struct rv_report *report = fixture_new(false);
    struct rv_document *document = document_of(report);
    const struct rv_part *plots = section_of(document, "waveforms")->parts;
    const struct rv_plot *ulnar = plots->next->plot, *f_waves = NULL;
    cr_expect_str_eq(ulnar->title, "Right ulnar, recording ADM: motor");
    cr_assert_eq(ulnar->lane_count, 3);
    cr_expect_str_eq(ulnar->lanes->label, "wrist");
    cr_expect_str_eq(ulnar->lanes->next->label, "below elbow");
    cr_expect_str_eq(ulnar->lanes->next->next->label, "above elbow");
    cr_expect_str_eq(ulnar->scale, "2 ms/div, 2 mV/div, negative up");
    for (const struct rv_part *p = plots; p != NULL; p = p->next)
        if (strstr(p->plot->title, "F-wave") != NULL)
            f_waves = p->plot;
    cr_assert_not_null(f_waves);
    cr_expect_eq(f_waves->lane_count, 20);
    rv_document_free(document);
    fixture_free(report);
}

/* The change of the fixture: 4.6 +- 0.03 to 5.12 ms, reference change 0.92: band 3.68 to 5.52. */
Test(compose, a_changed_value_has_a_chart_with_its_reference_change)
{
    struct rv_report *report = fixture_new(false);
    struct rv_document *document = document_of(report);
    const struct rv_chart *chart = NULL;
    for (const struct rv_part *p = section_of(document, "earlier")->parts; p != NULL; p = p->next)
        if (p->kind == RV_BLOCK_CHARTS)
            chart = p->charts;
    cr_assert_not_null(chart);
    cr_assert_null(chart->next);
    cr_expect_float_eq(chart->bands->y_from, 3.68, 1e-9);
    cr_expect_float_eq(chart->bands->y_to, 5.52, 1e-9);
    cr_assert_eq(chart->series->count, 2);
    cr_expect_float_eq(chart->series->points[0].y, 4.6, 1e-9);
    cr_expect_float_eq(chart->series->points[0].y_se, 0.03, 1e-9);
    cr_expect_str_eq(chart->series->points[1].label, "5.12");
    cr_expect_eq(chart->series->points[1].style, RV_POINT_PLAIN);
    rv_document_free(document);
    fixture_free(report);
}
