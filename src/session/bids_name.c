/* SPDX-License-Identifier: GPL-3.0-or-later
 * Names of files in a BIDS dataset.
 */
#include "session/bids_name.h"

#include "base/text.h"

#include <string.h>

/* Letters and digits of ASCII, at least one. */
static bool is_word(const char *text)
{
    size_t length = 0;
    for (; text[length] != '\0'; length++) {
        char c = text[length];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
            return false;
    }
    return length > 0;
}

bool rv_bids_is_label(const char *text, const char *prefix)
{
    return rv_text_starts(text, prefix) && is_word(text + strlen(prefix));
}

static bool add_entity(struct rv_bids_name *name, char *part)
{
    char *dash = strchr(part, '-');
    if (dash == NULL || name->count == RV_BIDS_ENTITIES_MAX)
        return false;
    *dash = '\0';
    if (!is_word(part) || !is_word(dash + 1) || rv_bids_entity(name, part) != NULL)
        return false;
    name->keys[name->count] = part;
    name->values[name->count++] = dash + 1;
    return true;
}

bool rv_bids_name_read(const char *file, struct rv_arena *arena, struct rv_bids_name *name)
{
    char *stem = rv_arena_text(arena, file);
    *name = (struct rv_bids_name){.file = rv_arena_text(arena, file)};
    char *dot = stem != NULL ? strchr(stem, '.') : NULL;
    if (dot == NULL || name->file == NULL)
        return false;
    name->extension = name->file + (dot - stem);
    *dot = '\0';
    char *part = stem;
    for (char *end = strchr(part, '_'); end != NULL; end = strchr(part, '_')) {
        *end = '\0';
        if (!add_entity(name, part))
            return false;
        part = end + 1;
    }
    name->suffix = part;
    return is_word(part);
}

const char *rv_bids_entity(const struct rv_bids_name *name, const char *key)
{
    for (size_t i = 0; i < name->count; i++)
        if (strcmp(name->keys[i], key) == 0)
            return name->values[i];
    return NULL;
}

bool rv_bids_applies(const struct rv_bids_name *sidecar, const struct rv_bids_name *data)
{
    for (size_t i = 0; i < sidecar->count; i++) {
        const char *value = rv_bids_entity(data, sidecar->keys[i]);
        if (value == NULL || strcmp(value, sidecar->values[i]) != 0)
            return false;
    }
    return true;
}
