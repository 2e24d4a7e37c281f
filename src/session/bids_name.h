/* SPDX-License-Identifier: GPL-3.0-or-later
 * Names of files in a BIDS dataset: "sub-01_ses-1_task-ncs_run-1_emg.edf".
 */
#ifndef RV_SESSION_BIDS_NAME_H
#define RV_SESSION_BIDS_NAME_H

#include "base/arena.h"

enum { RV_BIDS_ENTITIES_MAX = 12 };

struct rv_bids_name {
    const char *file;                         /* as it stands in its folder */
    const char *keys[RV_BIDS_ENTITIES_MAX];   /* "sub" */
    const char *values[RV_BIDS_ENTITIES_MAX]; /* "01" */
    size_t count;
    const char *suffix;    /* "emg" */
    const char *extension; /* ".edf" */
};

/* false: not a BIDS name, or no memory. */
bool rv_bids_name_read(const char *file, struct rv_arena *arena, struct rv_bids_name *name);

/* The value of an entity; NULL. */
const char *rv_bids_entity(const struct rv_bids_name *name, const char *key);

/* May this metadata file speak of that data file? It names no entity that the other does not
 * have (BIDS, common principles: inheritance, rule 2c). Folder and suffix are the caller's. */
bool rv_bids_applies(const struct rv_bids_name *sidecar, const struct rv_bids_name *data);

/* A name that begins with `prefix` ("sub-") and goes on with letters and digits only. */
bool rv_bids_is_label(const char *text, const char *prefix);

#endif
