/* SPDX-License-Identifier: GPL-3.0-or-later
 * What one row of participants.tsv or *_sessions.tsv says of a person.
 */
#ifndef RV_SESSION_BIDS_PERSON_H
#define RV_SESSION_BIDS_PERSON_H

#include "base/notice.h"
#include "base/table.h"
#include "session/bids_json.h"

struct rv_bids_row {
    const char *file; /* for messages */
    const struct rv_table *table;
    size_t row;
    const struct rv_bids_json *dictionary; /* of the table */
};

/* Age, sex, height, weight, leg length, body mass index into the patient, in the units that the
 * dictionary names. RV_STUDY with line and column for what is no such value; units and columns
 * that are not understood become notices. */
enum rv_status rv_bids_person(const struct rv_bids_row *row, struct rv_patient *patient,
                              struct rv_notices *notices, struct rv_error *err);

#endif
