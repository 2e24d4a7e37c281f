/* SPDX-License-Identifier: GPL-3.0-or-later
 * Ranvier: nerve conduction studies from the recording to the report. Includes all the others.
 *
 *     struct rv_settings settings = rv_settings_defaults();
 *     struct rv_study *study = NULL;
 *     struct rv_report *report = NULL;
 *     struct rv_error err;
 *     if (rv_study_read("visit", &settings, &study, &err) == RV_OK &&
 *         rv_session_run(study, &settings, &report, &err) == RV_OK)
 *         rv_render_file(report, rv_renderer_find("html"), NULL, "visit.html", &err);
 *     rv_report_free(report);
 *     rv_study_free(study);
 */
#ifndef RANVIER_H
#define RANVIER_H

#include <ranvier/digest.h>
#include <ranvier/error.h>
#include <ranvier/filter.h>
#include <ranvier/learn.h>
#include <ranvier/reference.h>
#include <ranvier/report.h>
#include <ranvier/result.h>
#include <ranvier/session.h>
#include <ranvier/settings.h>
#include <ranvier/simulate.h>
#include <ranvier/source.h>
#include <ranvier/stream.h>
#include <ranvier/study.h>
#include <ranvier/words.h>

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0" */
RV_API const char *rv_version(void);

/* The libraries that are loaded, with their versions: numbers may differ in their last digits where
 * these do. Cut where it is longer than `size`. */
RV_API void rv_libraries(char *text, size_t size);

/* Printed on every output. */
RV_API const char *rv_disclaimer(void);

#ifdef __cplusplus
}
#endif
#endif
