/* SPDX-License-Identifier: GPL-3.0-or-later
 * What an amplifier and a converter see beside the response: noise, mains, drift.
 */
#include "simulate/sweeps.h"

#include <math.h>

static const double pi = 3.14159265358979323846;
/* Noise of an amplifier and an electrode: part white, part first-order with 1 ms of memory. */
static const double white_part = 0.8;
static const double memory_ms = 1.0;
/* A European grid wanders by some hundredths of a hertz over half a minute. */
static const double mains_hz = 50.0, wander_hz = 0.02, wander_s = 31.0;
static const double third_harmonic = 0.25;
static const double drift_hz[] = {0.13, 0.31};

static void add_noise(const struct rv_made_file *file, double scale, uint64_t stream, size_t count,
                      double *uv)
{
    struct rv_random random = rv_random_begin(file->seed, "noise", stream);
    double keep = exp(-1000.0 / (memory_ms * file->rate_hz));
    double fresh = sqrt(1.0 - keep * keep), red_part = sqrt(1.0 - white_part * white_part);
    double red = rv_random_normal(&random);
    for (size_t i = 0; i < count; i++) {
        red = keep * red + fresh * rv_random_normal(&random);
        double white = rv_random_normal(&random);
        uv[i] += scale * file->noise_uv * (white_part * white + red_part * red);
    }
}

/* Phase = integral of 50 Hz + wander. */
static double mains_at(double time_s, double phase)
{
    double turns = mains_hz * time_s +
                   wander_hz * wander_s / (2.0 * pi) * (1.0 - cos(2.0 * pi * time_s / wander_s));
    double angle = 2.0 * pi * (turns - floor(turns)) + phase;
    return sin(angle) + third_harmonic * sin(3.0 * angle + 1.0);
}

static double drift_at(double time_s, const double *phase)
{
    double sum = 0.0;
    for (size_t i = 0; i < sizeof drift_hz / sizeof *drift_hz; i++)
        sum += sin(2.0 * pi * (drift_hz[i] * time_s + phase[i]));
    return sum;
}

void rv_signal_render(const struct rv_made_file *file, const double *stimulus_s, double noise_scale,
                      uint64_t stream, double time_s, size_t count, double *uv)
{
    struct rv_random random = rv_random_begin(file->seed, "phase", 0);
    double mains_phase = 2.0 * pi * rv_random_uniform(&random);
    double drift_phase[] = {rv_random_uniform(&random), rv_random_uniform(&random)};
    for (size_t i = 0; i < count; i++) {
        double now_s = time_s + (double)i / file->rate_hz;
        uv[i] = noise_scale * (file->mains_uv * mains_at(now_s, mains_phase) +
                               file->drift_uv * drift_at(now_s, drift_phase));
    }
    add_noise(file, noise_scale, stream, count, uv);
    double end_s = time_s + (double)count / file->rate_hz;
    for (size_t s = 0; s < file->sweep_count; s++) {
        const struct rv_made_sweep *sweep = &file->sweeps[s];
        double length_s = (double)(sweep->response.count - 1) / sweep->response.rate_hz;
        if (stimulus_s[s] >= end_s || stimulus_s[s] + length_s <= time_s)
            continue;
        for (size_t i = 0; i < count; i++) {
            double after_s = time_s + (double)i / file->rate_hz - stimulus_s[s];
            if (after_s >= 0.0 && after_s < length_s)
                uv[i] += rv_wave_value(&sweep->response, 1000.0 * after_s) +
                         rv_wave_value(sweep->artefact, 1000.0 * after_s);
        }
    }
}
