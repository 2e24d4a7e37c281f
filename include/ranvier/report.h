/* SPDX-License-Identifier: GPL-3.0-or-later
 * A report as bytes: text for the terminal, JSON for programs, TSV for tables, HTML for people.
 */
#ifndef RANVIER_REPORT_H
#define RANVIER_REPORT_H

#include <ranvier/result.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { RV_VALUE_TEXT_SIZE = 160 }; /* holds every text of rv_value_text */

struct rv_render_options {
    bool colour;  /* text: ANSI colours */
    size_t width; /* text: columns; 0: 100 */
    bool compact; /* json: on one line, without its line end */
};

/* Where bytes go: returns false when they could not be taken. */
typedef bool rv_write_function(void *to, const void *bytes, size_t count);

struct rv_renderer {
    const char *name;        /* "html" */
    const char *extension;   /* "html" */
    const char *description; /* for help */
    enum rv_status (*render)(const struct rv_report *report,
                             const struct rv_render_options *options, rv_write_function *write,
                             void *to, struct rv_error *err);
};

/* The renderers: index from 0, NULL at the end. */
RV_API const struct rv_renderer *rv_renderer_at(size_t index);
RV_API const struct rv_renderer *rv_renderer_find(const char *name); /* NULL: no such */

/* Renders into a file: written beside its place, synced, renamed. Refuses to overwrite an input. */
RV_API enum rv_status rv_render_file(const struct rv_report *report, const struct rv_renderer *as,
                                     const struct rv_render_options *options, const char *path,
                                     struct rv_error *err);

/* A value as reports write it, without its unit: "3.42 ± 0.02", "NR", "withheld", "n.m."; a dash
 * when it was not tested. UTF-8. */
RV_API void rv_value_text(const struct rv_value *value, enum rv_parameter parameter,
                          enum rv_kind kind, char out[RV_VALUE_TEXT_SIZE]);
/* Its unit for readers, UTF-8: "ms"; microvolt with the micro sign. */
RV_API const char *rv_value_unit(enum rv_parameter parameter, enum rv_kind kind);

#ifdef __cplusplus
}
#endif
#endif
