/* SPDX-License-Identifier: GPL-3.0-or-later
 * Simulates, marks, compares.
 */
#include "trials.h"

#include "mark/mark_compound.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *const trial_names[TRIAL_VALUES] = {"onset",        "negative peak", "amplitude",
                                               "peak-to-peak", "duration",      "area"};

struct outcome {
    double value[TRIAL_VALUES], se[TRIAL_VALUES];
    bool known[TRIAL_VALUES];
};

static struct outcome read_marks(const struct rv_compound *m)
{
    const struct rv_value *values[] = {&m->amplitude_uv, &m->peak_to_peak_uv,
                                       &m->negative_duration_ms, &m->negative_area_uvms};
    const struct rv_mark *marks[] = {&m->marks[RV_MARK_ONSET], &m->marks[RV_MARK_NEGATIVE_PEAK]};
    struct outcome outcome;
    for (int k = 0; k < 2; k++) {
        outcome.value[k] = marks[k]->ms;
        outcome.se[k] = marks[k]->se_ms;
        outcome.known[k] = marks[k]->validity == RV_MEASURED;
    }
    for (int k = 0; k < 4; k++) {
        outcome.value[k + 2] = values[k]->value;
        outcome.se[k + 2] = values[k]->se;
        outcome.known[k + 2] = values[k]->validity == RV_MEASURED;
    }
    return outcome;
}

static void complain(const struct sim_case *c, const struct rv_compound *m,
                     const struct sim_truth *t)
{
    printf("  shape %d %.0f Hz pre %.0f m %zu art %.1f hum %.2f drift %.2f snr %.1f onset "
           "%.3f/%.3f se %.3f peak %.3f/%.3f amp %.2f/%.2f %d %s flags %llx dip %d\n",
           (int)c->shape, c->rate_hz, c->pre_ms, c->sweep_count, c->artefact_ratio, c->hum_ratio,
           c->drift_uv_ms, m->snr_db, m->marks[RV_MARK_ONSET].ms, t->onset_ms,
           m->marks[RV_MARK_ONSET].se_ms, m->marks[RV_MARK_NEGATIVE_PEAK].ms, t->peak_ms,
           m->amplitude_uv.value, t->amplitude_uv, (int)m->presence,
           m->presence_reason != NULL ? m->presence_reason : "", (unsigned long long)m->flags,
           (int)t->positivity);
}

static void add(struct trial_sums *sums, const struct trial_plan *plan, const struct sim_case *c,
                const struct rv_compound *marked, const struct sim_truth *truth)
{
    const double limit_ms = plan->kind == RV_MOTOR ? 0.5 : 0.3;
    const double expected[TRIAL_VALUES] = {truth->onset_ms,     truth->peak_ms,
                                           truth->amplitude_uv, truth->peak_to_peak_uv,
                                           truth->duration_ms,  truth->area_uvms};
    const struct outcome outcome = read_marks(marked);
    const double off = fabs(outcome.value[TRIAL_ONSET] - truth->onset_ms);
    const bool failed = !outcome.known[TRIAL_ONSET] || off > limit_ms;
    sums->trials++;
    sums->missing += outcome.known[TRIAL_ONSET] ? 0 : 1;
    sums->failures += failed ? 1 : 0;
    if (plan->verbose > 1 || (plan->verbose > 0 && failed)) {
        complain(c, marked, truth);
    }
    for (int k = 0; k < TRIAL_VALUES && !failed; k++) {
        if (!outcome.known[k]) {
            continue;
        }
        const double scale = k < 2 ? 1.0 : 100.0 / expected[k];
        const size_t n = sums->count[k]++;
        sums->error[k][n] = scale * (outcome.value[k] - expected[k]);
        sums->se[k][n] = scale * outcome.se[k];
        sums->covered[k] += fabs(sums->error[k][n]) <= 1.96 * sums->se[k][n] ? 1 : 0;
    }
}

void trials_run(const struct trial_plan *plan, struct rv_arena *arena, struct trial_sums *sums)
{
    static const double rates[] = {10000.0, 20000.0, 24000.0, 48000.0};
    memset(sums, 0, sizeof *sums);
    for (int k = 0; k < TRIAL_VALUES; k++) {
        sums->error[k] = rv_arena_alloc(arena, plan->count, sizeof(double));
        sums->se[k] = rv_arena_alloc(arena, plan->count, sizeof(double));
    }
    struct sim_random random = {plan->seed};
    for (size_t i = 0; i < plan->count; i++) {
        const double snr = plan->low_db + (plan->high_db - plan->low_db) * sim_uniform(&random);
        const double rate = plan->rate_hz > 0.0 ? plan->rate_hz : rates[i % 4];
        struct sim_case c = sim_draw(&random, plan->kind, rate, snr);
        if (plan->clean) {
            c.artefact_ratio = c.hum_ratio = c.drift_uv_ms = 0.0;
            c.pre_ms = 5.0;
        }
        if (plan->shape >= 0 && plan->shape != (int)c.shape) {
            continue;
        }
        struct rv_arena *scratch = rv_arena_new();
        struct rv_sweeps sweeps;
        struct sim_truth truth;
        sim_make(&c, scratch, &sweeps, &truth);
        const struct rv_mark_request request = {.kind = plan->kind,
                                                .search_from_ms = (double)NAN,
                                                .search_to_ms = (double)NAN,
                                                .subtract_tail = true,
                                                .limit_uv = (double)NAN};
        struct rv_compound marked;
        const clock_t start = clock();
        if (rv_mark_compound(&sweeps, &request, scratch, &marked, NULL) == RV_OK) {
            sums->seconds += (double)(clock() - start) / CLOCKS_PER_SEC;
            add(sums, plan, &c, &marked, &truth);
        }
        rv_arena_free(scratch);
    }
}

double trials_rms(const struct trial_sums *sums, enum trial_value value)
{
    double sum = 0.0;
    for (size_t i = 0; i < sums->count[value]; i++) {
        sum += sums->error[value][i] * sums->error[value][i];
    }
    return sqrt(sum / (double)sums->count[value]);
}

double trials_bias(const struct trial_sums *sums, enum trial_value value)
{
    double sum = 0.0;
    for (size_t i = 0; i < sums->count[value]; i++) {
        sum += sums->error[value][i];
    }
    return sum / (double)sums->count[value];
}

static int by_size(const void *a, const void *b)
{
    const double x = fabs(*(const double *)a), y = fabs(*(const double *)b);
    return (x > y) - (x < y);
}

static double median_size(const double *items, size_t count)
{
    double *copy = rv_allocate(count + 1, sizeof *copy);
    memcpy(copy, items, count * sizeof *copy);
    qsort(copy, count, sizeof *copy, by_size);
    const double median = fabs(copy[count / 2]);
    rv_release(copy);
    return median;
}

double trials_median_error(const struct trial_sums *sums, enum trial_value value)
{
    return median_size(sums->error[value], sums->count[value]);
}

double trials_median_se(const struct trial_sums *sums, enum trial_value value)
{
    return median_size(sums->se[value], sums->count[value]);
}

double trials_coverage(const struct trial_sums *sums, enum trial_value value)
{
    return 100.0 * (double)sums->covered[value] / (double)sums->count[value];
}
