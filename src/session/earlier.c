/* SPDX-License-Identifier: GPL-3.0-or-later
 * A study with the earlier ones that it names: all measured alike, then interpreted together.
 */
#include "base/arena.h"
#include "base/error.h"
#include "interpret/interpret.h"
#include "session/session.h"

#include <ranvier/ranvier.h>

#include <string.h>

struct earlier {
    struct rv_study **studies;
    struct rv_report **reports;
    size_t count;
};

static enum rv_status read_one(const struct rv_study *study, const char *folder,
                               const struct rv_settings *settings, struct earlier *earlier,
                               struct rv_error *err)
{
    size_t length = strlen(study->folder) + strlen(folder) + 2, i = earlier->count;
    char *path = rv_allocate(length, 1);
    if (path == NULL)
        return rv_fail_memory(err);
    if (folder[0] != '/') {
        strcpy(path, study->folder);
        strcat(path, "/");
    }
    strcat(path, folder);
    enum rv_status status = rv_study_read(path, settings, &earlier->studies[i], err);
    rv_release(path);
    if (status != RV_OK)
        return rv_fail_in(err, status, "earlier study");
    status = rv_session_measure(earlier->studies[i], settings, &earlier->reports[i], err);
    earlier->count++;
    return status == RV_OK ? status : rv_fail_in(err, status, "earlier study %s", folder);
}

static void earlier_finish(struct earlier *earlier)
{
    for (size_t i = 0; i < earlier->count; i++) {
        rv_report_free(earlier->reports[i]);
        rv_study_free(earlier->studies[i]);
    }
    rv_release(earlier->studies);
    rv_release(earlier->reports);
}

static int by_date(const struct rv_study *a, const struct rv_study *b)
{
    if (a->visit.date == NULL || b->visit.date == NULL)
        return (a->visit.date != NULL) - (b->visit.date != NULL);
    return strcmp(a->visit.date, b->visit.date);
}

/* Oldest first; there are few of them. */
static void sort(struct earlier *earlier)
{
    for (size_t i = 1; i < earlier->count; i++)
        for (size_t j = i; j > 0 && by_date(earlier->studies[j - 1], earlier->studies[j]) > 0;
             j--) {
            struct rv_study *study = earlier->studies[j];
            struct rv_report *report = earlier->reports[j];
            earlier->studies[j] = earlier->studies[j - 1];
            earlier->reports[j] = earlier->reports[j - 1];
            earlier->studies[j - 1] = study;
            earlier->reports[j - 1] = report;
        }
}

static enum rv_status read_all(const struct rv_study *study, const struct rv_settings *settings,
                               struct earlier *earlier, struct rv_error *err)
{
    earlier->studies = rv_allocate(study->earlier_count, sizeof(struct rv_study *));
    earlier->reports = rv_allocate(study->earlier_count, sizeof(struct rv_report *));
    if (earlier->studies == NULL || earlier->reports == NULL)
        return rv_fail_memory(err);
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < study->earlier_count && status == RV_OK; i++)
        status = read_one(study, study->earlier[i], settings, earlier, err);
    sort(earlier);
    return status;
}

enum rv_status rv_session_run(const struct rv_study *study, const struct rv_settings *settings,
                              struct rv_report **report, struct rv_error *err)
{
    struct earlier earlier = {0};
    struct rv_report *made = NULL;
    enum rv_status status = rv_session_measure(study, settings, &made, err);
    if (status == RV_OK && settings->interpret)
        status = read_all(study, settings, &earlier, err);
    if (status == RV_OK)
        status = rv_interpret(made, settings->interpret,
                              (const struct rv_report *const *)earlier.reports, earlier.count, err);
    earlier_finish(&earlier);
    if (status != RV_OK) {
        rv_report_free(made);
        return status;
    }
    *report = made;
    return RV_OK;
}
