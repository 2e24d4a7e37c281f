/* SPDX-License-Identifier: GPL-3.0-or-later
 * What report and compare share: their options and how a report is made and written.
 */
#ifndef CLI_REPORT_COMMAND_H
#define CLI_REPORT_COMMAND_H

#include "command.h"
#include "measure_options.h"

struct report_values {
    struct measure_values measure;
    const char *output, *formats;
    const char *label, *study, *search;
    bool force, strict;
    const char *colour;
    size_t width;
};

extern const struct option_row report_options[];
void report_defaults(void *values);

/* Earlier studies named on the command line. */
struct report_earlier {
    const char *const *paths;
    size_t count;
};

/* Measures the study at `path`, compares it with the earlier ones, writes the report. */
enum rv_status report_run(const struct report_values *values, const char *path,
                          const struct report_earlier *earlier, struct rv_error *err);

#endif
