/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading study.json: strict, every key known, every number in its range.
 */
#ifndef RV_SESSION_STUDY_JSON_H
#define RV_SESSION_STUDY_JSON_H

#include <ranvier/study.h>

/* Fills patient, visit, temperatures, history, injections, imaging and earlier. */
enum rv_status rv_study_json(const char *bytes, size_t length, struct rv_study *study,
                             struct rv_error *err);

/* A study with everything unknown, in a new arena; NULL: no memory. */
struct rv_study *rv_study_blank(void);

/* yyyy-mm-dd of a real day? */
bool rv_date_valid(const char *text);

#endif
