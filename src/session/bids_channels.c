/* SPDX-License-Identifier: GPL-3.0-or-later
 * *_channels.tsv: what each channel of a recording is. The header of the recording stands; a table
 * that contradicts it is refused.
 */
#include "base/error.h"
#include "base/text.h"
#include "session/bids_recording.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* A sidecar may round the rate, a clock may run off by this much (0.1 % of 3 ms is 3 us). */
static const double rate_tolerance = 1e-3;

enum { EDF_LABEL = 16 }; /* characters of a label in EDF */

struct reading {
    const char *file;
    const struct rv_table *table;
    const struct rv_channel *header;
    size_t count;
    struct rv_bids_recording *recording;
    struct rv_notices *notices;
    struct rv_text told;
    bool *taken; /* channels of the header that a row was found for */
};

static const char *cell(const struct reading *reading, size_t row, const char *column)
{
    return rv_table_cell(reading->table, row, rv_table_column(reading->table, column));
}

static enum rv_status wrong(const struct reading *reading, size_t row, const char *column,
                            const char *expected, struct rv_error *err)
{
    return rv_bids_wrong(reading->file, reading->table, row, column, expected, err);
}

/* --- which channel ------------------------------------------------------------------------- */

static bool same_label(const char *name, const char *label, int how)
{
    if (how == 0)
        return strcmp(name, label) == 0;
    if (how == 1)
        return rv_text_equal_case(name, label);
    return strlen(label) == EDF_LABEL && rv_text_starts(name, label); /* EDF cut it */
}

/* The first channel of that label that no row was found for; SIZE_MAX. */
static size_t find_channel(const struct reading *reading, const char *name)
{
    for (int how = 0; how < 3; how++)
        for (size_t i = 0; i < reading->count; i++)
            if (!reading->taken[i] && same_label(name, reading->header[i].label, how))
                return i;
    return SIZE_MAX;
}

static enum rv_status unknown_channel(const struct reading *reading, size_t row,
                                      struct rv_error *err)
{
    enum { SHOWN = 6 };
    struct rv_text list = {0};
    for (size_t i = 0; i < reading->count && i < SHOWN; i++) {
        char visible[520];
        const char *label = reading->header[i].label;
        rv_text_visible(label, strlen(label), visible, sizeof visible);
        rv_text_format(&list, "%s\"%s\"", i > 0 ? ", " : "", visible);
    }
    enum rv_status status = wrong(reading, row, "name", "a channel of the recording", err);
    if (err != NULL && list.bytes != NULL) {
        size_t used = strlen(err->text);
        size_t room = sizeof err->text - used;
        if (room > list.length + 3) {
            memcpy(err->text + used, ": ", 2);
            memcpy(err->text + used + 2, list.bytes, list.length + 1);
        }
    }
    rv_text_finish(&list);
    return status;
}

/* Annotations are no channel here, but some tables list them. */
static bool is_annotations(const char *name)
{
    return name != NULL && (rv_text_equal_case(name, "EDF Annotations") ||
                            rv_text_equal_case(name, "BDF Annotations"));
}

/* --- what it is ---------------------------------------------------------------------------- */

static enum rv_status read_number(const struct reading *reading, size_t row, const char *column,
                                  double *number, struct rv_error *err)
{
    const char *text = cell(reading, row, column);
    *number = NAN;
    if (text == NULL)
        return RV_OK;
    if (rv_number_text(text, number, NULL) && *number >= 0)
        return RV_OK;
    return wrong(reading, row, column, "a number from 0, or n/a", err);
}

static enum rv_status check_rate(const struct reading *reading, size_t row,
                                 const struct rv_channel *header, double rate_hz,
                                 struct rv_error *err)
{
    char said[32], found[32];
    if (isnan(rate_hz) || fabs(rate_hz - header->rate_hz) <= rate_tolerance * header->rate_hz)
        return RV_OK;
    rv_number_write(rate_hz, said);
    rv_number_write(header->rate_hz, found);
    return rv_fail(err, RV_STUDY,
                   "%s: line %zu: sampling_frequency is %s Hz, the recording has %s Hz",
                   reading->file, reading->table->lines[row], said, found);
}

/* The header scales the samples; the table may name another prefix of the volt, no other unit. */
static enum rv_status check_unit(const struct reading *reading, size_t row,
                                 const struct rv_channel *header, bool is_emg, struct rv_error *err)
{
    static const char *const volts[] = {"V",         "mV", "uV",   "\xC2\xB5V",
                                        "\xCE\xBCV", "nV", "volt", "Volt"};
    char visible[520];
    const char *unit = cell(reading, row, "units");
    if (unit == NULL || !is_emg || !header->calibrated)
        return RV_OK;
    for (size_t i = 0; i < sizeof volts / sizeof *volts; i++)
        if (strcmp(unit, volts[i]) == 0)
            return RV_OK;
    rv_text_visible(unit, strlen(unit), visible, sizeof visible);
    return rv_fail(err, RV_STUDY, "%s: line %zu: units is \"%s\", the recording says \"%.40s\"",
                   reading->file, reading->table->lines[row], visible, header->unit);
}

/* "HP:2Hz LP:10000Hz", as EDF+ writes it; NULL where no cutoff is said. */
static enum rv_status read_filter(const struct reading *reading, size_t row,
                                  struct rv_bids_channel *channel, struct rv_arena *arena,
                                  struct rv_error *err)
{
    static const struct {
        const char *column, *word;
    } cutoffs[] = {{"low_cutoff", "HP"}, {"high_cutoff", "LP"}, {"notch", "N"}};
    struct rv_text text = {0};
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < sizeof cutoffs / sizeof *cutoffs && status == RV_OK; i++) {
        double hz;
        char number[32];
        status = read_number(reading, row, cutoffs[i].column, &hz, err);
        if (status != RV_OK || isnan(hz))
            continue;
        rv_number_write(hz, number);
        rv_text_format(&text, "%s%s:%sHz", text.length > 0 ? " " : "", cutoffs[i].word, number);
    }
    if (status == RV_OK && text.length > 0) {
        channel->prefilter = rv_arena_text(arena, text.bytes);
        if (channel->prefilter == NULL)
            status = rv_fail_memory(err);
    }
    rv_text_finish(&text);
    return status;
}

static enum rv_status read_status(const struct reading *reading, size_t row, bool *bad,
                                  struct rv_error *err)
{
    const char *text = cell(reading, row, "status");
    *bad = text != NULL && rv_text_equal_case(text, "bad");
    if (text == NULL || *bad || rv_text_equal_case(text, "good"))
        return RV_OK;
    return wrong(reading, row, "status", "good, bad or n/a", err);
}

static const char *use_of(const struct rv_bids_channel *channel)
{
    if (channel->bad)
        return ", bad: not used";
    return channel->used || channel->trigger ? "" : ", not used";
}

static void tell(struct reading *reading, size_t index, const struct rv_bids_channel *channel)
{
    enum { SHOWN = 8 };
    char name[520], muscle[520];
    const char *label = reading->header[index].label, *target = channel->target_muscle;
    if (index == SHOWN)
        rv_text_append(&reading->told, "; …");
    if (index >= SHOWN && !channel->bad)
        return;
    rv_text_visible(label, strlen(label), name, sizeof name);
    rv_text_visible(target != NULL ? target : "", target != NULL ? strlen(target) : 0, muscle,
                    sizeof muscle);
    rv_text_format(&reading->told, "%s%zu %s: %.40s%s%s%s", reading->told.length > 0 ? "; " : "",
                   index + 1, name, channel->type != NULL ? channel->type : "type not said",
                   target != NULL ? ", " : "", muscle, use_of(channel));
    if (channel->prefilter != NULL)
        rv_text_format(&reading->told, ", filter %s", channel->prefilter);
}

static void warn(const struct reading *reading, size_t index, const struct rv_bids_channel *channel)
{
    const struct rv_channel *header = &reading->header[index];
    char name[520], reason[520];
    const char *why = channel->status_description != NULL ? channel->status_description : "";
    rv_text_visible(header->label, strlen(header->label), name, sizeof name);
    rv_text_visible(why, strlen(why), reason, sizeof reason);
    if (channel->bad)
        rv_notice_add(reading->notices, RV_WARNING, "bids_channel_bad", reading->file,
                      "channel %zu \"%s\" is marked bad and not used%s%s", index + 1, name,
                      why[0] != '\0' ? ": " : "", reason);
    if (channel->prefilter != NULL && header->prefilter[0] != '\0' &&
        strcmp(channel->prefilter, header->prefilter) != 0)
        rv_notice_add(reading->notices, RV_INFO, "bids_filter_differs", reading->file,
                      "channel %zu \"%s\": cutoffs say %s, the recording %.80s; the recording's "
                      "stands",
                      index + 1, name, channel->prefilter, header->prefilter);
}

static enum rv_status read_row(struct reading *reading, size_t row, size_t index,
                               struct rv_arena *arena, struct rv_error *err)
{
    const struct rv_channel *header = &reading->header[index];
    struct rv_bids_channel *channel = &reading->recording->channels[index];
    *channel = (struct rv_bids_channel){
        .type = cell(reading, row, "type"),
        .target_muscle = cell(reading, row, "target_muscle"),
        .description = cell(reading, row, "description"),
        .status_description = cell(reading, row, "status_description"),
    };
    bool is_emg = channel->type == NULL || rv_text_equal_case(channel->type, "EMG");
    channel->trigger =
        channel->type != NULL ? rv_text_equal_case(channel->type, "TRIG") : header->is_trigger;
    enum rv_status status = read_status(reading, row, &channel->bad, err);
    if (status == RV_OK)
        status = read_number(reading, row, "sampling_frequency", &channel->rate_hz, err);
    if (status == RV_OK)
        status = check_rate(reading, row, header, channel->rate_hz, err);
    if (status == RV_OK)
        status = check_unit(reading, row, header, is_emg, err);
    if (status == RV_OK)
        status = read_filter(reading, row, channel, arena, err);
    if (status != RV_OK)
        return status;
    channel->used = is_emg && !channel->trigger && !channel->bad;
    reading->taken[index] = true;
    return RV_OK;
}

static enum rv_status read_rows(struct reading *reading, struct rv_arena *arena,
                                struct rv_error *err)
{
    const struct rv_table *table = reading->table;
    size_t rows = 0;
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < table->row_count; i++)
        rows += is_annotations(cell(reading, i, "name")) ? 0 : 1;
    if (rows != reading->count)
        return rv_fail(err, RV_STUDY, "%s names %zu channels, the recording has %zu", reading->file,
                       rows, reading->count);
    for (size_t i = 0; i < table->row_count && status == RV_OK; i++) {
        const char *name = cell(reading, i, "name");
        if (is_annotations(name))
            continue;
        size_t index = name != NULL ? find_channel(reading, name) : SIZE_MAX;
        status = index == SIZE_MAX ? unknown_channel(reading, i, err)
                                   : read_row(reading, i, index, arena, err);
    }
    for (size_t i = 0; i < reading->count && status == RV_OK; i++) {
        tell(reading, i, &reading->recording->channels[i]);
        warn(reading, i, &reading->recording->channels[i]);
    }
    return status;
}

static enum rv_status read_table(struct reading *reading, struct rv_arena *arena,
                                 struct rv_error *err)
{
    if (rv_table_column(reading->table, "name") == SIZE_MAX)
        return rv_fail(err, RV_STUDY, "%s: column name is missing", reading->file);
    reading->taken = rv_allocate(reading->count, sizeof *reading->taken);
    if (reading->taken == NULL)
        return rv_fail_memory(err);
    enum rv_status status = read_rows(reading, arena, err);
    if (status == RV_OK && reading->told.failed)
        status = rv_fail_memory(err);
    const char *told = reading->told.bytes != NULL ? reading->told.bytes : "no channel";
    if (status == RV_OK) {
        reading->recording->channels_told = rv_arena_format(
            arena, "%s: %s", rv_bids_short_name(reading->recording->name, reading->file), told);
        if (reading->recording->channels_told == NULL)
            status = rv_fail_memory(err);
    }
    rv_text_finish(&reading->told);
    rv_release(reading->taken);
    return status;
}

/* The rate of *_emg.json is that of the signals which have none of their own in the table. */
static enum rv_status check_main_rate(const struct rv_bids_recording *recording,
                                      const struct rv_channel *header, struct rv_error *err)
{
    const struct rv_bids_emg *emg = &recording->emg;
    for (size_t i = 0; i < recording->channel_count && !isnan(emg->sampling_hz); i++) {
        const struct rv_bids_channel *channel = &recording->channels[i];
        char said[32], found[32];
        if (!channel->used || !isnan(channel->rate_hz) ||
            fabs(emg->sampling_hz - header[i].rate_hz) <= rate_tolerance * header[i].rate_hz)
            continue;
        rv_number_write(emg->sampling_hz, said);
        rv_number_write(header[i].rate_hz, found);
        return rv_fail(err, RV_STUDY,
                       "%s: SamplingFrequency is %s Hz, channel %zu \"%.40s\" of %s has %s Hz",
                       emg->file, said, i + 1, header[i].label, recording->name->file, found);
    }
    return RV_OK;
}

enum rv_status rv_bids_channels_read(const struct rv_bids_place *place,
                                     const struct rv_channel *channels, size_t count,
                                     struct rv_bids_recording *recording,
                                     struct rv_notices *notices, struct rv_error *err)
{
    struct rv_table table;
    struct reading reading = {.table = &table,
                              .header = channels,
                              .count = count,
                              .recording = recording,
                              .notices = notices};
    recording->channel_count = count;
    recording->channels = rv_arena_alloc(place->arena, count, sizeof *recording->channels);
    if (recording->channels == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < count; i++)
        recording->channels[i] = (struct rv_bids_channel){
            .used = !channels[i].is_trigger, .trigger = channels[i].is_trigger, .rate_hz = NAN};
    enum rv_status status =
        rv_bids_table(place, recording->name, "channels", &reading.file, &table, err);
    if (status == RV_OK && reading.file != NULL)
        status = read_table(&reading, place->arena, err);
    return status == RV_OK ? check_main_rate(recording, channels, err) : status;
}

enum rv_status rv_bids_table(const struct rv_bids_place *place, const struct rv_bids_name *name,
                             const char *suffix, const char **file, struct rv_table *table,
                             struct rv_error *err)
{
    const char *files[RV_BIDS_LEVELS];
    size_t count, length;
    char *bytes;
    *file = NULL;
    enum rv_status status = rv_bids_sidecars(place, name, suffix, ".tsv", files, &count, err);
    if (status != RV_OK || count == 0)
        return status;
    *file = files[count - 1];
    status = rv_bids_read(place, *file, RV_BIDS_TABLE_BYTES, &bytes, &length, err);
    if (status != RV_OK)
        return status;
    status = rv_table_parse(place->arena, bytes, length, table, err);
    return status == RV_OK ? RV_OK : rv_fail_in(err, status, "%s", *file);
}
