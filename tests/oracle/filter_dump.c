/* SPDX-License-Identifier: GPL-3.0-or-later
 * One filter laid open for an independent check: filter_dump RATE BAND NOTCH PHASE TAPS < float32
 * prints the facts, the taps and the filtered samples as text, one number a line.
 */
#include "dsp/design.h"

#include <ranvier/ranvier.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES_MAX = 1 << 20 };

static float input[SAMPLES_MAX], output[SAMPLES_MAX];

static void print_facts(const struct rv_filter_facts *facts)
{
    printf("tap_count %zu\ndelay %.17g\nripple_db %.17g\nattenuation_db %.17g\n", facts->tap_count,
           facts->delay_samples, facts->ripple_db, facts->attenuation_db);
    printf("high_pass_3db_hz %.17g\nlow_pass_3db_hz %.17g\n", facts->high_pass_3db_hz,
           facts->low_pass_3db_hz);
    printf("pass_low_hz %.17g\npass_high_hz %.17g\nstop_low_hz %.17g\nstop_high_hz %.17g\n",
           facts->pass_low_hz, facts->pass_high_hz, facts->stop_low_hz, facts->stop_high_hz);
    printf("notch_guard_hz %.17g\nnotch_attenuation_db %.17g\nnotch_width_3db_hz %.17g\n",
           facts->notch_guard_hz, facts->notch_attenuation_db, facts->notch_width_3db_hz);
}

static enum rv_status run(const struct rv_filter_design *design, size_t count, size_t *done,
                          struct rv_error *err)
{
    struct rv_filter_bank *bank = NULL;
    const float *pointer = input;
    enum rv_status status = rv_filter_bank_new(design, 1, 1, &bank, err);
    if (status == RV_OK)
        status = rv_filter_bank_push(bank, &pointer, count, err);
    if (status == RV_OK)
        status = rv_filter_bank_finish(bank, err);
    if (status == RV_OK)
        *done = rv_filter_bank_take(bank, 0, 0, output, SAMPLES_MAX);
    rv_filter_bank_free(bank);
    return status;
}

int main(int count, char **words)
{
    if (count != 6)
        return RV_MISUSE;
    struct rv_error err = {RV_OK, ""};
    struct rv_filter_design design = {.rate_hz = atof(words[1])};
    struct rv_fir fir = {.taps = NULL};
    size_t done = 0;
    enum rv_status status = rv_band_parse(words[2], &design.band, &err);
    design.band.notch_hz = atof(words[3]);
    design.phase = strcmp(words[4], "minimum") == 0 ? RV_MINIMUM_PHASE : RV_LINEAR_PHASE;
    design.tap_count = (size_t)atol(words[5]);
    const size_t read = fread(input, sizeof(float), SAMPLES_MAX, stdin);
    if (status == RV_OK)
        status = rv_fir_design(&design, &fir, &err);
    if (status == RV_OK)
        status = run(&design, read, &done, &err);
    if (status == RV_OK) {
        print_facts(&fir.facts);
        printf("taps %zu\n", fir.tap_count);
        for (size_t i = 0; i < fir.tap_count; i++)
            printf("%.17g\n", fir.taps[i]);
        printf("output %zu\n", done);
        for (size_t i = 0; i < done; i++)
            printf("%.9g\n", (double)output[i]);
    } else {
        fprintf(stderr, "%s\n", err.text);
    }
    rv_fir_finish(&fir);
    return (int)status;
}
