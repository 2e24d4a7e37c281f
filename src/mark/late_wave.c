/* SPDX-License-Identifier: GPL-3.0-or-later
 * Waves of a single sweep that stand out of its noise.
 */
#include "mark/train.h"

#include <math.h>

/* A wave that goes on after a shorter gap belongs to the same complex (methods "F-wave": 5 ms). */
#define GAP_MS 5.0
/* A place belongs to the wave where the trace moves, within MOVE_MS, by more than so many noise SDs
 * and this part of its size. */
#define MOVE_MS 2.0
#define ACTIVE_NOISE 7.0
#define QUIET_TIMES 1.2 /* of what the background reaches */
#define ACTIVE_SHARE 0.08
#define SPAN_MS 8.0
/* Part of its size that a wave moves within MOVE_MS. */
#define BRISK_SHARE 0.4

/* Range of the trace around a sample: a wave moves it, what is left of a tail does not. */
static double movement(const struct rv_train *train, const double *x, size_t i, size_t from,
                       size_t to)
{
    const size_t half = rv_train_span(train, 0.5 * MOVE_MS);
    const size_t begin = i > from + half ? i - half : from;
    double low = x[i], high = x[i];
    for (size_t k = begin; k < to && k <= i + half; k++) {
        low = fmin(low, x[k]);
        high = fmax(high, x[k]);
    }
    return high - low;
}

/* The first extremum after the beginning, in the direction the trace moves. */
static void first_lobe(const struct rv_train *train, const double *x, double threshold,
                       struct rv_complex *found)
{
    const size_t half = rv_train_span(train, 0.5 * MOVE_MS);
    const double start = x[found->from];
    size_t i = found->from;
    while (i + 1 < found->to && i < found->from + 4 * half &&
           fabs(x[i] - start) < 0.5 * threshold) {
        i++;
    }
    found->sign = x[i] < start ? -1.0 : 1.0;
    size_t top = i;
    for (; i < found->to && found->sign * (x[top] - x[i]) < 0.5 * threshold; i++) {
        top = found->sign * (x[i] - x[top]) > 0.0 ? i : top;
    }
    found->lobe = top;
}

/* Grows a complex from its largest span in both directions over gaps of less than GAP_MS. */
static struct rv_complex grow(const struct rv_train *train, const double *x, size_t from, size_t to,
                              size_t at, double size)
{
    const size_t gap = rv_train_span(train, GAP_MS), span = rv_train_span(train, SPAN_MS);
    struct rv_complex found = {.from = at, .to = at + span < to ? at + span : to};
    const double rest = fmax(ACTIVE_NOISE * train->smooth_sd, QUIET_TIMES * train->quiet_uv);
    const double threshold = fmax(fmin(rest, 0.5 * size), ACTIVE_SHARE * size);
    size_t first = found.to, last = found.from;
    for (size_t i = found.from; i < found.to; i++) {
        if (movement(train, x, i, from, to) >= threshold) {
            first = i < first ? i : first;
            last = i;
        }
    }
    first = first < found.to ? first : found.from;
    for (size_t i = first; i > from && i + gap > first; i--) {
        first = movement(train, x, i - 1, from, to) >= threshold ? i - 1 : first;
    }
    for (size_t i = last; i + 1 < to && i < last + gap; i++) {
        last = movement(train, x, i + 1, from, to) >= threshold ? i + 1 : last;
    }
    found.from = first;
    found.to = last + 1;
    found.peak_to_peak = size;
    first_lobe(train, x, threshold, &found);
    return found;
}

/* What is left of a tail takes long for its way. */
static bool is_drift(const struct rv_train *train, const double *x, const struct rv_complex *item)
{
    for (size_t i = item->from; i < item->to; i++) {
        if (movement(train, x, i, 0, train->count) >= BRISK_SHARE * item->peak_to_peak) {
            return false;
        }
    }
    return true;
}

static void insert(struct rv_complexes *found, struct rv_complex item)
{
    size_t place = found->count++;
    while (place > 0 && found->items[place - 1].from > item.from) {
        found->items[place] = found->items[place - 1];
        place--;
    }
    found->items[place] = item;
}

/* The largest span of [from, to) that no complex covers yet. */
static bool next_span(const struct rv_train *train, const double *x, size_t from, size_t to,
                      const struct rv_complexes *found, double floor_uv, size_t *at, double *size,
                      size_t limits[2])
{
    const size_t span = rv_train_span(train, SPAN_MS), gap = rv_train_span(train, 0.25 * GAP_MS);
    size_t begin = from;
    *size = 0.0;
    for (size_t i = 0; i <= found->count; i++) {
        const size_t end = i < found->count ? found->items[i].from : to;
        const size_t stop = end > gap && i < found->count ? end - gap : end;
        size_t where;
        if (stop > begin + gap) {
            const double here = rv_train_peak_to_peak(x, begin, stop, span, &where);
            if (here > *size) {
                *size = here;
                *at = where;
                limits[0] = begin;
                limits[1] = stop;
            }
        }
        begin = i < found->count ? found->items[i].to + gap : begin;
    }
    return *size >= floor_uv;
}

size_t rv_complexes_begin(const struct rv_train *train, const double *smooth, size_t from,
                          size_t most)
{
    const double rest = fmax(ACTIVE_NOISE * train->smooth_sd, QUIET_TIMES * train->quiet_uv);
    const size_t last = most < train->count ? most : train->count;
    size_t i = from;
    while (i < last && movement(train, smooth, i, from, train->count) >= rest) {
        i++;
    }
    return i < last ? i : from;
}

void rv_complexes_find(const struct rv_train *train, const double *smooth, size_t from, size_t to,
                       double floor_uv, struct rv_complexes *found)
{
    size_t at = from, limits[2] = {from, to};
    double size;
    found->count = 0;
    while (found->count < RV_COMPLEX_MOST &&
           next_span(train, smooth, from, to, found, floor_uv, &at, &size, limits)) {
        struct rv_complex item = grow(train, smooth, limits[0], limits[1], at, size);
        if (item.to <= item.from) {
            break;
        }
        item.drift = is_drift(train, smooth, &item);
        insert(found, item);
    }
    size_t kept = 0;
    for (size_t i = 0; i < found->count; i++) {
        if (!found->items[i].drift) {
            found->items[kept++] = found->items[i];
        }
    }
    found->count = kept;
}
