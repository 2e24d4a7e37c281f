/* SPDX-License-Identifier: GPL-3.0-or-later
 * Prints a recording as text, one fact a line, tab separated: for comparisons with other programs.
 */
#include <ranvier/ranvier.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *text(const char *given)
{
    return given == NULL ? "n/a" : given;
}

static void print_facts(const struct rv_recording *recording)
{
    const struct rv_recording_facts *facts = &recording->facts;
    static const char *const sexes[] = {"n/a", "female", "male"};
    printf("format\t%s\n", text(facts->format));
    printf("patient_id\t%s\npatient_name\t%s\nbirth_date\t%s\nsex\t%s\n", text(facts->patient_id),
           text(facts->patient_name), text(facts->birth_date), sexes[facts->sex]);
    printf("start\t%s\nadministration\t%s\ntechnician\t%s\nequipment\t%s\n", text(facts->start),
           text(facts->administration), text(facts->technician), text(facts->equipment));
    printf("record_s\t%.12g\nduration_s\t%.12g\ndiscontinuous\t%d\none_sweep_a_segment\t%d\n",
           facts->record_s, facts->duration_s, facts->discontinuous, facts->one_sweep_a_segment);
}

static void print_channel(const struct rv_recording *recording, size_t index)
{
    const struct rv_channel *channel = &recording->channels[index];
    size_t count = 0;
    for (size_t i = 0; i < recording->segment_count; i++)
        count += recording->segments[i].sample_count[index];
    const double *samples = recording->samples[index];
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        sum += samples[i];
        squares += samples[i] * samples[i];
    }
    printf("channel\t%zu\t%s\t%s\t%d\t%.12g\t%zu\t%.15g\t%.15g", index + 1, channel->label,
           channel->unit, channel->calibrated, channel->rate_hz, count, sum, squares);
    for (size_t i = 0; i < 5 && i < count; i++)
        printf("\t%.15g", samples[i]);
    if (count > 0)
        printf("\t%.15g", samples[count - 1]);
    printf("\nchannel_facts\t%zu\t%d\t%.12g\t%.12g\t%.12g\t%s\t%s\n", index + 1,
           channel->is_trigger, channel->minimum, channel->maximum, channel->resolution,
           channel->prefilter, channel->transducer);
}

int main(int argument_count, char **arguments)
{
    if (argument_count != 2) {
        fprintf(stderr, "usage: dump_recording FILE\n");
        return RV_MISUSE;
    }
    struct rv_error err;
    struct rv_recording *recording;
    enum rv_status status = rv_recording_read(arguments[1], NULL, &recording, &err);
    if (status != RV_OK) {
        fprintf(stderr, "%s\n", err.text);
        return (int)status;
    }
    print_facts(recording);
    for (size_t i = 0; i < recording->channel_count; i++)
        print_channel(recording, i);
    for (size_t i = 0; i < recording->segment_count; i++)
        printf("segment\t%zu\t%.12g\n", i + 1, recording->segments[i].start_s);
    for (size_t i = 0; i < recording->event_count; i++) {
        const struct rv_event *event = &recording->events[i];
        printf("event\t%s\t%.12g\t%.12g\t%.12g\t%.12g\t%s\n",
               event->kind == RV_EVENT_STIMULUS ? "stimulus" : "note", event->time_s,
               event->duration_s, event->intensity_ma, event->intensity_v, event->text);
    }
    for (size_t i = 0; i < recording->notice_count; i++)
        printf("notice\t%d\t%s\t%s\n", (int)recording->notices[i].level, recording->notices[i].code,
               recording->notices[i].text);
    rv_recording_free(recording);
    return 0;
}
