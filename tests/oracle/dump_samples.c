/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writes every sample of a recording as binary doubles, channel after channel, and its facts as
 * text: for comparisons with other programs.
 */
#include <ranvier/ranvier.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const encodings[] = {"s16le", "s16be", "s24le", "s24be", "s32le", "s32be",
                                        "f32le", "f32be", "f64le", "f64be", "u8",    NULL};

static void take_option(struct rv_source_options *options, const char *argument)
{
    const char *equals = strchr(argument, '=');
    const char *given = equals == NULL ? "" : equals + 1;
    if (strncmp(argument, "calibration=", 12) == 0)
        options->calibration = given;
    else if (strncmp(argument, "format=", 7) == 0)
        options->format = given;
    else if (strncmp(argument, "rate=", 5) == 0)
        options->rate_hz = strtod(given, NULL);
    else if (strncmp(argument, "channels=", 9) == 0)
        options->channel_count = strtoul(given, NULL, 10);
    else if (strcmp(argument, "truncated") == 0)
        options->allow_truncated = true;
    else if (strncmp(argument, "encoding=", 9) == 0)
        for (int i = 0; encodings[i] != NULL; i++)
            if (strcmp(encodings[i], given) == 0)
                options->encoding = (enum rv_encoding)i;
}

static size_t print_channel(const struct rv_recording *recording, size_t index, FILE *out)
{
    const struct rv_channel *channel = &recording->channels[index];
    size_t count = 0;
    for (size_t i = 0; i < recording->segment_count; i++)
        count += recording->segments[i].sample_count[index];
    printf("channel\t%s\t%s\t%d\t%.12g\t%zu\t%.12g\t%.12g\t%.12g\n", channel->label, channel->unit,
           channel->calibrated, channel->rate_hz, count, channel->minimum, channel->maximum,
           channel->resolution);
    return fwrite(recording->samples[index], sizeof(double), count, out) == count;
}

static void print_events(const struct rv_recording *recording)
{
    for (size_t i = 0; i < recording->segment_count; i++)
        printf("segment\t%.12g\t%zu\n", recording->segments[i].start_s,
               recording->segments[i].sample_count[0]);
    for (size_t i = 0; i < recording->event_count; i++) {
        const struct rv_event *event = &recording->events[i];
        printf("event\t%d\t%.12g\t%.12g\t%.12g\t%s\n", (int)event->kind, event->time_s,
               event->intensity_ma, event->intensity_v, event->text);
    }
    for (size_t i = 0; i < recording->notice_count; i++)
        printf("notice\t%s\t%s\n", recording->notices[i].code, recording->notices[i].text);
}

int main(int argument_count, char **arguments)
{
    if (argument_count < 3) {
        fprintf(stderr, "usage: dump_samples FILE OUT [rate=HZ] [channels=N] [encoding=s16le] "
                        "[calibration=uV=X] [format=NAME] [truncated]\n");
        return RV_MISUSE;
    }
    struct rv_source_options options = rv_source_defaults();
    for (int i = 3; i < argument_count; i++)
        take_option(&options, arguments[i]);
    struct rv_error err;
    struct rv_recording *recording;
    enum rv_status status = rv_recording_read(arguments[1], &options, &recording, &err);
    if (status != RV_OK) {
        fprintf(stderr, "%s\n", err.text);
        return (int)status;
    }
    FILE *out = fopen(arguments[2], "wb");
    bool written = out != NULL;
    printf("format\t%s\t%s\n", recording->facts.format,
           recording->facts.start == NULL ? "n/a" : recording->facts.start);
    for (size_t i = 0; i < recording->channel_count && written; i++)
        written = print_channel(recording, i, out);
    print_events(recording);
    written = out != NULL && fclose(out) == 0 && written;
    rv_recording_free(recording);
    return written ? 0 : RV_NO_OUTPUT;
}
