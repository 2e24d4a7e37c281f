/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every knob of measuring, in one struct with one function of defaults. All commands use it.
 */
#ifndef RANVIER_SETTINGS_H
#define RANVIER_SETTINGS_H

#include <ranvier/source.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rv_reference;

struct rv_settings {
    struct rv_source_options source;
    const char *label;      /* for a single recording: "median motor R wrist 80mm"; NULL: its own
                               labels */
    const char *study_path; /* for a single recording: a study.json with patient, visit, history and
                               temperatures; NULL: what the recording says */
    double search_from_ms, search_to_ms; /* where responses are looked for; NaN: by kind */
    double mains_hz;                     /* 50 or 60; 0: found in the recording */
    bool subtract_mains;                 /* default true */
    bool subtract_tail;                  /* stimulus artefact tail; default true */
    double reject_ratio;        /* a sweep is left out where its deviation exceeds this many robust
                                   SDs of the others; default 6; 0: none is */
    bool keep_sweeps;           /* single sweeps for the waveform plots; default true */
    const char *reference_path; /* NULL: the embedded tables */
    const char *reference_set;  /* NULL: "NDTF 2016" */
    const struct rv_reference *reference; /* opened and kept by the caller, for many studies; NULL:
                                             opened from the two above for each */
    bool correct_temperature;             /* print corrected values beside raw ones; default true */
    bool strict;                          /* RV_FLAGGED when something was withheld or flagged */
    bool interpret;                       /* default true */
    const char *const *earlier; /* earlier studies besides those that the study names: paths as
                                   given, relative to the working folder; default none */
    size_t earlier_count;
};
RV_API struct rv_settings rv_settings_defaults(void);

#ifdef __cplusplus
}
#endif
#endif
