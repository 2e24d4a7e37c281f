/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is said of a limb's skin temperature while it is examined: too cold, or not known.
 */
#include "base/text.h"
#include "session/stream_advice.h"
#include "session/stream_state.h"
#include "session/study_recording.h"

#include <math.h>

/* A time or a velocity that cold would change has been measured. */
static bool is_timed(const struct rv_measurement *measurement)
{
    static const enum rv_parameter times[] = {RV_ONSET_LATENCY, RV_F_MINIMUM, RV_H_LATENCY};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (measurement->results[times[i]].value.validity == RV_MEASURED)
            return true;
    return measurement->marks[RV_MARK_ONSET].validity == RV_MEASURED;
}

static void tell_cold(const struct rv_adviser *adviser, const struct rv_limb_state *state)
{
    char found[32], target[32], floor_text[32];
    rv_number_write(state->temperature_c, found);
    rv_number_write(state->target_c, target);
    rv_number_write(state->floor_c, floor_text);
    if (state->warmth == RV_TOO_COLD)
        rv_advice_give(adviser, RV_ADVICE_COLD,
                       "%s at %s degrees C, below %s: too cold to judge latencies and velocities; "
                       "warm the limb to %s and measure again",
                       rv_limb_name(state->limb), found, floor_text, target);
    else
        rv_advice_give(adviser, RV_ADVICE_COLD,
                       "%s at %s degrees C, below %s: cold slows and can hide a decrement; warm "
                       "the limb and measure again",
                       rv_limb_name(state->limb), found, target);
}

void rv_stream_limb(struct rv_stream *stream, struct rv_live *live,
                    const struct rv_measurement *measurement, double time_s)
{
    const struct rv_adviser adviser = {live, &stream->context, time_s};
    const struct rv_limb_state state =
        rv_limb_state(stream->context.policy, stream->naming, &live->response);
    struct rv_limb_told *told = &stream->limbs[state.limb];
    if (state.warmth == RV_COOL || state.warmth == RV_TOO_COLD) {
        if (told->cold && rv_same_temperature(told->temperature_c, state.temperature_c))
            return;
        *told = (struct rv_limb_told){true, told->unknown, state.temperature_c};
        tell_cold(&adviser, &state);
    } else if (state.warmth == RV_WARM) {
        told->cold = false; /* it may grow cold again */
    } else if (state.warmth == RV_WARMTH_NOT_KNOWN && !told->unknown && is_timed(measurement)) {
        told->unknown = true;
        rv_advice_give(&adviser, RV_ADVICE_NO_TEMPERATURE,
                       "skin temperature of the %s is not known, and slow values may be due to "
                       "cold: measure it, and write it into the label (\"32.5C\")",
                       rv_limb_name(state.limb));
    }
}
