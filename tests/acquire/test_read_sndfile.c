/* SPDX-License-Identifier: GPL-3.0-or-later
 * Audio containers: the gate before libsndfile, lengths, and samples.
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "acquire/audio_claim.h"
#include "reading.h"

#include <criterion/criterion.h>
#include <sndfile.h>

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(read_sndfile, .timeout = 60, .fini = remove_temporary_folders);

/* --- what reaches the library is counted ----------------------------------------------------- */

static size_t library_calls;

SNDFILE *sf_open_virtual(SF_VIRTUAL_IO *view, int mode, SF_INFO *info, void *user)
{
    union {
        void *object;
        SNDFILE *(*function)(SF_VIRTUAL_IO *, int, SF_INFO *, void *);
    } next = {.object = dlsym(RTLD_NEXT, "sf_open_virtual")};
    library_calls++;
    return next.function(view, mode, info, user);
}

/* --- files made by hand ---------------------------------------------------------------------- */

struct bytes {
    unsigned char at[8192];
    size_t size;
};

static void put(struct bytes *bytes, const void *more, size_t size)
{
    memcpy(bytes->at + bytes->size, more, size);
    bytes->size += size;
}

static void put_number(struct bytes *bytes, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes->at[bytes->size++] = (unsigned char)(number >> (8 * i));
}

static void set_number(struct bytes *bytes, size_t at, uint64_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes->at[at + i] = (unsigned char)(number >> (8 * i));
}

enum { RIFF_SIZE = 4, FORMAT_TAG = 20, CHANNELS = 22, RATE = 24, DATA_SIZE = 40, DATA = 44 };

/* A canonical WAV: 44 bytes of header, then the samples. */
static struct bytes wav(unsigned tag, unsigned channels, uint32_t rate, unsigned bits,
                        const void *samples, size_t size)
{
    struct bytes file = {.size = 0};
    put(&file, "RIFF", 4);
    put_number(&file, 36 + size, 4);
    put(&file, "WAVEfmt ", 8);
    put_number(&file, 16, 4);
    put_number(&file, tag, 2);
    put_number(&file, channels, 2);
    put_number(&file, rate, 4);
    put_number(&file, rate * channels * bits / 8, 4);
    put_number(&file, channels * bits / 8, 2);
    put_number(&file, bits, 2);
    put(&file, "data", 4);
    put_number(&file, size, 4);
    put(&file, samples, size);
    return file;
}

/* Two channels at 10 kHz: (16384, -32768) (1, 0). */
static struct bytes small_wav(void)
{
    return wav(1, 2, 10000, 16, "\x00\x40\x00\x80\x01\x00\x00\x00", 8);
}

static void refuse_wav(const struct bytes *file, const char *words)
{
    refuse_bytes("a.wav", file->at, file->size, NULL, RV_DATA, words);
}

/* --- tests --------------------------------------------------------------------------------- */

Test(read_sndfile, full_scale_is_one_until_it_is_calibrated)
{
    struct bytes file = small_wav();
    struct rv_recording *recording = read_bytes("a.wav", file.at, file.size, NULL);
    cr_assert(recording->channel_count == 2 && sample_count(recording, 1) == 2);
    cr_expect(!recording->channels[0].calibrated && has_notice(recording, "no_unit", "WAV"));
    cr_expect_float_eq(recording->samples[0][0], 0.5, 1e-15);
    cr_expect_float_eq(recording->samples[1][0], -1, 1e-15);
    cr_expect_float_eq(recording->samples[0][1], 1.0 / 32768, 1e-15);
    rv_recording_free(recording);
    struct rv_source_options options = rv_source_defaults();
    options.calibration = "uV=3276.8";
    recording = read_bytes("a.wav", file.at, file.size, &options);
    cr_expect(recording->channels[1].calibrated);
    cr_expect_float_eq(recording->samples[0][0], 1638.4, 1e-9);
    cr_expect_float_eq(recording->channels[0].resolution, 0.1, 1e-12);
    cr_expect_float_eq(recording->channels[0].minimum, -3276.8, 1e-9);
    cr_expect_float_eq(recording->channels[0].maximum, 3276.7, 1e-9);
    rv_recording_free(recording);
}

Test(read_sndfile, f_05_other_formats_named_wav_never_reach_the_library)
{
    static const struct {
        const char *what, *bytes;
        size_t size;
    } rows[] = {
        {"VOC", "Creative Voice File\x1A", 20},
        {"IRCAM", "\x64\xA3\x01\x00", 4},
        {"IRCAM big", "\x00\x01\xA3\x64", 4},
        {"MFER", "@  MFR ", 7},
        {"GDF", "GDF 2.20", 8},
        {"MP3", "ID3\x03", 4},
        {"Ogg", "OggS", 4},
        {"8SVX", "FORM\0\0\1\0008SVX", 12},
        {"AVI", "RIFF\0\0\1\0AVI ", 12},
        {"NIST", "NIST_1A\n   1024\n", 16},
        {"PAF", " paf", 4},
        {"SDS", "\xF0\x7E\x00\x01", 4},
        {"SDII", "\0\0\0\0", 4},
        {"XI", "Extended Instrument: ", 21},
        {"WVE", "ALawSoundFile**", 15},
        {"HTK", "\0\0\0\1\0\0\0\1", 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned char bytes[600] = {0};
        struct rv_source_options options = rv_source_defaults();
        memcpy(bytes, rows[i].bytes, rows[i].size);
        refuse_bytes("a.wav", bytes, sizeof bytes, NULL, RV_DATA, "");
        options.format = "audio"; /* by force */
        refuse_bytes("a.wav", bytes, sizeof bytes, &options, RV_DATA,
                     "no audio container that is read");
        cr_expect(library_calls == 0, "%s reached the library", rows[i].what);
    }
}

Test(read_sndfile, codings_other_than_pcm_and_float_never_reach_the_library)
{
    static const unsigned tags[] = {0, 2, 6, 7, 0x11, 0x31, 0x55, 0x2001, 0xFFFE};
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        struct bytes file = small_wav();
        set_number(&file, FORMAT_TAG, tags[i], 2);
        refuse_wav(&file, "WAV with a coding that is not read: PCM and float only");
    }
    cr_expect(library_calls == 0);
}

Test(read_sndfile, f_12_lengths_beyond_the_file_are_refused)
{
    static const uint64_t claims[] = {1u << 31, 0xFFFFFFFEu, 0x7FFFFFFF, 10};
    for (size_t i = 0; i < 4; i++) {
        struct bytes file = small_wav();
        set_number(&file, DATA_SIZE, claims[i], 4);
        refuse_wav(&file, "cut short: header claims");
    }
}

Test(read_sndfile, f_13_recordings_beyond_the_sample_bound_are_refused_at_once)
{
    struct bytes file = small_wav();
    struct rv_source_options options = rv_source_defaults();
    options.max_samples = 3;
    refuse_bytes("a.wav", file.at, file.size, &options, RV_DATA,
                 "holds 2 x 2 samples, at most 3 may be read");
}

/* 5 GiB of nothing behind a header: only the length is looked at, and blocks come one by one. */
Test(read_sndfile, f_36_an_rf64_beyond_4_gib_streams)
{
    static const uint64_t samples = UINT64_C(5) << 30;
    struct bytes file = {.size = 0};
    put(&file, "RF64\xFF\xFF\xFF\xFFWAVEds64\x1C\0\0\0", 20);
    put_number(&file, samples + 72, 8); /* 80 bytes of header but for the first 8 */
    put_number(&file, samples, 8);
    put_number(&file, samples / 2, 8);
    put_number(&file, 0, 4);
    struct bytes plain = wav(1, 1, 10000, 16, "", 0);
    put(&file, plain.at + 12, 24);
    put(&file, "data\xFF\xFF\xFF\xFF", 8);
    const char *folder = temporary_folder();
    char path[128];
    write_file(folder, "a.rf64", file.at, file.size);
    snprintf(path, sizeof path, "%sa.rf64", folder);
    cr_assert(truncate(path, (off_t)(file.size + samples)) == 0);
    struct rv_source_options options = rv_source_defaults();
    struct rv_error err = {.text = ""};
    struct rv_source *source;
    struct rv_block block;
    bool more;
    options.max_samples = SIZE_MAX;
    cr_assert(rv_source_open(path, &options, &source, &err) == RV_OK, "%s", err.text);
    cr_expect_float_eq(rv_source_facts(source)->duration_s, (double)samples / 2 / 10000, 1e-6);
    for (int i = 0; i < 100; i++)
        cr_assert(rv_source_next(source, &block, &more, &err) == RV_OK && more, "%s", err.text);
    cr_expect_float_eq(block.start_s, 99 * 4096 / 10000.0, 1e-9);
    rv_source_close(source);
    unlink(path);
}

Test(read_sndfile, f_14_f_34_channels_and_rates_have_limits)
{
    static const struct {
        unsigned channels;
        uint32_t rate;
    } rows[] = {{0, 10000}, {65, 10000}, {65535, 10000}, {1, 0}, {1, 1}, {1, 4000000000u}};
    unsigned char samples[260] = {1};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bytes file = wav(1, rows[i].channels, rows[i].rate, 16, samples, sizeof samples);
        refuse_wav(&file, "");
    }
}

Test(read_sndfile, f_35_sixty_four_channels_are_read)
{
    unsigned char samples[256];
    for (size_t i = 0; i < sizeof samples; i++)
        samples[i] = (unsigned char)(i % 2 == 0 ? i / 2 : 0);
    struct bytes file = wav(1, 64, 10000, 16, samples, sizeof samples);
    struct rv_recording *recording = read_bytes("a.wav", file.at, file.size, NULL);
    cr_assert(recording->channel_count == 64 && sample_count(recording, 63) == 2);
    cr_expect_float_eq(recording->samples[63][0] * 32768, 63, 1e-9);
    rv_recording_free(recording);
}

Test(read_sndfile, f_34_an_unusual_rate_is_told)
{
    struct bytes file = wav(1, 1, 44100 ^ 0x0400, 16, "\1\0\2\0", 4);
    struct rv_recording *recording = read_bytes("a.wav", file.at, file.size, NULL);
    cr_expect(has_notice(recording, "unusual_rate", "not a usual rate"));
    rv_recording_free(recording);
    static const uint32_t usual[] = {8000, 10000, 20000, 44100, 48000, 2048, 3000, 30000, 250};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        file = wav(1, 1, usual[i], 16, "\1\0\2\0", 4);
        recording = read_bytes("a.wav", file.at, file.size, NULL);
        cr_expect(!has_notice(recording, "unusual_rate", ""), "%u", (unsigned)usual[i]);
        rv_recording_free(recording);
    }
}

Test(read_sndfile, f_16_a_cut_file_is_refused_or_its_whole_samples_used)
{
    for (size_t cut = 1; cut <= 7; cut++) {
        struct bytes file = small_wav();
        file.size -= cut;
        refuse_wav(&file, "cut short: header claims 52 bytes up to the last sample, file holds");
        struct rv_source_options options = rv_source_defaults();
        options.allow_truncated = true;
        if (cut > 4) {
            refuse_bytes("a.wav", file.at, file.size, &options, RV_DATA, "holds no samples");
            continue;
        }
        struct rv_recording *recording = read_bytes("a.wav", file.at, file.size, &options);
        cr_expect(sample_count(recording, 0) == 1);
        cr_expect(has_notice(recording, "truncated", "1 of 2 samples are there (50.0 %)"));
        rv_recording_free(recording);
    }
}

Test(read_sndfile, f_16_a_short_header_with_every_sample_is_only_told)
{
    struct bytes file = small_wav();
    set_number(&file, RIFF_SIZE, 36 + 8 + 4, 4); /* as Backyard Brains' recorder writes it */
    struct rv_recording *recording = read_bytes("a.wav", file.at, file.size, NULL);
    cr_expect(sample_count(recording, 0) == 2);
    cr_expect(has_notice(recording, "header_size",
                         "header claims 56 bytes, file holds 52; every sample is there"));
    rv_recording_free(recording);
}

Test(read_sndfile, f_17_surplus_bytes_are_told)
{
    struct bytes file = small_wav();
    put(&file, "xyz", 3);
    struct rv_recording *recording = read_bytes("a.wav", file.at, file.size, NULL);
    cr_expect(has_notice(recording, "surplus_bytes", "3 bytes follow"));
    rv_recording_free(recording);
}

Test(read_sndfile, f_32_chunks_in_the_wrong_place_are_refused)
{
    struct bytes file = small_wav(), turned = {.size = 0};
    put(&turned, file.at, 12);
    put(&turned, file.at + 36, 16); /* data first */
    put(&turned, file.at + 12, 24);
    refuse_wav(&turned, "WAV has its samples before the chunk that describes them");

    put(&file, "data\2\0\0\0\1\0", 10);
    set_number(&file, RIFF_SIZE, file.size - 8, 4);
    refuse_wav(&file, "a second data chunk at byte 52");

    struct bytes list = {.size = 0};
    file = small_wav();
    put(&list, file.at, 36);
    put(&list, "LIST\xFF\xFF\xFF\xFF", 8);
    put(&list, file.at + 36, 16);
    refuse_wav(&list, "chunk at byte 36 claims 4294967295 bytes before the samples");

    set_number(&list, 40, 4000, 4);
    refuse_wav(&list, "chunk at byte 36 claims 4000 bytes, the file ends before");
}

Test(read_sndfile, f_32_chunks_before_and_behind_the_samples_are_passed_over)
{
    struct bytes file = small_wav(), more = {.size = 0};
    put(&more, file.at, 36);
    put(&more, "LIST\3\0\0\0abc\0", 12);
    put(&more, file.at + 36, 16);
    put(&more, "note\1\0\0\0z\0", 10);
    set_number(&more, RIFF_SIZE, more.size - 8, 4);
    struct rv_recording *recording = read_bytes("a.wav", more.at, more.size, NULL);
    cr_expect(sample_count(recording, 0) == 2);
    cr_expect_float_eq(recording->samples[0][0], 0.5, 1e-15);
    cr_expect(!has_notice(recording, "surplus_bytes", ""));
    cr_expect(!has_notice(recording, "header_size", ""));
    rv_recording_free(recording);
}

Test(read_sndfile, a_file_that_was_not_closed_is_read_to_its_end)
{
    static const uint32_t sizes[] = {0, 0xFFFFFFFF};
    for (size_t i = 0; i < 2; i++) {
        struct bytes file = small_wav();
        set_number(&file, RIFF_SIZE, sizes[i], 4);
        set_number(&file, DATA_SIZE, sizes[i], 4);
        struct rv_recording *recording = read_bytes("a.wav", file.at, file.size, NULL);
        cr_expect(sample_count(recording, 0) == 2);
        cr_expect(has_notice(recording, "not_closed", ""));
        rv_recording_free(recording);
    }
    struct bytes file = wav(1, 1, 10000, 16, "", 0);
    refuse_wav(&file, "WAV holds no samples");
}

Test(read_sndfile, f_33_numbers_that_are_not_finite_are_refused_with_their_place)
{
    static const uint32_t wrong[] = {0x7F800000, 0xFF800000, 0x7FC00000};
    for (size_t i = 0; i < 3; i++) {
        struct bytes file = wav(3, 2, 10000, 32, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
        set_number(&file, DATA + 12, wrong[i], 4);
        refuse_wav(&file, "channel 2, sample 1 is not finite");
    }
    /* the smallest denormal is a number */
    struct bytes file = wav(3, 1, 10000, 32, "\1\0\0\0\0\0\0\0", 8);
    struct rv_recording *recording = read_bytes("a.wav", file.at, file.size, NULL);
    cr_expect(recording->samples[0][0] > 0);
    rv_recording_free(recording);
}

Test(read_sndfile, f_45_a_header_cut_at_any_byte_is_refused)
{
    for (size_t size = 1; size <= DATA; size++) {
        struct bytes file = small_wav();
        refuse_bytes("a.wav", file.at, size, NULL, RV_DATA, "");
    }
}

/* Writes one file with libsndfile itself: two channels of a wave that every coding holds. */
static const char *written(int format, const char *name, size_t frames)
{
    static char path[128];
    snprintf(path, sizeof path, "%s%s", temporary_folder(), name);
    SF_INFO info = {.samplerate = 10000, .channels = 2, .format = format};
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    cr_assert(file != NULL, "%s: %s", name, sf_strerror(NULL));
    for (size_t i = 0; i < frames; i++) {
        double frame[2] = {((double)(i % 100) - 50) / 64, -((double)(i % 7)) / 64};
        cr_assert(sf_writef_double(file, frame, 1) == 1);
    }
    sf_close(file);
    return path;
}

static const struct {
    int format;
    const char *name;
} containers[] = {
    {SF_FORMAT_WAV | SF_FORMAT_PCM_16, "a.wav"},
    {SF_FORMAT_WAV | SF_FORMAT_PCM_U8, "b.wav"},
    {SF_FORMAT_WAV | SF_FORMAT_PCM_24, "c.wav"},
    {SF_FORMAT_WAV | SF_FORMAT_FLOAT, "d.wav"},
    {SF_FORMAT_WAVEX | SF_FORMAT_PCM_32, "e.wav"},
    {SF_FORMAT_WAV | SF_FORMAT_PCM_16 | SF_ENDIAN_BIG, "f.wav"},
    {SF_FORMAT_RF64 | SF_FORMAT_PCM_24, "g.rf64"},
    {SF_FORMAT_W64 | SF_FORMAT_DOUBLE, "h.w64"},
    {SF_FORMAT_AIFF | SF_FORMAT_PCM_16, "i.aiff"},
    {SF_FORMAT_AIFF | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, "j.aifc"},
    {SF_FORMAT_AIFF | SF_FORMAT_FLOAT, "k.aifc"},
    {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, "l.flac"},
    {SF_FORMAT_FLAC | SF_FORMAT_PCM_24, "m.flac"},
    {SF_FORMAT_CAF | SF_FORMAT_PCM_32, "n.caf"},
    {SF_FORMAT_CAF | SF_FORMAT_DOUBLE, "o.caf"},
    {SF_FORMAT_AU | SF_FORMAT_PCM_16, "p.au"},
    {SF_FORMAT_AU | SF_FORMAT_FLOAT | SF_ENDIAN_LITTLE, "q.au"},
    {SF_FORMAT_MAT4 | SF_FORMAT_PCM_16, "r.mat"},
    {SF_FORMAT_MAT4 | SF_FORMAT_DOUBLE, "s.mat"},
    {SF_FORMAT_MAT5 | SF_FORMAT_PCM_16, "t.mat"},
    {SF_FORMAT_MAT5 | SF_FORMAT_DOUBLE, "u.mat"},
};

static void expect_wave(const struct rv_recording *recording, size_t frames, const char *name)
{
    cr_assert(recording->channel_count == 2 && sample_count(recording, 0) == frames, "%s: %zu",
              name, sample_count(recording, 0));
    cr_expect_float_eq(recording->channels[0].rate_hz, 10000, 0, "%s", name);
    for (size_t i = 0; i < frames; i++) {
        /* 8 bits hold 1/64 but for the library's rounding to 127 */
        double slack = name[0] == 'b' ? 0.02 : 1e-4;
        cr_assert_float_eq(recording->samples[0][i], ((double)(i % 100) - 50) / 64, slack,
                           "%s: %zu", name, i);
        cr_assert_float_eq(recording->samples[1][i], -((double)(i % 7)) / 64, slack, "%s: %zu",
                           name, i);
    }
}

Test(read_sndfile, f_37_every_container_and_byte_order_gives_the_same_samples)
{
    for (size_t i = 0; i < sizeof containers / sizeof containers[0]; i++) {
        const char *path = written(containers[i].format, containers[i].name, 5000);
        struct rv_recording *recording = NULL;
        struct rv_error err = {.text = ""};
        cr_assert(rv_recording_read(path, NULL, &recording, &err) == RV_OK, "%s", err.text);
        expect_wave(recording, 5000, containers[i].name);
        cr_expect(!has_notice(recording, "truncated", ""));
        cr_expect(!has_notice(recording, "surplus_bytes", ""), "%s", path);
        rv_recording_free(recording);
    }
}

/* The whole file in memory. */
static unsigned char *slurp(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    unsigned char *bytes = malloc(1 << 20);
    *size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

Test(read_sndfile, every_container_is_read_from_a_pipe)
{
    for (size_t i = 0; i < sizeof containers / sizeof containers[0]; i++) {
        size_t size;
        unsigned char *bytes =
            slurp(written(containers[i].format, containers[i].name, 5000), &size);
        int ends[2];
        cr_assert(pipe(ends) == 0);
        pid_t writer = fork();
        if (writer == 0) {
            close(ends[0]);
            for (size_t at = 0; at < size; at += 1000) {
                size_t piece = size - at < 1000 ? size - at : 1000;
                if (write(ends[1], bytes + at, piece) != (ssize_t)piece)
                    _exit(1);
            }
            _exit(0);
        }
        close(ends[1]);
        cr_assert(dup2(ends[0], STDIN_FILENO) >= 0);
        struct rv_recording *recording = NULL;
        struct rv_error err = {.text = ""};
        cr_assert(rv_recording_read("-", NULL, &recording, &err) == RV_OK, "%s: %s",
                  containers[i].name, err.text);
        expect_wave(recording, 5000, containers[i].name);
        rv_recording_free(recording);
        close(ends[0]);
        waitpid(writer, NULL, 0);
        free(bytes);
    }
}

Test(read_sndfile, f_45_a_container_cut_anywhere_is_refused_or_flagged)
{
    for (size_t i = 0; i < sizeof containers / sizeof containers[0]; i++) {
        size_t whole;
        unsigned char *bytes =
            slurp(written(containers[i].format, containers[i].name, 300), &whole);
        for (size_t size = 1; size < whole; size += 1 + size / 16) {
            struct rv_source_options options = rv_source_defaults();
            refuse_bytes(containers[i].name, bytes, size, NULL, RV_DATA, "");
            options.allow_truncated = true;
            struct rv_source *source;
            struct rv_recording *recording;
            if (rv_source_open_memory("a", bytes, size, &options, &source, NULL) != RV_OK)
                continue;
            if (rv_recording_collect(source, &recording, NULL) == RV_OK) {
                cr_expect(has_notice(recording, "truncated", "cut short"), "%s at %zu",
                          containers[i].name, size);
                rv_recording_free(recording);
            }
            rv_source_close(source);
        }
        free(bytes);
    }
}

Test(read_sndfile, f_38_a_broken_flac_frame_is_no_silence)
{
    size_t size;
    unsigned char *bytes =
        slurp(written(SF_FORMAT_FLAC | SF_FORMAT_PCM_16, "a.flac", 60000), &size);
    bytes[size / 2] ^= 0x10;
    refuse_bytes("a.flac", bytes, size, NULL, RV_DATA, "FLAC is damaged in samples");
    free(bytes);
}

Test(read_sndfile, compressed_matlab_files_are_refused_with_advice)
{
    unsigned char bytes[200] = {0};
    memcpy(bytes, "MATLAB 5.0 MAT-file", 19);
    memcpy(bytes + 126, "IM\x0F\0\0\0\x20\0\0\0", 10);
    refuse_bytes("a.mat", bytes, sizeof bytes, NULL, RV_DATA, "compressed MATLAB file");
    bytes[128] = 14;
    refuse_bytes("a.mat", bytes, sizeof bytes, NULL, RV_DATA, "");
}

Test(read_sndfile, shared_surface_recordings_are_whole_though_their_header_claims_more)
{
    const char *folder = shared_data();
    static const struct {
        const char *file;
        size_t samples;
    } rows[] = {
        /* (file - 44) / 2 samples; the RIFF size claims 4 bytes more than there are */
        {"wav_surface_emg/amp_off.wav", (152620 - 44) / 2},
        {"wav_surface_emg/pulse_1.wav", (188460 - 44) / 2},
    };
    for (size_t i = 0; folder != NULL && i < 2; i++) {
        char path[4200];
        struct rv_error err = {.text = ""};
        struct rv_recording *recording;
        snprintf(path, sizeof path, "%s%s", folder, rows[i].file);
        cr_assert(rv_recording_read(path, NULL, &recording, &err) == RV_OK, "%s", err.text);
        cr_expect(sample_count(recording, 0) == rows[i].samples);
        cr_expect(has_notice(recording, "header_size", "every sample is there"));
        rv_recording_free(recording);
    }
}
