/* SPDX-License-Identifier: GPL-3.0-or-later
 * Days between dates.
 */
#include "base/date.h"

#include <criterion/criterion.h>

#include <math.h>

/* 2024 is a leap year: January 31 and February 29 days; 1900 was none, 2000 was one. */
Test(date, days_follow_the_calendar)
{
    static const struct {
        const char *from, *to;
        double days;
    } rows[] = {{"2024-01-01", "2024-03-01", 60}, {"2025-01-01", "2025-03-01", 59},
                {"1900-02-28", "1900-03-01", 1},  {"2000-02-28", "2000-03-01", 2},
                {"2025-12-29", "2026-03-02", 63}, {"2026-03-02", "2025-12-29", -63}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        cr_expect_float_eq(rv_days_between(rows[i].from, rows[i].to), rows[i].days, 1e-9, "%s %s",
                           rows[i].from, rows[i].to);
}

Test(date, what_is_no_date_has_no_distance)
{
    cr_expect(isnan(rv_days_between(NULL, "2025-01-01")));
    cr_expect(isnan(rv_days_between("2025", "2025-01-01")));
    cr_expect(isnan(rv_days_between("2025-01-01", "01.02.2025")));
}
