/* SPDX-License-Identifier: GPL-3.0-or-later
 * The defaults of measuring.
 */
#include <ranvier/settings.h>

#include <math.h>

struct rv_settings rv_settings_defaults(void)
{
    return (struct rv_settings){.source = rv_source_defaults(),
                                .search_from_ms = NAN,
                                .search_to_ms = NAN,
                                .mains_hz = 0,
                                .subtract_mains = true,
                                .subtract_tail = true,
                                .reject_ratio = 6,
                                .keep_sweeps = true,
                                .correct_temperature = true,
                                .interpret = true};
}
