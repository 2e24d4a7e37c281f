/* SPDX-License-Identifier: GPL-3.0-or-later
 * Free text of an EMG machine cut into words and numbers.
 */
#ifndef RV_ACQUIRE_LABEL_TOKEN_H
#define RV_ACQUIRE_LABEL_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

enum { RV_LABEL_TOKENS = 96 };

/* What a word was understood as; the words of a class are given back when they disagree. */
enum rv_label_class {
    RV_LABEL_OTHER,
    RV_LABEL_NERVE,
    RV_LABEL_SIDE,
    RV_LABEL_KIND,
    RV_LABEL_DISTANCE
};

struct rv_label_token {
    const char *text; /* in the storage, not terminated */
    size_t length;
    char before; /* the separator before it; ' ' for blanks and underscores, '\0' at the start */
    bool minus;  /* a sign, not a dash between words */
    bool used;   /* understood */
    enum rv_label_class what;
};

struct rv_label_tokens {
    size_t count;
    struct rv_label_token items[RV_LABEL_TOKENS];
};

/* Copies the text into `storage` (strlen(text) + 1 bytes hold it), with micro signs as u, other
 * dashes as -, decimal commas as points, and cuts it. false: more words than a label has. */
bool rv_label_cut(const char *text, char *storage, struct rv_label_tokens *tokens);

/* Gives the words of a class back: they are not understood after all. */
void rv_label_give_back(struct rv_label_tokens *tokens, enum rv_label_class what);

/* The number at the beginning of a token; returns its length, 0 when there is none. */
size_t rv_label_number(const struct rv_label_token *token, double *number);
/* Is the token this word (ASCII case does not count)? */
bool rv_label_is(const struct rv_label_token *token, const char *word);
/* Is it one of the words of a NULL-ended list? */
bool rv_label_in(const struct rv_label_token *token, const char *const *words);

#endif
