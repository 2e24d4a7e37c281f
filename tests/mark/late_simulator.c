/* SPDX-License-Identifier: GPL-3.0-or-later
 * Trains of F-waves and recruitment series of H-reflexes with known truth.
 */
#include "late_simulator.h"

#include "simulate/random.h"

#include <math.h>
#include <string.h>

enum { UNITS = 140 };

struct unit {
    double size, tau_ms, axon, m_ms, threshold;
};

struct maker {
    const struct late_setup *setup;
    struct unit units[UNITS];
    double scale;
    size_t count;
    double *late, *direct;
};

static double potential(double ms, double tau_ms)
{
    const double x = ms / tau_ms;
    return x > 0.0 && x < 30.0 ? x * x * x * exp(-x) * (1.0 - x / 4.0) : 0.0;
}

static double ms_of(const struct late_setup *setup, size_t i)
{
    return -10.0 + 1000.0 * (double)i / setup->rate_hz;
}

static void add(const struct maker *maker, double *trace, double at_ms, double tau_ms, double size)
{
    for (size_t i = 0; i < maker->count; i++) {
        trace[i] += size * potential(ms_of(maker->setup, i) - at_ms, tau_ms);
    }
}

static void make_units(struct maker *maker)
{
    struct rv_random random = rv_random_begin(maker->setup->seed, "late units", 0);
    for (size_t i = 0; i < UNITS; i++) {
        struct unit *unit = &maker->units[i];
        const double rank = (double)i / (UNITS - 1);
        unit->size = pow(20.0, rank);
        unit->tau_ms = 0.75 + 0.12 * fabs(rv_random_normal(&random));
        unit->axon = 1.0 - 0.22 * (1.0 - rank) - 0.02 * fabs(rv_random_normal(&random));
        unit->m_ms = 2.0 + 1.4 / unit->axon + 0.35 * fabs(rv_random_normal(&random));
        unit->threshold = 0.7 * (1.0 - rank) + 0.3 * rv_random_uniform(&random);
    }
    maker->scale = 1.0;
    memset(maker->direct, 0, maker->count * sizeof(double));
    double top = 0.0;
    for (size_t i = 0; i < UNITS; i++) {
        add(maker, maker->direct, maker->units[i].m_ms, maker->units[i].tau_ms,
            maker->units[i].size);
    }
    for (size_t i = 0; i < maker->count; i++) {
        top = fmax(top, maker->direct[i]);
    }
    maker->scale = maker->setup->m_uv / top;
}

/* First-order amplifier of 2 Hz to 10 kHz, causal. */
static void amplify(const struct maker *maker, double *x)
{
    const double two_pi = 6.283185307179586;
    const double keep = exp(-two_pi * 2.0 / maker->setup->rate_hz);
    double out = 0.0, before = 0.0;
    for (size_t i = 0; i < maker->count; i++) {
        out = keep * out + x[i] - before;
        before = x[i];
        x[i] = out;
    }
}

static void fire_f(struct maker *maker, struct rv_random *random, bool fixed)
{
    const struct late_setup *setup = maker->setup;
    for (size_t i = 0; i < UNITS; i++) {
        const struct unit *unit = &maker->units[i];
        const bool fires =
            fixed ? i == 60 || i == 95 : rv_random_uniform(random) < setup->chance / UNITS;
        const double ms = unit->m_ms + 1.0 + 2.0 * setup->proximal_ms / unit->axon +
                          0.03 * rv_random_normal(random);
        if (fires) {
            add(maker, maker->late, ms, unit->tau_ms, maker->scale * unit->size);
        }
    }
}

/* Afferents from 1.0 to 1.8, motor axons from 1.2 to 2.8: what has been excited directly meets the
 * reflex on its way and ends it. */
static void fire_h(struct maker *maker, double strength, double jitter_ms)
{
    const double drive = fmin(fmax((strength - 1.0) / 0.8, 0.0), 1.0);
    for (size_t i = 0; i < UNITS; i++) {
        const struct unit *unit = &maker->units[i];
        if (strength > 1.2 + 1.6 * unit->threshold) {
            add(maker, maker->direct, unit->m_ms, unit->tau_ms, maker->scale * unit->size);
        } else if ((double)i / UNITS < 0.6 * drive) {
            add(maker, maker->late,
                unit->m_ms + 0.5 * maker->setup->h_ms * (1.0 + 1.0 / unit->axon) + jitter_ms,
                unit->tau_ms, maker->scale * unit->size);
        }
    }
}

static struct late_truth truth_of(const struct maker *maker)
{
    struct late_truth truth = {false, (double)NAN, 0.0, 0.0, 0.0};
    double low = 0.0, high = 0.0;
    for (size_t i = 0; i < maker->count; i++) {
        low = fmin(low, maker->late[i]);
        high = fmax(high, maker->late[i]);
        truth.m_negative_uv = fmax(truth.m_negative_uv, maker->direct[i]);
    }
    truth.peak_to_peak = high - low;
    truth.negative_uv = high;
    truth.present = high > 0.0;
    for (size_t i = 1; i < maker->count && truth.present; i++) {
        if (maker->late[i] >= 0.01 * high) {
            const double a = maker->late[i - 1], b = maker->late[i];
            truth.onset_ms = ms_of(maker->setup, i - 1) +
                             1000.0 / maker->setup->rate_hz * (0.01 * high - a) / (b - a);
            break;
        }
    }
    return truth;
}

static void add_background(const struct maker *maker, struct rv_random *random, double *out)
{
    const struct late_setup *setup = maker->setup;
    const double sweep_s = (setup->end_ms + 10.0) / 1000.0;
    for (double at = 0.0; setup->emg_per_s > 0.0;) {
        at -= log(1.0 - rv_random_uniform(random)) / setup->emg_per_s;
        if (at > sweep_s) {
            break;
        }
        add(maker, out, 1000.0 * at - 12.0, 0.7 + 0.3 * rv_random_uniform(random),
            setup->emg_uv * (0.3 + rv_random_uniform(random)) / 0.6);
    }
    for (size_t i = 0; i < maker->count; i++) {
        out[i] += setup->noise_uv * rv_random_normal(random);
    }
}

static void make_sweep(struct maker *maker, size_t s, double *samples, double *intensity,
                       struct late_truth *truth)
{
    const struct late_setup *setup = maker->setup;
    struct rv_random random = rv_random_begin(setup->seed, "late sweep", s);
    memset(maker->late, 0, maker->count * sizeof(double));
    memset(maker->direct, 0, maker->count * sizeof(double));
    *intensity = (double)NAN;
    if (setup->reflex) {
        const double strength = 0.9 + 2.1 * (double)s / (double)(setup->sweep_count - 1);
        *intensity = 10.0 * strength;
        fire_h(maker, strength, 0.05 * rv_random_normal(&random));
    } else {
        for (size_t i = 0; i < UNITS; i++) {
            add(maker, maker->direct, maker->units[i].m_ms, maker->units[i].tau_ms,
                maker->scale * maker->units[i].size);
        }
        fire_f(maker, &random, setup->repeat && s % 3 == 0);
    }
    *truth = truth_of(maker);
    for (size_t i = 0; i < maker->count; i++) {
        const double ms = ms_of(setup, i);
        const double artefact = ms < 0.0   ? 0.0
                                : ms < 0.2 ? 2000.0
                                           : -900.0 * exp(-ms / 0.3) + 100.0 * exp(-ms / 2.5);
        maker->direct[i] += maker->late[i] + artefact;
    }
    if (!isnan(setup->a_wave_ms) && s < setup->a_wave_sweeps) {
        add(maker, maker->direct, setup->a_wave_ms + 0.05 * rv_random_normal(&random), 0.8,
            setup->a_wave_uv);
    }
    amplify(maker, maker->direct);
    add_background(maker, &random, maker->direct);
    for (size_t i = 0; i < maker->count; i++) {
        samples[i] = -maker->direct[i]; /* G1 positive */
    }
}

void late_make(const struct late_setup *setup, struct rv_arena *arena, struct late_made *made)
{
    struct maker maker = {.setup = setup};
    maker.count = (size_t)((setup->end_ms + 10.0) * setup->rate_hz / 1000.0);
    maker.late = rv_arena_alloc(arena, maker.count, sizeof(double));
    maker.direct = rv_arena_alloc(arena, maker.count, sizeof(double));
    const size_t n = setup->sweep_count;
    double *samples = rv_arena_alloc(arena, n * maker.count, sizeof *samples);
    double *average = rv_arena_alloc(arena, maker.count, sizeof *average);
    double *intensity = rv_arena_alloc(arena, n, sizeof *intensity);
    bool *rejected = rv_arena_alloc(arena, n, sizeof *rejected);
    make_units(&maker);
    for (size_t s = 0; s < n; s++) {
        make_sweep(&maker, s, samples + s * maker.count, &intensity[s], &made->truth[s]);
        for (size_t i = 0; i < maker.count; i++) {
            average[i] += samples[s * maker.count + i] / (double)n;
        }
    }
    made->sweeps = (struct rv_sweeps){.rate_hz = setup->rate_hz,
                                      .start_ms = -10.0,
                                      .sample_count = maker.count,
                                      .sweep_count = n,
                                      .samples = samples,
                                      .rejected = rejected,
                                      .used_count = n,
                                      .intensity = intensity,
                                      .average = average,
                                      .calibrated = true,
                                      .clip_low = (double)NAN,
                                      .clip_high = (double)NAN,
                                      .resolution = (double)NAN,
                                      .jitter_ms = (double)NAN,
                                      .offset_ms = (double)NAN};
}

struct late_setup late_arm(uint64_t seed)
{
    return (struct late_setup){.rate_hz = 20000,
                               .end_ms = 70,
                               .sweep_count = 20,
                               .m_uv = 9000,
                               .proximal_ms = 10.5,
                               .chance = 1.8,
                               .noise_uv = 5,
                               .a_wave_ms = (double)NAN,
                               .seed = seed};
}

struct late_setup late_leg(uint64_t seed)
{
    struct late_setup setup = late_arm(seed);
    setup.end_ms = 100;
    setup.m_uv = 12000;
    setup.proximal_ms = 20;
    setup.chance = 2.5;
    return setup;
}

struct late_setup late_reflex(uint64_t seed)
{
    struct late_setup setup = late_arm(seed);
    setup.reflex = true;
    setup.h_ms = 24;
    setup.m_uv = 16000;
    setup.sweep_count = 16;
    setup.end_ms = 80;
    return setup;
}
