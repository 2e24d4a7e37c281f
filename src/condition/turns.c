/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cosines and sines by turning: each from the one before, a true one every now and then.
 */
#include "condition/turns.h"

#include <math.h>

enum { ANCHOR = 32 };

static double phase_of(const struct rv_turns *turns, double index)
{
    const double t = turns->start_s + index * turns->step_s, since = t - turns->reference_s;
    return 2.0 * M_PI * (turns->frequency_hz * t + 0.5 * turns->drift_hz_s * since * since);
}

void rv_turns_fill(const struct rv_turns *turns, size_t count, double *cosine, double *sine)
{
    const double step = turns->step_s;
    const double bend = 2.0 * M_PI * turns->drift_hz_s * step * step; /* of the phase, a step */
    const double bend_c = cos(bend), bend_s = sin(bend);
    for (size_t i = 0; i < count; i += ANCHOR) {
        const size_t most = count - i < ANCHOR ? count - i : ANCHOR;
        const double phase = phase_of(turns, (double)i);
        /* the phase's first step: its slope at the middle of the step */
        const double middle = turns->start_s + ((double)i + 0.5) * step - turns->reference_s;
        const double turn = 2.0 * M_PI * step * (turns->frequency_hz + turns->drift_hz_s * middle);
        double c = cos(phase), s = sin(phase), turn_c = cos(turn), turn_s = sin(turn);
        for (size_t k = 0; k < most; k++) {
            cosine[i + k] = c;
            sine[i + k] = s;
            const double next = c * turn_c - s * turn_s;
            s = c * turn_s + s * turn_c;
            c = next;
            const double turned = turn_c * bend_c - turn_s * bend_s;
            turn_s = turn_c * bend_s + turn_s * bend_c;
            turn_c = turned;
        }
    }
}
