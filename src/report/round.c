/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rounding, in one place.
 */
#include "report/round.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MORE_DECIMALS = 2 };

/* The smallest number that does not read 0 with so many decimals. */
static double smallest(int decimals)
{
    return 0.5 * pow(10.0, -decimals);
}

int rv_round_decimals(double value, double se, int decimals, bool large_whole)
{
    int most = decimals + MORE_DECIMALS;
    if (large_whole && fabs(value) >= 100.0 && decimals > 0)
        decimals = 0;
    while (decimals < most && fabs(value) > 0.0 && fabs(value) < smallest(decimals))
        decimals++;
    while (decimals < most && isfinite(se) && se > 0.0 && se <= smallest(decimals))
        decimals++;
    return decimals;
}

/* '-' becomes U+2212, which is as wide as a digit and no hyphen. */
static void true_minus(char out[RV_ROUNDED_SIZE])
{
    size_t length = strlen(out);
    if (out[0] != '-' || length + 3 > RV_ROUNDED_SIZE)
        return;
    memmove(out + 3, out + 1, length);
    memcpy(out, "\xE2\x88\x92", 3);
}

void rv_round_fixed(double number, int decimals, char out[RV_ROUNDED_SIZE])
{
    rv_number_fixed(number, decimals, out);
    true_minus(out);
}

void rv_round_signed(double number, int decimals, char out[RV_ROUNDED_SIZE])
{
    char digits[RV_ROUNDED_SIZE];
    rv_round_fixed(number, decimals, digits);
    bool positive = number > 0.0 && strpbrk(digits, "123456789") != NULL;
    snprintf(out, RV_ROUNDED_SIZE, "%s%.62s", positive ? "+" : "", digits);
}

void rv_round_error(double se, int decimals, char out[RV_ROUNDED_SIZE])
{
    char digits[RV_ROUNDED_SIZE];
    bool vanishes = se > 0.0 && se <= smallest(decimals);
    rv_number_fixed(vanishes ? pow(10.0, -decimals) : se, decimals, digits);
    snprintf(out, RV_ROUNDED_SIZE, "%s%.62s", vanishes ? "<" : "", digits);
}

void rv_round_plain(double number, char out[RV_ROUNDED_SIZE])
{
    double rounded = number;
    if (fabs(number) > 0.0 && isfinite(number)) {
        double scale = pow(10.0, 5.0 - floor(log10(fabs(number))));
        double shown = round(number * scale) / scale;
        rounded = isfinite(shown) ? shown : number;
    }
    rv_number_write(rounded, out);
    true_minus(out);
}

int rv_round_typed_decimals(double resolution)
{
    if (!isfinite(resolution) || resolution <= 0.0)
        return 0;
    int decimals = (int)lround(-log10(2.0 * resolution));
    return decimals < 0 ? 0 : decimals > 6 ? 6 : decimals;
}

double rv_round_nice(double x)
{
    if (!(x > 0.0) || !isfinite(x))
        return 1.0;
    double power = pow(10.0, floor(log10(x)));
    double ratio = x / power;
    double step = ratio <= 1.0001 ? 1.0 : ratio <= 2.0001 ? 2.0 : ratio <= 5.0001 ? 5.0 : 10.0;
    return step * power;
}
