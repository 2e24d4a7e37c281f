/* SPDX-License-Identifier: GPL-3.0-or-later
 * One writer for a database: a lock file beside it that names its holder. The lock goes with the
 * process that holds it, so that none is ever left behind by a killed one.
 */
#ifndef BATCH_LOCK_H
#define BATCH_LOCK_H

#include <ranvier/error.h>

struct lock {
    char *path;
    int file;
};

/* RV_TRY_AGAIN: another process holds it; the sentence says which, on which machine. */
enum rv_status lock_take(struct lock *lock, const char *database, struct rv_error *err);
void lock_release(struct lock *lock);

#endif
