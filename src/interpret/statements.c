/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sentences: rows of statements.tsv with their places filled.
 */
#include "base/text.h"
#include "interpret/patterns.h"

#include <math.h>
#include <string.h>

const char *rv_roots_words(struct rv_reading *reading, const struct rv_draft *draft)
{
    struct rv_text words = {0};
    for (size_t i = 0; i < draft->roots.count; i++)
        rv_text_format(&words, "%s%s", i > 0 ? "/" : "", draft->roots.items[i]);
    const char *copy = rv_reading_format(reading, "%s", words.bytes != NULL ? words.bytes : "");
    rv_text_finish(&words);
    return copy;
}

static const char *favoured(struct rv_reading *reading, const struct rv_draft *draft)
{
    bool tie = draft->roots.count > 1 && strcmp(draft->pattern.pattern, "radiculopathy") == 0;
    return tie ? rv_reading_format(reading, " (%s favoured)", draft->roots.items[0]) : "";
}

static const char *days(struct rv_reading *reading)
{
    return isnan(reading->days_since_onset)
               ? "an unknown number of days"
               : rv_reading_format(reading, "%.0f days", reading->days_since_onset);
}

static const char *fill(struct rv_reading *reading, const char *place, size_t length,
                        const struct rv_draft *draft)
{
    const struct rv_pattern *pattern = &draft->pattern;
    const struct {
        const char *name, *text;
    } places[] = {
        {"side", pattern->side == RV_BOTH ? "bilateral" : rv_side_name(pattern->side)},
        {"roots", rv_roots_words(reading, draft)},
        {"favoured", favoured(reading, draft)},
        {"grade", rv_pattern_grade_name(pattern->grade)},
        {"activity", rv_activity_name(pattern->activity)},
        {"nerve", pattern->nerve},
        {"site", pattern->site},
        {"at", pattern->site != NULL ? rv_reading_format(reading, " (%s)", pattern->site) : ""},
        {"detail", draft->detail},
        {"days", days(reading)},
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (strlen(places[i].name) == length && memcmp(places[i].name, place, length) == 0)
            return places[i].text != NULL ? places[i].text : "";
    reading->lacking = "a place of a statement";
    return "";
}

/* Activity is no word of a sentence when there is none to tell: "{activity} right" must not begin
 * with a blank. */
static void append_clean(struct rv_text *text, const char *more)
{
    if (text->length == 0 || text->bytes[text->length - 1] == ' ')
        while (*more == ' ')
            more++;
    rv_text_append(text, more);
}

const char *rv_statement(struct rv_reading *reading, const char *id, const struct rv_draft *draft)
{
    const struct rv_table *table = rv_reading_table(reading, "statements.tsv");
    size_t row = 0;
    while (row < table->row_count &&
           !rv_text_equal(rv_reading_cell(reading, "statements.tsv", row, "id"), id))
        row++;
    const char *template = rv_reading_cell(reading, "statements.tsv", row, "text");
    if (template == NULL) {
        reading->lacking = id;
        return NULL;
    }
    struct rv_text text = {0};
    while (*template != '\0') {
        size_t plain = strcspn(template, "{");
        char *part = rv_arena_text_n(reading->arena, template, plain);
        append_clean(&text, part != NULL ? part : "");
        template += plain;
        const char *close = *template == '{' ? strchr(template, '}') : NULL;
        if (close == NULL)
            break;
        append_clean(&text, fill(reading, template + 1, (size_t)(close - template - 1), draft));
        template = close + 1;
    }
    if (text.length > 0 && text.bytes[0] >= 'a' && text.bytes[0] <= 'z')
        text.bytes[0] = (char)(text.bytes[0] - 'a' + 'A');
    const char *copy = rv_reading_format(reading, "%s", text.bytes != NULL ? text.bytes : "");
    rv_text_finish(&text);
    return copy;
}
