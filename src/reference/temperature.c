/* SPDX-License-Identifier: GPL-3.0-or-later
 * Skin temperature: which limb, how warm, what factor. The numbers are those of temperature.tsv.
 */
#include "reference/temperature.h"

#include "base/error.h"
#include "base/table.h"
#include "base/text.h"
#include "knowledge/knowledge.h"

#include <math.h>

struct rv_temperature_policy {
    struct rv_table table;
};

enum rv_status rv_temperature_read(struct rv_arena *arena, struct rv_temperature_policy **policy,
                                   struct rv_error *err)
{
    size_t length = 0;
    const char *bytes = rv_knowledge_bytes("temperature.tsv", &length);
    struct rv_temperature_policy *made = rv_arena_alloc(arena, 1, sizeof *made);
    if (made == NULL)
        return rv_fail_memory(err);
    if (bytes == NULL)
        return rv_fail(err, RV_INTERNAL, "temperature.tsv is not there");
    enum rv_status status = rv_table_parse(arena, bytes, length, &made->table, err);
    if (status != RV_OK)
        return rv_fail_in(err, status, "temperature.tsv");
    *policy = made;
    return RV_OK;
}

static const char *cell(const struct rv_table *table, size_t row, const char *column)
{
    return rv_table_cell(table, row, rv_table_column(table, column));
}

/* A cell that says nothing holds for all. */
static bool holds(const struct rv_table *table, size_t row, const char *column, const char *word)
{
    const char *text = cell(table, row, column);
    return text == NULL || rv_text_equal(text, word);
}

static double find(const struct rv_temperature_policy *policy, const char *item, const char *region,
                   const char *nerve, const char *kind)
{
    const struct rv_table *table = &policy->table;
    double value = NAN;
    for (size_t row = 0; row < table->row_count; row++)
        if (rv_text_equal(cell(table, row, "item"), item) && holds(table, row, "region", region) &&
            holds(table, row, "nerve", nerve) && holds(table, row, "kind", kind) &&
            rv_number_text(cell(table, row, "value"), &value, NULL))
            return value;
    return NAN;
}

static enum rv_limb limb_of(enum rv_region region, enum rv_side side)
{
    bool arm = region == RV_REGION_ARM;
    if (!arm && region != RV_REGION_LEG)
        return RV_LIMB_NONE;
    if (side == RV_RIGHT)
        return arm ? RV_HAND_RIGHT : RV_FOOT_RIGHT;
    if (side == RV_LEFT)
        return arm ? RV_HAND_LEFT : RV_FOOT_LEFT;
    return arm ? RV_HAND : RV_FOOT;
}

const char *rv_limb_name(enum rv_limb limb)
{
    static const char *const names[RV_LIMB_COUNT] = {
        "", "right hand", "left hand", "right foot", "left foot", "hand", "foot"};
    return names[limb];
}

/* Of a limb whose side was not said no temperature is taken: it would be a guess. */
static double written_temperature(const struct rv_temperatures *written, enum rv_limb limb)
{
    switch (limb) {
    case RV_HAND_RIGHT:
        return written->hand_right;
    case RV_HAND_LEFT:
        return written->hand_left;
    case RV_FOOT_RIGHT:
        return written->foot_right;
    case RV_FOOT_LEFT:
        return written->foot_left;
    default:
        return NAN;
    }
}

struct rv_limb_state rv_limb_state(const struct rv_temperature_policy *policy,
                                   const struct rv_study *study, const struct rv_response *response)
{
    enum rv_region region = rv_nerve_region(response->nerve);
    const char *word = region == RV_REGION_ARM ? "arm" : "leg";
    struct rv_limb_state state = {.limb = limb_of(region, response->side),
                                  .warmth = RV_WARMTH_NOT_NEEDED,
                                  .temperature_c = response->temperature_c,
                                  .target_c = find(policy, "target", word, NULL, NULL),
                                  .floor_c = find(policy, "refuse_below", word, NULL, NULL)};
    if (state.limb == RV_LIMB_NONE)
        return state;
    if (isnan(state.temperature_c))
        state.temperature_c = written_temperature(&study->temperature_c, state.limb);
    if (isnan(state.temperature_c))
        state.warmth = RV_WARMTH_NOT_KNOWN;
    else if (state.temperature_c < state.floor_c)
        state.warmth = RV_TOO_COLD;
    else
        state.warmth = state.temperature_c < state.target_c ? RV_COOL : RV_WARM;
    return state;
}

double rv_temperature_factor(const struct rv_temperature_policy *policy,
                             const struct rv_response *response, enum rv_parameter parameter)
{
    enum rv_region region = rv_nerve_region(response->nerve);
    const char *word = region == RV_REGION_ARM ? "arm" : "leg";
    const char *item = parameter == RV_CONDUCTION_VELOCITY ? "velocity_factor"
                       : parameter == RV_ONSET_LATENCY     ? "latency_factor"
                                                           : "";
    return find(policy, item, word, response->nerve, rv_kind_name(response->kind));
}
