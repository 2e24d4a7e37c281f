/* SPDX-License-Identifier: GPL-3.0-or-later
 * The delay between the waves of two sites, by aligning them whole in the Fourier domain (McGill
 * and Dorfman 1984).
 */
#include "base/error.h"
#include "mark/mark_compound.h"

#include <math.h>

/* The band that carries a compound potential; above it there is mostly noise. */
#define BAND_HZ 3000.0
#define BEFORE_MS 1.5 /* window: from this before the onset ... */
#define AFTER_MS 3.0  /* ... to this after the recovery, both tapered */
#define LIKENESS 0.8  /* below this correlation the shapes disagree */
enum { LINES = 256 };

struct spectrum {
    size_t lines;
    double step_hz;
    double re[LINES], im[LINES];
    double noise; /* variance of re and of im */
};

/* Rising half of a cosine. */
static double taper(double share)
{
    return share <= 0.0 ? 0.0 : share >= 1.0 ? 1.0 : 0.5 - 0.5 * cos(3.141592653589793 * share);
}

/* Fourier sums of the wave in a window that begins at `from_ms`, phases counted from there. */
static void transform(const struct rv_sweeps *sweeps, const struct rv_compound *marks,
                      double from_ms, double length_ms, struct spectrum *spectrum)
{
    const double rate = sweeps->rate_hz;
    const double a = ceil(rv_sample_index(sweeps->start_ms, rate, from_ms));
    const double b = floor(rv_sample_index(sweeps->start_ms, rate, from_ms + length_ms));
    const size_t from = a > 0.0 ? (size_t)a : 0;
    const size_t to =
        b + 1.0 < (double)sweeps->sample_count ? (size_t)fmax(b, 0.0) + 1 : sweeps->sample_count;
    double weight_sum = 0.0;
    for (size_t i = from; i < to; i++) {
        const double t = rv_sample_ms(sweeps->start_ms, rate, (double)i) - from_ms;
        const double w = taper(t / BEFORE_MS) * taper((length_ms - t) / AFTER_MS);
        const double tail = marks->tail != NULL ? marks->tail[i] : marks->baseline_uv;
        const double y = w * (sweeps->average[i] - tail);
        weight_sum += w * w;
        /* one rotation a line: exp(-2 pi i f t), f = k step */
        const double angle = -6.283185307179586e-3 * spectrum->step_hz * t;
        const double c = cos(angle), s = sin(angle);
        double re = c, im = s;
        for (size_t k = 0; k < spectrum->lines; k++) {
            spectrum->re[k] += y * re;
            spectrum->im[k] += y * im;
            const double next = re * c - im * s;
            im = re * s + im * c;
            re = next;
        }
    }
    const double scale = 1000.0 / rate; /* both sites as integrals, whatever their rate */
    for (size_t k = 0; k < spectrum->lines; k++) {
        spectrum->re[k] *= scale;
        spectrum->im[k] *= scale;
    }
    spectrum->noise = 0.5 * marks->noise_uv * marks->noise_uv * weight_sum * scale * scale;
}

struct match {
    double value, slope, bend; /* of the cross-correlation, by delay in ms */
};

static struct match correlate(const struct spectrum *x, const struct spectrum *y, double delay_ms)
{
    struct match match = {0};
    for (size_t k = 0; k < x->lines; k++) {
        const double omega = 6.283185307179586e-3 * x->step_hz * (double)(k + 1);
        const double re = x->re[k] * y->re[k] + x->im[k] * y->im[k];
        const double im = x->re[k] * y->im[k] - x->im[k] * y->re[k];
        const double c = cos(omega * delay_ms), s = sin(omega * delay_ms);
        match.value += re * c - im * s;
        match.slope -= omega * (re * s + im * c);
        match.bend -= omega * omega * (re * c - im * s);
    }
    return match;
}

static double best_delay(const struct spectrum *x, const struct spectrum *y, double most_ms)
{
    double best = 0.0, top = -INFINITY;
    for (double delay = -most_ms; delay <= most_ms; delay += 0.05) {
        const struct match match = correlate(x, y, delay);
        if (match.value > top) {
            top = match.value;
            best = delay;
        }
    }
    for (int i = 0; i < 8; i++) {
        const struct match match = correlate(x, y, best);
        if (!(match.bend < 0.0)) {
            break;
        }
        best -= fmin(fmax(match.slope / match.bend, -0.03), 0.03);
    }
    return best;
}

static double energy(const struct spectrum *x)
{
    double sum = 0.0;
    for (size_t k = 0; k < x->lines; k++) {
        sum += x->re[k] * x->re[k] + x->im[k] * x->im[k];
    }
    return sum;
}

/* Delta method: the residual after alignment (noise of both and disagreement of the shapes)
 * through the slope of the correlation. */
static double delay_se(const struct spectrum *x, const struct spectrum *y, double delay_ms,
                       double gain)
{
    double sum = 0.0, bend = 0.0;
    for (size_t k = 0; k < x->lines; k++) {
        const double omega = 6.283185307179586e-3 * x->step_hz * (double)(k + 1);
        const double c = cos(omega * delay_ms), s = sin(omega * delay_ms);
        const double re = y->re[k] * c - y->im[k] * s - gain * x->re[k];
        const double im = y->re[k] * s + y->im[k] * c - gain * x->im[k];
        const double power = gain * gain * (x->re[k] * x->re[k] + x->im[k] * x->im[k]);
        const double noise = y->noise + gain * gain * x->noise;
        sum += omega * omega * power * fmax(0.5 * (re * re + im * im), noise);
        bend += omega * omega * power;
    }
    return sqrt(sum) / bend;
}

enum rv_status rv_mark_align(const struct rv_sweeps *earlier,
                             const struct rv_compound *earlier_marks, const struct rv_sweeps *later,
                             const struct rv_compound *later_marks, bool *found, double *delay_ms,
                             double *delay_se_ms, double *similarity, struct rv_error *err)
{
    (void)err;
    *found = false;
    const struct rv_mark *onset[2] = {&earlier_marks->marks[RV_MARK_ONSET],
                                      &later_marks->marks[RV_MARK_ONSET]};
    const struct rv_mark *recovery[2] = {&earlier_marks->marks[RV_MARK_RECOVERY],
                                         &later_marks->marks[RV_MARK_RECOVERY]};
    for (int i = 0; i < 2; i++) {
        if (onset[i]->validity != RV_MEASURED || recovery[i]->validity != RV_MEASURED) {
            return RV_OK;
        }
    }
    const double wave_ms = fmax(recovery[0]->ms - onset[0]->ms, recovery[1]->ms - onset[1]->ms);
    const double length_ms = BEFORE_MS + wave_ms + AFTER_MS;
    struct spectrum x = {.step_hz = 500.0 / length_ms}, y;
    x.lines = (size_t)fmin(BAND_HZ / x.step_hz, (double)LINES);
    y = x;
    transform(earlier, earlier_marks, onset[0]->ms - BEFORE_MS, length_ms, &x);
    transform(later, later_marks, onset[1]->ms - BEFORE_MS, length_ms, &y);
    const double inside = best_delay(&x, &y, 0.5 * wave_ms);
    const double cross = correlate(&x, &y, inside).value, own = energy(&x);
    const double likeness = cross / sqrt(own * energy(&y));
    if (!(likeness >= LIKENESS)) {
        return RV_OK;
    }
    *found = true;
    *similarity = fmin(likeness, 1.0);
    *delay_ms = onset[1]->ms - onset[0]->ms + inside;
    *delay_se_ms = delay_se(&x, &y, inside, cross / own);
    return RV_OK;
}
