/* SPDX-License-Identifier: GPL-3.0-or-later
 * Results as a BIDS derivatives dataset.
 */
#ifndef BATCH_EXPORT_BIDS_H
#define BATCH_EXPORT_BIDS_H

#include "batch/store.h"

/* Makes the folder `output`, whole or not at all. RV_NO_OUTPUT where there is something of this
 * name already. */
enum rv_status export_bids(struct store *store, const char *output, const char *settings,
                           struct rv_error *err);

#endif
