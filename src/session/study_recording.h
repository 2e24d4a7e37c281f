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

/* Patient, visit and temperatures as the recording's header says, then as settings->study_path
 * does. */
enum rv_status rv_study_facts(const struct rv_recording_facts *facts,
                              const struct rv_settings *settings, struct rv_study *study,
                              struct rv_error *err);

/* Two sites of one recording electrode, each with its distance to it: the rest is the segment. */
void rv_study_segments(struct rv_response *responses, size_t count);

/* May two skin temperatures belong to one response? One that is not known may. */
bool rv_same_temperature(double a, double b);

/* Do they lie in the same arm or leg? Not where a side or a nerve is not known. */
bool rv_same_limb(const struct rv_response *a, const struct rv_response *b);

/* What one channel of study->recording (only its channels are looked at) and the text of one
 * stimulus say. RV_STUDY where they contradict each other or say too little. */
enum rv_status rv_response_named(struct rv_study *study, const char *path, size_t channel,
                                 const char *stimulus, const struct rv_settings *settings,
                                 struct rv_notices *notices, struct rv_response *response,
                                 struct rv_error *err);

/* Reads study.json of that path into the study; its keys go before what is there. RV_STUDY. */
enum rv_status rv_study_file(const char *path, struct rv_study *study, struct rv_error *err);

#endif
