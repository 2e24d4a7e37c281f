/* SPDX-License-Identifier: GPL-3.0-or-later
 * A small good EDF or BDF file in memory, made by hand field by field, to be spoilt by tests.
 *
 * Two records of 1 ms; signal 1 "R APB", mV, 10 samples (10 kHz), one stored step is exactly
 * 1 microvolt; signal 2 "STIM" (BDF: "Status") 5 samples; signal 3 annotations of 240 bytes.
 */
#ifndef TESTS_EDF_BYTES_H
#define TESTS_EDF_BYTES_H

#include <ranvier/source.h>

struct edf_bytes {
    unsigned char bytes[4096];
    size_t length, header_bytes, record_bytes, sample_bytes;
};

enum { APB_SAMPLES = 10, STIM_SAMPLES = 5, LIST_BYTES = 240 };

/* `kind` is the reserved field: "EDF+C", "EDF+D", "" (plain EDF), "BDF+C", "24BIT". Samples of
 * signal 1 count up from 100 over both records. */
struct edf_bytes edf_bytes_make(const char *kind);
/* Overwrites a field of the first 256 bytes, padded with blanks. */
void edf_bytes_fixed(struct edf_bytes *file, size_t at, size_t width, const char *text);
/* Overwrites a field of a signal: `before` is the width of the columns before it. */
void edf_bytes_cell(struct edf_bytes *file, size_t signal, size_t before, size_t width,
                    const char *text);
/* Sets the annotation list of a record; `length` counts the bytes of a literal with NULs. */
void edf_bytes_list(struct edf_bytes *file, size_t record, const char *list, size_t length);
void edf_bytes_sample(struct edf_bytes *file, size_t record, size_t signal, size_t index,
                      long number);

/* Opens and reads to the end; the recording is the caller's. */
enum rv_status edf_bytes_read(const struct edf_bytes *file, bool allow_truncated,
                              struct rv_recording **recording, struct rv_error *err);
/* Reads and expects a refusal with this status whose sentence holds each of the words. */
void edf_bytes_refused(const struct edf_bytes *file, enum rv_status status, const char *words);
bool recording_has_notice(const struct rv_recording *recording, const char *code);

#endif
