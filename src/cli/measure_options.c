/* SPDX-License-Identifier: GPL-3.0-or-later
 * The options of measuring.
 */
#include "measure_options.h"

void measure_options_defaults(struct measure_values *values)
{
    values->reject_ratio = rv_settings_defaults().reject_ratio;
}

enum rv_status measure_options_read(const struct measure_values *values,
                                    struct rv_settings *settings, struct rv_error *err)
{
    *settings = rv_settings_defaults();
    settings->mains_hz = values->mains_hz;
    settings->subtract_mains = !values->keep_mains;
    settings->subtract_tail = !values->keep_tail;
    settings->reject_ratio = values->reject_ratio;
    settings->reference_path = values->reference;
    settings->reference_set = values->reference_set;
    settings->correct_temperature = !values->no_correction;
    settings->interpret = !values->no_interpretation;
    return source_options_read(&values->source, &settings->source, err);
}
