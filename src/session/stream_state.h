/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a stream knows between two blocks.
 */
#ifndef RV_SESSION_STREAM_STATE_H
#define RV_SESSION_STREAM_STATE_H

#include "base/notice.h"
#include "epoch/watch.h"
#include "session/stream_live.h"
#include "session/stream_store.h"

enum { RV_NEXT_TOLD = 8 };

struct rv_waiting {
    double time_s, intensity;
    const char *text; /* in `texts` */
};

/* What was said of a limb's temperature. */
struct rv_limb_told {
    bool cold, unknown;
    double temperature_c;
};

/* The next best tests as they were last. */
struct rv_next_told {
    size_t count;
    char tests[RV_NEXT_TOLD][128];
};

struct rv_stream {
    const struct rv_source *source;
    struct rv_settings settings;
    struct rv_live_context context;
    size_t channel_count, most; /* samples that are kept */
    struct rv_collector collector;
    struct rv_study *naming; /* owner of the words of the responses */
    struct rv_recording channels_only;
    struct rv_notices notices; /* of naming; not told */
    const char *name;
    const char *label; /* NULL: none was given */
    struct rv_live *lives;
    size_t live_count;
    struct rv_waiting *waiting; /* heap */
    size_t waiting_count, waiting_capacity;
    struct rv_times stimuli; /* all that are known, for thinning and mains */
    bool events_seen;        /* the recording names its stimuli */
    struct rv_watch *watch;  /* where it does not */
    size_t watched;          /* channel */
    bool watching;           /* it has begun */
    double watch_start_s;    /* of the samples that are watched */
    bool thinned;
    uint64_t taken; /* samples of the first channel */
    struct rv_reference *reference;
    struct rv_stream_numbers numbers;
    struct rv_limb_told limbs[RV_LIMB_COUNT];
    struct rv_next_told next;
};

/* The response of a channel that a stimulus is one of; made, and told of, where it is new. */
enum rv_status rv_stream_live(struct rv_stream *stream, size_t channel,
                              const struct rv_waiting *stimulus, struct rv_live **live,
                              struct rv_error *err);

/* Says once for each limb that it is cold, or that its temperature is not known. */
void rv_stream_limb(struct rv_stream *stream, struct rv_live *live,
                    const struct rv_measurement *measurement, double time_s);

/* After the responses `now` of all channels (NULL: none of that channel) were told: settles those
 * that are done, and tells the next best test where that changed it. */
enum rv_status rv_stream_next(struct rv_stream *stream, const struct rv_live *const *now,
                              size_t count, double time_s, struct rv_error *err);

#endif
