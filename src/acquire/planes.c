/* SPDX-License-Identifier: GPL-3.0-or-later
 * The samples of one block, channel by channel.
 */
#include "acquire/planes.h"

#include "base/arena.h"
#include "base/error.h"

enum rv_status rv_planes_init(struct rv_planes *planes, size_t channel_count, size_t capacity,
                              struct rv_error *err)
{
    size_t total;
    if (!rv_multiply(channel_count, capacity, &total))
        return rv_fail_memory(err);
    *planes = (struct rv_planes){.channel_count = channel_count, .capacity = capacity};
    planes->values = rv_allocate(total, sizeof *planes->values);
    planes->channels = rv_allocate(channel_count, sizeof *planes->channels);
    planes->counts = rv_allocate(channel_count, sizeof *planes->counts);
    if (planes->values == NULL || planes->channels == NULL || planes->counts == NULL) {
        rv_planes_finish(planes);
        return rv_fail_memory(err);
    }
    for (size_t i = 0; i < channel_count; i++)
        planes->channels[i] = rv_planes_channel(planes, i);
    return RV_OK;
}

void rv_planes_finish(struct rv_planes *planes)
{
    rv_release(planes->values);
    rv_release(planes->channels);
    rv_release(planes->counts);
    *planes = (struct rv_planes){0};
}

void rv_planes_fill(struct rv_planes *planes, size_t count)
{
    for (size_t i = 0; i < planes->channel_count; i++)
        planes->counts[i] = count;
}

void rv_planes_show(const struct rv_planes *planes, struct rv_block *block)
{
    block->channel_count = planes->channel_count;
    block->samples = planes->channels;
    block->sample_count = planes->counts;
}
