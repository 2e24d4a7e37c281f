/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tables of the database and every statement that is ever run on them: constant texts.
 */
#ifndef BATCH_SCHEMA_H
#define BATCH_SCHEMA_H

#include <stddef.h>

/* Version of the tables, kept in PRAGMA user_version; 0x52764254 ("RvBT") in application_id. */
enum { SCHEMA_VERSION = 1, SCHEMA_APPLICATION = 0x52764254 };

/* A study and what belongs to it. A row of a part begins with the number of its study. */
enum table {
    TABLE_STUDIES,
    TABLE_RESPONSES,
    TABLE_RESULTS,
    TABLE_MARKS,
    TABLE_NEEDLE,
    TABLE_FINDINGS,
    TABLE_PATTERNS,
    TABLE_NOTICES,
    TABLE_FAILURES,
    TABLE_COUNT,
    TABLE_OUTCOME = 100 /* of messages only: how an input ended */
};

struct table_facts {
    const char *name;
    const char *insert;
    const char *rows;  /* of one study, in order, without its number; NULL for no part of one */
    const char *whole; /* of all current studies, in order, for export */
};

extern const struct table_facts tables[TABLE_COUNT];
extern const char schema_create[];
extern const char schema_list[];         /* numbers of the current studies, by path */
extern const char *const schema_merge[]; /* from the attached "part"; ends with NULL */
extern const char schema_merge_begin[];
extern const char schema_merge_end[];
extern const char schema_wide[]; /* responses with their values; the last five columns are
                                    ordinal, value, se, unit, verdict */

/* Measured values and absent responses, to learn limits from: path, patient_id, visit_date,
 * age_years, sex, height_cm, kind, nerve, side, record, stimulate, distance_mm, temperature_c,
 * flags, parameter, value, se, validity. */
extern const char schema_learn[];

#endif
