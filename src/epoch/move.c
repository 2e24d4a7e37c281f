/* SPDX-License-Identifier: GPL-3.0-or-later
 * A sweep moved by a part of a sample: Lagrange interpolation through eight samples.
 */
#include "epoch/cut.h"

#include <math.h>

enum { TAPS = 8, BEFORE = 3 };

/* Lagrange's polynomial through eight samples, four to either side of a place `part` (0 to 1) after
 * sample 0: exact for anything that eight samples describe by a polynomial. The taps belong to
 * samples -BEFORE ... TAPS - BEFORE - 1. */
static void make_taps(double part, double taps[TAPS])
{
    for (int k = 0; k < TAPS; k++) {
        taps[k] = 1.0;
        for (int j = 0; j < TAPS; j++)
            if (j != k)
                taps[k] *= (part - (double)(j - BEFORE)) / (double)(k - j);
    }
}

/* Near the ends of its segment a sweep is continued by its last sample. */
static double edge_sum(const double *samples, ptrdiff_t count, ptrdiff_t at, const double *taps)
{
    double sum = 0.0;
    for (ptrdiff_t k = 0; k < TAPS; k++) {
        ptrdiff_t index = at + k - BEFORE;
        index = index < 0 ? 0 : index >= count ? count - 1 : index;
        sum += taps[k] * samples[index];
    }
    return sum;
}

void rv_cut_move(const struct rv_cut *cut, size_t i, double first, double off, size_t from,
                 size_t count, double *x)
{
    const struct rv_place *place = &cut->places[i];
    size_t channel = cut->request->channel;
    const struct rv_segment *segment = &cut->recording->segments[place->segment];
    const double *samples = cut->recording->samples[channel] + segment->first[channel];
    ptrdiff_t length = (ptrdiff_t)segment->sample_count[channel];
    double whole = floor(off), taps[TAPS], factor = rv_cut_factor(cut->request);
    ptrdiff_t start = (ptrdiff_t)(place->anchor + first + whole);
    make_taps(off - whole, taps);
    for (size_t n = from; n < count; n++) {
        ptrdiff_t at = start + (ptrdiff_t)n;
        double sum = 0.0;
        if (at < BEFORE || at + TAPS - BEFORE > length) {
            x[n] = factor * edge_sum(samples, length, at, taps);
            continue;
        }
        for (int k = 0; k < TAPS; k++)
            sum += taps[k] * samples[at + k - BEFORE];
        x[n] = factor * sum;
    }
}
