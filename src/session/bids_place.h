/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where a path lies in a BIDS dataset: ROOT/sub-LABEL[/ses-LABEL][/emg[/NAME_emg.edf]].
 */
#ifndef RV_SESSION_BIDS_PLACE_H
#define RV_SESSION_BIDS_PLACE_H

#include "session/bids_name.h"

enum { RV_BIDS_JSON_BYTES = 4 << 20, RV_BIDS_TABLE_BYTES = 16 << 20 };

/* Paths of the sidecars that were read; heap. */
struct rv_bids_paths {
    const char **items;
    size_t count, capacity;
};

struct rv_bids_place {
    struct rv_arena *arena;
    struct rv_bids_paths *paths; /* where rv_bids_read notes what it reads; NULL: nowhere */
    const char *root;            /* of the dataset, to be opened; as given where that is possible */
    const char *root_real;       /* the same, links followed */
    const char *version;         /* BIDSVersion */
    const char *subject;         /* label; NULL: the path is the dataset */
    const char *session;         /* label; NULL: none */
    const char *inside;          /* folder of the study within the root: "sub-01/ses-1" */
    const char *folder;          /* the same, to be opened */
    const char *recording;       /* NULL: the study is all that its folder holds */
};

/* *found is false where the path is not in a BIDS dataset, or at no place where EMG is. RV_STUDY
 * where dataset_description.json is broken. Everything lives in `arena`. */
enum rv_status rv_bids_place_find(const char *path, struct rv_arena *arena, bool *found,
                                  struct rv_bids_place *place, struct rv_error *err);

/* The visible names of a folder, sorted by their bytes. */
enum rv_status rv_bids_list(const char *folder, struct rv_arena *arena, const char *const **names,
                            size_t *count, struct rv_error *err);
/* What stands behind the last slash. */
const char *rv_bids_last_name(const char *path);
/* A sidecar for people: "channels.tsv" where the rest of its name is that of the recording. */
const char *rv_bids_short_name(const struct rv_bids_name *recording, const char *file);
/* A folder that is no link. */
bool rv_bids_is_folder(const char *path);

/* The recordings of a study, sorted by name. RV_STUDY for one whose name is not of this study. */
enum rv_status rv_bids_recordings(const struct rv_bids_place *place,
                                  const struct rv_bids_name **names, size_t *count,
                                  struct rv_error *err);

/* Path to open of a file, given within the root. NULL: no memory. */
const char *rv_bids_path(const struct rv_bids_place *place, const char *file);
/* Is there something of this name, be it a broken link? */
bool rv_bids_exists(const struct rv_bids_place *place, const char *file);
/* A link may lead to another place in the dataset, not out of it (RV_STUDY, RV_NO_INPUT). */
enum rv_status rv_bids_check(const struct rv_bids_place *place, const char *file,
                             struct rv_error *err);
/* Reads a sidecar whole into the arena. The sentence of an error names the file. */
enum rv_status rv_bids_read(const struct rv_bids_place *place, const char *file, size_t limit,
                            char **bytes, size_t *length, struct rv_error *err);

/* The metadata files of a suffix and an extension that apply to a recording, from the root down,
 * as paths within the root: at most one at each level. RV_STUDY where two do. */
enum { RV_BIDS_LEVELS = 4 };
enum rv_status rv_bids_sidecars(const struct rv_bids_place *place, const struct rv_bids_name *data,
                                const char *suffix, const char *extension,
                                const char *files[RV_BIDS_LEVELS], size_t *count,
                                struct rv_error *err);

#endif
