/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where a path lies in a BIDS dataset, and which recordings are there.
 */
#include "session/bids_place.h"

#include "base/error.h"
#include "base/table.h"
#include "base/text.h"

#include <jansson.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A path that loses its last names one by one: the real one, and the given one as long as that
 * spells the same names. */
struct trail {
    char *real;
    char *given; /* NULL: it is spelled in another way */
};

const char *rv_bids_last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

const char *rv_bids_short_name(const struct rv_bids_name *recording, const char *file)
{
    const char *name = rv_bids_last_name(file);
    size_t stem =
        strlen(recording->file) - strlen(recording->suffix) - strlen(recording->extension);
    return strncmp(name, recording->file, stem) == 0 ? name + stem : name;
}

static void drop_slashes(char *path)
{
    for (size_t end = strlen(path); end > 1 && path[end - 1] == '/'; end--)
        path[end - 1] = '\0';
}

static void cut_last(char *path)
{
    char *name = path + (rv_bids_last_name(path) - path);
    if (name == path)
        strcpy(path, "."); /* a name is at least one byte long */
    else
        *name = '\0';
    drop_slashes(path);
}

static void step_up(struct trail *trail)
{
    if (trail->given != NULL &&
        strcmp(rv_bids_last_name(trail->given), rv_bids_last_name(trail->real)) != 0)
        trail->given = NULL;
    if (trail->given != NULL)
        cut_last(trail->given);
    cut_last(trail->real);
}

static const char *shown(const struct trail *trail, struct rv_arena *arena)
{
    return rv_arena_text(arena, trail->given != NULL ? trail->given : trail->real);
}

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), tail = strlen(ending);
    return length > tail && rv_text_equal_case(text + length - tail, ending);
}

static bool is_recording(const char *name)
{
    return ends_with(name, "_emg.edf") || ends_with(name, "_emg.bdf");
}

/* BIDSVersion of the dataset; *version NULL: the file is not that of a BIDS dataset. */
static enum rv_status read_description(const char *bytes, size_t length, struct rv_arena *arena,
                                       const char **version, struct rv_error *err)
{
    json_error_t problem;
    json_t *root = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &problem);
    if (root == NULL)
        return rv_fail(err, RV_STUDY, "line %d, column %d: %s", problem.line, problem.column,
                       problem.text);
    const json_t *value = json_object_get(root, "BIDSVersion");
    enum rv_status status = RV_OK;
    *version = NULL;
    if (value != NULL && !json_is_string(value))
        status = rv_fail(err, RV_STUDY, "BIDSVersion is not a text");
    else if (value != NULL && (*version = rv_arena_text(arena, json_string_value(value))) == NULL)
        status = rv_fail_memory(err);
    json_decref(root);
    return status;
}

static enum rv_status find_version(const char *root, struct rv_arena *arena, const char **version,
                                   struct rv_error *err)
{
    struct stat facts;
    char *bytes = NULL;
    size_t length = 0;
    char *path = rv_arena_format(arena, "%s/dataset_description.json", root);
    *version = NULL;
    if (path == NULL)
        return rv_fail_memory(err);
    if (stat(path, &facts) != 0)
        return RV_OK;
    enum rv_status status = rv_file_read(arena, path, RV_BIDS_JSON_BYTES, &bytes, &length, err);
    if (status == RV_OK)
        status = read_description(bytes, length, arena, version, err);
    if (status != RV_OK)
        return rv_fail_in(err, status == RV_DATA ? RV_STUDY : status, "dataset_description.json");
    return RV_OK;
}

/* Takes emg, ses-LABEL and sub-LABEL off the end of the trail. false: the names are not those. */
static bool climb(struct trail *trail, struct rv_bids_place *place)
{
    struct rv_arena *arena = place->arena;
    bool below = place->recording != NULL;
    if (strcmp(rv_bids_last_name(trail->real), "emg") == 0) {
        step_up(trail);
        below = true;
    } else if (below)
        return false;
    place->folder = shown(trail, arena);
    if (rv_bids_is_label(rv_bids_last_name(trail->real), "ses-")) {
        place->session = rv_arena_text(arena, rv_bids_last_name(trail->real) + strlen("ses-"));
        step_up(trail);
        below = true;
    }
    if (rv_bids_is_label(rv_bids_last_name(trail->real), "sub-")) {
        place->subject = rv_arena_text(arena, rv_bids_last_name(trail->real) + strlen("sub-"));
        step_up(trail);
        below = false;
    }
    return !below;
}

static enum rv_status settle(const struct trail *trail, struct rv_bids_place *place,
                             struct rv_error *err)
{
    struct rv_arena *arena = place->arena;
    place->root = shown(trail, arena);
    place->root_real = trail->real;
    place->inside = "";
    if (place->session != NULL)
        place->inside = rv_arena_format(arena, "sub-%s/ses-%s", place->subject, place->session);
    else if (place->subject != NULL)
        place->inside = rv_arena_format(arena, "sub-%s", place->subject);
    return place->root != NULL && place->inside != NULL && place->folder != NULL
               ? RV_OK
               : rv_fail_memory(err);
}

/* The folder to begin at: the path, or that of a recording. false: no such. */
static enum rv_status begin(const char *path, struct rv_bids_place *place, struct trail *trail,
                            struct rv_error *err)
{
    struct stat facts;
    struct rv_arena *arena = place->arena;
    trail->given = rv_arena_text(arena, path);
    trail->real = NULL;
    if (trail->given == NULL)
        return rv_fail_memory(err);
    if (stat(path, &facts) != 0)
        return RV_OK;
    drop_slashes(trail->given);
    if (!S_ISDIR(facts.st_mode)) {
        if (!is_recording(path))
            return RV_OK;
        place->recording = rv_arena_text(arena, rv_bids_last_name(path));
        cut_last(trail->given);
    }
    char *real = realpath(trail->given, NULL);
    if (real == NULL)
        return RV_OK;
    trail->real = rv_arena_text(arena, real);
    rv_release(real);
    return trail->real != NULL ? RV_OK : rv_fail_memory(err);
}

enum rv_status rv_bids_place_find(const char *path, struct rv_arena *arena, bool *found,
                                  struct rv_bids_place *place, struct rv_error *err)
{
    struct trail trail;
    *found = false;
    *place = (struct rv_bids_place){.arena = arena};
    enum rv_status status = begin(path, place, &trail, err);
    if (status != RV_OK || trail.real == NULL || !climb(&trail, place))
        return status;
    status = find_version(trail.real, arena, &place->version, err);
    if (status != RV_OK || place->version == NULL)
        return status;
    *found = true;
    return settle(&trail, place, err);
}

/* --- folders ------------------------------------------------------------------------------- */

bool rv_bids_is_folder(const char *path)
{
    struct stat facts;
    return path != NULL && lstat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum rv_status rv_bids_list(const char *folder, struct rv_arena *arena, const char *const **names,
                            size_t *count, struct rv_error *err)
{
    DIR *listing = opendir(folder);
    const char **items = NULL;
    size_t capacity = 0;
    bool good = true;
    *count = 0;
    if (listing == NULL)
        return rv_fail(err, errno == EACCES ? RV_PERMISSION : RV_NO_INPUT, "%s: %s", folder,
                       strerror(errno));
    for (const struct dirent *entry; good && (entry = readdir(listing)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        good = rv_grow(&items, &capacity, *count + 1, sizeof *items);
        if (good)
            good = (items[(*count)++] = rv_arena_text(arena, entry->d_name)) != NULL;
    }
    closedir(listing);
    if (good && *count > 1)
        qsort(items, *count, sizeof *items, by_bytes);
    *names = good ? rv_arena_copy(arena, items, *count, sizeof *items) : NULL;
    rv_release(items);
    return *names != NULL ? RV_OK : rv_fail_memory(err);
}

static bool same_label(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static enum rv_status read_name(const struct rv_bids_place *place, const char *file,
                                struct rv_bids_name *name, struct rv_error *err)
{
    char visible[520];
    rv_text_visible(file, strlen(file), visible, sizeof visible);
    if (!rv_bids_name_read(file, place->arena, name))
        return rv_fail(err, RV_STUDY,
                       "%s is no BIDS name: sub-LABEL[_ses-LABEL]_task-LABEL[…]_emg.edf is "
                       "expected",
                       visible);
    if (!same_label(rv_bids_entity(name, "sub"), place->subject) ||
        !same_label(rv_bids_entity(name, "ses"), place->session))
        return rv_fail(err, RV_STUDY, "%s lies in %s: its name is of another subject or session",
                       visible, place->inside);
    return RV_OK;
}

enum rv_status rv_bids_recordings(const struct rv_bids_place *place,
                                  const struct rv_bids_name **names, size_t *count,
                                  struct rv_error *err)
{
    const char *const *files = &place->recording;
    size_t file_count = 1;
    enum rv_status status = RV_OK;
    const char *folder = rv_arena_format(place->arena, "%s/emg", place->folder);
    *names = NULL;
    *count = 0;
    if (folder == NULL)
        return rv_fail_memory(err);
    if (place->recording == NULL && !rv_bids_is_folder(folder))
        return RV_OK;
    if (place->recording == NULL)
        status = rv_bids_list(folder, place->arena, &files, &file_count, err);
    if (status != RV_OK)
        return status;
    struct rv_bids_name *found = rv_arena_alloc(place->arena, file_count, sizeof *found);
    if (found == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < file_count && status == RV_OK; i++)
        if (is_recording(files[i]))
            status = read_name(place, files[i], &found[(*count)++], err);
    *names = found;
    return status;
}

/* --- files --------------------------------------------------------------------------------- */

const char *rv_bids_path(const struct rv_bids_place *place, const char *file)
{
    return rv_arena_format(place->arena, "%s/%s", place->root, file);
}

bool rv_bids_exists(const struct rv_bids_place *place, const char *file)
{
    struct stat facts;
    const char *path = rv_bids_path(place, file);
    return path != NULL && lstat(path, &facts) == 0;
}

enum rv_status rv_bids_check(const struct rv_bids_place *place, const char *file,
                             struct rv_error *err)
{
    struct stat facts;
    const char *path = rv_bids_path(place, file);
    if (path == NULL)
        return rv_fail_memory(err);
    char *real = realpath(path, NULL);
    if (real == NULL)
        return rv_fail(err, errno == EACCES ? RV_PERMISSION : RV_NO_INPUT, "%s: %s", file,
                       strerror(errno));
    size_t length = strlen(place->root_real);
    bool inside =
        strncmp(real, place->root_real, length) == 0 && (real[length] == '/' || length == 1);
    bool regular = stat(real, &facts) == 0 && S_ISREG(facts.st_mode);
    rv_release(real);
    if (!inside)
        return rv_fail(err, RV_STUDY, "%s is a link to a place outside of the dataset", file);
    return regular ? RV_OK : rv_fail(err, RV_NO_INPUT, "%s is not a regular file", file);
}

static bool note_path(struct rv_bids_paths *paths, const char *path)
{
    if (paths == NULL)
        return true;
    if (!rv_grow(&paths->items, &paths->capacity, paths->count + 1, sizeof *paths->items))
        return false;
    paths->items[paths->count++] = path;
    return true;
}

enum rv_status rv_bids_read(const struct rv_bids_place *place, const char *file, size_t limit,
                            char **bytes, size_t *length, struct rv_error *err)
{
    enum rv_status status = rv_bids_check(place, file, err);
    if (status != RV_OK)
        return status;
    const char *path = rv_bids_path(place, file);
    if (path == NULL || !note_path(place->paths, path))
        return rv_fail_memory(err);
    status = rv_file_read(place->arena, path, limit, bytes, length, err);
    return status == RV_OK ? RV_OK
                           : rv_fail_in(err, status == RV_DATA ? RV_STUDY : status, "%s", file);
}
