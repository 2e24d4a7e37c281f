/* SPDX-License-Identifier: GPL-3.0-or-later
 * The recordings of a case. EDF+D holds one window a record, seconds apart; WAV and text tables
 * cannot hold gaps and are written through, with a trigger channel.
 */
#include "base/error.h"
#include "base/output.h"
#include "simulate/write.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double fine_step_s = 5e-6;  /* stimuli fall between samples, on this grid */
static const double continuous_s = 0.25; /* from one stimulus to the next in WAV and text */
static const double trigger_ms = 2.0;
static const double trigger_level = 0.8; /* of full scale */
static const double apart_s[RV_KIND_COUNT] = {
    [RV_MOTOR] = 1.0, [RV_SENSORY] = 1.0, [RV_F_WAVE] = 2.0, [RV_H_REFLEX] = 3.0};

static void file_word(const char *text, char *out)
{
    for (; *text != '\0'; text++)
        *out++ = *text == ' ' || *text == '\'' ? '_' : *text;
    *out = '\0';
}

void rv_channel_label(const struct rv_case_nerve *nerve, char label[64])
{
    snprintf(label, 64, "%s %.50s", nerve->side == RV_LEFT ? "L" : "R", nerve->record);
}

void rv_file_name(const struct rv_case_nerve *nerve, enum rv_file_format format, char name[128])
{
    static const char *const endings[] = {"edf", "wav", "csv"};
    char nerve_word[64], record_word[64];
    file_word(nerve->nerve, nerve_word);
    file_word(nerve->record, record_word);
    snprintf(name, 128, "%.40s_%.20s_%s_%s.%s", nerve_word, record_word, rv_kind_name(nerve->kind),
             rv_side_name(nerve->side), endings[format]);
}

enum rv_status rv_text_write(const struct rv_text *text, const char *path, struct rv_error *err)
{
    struct rv_output *output;
    if (text->failed || text->bytes == NULL)
        return rv_fail_memory(err);
    enum rv_status status = rv_output_create(path, &output, err);
    if (status != RV_OK)
        return status;
    status = rv_output_write(output, text->bytes, text->length, err);
    if (status == RV_OK)
        return rv_output_commit(output, err);
    rv_output_abandon(output);
    return status;
}

/* --- EDF+D --------------------------------------------------------------------------------- */

static void filter_text(const struct rv_made_file *file, char text[80])
{
    char high[32], low[32];
    rv_number_write(file->high_pass_hz, high);
    rv_number_write(file->low_pass_hz, low);
    snprintf(text, 80, "HP:%.20sHz LP:%.20sHz", high, low);
}

static void recording_text(const struct rv_made_file *file, char text[81])
{
    char nerve[64];
    file_word(file->nerve->nerve, nerve);
    snprintf(text, 81, "Startdate 02-MAR-2026 X X Ranvier_simulator %s %s %.20s nerve",
             file->nerve->kind == RV_SENSORY ? "SNC" : "MNC",
             file->nerve->side == RV_LEFT ? "L" : "R", nerve);
}

static enum rv_status edf_begin(const struct rv_case *the_case, const struct rv_made_file *file,
                                double record_s, double range_uv, const char *path,
                                struct rv_edf_writer **writer, struct rv_error *err)
{
    char label[64], prefilter[80], recording[81];
    rv_channel_label(file->nerve, label);
    filter_text(file, prefilter);
    recording_text(file, recording);
    bool millivolt = file->nerve->kind != RV_SENSORY;
    double limit = millivolt ? range_uv / 1000.0 : range_uv;
    struct rv_edf_signal signal = {.label = label,
                                   .unit = millivolt ? "mV" : "uV",
                                   .prefilter = prefilter,
                                   .transducer = "AgAgCl electrodes",
                                   .physical_min = -limit,
                                   .physical_max = limit,
                                   .samples_per_record =
                                       (size_t)nearbyint(record_s * file->rate_hz)};
    struct rv_edf_header header = {.discontinuous = true,
                                   .record_s = record_s,
                                   .patient = the_case->patient,
                                   .recording = recording,
                                   .start = "2026-03-02T09:30:00",
                                   .signals = &signal,
                                   .signal_count = 1,
                                   .annotation_bytes = 160};
    return rv_edf_create(path, &header, writer, err);
}

static enum rv_status edf_end(struct rv_edf_writer *writer, enum rv_status status,
                              struct rv_error *err)
{
    size_t clipped = 0;
    if (status != RV_OK) {
        rv_edf_abandon(writer);
        return status;
    }
    status = rv_edf_close(writer, &clipped, err);
    if (status == RV_OK && clipped > 0)
        return rv_fail(err, RV_INTERNAL, "%zu samples do not fit the converter", clipped);
    return status;
}

/* The samples in the unit of the file. */
static void to_unit(const struct rv_made_file *file, size_t count, double *samples)
{
    for (size_t i = 0; file->nerve->kind != RV_SENSORY && i < count; i++)
        samples[i] /= 1000.0;
}

/* Each stimulus falls elsewhere between two samples. */
static double stimulus_time(const struct rv_made_file *file, size_t sweep, double start_s)
{
    struct rv_random random = rv_random_begin(file->seed, "when", sweep);
    double steps = 1.0 / (file->rate_hz * fine_step_s);
    double fraction = floor(rv_random_uniform(&random) * steps) * fine_step_s;
    return start_s + file->before_ms / 1000.0 + fraction;
}

static enum rv_status edf_records(const struct rv_made_file *file, struct rv_edf_writer *writer,
                                  double noise_scale, size_t count, const double *stimulus_s,
                                  double *samples, struct rv_error *err)
{
    for (size_t s = 0; s < file->sweep_count; s++) {
        double start_s = apart_s[file->nerve->kind] * (double)s;
        const double *channels[] = {samples};
        struct rv_edf_annotation annotation = {stimulus_s[s], (double)NAN, file->sweeps[s].text};
        rv_signal_render(file, stimulus_s, noise_scale, s, start_s, count, samples);
        to_unit(file, count, samples);
        enum rv_status status = rv_edf_write(writer, start_s, channels, &annotation, 1, err);
        if (status != RV_OK)
            return status;
    }
    return RV_OK;
}

static enum rv_status write_edf(const struct rv_case *the_case, const struct rv_made_file *file,
                                double noise_scale, const char *path, struct rv_error *err)
{
    double record_s = (file->before_ms + file->after_ms) / 1000.0;
    size_t count = (size_t)nearbyint(record_s * file->rate_hz);
    double *samples = rv_allocate(count, sizeof *samples);
    double *stimulus_s = rv_allocate(file->sweep_count, sizeof *stimulus_s);
    struct rv_edf_writer *writer = NULL;
    enum rv_status status = RV_OK;
    if (samples == NULL || stimulus_s == NULL)
        status = rv_fail_memory(err);
    if (status == RV_OK)
        status = edf_begin(the_case, file, record_s, file->range_uv, path, &writer, err);
    if (status == RV_OK) {
        for (size_t s = 0; s < file->sweep_count; s++)
            stimulus_s[s] = stimulus_time(file, s, apart_s[file->nerve->kind] * (double)s);
        status = edf_records(file, writer, noise_scale, count, stimulus_s, samples, err);
        status = edf_end(writer, status, err);
    }
    rv_release(stimulus_s);
    rv_release(samples);
    return status;
}

/* "Response 7.2mV at 7.8ms (55.0m/s)" */
static void response_text(const struct rv_made_site *site, char text[96])
{
    char amplitude[64], latency[64], velocity[64];
    rv_number_fixed(site->truth.amplitude_uv / 1000.0, 1, amplitude);
    rv_number_fixed(site->truth.onset_ms, 1, latency);
    rv_number_fixed(site->velocity_m_s, 1, velocity);
    snprintf(text, 96, "Response %.12smV at %.12sms", amplitude, latency);
    if (!isnan(site->velocity_m_s))
        snprintf(text, 96, "Response %.12smV at %.12sms (%.12sm/s)", amplitude, latency, velocity);
}

static enum rv_status average_record(const struct rv_made_file *file, size_t site, size_t first,
                                     double noise_scale, struct rv_edf_writer *writer,
                                     double *samples, size_t count, struct rv_error *err)
{
    char text[96];
    const double start_s = 10.0 * (double)site;
    struct rv_made_file alone = *file; /* one sweep stands for the average of its site */
    alone.sweeps = file->sweeps + first;
    alone.sweep_count = 1;
    double repeats = (double)file->sweep_count / (double)file->site_count;
    const double *channels[] = {samples};
    rv_signal_render(&alone, &start_s, noise_scale / sqrt(repeats), site, start_s, count, samples);
    to_unit(file, count, samples);
    response_text(&file->sites[site], text);
    struct rv_edf_annotation annotations[] = {{start_s, (double)NAN, file->sweeps[first].text},
                                              {start_s, (double)NAN, text}};
    return rv_edf_write(writer, start_s, channels, annotations, 2, err);
}

enum rv_status rv_record_write(const struct rv_case *the_case, const struct rv_made_file *file,
                               double noise_scale, const char *path, struct rv_error *err)
{
    const double record_s = 0.050, range_uv = 100000.0;
    size_t count = (size_t)nearbyint(record_s * file->rate_hz);
    double *samples = rv_allocate(count, sizeof *samples);
    struct rv_edf_writer *writer;
    if (samples == NULL)
        return rv_fail_memory(err);
    enum rv_status status = edf_begin(the_case, file, record_s, range_uv, path, &writer, err);
    if (status == RV_OK) {
        for (size_t s = 0; s < file->site_count && status == RV_OK; s++)
            status = average_record(file, s, s * file->sweep_count / file->site_count, noise_scale,
                                    writer, samples, count, err);
        status = edf_end(writer, status, err);
    }
    rv_release(samples);
    return status;
}

/* --- continuous ---------------------------------------------------------------------------- */

struct continuous {
    const struct rv_made_file *file;
    size_t count;
    double *uv;
    double *stimulus_s;
};

double rv_continuous_time_s(const struct rv_made_file *file, size_t sweep)
{
    double spacing_s = fmax(continuous_s, 2.0 * (file->before_ms + file->after_ms) / 1000.0);
    return spacing_s * ((double)sweep + 0.5);
}

static bool is_triggered(const struct continuous *all, size_t sweep, size_t i)
{
    double after_s = (double)i / all->file->rate_hz - all->stimulus_s[sweep];
    return after_s > -0.1 / all->file->rate_hz && after_s < trigger_ms / 1000.0;
}

static void put_16(struct rv_text *bytes, double value)
{
    double limited = fmin(fmax(nearbyint(value), -32768.0), 32767.0);
    uint16_t bits = (uint16_t)(int16_t)limited;
    const char pair[] = {(char)(bits & 0xff), (char)(bits >> 8)};
    rv_text_append_n(bytes, pair, 2);
}

static void put_32(struct rv_text *bytes, uint32_t value)
{
    const char four[] = {(char)(value & 0xff), (char)(value >> 8 & 0xff),
                         (char)(value >> 16 & 0xff), (char)(value >> 24)};
    rv_text_append_n(bytes, four, 4);
}

/* RIFF WAVE, 16 bit, two channels: the signal and the trigger. */
static void put_wav_header(const struct continuous *all, struct rv_text *bytes)
{
    uint32_t rate = (uint32_t)all->file->rate_hz, data = (uint32_t)(4 * all->count);
    rv_text_append_n(bytes, "RIFF", 4);
    put_32(bytes, 36 + data);
    rv_text_append_n(bytes, "WAVEfmt ", 8);
    put_32(bytes, 16);
    put_32(bytes, 1 + (2U << 16)); /* PCM, 2 channels */
    put_32(bytes, rate);
    put_32(bytes, 4 * rate);
    put_32(bytes, 4 + (16U << 16)); /* 4 bytes a frame, 16 bits */
    rv_text_append_n(bytes, "data", 4);
    put_32(bytes, data);
}

static void put_wav(const struct continuous *all, struct rv_text *bytes)
{
    put_wav_header(all, bytes);
    for (size_t i = 0, sweep = 0; i < all->count; i++) {
        while (sweep + 1 < all->file->sweep_count &&
               (double)i / all->file->rate_hz > all->stimulus_s[sweep + 1] - 0.01)
            sweep++;
        put_16(bytes, 32768.0 * all->uv[i] / all->file->range_uv);
        put_16(bytes, is_triggered(all, sweep, i) ? 32768.0 * trigger_level : 0.0);
    }
}

static void put_csv(const struct continuous *all, struct rv_text *table)
{
    char label[64], number[64];
    double step_uv = all->file->range_uv / 32768.0;
    rv_channel_label(all->file->nerve, label);
    rv_text_format(table, "time (s),%s (uV),trigger\n", label);
    for (size_t i = 0, sweep = 0; i < all->count; i++) {
        double now_s = (double)i / all->file->rate_hz;
        while (sweep + 1 < all->file->sweep_count && now_s > all->stimulus_s[sweep + 1] - 0.01)
            sweep++;
        rv_number_fixed(now_s, 6, number);
        rv_text_format(table, "%s,", number);
        rv_number_fixed(nearbyint(all->uv[i] / step_uv) * step_uv, 2, number);
        rv_text_format(table, "%s,%d\n", number, is_triggered(all, sweep, i) ? 1 : 0);
    }
}

static enum rv_status write_continuous(const struct rv_made_file *file, bool wav,
                                       double noise_scale, const char *path, struct rv_error *err)
{
    double length_s = rv_continuous_time_s(file, file->sweep_count) -
                      0.5 * (rv_continuous_time_s(file, 1) - rv_continuous_time_s(file, 0));
    struct continuous all = {.file = file, .count = (size_t)(length_s * file->rate_hz)};
    struct rv_text text = {0};
    enum rv_status status = RV_OK;
    all.uv = rv_allocate(all.count, sizeof *all.uv);
    all.stimulus_s = rv_allocate(file->sweep_count, sizeof *all.stimulus_s);
    if (all.uv == NULL || all.stimulus_s == NULL)
        status = rv_fail_memory(err);
    if (status == RV_OK) {
        for (size_t s = 0; s < file->sweep_count; s++)
            all.stimulus_s[s] = rv_continuous_time_s(file, s);
        rv_signal_render(file, all.stimulus_s, noise_scale, 0, 0.0, all.count, all.uv);
        if (wav)
            put_wav(&all, &text);
        else
            put_csv(&all, &text);
        status = rv_text_write(&text, path, err);
    }
    rv_text_finish(&text);
    rv_release(all.stimulus_s);
    rv_release(all.uv);
    return status;
}

enum rv_status rv_recording_write(const struct rv_case *the_case, const struct rv_made_file *file,
                                  enum rv_file_format format, double noise_scale, const char *path,
                                  struct rv_error *err)
{
    if (format == RV_FILE_EDF)
        return write_edf(the_case, file, noise_scale, path, err);
    return write_continuous(file, format == RV_FILE_WAV, noise_scale, path, err);
}
