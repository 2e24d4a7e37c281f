/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a report to its document. compose.c knows the order of the sections; each of the others
 * makes some of them and adds nothing where there is nothing to say.
 */
#ifndef RV_REPORT_COMPOSE_H
#define RV_REPORT_COMPOSE_H

#include "report/document.h"

/* The whole document, in the order of the design: patient and technique, tables, findings,
 * interpretation, notices, waveforms, footer. RV_NO_MEMORY only. Free with rv_document_free. */
enum rv_status rv_compose(const struct rv_report *report, struct rv_document **document,
                          struct rv_error *err);
void rv_document_free(struct rv_document *document); /* NULL is fine */

void rv_compose_patient(struct rv_document *document, const struct rv_report *report);
void rv_compose_history(struct rv_document *document, const struct rv_report *report);
void rv_compose_motor(struct rv_document *document, const struct rv_report *report);
void rv_compose_sensory(struct rv_document *document, const struct rv_report *report);
void rv_compose_late(struct rv_document *document, const struct rv_report *report);
void rv_compose_needle(struct rv_document *document, const struct rv_report *report);
void rv_compose_segments(struct rv_document *document, const struct rv_report *report);
void rv_compose_legend(struct rv_document *document, const struct rv_report *report);
void rv_compose_summary(struct rv_document *document, const struct rv_report *report);
void rv_compose_findings(struct rv_document *document, const struct rv_report *report);
void rv_compose_interpretation(struct rv_document *document, const struct rv_report *report);
void rv_compose_reevaluation(struct rv_document *document, const struct rv_report *report);
void rv_compose_comparison(struct rv_document *document, const struct rv_report *report);
void rv_compose_notices(struct rv_document *document, const struct rv_report *report);
void rv_compose_signals(struct rv_document *document, const struct rv_report *report);
void rv_compose_waveforms(struct rv_document *document, const struct rv_report *report);
void rv_compose_footer(struct rv_document *document, const struct rv_report *report);

/* --- pieces that several of them use -------------------------------------------------------- */

/* A value with its error, verdict, limits, entered value and reason. */
struct rv_cell rv_compose_value(struct rv_document *document,
                                const struct rv_measurement *measurement,
                                enum rv_parameter parameter);
/* "3.42 ± 0.02 ms"; "NR" and the like; "" when untested. */
const char *rv_compose_words(struct rv_document *document, const struct rv_measurement *measurement,
                             enum rv_parameter parameter);
/* A bare value as text, "n/a" where it was not measured. */
const char *rv_compose_bare(struct rv_document *document, const struct rv_value *value,
                            enum rv_parameter parameter, enum rv_kind kind);
/* "≤ 4.5", "≥ 4.1", "4.1 to 9"; NULL without limits. */
const char *rv_compose_limits(struct rv_document *document, double lower, double upper);
/* A number rounded to `decimals`, followed by `unit`; NULL when NaN. */
const char *rv_compose_number(struct rv_document *document, double number, int decimals,
                              const char *unit);
/* "no unit" of the stable code "no_unit". */
const char *rv_compose_code(struct rv_document *document, const char *code);
/* "Right median, recording APB". */
const char *rv_compose_nerve(struct rv_document *document, const struct rv_response *response);
/* "a, b, c" of texts; NULL when there are none. */
const char *rv_compose_list(struct rv_document *document, const char *const *texts, size_t count,
                            const char *between);
/* Adds an item, or its label to the item that has the same text already. */
void rv_part_gather(struct rv_document *document, struct rv_part *part, const char *label,
                    const char *text);
/* A chart by date for each value that has changes. */
void rv_compose_trends(struct rv_document *document, struct rv_section *section,
                       const struct rv_report *report);
/* The sizes of H and M against the stimulus; nothing for other responses. */
void rv_compose_recruitment(struct rv_document *document, struct rv_section *section,
                            const struct rv_measurement *m);
/* Two responses of one nerve, side and recording site. */
bool rv_compose_same_nerve(const struct rv_response *a, const struct rv_response *b);

#endif
