/* SPDX-License-Identifier: GPL-3.0-or-later
 * The embedded tables: clinical knowledge as data.
 */
#ifndef RV_KNOWLEDGE_KNOWLEDGE_H
#define RV_KNOWLEDGE_KNOWLEDGE_H

#include <ranvier/error.h>

#include <stddef.h>

/* Bytes of an embedded table by file name ("nerves.tsv"); NULL when there is none. Static. */
const char *rv_knowledge_bytes(const char *name, size_t *length);
/* Names of the embedded tables; index from 0, NULL at the end. */
const char *rv_knowledge_name(size_t index);

/* Canonical words. A text is a canonical name or an alias (ASCII case does not count); the result
 * is static, NULL when the word is not known. The kind decides where the record and stimulate
 * words are looked for. */
const char *rv_word_nerve(const char *text);
const char *rv_word_muscle(const char *text);
const char *rv_word_record(const char *text);    /* recording sites and muscles */
const char *rv_word_stimulate(const char *text); /* stimulation sites */
/* The nearest known word, for "did you mean"; NULL. */
const char *rv_word_nearest_nerve(const char *text);
const char *rv_word_nearest_muscle(const char *text);
const char *rv_word_nearest_site(const char *text);

/* Builds the indexes of words; called by the others when needed, once. RV_INTERNAL when a table is
 * broken (a test walks all rows). */
enum rv_status rv_words_prepare(struct rv_error *err);

#endif
