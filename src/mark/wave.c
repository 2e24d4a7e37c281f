/* SPDX-License-Identifier: GPL-3.0-or-later
 * The working trace of one response: negative-up copy, blanking, smoothing, and its noise.
 */
#include "base/dot.h"
#include "mark/compound.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
#define ARTEFACT_JUMP 6.0 /* SDs of a difference of neighbours; by chance 1 in 10^8 */
#define HUM_HZ 55.0       /* between the two of the world; over 10 ms they are alike */

/* Windows and shapes: docs/methods/marks.md "Rules". */
/* clang-format off */
static const struct rv_compound_rules motor = {
    .blank_ms = 1.0, .from_ms = 1.2, .to_ms = 25.0, .smooth_ms = 0.10,
    .foot_gap_ms = 0.35, .seed_ms = 3.0, .back_ms = 3.0, .width_ms = {0.8, 1.5, 2.8},
    .rho = 0.30, .rho_sd = 0.06, .late_rho = 0.42, .late_sd = 0.15, .late_share = 0.2,
    .peak_k = 1.6, .amplitude_k = 1.6, .peak_to_peak_k = 1.6, .recovery_k = 1.3, .area_k = 2.0,
    .amplitude_share = 0.0005, .area_share = 0.001, .peak_share = 0.005, .onset_k = 1.45, .least_snr = 4.5,
    .phi = 0.006, .fraction_db = 20.0, .fraction_rate = 0.0563, .step_ms = {60.0}, .slope = true,
};
static const struct rv_compound_rules sensory = {
    .blank_ms = 0.6, .from_ms = 0.9, .to_ms = 9.0, .smooth_ms = 0.05,
    .foot_gap_ms = 0.12, .seed_ms = 1.2, .back_ms = 1.6, .width_ms = {0.22, 0.38, 0.7},
    .rho = 0.30, .rho_sd = 0.075, .late_rho = 0.42, .late_sd = 0.15, .late_share = 0.1,
    .peak_k = 1.6, .amplitude_k = 1.5, .peak_to_peak_k = 1.4, .recovery_k = 1.2, .area_k = 1.8,
    .amplitude_share = 0.005, .area_share = 0.01, .peak_share = 0.012, .onset_k = 1.2, .least_snr = 1.0,
    .phi = 0.02, .fraction_db = 12.0, .fraction_rate = 0.061, .step_ms = {60.0, 8.0, 4.0, 2.0}, .slope = false,
};
/* clang-format on */

const struct rv_compound_rules *rv_compound_rules(enum rv_kind kind)
{
    return kind == RV_SENSORY || kind == RV_MIXED ? &sensory : &motor;
}

size_t rv_wave_at(const struct rv_wave *wave, double ms)
{
    const double index = floor(rv_wave_index(wave, ms) + 0.5);
    if (!(index > 0.0)) {
        return 0;
    }
    return index >= (double)wave->count ? wave->count - 1 : (size_t)index;
}

/* Above 50 kHz neighbours are averaged: the take-off holds nothing beyond 25 kHz, and the fits
 * cost with the square of the rate. The mean of k samples belongs to their middle. */
static bool copy_trace(struct rv_wave *wave)
{
    const struct rv_sweeps *sweeps = wave->sweeps;
    const size_t k = (size_t)fmax(1.0, ceil(sweeps->rate_hz / 50001.0));
    wave->count = sweeps->sample_count / k;
    wave->rate_hz = sweeps->rate_hz / (double)k;
    wave->start_ms = rv_sample_ms(sweeps->start_ms, sweeps->rate_hz, 0.5 * (double)(k - 1));
    wave->raw = rv_arena_alloc(wave->scratch, wave->count, sizeof *wave->raw);
    wave->y = rv_arena_alloc(wave->scratch, wave->count, sizeof *wave->y);
    wave->smooth = rv_arena_alloc(wave->scratch, wave->count, sizeof *wave->smooth);
    wave->weights = rv_arena_alloc(wave->scratch, wave->count, sizeof *wave->weights);
    if (wave->raw == NULL || wave->y == NULL || wave->smooth == NULL || wave->weights == NULL) {
        return false;
    }
    for (size_t i = 0; i < wave->count; i++) {
        double sum = 0.0;
        for (size_t j = 0; j < k; j++) {
            sum += sweeps->average[i * k + j];
        }
        wave->raw[i] = -sum / (double)k;
    }
    memcpy(wave->y, wave->raw, wave->count * sizeof *wave->y);
    return true;
}

static void place_windows(struct rv_wave *wave)
{
    const struct rv_mark_request *request = wave->request;
    double guard_ms = fmax(0.15, 1000.0 / wave->rate_hz);
    if (!isnan(wave->sweeps->jitter_ms)) {
        guard_ms += 2.0 * wave->sweeps->jitter_ms;
    }
    const double pre = floor(rv_wave_index(wave, -guard_ms)) + 1.0;
    wave->pre_count = pre > 0.0 ? (size_t)fmin(pre, (double)wave->count) : 0;
    const double from =
        isnan(request->search_from_ms) ? wave->rules->from_ms : request->search_from_ms;
    const double to = isnan(request->search_to_ms) ? wave->rules->to_ms : request->search_to_ms;
    const double blank = ceil(rv_wave_index(wave, wave->rules->blank_ms) - 1e-6);
    wave->blank = blank > 0.0 ? (size_t)fmin(blank, (double)wave->count - 1.0) : 0;
    wave->first = rv_wave_at(wave, from);
    wave->first = wave->first > wave->blank + 1 ? wave->first : wave->blank + 1;
    wave->last = rv_wave_at(wave, to);
    if (wave->last + 2 > wave->count) {
        wave->last = wave->count > 2 ? wave->count - 2 : 0;
    }
}

/* A stretch [from, to) of the source, turned over, averaged as the trace, detrended. */
static bool take(struct rv_wave *wave, const double *source, double scale, size_t from, size_t to,
                 int degree, struct rv_stretch *stretch)
{
    const size_t k = wave->sweeps->sample_count / wave->count;
    stretch->count = to > from ? to - from : 0;
    stretch->samples = rv_arena_alloc(wave->scratch, stretch->count, sizeof(double));
    if (stretch->samples == NULL) {
        return false;
    }
    for (size_t i = 0; i < stretch->count && k == 1; i++) {
        stretch->samples[i] = -scale * source[from + i];
    }
    for (size_t i = 0; i < stretch->count && k > 1; i++) {
        double sum = 0.0;
        for (size_t j = 0; j < k; j++) {
            sum += source[(from + i) * k + j];
        }
        stretch->samples[i] = -scale * sum / (double)k;
    }
    rv_detrend(stretch->samples, stretch->count, degree);
    return true;
}

/* Residuals of at most 24 sweeps, scaled to the average of all, without the artefact. */
static bool noise_from_sweeps(struct rv_wave *wave, double floor_sd)
{
    enum { MOST = 24 };
    const struct rv_sweeps *sweeps = wave->sweeps;
    struct rv_stretch stretches[2 * MOST];
    size_t count = 0, used = 0;
    const double scale = 1.0 / sqrt((double)(sweeps->used_count - 1));
    double *residual = rv_arena_alloc(wave->scratch, sweeps->sample_count, sizeof *residual);
    if (residual == NULL) {
        return false;
    }
    for (size_t s = 0; s < sweeps->sweep_count && used < MOST; s++) {
        if (sweeps->rejected != NULL && sweeps->rejected[s]) {
            continue;
        }
        used++;
        const double *sweep = sweeps->samples + s * sweeps->sample_count;
        for (size_t i = 0; i < sweeps->sample_count; i++) {
            residual[i] = sweep[i] - sweeps->average[i];
        }
        if (wave->pre_count > 2 * RV_NOISE_ORDER &&
            !take(wave, residual, scale, 0, wave->pre_count, 0, &stretches[count++])) {
            return false;
        }
        if (!take(wave, residual, scale, wave->blank, wave->last + 1, 0, &stretches[count++])) {
            return false;
        }
    }
    rv_noise_fit(&wave->noise, stretches, count, floor_sd, wave->scratch);
    wave->noise.freedom = 200.0;
    wave->noise.from_sweeps = true;
    wave->noise.from_stretch = true;
    return true;
}

static double mean_square(const struct rv_stretch *stretch)
{
    double sum = 0.0;
    for (size_t i = 0; i < stretch->count; i++) {
        sum += stretch->samples[i] * stretch->samples[i];
    }
    return sum / fmax(1.0, (double)stretch->count);
}

/* Without sweeps: the pre-stimulus part; where that is short, also the quieter half of 3 ms
 * pieces of the record's last part. */
static bool noise_from_trace(struct rv_wave *wave, double floor_sd)
{
    enum { PIECES = 16 };
    struct rv_stretch stretches[PIECES + 1];
    size_t count = 0, total = 0;
    const double *source = wave->sweeps->average;
    const double pre_ms = 1000.0 * (double)wave->pre_count / wave->rate_hz;
    if (wave->pre_count > RV_NOISE_ORDER) {
        if (!take(wave, source, 1.0, 0, wave->pre_count, 1, &stretches[count])) {
            return false;
        }
        total += stretches[count++].count;
    }
    wave->noise.from_stretch = pre_ms >= 4.0;
    if (!wave->noise.from_stretch) {
        const size_t piece = (size_t)ceil(3.0 * wave->rate_hz / 1000.0);
        struct rv_stretch late[PIECES];
        size_t pieces = 0;
        const size_t start = wave->blank + (wave->count - wave->blank) / 2;
        for (size_t from = start; from + piece <= wave->count && pieces < PIECES; from += piece) {
            if (!take(wave, source, 1.0, from, from + piece, 2, &late[pieces++])) {
                return false;
            }
        }
        for (size_t i = 1; i < pieces; i++) { /* quietest first */
            for (size_t j = i; j > 0 && mean_square(&late[j]) < mean_square(&late[j - 1]); j--) {
                const struct rv_stretch other = late[j];
                late[j] = late[j - 1];
                late[j - 1] = other;
            }
        }
        for (size_t i = 0; i < (pieces + 1) / 2; i++) {
            total += late[i].count;
            stretches[count++] = late[i];
        }
    }
    rv_noise_fit(&wave->noise, stretches, count, floor_sd, wave->scratch);
    wave->noise.freedom = fmax(20.0, (double)total / 4.0);
    return true;
}

/* Smallest credible noise: the converter's step, and a ten-thousandth of a per cent of the
 * range for traces that were computed, not recorded. */
static double noise_floor(const struct rv_wave *wave)
{
    double low = wave->raw[wave->blank], high = low;
    for (size_t i = wave->blank; i < wave->count; i++) {
        low = fmin(low, wave->raw[i]);
        high = fmax(high, wave->raw[i]);
    }
    const double range = 1e-6 * (high - low);
    const double step = wave->sweeps->resolution;
    const double used = (double)(wave->sweeps->used_count > 0 ? wave->sweeps->used_count : 1);
    return isnan(step) ? range : fmax(range, step / sqrt(12.0 * used));
}

enum { N = 4 }; /* level, drift, two phases of mains */

/* Gauss-Jordan on normal equations with their right side; the diagonal stays. */
static bool eliminate(double xx[N][N + 1])
{
    for (size_t p = 0; p < N; p++) {
        const double pivot = xx[p][p];
        if (!(pivot > 0.0)) {
            return false;
        }
        for (size_t i = 0; i < N; i++) {
            const double factor = i == p ? 0.0 : xx[i][p] / pivot;
            for (size_t c = p; c <= N; c++) {
                xx[i][c] -= factor * xx[p][c];
            }
        }
    }
    return true;
}

/* Mains in a single average: a sine fitted to the quiet parts before the stimulus and after the
 * response; SD of it, less what noise alone would show. */
static double hum_in_trace(const struct rv_wave *wave)
{
    double xx[N][N + 1] = {{0}};
    const size_t late = rv_wave_at(wave, rv_wave_ms(wave, (double)wave->last));
    size_t rows = 0;
    for (size_t i = 0; i < wave->count; i++) {
        if (i >= wave->pre_count && i < late) {
            continue;
        }
        const double ms = rv_wave_ms(wave, (double)i);
        const double basis[N + 1] = {1.0, 0.02 * ms, wave->hum[0][i], wave->hum[1][i],
                                     wave->raw[i] - wave->raw[0]};
        for (size_t r = 0; r < N; r++) {
            for (size_t c = 0; c <= N; c++) {
                xx[r][c] += basis[r] * basis[c];
            }
        }
        rows++;
    }
    if (1000.0 * (double)rows / wave->rate_hz < 12.0) {
        return 0.0; /* too short to tell mains from drift */
    }
    if (!eliminate(xx)) {
        return 0.0;
    }
    const double re = xx[2][N] / xx[2][2], im = xx[3][N] / xx[3][3];
    const double power = 0.5 * (re * re + im * im);
    const double chance = 4.0 * wave->noise.sd * wave->noise.sd / (double)rows * 3.0;
    return power > chance ? sqrt(power - chance) : 0.0;
}

/* The two phases of mains on all samples, by turns from a true one every now and then. */
static bool tabulate_hum(struct rv_wave *wave)
{
    enum { ANCHOR = 32 };
    const double turn = 2.0 * PI * HUM_HZ / wave->rate_hz, c = cos(turn), s = sin(turn);
    double re = 1.0, im = 0.0;
    for (size_t k = 0; k < 2; k++) {
        wave->hum[k] = rv_arena_alloc(wave->scratch, wave->count, sizeof *wave->hum[k]);
        if (wave->hum[k] == NULL) {
            return false;
        }
    }
    for (size_t i = 0; i < wave->count; i++) {
        if (i % ANCHOR == 0) {
            const double phase = 2e-3 * PI * HUM_HZ * rv_wave_ms(wave, (double)i);
            re = cos(phase);
            im = sin(phase);
        }
        wave->hum[0][i] = re;
        wave->hum[1][i] = im;
        const double next = re * c - im * s;
        im = re * s + im * c;
        re = next;
    }
    return true;
}

/* An artefact is a jump between neighbouring samples at the stimulus; a muted stretch counts. */
static void look_at_stimulus(struct rv_wave *wave)
{
    const double step[2] = {-1.0, 1.0};
    const double sd = rv_noise_sum_sd(&wave->noise, step, 2);
    const size_t to = rv_wave_at(wave, 0.6);
    double jump = 0.0;
    size_t equal = 0, longest = 0;
    for (size_t i = wave->pre_count > 0 ? wave->pre_count : 1; i <= to; i++) {
        const double rise = fabs(wave->raw[i] - wave->raw[i - 1]);
        jump = fmax(jump, rise);
        equal = rise > 0.0 ? 0 : equal + 1;
        longest = equal > longest ? equal : longest;
    }
    wave->artefact_seen = jump > ARTEFACT_JUMP * sd || longest >= 3;
}

bool rv_wave_prepare(struct rv_wave *wave)
{
    if (!copy_trace(wave) || !tabulate_hum(wave)) {
        return false;
    }
    place_windows(wave);
    wave->noise.order = rv_noise_order(wave->rate_hz);
    const double floor_sd = noise_floor(wave);
    const bool fitted = wave->sweeps->used_count >= 8 && wave->sweeps->samples != NULL
                            ? noise_from_sweeps(wave, floor_sd)
                            : noise_from_trace(wave, floor_sd);
    if (fitted) {
        const double known = wave->sweeps->mains_se_uv;
        wave->hum_sd = fmax(known, wave->noise.from_sweeps ? 0.0 : hum_in_trace(wave));
        look_at_stimulus(wave);
    }
    return fitted && rv_tail_prepare(wave);
}

/* Near the ends: the part of the kernel that lies in the trace. */
static double smooth_edge(const double *kernel, size_t half, const double *y, size_t n, size_t i)
{
    double total = 0.0, weight = 0.0;
    for (size_t k = i < half ? half - i : 0; k <= 2 * half && i + k < n + half; k++) {
        total += kernel[k] * y[i + k - half];
        weight += kernel[k];
    }
    return total / weight;
}

void rv_wave_smooth(struct rv_wave *wave)
{
    enum { HALF = 40 };
    double kernel[2 * HALF + 1];
    const double sd = wave->rules->smooth_ms * wave->rate_hz / 1000.0;
    const size_t half = (size_t)fmin((double)HALF, ceil(3.0 * sd));
    double sum = 0.0;
    for (size_t k = 0; k <= 2 * half; k++) {
        const double u = ((double)k - (double)half) / sd;
        kernel[k] = exp(-0.5 * u * u);
        sum += kernel[k];
    }
    for (size_t k = 0; k <= 2 * half; k++) {
        kernel[k] /= sum;
    }
    wave->smooth_sd = rv_noise_sum_sd(&wave->noise, kernel, 2 * half + 1);
    const size_t n = wave->count - wave->blank;
    const double *y = wave->y + wave->blank;
    double *smooth = wave->smooth + wave->blank;
    memset(smooth, 0, n * sizeof *smooth);
    for (size_t k = 0; k <= 2 * half; k++) {
        for (size_t i = half; i + half < n; i++) {
            smooth[i] += kernel[k] * y[i + k - half];
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (i < half || i + half >= n) {
            smooth[i] = smooth_edge(kernel, half, y, n, i);
        }
    }
}

double *rv_wave_weights(const struct rv_wave *wave)
{
    memset(wave->weights, 0, wave->count * sizeof *wave->weights);
    return wave->weights;
}

double rv_wave_sum_sd(const struct rv_wave *wave, double *weight)
{
    const double choice = rv_tail_choice_sd(wave, weight);
    rv_tail_account(wave, weight);
    const double noise = rv_noise_sum_sd(&wave->noise, weight, wave->count);
    double re = 0.0, im = 0.0, late = 0.0;
    for (size_t i = wave->range.late; i < wave->range.late_end; i++) {
        late += weight[i];
    }
    if (wave->hum_sd > 0.0) {
        re = rv_dot(weight, wave->hum[0], wave->count);
        im = rv_dot(weight, wave->hum[1], wave->count);
    }
    return hypot(hypot(hypot(noise, choice), wave->late_sd * late), wave->hum_sd * hypot(re, im));
}

double rv_wave_interpolate(const struct rv_wave *wave, double ms)
{
    double x = rv_wave_index(wave, ms);
    x = fmin(fmax(x, 1.0), (double)wave->count - 3.0);
    const size_t k = (size_t)x;
    const double f = x - (double)k;
    const double a = wave->y[k - 1], b = wave->y[k], c = wave->y[k + 1], d = wave->y[k + 2];
    return b + 0.5 * f * (c - a + f * (2 * a - 5 * b + 4 * c - d + f * (3 * (b - c) + d - a)));
}
