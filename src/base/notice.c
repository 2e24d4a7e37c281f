/* SPDX-License-Identifier: GPL-3.0-or-later
 * A growing list of notices.
 */
#include "base/notice.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void rv_notice_add(struct rv_notices *notices, enum rv_level level, const char *code,
                   const char *where, const char *format, ...)
{
    char sentence[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    char *text = rv_arena_text(notices->arena, sentence);
    char *code_copy = rv_arena_text(notices->arena, code);
    char *place = rv_arena_text(notices->arena, where);
    if (text == NULL || code_copy == NULL || (where != NULL && place == NULL) ||
        !rv_grow(&notices->items, &notices->capacity, notices->count + 1, sizeof *notices->items)) {
        notices->failed = true;
        return;
    }
    notices->items[notices->count++] =
        (struct rv_notice){.level = level, .code = code_copy, .text = text, .where = place};
}

bool rv_notice_has(const struct rv_notices *notices, const char *code, const char *where)
{
    for (size_t i = 0; i < notices->count; i++)
        if (strcmp(notices->items[i].code, code) == 0 &&
            rv_text_equal(notices->items[i].where, where))
            return true;
    return false;
}

bool rv_notices_settle(struct rv_notices *notices, const struct rv_notice **items, size_t *count)
{
    *items = rv_arena_copy(notices->arena, notices->items, notices->count, sizeof **items);
    *count = notices->count;
    bool whole = *items != NULL && !notices->failed;
    rv_notices_finish(notices);
    return whole;
}

void rv_notices_finish(struct rv_notices *notices)
{
    rv_release(notices->items);
    notices->items = NULL;
    notices->count = notices->capacity = 0;
}
