/* SPDX-License-Identifier: GPL-3.0-or-later
 * JSON sidecars of a BIDS dataset, merged key by key: the nearest file wins.
 */
#ifndef RV_SESSION_BIDS_JSON_H
#define RV_SESSION_BIDS_JSON_H

#include "session/bids_place.h"

#include <jansson.h>

struct rv_bids_json {
    struct rv_arena *arena;
    json_t *values;  /* one object; NULL: there is no file */
    json_t *sources; /* key to the file that it is from */
};

/* From the root down. RV_STUDY with file, line and column for what is no JSON, names a key twice
 * or is no object. Finish it in any case. */
enum rv_status rv_bids_json_read(const struct rv_bids_place *place, const char *const *files,
                                 size_t count, struct rv_bids_json *json, struct rv_error *err);
void rv_bids_json_finish(struct rv_bids_json *json);

/* Is the key there, be it as "n/a"? */
bool rv_bids_json_has(const struct rv_bids_json *json, const char *key);
/* NaN where the key is missing, null or "n/a"; RV_STUDY for another type. */
enum rv_status rv_bids_json_number(const struct rv_bids_json *json, const char *key, double *number,
                                   struct rv_error *err);
/* NULL likewise. */
enum rv_status rv_bids_json_text(const struct rv_bids_json *json, const char *key,
                                 const char **text, struct rv_error *err);
/* A text, or an object as compact JSON; NULL likewise. */
enum rv_status rv_bids_json_any(const struct rv_bids_json *json, const char *key, const char **text,
                                struct rv_error *err);

/* What a data dictionary says of a column: its unit, and the meaning of one of its levels; NULL
 * where it says nothing. RV_STUDY where the entry has another form. */
enum rv_status rv_bids_json_unit(const struct rv_bids_json *json, const char *column,
                                 const char **unit, struct rv_error *err);
enum rv_status rv_bids_json_level(const struct rv_bids_json *json, const char *column,
                                  const char *level, const char **meaning, struct rv_error *err);

#endif
