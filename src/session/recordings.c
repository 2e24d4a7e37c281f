/* SPDX-License-Identifier: GPL-3.0-or-later
 * Recordings of a study, read when first asked for; a few are kept.
 */
#include "session/recordings.h"

#include "base/arena.h"
#include "base/error.h"
#include "session/bids.h"

#include <string.h>

/* A response that brings its own calibration needs no reminder of one. */
static bool is_moot(const struct rv_notice *notice, const struct rv_response *response)
{
    return response->unit != NULL && strcmp(notice->code, "no_unit") == 0;
}

static void take_notices(struct rv_recordings *recordings, const struct rv_recording *recording,
                         const struct rv_response *response)
{
    const char *file = response->file;
    for (size_t i = 0; i < recording->notice_count; i++) {
        const struct rv_notice *notice = &recording->notices[i];
        if (!is_moot(notice, response) && !rv_notice_has(recordings->notices, notice->code, file))
            rv_notice_add(recordings->notices, notice->level, notice->code, file, "%s",
                          notice->text);
    }
}

static size_t oldest(const struct rv_recordings *recordings)
{
    size_t found = 0;
    for (size_t i = 1; i < RV_RECORDINGS_KEPT; i++)
        if (recordings->kept[i].used < recordings->kept[found].used)
            found = i;
    return found;
}

static enum rv_status read_one(struct rv_recordings *recordings, const struct rv_response *response,
                               size_t slot, struct rv_error *err)
{
    const char *file = response->file;
    const char *folder = recordings->study->folder;
    size_t length = strlen(folder) + strlen(file) + 2;
    char *path = rv_allocate(length, 1);
    if (path == NULL)
        return rv_fail_memory(err);
    strcpy(path, folder);
    strcat(path, "/");
    strcat(path, file);
    rv_recording_free(recordings->kept[slot].recording);
    recordings->kept[slot].recording = NULL;
    recordings->kept[slot].file = NULL;
    enum rv_status status = rv_recording_read(path, &recordings->settings->source,
                                              &recordings->kept[slot].recording, err);
    rv_release(path);
    if (status == RV_OK)
        status =
            rv_bids_dress(recordings->study->bids, file, recordings->kept[slot].recording, err);
    if (status != RV_OK)
        return rv_fail_in(err, status, "%s", file);
    recordings->kept[slot].file = file;
    take_notices(recordings, recordings->kept[slot].recording, response);
    return RV_OK;
}

enum rv_status rv_recordings_find(struct rv_recordings *recordings,
                                  const struct rv_response *response,
                                  const struct rv_recording **recording, struct rv_error *err)
{
    if (recordings->study->recording != NULL) {
        if (recordings->asked++ == 0)
            take_notices(recordings, recordings->study->recording, response);
        *recording = recordings->study->recording;
        return RV_OK;
    }
    size_t slot = 0;
    while (slot < RV_RECORDINGS_KEPT && (recordings->kept[slot].file == NULL ||
                                         strcmp(recordings->kept[slot].file, response->file) != 0))
        slot++;
    if (slot == RV_RECORDINGS_KEPT) {
        slot = oldest(recordings);
        enum rv_status status = read_one(recordings, response, slot, err);
        if (status != RV_OK)
            return status;
    }
    recordings->kept[slot].used = ++recordings->asked;
    *recording = recordings->kept[slot].recording;
    return RV_OK;
}

void rv_recordings_finish(struct rv_recordings *recordings)
{
    for (size_t i = 0; i < RV_RECORDINGS_KEPT; i++)
        rv_recording_free(recordings->kept[i].recording);
}
