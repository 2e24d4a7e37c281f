/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the renderers share.
 */
#ifndef RV_REPORT_RENDER_H
#define RV_REPORT_RENDER_H

#include "base/text.h"

#include <ranvier/report.h>

extern const struct rv_renderer rv_renderer_text;
extern const struct rv_renderer rv_renderer_json;
extern const struct rv_renderer rv_renderer_html;
extern const struct rv_renderer rv_renderer_tsv;

/* Hands a finished text over and frees it: RV_NO_MEMORY when it had failed, RV_IO when it was not
 * taken. */
enum rv_status rv_render_finish(struct rv_text *text, rv_write_function *write, void *to,
                                struct rv_error *err);

#endif
