/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: reference tables of a laboratory, read and asked for a limit.
 */
#include "base/arena.h"
#include "reference/limits.h"

#include <math.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct rv_reference *reference)
{
    const struct rv_patient patient = {.age_years = 50,
                                       .sex = RV_FEMALE,
                                       .height_cm = 165,
                                       .weight_kg = NAN,
                                       .leg_length_cm = NAN,
                                       .bmi_kg_m2 = NAN};
    for (size_t i = 0; i < reference->row_count; i++) {
        const struct rv_limit_row *row = &reference->rows[i];
        const struct rv_response response = {.kind = row->kind,
                                             .nerve = row->nerve != NULL ? row->nerve : "median",
                                             .record = row->record != NULL ? row->record : "APB",
                                             .stimulate = "wrist",
                                             .distance_mm = 80};
        struct rv_limits limits;
        rv_reference_segment_limits(reference, &patient, &response, row->distal, row->parameter,
                                    &limits);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rv_reference reference = {.arena = rv_arena_new()};
    struct rv_error err;
    if (reference.arena == NULL)
        return 0;
    if (rv_limits_read(&reference, (const char *)data, size, &err) == RV_OK) {
        reference.chain[0] = reference.rows[0].set;
        ask(&reference);
    }
    rv_arena_free(reference.arena);
    return 0;
}
