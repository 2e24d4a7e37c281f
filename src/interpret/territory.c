/* SPDX-License-Identifier: GPL-3.0-or-later
 * Territories: which muscles and sensory potentials belong to a nerve, cord, trunk or plexus.
 */
#include "interpret/territory.h"

#include "base/text.h"

#include <string.h>

static bool word_holds(const char *word, size_t length, const struct rv_muscle_facts *facts)
{
    const struct {
        const char *prefix, *list;
    } kinds[] = {{"nerve:", facts->nerve},   {"branch:", facts->branch},
                 {"cord:", facts->cord},     {"trunk:", facts->trunk},
                 {"plexus:", facts->plexus}, {"paraspinal:", facts->paraspinal}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t prefix = strlen(kinds[i].prefix);
        if (length <= prefix || memcmp(word, kinds[i].prefix, prefix) != 0)
            continue;
        char wanted[64];
        if (length - prefix >= sizeof wanted)
            return false;
        memcpy(wanted, word + prefix, length - prefix);
        wanted[length - prefix] = '\0';
        return rv_list_has(kinds[i].list, wanted);
    }
    return strlen(facts->name) == length && memcmp(facts->name, word, length) == 0;
}

bool rv_territory_holds_muscle(const char *list, const struct rv_muscle_facts *facts)
{
    bool inside = false;
    const char *word;
    size_t length;
    if (facts == NULL)
        return false;
    for (const char *rest = list; (rest = rv_list_next(rest, &word, &length)) != NULL;) {
        bool out = length > 0 && *word == '-';
        if (word_holds(word + out, length - out, facts))
            inside = !out;
    }
    return inside;
}

bool rv_territory_holds_nerve(const char *list, const struct rv_nerve_item *item)
{
    const char *word;
    size_t length;
    for (const char *rest = list; (rest = rv_list_next(rest, &word, &length)) != NULL;) {
        const char *slash = memchr(word, '/', length);
        size_t nerve = slash != NULL ? (size_t)(slash - word) : length;
        if (item->nerve == NULL || strlen(item->nerve) != nerve ||
            memcmp(item->nerve, word, nerve) != 0)
            continue;
        if (slash == NULL)
            return true;
        size_t record = length - nerve - 1;
        if (item->record != NULL && strlen(item->record) == record &&
            memcmp(item->record, slash + 1, record) == 0)
            return true;
    }
    return false;
}
