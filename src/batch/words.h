/* SPDX-License-Identifier: GPL-3.0-or-later
 * A text cut into words as a shell would, and nothing else of a shell: no variable, no command, no
 * pattern means anything.
 */
#ifndef BATCH_WORDS_H
#define BATCH_WORDS_H

#include <ranvier/error.h>

#include <stddef.h>

/* Blanks separate; '...' and "..." keep them; a backslash keeps the next character, inside "..."
 * only where that is a quote or a backslash. The text is changed and holds the words. RV_MISUSE: a
 * quote is not closed, a backslash stands last, or there are more than `most`. */
enum rv_status words_cut(char *text, char **words, size_t most, size_t *count,
                         struct rv_error *err);

#endif
