/* SPDX-License-Identifier: GPL-3.0-or-later
 * A report as rows of the database.
 */
#ifndef BATCH_COMPOSE_H
#define BATCH_COMPOSE_H

#include "batch/row.h"

#include <ranvier/result.h>

/* First the row of the study, then its parts. */
void compose_report(const struct rv_report *report, const char *path, const char *input_sha256,
                    const char *settings_sha256, struct rows *rows);

#endif
