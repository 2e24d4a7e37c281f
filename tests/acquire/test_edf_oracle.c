/* SPDX-License-Identifier: GPL-3.0-or-later
 * The EDF reader against EDFlib, and against what is published of real files.
 */
#include <ranvier/source.h>

#include <criterion/criterion.h>
#ifdef HAVE_EDFLIB
#include <edflib.h>
#endif

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(edf_oracle, .timeout = 120);

/* The folder of shared recordings; skips the test where it is absent. */
static const char *shared_file(const char *name)
{
    static char path[1024];
    const char *folder = getenv("RANVIER_SHARED");
    snprintf(path, sizeof path, "%s/data/edf_bdf_conformance/%s",
             folder != NULL ? folder : TEST_SOURCE_ROOT "/../shared", name);
    if (access(path, R_OK) != 0)
        cr_skip_test("%s is not here: set RANVIER_SHARED", path);
    return path;
}

static struct rv_recording *read_file(const char *path)
{
    struct rv_recording *recording;
    struct rv_error err;
    enum rv_status status = rv_recording_read(path, NULL, &recording, &err);
    cr_assert(status == RV_OK, "%s", err.text);
    return recording;
}

/* The facts that data/README.md of the shared folder lists (values through MNE 1.3). */
Test(edf_oracle, published_facts_of_the_conformance_files_are_found)
{
    static const struct {
        const char *name, *format;
        size_t channels, events;
        double rate_hz, duration_s;
    } rows[] = {
        {"test.edf", "EDF+C", 139, 5, 512, 6},
        {"test_edf_stim_channel.edf", "EDF", 25, 0, 128, 9.59375},
        {"test_uneven_samp.edf", "EDF", 2, 0, 100, 110},
        {"duplicate_channel_labels.edf", "EDF+C", 3, 0, 250, 10},
        {"short_psg.edf", "EDF", 7, 0, 100, 300},
        {"test_subsecond.edf", "EDF+C", 1, 4, 128, 698},
        {"test_utf8.edf", "EDF+C", 1, 5, 128, 698},
        {"test_generator.edf", "EDF+C", 11, 2, 200, 600},
        {"SC4001EC-Hypnogram.edf", "EDF+C", 0, 154, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct rv_recording *recording = read_file(shared_file(rows[i].name));
        cr_expect_str_eq(recording->facts.format, rows[i].format, "%s", rows[i].name);
        cr_expect(recording->channel_count == rows[i].channels, "%s", rows[i].name);
        cr_expect(recording->event_count == rows[i].events, "%s: %zu events", rows[i].name,
                  recording->event_count);
        if (rows[i].channels > 0) {
            double rate_hz = recording->channels[0].rate_hz;
            cr_expect_float_eq(rate_hz, rows[i].rate_hz, 1e-9);
            cr_expect_float_eq((double)recording->segments[0].sample_count[0] / rate_hz,
                               rows[i].duration_s, 1e-9, "%s", rows[i].name);
        }
        rv_recording_free(recording);
    }
}

/* Its maker published the samples as text, with one decimal, from before they became steps of the
 * converter. */
Test(edf_oracle, samples_equal_their_published_text)
{
    struct rv_recording *recording = read_file(shared_file("test_edf_stim_channel.edf"));
    FILE *text = fopen(shared_file("test_edf_stim_channel.txt"), "r");
    cr_assert(text != NULL);
    size_t compared = 0;
    double number;
    for (; fscanf(text, "%lf", &number) == 1; compared++) {
        double found = recording->samples[compared % 25][compared / 25];
        double step = recording->channels[compared % 25].resolution;
        cr_expect(fabs(found - number) < 0.0501 + step, "row %zu column %zu: %f is not %f",
                  compared / 25, compared % 25, found, number);
    }
    fclose(text);
    cr_expect(compared > 25 * 700, "%zu", compared);
    rv_recording_free(recording);
}

#ifdef HAVE_EDFLIB

static double to_microvolt(const char *unit)
{
    return strncmp(unit, "uV", 2) == 0 ? 1 : strncmp(unit, "mV", 2) == 0 ? 1e3 : 1e6;
}

static void compare_channel(int handle, int signal, const struct edf_param_struct *facts,
                            const struct rv_recording *recording, const char *name)
{
    size_t count = (size_t)facts->smp_in_file, index = (size_t)signal;
    double *theirs = calloc(count, sizeof *theirs);
    cr_assert(theirs != NULL);
    bool calibrated = recording->channels[index].calibrated;
    cr_assert(recording->segments[0].sample_count[index] == count, "%s", name);
    int *stored = calloc(count, sizeof *stored);
    cr_assert(stored != NULL);
    cr_assert(edfread_physical_samples(handle, signal, (int)count, theirs) == (int)count);
    edfrewind(handle, signal);
    cr_assert(edfread_digital_samples(handle, signal, (int)count, stored) == (int)count);
    double factor = to_microvolt(facts->physdimension);
    double scale = fmax(fabs(facts->phys_max), fabs(facts->phys_min)) * factor;
    size_t differing = 0;
    for (size_t i = 0; i < count; i++) {
        double ours = recording->samples[index][i];
        differing += calibrated ? fabs(ours - theirs[i] * factor) > 1e-9 * scale
                                : fabs(ours - stored[i]) > 1e-9;
    }
    cr_expect(differing == 0, "%s signal %d: %zu of %zu samples differ", name, signal, differing,
              count);
    free(stored);
    free(theirs);
}

/* Annotations of both, in the order in which they stand in the file or by time. */
static void compare_annotations(int handle, const struct edf_hdr_struct *facts,
                                const struct rv_recording *recording, const char *name)
{
    cr_assert((size_t)facts->annotations_in_file == recording->event_count, "%s: %lld and %zu",
              name, facts->annotations_in_file, recording->event_count);
    for (int i = 0; i < facts->annotations_in_file; i++) {
        struct edf_annotation_struct theirs;
        cr_assert(edf_get_annotation(handle, i, &theirs) == 0);
        /* in units of 100 ns, counted from the first record */
        double onset_s = (double)theirs.onset * 1e-7 + recording->segments[0].start_s;
        bool found = false;
        for (size_t j = 0; j < recording->event_count; j++)
            found = found || (fabs(recording->events[j].time_s - onset_s) < 2e-7 &&
                              strncmp(recording->events[j].text, theirs.annotation, 40) == 0);
        cr_expect(found, "%s: annotation \"%s\" at %.7f s", name, theirs.annotation, onset_s);
    }
}

static void compare_file(const char *path)
{
    struct edf_hdr_struct facts;
    cr_assert(edfopen_file_readonly(path, &facts, EDFLIB_READ_ALL_ANNOTATIONS) == 0, "%s: %d", path,
              facts.filetype);
    struct rv_recording *recording = read_file(path);
    cr_assert((size_t)facts.edfsignals == recording->channel_count);
    for (int i = 0; i < facts.edfsignals; i++)
        compare_channel(facts.handle, i, &facts.signalparam[i], recording, path);
    compare_annotations(facts.handle, &facts, recording, path);
    rv_recording_free(recording);
    edfclose_file(facts.handle);
}

Test(edf_oracle, edflib_reads_the_same_from_the_conformance_files)
{
    /* test_utf8 has times before its first record, which EDFlib moves. */
    static const char *const names[] = {"test_generator.edf", "short_psg.edf",
                                        "duplicate_channel_labels.edf", "test_subsecond.edf",
                                        "test_uneven_samp.edf"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        compare_file(shared_file(names[i]));
}

Test(edf_oracle, edflib_reads_the_same_from_what_we_write)
{
    for (int bdf = 0; bdf < 2; bdf++) {
        char folder[] = "/tmp/edf_oracle_XXXXXX", path[64];
        cr_assert(mkdtemp(folder) != NULL);
        snprintf(path, sizeof path, "%s/a.%s", folder, bdf ? "bdf" : "edf");
        struct rv_edf_signal signals[] = {
            {"R APB", "mV", "HP:3Hz LP:20kHz", "", -8.192, 8.192, 1000},
            {"R ADM", "uV", "", "", 3276.7, -3276.8, 500},
            {"ref", "V", "", "", -0.005, 0.004, 125}};
        struct rv_edf_header header = {
            .bdf = bdf, .record_s = 0.05, .signals = signals, .signal_count = 3};
        struct rv_edf_writer *writer;
        struct rv_error err;
        cr_assert(rv_edf_create(path, &header, &writer, &err) == RV_OK, "%s", err.text);
        for (int record = 0; record < 20; record++) {
            double samples[3][1000];
            const double *const pointers[] = {samples[0], samples[1], samples[2]};
            for (int i = 0; i < 1000; i++) {
                samples[0][i] = 8 * sin(0.01 * (i + 37 * record));
                samples[1][i] = 3000 * cos(0.013 * (i + 41 * record));
                samples[2][i] = 0.004 * sin(0.1 * i);
            }
            struct rv_edf_annotation annotations[] = {
                {0.05 * record + 0.0123, NAN, "Stimulus right wrist 0.2ms x 8.2mA"},
                {0.05 * record, 0.25, "na\xC3\xAFve \xE4\xB8\xAD"}};
            cr_assert(rv_edf_write(writer, 0, pointers, annotations, 2, &err) == RV_OK, "%s",
                      err.text);
        }
        cr_assert(rv_edf_close(writer, NULL, &err) == RV_OK, "%s", err.text);
        compare_file(path);
        unlink(path);
        rmdir(folder);
    }
}

#endif
