/* SPDX-License-Identifier: GPL-3.0-or-later
 * The encodings of raw samples.
 */
#ifndef RV_ACQUIRE_PCM_H
#define RV_ACQUIRE_PCM_H

#include <ranvier/source.h>

struct rv_pcm {
    const char *name; /* "s16le" */
    size_t bytes;
    int bits;               /* 0: floating point */
    enum rv_encoding other; /* the same in the other byte order */
    double (*sample)(const unsigned char *bytes);
};

/* NULL: no such encoding. */
const struct rv_pcm *rv_pcm_find(enum rv_encoding encoding);
bool rv_pcm_named(const char *name, enum rv_encoding *encoding);

#endif
