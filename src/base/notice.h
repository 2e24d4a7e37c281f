/* SPDX-License-Identifier: GPL-3.0-or-later
 * A growing list of notices.
 */
#ifndef RV_BASE_NOTICE_H
#define RV_BASE_NOTICE_H

#include "base/arena.h"

#include <ranvier/study.h>

/* Zero-initialise, then set the arena; texts are copied into it. */
struct rv_notices {
    struct rv_arena *arena;
    struct rv_notice *items; /* heap; free with rv_notices_finish */
    size_t count, capacity;
    bool failed; /* no memory: at least one is missing */
};

/* `where` may be NULL. */
void rv_notice_add(struct rv_notices *notices, enum rv_level level, const char *code,
                   const char *where, const char *format, ...) RV_PRINTF(5, 6);
bool rv_notice_has(const struct rv_notices *notices, const char *code, const char *where);
/* Moves the items into the arena; false: no memory. The list is empty afterwards. */
bool rv_notices_settle(struct rv_notices *notices, const struct rv_notice **items, size_t *count);
void rv_notices_finish(struct rv_notices *notices);

#endif
