/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tables of a laboratory: read strictly, refused with the line and the reason.
 */
#include "study.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEAD \
    "set\tnerve\tkind\trecord\tstimulate\tparameter\tlower\tupper\tunit\tverified\tsource\n"
#define ROW \
    "Ours\tmedian\tmotor\tAPB\twrist\tonset_latency\tn/a\t4.2\tms\tyes\tour 120 volunteers\n"

static enum rv_status open_text(const char *text, const char *set, struct rv_reference **reference,
                                struct rv_error *err)
{
    char path[] = "/tmp/ranvier-limits-XXXXXX";
    int descriptor = mkstemp(path);
    cr_assert_geq(descriptor, 0);
    FILE *file = fdopen(descriptor, "wb");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
    enum rv_status status = rv_reference_open(path, set, reference, err);
    unlink(path);
    return status;
}

static void is_refused(const char *text, const char *set, const char *words)
{
    struct rv_reference *reference = NULL;
    struct rv_error err = {0};
    enum rv_status status = open_text(text, set, &reference, &err);
    cr_assert_eq(status, RV_STUDY, "%s: status %d", words, (int)status);
    cr_assert_not_null(strstr(err.text, words), "\"%s\" does not say \"%s\"", err.text, words);
    cr_assert_null(reference);
}

Test(read_limits, a_table_of_one_set_needs_no_name)
{
    struct rv_reference *reference = NULL;
    struct rv_error err = {0};
    cr_assert_eq(open_text("\xEF\xBB\xBF" HEAD ROW, NULL, &reference, &err), RV_OK, "%s", err.text);
    struct rv_reference_facts facts = rv_reference_facts(reference);
    cr_assert_str_eq(facts.name, "Ours");
    cr_assert_str_eq(facts.version, "");
    cr_assert_eq(strlen(facts.sha256), 64);
    struct rv_patient patient = patient_of(40, RV_MALE, 175, 24);
    struct rv_response response = response_of(RV_MOTOR, "median", "APB", "wrist", 65);
    struct rv_limits limits;
    cr_assert(rv_reference_limits(reference, &patient, &response, RV_ONSET_LATENCY, &limits));
    cr_assert_float_eq(limits.upper, 4.2, 1e-9);
    cr_assert(limits.verified);
    cr_assert_str_eq(limits.source, "Ours: our 120 volunteers");
    cr_assert_not(rv_reference_limits(reference, &patient, &response, RV_AMPLITUDE, &limits));
    rv_reference_close(reference);
}

Test(read_limits, version_remark_and_aliases_are_read)
{
    struct rv_reference *reference = NULL;
    struct rv_error err = {0};
    static const char text[] =
        "# version: lab 7\r\n" HEAD
        "Ours\tperoneal\tmotor\textensor digitorum brevis\tankle|AFH\tonset_latency\tn/a\t6.0\tms"
        "\tno\tC04|own\r\n";
    cr_assert_eq(open_text(text, "Ours", &reference, &err), RV_OK, "%s", err.text);
    cr_assert_str_eq(rv_reference_facts(reference).version, "lab 7");
    struct rv_patient patient = patient_of(40, RV_MALE, 175, 24);
    struct rv_response response = response_of(RV_MOTOR, "fibular", "EDB", "popliteal fossa", NAN);
    struct rv_limits limits;
    cr_assert(rv_reference_limits(reference, &patient, &response, RV_ONSET_LATENCY, &limits));
    cr_assert_not_null(strstr(limits.source, "(C04); own"), "%s", limits.source);
    rv_reference_close(reference);
}

Test(read_limits, mistakes_are_told_with_line_and_reason)
{
    is_refused("", NULL, "no header");
    is_refused(HEAD, NULL, "no rows");
    is_refused("set\tkind\n", NULL, "no column parameter");
    is_refused(HEAD ROW, "Theirs", "no set \"Theirs\"; there are \"Ours\"");
    is_refused("set\tnerve\tkind\trecrod\tparameter\tunit\tverified\tsource\n", NULL,
               "did you mean record?");
    is_refused(HEAD "Ours\tmedain\tmotor\tAPB\twrist\tamplitude\t4\tn/a\tmV\tyes\ts\n", NULL,
               "line 2: nerve \"medain\" is no nerve (did you mean median?)");
    is_refused(HEAD ROW "Ours\tmedian\tmotor\tAPB\tAPB\tamplitude\t4\tn/a\tmV\tyes\ts\n", NULL,
               "line 3: stimulate \"APB\" is no stimulation site");
    is_refused(HEAD "Ours\tmedian\tmotor\tAPB\twrist\tamplitude\t4\tn/a\tuV\tyes\ts\n", NULL,
               "is not the unit of this parameter (did you mean mV?)");
    is_refused(HEAD "Ours\tmedian\tmotor\tAPB\twrist\tamplitude\t4,0\tn/a\tmV\tyes\ts\n", NULL,
               "line 2: lower \"4,0\" is no number");
    is_refused(HEAD "Ours\tmedian\tmotor\tAPB\twrist\tamplitude\tnan\tn/a\tmV\tyes\ts\n", NULL,
               "is no number");
    is_refused(HEAD "Ours\tmedian\tmotor\tAPB\twrist\tamplitude\t9\t4\tmV\tyes\ts\n", NULL,
               "is not below upper");
    is_refused(HEAD "Ours\tmedian\tmotor\tAPB\twrist\tamplitude\tn/a\tn/a\tmV\tyes\ts\n", NULL,
               "neither a limit nor a mean");
    is_refused(HEAD "Ours\tmedian\tmotor\tAPB\twrist\tamplitude\t4\tn/a\tmV\tmaybe\ts\n", NULL,
               "is neither yes nor no");
    is_refused(HEAD "Ours\tmedian\tmotor\tAPB\twrist\tamplitude\t4\tn/a\tmV\tyes\tn/a\n", NULL,
               "source \"\" must be given");
    is_refused(HEAD "Ours\tmedian\tmotor\tAPB\twrist\theight\t4\tn/a\tmV\tyes\ts\n", NULL,
               "is no parameter");
    is_refused(HEAD "Ours\tmedian\tmovement\tAPB\twrist\tamplitude\t4\tn/a\tmV\tyes\ts\n", NULL,
               "is no kind of study");
    is_refused(HEAD "Ours\tmedian\tmotor\tAPB\n", NULL, "line 2: 4 cells");
    is_refused(HEAD "Ours\t\xff\tmotor\tAPB\twrist\tamplitude\t4\tn/a\tmV\tyes\ts\n", NULL,
               "not UTF-8");
}

Test(read_limits, a_missing_file_is_no_input)
{
    struct rv_reference *reference = NULL;
    struct rv_error err = {0};
    cr_assert_eq(rv_reference_open("/no/such/table.tsv", NULL, &reference, &err), RV_NO_INPUT);
    cr_assert_not_null(strstr(err.text, "/no/such/table.tsv"));
    cr_assert_eq(rv_reference_open(NULL, "No such", &reference, &err), RV_STUDY);
    cr_assert_not_null(strstr(err.text, "NDTF 2016"));
}

Test(read_limits, every_embedded_set_opens)
{
    size_t count = 0;
    for (const char *set; (set = rv_reference_set_name(count)) != NULL; count++) {
        struct rv_reference *reference = NULL;
        struct rv_error err = {0};
        cr_assert_eq(rv_reference_open(NULL, set, &reference, &err), RV_OK, "%s: %s", set,
                     err.text);
        cr_assert_str_eq(rv_reference_facts(reference).name, set);
        rv_reference_close(reference);
    }
    cr_assert_geq(count, 10);
    cr_assert_str_eq(rv_reference_set_name(0), "NDTF 2016");
}
