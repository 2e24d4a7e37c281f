/* SPDX-License-Identifier: GPL-3.0-or-later
 * The samples of one block, channel by channel, as readers fill them and struct rv_block shows
 * them.
 */
#ifndef RV_ACQUIRE_PLANES_H
#define RV_ACQUIRE_PLANES_H

#include <ranvier/source.h>

struct rv_planes {
    size_t channel_count;
    size_t capacity;         /* samples of one channel */
    double *values;          /* channel-major */
    const double **channels; /* into values */
    size_t *counts;          /* filled samples of each channel */
};

/* Working memory for one block; free with rv_planes_finish. */
enum rv_status rv_planes_init(struct rv_planes *planes, size_t channel_count, size_t capacity,
                              struct rv_error *err);
void rv_planes_finish(struct rv_planes *planes);
static inline double *rv_planes_channel(const struct rv_planes *planes, size_t channel)
{
    return planes->values + channel * planes->capacity;
}
/* The same number of samples in every channel. */
void rv_planes_fill(struct rv_planes *planes, size_t count);
/* Lets the block point here; its times, segment mark and events are the caller's. */
void rv_planes_show(const struct rv_planes *planes, struct rv_block *block);

#endif
