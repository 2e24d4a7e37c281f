/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reference values: tables of limits with their strata, sources and how sure we are of each row.
 */
#ifndef RANVIER_REFERENCE_H
#define RANVIER_REFERENCE_H

#include <ranvier/result.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rv_reference;

/* Reads a table (path NULL: the embedded ones) and picks a set (NULL: "NDTF 2016"). RV_STUDY when
 * the table is wrong or has no such set. The caller frees it. */
RV_API enum rv_status rv_reference_open(const char *path, const char *set,
                                        struct rv_reference **reference, struct rv_error *err);
RV_API void rv_reference_close(struct rv_reference *reference); /* NULL is fine */
RV_API struct rv_reference_facts rv_reference_facts(const struct rv_reference *reference);

/* The names of the embedded sets; index from 0, NULL at the end. */
RV_API const char *rv_reference_set_name(size_t index);

#ifdef __cplusplus
}
#endif
#endif
