/* SPDX-License-Identifier: GPL-3.0-or-later
 * The options of measuring a study, shared by the commands that measure.
 */
#ifndef CLI_MEASURE_OPTIONS_H
#define CLI_MEASURE_OPTIONS_H

#include "source_options.h"

struct measure_values {
    struct source_values source;
    const char *reference, *reference_set;
    double mains_hz, reject_ratio;
    bool keep_mains, keep_tail, no_interpretation, no_correction;
};

#define MEASURE_ROW(type, member, name, letter, kind, argument, help, least, most) \
    {                                                                              \
        name, letter, kind, argument, help, offsetof(type, member), least, most    \
    }

/* Rows for an option table; `type` is the command's struct of values, `m` its measure_values. */
#define MEASURE_OPTIONS(type, m)                                                              \
    MEASURE_ROW(type, m.reference, "reference", 'r', OPTION_TEXT, "FILE",                     \
                "table of reference limits (default: the built-in ones)", 0, 0),              \
        MEASURE_ROW(type, m.reference_set, "reference-set", 'R', OPTION_TEXT, "NAME",         \
                    "set of the table to use (default: NDTF 2016)", 0, 0),                    \
        MEASURE_ROW(type, m.mains_hz, "mains", 0, OPTION_NUMBER, "HZ",                        \
                    "mains frequency (default: found in the recording)", 40, 70),             \
        MEASURE_ROW(type, m.keep_mains, "keep-mains", 0, OPTION_FLAG, NULL,                   \
                    "do not subtract mains hum", 0, 0),                                       \
        MEASURE_ROW(type, m.keep_tail, "keep-tail", 0, OPTION_FLAG, NULL,                     \
                    "do not subtract the tail of the stimulus artefact", 0, 0),               \
        MEASURE_ROW(type, m.reject_ratio, "reject", 0, OPTION_NUMBER, "X",                    \
                    "leave out a sweep that deviates by more than X robust SDs; 0 keeps all " \
                    "(default 6)",                                                            \
                    0, 1e6),                                                                  \
        MEASURE_ROW(type, m.no_correction, "no-correction", 0, OPTION_FLAG, NULL,             \
                    "keep no temperature-corrected values beside the raw", 0, 0),             \
        MEASURE_ROW(type, m.no_interpretation, "no-interpretation", 0, OPTION_FLAG, NULL,     \
                    "values, verdicts and findings only: no patterns", 0, 0),                 \
        SOURCE_OPTIONS(type, m.source)

void measure_options_defaults(struct measure_values *values);
/* RV_MISUSE with a sentence where an option is wrong. */
enum rv_status measure_options_read(const struct measure_values *values,
                                    struct rv_settings *settings, struct rv_error *err);

#endif
