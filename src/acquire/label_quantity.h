/* SPDX-License-Identifier: GPL-3.0-or-later
 * Numbers with units in the free text of an EMG machine.
 */
#ifndef RV_ACQUIRE_LABEL_QUANTITY_H
#define RV_ACQUIRE_LABEL_QUANTITY_H

#include "acquire/label_token.h"

#include <ranvier/source.h>

/* Fills distance, current, voltage and pulse width, and marks the words they were read from. What
 * could be something else (a range, a height, a latency) is left alone. */
void rv_label_quantities(struct rv_label_tokens *tokens, struct rv_label *label);

/* Is this a word for the recording electrode ("rec", "active")? For the stimulus ("stim")? */
bool rv_label_says_record(const struct rv_label_token *token);
bool rv_label_says_stimulate(const struct rv_label_token *token);

#endif
