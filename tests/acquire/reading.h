/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading recordings out of memory, for tests.
 */
#ifndef TESTS_READING_H
#define TESTS_READING_H

#include <ranvier/source.h>

/* The whole recording; fails the test when it cannot be read. `options` may be NULL. */
struct rv_recording *read_bytes(const char *name, const void *bytes, size_t size,
                                const struct rv_source_options *options);
struct rv_recording *read_text(const char *text);
/* Expects a refusal with this status, of which the sentence holds the words. */
void refuse_bytes(const char *name, const void *bytes, size_t size,
                  const struct rv_source_options *options, enum rv_status status,
                  const char *words);
void refuse_text(const char *text, const char *words);
bool has_notice(const struct rv_recording *recording, const char *code, const char *words);
/* Samples of a channel over all segments. */
size_t sample_count(const struct rv_recording *recording, size_t channel);

/* A new empty folder under the system's temporary one; ends with '/'. Static storage. */
const char *temporary_folder(void);
/* For the end of a test (.fini of its suite): removes every folder made so. */
void remove_temporary_folders(void);
void write_file(const char *folder, const char *name, const void *bytes, size_t size);
/* The shared recordings' folder, NULL (and the test skipped) when it is not there. */
const char *shared_data(void);

#endif
