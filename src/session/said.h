/* SPDX-License-Identifier: GPL-3.0-or-later
 * What several sources of words say of one response, put together.
 */
#ifndef RV_SESSION_SAID_H
#define RV_SESSION_SAID_H

#include "base/notice.h"

#include <ranvier/source.h>

/* What one source of words says, and which source it is (for messages). */
struct rv_said {
    const char *source; /* "channel" */
    const char *text;
    struct rv_label label;
};

/* Reads a text (NULL: nothing is said). RV_STUDY where it contradicts itself; what is not
 * understood becomes a notice, once for each source. */
enum rv_status rv_said_read(const char *source, const char *text, struct rv_arena *arena,
                            struct rv_notices *notices, struct rv_said *said, struct rv_error *err);

/* Do two labels speak of the same response? Intensities do not count. */
bool rv_said_same(const struct rv_label *a, const struct rv_label *b);

/* Fills what is unknown of the response from the first source that says it. Sides must agree
 * wherever they are said: RV_STUDY with both sources. */
enum rv_status rv_said_merge(const struct rv_said *const *sources, size_t count,
                             struct rv_response *response, bool *kind_known, struct rv_error *err);

/* Motor or sensory, where no label says it: a muscle under the electrode means motor. */
enum rv_status rv_said_settle_kind(const char *channel, bool kind_known,
                                   struct rv_response *response, struct rv_error *err);

#endif
