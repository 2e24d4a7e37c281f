/* SPDX-License-Identifier: GPL-3.0-or-later
 * The working state of one interpretation: tables, the muscles and nerves as items with their
 * verdicts, and the lists that grow. Everything lives in the arena of the report.
 */
#ifndef RV_INTERPRET_READING_H
#define RV_INTERPRET_READING_H

#include "base/table.h"

#include <ranvier/result.h>

/* Three-valued logic: "not assessed" is neither true nor false. */
enum rv_truth { RV_NOT_ASSESSED, RV_FALSE, RV_TRUE };

enum { RV_ROOT_COUNT = 12 };
/* "C4" ... "S2" in the order of the columns of muscles.tsv; NULL beyond. */
const char *rv_root_name(size_t root);
/* Index of a root's name; RV_ROOT_COUNT when it is none. */
size_t rv_root_find(const char *name);

struct rv_muscle_facts {
    const char *name, *aliases, *nerve, *branch, *plexus, *trunk, *cord, *region, *segment,
        *position;
    const char *paraspinal; /* NULL: a limb muscle */
    const char *special;    /* anal sphincter, tongue, sternocleidomastoid; NULL */
    double weight[RV_ROOT_COUNT];
    bool distal;
};

/* One row of needle.tsv with its verdict. */
struct rv_muscle_item {
    const struct rv_needle *needle;
    const struct rv_muscle_facts *facts; /* NULL: not in the table */
    const char *id;                      /* "N01" */
    enum rv_side side;
    enum rv_muscle_verdict verdict;
    const char *reason;
    double strength; /* 1 definite, 0.5 chronic or uncertain, -1 normal, 0 says nothing */
    bool active, chronic, fasciculating, recruitment_only;
    int grade;             /* of fibrillations and sharp waves; -1 unknown */
    const char *explained; /* pattern that explains it; NULL */
};

/* A sensory potential, or a compound muscle potential at its most distal site. */
struct rv_nerve_item {
    size_t measurement;
    bool motor;
    const char *id;
    const char *nerve, *record;
    enum rv_side side;
    const char *snap_roots;              /* sensory: of snaps.tsv; NULL */
    const struct rv_muscle_facts *facts; /* motor: the recorded muscle; NULL */
    enum rv_truth low;                   /* absent, below the limit, or far below the other side */
    bool below_limit, below_side;
    bool symmetric;   /* the other side is as low: not the mark of a lesion of one side */
    double amplitude; /* 0 absent, NaN unknown */
    double side_drop; /* percent below the other side; NaN */
    const char *explained;
};

struct rv_strings {
    const char **items;
    size_t count, capacity;
};

/* A pattern while it is being made. */
struct rv_draft {
    struct rv_pattern pattern;
    struct rv_strings roots, evidence_for, evidence_against, missing, rules;
    const char *lesion;    /* row of lesions.tsv whose territory it explains; NULL */
    const char *statement; /* id of statements.tsv; NULL: the pattern word */
    const char *detail;    /* goes into the statement where it says {detail}; NULL */
    double cost;           /* violations that remain */
};

/* A row of predicates.tsv and what it came to on the right [RV_RIGHT] and the left [RV_LEFT];
 * [0] holds what was asked of both sides at once. */
struct rv_predicate {
    const char *id, *test, *of, *parameter, *relation, *text, *source;
    double number;
    size_t count;
    struct rv_outcome {
        enum rv_truth truth;
        double value; /* that was compared; NaN */
        struct rv_strings evidence;
    } on[3];
};

struct rv_named_table {
    const char *name;
    struct rv_table table;
};
enum { RV_TABLE_COUNT = 16 };

struct rv_reading {
    struct rv_report *report;
    const struct rv_study *study;
    const struct rv_measurement *measurements;
    size_t measurement_count;
    struct rv_arena *arena;
    struct rv_named_table tables[RV_TABLE_COUNT];
    size_t table_count;
    struct rv_muscle_facts *facts;
    size_t fact_count;
    struct rv_muscle_item *muscles;
    size_t muscle_count;
    struct rv_nerve_item *nerves;
    size_t nerve_count;
    struct rv_finding *findings;
    size_t finding_count, finding_capacity;
    struct rv_draft *drafts;
    size_t draft_count, draft_capacity;
    struct rv_predicate *predicates; /* rows of predicates.tsv */
    size_t predicate_count;
    bool cold;               /* a limb below the temperature at which values are refused */
    size_t cold_value_count; /* abnormal values set aside for it */
    double days_since_onset; /* NaN unknown */
    bool failed;             /* no memory */
    const char *lacking;     /* a number or table that is not there; NULL */
};

enum rv_status rv_reading_open(struct rv_reading *reading, struct rv_report *report,
                               struct rv_error *err);
/* RV_OK, or what went wrong on the way. */
enum rv_status rv_reading_check(const struct rv_reading *reading, struct rv_error *err);

const struct rv_table *rv_reading_table(struct rv_reading *reading, const char *name);
const char *rv_reading_cell(struct rv_reading *reading, const char *table, size_t row,
                            const char *column);
/* A number of thresholds.tsv. */
double rv_reading_number(struct rv_reading *reading, const char *id);
const struct rv_muscle_facts *rv_reading_facts(const struct rv_reading *reading,
                                               const char *muscle);

void *rv_reading_grow(struct rv_reading *reading, void *items, size_t count, size_t *capacity,
                      size_t size);
const char *rv_reading_format(struct rv_reading *reading, const char *format, ...) RV_PRINTF(2, 3);
/* The citations of a list of sources ("C28|C29"), separated by "; ". */
const char *rv_reading_citations(struct rv_reading *reading, const char *sources);
void rv_strings_add(struct rv_reading *reading, struct rv_strings *strings, const char *text);
void rv_strings_add_once(struct rv_reading *reading, struct rv_strings *strings, const char *text);
bool rv_strings_have(const struct rv_strings *strings, const char *text);

/* Whether a word stands in a list separated by '|'. NULL lists hold nothing. */
bool rv_list_has(const char *list, const char *word);
/* The next word of a list: sets text and length; returns the rest, NULL at the end. */
const char *rv_list_next(const char *list, const char **word, size_t *length);

void rv_reading_finding(struct rv_reading *reading, const char *id, double p,
                        const struct rv_strings *evidence, const char *text);
/* NULL: no memory. The pointer holds until the next draft is made. */
struct rv_draft *rv_reading_draft(struct rv_reading *reading, const char *pattern,
                                  enum rv_side side, enum rv_pattern_grade grade);
struct rv_draft *rv_reading_find_draft(struct rv_reading *reading, const char *pattern,
                                       enum rv_side side);

static inline enum rv_side rv_other_side(enum rv_side side)
{
    return side == RV_RIGHT ? RV_LEFT : RV_RIGHT;
}

#endif
