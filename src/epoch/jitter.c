/* SPDX-License-Identifier: GPL-3.0-or-later
 * The located artefacts of the sweeps against their markers.
 */
#include "base/error.h"
#include "epoch/cut.h"
#include "epoch/median.h"
#include "epoch/trigger.h"

#include <math.h>

static const double artefact_search_ms = 5.0; /* around the marker */
static const double artefact_quiet_ms = 1.0;  /* before the marker: no artefact expected */

/* Later than this behind the marker, what is abrupt may be the response itself: it is told, and
 * sweeps are never moved by it. */
static const double surely_artefact_ms = 0.6;

enum { QUIET_MIN = 8 };

void rv_cut_locate(struct rv_cut *cut, double first, const struct rv_sweeps *sweeps)
{
    double from = fmax(ceil(-artefact_search_ms * sweeps->rate_hz / 1000.0), first);
    double to =
        fmin(artefact_search_ms * sweeps->rate_hz / 1000.0, first + (double)sweeps->sample_count);
    double quiet = floor(-from - artefact_quiet_ms * sweeps->rate_hz / 1000.0);
    if (quiet < QUIET_MIN)
        quiet = -from;
    for (size_t i = 0; i < cut->place_count; i++) {
        struct rv_kept_row *row = cut->kept != NULL ? &cut->kept->rows[i] : NULL;
        double place;
        if (row != NULL && !row->fresh) {
            cut->places[i].artefact_ms = row->artefact_ms;
            continue;
        }
        if (quiet >= QUIET_MIN && to - from >= quiet &&
            rv_shock_locate(rv_cut_raw(cut, i, from), (size_t)(to - from), (size_t)quiet, &place)) {
            double samples = cut->places[i].anchor + from + place - cut->places[i].at;
            cut->places[i].artefact_ms = 1000.0 * samples / sweeps->rate_hz;
        }
        if (row != NULL)
            row->artefact_ms = cut->places[i].artefact_ms;
    }
}

enum rv_status rv_cut_jitter(const struct rv_cut *cut, struct rv_sweeps *sweeps,
                             struct rv_error *err)
{
    double *values = rv_allocate(cut->place_count, sizeof *values);
    if (values == NULL)
        return rv_fail_memory(err);
    size_t seen = 0;
    for (size_t i = 0; i < cut->place_count; i++)
        if (isfinite(cut->places[i].artefact_ms))
            values[seen++] = cut->places[i].artefact_ms;
    if (seen > 0 && 2 * seen >= cut->place_count) {
        double middle = rv_median(values, seen);
        double reach = 5.0 * rv_robust_sd(values, seen, middle) + 2000.0 / sweeps->rate_hz;
        double sum = 0.0, squares = 0.0, count = 0.0;
        for (size_t i = 0; i < cut->place_count; i++) {
            double off = cut->places[i].artefact_ms - middle;
            if (!(fabs(off) <= reach))
                continue;
            sum += off;
            squares += off * off;
            count += 1.0;
        }
        sweeps->offset_ms = middle + sum / count;
        if (count > 1.0 && middle <= surely_artefact_ms)
            sweeps->jitter_ms = sqrt(fmax(squares - sum * sum / count, 0.0) / (count - 1.0));
    }
    rv_release(values);
    return RV_OK;
}

double rv_cut_zero_se_ms(const struct rv_cut *cut, const struct rv_sweeps *sweeps)
{
    double kind_ms = 1000.0 * cut->stimuli->se_s;
    double locating_ms = 1000.0 / (sweeps->rate_hz * sqrt(12.0));
    double jitter = isfinite(sweeps->jitter_ms) ? sweeps->jitter_ms : 0.0;
    double excess = fmax(jitter * jitter - locating_ms * locating_ms, 0.0);
    return sqrt(kind_ms * kind_ms + excess / (double)sweeps->used_count);
}
