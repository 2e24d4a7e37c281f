/* SPDX-License-Identifier: GPL-3.0-or-later
 * The embedded tables: clinical knowledge as data.
 */
#ifndef RV_KNOWLEDGE_KNOWLEDGE_H
#define RV_KNOWLEDGE_KNOWLEDGE_H

#include <ranvier/study.h>

#include <stddef.h>

/* Bytes of an embedded table by file name ("nerves.tsv"); NULL when there is none. Static. */
const char *rv_knowledge_bytes(const char *name, size_t *length);
/* Names of the embedded tables; index from 0, NULL at the end. */
const char *rv_knowledge_name(size_t index);

/* Canonical words. A text is a canonical name or an alias, compared in its normal form (below):
 * case, points, dashes and underscores do not count. The result is static, NULL when the word is
 * not known. The kind decides where the record and stimulate words are looked for. */
const char *rv_word_nerve(const char *text);
const char *rv_word_muscle(const char *text);
const char *rv_word_record(const char *text);    /* recording sites and muscles */
const char *rv_word_stimulate(const char *text); /* stimulation sites */
/* The nearest known word, for "did you mean"; NULL. */
const char *rv_word_nearest_nerve(const char *text);
const char *rv_word_nearest_muscle(const char *text);
const char *rv_word_nearest_site(const char *text);
/* r, rt, right ... of the closed list of docs/labels.md; RV_SIDE_UNKNOWN for all else. */
enum rv_side rv_word_side(const char *text);

/* Builds the indexes of words; called by the others when needed, once. RV_INTERNAL when a table is
 * broken (a test walks all rows). */
enum rv_status rv_words_prepare(struct rv_error *err);

/* --- what the tables say of a canonical word ----------------------------------------------- */

enum rv_region { RV_REGION_UNKNOWN, RV_REGION_ARM, RV_REGION_LEG, RV_REGION_FACE, RV_REGION_TRUNK };

enum rv_region rv_nerve_region(const char *nerve);
/* "Superficial fibular"; NULL when it is no canonical name. */
const char *rv_nerve_display(const char *nerve);
/* Is a study of this kind usual on the nerve? */
bool rv_nerve_has_kind(const char *nerve, enum rv_kind kind);
enum rv_region rv_site_region(const char *site);
/* Grows from distal to proximal, to be compared within one region; 0: the table gives none. */
int rv_site_order(const char *site);
/* The nerve of a muscle; NULL: not known. */
const char *rv_muscle_nerve(const char *muscle);

/* Is the sensory potential of this nerve recorded at this site? (snaps.tsv) */
bool rv_snap_recorded_at(const char *nerve, const char *site);

/* The citation of a source ("C01"); NULL when the register has no such id. Static. */
const char *rv_citation(const char *source);

/* The band of plausible.tsv beyond which a number is a slip of unit or typing. A missing bound is
 * NaN. false: no such quantity. */
bool rv_plausible(const char *quantity, double *lower, double *upper);

/* --- for reading free text ----------------------------------------------------------------- */

enum rv_word_list { RV_WORDS_NERVE, RV_WORDS_SITE, RV_WORDS_MUSCLE };
enum { RV_WORD_LIST_COUNT = RV_WORDS_MUSCLE + 1, RV_WORD_LONGEST = 95 };

enum { RV_USE_RECORD = 1, RV_USE_STIMULATE = 2 };

struct rv_word {
    const char *normal;    /* normal form of a name or an alias */
    const char *name;      /* canonical */
    unsigned use;          /* sites and muscles: bits of RV_USE_ */
    bool part;             /* sites: a part of the limb, gives way to a more exact word */
    enum rv_region region; /* of nerves, sites and muscles */
};

/* Writes the normal form: ASCII letters small, apostrophes dropped, blanks and _ . , / ( ) - made
 * one blank. Returns its length; 0 when there is nothing or it is longer than RV_WORD_LONGEST. */
size_t rv_word_normal(const char *text, size_t length, char out[RV_WORD_LONGEST + 1]);
/* The word with this normal form; NULL. */
const struct rv_word *rv_word_find(enum rv_word_list list, const char *normal);

#endif
