/* SPDX-License-Identifier: GPL-3.0-or-later
 * The options of reading a recording.
 */
#include "source_options.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    enum rv_encoding encoding;
} encodings[] = {
    {"s16le", RV_S16LE}, {"s16be", RV_S16BE}, {"s24le", RV_S24LE}, {"s24be", RV_S24BE},
    {"s32le", RV_S32LE}, {"s32be", RV_S32BE}, {"f32le", RV_F32LE}, {"f32be", RV_F32BE},
    {"f64le", RV_F64LE}, {"f64be", RV_F64BE}, {"u8", RV_U8},
};

enum rv_status source_options_read(const struct source_values *values,
                                   struct rv_source_options *options, struct rv_error *err)
{
    *options = rv_source_defaults();
    options->format = values->format;
    options->calibration = values->calibration;
    options->rate_hz = values->rate_hz;
    options->channel_count = values->channel_count;
    options->stall_s = values->stall_s;
    options->allow_truncated = values->allow_truncated;
    if (values->encoding == NULL)
        return RV_OK;
    if (options->format == NULL)
        options->format = "raw";
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++)
        if (strcmp(encodings[i].name, values->encoding) == 0) {
            options->encoding = encodings[i].encoding;
            return RV_OK;
        }
    snprintf(err->text, sizeof err->text, "--encoding: \"%s\" is none of s16le … u8",
             values->encoding);
    return err->status = RV_MISUSE;
}
