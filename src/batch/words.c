/* SPDX-License-Identifier: GPL-3.0-or-later
 * A text cut into words.
 */
#include "batch/words.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static enum rv_status misuse(struct rv_error *err, const char *problem)
{
    snprintf(err->text, sizeof err->text, "%s", problem);
    return err->status = RV_MISUSE;
}

static bool is_escape(char quote, const char *c)
{
    bool kept = quote == '\0' || (quote == '"' && (c[1] == '"' || c[1] == '\\'));
    return *c == '\\' && kept;
}

/* A quote that begins or ends here is noted and is no part of the word. */
static bool turns(char *quote, char c)
{
    bool begins = *quote == '\0' && (c == '\'' || c == '"');
    bool ends = *quote != '\0' && c == *quote;
    if (begins || ends)
        *quote = begins ? c : '\0';
    return begins || ends;
}

/* Moves one word from *from to *to, without its quotes. NULL, or what is wrong with it. */
static const char *take_word(const char **from, char **to)
{
    char quote = '\0';
    const char *c = *from;
    for (; *c != '\0' && (quote != '\0' || strchr(" \t", *c) == NULL); c++) {
        if (turns(&quote, *c))
            continue;
        if (is_escape(quote, c) && *++c == '\0')
            return "a backslash stands at the end";
        *(*to)++ = *c;
    }
    *from = c;
    return quote == '\0' ? NULL : quote == '"' ? "a \" is not closed" : "a ' is not closed";
}

enum rv_status words_cut(char *text, char **words, size_t most, size_t *count, struct rv_error *err)
{
    const char *from = text;
    char *to = text;
    *count = 0;
    for (from += strspn(from, " \t"); *from != '\0'; from += strspn(from, " \t")) {
        if (*count == most)
            return misuse(err, "there are too many words");
        words[(*count)++] = to;
        const char *problem = take_word(&from, &to);
        if (problem != NULL)
            return misuse(err, problem);
        if (*from != '\0')
            from++; /* before the end of the word is written: it may lie on this blank */
        *to++ = '\0';
    }
    return RV_OK;
}
