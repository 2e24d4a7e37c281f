/* SPDX-License-Identifier: GPL-3.0-or-later
 * A small plot in braille dots, for the terminal.
 */
#ifndef CLI_PLOT_H
#define CLI_PLOT_H

#include <stddef.h>
#include <stdio.h>

/* Draws `count` samples over `width` x `height` characters (2 x 4 dots each), negative up, with the
 * range and the time span below. Every dot column shows the least and largest of its samples. */
void plot_braille(FILE *out, const double *samples, size_t count, double rate_hz, double start_s,
                  const char *unit, size_t width, size_t height);

#endif
