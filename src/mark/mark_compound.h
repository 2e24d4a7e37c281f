/* SPDX-License-Identifier: GPL-3.0-or-later
 * The detector of compound potentials (CMAP, SNAP): presence, onset, peaks, ends, each with its
 * standard error. Method: docs/methods.md "Onset".
 */
#ifndef RV_MARK_MARK_COMPOUND_H
#define RV_MARK_MARK_COMPOUND_H

#include "base/waveform.h"

/* Marks the average of the sweeps. Absent or unmeasurable is a result, not an error; errors are
 * RV_NO_MEMORY and RV_INTERNAL. */
enum rv_status rv_mark_compound(const struct rv_sweeps *sweeps,
                                const struct rv_mark_request *request, struct rv_arena *arena,
                                struct rv_compound *compound, struct rv_error *err);

/* Delay of `later` against `earlier` (two sites of one nerve) by aligning the whole waves in the
 * Fourier domain: a second estimate of the difference of their onsets, in ms, with its SE.
 * `similarity` is the correlation after alignment (0-1). found = false when the shapes disagree or
 * either is absent. */
enum rv_status rv_mark_align(const struct rv_sweeps *earlier,
                             const struct rv_compound *earlier_marks, const struct rv_sweeps *later,
                             const struct rv_compound *later_marks, bool *found, double *delay_ms,
                             double *delay_se_ms, double *similarity, struct rv_error *err);

/* What may be a clipped top or bottom in one sweep, for `plateaus`; the converter's step must be
 * known. */
unsigned rv_mark_plateaus(const struct rv_sweeps *sweeps, enum rv_kind kind, size_t sweep);

#endif
