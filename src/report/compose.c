/* SPDX-License-Identifier: GPL-3.0-or-later
 * The order of a report.
 */
#include "report/compose.h"

#include "base/error.h"

typedef void section_function(struct rv_document *document, const struct rv_report *report);

/* A section that has nothing to say adds nothing. */
static section_function *const sections[] = {
    rv_compose_summary,    rv_compose_patient,  rv_compose_history,        rv_compose_motor,
    rv_compose_sensory,    rv_compose_late,     rv_compose_needle,         rv_compose_segments,
    rv_compose_legend,     rv_compose_findings, rv_compose_interpretation, rv_compose_reevaluation,
    rv_compose_comparison, rv_compose_notices,  rv_compose_signals,        rv_compose_waveforms,
    rv_compose_footer,
};

static void head(struct rv_document *document, const struct rv_report *report)
{
    const struct rv_patient *patient = &report->study->patient;
    const char *name = rv_document_clean(document, patient->name);
    const char *id = rv_document_clean(document, patient->id);
    const char *who = rv_document_join(document, name, ", ", id);
    const char *date = rv_document_clean(document, report->study->visit.date);
    const char *subject = rv_document_join(document, who, ", ", date);
    document->title = "Nerve conduction and needle EMG";
    document->subject = subject != NULL ? subject : "patient not named";
}

enum rv_status rv_compose(const struct rv_report *report, struct rv_document **document,
                          struct rv_error *err)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_document *made = rv_arena_alloc(arena, 1, sizeof *made);
    if (made == NULL) {
        rv_arena_free(arena);
        return rv_fail_memory(err);
    }
    made->arena = arena;
    head(made, report);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        sections[i](made, report);
    if (made->failed) {
        rv_document_free(made);
        return rv_fail_memory(err);
    }
    *document = made;
    return RV_OK;
}

void rv_document_free(struct rv_document *document)
{
    if (document != NULL)
        rv_arena_free(document->arena);
}
