/* SPDX-License-Identifier: GPL-3.0-or-later
 * Design of the FIR filters: a band is the product of a high-pass, a low-pass and a notch, each a
 * Kaiser-windowed sinc as long as its own transition asks for, so that a sharp low edge does not
 * make the high edge ring. Formulas: docs/methods/filter.md, "Filter bank".
 */
#include "dsp/design.h"

#include "base/arena.h"
#include "base/error.h"
#include "dsp/fft.h"

#include <gsl/gsl_sf_bessel.h>
#include <gsl/gsl_version.h>

#include <math.h>
#include <string.h>

/* Kaiser 1974 (Oppenheim & Schafer, Discrete-Time Signal Processing, section 7.5.3): 60 dB, with
 * beta = 0.1102 (A - 8.7) and length - 1 = (A - 7.95) / (2.285 * 2 pi * transition). */
static const double KAISER_BETA = 5.65326;
static const double KAISER_LENGTH = 3.6254;
/* The -3 dB width of the transition around each edge, as a share of the edge. */
static const double HIGH_PASS_TRANSITION = 1.0;
static const double LOW_PASS_TRANSITION = 0.2;
static const double LOW_PASS_TRANSITION_MIN = 0.02; /* of half the rate */
/* Half the -3 dB width of the notch. Mains wander by 0.2 Hz; see methods for what is left. */
static const double NOTCH_HALF_WIDTH_HZ = 2.0;
/* The transform of this window falls to 1 - 1/sqrt 2 and to 0.001 of its peak at these multiples of
 * rate / (length - 1); computed with SciPy's kaiser(10001, 5.65326). */
static const double KAISER_3DB = 1.2370;
static const double KAISER_FOOT = 2.0469;

enum part_kind { HIGH_PASS, LOW_PASS, NOTCH };
enum { PARTS_MAX = 3, RESPONSE_MIN = 8192 };

struct part {
    enum part_kind kind;
    double edge;    /* cycles a sample */
    size_t need;    /* half length that the transition asks for */
    size_t half;    /* half length given to it */
    double cutoff;  /* of the sinc, cycles a sample */
    double *kernel; /* 0..half of a symmetric kernel: its low-pass, or its band-pass for a notch */
};

struct plan {
    struct part parts[PARTS_MAX];
    size_t count;
    size_t half; /* of the whole filter */
};

static void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        rv_release(plan->parts[i].kernel);
}

static void add_part(struct plan *plan, enum part_kind kind, double edge, double length)
{
    struct part *part = &plan->parts[plan->count++];
    *part = (struct part){.kind = kind, .edge = edge};
    const double half = ceil(0.5 * length);
    part->need = half < 1.0 ? 1 : half > RV_TAPS_MAX ? RV_TAPS_MAX : (size_t)half;
}

static void add_parts(struct plan *plan, const struct rv_band *band, double rate_hz)
{
    const double high = band->high_pass_hz / rate_hz, low = band->low_pass_hz / rate_hz;
    if (high > 0.0)
        add_part(plan, HIGH_PASS, high, KAISER_LENGTH / (HIGH_PASS_TRANSITION * high));
    if (low > 0.0 && low < 0.5) {
        double transition = fmin(LOW_PASS_TRANSITION * low, 0.5 - low);
        transition = fmax(transition, 0.5 * LOW_PASS_TRANSITION_MIN);
        add_part(plan, LOW_PASS, low, KAISER_LENGTH / transition);
    }
    if (band->notch_hz > 0.0)
        add_part(plan, NOTCH, band->notch_hz / rate_hz, KAISER_3DB * rate_hz / NOTCH_HALF_WIDTH_HZ);
}

static size_t total_need(const struct plan *plan)
{
    size_t need = 0;
    for (size_t i = 0; i < plan->count; i++)
        need += plan->parts[i].need;
    return need;
}

/* Too few taps: the low-pass keeps what it needs up to a third, the others share what is left as
 * they need. */
static void shorten_parts(struct plan *plan, size_t half)
{
    size_t long_need = 0, left = half;
    for (size_t i = 0; i < plan->count; i++) {
        struct part *part = &plan->parts[i];
        if (part->kind != LOW_PASS)
            long_need += part->need;
        else if (plan->count > 1)
            left -= part->half = part->need < half / 3 ? part->need : half / 3;
        else
            part->half = half;
    }
    for (size_t i = 0; i < plan->count; i++) {
        struct part *part = &plan->parts[i];
        if (part->kind == LOW_PASS)
            continue;
        const double share = (double)part->need / (double)long_need;
        part->half = 1 + (size_t)((double)(left - 2) * share);
    }
}

/* The longest part takes what is over. */
static void share_taps(struct plan *plan, size_t half)
{
    size_t used = 0, longest = 0;
    for (size_t i = 0; i < plan->count; i++) {
        plan->parts[i].half = plan->parts[i].need;
        if (plan->parts[i].need > plan->parts[longest].need)
            longest = i;
    }
    if (half < total_need(plan))
        shorten_parts(plan, half);
    for (size_t i = 0; i < plan->count; i++)
        used += plan->parts[i].half;
    plan->parts[longest].half += half - used;
    plan->half = half;
}

static double kaiser(size_t n, size_t half)
{
    const double x = (double)n / (double)(half + 1);
    return gsl_sf_bessel_I0(KAISER_BETA * sqrt(1.0 - x * x)); /* the kernel is scaled later */
}

/* A point going round the unit circle: cos and sin of n * step without a call for each. */
struct turn {
    double c, s, step_c, step_s;
};

static struct turn turn_start(double cycles)
{
    return (struct turn){1.0, 0.0, cos(2.0 * M_PI * cycles), sin(2.0 * M_PI * cycles)};
}

static void turn_on(struct turn *turn)
{
    const double c = turn->c * turn->step_c - turn->s * turn->step_s;
    turn->s = turn->c * turn->step_s + turn->s * turn->step_c;
    turn->c = c;
}

/* Response at `frequency` of the windowed sinc that passes 0 Hz unchanged. */
static double sinc_response(const double *window, size_t half, double cutoff, double frequency)
{
    struct turn at = turn_start(frequency), of = turn_start(cutoff);
    double sum = 2.0 * cutoff * window[0], all = sum;
    for (size_t n = 1; n <= half; n++) {
        turn_on(&at);
        turn_on(&of);
        const double tap = 2.0 * window[n] * of.s / (M_PI * (double)n);
        all += tap;
        sum += tap * at.c;
    }
    return sum / all;
}

/* The cutoff for which the sinc's response at `frequency` is `wanted`: false position with the
 * Illinois change. Where the window is too short for that the narrowest there is. */
static double solve_cutoff(const double *window, size_t half, double frequency, double wanted)
{
    double low = 1e-9, high = fmin(0.5, frequency + 2.0 * KAISER_LENGTH / (double)(2 * half));
    double at_low = sinc_response(window, half, low, frequency) - wanted;
    double at_high = sinc_response(window, half, high, frequency) - wanted;
    if (at_low >= 0.0)
        return low;
    if (at_high <= 0.0)
        return high;
    for (int round = 0, side = 0; round < 60 && high - low > 1e-10 * frequency; round++) {
        const double middle = (low * at_high - high * at_low) / (at_high - at_low);
        const double at = sinc_response(window, half, middle, frequency) - wanted;
        if (fabs(at) < 1e-9)
            return middle;
        if (at < 0.0) {
            low = middle;
            at_low = at;
            at_high *= side == -1 ? 0.5 : 1.0;
            side = -1;
        } else {
            high = middle;
            at_high = at;
            at_low *= side == 1 ? 0.5 : 1.0;
            side = 1;
        }
    }
    return 0.5 * (low + high);
}

/* window -> windowed sinc with gain 1 at 0 Hz. A high-pass is 1 minus it: an exact null there. */
static void make_sinc(struct part *part)
{
    const double root_half = sqrt(0.5);
    const double wanted = part->kind == LOW_PASS ? root_half : 1.0 - root_half;
    part->cutoff = solve_cutoff(part->kernel, part->half, part->edge, wanted);
    double all = part->kernel[0] *= 2.0 * part->cutoff;
    struct turn of = turn_start(part->cutoff);
    for (size_t n = 1; n <= part->half; n++) {
        turn_on(&of);
        part->kernel[n] *= of.s / (M_PI * (double)n);
        all += 2.0 * part->kernel[n];
    }
    for (size_t n = 0; n <= part->half; n++)
        part->kernel[n] /= all;
}

/* window -> modulated window with gain 1 at the edge. A notch is 1 minus it: an exact null. */
static void make_modulated(struct part *part)
{
    double all = part->kernel[0] *= 2.0;
    struct turn at = turn_start(part->edge);
    for (size_t n = 1; n <= part->half; n++) {
        turn_on(&at);
        part->kernel[n] *= 2.0 * at.c;
        all += 2.0 * part->kernel[n] * at.c;
    }
    for (size_t n = 0; n <= part->half; n++)
        part->kernel[n] /= all;
}

static enum rv_status make_kernel(struct part *part, struct rv_error *err)
{
    part->kernel = rv_allocate(part->half + 1, sizeof(double));
    if (part->kernel == NULL)
        return rv_fail_memory(err);
    for (size_t n = 0; n <= part->half; n++)
        part->kernel[n] = kaiser(n, part->half);
    if (part->kind == NOTCH)
        make_modulated(part);
    else
        make_sinc(part);
    return RV_OK;
}

static enum rv_status plan_make(const struct rv_filter_design *design, struct plan *plan,
                                struct rv_error *err)
{
    enum rv_status status = rv_band_check(&design->band, design->rate_hz, err);
    if (status != RV_OK)
        return status;
    const size_t taps = design->tap_count;
    add_parts(plan, &design->band, design->rate_hz);
    const size_t need = total_need(plan);
    if (taps == 0 && 2 * need + 1 > RV_TAPS_MAX)
        return rv_fail(err, RV_MISUSE, "edges of %g and %g Hz at %g samples/s need %zu taps of %d",
                       design->band.high_pass_hz, design->band.low_pass_hz, design->rate_hz,
                       2 * need + 1, RV_TAPS_MAX);
    if (taps != 0 && (taps % 2 == 0 || taps < 2 * 3 * plan->count + 1 || taps > RV_TAPS_MAX))
        return rv_fail(err, RV_MISUSE, "%zu taps: an odd number from %zu to %d is needed", taps,
                       2 * 3 * plan->count + 1, RV_TAPS_MAX);
    share_taps(plan, taps == 0 ? need : taps / 2);
    for (size_t i = 0; i < plan->count && status == RV_OK; i++)
        status = make_kernel(&plan->parts[i], err);
    return status;
}

static void plan_edges(const struct plan *plan, double rate_hz, struct rv_filter_facts *facts)
{
    *facts = (struct rv_filter_facts){.pass_high_hz = 0.5 * rate_hz,
                                      .stop_low_hz = NAN,
                                      .stop_high_hz = NAN,
                                      .notch_guard_hz = NAN};
    for (size_t i = 0; i < plan->count; i++) {
        const struct part *part = &plan->parts[i];
        const double length = (double)(2 * part->half);
        const double middle = part->cutoff * rate_hz;
        const double reach = 0.5 * KAISER_LENGTH / length * rate_hz;
        if (part->kind == HIGH_PASS) {
            facts->pass_low_hz = middle + reach;
            facts->stop_low_hz = fmax(0.0, middle - reach);
        } else if (part->kind == LOW_PASS) {
            facts->pass_high_hz = fmax(0.0, middle - reach);
            facts->stop_high_hz = middle + reach < 0.5 * rate_hz ? middle + reach : (double)NAN;
        } else {
            facts->notch_guard_hz = KAISER_FOOT / length * rate_hz;
        }
    }
}

/* The product of the parts' real responses, each by a transform of its symmetric kernel. */
static void multiply_parts(const struct plan *plan, const struct rv_fft_real *fft, size_t size,
                           double *samples, double *spectrum, double *product)
{
    for (size_t k = 0; k <= size / 2; k++)
        product[k] = 1.0;
    for (size_t i = 0; i < plan->count; i++) {
        const struct part *part = &plan->parts[i];
        memset(samples, 0, size * sizeof *samples);
        samples[0] = part->kernel[0];
        for (size_t n = 1; n <= part->half; n++)
            samples[n] = samples[size - n] = part->kernel[n];
        rv_fft_real_forward(fft, samples, spectrum);
        for (size_t k = 0; k <= size / 2; k++)
            product[k] *= part->kind == LOW_PASS ? spectrum[2 * k] : 1.0 - spectrum[2 * k];
    }
}

/* Symmetric taps of a real response. */
static void symmetric_taps(const struct rv_fft_real *fft, size_t size, const double *response,
                           double *spectrum, double *samples, struct rv_fir *fir)
{
    for (size_t k = 0; k <= size / 2; k++) {
        spectrum[2 * k] = response[k];
        spectrum[2 * k + 1] = 0.0;
    }
    rv_fft_real_inverse(fft, spectrum, samples);
    const size_t half = fir->tap_count / 2;
    for (size_t n = 0; n <= half; n++)
        fir->taps[half - n] = fir->taps[half + n] = samples[n] / (double)size;
}

static enum rv_status plan_render(const struct plan *plan, struct rv_magnitude *response,
                                  struct rv_fir *fir, struct rv_error *err)
{
    const size_t size = response->size;
    struct rv_fft_real *fft = NULL;
    enum rv_status status = rv_fft_real_new(size, &fft, err); /* frees its own before ours come */
    double *samples = rv_fft_doubles(size), *spectrum = rv_fft_doubles(size + 2);
    if (status == RV_OK && (samples == NULL || spectrum == NULL))
        status = rv_fail_memory(err);
    if (status == RV_OK) {
        multiply_parts(plan, fft, size, samples, spectrum, response->values);
        symmetric_taps(fft, size, response->values, spectrum, samples, fir);
        for (size_t k = 0; k <= size / 2; k++)
            response->values[k] = fabs(response->values[k]);
    }
    rv_fft_real_free(fft);
    rv_fft_release(samples);
    rv_fft_release(spectrum);
    return status;
}

enum rv_status rv_fir_design(const struct rv_filter_design *design, struct rv_fir *fir,
                             struct rv_error *err)
{
    struct plan plan = {.count = 0};
    struct rv_fir made = {.taps = NULL};
    struct rv_magnitude response = {.values = NULL, .rate_hz = design->rate_hz};
    enum rv_status status = plan_make(design, &plan, err);
    if (status != RV_OK)
        goto done;
    made.tap_count = 2 * plan.half + 1;
    /* Four points for each ripple of the response; the cepstrum of the minimum phase is content. */
    const bool minimum = design->phase == RV_MINIMUM_PHASE;
    response.size = rv_fft_size_for(4 * made.tap_count);
    response.size = response.size < RESPONSE_MIN ? RESPONSE_MIN : response.size;
    response.values = rv_allocate(response.size / 2 + 1, sizeof(double));
    made.taps = rv_allocate(made.tap_count, sizeof(double));
    status = response.values != NULL && made.taps != NULL ? RV_OK : rv_fail_memory(err);
    if (status == RV_OK)
        status = plan_render(&plan, &response, &made, err);
    if (status == RV_OK && minimum)
        status = rv_minimum_phase(&response, made.taps, made.tap_count, err);
    if (status != RV_OK)
        goto done;
    made.advance = minimum ? 0 : plan.half;
    plan_edges(&plan, design->rate_hz, &made.facts);
    rv_magnitude_facts(&response, &design->band, &made);
    *fir = made;
done:
    if (status != RV_OK)
        rv_release(made.taps);
    rv_release(response.values);
    plan_free(&plan);
    return status;
}

void rv_fir_finish(struct rv_fir *fir)
{
    rv_release(fir->taps);
    fir->taps = NULL;
}

const char *rv_gsl_version(void)
{
    return gsl_version;
}
