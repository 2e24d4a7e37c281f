/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a study to its report: the one place that knows the order of the stages.
 */
#ifndef RANVIER_SESSION_H
#define RANVIER_SESSION_H

#include <ranvier/result.h>
#include <ranvier/settings.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Measures every response of the study, judges the values and interprets them. The report borrows
 * the study. Errors of a single recording become notices and withheld values when the rest can go
 * on; RV_DATA, RV_STUDY when nothing could be done. */
RV_API enum rv_status rv_session_run(const struct rv_study *study,
                                     const struct rv_settings *settings, struct rv_report **report,
                                     struct rv_error *err);

/* --- BIDS datasets ------------------------------------------------------------------------- */

/* A subject, or one session of it, with all its recordings: a path for rv_study_read. */
struct rv_bids_study {
    const char *path;
    uint64_t bytes; /* of recordings and what lies beside them */
};

struct rv_bids_studies {
    const struct rv_bids_study *items; /* in the order of their paths */
    size_t count;
    struct rv_arena *arena;
};

/* The studies at or below a folder of a BIDS dataset (its root, a subject, a session); *studies
 * stays NULL where the folder is in none. RV_STUDY where dataset_description.json is broken. Freed
 * with rv_bids_studies_free. */
RV_API enum rv_status rv_bids_studies(const char *path, struct rv_bids_studies **studies,
                                      struct rv_error *err);
RV_API void rv_bids_studies_free(struct rv_bids_studies *studies); /* NULL is fine */

/* Is it one recording of a BIDS dataset, with sidecars that rv_study_read reads? */
RV_API bool rv_bids_is_recording(const char *path);

/* SHA-256 of all that measuring a BIDS study or recording depends on: recordings, every sidecar
 * that applies, and of participants.tsv the rows of the subject. *found is false, and `sha256`
 * untouched, where the path is no such. */
RV_API enum rv_status rv_bids_digest(const char *path, bool *found, char sha256[65],
                                     struct rv_error *err);

#ifdef __cplusplus
}
#endif
#endif
