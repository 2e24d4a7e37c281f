/* SPDX-License-Identifier: GPL-3.0-or-later
 * The filter bank: overlap-save on a fixed grid of blocks. Two real signals travel through one
 * complex transform as its real and imaginary part; all bands share the forward transform.
 *
 * A lane is such a pair: two channels, or (where their number is odd) two blocks in a row of one
 * channel. A window of input is `size` samples; the block that starts at sample s needs the samples
 * from s - before to s + useful + after. Input is written into the lanes as it comes.
 */
#include "base/arena.h"
#include "base/error.h"
#include "dsp/design.h"
#include "dsp/fft.h"

#include <ranvier/filter.h>

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

/* FFTW's estimated plans are fastest up to 8192: there, blocks of four times the filter give most
 * samples a second. Longer filters pay for larger transforms anyway and waste less of a block of
 * eight times their length; beyond the cache, of twice. Measured: docs/performance.md. */
enum { SIZE_MIN = 2048, SIZE_FAST = 8192, SIZE_CACHED = 65536 };

/* The inner loops are compiled twice, the wider vectors are picked when the library is loaded. Both
 * give the same bits: no multiply-add is fused. Sanitized builds cannot pick that early. */
#if defined(__x86_64__) && defined(__linux__) && defined(__has_attribute)
#if __has_attribute(target_clones) && !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#endif
#endif
#ifndef WIDE
#define WIDE
#endif

/* Finished samples of one band and channel, waiting to be taken. */
struct queue {
    float *samples;
    size_t begin, end, capacity;
};

struct bank_band {
    struct rv_filter_facts facts;
    bool real;             /* linear phase: the response is real */
    float *response;       /* size values, complex ones as pairs; scaled by 1 / size */
    struct queue *outputs; /* of each channel */
};

struct rv_filter_bank {
    size_t band_count, channel_count;
    struct bank_band *bands;
    size_t size, before, after;
    size_t useful;  /* new samples of one window */
    size_t advance; /* new samples of one step: useful, or twice that with two blocks a lane */
    size_t lane_count;
    struct rv_fft *fft;
    float *spectrum, *product, *filtered;
    float **lanes;               /* windows of input, 2 * size floats each */
    float *last;                 /* of each channel: its latest sample */
    size_t window_count, filled; /* samples of a channel that a step needs, and has */
    size_t pushed, emitted;
    bool finished;
    size_t forward_count, inverse_count;
};

/* --- queues -------------------------------------------------------------------------------- */

static bool queue_reserve(struct queue *queue, size_t count)
{
    if (queue->end + count <= queue->capacity)
        return true;
    if (queue->begin > 0) {
        memmove(queue->samples, queue->samples + queue->begin,
                (queue->end - queue->begin) * sizeof(float));
        queue->end -= queue->begin;
        queue->begin = 0;
    }
    return rv_grow(&queue->samples, &queue->capacity, queue->end + count, sizeof(float));
}

static bool reserve_outputs(struct rv_filter_bank *bank, size_t count)
{
    for (size_t i = 0; i < bank->band_count; i++)
        for (size_t j = 0; j < bank->channel_count; j++)
            if (!queue_reserve(&bank->bands[i].outputs[j], count))
                return false;
    return true;
}

/* --- the inner loops ------------------------------------------------------------------------ */

/* Both return false when a sample is not finite. */
WIDE static bool interleave(const float *restrict real, const float *restrict imaginary,
                            float *restrict pairs, size_t count)
{
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        wrong |= !(fabsf(real[i]) <= FLT_MAX) | !(fabsf(imaginary[i]) <= FLT_MAX);
        pairs[2 * i] = real[i];
        pairs[2 * i + 1] = imaginary[i];
    }
    return wrong == 0;
}

WIDE static bool spread(const float *restrict samples, float *restrict pairs, size_t count)
{
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        wrong |= !(fabsf(samples[i]) <= FLT_MAX);
        pairs[2 * i] = samples[i];
    }
    return wrong == 0;
}

WIDE static void separate(const float *restrict pairs, float *restrict real,
                          float *restrict imaginary, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        real[i] = pairs[2 * i];
        imaginary[i] = pairs[2 * i + 1];
    }
}

WIDE static void multiply_real(const float *restrict spectrum, const float *restrict response,
                               float *restrict product, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        product[2 * i] = spectrum[2 * i] * response[i];
        product[2 * i + 1] = spectrum[2 * i + 1] * response[i];
    }
}

/* The same in place, for the last band of a block: one buffer less in the cache. */
WIDE static void scale_real(float *restrict spectrum, const float *restrict response, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        spectrum[2 * i] *= response[i];
        spectrum[2 * i + 1] *= response[i];
    }
}

WIDE static void multiply_complex(const float *restrict spectrum, const float *restrict response,
                                  float *restrict product, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const float a = spectrum[2 * i], b = spectrum[2 * i + 1];
        const float c = response[2 * i], d = response[2 * i + 1];
        product[2 * i] = a * c - b * d;
        product[2 * i + 1] = a * d + b * c;
    }
}

/* --- one step ------------------------------------------------------------------------------- */

/* The new samples of one lane and band into their queues, at most `wanted` of each channel. */
static void emit(struct rv_filter_bank *bank, struct bank_band *band, size_t lane, size_t wanted)
{
    const float *pairs = bank->filtered + 2 * bank->before;
    const size_t useful = bank->useful;
    if (bank->advance == useful) {
        struct queue *a = &band->outputs[2 * lane], *b = &band->outputs[2 * lane + 1];
        separate(pairs, a->samples + a->end, b->samples + b->end, wanted);
        a->end += wanted;
        b->end += wanted;
        return;
    }
    struct queue *queue = &band->outputs[lane];
    float *first = queue->samples + queue->end;
    separate(pairs, first, first + useful, useful); /* there is room for both blocks */
    queue->end += wanted;
}

static void run_lane(struct rv_filter_bank *bank, size_t lane, size_t wanted)
{
    rv_fft_forward(bank->fft, bank->lanes[lane], bank->spectrum);
    bank->forward_count++;
    for (size_t i = 0; i < bank->band_count; i++) {
        struct bank_band *band = &bank->bands[i];
        const bool in_place = band->real && i + 1 == bank->band_count;
        if (in_place)
            scale_real(bank->spectrum, band->response, bank->size);
        else if (band->real)
            multiply_real(bank->spectrum, band->response, bank->product, bank->size);
        else
            multiply_complex(bank->spectrum, band->response, bank->product, bank->size);
        rv_fft_inverse(bank->fft, in_place ? bank->spectrum : bank->product, bank->filtered);
        bank->inverse_count++;
        emit(bank, band, lane, wanted);
    }
}

/* Keeps of each lane what the next window begins with. */
static void move_on(struct rv_filter_bank *bank)
{
    const size_t kept = bank->size - bank->useful;
    const bool paired = bank->advance == bank->useful;
    for (size_t i = 0; i < bank->lane_count; i++) {
        float *lane = bank->lanes[i];
        if (paired)
            memmove(lane, lane + 2 * bank->useful, 2 * kept * sizeof(float));
        else /* the second block ends where the next step begins */
            for (size_t n = 0; n < kept; n++)
                lane[2 * n] = lane[2 * (n + bank->useful) + 1];
    }
    bank->filled -= bank->advance;
}

/* Filters the full windows and moves them on by one step. */
static enum rv_status run_step(struct rv_filter_bank *bank, size_t wanted, struct rv_error *err)
{
    assert(bank->filled == bank->window_count && wanted <= bank->advance);
    if (!reserve_outputs(bank, bank->advance))
        return rv_fail_memory(err);
    for (size_t i = 0; i < bank->lane_count; i++)
        run_lane(bank, i, wanted);
    bank->emitted += wanted;
    move_on(bank);
    return RV_OK;
}

/* --- input ---------------------------------------------------------------------------------- */

/* Writes samples of one channel at `at` of its window into both blocks of its lane. */
static bool store_single(struct rv_filter_bank *bank, size_t lane, size_t at, const float *samples,
                         size_t count)
{
    float *pairs = bank->lanes[lane];
    const size_t first_end = bank->size, second = bank->useful;
    bool finite = true;
    if (at < first_end)
        finite = spread(samples, pairs + 2 * at, count < first_end - at ? count : first_end - at);
    const size_t skip = at < second ? second - at : 0;
    if (skip < count)
        finite &= spread(samples + skip, pairs + 2 * (at + skip - second) + 1, count - skip);
    return finite;
}

/* Writes samples from `offset` of the caller's on into the windows; false: one is not finite. */
static bool store(struct rv_filter_bank *bank, const float *const *samples, size_t offset,
                  size_t count)
{
    bool finite = true;
    for (size_t i = 0; i < bank->lane_count; i++)
        if (bank->advance == bank->useful)
            finite &= interleave(samples[2 * i] + offset, samples[2 * i + 1] + offset,
                                 bank->lanes[i] + 2 * bank->filled, count);
        else
            finite &= store_single(bank, i, bank->filled, samples[i] + offset, count);
    bank->filled += count;
    return finite;
}

/* Fills up to `end` of the windows with one value of each channel. */
static void hold(struct rv_filter_bank *bank, const float *values, size_t end)
{
    const bool paired = bank->advance == bank->useful;
    for (size_t i = 0; i < bank->lane_count; i++)
        for (size_t n = bank->filled; n < end; n++)
            if (paired)
                memcpy(bank->lanes[i] + 2 * n, values + 2 * i, 2 * sizeof(float));
            else
                (void)store_single(bank, i, n, values + i, 1);
    bank->filled = end;
}

enum rv_status rv_filter_bank_push(struct rv_filter_bank *bank, const float *const *samples,
                                   size_t count, struct rv_error *err)
{
    if (bank->finished)
        return rv_fail(err, RV_MISUSE, "samples after the end of the signal");
    if (count == 0)
        return RV_OK;
    if (bank->pushed == 0) {
        for (size_t i = 0; i < bank->channel_count; i++)
            bank->last[i] = samples[i][0];
        hold(bank, bank->last, bank->before);
    }
    for (size_t done = 0; done < count;) {
        const size_t room = bank->window_count - bank->filled, left = count - done;
        const size_t part = left < room ? left : room;
        if (!store(bank, samples, done, part))
            return rv_fail(err, RV_DATA, "of samples %zu to %zu one is not finite", bank->pushed,
                           bank->pushed + part - 1);
        bank->pushed += part;
        done += part;
        if (bank->filled < bank->window_count)
            continue;
        enum rv_status status = run_step(bank, bank->advance, err);
        if (status != RV_OK)
            return status;
    }
    for (size_t i = 0; i < bank->channel_count; i++)
        bank->last[i] = samples[i][count - 1];
    return RV_OK;
}

enum rv_status rv_filter_bank_finish(struct rv_filter_bank *bank, struct rv_error *err)
{
    bank->finished = true;
    while (bank->emitted < bank->pushed) {
        const size_t left = bank->pushed - bank->emitted;
        hold(bank, bank->last, bank->window_count);
        enum rv_status status = run_step(bank, left < bank->advance ? left : bank->advance, err);
        if (status != RV_OK)
            return status;
    }
    return RV_OK;
}

void rv_filter_bank_reset(struct rv_filter_bank *bank)
{
    for (size_t i = 0; i < bank->band_count; i++)
        for (size_t j = 0; j < bank->channel_count; j++)
            bank->bands[i].outputs[j].begin = bank->bands[i].outputs[j].end = 0;
    bank->filled = bank->pushed = bank->emitted = 0;
    bank->finished = false;
}

size_t rv_filter_bank_take(struct rv_filter_bank *bank, size_t band, size_t channel, float *out,
                           size_t capacity)
{
    assert(band < bank->band_count && channel < bank->channel_count);
    struct queue *queue = &bank->bands[band].outputs[channel];
    const size_t there = queue->end - queue->begin, count = there < capacity ? there : capacity;
    if (count > 0)
        memcpy(out, queue->samples + queue->begin, count * sizeof(float));
    queue->begin += count;
    if (queue->begin == queue->end)
        queue->begin = queue->end = 0;
    return count;
}

/* --- making a bank -------------------------------------------------------------------------- */

static size_t choose_size(size_t tap_count)
{
    size_t size = rv_fft_size_for(4 * (tap_count - 1));
    if (size > SIZE_FAST)
        size = rv_fft_size_for(8 * (tap_count - 1));
    if (size > SIZE_CACHED) {
        size = rv_fft_size_for(2 * (tap_count - 1));
        size = size > SIZE_CACHED ? size : SIZE_CACHED;
    }
    return size < SIZE_MIN ? SIZE_MIN : size;
}

/* The taps wrapped round time 0 of a block and transformed. */
static void wrap_taps(const struct rv_fir *fir, size_t size, double *samples)
{
    for (size_t k = 0; k < fir->tap_count; k++)
        samples[(k + size - fir->advance) % size] = fir->taps[k];
}

static enum rv_status set_response(struct bank_band *band, const struct rv_fir *fir, size_t size,
                                   struct rv_error *err)
{
    struct rv_fft_real *fft = NULL;
    enum rv_status status = rv_fft_real_new(size, &fft, err);
    double *samples = rv_fft_doubles(size), *spectrum = rv_fft_doubles(size + 2);
    band->real = fir->advance == fir->tap_count / 2;
    band->response = rv_fft_floats(band->real ? size : 2 * size);
    if (status == RV_OK && (samples == NULL || spectrum == NULL || band->response == NULL))
        status = rv_fail_memory(err);
    if (status == RV_OK) {
        wrap_taps(fir, size, samples);
        rv_fft_real_forward(fft, samples, spectrum);
        const double scale = 1.0 / (double)size;
        for (size_t k = 0; k < size; k++) {
            const bool upper = k > size / 2;
            const size_t from = upper ? size - k : k;
            const double real = scale * spectrum[2 * from];
            const double imaginary = scale * spectrum[2 * from + 1];
            band->response[band->real ? k : 2 * k] = (float)real;
            if (!band->real)
                band->response[2 * k + 1] = (float)(upper ? -imaginary : imaginary);
        }
    }
    rv_fft_real_free(fft);
    rv_fft_release(samples);
    rv_fft_release(spectrum);
    return status;
}

static enum rv_status allocate_buffers(struct rv_filter_bank *bank, struct rv_error *err)
{
    bank->spectrum = rv_fft_floats(2 * bank->size);
    bank->product = rv_fft_floats(2 * bank->size);
    bank->filtered = rv_fft_floats(2 * bank->size);
    bank->lanes = rv_allocate(bank->lane_count, sizeof *bank->lanes);
    bank->last = rv_allocate(bank->channel_count, sizeof *bank->last);
    if (bank->spectrum == NULL || bank->product == NULL || bank->filtered == NULL ||
        bank->lanes == NULL || bank->last == NULL)
        return rv_fail_memory(err);
    for (size_t i = 0; i < bank->lane_count; i++) {
        bank->lanes[i] = rv_fft_floats(2 * bank->size);
        if (bank->lanes[i] == NULL)
            return rv_fail_memory(err);
    }
    for (size_t i = 0; i < bank->band_count; i++) {
        bank->bands[i].outputs = rv_allocate(bank->channel_count, sizeof(struct queue));
        if (bank->bands[i].outputs == NULL)
            return rv_fail_memory(err);
    }
    return reserve_outputs(bank, bank->advance) ? RV_OK : rv_fail_memory(err);
}

static enum rv_status bank_fill(struct rv_filter_bank *bank, const struct rv_fir *firs,
                                struct rv_error *err)
{
    for (size_t i = 0; i < bank->band_count; i++) {
        const size_t before = firs[i].tap_count - 1 - firs[i].advance;
        bank->before = before > bank->before ? before : bank->before;
        bank->after = firs[i].advance > bank->after ? firs[i].advance : bank->after;
        bank->bands[i].facts = firs[i].facts;
    }
    const bool paired = bank->channel_count % 2 == 0;
    bank->size = choose_size(bank->before + bank->after + 1);
    bank->useful = bank->size - bank->before - bank->after;
    bank->advance = paired ? bank->useful : 2 * bank->useful;
    bank->lane_count = paired ? bank->channel_count / 2 : bank->channel_count;
    bank->window_count = bank->size + bank->advance - bank->useful;
    enum rv_status status = rv_fft_new(bank->size, &bank->fft, err);
    for (size_t i = 0; i < bank->band_count && status == RV_OK; i++)
        status = set_response(&bank->bands[i], &firs[i], bank->size, err);
    return status == RV_OK ? allocate_buffers(bank, err) : status;
}

static enum rv_status design_all(const struct rv_filter_design *designs, size_t count,
                                 struct rv_fir *firs, struct rv_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (fabs(designs[i].rate_hz - designs[0].rate_hz) > 0.0)
            return rv_fail(err, RV_MISUSE, "bands of one bank at %g and %g samples/s",
                           designs[0].rate_hz, designs[i].rate_hz);
        enum rv_status status = rv_fir_design(&designs[i], &firs[i], err);
        if (status != RV_OK)
            return status;
    }
    return RV_OK;
}

enum rv_status rv_filter_bank_new(const struct rv_filter_design *designs, size_t count,
                                  size_t channel_count, struct rv_filter_bank **bank,
                                  struct rv_error *err)
{
    if (count == 0 || channel_count == 0)
        return rv_fail(err, RV_MISUSE, "a filter bank of %zu bands and %zu channels", count,
                       channel_count);
    struct rv_fir *firs = rv_allocate(count, sizeof *firs);
    struct rv_filter_bank *made = rv_allocate(1, sizeof *made);
    enum rv_status status = firs != NULL && made != NULL ? RV_OK : rv_fail_memory(err);
    if (status != RV_OK)
        goto done;
    made->bands = rv_allocate(count, sizeof *made->bands);
    if (made->bands == NULL) {
        status = rv_fail_memory(err);
        goto done;
    }
    made->band_count = count;
    made->channel_count = channel_count;
    status = design_all(designs, count, firs, err);
    if (status == RV_OK)
        status = bank_fill(made, firs, err);
    if (status == RV_OK)
        *bank = made;
done:
    for (size_t i = 0; firs != NULL && i < count; i++)
        rv_fir_finish(&firs[i]);
    rv_release(firs);
    if (status != RV_OK)
        rv_filter_bank_free(made);
    return status;
}

void rv_filter_bank_free(struct rv_filter_bank *bank)
{
    if (bank == NULL)
        return;
    for (size_t i = 0; i < bank->band_count; i++) {
        struct bank_band *band = &bank->bands[i];
        for (size_t j = 0; band->outputs != NULL && j < bank->channel_count; j++)
            rv_release(band->outputs[j].samples);
        rv_release(band->outputs);
        rv_fft_release(band->response);
    }
    for (size_t i = 0; bank->lanes != NULL && i < bank->lane_count; i++)
        rv_fft_release(bank->lanes[i]);
    rv_release(bank->lanes);
    rv_release(bank->last);
    rv_fft_release(bank->spectrum);
    rv_fft_release(bank->product);
    rv_fft_release(bank->filtered);
    rv_fft_free(bank->fft);
    rv_release(bank->bands);
    rv_release(bank);
}

const struct rv_filter_facts *rv_filter_bank_facts(const struct rv_filter_bank *bank, size_t band)
{
    return band < bank->band_count ? &bank->bands[band].facts : NULL;
}

void rv_filter_bank_counts(const struct rv_filter_bank *bank, size_t *forward, size_t *inverse)
{
    *forward = bank->forward_count;
    *inverse = bank->inverse_count;
}
