/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a study to its report: the one place that knows the order of the stages.
 */
#ifndef RANVIER_SESSION_H
#define RANVIER_SESSION_H

#include <ranvier/result.h>
#include <ranvier/settings.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Measures every response of the study, judges the values and interprets them. The report borrows
 * the study. Errors of a single recording become notices and withheld values when the rest can go
 * on; RV_DATA, RV_STUDY when nothing could be done. */
RV_API enum rv_status rv_session_run(const struct rv_study *study,
                                     const struct rv_settings *settings, struct rv_report **report,
                                     struct rv_error *err);

#ifdef __cplusplus
}
#endif
#endif
