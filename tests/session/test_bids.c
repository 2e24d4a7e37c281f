/* SPDX-License-Identifier: GPL-3.0-or-later
 * Names, inheritance and sidecars of BIDS datasets. Expected: the examples and rules of the BIDS
 * specification, common principles.
 */
#include "session/bids_json.h"
#include "session/bids_people.h"
#include "session/bids_person.h"
#include "session/bids_place.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(bids, .timeout = 30);

static struct rv_arena *arena;
static char root[64];

static void setup(void)
{
    arena = rv_arena_new();
    snprintf(root, sizeof root, "/tmp/ranvier-bids-XXXXXX");
    cr_assert_not_null(mkdtemp(root));
}

static void teardown(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    cr_assert_eq(system(command), 0);
    rv_arena_free(arena);
}

static void folder(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    cr_assert_eq(mkdir(path, 0755), 0);
}

static void file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *stream = fopen(path, "w");
    cr_assert_not_null(stream);
    fputs(text, stream);
    fclose(stream);
}

static void dataset(void)
{
    file("dataset_description.json", "{\"Name\": \"x\", \"BIDSVersion\": \"1.11.0\"}");
    folder("sub-01");
    folder("sub-01/ses-1");
    folder("sub-01/ses-1/emg");
    file("sub-01/ses-1/emg/sub-01_ses-1_task-ncs_run-1_emg.edf", "");
}

static struct rv_bids_place find(const char *inside)
{
    char path[256];
    bool found = false;
    struct rv_bids_place place;
    struct rv_error err = {.text = ""};
    snprintf(path, sizeof path, "%s/%s", root, inside);
    cr_assert_eq(rv_bids_place_find(path, arena, &found, &place, &err), RV_OK, "%s", err.text);
    cr_assert(found, "%s", inside);
    return place;
}

/* --- names --------------------------------------------------------------------------------- */

Test(bids, a_name_is_entities_suffix_and_extension, .init = setup, .fini = teardown)
{
    struct rv_bids_name name;
    cr_assert(rv_bids_name_read("sub-01_ses-pre_task-ncs_run-02_emg.edf", arena, &name));
    cr_assert_eq(name.count, 4);
    cr_assert_str_eq(rv_bids_entity(&name, "ses"), "pre");
    cr_assert_str_eq(rv_bids_entity(&name, "run"), "02");
    cr_assert_null(rv_bids_entity(&name, "acq"));
    cr_assert_str_eq(name.suffix, "emg");
    cr_assert_str_eq(name.extension, ".edf");
}

Test(bids, what_is_no_name_is_none, .init = setup, .fini = teardown)
{
    static const char *const texts[] = {"",
                                        "emg",
                                        ".edf",
                                        "sub-_emg.edf",
                                        "sub_emg.edf",
                                        "sub-01__emg.edf",
                                        "sub-01_sub-02_emg.edf",
                                        "sub-0 1_emg.edf",
                                        "sub-01_.edf",
                                        "-01_emg.edf",
                                        "sub-01-02_emg.edf",
                                        "sub-\xC3\xA4_emg.edf"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct rv_bids_name name;
        cr_expect_not(rv_bids_name_read(texts[i], arena, &name), "%s", texts[i]);
    }
}

/* Example 1 of the inheritance principle. */
Test(bids, a_sidecar_applies_where_it_claims_nothing_more, .init = setup, .fini = teardown)
{
    struct rv_bids_name all, usual, other, longer;
    rv_bids_name_read("task-rest_bold.json", arena, &all);
    rv_bids_name_read("sub-01_task-rest_acq-default_bold.nii.gz", arena, &usual);
    rv_bids_name_read("sub-01_task-rest_acq-longtr_bold.nii.gz", arena, &other);
    rv_bids_name_read("sub-01_task-rest_acq-longtr_bold.json", arena, &longer);
    cr_assert_str_eq(usual.extension, ".nii.gz");
    cr_assert(rv_bids_applies(&all, &usual));
    cr_assert(rv_bids_applies(&all, &other));
    cr_assert(rv_bids_applies(&longer, &other));
    cr_assert_not(rv_bids_applies(&longer, &usual));
}

/* --- places -------------------------------------------------------------------------------- */

Test(bids, a_place_knows_root_subject_and_session, .init = setup, .fini = teardown)
{
    dataset();
    struct rv_bids_place place = find("sub-01/ses-1/emg/sub-01_ses-1_task-ncs_run-1_emg.edf");
    cr_assert_str_eq(place.subject, "01");
    cr_assert_str_eq(place.session, "1");
    cr_assert_str_eq(place.inside, "sub-01/ses-1");
    cr_assert_str_eq(place.root, root);
    cr_assert_not_null(place.recording);
    place = find("sub-01");
    cr_assert_null(place.session);
    cr_assert_null(place.recording);
    place = find("");
    cr_assert_null(place.subject);
}

Test(bids, other_places_are_in_no_dataset, .init = setup, .fini = teardown)
{
    bool found = true;
    struct rv_bids_place place;
    dataset();
    folder("derivatives");
    folder("sub-01/ses-1/eeg");
    static const char *const inside[] = {"derivatives", "sub-01/ses-1/eeg", "sub-02",
                                         "dataset_description.json"};
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", root, inside[i]);
        cr_assert_eq(rv_bids_place_find(path, arena, &found, &place, NULL), RV_OK);
        cr_expect_not(found, "%s", inside[i]);
    }
}

Test(bids, sidecars_come_from_the_root_down, .init = setup, .fini = teardown)
{
    const char *files[RV_BIDS_LEVELS];
    const struct rv_bids_name *names;
    size_t count;
    struct rv_error err = {.text = ""};
    dataset();
    file("task-ncs_emg.json", "{\"A\": 1, \"B\": 1}");
    file("sub-01/sub-01_emg.json", "{\"B\": 2, \"C\": 2}");
    file("sub-01/ses-1/emg/sub-01_ses-1_task-ncs_run-1_emg.json", "{\"C\": 3}");
    file("sub-01/ses-1/emg/sub-01_ses-1_task-ncs_run-2_emg.json", "{\"C\": 4}");
    struct rv_bids_place place = find("sub-01/ses-1");
    cr_assert_eq(rv_bids_recordings(&place, &names, &count, &err), RV_OK, "%s", err.text);
    cr_assert_eq(count, 1);
    cr_assert_eq(rv_bids_sidecars(&place, names, "emg", ".json", files, &count, &err), RV_OK);
    cr_assert_eq(count, 3);
    cr_assert_str_eq(files[0], "task-ncs_emg.json");
    cr_assert_str_eq(files[1], "sub-01/sub-01_emg.json");
    struct rv_bids_json json;
    double a, b, c;
    cr_assert_eq(rv_bids_json_read(&place, files, count, &json, &err), RV_OK, "%s", err.text);
    rv_bids_json_number(&json, "A", &a, &err);
    rv_bids_json_number(&json, "B", &b, &err);
    rv_bids_json_number(&json, "C", &c, &err);
    cr_assert(fabs(a - 1) + fabs(b - 2) + fabs(c - 3) < 1e-12, "%g %g %g", a, b, c);
    rv_bids_json_finish(&json);
}

/* Example 2 of the inheritance principle: two at one level. */
Test(bids, two_sidecars_at_one_level_are_refused, .init = setup, .fini = teardown)
{
    const char *files[RV_BIDS_LEVELS];
    const struct rv_bids_name *names;
    size_t count;
    struct rv_error err = {.text = ""};
    dataset();
    file("task-ncs_emg.json", "{}");
    file("run-1_emg.json", "{}");
    struct rv_bids_place place = find("sub-01/ses-1");
    cr_assert_eq(rv_bids_recordings(&place, &names, &count, &err), RV_OK);
    cr_assert_eq(rv_bids_sidecars(&place, names, "emg", ".json", files, &count, &err), RV_STUDY);
    cr_assert_not_null(strstr(err.text, "both apply"), "%s", err.text);
}

/* --- people -------------------------------------------------------------------------------- */

Test(bids, lines_of_other_subjects_are_empty_and_counted, .init = setup, .fini = teardown)
{
    char *bytes;
    size_t length;
    dataset();
    file("participants.tsv", "participant_id\tage\nsub-0\t1\nsub-01\t2\nsub-011\t3\nsub-01");
    struct rv_bids_place place = find("sub-01/ses-1");
    cr_assert_eq(rv_bids_participant(&place, &bytes, &length, NULL), RV_OK);
    static const char expected[] = "participant_id\tage\n\nsub-01\t2\n\nsub-01";
    cr_assert_eq(length, strlen(expected));
    cr_assert_eq(memcmp(bytes, expected, length), 0, "%.*s", (int)length, bytes);
}

static struct rv_patient person(const char *table, enum rv_status expected)
{
    struct rv_table rows;
    struct rv_bids_json none = {.arena = arena};
    struct rv_notices notices = {.arena = arena};
    struct rv_error err = {.text = ""};
    struct rv_patient patient = {.age_years = NAN,
                                 .height_cm = NAN,
                                 .weight_kg = NAN,
                                 .leg_length_cm = NAN,
                                 .bmi_kg_m2 = NAN};
    cr_assert_eq(rv_table_parse(arena, table, strlen(table), &rows, &err), RV_OK);
    struct rv_bids_row row = {"participants.tsv", &rows, 0, &none};
    cr_assert_eq(rv_bids_person(&row, &patient, &notices, &err), expected, "%s: %s", table,
                 err.text);
    rv_notices_finish(&notices);
    return patient;
}

Test(bids, units_in_the_names_of_columns_are_understood, .init = setup, .fini = teardown)
{
    struct rv_patient patient = person(
        "age_years\theight_m\tweight_kg\tleg_length_cm\tbmi\n54\t1.7\t64\t84\t22.1\n", RV_OK);
    cr_assert(fabs(patient.age_years - 54) + fabs(patient.height_cm - 170) < 1e-9);
    cr_assert(fabs(patient.leg_length_cm - 84) + fabs(patient.bmi_kg_m2 - 22.1) < 1e-9);
}

Test(bids, two_columns_of_one_thing_must_agree, .init = setup, .fini = teardown)
{
    person("height\theight_cm\n1.7\t170\n", RV_OK);
    person("height\theight_cm\n1.7\t171\n", RV_STUDY);
}
