/* SPDX-License-Identifier: GPL-3.0-or-later
 * The EDF and BDF writer: what was given comes back, and a file stands whole or not at all.
 */
#include <ranvier/source.h>

#include <criterion/criterion.h>

#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(write_edf, .timeout = 60);

static char folder[64];

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/write_edf_XXXXXX");
    cr_assert(mkdtemp(folder) != NULL);
}

static size_t remove_files(bool all)
{
    size_t count = 0;
    DIR *directory = opendir(folder);
    cr_assert(directory != NULL);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char path[512];
        if (entry->d_name[0] == '.')
            continue;
        count++;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (all)
            unlink(path);
    }
    closedir(directory);
    return count;
}

static void drop_folder(void)
{
    remove_files(true);
    rmdir(folder);
}

static const char *file_in_folder(void)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/a.edf", folder);
    return path;
}

static const struct rv_edf_signal two_signals[2] = {
    {"R APB", "mV", "HP:3Hz LP:20kHz", "Ag-AgCl", -10, 10, 100},
    {"R ADM", "uV", "", "", 500, -500, 50}};

static struct rv_edf_header plain_header(bool bdf, bool discontinuous)
{
    return (struct rv_edf_header){.bdf = bdf,
                                  .discontinuous = discontinuous,
                                  .record_s = 0.005,
                                  .start = "2026-03-02T10:11:12",
                                  .signals = two_signals,
                                  .signal_count = 2};
}

/* Three records of a sine of 5 mV and of a ramp; starts apart by `gap_s`. */
static void write_three(const struct rv_edf_header *header, double gap_s, const char *text)
{
    struct rv_edf_writer *writer;
    struct rv_error err;
    cr_assert(rv_edf_create(file_in_folder(), header, &writer, &err) == RV_OK, "%s", err.text);
    for (int record = 0; record < 3; record++) {
        double first[100], second[50];
        const double *const samples[] = {first, second};
        double start_s = record * (0.005 + gap_s);
        for (int i = 0; i < 100; i++)
            first[i] = 5 * sin(0.1 * (100 * record + i));
        for (int i = 0; i < 50; i++)
            second[i] = 50 * record + i - 75;
        struct rv_edf_annotation annotation = {start_s + 0.001, NAN, text};
        cr_assert(rv_edf_write(writer, start_s, samples, &annotation, 1, &err) == RV_OK, "%s",
                  err.text);
    }
    size_t clipped = 99;
    cr_assert(rv_edf_close(writer, &clipped, &err) == RV_OK, "%s", err.text);
    cr_expect(clipped == 0);
}

Test(write_edf, what_is_written_is_read_again_in_all_four_kinds, .init = make_folder,
     .fini = drop_folder)
{
    static const char *const formats[] = {"EDF+C", "BDF+C", "EDF+D", "BDF+D"};
    for (int kind = 0; kind < 4; kind++) {
        bool bdf = kind % 2 == 1, apart = kind / 2 == 1;
        struct rv_edf_header header = plain_header(bdf, apart);
        struct rv_recording *recording;
        struct rv_error err;
        write_three(&header, apart ? 10 : 0, "Stimulus right wrist 0.2ms x 8.2mA");
        cr_assert(rv_recording_read(file_in_folder(), NULL, &recording, &err) == RV_OK, "%s",
                  err.text);
        cr_expect_str_eq(recording->facts.format, formats[kind]);
        cr_expect_str_eq(recording->facts.start, "2026-03-02T10:11:12");
        cr_expect(recording->segment_count == (apart ? 3u : 1u));
        cr_expect(recording->facts.one_sweep_a_segment == apart);
        cr_assert(recording->event_count == 3);
        cr_expect_float_eq(recording->events[2].time_s, 2 * (apart ? 10.005 : 0.005) + 0.001, 1e-9);
        cr_expect_float_eq(recording->events[2].intensity_ma, 8.2, 1e-12);
        cr_expect_float_eq(recording->channels[0].rate_hz, 20000, 1e-6);
        cr_expect_str_eq(recording->channels[0].transducer, "Ag-AgCl");
        /* half a step of 20 mV in 65536 or 16777216 steps, in microvolt */
        double half_step = 0.5 * 20000 / (bdf ? 16777215 : 65535) * 1.0001;
        for (int i = 0; i < 300; i++)
            cr_expect(fabs(recording->samples[0][i] - 5000 * sin(0.1 * i)) <= half_step);
        for (int i = 0; i < 150; i++)
            cr_expect(fabs(recording->samples[1][i] - (i - 75)) <= half_step);
        rv_recording_free(recording);
    }
}

Test(write_edf, header_fields_stand_where_the_standard_puts_them, .init = make_folder,
     .fini = drop_folder)
{
    struct rv_edf_header header = plain_header(false, true);
    header.patient = "P0001 F 02-MAY-1951 X";
    write_three(&header, 1, "Stimulus");
    unsigned char bytes[1024];
    FILE *file = fopen(file_in_folder(), "rb");
    cr_assert(file != NULL && fread(bytes, 1, sizeof bytes, file) == sizeof bytes);
    fclose(file);
    static const struct {
        size_t at;
        const char *text;
    } rows[] = {{0, "0       P0001 F 02-MAY-1951 X   "},
                {88, "Startdate 02-MAR-2026 X X X "},
                {168, "02.03.2610.11.121024    EDF+D   "},
                {236, "3       0.005   3   R APB   "},
                {256 + 2 * 16, "EDF Annotations "},
                {256 + 3 * 96, "mV      uV              "},
                {256 + 3 * 104, "-10     500     -1      10      -500    1       -32768  "},
                {256 + 3 * 216, "100     50      60      "}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect(memcmp(bytes + rows[i].at, rows[i].text, strlen(rows[i].text)) == 0,
                  "at %zu: %.40s", rows[i].at, (const char *)bytes + rows[i].at);
}

Test(write_edf, samples_beyond_the_limits_are_clipped_and_counted, .init = make_folder,
     .fini = drop_folder)
{
    struct rv_edf_header header = plain_header(false, false);
    struct rv_edf_writer *writer;
    double first[100] = {20, -20, 10, -10, INFINITY}, second[50] = {-500.01};
    const double *const samples[] = {first, second};
    size_t clipped = 0;
    cr_assert(rv_edf_create(file_in_folder(), &header, &writer, NULL) == RV_OK);
    cr_assert(rv_edf_write(writer, 0, samples, NULL, 0, NULL) == RV_OK);
    cr_assert(rv_edf_close(writer, &clipped, NULL) == RV_OK);
    cr_expect(clipped == 4, "%zu", clipped);
    struct rv_recording *recording;
    cr_assert(rv_recording_read(file_in_folder(), NULL, &recording, NULL) == RV_OK);
    cr_expect_float_eq(recording->samples[0][0], 10000, 1e-6);
    cr_expect_float_eq(recording->samples[0][1], -10000, 1e-6);
    cr_expect_float_eq(recording->samples[1][0], -500, 1e-6);
    rv_recording_free(recording);
}

Test(write_edf, headers_that_edf_cannot_hold_are_refused, .init = make_folder, .fini = drop_folder)
{
    struct rv_edf_signal signal = two_signals[0];
    struct rv_edf_header good = plain_header(false, false);
    good.signals = &signal;
    good.signal_count = 1;
    const struct rv_edf_signal kept = signal;
    const struct {
        double record_s;
        const char *start, *label;
        double low, high;
        const char *words;
    } rows[] = {
        {1.0 / 3, NULL, "a", -1, 1, "record length 0.333333333333 s"},
        {0, NULL, "a", -1, 1, "record length 0 s"},
        {NAN, NULL, "a", -1, 1, "record length nan s"},
        {1, "1984-12-31T00:00:00", "a", -1, 1, "is not yyyy-mm-ddThh:mm:ss of 1985 to 2084"},
        {1, "2026-13-01T00:00:00", "a", -1, 1, "is not yyyy-mm-ddThh:mm:ss of 1985 to 2084"},
        {1, "yesterday", "a", -1, 1, "is not yyyy-mm-ddThh:mm:ss of 1985 to 2084"},
        {1, NULL, "seventeen letters", -1, 1, "has 17 characters, EDF holds 16"},
        {1, NULL, "a", 1, 1, "physical limits are both 1"},
        {1, NULL, "a", -1e9, 1, "do not fit in 8 characters"},
        {1, NULL, "a", NAN, 1, "a physical limit is no number"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rv_edf_writer *writer;
        struct rv_error err = {.text = ""};
        signal = kept;
        signal.label = rows[i].label;
        signal.physical_min = rows[i].low;
        signal.physical_max = rows[i].high;
        good.record_s = rows[i].record_s;
        good.start = rows[i].start;
        cr_expect(rv_edf_create(file_in_folder(), &good, &writer, &err) == RV_MISUSE, "row %zu", i);
        cr_expect(strstr(err.text, rows[i].words) != NULL, "%s", err.text);
        cr_expect(remove_files(false) == 0);
    }
}

Test(write_edf, records_that_edf_cannot_hold_are_refused_and_leave_no_file, .init = make_folder,
     .fini = drop_folder)
{
    static const double zeros[100] = {0};
    double bad[50] = {0, NAN};
    static char endless[200];
    memset(endless, 'a', sizeof endless - 1);
    const double *const good[] = {zeros, zeros};
    const double *const with_nan[] = {zeros, bad};
    const struct {
        const double *const *samples;
        double start_s;
        struct rv_edf_annotation annotation;
        const char *words;
    } rows[] = {
        {with_nan, 5, {5, NAN, "a"}, "record 2: signal 2: sample 1 is no number"},
        {good, 5, {5, NAN, endless}, "record 2: annotations need"},
        {good,
         5,
         {5, NAN,
          "a\x14"
          "b"},
         "record 2: annotation 1: its text holds"},
        {good, 5, {5, NAN, "a\xFF"}, "record 2: annotation 1: its text holds"},
        {good, 5, {NAN, NAN, "a"}, "record 2: annotation 1: onset nan s"},
        {good, 0.001, {5, NAN, "a"}, "record 2: starts at 0.001 s, before the end of the last"},
        {good, NAN, {5, NAN, "a"}, "record 2: starts at nan s"},
    };
    struct rv_edf_header header = plain_header(false, true);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rv_edf_writer *writer;
        struct rv_error err = {.text = ""};
        cr_assert(rv_edf_create(file_in_folder(), &header, &writer, &err) == RV_OK);
        cr_assert(rv_edf_write(writer, 0, good, NULL, 0, &err) == RV_OK);
        cr_expect(rv_edf_write(writer, rows[i].start_s, rows[i].samples, &rows[i].annotation, 1,
                               &err) == RV_MISUSE,
                  "row %zu", i);
        cr_expect(strstr(err.text, rows[i].words) != NULL, "%s", err.text);
        cr_expect(rv_edf_close(writer, NULL, &err) == RV_MISUSE);
        cr_expect(remove_files(false) == 0);
    }
}

Test(write_edf, an_abandoned_file_leaves_the_old_one, .init = make_folder, .fini = drop_folder)
{
    struct rv_edf_header header = plain_header(false, false);
    struct rv_edf_writer *writer;
    static const double zeros[100] = {0};
    const double *const samples[] = {zeros, zeros};
    write_three(&header, 0, "Stimulus");
    struct stat before, after;
    cr_assert(stat(file_in_folder(), &before) == 0);
    cr_assert(rv_edf_create(file_in_folder(), &header, &writer, NULL) == RV_OK);
    cr_assert(rv_edf_write(writer, 0, samples, NULL, 0, NULL) == RV_OK);
    rv_edf_abandon(writer);
    rv_edf_abandon(NULL);
    cr_expect(remove_files(false) == 1);
    cr_assert(stat(file_in_folder(), &after) == 0);
    cr_expect(before.st_ino == after.st_ino && before.st_size == after.st_size);
}

Test(write_edf, a_file_without_records_is_not_made, .init = make_folder, .fini = drop_folder)
{
    struct rv_edf_header header = plain_header(false, false);
    struct rv_edf_writer *writer;
    struct rv_error err;
    cr_assert(rv_edf_create(file_in_folder(), &header, &writer, &err) == RV_OK);
    cr_expect(rv_edf_close(writer, NULL, &err) == RV_MISUSE);
    cr_expect_str_eq(err.text, "no record was written, so there is no file");
    cr_expect(remove_files(false) == 0);
}

Test(write_edf, c_07_a_missing_folder_is_no_output)
{
    struct rv_edf_header header = plain_header(false, false);
    struct rv_edf_writer *writer;
    struct rv_error err;
    cr_expect(rv_edf_create("/nowhere/a.edf", &header, &writer, &err) == RV_NO_OUTPUT);
    cr_expect(strncmp(err.text, "/nowhere/a.edf: cannot be created: ", 35) == 0, "%s", err.text);
}

Test(write_edf, c_10_files_are_for_their_owner_only, .init = make_folder, .fini = drop_folder)
{
    struct rv_edf_header header = plain_header(false, false);
    struct stat facts;
    write_three(&header, 0, "a");
    cr_assert(stat(file_in_folder(), &facts) == 0);
    cr_expect((facts.st_mode & 0777) == 0600);
}

Test(write_edf, a_full_disk_is_an_output_failure_and_leaves_nothing, .init = make_folder,
     .fini = drop_folder)
{
    struct rv_edf_header header = plain_header(false, false);
    struct rv_edf_writer *writer;
    struct rv_error err;
    struct rlimit limit = {2000, 2000}, old;
    static const double zeros[100] = {0};
    const double *const samples[] = {zeros, zeros};
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(getrlimit(RLIMIT_FSIZE, &old) == 0);
    limit.rlim_max = old.rlim_max;
    cr_assert(rv_edf_create(file_in_folder(), &header, &writer, &err) == RV_OK);
    for (int i = 0; i < 100; i++)
        cr_assert(rv_edf_write(writer, 0, samples, NULL, 0, &err) == RV_OK);
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    enum rv_status status = rv_edf_close(writer, NULL, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    cr_expect(status == RV_IO, "%d", (int)status);
    cr_expect(strstr(err.text, "writing failed: ") != NULL, "%s", err.text);
    cr_expect(remove_files(false) == 0);
}

Test(write_edf, annotations_alone_make_a_file, .init = make_folder, .fini = drop_folder)
{
    struct rv_edf_header header = {.annotation_bytes = 60};
    struct rv_edf_writer *writer;
    struct rv_edf_annotation annotation = {12.5, 30, "Sleep stage 2"};
    struct rv_error err;
    cr_assert(rv_edf_create(file_in_folder(), &header, &writer, &err) == RV_OK, "%s", err.text);
    cr_assert(rv_edf_write(writer, 0, NULL, &annotation, 1, &err) == RV_OK, "%s", err.text);
    cr_assert(rv_edf_close(writer, NULL, &err) == RV_OK, "%s", err.text);
    struct rv_recording *recording;
    cr_assert(rv_recording_read(file_in_folder(), NULL, &recording, &err) == RV_OK, "%s", err.text);
    cr_assert(recording->channel_count == 0 && recording->event_count == 1);
    cr_expect_float_eq(recording->events[0].time_s, 12.5, 1e-12);
    cr_expect_float_eq(recording->events[0].duration_s, 30, 1e-12);
    cr_expect_str_eq(recording->facts.start, "1985-01-01T00:00:00");
    rv_recording_free(recording);
}
