/* SPDX-License-Identifier: GPL-3.0-or-later
 * Filling struct rv_error.
 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum rv_status rv_fail(struct rv_error *err, enum rv_status status, const char *format, ...)
{
    if (err == NULL)
        return status;
    va_list arguments;
    va_start(arguments, format);
    err->status = status;
    vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    return status;
}

enum rv_status rv_fail_in(struct rv_error *err, enum rv_status status, const char *format, ...)
{
    if (err == NULL)
        return status;
    char sentence[sizeof err->text];
    memcpy(sentence, err->text, sizeof sentence);
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    size_t used = length < 0 ? 0 : (size_t)length;
    if (used + 2 < sizeof err->text) {
        size_t room = sizeof err->text - used - 3, kept = strlen(sentence);
        if (kept > room)
            kept = room;
        memcpy(err->text + used, ": ", 2);
        memcpy(err->text + used + 2, sentence, kept);
        err->text[used + 2 + kept] = '\0';
    }
    err->status = status;
    return status;
}

enum rv_status rv_fail_memory(struct rv_error *err)
{
    return rv_fail(err, RV_NO_MEMORY, "out of memory");
}
