/* SPDX-License-Identifier: GPL-3.0-or-later
 * One pass of cutting: where the windows lie, their samples, their average, their artefacts.
 */
#include "epoch/cut.h"

#include "base/error.h"
#include "epoch/median.h"
#include "epoch/outlier.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

static const double pi = 3.14159265358979323846;
/* A sweep may shorten the window of all by this part; one that would cost more is left out. */
static const double small_cut = 0.1;
/* Which alignment of the sweeps is better is judged from here on: tails of artefacts are over. */
static const double spread_from_ms = 2.5;
/* Sweeps whose stimulus falls elsewhere between two samples are moved to a common place, from here
 * on: before it lies the shock, which is no band-limited signal. */
static const double move_from_ms = 0.5;
static const double move_least = 0.01;    /* of a sample */
static const double before_next_ms = 1.0; /* a window ends so long before the next stimulus */
const double rv_response_from_ms = 1.0;

enum { WINDOW_MIN = 16 };

/* --- places -------------------------------------------------------------------------------- */

static bool place_in(const struct rv_cut *cut, double time_s, size_t *segment, double *at)
{
    double rate_hz = cut->recording->channels[cut->request->channel].rate_hz;
    for (size_t s = 0; s < cut->recording->segment_count; s++) {
        double count = (double)cut->recording->segments[s].sample_count[cut->request->channel];
        double index = (time_s - cut->recording->segments[s].start_s) * rate_hz;
        if (index >= -0.5 && index < count) {
            *segment = s;
            *at = index;
            return true;
        }
    }
    return false;
}

static void place_stimuli(struct rv_cut *cut)
{
    size_t kept = 0;
    for (size_t i = 0; i < cut->stimuli->count; i++) {
        struct rv_place *place = &cut->places[kept];
        *place = (struct rv_place){.stimulus = i, .artefact_ms = (double)NAN};
        kept += place_in(cut, cut->stimuli->time_s[i], &place->segment, &place->at);
    }
    cut->place_count = kept;
}

/* The fraction of a sample that the stimuli share, by the mean direction on the circle. */
static double common_fraction(const struct rv_cut *cut)
{
    struct rv_kept *kept = cut->request->kept;
    double cosine = 0.0, sine = 0.0;
    if (kept != NULL && kept->placed)
        return kept->fraction;
    for (size_t i = 0; i < cut->place_count; i++) {
        cosine += cos(2.0 * pi * cut->places[i].at);
        sine += sin(2.0 * pi * cut->places[i].at);
    }
    double fraction = atan2(sine, cosine) / (2.0 * pi);
    if (kept != NULL) {
        kept->fraction = fraction;
        kept->placed = true;
    }
    return fraction;
}

static void set_anchors(struct rv_cut *cut)
{
    const struct rv_recording *recording = cut->recording;
    size_t channel = cut->request->channel;
    double rate_hz = recording->channels[channel].rate_hz;
    cut->fraction = common_fraction(cut);
    for (size_t i = 0; i < cut->place_count; i++)
        cut->places[i].anchor = nearbyint(cut->places[i].at - cut->fraction);
    for (size_t i = 0; i < cut->place_count; i++) {
        struct rv_place *place = &cut->places[i];
        place->low = -place->anchor;
        place->high =
            (double)recording->segments[place->segment].sample_count[channel] - place->anchor;
        const struct rv_place *next = i + 1 < cut->place_count ? place + 1 : NULL;
        if (next != NULL && next->segment == place->segment && next->anchor > place->anchor)
            place->high = fmin(place->high, next->anchor - place->anchor -
                                                floor(before_next_ms * rate_hz / 1000.0));
    }
}

/* --- the window ---------------------------------------------------------------------------- */

/* The median of what the sweeps can give, then of those near it the least. */
static enum rv_status common_bounds(const struct rv_cut *cut, double *first, double *end,
                                    struct rv_error *err)
{
    size_t count = cut->place_count;
    double *values = rv_allocate(count, sizeof *values);
    if (values == NULL)
        return rv_fail_memory(err);
    double allowed = small_cut * (*end - *first);
    for (size_t i = 0; i < count; i++)
        values[i] = fmax(cut->places[i].low, *first);
    double low = rv_median(values, count), low_all = low;
    for (size_t i = 0; i < count; i++)
        values[i] = fmin(cut->places[i].high, *end);
    double high = rv_median(values, count), high_all = high;
    for (size_t i = 0; i < count; i++) {
        const struct rv_place *place = &cut->places[i];
        if (place->low <= low + allowed)
            low_all = fmax(low_all, place->low);
        if (place->high >= high - allowed)
            high_all = fmin(high_all, place->high);
    }
    rv_release(values);
    *first = ceil(low_all);
    *end = floor(high_all);
    return RV_OK;
}

static enum rv_status find_window(struct rv_cut *cut, double *first, double *end,
                                  struct rv_error *err)
{
    double rate_hz = cut->recording->channels[cut->request->channel].rate_hz;
    *first = nearbyint(cut->request->from_ms * rate_hz / 1000.0 + cut->fraction);
    *end = nearbyint(cut->request->to_ms * rate_hz / 1000.0 + cut->fraction);
    enum rv_status status = common_bounds(cut, first, end, err);
    if (status != RV_OK)
        return status;
    size_t kept = 0;
    for (size_t i = 0; i < cut->place_count; i++)
        if (cut->places[i].low <= *first && cut->places[i].high >= *end)
            cut->places[kept++] = cut->places[i];
    cut->place_count = kept;
    if (kept == 0 || *end <= 0.0 || *end - *first < WINDOW_MIN)
        return rv_fail(err, RV_DATA,
                       "none of %zu sweeps is whole: their windows run over gaps or beyond the "
                       "recording",
                       cut->stimuli->count);
    return RV_OK;
}

/* --- samples ------------------------------------------------------------------------------- */

const double *rv_cut_raw(const struct rv_cut *cut, size_t i, double first)
{
    const struct rv_place *place = &cut->places[i];
    size_t channel = cut->request->channel;
    return cut->recording->samples[channel] +
           cut->recording->segments[place->segment].first[channel] +
           (size_t)(place->anchor + first);
}

double rv_cut_factor(const struct rv_epoch_request *request)
{
    return request->polarity == RV_NEGATIVE_UP ? -request->scale : request->scale;
}

/* One sweep as its samples lie, and where they lie: sample i at recording time
 * start_s + (place + i) / rate. */
static void subtract(const struct rv_epoch_request *request, double start_s, double place,
                     double rate_hz, size_t count, double *x)
{
    if (request->subtract != NULL)
        request->subtract(request->subtract_context, start_s + place / rate_hz, rate_hz,
                          rv_cut_factor(request), count, x);
}

static void copy_sweep(const struct rv_cut *cut, size_t s, double first, double off,
                       const struct rv_sweeps *sweeps, double *x)
{
    const struct rv_epoch_request *request = cut->request;
    const struct rv_place *place = &cut->places[s];
    const double *raw = rv_cut_raw(cut, s, first);
    double factor = rv_cut_factor(request);
    double moved = rv_sample_index(sweeps->start_ms, sweeps->rate_hz, move_from_ms);
    size_t from = moved > 0.0 ? (size_t)moved : 0;
    for (size_t i = 0; i < sweeps->sample_count; i++)
        x[i] = factor * raw[i];
    bool move = fabs(off) > move_least && from < sweeps->sample_count;
    if (move)
        rv_cut_move(cut, s, first, off, from, sweeps->sample_count, x);
    double start_s = cut->recording->segments[place->segment].start_s;
    double at = place->anchor + first;
    size_t still = move ? from : sweeps->sample_count;
    subtract(request, start_s, at, sweeps->rate_hz, still, x);
    subtract(request, start_s, at + (double)still + off, sweeps->rate_hz,
             sweeps->sample_count - still, x + still);
}

static enum rv_status copy_samples(const struct rv_cut *cut, double first, double shared,
                                   struct rv_sweeps *sweeps, struct rv_error *err)
{
    size_t cells;
    struct rv_kept *kept = cut->kept;
    double *samples = NULL;
    if (kept != NULL && rv_kept_open(kept, sweeps->sample_count, first))
        samples = kept->samples;
    else if (kept == NULL && rv_multiply(sweeps->sweep_count, sweeps->sample_count, &cells))
        samples = rv_arena_alloc(cut->arena, cells, sizeof *samples);
    if (samples == NULL)
        return rv_fail_memory(err);
    for (size_t s = 0; s < cut->place_count; s++) {
        const struct rv_place *place = &cut->places[s];
        double off = shared - (place->anchor - place->at);
        if (kept != NULL) {
            struct rv_kept_key key = {cut->stimuli->time_s[s], place->anchor, off, kept->stamp};
            if (rv_kept_has(kept, s, &key))
                continue;
        }
        copy_sweep(cut, s, first, off, sweeps, samples + s * sweeps->sample_count);
    }
    sweeps->samples = samples;
    return RV_OK;
}

/* --- average ------------------------------------------------------------------------------- */

static void average_used(struct rv_sweeps *sweeps, double *average)
{
    double used = (double)sweeps->used_count;
    for (size_t s = 0; s < sweeps->sweep_count; s++) {
        const double *x = sweeps->samples + s * sweeps->sample_count;
        for (size_t i = 0; !sweeps->rejected[s] && i < sweeps->sample_count; i++)
            average[i] += x[i];
    }
    for (size_t i = 0; i < sweeps->sample_count; i++)
        average[i] /= used;
    sweeps->average = average;
}

/* Each sweep is counted from its own level: a baseline that wanders does not blur the average. */
static void average_error(struct rv_sweeps *sweeps, const double *level, double *sd)
{
    double used = (double)sweeps->used_count, mean_level = 0.0;
    for (size_t s = 0; s < sweeps->sweep_count; s++)
        mean_level += sweeps->rejected[s] ? 0.0 : level[s] / used;
    for (size_t s = 0; s < sweeps->sweep_count; s++) {
        const double *x = sweeps->samples + s * sweeps->sample_count;
        double shift = level[s] - mean_level;
        for (size_t i = 0; !sweeps->rejected[s] && i < sweeps->sample_count; i++) {
            double difference = x[i] - shift - sweeps->average[i];
            sd[i] += difference * difference;
        }
    }
    for (size_t i = 0; i < sweeps->sample_count; i++)
        sd[i] = sqrt(sd[i] / (used * (used - 1.0)));
    sweeps->average_sd = sd;
}

/* Mean time between a stimulus and its anchor, in samples: what the sweeps share. */
static double shared_residual(const struct rv_cut *cut)
{
    double sum = 0.0;
    if (cut->kept != NULL)
        return -cut->fraction;
    for (size_t i = 0; i < cut->place_count; i++)
        sum += cut->places[i].anchor - cut->places[i].at;
    return sum / (double)cut->place_count;
}

/* Levels and bins of the sweeps: of kept rows only those that are new. */
static void look_at_sweeps(const struct rv_cut *cut, const struct rv_sweeps *sweeps, double *level,
                           double *means, size_t *bins)
{
    struct rv_kept *kept = cut->kept;
    for (size_t s = 0; s < sweeps->sweep_count; s++) {
        struct rv_kept_row *row = kept != NULL ? &kept->rows[s] : NULL;
        if (row == NULL || row->fresh) {
            level[s] = rv_level_of(sweeps, s);
            *bins = rv_outlier_means(sweeps, s, level[s], means + s * RV_OUTLIER_BINS);
        } else {
            level[s] = row->level;
        }
        if (row != NULL && row->fresh) {
            row->level = level[s];
            rv_kept_rank(kept, s);
        }
    }
}

/* Kept rows know the medians of their bins. */
static enum rv_status judge(const struct rv_cut *cut, const struct rv_sweeps *sweeps,
                            const double *means, size_t bins, bool *rejected, struct rv_error *err)
{
    double ratio = cut->request->reject_ratio, medians[RV_OUTLIER_BINS];
    if (cut->kept == NULL)
        return rv_outliers_find(sweeps, means, bins, ratio, rejected, err);
    size_t cells;
    double *room = rv_multiply(sweeps->sweep_count, 2, &cells)
                       ? rv_arena_alloc(cut->arena, cells, sizeof *room)
                       : NULL;
    if (room == NULL)
        return rv_fail_memory(err);
    rv_kept_medians(cut->kept, medians);
    if (bins > 0)
        rv_outliers_judge(sweeps, means, medians, bins, ratio, room, rejected);
    return RV_OK;
}

static enum rv_status reject(const struct rv_cut *cut, const struct rv_sweeps *sweeps,
                             double *level, bool *rejected, struct rv_error *err)
{
    size_t own_bins = 0, cells;
    size_t *bins = cut->kept != NULL ? &cut->kept->bins : &own_bins;
    double *made = NULL, *means = cut->kept != NULL ? cut->kept->means : NULL;
    if (means == NULL && rv_multiply(sweeps->sweep_count, RV_OUTLIER_BINS, &cells))
        means = made = rv_allocate(cells, sizeof *made);
    if (means == NULL)
        return rv_fail_memory(err);
    look_at_sweeps(cut, sweeps, level, means, bins);
    enum rv_status status = RV_OK;
    if (rv_outliers_wanted(sweeps, cut->request->reject_ratio))
        status = judge(cut, sweeps, means, *bins, rejected, err);
    rv_release(made);
    return status;
}

static enum rv_status average(const struct rv_cut *cut, struct rv_sweeps *sweeps,
                              const double *level, struct rv_error *err)
{
    double *average = rv_arena_alloc(cut->arena, sweeps->sample_count, sizeof *average);
    if (average == NULL)
        return rv_fail_memory(err);
    if (cut->kept != NULL) {
        rv_kept_sum(cut->kept, sweeps->sweep_count, sweeps->rejected);
        for (size_t i = 0; i < sweeps->sample_count; i++)
            average[i] = cut->kept->sum[i] / (double)sweeps->used_count;
        sweeps->average = average;
        return RV_OK;
    }
    average_used(sweeps, average);
    if (sweeps->used_count > 1) {
        double *sd = rv_arena_alloc(cut->arena, sweeps->sample_count, sizeof *sd);
        if (sd == NULL)
            return rv_fail_memory(err);
        average_error(sweeps, level, sd);
    }
    return RV_OK;
}

static enum rv_status reject_and_average(const struct rv_cut *cut, struct rv_sweeps *sweeps,
                                         struct rv_error *err)
{
    size_t count = sweeps->sweep_count;
    bool *rejected = rv_arena_alloc(cut->arena, count, sizeof *rejected);
    double *level = rv_allocate(count, sizeof *level);
    enum rv_status status = RV_OK;
    if (rejected == NULL || level == NULL)
        status = rv_fail_memory(err);
    if (status == RV_OK)
        status = reject(cut, sweeps, level, rejected, err);
    if (status == RV_OK) {
        sweeps->rejected = rejected;
        sweeps->used_count = count;
        for (size_t s = 0; s < count; s++)
            sweeps->used_count -= rejected[s];
        status = average(cut, sweeps, level, err);
    }
    rv_release(level);
    return status;
}

/* --- one pass ------------------------------------------------------------------------------ */

static enum rv_status cut_places(struct rv_cut *cut, struct rv_sweeps *sweeps, struct rv_error *err)
{
    double first, end;
    set_anchors(cut);
    enum rv_status status = find_window(cut, &first, &end, err);
    if (status != RV_OK)
        return status;
    *sweeps = (struct rv_sweeps){.rate_hz = cut->recording->channels[cut->request->channel].rate_hz,
                                 .sample_count = (size_t)(end - first),
                                 .sweep_count = cut->place_count,
                                 .left_out_count = cut->stimuli->count - cut->place_count,
                                 .calibrated = cut->request->calibrated,
                                 .jitter_ms = (double)NAN,
                                 .offset_ms = (double)NAN,
                                 .mains_se_uv = cut->request->subtract_se_uv};
    cut->kept = cut->place_count == cut->stimuli->count ? cut->request->kept : NULL;
    double shared = shared_residual(cut);
    sweeps->start_ms = rv_sample_ms(0.0, sweeps->rate_hz, first + shared);
    double *intensity = rv_arena_alloc(cut->arena, cut->place_count, sizeof *intensity);
    if (intensity == NULL)
        return rv_fail_memory(err);
    status = copy_samples(cut, first, shared, sweeps, err);
    if (status != RV_OK)
        return status;
    for (size_t i = 0; i < cut->place_count; i++)
        intensity[i] = cut->stimuli->intensity == NULL
                           ? (double)NAN
                           : cut->stimuli->intensity[cut->places[i].stimulus];
    sweeps->intensity = intensity;
    rv_cut_clipping(cut, first, sweeps);
    status = reject_and_average(cut, sweeps, err);
    if (status != RV_OK)
        return status;
    rv_cut_locate(cut, first, sweeps);
    status = rv_cut_jitter(cut, sweeps, err);
    sweeps->stimulus_se_ms = rv_cut_zero_se_ms(cut, sweeps);
    for (size_t s = 0; cut->kept != NULL && s < cut->place_count; s++)
        cut->kept->rows[s].fresh = false;
    return status;
}

enum rv_status rv_cut_sweeps(struct rv_cut *cut, struct rv_sweeps *sweeps, struct rv_error *err)
{
    cut->places = rv_allocate(cut->stimuli->count, sizeof *cut->places);
    if (cut->places == NULL)
        return rv_fail_memory(err);
    place_stimuli(cut);
    if (cut->place_count == 0)
        return rv_fail(err, RV_DATA, "none of %zu stimuli lies within the recording",
                       cut->stimuli->count);
    return cut_places(cut, sweeps, err);
}

enum rv_status rv_cut_realign(struct rv_cut *cut, const struct rv_sweeps *sweeps,
                              struct rv_sweeps *realigned, struct rv_error *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < cut->place_count; i++) {
        double artefact_ms = cut->places[i].artefact_ms;
        if (!isfinite(artefact_ms))
            continue;
        cut->places[kept] = cut->places[i];
        cut->places[kept].at += artefact_ms * sweeps->rate_hz / 1000.0;
        cut->places[kept++].artefact_ms = (double)NAN;
    }
    cut->place_count = kept;
    return cut_places(cut, realigned, err);
}

double rv_cut_spread(const struct rv_sweeps *sweeps)
{
    double sum = 0.0, count = 0.0;
    if (sweeps->average_sd == NULL)
        return (double)INFINITY;
    for (size_t i = 0; i < sweeps->sample_count; i++) {
        if (rv_sample_ms(sweeps->start_ms, sweeps->rate_hz, (double)i) < spread_from_ms)
            continue;
        sum += sweeps->average_sd[i] * sweeps->average_sd[i] * (double)sweeps->used_count;
        count += 1.0;
    }
    return count > 0.0 ? sum / count : (double)INFINITY;
}

void rv_cut_finish(struct rv_cut *cut)
{
    rv_release(cut->places);
    cut->places = NULL;
}
