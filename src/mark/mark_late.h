/* SPDX-License-Identifier: GPL-3.0-or-later
 * Detectors that look at single sweeps: F-wave, H-reflex, repetitive stimulation, blink reflex.
 * Method: docs/methods/late.md. A response that is not there is a result, not an error; errors are
 * RV_NO_MEMORY and RV_INTERNAL. Sweeps and their findings live in the arena.
 */
#ifndef RV_MARK_MARK_LATE_H
#define RV_MARK_MARK_LATE_H

#include "base/late.h"

/* F-waves on the tail of the M-wave; A-waves set apart, repeaters flagged. `m` is the marked
 * average (rv_mark_compound); where it is absent the M-wave is not measured. */
enum rv_status rv_mark_f(const struct rv_sweeps *sweeps, const struct rv_late_request *request,
                         const struct rv_compound *m, struct rv_arena *arena, struct rv_late *late,
                         struct rv_error *err);

/* M and H of each sweep of a recruitment series. */
enum rv_status rv_mark_h(const struct rv_sweeps *sweeps, const struct rv_late_request *request,
                         struct rv_arena *arena, struct rv_late *late, struct rv_error *err);

/* Amplitude and area of each response of a train; `average` is the marked average. */
enum rv_status rv_mark_train(const struct rv_sweeps *sweeps, const struct rv_compound *average,
                             struct rv_arena *arena, struct rv_late *late, struct rv_error *err);

/* R1 (looked for in m_from_ms .. m_to_ms) and R2 (from_ms .. to_ms) of one channel. */
enum rv_status rv_mark_blink(const struct rv_sweeps *sweeps, const struct rv_late_request *request,
                             struct rv_arena *arena, struct rv_blink *blink, struct rv_error *err);

#endif
