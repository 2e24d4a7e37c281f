/* SPDX-License-Identifier: GPL-3.0-or-later
 * Numbers of the advice of a stream, from thresholds.tsv.
 */
#include "session/stream_numbers.h"

#include "base/error.h"
#include "base/table.h"
#include "base/text.h"
#include "knowledge/knowledge.h"

static bool find(const struct rv_table *table, const char *id, double *number)
{
    const size_t ids = rv_table_column(table, "id"), values = rv_table_column(table, "value");
    for (size_t row = 0; row < table->row_count; row++)
        if (rv_text_equal(rv_table_cell(table, row, ids), id))
            return rv_number_text(rv_table_cell(table, row, values), number, NULL);
    return false;
}

enum rv_status rv_stream_numbers_read(struct rv_arena *arena, struct rv_stream_numbers *numbers,
                                      struct rv_error *err)
{
    const struct {
        const char *id;
        double *number;
    } rows[] = {{"advice_f_stimuli_least", &numbers->f_stimuli_least},
                {"advice_f_stimuli_usual", &numbers->f_stimuli_usual},
                {"advice_f_minimum_se_ms", &numbers->f_minimum_se_ms},
                {"advice_f_floor_uv", &numbers->f_floor_uv},
                {"advice_h_floor_uv", &numbers->h_floor_uv},
                {"advice_f_waves_least", &numbers->f_waves_least},
                {"advice_train_least_hz", &numbers->train_least_hz},
                {"advice_train_most_hz", &numbers->train_most_hz},
                {"advice_train_fast_hz", &numbers->train_fast_hz},
                {"advice_train_count", &numbers->train_count}};
    size_t length = 0;
    struct rv_table table;
    const char *bytes = rv_knowledge_bytes("thresholds.tsv", &length);
    if (bytes == NULL)
        return rv_fail(err, RV_INTERNAL, "thresholds.tsv is not there");
    enum rv_status status = rv_table_parse(arena, bytes, length, &table, err);
    if (status != RV_OK)
        return rv_fail_in(err, status, "thresholds.tsv");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!find(&table, rows[i].id, rows[i].number))
            return rv_fail(err, RV_INTERNAL, "thresholds.tsv: %s is not there", rows[i].id);
    return RV_OK;
}
