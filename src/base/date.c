/* SPDX-License-Identifier: GPL-3.0-or-later
 * Days between dates.
 */
#include "base/date.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static bool two_digits(const char *text, long *number)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
        return false;
    *number = (text[0] - '0') * 10 + (text[1] - '0');
    return true;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar: H. Hinnant, days_from_civil. */
static bool day_number(const char *date, long *days)
{
    long century, rest, month, day;
    if (date == NULL || strlen(date) < 10 || date[4] != '-' || date[7] != '-' ||
        !two_digits(date, &century) || !two_digits(date + 2, &rest) ||
        !two_digits(date + 5, &month) || !two_digits(date + 8, &day))
        return false;
    long year = century * 100 + rest - (month <= 2);
    long era = year / 400, year_of_era = year - era * 400;
    long day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    long day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    *days = era * 146097 + day_of_era - 719468;
    return true;
}

double rv_days_between(const char *from, const char *to)
{
    long first, last;
    if (!day_number(from, &first) || !day_number(to, &last))
        return NAN;
    return (double)(last - first);
}
