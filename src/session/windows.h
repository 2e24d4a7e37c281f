/* SPDX-License-Identifier: GPL-3.0-or-later
 * The window that is cut around each stimulus, by the kind of response.
 */
#ifndef RV_SESSION_WINDOWS_H
#define RV_SESSION_WINDOWS_H

#include <ranvier/settings.h>

struct rv_window {
    double from_ms, to_ms;
};

struct rv_window rv_window_of(enum rv_kind kind, const struct rv_settings *settings);

#endif
