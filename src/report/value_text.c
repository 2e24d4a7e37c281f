/* SPDX-License-Identifier: GPL-3.0-or-later
 * A value as text for those who draw their own tables, rounded as reports round it.
 */
#include "report/round.h"
#include "report/words.h"

#include <ranvier/report.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static void measured_text(const struct rv_value *value, enum rv_parameter parameter,
                          enum rv_kind kind, char out[RV_VALUE_TEXT_SIZE])
{
    char digits[RV_ROUNDED_SIZE], error[RV_ROUNDED_SIZE] = "";
    bool microvolt = strcmp(rv_parameter_unit(parameter, kind), "uV") == 0;
    int decimals = rv_round_decimals(value->value, value->se,
                                     rv_parameter_facts(parameter)->decimals, microvolt);
    rv_round_fixed(value->value, decimals, digits);
    if (isfinite(value->se) && value->se > 0.0)
        rv_round_error(value->se, decimals, error);
    snprintf(out, RV_VALUE_TEXT_SIZE, "%s%s%s", digits, error[0] != '\0' ? " \xC2\xB1 " : "",
             error);
}

void rv_value_text(const struct rv_value *value, enum rv_parameter parameter, enum rv_kind kind,
                   char out[RV_VALUE_TEXT_SIZE])
{
    static const char *const words[] = {[RV_UNTESTED] = "\xE2\x80\x93",
                                        [RV_ABSENT] = "NR",
                                        [RV_NOT_MEASURABLE] = "n.m.",
                                        [RV_WITHHELD] = "withheld"};
    if (value->validity == RV_MEASURED)
        measured_text(value, parameter, kind, out);
    else
        snprintf(out, RV_VALUE_TEXT_SIZE, "%s", words[value->validity]);
}

const char *rv_value_unit(enum rv_parameter parameter, enum rv_kind kind)
{
    return rv_unit_title(rv_parameter_unit(parameter, kind));
}
