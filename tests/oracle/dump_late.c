/* SPDX-License-Identifier: GPL-3.0-or-later
 * Measures a study and writes what each sweep of its F-waves holds: response, sweep, onset and its
 * standard error (ms), size (uV); then their minimum and mean.
 */
#include <ranvier/ranvier.h>

#include <stdio.h>

static void print_late(const struct rv_measurement *m)
{
    const struct rv_response *response = m->response;
    for (size_t s = 0; s < m->late->sweep_count; s++) {
        const struct rv_late_sweep *sweep = &m->late->sweeps[s];
        if (sweep->found == RV_MEASURED)
            printf("%s\tsweep_%zu\t%.4f\t%.4f\t%.1f\n", response->id, s + 1, sweep->onset_ms,
                   sweep->onset_se_ms, sweep->amplitude_uv);
    }
    static const enum rv_parameter parameters[] = {RV_F_MINIMUM, RV_F_MEAN};
    for (size_t p = 0; p < 2; p++) {
        const struct rv_value *value = &m->results[parameters[p]].value;
        if (value->validity == RV_MEASURED)
            printf("%s\t%s\t%.4f\t%.4f\tn/a\n", response->id, p == 0 ? "f_minimum" : "f_mean",
                   value->value, value->se);
    }
}

int main(int argument_count, char **arguments)
{
    struct rv_settings settings = rv_settings_defaults();
    struct rv_study *study = NULL;
    struct rv_report *report = NULL;
    struct rv_error err = {.status = RV_OK};
    if (argument_count != 2) {
        fprintf(stderr, "usage: dump_late STUDY\n");
        return RV_MISUSE;
    }
    if (rv_study_read(arguments[1], &settings, &study, &err) == RV_OK &&
        rv_session_run(study, &settings, &report, &err) == RV_OK) {
        for (size_t i = 0; i < report->measurement_count; i++) {
            const struct rv_measurement *m = &report->measurements[i];
            if (m->late != NULL && m->response->kind == RV_F_WAVE)
                print_late(m);
        }
    }
    if (err.status != RV_OK)
        fprintf(stderr, "%s\n", err.text);
    rv_report_free(report);
    rv_study_free(study);
    return (int)err.status;
}
