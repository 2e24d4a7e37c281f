/* SPDX-License-Identifier: GPL-3.0-or-later
 * Labels of BIDS from paths.
 */
#include "batch/place.h"

#include <ranvier/digest.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HASH_DIGITS = 12, NAME_DIGITS = 24 };

static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The last name of the first `*length` bytes; *length then ends before it and its slash. */
static const char *take_last(const char *path, size_t *length, size_t *name_length)
{
    size_t end = *length;
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    *name_length = end - begin;
    *length = begin > 1 ? begin - 1 : begin;
    return path + begin;
}

/* "sub-01" with prefix "sub-" */
static bool take_label(const char *path, size_t *length, const char *prefix, char label[LABEL_SIZE])
{
    size_t rest = *length, name_length, prefix_length = strlen(prefix);
    const char *name = take_last(path, &rest, &name_length);
    if (name_length <= prefix_length || strncmp(name, prefix, prefix_length) != 0 ||
        name_length - prefix_length > LABEL_SIZE - HASH_DIGITS - 2)
        return false;
    for (size_t i = prefix_length; i < name_length; i++)
        if (!is_plain(name[i]))
            return false;
    memcpy(label, name + prefix_length, name_length - prefix_length);
    label[name_length - prefix_length] = '\0';
    *length = rest;
    return true;
}

/* A name "sub-01_ses-1_task-ncs_emg.edf" in a folder emg: what stands between the labels of its
 * folders and "_emg". */
static bool take_recording(const char *path, size_t *length, struct place *place)
{
    static const char *const endings[] = {"_emg.edf", "_emg.bdf"};
    enum { ENDING = 8 };
    size_t rest = *length, name_length, folder_length;
    const char *name = take_last(path, &rest, &name_length);
    const char *folder = take_last(path, &rest, &folder_length);
    bool found = false;
    for (size_t i = 0; i < 2 && name_length > ENDING; i++)
        found = found || strncasecmp(name + name_length - ENDING, endings[i], ENDING) == 0;
    if (!found || folder_length != 3 || strncmp(folder, "emg", 3) != 0)
        return false;
    for (size_t i = 0; i < name_length - ENDING; i++)
        if (!is_plain(name[i]) && name[i] != '-' && name[i] != '_')
            return false;
    place->rest = name;
    place->rest_length = name_length - ENDING;
    *length = rest;
    return true;
}

/* The name of a recording repeats the labels of its folders: off with them. */
static bool cut_labels(struct place *place)
{
    char stem[2 * LABEL_SIZE + 16];
    bool session = place->session[0] != '\0';
    int length = snprintf(stem, sizeof stem, "sub-%s%s%s", place->subject, session ? "_ses-" : "",
                          place->session);
    size_t size = (size_t)length;
    if (place->rest_length < size || strncmp(place->rest, stem, size) != 0)
        return false;
    place->rest += size;
    place->rest_length -= size;
    return place->rest_length == 0 || place->rest[0] == '_';
}

static void hash_of(const char *bytes, size_t length, char digits[65])
{
    struct rv_digest digest;
    rv_digest_start(&digest);
    rv_digest_add(&digest, bytes, length);
    rv_digest_end(&digest, digits);
}

static bool read_bids(const char *path, struct place *place)
{
    size_t length = strlen(path);
    bool recording = take_recording(path, &length, place);
    take_label(path, &length, "ses-", place->session);
    if (!take_label(path, &length, "sub-", place->subject))
        return false;
    place->root_length = length;
    return !recording || cut_labels(place);
}

void place_read(const char *path, struct place *place)
{
    *place = (struct place){.rest = ""};
    place->bids = read_bids(path, place);
    if (place->bids)
        return;
    char digits[65];
    size_t length = strlen(path), name_length, used = 0;
    hash_of(path, length, digits);
    const char *name = take_last(path, &length, &name_length);
    *place = (struct place){.rest = ""};
    for (size_t i = 0; i < name_length && used < NAME_DIGITS; i++)
        if (is_plain(name[i]))
            place->subject[used++] = name[i];
    snprintf(place->subject + used, LABEL_SIZE - used, "x%.*s", HASH_DIGITS, digits);
}

void place_separate(const char *path, struct place *place)
{
    char digits[65];
    size_t used = strlen(place->subject);
    hash_of(path, place->root_length, digits);
    if (place->bids)
        snprintf(place->subject + used, LABEL_SIZE - used, "x%.*s", HASH_DIGITS, digits);
}
