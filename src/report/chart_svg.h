/* SPDX-License-Identifier: GPL-3.0-or-later
 * Charts of the document as SVG.
 */
#ifndef RV_REPORT_CHART_SVG_H
#define RV_REPORT_CHART_SVG_H

#include "base/text.h"
#include "report/chart.h"

/* All charts of a part, as figures beside each other, and its text below. */
void rv_html_charts(struct rv_text *out, const struct rv_part *part);

#endif
