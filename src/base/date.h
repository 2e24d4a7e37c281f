/* SPDX-License-Identifier: GPL-3.0-or-later
 * Days between dates.
 */
#ifndef RV_BASE_DATE_H
#define RV_BASE_DATE_H

/* Days between "yyyy-mm-dd" dates; NaN when one is missing or malformed. */
double rv_days_between(const char *from, const char *to);

#endif
