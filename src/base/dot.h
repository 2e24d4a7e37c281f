/* SPDX-License-Identifier: GPL-3.0-or-later
 * The scalar product by eight sums that do not wait for one another.
 */
#ifndef RV_BASE_DOT_H
#define RV_BASE_DOT_H

#include <stddef.h>

static inline double rv_dot(const double *a, const double *b, size_t count)
{
    double lane[8] = {0};
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        for (size_t k = 0; k < 8; k++) {
            lane[k] += a[i + k] * b[i + k];
        }
    }
    for (; i < count; i++) {
        lane[i % 8] += a[i] * b[i];
    }
    return ((lane[0] + lane[4]) + (lane[1] + lane[5])) +
           ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

#endif
