/* SPDX-License-Identifier: GPL-3.0-or-later
 * Who was examined and when: participants.tsv, *_sessions.tsv and *_scans.tsv.
 */
#ifndef RV_SESSION_BIDS_PEOPLE_H
#define RV_SESSION_BIDS_PEOPLE_H

#include "base/notice.h"
#include "session/bids_place.h"

/* Fills patient and date of the study; the recordings are those of the study. What was taken from
 * where becomes notices. */
enum rv_status rv_bids_people(const struct rv_bids_place *place,
                              const struct rv_bids_name *recordings, size_t count,
                              struct rv_study *study, struct rv_notices *notices,
                              struct rv_error *err);

/* participants.tsv with the lines of other subjects left empty, so that line numbers hold: the
 * table of a large dataset is the same for all, and not all of it is of this study. */
enum rv_status rv_bids_participant(const struct rv_bids_place *place, char **bytes, size_t *length,
                                   struct rv_error *err);

/* The tables and their dictionaries that may be there; NULL at the end. */
enum { RV_BIDS_PEOPLE_FILES = 8 };
enum rv_status rv_bids_people_files(const struct rv_bids_place *place,
                                    const char *files[RV_BIDS_PEOPLE_FILES], struct rv_error *err);

#endif
