/* SPDX-License-Identifier: GPL-3.0-or-later
 * The filter bank: several FIR bands of one signal, sharing the forward transform of each block.
 * For display, needle EMG and export; marks are never made on filtered signals.
 */
#ifndef RANVIER_FILTER_H
#define RANVIER_FILTER_H

#include <ranvier/source.h>

#ifdef __cplusplus
extern "C" {
#endif

enum rv_phase {
    RV_LINEAR_PHASE, /* symmetric; the delay is taken out: output i belongs to input i */
    RV_MINIMUM_PHASE /* causal; nothing appears before its cause */
};

struct rv_band {
    const char *name;    /* "motor"; or the text given with --band */
    double high_pass_hz; /* 0: none */
    double low_pass_hz;  /* 0 or above Nyquist: none */
    double notch_hz;     /* 0: none */
};

/* The named bands (motor, sensory, late, needle): index from 0, NULL at the end. */
RV_API const struct rv_band *rv_band_named(size_t index);
/* A name of the table or "HP:LP" in hertz ("20:3000"). RV_MISUSE where it is neither. */
RV_API enum rv_status rv_band_parse(const char *text, struct rv_band *band, struct rv_error *err);

struct rv_filter_design {
    double rate_hz;
    struct rv_band band;
    enum rv_phase phase;
    size_t tap_count; /* odd; 0: as many as the transitions need */
};

/* What a designed filter really does. */
struct rv_filter_facts {
    size_t tap_count;
    double delay_samples;                     /* linear phase: taken out by the bank */
    double ripple_db;                         /* largest deviation in the passband */
    double attenuation_db;                    /* smallest in the stopbands */
    double high_pass_3db_hz, low_pass_3db_hz; /* as achieved; NaN where there is none */
    /* The passband that ripple_db speaks of, and the stopbands of attenuation_db: up to stop_low_hz
     * (0: at 0 Hz only) and from stop_high_hz on. NaN where there is none. */
    double pass_low_hz, pass_high_hz, stop_low_hz, stop_high_hz;
    double notch_guard_hz;       /* so much on either side of notch_hz is no passband; NaN */
    double notch_attenuation_db; /* smallest within 0.2 Hz of notch_hz; NaN without a notch */
    double notch_width_3db_hz;   /* between its two -3 dB points; NaN without a notch */
};

struct rv_filter_bank;

/* A bank for any number of channels, which travel through the transforms in pairs; designs share
 * the rate. Before its first and after its last sample a signal is taken to hold that sample, so a
 * constant offset makes no transient. RV_MISUSE for a design that cannot be. Owner: the caller. */
RV_API enum rv_status rv_filter_bank_new(const struct rv_filter_design *designs, size_t count,
                                         size_t channel_count, struct rv_filter_bank **bank,
                                         struct rv_error *err);
RV_API void rv_filter_bank_free(struct rv_filter_bank *bank); /* NULL is fine */
RV_API const struct rv_filter_facts *rv_filter_bank_facts(const struct rv_filter_bank *bank,
                                                          size_t band);
/* Feeds `count` samples of each channel (channel-major pointers). How the input is cut into calls
 * does not change one bit of the output. Output is collected with rv_filter_bank_take. RV_DATA for
 * a sample that is not finite, RV_MISUSE after rv_filter_bank_finish. */
RV_API enum rv_status rv_filter_bank_push(struct rv_filter_bank *bank, const float *const *samples,
                                          size_t count, struct rv_error *err);
/* No more input: lets the tail out so that output is as long as input. */
RV_API enum rv_status rv_filter_bank_finish(struct rv_filter_bank *bank, struct rv_error *err);
/* Forgets all samples, those not yet taken too: the next push begins a new signal. */
RV_API void rv_filter_bank_reset(struct rv_filter_bank *bank);
/* Copies up to `capacity` finished samples of one band and channel; returns how many. */
RV_API size_t rv_filter_bank_take(struct rv_filter_bank *bank, size_t band, size_t channel,
                                  float *out, size_t capacity);
/* Transforms executed so far: forward and inverse. For tests that count instead of timing. */
RV_API void rv_filter_bank_counts(const struct rv_filter_bank *bank, size_t *forward,
                                  size_t *inverse);

#ifdef __cplusplus
}
#endif
#endif
