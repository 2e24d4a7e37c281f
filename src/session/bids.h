/* SPDX-License-Identifier: GPL-3.0-or-later
 * A study of a BIDS dataset: one subject, or one session of it, with all its recordings; or one
 * recording.
 */
#ifndef RV_SESSION_BIDS_H
#define RV_SESSION_BIDS_H

#include "base/notice.h"

#include <ranvier/settings.h>

/* *found is false where the path is in no BIDS dataset; the study is then untouched. */
enum rv_status rv_bids_study_read(const char *path, const struct rv_settings *settings,
                                  struct rv_study *study, struct rv_notices *notices, bool *found,
                                  struct rv_error *err);

/* Puts the sidecars of a file of the study into its recording. `bids` NULL: nothing. */
enum rv_status rv_bids_dress(const struct rv_bids *bids, const char *file,
                             struct rv_recording *recording, struct rv_error *err);

/* A folder with study.json, responses.tsv or needle.tsv is a study of its own, wherever it is. */
bool rv_study_has_tables(const char *folder);

#endif
