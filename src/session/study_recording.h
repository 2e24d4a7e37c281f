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

/* The same of a recording in memory, which the study then owns. */
enum rv_status rv_study_of_recording(struct rv_recording *recording, const char *path,
                                     const struct rv_settings *settings, struct rv_study *study,
                                     struct rv_notices *notices, struct rv_error *err);

/* What one channel of study->recording (only its channels are looked at) and the text of one
 * stimulus say. RV_STUDY where they contradict each other or say too little. */
enum rv_status rv_response_named(struct rv_study *study, const char *path, size_t channel,
                                 const char *stimulus, const struct rv_settings *settings,
                                 struct rv_notices *notices, struct rv_response *response,
                                 struct rv_error *err);

#endif
