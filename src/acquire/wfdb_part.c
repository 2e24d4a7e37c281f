/* SPDX-License-Identifier: GPL-3.0-or-later
 * One segment of a WFDB record.
 */
#include "acquire/wfdb_part.h"

#include "acquire/text_columns.h"
#include "base/error.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum {
    BLOCK_SAMPLES = 16384, /* of one signal file */
    CARRIED_MAX = 1 << 25, /* samples held back for skew */
};

/* --- calibration --------------------------------------------------------------------------- */

/* Units as header(5) has them: millivolt where none is written. "mv" is taken for millivolt here
 * and nowhere else: a WFDB header cannot mean megavolt, and PhysioNet's own records write it. */
static bool voltage_factor(const struct rv_wfdb_signal *signal, double *factor)
{
    const char *unit =
        signal->unit == NULL || strcmp(signal->unit, "mv") == 0 ? "mV" : signal->unit;
    return !isnan(signal->gain) && rv_unit_factor(unit, factor);
}

static void notice_once(struct rv_source *source, enum rv_level level, const char *code,
                        const char *text)
{
    if (!rv_notice_has(&source->notices, code, NULL))
        rv_notice_add(&source->notices, level, code, NULL, "%s", text);
}

static enum rv_status judge_unit(struct rv_source *source, const struct rv_wfdb_signal *signal,
                                 bool voltage, struct rv_error *err)
{
    if (voltage && signal->unit == NULL)
        notice_once(source, RV_INFO, "unit_default", "no unit is written, which in WFDB means mV");
    else if (voltage && strcmp(signal->unit, "mv") == 0)
        notice_once(source, RV_WARNING, "unit_spelling", "unit \"mv\" is read as mV");
    if (voltage || isnan(signal->gain) || !rv_text_unit_is_misspelt(signal->unit))
        return RV_OK;
    char shown[520];
    rv_text_visible(signal->unit, strlen(signal->unit), shown, sizeof shown);
    return rv_fail(err, RV_DATA, "unit '%s' is not one of V, mV, uV, nV", shown);
}

/* Limits of the converter, where the header or the format gives its bits. */
static void describe_range(const struct rv_wfdb_signal *signal, const struct rv_wfdb_slot *slot,
                           struct rv_channel *channel)
{
    int bits = signal->resolution;
    if (bits == 0 && signal->format != NULL && signal->format->code != 8)
        bits = (int)signal->format->bits;
    channel->minimum = channel->maximum = NAN;
    channel->resolution = fabs(slot->step);
    if (bits == 0)
        return;
    double half = ldexp(1, bits - 1);
    double low = ((double)signal->zero - half) * slot->step + slot->offset;
    double high = ((double)signal->zero + half - 1) * slot->step + slot->offset;
    channel->minimum = fmin(low, high);
    channel->maximum = fmax(low, high);
}

/* `first`: the segment that describes the channels. */
static enum rv_status calibrate(struct rv_source *source, struct rv_wfdb_part *part, size_t index,
                                bool first, struct rv_error *err)
{
    const struct rv_wfdb_signal *signal = &part->header.signals[index];
    struct rv_channel *channel = &source->channels[index];
    struct rv_wfdb_slot *slot = &part->slots[index];
    double factor = 1, stored = 1;
    bool given = false, voltage = voltage_factor(signal, &factor);
    enum rv_status status = judge_unit(source, signal, voltage, err);
    if (status == RV_OK)
        status =
            rv_calibration_find(source->options.calibration, channel->label, &given, &stored, err);
    if (status != RV_OK)
        return rv_fail_in(err, status, "signal %zu", index + 1);
    slot->step = voltage ? factor / signal->gain : stored;
    slot->offset = voltage ? -signal->baseline * slot->step : 0;
    if (!first && (voltage || given) != channel->calibrated)
        return rv_fail(err, RV_DATA, "signal %zu has a unit in one segment only", index + 1);
    if (!first)
        return RV_OK;
    channel->calibrated = voltage || given;
    channel->unit = signal->unit == NULL ? "" : signal->unit;
    describe_range(signal, slot, channel);
    if (!channel->calibrated)
        rv_notice_add(&source->notices, RV_WARNING, "no_unit", channel->label,
                      "no gain to a unit of voltage: numbers are kept as stored");
    return RV_OK;
}

static enum rv_status describe(struct rv_source *source, const struct rv_wfdb_part *part,
                               double rate_hz, struct rv_error *err)
{
    for (size_t i = 0; i < source->channel_count; i++) {
        const struct rv_wfdb_signal *signal = &part->header.signals[i];
        struct rv_channel *channel = &source->channels[i];
        channel->label = signal->description[0] != '\0'
                             ? signal->description
                             : rv_arena_format(source->arena, "%zu", i + 1);
        channel->prefilter = channel->transducer = "";
        channel->rate_hz = rate_hz * signal->frame_samples;
        if (channel->label == NULL)
            return rv_fail_memory(err);
    }
    return RV_OK;
}

/* --- files --------------------------------------------------------------------------------- */

enum rv_status rv_wfdb_open_beside(struct rv_source *source, const char *folder, const char *name,
                                   const char *ending, struct rv_input **input,
                                   struct rv_error *err)
{
    const char *path = rv_arena_format(source->arena, "%s%s%s", folder, name, ending);
    if (path == NULL)
        return rv_fail_memory(err);
    enum rv_status status = rv_input_open(path, input, err);
    if (status == RV_OK)
        return RV_OK;
    char shown[520];
    rv_text_visible(name, strlen(name), shown, sizeof shown);
    return rv_fail_in(err, status, "%s%s beside the header", shown, ending);
}

/* Neighbouring signals of one file name are one file. */
static enum rv_status find_groups(struct rv_wfdb_part *part, struct rv_error *err)
{
    const struct rv_wfdb_signal *signals = part->header.signals;
    part->groups = rv_allocate(part->header.signal_count, sizeof *part->groups);
    if (part->groups == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < part->header.signal_count; i++) {
        bool same = i > 0 && strcmp(signals[i].file, signals[i - 1].file) == 0;
        if (signals[i].format == NULL)
            return rv_fail(err, RV_DATA,
                           "signal %zu has no samples (format 0) beside others that "
                           "have",
                           i + 1);
        if (same && signals[i].format != signals[i - 1].format)
            return rv_fail(err, RV_DATA, "signals %zu and %zu of one file have formats %d and %d",
                           i, i + 1, signals[i - 1].format->code, signals[i].format->code);
        if (!same)
            part->groups[part->group_count++] =
                (struct rv_wfdb_group){.first = i, .stream.format = signals[i].format};
        struct rv_wfdb_group *group = &part->groups[part->group_count - 1];
        group->count++;
        group->frame_samples += signals[i].frame_samples;
    }
    return RV_OK;
}

static enum rv_status check_group_size(struct rv_source *source, struct rv_wfdb_part *part,
                                       const struct rv_wfdb_group *group, struct rv_error *err)
{
    const struct rv_wfdb_signal *signal = &part->header.signals[group->first];
    const uint64_t size = rv_input_size(group->stream.input);
    if (size == UINT64_MAX)
        return RV_OK;
    uint64_t there = size > signal->offset ? size - signal->offset : 0;
    uint64_t frames = rv_wfdb_format_samples(group->stream.format, there) / group->frame_samples;
    if (part->header.frames == 0) {
        part->frames_due = frames < part->frames_due ? frames : part->frames_due;
        return RV_OK;
    }
    uint64_t due =
        rv_wfdb_format_bytes(group->stream.format, part->header.frames * group->frame_samples);
    if (there < due && !source->options.allow_truncated)
        return rv_fail(err, RV_DATA,
                       "%s is cut short: header claims %" PRIu64 " bytes, file holds %" PRIu64,
                       signal->file, due + signal->offset, size);
    if (there < due) {
        part->frames_due = frames < part->frames_due ? frames : part->frames_due;
        rv_notice_add(&source->notices, RV_PROBLEM, "truncated", signal->file,
                      "cut short: %" PRIu64 " of %" PRIu64 " samples are there (%.1f %%)", frames,
                      part->header.frames, 100 * (double)frames / (double)part->header.frames);
    }
    /* A last group may have been written whole. */
    if (there - due >=
            (group->stream.format->group_samples > 1 ? group->stream.format->group_bytes : 1) &&
        there > due)
        rv_notice_add(&source->notices, RV_WARNING, "surplus_bytes", signal->file,
                      "%" PRIu64 " bytes more than the header claims", there - due);
    return RV_OK;
}

static enum rv_status open_group(struct rv_source *source, struct rv_wfdb_part *part,
                                 struct rv_wfdb_group *group, struct rv_error *err)
{
    const struct rv_wfdb_signal *signal = &part->header.signals[group->first];
    size_t samples;
    enum rv_status status =
        rv_wfdb_open_beside(source, part->folder, signal->file, "", &group->stream.input, err);
    if (status == RV_OK)
        status = check_group_size(source, part, group, err);
    uint64_t skipped = 0;
    if (status == RV_OK)
        status = rv_input_skip(group->stream.input, signal->offset, &skipped, err);
    if (status != RV_OK)
        return status;
    if (skipped < signal->offset)
        return rv_fail(err, RV_DATA, "%s ends before its samples begin", signal->file);
    if (!rv_multiply(part->block_frames, group->frame_samples, &samples))
        return rv_fail_memory(err);
    group->samples = rv_allocate(samples, sizeof *group->samples);
    return group->samples == NULL ? rv_fail_memory(err) : RV_OK;
}

/* Every segment has the signals of the first, at the same rates. */
static enum rv_status check_alike(const struct rv_source *source, const struct rv_wfdb_header *part,
                                  double rate_hz, struct rv_error *err)
{
    if (part->segment_count > 0)
        return rv_fail(err, RV_DATA, "a segment that is made of segments");
    if (part->signal_count != source->channel_count ||
        fabs(part->rate_hz - rate_hz) > 1e-9 * part->rate_hz)
        return rv_fail(err, RV_DATA, "%zu signals at %g Hz, where the record has %zu at %g Hz",
                       part->signal_count, part->rate_hz, source->channel_count, rate_hz);
    for (size_t i = 0; i < part->signal_count; i++)
        if (source->channels[i].label != NULL &&
            fabs(part->rate_hz * part->signals[i].frame_samples - source->channels[i].rate_hz) >
                1e-9 * source->channels[i].rate_hz)
            return rv_fail(err, RV_DATA, "signal %zu changes its rate from one segment to another",
                           i + 1);
    return RV_OK;
}

static enum rv_status make_planes(struct rv_source *source, struct rv_wfdb_part *part,
                                  struct rv_error *err)
{
    size_t most = 1, skew = 0, total, frame = 0;
    for (size_t i = 0; i < part->header.signal_count; i++) {
        const struct rv_wfdb_signal *signal = &part->header.signals[i];
        most = signal->frame_samples > most ? signal->frame_samples : most;
        skew = signal->skew > skew ? signal->skew : skew;
        frame += signal->frame_samples;
    }
    if (part->header.frames > source->options.max_samples / frame)
        return rv_fail(err, RV_DATA, "holds %" PRIu64 " x %zu samples, at most %zu may be read",
                       part->header.frames, frame, source->options.max_samples);
    rv_planes_finish(&part->planes);
    part->block_frames = BLOCK_SAMPLES / frame > 0 ? BLOCK_SAMPLES / frame : 1;
    size_t frames = part->block_frames + skew;
    if (!rv_multiply(frames * most, source->channel_count, &total) || total > CARRIED_MAX)
        return rv_fail(err, RV_DATA, "skew of %zu samples over %zu signals is more than is held",
                       skew, source->channel_count);
    return rv_planes_init(&part->planes, source->channel_count, frames * most, err);
}

enum rv_status rv_wfdb_part_open(struct rv_source *source, struct rv_wfdb_part *part,
                                 double rate_hz, struct rv_error *err)
{
    bool first = source->channels[0].label == NULL;
    enum rv_status status = check_alike(source, &part->header, rate_hz, err);
    if (status == RV_OK && first)
        status = describe(source, part, rate_hz, err);
    if (status == RV_OK)
        status = make_planes(source, part, err);
    memset(part->slots, 0, source->channel_count * sizeof *part->slots);
    for (size_t i = 0; i < source->channel_count && status == RV_OK; i++) {
        const struct rv_wfdb_signal *signal = &part->header.signals[i];
        part->slots[i].skipped = signal->skew * signal->frame_samples;
        part->slots[i].value = (int32_t)signal->initial;
        status = calibrate(source, part, i, first, err);
    }
    if (status == RV_OK)
        status = find_groups(part, err);
    part->frames_due = part->header.frames > 0 ? part->header.frames : UINT64_MAX;
    for (size_t i = 0; i < part->group_count && status == RV_OK; i++)
        status = open_group(source, part, &part->groups[i], err);
    if (status == RV_OK && part->frames_due == 0)
        status = rv_fail(err, RV_DATA, "holds no samples");
    part->frames_read = 0;
    part->open = status == RV_OK;
    return status;
}

/* --- samples ------------------------------------------------------------------------------- */

static void take_sample(struct rv_wfdb_part *part, size_t index, int32_t stored, bool difference)
{
    struct rv_wfdb_slot *slot = &part->slots[index];
    if (difference)
        stored = slot->value = (int32_t)((uint32_t)slot->value + (uint32_t)stored);
    else if (stored == part->header.signals[index].format->missing)
        slot->missing++;
    slot->sum = (uint16_t)(slot->sum + (uint32_t)stored);
    if (slot->skipped > 0) {
        slot->skipped--;
        return;
    }
    rv_planes_channel(&part->planes, index)[slot->held++] = stored * slot->step + slot->offset;
}

static void separate(struct rv_wfdb_part *part, const struct rv_wfdb_group *group, size_t frames)
{
    const int32_t *at = group->samples;
    bool difference = group->stream.format->code == 8;
    for (size_t frame = 0; frame < frames; frame++)
        for (size_t i = group->first; i < group->first + group->count; i++)
            for (unsigned k = 0; k < part->header.signals[i].frame_samples; k++)
                take_sample(part, i, *at++, difference);
}

enum rv_status rv_wfdb_part_read(struct rv_wfdb_part *part, bool *ended, struct rv_error *err)
{
    uint64_t left = part->frames_due - part->frames_read;
    size_t wanted = left < part->block_frames ? (size_t)left : part->block_frames;
    size_t frames = wanted;
    for (size_t i = 0; i < part->group_count; i++) {
        struct rv_wfdb_group *group = &part->groups[i];
        size_t got = 0;
        enum rv_status status = rv_wfdb_stream_read(&group->stream, group->samples,
                                                    wanted * group->frame_samples, &got, err);
        if (status != RV_OK)
            return rv_fail_in(err, status, "%s", part->header.signals[group->first].file);
        got /= group->frame_samples;
        frames = got < frames ? got : frames;
    }
    for (size_t i = 0; i < part->group_count; i++)
        separate(part, &part->groups[i], frames);
    part->frames_read += frames;
    *ended = frames < part->block_frames || part->frames_read == part->frames_due;
    return RV_OK;
}

static void judge_signal(struct rv_source *source, const struct rv_wfdb_part *part, size_t index,
                         bool cut)
{
    const struct rv_wfdb_signal *signal = &part->header.signals[index];
    const struct rv_wfdb_slot *slot = &part->slots[index];
    const char *label = source->channels[index].label;
    uint16_t claimed = (uint16_t)signal->checksum;
    if (!cut && signal->has_checksum && claimed != slot->sum)
        rv_notice_add(&source->notices, RV_WARNING, "checksum", label,
                      "samples add up to %d, the header says %d", (int)(int16_t)slot->sum,
                      (int)(int16_t)claimed);
    if (slot->missing > 0)
        rv_notice_add(&source->notices, RV_WARNING, "missing_samples", label,
                      "%" PRIu64 " samples are marked as missing; they stand at the lowest stored "
                      "value",
                      slot->missing);
}

static void close_groups(struct rv_wfdb_part *part)
{
    for (size_t i = 0; i < part->group_count; i++) {
        rv_input_close(part->groups[i].stream.input);
        rv_release(part->groups[i].samples);
    }
    rv_release(part->groups);
    part->groups = NULL;
    part->group_count = 0;
    part->open = false;
}

enum rv_status rv_wfdb_part_end(struct rv_source *source, struct rv_wfdb_part *part,
                                struct rv_error *err)
{
    const uint64_t claimed = part->header.frames, read = part->frames_read;
    const bool cut = claimed > 0 && read < claimed;
    if (cut && !source->options.allow_truncated)
        return rv_fail(err, RV_DATA,
                       "cut short: header claims %" PRIu64 " samples, %" PRIu64 " came", claimed,
                       read);
    if (cut && part->frames_due == claimed)
        rv_notice_add(&source->notices, RV_PROBLEM, "truncated", NULL,
                      "cut short: %" PRIu64 " of %" PRIu64 " samples are there", read, claimed);
    for (size_t i = 0; i < part->header.signal_count; i++)
        judge_signal(source, part, i, cut);
    close_groups(part);
    return RV_OK;
}

size_t rv_wfdb_part_show(struct rv_wfdb_part *part, bool all)
{
    const struct rv_wfdb_signal *signals = part->header.signals;
    size_t ready = SIZE_MAX;
    for (size_t i = 0; i < part->header.signal_count; i++) {
        size_t frames = part->slots[i].held / signals[i].frame_samples;
        ready = frames < ready ? frames : ready;
    }
    for (size_t i = 0; i < part->header.signal_count; i++)
        part->planes.counts[i] = all ? part->slots[i].held : ready * signals[i].frame_samples;
    return ready;
}

void rv_wfdb_part_drop(struct rv_wfdb_part *part)
{
    for (size_t i = 0; i < part->planes.channel_count; i++) {
        double *plane = rv_planes_channel(&part->planes, i);
        size_t gone = part->planes.counts[i];
        memmove(plane, plane + gone, (part->slots[i].held - gone) * sizeof *plane);
        part->slots[i].held -= gone;
        part->planes.counts[i] = 0;
    }
}

bool rv_wfdb_part_skewed(const struct rv_wfdb_part *part)
{
    for (size_t i = 0; i < part->header.signal_count; i++)
        if (part->header.signals[i].skew > 0)
            return true;
    return false;
}

void rv_wfdb_part_finish(struct rv_wfdb_part *part)
{
    close_groups(part);
    rv_planes_finish(&part->planes);
}
