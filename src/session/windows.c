/* SPDX-License-Identifier: GPL-3.0-or-later
 * The window that is cut around each stimulus, by the kind of response.
 */
#include "session/windows.h"

/* The window cut around each stimulus, ms. What a recording does not hold is left out. */
static const struct rv_window windows[RV_KIND_COUNT] = {
    [RV_MOTOR] = {-10, 60},      [RV_SENSORY] = {-10, 25},  [RV_MIXED] = {-10, 25},
    [RV_F_WAVE] = {-10, 120},    [RV_H_REFLEX] = {-10, 90}, [RV_BLINK] = {-10, 120},
    [RV_REPETITIVE] = {-10, 60},
};

struct rv_window rv_window_of(enum rv_kind kind, const struct rv_settings *settings)
{
    struct rv_window window = windows[kind];
    if (settings->search_to_ms + 20 > window.to_ms) /* false where it is not set */
        window.to_ms = settings->search_to_ms + 20;
    return window;
}
