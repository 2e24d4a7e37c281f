/* SPDX-License-Identifier: GPL-3.0-or-later
 * A study with the earlier ones that it names: all measured alike, then interpreted together.
 */
#include "base/arena.h"
#include "base/error.h"
#include "interpret/interpret.h"
#include "session/session.h"

#include <ranvier/ranvier.h>

#include <string.h>
#include <sys/stat.h>

struct one {
    struct rv_study *study;
    struct rv_report *report;
    struct stat place; /* of its folder or recording; all zero where there is none */
};

struct earlier {
    struct one *all;
    const struct rv_report **reports; /* the same, oldest first */
    size_t count;
};

/* A single recording is a study by itself; else the folder is. */
static struct stat place_of(const struct rv_study *study, const char *path)
{
    struct stat place = {0};
    if (stat(study->recording != NULL ? path : study->folder, &place) != 0)
        place = (struct stat){0};
    return place;
}

static bool same_place(const struct stat *a, const struct stat *b)
{
    return a->st_ino != 0 && a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

static bool is_known(const struct earlier *earlier, const struct stat *place)
{
    for (size_t i = 0; i < earlier->count; i++)
        if (same_place(&earlier->all[i].place, place))
            return true;
    return false;
}

/* Reads and measures the study at `path`, which becomes one more unless it is there already. */
static enum rv_status read_one(const struct rv_study *now, const char *path,
                               const struct rv_settings *settings, struct earlier *earlier,
                               struct rv_error *err)
{
    struct one one = {0};
    struct rv_settings its_own = *settings;
    its_own.study_path = NULL; /* is of the study now */
    enum rv_status status = rv_study_read(path, &its_own, &one.study, err);
    if (status != RV_OK)
        return rv_fail_in(err, status, "earlier study");
    one.place = place_of(one.study, path);
    struct stat own = {0};
    if (now->recording == NULL)
        own = place_of(now, NULL);
    if (same_place(&own, &one.place))
        status = rv_fail(err, RV_MISUSE, "is the study itself");
    else if (is_known(earlier, &one.place)) {
        rv_study_free(one.study);
        return RV_OK;
    } else
        status = rv_session_measure(one.study, settings, &one.report, err);
    earlier->all[earlier->count++] = one;
    return status == RV_OK ? status : rv_fail_in(err, status, "earlier study %s", path);
}

/* Paths in study.json are relative to its folder. */
static enum rv_status read_named(const struct rv_study *study, const char *folder,
                                 const struct rv_settings *settings, struct earlier *earlier,
                                 struct rv_error *err)
{
    char *path = rv_allocate(strlen(study->folder) + strlen(folder) + 2, 1);
    if (path == NULL)
        return rv_fail_memory(err);
    if (folder[0] != '/') {
        strcpy(path, study->folder);
        strcat(path, "/");
    }
    strcat(path, folder);
    enum rv_status status = read_one(study, path, settings, earlier, err);
    rv_release(path);
    return status;
}

static void earlier_finish(struct earlier *earlier)
{
    for (size_t i = 0; i < earlier->count; i++) {
        rv_report_free(earlier->all[i].report);
        rv_study_free(earlier->all[i].study);
    }
    rv_release(earlier->all);
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
        for (size_t j = i; j > 0 && by_date(earlier->all[j - 1].study, earlier->all[j].study) > 0;
             j--) {
            struct one one = earlier->all[j];
            earlier->all[j] = earlier->all[j - 1];
            earlier->all[j - 1] = one;
        }
    for (size_t i = 0; i < earlier->count; i++)
        earlier->reports[i] = earlier->all[i].report;
}

static enum rv_status read_all(const struct rv_study *study, const struct rv_settings *settings,
                               struct earlier *earlier, struct rv_error *err)
{
    size_t most = study->earlier_count + settings->earlier_count;
    if (most == 0)
        return RV_OK;
    earlier->all = rv_allocate(most, sizeof *earlier->all);
    earlier->reports = rv_allocate(most, sizeof *earlier->reports);
    if (earlier->all == NULL || earlier->reports == NULL)
        return rv_fail_memory(err);
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < study->earlier_count && status == RV_OK; i++)
        status = read_named(study, study->earlier[i], settings, earlier, err);
    for (size_t i = 0; i < settings->earlier_count && status == RV_OK; i++)
        status = read_one(study, settings->earlier[i], settings, earlier, err);
    if (status == RV_OK)
        sort(earlier);
    return status;
}

enum rv_status rv_session_run(const struct rv_study *study, const struct rv_settings *settings,
                              struct rv_report **report, struct rv_error *err)
{
    struct earlier earlier = {0};
    struct rv_report *made = NULL;
    enum rv_status status = rv_session_measure(study, settings, &made, err);
    if (status == RV_OK && (settings->interpret || settings->earlier_count > 0))
        status = read_all(study, settings, &earlier, err);
    if (status == RV_OK)
        status = rv_interpret(made, settings->interpret, earlier.reports, earlier.count, err);
    earlier_finish(&earlier);
    if (status != RV_OK) {
        rv_report_free(made);
        return status;
    }
    *report = made;
    return RV_OK;
}
