/* SPDX-License-Identifier: GPL-3.0-or-later
 * ranvier compare: the report of a study beside earlier ones of the same patient.
 */
#include "report_command.h"

#include <stdint.h>

static enum rv_status run(const void *values, size_t count, char *const *operands,
                          struct rv_error *err)
{
    struct report_earlier earlier = {(const char *const *)operands, count - 1};
    return report_run(values, operands[count - 1], &earlier, err);
}

const struct command command_compare = {
    .name = "compare",
    .operands = "EARLIER... NOW",
    .summary = "Report a study with its changes against earlier ones",
    .details =
        "Writes the report of NOW, the last study named, with the change of each value since the\n"
        "earlier studies; those that its study.json names are taken along. The order does not\n"
        "matter: they are compared oldest first by the dates of their visits. A change counts\n"
        "beyond the reference change value of its parameter. Values of different distances or\n"
        "temperatures, and responses of the other side, are not compared; the report says so.\n"
        "ranvier compare visit-1 visit-2 -o visit-2.html",
    .options = report_options,
    .values_size = sizeof(struct report_values),
    .defaults = report_defaults,
    .operands_min = 2,
    .operands_max = SIZE_MAX,
    .run = run,
};
