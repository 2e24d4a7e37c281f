/* SPDX-License-Identifier: GPL-3.0-or-later
 * Filling struct rv_error.
 */
#ifndef RV_BASE_ERROR_H
#define RV_BASE_ERROR_H

#include <ranvier/error.h>

/* Writes status and sentence where err is not NULL; returns the status. */
enum rv_status rv_fail(struct rv_error *err, enum rv_status status, const char *format, ...)
    RV_PRINTF(3, 4);

/* Puts "context: " before the sentence; returns the status already there. */
enum rv_status rv_fail_in(struct rv_error *err, enum rv_status status, const char *format, ...)
    RV_PRINTF(3, 4);

/* RV_NO_MEMORY with the usual sentence. */
enum rv_status rv_fail_memory(struct rv_error *err);

#endif
