/* SPDX-License-Identifier: GPL-3.0-or-later
 * The studies of a BIDS dataset, and what the measuring of one depends on.
 */
#include "base/error.h"
#include "base/table.h"
#include "base/text.h"
#include "session/bids.h"
#include "session/bids_people.h"
#include "session/bids_recording.h"

#include <ranvier/ranvier.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- studies ------------------------------------------------------------------------------- */

struct finder {
    struct rv_arena *arena;
    struct rv_bids_study *items; /* heap */
    size_t count, capacity;
};

static uint64_t size_of(const char *path)
{
    struct stat facts;
    return path != NULL && stat(path, &facts) == 0 && S_ISREG(facts.st_mode)
               ? (uint64_t)facts.st_size
               : 0;
}

static bool ends_as_recording(const char *name)
{
    size_t length = strlen(name);
    return length > 8 && (rv_text_equal_case(name + length - 8, "_emg.edf") ||
                          rv_text_equal_case(name + length - 8, "_emg.bdf"));
}

/* The folder of a subject or a session is a study where its folder emg holds a recording. */
static enum rv_status consider(struct finder *finder, const char *folder, struct rv_error *err)
{
    const char *emg = rv_arena_format(finder->arena, "%s/emg", folder);
    const char *const *names;
    size_t count, recordings = 0;
    uint64_t bytes = 0;
    if (emg == NULL)
        return rv_fail_memory(err);
    if (!rv_bids_is_folder(emg))
        return RV_OK;
    enum rv_status status = rv_bids_list(emg, finder->arena, &names, &count, err);
    if (status != RV_OK)
        return status;
    for (size_t i = 0; i < count; i++) {
        recordings += ends_as_recording(names[i]) ? 1 : 0;
        bytes += size_of(rv_arena_format(finder->arena, "%s/%s", emg, names[i]));
    }
    if (recordings == 0)
        return RV_OK;
    if (!rv_grow(&finder->items, &finder->capacity, finder->count + 1, sizeof *finder->items))
        return rv_fail_memory(err);
    finder->items[finder->count++] = (struct rv_bids_study){folder, bytes};
    return RV_OK;
}

/* Folders LABEL with this prefix, in order; links are not entered. */
static enum rv_status find_below(struct finder *finder, const char *folder, const char *prefix,
                                 enum rv_status (*each)(struct finder *, const char *,
                                                        struct rv_error *),
                                 struct rv_error *err)
{
    const char *const *names;
    size_t count;
    enum rv_status status = rv_bids_list(folder, finder->arena, &names, &count, err);
    size_t length = status == RV_OK ? strlen(folder) : 0;
    bool slash = length > 0 && folder[length - 1] == '/';
    for (size_t i = 0; status == RV_OK && i < count; i++) {
        if (!rv_bids_is_label(names[i], prefix))
            continue;
        const char *path =
            rv_arena_format(finder->arena, "%s%s%s", folder, slash ? "" : "/", names[i]);
        if (path == NULL)
            return rv_fail_memory(err);
        if (rv_bids_is_folder(path))
            status = each(finder, path, err);
    }
    return status;
}

static enum rv_status find_of_subject(struct finder *finder, const char *folder,
                                      struct rv_error *err)
{
    enum rv_status status = consider(finder, folder, err);
    return status == RV_OK ? find_below(finder, folder, "ses-", consider, err) : status;
}

static enum rv_status find_studies(struct finder *finder, const struct rv_bids_place *place,
                                   struct rv_error *err)
{
    if (place->subject == NULL)
        return find_below(finder, place->root, "sub-", find_of_subject, err);
    if (place->session == NULL)
        return find_of_subject(finder, place->folder, err);
    return consider(finder, place->folder, err);
}

enum rv_status rv_bids_studies(const char *path, struct rv_bids_studies **studies,
                               struct rv_error *err)
{
    struct finder finder = {.arena = rv_arena_new()};
    struct rv_bids_place place;
    bool found = false;
    *studies = NULL;
    struct rv_bids_studies *made = rv_arena_alloc(finder.arena, 1, sizeof *made);
    enum rv_status status = made != NULL
                                ? rv_bids_place_find(path, finder.arena, &found, &place, err)
                                : rv_fail_memory(err);
    found = status == RV_OK && found && place.recording == NULL;
    if (found)
        status = find_studies(&finder, &place, err);
    if (found && status == RV_OK) {
        made->arena = finder.arena;
        made->count = finder.count;
        made->items = rv_arena_copy(finder.arena, finder.items, finder.count, sizeof *finder.items);
        status = made->items != NULL ? RV_OK : rv_fail_memory(err);
    }
    rv_release(finder.items);
    if (status == RV_OK && found)
        *studies = made;
    else
        rv_arena_free(finder.arena);
    return status;
}

void rv_bids_studies_free(struct rv_bids_studies *studies)
{
    if (studies != NULL)
        rv_arena_free(studies->arena);
}

bool rv_bids_is_recording(const char *path)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_bids_place place;
    bool found = false;
    if (arena != NULL && rv_bids_place_find(path, arena, &found, &place, NULL) != RV_OK)
        found = false;
    rv_arena_free(arena);
    return found && place.recording != NULL;
}

/* --- what measuring depends on ------------------------------------------------------------- */

enum { READ_BYTES = 1 << 16 };

struct hasher {
    const struct rv_bids_place *place;
    struct rv_digest all;
};

/* Name, and hash of the bytes. */
static void add_hash(struct hasher *hasher, const char *file, struct rv_digest *own)
{
    char hex[65];
    rv_digest_end(own, hex);
    rv_digest_add(&hasher->all, file, strlen(file) + 1);
    rv_digest_add(&hasher->all, hex, sizeof hex);
}

static enum rv_status hash_open(struct hasher *hasher, const char *file, int descriptor,
                                struct rv_error *err)
{
    unsigned char *bytes = rv_allocate(READ_BYTES, 1);
    struct rv_digest own;
    ssize_t count = 0;
    if (bytes == NULL)
        return rv_fail_memory(err);
    rv_digest_start(&own);
    while ((count = read(descriptor, bytes, READ_BYTES)) > 0 || (count < 0 && errno == EINTR))
        rv_digest_add(&own, bytes, count > 0 ? (size_t)count : 0);
    rv_release(bytes);
    if (count < 0)
        return rv_fail(err, RV_IO, "%s: %s", file, strerror(errno));
    add_hash(hasher, file, &own);
    return RV_OK;
}

/* What is not there, or leads out of the dataset, is a fact as well: its name alone is added. */
static enum rv_status hash_file(struct hasher *hasher, const char *file, struct rv_error *err)
{
    struct rv_error ignored;
    if (!rv_bids_exists(hasher->place, file))
        return RV_OK;
    int descriptor = -1;
    if (rv_bids_check(hasher->place, file, &ignored) == RV_OK)
        descriptor = open(rv_bids_path(hasher->place, file), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        rv_digest_add(&hasher->all, file, strlen(file) + 1);
        return RV_OK;
    }
    enum rv_status status = hash_open(hasher, file, descriptor, err);
    close(descriptor);
    return status;
}

/* Only the header and the rows of this subject: a dataset grows. */
static enum rv_status hash_participant(struct hasher *hasher, struct rv_error *err)
{
    char *bytes;
    size_t length;
    struct rv_digest own;
    struct rv_error ignored;
    if (rv_bids_participant(hasher->place, &bytes, &length, &ignored) != RV_OK)
        return hash_file(hasher, "participants.tsv", err);
    rv_digest_start(&own);
    for (size_t i = 0; i < length; i++) /* line numbers do not count */
        if (bytes[i] != '\n' || (i > 0 && bytes[i - 1] != '\n'))
            rv_digest_add(&own, bytes + i, 1);
    add_hash(hasher, "participants.tsv", &own);
    return RV_OK;
}

static enum rv_status hash_people(struct hasher *hasher, struct rv_error *err)
{
    const char *files[RV_BIDS_PEOPLE_FILES];
    enum rv_status status = rv_bids_people_files(hasher->place, files, err);
    if (status == RV_OK && rv_bids_exists(hasher->place, files[0]))
        status = hash_participant(hasher, err);
    for (size_t i = 1; status == RV_OK && files[i] != NULL; i++)
        status = hash_file(hasher, files[i], err);
    return status;
}

static enum rv_status hash_recording(struct hasher *hasher, const struct rv_bids_name *name,
                                     struct rv_error *err)
{
    static const char *const kinds[][2] = {
        {"emg", ".json"}, {"channels", ".tsv"}, {"events", ".tsv"}, {"events", ".json"}};
    const char *file =
        rv_arena_format(hasher->place->arena, "%s/emg/%s", hasher->place->inside, name->file);
    enum rv_status status = file != NULL ? hash_file(hasher, file, err) : rv_fail_memory(err);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && status == RV_OK; i++) {
        const char *files[RV_BIDS_LEVELS];
        size_t count;
        struct rv_error ignored; /* the reader refuses it, with its reason */
        if (rv_bids_sidecars(hasher->place, name, kinds[i][0], kinds[i][1], files, &count,
                             &ignored) != RV_OK)
            continue;
        for (size_t k = 0; k < count && status == RV_OK; k++)
            status = hash_file(hasher, files[k], err);
    }
    return status;
}

static enum rv_status hash_place(const struct rv_bids_place *place, char sha256[65],
                                 struct rv_error *err)
{
    struct hasher hasher = {.place = place};
    const struct rv_bids_name *names;
    size_t count;
    rv_digest_start(&hasher.all);
    rv_digest_add(&hasher.all, place->version, strlen(place->version) + 1);
    enum rv_status status = rv_bids_recordings(place, &names, &count, err);
    if (status == RV_OK)
        status = hash_people(&hasher, err);
    for (size_t i = 0; i < count && status == RV_OK; i++)
        status = hash_recording(&hasher, &names[i], err);
    if (status == RV_OK)
        rv_digest_end(&hasher.all, sha256);
    return status;
}

enum rv_status rv_bids_digest(const char *path, bool *found, char sha256[65], struct rv_error *err)
{
    struct rv_arena *arena = rv_arena_new();
    struct rv_bids_place place;
    *found = false;
    if (arena == NULL)
        return rv_fail_memory(err);
    enum rv_status status = rv_bids_place_find(path, arena, found, &place, err);
    *found = status == RV_OK && *found && place.subject != NULL &&
             (place.recording != NULL || !rv_study_has_tables(place.folder));
    if (*found)
        status = hash_place(&place, sha256, err);
    rv_arena_free(arena);
    return status;
}
