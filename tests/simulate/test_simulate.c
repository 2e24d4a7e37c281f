/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whole cases: files, truth, the same bytes again.
 */
#include "base/table.h"
#include "base/text.h"
#include "knowledge/knowledge.h"
#include "simulate/case.h"
#include "simulate/write.h"

#include <ranvier/simulate.h>

#include <criterion/criterion.h>

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_LENGTH = 512 };

static void join(char *path, const char *folder, const char *name)
{
    int length = snprintf(path, PATH_LENGTH, "%s/%s", folder, name);
    cr_assert(length > 0 && length < PATH_LENGTH);
}

static void new_folder(char *folder)
{
    const char *base = getenv("TMPDIR");
    join(folder, base == NULL ? "/tmp" : base, "ranvier-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static void remove_folder(const char *folder)
{
    DIR *listing = opendir(folder);
    char path[PATH_LENGTH];
    for (struct dirent *entry; listing != NULL && (entry = readdir(listing)) != NULL;) {
        struct stat facts;
        if (entry->d_name[0] == '.')
            continue;
        join(path, folder, entry->d_name);
        if (stat(path, &facts) == 0 && S_ISDIR(facts.st_mode))
            remove_folder(path);
        else
            unlink(path);
    }
    if (listing != NULL)
        closedir(listing);
    rmdir(folder);
}

/* How many files the folders hold; each must be the same in both. */
static size_t compare_folders(const char *a, const char *b)
{
    DIR *listing = opendir(a);
    char path_a[PATH_LENGTH], path_b[PATH_LENGTH];
    size_t count = 0;
    cr_assert_not_null(listing, "%s", a);
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        struct stat facts;
        if (entry->d_name[0] == '.')
            continue;
        join(path_a, a, entry->d_name);
        join(path_b, b, entry->d_name);
        cr_assert_eq(stat(path_a, &facts), 0);
        if (S_ISDIR(facts.st_mode)) {
            count += compare_folders(path_a, path_b);
            continue;
        }
        struct rv_arena *arena = rv_arena_new();
        char *bytes_a, *bytes_b;
        size_t length_a, length_b;
        cr_assert_eq(rv_file_read(arena, path_a, 1 << 24, &bytes_a, &length_a, NULL), RV_OK);
        cr_assert_eq(rv_file_read(arena, path_b, 1 << 24, &bytes_b, &length_b, NULL), RV_OK, "%s",
                     path_b);
        cr_assert_eq(length_a, length_b, "%s", path_a);
        cr_assert_eq(memcmp(bytes_a, bytes_b, length_a), 0, "%s differs", path_a);
        rv_arena_free(arena);
        count++;
    }
    closedir(listing);
    return count;
}

static void make(const char *name, const char *folder, const struct rv_simulate_options *options)
{
    struct rv_error err = {0};
    cr_assert_eq(rv_simulate_write(name, folder, options, &err), RV_OK, "%s: %s", name, err.text);
}

/* --- truth --------------------------------------------------------------------------------- */

struct truth {
    struct rv_arena *arena;
    struct rv_table table;
};

static void truth_open(const char *folder, struct truth *truth)
{
    char path[PATH_LENGTH], *bytes;
    size_t length;
    join(path, folder, "truth.tsv");
    truth->arena = rv_arena_new();
    cr_assert_eq(rv_file_read(truth->arena, path, 1 << 22, &bytes, &length, NULL), RV_OK);
    cr_assert_eq(rv_table_parse(truth->arena, bytes, length, &truth->table, NULL), RV_OK);
}

/* NaN where the file does not say. */
static double truth_of(const struct truth *truth, const char *response, const char *parameter)
{
    for (size_t row = 0; row < truth->table.row_count; row++) {
        double value;
        if (rv_text_equal(rv_table_cell(&truth->table, row, 1), response) &&
            rv_text_equal(rv_table_cell(&truth->table, row, 2), parameter) &&
            rv_number_text(rv_table_cell(&truth->table, row, 3), &value, NULL))
            return value;
    }
    return (double)NAN;
}

static void assert_range(double value, double low, double high, const char *what)
{
    cr_assert(value >= low && value <= high, "%s is %g, not %g to %g", what, value, low, high);
}

/* Means and SDs of healthy people: Buschbacher and others, as listed in docs/methods/simulator.md.
 */
Test(simulate, a_healthy_arm_measures_like_one)
{
    char folder[PATH_LENGTH];
    struct truth truth;
    new_folder(folder);
    make("normal_arm", folder, NULL);
    truth_open(folder, &truth);
    assert_range(truth_of(&truth, "R01", "onset_latency"), 2.7, 4.5, "median DML (3.7 +- 0.5)");
    assert_range(truth_of(&truth, "R01", "amplitude"), 4.1, 17.4, "APB (10.2 +- 3.6)");
    assert_range(truth_of(&truth, "R01", "negative_duration"), 4.5, 7.0, "APB duration");
    assert_range(truth_of(&truth, "R02", "conduction_velocity"), 49, 67, "median (57 +- 5)");
    assert_range(truth_of(&truth, "R02", "amplitude_drop"), 0, 20, "drop in the forearm");
    assert_range(truth_of(&truth, "R03", "f_minimum"), 22, 31, "median F");
    assert_range(truth_of(&truth, "R03", "f_persistence"), 50, 100, "F persistence");
    assert_range(truth_of(&truth, "R04", "onset_latency"), 2.4, 3.7, "ulnar DML (3.0 +- 0.3)");
    assert_range(truth_of(&truth, "R06", "conduction_velocity"), 50, 70, "across the elbow");
    assert_range(truth_of(&truth, "R08", "onset_latency"), 2.0, 3.3, "D2 onset");
    assert_range(truth_of(&truth, "R08", "negative_peak_latency"), 2.6, 4.0, "D2 peak");
    assert_range(truth_of(&truth, "R08", "amplitude"), 17, 80, "D2");
    assert_range(truth_of(&truth, "R10", "negative_peak_latency"), 1.8, 2.8, "radial peak");
    rv_arena_free(truth.arena);
    remove_folder(folder);
}

Test(simulate, an_entrapped_elbow_is_slow_and_blocked_there_only)
{
    char folder[PATH_LENGTH];
    struct truth truth;
    new_folder(folder);
    make("ulnar_elbow", folder, NULL);
    truth_open(folder, &truth);
    assert_range(truth_of(&truth, "R02", "conduction_velocity"), 55, 62, "forearm, right");
    assert_range(truth_of(&truth, "R03", "conduction_velocity"), 25, 40, "across elbow, right");
    assert_range(truth_of(&truth, "R03", "amplitude_drop"), 20, 60, "drop, right");
    assert_range(truth_of(&truth, "R06", "conduction_velocity"), 55, 62, "across elbow, left");
    assert_range(truth_of(&truth, "R06", "amplitude_drop"), 0, 10, "drop, left");
    rv_arena_free(truth.arena);
    remove_folder(folder);
}

Test(simulate, a_root_lesion_loses_motor_axons_and_spares_the_sensory_ones)
{
    char folder[PATH_LENGTH], earlier[PATH_LENGTH];
    struct truth now, before;
    new_folder(folder);
    make("l5_radiculopathy", folder, NULL);
    join(earlier, folder, "earlier");
    truth_open(folder, &now);
    truth_open(earlier, &before);
    double right = truth_of(&now, "R01", "amplitude"), left = truth_of(&now, "R04", "amplitude");
    cr_assert_lt(right, 0.5 * left);
    cr_assert_gt(truth_of(&before, "R01", "amplitude"), 1.5 * right, "it has progressed");
    double skin = truth_of(&now, "R15", "amplitude") / truth_of(&now, "R16", "amplitude");
    assert_range(skin, 0.8, 1.25, "superficial fibular, right to left");
    rv_arena_free(now.arena);
    rv_arena_free(before.arena);
    remove_folder(folder);
}

static void check_rows(const struct truth *truth, size_t responses)
{
    for (size_t i = 1; i <= responses; i++) {
        char id[8];
        snprintf(id, sizeof id, "R%02zu", i);
        double onset = truth_of(truth, id, "onset_latency");
        if (isnan(onset))
            continue;
        double peak = truth_of(truth, id, "negative_peak_latency");
        double recovery = truth_of(truth, id, "recovery");
        double positive = truth_of(truth, id, "positive_peak");
        cr_assert(onset > 0.5 && onset < peak && peak < recovery && recovery < positive, "%s", id);
        cr_assert_float_eq(truth_of(truth, id, "negative_duration"), recovery - onset, 2e-4);
        cr_assert_gt(truth_of(truth, id, "amplitude_peak_to_peak"),
                     truth_of(truth, id, "amplitude"));
        double delay = onset - truth_of(truth, id, "onset_latency_at_the_skin");
        cr_assert(delay > 0.0 && delay < 0.1, "%s: the amplifier delays by %g ms", id, delay);
    }
}

Test(simulate, every_case_writes_a_study_and_a_consistent_truth)
{
    for (size_t i = 0; rv_simulate_case_at(i) != NULL; i++) {
        char folder[PATH_LENGTH];
        struct truth truth;
        const char *name = rv_simulate_case_at(i)->name;
        cr_assert_not_null(rv_simulate_case_at(i)->description);
        new_folder(folder);
        make(name, folder, NULL);
        truth_open(folder, &truth);
        cr_assert_gt(truth.table.row_count, 10, "%s", name);
        check_rows(&truth, 20);
        rv_arena_free(truth.arena);
        remove_folder(folder);
    }
}

Test(simulate, every_word_of_the_cases_is_known)
{
    for (size_t i = 0; rv_cases[i] != NULL; i++)
        for (const struct rv_case_nerve *row = rv_cases[i]->nerves; row->nerve != NULL; row++) {
            const char *name = rv_cases[i]->facts.name;
            cr_assert_str_eq(rv_word_nerve(row->nerve), row->nerve, "%s", name);
            cr_assert_str_eq(rv_word_record(row->record), row->record, "%s", name);
            for (size_t s = 0; s < RV_STRETCH_MAX; s++)
                if (row->stretches[s].stimulate != NULL)
                    cr_assert_str_eq(rv_word_stimulate(row->stretches[s].stimulate),
                                     row->stretches[s].stimulate, "%s", name);
        }
}

/* --- recordings ---------------------------------------------------------------------------- */

/* Largest negative excursion after a stimulus, against the level before it. */
static double negative_peak(const struct rv_recording *recording, double stimulus_s, double from_ms,
                            double to_ms)
{
    double rate = recording->channels[0].rate_hz, lowest = 0.0;
    for (size_t s = 0; s < recording->segment_count; s++) {
        const struct rv_segment *segment = &recording->segments[s];
        const double *x = recording->samples[0] + segment->first[0];
        double level = (double)NAN;
        for (size_t i = 0; i < segment->sample_count[0]; i++) {
            double ms = 1000.0 * (segment->start_s + (double)i / rate - stimulus_s);
            if (ms > -1.0 && ms < 0.0 && isnan(level))
                level = x[i];
            if (ms > from_ms && ms < to_ms && x[i] - level < lowest)
                lowest = x[i] - level;
        }
    }
    return -lowest;
}

Test(simulate, without_noise_the_recording_holds_the_true_amplitude)
{
    char folder[PATH_LENGTH], path[PATH_LENGTH];
    struct truth truth;
    struct rv_recording *recording;
    struct rv_error err = {0};
    struct rv_simulate_options options = rv_simulate_defaults();
    options.noise_scale = 0.0;
    new_folder(folder);
    make("normal_arm", folder, &options);
    truth_open(folder, &truth);
    join(path, folder, "median_APB_motor_right.edf");
    cr_assert_eq(rv_recording_read(path, NULL, &recording, &err), RV_OK, "%s", err.text);
    cr_assert_eq(recording->segment_count, 20);
    cr_assert(recording->facts.discontinuous);
    cr_assert_eq(recording->event_count, 20);
    double wrist = negative_peak(recording, recording->events[0].time_s, 2.5, 15.0);
    double elbow = negative_peak(recording, recording->events[10].time_s, 2.5, 15.0);
    /* The artefact's tail (2.5 ms) is still there: 150 uV x exp(-3.5 / 2.5) is 40 uV. */
    cr_assert_float_eq(wrist, 1000.0 * truth_of(&truth, "R01", "amplitude"), 60.0);
    cr_assert_float_eq(elbow, 1000.0 * truth_of(&truth, "R02", "amplitude"), 60.0);
    rv_recording_free(recording);
    rv_arena_free(truth.arena);
    remove_folder(folder);
}

Test(simulate, wav_and_csv_hold_the_same_signal)
{
    char folder[PATH_LENGTH], path[PATH_LENGTH];
    struct rv_simulate_options options = rv_simulate_defaults();
    options.noise_scale = 0.0;
    double peaks[2];
    static const char *const formats[] = {"wav", "csv"};
    for (size_t f = 0; f < 2; f++) {
        struct rv_recording *recording;
        struct rv_error err = {0};
        struct rv_source_options source = rv_source_defaults();
        options.format = formats[f];
        new_folder(folder);
        make("normal_arm", folder, &options);
        join(path, folder, f == 0 ? "median_D2_sensory_right.wav" : "median_D2_sensory_right.csv");
        source.calibration = f == 0 ? "uV=1000" : NULL;
        cr_assert_eq(rv_recording_read(path, &source, &recording, &err), RV_OK, "%s", err.text);
        cr_assert_eq(recording->channel_count, 2);
        size_t count = recording->segments[0].sample_count[1], edge = 1;
        const double *trigger = recording->samples[1];
        while (edge < count && !(trigger[edge] > 0.5))
            edge++;
        cr_assert_lt(edge, count);
        peaks[f] =
            negative_peak(recording, (double)edge / recording->channels[0].rate_hz, 2.0, 5.0);
        rv_recording_free(recording);
        remove_folder(folder);
    }
    cr_assert_float_eq(peaks[0], peaks[1], 0.07, "steps of 0.03 uV");
    assert_range(peaks[0], 30.0, 50.0, "D2");
}

/* --- bytes --------------------------------------------------------------------------------- */

Test(simulate, the_same_seed_gives_the_same_bytes_and_another_one_does_not)
{
    char a[PATH_LENGTH], b[PATH_LENGTH], path_a[PATH_LENGTH], path_b[PATH_LENGTH];
    struct rv_simulate_options options = rv_simulate_defaults();
    new_folder(a);
    new_folder(b);
    make("carpal_tunnel", a, &options);
    make("carpal_tunnel", b, &options);
    cr_assert_gt(compare_folders(a, b), 9);
    remove_folder(b);
    options.seed = 2;
    make("carpal_tunnel", b, &options);
    struct rv_arena *arena = rv_arena_new();
    char *bytes_a, *bytes_b;
    size_t length_a, length_b;
    join(path_a, a, "truth.tsv");
    join(path_b, b, "truth.tsv");
    cr_assert_eq(rv_file_read(arena, path_a, 1 << 22, &bytes_a, &length_a, NULL), RV_OK);
    cr_assert_eq(rv_file_read(arena, path_b, 1 << 22, &bytes_b, &length_b, NULL), RV_OK);
    cr_assert(length_a != length_b || memcmp(bytes_a, bytes_b, length_a) != 0);
    rv_arena_free(arena);
    remove_folder(a);
    remove_folder(b);
}

/* As samples/README.md says they were made. */
Test(simulate, the_samples_of_the_source_tree_are_what_the_command_makes)
{
    static const struct {
        const char *name;
        uint64_t seed;
    } samples[] = {{"normal_arm", 1},       {"carpal_tunnel", 2},         {"ulnar_elbow", 3},
                   {"l5_radiculopathy", 4}, {"axonal_polyneuropathy", 5}, {"motor_edf_d", 6}};
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        char folder[PATH_LENGTH], stored[PATH_LENGTH];
        struct rv_simulate_options options = rv_simulate_defaults();
        options.seed = samples[i].seed;
        join(stored, TEST_SOURCE_ROOT "/samples", samples[i].name);
        new_folder(folder);
        make(samples[i].name, folder, &options);
        cr_assert_geq(compare_folders(stored, folder), 2);
        cr_assert_eq(compare_folders(folder, stored), compare_folders(stored, folder));
        remove_folder(folder);
    }
}

/* --- what is refused ----------------------------------------------------------------------- */

Test(simulate, what_cannot_be_done_is_refused_with_a_reason)
{
    char folder[PATH_LENGTH], path[PATH_LENGTH];
    struct rv_error err = {0};
    struct rv_simulate_options options = rv_simulate_defaults();
    new_folder(folder);
    cr_assert_eq(rv_simulate_write("normal_hand", folder, NULL, &err), RV_MISUSE);
    cr_assert_not_null(strstr(err.text, "normal_hand"));
    options.format = "gdf";
    cr_assert_eq(rv_simulate_write("normal_arm", folder, &options, &err), RV_MISUSE);
    options.format = "wav";
    cr_assert_eq(rv_simulate_write("motor_edf_d", folder, &options, &err), RV_MISUSE);
    options = rv_simulate_defaults();
    options.noise_scale = -1.0;
    cr_assert_eq(rv_simulate_write("normal_arm", folder, &options, &err), RV_MISUSE);
    options.noise_scale = (double)NAN;
    cr_assert_eq(rv_simulate_write("normal_arm", folder, &options, &err), RV_MISUSE);
    join(path, folder, "mine.txt");
    FILE *mine = fopen(path, "w");
    cr_assert_not_null(mine);
    fclose(mine);
    cr_assert_eq(rv_simulate_write("motor_edf_d", folder, NULL, &err), RV_NO_OUTPUT);
    cr_assert_not_null(strstr(err.text, "not empty"), "%s", err.text);
    join(path, folder, "no/such/place");
    cr_assert_eq(rv_simulate_write("motor_edf_d", path, NULL, &err), RV_NO_OUTPUT);
    remove_folder(folder);
}
