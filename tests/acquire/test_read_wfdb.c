/* SPDX-License-Identifier: GPL-3.0-or-later
 * WFDB records: headers, packed samples, annotations, files beside the header.
 */
#include "acquire/wfdb.h"
#include "reading.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

TestSuite(read_wfdb, .timeout = 60, .fini = remove_temporary_folders);

/* --- formats ------------------------------------------------------------------------------- */

Test(read_wfdb, every_format_unpacks_as_published)
{
    /* Bytes by hand from signal(5). 212: -1 = 0xFFF, 1 = 0x001 -> FF, (1's high nibble 0)(F), 01.
     * 310: samples 1, -1, 5: first pair 1 << 1 | (5 & 31) << 11 = 0x2802; second pair
     * (0x3FF << 1) | (5 >> 5) << 11 = 0x07FE. 311: 1 | 0x3FF << 10 | 5 << 20 = 0x005FFC01. */
    static const struct {
        int code;
        const char *bytes;
        int32_t samples[3];
    } rows[] = {
        {8, "\xFF", {-1}},
        {16, "\x01\x80", {-32767}},
        {24, "\xFF\xFF\xFF", {-1}},
        {32, "\x00\x00\x00\x80", {INT32_MIN}},
        {61, "\x80\x01", {-32767}},
        {80, "\x00", {-128}},
        {160, "\x00\x00", {-32768}},
        {212, "\xFF\x0F\x01", {-1, 1}},
        {310, "\x02\x28\xFE\x07", {1, -1, 5}},
        {311, "\x01\xFC\x5F\x00", {1, -1, 5}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct rv_wfdb_format *format = rv_wfdb_format_find(rows[i].code);
        int32_t samples[3];
        cr_assert(format != NULL);
        format->unpack((const unsigned char *)rows[i].bytes, samples);
        for (unsigned k = 0; k < format->group_samples; k++)
            cr_expect(samples[k] == rows[i].samples[k], "format %d: sample %u is %d", rows[i].code,
                      k, (int)samples[k]);
    }
    cr_expect(rv_wfdb_format_find(516) == NULL && rv_wfdb_format_find(0) == NULL);
}

Test(read_wfdb, bytes_and_samples_of_cut_groups_agree)
{
    /* 100_3chan: 2997 samples of format 212 are 1498 triples and 2 bytes: 4496 */
    cr_expect(rv_wfdb_format_bytes(rv_wfdb_format_find(212), 2997) == 4496);
    cr_expect(rv_wfdb_format_samples(rv_wfdb_format_find(212), 4496) == 2997);
    /* binformats: 499 samples of 310 and 311 are 166 groups and 2 bytes: 666 */
    cr_expect(rv_wfdb_format_bytes(rv_wfdb_format_find(310), 499) == 666);
    cr_expect(rv_wfdb_format_bytes(rv_wfdb_format_find(311), 499) == 666);
    static const int codes[] = {8, 16, 24, 32, 61, 80, 160, 212, 310, 311};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        for (uint64_t n = 0; n < 20; n++) {
            const struct rv_wfdb_format *format = rv_wfdb_format_find(codes[i]);
            uint64_t bytes = rv_wfdb_format_bytes(format, n);
            /* the second pair of format 310 brings two samples at once */
            uint64_t held = rv_wfdb_format_samples(format, bytes);
            cr_expect(held == n || (codes[i] == 310 && n % 3 == 2 && held == n + 1),
                      "format %d, %d", codes[i], (int)n);
            cr_expect(n == 0 || rv_wfdb_format_samples(format, bytes - 1) < n, "format %d, %d",
                      codes[i], (int)n);
        }
}

/* --- records in a temporary folder --------------------------------------------------------- */

static enum rv_status read_record(const char *folder, const char *name, bool allow_truncated,
                                  struct rv_recording **recording, struct rv_error *err)
{
    struct rv_source_options options = rv_source_defaults();
    char path[256];
    options.allow_truncated = allow_truncated;
    snprintf(path, sizeof path, "%s%s", folder, name);
    err->text[0] = '\0';
    return rv_recording_read(path, &options, recording, err);
}

static struct rv_recording *read_good(const char *folder, const char *name)
{
    struct rv_recording *recording = NULL;
    struct rv_error err;
    enum rv_status status = read_record(folder, name, false, &recording, &err);
    cr_assert(status == RV_OK, "%s: %s", name, err.text);
    return recording;
}

static void refuse_header(const char *header, const char *words)
{
    const char *folder = temporary_folder();
    struct rv_recording *recording = NULL;
    struct rv_error err;
    write_file(folder, "r.hea", header, strlen(header));
    write_file(folder, "r.dat", "\1\0\2\0\3\0\4\0", 8);
    enum rv_status status = read_record(folder, "r.hea", false, &recording, &err);
    cr_expect(status == RV_DATA || status == RV_NO_INPUT, "%d for %s", (int)status, header);
    cr_expect(strstr(err.text, words) != NULL, "\"%s\" not in \"%s\"", words, err.text);
    if (status == RV_OK)
        rv_recording_free(recording);
}

Test(read_wfdb, gain_baseline_and_unit_make_microvolt)
{
    const char *folder = temporary_folder();
    /* gain 200 to 1 mV, baseline 100: (300 - 100) / 200 = 1 mV; sum 300 + 100 - 100 = 300 */
    static const char header[] = "r 1 1000 3 10:20:30 05/06/2020\n"
                                 "r.dat 16 200(100)/mV 16 0 300 300 0 R APB  \n# <sex>: F\n";
    write_file(folder, "r.hea", header, sizeof header - 1);
    write_file(folder, "r.dat", "\x2C\x01\x64\x00\x9C\xFF", 6);
    static const char *const names[] = {"r.hea", "r", "r.dat"};
    for (size_t i = 0; i < 3; i++) {
        struct rv_recording *recording = read_good(folder, names[i]);
        cr_expect_str_eq(recording->channels[0].label, "R APB");
        cr_expect_float_eq(recording->samples[0][0], 1000, 1e-9);
        cr_expect_float_eq(recording->samples[0][1], 0, 1e-9);
        cr_expect_float_eq(recording->samples[0][2], -1000, 1e-9);
        cr_expect_str_eq(recording->facts.start, "2020-06-05T10:20:30");
        cr_expect(recording->facts.sex == RV_FEMALE);
        cr_expect(!has_notice(recording, "checksum", ""));
        rv_recording_free(recording);
    }
}

Test(read_wfdb, f_22_lower_case_mv_is_read_with_a_warning_and_others_refused)
{
    const char *folder = temporary_folder();
    static const char header[] = "r 1 1000 2\nr.dat 16 200/mv\n";
    write_file(folder, "r.hea", header, sizeof header - 1);
    write_file(folder, "r.dat", "\xC8\x00\x00\x00", 4);
    struct rv_recording *recording = read_good(folder, "r.hea");
    cr_expect_float_eq(recording->samples[0][0], 1000, 1e-9);
    cr_expect(has_notice(recording, "unit_spelling", "\"mv\" is read as mV"));
    rv_recording_free(recording);
    refuse_header("r 1 1000 2\nr.dat 16 200/UV\n", "signal 1: unit 'UV' is not one of V, mV");
    refuse_header("r 1 1000 2\nr.dat 16 200/MV\n", "unit 'MV'");
}

Test(read_wfdb, without_a_gain_nothing_is_calibrated)
{
    static const char *const headers[] = {"r 1 1000 2\nr.dat 16\n", "r 1 1000 2\nr.dat 16 0\n",
                                          "r 1 1000 2\nr.dat 16 5/mmHg\n"};
    for (size_t i = 0; i < 3; i++) {
        const char *folder = temporary_folder();
        write_file(folder, "r.hea", headers[i], strlen(headers[i]));
        write_file(folder, "r.dat", "\xC8\x00\x00\x00", 4);
        struct rv_recording *recording = read_good(folder, "r.hea");
        cr_expect(!recording->channels[0].calibrated);
        cr_expect_float_eq(recording->samples[0][0], 200, 1e-12);
        cr_expect(has_notice(recording, "no_unit", "kept as stored"));
        rv_recording_free(recording);
    }
}

Test(read_wfdb, mixed_rates_skew_offsets_and_differences_are_undone)
{
    const char *folder = temporary_folder();
    /* frames of 2 + 1 samples: (1 2 | 10) (3 4 | 20) (5 6 | 30); the third signal's file begins
     * after one byte and holds differences from 7: 8, 6, 9 */
    static const char header[] = "r 3 500 3\nr.dat 80x2 1/uV 8 0\nr.dat 80:1 1/uV 8 0\n"
                                 "d.dat 8+1 1/uV 8 0 7 23 0 slow\n";
    static const unsigned char samples[] = {129, 130, 138, 131, 132, 148, 133, 134, 158};
    write_file(folder, "r.hea", header, sizeof header - 1);
    write_file(folder, "r.dat", samples, sizeof samples);
    write_file(folder, "d.dat", "x\x01\xFE\x03", 4);
    struct rv_recording *recording = read_good(folder, "r.hea");
    static const double expected[3][6] = {{1, 2, 3, 4, 5, 6}, {20, 30}, {8, 6, 9}};
    static const size_t counts[] = {6, 2, 3};
    for (size_t c = 0; c < 3; c++) {
        cr_expect(sample_count(recording, c) == counts[c]);
        for (size_t i = 0; i < counts[c]; i++)
            cr_expect_float_eq(recording->samples[c][i], expected[c][i], 1e-12);
    }
    cr_expect_float_eq(recording->channels[0].rate_hz, 1000, 1e-9);
    cr_expect_float_eq(recording->channels[1].rate_hz, 500, 1e-9);
    cr_expect(!has_notice(recording, "checksum", ""));
    rv_recording_free(recording);
}

Test(read_wfdb, a_wrong_checksum_and_missing_samples_are_told)
{
    const char *folder = temporary_folder();
    static const char header[] = "r 1 1000 2\nr.dat 16 200/mV 16 0 1 5 0\n";
    write_file(folder, "r.hea", header, sizeof header - 1);
    write_file(folder, "r.dat", "\x01\x00\x00\x80", 4);
    struct rv_recording *recording = read_good(folder, "r.hea");
    /* 1 - 32768 = -32767 */
    cr_expect(has_notice(recording, "checksum", "add up to -32767, the header says 5"));
    cr_expect(has_notice(recording, "missing_samples", "1 samples are marked as missing"));
    rv_recording_free(recording);
}

Test(read_wfdb, f_16_a_short_file_is_refused_or_flagged)
{
    const char *folder = temporary_folder();
    static const char header[] = "r 1 1000 4\nr.dat 16 200/mV 16 0 1 5 0\n";
    struct rv_recording *recording = NULL;
    struct rv_error err;
    write_file(folder, "r.hea", header, sizeof header - 1);
    write_file(folder, "r.dat", "\x01\x00\x02\x00\x03\x00\x04", 7);
    cr_expect(read_record(folder, "r.hea", false, &recording, &err) == RV_DATA);
    cr_expect(strstr(err.text, "r.dat is cut short: header claims 8 bytes, file holds 7") != NULL,
              "%s", err.text);
    cr_assert(read_record(folder, "r.hea", true, &recording, &err) == RV_OK, "%s", err.text);
    cr_expect(sample_count(recording, 0) == 3);
    cr_expect(has_notice(recording, "truncated", "3 of 4 samples are there (75.0 %)"));
    rv_recording_free(recording);
}

Test(read_wfdb, f_17_surplus_bytes_are_told)
{
    const char *folder = temporary_folder();
    static const char header[] = "r 1 1000 2\nr.dat 16 200/mV\n";
    write_file(folder, "r.hea", header, sizeof header - 1);
    write_file(folder, "r.dat", "\x01\x00\x02\x00\x03", 5);
    struct rv_recording *recording = read_good(folder, "r.hea");
    cr_expect(sample_count(recording, 0) == 2);
    cr_expect(has_notice(recording, "surplus_bytes", "1 bytes more"));
    rv_recording_free(recording);
}

Test(read_wfdb, segments_follow_each_other_and_gaps_part_them)
{
    const char *folder = temporary_folder();
    static const char record[] = "m/4 1 1000 8\na 2\na 2\n~ 2\nb 2\n";
    static const char a[] = "a 1 1000 2\na.dat 16 1/uV\n", b[] = "b 1 1000 2\nb.dat 16 0.5/uV\n";
    write_file(folder, "m.hea", record, sizeof record - 1);
    write_file(folder, "a.hea", a, sizeof a - 1);
    write_file(folder, "b.hea", b, sizeof b - 1);
    write_file(folder, "a.dat", "\x01\x00\x02\x00", 4);
    write_file(folder, "b.dat", "\x03\x00\x04\x00", 4);
    struct rv_recording *recording = read_good(folder, "m.hea");
    static const double expected[] = {1, 2, 1, 2, 6, 8};
    cr_assert(recording->segment_count == 2 && sample_count(recording, 0) == 6);
    cr_expect(recording->segments[0].sample_count[0] == 4);
    cr_expect_float_eq(recording->segments[1].start_s, 0.006, 1e-12);
    for (size_t i = 0; i < 6; i++)
        cr_expect_float_eq(recording->samples[0][i], expected[i], 1e-12);
    rv_recording_free(recording);
}

Test(read_wfdb, annotations_become_notes)
{
    const char *folder = temporary_folder();
    static const char header[] = "r 1 1000 4\nr.dat 16 1/uV\n";
    /* code 1 (N) at +1; code 22 (") at +1 with the text "abc"; skip of 1 and code 5 (V) at +0 */
    static const unsigned char notes[] = {0x01, 0x04, 0x01, 0x58, 0x03, 0xFC, 'a',  'b',  'c', 0,
                                          0x00, 0xEC, 0x00, 0x00, 0x01, 0x00, 0x00, 0x14, 0,   0};
    write_file(folder, "r.hea", header, sizeof header - 1);
    write_file(folder, "r.dat", "\1\0\2\0\3\0\4\0", 8);
    write_file(folder, "r.atr", notes, sizeof notes);
    struct rv_recording *recording = read_good(folder, "r.hea");
    static const char *const texts[] = {"N", "abc", "V"};
    cr_assert(recording->event_count == 3);
    for (size_t i = 0; i < 3; i++) {
        cr_expect(recording->events[i].kind == RV_EVENT_NOTE);
        cr_expect_str_eq(recording->events[i].text, texts[i]);
        cr_expect_float_eq(recording->events[i].time_s, 0.001 * (double)(i + 1), 1e-12);
    }
    rv_recording_free(recording);
    write_file(folder, "r.atr", notes, 9);
    recording = read_good(folder, "r.hea");
    cr_expect(recording->event_count == 0);
    cr_expect(has_notice(recording, "annotations_unread", "runs past the end"));
    rv_recording_free(recording);
}

Test(read_wfdb, bad_headers_are_refused_with_their_line)
{
    static const struct {
        const char *header, *words;
    } rows[] = {
        {"r 2 1000 2\nr.dat 16 200/mV\n", "announces 2 signals and describes 1"},
        {"r 1 1000 2\nr.dat 16 200/mV\nr.dat 16 200/mV\n", "line 3: more signals than the 1"},
        {"r 1 zero 2\nr.dat 16\n", "line 1: sampling frequency 'zero' is not understood"},
        {"r 1 0 2\nr.dat 16\n", "sampling frequency '0'"},
        {"r 1 1e9 2\nr.dat 16\n", "sampling frequency '1e9'"},
        {"r 1 1000 -2\nr.dat 16\n", "number of samples '-2'"},
        {"r 1 1000 9999999999999999\nr.dat 16\n", "number of samples"},
        {"r 1 1000 2\nr.dat 17\n", "line 2: format '17'"},
        {"r 1 1000 2\nr.dat 516 200/mV\n", "format 516 (FLAC inside WFDB) is not read"},
        {"r 1 1000 2\nr.dat 16x0\n", "samples per frame '0'"},
        {"r 1 1000 2\nr.dat 16:-1\n", "skew '-1'"},
        {"r 1 1000 2\nr.dat 16+x\n", "byte offset 'x'"},
        {"r 1 1000 2\nr.dat 16 1(2/mV\n", "baseline '(2'"},
        {"r 1 1000 2\nr.dat 16 nan/mV\n", "gain 'nan'"},
        {"r 1 1000 2\nr.dat 16 1/mV 33\n", "ADC resolution of 33 bits"},
        {"r 1 1000 2\nr.dat 16 1/mV 16 x\n", "ADC zero 'x'"},
        {"r 1 1000 2\n../r.dat 16\n", "line 2: file name (only files beside the header"},
        {"r 1 1000 2\n/etc/passwd 16\n", "only files beside the header are opened"},
        {"r 1 1000 2\n.r.dat 16\n", "only files beside the header are opened"},
        {"r 1 1000 2\n- 16\n", "only files beside the header are opened"},
        {"r 1 1000 2\nother.dat 16\n", "other.dat beside the header: "},
        {"r 1 1000 2\n* 0\n", "a record without samples (format 0)"},
        {"r 1 1000 4\nr.dat 16+90 1/mV\n", "cut short"},
        {"r/2 1 1000 4\n../x 2\ny 2\n", "only records beside the header are opened"},
        {"r/2 1 1000 4\nx 2\ny 3\n", "segments have 5 samples together, the record announces 4"},
        {"r/2 1 1000 4\nx 0\ny 4\n", "multi-segment record of variable layout"},
        {"r/1 1 1000 4\nr 4\n", "a segment that is made of segments"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        refuse_header(rows[i].header, rows[i].words);
}

Test(read_wfdb, f_12_claims_beyond_the_file_take_no_memory)
{
    refuse_header("r 1 1000 2000000000\nr.dat 16 1/mV\n", "cut short");
    refuse_header("r 1 1000 1099511627776\nr.dat 16x4096 1/mV\n",
                  "holds 1099511627776 x 4096 samples, at most 2147483648 may be read");
}

Test(read_wfdb, shared_records_agree_with_their_checksums)
{
    const char *folder = shared_data();
    static const struct {
        const char *file;
        size_t channels, samples;
    } rows[] = {
        {"physionet_emgdb/emg_healthy_a.hea", 1, 25430},
        {"physionet_emgdb/emg_myopathy_a.hea", 1, 55168},
        {"physionet_emgdb/emg_neuropathy_a.hea", 1, 73929},
        {"wfdb_conformance/100.hea", 2, 650000},
        {"wfdb_conformance/100_3chan.hea", 3, 999},
        {"wfdb_conformance/binformats.hea", 10, 499},
        {"wfdb_conformance/bemoody_wfdb/100s.hea", 2, 21600},
        {"wfdb_conformance/bemoody_wfdb/multi.hea", 2, 43200},
        {"wfdb_conformance/multi-segment/041s/041s.hea", 7, 8000},
        {"wfdb_conformance/multi-segment/fixed1/v102s.hea", 4, 225000},
    };
    for (size_t i = 0; folder != NULL && i < sizeof rows / sizeof rows[0]; i++) {
        struct rv_recording *recording = read_good(folder, rows[i].file);
        cr_expect(recording->channel_count == rows[i].channels, "%s", rows[i].file);
        cr_expect(sample_count(recording, 0) == rows[i].samples, "%s", rows[i].file);
        cr_expect(!has_notice(recording, "checksum", ""), "%s", rows[i].file);
        rv_recording_free(recording);
    }
}
