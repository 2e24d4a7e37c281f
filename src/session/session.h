/* SPDX-License-Identifier: GPL-3.0-or-later
 * Measuring without interpreting.
 */
#ifndef RV_SESSION_SESSION_H
#define RV_SESSION_SESSION_H

#include <ranvier/session.h>

/* As rv_session_run, but the report's interpretation is left empty. */
enum rv_status rv_session_measure(const struct rv_study *study, const struct rv_settings *settings,
                                  struct rv_report **report, struct rv_error *err);

#endif
