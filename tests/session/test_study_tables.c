/* SPDX-License-Identifier: GPL-3.0-or-later
 * responses.tsv and needle.tsv.
 */
#include "session/study_json.h"
#include "session/study_tables.h"

#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

TestSuite(study_tables, .timeout = 30);

static struct rv_study *study;
static struct rv_notices notices;

static void setup(void)
{
    study = rv_study_blank();
    notices = (struct rv_notices){.arena = study->arena};
}

static void teardown(void)
{
    rv_notices_finish(&notices);
    rv_study_free(study);
}

static enum rv_status responses(const char *text, struct rv_error *err)
{
    return rv_study_responses(text, strlen(text), study, &notices, err);
}

static enum rv_status needle(const char *text, struct rv_error *err)
{
    return rv_study_needle(text, strlen(text), study, &notices, err);
}

static bool near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

Test(study_tables, aliases_become_the_words_of_the_tables, .init = setup, .fini = teardown)
{
    struct rv_error err = {.text = ""};
    cr_assert_eq(responses("nerve\tkind\tside\trecord\tstimulate\tdistance_mm\n"
                           "peroneal\tmotor\tR\tEDB\tankle\t80\n"
                           "median\tsensory\tleft\tD2\twrist\tn/a\n",
                           &err),
                 RV_OK, "%s", err.text);
    cr_assert_eq(study->response_count, 2);
    cr_assert_str_eq(study->responses[0].nerve, "fibular");
    cr_assert_eq(study->responses[0].side, RV_RIGHT);
    cr_assert_str_eq(study->responses[0].id, "R01");
    cr_assert(near(study->responses[0].distance_mm, 80));
    cr_assert_eq(study->responses[1].kind, RV_SENSORY);
    cr_assert(isnan(study->responses[1].distance_mm));
    cr_assert_eq(study->responses[1].line, 3);
}

Test(study_tables, entered_values_know_the_digit_they_were_typed_at, .init = setup,
     .fini = teardown)
{
    cr_assert_eq(responses("kind\tnerve\tside\tonset_ms\tamplitude_mv\tamplitude_uv\n"
                           "motor\tmedian\tright\t3.60\t9.8\tn/a\n"
                           "sensory\tulnar\tright\t2.5\t0.0125\tn/a\n"
                           "motor\tulnar\tright\tn/a\tn/a\t9800\n",
                           NULL),
                 RV_OK);
    const struct rv_entered *entered = study->responses[0].entered;
    cr_assert(near(entered[RV_ONSET_LATENCY].value, 3.6));
    cr_assert(near(entered[RV_ONSET_LATENCY].resolution, 0.005));
    cr_assert(near(entered[RV_AMPLITUDE].value, 9.8));
    /* 0.0125 mV of a sensory response is 12.5 uV, typed at 0.1 uV; half of that is 0.05. */
    cr_assert(near(study->responses[1].entered[RV_AMPLITUDE].value, 12.5));
    cr_assert(near(study->responses[1].entered[RV_AMPLITUDE].resolution, 0.05));
    cr_assert(near(study->responses[2].entered[RV_AMPLITUDE].value, 9.8));
    cr_assert(isnan(entered[RV_CONDUCTION_VELOCITY].value));
}

Test(study_tables, counts_give_persistence, .init = setup, .fini = teardown)
{
    cr_assert_eq(responses("kind\tnerve\tside\tf_count\tf_stimuli\tf_min_ms\tf_max_ms\n"
                           "f_wave\ttibial\tright\t9\t12\t51.0\t55.5\n",
                           NULL),
                 RV_OK);
    const struct rv_entered *entered = study->responses[0].entered;
    cr_assert(near(entered[RV_F_PERSISTENCE].value, 75));
    cr_assert(near(entered[RV_F_CHRONODISPERSION].value, 4.5));
}

Test(study_tables, unknown_columns_are_kept_and_listed, .init = setup, .fini = teardown)
{
    cr_assert_eq(responses("kind\tnerve\tside\troom\nmotor\tmedian\tright\tblue\n", NULL), RV_OK);
    cr_assert_eq(study->responses[0].extra_count, 1);
    cr_assert_str_eq(study->responses[0].extra[0].name, "room");
    cr_assert_str_eq(study->responses[0].extra[0].text, "blue");
    cr_assert(rv_notice_has(&notices, "unknown_column", "responses.tsv"));
}

Test(study_tables, wrong_cells_are_refused_with_line_and_expectation)
{
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"kind\tnerve\tside\nmotor\tmedain\tright\n", "did you mean \"median\"?"},
        {"kind\tnerve\tside\nmotor\tmedian\tlinks\n", "line 2: side is \"links\""},
        {"kind\tnerve\tside\nmotor\tmedian\tn/a\n", "side is missing; it is never guessed"},
        {"kind\tnerve\tside\nn/a\tmedian\tright\n", "kind is missing"},
        {"kind\tnerve\nmotor\tmedian\n", "column side is missing"},
        {"kind\tnerve\tside\tdistance_mm\nmotor\tmedian\tright\t80 mm\n", "a number with a point"},
        {"kind\tnerve\tside\tdistance_mm\nmotor\tmedian\tright\t8\n", "is this cm?"},
        {"kind\tnerve\tside\tdistance_mm\nmotor\tmedian\tright\t2200\n", "10 to 1000"},
        {"kind\tnerve\tside\tdistance_mm\nmotor\tmedian\tright\t-80\n", "10 to 1000"},
        {"kind\tnerve\tside\ttemperature_c\nmotor\tmedian\tright\t86\n", "15 to 42"},
        {"kind\tnerve\tside\tamplitude_uv\nsensory\tmedian\tright\t9800\n", "is the unit right?"},
        {"kind\tnerve\tside\tamplitude_mv\nmotor\tmedian\tright\t-1\n", "expected 0 to"},
        {"kind\tnerve\tside\tonset_ms\nmotor\tmedian\tright\t3,6\n", "a number with a point"},
        {"kind\tnerve\tside\tamplitude_mv\tamplitude_uv\nmotor\tmedian\tright\t3\t3000\n",
         "a second time"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct rv_error err = {.text = ""};
        setup();
        cr_assert_eq(responses(rows[i].text, &err), RV_STUDY, "row %zu", i);
        cr_assert_not_null(strstr(err.text, rows[i].words), "row %zu gave \"%s\"", i, err.text);
        teardown();
    }
}

Test(study_tables, the_needle_table_speaks_its_vocabulary, .init = setup, .fini = teardown)
{
    struct rv_error err = {.text = ""};
    cr_assert_eq(needle("muscle\tside\tfibrillations\tmup_duration\tpolyphasia_percent\t"
                        "recruitment\n"
                        "tibialis anterior\tright\t2+\tlong\t20\tmildly reduced\n"
                        "TA\tleft\t+/-\tn/a\tn/a\tnormal\n",
                        &err),
                 RV_OK, "%s", err.text);
    cr_assert_eq(study->needle[0].fibrillations, RV_GRADE_2);
    cr_assert_eq(study->needle[0].mup_duration, RV_DURATION_LONG);
    cr_assert(near(study->needle[0].polyphasia_percent, 20));
    cr_assert_eq(study->needle[0].recruitment, RV_RECRUITMENT_MILDLY_REDUCED);
    cr_assert_str_eq(study->needle[1].muscle, "tibialis anterior");
    cr_assert_eq(study->needle[1].fibrillations, RV_GRADE_EQUIVOCAL);
    cr_assert_eq(study->needle[1].sharp_waves, RV_GRADE_UNKNOWN);
}

Test(study_tables, a_grade_outside_the_vocabulary_is_refused, .init = setup, .fini = teardown)
{
    struct rv_error err = {.text = ""};
    cr_assert_eq(needle("muscle\tside\tfibrillations\nTA\tright\t5+\n", &err), RV_STUDY);
    cr_assert_not_null(strstr(err.text, "fibrillations is \"5+\""));
}
