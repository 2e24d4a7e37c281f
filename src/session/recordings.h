/* SPDX-License-Identifier: GPL-3.0-or-later
 * Recordings of a study, read when first asked for; a few are kept.
 */
#ifndef RV_SESSION_RECORDINGS_H
#define RV_SESSION_RECORDINGS_H

#include "base/notice.h"

#include <ranvier/settings.h>

enum { RV_RECORDINGS_KEPT = 4 };

struct rv_recordings {
    const struct rv_study *study;
    const struct rv_settings *settings;
    struct rv_notices *notices; /* of the report */
    struct {
        const char *file; /* of the study's table */
        struct rv_recording *recording;
        size_t used; /* when last asked for */
    } kept[RV_RECORDINGS_KEPT];
    size_t asked;
};

/* The recording of a response; stays owned by the list and valid until the next call. */
enum rv_status rv_recordings_find(struct rv_recordings *recordings,
                                  const struct rv_response *response,
                                  const struct rv_recording **recording, struct rv_error *err);
void rv_recordings_finish(struct rv_recordings *recordings);

#endif
