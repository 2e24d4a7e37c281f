/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which channel of a recording a response is in.
 */
#include "base/error.h"
#include "base/text.h"
#include "epoch/epoch.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static size_t count_labels(const struct rv_recording *recording, const char *label, bool fold,
                           size_t *last)
{
    size_t count = 0;
    for (size_t i = 0; i < recording->channel_count; i++) {
        const char *other = recording->channels[i].label;
        if (fold ? rv_text_equal_case(other, label) : rv_text_equal(other, label)) {
            *last = i;
            count++;
        }
    }
    return count;
}

/* The labels as a message needs them. */
static void list_labels(const struct rv_recording *recording, struct rv_text *list)
{
    for (size_t i = 0; i < recording->channel_count && i < 8; i++) {
        char label[520];
        const char *text = recording->channels[i].label;
        rv_text_visible(text == NULL ? "" : text, text == NULL ? 0 : strlen(text), label,
                        sizeof label);
        rv_text_format(list, "%s%zu \"%s\"", i == 0 ? "" : ", ", i + 1, label);
    }
}

static enum rv_status fail_with_labels(const struct rv_recording *recording, const char *reason,
                                       struct rv_error *err)
{
    struct rv_text list = {0};
    list_labels(recording, &list);
    enum rv_status status = rv_fail(err, RV_DATA, "%s; the recording has %s", reason,
                                    list.bytes == NULL ? "no channel" : list.bytes);
    rv_text_finish(&list);
    return status;
}

static enum rv_status named_channel(const struct rv_recording *recording, const char *channel,
                                    size_t *index, struct rv_error *err)
{
    char visible[520];
    char reason[640];
    rv_text_visible(channel, strlen(channel), visible, sizeof visible);
    size_t found = 0;
    size_t count = count_labels(recording, channel, false, &found);
    if (count == 0)
        count = count_labels(recording, channel, true, &found);
    long long number;
    if (count == 0 && rv_integer_read(channel, strlen(channel), &number)) {
        if (number < 1 || (unsigned long long)number > recording->channel_count) {
            snprintf(reason, sizeof reason, "there is no channel number %lld", number);
            return fail_with_labels(recording, reason, err);
        }
        *index = (size_t)number - 1;
        return RV_OK;
    }
    if (count != 1) {
        snprintf(reason, sizeof reason,
                 count == 0 ? "no channel is labelled \"%s\""
                            : "several channels are labelled "
                              "\"%s\": give its number",
                 visible);
        return fail_with_labels(recording, reason, err);
    }
    *index = found;
    return RV_OK;
}

/* The only channel that is no trigger; of several the only calibrated one. */
static size_t only_channel(const struct rv_recording *recording)
{
    size_t signals = 0, calibrated = 0, last_signal = SIZE_MAX, last_calibrated = SIZE_MAX;
    for (size_t i = 0; i < recording->channel_count; i++) {
        if (recording->channels[i].is_trigger)
            continue;
        signals++;
        last_signal = i;
        if (recording->channels[i].calibrated) {
            calibrated++;
            last_calibrated = i;
        }
    }
    if (signals == 1)
        return last_signal;
    return calibrated == 1 ? last_calibrated : SIZE_MAX;
}

enum rv_status rv_channel_find(const struct rv_recording *recording, const char *channel,
                               size_t *index, struct rv_error *err)
{
    if (channel != NULL)
        return named_channel(recording, channel, index, err);
    size_t only = only_channel(recording);
    if (only == SIZE_MAX)
        return fail_with_labels(recording,
                                recording->channel_count == 0 ? "there is nothing to measure"
                                                              : "it is not clear which channel "
                                                                "holds the response: name it",
                                err);
    *index = only;
    return RV_OK;
}
