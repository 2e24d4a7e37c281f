/* SPDX-License-Identifier: GPL-3.0-or-later
 * The most exact row of late_windows.tsv for a response.
 */
#include "knowledge/late_windows.h"

#include "base/error.h"
#include "base/table.h"
#include "base/text.h"
#include "knowledge/knowledge.h"

#include <math.h>
#include <stdint.h>

/* What an unknown height may differ from the table's. */
static const double unknown_cm = 20.0;

static const char *region_of(const struct rv_response *response)
{
    static const char *const names[] = {"", "arm", "leg", "face", "trunk"};
    if (response->kind == RV_BLINK)
        return "face"; /* the supraorbital nerve is stimulated, the facial nerve answers */
    return names[rv_nerve_region(response->nerve)];
}

static const char *cell(const struct rv_table *table, size_t row, const char *column)
{
    return rv_table_cell(table, row, rv_table_column(table, column));
}

/* 0: not for this response; the larger, the more exact. */
static int exactness(const struct rv_table *table, size_t row, const struct rv_response *response,
                     enum rv_late_part part)
{
    const char *nerve = cell(table, row, "nerve"), *site = cell(table, row, "stimulate");
    if (!rv_text_equal(cell(table, row, "kind"), rv_kind_name(response->kind)) ||
        !rv_text_equal(cell(table, row, "region"), region_of(response)) ||
        !rv_text_equal(cell(table, row, "part"), part == RV_LATE_EARLY ? "early" : "late"))
        return 0;
    if ((nerve != NULL && !rv_text_equal(nerve, response->nerve)) ||
        (site != NULL && !rv_text_equal(site, response->stimulate)))
        return 0;
    return 1 + (nerve != NULL ? 2 : 0) + (site != NULL ? 1 : 0);
}

static bool read_row(const struct rv_table *table, size_t row, double height_cm, double *from_ms,
                     double *to_ms)
{
    double slope, at_cm;
    if (!rv_number_text(cell(table, row, "from_ms"), from_ms, NULL) ||
        !rv_number_text(cell(table, row, "to_ms"), to_ms, NULL) ||
        !rv_number_text(cell(table, row, "ms_per_cm"), &slope, NULL) ||
        !rv_number_text(cell(table, row, "height_cm"), &at_cm, NULL))
        return false;
    *from_ms += slope * (isnan(height_cm) ? -unknown_cm : height_cm - at_cm);
    *to_ms += slope * (isnan(height_cm) ? unknown_cm : height_cm - at_cm);
    return true;
}

enum rv_status rv_late_window(const struct rv_response *response, enum rv_late_part part,
                              double height_cm, bool *found, double *from_ms, double *to_ms,
                              struct rv_error *err)
{
    size_t length = 0, best = SIZE_MAX;
    int most = 0;
    const char *bytes = rv_knowledge_bytes("late_windows.tsv", &length);
    struct rv_arena *arena = rv_arena_new();
    struct rv_table table;
    if (arena == NULL)
        return rv_fail_memory(err);
    enum rv_status status = rv_table_parse(arena, bytes, length, &table, err);
    for (size_t row = 0; status == RV_OK && row < table.row_count; row++) {
        int exact = exactness(&table, row, response, part);
        if (exact > most) {
            most = exact;
            best = row;
        }
    }
    *found = best != SIZE_MAX;
    if (status == RV_OK && *found && !read_row(&table, best, height_cm, from_ms, to_ms))
        status = rv_fail(err, RV_INTERNAL, "late_windows.tsv line %zu holds no window",
                         table.lines[best]);
    rv_arena_free(arena);
    return status;
}
