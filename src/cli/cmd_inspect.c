/* SPDX-License-Identifier: GPL-3.0-or-later
 * ranvier inspect: what a recording holds and what its labels mean.
 */
#include "batch/show.h"
#include "command.h"
#include "plot.h"
#include "source_options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct values {
    struct source_values source;
    bool plot;
    const char *channel;
    double from_s, to_s;
    size_t events;
};

static void defaults(void *values)
{
    ((struct values *)values)->to_s = HUGE_VAL;
    ((struct values *)values)->events = 12;
}

static const struct option_row options[] = {
    {"plot", 'p', OPTION_FLAG, NULL, "draw each channel in braille dots, negative up",
     offsetof(struct values, plot), 0, 0},
    {"channel", 'c', OPTION_TEXT, "LABEL", "plot only this channel (label, or number from 1)",
     offsetof(struct values, channel), 0, 0},
    {"from", 0, OPTION_NUMBER, "S", "plot from this time, seconds", offsetof(struct values, from_s),
     -1e9, 1e9},
    {"to", 0, OPTION_NUMBER, "S", "plot to this time, seconds", offsetof(struct values, to_s), -1e9,
     1e9},
    {"events", 'e', OPTION_COUNT, "N", "list at most N events (default 12)",
     offsetof(struct values, events), 0, 1e9},
    SOURCE_OPTIONS(struct values, source),
    {0},
};

static void print_line(const char *name, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    printf("%-13s", name);
    show_text(stdout, text);
    putchar('\n');
}

static void print_facts(const char *path, const struct rv_recording *recording)
{
    const struct rv_recording_facts *facts = &recording->facts;
    print_line("file", path);
    print_line("format", facts->format);
    print_line("patient", facts->patient_id);
    print_line("name", facts->patient_name);
    if (facts->sex != RV_SEX_UNKNOWN)
        print_line("sex", facts->sex == RV_FEMALE ? "female" : "male");
    print_line("born", facts->birth_date);
    print_line("start", facts->start);
    print_line("admin. code", facts->administration);
    print_line("technician", facts->technician);
    print_line("equipment", facts->equipment);
    if (facts->mains_hz > 0)
        printf("%-13s%.6g Hz\n", "mains", facts->mains_hz);
    printf("%-13s%.6g s in %zu segment%s%s\n", "duration", rv_recording_end_s(recording),
           recording->segment_count, recording->segment_count == 1 ? "" : "s",
           facts->one_sweep_a_segment ? ", one sweep in each" : "");
    if (!isnan(facts->record_s))
        printf("%-13s%.6g s\n", "data record", facts->record_s);
}

/* One word of a label; `any` puts the separator where something stood before. */
static void print_word(const char *name, const char *text, bool *any)
{
    if (text == NULL)
        return;
    printf("%s%s ", *any ? ", " : "", name);
    show_text(stdout, text);
    *any = true;
}

static void print_amount(const char *name, double amount, const char *unit, bool *any)
{
    if (isnan(amount))
        return;
    printf("%s%s %.6g %s", *any ? ", " : "", name, amount, unit);
    *any = true;
}

static enum rv_status print_meaning(const char *text, const char *indent, struct rv_error *err)
{
    char *storage = malloc(strlen(text) + 1);
    if (storage == NULL) {
        snprintf(err->text, sizeof err->text, "out of memory");
        return err->status = RV_NO_MEMORY;
    }
    struct rv_label label;
    rv_label_read(text, storage, &label);
    bool any = false;
    printf("%smeans: ", indent);
    print_word("kind", label.kind_known ? rv_kind_name(label.kind) : NULL, &any);
    print_word("nerve", label.nerve, &any);
    print_word("side", label.side != RV_SIDE_UNKNOWN ? rv_side_name(label.side) : NULL, &any);
    print_word("record", label.record, &any);
    print_word("stimulate", label.stimulate, &any);
    print_amount("distance", label.distance_mm, "mm", &any);
    print_amount("current", label.intensity_ma, "mA", &any);
    print_amount("voltage", label.intensity_v, "V", &any);
    print_amount("pulse", label.pulse_ms, "ms", &any);
    print_amount("temperature", label.temperature_c, "degrees C", &any);
    if (label.conflict)
        printf("%sit contradicts itself", any ? "; " : "");
    printf("%s", any || label.conflict ? "" : "nothing that the tables know");
    if (label.not_understood != NULL) {
        printf("; not understood: ");
        show_text(stdout, label.not_understood);
    }
    putchar('\n');
    free(storage);
    return RV_OK;
}

static enum rv_status print_channels(const struct rv_recording *recording, struct rv_error *err)
{
    enum rv_status status = RV_OK;
    printf("\nchannels\n");
    for (size_t i = 0; i < recording->channel_count && status == RV_OK; i++) {
        const struct rv_channel *channel = &recording->channels[i];
        printf("  %zu  ", i + 1);
        show_text(stdout, channel->label[0] != '\0' ? channel->label : "(no label)");
        printf("  %.6g Hz  ", channel->rate_hz);
        show_text(stdout, channel->calibrated        ? channel->unit
                          : channel->unit[0] == '\0' ? "no unit: amplitudes need --calibration"
                                                     : channel->unit);
        if (channel->is_trigger)
            printf("  trigger");
        putchar('\n');
        if (channel->prefilter[0] != '\0')
            print_line("     filter", channel->prefilter);
        if (channel->transducer[0] != '\0')
            print_line("     sensor", channel->transducer);
        if (!channel->is_trigger && channel->label[0] != '\0')
            status = print_meaning(channel->label, "     ", err);
    }
    return status;
}

static enum rv_status print_events(const struct rv_recording *recording, size_t limit,
                                   struct rv_error *err)
{
    enum rv_status status = RV_OK;
    size_t stimuli = 0;
    for (size_t i = 0; i < recording->event_count; i++)
        stimuli += recording->events[i].kind == RV_EVENT_STIMULUS ? 1 : 0;
    printf("\nevents: %zu, of which stimuli: %zu\n", recording->event_count, stimuli);
    for (size_t i = 0; i < recording->event_count && i < limit && status == RV_OK; i++) {
        const struct rv_event *event = &recording->events[i];
        printf("  %12.6f s  %s  ", event->time_s,
               event->kind == RV_EVENT_STIMULUS ? "stimulus" : "note    ");
        show_text(stdout, event->text);
        putchar('\n');
        bool repeated = i > 0 && strcmp(recording->events[i - 1].text, event->text) == 0;
        if (event->kind == RV_EVENT_STIMULUS && event->text[0] != '\0' && !repeated)
            status = print_meaning(event->text, "                 ", err);
    }
    if (recording->event_count > limit)
        printf("  … and %zu more (--events N lists them)\n", recording->event_count - limit);
    return status;
}

static void print_notices(const struct rv_recording *recording)
{
    static const char *const levels[] = {"note", "warning", "problem"};
    printf("\nproblems found: %s\n", recording->notice_count == 0 ? "none" : "");
    for (size_t i = 0; i < recording->notice_count; i++) {
        printf("  %s: ", levels[recording->notices[i].level]);
        show_text(stdout, recording->notices[i].text);
        putchar('\n');
    }
}

static bool is_wanted(const struct values *values, const struct rv_recording *recording, size_t i)
{
    char number[24];
    snprintf(number, sizeof number, "%zu", i + 1);
    return values->channel == NULL || strcmp(values->channel, recording->channels[i].label) == 0 ||
           strcmp(values->channel, number) == 0;
}

static void plot_segment(const struct values *values, const struct rv_recording *recording,
                         const struct rv_segment *segment, size_t channel)
{
    enum { WIDTH = 76, HEIGHT = 8 };
    const struct rv_channel *facts = &recording->channels[channel];
    double count = (double)segment->sample_count[channel];
    double first = ceil((values->from_s - segment->start_s) * facts->rate_hz);
    double last = floor((values->to_s - segment->start_s) * facts->rate_hz);
    first = fmax(first, 0);
    last = fmin(last, count);
    if (!(last > first))
        return;
    plot_braille(stdout, recording->samples[channel] + segment->first[channel] + (size_t)first,
                 (size_t)(last - first), facts->rate_hz, segment->start_s + first / facts->rate_hz,
                 facts->calibrated ? "\xC2\xB5V" : "(as stored)", WIDTH, HEIGHT);
}

static void print_plots(const struct values *values, const struct rv_recording *recording)
{
    enum { SEGMENTS = 4 };
    for (size_t i = 0; i < recording->channel_count; i++) {
        if (!is_wanted(values, recording, i))
            continue;
        printf("\n%zu  ", i + 1);
        show_text(stdout, recording->channels[i].label);
        putchar('\n');
        for (size_t j = 0; j < recording->segment_count && j < SEGMENTS; j++)
            plot_segment(values, recording, &recording->segments[j], i);
        if (recording->segment_count > SEGMENTS)
            printf("  … and %zu more segments (--from, --to choose)\n",
                   recording->segment_count - SEGMENTS);
    }
}

/* What a BIDS dataset adds: what was taken from which sidecar, and which responses that makes. */
static void print_sidecars(const struct rv_study *study)
{
    printf("\nsidecars\n");
    for (size_t i = 0; i < study->notice_count; i++) {
        const struct rv_notice *notice = &study->notices[i];
        printf("  ");
        show_text(stdout, notice->where != NULL ? notice->where : "");
        printf(": ");
        show_text(stdout, notice->text);
        putchar('\n');
    }
    printf("\nresponses: %zu\n", study->response_count);
    for (size_t i = 0; i < study->response_count; i++) {
        const struct rv_response *response = &study->responses[i];
        bool any = false;
        printf("  %s  %s", response->id, rv_kind_name(response->kind));
        print_word(" nerve", response->nerve, &any);
        print_word("side", response->side != RV_SIDE_UNKNOWN ? rv_side_name(response->side) : NULL,
                   &any);
        print_word("record", response->record, &any);
        print_word("stimulate", response->stimulate, &any);
        print_word("channel", response->channel, &any);
        print_word("stimuli", response->stimuli, &any);
        print_amount("distance", response->distance_mm, "mm", &any);
        print_amount("segment", response->segment_mm, "mm", &any);
        putchar('\n');
    }
}

static enum rv_status print_all(const struct values *values, const char *path,
                                const struct rv_recording *recording, const struct rv_study *study,
                                struct rv_error *err)
{
    print_facts(path, recording);
    enum rv_status status = print_channels(recording, err);
    if (status == RV_OK)
        status = print_events(recording, values->events, err);
    if (study != NULL)
        print_sidecars(study);
    print_notices(recording);
    if (values->plot)
        print_plots(values, recording);
    return status;
}

/* A recording of a BIDS dataset as its sidecars make it; where they cannot be used it is shown as
 * it is, and the reason ends the command. */
static enum rv_status inspect_bids(const struct values *values, const char *path,
                                   const struct rv_source_options *how, struct rv_error *err)
{
    struct rv_settings settings = rv_settings_defaults();
    struct rv_study *study = NULL;
    struct rv_recording *recording = NULL;
    struct rv_error ignored = {.status = RV_OK};
    settings.source = *how;
    enum rv_status status = rv_study_read(path, &settings, &study, err);
    if (status == RV_OK)
        status = print_all(values, path, study->recording, study, err);
    else if (rv_recording_read(path, how, &recording, &ignored) == RV_OK)
        print_all(values, path, recording, NULL, &ignored);
    rv_recording_free(recording);
    rv_study_free(study);
    return status == RV_OK ? output_finish(err) : status;
}

static enum rv_status run(const void *given, size_t count, char *const *operands,
                          struct rv_error *err)
{
    const struct values *values = given;
    struct rv_source_options how;
    struct rv_recording *recording = NULL;
    (void)count;
    enum rv_status status = source_options_read(&values->source, &how, err);
    if (status == RV_OK && strcmp(operands[0], "-") != 0 && rv_bids_is_recording(operands[0]))
        return inspect_bids(values, operands[0], &how, err);
    if (status == RV_OK)
        status = rv_recording_read(operands[0], &how, &recording, err);
    if (status != RV_OK)
        return status;
    status = print_all(values, operands[0], recording, NULL, err);
    rv_recording_free(recording);
    return status == RV_OK ? output_finish(err) : status;
}

const struct command command_inspect = {
    .name = "inspect",
    .operands = "FILE",
    .summary = "Tell what a recording holds and what its labels mean",
    .details =
        "Prints format, patient fields, channels with rate and unit, events, what the labels "
        "mean, and\nthe problems found; of a recording in a BIDS dataset also what its sidecars "
        "say. "
        "FILE \"-\" is standard input.",
    .options = options,
    .values_size = sizeof(struct values),
    .defaults = defaults,
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
