/* SPDX-License-Identifier: GPL-3.0-or-later
 * What went wrong: a status and one sentence that gains context on its way up.
 */
#ifndef RANVIER_ERROR_H
#define RANVIER_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define RV_API __attribute__((visibility("default")))
#define RV_PRINTF(format_index, first_index) \
    __attribute__((format(printf, format_index, first_index)))
#else
#define RV_API
#define RV_PRINTF(format_index, first_index)
#endif

/* The numbers are the exit statuses of the program (sysexits). */
enum rv_status {
    RV_OK = 0,
    RV_PARTIAL = 1,     /* some inputs of a batch failed */
    RV_MISUSE = 2,      /* the call or the command line is wrong */
    RV_FLAGGED = 3,     /* done, but strict mode met a withheld or flagged value */
    RV_DATA = 65,       /* the input data are wrong */
    RV_NO_INPUT = 66,   /* the input is missing or cannot be read */
    RV_INTERNAL = 70,   /* our own mistake */
    RV_NO_MEMORY = 71,  /* out of memory */
    RV_NO_OUTPUT = 73,  /* the output cannot be created */
    RV_IO = 74,         /* reading or writing failed */
    RV_TRY_AGAIN = 75,  /* busy */
    RV_PERMISSION = 77, /* not permitted */
    RV_STUDY = 78       /* study.json, a study table or a reference table is wrong */
};

/* One sentence: lower case, no full stop, the offending value in it. Owned by the caller, who
 * passes NULL where the sentence is not wanted. Untouched on success. */
struct rv_error {
    enum rv_status status;
    char text[768];
};

#ifdef __cplusplus
}
#endif
#endif
