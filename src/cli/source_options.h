/* SPDX-License-Identifier: GPL-3.0-or-later
 * The options of reading a recording, shared by the commands that read one.
 */
#ifndef CLI_SOURCE_OPTIONS_H
#define CLI_SOURCE_OPTIONS_H

#include "command.h"

#include <stddef.h>

struct source_values {
    const char *format;
    const char *encoding;
    const char *calibration;
    double rate_hz;
    size_t channel_count;
    double stall_s;
    bool allow_truncated;
};

/* Rows for an option table; `type` is the command's struct of values, `member` its source_values.
 */
#define SOURCE_OPTIONS(type, member)                                                            \
    {"format-in",                                                                               \
     0,                                                                                         \
     OPTION_TEXT,                                                                               \
     "NAME",                                                                                    \
     "reader to use (frames, edf, sndfile, wfdb, text, raw); default: by content",              \
     offsetof(type, member.format),                                                             \
     0,                                                                                         \
     0},                                                                                        \
        {"calibration",                                                                         \
         0,                                                                                     \
         OPTION_TEXT,                                                                           \
         "uV=X",                                                                                \
         "microvolt for one stored unit (audio: for full scale); CHANNEL:uV=X for one channel", \
         offsetof(type, member.calibration),                                                    \
         0,                                                                                     \
         0},                                                                                    \
        {"encoding",                                                                            \
         0,                                                                                     \
         OPTION_TEXT,                                                                           \
         "CODE",                                                                                \
         "raw PCM: s16le s16be s24le s24be s32le s32be f32le f32be f64le f64be u8",             \
         offsetof(type, member.encoding),                                                       \
         0,                                                                                     \
         0},                                                                                    \
        {"rate",                                                                                \
         0,                                                                                     \
         OPTION_NUMBER,                                                                         \
         "HZ",                                                                                  \
         "sampling rate, where the file does not say it",                                       \
         offsetof(type, member.rate_hz),                                                        \
         1,                                                                                     \
         10e6},                                                                                 \
        {"channels",                                                                            \
         0,                                                                                     \
         OPTION_COUNT,                                                                          \
         "N",                                                                                   \
         "raw PCM: number of channels",                                                         \
         offsetof(type, member.channel_count),                                                  \
         1,                                                                                     \
         1024},                                                                                 \
        {"stall",                                                                               \
         0,                                                                                     \
         OPTION_NUMBER,                                                                         \
         "SECONDS",                                                                             \
         "a pipe or FIFO: end with exit status 75 when nothing comes for so long (default: "    \
         "wait)",                                                                               \
         offsetof(type, member.stall_s),                                                        \
         1e-3,                                                                                  \
         1e6},                                                                                  \
    {                                                                                           \
        "allow-truncated", 0, OPTION_FLAG, NULL, "use what is whole of a cut file, flagged",    \
            offsetof(type, member.allow_truncated), 0, 0                                        \
    }

/* RV_MISUSE with a sentence where an option is wrong. */
enum rv_status source_options_read(const struct source_values *values,
                                   struct rv_source_options *options, struct rv_error *err);

#endif
