/* SPDX-License-Identifier: GPL-3.0-or-later
 * Stimulus times from a trigger channel: edges through a level, either way, with a refractory
 * period.
 */
#include "epoch/trigger.h"

#include "base/error.h"
#include "base/text.h"

#include <math.h>

/* Contacts bounce for up to a few ms; trains reach 50 Hz (20 ms). */
static const double refractory_s = 0.005;
/* Neighbouring steps in the same direction of at least this part make an edge a slow one. */
static const double slow_part = 0.05;

bool rv_times_add(struct rv_times *times, double time_s)
{
    if (!rv_grow(&times->time_s, &times->capacity, times->count + 1, sizeof *times->time_s))
        return false;
    times->time_s[times->count++] = time_s;
    return true;
}

void rv_times_finish(struct rv_times *times)
{
    rv_release(times->time_s);
    *times = (struct rv_times){0};
}

/* A slow edge has been rising before or goes on rising; of a step only the first sample is
 * known. */
double rv_edge_place(const double *x, size_t count, size_t i, double level)
{
    double rise = x[i] - x[i - 1];
    double before = i >= 2 ? (x[i - 1] - x[i - 2]) / rise : 0.0;
    double after = i + 1 < count ? (x[i + 1] - x[i]) / rise : 0.0;
    if (before < slow_part && after < slow_part)
        return (double)i;
    return (double)(i - 1) + (level - x[i - 1]) / rise;
}

static enum rv_status segment_edges(const double *x, size_t count, double start_s, double rate_hz,
                                    double level, bool falling, struct rv_times *times,
                                    struct rv_error *err)
{
    for (size_t i = 1; i < count; i++) {
        bool before = falling ? x[i - 1] < level : x[i - 1] > level;
        bool now = falling ? x[i] < level : x[i] > level;
        if (before || !now)
            continue;
        double time_s = start_s + rv_edge_place(x, count, i, level) / rate_hz;
        if (times->count > 0 && time_s - times->time_s[times->count - 1] < refractory_s)
            continue;
        if (!rv_times_add(times, time_s))
            return rv_fail_memory(err);
    }
    return RV_OK;
}

enum rv_status rv_trigger_edges(const struct rv_recording *recording, size_t channel, double level,
                                bool falling, struct rv_times *times, struct rv_error *err)
{
    for (size_t s = 0; s < recording->segment_count; s++) {
        const struct rv_segment *segment = &recording->segments[s];
        enum rv_status status = segment_edges(
            recording->samples[channel] + segment->first[channel], segment->sample_count[channel],
            segment->start_s, recording->channels[channel].rate_hz, level, falling, times, err);
        if (status != RV_OK)
            return status;
    }
    return RV_OK;
}

static size_t channel_length(const struct rv_recording *recording, size_t channel)
{
    size_t length = 0;
    for (size_t s = 0; s < recording->segment_count; s++)
        length += recording->segments[s].sample_count[channel];
    return length;
}

/* Boyer and Moore's majority vote: the code a status channel rests at. */
static double resting_code(const double *x, size_t count)
{
    double code = count > 0 ? x[0] : 0.0;
    size_t votes = 0;
    for (size_t i = 0; i < count; i++) {
        bool same = fabs(x[i] - code) < 0.5;
        if (votes == 0)
            code = x[i];
        votes = votes == 0 || same ? votes + 1 : votes - 1;
    }
    return code;
}

/* Codes above and below rest both mark a stimulus; edges away from rest either way. */
static enum rv_status status_edges(const struct rv_recording *recording, size_t channel,
                                   struct rv_times *times, struct rv_error *err)
{
    double rest = resting_code(recording->samples[channel], channel_length(recording, channel));
    for (size_t s = 0; s < recording->segment_count; s++) {
        const struct rv_segment *segment = &recording->segments[s];
        const double *x = recording->samples[channel] + segment->first[channel];
        for (size_t i = 1; i < segment->sample_count[channel]; i++) {
            if (fabs(x[i - 1] - rest) >= 0.5 || fabs(x[i] - rest) < 0.5)
                continue;
            double time_s = segment->start_s + (double)i / recording->channels[channel].rate_hz;
            if (times->count > 0 && time_s - times->time_s[times->count - 1] < refractory_s)
                continue;
            if (!rv_times_add(times, time_s))
                return rv_fail_memory(err);
        }
    }
    return RV_OK;
}

enum rv_status rv_trigger_auto(const struct rv_recording *recording, size_t channel,
                               struct rv_times *times, struct rv_error *err)
{
    if (rv_text_equal_case(recording->channels[channel].label, "status"))
        return status_edges(recording, channel, times, err);
    const double *x = recording->samples[channel];
    size_t count = channel_length(recording, channel);
    double low = (double)INFINITY, high = (double)-INFINITY;
    for (size_t i = 0; i < count; i++) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    if (!(high > low))
        return RV_OK; /* a line that never moves */
    double middle = 0.5 * (low + high);
    size_t above = 0;
    for (size_t i = 0; i < count; i++)
        above += x[i] > middle;
    return rv_trigger_edges(recording, channel, middle, above > count / 2, times, err);
}
