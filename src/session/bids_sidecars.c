/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which metadata files apply to a recording: those beside it and those of the folders above whose
 * names claim nothing that its name does not have (BIDS, the inheritance principle).
 */
#include "base/error.h"
#include "base/text.h"
#include "session/bids_recording.h"

#include <string.h>

struct lookup {
    const struct rv_bids_place *place;
    const struct rv_bids_name *data;
    const char *suffix, *extension;
    struct rv_bids_name best; /* of this level; file NULL: none yet */
};

/* Two at one level are against the rules, except that the one which names all of the recording
 * stands before one that names less of it. */
static enum rv_status consider(struct lookup *lookup, const char *file, struct rv_error *err)
{
    struct rv_bids_name name;
    size_t length = strlen(file), tail = strlen(lookup->extension);
    if (length <= tail || strcmp(file + length - tail, lookup->extension) != 0)
        return RV_OK;
    if (!rv_bids_name_read(file, lookup->place->arena, &name) ||
        strcmp(name.suffix, lookup->suffix) != 0 ||
        strcmp(name.extension, lookup->extension) != 0 || !rv_bids_applies(&name, lookup->data))
        return RV_OK;
    size_t all = lookup->data->count;
    if (lookup->best.file != NULL && (lookup->best.count == all) == (name.count == all))
        return rv_fail(err, RV_STUDY, "%s and %s both apply to %s: BIDS allows one in each folder",
                       lookup->best.file, file, lookup->data->file);
    if (lookup->best.file == NULL || name.count == all)
        lookup->best = name;
    return RV_OK;
}

/* The root may hold a hundred thousand subjects: what can be there is asked for by name. */
static enum rv_status search_root(struct lookup *lookup, struct rv_error *err)
{
    const struct rv_bids_name *data = lookup->data;
    enum rv_status status = RV_OK;
    for (size_t chosen = 0; chosen < (size_t)1 << data->count && status == RV_OK; chosen++) {
        struct rv_text file = {0};
        bool wanted = true;
        for (size_t i = 0; i < data->count; i++) {
            bool taken = (chosen >> i & 1) != 0;
            bool place = strcmp(data->keys[i], "sub") == 0 || strcmp(data->keys[i], "ses") == 0;
            wanted = wanted && !(taken && place);
            if (taken)
                rv_text_format(&file, "%s-%s_", data->keys[i], data->values[i]);
        }
        if (wanted) {
            rv_text_format(&file, "%s%s", lookup->suffix, lookup->extension);
            if (file.failed)
                status = rv_fail_memory(err);
            else if (rv_bids_exists(lookup->place, file.bytes))
                status = consider(lookup, file.bytes, err);
        }
        rv_text_finish(&file);
    }
    return status;
}

static enum rv_status search_folder(struct lookup *lookup, const char *folder, struct rv_error *err)
{
    const char *const *names;
    size_t count;
    const char *path = rv_bids_path(lookup->place, folder);
    if (path == NULL)
        return rv_fail_memory(err);
    if (!rv_bids_is_folder(path))
        return RV_OK;
    enum rv_status status = rv_bids_list(path, lookup->place->arena, &names, &count, err);
    for (size_t i = 0; i < count && status == RV_OK; i++)
        status = consider(lookup, names[i], err);
    return status;
}

enum rv_status rv_bids_sidecars(const struct rv_bids_place *place, const struct rv_bids_name *data,
                                const char *suffix, const char *extension,
                                const char *files[RV_BIDS_LEVELS], size_t *count,
                                struct rv_error *err)
{
    const char *const folders[RV_BIDS_LEVELS] = {
        "", rv_arena_format(place->arena, "sub-%s", place->subject),
        place->session != NULL ? place->inside : NULL,
        rv_arena_format(place->arena, "%s/emg", place->inside)};
    *count = 0;
    if (folders[1] == NULL || folders[3] == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < RV_BIDS_LEVELS; i++) {
        struct lookup lookup = {
            .place = place, .data = data, .suffix = suffix, .extension = extension};
        if (folders[i] == NULL)
            continue;
        enum rv_status status =
            i == 0 ? search_root(&lookup, err) : search_folder(&lookup, folders[i], err);
        if (status != RV_OK)
            return status;
        if (lookup.best.file == NULL)
            continue;
        files[*count] = i == 0
                            ? lookup.best.file
                            : rv_arena_format(place->arena, "%s/%s", folders[i], lookup.best.file);
        if (files[(*count)++] == NULL)
            return rv_fail_memory(err);
    }
    return RV_OK;
}

enum rv_status rv_bids_wrong(const char *file, const struct rv_table *table, size_t row,
                             const char *column, const char *expected, struct rv_error *err)
{
    char visible[520];
    const char *text = rv_table_cell(table, row, rv_table_column(table, column));
    rv_text_visible(text != NULL ? text : "n/a", text != NULL ? strlen(text) : 3, visible,
                    sizeof visible);
    return rv_fail(err, RV_STUDY, "%s: line %zu: %s is \"%s\"; expected %s", file,
                   table->lines[row], column, visible, expected);
}
