/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rows of a running average and their sum.
 */
#include "epoch/kept.h"

#include "base/arena.h"

#include <string.h>

struct rv_kept *rv_kept_new(size_t most)
{
    struct rv_kept *kept = rv_allocate(1, sizeof *kept);
    if (kept == NULL)
        return NULL;
    kept->most = most;
    kept->rows = rv_allocate(most, sizeof *kept->rows);
    size_t cells;
    if (rv_multiply(most, RV_OUTLIER_BINS, &cells)) {
        kept->means = rv_allocate(cells, sizeof *kept->means);
        kept->sorted = rv_allocate(cells, sizeof *kept->sorted);
    }
    if (kept->rows != NULL && kept->means != NULL && kept->sorted != NULL)
        return kept;
    rv_kept_free(kept);
    return NULL;
}

void rv_kept_free(struct rv_kept *kept)
{
    if (kept == NULL)
        return;
    rv_release(kept->rows);
    rv_release(kept->samples);
    rv_release(kept->sum);
    rv_release(kept->means);
    rv_release(kept->sorted);
    rv_release(kept);
}

bool rv_kept_open(struct rv_kept *kept, size_t sample_count, double first)
{
    if (kept->samples != NULL && kept->sample_count == sample_count &&
        !(kept->first < first || kept->first > first))
        return true;
    rv_release(kept->samples);
    rv_release(kept->sum);
    memset(kept->rows, 0, kept->most * sizeof *kept->rows);
    size_t cells;
    bool fits = rv_multiply(kept->most, sample_count, &cells);
    kept->samples = fits ? rv_allocate(cells, sizeof *kept->samples) : NULL;
    kept->sum = rv_allocate(sample_count, sizeof *kept->sum);
    kept->sample_count = sample_count;
    kept->first = first;
    kept->taken_count = kept->ranked_count = 0;
    return kept->samples != NULL && kept->sum != NULL;
}

double *rv_kept_row(struct rv_kept *kept, size_t i)
{
    return kept->samples + i * kept->sample_count;
}

static void add_row(struct rv_kept *kept, size_t i, double sign)
{
    const double *x = rv_kept_row(kept, i);
    for (size_t k = 0; k < kept->sample_count; k++)
        kept->sum[k] += sign * x[k];
    kept->rows[i].in_sum = sign > 0.0;
    kept->taken_count += sign > 0.0 ? 0 : 1;
}

/* First place of a sorted list with nothing smaller than `value` behind it. */
static size_t place_of(const double *sorted, size_t count, double value)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void rv_kept_rank(struct rv_kept *kept, size_t i)
{
    size_t n = kept->ranked_count;
    for (size_t b = 0; b < kept->bins; b++) {
        double *sorted = kept->sorted + b * kept->most,
               value = kept->means[i * RV_OUTLIER_BINS + b];
        size_t place = place_of(sorted, n, value);
        memmove(sorted + place + 1, sorted + place, (n - place) * sizeof value);
        sorted[place] = value;
    }
    kept->rows[i].ranked = true;
    kept->ranked_count++;
}

static void unrank(struct rv_kept *kept, size_t i)
{
    size_t n = --kept->ranked_count;
    for (size_t b = 0; b < kept->bins; b++) {
        double *sorted = kept->sorted + b * kept->most,
               value = kept->means[i * RV_OUTLIER_BINS + b];
        size_t place = place_of(sorted, n, value);
        memmove(sorted + place, sorted + place + 1, (n - place) * sizeof value);
    }
}

void rv_kept_medians(const struct rv_kept *kept, double *medians)
{
    size_t n = kept->ranked_count, middle = n / 2;
    for (size_t b = 0; b < kept->bins; b++) {
        const double *sorted = kept->sorted + b * kept->most;
        medians[b] = n % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
    }
}

bool rv_kept_has(struct rv_kept *kept, size_t i, const struct rv_kept_key *key)
{
    struct rv_kept_row *row = &kept->rows[i];
    if (row->filled && memcmp(&row->key, key, sizeof *key) == 0)
        return true;
    if (row->in_sum)
        add_row(kept, i, -1.0);
    if (row->ranked)
        unrank(kept, i);
    *row = (struct rv_kept_row){.key = *key, .filled = true, .fresh = true};
    kept->made_count++;
    return false;
}

/* After as many rows as there can be have been taken out, rounding is forgotten too. */
void rv_kept_sum(struct rv_kept *kept, size_t count, const bool *rejected)
{
    if (kept->taken_count >= kept->most) {
        memset(kept->sum, 0, kept->sample_count * sizeof *kept->sum);
        for (size_t i = 0; i < kept->most; i++)
            kept->rows[i].in_sum = false;
        kept->taken_count = 0;
    }
    for (size_t i = 0; i < kept->most; i++) {
        bool wanted = i < count && !rejected[i];
        if (wanted != kept->rows[i].in_sum)
            add_row(kept, i, wanted ? 1.0 : -1.0);
    }
}
