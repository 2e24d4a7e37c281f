/* SPDX-License-Identifier: GPL-3.0-or-later
 * How far a batch is, on standard error: a bar on a terminal, plain lines otherwise.
 */
#ifndef BATCH_PROGRESS_H
#define BATCH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct progress {
    bool terminal, quiet;
    size_t total, done, unchanged, failed;
    struct timespec begun, shown;
};

void progress_start(struct progress *progress, size_t total, bool quiet);
/* After each round; draws at most ten times a second, writes a plain line every ten seconds. */
void progress_show(struct progress *progress);
/* A line of its own that stays: "ranvier: TEXT", hostile bytes made visible. */
void progress_say(struct progress *progress, const char *text);
void progress_end(struct progress *progress); /* takes the bar away */

#endif
