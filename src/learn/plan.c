/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading learn.tsv.
 */
#include "learn/plan.h"

#include "base/error.h"
#include "base/table.h"
#include "base/text.h"
#include "knowledge/knowledge.h"

#include <math.h>
#include <string.h>

struct reading {
    struct rv_table table;
    size_t row;
};

static const char *cell(const struct reading *reading, const char *column)
{
    return rv_table_cell(&reading->table, reading->row, rv_table_column(&reading->table, column));
}

/* Numbers separated by '|'. false: one is none, or there are too many. */
static bool read_list(const char *text, double *numbers, size_t most, size_t *count)
{
    *count = 0;
    while (text != NULL) {
        size_t length = strcspn(text, "|");
        if (*count == most || !rv_number_read(text, length, &numbers[*count]))
            return false;
        (*count)++;
        text = text[length] == '|' ? text + length + 1 : NULL;
    }
    return true;
}

static bool read_words(const struct reading *reading, struct rv_plan_value *value)
{
    const char *kind = cell(reading, "kind"), *parameter = cell(reading, "parameter");
    const char *ill = cell(reading, "ill");
    size_t k = 0, p = 0;
    while (k < RV_KIND_COUNT && !rv_text_equal(kind, rv_kind_name((enum rv_kind)k)))
        k++;
    while (p < RV_PARAMETER_COUNT &&
           !rv_text_equal(parameter, rv_parameter_facts((enum rv_parameter)p)->name))
        p++;
    value->kind = (enum rv_kind)k;
    value->parameter = (enum rv_parameter)p;
    value->high_is_ill = rv_text_equal(ill, "high");
    return k < RV_KIND_COUNT && p < RV_PARAMETER_COUNT &&
           (value->high_is_ill || rv_text_equal(ill, "low"));
}

static bool read_value(const struct reading *reading, struct rv_plan_value *value)
{
    double lambdas[RV_SCALES_MOST], percent;
    const char *tolerance = cell(reading, "distance_tolerance_mm");
    value->distance_tolerance_mm = NAN;
    if (!read_words(reading, value) || !rv_number_text(cell(reading, "percent"), &percent, NULL) ||
        (tolerance != NULL && !rv_number_text(tolerance, &value->distance_tolerance_mm, NULL)) ||
        !read_list(cell(reading, "scales"), lambdas, RV_SCALES_MOST, &value->scale_count))
        return false;
    value->fraction = percent / 100;
    for (size_t i = 0; i < value->scale_count; i++)
        value->scales[i] = (struct rv_scale){lambdas[i], value->high_is_ill};
    return value->scale_count > 0;
}

static bool read_strata(const struct reading *reading, struct rv_plan_strata *strata)
{
    strata->by_sex = rv_text_equal(cell(reading, "sex"), "yes");
    return read_list(cell(reading, "ages"), strata->ages, RV_BANDS_MOST, &strata->age_count) &&
           read_list(cell(reading, "heights"), strata->heights, RV_BANDS_MOST,
                     &strata->height_count);
}

enum rv_status rv_plan_read(struct rv_arena *arena, struct rv_plan *plan, struct rv_error *err)
{
    struct reading reading = {.row = 0};
    size_t length = 0;
    const char *bytes = rv_knowledge_bytes("learn.tsv", &length);
    enum rv_status status = rv_table_parse(arena, bytes, length, &reading.table, err);
    if (status != RV_OK)
        return status;
    struct rv_plan_value *values = rv_arena_alloc(arena, reading.table.row_count, sizeof *values);
    struct rv_plan_strata *strata = rv_arena_alloc(arena, reading.table.row_count, sizeof *strata);
    if (values == NULL || strata == NULL)
        return rv_fail_memory(err);
    *plan = (struct rv_plan){.values = values, .strata = strata};
    for (; reading.row < reading.table.row_count; reading.row++) {
        bool is_value = rv_text_equal(cell(&reading, "item"), "value");
        bool good = is_value ? read_value(&reading, &values[plan->value_count++])
                             : read_strata(&reading, &strata[plan->strata_count++]);
        if (!good)
            return rv_fail(err, RV_INTERNAL, "learn.tsv line %zu is not as it must be",
                           reading.table.lines[reading.row]);
    }
    return RV_OK;
}

const struct rv_plan_value *rv_plan_find(const struct rv_plan *plan, enum rv_kind kind,
                                         enum rv_parameter parameter)
{
    for (size_t i = 0; i < plan->value_count; i++)
        if (plan->values[i].kind == kind && plan->values[i].parameter == parameter)
            return &plan->values[i];
    return NULL;
}
