/* SPDX-License-Identifier: GPL-3.0-or-later
 * The order of the interpretation: items, questions, widespread processes, single nerves, roots.
 */
#include "interpret/interpret.h"

#include "base/date.h"
#include "interpret/findings.h"
#include "interpret/localise.h"
#include "interpret/needle.h"
#include "interpret/next_test.h"
#include "interpret/observe.h"
#include "interpret/patterns.h"
#include "interpret/predicates.h"
#include "interpret/reevaluate.h"
#include "interpret/rules.h"
#include "interpret/screens.h"
#include "interpret/serial.h"
#include "interpret/widespread.h"

#include <math.h>
#include <string.h>

/* Values that a cold limb makes slow are set aside, and counted. */
static void count_cold(struct rv_reading *reading)
{
    static const enum rv_parameter slow[] = {RV_ONSET_LATENCY, RV_NEGATIVE_PEAK_LATENCY,
                                             RV_CONDUCTION_VELOCITY, RV_F_MINIMUM, RV_H_LATENCY};
    for (size_t i = 0; i < reading->measurement_count; i++) {
        if (rv_observe_cold(reading, i) < 2)
            continue;
        reading->cold = true;
        for (size_t j = 0; j < sizeof slow / sizeof slow[0]; j++) {
            const struct rv_verdict *verdict = &reading->measurements[i].results[slow[j]].verdict;
            double number, se;
            reading->cold_value_count += rv_observe_value(reading, i, slow[j], &number, &se) &&
                                         !rv_observe_absent(reading, i) &&
                                         verdict->judgement != RV_NORMAL;
        }
    }
}

static void list_muscles(struct rv_reading *reading, struct rv_interpretation *interpretation)
{
    struct rv_muscle_result *muscles =
        rv_arena_alloc(reading->arena, reading->muscle_count, sizeof *muscles);
    if (muscles == NULL) {
        reading->failed = true;
        return;
    }
    for (size_t i = 0; i < reading->muscle_count; i++)
        muscles[i] = (struct rv_muscle_result){.needle = reading->muscles[i].needle,
                                               .verdict = reading->muscles[i].verdict,
                                               .reason = reading->muscles[i].reason};
    interpretation->muscles = muscles;
    interpretation->muscle_count = reading->muscle_count;
}

/* Widespread processes first, then nerves, then roots: clinical specification section 6.6 (c). */
static void find_patterns(struct rv_reading *reading, struct rv_interpretation *interpretation)
{
    rv_demyelination_apply(reading);
    rv_rules_apply(reading);
    rv_rules_settle(reading);
    rv_polyneuropathy_explain(reading);
    rv_red_flag_apply(reading);
    rv_localise(reading);
    rv_patterns_join(reading);
    rv_patterns_cap(reading);
    rv_findings_grade_nerves(reading);
    rv_patterns_finish(reading, interpretation);
}

enum rv_status rv_interpret(struct rv_report *report, bool patterns,
                            const struct rv_report *const *earlier, size_t earlier_count,
                            struct rv_error *err)
{
    struct rv_reading reading;
    enum rv_status status = rv_reading_open(&reading, report, err);
    if (status != RV_OK)
        return status;
    struct rv_interpretation interpretation = {0};
    reading.days_since_onset =
        rv_days_between(report->study->visit.symptom_onset, report->study->visit.date);
    rv_observe_nerves(&reading);
    rv_needle_judge(&reading);
    rv_predicates_ask(&reading);
    count_cold(&reading);
    list_muscles(&reading, &interpretation);
    rv_findings_list(&reading);
    if (patterns && !reading.failed)
        find_patterns(&reading, &interpretation);
    if (!reading.failed)
        rv_serial_compare(&reading, earlier, earlier_count, &interpretation);
    if (patterns && !reading.failed) {
        rv_screens_list(&reading, &interpretation);
        rv_reevaluate(&reading, &interpretation);
        rv_next_tests(&reading, &interpretation);
    }
    interpretation.findings = reading.findings;
    interpretation.finding_count = reading.finding_count;
    status = rv_reading_check(&reading, err);
    if (status == RV_OK)
        report->interpretation = interpretation;
    return status;
}
