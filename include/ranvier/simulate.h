/* SPDX-License-Identifier: GPL-3.0-or-later
 * Studies with exactly known truth: responses of travelling action potentials, with artefact,
 * noise, mains and an amplifier.
 */
#ifndef RANVIER_SIMULATE_H
#define RANVIER_SIMULATE_H

#include <ranvier/source.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rv_simulate_options {
    uint64_t seed;      /* default 1 */
    double noise_scale; /* 1: as the case says; 0: none */
    const char *format; /* "edf", "wav" or "csv"; NULL: "edf" */
};
RV_API struct rv_simulate_options rv_simulate_defaults(void);

struct rv_simulate_case {
    const char *name;
    const char *description;
};

/* The cases: index from 0, NULL at the end. */
RV_API const struct rv_simulate_case *rv_simulate_case_at(size_t index);

/* Writes the study folder of a case, with truth.tsv. RV_MISUSE: no such case; RV_NO_OUTPUT when
 * the folder exists and is not empty. */
RV_API enum rv_status rv_simulate_write(const char *name, const char *folder,
                                        const struct rv_simulate_options *options,
                                        struct rv_error *err);

#ifdef __cplusplus
}
#endif
#endif
