/* SPDX-License-Identifier: GPL-3.0-or-later
 * The `stimuli` column of a response: which stimuli of the recording it means.
 */
#include "base/error.h"
#include "base/text.h"
#include "epoch/annotation.h"
#include "epoch/epoch.h"
#include "epoch/trigger.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* One stimulus that may be meant. */
struct candidate {
    double time_s, intensity_ma, intensity_v;
    const char *text;
};

struct search {
    const struct rv_recording *recording;
    size_t channel;
    struct candidate *items; /* heap */
    size_t count, capacity;
    double se_s;
    char how[192];
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static enum rv_status search_add(struct search *search, double time_s, const struct rv_event *event,
                                 struct rv_error *err)
{
    if (!rv_grow(&search->items, &search->capacity, search->count + 1, sizeof *search->items))
        return rv_fail_memory(err);
    struct candidate *item = &search->items[search->count++];
    *item = (struct candidate){time_s, (double)NAN, (double)NAN, NULL};
    if (event == NULL)
        return RV_OK;
    item->text = event->text == NULL ? "" : event->text;
    item->intensity_ma =
        isnan(event->intensity_ma) ? rv_number_before(item->text, "mA") : event->intensity_ma;
    item->intensity_v =
        isnan(event->intensity_v) ? rv_number_before(item->text, "V") : event->intensity_v;
    return RV_OK;
}

static enum rv_status search_events(struct search *search, bool notes, struct rv_error *err)
{
    for (size_t i = 0; i < search->recording->event_count; i++) {
        const struct rv_event *event = &search->recording->events[i];
        bool fits = notes ? rv_reads_as_stimulus(event) : event->kind == RV_EVENT_STIMULUS;
        enum rv_status status = fits ? search_add(search, event->time_s, event, err) : RV_OK;
        if (status != RV_OK)
            return status;
    }
    snprintf(search->how, sizeof search->how, notes ? "annotations" : "stimulus events");
    return RV_OK;
}

static enum rv_status search_text(struct search *search, const char *wanted, struct rv_error *err)
{
    for (int whole = 1; whole >= 0 && search->count == 0; whole--)
        for (size_t i = 0; i < search->recording->event_count; i++) {
            const struct rv_event *event = &search->recording->events[i];
            if (!rv_text_fits(event->text, wanted, whole == 1))
                continue;
            enum rv_status status = search_add(search, event->time_s, event, err);
            if (status != RV_OK)
                return status;
        }
    char visible[520];
    rv_text_visible(wanted, strlen(wanted), visible, sizeof visible);
    snprintf(search->how, sizeof search->how, "annotation \"%.150s\"", visible);
    if (search->count > 0)
        return RV_OK;
    struct rv_text list = {0};
    rv_list_texts(search->recording, &list);
    enum rv_status status = rv_fail(err, RV_DATA, "no annotation reads \"%s\"; there are: %s",
                                    visible, list.bytes == NULL ? "none" : list.bytes);
    rv_text_finish(&list);
    return status;
}

/* --- trigger, artefact, tables of times ---------------------------------------------------- */

static enum rv_status search_times(struct search *search, const struct rv_times *times,
                                   struct rv_error *err)
{
    for (size_t i = 0; i < times->count; i++) {
        enum rv_status status = search_add(search, times->time_s[i], NULL, err);
        if (status != RV_OK)
            return status;
    }
    return RV_OK;
}

/* One sample, uniform: its SD is 1 / sqrt 12. */
static double rounding_s(double rate_hz)
{
    return 1.0 / (rate_hz * sqrt(12.0));
}

static enum rv_status search_trigger(struct search *search, size_t trigger, const char *sign,
                                     double level, struct rv_error *err)
{
    struct rv_times times = {0};
    const struct rv_channel *channel = &search->recording->channels[trigger];
    enum rv_status status = sign == NULL ? rv_trigger_auto(search->recording, trigger, &times, err)
                                         : rv_trigger_edges(search->recording, trigger, level,
                                                            *sign == '<', &times, err);
    if (status == RV_OK)
        status = search_times(search, &times, err);
    rv_times_finish(&times);
    char number[32];
    rv_number_write(level, number);
    snprintf(search->how, sizeof search->how, "trigger channel %zu \"%.100s\" %.1s %s", trigger + 1,
             channel->label == NULL ? "" : channel->label, sign == NULL ? "" : sign,
             sign == NULL ? "" : number);
    search->se_s = rounding_s(channel->rate_hz);
    return status;
}

/* "LABEL>LEVEL" */
static enum rv_status search_named_trigger(struct search *search, const char *text,
                                           struct rv_error *err)
{
    const char *sign = NULL;
    for (const char *c = text; *c != '\0'; c++)
        if (*c == '<' || *c == '>')
            sign = c;
    double level;
    if (sign == NULL || !rv_number_text(sign + 1, &level, NULL))
        return rv_fail(err, RV_STUDY,
                       "stimuli \"trigger:%.80s\" is not of the form trigger:LABEL>LEVEL", text);
    size_t length = (size_t)(sign - text);
    while (length > 0 && is_blank(text[length - 1]))
        length--;
    char label[256];
    if (length >= sizeof label)
        return rv_fail(err, RV_STUDY, "the label of the trigger channel has %zu characters",
                       length);
    memcpy(label, text, length);
    label[length] = '\0';
    size_t trigger;
    enum rv_status status = rv_channel_find(search->recording, label, &trigger, err);
    return status == RV_OK ? search_trigger(search, trigger, sign, level, err) : status;
}

static enum rv_status search_shocks(struct search *search, struct rv_error *err)
{
    struct rv_times times = {0};
    enum rv_status status = rv_shock_find(search->recording, search->channel, &times, err);
    if (status == RV_OK)
        status = search_times(search, &times, err);
    rv_times_finish(&times);
    snprintf(search->how, sizeof search->how, "the stimulus artefact itself");
    search->se_s = rounding_s(search->recording->channels[search->channel].rate_hz);
    return status;
}

/* "0.005": of every segment, and of every data record where the file has them. */
static enum rv_status search_offset(struct search *search, const char *text, struct rv_error *err)
{
    double offset_s;
    const struct rv_recording *recording = search->recording;
    if (!rv_number_text(text, &offset_s, NULL) || offset_s < 0.0)
        return rv_fail(err, RV_STUDY, "stimuli \"at:%.80s\": not a number of seconds", text);
    for (size_t s = 0; s < recording->segment_count; s++) {
        double length_s = (double)recording->segments[s].sample_count[search->channel] /
                          recording->channels[search->channel].rate_hz;
        double every_s = recording->facts.record_s;
        if (!(every_s > 0.0) || every_s > length_s)
            every_s = length_s;
        if (offset_s >= every_s) {
            char length[32];
            rv_number_write(every_s, length);
            return rv_fail(err, RV_STUDY, "stimuli \"at:%.80s\" lies beyond the %s s of a record",
                           text, length);
        }
        size_t count = (size_t)(length_s / every_s + 1e-6);
        for (size_t k = 0; k < count; k++) {
            double time_s = recording->segments[s].start_s + (double)k * every_s + offset_s;
            enum rv_status status = search_add(search, time_s, NULL, err);
            if (status != RV_OK)
                return status;
        }
    }
    snprintf(search->how, sizeof search->how, "%.60s s after each beginning", text);
    return RV_OK;
}

/* "0.1,1.1" */
static enum rv_status search_table(struct search *search, const char *text, struct rv_error *err)
{
    for (const char *c = text;; c++) {
        size_t length = strcspn(c, ",");
        double time_s;
        if (!rv_number_read(c, length, &time_s))
            return rv_fail(err, RV_STUDY, "stimuli \"times:%.80s\": \"%.*s\" is not a number", text,
                           length < 40 ? (int)length : 40, c);
        enum rv_status status = search_add(search, time_s, NULL, err);
        if (status != RV_OK)
            return status;
        c += length;
        if (*c == '\0')
            break;
    }
    snprintf(search->how, sizeof search->how, "given times");
    return RV_OK;
}

static enum rv_status search_all(struct search *search, struct rv_error *err)
{
    enum rv_status status = search_events(search, false, err);
    if (status == RV_OK && search->count == 0)
        status = search_events(search, true, err);
    for (size_t i = 0; status == RV_OK && i < search->recording->channel_count; i++)
        if (search->count == 0 && search->recording->channels[i].is_trigger)
            status = search_trigger(search, i, NULL, 0.0, err);
    if (status == RV_OK && search->count == 0)
        status = search_shocks(search, err);
    return status;
}

/* --- choosing ------------------------------------------------------------------------------ */

/* Only digits, commas, dashes and blanks. */
static bool is_range(const char *text)
{
    return *text != '\0' && text[strspn(text, "0123456789,- \t")] == '\0';
}

static bool range_part(const char *part, size_t length, long long *first, long long *last)
{
    const char *dash = memchr(part, '-', length);
    size_t left = dash == NULL ? length : (size_t)(dash - part);
    if (!rv_integer_read(part, left, first))
        return false;
    *last = *first;
    if (dash != NULL && !rv_integer_read(dash + 1, length - left - 1, last))
        return false;
    return *first >= 1 && *last >= *first;
}

/* Keeps what "1-10" or "1,3,5-7" names, in the order of the recording. */
static enum rv_status keep_range(struct search *search, const char *text, bool *keep,
                                 struct rv_error *err)
{
    for (const char *c = text;; c++) {
        size_t length = strcspn(c, ",");
        long long first, last;
        if (!range_part(c, length, &first, &last))
            return rv_fail(err, RV_STUDY,
                           "stimuli \"%.80s\": \"%.*s\" is neither a number from 1 nor a range "
                           "like 3-7",
                           text, length < 40 ? (int)length : 40, c);
        if ((unsigned long long)last > search->count)
            return rv_fail(err, RV_DATA, "stimulus %lld is asked for, found are %zu (%s)", last,
                           search->count, search->how);
        for (long long i = first; i <= last; i++)
            keep[i - 1] = true;
        c += length;
        if (*c == '\0')
            break;
    }
    return RV_OK;
}

static enum rv_status choose_range(struct search *search, const char *text, struct rv_error *err)
{
    bool *keep = rv_allocate(search->count, sizeof *keep);
    if (keep == NULL)
        return rv_fail_memory(err);
    enum rv_status status = keep_range(search, text, keep, err);
    size_t kept = 0;
    for (size_t i = 0; status == RV_OK && i < search->count; i++)
        if (keep[i])
            search->items[kept++] = search->items[i];
    if (status == RV_OK)
        search->count = kept;
    rv_release(keep);
    return status;
}

/* Wrist and elbow in one average would be neither. */
static enum rv_status check_one_site(const struct search *search, struct rv_error *err)
{
    const char *first = search->count > 0 ? search->items[0].text : NULL;
    for (size_t i = 1; first != NULL && i < search->count; i++)
        if (!rv_same_but_numbers(first, search->items[i].text))
            return rv_fail(err, RV_DATA,
                           "the annotations name different stimuli, \"%.100s\" and \"%.100s\": "
                           "say which in the column stimuli",
                           first, search->items[i].text);
    return RV_OK;
}

static enum rv_status settle(const struct search *search, struct rv_arena *arena,
                             struct rv_stimuli *found, struct rv_error *err)
{
    double *time_s = rv_arena_alloc(arena, search->count, sizeof *time_s);
    double *intensity = rv_arena_alloc(arena, search->count, sizeof *intensity);
    char *how = rv_arena_text(arena, search->how);
    if (time_s == NULL || intensity == NULL || how == NULL)
        return rv_fail_memory(err);
    size_t in_ma = 0, in_volts = 0;
    for (size_t i = 0; i < search->count; i++) {
        in_ma += isnan(search->items[i].intensity_ma) ? 0 : 1;
        in_volts += isnan(search->items[i].intensity_v) ? 0 : 1;
    }
    bool volts = in_ma == 0 && in_volts > 0;
    for (size_t i = 0; i < search->count; i++) {
        time_s[i] = search->items[i].time_s;
        intensity[i] = volts ? search->items[i].intensity_v : search->items[i].intensity_ma;
    }
    *found = (struct rv_stimuli){.count = search->count,
                                 .time_s = time_s,
                                 .intensity = intensity,
                                 .volts = volts,
                                 .se_s = search->se_s,
                                 .how = how};
    return RV_OK;
}

static enum rv_status search_by_text(struct search *search, const char *text, bool *sites,
                                     struct rv_error *err)
{
    *sites = false;
    if (rv_text_starts(text, "trigger:"))
        return search_named_trigger(search, text + strlen("trigger:"), err);
    if (rv_text_starts(text, "at:"))
        return search_offset(search, text + strlen("at:"), err);
    if (rv_text_starts(text, "times:"))
        return search_table(search, text + strlen("times:"), err);
    if (rv_text_equal_case(text, "artefact") || rv_text_equal_case(text, "artifact"))
        return search_shocks(search, err);
    *sites = true;
    bool range = is_range(text);
    if (!range && !rv_text_equal_case(text, "all"))
        return search_text(search, text, err);
    enum rv_status status = search_all(search, err);
    if (status == RV_OK && range && search->count > 0)
        status = choose_range(search, text, err);
    return status;
}

enum rv_status rv_stimuli_find(const struct rv_recording *recording, size_t channel,
                               const char *stimuli, struct rv_arena *arena,
                               struct rv_stimuli *found, struct rv_error *err)
{
    struct search search = {.recording = recording, .channel = channel};
    bool sites = false;
    const char *text = stimuli == NULL ? "all" : stimuli;
    enum rv_status status = search_by_text(&search, text, &sites, err);
    if (status == RV_OK && search.count == 0)
        status = rv_fail(err, RV_DATA, "no stimulus found (looked at %s)", search.how);
    if (status == RV_OK && sites)
        status = check_one_site(&search, err);
    if (status == RV_OK)
        status = settle(&search, arena, found, err);
    rv_release(search.items);
    return status;
}
