/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writing a case: its recordings, its tables, its truth.
 */
#ifndef RV_SIMULATE_WRITE_H
#define RV_SIMULATE_WRITE_H

#include "base/text.h"
#include "simulate/sweeps.h"

#include <ranvier/simulate.h>

enum rv_file_format { RV_FILE_EDF, RV_FILE_WAV, RV_FILE_CSV };

/* "R APB" */
void rv_channel_label(const struct rv_case_nerve *nerve, char label[64]);
/* "median_motor_right.edf" */
void rv_file_name(const struct rv_case_nerve *nerve, enum rv_file_format format, char name[128]);

/* Writes the recording at a path. `patient` is the EDF+ patient field. */
enum rv_status rv_recording_write(const struct rv_case *the_case, const struct rv_made_file *file,
                                  enum rv_file_format format, double noise_scale, const char *path,
                                  struct rv_error *err);
/* The same in the layout of EDF+ section 3.7: one averaged record a site. */
enum rv_status rv_record_write(const struct rv_case *the_case, const struct rv_made_file *file,
                               double noise_scale, const char *path, struct rv_error *err);

/* When the stimulus of a sweep is given in WAV and text tables; on a sample. */
double rv_continuous_time_s(const struct rv_made_file *file, size_t sweep);

/* Appends the rows of one recording; *number counts the responses of the study. */
void rv_responses_header(struct rv_text *table);
void rv_responses_rows(const struct rv_made_file *file, enum rv_file_format format,
                       struct rv_text *table);
void rv_truth_header(struct rv_text *table);
void rv_truth_rows(const struct rv_made_file *file, const char *name, size_t first_number,
                   struct rv_text *table);

/* A text as a file, whole or not at all. */
enum rv_status rv_text_write(const struct rv_text *text, const char *path, struct rv_error *err);

#endif
