/* SPDX-License-Identifier: GPL-3.0-or-later
 * The WAV that is written, read back by libsndfile.
 */
#include "base/arena.h"

#include <ranvier/source.h>

#include <criterion/criterion.h>
#include <sndfile.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(write_wav, .timeout = 60);

static char folder[64], path[128];

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/ranvier-wav-XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/a.wav", folder);
}

static void remove_folder(void)
{
    unlink(path);
    rmdir(folder);
}

Test(write_wav, libsndfile_reads_back_every_bit, .init = make_folder, .fini = remove_folder)
{
    enum { COUNT = 5003 };
    static float left[COUNT], right[COUNT], back[2 * COUNT + 2];
    for (size_t i = 0; i < COUNT; i++) {
        left[i] = (float)i * 0.37F - 900.0F;
        right[i] = -1e-9F * (float)i;
    }
    struct rv_wav_writer *writer = NULL;
    const float *pointers[2] = {left, right};
    cr_assert(rv_wav_create(path, 48000.0, 2, &writer, NULL) == RV_OK);
    cr_assert(rv_wav_write(writer, pointers, 5000, NULL) == RV_OK);
    pointers[0] += 5000;
    pointers[1] += 5000;
    cr_assert(rv_wav_write(writer, pointers, 3, NULL) == RV_OK);
    cr_assert(access(path, F_OK) != 0); /* not before it is whole */
    cr_assert(rv_wav_close(writer, NULL) == RV_OK);
    SF_INFO info = {.format = 0};
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    cr_assert(file != NULL, "%s", sf_strerror(NULL));
    cr_expect(info.frames == COUNT && info.channels == 2 && info.samplerate == 48000);
    cr_expect(info.format == (SF_FORMAT_WAV | SF_FORMAT_FLOAT));
    cr_assert(sf_readf_float(file, back, COUNT + 1) == COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        cr_expect(memcmp(&back[2 * i], &left[i], sizeof(float)) == 0);
        cr_expect(memcmp(&back[2 * i + 1], &right[i], sizeof(float)) == 0);
    }
    sf_close(file);
}

Test(write_wav, our_own_reader_takes_it, .init = make_folder, .fini = remove_folder)
{
    const float samples[3] = {1.5F, -20.25F, 300.0F}, *pointer = samples;
    struct rv_wav_writer *writer = NULL;
    cr_assert(rv_wav_create(path, 20000.0, 1, &writer, NULL) == RV_OK);
    cr_assert(rv_wav_write(writer, &pointer, 3, NULL) == RV_OK);
    cr_assert(rv_wav_close(writer, NULL) == RV_OK);
    struct rv_source_options options = rv_source_defaults();
    options.calibration = "uV=1";
    struct rv_recording *recording = NULL;
    struct rv_error err = {RV_OK, ""};
    cr_assert(rv_recording_read(path, &options, &recording, &err) == RV_OK, "%s", err.text);
    cr_expect(recording->segments[0].sample_count[0] == 3 && recording->channels[0].calibrated);
    for (size_t i = 0; i < 3; i++)
        cr_expect(fabs(recording->samples[0][i] - (double)samples[i]) < 1e-12);
    rv_recording_free(recording);
}

Test(write_wav, what_wav_cannot_hold_is_refused, .init = make_folder, .fini = remove_folder)
{
    struct rv_wav_writer *writer = NULL;
    const double rates_hz[] = {0.0, -1.0, 0.5, 4807.69, 1e12, (double)NAN, (double)INFINITY};
    for (size_t i = 0; i < sizeof rates_hz / sizeof rates_hz[0]; i++)
        cr_expect(rv_wav_create(path, rates_hz[i], 1, &writer, NULL) == RV_MISUSE);
    cr_expect(rv_wav_create(path, 48000.0, 0, &writer, NULL) == RV_MISUSE);
    cr_expect(rv_wav_create(path, 48000.0, 100000, &writer, NULL) == RV_MISUSE);
    cr_expect(rv_wav_create("/nowhere/a.wav", 48000.0, 1, &writer, NULL) == RV_NO_OUTPUT);
    cr_expect(writer == NULL);
    rv_wav_abandon(NULL);
}

Test(write_wav, an_abandoned_file_leaves_nothing, .init = make_folder, .fini = remove_folder)
{
    struct rv_wav_writer *writer = NULL;
    cr_assert(rv_wav_create(path, 48000.0, 1, &writer, NULL) == RV_OK);
    rv_wav_abandon(writer);
    cr_expect(rmdir(folder) == 0); /* empty */
    cr_expect(mkdtemp(strcpy(folder, "/tmp/ranvier-wav-XXXXXX")) != NULL);
}
