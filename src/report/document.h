/* SPDX-License-Identifier: GPL-3.0-or-later
 * The report as a document: sections of facts, paragraphs, lists, tables and plots. Every text in
 * it is rounded, worded and clean (one line of valid UTF-8 without control characters), so that a
 * renderer only lays out and escapes for its own syntax. Lists are linked; the arena owns all.
 */
#ifndef RV_REPORT_DOCUMENT_H
#define RV_REPORT_DOCUMENT_H

#include "base/arena.h"

#include <ranvier/result.h>

/* --- tables -------------------------------------------------------------------------------- */

enum rv_cell_state {
    RV_CELL_EMPTY,          /* does not apply here */
    RV_CELL_TEXT,           /* words */
    RV_CELL_VALUE,          /* a number, `error` its standard error */
    RV_CELL_ABSENT,         /* looked for, not there: NR */
    RV_CELL_UNTESTED,       /* nobody looked */
    RV_CELL_NOT_MEASURABLE, /* looked for, could not tell; the first note says why */
    RV_CELL_WITHHELD        /* not to be trusted; the first note says why */
};

enum { RV_CELL_NOTES = 5 };

struct rv_cell {
    enum rv_cell_state state;
    const char *text;
    const char *error; /* "0.02"; NULL */
    enum rv_judgement judgement;
    bool unverified; /* its limit was not confirmed in its source */
    enum rv_by by;   /* RV_BY_ENTERED and RV_BY_HAND are marked */
    const char *notes[RV_CELL_NOTES];
    size_t note_count;
};

enum rv_column_kind { RV_COLUMN_ID, RV_COLUMN_TEXT, RV_COLUMN_NUMBER };

struct rv_column {
    enum rv_column_kind kind;
    const char *title;
    const char *unit; /* second line of the head; NULL */
    bool used;        /* false: every cell is empty, the column is left out */
};

struct rv_row {
    struct rv_row *next;
    const char *group; /* a heading over the rows that follow, in place of cells; NULL */
    enum rv_side side; /* for its colour */
    struct rv_cell *cells;
};

/* --- plots --------------------------------------------------------------------------------- */

enum rv_curve_style { RV_CURVE_SWEEP, RV_CURVE_REJECTED, RV_CURVE_TAIL, RV_CURVE_AVERAGE };

struct rv_curve {
    struct rv_curve *next;
    enum rv_curve_style style;
    const double *samples;
    size_t count;
    double start; /* x of sample 0 */
    double step;  /* x from sample to sample */
};

struct rv_plot_mark {
    struct rv_plot_mark *next;
    const char *label; /* "O" */
    double x, x_se;    /* x_se NaN: not known */
    double y;
    bool through; /* a line through the whole plot instead of a tick on the curve */
};

enum { RV_LANE_LINES = 4 };

/* One trace with its own baseline. */
struct rv_lane {
    struct rv_lane *next;
    const char *label;
    const char *lines[RV_LANE_LINES]; /* under the label */
    size_t line_count;
    double center; /* y of the baseline, in the unit of the samples */
    struct rv_curve *curves;
    struct rv_plot_mark *marks;
};

/* Traces one above the other, one time axis, one gain; negative up. */
struct rv_plot {
    const char *title;
    const char *scale; /* "2 ms/div, 5 mV/div, negative up" */
    const char *legend;
    enum rv_side side;
    double x_from, x_to, x_division;
    double y_division;    /* in the unit of the samples */
    double up, down;      /* divisions above and below the baseline of each lane */
    double division_size; /* height of a division in pixel */
    const char *y_label;  /* "5 mV" */
    size_t lane_count;
    struct rv_lane *lanes;
};

/* --- the document -------------------------------------------------------------------------- */

enum rv_block_kind {
    RV_BLOCK_FACTS, /* items with label and text */
    RV_BLOCK_TEXT,  /* a paragraph */
    RV_BLOCK_LIST,
    RV_BLOCK_TABLE,
    RV_BLOCK_PLOT,
    RV_BLOCK_CHARTS /* small ones beside each other; report/chart.h */
};

enum rv_tone { RV_TONE_PLAIN, RV_TONE_LEAD, RV_TONE_SMALL, RV_TONE_WARNING, RV_TONE_PROBLEM };

struct rv_item {
    struct rv_item *next;
    const char *label; /* NULL */
    const char *text;
    enum rv_tone tone;
};

struct rv_part {
    struct rv_part *next;
    enum rv_block_kind kind;
    enum rv_tone tone;
    const char *title; /* NULL */
    const char *text;
    struct rv_item *items;
    struct rv_column *columns;
    size_t column_count;
    struct rv_row *rows;
    struct rv_plot *plot;
    struct rv_chart *charts;
};

struct rv_section {
    struct rv_section *next;
    const char *id; /* "motor" */
    const char *title;
    struct rv_part *parts;
};

struct rv_document {
    struct rv_arena *arena;
    const char *title;
    const char *subject; /* patient and date in one line */
    struct rv_section *sections;
    bool failed; /* no memory: at least one part is missing */
};

/* --- building ------------------------------------------------------------------------------ */

/* Sections come into being with their first part; all of these return NULL, and set `failed`,
 * when there is no memory, and take NULL. */
struct rv_section *rv_document_section(struct rv_document *document, const char *id,
                                       const char *title);
struct rv_part *rv_section_part(struct rv_document *document, struct rv_section *section,
                                enum rv_block_kind kind, const char *title);
void rv_section_text(struct rv_document *document, struct rv_section *section, const char *title,
                     const char *text, enum rv_tone tone);
/* An item without text is not added. */
void rv_part_item(struct rv_document *document, struct rv_part *part, const char *label,
                  const char *text, enum rv_tone tone);
/* A table with a copy of `columns`. */
struct rv_part *rv_section_table(struct rv_document *document, struct rv_section *section,
                                 const char *title, const struct rv_column *columns, size_t count);
struct rv_row *rv_table_row(struct rv_document *document, struct rv_part *table, enum rv_side side);
void rv_table_group(struct rv_document *document, struct rv_part *table, enum rv_side side,
                    const char *heading);
/* Finds out which columns hold something. */
void rv_table_settle(struct rv_part *table);
struct rv_cell rv_cell_text(const char *text); /* NULL: an empty cell */
void rv_cell_note(struct rv_cell *cell, const char *note);

struct rv_lane *rv_plot_lane(struct rv_document *document, struct rv_plot *plot, const char *label);
void rv_lane_line(struct rv_lane *lane, const char *line);
void rv_lane_curve(struct rv_document *document, struct rv_lane *lane,
                   const struct rv_curve *curve);
void rv_lane_mark(struct rv_document *document, struct rv_lane *lane,
                  const struct rv_plot_mark *mark);

/* Texts in the arena of the document: never NULL ("" and `failed` when there is no memory). */
const char *rv_document_format(struct rv_document *document, const char *format, ...)
    RV_PRINTF(2, 3);
const char *rv_document_clean(struct rv_document *document, const char *text); /* NULL stays */
/* a, a joined b; either may be NULL. */
const char *rv_document_join(struct rv_document *document, const char *a, const char *between,
                             const char *b);

#endif
