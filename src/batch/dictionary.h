/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the columns of the exported tables mean: data dictionaries as BIDS has them.
 */
#ifndef BATCH_DICTIONARY_H
#define BATCH_DICTIONARY_H

#include <stddef.h>
#include <stdio.h>

/* One JSON object, an entry a column: Description, Units, Levels. */
void dictionary_write(FILE *file, const char *table, const char *const *names, size_t count);

#endif
