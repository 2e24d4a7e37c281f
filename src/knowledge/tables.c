/* SPDX-License-Identifier: GPL-3.0-or-later
 * Finding an embedded table by its name.
 */
#include "knowledge/embedded.h"
#include "knowledge/knowledge.h"

#include <string.h>

const char *rv_knowledge_bytes(const char *name, size_t *length)
{
    for (const struct rv_embedded *table = rv_embedded; table->name != NULL; table++)
        if (strcmp(table->name, name) == 0) {
            *length = table->length;
            return table->bytes;
        }
    return NULL;
}

const char *rv_knowledge_name(size_t index)
{
    return rv_embedded[index].name;
}
