/* SPDX-License-Identifier: GPL-3.0-or-later
 * What makes two measurements the same: the bytes of the input, and how it was measured.
 */
#ifndef BATCH_IDENTITY_H
#define BATCH_IDENTITY_H

#include <ranvier/settings.h>

enum { SETTINGS_TEXT_SIZE = 4096 };

/* Settings, program and reference table as text, one a line, and the hash of that text. The
 * reference is open. */
struct settings_identity {
    char text[SETTINGS_TEXT_SIZE];
    char sha256[65];
};
enum rv_status settings_identity(const struct rv_settings *settings,
                                 struct settings_identity *identity, struct rv_error *err);

/* Hash of the regular files of a study folder and of the folders of its earlier studies, or of a
 * recording with the files beside it that share its name up to the last dot (WFDB). Without
 * `earlier` pass NULL, 0. */
enum rv_status input_identity(const char *path, const char *const *earlier, size_t earlier_count,
                              char sha256[65], struct rv_error *err);

#endif
