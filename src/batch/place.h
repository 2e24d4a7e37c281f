/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the results of a study stand in a BIDS dataset: labels made from its path.
 */
#ifndef BATCH_PLACE_H
#define BATCH_PLACE_H

#include <stdbool.h>
#include <stddef.h>

enum { LABEL_SIZE = 64 };

struct place {
    char subject[LABEL_SIZE]; /* "01"; letters and digits */
    char session[LABEL_SIZE]; /* "" */
    const char *rest;         /* of the path: "_task-ncs_run-1" of a single recording; "" */
    size_t rest_length;
    size_t root_length; /* of the path: its BIDS dataset; 0 where it is in none */
    bool bids;
};

/* From a path ROOT/sub-LABEL[/ses-LABEL][/emg/NAME_emg.edf]; another path gets a subject of its
 * own: the letters and digits of its last name, x, and twelve digits of the hash of the path. */
void place_read(const char *path, struct place *place);
/* Where results of several datasets come together: a subject is one of its root. */
void place_separate(const char *path, struct place *place);

#endif
