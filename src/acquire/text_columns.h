/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the names of a text table's columns and the remarks above it say.
 */
#ifndef RV_ACQUIRE_TEXT_COLUMNS_H
#define RV_ACQUIRE_TEXT_COLUMNS_H

#include "base/arena.h"

#include <ranvier/source.h>

enum rv_text_role {
    RV_TEXT_CHANNEL,
    RV_TEXT_TIME,
    RV_TEXT_INDEX,          /* number of the sample: checked, not kept */
    RV_TEXT_SWEEP,          /* number of the sweep a row belongs to */
    RV_TEXT_CHANNEL_NUMBER, /* number of the channel a row belongs to */
    RV_TEXT_STIMULUS        /* its intensity, V or mA */
};

struct rv_text_column {
    const char *name;  /* as written */
    const char *label; /* without its unit */
    const char *unit;  /* "" where there is none, or none that is known */
    double factor;     /* of its unit: to microvolt, to second; NaN without one */
    enum rv_text_role role;
    bool sweep_named; /* "s001", "sweep 3", "r000_stim0.55V" */
    bool current;     /* a stimulus in mA */
};

/* Splits a name into label and unit, and finds its role; `unit_cell` is of a line of units, NULL
 * without one. RV_DATA: a unit that is nearly one of voltage ("mv", "Volt"), which is not guessed.
 */
enum rv_status rv_text_column_read(struct rv_arena *arena, const char *name, const char *unit_cell,
                                   struct rv_text_column *column, struct rv_error *err);
/* Is this the unit of a voltage or of a time, brackets around it or not? */
bool rv_text_is_unit(const char *text);
/* A spelling that a reader would take for a voltage and the closed list does not hold ("mv"). */
bool rv_text_unit_is_misspelt(const char *unit);
/* Seconds in one of a unit of time: s, ms, us. */
bool rv_text_time_factor(const char *unit, double *seconds);
/* The intensity that a name carries ("r000_stim0.55V", "8.2mA"); NaN where it has none. */
void rv_text_intensity(const char *name, double *volt, double *milliampere);

/* What remarks ("# Sampling Rate (Hz):= 1000.00", "# labels: APB", "# unit: mV") say. */
struct rv_text_remarks {
    double rate_hz;             /* NaN: not given */
    const char *labels, *units; /* as written, NULL */
    bool sweeps;                /* "# columns: sweeps" */
};
/* `text` is what follows the remark's sign. Unknown remarks are passed over. RV_DATA: a rate that
 * is no number. */
enum rv_status rv_text_remark_read(struct rv_arena *arena, const char *text,
                                   struct rv_text_remarks *remarks, struct rv_error *err);
/* The part `index` of a list ("APB, ADM" or "APB\tADM"), NULL beyond its end. */
const char *rv_text_list_item(struct rv_arena *arena, const char *list, size_t index);

#endif
