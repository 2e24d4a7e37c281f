/* SPDX-License-Identifier: GPL-3.0-or-later
 * Raw PCM: every encoding, and what the user must say.
 */
#include "reading.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

TestSuite(read_raw, .timeout = 60);

static struct rv_source_options raw_options(enum rv_encoding encoding, size_t channels)
{
    struct rv_source_options options = rv_source_defaults();
    options.format = "raw";
    options.encoding = encoding;
    options.rate_hz = 10000;
    options.channel_count = channels;
    return options;
}

Test(read_raw, every_encoding_gives_its_numbers)
{
    static const struct {
        enum rv_encoding encoding;
        const char *bytes;
        size_t size;
        double samples[2];
    } rows[] = {
        {RV_S16LE, "\x01\x80\xFE\xFF", 4, {-32767, -2}},
        {RV_S16BE, "\x80\x01\xFF\xFE", 4, {-32767, -2}},
        {RV_S24LE, "\x00\x00\x80\x01\x00\x00", 6, {-8388608, 1}},
        {RV_S24BE, "\x80\x00\x00\x00\x00\x01", 6, {-8388608, 1}},
        {RV_S32LE, "\x00\x00\x00\x80\xFF\xFF\xFF\x7F", 8, {-2147483648.0, 2147483647}},
        {RV_S32BE, "\x80\x00\x00\x00\x7F\xFF\xFF\xFF", 8, {-2147483648.0, 2147483647}},
        /* IEEE 754: 1.5 = 0x3FC00000, -2 = 0xC0000000 */
        {RV_F32LE, "\x00\x00\xC0\x3F\x00\x00\x00\xC0", 8, {1.5, -2}},
        {RV_F32BE, "\x3F\xC0\x00\x00\xC0\x00\x00\x00", 8, {1.5, -2}},
        {RV_F64LE, "\0\0\0\0\0\0\xF8\x3F\0\0\0\0\0\0\0\xC0", 16, {1.5, -2}},
        {RV_F64BE, "\x3F\xF8\0\0\0\0\0\0\xC0\0\0\0\0\0\0\0", 16, {1.5, -2}},
        {RV_U8, "\x00\xFF", 2, {-128, 127}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rv_source_options options = raw_options(rows[i].encoding, 1);
        struct rv_recording *recording = read_bytes("r.pcm", rows[i].bytes, rows[i].size, &options);
        cr_assert(sample_count(recording, 0) == 2);
        for (size_t j = 0; j < 2; j++)
            cr_expect_float_eq(recording->samples[0][j], rows[i].samples[j], 1e-9, "row %zu", i);
        rv_recording_free(recording);
    }
}

Test(read_raw, channels_are_taken_apart_and_calibrated)
{
    struct rv_source_options options = raw_options(RV_S16LE, 2);
    options.calibration = "uV=0.5,2:uV=4";
    struct rv_recording *recording =
        read_bytes("r.pcm", "\x01\x00\x02\x00\x03\x00\x04\x00", 8, &options);
    cr_assert(recording->channel_count == 2 && sample_count(recording, 1) == 2);
    cr_expect_float_eq(recording->samples[0][1], 1.5, 1e-12);
    cr_expect_float_eq(recording->samples[1][1], 16, 1e-12);
    cr_expect(recording->channels[1].calibrated);
    cr_expect_float_eq(recording->channels[1].maximum, 4 * 32767, 1e-9);
    rv_recording_free(recording);
}

Test(read_raw, it_is_refused_without_rate_and_channels)
{
    struct rv_source_options options = raw_options(RV_S16LE, 0);
    refuse_bytes("r.pcm", "1234", 4, &options, RV_MISUSE, "give encoding, rate and number");
    options = raw_options(RV_S16LE, 1);
    options.rate_hz = 0;
    refuse_bytes("r.pcm", "1234", 4, &options, RV_MISUSE, "give encoding, rate and number");
    options.rate_hz = 5;
    refuse_bytes("r.pcm", "1234", 4, &options, RV_MISUSE, "rate 5 Hz");
    options = raw_options(RV_S16LE, 65);
    refuse_bytes("r.pcm", "1234", 4, &options, RV_MISUSE, "65 channels");
}

Test(read_raw, f_16_a_cut_sample_is_refused_unless_allowed)
{
    struct rv_source_options options = raw_options(RV_S16LE, 2);
    refuse_bytes("r.pcm", "\x01\x00\x02\x00\x03", 5, &options, RV_DATA,
                 "the last 1 bytes are no whole sample of every channel (4 bytes)");
    options.allow_truncated = true;
    struct rv_recording *recording = read_bytes("r.pcm", "\x01\x00\x02\x00\x03", 5, &options);
    cr_expect(sample_count(recording, 0) == 1 && has_notice(recording, "truncated", "1 bytes"));
    rv_recording_free(recording);
}

Test(read_raw, f_33_numbers_that_are_not_finite_are_refused_with_their_place)
{
    struct rv_source_options options = raw_options(RV_F32LE, 2);
    static const unsigned char bytes[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x7F};
    refuse_bytes("r.pcm", bytes, sizeof bytes, &options, RV_DATA,
                 "channel 2, sample 1 is not finite");
}

Test(read_raw, a_wrong_byte_order_is_doubted)
{
    unsigned char bytes[2000];
    for (int i = 0; i < 1000; i++) { /* a slow wave, big-endian */
        int sample = (int)lrint(1000 * sin(i / 50.0));
        bytes[2 * i] = (unsigned char)((unsigned)sample >> 8);
        bytes[2 * i + 1] = (unsigned char)sample;
    }
    struct rv_source_options options = raw_options(RV_S16LE, 1);
    struct rv_recording *recording = read_bytes("r.pcm", bytes, sizeof bytes, &options);
    cr_expect(has_notice(recording, "byte_order", "other byte order"));
    rv_recording_free(recording);
    options.encoding = RV_S16BE;
    recording = read_bytes("r.pcm", bytes, sizeof bytes, &options);
    cr_expect(!has_notice(recording, "byte_order", ""));
    rv_recording_free(recording);
}
