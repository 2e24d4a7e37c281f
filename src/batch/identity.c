/* SPDX-License-Identifier: GPL-3.0-or-later
 * Hashes of inputs and of settings.
 */
#include "batch/identity.h"

#include "batch/queue.h"

#include <ranvier/ranvier.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 16 };

static const char *shown(const char *text)
{
    return text != NULL ? text : "n/a";
}

enum rv_status settings_identity(const struct rv_settings *settings,
                                 struct settings_identity *identity, struct rv_error *err)
{
    struct rv_reference_facts facts = rv_reference_facts(settings->reference);
    const struct rv_source_options *source = &settings->source;
    int length = snprintf(
        identity->text, sizeof identity->text,
        "program ranvier %s\nreference %s\nreference_version %s\nreference_sha256 %s\n"
        "label %s\nsearch_ms %.17g %.17g\nmains_hz %.17g\nsubtract_mains %d\nsubtract_tail %d\n"
        "reject_ratio %.17g\ncorrect_temperature %d\ninterpret %d\nformat %s\n"
        "allow_truncated %d\nmax_samples %zu\ncalibration %s\nencoding %d\nrate_hz %.17g\n"
        "channels %zu\n",
        rv_version(), shown(facts.name), shown(facts.version), shown(facts.sha256),
        shown(settings->label), settings->search_from_ms, settings->search_to_ms,
        settings->mains_hz, settings->subtract_mains, settings->subtract_tail,
        settings->reject_ratio, settings->correct_temperature, settings->interpret,
        shown(source->format), source->allow_truncated, source->max_samples,
        shown(source->calibration), (int)source->encoding, source->rate_hz, source->channel_count);
    if (length < 0 || (size_t)length >= sizeof identity->text) {
        snprintf(err->text, sizeof err->text, "the options are longer than %zu bytes",
                 sizeof identity->text);
        return err->status = RV_MISUSE;
    }
    struct rv_digest digest;
    rv_digest_start(&digest);
    rv_digest_add(&digest, identity->text, (size_t)length);
    rv_digest_end(&digest, identity->sha256);
    return RV_OK;
}

static enum rv_status fail(struct rv_error *err, const char *path, int number)
{
    snprintf(err->text, sizeof err->text, "%.500s: %s", path,
             number == 0 ? "out of memory" : strerror(number));
    return err->status = number == 0        ? RV_NO_MEMORY
                         : number == EACCES ? RV_PERMISSION
                         : number == ENOENT ? RV_NO_INPUT
                                            : RV_IO;
}

static enum rv_status add_file(struct rv_digest *digest, const char *path, const char *name,
                               struct rv_error *err)
{
    unsigned char bytes[READ_BYTES];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail(err, path, errno);
    struct rv_digest own;
    char hex[65];
    rv_digest_start(&own);
    ssize_t count = 0;
    while ((count = read(file, bytes, sizeof bytes)) > 0 || (count < 0 && errno == EINTR))
        rv_digest_add(&own, bytes, count > 0 ? (size_t)count : 0);
    int number = errno;
    close(file);
    if (count < 0)
        return fail(err, path, number);
    rv_digest_end(&own, hex);
    rv_digest_add(digest, name, strlen(name) + 1);
    rv_digest_add(digest, hex, sizeof hex);
    return RV_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
    char **items;
    size_t count, size;
};

static void empty(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
    *names = (struct names){0};
}

/* Visible names of a folder, sorted. */
static bool list_names(DIR *folder, struct names *names)
{
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        if (names->count == names->size) {
            char **grown = realloc(names->items, (2 * names->size + 16) * sizeof *grown);
            if (grown == NULL)
                return false;
            names->items = grown;
            names->size = 2 * names->size + 16;
        }
        char *name = strdup(entry->d_name);
        if (name == NULL)
            return false;
        names->items[names->count++] = name;
    }
    if (names->count > 1)
        qsort(names->items, names->count, sizeof *names->items, by_name);
    return true;
}

/* The folder that was listed last. A batch goes through a folder file by file: listing it for each
 * of them would take time that grows with the square of their number. */
static struct {
    struct stat facts;
    struct names names;
    bool valid;
} listed;

static bool is_listed(const struct stat *facts)
{
    const struct stat *had = &listed.facts;
    return listed.valid && facts->st_dev == had->st_dev && facts->st_ino == had->st_ino &&
           facts->st_mtim.tv_sec == had->st_mtim.tv_sec &&
           facts->st_mtim.tv_nsec == had->st_mtim.tv_nsec;
}

static enum rv_status list_folder(const char *path, struct rv_error *err)
{
    struct stat facts;
    if (stat(path, &facts) != 0)
        return fail(err, path, errno);
    if (is_listed(&facts))
        return RV_OK;
    listed.valid = false;
    empty(&listed.names);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return fail(err, path, errno);
    listed.valid = list_names(folder, &listed.names);
    listed.facts = facts;
    closedir(folder);
    return listed.valid ? RV_OK : fail(err, path, 0);
}

/* Place of the first name that does not come before `stem`. */
static size_t first_from(const struct names *names, const char *stem)
{
    size_t low = 0, high = names->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(names->items[middle], stem) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static enum rv_status add_named(struct rv_digest *digest, const char *folder, const char *name,
                                struct rv_error *err)
{
    struct stat facts;
    char *path = path_join(folder, name);
    if (path == NULL)
        return fail(err, folder, 0);
    enum rv_status status = RV_OK;
    if (stat(path, &facts) == 0 && S_ISREG(facts.st_mode))
        status = add_file(digest, path, name, err);
    free(path);
    return status;
}

/* The files whose names begin with `stem`. */
static enum rv_status add_folder(struct rv_digest *digest, const char *path, const char *stem,
                                 struct rv_error *err)
{
    enum rv_status status = list_folder(path, err);
    const struct names *names = &listed.names;
    size_t length = strlen(stem);
    for (size_t i = first_from(names, stem);
         status == RV_OK && i < names->count && strncmp(names->items[i], stem, length) == 0; i++)
        status = add_named(digest, path, names->items[i], err);
    return status;
}

/* Files that share the recording's name up to its last dot. */
static enum rv_status add_recording(struct rv_digest *digest, const char *path,
                                    struct rv_error *err)
{
    char *folder = strdup(path);
    char *stem = folder != NULL ? strrchr(folder, '/') : NULL;
    if (folder == NULL)
        return fail(err, path, 0);
    if (stem != NULL)
        *stem++ = '\0';
    else
        stem = folder;
    char *dot = strrchr(stem, '.');
    if (dot != NULL && dot != stem)
        dot[1] = '\0';
    const char *place = stem == folder ? "." : folder[0] == '\0' ? "/" : folder;
    enum rv_status status = add_folder(digest, place, stem, err);
    free(folder);
    return status;
}

enum rv_status input_identity(const char *path, const char *const *earlier, size_t earlier_count,
                              char sha256[65], struct rv_error *err)
{
    struct stat facts;
    struct rv_digest digest;
    if (stat(path, &facts) != 0)
        return fail(err, path, errno);
    rv_digest_start(&digest);
    if (!S_ISDIR(facts.st_mode) && !S_ISREG(facts.st_mode)) {
        rv_digest_end(&digest, sha256);
        return RV_OK; /* a pipe is read once, by the reader */
    }
    enum rv_status status = S_ISDIR(facts.st_mode) ? add_folder(&digest, path, "", err)
                                                   : add_recording(&digest, path, err);
    for (size_t i = 0; i < earlier_count && status == RV_OK; i++) {
        struct rv_error ignored; /* an earlier study that is not there is a notice of the report */
        char *folder = path_join(path, earlier[i]);
        if (folder == NULL)
            return fail(err, path, 0);
        rv_digest_add(&digest, earlier[i], strlen(earlier[i]) + 1);
        add_folder(&digest, folder, "", &ignored);
        free(folder);
    }
    if (status == RV_OK)
        rv_digest_end(&digest, sha256);
    return status;
}
