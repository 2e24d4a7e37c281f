/* SPDX-License-Identifier: GPL-3.0-or-later
 * Texts from outside on a terminal.
 */
#ifndef BATCH_SHOW_H
#define BATCH_SHOW_H

#include <stdio.h>

/* Hidden characters as \x1b or \u202e, bytes that are no UTF-8 as \x9b. */
void show_text(FILE *out, const char *text);

#endif
