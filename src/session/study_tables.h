/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading responses.tsv and needle.tsv into a study.
 */
#ifndef RV_SESSION_STUDY_TABLES_H
#define RV_SESSION_STUDY_TABLES_H

#include "base/notice.h"
#include "base/table.h"

#include <ranvier/study.h>

enum rv_status rv_study_responses(const char *bytes, size_t length, struct rv_study *study,
                                  struct rv_notices *notices, struct rv_error *err);
enum rv_status rv_study_needle(const char *bytes, size_t length, struct rv_study *study,
                               struct rv_notices *notices, struct rv_error *err);

/* One row of a table with columns of responses.tsv: its cells, each in its range; then, when its
 * kind is known, its units and counts. Other columns become extras. */
enum rv_status rv_response_cells(const struct rv_table *table, size_t row, struct rv_arena *arena,
                                 struct rv_response *response, struct rv_error *err);
enum rv_status rv_response_settle(const struct rv_table *table, size_t row,
                                  struct rv_response *response, struct rv_error *err);
/* Is it a column of responses.tsv? */
bool rv_response_has_column(const char *name);

/* A response of which nothing is known. */
struct rv_response rv_response_blank(void);

/* "right", "R", ...; false: none of the closed list. */
bool rv_side_read(const char *text, enum rv_side *side);

#endif
