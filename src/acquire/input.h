/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bytes in order: a file, a pipe or memory, with peek, read and skip and nothing else.
 */
#ifndef RV_ACQUIRE_INPUT_H
#define RV_ACQUIRE_INPUT_H

#include <ranvier/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RV_PEEK_MAX = 65536 };

struct rv_input;

/* "-" is standard input. Regular files and FIFOs only; a FIFO without a writer is waited for when
 * it is read. */
enum rv_status rv_input_open(const char *path, struct rv_input **input, struct rv_error *err);
enum rv_status rv_input_open_memory(const char *name, const void *bytes, size_t size,
                                    struct rv_input **input, struct rv_error *err);
void rv_input_close(struct rv_input *input); /* NULL is fine */
/* Reading a pipe or a FIFO gives up with RV_TRY_AGAIN when nothing comes for so long; 0: never. */
void rv_input_stall(struct rv_input *input, double seconds);

const char *rv_input_name(const struct rv_input *input); /* path as given */
/* Size of the whole input; UINT64_MAX when it cannot be known (a pipe). */
uint64_t rv_input_size(const struct rv_input *input);
uint64_t rv_input_position(const struct rv_input *input);

/* Makes up to `wanted` (<= RV_PEEK_MAX) bytes visible without taking them; *count is smaller only
 * at the end of the input. The pointer holds until the next call. */
enum rv_status rv_input_peek(struct rv_input *input, size_t wanted, const unsigned char **bytes,
                             size_t *count, struct rv_error *err);
/* Takes up to `wanted` bytes; *count is smaller only at the end. */
enum rv_status rv_input_read(struct rv_input *input, void *into, size_t wanted, size_t *count,
                             struct rv_error *err);
enum rv_status rv_input_skip(struct rv_input *input, uint64_t count, uint64_t *skipped,
                             struct rv_error *err);
/* Everything that is left, into heap memory (rv_release it). RV_DATA beyond `limit`. */
enum rv_status rv_input_rest(struct rv_input *input, size_t limit, unsigned char **bytes,
                             size_t *count, struct rv_error *err);

#endif
