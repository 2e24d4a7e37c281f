/* SPDX-License-Identifier: GPL-3.0-or-later
 * A single recording as a study: responses from what its labels say.
 */
#ifndef RV_SESSION_STUDY_RECORDING_H
#define RV_SESSION_STUDY_RECORDING_H

#include "base/notice.h"

#include <ranvier/settings.h>

/* Reads the recording into study->recording and makes the responses. */
enum rv_status rv_study_recording(const char *path, const struct rv_settings *settings,
                                  struct rv_study *study, struct rv_notices *notices,
                                  struct rv_error *err);

#endif
