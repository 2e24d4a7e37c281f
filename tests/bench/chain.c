/* SPDX-License-Identifier: GPL-3.0-or-later
 * Accuracy of the whole chain on the simulator of src/simulate, as Markdown: each response becomes
 * an EDF+D recording with artefact, noise, mains and converter, is read as a study, cut, averaged,
 * marked and measured, and compared with its exact truth. Arguments: responses for each SNR and
 * sampling rate (default 60), seed (default 1). Method: docs/validation.md.
 */
#define _XOPEN_SOURCE 700

#include "simulate/write.h"

#include <ranvier/ranvier.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum value { ONSET, PEAK, AMPLITUDE, PEAK_TO_PEAK, DURATION, AREA, VALUES };
enum { RATES = 4, BINS = 4, MOST = 4096 };

static const char *const value_names[VALUES] = {
    "onset, ms",       "negative peak, ms",    "amplitude, %",
    "peak-to-peak, %", "negative duration, %", "negative area, %"};
static const enum rv_parameter parameters[VALUES] = {
    RV_ONSET_LATENCY,          RV_NEGATIVE_PEAK_LATENCY, RV_AMPLITUDE,
    RV_AMPLITUDE_PEAK_TO_PEAK, RV_NEGATIVE_DURATION,     RV_NEGATIVE_AREA};
static const double rates_hz[RATES] = {10000, 20000, 24000, 48000};

#define NONE ((double)NAN)
/* The bars: RMS error of each value, failures in percent. */
struct bin {
    double low_db, high_db, bars[VALUES], failures;
};
struct family {
    const char *name;
    enum rv_kind kind;
    struct bin bins[BINS];
    double presence_low_db, presence_high_db, sensitivity;
};
static const struct family families[] = {
    {"CMAP",
     RV_MOTOR,
     {{50, 65, {0.025, 0.015, 0.6, 0.6, 1, 1.2}, 1},
      {40, 50, {0.075, 0.030, 2.5, 1.2, 4, 4.5}, 2},
      {30, 40, {0.100, 0.080, 6, NONE, NONE, NONE}, 6},
      {20, 30, {0.200, NONE, NONE, NONE, NONE, NONE}, 12}},
     14,
     30,
     97},
    {"SNAP",
     RV_SENSORY,
     {{40, 55, {0.025, 0.012, 6, NONE, NONE, NONE}, 1},
      {30, 40, {0.045, 0.020, 8, 4.5, 8, NONE}, 3},
      {20, 30, {0.055, 0.030, 10, 5, NONE, NONE}, 3},
      {10, 20, {0.085, 0.060, NONE, NONE, NONE, NONE}, 8}},
     10,
     20,
     82},
};
static const double false_most = 8.0; /* percent of recordings without a response */

/* --- one response --------------------------------------------------------------------------- */

struct trial {
    enum rv_kind kind;
    double rate_hz, snr_db;
    bool empty; /* no response */
    uint64_t seed;
};

struct outcome {
    bool present;
    double error[VALUES], se[VALUES]; /* NaN: no value */
    double expected[VALUES];
};

static void stop(const char *what, const struct rv_error *err)
{
    fprintf(stderr, "chain: %s: %s\n", what, err->text);
    exit(1);
}

static double between(struct rv_random *random, double low, double high)
{
    return low + (high - low) * rv_random_uniform(random);
}

static double between_log(struct rv_random *random, double low, double high)
{
    return low * pow(high / low, rv_random_uniform(random));
}

static bool happens(struct rv_random *random, double chance)
{
    return rv_random_uniform(random) < chance;
}

/* Healthy nerves, and nerves with slow, blocked or dispersed stretches. */
static struct rv_path draw_path(struct rv_random *random, bool motor)
{
    struct rv_path path = {.count = 1};
    path.segments[0] = (struct rv_path_segment){
        .length_mm = motor ? between(random, 60, 90) : between(random, 100, 150), .slowing = 1};
    if (happens(random, 0.3))
        path.segments[0].slowing = between(random, 0.5, 1.0);
    if (motor && happens(random, 0.5)) {
        path.segments[1] =
            (struct rv_path_segment){.length_mm = between(random, 100, 250), .slowing = 1};
        if (happens(random, 0.4))
            path.segments[1].dispersion = between(random, 0.0, 0.15);
        if (happens(random, 0.3))
            path.segments[1].blocked = between(random, 0.1, 0.7);
        path.count = 2;
    }
    return path;
}

static enum rv_status make_motor(struct rv_random *random, uint64_t seed, struct rv_arena *arena,
                                 struct rv_wave *wave, struct rv_error *err)
{
    static const char *const muscles[] = {"APB", "ADM", "EDB", "AH"};
    struct rv_motor_model model;
    struct rv_pool pool;
    if (!rv_anatomy_motor(muscles[(size_t)between(random, 0, 3.999)], &model))
        exit(1);
    model.amplitude_mv = between_log(random, 1.0, 14.0);
    model.axon_m_s = between(random, 40, 62);
    if (happens(random, 0.2)) /* G1 away from the end plates: initial positivity */
        model.endplate_mm = between(random, -12, 12);
    if (happens(random, 0.4)) {
        model.surviving = between(random, 0.1, 1.0);
        model.reinnervation = happens(random, 0.5) ? 0.7 : 0.0;
    } else {
        model.surviving = 1.0;
    }
    const struct rv_path path = draw_path(random, true);
    enum rv_status status = rv_pool_make(&model, wave->rate_hz, seed, arena, &pool, err);
    if (status == RV_OK)
        rv_pool_add_response(&pool, &path, wave);
    return status;
}

static enum rv_status make_sensory(struct rv_random *random, uint64_t seed, struct rv_arena *arena,
                                   struct rv_wave *wave, struct rv_error *err)
{
    static const char *const nerves[][2] = {{"median", "D2"},
                                            {"ulnar", "D5"},
                                            {"radial", "thumb base"},
                                            {"sural", "ankle"},
                                            {"superficial fibular", "ankle"}};
    struct rv_sensory_model model;
    struct rv_bundle bundle;
    const size_t which = (size_t)between(random, 0, 4.999);
    if (!rv_anatomy_sensory(nerves[which][0], nerves[which][1], &model))
        exit(1);
    model.amplitude_uv = between_log(random, 2, 60);
    model.axon_m_s = between(random, 44, 66);
    model.surviving = happens(random, 0.3) ? between(random, 0.2, 1.0) : 1.0;
    const struct rv_path path = draw_path(random, false);
    enum rv_status status = rv_bundle_make(&model, wave->rate_hz, seed, arena, &bundle, err);
    if (status == RV_OK)
        rv_bundle_add_response(&bundle, &path, wave);
    return status;
}

/* The shock and what the electrodes give back: nothing that matters in three of ten, else a tail
 * of up to the response's size where blanking ends. */
static void make_artefact(struct rv_random *random, bool motor, double amplitude_uv,
                          struct rv_wave *artefact)
{
    const double pulse_ms = motor ? 0.2 : 0.1, blank_ms = motor ? 1.0 : 0.6;
    const double ratio = happens(random, 0.7) ? between_log(random, 0.02, 1.0) : 0.002;
    const double fast_ms = between(random, 0.2, 0.4), slow_ms = between(random, 1.5, 5.0);
    const double fast = between(random, -1, 1) * 8.0, slow = happens(random, 0.5) ? 1.0 : -1.0;
    const double scale = ratio * amplitude_uv * exp((blank_ms - pulse_ms) / slow_ms);
    for (size_t i = 1; i < artefact->count; i++) {
        const double ms = 1000.0 * (double)i / artefact->rate_hz - pulse_ms;
        artefact->uv[i] =
            scale * (ms < 0 ? 20.0 * slow : slow * exp(-ms / slow_ms) + fast * exp(-ms / fast_ms));
    }
}

static double largest(const struct rv_wave *wave)
{
    double most = 0;
    for (size_t i = 0; i < wave->count; i++)
        most = fmax(most, fabs(wave->uv[i]));
    return most;
}

/* The recording of one response, and the truth as the amplifier delivers it. */
static void make_file(const struct trial *trial, const struct rv_case_nerve *nerve,
                      struct rv_arena *arena, struct rv_made_file *file, struct rv_truth *truth)
{
    struct rv_error err = {.status = RV_OK};
    struct rv_random random = rv_random_begin(trial->seed, "chain", (uint64_t)trial->kind);
    const bool motor = trial->kind == RV_MOTOR;
    const double internal_hz = trial->rate_hz * ceil(200000.0 / trial->rate_hz);
    struct rv_made_site *site = &file->sites[0];
    struct rv_wave response;
    *file = (struct rv_made_file){.nerve = nerve,
                                  .rate_hz = trial->rate_hz,
                                  .before_ms = between(&random, 5, 20),
                                  .after_ms = motor ? 40 : 20,
                                  .high_pass_hz = motor ? 2 : 20,
                                  .low_pass_hz = motor ? 10000 : 3000,
                                  .pulse_ms = motor ? 0.2 : 0.1,
                                  .seed = trial->seed,
                                  .site_count = 1};
    file->before_ms = nearbyint(file->before_ms);
    enum rv_status status = rv_wave_make(internal_hz, 300, arena, &response, &err);
    if (status == RV_OK)
        status = rv_wave_make(internal_hz, 300, arena, &site->artefact, &err);
    if (status == RV_OK)
        status = motor ? make_motor(&random, trial->seed, arena, &response, &err)
                       : make_sensory(&random, trial->seed, arena, &response, &err);
    if (status != RV_OK)
        stop("simulating", &err);
    rv_wave_amplify(&response, file->high_pass_hz, file->low_pass_hz);
    *truth = rv_truth_find(&response, 0.0);
    make_artefact(&random, motor, truth->amplitude_uv, &site->artefact);
    rv_wave_amplify(&site->artefact, file->high_pass_hz, file->low_pass_hz);
    file->sweep_count = (size_t)between(&random, motor ? 4 : 8, motor ? 12.99 : 24.99);
    file->noise_uv =
        truth->amplitude_uv * pow(10.0, -trial->snr_db / 20.0) * sqrt((double)file->sweep_count);
    file->mains_uv = happens(&random, 0.5) ? file->noise_uv * between_log(&random, 0.2, 4.0) : 0;
    file->drift_uv = file->noise_uv * between(&random, 0, 2);
    file->range_uv = 1.3 * (largest(&response) + largest(&site->artefact)) + 8.0 * file->noise_uv +
                     1.5 * file->mains_uv + 2.0 * file->drift_uv;
    if (trial->empty)
        memset(response.uv, 0, response.count * sizeof *response.uv);
    file->sweeps = rv_arena_alloc(arena, file->sweep_count, sizeof *file->sweeps);
    for (size_t s = 0; s < file->sweep_count; s++)
        file->sweeps[s] = (struct rv_made_sweep){
            .text = "Stimulus", .response = response, .artefact = &site->artefact};
}

static void read_outcome(const struct rv_measurement *m, const struct rv_truth *truth,
                         struct outcome *outcome)
{
    const double unit = m->response->kind == RV_MOTOR ? 1e-3 : 1;
    const double expected[VALUES] = {truth->onset_ms,
                                     truth->negative_peak_ms,
                                     unit * truth->amplitude_uv,
                                     unit * truth->peak_to_peak_uv,
                                     truth->negative_duration_ms,
                                     unit * truth->negative_area_uvms};
    outcome->present = m->present == RV_PRESENT_YES;
    for (int v = 0; v < VALUES; v++) {
        const struct rv_value *value = &m->results[parameters[v]].value;
        const double scale = v <= PEAK ? 1.0 : 100.0 / expected[v];
        outcome->error[v] = outcome->se[v] = NONE;
        outcome->expected[v] = expected[v];
        if (value->validity != RV_MEASURED)
            continue;
        outcome->error[v] = scale * (value->value - expected[v]);
        outcome->se[v] = scale * value->se;
    }
}

static void write_table(const char *folder, const struct rv_case_nerve *nerve)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/responses.tsv", folder);
    FILE *table = fopen(path, "w");
    if (table == NULL)
        exit(1);
    fprintf(table,
            "kind\tnerve\tside\trecord\tstimulate\tdistance_mm\tfile\n%s\t%s\tright\t%s\t"
            "wrist\t80\tr.edf\n",
            rv_kind_name(nerve->kind), nerve->nerve, nerve->record);
    if (fclose(table) != 0)
        exit(1);
}

static struct outcome run_trial(const struct trial *trial, const char *folder)
{
    static const struct rv_case the_case = {.patient = "X X X X"};
    const struct rv_case_nerve nerve = {.kind = trial->kind,
                                        .nerve = "median",
                                        .side = RV_RIGHT,
                                        .record = trial->kind == RV_MOTOR ? "APB" : "D2"};
    char path[128];
    struct rv_error err = {.status = RV_OK};
    struct rv_arena *arena = rv_arena_new();
    struct rv_made_file file;
    struct rv_truth truth;
    struct rv_study *study = NULL;
    struct rv_report *report = NULL;
    struct rv_settings settings = rv_settings_defaults();
    struct outcome outcome;
    settings.interpret = false;
    make_file(trial, &nerve, arena, &file, &truth);
    write_table(folder, &nerve);
    (void)snprintf(path, sizeof path, "%s/r.edf", folder);
    enum rv_status status = rv_recording_write(&the_case, &file, RV_FILE_EDF, 1.0, path, &err);
    if (status == RV_OK)
        status = rv_study_read(folder, &settings, &study, &err);
    if (status == RV_OK)
        status = rv_session_run(study, &settings, &report, &err);
    if (status != RV_OK)
        stop("measuring", &err);
    read_outcome(&report->measurements[0], &truth, &outcome);
    rv_report_free(report);
    rv_study_free(study);
    rv_arena_free(arena);
    return outcome;
}

/* --- sums ----------------------------------------------------------------------------------- */

struct sums {
    size_t trials, failures, missing, count[VALUES], covered[VALUES];
    double sum[VALUES], squares[VALUES];
    double se[VALUES][MOST];
};

static void add(struct sums *sums, enum rv_kind kind, const struct outcome *outcome)
{
    const double off = fabs(outcome->error[ONSET]);
    const bool failed = !(off <= (kind == RV_MOTOR ? 0.5 : 0.3));
    sums->trials++;
    sums->missing += isnan(off) ? 1 : 0;
    sums->failures += failed ? 1 : 0;
    for (int v = 0; v < VALUES && !failed; v++) {
        if (isnan(outcome->error[v]))
            continue;
        sums->se[v][sums->count[v]++] = outcome->se[v];
        sums->sum[v] += outcome->error[v];
        sums->squares[v] += outcome->error[v] * outcome->error[v];
        sums->covered[v] += fabs(outcome->error[v]) <= 1.96 * outcome->se[v] ? 1 : 0;
    }
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double rms(const struct sums *sums, int v)
{
    return sqrt(sums->squares[v] / (double)sums->count[v]);
}

static double percent(size_t part, size_t whole)
{
    return 100.0 * (double)part / (double)whole;
}

static const char *verdict(bool reached)
{
    return reached ? "reached" : "not reached";
}

/* --- tables --------------------------------------------------------------------------------- */

static size_t reached_count, bar_count;

static const char *count_bar(bool reached)
{
    bar_count++;
    reached_count += reached ? 1 : 0;
    return verdict(reached);
}

static void print_values(const struct bin *bin, struct sums *sums)
{
    const double failed = percent(sums->failures, sums->trials);
    printf("| %g–%g | failures, %% | %zu | – | %.1f (no mark %.1f) | %g | %s | – | – | – |\n",
           bin->low_db, bin->high_db, sums->trials, failed, percent(sums->missing, sums->trials),
           bin->failures, count_bar(failed <= bin->failures));
    for (int v = 0; v < VALUES; v++) {
        qsort(sums->se[v], sums->count[v], sizeof sums->se[v][0], by_size);
        const double error = rms(sums, v), width = sums->se[v][sums->count[v] / 2] / error;
        const double coverage = percent(sums->covered[v], sums->count[v]);
        char bar[32] = "–";
        if (!isnan(bin->bars[v]))
            (void)snprintf(bar, sizeof bar, "%g", bin->bars[v]);
        printf("| %g–%g | %s | %zu | %+.*f | %.*f | %s | %s | %.1f | %.2f | %s |\n", bin->low_db,
               bin->high_db, value_names[v], sums->count[v], v <= PEAK ? 4 : 2,
               sums->sum[v] / (double)sums->count[v], v <= PEAK ? 4 : 2, error, bar,
               isnan(bin->bars[v]) ? "–" : count_bar(error <= bin->bars[v]), coverage, width,
               count_bar(coverage >= 92.0 && coverage <= 98.0 && width <= 2.0));
    }
}

static void print_rate(const struct bin *bin, double rate_hz, const struct sums *sums)
{
    printf("| %g–%g | %g | %zu | %.1f |", bin->low_db, bin->high_db, rate_hz / 1000, sums->trials,
           percent(sums->failures, sums->trials));
    for (int v = 0; v < VALUES; v++)
        printf(" %.*f |", v <= PEAK ? 4 : 2, rms(sums, v));
    printf(" %.1f |\n", percent(sums->covered[ONSET], sums->count[ONSET]));
}

static void run_bin(const struct family *family, size_t bin_index, size_t count, uint64_t seed,
                    const char *folder, struct sums *all, struct sums *rates)
{
    const struct bin *bin = &family->bins[bin_index];
    struct rv_random random = rv_random_begin(seed, family->name, bin_index);
    for (size_t i = 0; i < RATES * count; i++) {
        const struct trial trial = {.kind = family->kind,
                                    .rate_hz = rates_hz[i % RATES],
                                    .snr_db = between(&random, bin->low_db, bin->high_db),
                                    .seed = seed * 1000003 + bin_index * 100003 + i};
        const struct outcome outcome = run_trial(&trial, folder);
        add(all, family->kind, &outcome);
        add(&rates[i % RATES], family->kind, &outcome);
    }
}

static void print_presence(const struct family *family, size_t count, uint64_t seed,
                           const char *folder)
{
    size_t seen[2] = {0, 0};
    const size_t n = RATES * count;
    struct rv_random random = rv_random_begin(seed, family->name, 99);
    for (size_t i = 0; i < 2 * n; i++) {
        const struct trial trial = {
            .kind = family->kind,
            .rate_hz = rates_hz[i % RATES],
            .snr_db = between(&random, family->presence_low_db, family->presence_high_db),
            .empty = i >= n,
            .seed = seed * 1000003 + 900001 + i};
        const struct outcome outcome = run_trial(&trial, folder);
        seen[i >= n] += outcome.present ? 1 : 0;
    }
    printf("| %s | %g–%g | %zu | %.1f | %g | %s | %.1f | %g | %s |\n", family->name,
           family->presence_low_db, family->presence_high_db, n, percent(seen[0], n),
           family->sensitivity, count_bar(percent(seen[0], n) >= family->sensitivity),
           percent(seen[1], n), false_most, count_bar(percent(seen[1], n) <= false_most));
}

static void print_family(const struct family *family, size_t count, uint64_t seed,
                         const char *folder)
{
    struct sums *sums = calloc(BINS * (RATES + 1), sizeof *sums);
    if (sums == NULL)
        exit(1);
    for (size_t b = 0; b < BINS; b++)
        run_bin(family, b, count, seed, folder, &sums[b * (RATES + 1)], &sums[b * (RATES + 1) + 1]);
    printf("\n### %s, 10, 20, 24 and 48 kHz together\n\n", family->name);
    printf("| SNR, dB | value | n | bias | RMS error | bar | | coverage %% | median SE / RMS | |\n"
           "|---|---|---|---|---|---|---|---|---|---|\n");
    for (size_t b = 0; b < BINS; b++)
        print_values(&family->bins[b], &sums[b * (RATES + 1)]);
    printf("\n### %s by sampling rate: RMS errors\n\n", family->name);
    printf("| SNR, dB | kHz | n | failures %% | onset ms | peak ms | amplitude %% | p-p %% | "
           "duration %% | area %% | onset coverage %% |\n"
           "|---|---|---|---|---|---|---|---|---|---|---|\n");
    for (size_t b = 0; b < BINS; b++)
        for (size_t r = 0; r < RATES; r++)
            print_rate(&family->bins[b], rates_hz[r], &sums[b * (RATES + 1) + 1 + r]);
    free(sums);
}

int main(int argc, char **argv)
{
    const long count = argc > 1 ? strtol(argv[1], NULL, 10) : 60;
    const long seed = argc > 2 ? strtol(argv[2], NULL, 10) : 1;
    char folder[] = "/tmp/ranvier-chain-XXXXXX", path[64];
    if (count < 1 || count > MOST / RATES || seed < 0 || mkdtemp(folder) == NULL) {
        fprintf(stderr, "usage: chain [responses [seed]]\n");
        return 2;
    }
    printf("## Accuracy of the whole chain on the simulator of the program\n");
    for (size_t f = 0; f < sizeof families / sizeof *families; f++)
        print_family(&families[f], (size_t)count, (uint64_t)seed, folder);
    printf("\n### Present or absent\n\n| | SNR, dB | n each | sensitivity %% | bar | | false "
           "positives %% | bar | |\n|---|---|---|---|---|---|---|---|---|\n");
    for (size_t f = 0; f < sizeof families / sizeof *families; f++)
        print_presence(&families[f], (size_t)count, (uint64_t)seed, folder);
    printf("\n%zu of %zu bars reached.\n", reached_count, bar_count);
    static const char *const made[] = {"r.edf", "responses.tsv"};
    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, made[i]);
        (void)unlink(path);
    }
    return rmdir(folder) == 0 ? 0 : 1;
}
