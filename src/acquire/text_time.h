/* SPDX-License-Identifier: GPL-3.0-or-later
 * The time column of a text table: its unit, the rate that follows from it, and whether every row
 * keeps to that rate.
 */
#ifndef RV_ACQUIRE_TEXT_TIME_H
#define RV_ACQUIRE_TEXT_TIME_H

#include <ranvier/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RV_TEXT_RATE_MIN = 100, RV_TEXT_RATE_MAX = 1000000 };

struct rv_text_time {
    double unit_s; /* seconds of one; NaN: not written, then found by _fit */
    bool unit_deduced;
    double rate_hz;
    double fine; /* weight of the finest digit, as written */
    double first, last, last_weight;
    uint64_t count; /* of times checked since the last restart */
};

/* Finds unit and rate from the first times; `stated_hz` (NaN: none) must agree. */
enum rv_status rv_text_time_fit(struct rv_text_time *time, const double *times,
                                const double *weights, size_t count, double stated_hz,
                                struct rv_error *err);
/* A new sweep begins. */
void rv_text_time_restart(struct rv_text_time *time);
/* Takes the next time. RV_DATA: backwards, twice, or more than 1 % of a sample (and what rounding
 * to the written digits explains) off. */
enum rv_status rv_text_time_check(struct rv_text_time *time, double now, double weight,
                                  struct rv_error *err);
/* By how many parts of one the whole column's rate differs from rate_hz, beyond rounding. */
double rv_text_time_drift(const struct rv_text_time *time);
static inline double rv_text_time_first_s(const struct rv_text_time *time)
{
    return time->first * time->unit_s;
}

#endif
