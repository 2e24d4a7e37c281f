/* SPDX-License-Identifier: GPL-3.0-or-later
 * Late responses of a whole study against the truth that the simulator writes beside it.
 */
#include "base/table.h"
#include "base/text.h"

#include <ranvier/ranvier.h>

#include <criterion/criterion.h>

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static double truth_of(const char *folder, const char *response, const char *parameter)
{
    char path[512], *bytes;
    size_t length;
    struct rv_table table;
    double number = (double)NAN;
    struct rv_arena *arena = rv_arena_new();
    (void)snprintf(path, sizeof path, "%s/truth.tsv", folder);
    cr_assert(rv_file_read(arena, path, 1 << 20, &bytes, &length, NULL) == RV_OK);
    cr_assert(rv_table_parse(arena, bytes, length, &table, NULL) == RV_OK);
    for (size_t row = 0; row < table.row_count; row++) {
        if (rv_text_equal(rv_table_cell(&table, row, rv_table_column(&table, "response")),
                          response) &&
            rv_text_equal(rv_table_cell(&table, row, rv_table_column(&table, "parameter")),
                          parameter)) {
            (void)rv_number_text(rv_table_cell(&table, row, rv_table_column(&table, "value")),
                                 &number, NULL);
        }
    }
    rv_arena_free(arena);
    return number;
}

static void remove_folder(const char *folder)
{
    char path[1024];
    DIR *listing = opendir(folder);
    for (const struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        (void)unlink(path);
    }
    (void)closedir(listing);
    (void)rmdir(folder);
}

/* The S1 root of the right side: F-waves late, no reflex there, a normal one on the left. */
Test(late, study_with_late_responses_agrees_with_its_truth, .timeout = 60)
{
    char folder[] = "/tmp/ranvier-late-XXXXXX";
    struct rv_settings settings = rv_settings_defaults();
    struct rv_study *study = NULL;
    struct rv_report *report = NULL;
    struct rv_error err = {0};
    static const struct {
        const char *id, *name;
        enum rv_parameter parameter;
        double within;
    } expected[] = {
        {"R08", "f_minimum", RV_F_MINIMUM, 0.3},     {"R08", "f_mean", RV_F_MEAN, 0.3},
        {"R08", "f_maximum", RV_F_MAXIMUM, 0.5},     {"R08", "f_persistence", RV_F_PERSISTENCE, 6},
        {"R10", "h_latency", RV_H_LATENCY, 0.1},     {"R10", "h_amplitude", RV_H_AMPLITUDE, 0.1},
        {"R10", "m_amplitude", RV_M_AMPLITUDE, 0.2},
    };
    cr_assert(mkdtemp(folder) != NULL);
    cr_assert(rv_simulate_write("s1_radiculopathy", folder, NULL, &err) == RV_OK, "%s", err.text);
    cr_assert(rv_study_read(folder, &settings, &study, &err) == RV_OK, "%s", err.text);
    cr_assert(rv_session_run(study, &settings, &report, &err) == RV_OK, "%s", err.text);
    for (size_t i = 0; i < report->measurement_count; i++) {
        const struct rv_measurement *m = &report->measurements[i];
        for (size_t k = 0; k < sizeof expected / sizeof *expected; k++) {
            const struct rv_value *value = &m->results[expected[k].parameter].value;
            if (!rv_text_equal(m->response->id, expected[k].id)) {
                continue;
            }
            const double truth = truth_of(folder, expected[k].id, expected[k].name);
            cr_expect_eq(value->validity, RV_MEASURED, "%s", expected[k].name);
            cr_expect(fabs(value->value - truth) <= expected[k].within, "%s %s: %f, true %f",
                      expected[k].id, expected[k].name, value->value, truth);
            cr_expect(value->se > 0.0, "%s", expected[k].name);
        }
        if (rv_text_equal(m->response->id, "R09")) {
            cr_expect_eq(m->results[RV_H_LATENCY].value.validity, RV_ABSENT);
            cr_expect(m->late != NULL && m->late->sweep_count == 14);
        }
    }
    rv_report_free(report);
    rv_study_free(study);
    remove_folder(folder);
}
