/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where a database is written. SQLite's locks do not hold on network file systems, so there it is
 * written in a local folder and delivered whole.
 */
#ifndef BATCH_WORKPLACE_H
#define BATCH_WORKPLACE_H

#include <ranvier/error.h>

#include <stdbool.h>
#include <time.h>

struct workplace {
    const char *output; /* where the database belongs */
    char *path;         /* where it is written: the output itself, or a file in `folder` */
    char *folder;       /* of our own, in the scratch folder; NULL: none is needed */
    struct timespec delivered;
};

/* Name of the network file system on which `path`, or the folder it would lie in, is: "nfs". NULL
 * on a local one, and where nothing can be said. */
const char *network_file_system(const char *path);

/* Refuses a network file system without a local `scratch` (RV_NO_OUTPUT). With `resume` the
 * database that is there is brought along, without it there must be none. */
enum rv_status workplace_open(struct workplace *place, const char *output, const char *scratch,
                              bool resume, struct rv_error *err);
/* Copies the database to its output, under its name when it is whole. Not while a transaction is
 * open. Nothing to do where it is written in place. */
enum rv_status workplace_deliver(struct workplace *place, struct rv_error *err);
/* The same every ten minutes, so that a lost machine costs no more. */
enum rv_status workplace_deliver_now_and_then(struct workplace *place, struct rv_error *err);
void workplace_close(struct workplace *place); /* takes the scratch away */

/* Syncs a file and the folder it lies in. */
enum rv_status sync_file(const char *path, struct rv_error *err);

#endif
