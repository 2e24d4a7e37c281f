/* SPDX-License-Identifier: GPL-3.0-or-later
 * Design of the FIR filters of the bank, in double precision, and what they achieve.
 */
#ifndef RV_DSP_DESIGN_H
#define RV_DSP_DESIGN_H

#include <ranvier/filter.h>

enum { RV_TAPS_MAX = (1 << 20) + 1 };

/* A designed filter: output[i] = sum over k of taps[k] * input[i + advance - k]. */
struct rv_fir {
    double *taps; /* owned; rv_fir_finish */
    size_t tap_count;
    size_t advance; /* samples of the future that it needs: linear phase half its length, else 0 */
    struct rv_filter_facts facts;
};

/* "2.7.1" of the GNU Scientific Library that is loaded. */
const char *rv_gsl_version(void);

/* RV_MISUSE where the rate, the band or the number of taps cannot be; RV_NO_MEMORY. */
enum rv_status rv_fir_design(const struct rv_filter_design *design, struct rv_fir *fir,
                             struct rv_error *err);
void rv_fir_finish(struct rv_fir *fir);

/* Refuses a band or rate that cannot be. */
enum rv_status rv_band_check(const struct rv_band *band, double rate_hz, struct rv_error *err);

/* --- shared by the files of the design ------------------------------------------------------ */

/* |response| at size / 2 + 1 frequencies from 0 to half the rate. */
struct rv_magnitude {
    double *values; /* owned by whoever made it */
    size_t size;    /* of the transform behind it, a power of two */
    double rate_hz;
};

/* Completes fir->facts, where the designer has put the pass and stop bands. */
void rv_magnitude_facts(const struct rv_magnitude *response, const struct rv_band *band,
                        struct rv_fir *fir);

/* Replaces the magnitude by that of a causal filter of minimum phase and `tap_count` taps, which
 * it computes; a null at 0 Hz stays one. */
enum rv_status rv_minimum_phase(struct rv_magnitude *response, double *taps, size_t tap_count,
                                struct rv_error *err);

#endif
