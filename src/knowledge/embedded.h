/* SPDX-License-Identifier: GPL-3.0-or-later
 * The table of embedded tables, made at build time.
 */
#ifndef RV_KNOWLEDGE_EMBEDDED_H
#define RV_KNOWLEDGE_EMBEDDED_H

#include <stddef.h>

struct rv_embedded {
    const char *name;
    const char *bytes;
    size_t length;
};

extern const struct rv_embedded rv_embedded[]; /* ends with {0} */

#endif
