/* SPDX-License-Identifier: GPL-3.0-or-later
 * What an annotation says of a stimulus.
 */
#ifndef RV_EPOCH_ANNOTATION_H
#define RV_EPOCH_ANNOTATION_H

#include "base/text.h"

#include <ranvier/source.h>

/* "8.2mA", "15 mA", "120V": the number before a unit; NaN where the text has none. */
double rv_number_before(const char *text, const char *unit);

/* A word of the annotation begins with "stim", "trig", "shock" or "ttl". */
bool rv_reads_as_stimulus(const struct rv_event *event);

/* The text is the one that is wanted (ASCII case does not count); not `whole`: it begins so, up to
 * the end of a word. */
bool rv_text_fits(const char *text, const char *wanted, bool whole);

/* The same words in the same order when words that hold a digit are left out: intensities,
 * distances, running numbers. */
bool rv_same_but_numbers(const char *a, const char *b);

/* Appends the first few different texts of a recording, in quotes. */
void rv_list_texts(const struct rv_recording *recording, struct rv_text *list);

#endif
