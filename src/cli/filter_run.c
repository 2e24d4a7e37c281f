/* SPDX-License-Identifier: GPL-3.0-or-later
 * A recording through filter banks into a sink, block by block.
 */
#include "filter_run.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 4096 };

/* A filtered wave can swing further than what went in: a band edge overshoots by 9 % (Gibbs), the
 * level that a high-pass takes away leaves the other half of the range to the swing. */
static const double RANGE_MARGIN = 1.25;

/* Channels of one sampling rate and their bank. */
struct group {
    double rate_hz;
    size_t *channels; /* numbers of the source's channels */
    size_t count;
    struct rv_filter_bank *bank;
    bool level_free; /* every band takes the level away: it may be taken off before */
    double *levels;  /* first sample of each channel in this segment */
    float **chunk;   /* CHUNK samples of each channel */
};

struct run {
    const struct filter_job *job;
    struct rv_source *source;
    const struct rv_channel *channels;
    size_t channel_count;
    struct group *groups;
    size_t group_count;
    size_t *first_signal; /* of each channel: its first signal in the sink */
    struct sink_signal *signals;
    size_t signal_count;
    struct sink *sink;
    bool in_segment;
    float taken[CHUNK];
};

static enum rv_status no_memory(struct rv_error *err)
{
    return filter_fail(err, RV_NO_MEMORY, "out of memory");
}

/* --- groups and banks ----------------------------------------------------------------------- */

static bool group_add(struct run *run, size_t channel)
{
    const double rate_hz = run->channels[channel].rate_hz;
    struct group *group = run->groups;
    while (group < run->groups + run->group_count && fabs(group->rate_hz - rate_hz) > 0.0)
        group++;
    if (group == run->groups + run->group_count) {
        group->rate_hz = rate_hz;
        group->channels = calloc(run->channel_count, sizeof *group->channels);
        run->group_count++;
    }
    if (group->channels == NULL)
        return false;
    group->channels[group->count++] = channel;
    return true;
}

static enum rv_status group_buffers(struct group *group, struct rv_error *err)
{
    group->levels = calloc(group->count, sizeof *group->levels);
    group->chunk = calloc(group->count, sizeof *group->chunk);
    if (group->levels == NULL || group->chunk == NULL)
        return no_memory(err);
    for (size_t i = 0; i < group->count; i++) {
        group->chunk[i] = calloc(CHUNK, sizeof(float));
        if (group->chunk[i] == NULL)
            return no_memory(err);
    }
    return RV_OK;
}

static enum rv_status group_bank(const struct run *run, struct group *group, struct rv_error *err)
{
    struct rv_filter_design designs[FILTER_BANDS_MAX];
    group->level_free = true;
    for (size_t i = 0; i < run->job->band_count; i++) {
        designs[i] = (struct rv_filter_design){group->rate_hz, run->job->bands[i], run->job->phase,
                                               run->job->tap_count};
        group->level_free = group->level_free && run->job->bands[i].high_pass_hz > 0.0;
    }
    enum rv_status status =
        rv_filter_bank_new(designs, run->job->band_count, group->count, &group->bank, err);
    return status == RV_OK ? group_buffers(group, err) : status;
}

static enum rv_status make_groups(struct run *run, struct rv_error *err)
{
    run->groups = calloc(run->channel_count, sizeof *run->groups);
    if (run->groups == NULL)
        return no_memory(err);
    for (size_t i = 0; i < run->channel_count; i++)
        if (!run->channels[i].is_trigger && !group_add(run, i))
            return no_memory(err);
    if (run->group_count == 0)
        return filter_fail(err, RV_DATA, "%s: no channel to filter", run->job->input);
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < run->group_count && status == RV_OK; i++)
        status = group_bank(run, &run->groups[i], err);
    return status;
}

/* --- what is said of the filters ------------------------------------------------------------ */

static void append(char *line, size_t capacity, const char *format, ...) RV_PRINTF(3, 4);

static void append(char *line, size_t capacity, const char *format, ...)
{
    const size_t length = strlen(line);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line + length, capacity - length, format, arguments);
    va_end(arguments);
}

/* Three digits are what a filter's edge is worth. */
static double three_digits(double number)
{
    const double step = pow(10.0, floor(log10(number)) - 2.0);
    return round(number / step) * step;
}

/* As EDF+ writes it, with the edges that are reached: "HP:20Hz LP:3000Hz N:50Hz FIR 38685 linear".
 */
static void describe_prefilter(const struct filter_job *job, const struct rv_band *band,
                               const struct rv_filter_facts *facts, const char *before,
                               char out[81])
{
    out[0] = '\0';
    if (!isnan(facts->high_pass_3db_hz))
        append(out, 81, "HP:%.6gHz ", three_digits(facts->high_pass_3db_hz));
    if (!isnan(facts->low_pass_3db_hz))
        append(out, 81, "LP:%.6gHz ", three_digits(facts->low_pass_3db_hz));
    if (band->notch_hz > 0.0)
        append(out, 81, "N:%.6gHz ", band->notch_hz);
    append(out, 81, "FIR %zu %s", facts->tap_count,
           job->phase == RV_LINEAR_PHASE ? "linear" : "minimum");
    if (before != NULL && before[0] != '\0')
        append(out, 81, " after %s", before);
}

static void say_facts(const struct run *run, const struct group *group, size_t index)
{
    char line[512] = "";
    const struct rv_band *band = &run->job->bands[index];
    const struct rv_filter_facts *facts = rv_filter_bank_facts(group->bank, index);
    append(line, sizeof line, "%s at %g Hz: %zu taps, %s phase", band->name, group->rate_hz,
           facts->tap_count, run->job->phase == RV_LINEAR_PHASE ? "linear" : "minimum");
    if (!isnan(facts->high_pass_3db_hz))
        append(line, sizeof line, ", high-pass %.4g Hz", facts->high_pass_3db_hz);
    if (!isnan(facts->low_pass_3db_hz))
        append(line, sizeof line, ", low-pass %.5g Hz", facts->low_pass_3db_hz);
    append(line, sizeof line, " (-3 dB)");
    if (!isnan(facts->ripple_db))
        append(line, sizeof line, ", ripple %.2g dB", facts->ripple_db);
    if (!isnan(facts->attenuation_db))
        append(line, sizeof line, ", stopband %.3g dB", facts->attenuation_db);
    if (!isnan(facts->notch_attenuation_db))
        append(line, sizeof line, ", notch %g Hz %.3g dB, %.2g Hz wide", band->notch_hz,
               facts->notch_attenuation_db, facts->notch_width_3db_hz);
    say("note", line);
}

static void say_doubts(const struct run *run, const struct group *group, size_t index)
{
    char line[256];
    const struct rv_band *band = &run->job->bands[index];
    const struct rv_filter_facts *facts = rv_filter_bank_facts(group->bank, index);
    if (band->high_pass_hz > 0.0 &&
        !(fabs(facts->high_pass_3db_hz - band->high_pass_hz) <= 0.1 * band->high_pass_hz)) {
        snprintf(line, sizeof line,
                 "%s: %zu taps reach a high-pass of %.4g Hz, not of %g Hz; more taps are needed",
                 band->name, facts->tap_count, facts->high_pass_3db_hz, band->high_pass_hz);
        say("warning", line);
    }
    if (band->low_pass_hz >= 0.5 * group->rate_hz) {
        snprintf(line, sizeof line,
                 "%s: a low-pass of %g Hz is not below half of %g samples/s and left out",
                 band->name, band->low_pass_hz, group->rate_hz);
        say("warning", line);
    }
}

/* --- signals of the sink -------------------------------------------------------------------- */

/* Up to three digits, away from zero. */
static double rounded_up(double number)
{
    if (!(number > 0.0))
        return number;
    const double step = pow(10.0, floor(log10(number)) - 2.0);
    return ceil(number / step - 1e-9) * step;
}

static enum rv_status set_range(const struct run *run, const struct rv_channel *channel,
                                bool filtered, struct sink_signal *signal, struct rv_error *err)
{
    signal->minimum = channel->minimum;
    signal->maximum = channel->maximum;
    if (run->job->kind == SINK_WAV)
        return RV_OK;
    double range = run->job->range;
    if (range <= 0.0 || !filtered) {
        if (!isfinite(channel->minimum) || !isfinite(channel->maximum))
            return filter_fail(err, RV_MISUSE,
                               "channel %s: the input does not say how large its samples can be; "
                               "give --range, or write .wav",
                               channel->label);
        range = rounded_up(RANGE_MARGIN * fmax(fabs(channel->minimum), fabs(channel->maximum)));
    }
    if (!filtered)
        return RV_OK;
    signal->minimum = -range;
    signal->maximum = range;
    return RV_OK;
}

static void warn_of_steps(const struct run *run, const struct rv_channel *channel,
                          const struct sink_signal *signal)
{
    char line[256];
    const double steps = run->job->kind == SINK_BDF ? 16777215.0 : 65535.0;
    const double step = (signal->maximum - signal->minimum) / steps;
    if (run->job->kind == SINK_WAV || !(step > 4.0 * channel->resolution))
        return;
    snprintf(line, sizeof line,
             "channel %s: a step of the output is %.3g %s, of the input %.3g; %s", channel->label,
             step, signal->unit, channel->resolution,
             run->job->kind == SINK_EDF ? ".bdf keeps them, or give --range" : "give --range");
    say("warning", line);
}

static const struct group *group_of(const struct run *run, size_t channel)
{
    for (size_t i = 0; i < run->group_count; i++)
        if (fabs(run->groups[i].rate_hz - run->channels[channel].rate_hz) <= 0.0)
            return &run->groups[i];
    return NULL;
}

static enum rv_status describe_signals(struct run *run, size_t channel, struct rv_error *err)
{
    const struct rv_channel *from = &run->channels[channel];
    const size_t count = from->is_trigger ? 1 : run->job->band_count;
    run->first_signal[channel] = run->signal_count;
    for (size_t i = 0; i < count; i++) {
        struct sink_signal *signal = &run->signals[run->signal_count++];
        *signal = (struct sink_signal){.unit = from->calibrated ? "uV" : from->unit,
                                       .transducer = from->transducer,
                                       .rate_hz = from->rate_hz};
        const struct rv_band *band = &run->job->bands[i];
        const int room = count > 1 ? 15 - (int)strlen(band->name) : 16;
        snprintf(signal->label, sizeof signal->label, "%.*s%s%.15s", room > 0 ? room : 0,
                 from->label, count > 1 ? " " : "", count > 1 ? band->name : "");
        if (from->is_trigger)
            snprintf(signal->prefilter, sizeof signal->prefilter, "%s", from->prefilter);
        else
            describe_prefilter(run->job, band,
                               rv_filter_bank_facts(group_of(run, channel)->bank, i),
                               from->prefilter, signal->prefilter);
        enum rv_status status = set_range(run, from, !from->is_trigger, signal, err);
        if (status != RV_OK)
            return status;
        if (i == 0 && !from->is_trigger)
            warn_of_steps(run, from, signal);
    }
    return RV_OK;
}

static enum rv_status make_signals(struct run *run, struct rv_error *err)
{
    run->first_signal = calloc(run->channel_count, sizeof *run->first_signal);
    run->signals = calloc(run->channel_count * run->job->band_count, sizeof *run->signals);
    if (run->first_signal == NULL || run->signals == NULL)
        return no_memory(err);
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < run->channel_count && status == RV_OK; i++)
        status = describe_signals(run, i, err);
    return status;
}

/* --- samples -------------------------------------------------------------------------------- */

static enum rv_status drain(struct run *run, struct group *group, struct rv_error *err)
{
    for (size_t channel = 0; channel < group->count; channel++)
        for (size_t band = 0; band < run->job->band_count; band++) {
            const size_t signal = run->first_signal[group->channels[channel]] + band;
            for (size_t count; (count = rv_filter_bank_take(group->bank, band, channel, run->taken,
                                                            CHUNK)) > 0;) {
                enum rv_status status = sink_put(run->sink, signal, run->taken, count, err);
                if (status != RV_OK)
                    return status;
            }
        }
    return RV_OK;
}

static enum rv_status push_group(struct run *run, struct group *group, const struct rv_block *block,
                                 struct rv_error *err)
{
    const size_t total = block->sample_count[group->channels[0]];
    for (size_t i = 1; i < group->count; i++)
        if (block->sample_count[group->channels[i]] != total)
            return filter_fail(err, RV_DATA, "channels %s and %s of one rate differ in length",
                               run->channels[group->channels[0]].label,
                               run->channels[group->channels[i]].label);
    for (size_t done = 0; done < total;) {
        const size_t count = total - done < CHUNK ? total - done : CHUNK;
        for (size_t i = 0; i < group->count; i++) {
            const double *samples = block->samples[group->channels[i]] + done;
            const double level = group->levels[i];
            for (size_t n = 0; n < count; n++)
                group->chunk[i][n] = (float)(samples[n] - level);
        }
        enum rv_status status =
            rv_filter_bank_push(group->bank, (const float *const *)group->chunk, count, err);
        if (status == RV_OK)
            status = drain(run, group, err);
        if (status != RV_OK)
            return status;
        done += count;
    }
    return RV_OK;
}

static enum rv_status pass_triggers(struct run *run, const struct rv_block *block,
                                    struct rv_error *err)
{
    for (size_t i = 0; i < run->channel_count; i++) {
        if (!run->channels[i].is_trigger)
            continue;
        for (size_t done = 0; done < block->sample_count[i];) {
            const size_t left = block->sample_count[i] - done;
            const size_t count = left < CHUNK ? left : CHUNK;
            for (size_t n = 0; n < count; n++)
                run->taken[n] = (float)block->samples[i][done + n];
            enum rv_status status =
                sink_put(run->sink, run->first_signal[i], run->taken, count, err);
            if (status != RV_OK)
                return status;
            done += count;
        }
    }
    return RV_OK;
}

static enum rv_status end_segment(struct run *run, struct rv_error *err)
{
    enum rv_status status = RV_OK;
    if (!run->in_segment)
        return RV_OK;
    run->in_segment = false;
    for (size_t i = 0; i < run->group_count && status == RV_OK; i++) {
        status = rv_filter_bank_finish(run->groups[i].bank, err);
        if (status == RV_OK)
            status = drain(run, &run->groups[i], err);
        rv_filter_bank_reset(run->groups[i].bank);
    }
    return status == RV_OK ? sink_end(run->sink, err) : status;
}

/* The first sample of a channel is taken off before single precision where that changes nothing: a
 * large offset would cost the digits of a small response. */
static enum rv_status begin_segment(struct run *run, const struct rv_block *block,
                                    struct rv_error *err)
{
    enum rv_status status = end_segment(run, err);
    if (status != RV_OK)
        return status;
    for (size_t i = 0; i < run->group_count; i++)
        for (size_t j = 0; j < run->groups[i].count; j++) {
            const size_t channel = run->groups[i].channels[j];
            const bool take = run->groups[i].level_free && block->sample_count[channel] > 0;
            run->groups[i].levels[j] = take ? block->samples[channel][0] : 0.0;
        }
    run->in_segment = true;
    return sink_begin(run->sink, block->start_s, err);
}

static bool holds_samples(const struct run *run, const struct rv_block *block)
{
    for (size_t i = 0; i < run->channel_count; i++)
        if (block->sample_count[i] > 0)
            return true;
    return false;
}

static enum rv_status take_block(struct run *run, const struct rv_block *block,
                                 struct rv_error *err)
{
    enum rv_status status = RV_OK;
    if (holds_samples(run, block) && (block->new_segment || !run->in_segment))
        status = begin_segment(run, block, err);
    for (size_t i = 0; i < block->event_count && status == RV_OK; i++)
        status = sink_event(run->sink, &block->events[i], err);
    if (!holds_samples(run, block))
        return status;
    for (size_t i = 0; i < run->group_count && status == RV_OK; i++)
        status = push_group(run, &run->groups[i], block, err);
    if (status == RV_OK)
        status = pass_triggers(run, block, err);
    return status == RV_OK ? sink_write(run->sink, err) : status;
}

static enum rv_status stream(struct run *run, struct rv_error *err)
{
    for (;;) {
        struct rv_block block;
        bool more = false;
        enum rv_status status = rv_source_next(run->source, &block, &more, err);
        if (status == RV_OK && more)
            status = take_block(run, &block, err);
        if (status != RV_OK)
            return status;
        if (!more)
            return end_segment(run, err);
    }
}

/* --- the whole ------------------------------------------------------------------------------ */

static void say_count(const char *level, size_t count, const char *what)
{
    char line[256];
    snprintf(line, sizeof line, "%zu %s", count, what);
    if (count > 0)
        say(level, line);
}

static void say_summary(const struct run *run, const struct sink_summary *summary)
{
    size_t count;
    const struct rv_notice *notices = rv_source_notices(run->source, &count);
    for (size_t i = 0; i < count; i++)
        if (notices[i].level != RV_INFO)
            say("warning", notices[i].text);
    say_count("warning", summary->clipped,
              "samples beyond the output's range were clipped; "
              "a larger --range keeps them");
    say_count("note", summary->padded, "samples that repeat the last one fill up the last record");
    say_count("warning", summary->events_lost,
              "annotations are not in the output: WAV has no "
              "place for them; .edf and .bdf keep them");
    say_count("warning", summary->texts_cut, "annotations were too long for EDF and were cut");
    say_count("warning", summary->gaps_closed,
              "gaps between segments are not in the output: WAV "
              "joins them; .edf and .bdf keep them");
}

static enum rv_status prepare(struct run *run, struct rv_error *err)
{
    run->channels = rv_source_channels(run->source, &run->channel_count);
    enum rv_status status = make_groups(run, err);
    if (status == RV_OK)
        status = make_signals(run, err);
    if (status != RV_OK)
        return status;
    for (size_t i = 0; i < run->group_count; i++)
        for (size_t band = 0; band < run->job->band_count; band++) {
            if (!run->job->quiet)
                say_facts(run, &run->groups[i], band);
            say_doubts(run, &run->groups[i], band);
        }
    const struct sink_request request = {run->job->output, run->job->kind,
                                         rv_source_facts(run->source), run->signals,
                                         run->signal_count};
    return sink_open(&request, &run->sink, err);
}

static void run_free(struct run *run)
{
    sink_abandon(run->sink);
    for (size_t i = 0; i < run->group_count; i++) {
        struct group *group = &run->groups[i];
        rv_filter_bank_free(group->bank);
        for (size_t j = 0; group->chunk != NULL && j < group->count; j++)
            free(group->chunk[j]);
        free(group->chunk);
        free(group->levels);
        free(group->channels);
    }
    free(run->groups);
    free(run->first_signal);
    free(run->signals);
    rv_source_close(run->source);
    free(run);
}

enum rv_status filter_run(const struct filter_job *job, const struct rv_source_options *options,
                          struct rv_error *err)
{
    struct sink_summary summary;
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return no_memory(err);
    run->job = job;
    enum rv_status status = rv_source_open(job->input, options, &run->source, err);
    if (status == RV_OK)
        status = prepare(run, err);
    if (status == RV_OK)
        status = stream(run, err);
    if (status == RV_OK) {
        struct sink *sink = run->sink;
        run->sink = NULL;
        status = sink_close(sink, &summary, err);
    }
    if (status == RV_OK)
        say_summary(run, &summary);
    run_free(run);
    return status;
}
