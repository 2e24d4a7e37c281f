/* SPDX-License-Identifier: GPL-3.0-or-later
 * The private generator: line sources (Rosenfalck 1969) summed over units and fibres.
 */
#include "simulator.h"

#include <math.h>
#include <string.h>

#define FINE_HZ 200000.0 /* the truth is read at this rate */
#define FINE_STEP 0.005  /* ms */
#define PI 3.14159265358979323846

double sim_uniform(struct sim_random *random)
{
    random->state += 0x9E3779B97F4A7C15u;
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return ((double)(z >> 11) + 0.5) / 9007199254740992.0;
}

double sim_gauss(struct sim_random *random)
{
    const double radius = sqrt(-2.0 * log(sim_uniform(random)));
    return radius * cos(2.0 * PI * sim_uniform(random));
}

static double between(struct sim_random *random, double low, double high)
{
    return low + (high - low) * sim_uniform(random);
}

/* Slope of the intracellular potential 96 z^3 e^-z behind the front (Rosenfalck 1969). */
static double source_slope(double z)
{
    return z <= 0.0 || z > 30.0 ? 0.0 : (3.0 - z) * z * z * exp(-z);
}

static double source(double z)
{
    return z <= 0.0 || z > 30.0 ? 0.0 : z * z * z * exp(-z);
}

#define UNIT_COUNT 2400 /* template samples of 0.01 ms */

/* Negative-up potential of one unit at 100 kHz: dipoles travel from the end plate at `plate` (mm,
 * electrode G1 at 0) to tendons at +-`half`; G2 sits at `reference`. */
static void unit_template(double plate, double half, double depth, double reference,
                          double velocity, double length, double *out)
{
    enum { STEPS = 160 };
    double weight[2][STEPS];
    const double dz = half / STEPS;
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < STEPS; i++) {
            const double sign = side == 0 ? 1.0 : -1.0;
            const double z = plate + sign * (i + 0.5) * dz;
            const double r1 = sqrt(z * z + depth * depth);
            const double r2 = sqrt((z - reference) * (z - reference) + depth * depth);
            weight[side][i] = sign * (z / (r1 * r1 * r1) - (z - reference) / (r2 * r2 * r2));
        }
    }
    for (int i = 0; i < UNIT_COUNT; i++) {
        const double front = velocity * 0.01 * i;
        double sum = 0.0;
        for (int k = 0; k < STEPS; k++) {
            const double slope = source_slope((front - (k + 0.5) * dz) / length);
            if (fabs(slope) > 0.0) {
                sum += slope * (weight[0][k] + weight[1][k]);
            }
        }
        out[i] = sum * dz;
    }
}

static void add_shifted(double *fine, size_t count, double start_ms, const double *wave,
                        size_t wave_count, double wave_step, double delay_ms, double gain)
{
    for (size_t i = 0; i < count; i++) {
        const double x = (start_ms + FINE_STEP * (double)i - delay_ms) / wave_step;
        if (x < 1.0 || x > (double)wave_count - 3.0) {
            continue;
        }
        const size_t k = (size_t)x;
        const double f = x - (double)k;
        /* Catmull-Rom: smooth enough for a truth read at 0.005 ms */
        const double a = wave[k - 1], b = wave[k], c = wave[k + 1], d = wave[k + 2];
        fine[i] +=
            gain *
            (b + 0.5 * f * (c - a + f * (2 * a - 5 * b + 4 * c - d + f * (3 * (b - c) + d - a))));
    }
}

static void make_cmap(const struct sim_case *p, struct sim_random *random, double *fine,
                      size_t count, double start_ms)
{
    enum { TEMPLATES = 5 };
    static _Thread_local double units[TEMPLATES + 1][UNIT_COUNT];
    const double off = p->shape == SIM_POSITIVE ? between(random, 9.0, 20.0) : 0.0;
    for (int i = 0; i < TEMPLATES; i++) {
        unit_template(off + 2.0 * sim_gauss(random), between(random, 25.0, 45.0),
                      between(random, 4.0, 12.0), between(random, 45.0, 70.0),
                      between(random, 3.4, 4.6), between(random, 1.3, 1.9), units[i]);
    }
    double spread = between(random, 0.25, 0.8);
    int n = 120;
    if (p->shape == SIM_DISPERSED) {
        spread = between(random, 1.5, 3.0);
    } else if (p->shape == SIM_BLOCK) {
        n = 30;
    } else if (p->shape == SIM_SMALL) {
        n = 8;
        spread = between(random, 0.6, 1.6);
    }
    for (int i = 0; i < n; i++) {
        /* conduction times of a velocity distribution: skew to the slow side */
        double delay = spread * (1.2 + sim_gauss(random) * 0.45);
        if (delay < 0.0) {
            delay = -delay * 0.3;
        }
        if (p->shape == SIM_SLOW_RISE && i > 5) {
            delay += between(random, 0.5, 1.6);
        }
        const double gain = exp(0.6 * sim_gauss(random));
        const int k = (int)(sim_uniform(random) * TEMPLATES);
        add_shifted(fine, count, start_ms, units[k], UNIT_COUNT, 0.01, p->onset_ms + delay, gain);
    }
    if (p->shape == SIM_NEIGHBOUR) {
        unit_template(between(random, 5.0, 25.0), 40.0, between(random, 25.0, 35.0), 60.0, 4.0, 1.5,
                      units[TEMPLATES]);
        for (int i = 0; i < 30; i++) {
            add_shifted(fine, count, start_ms, units[TEMPLATES], UNIT_COUNT, 0.01,
                        p->onset_ms + between(random, 0.8, 2.5), 8.0 * sim_uniform(random));
        }
    }
}

static void make_snap(const struct sim_case *p, struct sim_random *random, double *fine,
                      size_t count, double start_ms)
{
    enum { FIBRES = 300, POINTS = 2000 };
    static _Thread_local double kernel[POINTS];      /* by lag of 0.1 mm, G1 passes at index 800 */
    const double length = between(random, 3.5, 5.5); /* mm: scale of the source in space */
    const double depth = between(random, 3.0, 6.0);
    const double spacing = between(random, 30.0, 40.0);
    const double narrow = p->shape == SIM_POSITIVE ? 0.0 : between(random, 0.92, 1.0);
    for (int i = 0; i < POINTS; i++) {
        const double lag = 0.1 * (i - 800);
        /* in a finger the outside mirrors the inside: -Vm, smoothed by the depth */
        double mirror = 0.0, line = 0.0;
        for (int k = -12; k <= 12; k++) {
            const double w = exp(-0.5 * (k / 5.0) * (k / 5.0));
            const double z = (lag + 0.5 * depth * k / 5.0) / length;
            mirror += w * (source(z) - source(z - spacing / length));
        }
        for (int k = 0; k < 240; k++) {
            const double z = 0.25 * (k + 0.5); /* behind the front, in mm */
            const double x = lag - z, y = x - spacing;
            const double r1 = sqrt(x * x + depth * depth), r2 = sqrt(y * y + depth * depth);
            line += source_slope(z / length) * (y / (r2 * r2 * r2) - x / (r1 * r1 * r1));
        }
        kernel[i] = narrow * mirror / 12.0 - (1.0 - narrow) * line * 3.0;
    }
    double largest = 0.0, sign = 1.0; /* the first large phase, under G1, is negative: up here */
    for (int i = 0; i < POINTS; i++) {
        largest = fmax(largest, fabs(kernel[i]));
    }
    for (int i = 1; i + 1 < POINTS; i++) {
        const bool top =
            fabs(kernel[i]) >= fabs(kernel[i - 1]) && fabs(kernel[i]) > fabs(kernel[i + 1]);
        if (top && fabs(kernel[i]) > 0.8 * largest) {
            sign = kernel[i] < 0.0 ? -1.0 : 1.0;
            break;
        }
    }
    const bool slow = p->shape == SIM_SLOW;
    const double fastest = slow ? between(random, 25.0, 38.0) : between(random, 48.0, 65.0);
    const double distance = p->onset_ms * fastest;
    const double width = p->shape == SIM_DISPERSED ? 0.16 : between(random, 0.03, 0.09);
    for (int i = 0; i < FIBRES; i++) {
        const double v = fastest * (1.0 - width * (1.2 + 0.5 * sim_gauss(random)));
        if (v < 5.0 || v > fastest) {
            continue;
        }
        add_shifted(fine, count, start_ms, kernel, POINTS, 0.1 / v, distance / v - 80.0 / v,
                    sign * v * (0.5 + sim_uniform(random)));
    }
}

/* First-order high- and low-pass of the amplifier, in place. */
static void amplify(double *fine, size_t count, double high_hz, double low_hz)
{
    const double a = exp(-2.0 * PI * low_hz / FINE_HZ), b = exp(-2.0 * PI * high_hz / FINE_HZ);
    double low = fine[0], slow = fine[0];
    for (size_t i = 0; i < count; i++) {
        low = a * low + (1.0 - a) * fine[i];
        slow = b * slow + (1.0 - b) * low;
        fine[i] = low - slow;
    }
}

static double crossing(const double *fine, size_t i, double level, double start_ms)
{
    const double f = (level - fine[i - 1]) / (fine[i] - fine[i - 1]);
    return start_ms + FINE_STEP * ((double)(i - 1) + f);
}

/* Of the parabola through three points, from the middle one. */
static double vertex(const double *y)
{
    const double bend = y[-1] - 2.0 * y[0] + y[1];
    return fabs(bend) > 0.0 ? 0.5 * (y[-1] - y[1]) / bend : 0.0;
}

static void read_truth(const double *fine, size_t count, double start_ms, struct sim_truth *truth)
{
    size_t peak = 0, dip = 0;
    for (size_t i = 0; i < count; i++) {
        peak = fine[i] > fine[peak] ? i : peak;
    }
    for (size_t i = 0; i < peak; i++) {
        dip = fine[i] < fine[dip] ? i : dip;
    }
    const double top = fine[peak];
    truth->positivity = fine[dip] < -0.05 * top;
    size_t onset = truth->positivity ? dip + 1 : 1;
    const double level = truth->positivity ? fine[dip] + 0.01 * top : 0.01 * top;
    while (onset < peak && fine[onset] < level) {
        onset++;
    }
    truth->onset_ms = crossing(fine, onset, level, start_ms);
    truth->peak_ms = start_ms + FINE_STEP * ((double)peak + vertex(fine + peak));
    truth->amplitude_uv = top;
    size_t end = peak + 1;
    while (end + 1 < count && fine[end] > 0.0) {
        end++;
    }
    truth->recovery_ms = crossing(fine, end, 0.0, start_ms);
    truth->duration_ms = truth->recovery_ms - truth->onset_ms;
    truth->area_uvms = 0.0;
    for (size_t i = onset; i < end; i++) {
        truth->area_uvms += FINE_STEP * fmax(fine[i], 0.0);
    }
    size_t low = end;
    for (size_t i = end; i < count; i++) {
        low = fine[i] < fine[low] ? i : low;
    }
    truth->positive_peak_ms = start_ms + FINE_STEP * ((double)low + vertex(fine + low));
    truth->peak_to_peak_uv = top - fine[low];
}

static double fine_at(const double *fine, size_t count, double x)
{
    if (x < 0.0 || x > (double)count - 2.0) {
        return 0.0;
    }
    const size_t k = (size_t)x;
    return fine[k] + (x - (double)k) * (fine[k + 1] - fine[k]);
}

struct noise_state {
    double slow;
};

/* Unit-variance noise: white plus a share of first-order slow noise (about 300 Hz). */
static double noise_next(struct noise_state *state, struct sim_random *random, double colour,
                         double rate_hz)
{
    const double a = exp(-2.0 * PI * 300.0 / rate_hz);
    state->slow = a * state->slow + sqrt(1.0 - a * a) * sim_gauss(random);
    return sqrt(1.0 - colour) * sim_gauss(random) + sqrt(colour) * state->slow;
}

static void make_artefact(const struct sim_case *p, struct sim_random *random, double *art,
                          size_t count, double start_ms)
{
    const double reference = p->amplitude_uv > 0.0 ? p->amplitude_uv : 20.0 * p->noise_uv;
    const double tau1 = between(random, 0.3, 1.6), tau2 = tau1 * between(random, 2.5, 4.0);
    const double share = sim_uniform(random) < 0.5 ? 0.0 : between(random, 0.05, 0.3);
    const double sign = sim_uniform(random) < 0.5 ? -1.0 : 1.0;
    const double size = sign * p->artefact_ratio * reference /
                        ((1.0 - share) * exp(-0.4 / tau1) + share * exp(-0.4 / tau2));
    for (size_t i = 0; i < count; i++) {
        const double t = start_ms + FINE_STEP * (double)i - p->shift_ms - 0.1;
        if (t > 0.0) {
            art[i] += size * ((1.0 - share) * exp(-t / tau1) + share * exp(-t / tau2));
        } else if (t > -0.1) {
            art[i] += 3.0 * size;
        }
    }
}

void sim_make(const struct sim_case *p, struct rv_arena *arena, struct rv_sweeps *sweeps,
              struct sim_truth *truth)
{
    struct sim_random random = {p->seed};
    const double start_ms = -p->pre_ms - 3.0; /* fine signal begins earlier: filters settle */
    const size_t fine_count = (size_t)((p->pre_ms + p->post_ms + 6.0) / FINE_STEP);
    double *fine = rv_allocate(fine_count, sizeof *fine),
           *art = rv_allocate(fine_count, sizeof *art);
    struct sim_case shifted = *p;
    shifted.onset_ms += p->shift_ms;
    if (p->amplitude_uv > 0.0) {
        (p->kind == RV_MOTOR ? make_cmap : make_snap)(&shifted, &random, fine, fine_count,
                                                      start_ms);
    }
    make_artefact(p, &random, art, fine_count, start_ms);
    amplify(fine, fine_count, p->highpass_hz, p->lowpass_hz);
    amplify(art, fine_count, p->highpass_hz, p->lowpass_hz);
    *truth = (struct sim_truth){0};
    if (p->amplitude_uv > 0.0) {
        double top = 0.0;
        for (size_t i = 0; i < fine_count; i++) {
            top = fmax(top, fine[i]);
        }
        for (size_t i = 0; i < fine_count; i++) {
            fine[i] *= p->amplitude_uv / top;
        }
        read_truth(fine, fine_count, start_ms, truth);
    }
    const size_t n = (size_t)((p->pre_ms + p->post_ms) * p->rate_hz / 1000.0), m = p->sweep_count;
    double *samples = rv_arena_alloc(arena, n * m, sizeof *samples);
    double *average = rv_arena_alloc(arena, n, sizeof *average);
    double *spread = rv_arena_alloc(arena, n, sizeof *spread);
    bool *rejected = rv_arena_alloc(arena, m, sizeof *rejected);
    double *intensity = rv_arena_alloc(arena, m, sizeof *intensity);
    const double sd = p->noise_uv * sqrt((double)m);
    for (size_t s = 0; s < m; s++) {
        struct noise_state state = {sim_gauss(&random)};
        const double phase = 2.0 * PI * sim_uniform(&random), slope = sim_gauss(&random);
        intensity[s] = (double)NAN;
        for (size_t i = 0; i < n; i++) {
            const double t = -p->pre_ms + 1000.0 * (double)i / p->rate_hz;
            const double x = (t - start_ms) / FINE_STEP;
            double y = -(fine_at(fine, fine_count, x) + fine_at(art, fine_count, x));
            y += sd * noise_next(&state, &random, p->colour, p->rate_hz);
            y += p->hum_ratio * sd * sin(2.0 * PI * 0.05 * t + phase);
            y += p->drift_uv_ms * slope * t;
            if (p->resolution_uv > 0.0) {
                y = p->resolution_uv * floor(y / p->resolution_uv + 0.5);
            }
            samples[s * n + i] = y;
            average[i] += y / (double)m;
        }
    }
    for (size_t i = 0; i < n && m > 1; i++) {
        double sum = 0.0;
        for (size_t s = 0; s < m; s++) {
            const double d = samples[s * n + i] - average[i];
            sum += d * d;
        }
        spread[i] = sqrt(sum / (double)(m - 1) / (double)m);
    }
    *sweeps =
        (struct rv_sweeps){.rate_hz = p->rate_hz,
                           .start_ms = -p->pre_ms,
                           .sample_count = n,
                           .sweep_count = m,
                           .samples = samples,
                           .rejected = rejected,
                           .used_count = m,
                           .intensity = intensity,
                           .average = average,
                           .average_sd = m > 1 ? spread : NULL,
                           .calibrated = true,
                           .clip_low = (double)NAN,
                           .clip_high = (double)NAN,
                           .resolution = p->resolution_uv > 0.0 ? p->resolution_uv : (double)NAN,
                           .jitter_ms = (double)NAN,
                           .offset_ms = (double)NAN};
    rv_release(fine);
    rv_release(art);
}

struct sim_case sim_draw(struct sim_random *random, enum rv_kind kind, double rate_hz,
                         double snr_db)
{
    static const enum sim_shape cmap_shapes[12] = {
        SIM_HEALTHY, SIM_HEALTHY, SIM_HEALTHY,   SIM_HEALTHY,   SIM_BLOCK,     SIM_BLOCK,
        SIM_SMALL,   SIM_SMALL,   SIM_NEIGHBOUR, SIM_DISPERSED, SIM_SLOW_RISE, SIM_POSITIVE};
    static const enum sim_shape snap_shapes[12] = {
        SIM_HEALTHY, SIM_HEALTHY,  SIM_HEALTHY,  SIM_HEALTHY, SIM_HEALTHY, SIM_HEALTHY,
        SIM_HEALTHY, SIM_POSITIVE, SIM_POSITIVE, SIM_SLOW,    SIM_SLOW,    SIM_DISPERSED};
    const bool motor = kind == RV_MOTOR;
    struct sim_case c = {.kind = kind, .rate_hz = rate_hz};
    c.seed = (uint64_t)(sim_uniform(random) * 1e15);
    c.shape = motor ? cmap_shapes[(int)(sim_uniform(random) * 12)]
                    : snap_shapes[(int)(sim_uniform(random) * 12)];
    c.amplitude_uv = motor ? exp(between(random, log(500.0), log(15000.0)))
                           : exp(between(random, log(3.0), log(60.0)));
    if (c.shape == SIM_SMALL) {
        c.amplitude_uv = between(random, 80.0, 300.0);
    }
    c.noise_uv = c.amplitude_uv * pow(10.0, -snr_db / 20.0);
    static const size_t sweeps_of[] = {1, 1, 3, 10, 10, 20};
    c.sweep_count = sweeps_of[(int)(sim_uniform(random) * 6)];
    static const double pre_of[] = {1.0, 2.0, 5.0, 5.0, 10.0, 0.0};
    c.pre_ms = pre_of[(int)(sim_uniform(random) * 6)];
    c.post_ms = motor ? 40.0 : 18.0;
    c.onset_ms = motor ? between(random, 2.5, 9.0) : between(random, 1.5, 3.5);
    if (c.shape == SIM_SLOW) {
        c.onset_ms = between(random, 2.8, 5.0);
    }
    static const double artefact_of[] = {0.0, 0.0, 0.1, 0.5, 2.0, 5.0};
    c.artefact_ratio = artefact_of[(int)(sim_uniform(random) * 6)];
    c.hum_ratio = sim_uniform(random) < 0.3 ? between(random, 0.2, 1.0) : 0.0;
    c.drift_uv_ms = sim_uniform(random) < 0.3 ? 0.2 * c.noise_uv : 0.0;
    c.highpass_hz = motor ? between(random, 2.0, 3.0) : between(random, 2.0, 20.0);
    c.lowpass_hz = motor ? 10000.0 : between(random, 3000.0, 10000.0);
    c.resolution_uv = c.noise_uv * sqrt((double)c.sweep_count) * between(random, 0.1, 0.5);
    c.colour = between(random, 0.0, 0.6);
    return c;
}
