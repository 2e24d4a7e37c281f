/* SPDX-License-Identifier: GPL-3.0-or-later
 * study.json, strict: rows M of the catalogue of bad input.
 */
#include "session/study_json.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

TestSuite(study_json, .timeout = 30);

static struct rv_study *study;

static void setup(void)
{
    study = rv_study_blank();
}

static void teardown(void)
{
    rv_study_free(study);
}

static enum rv_status read(const char *json, struct rv_error *err)
{
    return rv_study_json(json, strlen(json), study, err);
}

#define HEAD "{\"format\":\"ranvier-study\",\"version\":1"

Test(study_json, every_section_is_read, .init = setup, .fini = teardown)
{
    struct rv_error err = {.text = ""};
    const char *json =
        HEAD ",\"patient\":{\"id\":\"P1\",\"age_years\":54,\"sex\":\"female\",\"height_cm\":168,"
             "\"weight_kg\":64},\"visit\":{\"date\":\"2026-03-02\",\"symptom_side\":\"right\","
             "\"suspected_roots\":[\"L5\",\"S1\"]},\"temperature_c\":{\"hand_right\":32.4},"
             "\"history\":{\"diabetes\":true,\"laminectomy\":[]},\"injections\":[{\"date\":"
             "\"2026-01-10\",\"level\":\"L4-L5\",\"side\":\"right\",\"relief_percent\":10}],"
             "\"imaging\":[{\"level\":\"L5-S1\",\"roots\":[\"S1\"]}],\"earlier\":[\"../old\"]}";
    cr_assert_eq(read(json, &err), RV_OK, "%s", err.text);
    cr_assert_str_eq(study->patient.id, "P1");
    cr_assert_eq(study->patient.sex, RV_FEMALE);
    /* 64 / 1.68^2 = 22.68 */
    cr_assert(fabs(study->patient.bmi_kg_m2 - 22.68) < 0.01);
    cr_assert_eq(study->visit.symptom_side, RV_RIGHT);
    cr_assert_eq(study->visit.suspected_root_count, 2);
    cr_assert_str_eq(study->visit.suspected_roots[1], "S1");
    cr_assert(fabs(study->temperature_c.hand_right - 32.4) < 1e-9);
    cr_assert(isnan(study->temperature_c.foot_left));
    cr_assert_eq(study->history.diabetes, RV_YES);
    cr_assert(study->history.laminectomy_said);
    cr_assert_eq(study->injection_count, 1);
    cr_assert(isnan(study->injections[0].relief_days));
    cr_assert_eq(study->imaging_count, 1);
    cr_assert_str_eq(study->imaging[0].roots[0], "S1");
    cr_assert_str_eq(study->earlier[0], "../old");
}

struct bad {
    const char *json;
    const char *words; /* that the sentence must hold */
};

static void refuse(const struct bad *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct rv_error err = {.text = ""};
        setup();
        cr_assert_eq(read(rows[i].json, &err), RV_STUDY, "%s", rows[i].json);
        cr_assert_not_null(strstr(err.text, rows[i].words), "%s gave \"%s\"", rows[i].json,
                           err.text);
        teardown();
    }
}

Test(study_json, m_02_what_is_no_json_is_refused_with_its_place)
{
    static const struct bad rows[] = {
        {"", "line 1"},
        {"{", "line 1"},
        {HEAD ",}", "line 1"},
        {HEAD "\n,\"patient\":{\"age_years\":NaN}}", "line 2"},
        {HEAD ",\"patient\":{},\"patient\":{}}", "duplicate"},
        {"[[[[[[]]]]]]", "not an object"},
        {"\xEF\xBB\xBF" HEAD "}", "line 1"},
        {"3", "line 1"},
        {"{}", "format"},
        {"{\"format\":\"ranvier-study\"}", "version"},
    };
    refuse(rows, sizeof rows / sizeof *rows);
}

Test(study_json, m_03_unknown_keys_are_refused_with_a_suggestion)
{
    static const struct bad rows[] = {
        {HEAD ",\"patient\":{\"hieght_cm\":168}}", "did you mean height_cm?"},
        {HEAD ",\"pateint\":{}}", "did you mean patient?"},
        {HEAD ",\"visit\":{\"zzzzzzzzzzzz\":1}}", "unknown key \"zzzzzzzzzzzz\" in visit"},
        {HEAD ",\"injections\":[{\"leval\":\"L5\"}]}", "did you mean level?"},
    };
    refuse(rows, sizeof rows / sizeof *rows);
}

Test(study_json, m_04_wrong_types_are_refused)
{
    static const struct bad rows[] = {
        {HEAD ",\"patient\":{\"age_years\":\"54\"}}", "expected a number"},
        {HEAD ",\"patient\":{\"id\":54}}", "expected a text"},
        {HEAD ",\"patient\":[]}", "not an object"},
        {HEAD ",\"history\":{\"diabetes\":\"yes\"}}", "expected true or false"},
        {HEAD ",\"imaging\":{}}", "not a list"},
        {HEAD ",\"visit\":{\"suspected_roots\":\"L5\"}}", "expected a list of texts"},
        {HEAD ",\"visit\":{\"date\":\"02.03.2026\"}}", "expected a date"},
        {HEAD ",\"visit\":{\"date\":\"2026-02-30\"}}", "expected a date"},
    };
    refuse(rows, sizeof rows / sizeof *rows);
}

Test(study_json, m_05_sides_are_a_closed_list)
{
    static const struct bad rows[] = {
        {HEAD ",\"visit\":{\"symptom_side\":\"links\"}}", "\"right\" or \"left\""},
        {HEAD ",\"visit\":{\"symptom_side\":1}}", "\"right\" or \"left\""},
        {HEAD ",\"visit\":{\"symptom_side\":\"LEFT\"}}", "\"right\" or \"left\""},
    };
    refuse(rows, sizeof rows / sizeof *rows);
}

Test(study_json, m_15_impossible_temperatures_are_refused)
{
    static const struct bad rows[] = {
        {HEAD ",\"temperature_c\":{\"hand_right\":86}}", "degrees Celsius"},
        {HEAD ",\"temperature_c\":{\"hand_right\":3.4}}", "15 to 42"},
        {HEAD ",\"temperature_c\":{\"hand_right\":-5}}", "15 to 42"},
        {HEAD ",\"temperature_c\":{\"hand_right\":45}}", "15 to 42"},
    };
    refuse(rows, sizeof rows / sizeof *rows);
}

Test(study_json, m_22_a_newer_format_is_named)
{
    static const struct bad rows[] = {
        {"{\"format\":\"ranvier-study\",\"version\":2}", "version 2 is newer"},
    };
    refuse(rows, 1);
}

Test(study_json, a_mass_index_that_contradicts_weight_and_height_is_refused)
{
    static const struct bad rows[] = {
        {HEAD ",\"patient\":{\"height_cm\":168,\"weight_kg\":64,\"bmi_kg_m2\":30}}",
         "one is wrong"},
    };
    refuse(rows, 1);
}

Test(study_json, m_21_hostile_names_are_kept_as_they_are, .init = setup, .fini = teardown)
{
    cr_assert_eq(read(HEAD ",\"patient\":{\"name\":\"<script>\\u202e \\u0007\"}}", NULL), RV_OK);
    cr_assert_str_eq(study->patient.name, "<script>\xE2\x80\xAE \x07");
}

Test(study_json, dates_are_days_of_the_calendar)
{
    cr_assert(rv_date_valid("2024-02-29"));
    cr_assert_not(rv_date_valid("2023-02-29"));
    cr_assert_not(rv_date_valid("1900-02-29"));
    cr_assert(rv_date_valid("2000-02-29"));
    cr_assert_not(rv_date_valid("2026-13-01"));
    cr_assert_not(rv_date_valid("2026-1-1"));
    cr_assert_not(rv_date_valid("2026-00-10"));
}
