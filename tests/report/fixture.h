/* SPDX-License-Identifier: GPL-3.0-or-later
 * A report made by hand for the tests of the renderers: normal, abnormal, borderline, absent,
 * withheld and entered values, a trace of each kind; hostile texts when asked for.
 */
#ifndef TEST_REPORT_FIXTURE_H
#define TEST_REPORT_FIXTURE_H

#include <ranvier/report.h>

struct rv_report *fixture_new(bool hostile);
void fixture_free(struct rv_report *report);

#endif
