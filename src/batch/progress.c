/* SPDX-License-Identifier: GPL-3.0-or-later
 * The bar: [##########----------] 1200/4000  85.1/s  0:33 left  3 failed
 */
#include "batch/progress.h"

#include "batch/show.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BAR_WIDTH = 24 };
static const double bar_every_s = 0.1, line_every_s = 10.0;

static double since(const struct timespec *then)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) + 1e-9 * (double)(now.tv_nsec - then->tv_nsec);
}

void progress_start(struct progress *progress, size_t total, bool quiet)
{
    *progress =
        (struct progress){.terminal = isatty(STDERR_FILENO) == 1, .quiet = quiet, .total = total};
    clock_gettime(CLOCK_MONOTONIC, &progress->begun);
    progress->shown = progress->begun;
}

static void draw(const struct progress *progress)
{
    size_t ended = progress->done + progress->unchanged + progress->failed;
    double elapsed_s = since(&progress->begun);
    double rate = elapsed_s > 0 ? (double)ended / elapsed_s : 0;
    double left_s = rate > 0 ? (double)(progress->total - ended) / rate : 0;
    if (progress->terminal) {
        char bar[BAR_WIDTH + 1];
        size_t full = progress->total > 0 ? ended * BAR_WIDTH / progress->total : BAR_WIDTH;
        memset(bar, '-', BAR_WIDTH);
        memset(bar, '#', full);
        bar[BAR_WIDTH] = '\0';
        fprintf(stderr, "\r\033[K[%s] ", bar);
    } else {
        fputs("ranvier: ", stderr);
    }
    fprintf(stderr, "%zu/%zu  %.1f/s  %.0f:%02.0f left  %zu failed%s", ended, progress->total, rate,
            (double)(long)(left_s / 60), left_s - 60 * (double)(long)(left_s / 60),
            progress->failed, progress->terminal ? "" : "\n");
    fflush(stderr);
}

void progress_show(struct progress *progress)
{
    if (progress->quiet ||
        since(&progress->shown) < (progress->terminal ? bar_every_s : line_every_s))
        return;
    clock_gettime(CLOCK_MONOTONIC, &progress->shown);
    draw(progress);
}

void progress_say(struct progress *progress, const char *text)
{
    progress_end(progress);
    fputs("ranvier: ", stderr);
    show_text(stderr, text);
    fputc('\n', stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->terminal && !progress->quiet)
        fputs("\r\033[K", stderr);
}
