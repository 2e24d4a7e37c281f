/* SPDX-License-Identifier: GPL-3.0-or-later
 * From the level of a disc or of an injection to the roots it can concern.
 */
#include "interpret/levels.h"

#include "base/text.h"

#include <stdint.h>
#include <string.h>

/* "L4/5", "L4-5", "l4 l5" all mean L4-L5; a single root stays as it is. */
static void normalise(const char *level, char out[16])
{
    char letter = '\0', digits[2] = "", letters[2] = "";
    size_t count = 0, used = 0;
    memset(out, 0, 16);
    for (const char *at = level; *at != '\0' && count < 2; at++) {
        char c = (char)(*at & ~0x20);
        if (c != '\0' && strchr("CTLS", c) != NULL)
            letter = c;
        else if (*at >= '1' && *at <= '9') {
            letters[count] = letter;
            digits[count++] = *at;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            out[used++] = '-';
        if (letters[i] != '\0')
            out[used++] = letters[i];
        out[used++] = digits[i];
    }
}

static bool says(const char *text, const char *const *words)
{
    for (size_t i = 0; text != NULL && words[i] != NULL; i++)
        for (const char *at = text; *at != '\0'; at++) {
            size_t j = 0;
            while (words[i][j] != '\0' && (at[j] | 0x20) == words[i][j])
                j++;
            if (words[i][j] == '\0')
                return true;
        }
    return false;
}

enum reach { ALL_ROOTS, LEAVING, PASSING, LEAVING_AND_PASSING };

static const char *of_disc(struct rv_reading *reading, const char *level, enum reach reach)
{
    char name[16];
    if (level == NULL)
        return NULL;
    normalise(level, name);
    if (rv_root_find(name) < RV_ROOT_COUNT)
        return rv_reading_format(reading, "%s", name);
    size_t rows = rv_reading_table(reading, "levels.tsv")->row_count;
    for (size_t row = 0; row < rows; row++) {
        if (!rv_text_equal(rv_reading_cell(reading, "levels.tsv", row, "level"), name))
            continue;
        const char *leaving = rv_reading_cell(reading, "levels.tsv", row, "foraminal");
        const char *passing = rv_reading_cell(reading, "levels.tsv", row, "paracentral");
        if (reach == LEAVING || reach == PASSING)
            return reach == LEAVING ? leaving : passing;
        if (reach == LEAVING_AND_PASSING)
            return rv_reading_format(reading, "%s|%s", leaving, passing);
        const char *central = rv_reading_cell(reading, "levels.tsv", row, "central");
        return rv_list_has(central, leaving)
                   ? central
                   : rv_reading_format(reading, "%s|%s", leaving, central);
    }
    return NULL;
}

const char *rv_levels_of_imaging(struct rv_reading *reading, const struct rv_imaging *imaging)
{
    static const char *const foraminal[] = {"foramin", "far lateral", "far-lateral", "extraforamin",
                                            NULL};
    static const char *const paracentral[] = {"paracentral", "subarticular", "lateral recess",
                                              "posterolateral", NULL};
    if (imaging->root_count > 0) {
        struct rv_text list = {0};
        for (size_t i = 0; i < imaging->root_count; i++)
            rv_text_format(&list, "%s%s", i > 0 ? "|" : "", imaging->roots[i]);
        const char *copy = rv_reading_format(reading, "%s", list.bytes != NULL ? list.bytes : "");
        rv_text_finish(&list);
        return copy;
    }
    bool leaves = says(imaging->finding, foraminal), passes = says(imaging->finding, paracentral);
    return of_disc(reading, imaging->level,
                   leaves && passes ? LEAVING_AND_PASSING
                   : leaves         ? LEAVING
                   : passes         ? PASSING
                                    : ALL_ROOTS);
}

const char *rv_levels_of_injection(struct rv_reading *reading, const struct rv_injection *injection)
{
    /* A transforaminal needle lies at the root that leaves; the one that passes may be reached. */
    return of_disc(reading, injection->level, LEAVING_AND_PASSING);
}
