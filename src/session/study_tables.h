/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading responses.tsv and needle.tsv into a study.
 */
#ifndef RV_SESSION_STUDY_TABLES_H
#define RV_SESSION_STUDY_TABLES_H

#include "base/notice.h"

#include <ranvier/study.h>

enum rv_status rv_study_responses(const char *bytes, size_t length, struct rv_study *study,
                                  struct rv_notices *notices, struct rv_error *err);
enum rv_status rv_study_needle(const char *bytes, size_t length, struct rv_study *study,
                               struct rv_notices *notices, struct rv_error *err);

/* A response of which nothing is known. */
struct rv_response rv_response_blank(void);

/* "right", "R", ...; false: none of the closed list. */
bool rv_side_read(const char *text, enum rv_side *side);

#endif
