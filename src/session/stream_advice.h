/* SPDX-License-Identifier: GPL-3.0-or-later
 * Giving advice about one response of a stream: each is given once, or again when its number
 * changes. Method: docs/stream.md "Advice".
 */
#ifndef RV_SESSION_STREAM_ADVICE_H
#define RV_SESSION_STREAM_ADVICE_H

#include "base/notice.h"
#include "session/stream_live.h"

enum rv_advice {
    RV_ADVICE_SUBMAXIMAL,
    RV_ADVICE_SUPRAMAXIMAL,
    RV_ADVICE_MORE_SWEEPS,
    RV_ADVICE_ENOUGH_SWEEPS,
    RV_ADVICE_ARTEFACT,
    RV_ADVICE_POSITIVE,
    RV_ADVICE_ABSENT,
    RV_ADVICE_MORE_F,
    RV_ADVICE_ENOUGH_F,
    RV_ADVICE_NO_F,
    RV_ADVICE_RELAX,
    RV_ADVICE_NOISE,
    RV_ADVICE_RAISE,
    RV_ADVICE_LOWER,
    RV_ADVICE_H_PASSED,
    RV_ADVICE_M_REACHED,
    RV_ADVICE_RATE,
    RV_ADVICE_TRAIN_DONE,
    RV_ADVICE_IRREGULAR,
    RV_ADVICE_COLD,
    RV_ADVICE_NO_TEMPERATURE,
    RV_ADVICE_NEXT_TEST
};

struct rv_adviser {
    struct rv_live *live; /* NULL: the advice is of the whole study */
    const struct rv_live_context *context;
    double time_s;
};

void rv_advice_give(const struct rv_adviser *adviser, enum rv_advice advice, const char *format,
                    ...) RV_PRINTF(3, 4);
bool rv_advice_told(const struct rv_live *live, enum rv_advice advice);

/* Advice from the running values of an F-wave, H-reflex, blink or repetitive response; `notices`
 * are those of measuring it. */
void rv_live_advise_late(const struct rv_adviser *adviser, const struct rv_measurement *measurement,
                         const struct rv_notices *notices);

/* 95 % interval of a share, 0 to 1 (Wilson 1927, J Am Stat Assoc 22:209). */
void rv_wilson(double count, double of, double *low, double *high);

#endif
