/* SPDX-License-Identifier: GPL-3.0-or-later
 * A file that appears whole or not at all: written beside its place, synced, renamed.
 */
#ifndef RV_BASE_OUTPUT_H
#define RV_BASE_OUTPUT_H

#include <ranvier/error.h>

#include <stddef.h>
#include <stdint.h>

struct rv_output;

/* Begins a file that will stand at `path`. RV_NO_OUTPUT when it cannot be created there. */
enum rv_status rv_output_create(const char *path, struct rv_output **output, struct rv_error *err);
enum rv_status rv_output_write(struct rv_output *output, const void *bytes, size_t count,
                               struct rv_error *err);
/* Writes over bytes that were written before. */
enum rv_status rv_output_patch(struct rv_output *output, uint64_t at, const void *bytes,
                               size_t count, struct rv_error *err);
/* Syncs and renames into place; frees the output in any case and leaves nothing on failure. */
enum rv_status rv_output_commit(struct rv_output *output, struct rv_error *err);
/* Leaves no file; NULL is fine. */
void rv_output_abandon(struct rv_output *output);

#endif
