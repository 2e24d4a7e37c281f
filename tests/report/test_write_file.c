/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reports as files: whole or not at all, never over an input.
 */
#include "fixture.h"

#include <criterion/criterion.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], path[512];

static void begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/ranvier-report-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static const char *in_folder(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

static size_t entries(void)
{
    size_t count = 0;
    DIR *open = opendir(folder);
    for (struct dirent *entry; (entry = readdir(open)) != NULL;)
        count += entry->d_name[0] != '.' || strlen(entry->d_name) > 2;
    closedir(open);
    return count;
}

static void end(void)
{
    DIR *open = opendir(folder);
    for (struct dirent *entry; (entry = readdir(open)) != NULL;)
        unlink(in_folder(entry->d_name));
    closedir(open);
    rmdir(folder);
}

static enum rv_status write_report(const char *name, struct rv_error *err)
{
    struct rv_report *report = fixture_new(false);
    ((struct rv_study *)(uintptr_t)report->study)->folder = folder;
    enum rv_status status =
        rv_render_file(report, rv_renderer_find("tsv"), NULL, in_folder(name), err);
    fixture_free(report);
    return status;
}

TestSuite(write_file, .init = begin, .fini = end);

Test(write_file, an_old_report_is_replaced_by_a_whole_one)
{
    struct stat facts;
    put("report.tsv", "old");
    cr_assert_eq(write_report("report.tsv", NULL), RV_OK);
    cr_expect_eq(stat(in_folder("report.tsv"), &facts), 0);
    cr_expect_gt(facts.st_size, 1000);
    cr_expect_eq(facts.st_mode & 0777, 0600);
    cr_expect_eq(entries(), 1);
}

Test(write_file, c_06_inputs_of_the_study_are_never_overwritten)
{
    static const char *const inputs[] = {"study.json", "responses.tsv", "needle.tsv", "visit.edf"};
    for (size_t i = 0; i < 4; i++) {
        struct rv_error err = {.status = RV_OK};
        struct stat facts;
        put(inputs[i], "input");
        cr_expect_eq(write_report(inputs[i], &err), RV_NO_OUTPUT);
        cr_expect_not_null(strstr(err.text, "is an input of this study"), "%s", err.text);
        cr_expect_eq(stat(in_folder(inputs[i]), &facts), 0);
        cr_expect_eq(facts.st_size, 5);
    }
    cr_expect_eq(entries(), 4);
}

Test(write_file, c_06_an_input_behind_another_name_is_one_too)
{
    put("visit.edf", "input");
    char other[512];
    snprintf(other, sizeof other, "%s/other.tsv", folder);
    cr_assert_eq(link(in_folder("visit.edf"), other), 0);
    cr_expect_eq(write_report("other.tsv", NULL), RV_NO_OUTPUT);
}

Test(write_file, c_07_a_missing_folder_is_named)
{
    struct rv_error err = {.status = RV_OK};
    cr_expect_eq(write_report("none/report.tsv", &err), RV_NO_OUTPUT);
    cr_expect_not_null(strstr(err.text, "none/report.tsv"), "%s", err.text);
    cr_expect_eq(entries(), 0);
}

Test(write_file, a_long_name_is_written_too)
{
    char name[64];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    cr_expect_eq(write_report(name, NULL), RV_OK);
    cr_expect_eq(entries(), 1);
}

/* The temporary name is taken by somebody else: refused, theirs left alone. */
Test(write_file, a_waiting_link_is_not_followed)
{
    char temporary[64];
    snprintf(temporary, sizeof temporary, ".report.tsv.%ld.tmp", (long)getpid());
    put("precious", "data");
    char precious[512];
    snprintf(precious, sizeof precious, "%s/precious", folder);
    cr_assert_eq(symlink(precious, in_folder(temporary)), 0);
    cr_expect_eq(write_report("report.tsv", NULL), RV_NO_OUTPUT);
    struct stat facts;
    cr_expect_eq(stat(precious, &facts), 0);
    cr_expect_eq(facts.st_size, 4);
}
