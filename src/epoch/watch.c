/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stimuli of a channel step by step. What is usual is known from the last two seconds: the largest
 * bend and the noise of bends, or the range and the rest of a trigger line.
 */
#include "epoch/watch.h"

#include "base/error.h"
#include "base/text.h"
#include "epoch/median.h"

#include <math.h>
#include <string.h>

static const double step_s = 0.005, back_s = 2.0;
static const double apart_s = 0.015; /* of two artefacts */
enum {
    SAMPLED = 8,      /* bends of a step that tell the noise */
    NOISE_LEAST = 10, /* of so many steps at the least, */
    NOISE_MOST = 64,  /* and at the most; */
    NOISE_EVERY = 16, /* then it is taken anew so often */
    ROOM = NOISE_LEAST + 2
};

/* What is remembered of a step. */
struct step {
    double low, high, middle;    /* of its samples; the one in its middle */
    double bend, noise[SAMPLED]; /* largest second difference, and some */
};

struct rv_watch {
    bool trigger, status;
    size_t length, apart;    /* samples of a step; between two stimuli */
    size_t most, kept, slot; /* of the steps remembered */
    struct step *steps;      /* heap, a ring */
    double *samples;         /* heap: the step before the one looked at, that one, those after */
    size_t filled;           /* of them */
    size_t first;            /* place of samples[0] in the segment */
    size_t done;             /* steps seen since the segment began */
    bool noise_known;
    double noise_sd;
    double *sorted; /* heap, for the noise */
    bool found;     /* a stimulus; the last one: */
    double last;
};

struct rv_watch *rv_watch_new(const struct rv_channel *channel)
{
    struct rv_watch *watch = rv_allocate(1, sizeof *watch);
    if (watch == NULL)
        return NULL;
    watch->trigger = channel->is_trigger;
    watch->status = rv_text_equal_case(channel->label, "status");
    watch->length = (size_t)fmax(4.0, ceil(step_s * channel->rate_hz));
    watch->apart = (size_t)ceil(apart_s * channel->rate_hz);
    watch->most = (size_t)ceil(back_s / step_s);
    watch->steps = rv_allocate(watch->most, sizeof *watch->steps);
    watch->sorted = rv_allocate((size_t)NOISE_MOST * SAMPLED, sizeof *watch->sorted);
    watch->samples = rv_allocate(ROOM * watch->length, sizeof *watch->samples);
    if (watch->steps != NULL && watch->sorted != NULL && watch->samples != NULL)
        return watch;
    rv_watch_free(watch);
    return NULL;
}

void rv_watch_free(struct rv_watch *watch)
{
    if (watch == NULL)
        return;
    rv_release(watch->steps);
    rv_release(watch->sorted);
    rv_release(watch->samples);
    rv_release(watch);
}

void rv_watch_restart(struct rv_watch *watch)
{
    watch->kept = watch->slot = watch->filled = watch->first = watch->done = 0;
    watch->noise_known = watch->found = false;
}

/* --- what is usual ------------------------------------------------------------------------- */

/* The step that has just become whole; x[-1] and x[-2] exist but for the first. */
static void remember(struct rv_watch *watch, const double *x)
{
    struct step step = {.low = x[0], .high = x[0], .middle = x[watch->length / 2]};
    size_t from = watch->done > 0 ? 0 : 2;
    for (size_t i = 0; i < watch->length; i++) {
        step.low = x[i] < step.low ? x[i] : step.low;
        step.high = x[i] > step.high ? x[i] : step.high;
    }
    for (size_t i = from; i < watch->length; i++) {
        double bend = fabs(x[i] - 2.0 * *(x + i - 1) + *(x + i - 2));
        step.bend = bend > step.bend ? bend : step.bend;
    }
    for (size_t k = 0; k < SAMPLED; k++)
        step.noise[k] = rv_shock_bend(x, 2 + k * (watch->length - 2) / SAMPLED);
    watch->steps[watch->slot] = step;
    watch->slot = (watch->slot + 1) % watch->most;
    watch->kept += watch->kept < watch->most ? 1 : 0;
    watch->done++;
}

/* The second of the steps whose samples are there. */
static const struct step *looked_at(const struct rv_watch *watch)
{
    size_t back = watch->filled / watch->length - 1;
    return &watch->steps[(watch->slot + watch->most - back) % watch->most];
}

static void take_noise(struct rv_watch *watch)
{
    if (watch->trigger)
        return;
    size_t steps = watch->kept < NOISE_MOST ? watch->kept : NOISE_MOST;
    if (steps < NOISE_LEAST || (steps == NOISE_MOST && watch->done % NOISE_EVERY != 0))
        return;
    for (size_t i = 0; i < steps; i++) {
        size_t slot = (watch->slot + watch->most - 1 - i) % watch->most;
        memcpy(watch->sorted + i * SAMPLED, watch->steps[slot].noise,
               sizeof watch->steps[slot].noise);
    }
    watch->noise_sd = rv_shock_sd(watch->sorted, steps * SAMPLED);
    watch->noise_known = true;
}

/* Boyer and Moore's majority vote over the middles of the steps. */
static double resting_code(const struct rv_watch *watch)
{
    double code = watch->steps[0].middle;
    size_t votes = 0;
    for (size_t i = 0; i < watch->kept; i++) {
        bool same = fabs(watch->steps[i].middle - code) < 0.5;
        if (votes == 0)
            code = watch->steps[i].middle;
        votes = votes == 0 || same ? votes + 1 : votes - 1;
    }
    return code;
}

/* --- one step ------------------------------------------------------------------------------ */

static enum rv_status tell(struct rv_watch *watch, double place, double apart,
                           struct rv_times *times, struct rv_error *err)
{
    double at = (double)watch->first + place;
    if (watch->found && at - watch->last < apart)
        return RV_OK;
    watch->found = true;
    watch->last = at;
    return rv_times_add(times, at) ? RV_OK : rv_fail_memory(err);
}

static enum rv_status find_codes(struct rv_watch *watch, struct rv_times *times,
                                 struct rv_error *err)
{
    const double *x = watch->samples;
    double rest = resting_code(watch);
    enum rv_status status = RV_OK;
    for (size_t i = watch->length; i < 2 * watch->length && status == RV_OK; i++)
        if (fabs(x[i - 1] - rest) < 0.5 && fabs(x[i] - rest) >= 0.5)
            status = tell(watch, (double)i, (double)watch->length, times, err);
    return status;
}

static enum rv_status find_edges(struct rv_watch *watch, struct rv_times *times,
                                 struct rv_error *err)
{
    const double *x = watch->samples;
    double low = watch->steps[0].low, high = watch->steps[0].high;
    size_t above = 0;
    for (size_t i = 1; i < watch->kept; i++) {
        low = fmin(low, watch->steps[i].low);
        high = fmax(high, watch->steps[i].high);
    }
    double level = 0.5 * (low + high);
    for (size_t i = 0; i < watch->kept; i++)
        above += watch->steps[i].middle > level;
    bool falling = above > watch->kept / 2;
    enum rv_status status = RV_OK;
    for (size_t i = watch->length; i < 2 * watch->length && high > low && status == RV_OK; i++) {
        bool before = falling ? x[i - 1] < level : x[i - 1] > level;
        bool now = falling ? x[i] < level : x[i] > level;
        if (!before && now)
            status = tell(watch, rv_edge_place(x, 3 * watch->length, i, level),
                          (double)watch->length, times, err);
    }
    return status;
}

static enum rv_status find_shocks(struct rv_watch *watch, struct rv_times *times,
                                  struct rv_error *err)
{
    double largest = 0.0;
    for (size_t i = 0; i < watch->kept; i++)
        largest = watch->steps[i].bend > largest ? watch->steps[i].bend : largest;
    double enough = rv_shock_enough(largest, watch->noise_sd);
    if (looked_at(watch)->bend < enough)
        return RV_OK;
    for (size_t i = watch->length; i < 2 * watch->length; i++)
        if (rv_shock_bend(watch->samples, i) >= enough)
            return tell(watch, rv_shock_edge(watch->samples, i, watch->noise_sd),
                        (double)watch->apart, times, err);
    return RV_OK;
}

/* The second of three whole steps is looked at, once it can be told what is usual. */
static enum rv_status look(struct rv_watch *watch, struct rv_times *times, struct rv_error *err)
{
    if (!watch->trigger)
        return find_shocks(watch, times, err);
    return watch->status ? find_codes(watch, times, err) : find_edges(watch, times, err);
}

enum rv_status rv_watch_push(struct rv_watch *watch, const double *samples, size_t count,
                             struct rv_times *times, struct rv_error *err)
{
    enum rv_status status = RV_OK;
    while (count > 0 && status == RV_OK) {
        size_t due = watch->length - watch->filled % watch->length;
        size_t taken = count < due ? count : due;
        memcpy(watch->samples + watch->filled, samples, taken * sizeof *samples);
        watch->filled += taken;
        samples += taken;
        count -= taken;
        if (taken < due)
            break;
        remember(watch, watch->samples + watch->filled - watch->length);
        take_noise(watch);
        while (watch->filled >= 3 * watch->length && status == RV_OK &&
               (watch->trigger || watch->noise_known)) {
            status = look(watch, times, err);
            watch->filled -= watch->length;
            watch->first += watch->length;
            memmove(watch->samples, watch->samples + watch->length,
                    watch->filled * sizeof *watch->samples);
        }
    }
    return status;
}
