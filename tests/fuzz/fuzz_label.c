/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: labels of EMG machines. What is understood is canonical, what is not fits the
 * storage, and reading the answer again finds no side and no distance that were not there.
 */
#include "knowledge/knowledge.h"

#include <ranvier/source.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
    if (!truth)
        abort();
}

static bool is_itself(const char *(*find)(const char *), const char *word)
{
    const char *found = word != NULL ? find(word) : NULL;
    return word == NULL || (found != NULL && strcmp(found, word) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    char *storage = malloc(strlen(text) + 1);
    if (storage != NULL) {
        struct rv_label label;
        rv_label_read(text, storage, &label);
        require(is_itself(rv_word_nerve, label.nerve));
        require(is_itself(rv_word_record, label.record));
        require(is_itself(rv_word_stimulate, label.stimulate));
        require(isnan(label.distance_mm) || (label.distance_mm >= 10 && label.distance_mm <= 1000));
        require(!label.conflict || label.nerve == NULL || label.side == RV_SIDE_UNKNOWN);
        require(label.not_understood == NULL || strlen(label.not_understood) <= strlen(text));
    }
    free(storage);
    free(text);
    return 0;
}
