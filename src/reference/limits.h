/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rows of a reference table, as read.
 */
#ifndef RV_REFERENCE_LIMITS_H
#define RV_REFERENCE_LIMITS_H

#include "base/arena.h"
#include "reference/judge.h"

/* From, included, to; NaN where the row says nothing. */
struct rv_stratum {
    double from, to;
};

struct rv_limit_row {
    const char *set;
    const char *nerve;  /* canonical; NULL: any */
    const char *record; /* canonical; NULL: any */
    enum rv_kind kind;
    const char *stimulate; /* canonical words separated by '|'; NULL: any */
    const char *distal;    /* the other end of the segment; NULL: any */
    enum rv_parameter parameter;
    enum rv_sex sex;                        /* unknown: both */
    struct rv_stratum age;                  /* completed years, `to` included */
    struct rv_stratum height_cm, bmi_kg_m2; /* `to` excluded */
    double per_year, per_leg_cm;            /* 0: not used */
    struct rv_limits limits;                /* as the row says */
};

struct rv_reference {
    struct rv_arena *arena;
    struct rv_reference_facts facts;
    const struct rv_limit_row *rows;
    size_t row_count;
    const char *chain[3]; /* sets in the order in which they are asked; NULL ends it */
};

extern const char rv_default_set[]; /* "NDTF 2016" */

/* Reads the bytes of a table into reference->rows; strict: RV_STUDY with the line. */
enum rv_status rv_limits_read(struct rv_reference *reference, const char *bytes, size_t length,
                              struct rv_error *err);

/* Is there a limit for the same study and parameter at this distance in another set? Its name;
 * NULL. */
const char *rv_limits_other_set(const struct rv_reference *reference,
                                const struct rv_response *response, enum rv_parameter parameter);

#endif
