/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where late responses are looked for: late_windows.tsv.
 */
#ifndef RV_KNOWLEDGE_LATE_WINDOWS_H
#define RV_KNOWLEDGE_LATE_WINDOWS_H

#include <ranvier/study.h>

enum rv_late_part { RV_LATE_LATE, RV_LATE_EARLY };

/* The window of a response in ms after the stimulus, moved by the height (NaN: not known, the
 * window is wider). *found is false when the table has none for the nerve's region. Errors:
 * RV_NO_MEMORY, RV_INTERNAL. */
enum rv_status rv_late_window(const struct rv_response *response, enum rv_late_part part,
                              double height_cm, bool *found, double *from_ms, double *to_ms,
                              struct rv_error *err);

#endif
