/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rounding, in one place: how many digits a reader sees. docs/report.md states the rule.
 */
#ifndef RV_REPORT_ROUND_H
#define RV_REPORT_ROUND_H

#include <stdbool.h>

/* Holds every rounded number: sign, digits, point. */
enum { RV_ROUNDED_SIZE = 64 };

/* Decimals of a value: those of its parameter (`decimals`); none for microvolts of 100 and more
 * (`large_whole`); more, up to two, where the value or its standard error would else read 0. */
int rv_round_decimals(double value, double se, int decimals, bool large_whole);

/* A number with fixed decimals and a true minus sign. */
void rv_round_fixed(double number, int decimals, char out[RV_ROUNDED_SIZE]);
/* With a sign always, for differences: "+0.08". */
void rv_round_signed(double number, int decimals, char out[RV_ROUNDED_SIZE]);
/* A standard error: "0.02", or "<0.001" where it would read 0. */
void rv_round_error(double se, int decimals, char out[RV_ROUNDED_SIZE]);
/* A number as somebody typed it, or as a table of limits gives it: up to 6 significant digits. */
void rv_round_plain(double number, char out[RV_ROUNDED_SIZE]);
/* The smallest of 1, 2, 5 times a power of ten that is not below x; 1 where x means nothing. */
double rv_round_nice(double x);
/* Decimals that a number was typed with, from half a unit of its last digit (0.05: 1). */
int rv_round_typed_decimals(double resolution);

#endif
