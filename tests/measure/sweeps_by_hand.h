/* SPDX-License-Identifier: GPL-3.0-or-later
 * Trains written down by hand.
 */
#ifndef TEST_SWEEPS_BY_HAND_H
#define TEST_SWEEPS_BY_HAND_H

#include "measure/measure_late.h"

#include <math.h>

enum { HAND_MOST = 16 };

struct by_hand {
    struct rv_late late;
    struct rv_late_sweep sweeps[HAND_MOST];
    struct rv_response response;
    struct rv_measurement measurement;
    struct rv_notices notices;
};

static inline struct rv_late_sweep empty_sweep(void)
{
    const double none = (double)NAN;
    return (struct rv_late_sweep){RV_ABSENT, false, none, none, none, none,
                                  none,      none,  none, none, none, none};
}

static inline void begin_by_hand(struct by_hand *hand, enum rv_kind kind, size_t count)
{
    *hand = (struct by_hand){.response = {.id = "R01", .kind = kind, .side = RV_RIGHT}};
    for (size_t i = 0; i < count; i++) {
        hand->sweeps[i] = empty_sweep();
    }
    hand->late = (struct rv_late){.sweep_count = count,
                                  .sweeps = hand->sweeps,
                                  .used_count = count,
                                  .floor_uv = 20.0,
                                  .m_onset_ms = 3.0,
                                  .m_onset_se_ms = 0.05,
                                  .plateau = true};
    hand->measurement.response = &hand->response;
    hand->notices.arena = rv_arena_new();
}

static inline void end_by_hand(struct by_hand *hand)
{
    rv_notices_finish(&hand->notices);
    rv_arena_free(hand->notices.arena);
}

#endif
