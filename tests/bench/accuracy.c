/* SPDX-License-Identifier: GPL-3.0-or-later
 * Accuracy of the marks on simulated responses with exact truth, as Markdown, against the bars of
 * docs/methods/marks.md. Arguments: responses for each row (default 400), seed (default 1).
 */
#include "trials.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct row {
    enum rv_kind kind;
    double low_db, high_db;
    double bars[TRIAL_VALUES]; /* NaN: none */
    double failures;           /* percent */
};
#define NONE ((double)NAN)
static const struct row rows[] = {
    {RV_MOTOR, 50, 70, {0.025, 0.015, 0.6, 0.6, 1.0, 1.2}, 1},
    {RV_MOTOR, 40, 50, {0.075, 0.030, 2.5, 1.2, 4.0, 4.5}, 2},
    {RV_MOTOR, 30, 40, {0.100, 0.080, 6.0, NONE, NONE, NONE}, 6},
    {RV_MOTOR, 20, 30, {0.200, NONE, NONE, NONE, NONE, NONE}, 12},
    {RV_SENSORY, 40, 60, {0.025, 0.012, 6.0, NONE, NONE, NONE}, 1},
    {RV_SENSORY, 30, 40, {0.045, 0.020, 8.0, 4.5, 8.0, NONE}, 3},
    {RV_SENSORY, 20, 30, {0.055, 0.030, 10.0, 5.0, NONE, NONE}, 3},
    {RV_SENSORY, 10, 20, {0.085, 0.060, NONE, NONE, NONE, NONE}, 8},
};

static const char *verdict(bool reached)
{
    return reached ? "reached" : "not reached";
}

static void print_value(const struct trial_sums *sums, enum trial_value value, double bar,
                        const char *where)
{
    const double rms = trials_rms(sums, value), coverage = trials_coverage(sums, value);
    const double width = trials_median_se(sums, value) / rms;
    printf("| %s | %s | %zu | %.4f | %+.4f | ", where, trial_names[value], sums->count[value], rms,
           trials_bias(sums, value));
    if (isnan(bar)) {
        printf("– | – | ");
    } else {
        printf("%g | %s | ", bar, verdict(rms <= bar));
    }
    printf("%.1f | %.2f | %s |\n", coverage, width,
           verdict(coverage >= 92.0 && coverage <= 98.0 && width <= 2.0));
}

static void print_row(const struct row *row, size_t count, uint64_t seed, double rate_hz)
{
    char where[64];
    const struct trial_plan plan = {.kind = row->kind,
                                    .low_db = row->low_db,
                                    .high_db = row->high_db,
                                    .count = count,
                                    .rate_hz = rate_hz,
                                    .seed = seed,
                                    .shape = -1};
    struct rv_arena *arena = rv_arena_new();
    struct trial_sums sums;
    trials_run(&plan, arena, &sums);
    (void)snprintf(where, sizeof where, "%s %g–%g dB%s", row->kind == RV_MOTOR ? "CMAP" : "SNAP",
                   row->low_db, row->high_db, "");
    const double failed = 100.0 * (double)sums.failures / (double)sums.trials;
    printf("| %s | failures %% | %zu | %.1f | %.1f missing | %g | %s | – | – | – |\n", where,
           sums.trials, failed, 100.0 * (double)sums.missing / (double)sums.trials, row->failures,
           verdict(failed <= row->failures));
    for (int k = 0; k < TRIAL_VALUES; k++) {
        print_value(&sums, (enum trial_value)k, row->bars[k], where);
    }
    rv_arena_free(arena);
}

static void print_table(size_t count, uint64_t seed, double rate_hz)
{
    if (rate_hz > 0.0) {
        printf("\n### %.0f Hz\n\n", rate_hz);
    } else {
        printf("\n### 10, 20, 24 and 48 kHz in turn\n\n");
    }
    printf("Latencies in ms, the rest in percent of the truth; intervals are nominal 95 %%.\n\n");
    printf("| SNR | value | n | RMS error | bias | bar | | coverage %% | median SE / RMS | |\n"
           "|---|---|---|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_row(&rows[i], count, seed + i, rate_hz);
    }
}

int main(int argc, char **argv)
{
    const long count = argc > 1 ? strtol(argv[1], NULL, 10) : 400;
    const long seed = argc > 2 ? strtol(argv[2], NULL, 10) : 1;
    if (count < 1 || seed < 0) {
        fprintf(stderr, "usage: accuracy [responses [seed]]\n");
        return 2;
    }
    printf("## Accuracy of marks on the private simulator of the tests\n");
    print_table((size_t)count, (uint64_t)seed, 0.0);
    static const double rates[] = {10000.0, 20000.0, 48000.0};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        print_table((size_t)count / 4 + 1, (uint64_t)seed, rates[i]);
    }
    return 0;
}
