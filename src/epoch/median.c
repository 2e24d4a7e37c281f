/* SPDX-License-Identifier: GPL-3.0-or-later
 * Medians, for scales that an outlier does not move.
 */
#include "epoch/median.h"

#include <math.h>

static void swap(double *a, double *b)
{
    double held = *a;
    *a = *b;
    *b = held;
}

/* Hoare's FIND (Communications of the ACM 4, 1961, 321): afterwards numbers[wanted] stands where
 * sorting would put it, with nothing larger before it and nothing smaller after it. */
static void find(double *numbers, ptrdiff_t count, ptrdiff_t wanted)
{
    ptrdiff_t low = 0, high = count - 1;
    while (low < high) {
        double pivot = numbers[wanted];
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            while (numbers[i] < pivot)
                i++;
            while (pivot < numbers[j])
                j--;
            if (i <= j)
                swap(&numbers[i++], &numbers[j--]);
        }
        if (j < wanted)
            low = i;
        if (wanted < i)
            high = j;
    }
}

double rv_median(double *numbers, size_t count)
{
    size_t middle = count / 2;
    find(numbers, (ptrdiff_t)count, (ptrdiff_t)middle);
    if (count % 2 == 1)
        return numbers[middle];
    double below = numbers[0];
    for (size_t i = 1; i < middle; i++)
        if (numbers[i] > below)
            below = numbers[i];
    return 0.5 * (below + numbers[middle]);
}

double rv_robust_sd(double *numbers, size_t count, double centre)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = fabs(numbers[i] - centre);
    return 1.4826 * rv_median(numbers, count);
}
